/**
 * The month of «Детализация»: which stretch of time it is in the subscriber's zone, and its
 * entries, read in portions.
 */
import { dateOfDay, dayOfDate, localTimeAt, startOfDay } from '../call/zone.ts'
import type { EntryKind } from '../money/ledger.ts'
import type { Db } from '../store/database.ts'
import type { StoredEntry } from '../store/ledger.ts'
import { listEntries } from '../store/statement.ts'
import type { StatementWindow } from '../store/statement.ts'

export interface Month extends StatementWindow {
  /** 'YYYY-MM' */
  readonly name: string
  readonly zone: string
}

/** Entries asked for at a time: what is sent must not wait for what is read. */
const rowsAtOnce = 500

/** A local month; without a name the one in which `now` lies. */
export function monthOf(zone: string, name: string | undefined, now: number): Month {
  const month = name ?? monthName(zone, now)
  const first = dayOfDate(`${month}-01`)
  const isLast = month.endsWith('-12')
  const next = isLast ? `${Number(month.slice(0, 4)) + 1}-01`
    : `${month.slice(0, 5)}${String(Number(month.slice(5)) + 1).padStart(2, '0')}`
  return {
    name: month, zone, from: startOfDay(zone, first), to: startOfDay(zone, dayOfDate(`${next}-01`)),
  }
}

/** 'YYYY-MM' of an instant. */
export function monthName(zone: string, wallMs: number): string {
  return dateOfDay(localTimeAt(zone, wallMs).day).slice(0, 7)
}

/** 'YYYY-MM-DD' and 'HH:MM:SS' of an instant. */
export function localStamp(zone: string, wallMs: number): readonly [date: string, time: string] {
  const { day, minute } = localTimeAt(zone, wallMs)
  const parts = [Math.floor(minute / 60), minute % 60, Math.floor((wallMs % 60_000) / 1000)]
  return [dateOfDay(day), parts.map((part) => String(part).padStart(2, '0')).join(':')]
}

/** All entries of a month in their order, at most `most`, in portions. */
export async function* monthEntries(
  db: Db, subscriberId: string, month: Month, kind: EntryKind | undefined, most: number,
): AsyncGenerator<readonly StoredEntry[]> {
  let after = 0
  for (let count = 0; count < most; count += rowsAtOnce) {
    const entries = await listEntries(db, subscriberId, month, { kind, after, limit: rowsAtOnce })
    yield entries
    if (entries.length < rowsAtOnce) return
    after = entries.at(-1)!.number
  }
}
