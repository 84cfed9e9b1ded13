/**
 * The picture of the rules as SVG: bars in four states by colour, pattern and word, the lane «Итог»,
 * the now line. Draws what `timeline-layout.ts` measured; keys and pointer belong here, the head
 * with its buttons to `timeline-card.ts`.
 */
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import { html } from './html.ts'
import { barHeight, headHeight, rowMetrics } from './timeline-layout.ts'
import type { ResultCell, TimelineBar, TimelineLayout, TimelineRow } from './timeline-layout.ts'
import { usePan } from './timeline-pan.ts'
import type { PanActions } from './timeline-pan.ts'
import { t } from './text.ts'

export interface TimelineProps {
  readonly layout: TimelineLayout
  readonly phone: boolean
  /** The bar that has the tab stop. */
  readonly current: string | undefined
  readonly onOpen: (bar: TimelineBar, anchor: Element) => void
  readonly onKey: (event: KeyboardEvent, bar: TimelineBar) => void
  readonly onFocus: (bar: TimelineBar) => void
}

/** The tiles of the four patterns (design §3.1); ids are unique in the page. */
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

function Grid(props: { readonly layout: TimelineLayout; readonly phone: boolean }): VNode {
  const { layout } = props
  const lane = rowMetrics(props.phone).lane
  return html`<g aria-hidden="true">
    ${layout.days.map((day) => day.weekend && html`<rect key=${`w${day.x}`} class="weekend"
      x=${day.x}
      y=${headHeight + lane} width=${day.width} height=${layout.height - headHeight - lane} />`)}
    <rect class="lane" x="0" y=${layout.laneY} width=${layout.width} height=${lane} />
    ${layout.hours.map((hour) => html`<g key=${`h${hour.x}`}>
      <line class="grid-line" x1=${hour.x} x2=${hour.x} y1=${headHeight} y2=${layout.height} />
      <text class="axis" x=${hour.x + 8} y="36">${hour.label}</text></g>`)}
    ${layout.days.map((day) => html`<g key=${`d${day.x}`}>
      <line class="grid-line strong" x1=${day.x} x2=${day.x} y1="4" y2=${layout.height} />
      <text class=${day.today ? 'day-name today' : 'day-name'} x=${day.x + 8}
        y="17">${day.label}</text>
      </g>`)}
    ${layout.rows.map((row) => html`<line key=${row.rule.id}
      class="grid-line" x1="0" x2=${layout.width}
      y1=${row.y} y2=${row.y} />`)}
  </g>`
}

function Cell(props: { readonly cell: ResultCell; readonly y: number }): VNode {
  const { cell, y } = props
  const state = cell.kind === 'nowhere' ? 'nowhere' : cell.acts ? 'acts' : cell.kind
  const x = cell.x + 1
  const width = Math.max(1, cell.width - 2)
  const middle = cell.x + cell.width / 2
  return html`<g role="img" aria-label=${cell.spoken} class=${`cell ${state}`}>
    <title>${cell.spoken}</title>
    <rect class="cell-fill" x=${x} y=${y} width=${width} height="24" rx=${Math.min(5, width / 2)} />
    ${cell.kind === 'nowhere' && html`<rect class="cell-tile" x=${x} y=${y} width=${width}
      height="24" rx=${Math.min(5, width / 2)} />`}
    ${cell.cross ? html`<path class="cell-cross" d=${`M${middle - 4} ${y + 8}l8 8m0-8l-8 8`} />`
      : html`<text class="cell-text" x=${cell.label.length < 3 ? middle : x + 7} y=${y + 16.5}
        text-anchor=${cell.label.length < 3 ? 'middle' : 'start'}>${cell.label}</text>`}
  </g>`
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

function Bar(props: TimelineProps & { readonly bar: TimelineBar; readonly y: number }): VNode {
  const { bar, y } = props
  const radius = Math.min(6, bar.width / 2)
  const shape = { x: bar.x, y, width: bar.width, height: barHeight, rx: radius }
  const clip = `clip-${bar.id}`
  const open = (event: Event): void => props.onOpen(bar, event.currentTarget as Element)
  return html`<g class=${`bar-group ${bar.state}`} role="button" aria-haspopup="dialog"
    aria-label=${bar.spoken} tabindex=${props.current === bar.id ? 0 : -1} data-bar=${bar.id}
    onClick=${open} onFocus=${() => props.onFocus(bar)}
    onKeyDown=${(event: KeyboardEvent) => props.onKey(event, bar)}>
    <rect class="focus-ring" x=${bar.x - 3} y=${y - 3} width=${bar.width + 6}
      height=${barHeight + 6}
      rx=${radius + 3} />
    <rect class=${`bar ${bar.state} flat`} ...${shape} />
    ${bar.state === 'off' && html`<rect class="bar-tile" ...${shape} />`}
    ${bar.lost.length > 0 && html`<clipPath id=${clip}><rect ...${shape} /></clipPath>`}
    ${bar.lost.map((part) => html`<g key=${part.x} clip-path=${`url(#${clip})`}>
      <rect class="lost" x=${part.x} y=${y} width=${part.width} height=${barHeight} />
      <rect class="lost-tile" x=${part.x} y=${y} width=${part.width} height=${barHeight} /></g>`)}
    <rect class=${`bar ${bar.state} line`} ...${shape} />
  </g>`
}

function Row(props: TimelineProps & { readonly row: TimelineRow }): VNode {
  const { row, phone } = props
  const y = row.y + rowMetrics(phone).barTop
  return html`<g>
    ${row.outline !== undefined && html`<g aria-hidden="true">
      <rect class="outline" x=${row.outline.x + 1} y=${y - 5}
        width=${Math.max(4, row.outline.width - 2)}
        height=${barHeight + 10} rx="9" />
      <text class="outline-text" x=${row.outline.x + 12}
        y=${y + 17}>${row.outline.label}</text></g>`}
    ${row.bars.map((bar) => html`<${Bar} key=${bar.id} ...${props} bar=${bar} y=${y} />`)}
    ${row.bars.map((bar) => html`<${BarText} key=${bar.id} bar=${bar} y=${y} />`)}
  </g>`
}

function NowLine(props: { readonly layout: TimelineLayout }): VNode {
  const { now, height, width } = props.layout
  const text = now.side === 'before' ? `‹ ${now.label}` : now.side === 'after' ? `${now.label} ›` : now.label
  const pill = now.side === 'in' ? 44 : 56
  const x = Math.min(Math.max(now.x, pill / 2 + 1), width - pill / 2 - 1)
  return html`<g class="clock" role="img" aria-label=${t('timeline.clock', { time: now.label })}>
    ${now.side === 'in' && html`<line class="clock-line" x1=${now.x} x2=${now.x} y1="34" y2=${height} />`}
    <rect class="clock-pill" x=${x - pill / 2} y="22" width=${pill} height="19" rx="9.5" />
    <text class="clock-text" x=${x} y="35.5" text-anchor="middle">${text}</text></g>`
}

/** Scrolls the plot so that the now line stands in the left third; once for each window. */
function useNowInSight(ref: RefObject<HTMLDivElement | null>, layout: TimelineLayout, key: string): void {
  useLayoutEffect(() => {
    const box = ref.current
    if (box === null || box.scrollWidth <= box.clientWidth) return
    box.scrollLeft = layout.now.side === 'in' ? layout.now.x - box.clientWidth * 0.5 : 0
  }, [key, layout.width])
}

/** The plot. It scrolls sideways inside itself when the window is narrow. */
export function Timeline(props: TimelineProps & { readonly windowKey: string; readonly pan: PanActions }): VNode {
  const { layout, phone } = props
  const ref = useRef<HTMLDivElement>(null)
  useNowInSight(ref, layout, props.windowKey)
  usePan(ref, props.pan)
  return html`<div class="plot" ref=${ref}>
    <svg width=${layout.width} height=${layout.height} role="group"
      aria-label=${t('timeline.label')}>
      <${Patterns} /><${Grid} layout=${layout} phone=${phone} />
      ${layout.cells.map((cell) => html`<${Cell} key=${cell.x} cell=${cell}
        y=${layout.laneY + rowMetrics(phone).cellTop} />`)}
      ${layout.rows.map((row) => html`<${Row} key=${row.rule.id} ...${props} row=${row} />`)}
      <${NowLine} layout=${layout} />
    </svg></div>`
}
