/**
 * What a call's decisions cost: microseconds per plan of a subscriber with twenty rules, per
 * verdict, per timeline of three days, per whole run of the machine.
 * Run: node test/bench/plan.bench.ts
 */
import { startCall, step } from '../../src/call/machine.ts'
import { planCall } from '../../src/call/plan.ts'
import { verdictAt } from '../../src/call/schedule.ts'
import { drawTimeline } from '../../src/call/timeline.ts'
import { ruleWarnings } from '../../src/call/warnings.ts'
import { block, incoming, rule, subscriber, wall } from '../call/fixtures.ts'

const noon = wall('2025-11-17 12:00', 'Europe/Berlin')
const numbers = ['+79160000001', '+79160000002', '+79160000003']
/** Nineteen that do not act, by weekday, by date, by hour, over midnight; the twentieth does. */
const twenty = subscriber(Array.from({ length: 20 }, (_, i) => rule(`rule ${i}`, numbers, {
  blocks: i === 19 ? [] : [block([
    'сб–вс 09:00–18:00', '2025-12-01…2026-01-10', 'пн–пт 18:00–23:00', '22:00–06:00',
  ][i % 4] ?? ''), block('вс 10:00–11:00')],
})), { zone: 'Europe/Berlin' })
const one = subscriber([rule('one', numbers.slice(0, 1))])
const three = subscriber([rule('three', numbers)])

function bench(name: string, run: (i: number) => void): void {
  for (let i = 0; i < 2000; i += 1) run(i)
  let best = Infinity
  for (let round = 0; round < 5; round += 1) {
    let count = 0
    const start = performance.now()
    let elapsed = 0
    while (elapsed < 200) {
      for (let i = 0; i < 100; i += 1) run(count + i)
      count += 100
      elapsed = performance.now() - start
    }
    best = Math.min(best, elapsed / count)
  }
  console.log(`${name.padEnd(46)} ${(best * 1000).toFixed(2).padStart(8)} µs`)
}

/** INVITE, ringing everywhere, the last phone answers, caller connected, caller hangs up. */
function wholeCall(owner: typeof one): void {
  const { call } = startCall(incoming(), owner, 0, noon)
  for (const leg of call.legs) {
    step(call, { type: 'legProgress', leg: leg.id, status: 180, media: false }, 100, noon + 100)
  }
  step(call, { type: 'legAnswered', leg: String(call.legs.length) }, 3000, noon + 3000)
  step(call, { type: 'callerConnected' }, 3005, noon + 3005)
  step(call, { type: 'hungUp', by: 'caller', reason: '' }, 60_000, noon + 60_000)
}

bench('plan of 20 rules', (i) => planCall(twenty, noon + i * 1000))
const office = rule('office', [], { blocks: [block('пн–пт 09:00–18:00')] })
bench('verdict of one rule', (i) => verdictAt(office, noon + i * 1000, 'Europe/Berlin'))
bench('timeline of 20 rules, 3 days', () => drawTimeline(twenty, noon, noon + 3 * 86_400_000))
bench('warnings of 20 rules', () => ruleWarnings(twenty, noon))
bench('whole call, 1 phone', () => wholeCall(one))
bench('whole call, 3 phones', () => wholeCall(three))
bench('whole call, 3 phones, 20 rules', () => wholeCall(twenty))
