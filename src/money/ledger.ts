/**
 * The ledger of an account: entries that are appended and never changed, each with the balance after
 * it. An entry has a key that names the effect it is of ('call:…', 'payment:robokassa:1001'), so the
 * same effect told twice is one entry. Pure: the store writes what is made here, in one transaction.
 */
import type { Kopecks } from './tariff.ts'

export type EntryKind =
  | 'payment' | 'refund' | 'call' | 'monthlyFee' | 'correction' | 'bonus'

export interface NewEntry {
  /** Names the effect; unique in the account for ever. */
  readonly key: string
  readonly kind: EntryKind
  /** Signed: what the balance changes by. */
  readonly kopecks: Kopecks
  readonly atMs: number
  readonly text: string
}

export interface Entry extends NewEntry {
  /** From 1, without gaps. */
  readonly number: number
  readonly balanceKopecks: Kopecks
}

/** Kinds by the sign they may have: a payment never takes, a call never gives. */
const signs: Readonly<Record<EntryKind, 'plus' | 'minus' | 'any'>> = {
  payment: 'plus', bonus: 'plus', call: 'minus', monthlyFee: 'minus', refund: 'minus',
  correction: 'any',
}

export class LedgerError extends Error {
  override readonly name = 'LedgerError'
}

/** The entry that follows `last`. Throws LedgerError for an amount that cannot be right. */
export function nextEntry(last: Entry | undefined, entry: NewEntry): Entry {
  const { kopecks, kind } = entry
  if (!Number.isSafeInteger(kopecks)) throw new LedgerError(`${entry.key}: not whole kopecks`)
  const sign = signs[kind]
  if ((sign === 'plus' && kopecks < 0) || (sign === 'minus' && kopecks > 0)) {
    throw new LedgerError(`${entry.key}: ${kind} of ${kopecks} kopecks has the wrong sign`)
  }
  const balanceKopecks = (last?.balanceKopecks ?? 0) + kopecks
  if (!Number.isSafeInteger(balanceKopecks)) {
    throw new LedgerError(`${entry.key}: the balance would leave the range of whole numbers`)
  }
  return { ...entry, number: (last?.number ?? 0) + 1, balanceKopecks }
}

/** What a check of a whole ledger found; the nightly check alarms on any of these. */
export interface LedgerFault {
  readonly number: number
  readonly fault: 'gap' | 'balance' | 'repeatedKey'
}

/**
 * Recomputes a ledger from its first entry, or from the one after `last` when it is checked in
 * portions. Entries must come in order of their number.
 */
export function ledgerFaults(
  entries: Iterable<Entry>, last?: Pick<Entry, 'number' | 'balanceKopecks'>,
): LedgerFault[] {
  const faults: LedgerFault[] = []
  const keys = new Set<string>()
  let number = last?.number ?? 0
  let balance = last?.balanceKopecks ?? 0
  for (const entry of entries) {
    number += 1
    balance += entry.kopecks
    if (entry.number !== number) faults.push({ number: entry.number, fault: 'gap' })
    if (entry.balanceKopecks !== balance) faults.push({ number: entry.number, fault: 'balance' })
    if (keys.has(entry.key)) faults.push({ number: entry.number, fault: 'repeatedKey' })
    keys.add(entry.key)
    number = entry.number
    balance = entry.balanceKopecks
  }
  return faults
}
