/**
 * The billing month of a subscriber: it begins each month on the day of his activation, on the last
 * day where a month is shorter (activated on the 31st: 28 or 29 February, 30 April). Days are
 * counted from 1970-01-01 by the clock on his wall; which instants these are is the store's to say,
 * so this file knows neither zones nor the present.
 */

/** A billing month in local days, half-open [fromDay, toDay). */
export interface BillingMonth {
  /** 'YYYY-MM' of its first day. Names it for ever: each month of the year begins just one. */
  readonly name: string
  /** Days since 1970-01-01. */
  readonly fromDay: number
  readonly toDay: number
}

interface Civil {
  readonly year: number
  /** 1–12 */
  readonly month: number
  readonly date: number
}

/**
 * The billing month in which `day` lies, of somebody activated on `activatedDay` (both days since
 * 1970-01-01). A day before the activation lies in the first one.
 */
export function billingMonth(activatedDay: number, day: number): BillingMonth {
  const anchor = civilOf(activatedDay).date
  const { year, month, date } = civilOf(Math.max(day, activatedDay))
  const index = year * 12 + month - 1 - (date < beginning(year * 12 + month - 1, anchor) ? 1 : 0)
  return {
    name: nameOf(index),
    fromDay: dayOf(index, beginning(index, anchor)),
    toDay: dayOf(index + 1, beginning(index + 1, anchor)),
  }
}

/** The date on which a month (years × 12 + month from 0) begins for this anchor. */
function beginning(index: number, anchor: number): number {
  return Math.min(anchor, dayOf(index + 1, 1) - dayOf(index, 1))
}

function nameOf(index: number): string {
  const month = String((index % 12) + 1).padStart(2, '0')
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${month}`
}

/** Days since 1970-01-01 of a date; a year that begins in March has its leap day at the end. */
function dayOf(index: number, date: number): number {
  const shifted = index - 2
  const year = Math.floor(shifted / 12)
  const month = shifted - year * 12
  const leaps = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
  return year * 365 + leaps + Math.floor((153 * month + 2) / 5) + date - 1 - 719_468
}

/** The inverse of it, by eras of 400 years. */
function civilOf(day: number): Civil {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) +
    Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  }
}
