/** Contacts: what they name and which addresses they become. */
import t from 'tap'
import { expandContact, parseContact } from '../../src/sipd/contact.ts'
import type { Contact } from '../../src/sipd/contact.ts'
import { Faults } from '../../src/sipd/options.ts'

function parse(uri: string): Contact | string {
  const faults = new Faults()
  return parseContact(faults, 'contact', { uri, localNets: [], dnsNames: [] }) ?? faults.list.join()
}

const good: { uri: string; host: string; port: number; transports: string[] }[] = [
  { uri: 'sip:10.0.0.5', host: '10.0.0.5', port: 5060, transports: ['udp', 'tcp'] },
  { uri: 'sip:10.0.0.5:5070;transport=udp', host: '10.0.0.5', port: 5070, transports: ['udp'] },
  { uri: 'SIP:10.0.0.5;Transport=UDP,TCP', host: '10.0.0.5', port: 5060, transports: ['udp', 'tcp'] },
  { uri: '<sip:10.0.0.5:0>', host: '10.0.0.5', port: 0, transports: ['udp', 'tcp'] },
  { uri: 'sip:[2001:db8::1]:5060;transport=tcp', host: '2001:db8::1', port: 5060, transports: ['tcp'] },
  { uri: 'sip:*', host: '*', port: 5060, transports: ['udp', 'tcp'] },
  { uri: 'sip:*:5080;transport=tcp', host: '*', port: 5080, transports: ['tcp'] },
  { uri: 'sip:service@sip.example.com', host: 'sip.example.com', port: 5060, transports: ['udp', 'tcp'] },
]

for (const c of good) {
  t.test(c.uri, async (t) => {
    t.match(parse(c.uri), { host: c.host, port: c.port, transports: c.transports })
  })
}

for (const uri of ['', 'sip:', '10.0.0.5', 'sip:10.0.0.5:x', 'sip:10.0.0.5:99999', 'sip:[1.2.3.4]', 'sip:a b', 'tel:123', 'sip:1.1.1.1;transport=']) {
  t.test(`refused: "${uri}"`, async (t) => { t.type(parse(uri), 'string') })
}

const interfaces = [
  { address: '127.0.0.1', family: 'IPv4', cidr: '127.0.0.1/8' },
  { address: '10.0.0.5', family: 'IPv4', cidr: '10.0.0.5/24' },
  { address: '::1', family: 'IPv6', cidr: '::1/128' },
  { address: 'fe80::1', family: 'IPv6', cidr: 'fe80::1/64' },
]

const expansions: { uri: string; resolved?: string[]; addresses: string[] }[] = [
  { uri: 'sip:*', addresses: ['127.0.0.1', '10.0.0.5', '::1'] },
  { uri: 'sip:0.0.0.0', addresses: ['127.0.0.1', '10.0.0.5'] },
  { uri: 'sip:[::]', addresses: ['::1'] },
  { uri: 'sip:10.0.0.5', addresses: ['10.0.0.5'] },
  { uri: 'sip:here.example', resolved: ['10.0.0.5'], addresses: ['10.0.0.5'] },
]

for (const c of expansions) {
  t.test(`${c.uri} on this machine`, async (t) => {
    const contact = parse(c.uri)
    if (typeof contact === 'string') throw new Error(contact)
    t.strictSame(expandContact(contact, interfaces, c.resolved ?? []).map((b) => b.address), c.addresses)
  })
}

t.test('the network of an interface is the local net, unless one is given', async (t) => {
  const contact = parse('sip:10.0.0.5')
  if (typeof contact === 'string') throw new Error(contact)
  t.strictSame(expandContact(contact, interfaces, [])[0]?.localNets, ['10.0.0.5/24'])
  const given = { ...contact, option: { ...contact.option, localNets: ['10.0.0.0/8'], externalIp: '1.2.3.4' } }
  t.match(expandContact(given, interfaces, [])[0], { localNets: ['10.0.0.0/8'], externalAddress: '1.2.3.4' })
})
