/**
 * Live calls of one account share its money: at the cut-off everything is paid, a millisecond later
 * it is not, whatever calls, rates and payments there are.
 */
import fc from 'fast-check'
import t from 'tap'
import { costAt, cutOffAt, mayAnswer, shareAt } from '../../src/money/live-calls.ts'
import type { LiveCall } from '../../src/money/live-calls.ts'
import type { Rate } from '../../src/money/tariff.ts'

const rate: Rate = {
  prefix: '79', name: 'Мобильные', kopecksPerMinute: 180, connectionKopecks: 0,
  firstStepSeconds: 60, nextStepSeconds: 1,
}
const hour = 3_600_000
const none: ReadonlyMap<string, number> = new Map()

function call(id: string, answeredMs: number, more: Partial<LiveCall> = {}): LiveCall {
  return { id, rate, answeredMs, freeAnswerSeconds: 0, includedIn: undefined, ...more }
}

t.test('one call talks for its money', async (t) => {
  const funds = { balanceKopecks: 360, includedLeft: none }
  t.equal(cutOffAt([call('a', 0)], funds, 0, hour), 120_000, 'two minutes for 3.60')
  t.equal(cutOffAt([call('a', 0)], funds, 0, 90_000), 90_000, 'but no longer than allowed')
})

t.test('three calls on one rouble do not talk three times as long', async (t) => {
  const funds = { balanceKopecks: 3 * 183, includedLeft: none }
  const calls = [call('a', 0), call('b', 0), call('c', 0)]
  t.equal(cutOffAt(calls, funds, 0, hour), 61_000)
  t.equal(cutOffAt(calls.slice(0, 1), funds, 0, hour), 183_000, 'alone it could')
})

t.test('money that is gone cuts at once', async (t) => {
  t.equal(cutOffAt([call('a', 0)], { balanceKopecks: 0, includedLeft: none }, 5000, hour), 5000)
})

t.test('included seconds go to whoever was answered first', async (t) => {
  const funds = { balanceKopecks: 0, includedLeft: new Map([['2026-11', 60]]) }
  const first = call('b', 0, { includedIn: '2026-11' })
  const second = call('a', 10_000, { includedIn: '2026-11' })
  t.equal(cutOffAt([first], funds, 0, hour), 60_000)
  t.equal(cutOffAt([second, first], funds, 9000, hour), 10_000, 'nothing is left for a second')
  t.equal(costAt([second, first], funds, 20_000), costAt([first, second], funds, 20_000))
})

t.test('a call is answered only when its first step is covered', async (t) => {
  const funds = { balanceKopecks: 359, includedLeft: none }
  t.ok(mayAnswer([], funds, call('a', 0), 0))
  t.notOk(mayAnswer([call('a', 0)], funds, call('b', 1), 1), 'the first one has taken its step')
  t.ok(mayAnswer([call('a', 0)], { ...funds, balanceKopecks: 360 }, call('b', 1), 1))
})

t.test('the cut-off is the last instant that is paid', async () => {
  const anyCall = fc.record({
    answeredMs: fc.integer({ min: 0, max: 60_000 }),
    freeAnswerSeconds: fc.integer({ min: 0, max: 5 }),
    includedIn: fc.constantFrom(undefined, '2026-11', '2026-12'),
    rate: fc.record({
      kopecksPerMinute: fc.integer({ min: 1, max: 2000 }),
      connectionKopecks: fc.integer({ min: 0, max: 100 }),
      firstStepSeconds: fc.integer({ min: 1, max: 60 }),
      nextStepSeconds: fc.integer({ min: 1, max: 60 }),
    }).map((some): Rate => ({ ...rate, ...some })),
  })
  fc.assert(fc.property(
    fc.array(anyCall, { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 300 }),
    (some, balanceKopecks, seconds) => {
      const includedLeft = new Map([['2026-11', seconds], ['2026-12', 100]])
      const calls = some.map((one, index) => ({ ...one, id: `c${index}` }))
      const funds = { balanceKopecks, includedLeft }
      const nowMs = 60_000
      const cut = cutOffAt(calls, funds, nowMs, hour)
      if (cut === nowMs) return true
      const paid = costAt(calls, funds, cut) <= balanceKopecks
      const next = cut === hour || costAt(calls, funds, cut + 1) > balanceKopecks
      return paid && next
    }), { numRuns: 1500 })
})

t.test('one account, any interleaving: what is charged never exceeds the balance', async () => {
  const move = fc.oneof(
    fc.record({ do: fc.constant('answer' as const) }),
    fc.record({ do: fc.constant('end' as const), which: fc.nat(4) }),
    fc.record({ do: fc.constant('pay' as const), kopecks: fc.integer({ min: 1, max: 1000 }) }))
  const moves = fc.array(fc.tuple(move, fc.integer({ min: 0, max: 90_000 })), { maxLength: 20 })
  fc.assert(fc.property(moves, fc.integer({ min: 0, max: 2000 }), (script, start) => {
    let balance = start
    let nowMs = 0
    let live: LiveCall[] = []
    const settle = (atMs: number, ended: readonly LiveCall[]): void => {
      const before = costAt(live, { balanceKopecks: balance, includedLeft: none }, atMs)
      live = live.filter((one) => !ended.includes(one))
      balance -= before - costAt(live, { balanceKopecks: balance, includedLeft: none }, atMs)
    }
    for (const [one, waitMs] of script) {
      const cut = cutOffAt(live, { balanceKopecks: balance, includedLeft: none }, nowMs, nowMs + hour)
      const nextMs = nowMs + waitMs
      if (live.length > 0 && cut <= nextMs) settle(cut, live)
      nowMs = nextMs
      if (one.do === 'pay') balance += one.kopecks
      if (one.do === 'end' && live.length > 0) settle(nowMs, [live[one.which % live.length]!])
      const next = call(`c${nowMs}-${live.length}`, nowMs)
      const funds = { balanceKopecks: balance, includedLeft: none }
      if (one.do === 'answer' && mayAnswer(live, funds, next, nowMs)) live.push(next)
      if (balance < 0) return false
    }
    return true
  }), { numRuns: 2000 })
})

t.test('an answer leaves others the second they need to hear of it', async (t) => {
  const second = { ...rate, firstStepSeconds: 1 }
  const funds = { balanceKopecks: 6, includedLeft: none }
  const live = [call('a', 0, { rate: second })]
  const next = call('b', 1000, { rate: second })
  t.ok(mayAnswer(live, { ...funds, balanceKopecks: 9 }, next, 1000, 1000), 'two and one second')
  t.notOk(mayAnswer(live, { ...funds, balanceKopecks: 8 }, next, 1000, 1000))
  t.notOk(mayAnswer(live, funds, next, 1000, 1000), 'the first step alone is not enough')
  t.ok(mayAnswer([], { ...funds, balanceKopecks: 0 }, { ...next, freeAnswerSeconds: 5 }, 1000, 1000) === false,
    'free seconds are free, the step behind them is not')
})

t.test('calls charged one by one, in whatever order they end, cost what they did together', async () => {
  const anyCall = fc.record({
    answeredMs: fc.integer({ min: 0, max: 60_000 }),
    freeAnswerSeconds: fc.integer({ min: 0, max: 5 }),
    includedIn: fc.constantFrom(undefined, '2026-11', '2026-12'),
    rate: fc.record({
      kopecksPerMinute: fc.integer({ min: 0, max: 2000 }),
      connectionKopecks: fc.integer({ min: 0, max: 100 }),
      firstStepSeconds: fc.integer({ min: 1, max: 60 }),
      nextStepSeconds: fc.integer({ min: 1, max: 60 }),
    }).map((some): Rate => ({ ...rate, ...some })),
    endsMs: fc.integer({ min: 60_000, max: 300_000 }),
  })
  fc.assert(fc.property(
    fc.array(anyCall, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 300 }),
    (some, seconds) => {
      let live = some.map((one, index) => ({ ...one, id: `c${index}` }))
      const includedLeft = new Map([['2026-11', seconds], ['2026-12', 20]])
      for (const ended of live.toSorted((a, b) => a.endsMs - b.endsMs)) {
        const at = ended.endsMs
        const funds = { balanceKopecks: 0, includedLeft: new Map(includedLeft) }
        const together = costAt(live, funds, at)
        const charge = shareAt(live, funds, ended, at)
        const { includedIn } = ended
        if (includedIn !== undefined) {
          includedLeft.set(includedIn, (includedLeft.get(includedIn) ?? 0) - charge.includedSeconds)
        }
        if ([...includedLeft.values()].some((left) => left < 0)) return false
        live = live.filter((one) => one !== ended)
        // What the others have cost until now is what it was a moment ago.
        if (charge.kopecks + costAt(live, { balanceKopecks: 0, includedLeft }, at) !== together) return false
      }
      return true
    }), { numRuns: 2000 })
})
