/**
 * The money of a day: how much of its cap is left, and which alarm a sum has reached. The day is a
 * local one of the subscriber's zone.
 */

/** What a manager is told at, in percent of the cap. The last one freezes the account. */
export const spendAlarms = [100, 80, 50] as const
export type SpendAlarm = (typeof spendAlarms)[number]

/**
 * A call is not let in, or is cut, before a step begins that could not be paid: what is left then
 * is less than a step. As much of the cap counts as used up.
 */
const usedUp = 0.98

/** Kopecks that calls may still cost today; undefined: there is no cap. Never below zero. */
export function spendLeft(capKopecks: number, spentKopecks: number): number | undefined {
  return capKopecks === 0 ? undefined : Math.max(0, capKopecks - spentKopecks)
}

/** The highest alarm that the sum has reached; undefined: none. */
export function spendAlarm(capKopecks: number, spentKopecks: number): SpendAlarm | undefined {
  if (capKopecks === 0) return undefined
  const percent = (spentKopecks * 100) / capKopecks
  return spendAlarms.find((level) => percent >= (level === 100 ? level * usedUp : level))
}
