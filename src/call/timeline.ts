/**
 * The picture of the rules over a window of time: the bars of each rule with the stretches a higher
 * rule wins, and the lane «Итог» that says for every instant where the call of an ordinary caller
 * would go. Agrees with `planCall` at every instant. Status and balance are not drawn: they have no
 * schedule.
 */
import type { DayKind } from './calendar.ts'
import { dayKindAt } from './calendar.ts'
import type { Interval } from './interval.ts'
import { conditionVerdict, inWinningOrder, isInForce } from './plan.ts'
import type { Rule } from './rule.ts'
import type { LocalDay } from './schedule.ts'
import { localDays, occurrences } from './schedule.ts'
import type { Subscriber, Target } from './subscriber.ts'

/** A stretch in which another rule rings instead. */
export interface LostStretch extends Interval {
  readonly byRuleId: string
}

/** One stretch in which the schedule of a rule holds, cut at the ends of the window. */
export interface Bar extends Interval {
  readonly ruleId: string
  /** In order; empty for a disabled rule, which competes with nobody. */
  readonly lost: readonly LostStretch[]
  /** Only some callers meet this rule, or callers of another personal number. */
  readonly conditional?: true
}

export interface ResultStretch extends Interval {
  readonly kind: 'rule' | 'default' | 'override' | 'voicemail' | 'nowhere' | 'refused'
  /** The rule that decides: that rings ('rule'), or whose reaction it is; null when none does. */
  readonly ruleId: string | null
  /** The phone of an 'override'. */
  readonly target?: Target
  /** «Сейчас всё на …» or «не беспокоить» decides, whatever `kind` comes of it. */
  readonly byOverride?: true
}

/** A local day of the window, cut at its ends, and what the production calendar says of it. */
export interface TimelineDay extends LocalDay {
  readonly kind: DayKind
}

export interface Timeline {
  /** Rule by rule in winning order, each rule's bars by time. */
  readonly bars: readonly Bar[]
  /** Consecutive, gapless, neighbours differ. */
  readonly result: readonly ResultStretch[]
  readonly days: readonly TimelineDay[]
}

interface Lane extends Interval {
  readonly ruleId: string | null
}

/** Draws [fromMs, toMs), milliseconds since 1970. */
export function drawTimeline(subscriber: Subscriber, fromMs: number, toMs: number): Timeline {
  const { zone, calendar } = subscriber
  const bars: Bar[] = []
  const empty: Lane[] = fromMs < toMs ? [{ from: fromMs, to: toMs, ruleId: null }] : []
  /** Who takes the ordinary caller. */
  let lanes = empty
  /** Who takes every caller: only to these a rule for some callers loses. */
  let certain = empty
  for (const rule of inWinningOrder(subscriber.rules)) {
    const stretches = occurrences(rule, fromMs, toMs, zone, calendar)
    const acts = rule.enabled && conditionVerdict(rule, subscriber, undefined) === undefined
    const conditional = isConditional(rule, subscriber)
    for (const { from, to } of stretches) {
      const lost = rule.enabled ? lostStretches({ from, to }, conditional ? certain : lanes) : []
      const bar = { ruleId: rule.id, from, to, lost }
      bars.push(conditional ? { ...bar, conditional } : bar)
    }
    if (!acts) continue
    const same = lanes === certain
    lanes = occupy(lanes, stretches, rule.id)
    if (!conditional) certain = same ? lanes : occupy(certain, stretches, rule.id)
  }
  const rules = new Map(subscriber.rules.map((rule) => [rule.id, rule]))
  const result = lanes.map((lane) => named(lane, subscriber, rules))
  return {
    bars,
    result: overlaid(result, subscriber, fromMs, toMs),
    days: daysOf(subscriber, fromMs, toMs),
  }
}

function daysOf(subscriber: Subscriber, fromMs: number, toMs: number): TimelineDay[] {
  return localDays(fromMs, toMs, subscriber.zone).map((day) => ({
    ...day, kind: dayKindAt(subscriber.calendar, day.date),
  }))
}

function isConditional(rule: Rule, subscriber: Subscriber): true | undefined {
  return rule.callers !== undefined ||
    conditionVerdict(rule, subscriber, undefined) !== undefined || undefined
}

function lostStretches(stretch: Interval, lanes: readonly Lane[]): LostStretch[] {
  const lost: LostStretch[] = []
  for (let i = firstEndingAfter(lanes, stretch.from); i < lanes.length; i += 1) {
    const lane = lanes[i]
    if (lane === undefined || lane.from >= stretch.to) break
    if (lane.ruleId === null) continue
    const from = Math.max(lane.from, stretch.from)
    lost.push({ from, to: Math.min(lane.to, stretch.to), byRuleId: lane.ruleId })
  }
  return lost
}

function firstEndingAfter(lanes: readonly Lane[], instant: number): number {
  let low = 0
  let high = lanes.length
  while (low < high) {
    const middle = (low + high) >> 1
    const lane = lanes[middle]
    if (lane !== undefined && lane.to <= instant) low = middle + 1
    else high = middle
  }
  return low
}

/** Gives the free parts of `lanes` that lie in `stretches` (ordered, disjoint) to the rule. */
function occupy(lanes: readonly Lane[], stretches: readonly Interval[], ruleId: string): Lane[] {
  const next: Lane[] = []
  let at = 0
  for (const lane of lanes) {
    if (lane.ruleId !== null) {
      append(next, lane)
      continue
    }
    let from = lane.from
    while (at < stretches.length && (stretches[at]?.to ?? 0) <= from) at += 1
    for (let i = at; i < stretches.length; i += 1) {
      const stretch = stretches[i]
      if (stretch === undefined || stretch.from >= lane.to) break
      const start = Math.max(from, stretch.from)
      const end = Math.min(lane.to, stretch.to)
      if (start > from) append(next, { from, to: start, ruleId: null })
      if (end > start) append(next, { from: start, to: end, ruleId })
      from = Math.max(from, end)
    }
    if (from < lane.to) append(next, { from, to: lane.to, ruleId: null })
  }
  return next
}

function append(lanes: Lane[], lane: Lane): void {
  const last = lanes.at(-1)
  if (last !== undefined && last.ruleId === lane.ruleId) {
    lanes[lanes.length - 1] = { from: last.from, to: lane.to, ruleId: lane.ruleId }
  } else {
    lanes.push(lane)
  }
}

function named(
  lane: Lane,
  subscriber: Subscriber,
  rules: ReadonlyMap<string, Rule>,
): ResultStretch {
  const { from, to, ruleId } = lane
  const noRing = subscriber.settings.voicemail ? 'voicemail' : 'nowhere'
  if (ruleId === null) {
    return { from, to, kind: subscriber.defaultTarget === undefined ? noRing : 'default', ruleId }
  }
  switch (rules.get(ruleId)?.reaction) {
    case 'voicemail': return { from, to, kind: noRing, ruleId }
    case 'refuse': return { from, to, kind: 'refused', ruleId }
    default: return { from, to, kind: 'rule', ruleId }
  }
}

/** Lays the override over the lane: as `planCall` has it, before every rule. */
function overlaid(
  result: readonly ResultStretch[],
  subscriber: Subscriber,
  fromMs: number,
  toMs: number,
): readonly ResultStretch[] {
  const stretch = overrideStretch(subscriber, fromMs, toMs)
  if (stretch === undefined) return result
  const laid: ResultStretch[] = []
  for (const one of result) {
    if (one.from < stretch.from) laid.push({ ...one, to: Math.min(one.to, stretch.from) })
    if (one.from <= stretch.from && one.to > stretch.from) laid.push(stretch)
    if (one.to > stretch.to) laid.push({ ...one, from: Math.max(one.from, stretch.to) })
  }
  return laid
}

function overrideStretch(
  subscriber: Subscriber,
  fromMs: number,
  toMs: number,
): ResultStretch | undefined {
  const { override, settings } = subscriber
  if (override === undefined) return undefined
  const { sinceMs = fromMs, untilMs = toMs } = override
  const from = Math.max(fromMs, sinceMs)
  const to = Math.min(toMs, untilMs)
  if (from >= to || !isInForce(override, from)) return undefined
  const stretch = { from, to, ruleId: null, byOverride: true } as const
  switch (override.action) {
    case 'ring': return { ...stretch, kind: 'override', target: override.target }
    case 'refuse': return { ...stretch, kind: 'refused' }
    case 'voicemail': return { ...stretch, kind: settings.voicemail ? 'voicemail' : 'nowhere' }
  }
}
