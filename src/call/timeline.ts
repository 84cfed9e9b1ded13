/**
 * The picture of the rules over a window of time: the bars of each rule with the stretches a higher
 * rule wins, and the lane «Итог» that says for every instant where a call would go. Agrees with
 * `planCall` at every instant. Status and balance are not drawn: they have no schedule.
 */
import type { Interval } from './interval.ts'
import { inWinningOrder } from './plan.ts'
import { occurrences } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'

/** A stretch in which another rule rings instead. */
export interface LostStretch extends Interval {
  readonly byRuleId: string
}

/** One stretch in which the schedule of a rule holds, cut at the ends of the window. */
export interface Bar extends Interval {
  readonly ruleId: string
  /** In order; empty for a disabled rule, which competes with nobody. */
  readonly lost: readonly LostStretch[]
}

export interface ResultStretch extends Interval {
  readonly kind: 'rule' | 'default' | 'voicemail' | 'nowhere'
  /** null unless `kind` is 'rule'. */
  readonly ruleId: string | null
}

export interface Timeline {
  /** Rule by rule in winning order, each rule's bars by time. */
  readonly bars: readonly Bar[]
  /** Consecutive, gapless, neighbours differ. */
  readonly result: readonly ResultStretch[]
}

interface Lane extends Interval {
  readonly ruleId: string | null
}

/** Draws [fromMs, toMs), milliseconds since 1970. */
export function drawTimeline(subscriber: Subscriber, fromMs: number, toMs: number): Timeline {
  const bars: Bar[] = []
  let lanes: Lane[] = fromMs < toMs ? [{ from: fromMs, to: toMs, ruleId: null }] : []
  for (const rule of inWinningOrder(subscriber.rules)) {
    const stretches = occurrences(rule, fromMs, toMs, subscriber.zone)
    for (const stretch of stretches) {
      const lost = rule.enabled ? lostStretches(stretch, lanes) : []
      bars.push({ ruleId: rule.id, from: stretch.from, to: stretch.to, lost })
    }
    if (rule.enabled) lanes = occupy(lanes, stretches, rule.id)
  }
  return { bars, result: lanes.map((lane) => named(lane, subscriber)) }
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

function named(lane: Lane, subscriber: Subscriber): ResultStretch {
  const { from, to, ruleId } = lane
  if (ruleId !== null) return { from, to, kind: 'rule', ruleId }
  if (subscriber.defaultTarget !== undefined) return { from, to, kind: 'default', ruleId }
  return { from, to, kind: subscriber.settings.voicemail ? 'voicemail' : 'nowhere', ruleId }
}
