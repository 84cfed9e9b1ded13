/**
 * Whole calls through reception and runner over a fake server in virtual time: first by row, each
 * race at its instant, then at random with many seeds. After every call: nothing left at the server,
 * no timer, exactly one closed record.
 */
import t from 'tap'
import type { Test } from 'tap'
import { Reception } from '../../src/app/reception.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { directory, invite, NotingJournal, personalNumber, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller, FakeSipServer } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'
import { SteppingClock } from '../support/stepping-clock.ts'

const phoneA = '+79160000001'
const phoneB = '+79160000002'
const phoneC = '+79160000003'

interface World {
  readonly clock: SteppingClock
  readonly server: FakeSipServer
  readonly journal: NotingJournal
  readonly reception: Reception
}

function world(
  who: Subscriber | undefined, phones: Record<string, Phone>,
  over: { trunks?: readonly Trunk[]; databaseMs?: number; databaseDown?: boolean; personal?: string[] } = {},
): World {
  const clock = new SteppingClock()
  const server = new FakeSipServer(clock)
  server.phone = (uri) => phones[uri.slice(4, uri.indexOf('@'))] ?? phones[uri]
  const journal = new NotingJournal()
  const find = (number: string): Promise<Subscriber | undefined> => new Promise((resolve, reject) => {
    clock.wakeAt(clock.nowMs() + (over.databaseMs ?? 2), () => {
      if (over.databaseDown) reject(new Error('database does not answer'))
      else resolve(number === who?.number ? who : undefined)
    })
  })
  const reception = new Reception(
    { maxCps: 10, maxLiveCalls: 5, maxCallSeconds: 3600, sessionSeconds: 0 },
    { directory: directory(find, over.trunks ?? [trunk()], over.personal), journal, clock, log: quiet },
    server)
  return { clock, server, journal, reception }
}

function call(w: World, headers: Record<string, string> = {}): FakeCaller {
  const caller = new FakeCaller(w.server, invite(headers))
  w.reception.invite(caller, undefined)
  return caller
}

/** Nothing is left of any call. */
function clean(t: Test, w: World, records = 1): void {
  const { calls, legs, timers, trunkLegs, ending } = w.reception.counts()
  t.same({ calls, legs, timers, trunkLegs, ending },
    { calls: 0, legs: 0, timers: 0, trunkLegs: 0, ending: 0 }, 'no call, leg or timer')
  t.equal(w.clock.pending, 0, 'no wake-up')
  t.equal(w.server.open, 0, 'no open INVITE')
  t.same([...w.server.dialogs], [], 'no dialog')
  t.equal(w.server.listening, 0, 'nobody listens')
  t.same(w.server.breaches, [])
  t.same(w.journal.closed.length, records, 'closed records')
  t.same(w.journal.closed.filter((r) => r.endedAt === undefined || r.outcome === undefined), [])
}

const answers: Phone = { ringsAfter: 20, finalAfter: 1000, sdp: 'v=0 answer' }
const rings: Phone = { ringsAfter: 20 }
const busy: Phone = { finalAfter: 5, status: 486 }

t.test('answered call: SDP end to end, BYE both ways, one record', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: answers })
  const caller = call(w)
  await w.clock.run(1100)
  t.same(caller.responses.map((r) => r.status), [180, 200])
  t.equal(caller.responses[0]?.body ?? '', '', '180 without SDP')
  t.equal(caller.responses[1]?.body, 'v=0 answer')
  t.equal(w.server.invites[0]?.body, 'v=0 offer')
  t.equal(w.server.invites[0]?.headers['Max-Forwards'], '69')
  t.equal(w.server.invites[0]?.acked, '')
  t.equal(w.journal.opened.length, 1)
  t.equal(w.reception.live(), 1)
  caller.hangUp()
  await w.clock.run(40_000)
  t.equal(w.journal.closed[0]?.outcome, 'answered')
  t.equal(w.journal.closed[0]?.endedBy, 'caller')
  clean(t, w)
})

t.test('two phones ring, the first 200 wins, the other is told so', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), {
    [phoneA]: { ...answers, hangsUpAfter: 5000 }, [phoneB]: rings,
  })
  const caller = call(w)
  await w.clock.run(60_000)
  t.equal(caller.final, 200)
  t.equal(w.server.invites[1]?.cancelled?.['Reason'], 'SIP;cause=200;text="Call completed elsewhere"')
  t.equal(w.journal.closed[0]?.endedBy, 'callee')
  t.same(w.journal.closed[0]?.legs.map((l) => l.attempts),
    [[{ trunk: 'First', status: 200 }], [{ trunk: 'First', status: 180 }]], 'the loser names its trunk, too')
  clean(t, w)
})

t.test('two answers within a millisecond: one wins, the other gets ACK and BYE', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), {
    [phoneA]: { ringsAfter: 20, finalAfter: 500 },
    [phoneB]: { ringsAfter: 20, finalAfter: 900, answersCancelAfter: 1 },
  })
  const caller = call(w)
  await w.clock.run(2000)
  t.equal(caller.final, 200)
  t.same(w.server.invites.map((i) => [i.final, i.acked]), [[200, ''], [200, '']])
  t.match(w.server.sent.find((s) => s.what === 'BYE out-2')?.headers, { Reason: /completed elsewhere/ })
  caller.hangUp()
  await w.clock.run(60_000)
  clean(t, w)
})

const cancels: { name: string; atMs: number; databaseMs?: number; invites: number; outcome: string }[] = [
  { name: 'at once, before the database has answered', atMs: 0, databaseMs: 50, invites: 0, outcome: 'abandoned' },
  { name: 'just when the database answers', atMs: 49, databaseMs: 50, invites: 0, outcome: 'abandoned' },
  { name: 'just after the INVITE went out', atMs: 4, databaseMs: 2, invites: 1, outcome: 'abandoned' },
  { name: 'while it rings', atMs: 500, invites: 1, outcome: 'abandoned' },
]
for (const c of cancels) {
  t.test(`caller cancels ${c.name}`, async (t) => {
    const w = world(subscriber([rule([phoneA])]), { [phoneA]: rings }, { databaseMs: c.databaseMs ?? 2 })
    const caller = call(w)
    w.clock.wakeAt(c.atMs, () => caller.cancel('SIP;cause=487'))
    await w.clock.run(60_000)
    t.equal(w.server.invites.length, c.invites)
    for (const sent of w.server.invites) t.ok(sent.cancelled, 'cancelled')
    t.equal(w.journal.closed[0]?.outcome, c.outcome)
    clean(t, w)
  })
}

// The caller's CANCEL at every millisecond around the answer: whoever wins, nobody is left behind.
for (let atMs = 995; atMs <= 1010; atMs++) {
  t.test(`CANCEL crossing the 200, ${atMs} ms`, async (t) => {
    const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ...answers, answersCancelAfter: 3 } })
    const caller = call(w)
    w.clock.wakeAt(atMs, () => caller.cancel())
    w.clock.wakeAt(3000, () => caller.hangUp())
    await w.clock.run(60_000)
    t.equal(w.journal.closed[0]?.outcome, caller.final === 200 ? 'answered' : 'abandoned')
    clean(t, w)
  })
}

t.test('serial: the first is busy, the second answers', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB], { mode: 'serial' })]), {
    [phoneA]: busy, [phoneB]: { ...answers, hangsUpAfter: 100 },
  })
  const caller = call(w)
  await w.clock.run(60_000)
  t.equal(caller.final, 200)
  t.same(w.journal.closed[0]?.legs.map((l) => l.outcome), ['busy', 'answered'])
  clean(t, w)
})

t.test('nobody answers: 480 with the cause', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: rings, [phoneB]: busy })
  const caller = call(w)
  await w.clock.run(90_000)
  t.equal(caller.final, 480)
  t.equal(caller.responses.at(-1)?.headers?.['Reason'], 'Q.850;cause=19')
  clean(t, w)
})

t.test('early media of a single target passes, of two it does not', async (t) => {
  const early: Phone = { ringsAfter: 20, early: 'v=0 early', finalAfter: 500, status: 480 }
  const one = world(subscriber([rule([phoneA])]), { [phoneA]: early })
  const first = call(one)
  await one.clock.run(60_000)
  t.same(first.responses.map((r) => [r.status, r.body ?? '']), [[183, 'v=0 early'], [480, '']])
  clean(t, one)
  const two = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: early, [phoneB]: early })
  const second = call(two)
  await two.clock.run(60_000)
  t.same(second.responses.map((r) => [r.status, r.body ?? '']), [[180, ''], [480, '']])
  clean(t, two)
})

const dead = trunk({ id: 'dead', name: 'Dead line', host: '192.0.2.9', provisionalSeconds: 5 })
const good = trunk({ id: 'good', name: 'Good line' })

t.test('dead trunk: after five seconds the next one, its late 200 is hung up', async (t) => {
  const phones: Record<string, Phone> = {
    [`sip:${phoneA}@192.0.2.9:5060`]: { ringsAfter: 7000, answersCancelAfter: 5, finalAfter: 30_000 },
    [`sip:${phoneA}@192.0.2.1:5060`]: { ringsAfter: 20, finalAfter: 3000 },
  }
  const w = world(subscriber([rule([phoneA])]), {}, { trunks: [dead, good] })
  w.server.phone = (uri) => phones[uri]
  const caller = call(w)
  await w.clock.run(9000)
  t.same(w.server.invites.map((i) => i.uri), [`sip:${phoneA}@192.0.2.9:5060`, `sip:${phoneA}@192.0.2.1:5060`])
  t.ok(w.server.sent.some((s) => s.what === 'BYE out-1'), 'late answer of the dead trunk is hung up')
  caller.hangUp()
  await w.clock.run(60_000)
  t.same(w.journal.closed[0]?.legs[0]?.attempts, [{ trunk: 'Dead line', status: 0 }, { trunk: 'Good line', status: 200 }], 'trunks by name: people read it')
  clean(t, w)
})

t.test('trunk failover by status: 503 goes on, 486 stops', async (t) => {
  for (const [status, invites] of [[503, 2], [500, 2], [408, 2], [407, 2], [486, 1], [404, 1], [603, 1], [302, 1]] as const) {
    const w = world(subscriber([rule([phoneA])]), { [phoneA]: { finalAfter: 5, status } }, { trunks: [dead, good] })
    const caller = call(w)
    await w.clock.run(90_000)
    t.equal(w.server.invites.length, invites, `${status}`)
    t.equal(w.journal.closed[0]?.legs[0]?.attempts.length, invites)
    t.ok(caller.final >= 480)
    clean(t, w)
  }
})

t.test('5xx after ringing is the target, not the trunk', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ringsAfter: 5, finalAfter: 50, status: 500 } }, { trunks: [dead, good] })
  call(w)
  await w.clock.run(90_000)
  t.equal(w.server.invites.length, 1)
  clean(t, w)
})

t.test('a trunk without a free line is passed over', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: busy, [phoneB]: busy }, {
    trunks: [trunk({ id: 'small', name: 'Small line', host: '192.0.2.9', capacity: 1 }), good],
  })
  call(w)
  await w.clock.run(60_000)
  t.same(w.server.invites.map((i) => i.uri.split('@')[1]), ['192.0.2.9:5060', '192.0.2.1:5060'])
  t.same(w.journal.closed[0]?.legs.map((l) => l.attempts[0]), [{ trunk: 'Small line', status: 486 }, { trunk: 'Small line', status: 503 }])
  clean(t, w)
})

t.test('422: once more with the interval asked for', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { finalAfter: 5, status: 422, headers: { 'min-se': '1800' } } })
  call(w)
  await w.clock.run(60_000)
  t.same(w.server.invites.map((i) => i.headers['Session-Expires']), [undefined, '1800'])
  clean(t, w)
})

t.test('SIP URI target is rung without a trunk', async (t) => {
  const w = world(subscriber([rule(['sip:anna@198.51.100.7:5062'])]), { 'sip:anna@198.51.100.7:5062': { finalAfter: 10, hangsUpAfter: 10 } }, { trunks: [trunk({ capacity: 0 })] })
  const caller = call(w)
  await w.clock.run(60_000)
  t.equal(caller.final, 200)
  t.equal(w.server.invites[0]?.uri, 'sip:anna@198.51.100.7:5062')
  clean(t, w)
})

t.test('late offer: our ACK waits for the answer in his', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ...answers, sdp: 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n' } })
  const caller = new FakeCaller(w.server, { ...invite(), body: '' })
  caller.ackBody = 'v=0 his answer'
  caller.ackAfter = 700
  w.reception.invite(caller, undefined)
  await w.clock.run(1500)
  t.equal(w.server.invites[0]?.body, '')
  t.equal(w.server.invites[0]?.acked, undefined, 'not yet')
  await w.clock.run(1000)
  t.equal(w.server.invites[0]?.acked, 'v=0 his answer')
  caller.hangUp()
  await w.clock.run(60_000)
  clean(t, w)
})

t.test('late offer, the ACK never comes: the callee is acknowledged with a refusal and hung up', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ...answers, sdp: 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n' } })
  const caller = new FakeCaller(w.server, { ...invite(), body: '' })
  caller.ackAfter = undefined
  w.reception.invite(caller, undefined)
  await w.clock.run(90_000)
  t.equal(w.server.invites[0]?.acked, 'v=0\r\nm=audio 0 RTP/AVP 0\r\n')
  clean(t, w)
})

t.test('the callee hangs up before the caller is connected', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { finalAfter: 100, hangsUpAfter: 0 } })
  const caller = call(w)
  await w.clock.run(60_000)
  t.equal(caller.final, 200)
  clean(t, w)
})

t.test('a phone that forwards back to the personal number finds it busy', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: rings })
  const first = call(w)
  await w.clock.run(200)
  const second = call(w, { 'call-id': 'call-2', from: '<sip:+79161234567@192.0.2.1>;tag=b' })
  const other = call(w, { 'call-id': 'call-3', from: '<sip:+79167654321@192.0.2.1>;tag=c' })
  await w.clock.run(200)
  t.equal(second.final, 486)
  t.equal(other.final, 0, 'another caller rings on')
  first.cancel()
  other.cancel()
  await w.clock.run(60_000)
  t.match(w.journal.closed.find((r) => r.sipCallId === 'call-2'), { outcome: 'refused', reason: 'loop', status: 486 })
  const third = call(w, { 'call-id': 'call-4' })
  await w.clock.run(200)
  t.equal(third.final, 0, 'and later he may call again')
  third.cancel()
  await w.clock.run(60_000)
  clean(t, w, 4)
})

t.test('a target that is a personal number of this platform is not dialled', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: busy, [phoneB]: busy }, { personal: [phoneA] })
  call(w)
  await w.clock.run(60_000)
  t.same(w.server.invites.map((i) => i.uri), [`sip:${phoneB}@192.0.2.1:5060`])
  clean(t, w)
})

const refusals: { name: string; headers?: Record<string, string>; over?: Parameters<typeof world>[2]; who?: Subscriber; status: number; records: number; has?: [string, string] }[] = [
  { name: 'unknown number', who: subscriber([], { number: '+74990000000' }), status: 404, records: 1 },
  { name: 'database down', over: { databaseDown: true }, status: 503, records: 1, has: ['Retry-After', '5'] },
  { name: 'Max-Forwards 0', headers: { 'max-forwards': '0' }, status: 483, records: 1 },
  { name: 'our number among the diversions', headers: { diversion: `<sip:${personalNumber}@x>;reason=unconditional` }, status: 482, records: 1 },
  { name: 'nothing to ring', who: subscriber([]), status: 480, records: 1 },
  { name: 'suspended', who: subscriber([rule([phoneA])], { status: 'suspended' }), status: 480, records: 1 },
  { name: 'Require: 100rel', headers: { require: '100rel' }, status: 420, records: 0, has: ['Unsupported', '100rel'] },
  { name: 'no Contact', headers: { contact: '' }, status: 400, records: 0 },
  { name: 'CSeq: x', headers: { cseq: 'x' }, status: 400, records: 0 },
  { name: 'empty From', headers: { from: ' ' }, status: 400, records: 0 },
  { name: 'session interval too small', headers: { 'session-expires': '60' }, status: 422, records: 0, has: ['Min-SE', '90'] },
]
for (const c of refusals) {
  t.test(`refused: ${c.name} → ${c.status}`, async (t) => {
    const w = world(c.who ?? subscriber([rule([phoneA])]), {}, c.over)
    const caller = call(w, c.headers)
    await w.clock.run(1000)
    t.equal(caller.final, c.status)
    if (c.has) t.equal(caller.responses.at(-1)?.headers?.[c.has[0]], c.has[1])
    t.equal(w.server.invites.length, 0)
    clean(t, w, c.records)
  })
}

t.test('unknown address: 403 without a look at the database', async (t) => {
  let asked = 0
  const w = world(subscriber([]), {})
  const reception = new Reception(
    { maxCps: 1, maxLiveCalls: 1, maxCallSeconds: 60, sessionSeconds: 0 },
    { directory: directory(async () => { asked++; return undefined }, [trunk()]), journal: w.journal, clock: w.clock, log: quiet },
    w.server)
  for (const source of ['198.51.100.1', '', 'garbage', '::1']) {
    const caller = new FakeCaller(w.server, invite({}, { sourceAddress: source }))
    reception.invite(caller, undefined)
    await w.clock.run(100)
    t.equal(caller.final, 403, source)
  }
  t.equal(asked, 0)
  clean(t, w, 0)
})

t.test('same Call-ID twice: merged 482, another request 486, the first goes on', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: answers })
  const first = call(w)
  await w.clock.run(100)
  const merged = call(w, { via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-2' })
  const crossed = call(w, { cseq: '7 INVITE' })
  await w.clock.run(1000)
  t.equal(merged.final, 482)
  t.equal(crossed.final, 486)
  t.equal(first.final, 200)
  const late = call(w)
  await w.clock.run(10)
  t.equal(late.final, 482, 'also once the first is answered')
  first.hangUp()
  await w.clock.run(60_000)
  clean(t, w)
})

t.test('overload: live calls and calls per second are limited, OPTIONS tells', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 100 }), { [phoneA]: rings })
  const callers: FakeCaller[] = []
  for (let i = 0; i < 6; i++) callers.push(call(w, { 'call-id': `c${i}`, from: `<sip:+7916000100${i}@x>;tag=${i}` }))
  await w.clock.run(50)
  t.same(callers.map((c) => c.final), [0, 0, 0, 0, 0, 503])
  t.equal(callers[5]?.responses[0]?.headers?.['Retry-After'], '5')
  const health = (): Promise<number> => new Promise((resolve) => w.reception.other({
    request: invite({}, { method: 'OPTIONS' }), respond: (a) => resolve(a.status), onCancel() {},
  }))
  t.equal(await health(), 503)
  for (const caller of callers) caller.cancel()
  await w.clock.run(100)
  t.equal(await health(), 200)
  const burst: FakeCaller[] = []
  for (let i = 0; i < 12; i++) {
    const one = call(w, { 'call-id': `d${i}`, from: `<sip:+7916000200${i}@x>;tag=${i}` })
    await w.clock.run(5)
    one.cancel()
    await w.clock.run(5)
    burst.push(one)
  }
  t.ok(burst.some((c) => c.final === 503), 'ten a second, not twelve')
  w.reception.drain()
  t.equal(await health(), 503)
  await w.clock.run(60_000)
  clean(t, w, w.journal.closed.length)
})

t.test('a fault in a call ends that call with 500 and no other', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 9 }), { [phoneA]: answers })
  const healthy = call(w, { 'call-id': 'healthy', from: '<sip:+79160009999@x>;tag=h' })
  await w.clock.run(500)
  const { phone } = w.server
  w.server.phone = () => { throw new Error('broken') }
  const broken = call(w)
  await w.clock.run(20)
  w.server.phone = phone
  t.equal(broken.final, 500)
  t.match(w.journal.closed[0], { sipCallId: 'call-1', outcome: 'interrupted', reason: 'fault', status: 500 })
  await w.clock.run(2000)
  t.equal(healthy.final, 200)
  healthy.hangUp()
  await w.clock.run(90_000)
  clean(t, w, 2)
})

t.test('a fault in a talking call hangs up both sides', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ringsAfter: 10, finalAfter: 500 } })
  w.journal.update = () => { if (w.server.dialogs.has('in-call-1')) throw new Error('broken') }
  const caller = call(w)
  await w.clock.run(90_000)
  t.equal(caller.final, 200)
  t.same(w.server.sent.map((s) => s.what).toSorted(), ['BYE in-call-1', 'BYE out-1'])
  t.match(w.journal.closed[0], { outcome: 'interrupted', reason: 'fault' })
  clean(t, w)
})

t.test('BYE of the caller before the answer: 200 to it, 487 to his INVITE', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: rings })
  const caller = call(w)
  await w.clock.run(100)
  let bye = 0
  w.reception.other({
    request: invite({}, { method: 'BYE', body: '' }), respond: (a) => { bye = a.status }, onCancel() {},
  })
  await w.clock.run(60_000)
  t.same([bye, caller.final], [200, 487])
  t.equal(w.journal.closed[0]?.outcome, 'abandoned')
  clean(t, w)
})

t.test('a journal that rejects or throws costs a log line, not the call', async (t) => {
  for (const [who, final] of [[subscriber([rule([phoneA])]), 200], [undefined, 404]] as const) {
    const w = world(who, { [phoneA]: { ...answers, hangsUpAfter: 10 } })
    w.journal.fault = (where) => { if (where !== 'update') throw new Error('no database') }
    const caller = call(w)
    await w.clock.run(60_000)
    t.equal(caller.final, final)
    clean(t, w)
    const { journal } = w
    journal.open = journal.close = (record) => {
      journal.closed.push(record)
      throw new Error('broken at once')
    }
    const again = call(w, { 'call-id': 'again' })
    await w.clock.run(60_000)
    t.equal(again.final, final)
    t.equal(w.reception.counts().ending, 0)
  }
})

t.test('shutdown: ringing calls get 503, talking ones BYE on both sides', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 9 }), { [phoneA]: { ringsAfter: 10, finalAfter: 500 } })
  const talking = call(w)
  await w.clock.run(1000)
  const ringing = call(w, { 'call-id': 'r', from: '<sip:+79160009999@x>;tag=h' })
  await w.clock.run(100)
  w.reception.shutDown()
  await w.clock.run(60_000)
  t.equal(talking.final, 200)
  t.equal(ringing.final, 503)
  t.same(w.journal.closed.map((r) => r.outcome).toSorted(), ['answered', 'interrupted'])
  clean(t, w, 2)
})

t.test('control connection lost in every phase: nothing hangs', async (t) => {
  for (const atMs of [1, 10, 300, 1003, 5000]) {
    const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: answers, [phoneB]: rings })
    call(w)
    await w.clock.run(atMs)
    w.server.disconnect()
    w.reception.disconnected()
    await w.clock.run(120_000)
    t.equal(w.reception.counts().ending, 0, `${atMs} ms`)
    t.equal(w.clock.pending, 0)
    t.ok(w.journal.closed.length === w.journal.opened.length)
  }
})

/** mulberry32: small, seeded, good enough to shuffle races. */
function chance(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

function randomPhone(pick: (n: number) => number): Phone {
  const hangsUp = pick(3) === 0 ? { hangsUpAfter: pick(3000) } : {}
  const late = pick(3) === 0 ? { answersCancelAfter: pick(5) } : {}
  const deaf = pick(8) === 0 ? { deafToBye: true } : {}
  const final = [200, 200, 200, 486, 603, 480, 404, 503, 302, 408, 407, 500][pick(12)]!
  switch (pick(6)) {
    case 0: return {}
    case 1: return { finalAfter: pick(4), status: final, ...hangsUp, ...deaf }
    case 2: return { ringsAfter: pick(8000), ...late }
    default: return {
      ringsAfter: pick(100), finalAfter: 100 + pick(3) + pick(2) * pick(9000), status: final,
      ...hangsUp, ...late, ...deaf, ...(pick(4) === 0 ? { early: 'v=0 e' } : {}),
    }
  }
}

t.test('random phones, callers and instants: 600 seeds', async (t) => {
  const problems: string[] = []
  for (let seed = 1; seed <= 600; seed++) {
    const random = chance(seed)
    const pick = (n: number): number => Math.floor(random() * n)
    const targets = [phoneA, phoneB, phoneC].slice(0, 1 + pick(3))
    const chain = rule([phoneC, phoneA].slice(0, 1 + pick(2)), { id: 'rule-2', position: 2, waitSeconds: 5 + pick(10), noAnswer: pick(2) ? { action: 'rule', ruleId: 'rule-1', ignoreSchedule: false } : { action: 'hangUp' } })
    const first = rule(targets, { mode: pick(2) ? 'parallel' : 'serial', waitSeconds: 5 + pick(15), noAnswer: [{ action: 'hangUp' as const }, { action: 'voicemail' as const }, { action: 'rule' as const, ruleId: 'rule-2', ignoreSchedule: false }][pick(3)]! })
    const trunks = pick(2) ? [good] : [trunk({ id: 'odd', host: '192.0.2.9', ...(pick(2) ? { capacity: 1 } : {}) }), good]
    const phones = new Map<string, Phone>()
    const w = world(subscriber([first, chain]), {}, { trunks, databaseMs: pick(4) })
    w.server.phone = (uri) => phones.get(uri) ?? phones.set(uri, randomPhone(pick)).get(uri)
    const caller = new FakeCaller(w.server, { ...invite(), body: pick(8) === 0 ? '' : 'v=0 offer' })
    if (pick(10) === 0) caller.ackAfter = undefined
    if (pick(2) === 0) caller.hangsUpAfter = pick(4000)
    w.reception.invite(caller, undefined)
    const cancelAt = [pick(8), 98 + pick(10), pick(20_000), 999_999][pick(4)]!
    w.clock.wakeAt(cancelAt, () => caller.cancel())
    w.clock.wakeAt(300_000, () => caller.hangUp())
    await w.clock.run(400_000)
    if (cancelAt === 999_999) await w.clock.run(650_000)
    const left = w.reception.counts()
    const facts = [
      ...w.server.breaches,
      ...(caller.final === 0 ? ['caller without final'] : []),
      ...(left.calls + left.legs + left.timers + left.trunkLegs + left.ending > 0 ? [JSON.stringify(left)] : []),
      ...(w.clock.pending > 0 ? [`${w.clock.pending} wake-ups`] : []),
      ...(w.server.open > 0 ? [`${w.server.open} INVITEs`] : []),
      ...[...w.server.dialogs].map((id) => `dialog ${id}`),
      ...(w.server.listening > 0 ? ['listeners'] : []),
      ...(w.journal.opened.length !== 1 || w.journal.closed.length !== 1 ? [`records ${w.journal.opened.length}/${w.journal.closed.length}`] : []),
      ...w.server.invites.filter((i) => i.final === 200 && i.acked === undefined).map(() => 'no ACK'),
    ]
    if (facts.length > 0) problems.push(`seed ${seed}: ${facts.join(', ')}`)
  }
  t.same(problems, [])
})
