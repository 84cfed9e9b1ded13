/**
 * «Почему так»: the trace and the legs of a call as lines of words, in the order of time. Pure.
 * Reasons are facts with numbers; a code without words is shown as it came, never hidden.
 */
import type { OverviewReply, NumberReply } from '../src/api/schema.ts'
import { clockTime, formatDate, formatPhone, list, phoneName, weekdayName } from './format.ts'
import { known, t } from './text.ts'
import type { Key } from './text.ts'

type Call = OverviewReply['live'][number]
type Leg = Call['legs'][number]
type Step = Call['trace'][number]
type Verdict = Extract<Step, { step: 'ruleSkipped' }>['why']

/** One line of the explanation. `atMs` is milliseconds after the start of the call. */
export interface WhyLine {
  readonly atMs: number
  readonly text: string
  /** A detail of the line before it: drawn smaller, without its own time. */
  readonly detail: boolean
}

function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return known(key) ? t(key) : code
}

/** Words for a code, or the general phrase where it has none of its own. */
function wordsOr(prefix: string, code: string, general: Key): string {
  const key = `${prefix}.${code}`
  return t(known(key) ? key : general)
}

function skipped(name: string, why: Verdict): string {
  switch (why.verdict) {
    case 'disabled': return t('why.disabled', { name })
    case 'weekday': return t('why.weekday',
      { name, weekday: weekdayName(why.weekday, 'weekdayLong') })
    case 'date': return t('why.date', { name, date: formatDate(why.date, 'day') })
    case 'hours': return t('why.hours', { name, time: clockTime(why.minute) })
    case 'outranked': return why.byPriority === why.priority
      ? t('why.outrankedOrder', { name, winner: why.byRuleName })
      : t('why.outranked',
        { name, priority: why.priority, by: why.byPriority, winner: why.byRuleName })
  }
}

const mailWords: Readonly<Record<'timeout' | 'noAnswerAction' | 'nothingActs', Key>> = {
  timeout: 'why.mailTimeout', noAnswerAction: 'why.mailAction', nothingActs: 'why.mailNothing',
}

function stepWords(step: Step, numbers: readonly NumberReply[]): WhyLine[] {
  const line = (text: string, detail = false): WhyLine => ({ atMs: step.atMs, text, detail })
  switch (step.step) {
    case 'ruleSkipped': return [line(skipped(step.ruleName, step.why), true)]
    case 'ruleTaken': {
      if (step.via === 'chain') return [line(t('why.chain', { name: step.ruleName }))]
      if (step.via === 'chainIgnoringSchedule') {
        return [line(t('why.chainAlways', { name: step.ruleName }))]
      }
      return [line(t('why.taken', { name: step.ruleName, priority: step.priority }))]
    }
    case 'defaultNumber': return [line(t('why.default', { name: nameOf(step.address, numbers) }))]
    case 'chainEnded': return [line(word('why', step.why))]
    case 'paused': return [line(t('why.paused', { n: Math.round(step.ms / 100) / 10 }))]
    case 'voicemail': return step.taken ? [line(t(mailWords[step.why]))]
      : [line(t(mailWords[step.why])), line(t('why.mailFailed'), true)]
    case 'refused': return step.why === 'noAnswer'
      ? [line(t('why.missed', { status: step.status }))]
      : [line(t('why.refused', { why: word('refusal', step.why) }))]
    case 'note': {
      const key = `note.${step.code}`
      return [line(known(key) ? t(key, { name: nameOf(step.detail, numbers) })
        : t('why.note', { detail: step.detail || step.code }))]
    }
  }
}

function nameOf(address: string, numbers: readonly NumberReply[]): string {
  const phone = numbers.find((each) => each.address === address)
  return phone === undefined ? formatPhone(address) : phoneName(phone)
}

/** Phones that began to ring within the same second make one line. */
function ringing(legs: readonly Leg[]): WhyLine[] {
  const lines: { atMs: number; names: string[] }[] = []
  const rang = legs.filter((leg) => leg.ringMs !== undefined)
    .sort((a, b) => (a.ringMs ?? 0) - (b.ringMs ?? 0))
  for (const leg of rang) {
    const last = lines.at(-1)
    const atMs = leg.ringMs ?? 0
    if (last !== undefined && atMs - last.atMs < 1000) last.names.push(phoneName(leg))
    else lines.push({ atMs, names: [phoneName(leg)] })
  }
  return lines.map(({ atMs, names }) => ({
    atMs, detail: false, text: t('why.rang', { n: names.length, names: list(names) }),
  }))
}

function trunks(leg: Leg): WhyLine[] {
  return leg.attempts.slice(0, -1).map((attempt) => ({
    atMs: leg.startMs, detail: true,
    text: attempt.status === 0
      ? t('why.trunk', { name: phoneName(leg), trunk: attempt.trunk })
      : t('why.trunkStatus',
        { name: phoneName(leg), trunk: attempt.trunk, status: attempt.status }),
  }))
}

/** Ends of legs: an answer is a line of its own, phones that were too late share one. */
function ends(legs: readonly Leg[]): WhyLine[] {
  const lines: WhyLine[] = []
  const late: Leg[] = []
  for (const leg of legs) {
    const name = phoneName(leg)
    if (leg.answerMs !== undefined && leg.outcome === 'answered') {
      lines.push({ atMs: leg.answerMs, detail: false, text: t('why.legAnswered', { name }) })
    } else if (leg.outcome === 'answeredElsewhere') late.push(leg)
    else if (leg.endMs !== undefined && leg.outcome !== 'ringing') {
      const end = word('leg', leg.outcome)
      const text = leg.outcome === 'failed' && leg.status > 0
        ? t('why.legStatus', { name, end, status: leg.status }) : t('why.leg', { name, end })
      lines.push({ atMs: leg.endMs, detail: false, text })
    }
  }
  if (late.length > 0) {
    lines.push({
      atMs: Math.max(...late.map((leg) => leg.endMs ?? leg.startMs)), detail: true,
      text: t('why.elsewhere', { n: late.length, names: list(late.map(phoneName)) }),
    })
  }
  return lines
}

function closing(call: Call): WhyLine[] {
  if (call.outcome === undefined || call.endedAt === undefined) return []
  const line = (text: string): WhyLine[] =>
    [{ atMs: (call.endedAt ?? call.startedAt) - call.startedAt, text, detail: false }]
  switch (call.outcome) {
    case 'abandoned': return line(t('why.abandoned'))
    case 'interrupted': return line(wordsOr('interrupted', call.reason, 'why.interrupted'))
    case 'missed': case 'refused': return call.trace.some((step) => step.step === 'refused') ? []
      : line(t('why.missed', { status: call.status }))
    case 'answered': case 'voicemail': return line(call.endedBy === 'callee' ? t('why.endCallee')
      : call.endedBy === 'service' ? wordsOr('end', call.reason, 'why.endService')
        : t('why.endCaller'))
  }
}

/** The whole explanation of a call, in the order of time. */
export function whyLines(call: Call, numbers: readonly NumberReply[]): WhyLine[] {
  // What was taken stands before what was not, whatever order they were looked at in.
  const steps = [...call.trace].sort((a, b) => a.atMs - b.atMs
    || Number(a.step === 'ruleSkipped') - Number(b.step === 'ruleSkipped'))
  // Of one instant: what ended, why that led on, what began. The sort is stable.
  const lines: WhyLine[] = [
    ...ends(call.legs), ...steps.flatMap((step) => stepWords(step, numbers)),
    ...call.legs.flatMap(trunks), ...ringing(call.legs), ...closing(call),
  ]
  lines.sort((a, b) => a.atMs - b.atMs)
  const start: WhyLine = {
    atMs: 0, detail: false, text: t('why.start', { number: formatPhone(call.dialled) }),
  }
  return [start, ...lines]
}
