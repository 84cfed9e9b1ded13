/**
 * Kinds of days as the production calendar of a country has them: public holidays, working days
 * that were moved to a weekend, short days before a holiday.
 */
import type { LocalDate } from './rule.ts'

export type DayKind = 'working' | 'short' | 'dayOff' | 'holiday'

/** Days that differ from "Monday to Friday working, Saturday and Sunday off". */
export interface Calendar {
  readonly days: Readonly<Record<LocalDate, DayKind>>
}
