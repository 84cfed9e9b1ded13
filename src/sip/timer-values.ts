/**
 * The timers of RFC 3261 table 4, amended by RFC 6026 §7.1 and §8.4 (L and M): how long each runs
 * and how the retransmission timers A, E and G grow. It starts nothing; `timer-queue.ts` does.
 */
import type { Ms } from './events.ts'

/** The values everything derives from. `t1x64Ms` may be set apart from T1 to keep tests short. */
export interface TimerBase {
  readonly t1Ms: Ms
  readonly t2Ms: Ms
  readonly t4Ms: Ms
  readonly t1x64Ms: Ms
}

export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M'

export interface TimerValues extends TimerBase {
  /** First interval of each timer over a transport that may lose messages (UDP). */
  readonly unreliable: Readonly<Record<TimerName, Ms>>
  /**
   * The same over TCP and TLS. A retransmission timer is not started at all (`undefined`); a timer
   * that only waits for repetitions is 0: the state is left at once (RFC 3261 §17.1.1.2 and on).
   */
  readonly reliable: Readonly<Record<TimerName, Ms | undefined>>
}

/** RFC 3261 §17.1.1.1: an estimate of the round trip, the longest interval, a datagram's life. */
const rfcBase: TimerBase = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000, t1x64Ms: 32_000 }

/**
 * RFC 3261 table 4 wants Timer D to be at least 32 s over UDP: with a shorter T1 than usual (tests)
 * it shrinks along with 64·T1, which is what the peer's Timer H needs.
 */
export function timerValues(base: Partial<TimerBase> = {}): TimerValues {
  const { t1Ms, t2Ms, t4Ms, t1x64Ms } = { ...rfcBase, ...base }
  const sixtyFour = t1x64Ms
  const unreliable = {
    A: t1Ms, B: sixtyFour, D: sixtyFour, E: t1Ms, F: sixtyFour, G: t1Ms, H: sixtyFour,
    I: t4Ms, J: sixtyFour, K: t4Ms, L: sixtyFour, M: sixtyFour,
  }
  const reliable = {
    A: undefined, B: sixtyFour, D: 0, E: undefined, F: sixtyFour, G: undefined, H: sixtyFour,
    I: 0, J: 0, K: 0, L: sixtyFour, M: sixtyFour,
  }
  return { t1Ms, t2Ms, t4Ms, t1x64Ms, unreliable, reliable }
}

/**
 * The interval after `intervalMs` of a retransmission timer. A doubles without bound (RFC 3261
 * §17.1.1.2); E and G double up to T2 (§17.1.2.2, §17.2.1); E is T2 at once in state proceeding.
 */
export function nextInterval(
  name: 'A' | 'E' | 'G', intervalMs: Ms, proceeding: boolean, values: TimerBase,
): Ms {
  if (name === 'A') return intervalMs * 2
  if (name === 'E' && proceeding) return values.t2Ms
  return Math.min(intervalMs * 2, values.t2Ms)
}
