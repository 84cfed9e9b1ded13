/**
 * What kind of line a number is and in which country, by the numbering plans of libphonenumber. The
 * plans (150 kB) are read when the first number is asked about; asked when numbers are saved and
 * documents made of them, never by a call.
 */
import { correctedDestination, homeCountries, plainDestination } from '../limits/destination.ts'
import type { Destination, DestinationClass } from '../limits/destination.ts'

type Plans = typeof import('libphonenumber-js/max')

/** The library's kinds of line. */
const classes: Readonly<Record<string, DestinationClass>> = {
  MOBILE: 'mobile', FIXED_LINE: 'fixed', FIXED_LINE_OR_MOBILE: 'fixedOrMobile',
  TOLL_FREE: 'tollFree', SHARED_COST: 'shared', PREMIUM_RATE: 'premium',
  PERSONAL_NUMBER: 'special', PAGER: 'special', UAN: 'shared', VOICEMAIL: 'special',
  VOIP: 'fixed',
}

let plans: Promise<Plans> | undefined

/** The destination of an address as `readNumber` returns it: E.164 with plus, or a SIP URI. */
export async function destinationOf(address: string): Promise<Destination> {
  const plain = plainDestination(address)
  if (plain !== undefined) return plain
  const { default: parse } = await loaded()
  const number = parse(address)
  const kind = number?.getType()
  return correctedDestination(address, {
    class: kind === undefined ? 'unknown' : classes[kind] ?? 'unknown',
    country: number?.country ?? '',
  })
}

/** Countries that have telephone numbers, besides those open to everybody; ISO 3166-1, sorted. */
export async function openableCountries(): Promise<readonly string[]> {
  const { getCountries } = await loaded()
  return getCountries().filter((country) => /^[A-Z]{2}$/.test(country) &&
    !homeCountries.includes(country)).sort()
}

function loaded(): Promise<Plans> {
  plans ??= import('libphonenumber-js/max')
  return plans
}
