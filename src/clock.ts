/**
 * Time as a parameter: everything that waits or measures gets a Clock, so that tests run an hour
 * of ringing in a millisecond. Pure folders (sip, call …) never see a Clock, only numbers.
 */

/** Milliseconds; on the monotonic axis where the name says "now" or "at", a duration otherwise. */
export type Ms = number

/** Takes back a wake-up that has not happened yet; harmless afterwards. */
export type Cancel = () => void

export interface Clock {
  /** Monotonic milliseconds: for protocols and durations. Never goes back, knows no calendar. */
  nowMs(): Ms
  /** Milliseconds since 1970 (UTC): for schedules and records only. */
  wallMs(): Ms
  /** Runs `run` once when nowMs() reaches `at`; never synchronously, even if that has passed. */
  wakeAt(at: Ms, run: () => void): Cancel
}

/** Node's own clock. Wake-ups later than 24.8 days are not supported: nobody waits that long. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  wakeAt(at, run) {
    const timer = setTimeout(run, Math.max(0, at - performance.now()))
    return () => clearTimeout(timer)
  },
}

/** The system clock, its wall moved so that it reads `wallMs` now: for tests of nights and DST. */
export function clockStartingAt(wallMs: number): Clock {
  const offset = wallMs - Date.now()
  return { ...systemClock, wallMs: () => Date.now() + offset }
}
