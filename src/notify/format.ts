/**
 * Numbers, instants, lengths and money as the panel writes them (design §5), for letters: in the
 * reader's language and zone. Pure.
 */

/** How things are written for one reader. */
export interface Format {
  /** '+79031112233' → '+7 903 111-22-33'; '' → «скрытый номер». */
  phone(address: string): string
  /** The number, and who that is when the network said so. */
  caller(who: { readonly caller: string; readonly callerName: string }): string
  /** 'вт, 18 ноября, 14:32' */
  at(ms: number): string
  /** '14:32' */
  time(ms: number): string
  /** A local date: '18 ноября'. */
  date(day: string): string
  /** Both ends belong to it: '17–23 ноября'. */
  dates(from: string, to: string): string
  /** 247 s → '4:07' */
  length(seconds: number): string
  /** '380 ₽' */
  money(kopecks: number): string
  /** Codes of ISO 3166-1 as names in a row: 'Германия и Греция'. */
  countries(codes: readonly string[]): string
  /** The number with the form that goes with it. */
  count(n: number, forms: Forms): string
}

/** Forms by plural category of Intl.PluralRules. */
export type Forms = Partial<Readonly<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string
}

export type Language = 'ru' | 'en'

const nbsp = '\u00a0'
const tags: Readonly<Record<Language, string>> = { ru: 'ru-RU', en: 'en-GB' }
const hidden: Readonly<Record<Language, string>> = { ru: 'скрытый номер', en: 'withheld number' }
/** Country codes of two digits; 1 and 7 have one digit, all others three (ITU E.164 list). */
const twoDigitCodes = new Set(('20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54'
  + ' 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98').split(' '))
const groupSizes: Readonly<Record<number, readonly number[]>> = {
  11: [3, 4, 4], 10: [3, 3, 4], 9: [3, 3, 3], 8: [4, 4], 7: [3, 4],
}

/** How things are written in this language and zone. */
export function formatFor(language: Language, zone: string): Format {
  const tag = tags[language]
  const instant = (ms: number, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { ...style, timeZone: zone }).format(ms)
  const phone = (address: string) => address === '' ? hidden[language] : formatPhone(address)
  const time = (ms: number) => instant(ms, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = (style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { ...style, timeZone: 'UTC' })
  return {
    phone,
    caller: ({ caller, callerName }) => {
      const name = callerName.trim()
      return name === '' || caller === '' ? phone(caller) : `${phone(caller)} (${name})`
    },
    at: (ms) => `${instant(ms, { weekday: 'short', day: 'numeric', month: 'long' })}, ${time(ms)}`,
    time,
    date: (date) => day({ day: 'numeric', month: 'long' }).format(midnight(date)),
    dates: (from, to) =>
      day({ day: 'numeric', month: 'long' }).formatRange(midnight(from), midnight(to)),
    length: formatLength,
    money: (kopecks) => formatMoney(tag, kopecks),
    countries: (codes) => {
      const names = new Intl.DisplayNames(tag, { type: 'region' })
      return new Intl.ListFormat(tag).format(codes.map((code) => names.of(code) ?? code))
    },
    count: (n, forms) => {
      const form = forms[new Intl.PluralRules(tag).select(n)] ?? forms.other
      return `${new Intl.NumberFormat(tag).format(n)} ${form}`
    },
  }
}

/** For SMS: a no-break space costs an English text half of its letters. */
export function plainSpaces(text: string): string {
  return text.replaceAll(/[\u00a0\u202f\u2009]/g, ' ')
}

function midnight(date: string): number {
  return Date.parse(`${date}T00:00:00Z`)
}

function formatPhone(address: string): string {
  if (address.startsWith('sip:')) return address.slice(4)
  if (!/^\+\d{7,15}$/.test(address)) return address
  const digits = address.slice(1)
  const isOneDigit = digits.startsWith('7') || digits.startsWith('1')
  if (digits.length === 11 && isOneDigit) {
    const tail = digits.startsWith('7')
      ? `${digits.slice(4, 7)}-${digits.slice(7, 9)}-${digits.slice(9)}`
      : `${digits.slice(4, 7)}-${digits.slice(7)}`
    return `+${digits[0]}${nbsp}${digits.slice(1, 4)}${nbsp}${tail}`
  }
  const code = isOneDigit ? 1 : twoDigitCodes.has(digits.slice(0, 2)) ? 2 : 3
  const national = digits.slice(code)
  const groups: string[] = []
  let at = 0
  for (const size of groupSizes[national.length] ?? [national.length])
    groups.push(national.slice(at, at += size))
  return `+${digits.slice(0, code)}${nbsp}${groups.join(nbsp)}`
}

function formatLength(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60) % 60
  const tail = `${String(minutes).padStart(whole < 3600 ? 1 : 2, '0')}:${
    String(whole % 60).padStart(2, '0')}`
  return whole < 3600 ? tail : `${Math.floor(whole / 3600)}:${tail}`
}

function formatMoney(tag: string, kopecks: number): string {
  const digits = kopecks % 100 === 0 ? 0 : 2
  const format = new Intl.NumberFormat(tag, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  })
  return `${kopecks < 0 ? '−' : ''}${format.format(Math.abs(kopecks) / 100)}${nbsp}₽`
}
