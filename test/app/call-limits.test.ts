/**
 * Limits against fraud at the calls, in virtual time: a caller who calls too often, calls and legs
 * at once, the longest talk, numbers that may not be rung, a frozen account. Counts are shared by
 * two processes over a board in memory.
 */
import t from 'tap'
import type { CallerCount, SharedCounts } from '../../src/app/limits-port.ts'
import { Velocity } from '../../src/app/velocity.ts'
import type { FraudSign } from '../../src/limits/fraud-sign.ts'
import { hourOf } from '../../src/limits/window.ts'
import type { Rule } from '../../src/call/rule.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { CallLimits, Subscriber } from '../../src/call/subscriber.ts'
import { answers, call, clean, phoneA, phoneB, phoneC, rings, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { personalNumber, quiet, rule, subscriber } from '../support/call-fixtures.ts'
import type { FakeCaller } from '../support/fake-sip-server.ts'
import { SteppingClock } from '../support/stepping-clock.ts'

/** What two processes see of each other. */
class Board implements SharedCounts {
  readonly calls = new Map<string, number>()
  live = new Map<string, number>()
  readonly signs: string[] = []
  down = false
  forgotten = 0

  async addCalls(counts: readonly CallerCount[]): Promise<ReadonlyMap<string, number>> {
    if (this.down) throw new Error('database does not answer')
    return new Map(counts.map(({ key, hour, calls }) => {
      const name = `${key}@${hour}`
      this.calls.set(name, (this.calls.get(name) ?? 0) + calls)
      return [name, this.calls.get(name) ?? 0]
    }))
  }

  async liveElsewhere(): Promise<ReadonlyMap<string, number>> {
    return this.live
  }

  async forget(hour: number): Promise<void> {
    this.forgotten = hour
  }

  async raise({ fault, facts }: FraudSign): Promise<void> {
    this.signs.push(`${fault} ${JSON.stringify(facts)}`)
  }
}

const unlimited: CallLimits = { callSeconds: 0, concurrentLegs: 0, callerCallsPerHour: 0 }

function owner(limits: Partial<CallLimits>, over: Partial<Subscriber> = {}): Subscriber {
  return subscriber([rule([phoneA])], { maxCalls: 9, callLimits: { ...unlimited, ...limits }, ...over })
}

let calls = 0

/** A call that is answered and soon over; its final status. */
async function shortCall(w: World, from = '+79031112233'): Promise<number | undefined> {
  const caller = another(w, from)
  await w.clock.run(2000)
  caller.hangUp()
  await w.clock.run(3000)
  return caller.final
}

function another(w: World, from: string): FakeCaller {
  return call(w, { 'call-id': `call-${++calls}`, from: `<sip:${from}@x>;tag=${calls}` })
}

t.test('a caller who calls too often is busy, others are not', async (t) => {
  const board = new Board()
  const w = world(owner({ callerCallsPerHour: 2 }), { [phoneA]: answers },
    { velocity: (clock) => new Velocity(clock, quiet, board) })
  const often = [await shortCall(w), await shortCall(w), await shortCall(w), await shortCall(w)]
  t.strictSame(often, [200, 200, 486, 486])
  t.equal(await shortCall(w, '+79035550000'), 200, 'another caller')
  t.equal(w.journal.closed.filter(({ reason, subscriberId }) =>
    reason === 'callerTooOften' && subscriberId === 'sub-1').length, 2, 'in the journal')
  t.strictSame(board.signs, ['callerRate {"caller":"+79031112233","limit":2}'],
    'people are told once a minute')
  await w.clock.run(60_000)
  await shortCall(w)
  t.equal(board.signs.length, 2)
  // Refused calls count, too: who goes on stays out.
  await w.clock.run(3_600_000)
  t.equal(await shortCall(w), 486, 'the hour before is still felt')
  await w.clock.run(3 * 3_600_000)
  t.equal(await shortCall(w), 200, 'hours later he is welcome')
  clean(t, w, 8)
})

t.test('all who withhold their number are one caller; 0 is no limit', async (t) => {
  const board = new Board()
  const velocity = new Velocity(new SteppingClock(), quiet, board)
  t.ok(velocity.mayCall('s', '', 1))
  t.notOk(velocity.mayCall('s', '', 1))
  t.ok(velocity.mayCall('other', '', 1), 'of one subscriber')
  for (let i = 0; i < 100; i++) t.ok(velocity.mayCall('s', '+7', 0))
})

t.test('two processes count together', async (t) => {
  const clock = new SteppingClock()
  const board = new Board()
  const [a, b] = [new Velocity(clock, quiet, board), new Velocity(clock, quiet, board)]
  for (let i = 0; i < 5; i++) t.ok(a.mayCall('s', '+7', 10))
  for (let i = 0; i < 3; i++) t.ok(b.mayCall('s', '+7', 10))
  await a.share()
  await b.share()
  t.equal([...board.calls.values()][0], 5, 'three calls are nothing to tell of')
  b.mayCall('s', '+7', 10)
  await b.share()
  t.equal([...board.calls.values()][0], 9)
  await a.share()
  t.ok(a.mayCall('s', '+7', 10), 'a knows of its own five')
  await a.share()
  t.notOk(a.mayCall('s', '+7', 10), 'and now of all ten')

  board.down = true
  a.mayCall('s', '+7', 10)
  await t.rejects(a.share())
  board.down = false
  await a.share()
  t.equal([...board.calls.values()][0], 12, 'what could not be told is told later')
  await clock.run(3_600_000)
  const hour = hourOf(clock.wallMs())
  a.mayCall('s', '+7', 10)
  await a.share()
  t.equal(board.forgotten, hour, 'old counts go, also when a call was the first to see the hour')
})

t.test('what could not be told of an hour that is over is no count of the next', async (t) => {
  const clock = new SteppingClock()
  const board = new Board()
  const velocity = new Velocity(clock, quiet, board)
  for (let i = 0; i < 6; i++) velocity.mayCall('s', '+7', 10)
  board.addCalls = async () => {
    await clock.run(3_600_000)
    velocity.mayCall('s', '+7', 10)
    throw new Error('database does not answer')
  }
  await t.rejects(velocity.share())
  const told: CallerCount[] = []
  board.addCalls = async (counts) => {
    told.push(...counts)
    return new Map()
  }
  for (let i = 0; i < 4; i++) velocity.mayCall('s', '+7', 10)
  await velocity.share()
  t.strictSame(told.map(({ calls }) => calls), [5])
})

t.test('they share each second until stopped, also when the database fails', async (t) => {
  const clock = new SteppingClock()
  const board = new Board()
  const velocity = new Velocity(clock, quiet, board)
  velocity.start()
  board.live = new Map([['s', 2]])
  await clock.run(1000)
  t.equal(velocity.callsElsewhere('s'), 2)
  board.down = true
  for (let i = 0; i < 4; i++) velocity.mayCall('s', '+7', 10)
  await clock.run(2000)
  board.down = false
  await clock.run(1000)
  t.equal([...board.calls.values()][0], 4)
  velocity.stop()
  t.equal(clock.pending, 0)
})

t.test('calls of other processes count for calls at once', async (t) => {
  const board = new Board()
  let velocity: Velocity | undefined
  const w = world(owner({}, { maxCalls: 2 }), { [phoneA]: answers },
    { velocity: (clock) => velocity = new Velocity(clock, quiet, board) })
  board.live = new Map([['sub-1', 1]])
  await velocity?.share()
  const first = another(w, '+79031110001')
  await w.clock.run(2000)
  const second = another(w, '+79031110002')
  await w.clock.run(2000)
  t.strictSame([first.final, second.final], [200, 486])
  t.strictSame(board.signs, ['concurrentCalls {"limit":2}'], 'people are told (§3.6 #22)')
  first.hangUp()
  await w.clock.run(60_000)
  clean(t, w, 2)
})

t.test('a leg too many is busy, that leg alone', async (t) => {
  const board = new Board()
  const who = owner({ concurrentLegs: 2 }, { rules: [rule([phoneA, phoneB, phoneC])] })
  const w = world(who, { [phoneA]: rings, [phoneB]: answers, [phoneC]: answers },
    { velocity: (clock) => new Velocity(clock, quiet, board) })
  const caller = another(w, '+79031110003')
  await w.clock.run(3000)
  t.equal(caller.final, 200)
  caller.hangUp()
  await w.clock.run(60_000)
  t.match(w.journal.closed[0]?.legs, [
    { address: phoneA, outcome: 'answeredElsewhere' }, { address: phoneB, outcome: 'answered' },
    { address: phoneC, outcome: 'busy', status: 486, attempts: [] }])
  t.match(board.signs, [/^concurrentLegs .*"limit":2/])
  t.notMatch(board.signs[0], phoneC.slice(4), 'no whole number')
  t.equal(w.server.invites.length, 2, 'the third phone heard nothing')
  clean(t, w)
})

t.test('the longest talk is the lesser of both limits', async (t) => {
  for (const [limit, endsAfter] of [[600, 600_000], [0, 3_600_000], [7200, 3_600_000]] as const) {
    const w = world(owner({ callSeconds: limit }), { [phoneA]: answers })
    another(w, '+79031110004')
    await w.clock.run(endsAfter - 10_000)
    t.equal(w.reception.live(), 1, `${limit} s: talks`)
    await w.clock.run(70_000)
    t.match(w.journal.closed[0], { endedBy: 'service' })
    clean(t, w)
  }
})

t.test('numbers that may not be rung are not, and the journal says why', async (t) => {
  const wall = new SteppingClock().wallMs()
  const one = rule([phoneA, phoneB, phoneC])
  const [a, b, c] = one.targets as [Rule['targets'][0], Rule['targets'][0], Rule['targets'][0]]
  const rows: [string, Rule['targets'], string[], number][] = [
    ['a premium line', [{ ...a, barred: 'class' }, b], ['barredClass'], 1],
    ['abroad', [a, { ...b, barred: 'country' }, c], ['barredCountry'], 2],
    ['just added', [a, { ...b, ringsFrom: wall + 60_000 }], ['barredCoolOff'], 1],
    ['long since added', [a, { ...b, ringsFrom: wall }], [], 2],
    ['all of them', [{ ...a, barred: 'class' }, { ...b, barred: 'country' }],
      ['barredClass', 'barredCountry'], 0],
  ]
  for (const [name, targets, codes, rung] of rows) {
    for (const mode of ['parallel', 'serial'] as const) {
      const w = world(owner({}, { rules: [{ ...one, mode, targets }] }),
        { [phoneA]: rings, [phoneB]: rings, [phoneC]: rings })
      const caller = another(w, '+79031110005')
      await w.clock.run(100_000)
      t.equal(caller.final, 480, name)
      t.equal(w.server.invites.length, rung, `${name}, ${mode}`)
      t.strictSame(w.journal.closed[0]?.trace.flatMap((step) =>
        step.step === 'note' ? [step.code] : []), codes, name)
      clean(t, w)
    }
  }
  const w = world(owner({}, { rules: [], defaultTarget: { ...a, barred: 'class' } }), {})
  another(w, '+79031110006')
  await w.clock.run(1000)
  t.match(w.journal.closed[0], { status: 480, legs: [] }, 'nor is the default number')
})

t.test('a frozen account rings nobody and keeps its voicemail', async (t) => {
  const frozen = owner({}, { status: 'frozen', media: { ...defaultMedia, mailboxOpen: true } })
  const settings = { ...frozen.settings, voicemail: true }
  const rows: [string, Partial<Subscriber>, number, object][] = [
    ['without voicemail', {}, 480, { outcome: 'refused', reason: 'notActive' }],
    ['with voicemail', { settings }, 200, { outcome: 'voicemail' }],
    ['an override rings nobody either',
      { settings, override: { action: 'ring', target: rule([phoneA]).targets[0]!, untilMs: undefined } },
      200, { outcome: 'voicemail' }],
    ['without money there is no voicemail either', { settings, balanceKopecks: 0 }, 480,
      { outcome: 'refused', reason: 'noMoney' }],
    ['he may hear his messages', { settings, ownNumbers: ['+79031110007'] }, 200,
      { outcome: 'mailbox' }],
  ]
  for (const [name, over, status, record] of rows) {
    const w = world({ ...frozen, ...over }, { [phoneA]: answers }, { media: true })
    const caller = another(w, '+79031110007')
    await w.clock.run(4500)
    caller.hangUp()
    await w.clock.run(90_000)
    t.equal(caller.final, status, name)
    t.match(w.journal.closed[0], { ...record, legs: [], dialled: personalNumber }, name)
    clean(t, w)
  }
})
