/**
 * «Почему так»: the trace and the legs of a call as lines of words, in the order of time. Pure.
 * Reasons are facts with numbers; a code without words is shown as it came, never hidden. What a
 * cycle of rules repeats is told once (`trace-rounds.ts`).
 */
import type { OverviewReply, NumberReply } from '../src/api/schema.ts'
import {
  clockTime, duration, formatDate, formatPhone, list, money, phoneName, timeOf, weekdayName,
} from './format.ts'
import { known, t } from './text.ts'
import type { Key } from './text.ts'
import { foldRounds } from './trace-rounds.ts'
import type { WhyLine } from './trace-rounds.ts'
import { localTime } from './zone.ts'
import './text-calls-ru.ts'

type Call = OverviewReply['live'][number]
type Leg = Call['legs'][number]
type Step = Call['trace'][number]
type Verdict = Extract<Step, { step: 'ruleSkipped' }>['why']

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
    case 'dayKind': return t('why.dayKind',
      { name, date: formatDate(why.date, 'day'), kind: word('why.kind', why.kind) })
    case 'caller': return why.anybody === true ? t('why.callerSome', { name })
      : why.number === '' ? t('why.callerHidden', { name })
        : t('why.caller', { name, number: formatPhone(why.number) })
    case 'dialled': return t('why.dialled', { name, number: formatPhone(why.number) })
    case 'outranked': return why.byPriority === why.priority
      ? t('why.outrankedOrder', { name, winner: why.byRuleName })
      : t('why.outranked',
        { name, priority: why.priority, by: why.byPriority, winner: why.byRuleName })
  }
}

const mailWords: Readonly<Record<Of<'voicemail'>['why'], Key>> = {
  ordered: 'why.mailOrdered',
  timeout: 'why.mailTimeout', noAnswerAction: 'why.mailAction', nothingActs: 'why.mailNothing',
}

/** Why a call came to voicemail, in one sentence; '' when its trace does not say. */
export function mailReason(call: Pick<Call, 'trace'>): string {
  const step = call.trace.findLast((each) => each.step === 'voicemail')
  return step?.step === 'voicemail' ? t(mailWords[step.why]) : ''
}

/** What the words of a step need from outside it. */
interface Around {
  readonly call: Call
  readonly numbers: readonly NumberReply[]
  readonly zone: string
}

type Of<S extends Step['step']> = Extract<Step, { step: S }>

function takenWords(step: Of<'ruleTaken'>): string {
  const name = step.ruleName
  if (step.via === 'chain') return t('why.chain', { name })
  if (step.via === 'chainIgnoringSchedule') return t('why.chainAlways', { name })
  return t('why.taken', { name, priority: step.priority })
}

/** «Сейчас всё на …» with its end: the time alone on the day of the call. */
function overrideWords(step: Of<'override'>, { call, zone }: Around): string[] {
  const words = [t(`why.override.${step.action}`)]
  if (step.untilMs === undefined) return words
  const { date } = localTime(step.untilMs, zone)
  const time = timeOf(step.untilMs, zone)
  const sameDay = date === localTime(call.startedAt, zone).date
  return [...words, sameDay ? t('why.until', { time })
    : t('why.untilDay', { time, date: formatDate(date, 'day') })]
}

function confirmWords(step: Of<'confirm'>, { call }: Around): string {
  const leg = call.legs.find((each) => each.id === step.legId)
  return t(`why.confirm.${step.choice}`,
    { name: leg === undefined ? t('common.dash') : phoneName(leg) })
}

/** Voicemail that took the call says so itself. */
function orderWords({ order }: Of<'ordered'>, { call }: Around): string[] {
  const isTold = order === 'toVoicemail' &&
    call.trace.some((step) => step.step === 'voicemail' && step.why === 'ordered')
  return isTold ? [] : [t(`why.ordered.${order}`)]
}

/** The texts of a step; all but the first are details of the first. */
function stepTexts(step: Exclude<Step, Of<'ruleSkipped'>>, around: Around): string[] {
  switch (step.step) {
    case 'ruleTaken': return [takenWords(step)]
    case 'defaultNumber':
      return [t('why.default', { name: nameOf(step.address, around.numbers) })]
    case 'chainEnded': return [word('why', step.why)]
    case 'paused': return [t('why.paused', { n: Math.round(step.ms / 100) / 10 })]
    case 'voicemail': return step.taken ? [t(mailWords[step.why])]
      : [t(mailWords[step.why]), t('why.mailFailed')]
    case 'refused': return step.why === 'noAnswer' ? [t('why.missed', { status: step.status })]
      : [t('why.refused', { why: word('refusal', step.why) })]
    case 'override': return overrideWords(step, around)
    case 'blocked': return [step.entry === 'anonymous' ? t('why.blockedHidden')
      : t('why.blocked', { entry: formatPhone(step.entry) })]
    case 'reaction': return [t(`why.reaction.${step.action}`)]
    case 'mailbox': return [t(step.taken ? 'why.mailbox' : 'why.mailboxFailed')]
    case 'confirm': return [confirmWords(step, around)]
    case 'recording': return [t(step.running ? 'why.recording' : 'why.notRecorded')]
    case 'ordered': return orderWords(step, around)
    case 'note': {
      const key = `note.${step.code}`
      return [known(key) ? t(key, { name: nameOf(step.detail, around.numbers) })
        : t('why.note', { detail: step.detail || step.code })]
    }
  }
}

function stepWords(step: Step, around: Around): WhyLine[] {
  const { atMs } = step
  if (step.step === 'ruleSkipped') {
    return [{ atMs, text: skipped(step.ruleName, step.why), detail: true }]
  }
  return stepTexts(step, around).map((text, at) => ({ atMs, text, detail: at > 0 }))
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
    case 'missed': case 'refused':
      // Voicemail took the call, but nothing was said after the tone.
      if (call.status === 200) return line(t('why.nothingSaid'))
      return call.trace.some((step) => step.step === 'refused') ? []
        : line(t('why.missed', { status: call.status }))
    case 'voicemail': return [...line(t('why.messageLeft')), ...hangUp(call, line)]
    case 'answered': case 'mailbox': return hangUp(call, line)
  }
}

function hangUp(call: Call, line: (text: string) => WhyLine[]): WhyLine[] {
  switch (call.endedBy) {
    case 'callee': return line(t('why.endCallee'))
    case 'service': return line(wordsOr('end', call.reason, 'why.endService'))
    default: return line(t('why.endCaller'))
  }
}

/** What was charged for it; nothing for a call that could not cost anything. */
function cost({ charge, startedAt, endedAt = startedAt }: Call): WhyLine[] {
  if (charge === undefined) return []
  const { kopecks, rateName: name, seconds } = charge
  const text = t('why.cost', { sum: money(kopecks), name, time: duration(seconds) })
  return [{ atMs: endedAt - startedAt, text, detail: true }]
}

/**
 * The whole explanation of a call, in the order of time. `numbers` name the phones, `zone` is the
 * subscriber's.
 */
export function whyLines(
  call: Call, numbers: readonly NumberReply[], zone: string,
): WhyLine[] {
  const around: Around = { call, numbers, zone }
  // What was taken stands before what was not, whatever order they were looked at in.
  const steps = [...call.trace].sort((a, b) => a.atMs - b.atMs
    || Number(a.step === 'ruleSkipped') - Number(b.step === 'ruleSkipped'))
  // Of one instant: what ended, why that led on, what began. The sort is stable.
  const lines: WhyLine[] = [
    ...ends(call.legs), ...steps.flatMap((step) => stepWords(step, around)),
    ...call.legs.flatMap(trunks), ...ringing(call.legs), ...closing(call), ...cost(call),
  ]
  lines.sort((a, b) => a.atMs - b.atMs)
  const start: WhyLine = {
    atMs: 0, detail: false, text: t('why.start', { number: formatPhone(call.dialled) }),
  }
  return [start, ...foldRounds(lines)]
}
