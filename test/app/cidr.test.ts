/** Networks: rows, and agreement with Node's own block list on random addresses. */
import { BlockList } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { networkHas, parseIp, parseNetwork } from '../../src/app/cidr.ts'

const rows: [network: string, address: string, inside: boolean][] = [
  ['10.0.0.0/8', '10.255.1.2', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.0/25', '192.0.2.127', true],
  ['192.0.2.0/25', '192.0.2.128', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '2001:db8:1::9', true],
  ['2001:db8::/32', '2001:db9::', false],
  ['2001:db8::/33', '2001:db8:8000::', false],
  ['::1', '::1', true],
  ['::1', '[::1]', true],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['::ffff:10.0.0.0/8', '10.1.2.3', true],
  ['::/0', '127.0.0.1', false],
]

t.test('rows', async (t) => {
  for (const [network, address, inside] of rows) {
    const compiled = parseNetwork(network)
    const ip = parseIp(address)
    t.ok(compiled && ip)
    if (compiled && ip) t.equal(networkHas(compiled, ip), inside, `${address} in ${network}`)
  }
})

t.test('what cannot be read is no network: nobody gets in by default', async (t) => {
  for (const text of [
    '', ' ', '*', 'any', 'trunk.example', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1',
    '10.0.0.256', '1.2.3.4.5', ':::', '1::2::3', '2001:db8::/129', 'g::1', '12345::', '1:2:3:4:5:6:7:8:9',
    '1.2.3.4::', '::1.2.3', '10.0.0.0/8/8', '0x10.0.0.1',
  ]) t.equal(parseNetwork(text), undefined, text)
})

t.test('agrees with node:net BlockList', async (t) => {
  const v4 = fc.ipV4()
  fc.assert(fc.property(v4, fc.nat(32), v4, fc.boolean(), (base, prefix, other, near) => {
    const list = new BlockList()
    list.addSubnet(base, prefix, 'ipv4')
    const address = near ? `${base.slice(0, base.lastIndexOf('.'))}.9` : other
    t.equal(networkHas(parseNetwork(`${base}/${prefix}`)!, parseIp(address)!), list.check(address, 'ipv4'))
  }), { numRuns: 300 })
  const v6 = fc.ipV6()
  fc.assert(fc.property(v6, fc.integer({ min: 1, max: 128 }), v6, (base, prefix, other) => {
    const list = new BlockList()
    list.addSubnet(base, prefix, 'ipv6')
    for (const address of [base, other]) {
      const network = parseNetwork(`${base}/${prefix}`)!
      const ip = parseIp(address)!
      if (network.family === 6 && ip.family === 6) {
        t.equal(networkHas(network, ip), list.check(address, 'ipv6'), `${address} in ${base}/${prefix}`)
      }
    }
  }), { numRuns: 300 })
})
