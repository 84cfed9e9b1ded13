/**
 * The picture of the rules: axis and lane «Итог» above, below them the rows as SVG with bars in four
 * states by colour, pattern and word, and the now line. Draws what `timeline-layout.ts` measured; a
 * row is drawn again only when something of it changed. Head, names and keys are elsewhere.
 */
import { Component } from 'preact'
import type { VNode } from 'preact'
import { html } from './html.ts'
import type { TimelineDay } from './timeline-axis.ts'
import { axisHeight, barHeight, rowMetrics, spokenBar } from './timeline-layout.ts'
import type { ResultCell, TimelineBar, TimelineLayout, TimelineRow } from './timeline-layout.ts'
import type { OverviewReply } from '../src/api/schema.ts'
import { t } from './text.ts'
import './text-home-ru.ts'

/** What a bar does when it is worked; the same object as long as the picture is on the page. */
export interface BarActions {
  readonly open: (bar: TimelineBar, anchor: Element) => void
  readonly key: (event: KeyboardEvent, bar: TimelineBar) => void
  readonly focus: (bar: TimelineBar) => void
}

/** The tiles of the patterns (design §3.1); ids are unique in the page. */
function Patterns(): VNode {
  return html`<defs>
    <pattern id="tile-lost" width="6" height="6" patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"><rect class="tile-lost" width="1.6" height="6" /></pattern>
    <pattern id="tile-off" width="5" height="5" patternUnits="userSpaceOnUse">
      <circle class="tile-off" cx="2.5" cy="2.5" r="0.8" /></pattern>
    <pattern id="tile-nowhere" width="7" height="7" patternUnits="userSpaceOnUse"
      patternTransform="rotate(-45)"><rect class="tile-nowhere" width="1.6" height="7" /></pattern>
  </defs>`
}

function Cell(props: { readonly cell: ResultCell; readonly y: number }): VNode {
  const { cell, y } = props
  const state = cell.kind === 'nowhere' ? 'nowhere' : cell.acts ? 'acts' : cell.kind
  const x = cell.x + 1
  const width = Math.max(1, cell.width - 2)
  const middle = cell.x + cell.width / 2
  const short = cell.label.length < 3
  return html`<g role="img" aria-label=${cell.spoken} class=${`cell ${state}`}>
    <title>${cell.spoken}</title>
    <rect class="cell-fill" x=${x} y=${y} width=${width} height="24" rx=${Math.min(5, width / 2)} />
    ${cell.kind === 'nowhere' && html`<rect class="cell-tile" x=${x} y=${y} width=${width}
      height="24" rx=${Math.min(5, width / 2)} />`}
    ${cell.cross ? html`<path class="cell-cross" d=${`M${middle - 4} ${y + 8}l8 8m0-8l-8 8`} />`
      : cell.label !== '' && html`<text class="cell-text" x=${short ? middle : cell.labelX + 8}
        y=${y + 16.5} text-anchor=${short ? 'middle' : 'start'}>${cell.label}</text>`}
  </g>`
}

function dayLook(day: TimelineDay): string {
  return `axis-day${day.today ? ' today' : ''}${day.width < 64 ? ' narrow' : ''}`
}

/** The axis with day names that stay in sight, hour marks, the lane «Итог» and the pill of now. */
export function TimelineHead(props: { readonly layout: TimelineLayout; readonly phone: boolean }): VNode {
  const { layout, phone } = props
  const { lane, cellTop } = rowMetrics(phone)
  const height = axisHeight + lane
  const { now } = layout
  return html`<div class="axis-box">
    ${layout.days.map((day) => html`<div key=${day.date} class=${dayLook(day)}
      style=${{ left: `${day.x}px`, width: `${day.width}px` }}><span class="day-name"
      title=${day.note}>${day.label}${day.note !== '' && day.width > 120
        && html`<span class="day-note">${day.note}</span>`}</span></div>`)}
    <svg width=${layout.width} height=${height} role="group" aria-label=${t('timeline.result')}>
      <${Patterns} />
      <rect class="lane" x="0" y=${axisHeight} width=${layout.width} height=${lane} aria-hidden="true" />
      <g aria-hidden="true">${layout.hours.map((hour) => html`<g key=${hour.x}>
        <line class="grid-line" x1=${hour.x} x2=${hour.x} y1=${axisHeight} y2=${height} />
        <text class="axis" x=${hour.x + 8} y="36">${hour.label}</text></g>`)}
        ${layout.days.map((day) => html`<line key=${day.date} class="grid-line strong" x1=${day.x}
          x2=${day.x} y1="4" y2=${height} />`)}</g>
      ${layout.cells.map((cell) => html`<${Cell} key=${cell.x} cell=${cell} y=${axisHeight + cellTop} />`)}
      ${now.side === 'in' && html`<g class="clock" role="img"
        aria-label=${t('timeline.clock', { time: now.label })}>
        <line class="clock-line" x1=${now.x} x2=${now.x} y1="34" y2=${height} />
        <rect class="clock-pill" x=${now.x - 22} y="22" width="44" height="19" rx="9.5" />
        <text class="clock-text" x=${now.x} y="35.5" text-anchor="middle">${now.label}</text></g>`}
    </svg></div>`
}

function BarText(props: { readonly bar: TimelineBar; readonly y: number }): VNode | null {
  const { bar, y } = props
  if (bar.state === 'acts') {
    return html`<g aria-hidden="true" class="bar-label">${bar.width > 22
      && html`<circle class="bar-dot" cx=${bar.labelX + 12} cy=${y + barHeight / 2} r="3.5" />`}
      <text class="bar-text acts" x=${bar.labelX + 21} y=${y + 17}>${bar.label}</text></g>`
  }
  if (bar.label === '') return null
  const plate = bar.label.length * 6.6 + 8
  return html`<g aria-hidden="true" class="bar-label">${bar.state === 'off'
    && html`<rect class="bar-plate" x=${bar.labelX + 5} y=${y + 5} width=${plate} height="16"
      rx="4" />`}
    <text class=${`bar-text ${bar.state}`} x=${bar.labelX + 9} y=${y + 17}>${bar.label}</text></g>`
}

interface BarProps {
  readonly bar: TimelineBar
  readonly y: number
  readonly spoken: string
  readonly stop: boolean
  readonly actions: BarActions
}

/** A bar is as few elements as its state allows: of thousands each one costs. */
function Bar(props: BarProps): VNode {
  const { bar, y, actions } = props
  const shape = { x: bar.x, y, width: bar.width, height: barHeight, rx: Math.min(6, bar.width / 2) }
  const clip = `clip-${bar.id}`
  const open = (event: Event): void => actions.open(bar, event.currentTarget as Element)
  const look = `${bar.state}${bar.conditional ? ' some' : ''}`
  const plain = bar.lost.length === 0 && bar.state !== 'off'
  return html`<g class=${`bar-group ${look}`} role="button" aria-haspopup="dialog"
    aria-label=${props.spoken} tabindex=${props.stop ? 0 : -1} data-bar=${bar.id}
    onClick=${open} onFocus=${() => actions.focus(bar)}
    onKeyDown=${(event: KeyboardEvent) => actions.key(event, bar)}>
    <rect class=${plain ? `bar ${look} line` : `bar ${look} flat`} ...${shape} />
    ${bar.state === 'off' && html`<rect class="bar-tile" ...${shape} />`}
    ${bar.lost.length > 0 && html`<clipPath id=${clip}><rect ...${shape} /></clipPath>`}
    ${bar.lost.map((part) => html`<g key=${part.x} clip-path=${`url(#${clip})`}>
      <rect class="lost" x=${part.x} y=${y} width=${part.width} height=${barHeight} />
      <rect class="lost-tile" x=${part.x} y=${y} width=${part.width} height=${barHeight} /></g>`)}
    ${!plain && html`<rect class=${`bar ${look} line hollow`} ...${shape} />`}
  </g>`
}

/** A month is strips: one path for each look, and one bar to work with, the one of the tab stop. */
function Strips(props: Omit<RowProps, 'overview' | 'months'> & {
  readonly spoken: (bar: TimelineBar) => string
}): VNode {
  const { row, y, stop, actions } = props
  const strip = (part: { readonly x: number; readonly width: number }): string =>
    `M${part.x} ${y}h${part.width}v${barHeight}h${-part.width}z`
  const looks = new Map<string, string>()
  for (const bar of row.bars) {
    const look = `${bar.state}${bar.conditional ? ' some' : ''}`
    looks.set(look, (looks.get(look) ?? '') + strip(bar))
  }
  const lost = row.bars.flatMap((bar) => bar.lost.map(strip)).join('')
  const current = row.bars.find((bar) => bar.id === stop)
  const open = (event: MouseEvent): void => {
    const svg = (event.currentTarget as Element).closest('svg')
    const x = event.clientX - (svg?.getBoundingClientRect().left ?? 0)
    const bar = row.bars.find((each) => x >= each.x && x <= each.x + each.width)
    if (svg === null || bar === undefined) return
    actions.focus(bar)
    requestAnimationFrame(() => {
      const anchor = svg.querySelector(`[data-bar="${bar.id}"]`)
      if (anchor !== null) actions.open(bar, anchor)
    })
  }
  const strips = (more: string): VNode[] => [...looks].map(([look, d]) => html`<path key=${look}
    class=${`bar ${look} line${more}`} d=${d} />`)
  return html`<g><g onClick=${open} class="strips-of">${strips('')}${lost !== '' && html`<g>
    <path class="lost" d=${lost} /><path class="lost-tile" d=${lost} />${strips(' hollow')}</g>`}</g>
    ${current !== undefined && html`<${Bar} bar=${current} y=${y} stop=${true} actions=${actions}
      spoken=${props.spoken(current)} />`}</g>`
}

interface RowProps {
  readonly row: TimelineRow
  readonly y: number
  readonly overview: OverviewReply
  /** The bar of this row that has the tab stop, if one has. */
  readonly stop: string | undefined
  readonly actions: BarActions
  readonly months: boolean
}

/** One rule. It stays as it is while its measures stay. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return next.row !== this.props.row || next.y !== this.props.y || next.stop !== this.props.stop
  }

  override render(props: RowProps): VNode {
    const { row, y, overview, stop, actions, months } = props
    return html`<g>
      ${row.outline !== undefined && html`<g aria-hidden="true">
        <rect class="outline" x=${row.outline.x + 1} y=${y - 5}
          width=${Math.max(4, row.outline.width - 2)} height=${barHeight + 10} rx="9" />
        <text class="outline-text" x=${row.outline.labelX + 12}
          y=${y + 17}>${row.outline.label}</text></g>`}
      ${months ? html`<${Strips} row=${row} y=${y} stop=${stop} actions=${actions}
        spoken=${(bar: TimelineBar) => spokenBar(overview, row.rule, bar)} />`
        : row.bars.map((bar) => html`<${Bar} key=${bar.id} bar=${bar} y=${y} stop=${stop === bar.id}
          spoken=${spokenBar(overview, row.rule, bar)} actions=${actions} />`)}
      ${!months && row.bars.map((bar) => html`<${BarText} key=${bar.id} bar=${bar} y=${y} />`)}
    </g>`
  }
}

/** A bar whose end is being moved, as it would be. */
export interface Ghost {
  readonly row: number
  readonly x: number
  readonly width: number
  readonly label: string
}

export interface BodyProps {
  readonly layout: TimelineLayout
  readonly overview: OverviewReply
  readonly phone: boolean
  /** Rows to draw: from, and before which. */
  readonly first: number
  readonly last: number
  readonly stop: string | undefined
  readonly ghost: Ghost | undefined
  readonly actions: BarActions
}

/** The rows. Those out of sight are not drawn, their place is kept. */
export function TimelineBody(props: BodyProps): VNode {
  const { layout, phone, ghost } = props
  const metrics = rowMetrics(phone)
  const height = layout.rules.length * metrics.row
  const rows = Array.from({ length: Math.max(0, props.last - props.first) }, (_, at) => props.first + at)
  return html`<svg width=${layout.width} height=${height} class="rows" role="group"
    aria-label=${t('timeline.label')}>
    <g aria-hidden="true">
      ${layout.days.map((day) => day.off && html`<rect key=${day.date} class="weekend" x=${day.x} y="0"
        width=${day.width} height=${height} />`)}
      ${layout.hours.map((hour) => html`<line key=${hour.x} class="grid-line" x1=${hour.x} x2=${hour.x}
        y1="0" y2=${height} />`)}
      ${layout.days.map((day) => html`<line key=${day.date} class="grid-line strong" x1=${day.x}
        x2=${day.x} y1="0" y2=${height} />`)}
      ${rows.map((index) => html`<line key=${index} class="grid-line" x1="0" x2=${layout.width}
        y1=${index * metrics.row} y2=${index * metrics.row} />`)}</g>
    ${rows.map((index) => {
      const row = layout.row(index)
      return html`<${Row} key=${row.rule.id} row=${row} y=${index * metrics.row + metrics.barTop}
        overview=${props.overview} actions=${props.actions}
        months=${layout.view.scale === 'month'}
        stop=${props.stop?.startsWith(row.rule.id) === true ? props.stop : undefined} />`
    })}
    ${ghost !== undefined && html`<g aria-hidden="true" class="ghost">
      <rect x=${ghost.x} y=${ghost.row * metrics.row + metrics.barTop} width=${Math.max(3, ghost.width)}
        height=${barHeight} rx="6" />
      <text x=${ghost.x + 8} y=${ghost.row * metrics.row + metrics.barTop + 17}>${ghost.label}</text></g>`}
    ${layout.now.side === 'in' && html`<line class="clock-line" aria-hidden="true" x1=${layout.now.x}
      x2=${layout.now.x} y1="0" y2=${height} />`}
  </svg>`
}
