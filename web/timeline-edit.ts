/**
 * Changing the hours of a rule at one of its bars: which hours of which block a bar was made of, and
 * what they become when an end is moved. Pure. A bar that two kinds of hours made together, or that
 * has no hours at all, cannot be changed here: the editor can.
 */
import type { RuleReply, RuleRequest } from '../src/api/schema.ts'
import { requestOfReply } from './stored-rule.ts'
import { daysBetween, localTime } from './zone.ts'

export interface Hours { readonly from: number; readonly to: number }

/** The hours a bar comes from: their place in the rule. */
export interface HoursPlace {
  readonly block: number
  readonly range: number
  readonly hours: Hours
}

export type Edge = 'from' | 'to'

/** Ends are moved in steps of so many minutes; a bar keeps at least one of them. */
export const stepMinutes = 15

/** Minutes from the beginning to the end; equal times are a whole day. */
export function lengthOf(hours: Hours): number {
  return hours.to > hours.from ? hours.to - hours.from : hours.to - hours.from + 1440
}

/** Finds the hours of a bar; undefined when it is not of exactly one pair of times. */
export function hoursOfBar(
  rule: RuleReply, bar: { readonly from: number; readonly to: number }, zone: string,
): HoursPlace | undefined {
  const start = localTime(bar.from, zone)
  const end = localTime(bar.to, zone)
  const length = daysBetween(start.date, end.date) * 1440 + end.minute - start.minute
  const found: HoursPlace[] = []
  rule.blocks.forEach((block, at) => {
    const weekdays: readonly number[] = block.weekdays
    const days = weekdays.length === 0 || weekdays.includes(start.weekday)
    const dates = block.dates.length === 0 || block.dates.some((span) =>
      (span.from === null || span.from <= start.date) && (span.to === null || span.to >= start.date))
    if (!days || !dates) return
    block.hours.forEach((hours, range) => {
      if (hours.from === start.minute && lengthOf(hours) === length) {
        found.push({ block: at, range, hours })
      }
    })
  })
  return found.length === 1 ? found[0] : undefined
}

/**
 * Hours with one end moved by minutes: in steps of a quarter of an hour of the clock, never shorter
 * than one step, never longer than a day; the beginning stays in its day.
 */
export function movedEdge(hours: Hours, edge: Edge, minutes: number): Hours {
  const snap = (minute: number): number => Math.round(minute / stepMinutes) * stepMinutes
  const end = hours.from + lengthOf(hours)
  const from = edge === 'to' ? hours.from
    : Math.max(0, end - 1440, Math.min(snap(hours.from + minutes), end - stepMinutes, 1439))
  const to = edge === 'from' ? end
    : Math.min(hours.from + 1440, Math.max(snap(end + minutes), hours.from + stepMinutes))
  return { from, to: to > 1440 ? to - 1440 : to }
}

/** The request that gives a rule other hours in one place. */
export function requestWithHours(rule: RuleReply, place: HoursPlace, hours: Hours): RuleRequest {
  const request = requestOfReply(rule)
  return {
    ...request,
    version: rule.version,
    blocks: rule.blocks.map((block, at) => ({
      ...block, weekdays: [...block.weekdays], dates: block.dates.map((span) => ({ ...span })),
      hours: block.hours.map((each, range) => at === place.block && range === place.range
        ? { from: hours.from, to: hours.to } : { ...each }),
    })) as RuleRequest['blocks'],
  }
}
