/**
 * Geometry of the ring chart: rows are phones, the axis is seconds from the first ring. Pure; draws
 * nothing. Talk is cut at the end of the axis: the chart is about ringing.
 */
import type { OverviewReply } from '../src/api/schema.ts'

export type Call = OverviewReply['live'][number]
export type Leg = Call['legs'][number]
/** What the chart needs of a call: one of the journal, or one that was simulated. */
export type RungCall = Pick<Call, 'legs'> & Partial<Pick<Call, 'startedAt' | 'answeredAt'>>

export interface RingRow {
  readonly leg: Leg
  /** Seconds on the axis; `ringFrom` = `ringTo` when the phone never rang. */
  readonly ringFrom: number
  readonly ringTo: number
  /** Seconds of talk as drawn, cut at the end of the axis; undefined when not answered by it. */
  readonly talk: { readonly from: number; readonly to: number; readonly seconds: number } | undefined
  /** While it was answered but nobody had pressed 1. */
  readonly asked: { readonly from: number; readonly to: number } | undefined
  /** How many times in turn this phone was rung alike (a cycle of rules). */
  readonly times: number
}

/** Voicemail as a row of its own: seconds on the axis. */
export interface MailRow { readonly from: number; readonly to: number }

export interface RingChart {
  readonly mail: MailRow | undefined
  readonly rows: readonly RingRow[]
  readonly axisSeconds: number
  readonly ticks: readonly number[]
  /** Rule names under the chart, where each began. */
  readonly rules: readonly { readonly name: string; readonly at: number }[]
}

const steps = [1, 2, 5, 10, 15, 30, 60]

/** Chooses a tick of 1, 2, 5, 10 … seconds so that at most `most` ticks cover `seconds`. */
export function tickSeconds(seconds: number, most: number): number {
  return steps.find((step) => seconds / step <= most) ?? Math.ceil(seconds / most / 60) * 60
}

function endOf(leg: Leg, nowMs: number): number {
  return leg.endMs ?? nowMs
}

/** Nobody hears what is asked and presses 1 in less; connecting the caller takes some of it. */
const leastAskedMs = 500

/** When a phone that was answered was connected: at once, or when somebody had pressed 1. */
function connectedMs({ startedAt, answeredAt }: RungCall, answerMs: number): number {
  const connected = startedAt === undefined || !answeredAt ? 0 : answeredAt - startedAt
  return connected - answerMs < leastAskedMs ? answerMs : connected
}

/**
 * Lays a call out. `nowMs` is milliseconds after the start of the call, for legs that still live;
 * `mostTicks` how many marks the axis has room for.
 * Without any leg there are no rows.
 */
export function layoutRingChart(
  call: RungCall, nowMs: number, mostTicks = 7,
  mail?: { readonly fromMs: number; readonly toMs: number },
): RingChart {
  const legs = call.legs
  const origin = Math.min(...legs.map((leg) => leg.ringMs ?? leg.startMs),
    mail?.fromMs ?? Number.MAX_SAFE_INTEGER)
  const seconds = (ms: number): number => Math.max(0, (ms - origin) / 1000)
  const ringEnds = legs.map((leg) => seconds(leg.answerMs === undefined ? endOf(leg, nowMs)
    : leg.outcome === 'answered' ? connectedMs(call, leg.answerMs) : leg.answerMs))
  const mailRow = mail === undefined ? undefined
    : { from: seconds(mail.fromMs), to: seconds(mail.toMs) }
  const lastRing = Math.max(0, mailRow?.from ?? 0, ...ringEnds)
  const answered = legs.find((leg) => leg.answerMs !== undefined && leg.outcome === 'answered')
  const wanted = answered === undefined ? lastRing * 1.25 : lastRing * 1.7
  const tick = tickSeconds(Math.max(wanted, 5), mostTicks)
  const axisSeconds = Math.max(tick, Math.ceil(wanted / tick) * tick)
  const ticks: number[] = []
  for (let at = 0; at <= axisSeconds; at += tick) ticks.push(at)
  return {
    mail: mailRow === undefined ? undefined
      : { from: mailRow.from, to: Math.min(axisSeconds, Math.max(mailRow.to, mailRow.from + tick)) },
    rows: legs.map((leg) => row(call, leg, seconds, nowMs, axisSeconds)),
    axisSeconds, ticks, rules: ruleMarks(legs, seconds),
  }
}

function row(
  call: RungCall, leg: Leg, seconds: (ms: number) => number, nowMs: number, axisSeconds: number,
): RingRow {
  const { answerMs, ringMs } = leg
  const endMs = endOf(leg, nowMs)
  const ringTo = seconds(answerMs ?? endMs)
  const ringFrom = ringMs === undefined ? ringTo : seconds(ringMs)
  if (answerMs === undefined) {
    return { leg, ringFrom, ringTo, talk: undefined, asked: undefined, times: 1 }
  }
  const talkMs = leg.outcome === 'answered' ? Math.min(endMs, connectedMs(call, answerMs)) : undefined
  const askedTo = seconds(talkMs ?? endMs)
  return {
    leg, ringFrom, ringTo, times: 1,
    asked: askedTo > ringTo ? { from: ringTo, to: askedTo } : undefined,
    talk: talkMs === undefined ? undefined : {
      from: askedTo, to: Math.min(axisSeconds, seconds(endMs)), seconds: (endMs - talkMs) / 1000,
    },
  }
}

function ruleMarks(
  legs: readonly Leg[], seconds: (ms: number) => number,
): { name: string; at: number }[] {
  const marks: { name: string; at: number }[] = []
  for (const leg of legs) {
    const name = leg.ruleName ?? ''
    if (marks.at(-1)?.name !== name) marks.push({ name, at: seconds(leg.ringMs ?? leg.startMs) })
  }
  return marks
}

/** In a long cycle of rules only the last ring of each phone stays, with the count of its rings. */
export function foldCycles(chart: RingChart): RingChart {
  const seen = new Map<string, number>()
  for (const { leg } of chart.rows) seen.set(leg.address, (seen.get(leg.address) ?? 0) + 1)
  if (chart.rows.length <= 8) return chart
  const left = new Map(seen)
  const rows: RingRow[] = []
  for (const each of chart.rows) {
    const remaining = left.get(each.leg.address) ?? 1
    left.set(each.leg.address, remaining - 1)
    if (remaining === 1) rows.push({ ...each, times: seen.get(each.leg.address) ?? 1 })
  }
  return { ...chart, rows }
}
