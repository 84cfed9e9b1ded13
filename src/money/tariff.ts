/**
 * A tariff as data: what a month costs, what a minute of a forwarded leg costs by destination, and
 * which rate is for a number. The forwarded leg is an outgoing call of the subscriber, so it is his
 * phone's number that decides. Money is integer kopecks everywhere; no fraction leaves `rating.ts`.
 */

/** Integer kopecks, within ±2^53. */
export type Kopecks = number

/** The price of calls to the numbers that begin with `prefix`. */
export interface Rate {
  /** Digits of E.164 without plus; '' is for every number that no other rate names. */
  readonly prefix: string
  readonly name: string
  readonly kopecksPerMinute: Kopecks
  /** Once for each answered call that is charged at all. */
  readonly connectionKopecks: Kopecks
  /** What is charged at least, and the grain of what follows: '60+1' is 60 and 1. Seconds, ≥ 1. */
  readonly firstStepSeconds: number
  readonly nextStepSeconds: number
}

export interface Tariff {
  readonly id: string
  readonly name: string
  readonly monthlyKopecks: Kopecks
  /** Seconds a month that cost nothing, for rates of the prefixes named. */
  readonly includedSeconds: number
  readonly includedPrefixes: readonly string[]
  /** A call that is answered for no longer than this is not charged. Seconds. */
  readonly freeAnswerSeconds: number
  readonly rates: readonly Rate[]
  /** Milliseconds since 1970, half-open [from, to); undefined = open. */
  readonly validFromMs: number | undefined
  readonly validToMs: number | undefined
}

/**
 * The rate of the longest prefix that `address` ('+79161234567') begins with; undefined when the
 * tariff has none: such a number cannot be dialled. A SIP URI has no price and no rate.
 */
export function rateFor({ rates }: Tariff, address: string): Rate | undefined {
  if (!address.startsWith('+')) return undefined
  for (let end = Math.min(address.length, longestPrefix + 1); end > 0; end--) {
    const rate = rateOf(rates, address.slice(1, end))
    if (rate !== undefined) return rate
  }
  return undefined
}

/** The rate of just this prefix. A tariff may have thousands, and each ring asks for one. */
export function rateOf(rates: readonly Rate[], prefix: string): Rate | undefined {
  let byPrefix = ratesByPrefix.get(rates)
  if (byPrefix === undefined) {
    byPrefix = new Map()
    for (const rate of rates) if (!byPrefix.has(rate.prefix)) byPrefix.set(rate.prefix, rate)
    ratesByPrefix.set(rates, byPrefix)
  }
  return byPrefix.get(prefix)
}

/** Digits of E.164. */
const longestPrefix = 15
const ratesByPrefix = new WeakMap<readonly Rate[], Map<string, Rate>>()

/** Whether the tariff's minutes of the month may be used for this rate. */
export function isIncluded(tariff: Tariff, rate: Rate): boolean {
  return tariff.includedPrefixes.includes(rate.prefix)
}

/** Whether the tariff is in force at an instant (milliseconds since 1970). */
export function isValidAt(tariff: Tariff, wallMs: number): boolean {
  const { validFromMs = -Infinity, validToMs = Infinity } = tariff
  return wallMs >= validFromMs && wallMs < validToMs
}

/** One fault of a tariff; `field` is a path such as 'rates.2.prefix'. */
export interface TariffFault {
  readonly field: string
  readonly message: string
}

/** Everything that makes a tariff unfit to charge by; empty = it is fit. */
export function tariffFaults(tariff: Tariff): TariffFault[] {
  const faults: TariffFault[] = []
  const whole = (field: string, value: number, least: number): void => {
    if (Number.isSafeInteger(value) && value >= least) return
    faults.push({ field, message: `must be a whole number, ${least} or more` })
  }
  whole('monthlyKopecks', tariff.monthlyKopecks, 0)
  whole('includedSeconds', tariff.includedSeconds, 0)
  whole('freeAnswerSeconds', tariff.freeAnswerSeconds, 0)
  const seen = new Set<string>()
  for (const [index, rate] of tariff.rates.entries()) {
    const at = `rates.${index}`
    if (!/^\d{0,15}$/.test(rate.prefix)) {
      faults.push({ field: `${at}.prefix`, message: 'must be up to 15 digits, without plus' })
    } else if (seen.has(rate.prefix)) {
      faults.push({ field: `${at}.prefix`, message: `the prefix ${rate.prefix} is there twice` })
    }
    seen.add(rate.prefix)
    whole(`${at}.kopecksPerMinute`, rate.kopecksPerMinute, 0)
    whole(`${at}.connectionKopecks`, rate.connectionKopecks, 0)
    whole(`${at}.firstStepSeconds`, rate.firstStepSeconds, 1)
    whole(`${at}.nextStepSeconds`, rate.nextStepSeconds, 1)
  }
  for (const prefix of tariff.includedPrefixes) {
    if (seen.has(prefix)) continue
    faults.push({ field: 'includedPrefixes', message: `no rate has the prefix ${prefix}` })
  }
  const { validFromMs, validToMs } = tariff
  if (validFromMs !== undefined && validToMs !== undefined && validToMs <= validFromMs) {
    faults.push({ field: 'validToMs', message: 'must be after the beginning' })
  }
  return faults
}
