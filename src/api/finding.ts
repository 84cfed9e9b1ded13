/**
 * Where calls are lost: of the hours of the week the ones in which missed calls gather, widened to
 * their neighbours of the same kind, so that one rule mends them. Figures in, a proposal out.
 */
import { hourOfWeek } from '../store/call-filter.ts'
import type { HourCount } from '../store/statistics.ts'
import type { Finding } from './schema-insight.ts'

/** Fewer missed calls than this are chance. */
const leastMissed = 4
/** A share of all missed ones that makes a place a place. */
const leastShare = 0.2
/** A neighbouring hour belongs to it with at least this share of its missed calls. */
const neighbourShare = 0.4

type Weekday = Finding['weekdays'][number]

/** The worst hours without a rule, or with one that nobody answered; undefined: none stand out. */
export function findLosses(
  counts: readonly HourCount[],
  ruleName: (id: string) => string | undefined,
  targetId: string | null,
): Finding | undefined {
  const missed = counts.filter((one) => one.kind === 'missed')
  const all = sum(missed)
  if (all < leastMissed) return undefined
  let best: Finding | undefined
  for (const ruleId of new Set(missed.map((one) => one.ruleId))) {
    const name = ruleId === null ? null : ruleName(ruleId)
    // A rule that is gone needs no mending.
    if (name === undefined) continue
    const found = densest(missed.filter((one) => one.ruleId === ruleId))
    if (found.missed < leastMissed || found.missed < all * leastShare) continue
    if (best !== undefined && best.missed >= found.missed) continue
    best = {
      kind: ruleId === null ? 'noRule' : 'rule',
      ruleId,
      ruleName: name,
      ...found,
      missedInAll: all,
      targetId,
    }
  }
  return best
}

function densest(missed: readonly HourCount[]) {
  const byHour = Array.from({ length: 24 }, () => 0)
  for (const { hour, calls } of missed) byHour[hourOfWeek(hour) % 24]! += calls
  const peak = byHour.indexOf(Math.max(...byHour))
  const belongs = (hour: number) => (byHour[hour] ?? 0) >= byHour[peak]! * neighbourShare
  let from = peak
  let to = peak + 1
  while (from > 0 && belongs(from - 1)) from--
  while (to < 24 && belongs(to)) to++
  const inside = missed.filter(({ hour }) => {
    const at = hourOfWeek(hour) % 24
    return at >= from && at < to
  })
  const byDay = Array.from({ length: 7 }, () => 0)
  for (const { hour, calls } of inside) byDay[Math.floor(hourOfWeek(hour) / 24)]! += calls
  const most = Math.max(...byDay)
  const days = byDay.flatMap((calls, day) => (calls >= most * neighbourShare ? [day] : []))
  return {
    weekdays: days.map((day) => (day + 1) as Weekday),
    hours: { from: from * 60, to: to * 60 },
    missed: days.reduce((total, day) => total + (byDay[day] ?? 0), 0),
  }
}

function sum(counts: readonly HourCount[]): number {
  return counts.reduce((total, one) => total + one.calls, 0)
}
