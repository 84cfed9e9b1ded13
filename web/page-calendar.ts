/**
 * «Календарь»: the year by kinds of day as rules see them, the subscriber's own days in it, and the
 * import of an iCalendar file with a look before it is taken.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CalendarReply } from '../src/api/schema-rules.ts'
import { problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { CalendarDay } from './calendar-day.ts'
import { CalendarImport } from './calendar-import.ts'
import { Button, Skeleton, Strip } from './controls.ts'
import { dayKinds } from './editor-kinds.ts'
import { capital, formatDate, weekdayName } from './format.ts'
import { html } from './html.ts'
import { everyDay } from './hours-form.ts'
import { noteFault, saveBarred, today } from './state.ts'
import { t } from './text.ts'
import { countKinds, stepDay, yearMonths } from './year-days.ts'
import type { YearDay, YearMonth } from './year-days.ts'
import './text-rules-ru.ts'

interface Picked {
  readonly day: YearDay
  readonly anchor: Element
}

interface MonthProps {
  readonly month: YearMonth
  /** The day that has the one tab stop. */
  readonly stop: string
  readonly onPick: (picked: Picked) => void
}

/** A day in words: date, kind, name; for its title and for screen readers. */
function dayWords(day: YearDay): string {
  return [formatDate(day.date, 'full'), t(`day.kind.${day.kind}`),
    ...(day.name === '' ? [] : [day.name]), ...(day.own ? [t('calendar.own')] : [])].join(', ')
}

function Day(props: MonthProps & { readonly day: YearDay }): VNode {
  const { day } = props
  const words = dayWords(day)
  const classes = `day ${day.kind}${day.own ? ' own' : ''}${day.date === today.value ? ' today' : ''}`
  return html`<button type="button" class=${classes} data-date=${day.date} aria-label=${words}
    title=${words} aria-haspopup="dialog" tabIndex=${day.date === props.stop ? 0 : -1}
    aria-current=${day.date === today.value ? 'date' : undefined}
    onClick=${(event: MouseEvent) =>
      props.onPick({ day, anchor: event.currentTarget as Element })}>${
        Number(day.date.slice(8))}</button>`
}

function Month(props: MonthProps): VNode {
  const { month } = props
  const name = new Intl.DateTimeFormat(t('calendar.locale'), { month: 'long', timeZone: 'UTC' })
    .format(Date.parse(`${month.id}-01T00:00:00Z`))
  return html`<table class="month"><caption>${capital(name)}</caption>
    <thead><tr>${everyDay.map((weekday) => html`<th key=${weekday} scope="col">${
      capital(weekdayName(weekday, 'weekdayShort'))}</th>`)}</tr></thead>
    <tbody>${month.weeks.map((week, row) => html`<tr key=${row}>${week.map((day, at) => html`<td
      key=${at}>${day !== null
      && html`<${Day} ...${props} day=${day} />`}</td>`)}</tr>`)}</tbody></table>`
}

function Legend(props: { readonly months: readonly YearMonth[] }): VNode {
  const count = countKinds(props.months)
  return html`<ul class="legend day-legend">${dayKinds.map((kind) => html`<li key=${kind}><span
    class=${`day ${kind}`} aria-hidden="true">8</span>${
      t('calendar.count', { kind: t(`when.kind.${kind}`), n: count[kind] })}</li>`)}
    <li><span class="day working own" aria-hidden="true">8</span>${t('calendar.own')}</li></ul>`
}

interface Loaded {
  readonly reply: CalendarReply | undefined
  readonly fault: string | undefined
  readonly load: () => Promise<void>
}

function useCalendar(year: number): Loaded {
  const [reply, setReply] = useState<CalendarReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const wanted = useRef(year)
  wanted.current = year
  const load = async (): Promise<void> => {
    try {
      const fresh = await rulesApi.calendar(year)
      // A late answer for another year must not take the place of the right one.
      if (fresh.year !== wanted.current) return
      setReply(fresh)
      setFault(undefined)
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
  }
  useEffect(() => { void load() }, [year])
  return { reply, fault, load }
}

/** Arrow keys move the focus from day to day. */
function moveFocus(event: KeyboardEvent): void {
  const from = event.target instanceof HTMLElement ? event.target.dataset['date'] : undefined
  const to = from === undefined ? undefined : stepDay(from, event.key)
  if (to === undefined || !(event.currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  event.currentTarget.querySelector<HTMLElement>(`[data-date="${to}"]`)?.focus()
}

function Head(props: {
  readonly year: number; readonly onYear: (year: number) => void; readonly onDone: () => void
}): VNode {
  const { year, onYear } = props
  return html`<div class="page-head"><div><h1>${t('nav.calendar')}</h1><p>${
    t('calendar.lead')}</p></div>
    <div class="page-tools"><div class="year-pick" role="group" aria-label=${t('calendar.year')}>
      <${Button} icon="left" label=${t('calendar.previous')} onClick=${() => onYear(year - 1)} />
      <span class="num strong" aria-live="polite">${year}</span>
      <${Button} icon="right" label=${t('calendar.next')} onClick=${() => onYear(year + 1)} /></div>
      <${CalendarImport} onDone=${props.onDone} /></div></div>`
}

/** The page. */
export function CalendarPage(): VNode {
  const [chosen, setYear] = useState<number | undefined>(undefined)
  const year = chosen ?? Number(today.value.slice(0, 4))
  const { reply, fault, load } = useCalendar(year)
  const [picked, setPicked] = useState<Picked | undefined>(undefined)
  document.title = `${t('nav.calendar')} · ${t('app.name')}`
  const head = html`<${Head} year=${year} onYear=${setYear} onDone=${() => void load()} />`
  if (reply === undefined || reply.year !== year) {
    return html`<div class="page">${head}${fault === undefined ? html`<${Skeleton} rows=${6} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: fault })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${() => void load()}>${
          t('common.retry')}<//>`} />`}</div>`
  }
  const months = yearMonths(year, reply.days)
  const stop = today.value.startsWith(String(year)) ? today.value : `${year}-01-01`
  const note = !reply.known ? t('calendar.unknown', { year: String(year) })
    : reply.provisional ? t('calendar.provisional', { year: String(year) }) : undefined
  return html`<div class="page calendar-page">${head}
    ${note !== undefined && html`<${Strip} kind="plain" text=${note} />`}
    <${Legend} months=${months} />
    <div class="year" role="group" aria-label=${t('calendar.label', { year: String(year) })}
      onKeyDown=${moveFocus}>${months.map((month) => html`<${Month} key=${month.id} month=${month}
      stop=${stop} onPick=${setPicked} />`)}</div>
    ${saveBarred.value !== undefined && html`<p class="below">${t(saveBarred.value)}</p>`}
    ${picked !== undefined && html`<${CalendarDay} key=${picked.day.date} day=${picked.day}
      anchor=${picked.anchor} onClose=${() => setPicked(undefined)} onDone=${load} />`}</div>`
}
