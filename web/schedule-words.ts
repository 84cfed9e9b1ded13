/**
 * The hours of a rule in words: «по будням с 9:00 до 18:00», and short for tables: «пн–пт
 * 9:00–18:00». Pure. It reads blocks (weekdays AND dates AND hours, blocks OR-ed); which of two
 * rules wins is not its business.
 */
import type { ScheduleBlockRequest } from '../src/api/schema.ts'
import { capital, formatDate, list, spokenTime, weekdayName } from './format.ts'
import { t } from './text.ts'

export type Block = ScheduleBlockRequest
type Hours = Block['hours'][number]
type Dates = Block['dates'][number]

/** A list of weekdays with runs joined: 1,2,3,5 → «пн–ср, пт». */
export function weekdayRuns(weekdays: readonly number[]): string {
  const sorted = [...new Set(weekdays)].sort((a, b) => a - b)
  const runs: string[] = []
  for (let i = 0; i < sorted.length; i += 1) {
    const first = sorted[i] ?? 1
    while (sorted[i + 1] === (sorted[i] ?? 0) + 1) i += 1
    const last = sorted[i] ?? first
    const name = weekdayName(first, 'weekdayShort')
    const end = weekdayName(last, 'weekdayShort')
    runs.push(first === last ? name : `${name}–${end}`)
  }
  return runs.join(', ')
}

function isAllDay(hours: Hours): boolean {
  return hours.from === hours.to || (hours.from === 0 && hours.to === 1440)
}

function hasHours(block: Block): boolean {
  return block.hours.length > 0 && !block.hours.some(isAllDay)
}

function sameDays(weekdays: readonly number[], wanted: string): boolean {
  return [...new Set(weekdays)].sort((a, b) => a - b).join('') === wanted
}

/** Kinds of day in words: «по рабочим дням», «по выходным и праздникам» … */
function kindsWords(kinds: NonNullable<Block['dayKinds']>): string {
  const has = [...new Set(kinds)].sort().join()
  const whole = { 'short,working': 'when.kindsWork', 'dayOff,holiday': 'when.kindsFree' } as const
  if (has in whole) return t(whole[has as keyof typeof whole])
  return list(kinds.map((kind) => t(`when.on.${kind}`)))
}

function hasKinds(block: Block): boolean {
  const kinds = new Set(block.dayKinds)
  return kinds.size > 0 && kinds.size < 4
}

/** Weekdays and kinds of day together; undefined when neither is a limit. */
function whichDays(block: Block): string | undefined {
  const every = block.weekdays.length === 0 || sameDays(block.weekdays, '1234567')
  const kinds = hasKinds(block) ? kindsWords(block.dayKinds ?? []) : undefined
  if (every) return kinds
  const days = daysWords(block.weekdays)
  return kinds === undefined ? days : t('when.daysKinds', { days, kinds })
}

function daysWords(weekdays: readonly number[]): string {
  if (weekdays.length === 0 || sameDays(weekdays, '1234567')) return t('when.everyDay')
  if (sameDays(weekdays, '12345')) return t('when.weekdays')
  if (sameDays(weekdays, '67')) return t('when.weekend')
  return weekdayRuns(weekdays)
}

function range(hours: Hours): string {
  return t('when.range', { from: spokenTime(hours.from), to: spokenTime(hours.to) })
}

function hoursWords(hours: readonly Hours[]): string {
  const only = hours[0]
  return hours.length === 1 && only !== undefined
    ? t('when.hours', { from: spokenTime(only.from), to: spokenTime(only.to) })
    : list(hours.map(range))
}

function datesWords(dates: readonly Dates[]): string {
  return list(dates.map((span) => {
    if (span.from === null) return t('when.until', { to: day(span.to) })
    if (span.to === null) return t('when.since', { from: day(span.from) })
    if (span.from === span.to) return t('when.on', { from: day(span.from) })
    const sameMonth = span.from.slice(0, 7) === span.to.slice(0, 7)
    const from = sameMonth ? String(Number(span.from.slice(8))) : day(span.from)
    return t('when.between', { from, to: day(span.to) })
  }))
}

function day(date: string | null): string {
  return date === null ? '' : formatDate(date, 'day')
}

function blockWords(block: Block): string {
  const days = whichDays(block)
  const dated = block.dates.length > 0
  if (!hasHours(block)) {
    if (!dated) return days ?? t('when.always')
    const dates = datesWords(block.dates)
    return days === undefined ? dates : t('when.daysDates', { days, dates })
  }
  const hours = hoursWords(block.hours)
  if (!dated) return t('when.daysHours', { days: days ?? t('when.everyDay'), hours })
  const dates = datesWords(block.dates)
  return days === undefined ? t('when.datesHours', { dates, hours })
    : t('when.all', { days, hours, dates })
}

/** When a rule acts, for sentences; no blocks mean always. Lower case. */
export function scheduleWords(blocks: readonly Block[]): string {
  return blocks.length === 0 ? t('when.always') : blocks.map(blockWords).join('; ')
}

/** The same, fit to begin a sentence. */
export function scheduleSentence(blocks: readonly Block[]): string {
  return capital(scheduleWords(blocks))
}

/** Short for popovers and tables: «пн–пт 9:00–18:00». */
export function scheduleShort(blocks: readonly Block[]): string {
  if (blocks.length === 0) return t('when.always')
  return blocks.map((block) => {
    const every = block.weekdays.length === 0 || sameDays(block.weekdays, '1234567')
    const parts: string[] = []
    if (!every) parts.push(weekdayRuns(block.weekdays))
    if (hasKinds(block)) parts.push(kindsWords(block.dayKinds ?? []))
    if (hasHours(block)) parts.push(block.hours.map(range).join(', '))
    if (block.dates.length > 0) parts.push(datesWords(block.dates))
    return parts.length === 0 ? t('when.always') : parts.join(' ')
  }).join('; ')
}

/**
 * The hull of a rule's dates, both ends inclusive: the outline behind its bars. undefined when some
 * block has no dates (then the rule has no bounds); an open end is null.
 */
export function dateHull(blocks: readonly Block[]): Dates | undefined {
  let hull: { from: string | null; to: string | null } | undefined
  for (const block of blocks) {
    if (block.dates.length === 0) return undefined
    for (const span of block.dates) {
      if (hull === undefined) hull = { from: span.from, to: span.to }
      else {
        hull.from = hull.from === null || span.from === null ? null
          : span.from < hull.from ? span.from : hull.from
        hull.to = hull.to === null || span.to === null ? null : span.to > hull.to ? span.to : hull.to
      }
    }
  }
  return hull
}

/** The label of a date outline: «12–23 ноября», «1 мая – 30 ноября · только сб–вс». */
export function hullWords(blocks: readonly Block[]): string {
  const hull = dateHull(blocks)
  if (hull === undefined) return ''
  const dates = hull.from === null || hull.to === null ? datesWords([hull])
    : hull.from.slice(0, 7) === hull.to.slice(0, 7)
      ? `${Number(hull.from.slice(8))}–${formatDate(hull.to, 'day')}`
      : t('when.shortSpan', { from: day(hull.from), to: day(hull.to) })
  const weekdays = new Set(blocks.flatMap((block) => block.weekdays))
  const limited = blocks.every((block) => block.weekdays.length > 0) && weekdays.size < 7
  return limited ? t('when.only', { dates, days: weekdayRuns([...weekdays]) }) : dates
}
