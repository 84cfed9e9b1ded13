import t from 'tap'
import type { Cancel, Ms } from '../../src/clock.ts'
import { Pacer } from '../../src/media/pacer.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A clock whose wake-ups come late when told so. */
class LateClock extends VirtualClock {
  lateMs: Ms = 0

  override wakeAt(at: Ms, run: () => void): Cancel {
    const late = this.lateMs
    this.lateMs = 0
    return super.wakeAt(at + late, run)
  }
}

interface Ticked { readonly nowMs: Ms; readonly mustSend: boolean }

function paced(clock: LateClock): { ticks: Ticked[]; pacer: Pacer } {
  const ticks: Ticked[] = []
  const pacer = new Pacer(clock, (nowMs, mustSend) => ticks.push({ nowMs, mustSend }))
  pacer.start()
  return { ticks, pacer }
}

t.test('a tick each 20 ms, and after ten hours still to the tick', async (t) => {
  const clock = new LateClock(1234.5)
  const { ticks, pacer } = paced(clock)
  clock.advance(100)
  t.strictSame(ticks, [1254.5, 1274.5, 1294.5, 1314.5, 1334.5].map((nowMs) => ({ nowMs, mustSend: true })))
  let count = 0
  const long = new Pacer(clock, () => { count++ })
  long.start()
  clock.advance(10 * 3600 * 1000)
  t.equal(count, 10 * 3600 * 50)
  pacer.stop()
  long.stop()
  t.equal(clock.pending, 0)
})

t.test('a wake-up that is always late loses no tick', async (t) => {
  const clock = new LateClock()
  let count = 0
  const pacer = new Pacer(clock, () => {
    count++
    clock.lateMs = 7
  })
  pacer.start()
  clock.advance(60_000)
  t.ok(Math.abs(count - 3000) <= 1, `${count} ticks in a minute`)
  pacer.stop()
})

const stalls = [
  { name: 'of a frame is made up for', lateMs: 25, sent: 2, silent: 0 },
  { name: 'of 90 ms is made up for', lateMs: 90, sent: 5, silent: 0 },
  { name: 'of 200 ms is skipped: time goes on, one frame is sent', lateMs: 200, sent: 1, silent: 10 },
  { name: 'of an hour is over at once', lateMs: 3_600_000, sent: 1, silent: 50 },
]

for (const { name, lateMs, sent, silent } of stalls) {
  t.test(`a stall ${name}`, async (t) => {
    const clock = new LateClock()
    const { ticks, pacer } = paced(clock)
    clock.advance(20)
    ticks.length = 0
    clock.lateMs = lateMs
    clock.advance(20)
    ticks.length = 0
    clock.advance(20 + lateMs)
    const batch = [...ticks]
    t.equal(batch.filter(({ mustSend }) => mustSend).length, sent)
    t.equal(batch.filter(({ mustSend }) => !mustSend).length, silent)
    t.ok(batch.every(({ nowMs }, index) => index === 0 || nowMs > batch[index - 1]!.nowMs), 'in the order of time')
    const before = ticks.length
    clock.advance(100)
    t.equal(ticks.length - before, 5, 'and then as before')
    t.equal(pacer.lateness.skippedTicks > 0, silent > 0)
    pacer.stop()
  })
}

t.test('lateness is counted by milliseconds', async (t) => {
  const clock = new LateClock()
  const { pacer } = paced(clock)
  clock.lateMs = 3
  clock.advance(20)
  clock.advance(40)
  t.equal(pacer.lateness.counts[0], 2)
  t.equal(pacer.lateness.counts[3], 1)
  pacer.stop()
  pacer.stop()
})
