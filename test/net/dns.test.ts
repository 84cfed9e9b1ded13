/** Host names to addresses: SRV before A, order, cache, bounded time. */
import type { SrvRecord } from 'node:dns'
import t from 'tap'
import { DnsResolver, orderSrv } from '../../src/net/dns.ts'
import type { DnsQuery, DnsSource } from '../../src/net/dns.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const srv = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({ name, port, priority, weight })

function setUp(zone: { srv?: Record<string, SrvRecord[]>; a?: Record<string, string[]>; ttl?: number; hang?: boolean; broken?: boolean }) {
  const asked: string[] = []
  const clock = new VirtualClock()
  const source: DnsSource = {
    srv: async (name) => {
      asked.push(`SRV ${name}`)
      return zone.srv?.[name] ?? []
    },
    addresses: async (name) => {
      asked.push(`A ${name}`)
      if (zone.hang === true) await new Promise(() => {})
      if (zone.broken === true) throw new Error('SERVFAIL')
      return (zone.a?.[name] ?? []).map((address) => ({ address, ttlSeconds: zone.ttl ?? 60 }))
    },
  }
  return { asked, clock, resolver: new DnsResolver(source, clock, () => 0) }
}

const query = (host: string, port?: number, transport?: 'udp' | 'tcp'): DnsQuery => ({ host, port, transport })

const cases: { name: string; zone: Parameters<typeof setUp>[0]; query: DnsQuery; found: string[]; asked: string[] }[] = [
  { name: 'a port given: addresses only', zone: { a: { h: ['1.1.1.1'] } }, query: query('h', 5070), found: ['udp 1.1.1.1 5070'], asked: ['A h'] },
  { name: 'no SRV: addresses with the default port', zone: { a: { h: ['1.1.1.1', '2001:db8::1'] } }, query: query('h'), found: ['udp 1.1.1.1 5060', 'udp 2001:db8::1 5060'], asked: ['SRV _sip._udp.h', 'SRV _sip._tcp.h', 'A h'] },
  { name: 'SRV by priority, then its addresses', zone: { srv: { '_sip._udp.h': [srv('b', 5062, 20), srv('a', 5061, 10)] }, a: { a: ['1.1.1.1', '1.1.1.2'], b: ['2.2.2.2'] } }, query: query('h', undefined, 'udp'), found: ['udp 1.1.1.1 5061', 'udp 1.1.1.2 5061', 'udp 2.2.2.2 5062'], asked: ['SRV _sip._udp.h', 'A a', 'A b'] },
  { name: 'UDP before TCP when the transport is open', zone: { srv: { '_sip._udp.h': [srv('a', 1)], '_sip._tcp.h': [srv('a', 2)] }, a: { a: ['1.1.1.1'] } }, query: query('h'), found: ['udp 1.1.1.1 1', 'tcp 1.1.1.1 2'], asked: ['SRV _sip._udp.h', 'SRV _sip._tcp.h', 'A a', 'A a'] },
  { name: 'TCP only by SRV', zone: { srv: { '_sip._tcp.h': [srv('a', 2)] }, a: { a: ['1.1.1.1'] } }, query: query('h'), found: ['tcp 1.1.1.1 2'], asked: ['SRV _sip._udp.h', 'SRV _sip._tcp.h', 'A a'] },
  { name: 'an SRV target that does not exist is passed over', zone: { srv: { '_sip._udp.h': [srv('gone', 1), srv('a', 2)] }, a: { a: ['1.1.1.1'] } }, query: query('h', undefined, 'udp'), found: ['udp 1.1.1.1 2'], asked: ['SRV _sip._udp.h', 'A gone', 'A a'] },
  { name: 'a service that is decidedly not there', zone: { srv: { '_sip._udp.h': [srv('.', 0)] } }, query: query('h', undefined, 'udp'), found: [], asked: ['SRV _sip._udp.h', 'A h'] },
  { name: 'nothing', zone: {}, query: query('h', 1), found: [], asked: ['A h'] },
  { name: 'a broken name server', zone: { broken: true }, query: query('h', 1), found: [], asked: ['A h'] },
  { name: 'not more than eight addresses', zone: { a: { h: Array.from({ length: 20 }, (_, i) => `1.1.1.${i}`) } }, query: query('h', 1), found: Array.from({ length: 8 }, (_, i) => `udp 1.1.1.${i} 1`), asked: ['A h'] },
]

for (const c of cases) {
  t.test(c.name, async (t) => {
    const { asked, resolver, clock } = setUp(c.zone)
    const found = await resolver.resolve(c.query)
    t.strictSame(found.map((a) => `${a.transport} ${a.address} ${a.port}`), c.found)
    t.strictSame(asked, c.asked)
    t.equal(clock.pending, 0, 'no timer is left')
  })
}

t.test('an answer is kept for its time to live, at most five minutes', async (t) => {
  for (const [ttl, keptMs] of [[10, 10_000], [86_400, 300_000], [0, 1000]] as const) {
    const { asked, clock, resolver } = setUp({ a: { h: ['1.1.1.1'] }, ttl })
    await resolver.resolve(query('h', 1))
    clock.advance(keptMs - 1)
    await resolver.resolve(query('H', 1))
    t.equal(asked.length, 1, `ttl ${ttl}: still kept, letter case aside`)
    clock.advance(1)
    await resolver.resolve(query('h', 1))
    t.equal(asked.length, 2, `ttl ${ttl}: asked again`)
  }
})

t.test('that there is nothing is kept for five seconds, a failure not at all', async (t) => {
  const none = setUp({})
  await none.resolver.resolve(query('h', 1))
  await none.resolver.resolve(query('h', 1))
  t.equal(none.asked.length, 1)
  none.clock.advance(5000)
  await none.resolver.resolve(query('h', 1))
  t.equal(none.asked.length, 2)
  const broken = setUp({ broken: true })
  await broken.resolver.resolve(query('h', 1))
  await broken.resolver.resolve(query('h', 1))
  t.equal(broken.asked.length, 2)
})

t.test('many ask at once: one question', async (t) => {
  const { asked, resolver } = setUp({ a: { h: ['1.1.1.1'] } })
  const all = await Promise.all(Array.from({ length: 50 }, () => resolver.resolve(query('h', 1))))
  t.equal(asked.length, 1)
  t.ok(all.every((found) => found.length === 1))
})

t.test('silence ends after four seconds', async (t) => {
  const { clock, resolver } = setUp({ hang: true })
  const found = resolver.resolve(query('h', 1))
  await Promise.resolve()
  clock.advance(4000)
  t.strictSame(await found, [])
})

t.test('equals are drawn by weight', async (t) => {
  const records = [srv('light', 1, 0, 10), srv('heavy', 2, 0, 90)]
  t.strictSame(orderSrv(records, () => 0.05).map((r) => r.name), ['light', 'heavy'])
  t.strictSame(orderSrv(records, () => 0.5).map((r) => r.name), ['heavy', 'light'])
  t.strictSame(orderSrv([srv('a', 1), srv('b', 2)], () => 0.99).length, 2, 'weights of zero are all drawn')
})
