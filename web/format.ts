/**
 * Telephone numbers, times, dates, durations and money as the panel writes them (design §5).
 * Pure: the zone and the instant are parameters, the language is the one of `text.ts`.
 */
import { localTime } from './zone.ts'
import { locale, t } from './text.ts'

const nbsp = '\u00a0'

/** Country codes of two digits; 1 and 7 have one digit, all others three (ITU E.164 list). */
const twoDigitCodes = new Set(('20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55'
  + ' 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98').split(' '))

function groups(national: string): string {
  const sizes = ({ 11: [3, 4, 4], 10: [3, 3, 4], 9: [3, 3, 3], 8: [4, 4], 7: [3, 4] } as
    Readonly<Record<number, readonly number[]>>)[national.length] ?? [national.length]
  const found: string[] = []
  let at = 0
  for (const size of sizes) found.push(national.slice(at, at += size))
  return found.join(nbsp)
}

/**
 * A telephone number or SIP address for people: '+74996740782' → '+7 499 674-07-82' (with no-break
 * spaces), 'sip:anna@10.0.0.7' → 'anna@10.0.0.7', '' → «скрытый номер».
 */
export function formatPhone(address: string): string {
  if (address === '') return t('caller.hidden')
  if (address.startsWith('sip:') || address.startsWith('sips:')) {
    return address.slice(address.indexOf(':') + 1)
  }
  if (!/^\+\d{7,15}$/.test(address)) return address
  const digits = address.slice(1)
  if (digits.length === 11 && (digits.startsWith('7') || digits.startsWith('1'))) {
    const tail = digits.startsWith('7')
      ? `${digits.slice(4, 7)}-${digits.slice(7, 9)}-${digits.slice(9)}`
      : `${digits.slice(4, 7)}-${digits.slice(7)}`
    return `+${digits[0]}${nbsp}${digits.slice(1, 4)}${nbsp}${tail}`
  }
  const code = digits.startsWith('7') || digits.startsWith('1') ? 1
    : twoDigitCodes.has(digits.slice(0, 2)) ? 2 : 3
  return `+${digits.slice(0, code)}${nbsp}${groups(digits.slice(code))}`
}

/** What to call a phone: its description, or its number when it has none. */
export function phoneName(phone: { readonly address: string; readonly description: string }): string {
  return phone.description === '' ? formatPhone(phone.address) : phone.description
}

/** Minute of the day for tables and fields: 540 → '09:00', 1440 → '24:00'. */
export function clockTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** Minute of the day for sentences: 540 → '9:00'. */
export function spokenTime(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
}

/** Hours on a bar: '09–18', with minutes only where there are any ('09:30–18'). */
export function barHours(from: number, to: number): string {
  const short = (minute: number): string =>
    minute % 60 === 0 ? clockTime(minute).slice(0, 2) : clockTime(minute)
  return `${short(from)}–${short(to)}`
}

/** An instant as local '14:20'. */
export function timeOf(ms: number, zone: string): string {
  return clockTime(localTime(ms, zone).minute)
}

/** An instant as local '13:58:04'. */
export function secondOf(ms: number, zone: string): string {
  const local = localTime(ms, zone)
  return `${clockTime(local.minute)}:${String(local.second).padStart(2, '0')}`
}

type DateStyle = 'day' | 'weekday' | 'full' | 'short' | 'weekdayShort' | 'weekdayLong' | 'dayYear'
  | 'dayShort'

const dateStyles: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  day: { day: 'numeric', month: 'long' },
  weekday: { weekday: 'short', day: 'numeric', month: 'long' },
  full: { weekday: 'long', day: 'numeric', month: 'long' },
  short: { weekday: 'short', day: 'numeric' },
  weekdayShort: { weekday: 'short' },
  weekdayLong: { weekday: 'long' },
  dayYear: { day: 'numeric', month: 'long', year: 'numeric' },
  dayShort: { day: 'numeric', month: 'short' },
}

/** Making a format costs more than using it a hundred times. */
const dateFormats = new Map<string, Intl.DateTimeFormat>()

/** A local date ('YYYY-MM-DD') in words: 'вт, 18 ноября' (weekday), '18 ноября' (day) … */
export function formatDate(date: string, style: DateStyle): string {
  const tag = locale()
  let format = dateFormats.get(tag + style)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(tag, { ...dateStyles[style], timeZone: 'UTC' })
    dateFormats.set(tag + style, format)
  }
  return format.format(Date.parse(`${date}T00:00:00Z`)).replace(/\s?г\.$/, '')
}

/** Name of a weekday, 1 Monday … 7 Sunday. */
export function weekdayName(weekday: number, style: 'weekdayShort' | 'weekdayLong'): string {
  // 2024-01-01 was a Monday.
  return formatDate(`2024-01-0${weekday}`, style)
}

/** First letter in upper case, for words that begin a line. */
export function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase(locale()) + text.slice(1)
}

/** A span of dates: '17–19 ноября 2025', '30 ноября – 2 декабря 2025'. Both ends belong to it. */
export function dateSpan(from: string, to: string): string {
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
    .formatRange(Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`))
    .replace(/\s?г\./g, '')
}

/** Length of a talk: 247 s → '4:07', an hour and more '1:02:30'. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const tail = `${String(Math.floor(whole / 60) % 60).padStart(whole < 3600 ? 1 : 2, '0')}:${
    String(whole % 60).padStart(2, '0')}`
  return whole < 3600 ? tail : `${Math.floor(whole / 3600)}:${tail}`
}

/** Integer kopecks as '380 ₽' or '12,50 ₽', the minus sign U+2212. */
export function money(kopecks: number): string {
  const rubles = Math.abs(kopecks) / 100
  const digits = kopecks % 100 === 0 ? 0 : 2
  const text = new Intl.NumberFormat(locale(), {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(rubles)
  return `${kopecks < 0 ? '−' : ''}${text}${nbsp}₽`
}

/** Names joined as the language does: 'Мобильный, Офис и Дача'. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(names)
}

/** Names of which one is meant: 'Мобильный, Офис или Дача'. */
export function either(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(names)
}

/** The town of a zone for captions: 'Europe/Moscow' → «Москва», others by their own name. */
export function zoneName(zone: string): string {
  if (zone === 'Europe/Moscow') return t('zone.moscow')
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')
}
