/**
 * Instants and lengths as the desk writes them: «14:11», «вчера», «6 мин», «1 ч 27», and what such
 * a list shows of money and states. Pure but for the clock of the desk.
 */
import { formatDate, timeOf } from '../format.ts'
import { addDays, localTime } from '../zone.ts'
import { since } from './loaded.ts'
import { now, zone } from './state.ts'
import { t } from './words.ts'

/** For narrow columns: the time of today, «вчера», '18 нояб.'. */
export function shortMoment(ms: number): string {
  const date = localTime(ms, zone).date
  const today = localTime(now.value, zone).date
  if (date === today) return timeOf(ms, zone)
  if (date === addDays(today, -1)) return t('moment.yesterday')
  return formatDate(date, date.slice(0, 4) === today.slice(0, 4) ? 'dayShort' : 'dayYear')
}

/** For sentences and tables with room: «сегодня, 14:11», '18 ноября, 9:05'. */
export function moment(ms: number): string {
  const date = localTime(ms, zone).date
  const today = localTime(now.value, zone).date
  const time = timeOf(ms, zone)
  if (date === today) return t('moment.todayAt', { time })
  if (date === addDays(today, -1)) return t('moment.yesterdayAt', { time })
  const day = formatDate(date, date.slice(0, 4) === today.slice(0, 4) ? 'day' : 'dayYear')
  return t('moment.dayAt', { day, time })
}

/** A length for columns: «6 мин», «1 ч 27», «2 д». */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return t('span.minutes', { n: minutes })
  if (minutes < 24 * 60) {
    return t('span.hours', {
      h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0'),
    })
  }
  return t('span.days', { n: Math.floor(minutes / (24 * 60)) })
}

/** How long ago, in words: «21 минуту назад». */
export function ago(ms: number): string {
  const minutes = Math.floor(since(ms) / 60_000)
  if (minutes < 1) return t('ago.now')
  if (minutes < 60) return t('ago.minutes', { n: minutes })
  if (minutes < 24 * 60) return t('ago.hours', { n: Math.floor(minutes / 60) })
  return t('ago.days', { n: Math.floor(minutes / (24 * 60)) })
}
