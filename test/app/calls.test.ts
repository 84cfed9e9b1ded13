/**
 * Whole calls through reception and runner over a fake server in virtual time, by row, each race at
 * its instant. After every call: nothing left at the server, no timer, exactly one closed record.
 */
import t from 'tap'
import { answers, busy, call, clean, phoneA, phoneB, rings, world } from '../support/app-world.ts'
import { invite, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'

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
