/** Timers in order of their time, cancelled ones gone, nothing leaked: `timer-queue.ts`. */
import t from 'tap'
import { TimerQueue } from '../../src/sip/timer-queue.ts'
import type { Timer } from '../../src/sip/timer-queue.ts'
import { nextInterval, timerValues } from '../../src/sip/timer-values.ts'
import { seededRandom } from '../support/seeded-random.ts'

t.test('timers fire in order of time, equal ones in order of starting', (t) => {
  const queue = new TimerQueue()
  const fired: string[] = []
  const owner = { onTimer: (name: string) => fired.push(name) }
  queue.start(30, owner, 'c')
  queue.start(10, owner, 'a')
  queue.start(10, owner, 'b')
  t.equal(queue.nextMs(), 10)
  queue.runDue(9)
  t.same(fired, [])
  queue.runDue(10)
  t.same(fired, ['a', 'b'])
  t.equal(queue.size, 1)
  queue.runDue(100)
  t.same(fired, ['a', 'b', 'c'])
  t.equal(queue.nextMs(), undefined)
  t.end()
})

t.test('a timer started while others fire is fired too when it is due', (t) => {
  const queue = new TimerQueue()
  const fired: string[] = []
  const owner = {
    onTimer(name: string): void {
      fired.push(name)
      if (name === 'first') queue.start(5, owner, 'second')
    },
  }
  queue.start(1, owner, 'first')
  queue.runDue(5)
  t.same(fired, ['first', 'second'])
  t.end()
})

t.test('a cancelled timer does not fire and does not count; cancelling twice is harmless', (t) => {
  const queue = new TimerQueue()
  const timer = queue.start(1, { onTimer: () => t.fail('fired') }, 'x')
  queue.cancel(timer)
  queue.cancel(timer)
  queue.cancel(undefined)
  t.equal(queue.size, 0)
  t.equal(queue.nextMs(), undefined)
  queue.runDue(10)
  t.end()
})

t.test('100,000 random starts and cancels against a plain list', (t) => {
  const random = seededRandom(3)
  const queue = new TimerQueue()
  const waiting = new Map<Timer, number>()
  let wrong = 0
  let now = 0
  const fired: Timer[] = []
  for (let step = 0; step < 100_000; step++) {
    if (random() < 0.6) {
      const at = now + Math.floor(random() * 500)
      const timer: Timer = queue.start(at, { onTimer: () => fired.push(timer) }, 'x')
      waiting.set(timer, at)
    } else if (random() < 0.8) {
      const [timer] = waiting.keys()
      if (timer !== undefined) {
        queue.cancel(timer)
        waiting.delete(timer)
      }
    } else {
      now += Math.floor(random() * 20)
      fired.length = 0
      queue.runDue(now)
      for (const timer of fired) {
        if ((waiting.get(timer) ?? Infinity) > now) wrong++
        waiting.delete(timer)
      }
      for (const at of fired.length > 0 ? waiting.values() : []) if (at <= now) wrong++
    }
    if (queue.size !== waiting.size) wrong++
  }
  t.equal(wrong, 0)
  t.end()
})

t.test('timer values: RFC 3261 table 4', (t) => {
  const values = timerValues()
  const { unreliable, reliable } = values
  t.same([unreliable.A, unreliable.E, unreliable.G], [500, 500, 500])
  t.same([unreliable.B, unreliable.F, unreliable.H], [32_000, 32_000, 32_000])
  t.same([unreliable.D, unreliable.J, unreliable.L, unreliable.M], [32_000, 32_000, 32_000, 32_000])
  t.same([unreliable.I, unreliable.K], [5000, 5000])
  t.same([reliable.A, reliable.E, reliable.G], [undefined, undefined, undefined])
  t.same([reliable.D, reliable.I, reliable.J, reliable.K], [0, 0, 0, 0])
  t.same([reliable.B, reliable.F, reliable.H, reliable.L, reliable.M].every((ms) => ms === 32_000), true)
  t.equal(timerValues({ t1Ms: 50, t1x64Ms: 3200 }).unreliable.B, 3200)
  t.end()
})

t.test('retransmission intervals grow as the RFC says', (t) => {
  const values = timerValues()
  const series = (name: 'A' | 'E' | 'G', proceeding: boolean): number[] => {
    const found = [500]
    while (found.length < 6) found.push(nextInterval(name, found.at(-1)!, proceeding, values))
    return found
  }
  t.same(series('A', false), [500, 1000, 2000, 4000, 8000, 16_000])
  t.same(series('E', false), [500, 1000, 2000, 4000, 4000, 4000])
  t.same(series('E', true), [500, 4000, 4000, 4000, 4000, 4000])
  t.same(series('G', false), [500, 1000, 2000, 4000, 4000, 4000])
  t.end()
})
