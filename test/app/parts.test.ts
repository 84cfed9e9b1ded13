/** The small parts the calls stand on: trunk table, credentials, admission, call table, offers, ids. */
import t from 'tap'
import { Admission } from '../../src/app/admission.ts'
import { callIdentifier } from '../../src/app/call-identifier.ts'
import { credentialsOf } from '../../src/app/call-legs.ts'
import { CallTable } from '../../src/app/call-table.ts'
import { refuseOffer } from '../../src/app/offer.ts'
import { TrunkTable } from '../../src/app/trunk-table.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { trunk } from '../support/call-fixtures.ts'

t.test('trunk by source address: the narrowest network, enabled trunks only, lists replaced', async (t) => {
  let trunks: readonly Trunk[] = [
    trunk({ id: 'wide', inboundNets: ['10.0.0.0/8', 'rubbish'] }),
    trunk({ id: 'narrow', inboundNets: ['10.1.0.0/16'] }),
    trunk({ id: 'off', inboundNets: ['10.1.1.0/24'], enabled: false }),
    trunk({ id: 'none', inboundNets: [] }),
  ]
  const table = new TrunkTable(() => trunks)
  for (const [address, id] of [
    ['10.9.9.9', 'wide'], ['10.1.1.1', 'narrow'], ['11.0.0.1', undefined], ['', undefined], ['x', undefined],
  ] as const) {
    t.equal(table.bySource(address)?.id, id, address)
    t.equal(table.bySource(address)?.id, id, `${address}, remembered`)
  }
  t.same(table.outgoing().map((one) => one.id), ['wide', 'narrow', 'none'])
  trunks = [trunk({ id: 'new', inboundNets: ['11.0.0.0/8'] })]
  t.equal(table.bySource('11.0.0.1')?.id, 'new')
  t.equal(table.bySource('10.1.1.1'), undefined)
})

t.test('lines of a trunk', async (t) => {
  const table = new TrunkTable(() => [])
  const small = trunk({ id: 'small', capacity: 2 })
  t.same([table.take(small), table.take(small), table.take(small)], [true, true, false])
  table.release(small)
  t.equal(table.take(small), true)
  t.equal(table.busyLegs(), 2)
  for (let i = 0; i < 3; i++) table.release(small)
  t.equal(table.busyLegs(), 0)
  t.equal(table.take(trunk({ id: 'closed', capacity: 0 })), false)
})

t.test('credentials answer one realm, MD5 only', async (t) => {
  const rows: [string, boolean][] = [
    ['Digest realm="a", nonce="1"', true],
    ['DIGEST nonce="1",realm="a",algorithm=md5', true],
    ['Digest realm="a", algorithm=SHA-256, nonce="1"', false],
    ['Digest xrealm="a", nonce="1"', false],
    ['Digest nonce="1"', false],
    ['Digest realm="open', false],
    ['Basic realm="a"', false],
    ['', false],
  ]
  for (const [challenge, accepted] of rows) t.equal(credentials().accepts(challenge), accepted, challenge)
  const one = credentials()
  t.same([one.accepts('Digest realm="a"'), one.accepts('Digest realm="b"'), one.accepts('Digest realm="a"')], [true, false, true])
  t.equal(credentialsOf(trunk()), undefined)
})

t.test('admission: a second of burst, then the rate; the ceiling of live calls', async (t) => {
  const gate = new Admission(5, 100)
  t.equal(Array.from({ length: 8 }, () => gate.admit(1000, 0)).filter(Boolean).length, 5)
  t.equal(gate.admit(1100, 0), false)
  t.equal(gate.admit(1200, 0), true)
  t.equal(gate.admit(9000, 100), false)
  t.equal(gate.full(100), true)
  const open = new Admission(0, 0)
  t.ok(Array.from({ length: 1000 }, () => open.admit(0, 1e6)).every(Boolean))
})

t.test('who rings now, and whose calls', async (t) => {
  const table = new CallTable<string>()
  const anna = { number: '+79161234567', name: '', anonymous: false }
  const nobody = { number: '', name: '', anonymous: true }
  const done = table.ringing(anna, '+7499', 'in')
  t.equal(table.rings(anna, '+7499', 'in'), true)
  t.equal(table.rings(anna, '+7498', 'in'), false)
  done()
  done()
  t.equal(table.rings(anna, '+7499', 'in'), false)
  table.ringing(nobody, '+7499', 'in')
  t.equal(table.rings(nobody, '+7499', 'in'), false, 'one anonymous call does not block another')
  table.ringing(nobody, '+7499', 'in')
  t.equal(table.rings(nobody, '+7499', 'in'), true)
  t.equal(table.rings(nobody, '+7499', 'other'), false)
  const one = table.count('s')
  const two = table.count('s')
  one()
  one()
  t.equal(table.callsOf('s'), 1)
  two()
  t.equal(table.callsOf('s'), 0)
})

t.test('an offer is refused stream by stream', async (t) => {
  t.equal(refuseOffer(''), '')
  t.equal(
    refuseOffer('v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\na=ice\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\nc=IN IP4 x\r\nm=video 0 RTP/AVP 9\r\n'),
    'v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\nm=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 9\r\n')
  t.equal(refuseOffer('v=0\r\nm=odd\r\n'), 'v=0\r\nm=odd\r\n')
})

t.test('ids: UUIDv7 that sort by time', async (t) => {
  const early = callIdentifier(Date.UTC(2026, 0, 1))
  const late = callIdentifier(Date.UTC(2026, 0, 1) + 1)
  t.match(early, /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
  t.ok(early < late)
  t.equal(new Set(Array.from({ length: 1000 }, () => callIdentifier(0))).size, 1000)
})

function credentials(): NonNullable<ReturnType<typeof credentialsOf>> {
  return credentialsOf(trunk({ credentials: { user: 'u', password: 'p' } }))!
}
