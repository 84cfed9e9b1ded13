/**
 * The axis of the timeline: where an instant lies, the days with their kind, the hour marks, the now
 * line. Pure. All positions are CSS pixels from the left edge of what is drawn.
 */
import type { OverviewReply } from '../src/api/schema.ts'
import { formatDate, timeOf } from './format.ts'
import { locale, t } from './text.ts'
import type { Scale, TimelineView } from './timeline-view.ts'
import { localTime } from './zone.ts'
import './text-home-ru.ts'

export interface Box { readonly x: number; readonly width: number }

export interface TimelineDay extends Box {
  readonly date: string
  readonly label: string
  readonly today: boolean
  /** A day off or a holiday by the calendar: shaded. */
  readonly off: boolean
  /** «Новый год», or the kind of an unusual day; '' for an ordinary one. */
  readonly note: string
}

export interface HourMark { readonly x: number; readonly label: string }

/** The now line; outside of what the window shows only the side on which it lies. */
export interface NowMark {
  readonly x: number
  readonly side: 'in' | 'before' | 'after'
  readonly label: string
}

const hourStep: Readonly<Record<Scale, number>> = { day: 3, three: 6, week: 12, month: 24 }

/** Time to pixels; the same number of pixels for every hour, also when a day has 23 or 25. */
export class Axis {
  readonly from: number
  readonly to: number
  readonly pxPerMs: number
  readonly width: number

  /** `plotWidth` is what the window of `view` is given, CSS pixels. */
  constructor(view: TimelineView, plotWidth: number) {
    this.from = view.drawnFrom
    this.to = view.drawnTo
    this.pxPerMs = plotWidth / (view.to - view.from)
    this.width = (this.to - this.from) * this.pxPerMs
  }

  at(ms: number): number {
    return (ms - this.from) * this.pxPerMs
  }

  /** The instant at a position. */
  ms(x: number): number {
    return this.from + x / this.pxPerMs
  }

  /** The drawn part of a stretch; undefined when none of it is. */
  box(from: number, to: number): Box | undefined {
    if (to <= this.from || from >= this.to) return undefined
    const x = this.at(Math.max(from, this.from))
    return { x, width: Math.max(3, this.at(Math.min(to, this.to)) - x) }
  }
}

type Day = OverviewReply['days'][number]

function drawnDays(days: readonly Day[], axis: Axis): readonly Day[] {
  return days.filter((day) => day.to > axis.from && day.from < axis.to)
}

function dayLabel(day: Day, width: number, today: boolean): string {
  const long = width > 190
  const narrow = width < 64
  const date = (narrow ? String(Number(day.date.slice(8)))
    : formatDate(day.date, long ? 'weekday' : 'short')).toLocaleUpperCase(locale())
  return today && long ? t('timeline.today', { date }).toLocaleUpperCase(locale()) : date
}

/** The days with their names; an unusual one says what it is. */
export function layoutDays(data: OverviewReply, axis: Axis, now: number): TimelineDay[] {
  const today = localTime(now, data.zone).date
  return drawnDays(data.days, axis).flatMap((day) => {
    const box = axis.box(day.from, day.to)
    if (box === undefined) return []
    const isToday = day.date === today
    const note = day.name ?? (day.kind === 'short' ? t('timeline.shortDay')
      : day.kind === 'holiday' ? t('timeline.holiday') : '')
    return [{
      ...box, date: day.date, today: isToday, note, label: dayLabel(day, box.width, isToday),
      off: day.kind === 'dayOff' || day.kind === 'holiday',
    }]
  })
}

/** Hour marks of a scale; those under the pill of the now line have no label. */
export function layoutHours(data: OverviewReply, axis: Axis, scale: Scale, now: number): HourMark[] {
  const marks: HourMark[] = []
  const step = hourStep[scale]
  if (step === 24) return marks
  const nowX = axis.at(now)
  for (const day of drawnDays(data.days, axis)) {
    for (let ms = day.from; ms < day.to; ms += 3_600_000) {
      const minute = localTime(ms, data.zone).minute
      if (minute % (step * 60) !== 0) continue
      const x = axis.at(ms)
      const covered = Math.abs(x + 8 - nowX) < 32
      marks.push({ x, label: covered ? '' : String(minute / 60).padStart(2, '0') })
    }
  }
  return marks
}

/** Where the now line stands. */
export function layoutNow(data: OverviewReply, axis: Axis, now: number): NowMark {
  const side = now < axis.from ? 'before' : now >= axis.to ? 'after' : 'in'
  const x = side === 'in' ? axis.at(now) : side === 'before' ? 0 : axis.width
  return { x, side, label: timeOf(now, data.zone) }
}
