/**
 * «По дням»: answered, voicemail and missed calls of each day (of each week in a long time) as
 * bars, with a table as its twin. A bar opens the journal of its days.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { StatisticsReply } from '../src/api/schema-insight.ts'
import { formatDate } from './format.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { navigate } from './router.ts'
import { axisMarks, dayBars, isWeekly } from './stat-figures.ts'
import type { DayBar } from './stat-figures.ts'
import { moveCell } from './stat-keys.ts'
import { number, t } from './text.ts'
import { useWidth } from './width.ts'
import { weekdayOf } from './zone.ts'
import './text-insight-ru.ts'

const plotHeight = 150
const axisWidth = 30
const labelHeight = 20
/** A label of the axis takes so much, CSS pixels. */
const labelPx = 64
/** The last one may be cut off so far from the end. */
const shortLabelPx = 44

function barName(bar: DayBar): string {
  return bar.last === bar.date ? formatDate(bar.date, 'weekday')
    : t('stat.weekOf', { date: formatDate(bar.date, 'day') })
}

/** A date for the axis: «20 окт». */
function axisDate(date: string): string {
  return formatDate(date, 'dayShort').replace(/(\p{L}{3})\p{L}*\.?/u, '$1')
}

function hrefOf(bar: DayBar): string {
  return journalHref({ from: bar.date, to: bar.last })
}

interface BarProps {
  readonly bar: DayBar
  readonly at: number
  readonly x: number
  readonly width: number
  readonly scale: number
}

function Bar(props: BarProps): VNode {
  const { bar, at, x, width, scale } = props
  let y = plotHeight
  const parts = ([['talk', bar.answered], ['mail', bar.voicemail], ['missed', bar.missed]] as const)
    .filter(([, count]) => count > 0).map(([kind, count]) => {
      const height = Math.max(2, count * scale - 1)
      y -= count * scale
      return html`<g key=${kind}><rect class=${`day-bar ${kind}`} x=${x} y=${y} width=${width}
        height=${height} rx="2" />${kind === 'missed' && html`<rect class="day-tile" x=${x} y=${y}
        width=${width} height=${height} rx="2" />`}</g>`
    })
  const name = t('stat.dayBar', {
    date: barName(bar), answered: bar.answered, missed: bar.missed, mail: bar.voicemail,
  })
  const open = (): void => navigate(hrefOf(bar))
  return html`<g class="day-group" role="link" tabindex=${at === 0 ? 0 : -1} data-cell=${at}
    aria-label=${name} onClick=${open}
    onKeyDown=${(event: KeyboardEvent) => { if (event.key === 'Enter') open() }}><title>${name}
      </title>
    <rect class="day-room" x=${x - 1} y="0" width=${width + 2} height=${plotHeight} />${parts}
    <rect class="focus-ring" x=${x - 1} y="1" width=${width + 2} height=${plotHeight - 2} rx="3" />
      </g>`
}

function Picture(props: { readonly bars: readonly DayBar[]; readonly width: number }): VNode {
  const { bars, width } = props
  const plot = width - axisWidth
  const step = plot / bars.length
  const most = Math.max(1, ...bars.map((bar) => bar.answered + bar.missed + bar.voicemail))
  const marks = axisMarks(most)
  const scale = (plotHeight - 12) / Math.max(most, marks.at(-1) ?? 1)
  const every = Math.max(1, Math.ceil(labelPx / step / 7) * 7)
  const labelEvery = bars.length <= Math.floor(plot / labelPx) ? 1 : isWeeklyBars(bars)
    ? Math.ceil(labelPx / step) : every
  return html`<svg width=${width} height=${plotHeight + labelHeight} class="day-chart" role="group"
    aria-label=${t('stat.byDay')}
      onKeyDown=${(event: KeyboardEvent) => moveCell(event, bars.length, 0)}>
    <defs><pattern id="tile-missed" width="5" height="5" patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"><rect class="tile-missed" width="1.6" height="5" /></pattern>
        </defs>
    <g aria-hidden="true">${marks.map((mark) => html`<g key=${mark}><line class="grid-line" x1="0"
      x2=${plot} y1=${plotHeight - mark * scale} y2=${plotHeight - mark * scale} />
      <text class="axis" x=${width} y=${plotHeight - mark * scale + 4} text-anchor="end">${
        number(mark)}</text></g>`)}</g>
    ${bars.map((bar, at) => html`<${Bar} key=${bar.date} bar=${bar} at=${at} scale=${scale}
      x=${at * step + Math.min(2, step / 6)}
        width=${Math.max(2, step - Math.min(4, step / 3))} />`)}
    <g aria-hidden="true">${bars.map((bar, at) => at % labelEvery === 0
      && (at * step + shortLabelPx < plot || labelEvery === 1) && html`<text class="axis"
      key=${bar.date} x=${at * step + 2} y=${plotHeight + 15}>${axisDate(bar.date)}</text>`)}</g>
    </svg>`
}

function isWeeklyBars(bars: readonly DayBar[]): boolean {
  return bars.some((bar) => bar.last !== bar.date)
}

function Table(props: { readonly bars: readonly DayBar[]; readonly weekly: boolean }): VNode {
  return html`<div class="table-scroll"><table class="table dense stat-table"><thead><tr><th
    scope="col">${t(props.weekly ? 'stat.colWeek' : 'stat.colDate')}</th><th scope="col"
    class="right">${t('stat.colAnswered')}</th><th scope="col" class="right">${t('stat.mail')}</th>
      <th
    scope="col" class="right">${t('stat.colMissed')}</th></tr></thead>
    <tbody>${props.bars.map((bar) => html`<tr key=${bar.date}><th scope="row"><a href=${
      hrefOf(bar)}>${barName(bar)}</a></th><td class="right">${number(bar.answered)}</td><td
      class="right">${number(bar.voicemail)}</td><td class="right">${number(bar.missed)}</td>
        </tr>`)}</tbody></table></div>`
}

/** The section. */
export function StatDays(props: { readonly days: StatisticsReply['byDay'] }): VNode {
  const [asTable, setAsTable] = useState(false)
  const { ref, width } = useWidth()
  const weekly = isWeekly(props.days)
  const bars = dayBars(props.days, weekdayOf)
  return html`<section class="stat-part stat-days"><div class="stat-head"><h2>${
      t(weekly ? 'stat.byWeek' : 'stat.byDay')}</h2>
    <ul class="legend"><li><span class="swatch talk"></span>${t('stat.answered')}</li>
      <li><span class="swatch mail"></span>${t('stat.mail')}</li>
      <li><span class="swatch missed"></span>${t('stat.missed')}</li></ul>
    <button type="button" class="link" onClick=${() => setAsTable(!asTable)}>${
      t(asTable ? 'stat.toPicture' : 'stat.toTable')}</button></div>
    <div ref=${ref} class="day-box">${asTable ? html`<${Table} bars=${bars} weekly=${weekly} />`
      : width > 0 && html`<${Picture} bars=${bars} width=${width} />`}</div></section>`
}
