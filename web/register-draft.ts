/**
 * What was typed into the form of registration: kept in the browser's tab until the request is sent,
 * so that a reload or a look at another page loses nothing. Judges what is missing. No drawing here.
 */
import { newKey } from './api.ts'
import { t } from './text.ts'

export interface Draft {
  readonly first: string
  readonly last: string
  readonly phone: string
  readonly email: string
  /** Beginning of the wished number, '' = any. */
  readonly wish: string
  readonly consent: boolean
  /** Code of the link by which he came, '' = by none. */
  readonly from: string
  /** The same form sent twice is one request. */
  readonly formKey: string
}

export type Faults = Readonly<Partial<Record<keyof Draft, string>>>

const storeName = 'registration'

/** What the tab remembers, or an empty form; `from` of the address wins. */
export function startingDraft(from: string): Draft {
  const empty: Draft = {
    first: '', last: '', phone: '', email: '', wish: '', consent: false, from: '',
    formKey: newKey(),
  }
  let kept: Partial<Draft> = {}
  try {
    kept = JSON.parse(sessionStorage.getItem(storeName) ?? '{}') as Partial<Draft>
  } catch {
    // the browser keeps nothing, or something else: an empty form will do
  }
  const draft = { ...empty, ...kept }
  return { ...draft, from: /^[\w-]{1,32}$/.test(from) ? from : draft.from }
}

/** Keeps the draft in the tab; undefined forgets it. */
export function keepDraft(draft: Draft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(storeName)
    else sessionStorage.setItem(storeName, JSON.stringify(draft))
  } catch {
    // kept in the page
  }
}

/** What is wrong with a draft, field by field; numbers are judged by the server. */
export function faultsOfDraft(draft: Draft): Faults {
  const { first, last, phone, email, consent } = draft
  return {
    ...(first.trim() === '' ? { first: t('register.needFirst') } : {}),
    ...(last.trim() === '' ? { last: t('register.needLast') } : {}),
    ...(phone.trim() === '' ? { phone: t('register.needPhone') } : {}),
    ...(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) ? {} : { email: t('register.emailBad') }),
    ...(consent ? {} : { consent: t('register.needConsent') }),
  }
}
