/**
 * The filters of the journal as its address holds them, and as the server is asked. Days are local
 * dates, both ends included; what is no filter is left out. Pure.
 */
import type { CallsAsk } from './api-calls.ts'
import { addDays, startOfDay } from './zone.ts'

export const outcomes =
  ['answered', 'missed', 'voicemail', 'abandoned', 'refused', 'live'] as const
export type OutcomeFilter = '' | (typeof outcomes)[number]

export interface JournalQuery {
  readonly outcome: OutcomeFilter
  readonly q: string
  /** Id of a rule, or 'none': calls that no rule took. */
  readonly rule: string
  /** Id of one of «Мои номера» that rang. */
  readonly number: string
  /** A caller's number, or 'anonymous'. */
  readonly caller: string
  /** 'YYYY-MM-DD' */
  readonly from: string
  readonly to: string
  /** Hour of the week, 0 = Monday 00:00, as text. */
  readonly cell: string
  readonly hasRecording: '' | 'yes' | 'no'
  readonly hasNote: '' | 'yes'
  /** The last call seen: milliseconds since 1970, as text, and its id. */
  readonly before: string
  readonly beforeId: string
}

const fits: Readonly<Record<keyof JournalQuery, RegExp>> = {
  outcome: new RegExp(`^(${outcomes.join('|')})$`), q: /^.{1,64}$/u,
  rule: /^([0-9a-f]{32}|none)$/, number: /^[0-9a-f]{32}$/, caller: /^.{1,128}$/u,
  from: /^\d{4}-\d{2}-\d{2}$/, to: /^\d{4}-\d{2}-\d{2}$/, cell: /^(\d{1,2}|1[0-5]\d|16[0-7])$/,
  hasRecording: /^(yes|no)$/, hasNote: /^yes$/, before: /^\d{1,14}$/, beforeId: /^[0-9a-f]{32}$/,
}
const names = Object.keys(fits) as (keyof JournalQuery)[]

/** Reads an address; what does not fit is as if it were not there. */
export function readJournalQuery(search: URLSearchParams): JournalQuery {
  const entry = (name: keyof JournalQuery): [string, string] => {
    const text = search.get(name) ?? ''
    const valid = fits[name].test(text) && (!/^(from|to)$/.test(name) || isDate(text))
    return [name, valid ? text : '']
  }
  return Object.fromEntries(names.map(entry)) as unknown as JournalQuery
}

function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && addDays(text, 0) === text
}

/** The address of the journal with these filters. */
export function journalHref(values: Partial<Record<keyof JournalQuery | 'open', string>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.set(name, value)
  }
  const text = search.toString()
  return text === '' ? '/calls' : `/calls?${text}`
}

/** The same question for the server: days become instants of the subscriber's zone. */
export function callsAsk(query: JournalQuery, zone: string): CallsAsk {
  const { from, to, ...rest } = query
  return {
    ...rest,
    from: from === '' ? undefined : startOfDay(from, zone),
    to: to === '' ? undefined : startOfDay(addDays(to, 1), zone),
  }
}

/** Whether any filter is set; the page of the list is none. */
export function isFiltered(query: JournalQuery): boolean {
  return names.some((name) => !name.startsWith('before') && query[name] !== '')
}
