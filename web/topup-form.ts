/**
 * What «Пополнение баланса» keeps between its steps: the chosen sum, and a key for each form that
 * was sent, so that a second click, or the way back from the bank's page, is the same payment. The
 * keys live as long as the browser's tab.
 */
import { signal } from '@preact/signals'
import type { PaymentSystemsReply } from '../src/api/schema-money.ts'
import { newKey } from './api.ts'
import type { PaymentSystemId } from './api-money.ts'
import { parseRoubles } from './money-words.ts'

/** The first step: a tile in kopecks, or another sum as it is typed. */
export interface SumDraft {
  readonly tile: number
  readonly other: string
}

/** Chosen until somebody chooses otherwise: the middle of the manual's tiles. */
const usualTile = 500_00

export const sumDraft = signal<SumDraft>({ tile: usualTile, other: '' })

/** The first step was just taken: the focus follows to the second. */
export const stepTaken = signal(false)

/** The limits a sum must keep. */
export type Amounts = Pick<PaymentSystemsReply, 'leastKopecks' | 'mostKopecks'>

/** A sum in kopecks, or what is wrong with it. */
export type JudgedSum =
  | { readonly kopecks: number }
  | { readonly wrong: 'empty' | 'odd' | 'small' | 'great' }

/** Judges the sum of a draft: 0 is as wrong as nothing, only the words differ. */
export function judgeSum(draft: SumDraft, { leastKopecks, mostKopecks }: Amounts): JudgedSum {
  if (draft.other.trim() === '') {
    return draft.tile > 0 ? { kopecks: draft.tile } : { wrong: 'empty' }
  }
  const kopecks = parseRoubles(draft.other)
  if (kopecks === undefined) return { wrong: 'odd' }
  if (kopecks < leastKopecks) return { wrong: 'small' }
  return kopecks > mostKopecks ? { wrong: 'great' } : { kopecks }
}

/** A form that was sent, or is about to be. */
export interface SentForm {
  readonly key: string
  /** Once the server has answered. */
  readonly order?: number
}

type Forms = Readonly<Record<string, SentForm>>

const storeName = 'payments'
/** Where the browser forbids storage, the page itself remembers. */
let forms: Forms = {}

function readForms(): Forms {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storeName) ?? '{}')
    return typeof stored === 'object' && stored !== null ? stored as Forms : {}
  } catch {
    return forms
  }
}

function writeForms(next: Forms): void {
  forms = next
  try {
    sessionStorage.setItem(storeName, JSON.stringify(next))
  } catch {
    // kept in the page
  }
}

/** The form of a sum and a system: the same one until its payment has ended. */
export function formOf(system: PaymentSystemId, kopecks: number): SentForm {
  const name = `${system}:${kopecks}`
  const known = readForms()
  const form = known[name] ?? { key: newKey() }
  writeForms({ ...known, [name]: form })
  return form
}

/** The server made a payment of a form. */
export function formSent(form: SentForm, order: number): void {
  writeForms(Object.fromEntries(Object.entries(readForms()).map(([name, each]) =>
    [name, each.key === form.key ? { ...each, order } : each])))
}

/** A payment has ended: the same sum is a new form from now on. */
export function formEnded(ended: { readonly key: string } | { readonly order: number }): void {
  writeForms(Object.fromEntries(Object.entries(readForms()).filter(([, each]) =>
    'key' in ended ? each.key !== ended.key : each.order !== ended.order)))
}
