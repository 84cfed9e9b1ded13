/**
 * The question of «Кто зазвонит, если…»: date, time, caller and what the phones do, kept in the
 * address so that it can be shown to others, and made into a request. Pure.
 */
import type { SimulateRequest } from '../src/api/schema-rules.ts'
import { clockTime, formatPhone } from './format.ts'
import { instantOf, localTime } from './zone.ts'

export type Habit = NonNullable<SimulateRequest['phones']>[string]
export type Does = Habit['does']

/** All phones alike, one that answers ('answers:+7916…'), or each on its own. */
export type Mode = 'silent' | 'busy' | 'unreachable' | 'each' | `answers:${string}`

export interface Question {
  readonly date: string
  /** Minute of the local day. */
  readonly minute: number
  /** As typed; '' = the withheld number when `hidden`. */
  readonly caller: string
  readonly hidden: boolean
  readonly mode: Mode
  /** With `each`: by address. */
  readonly phones: Readonly<Record<string, Habit>>
  /** Which personal number is called; '' = the first. */
  readonly dialled: string
}

/** What a phone may do, in the order of the choice. */
export const habits: readonly Does[] = [
  'silent', 'answers', 'answersAndDeclines', 'answersAndSendsToVoicemail', 'answersSilently', 'busy',
  'declines', 'unreachable', 'unknownNumber',
]

function isDoes(text: string | undefined): text is Does {
  return (habits as readonly (string | undefined)[]).includes(text)
}

function modeOf(text: string | null): Mode {
  if (text === 'busy' || text === 'unreachable' || text === 'each') return text
  return text?.startsWith('answers:') === true ? `answers:${text.slice(8)}` : 'silent'
}

function phonesOf(query: URLSearchParams): Record<string, Habit> {
  const phones: Record<string, Habit> = {}
  for (const [name, value] of query) {
    if (!name.startsWith('p.')) continue
    const [does, seconds] = value.split(':')
    const after = Number(seconds)
    if (!isDoes(does)) continue
    phones[name.slice(2)] = seconds === undefined || !Number.isInteger(after) || after < 0 || after > 300
      ? { does } : { does, afterSeconds: after }
  }
  return phones
}

/** The question of an address; what it leaves out is now, and the caller given. */
export function readQuestion(
  query: URLSearchParams, nowMs: number, zone: string, usualCaller: string,
): Question {
  const now = localTime(nowMs, zone)
  const date = query.get('date') ?? ''
  const time = /^(\d{1,2}):(\d{2})$/.exec(query.get('time') ?? '')
  const minute = time === null ? now.minute : Number(time[1]) * 60 + Number(time[2])
  return {
    date: /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date)) ? date : now.date,
    minute: minute < 1440 ? minute : now.minute,
    hidden: query.get('caller') === 'hidden',
    caller: query.get('caller') === 'hidden' ? '' : formatPhone(query.get('caller') || usualCaller),
    mode: modeOf(query.get('phones')), phones: phonesOf(query), dialled: query.get('dialled') ?? '',
  }
}

/** The address of a question. */
export function questionAddress(question: Question): string {
  const query = new URLSearchParams({ date: question.date, time: clockTime(question.minute) })
  // Written for people in the field, plainly in the address.
  query.set('caller', question.hidden ? 'hidden' : question.caller.replaceAll(/[\s()-]/g, ''))
  if (question.mode !== 'silent') query.set('phones', question.mode)
  if (question.dialled !== '') query.set('dialled', question.dialled)
  if (question.mode === 'each') {
    for (const [address, habit] of Object.entries(question.phones)) {
      query.set(`p.${address}`, habit.afterSeconds === undefined ? habit.does
        : `${habit.does}:${habit.afterSeconds}`)
    }
  }
  return `/simulator?${query}`
}

/** The request of a question. `addresses` are all phones that might ring. */
export function requestOf(
  question: Question, addresses: readonly string[], zone: string,
): SimulateRequest {
  const { mode } = question
  const all = (does: Does): Record<string, Habit> =>
    Object.fromEntries(addresses.map((address) => [address, { does }]))
  const phones = mode === 'each' ? { ...question.phones }
    : mode === 'silent' ? {}
      : mode === 'busy' || mode === 'unreachable' ? all(mode)
        : { [mode.slice(8)]: { does: 'answers' as const } }
  return {
    at: instantOf(question.date, question.minute, zone),
    caller: question.hidden ? '' : question.caller, phones,
    ...(question.dialled === '' ? {} : { dialled: question.dialled }),
  }
}
