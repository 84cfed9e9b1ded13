/**
 * «Когда звонят»: calls of each hour of the week as a table whose cells are shaded; on a phone the
 * days stand side by side and the hours run down, so that a cell stays wide enough for a finger. A
 * cell opens the journal of its hour. One tab stop, arrow keys inside.
 */
import type { VNode } from 'preact'
import type { StatisticsReply } from '../src/api/schema-insight.ts'
import { phone } from './device.ts'
import { capital, clockTime, weekdayName } from './format.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { heatStep } from './stat-figures.ts'
import { moveCell } from './stat-keys.ts'
import { number, t } from './text.ts'
import './text-insight-ru.ts'

type Hours = StatisticsReply['byHour']

interface HeatProps {
  readonly hours: Hours
  /** Local dates of the time shown. */
  readonly from: string
  readonly to: string
}

interface CellProps extends HeatProps {
  /** Hour of the week. */
  readonly cell: number
  readonly most: number
  /** Place in the picture, for the arrow keys. */
  readonly place: number
}

function Cell(props: CellProps): VNode {
  const { cell, most, hours, place, from, to } = props
  const { calls, missed } = hours[cell] ?? { calls: 0, missed: 0 }
  const step = heatStep(calls, most)
  const hour = cell % 24
  const name = t('stat.cell', {
    day: capital(weekdayName(Math.floor(cell / 24) + 1, 'weekdayShort')), n: calls, missed,
    from: clockTime(hour * 60), to: clockTime(hour * 60 + 60),
  })
  return html`<td><a class=${`heat heat${step}`} data-cell=${place} tabIndex=${place === 0 ? 0 : -1}
    href=${journalHref({ cell: String(cell), from, to })} aria-label=${name} title=${name}>${
    calls > 0 ? number(calls) : ''}</a></td>`
}

const days = [0, 1, 2, 3, 4, 5, 6]
const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour)

function dayName(day: number): string {
  return capital(weekdayName(day + 1, 'weekdayShort'))
}

function hourName(hour: number): string {
  return clockTime(hour * 60).slice(0, 2)
}

function Wide(props: HeatProps & { readonly most: number }): VNode {
  return html`<table class="heat-table"
    onKeyDown=${(event: KeyboardEvent) => moveCell(event, 168, 24)}>
    <caption class="visually-hidden">${t('stat.hours')}</caption>
    <thead><tr><td></td>${hoursOfDay.map((hour) => html`<th key=${hour} scope="col"><span
      class=${hour % 3 === 0 ? '' : 'visually-hidden'}>${hourName(hour)}</span></th>`)}</tr></thead>
    <tbody>${days.map((day) => html`<tr key=${day}><th scope="row">${dayName(day)}</th>${
      hoursOfDay.map((hour) => html`<${Cell} key=${hour} ...${props} cell=${day * 24 + hour}
        place=${day * 24 + hour} />`)}</tr>`)}</tbody></table>`
}

function Narrow(props: HeatProps & { readonly most: number }): VNode {
  return html`<table class="heat-table"
    onKeyDown=${(event: KeyboardEvent) => moveCell(event, 168, 7)}>
    <caption class="visually-hidden">${t('stat.hours')}</caption>
    <thead><tr><th scope="col"><span class="visually-hidden">${t('stat.hour')}</span></th>${
      days.map((day) => html`<th key=${day} scope="col">${dayName(day)}</th>`)}</tr></thead>
    <tbody>${hoursOfDay.map((hour) => html`<tr key=${hour}><th scope="row">${hourName(hour)}</th>${
      days.map((day) => html`<${Cell} key=${day} ...${props} cell=${day * 24 + hour}
        place=${hour * 7 + day} />`)}</tr>`)}</tbody></table>`
}

/** The section. */
export function StatHeat(props: HeatProps): VNode {
  const most = Math.max(1, ...props.hours.map((each) => each.calls))
  return html`<section class="stat-part stat-heat"><div class="stat-head"><h2>${t('stat.hours')}
    </h2>
    <span class="soft small">${t('stat.hoursText')}</span>
    <span class="heat-legend caption" aria-hidden="true">0${[0, 1, 2, 3, 4, 5].map((step) =>
      html`<span key=${step} class=${`swatch heat${step}`}></span>`)}${number(most)}</span></div>
    ${phone.value ? html`<${Narrow} ...${props} most=${most} />`
      : html`<${Wide} ...${props} most=${most} />`}</section>`
}
