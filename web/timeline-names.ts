/**
 * The names beside the plot, in winning order: number, name, phones, and the handle that moves a rule
 * up or down by mouse, finger or arrow keys. A drag asks nothing; the toast has its undo.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { moveRule } from './changes.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { t } from './text.ts'
import { axisHeight, rowMetrics } from './timeline-layout.ts'
import type { TimelineLayout, TimelineRow } from './timeline-layout.ts'
import './text-home-ru.ts'

/** The corner above the names: what the lane «Итог» is. */
export function NamesHead(props: { readonly phone: boolean }): VNode {
  const { lane } = rowMetrics(props.phone)
  return html`<div class="names-head"><div style=${{ height: `${axisHeight}px` }}></div>
    <div class="name lane-name" style=${{ height: `${lane}px` }}><span class="strong">${
      t('timeline.result')}</span>${!props.phone
      && html`<span class="caption">${t('timeline.resultHint')}</span>`}</div></div>`
}

interface DragState {
  readonly from: number
  readonly over: number
}

interface NameProps {
  readonly row: TimelineRow
  readonly index: number
  readonly phone: boolean
  readonly drag: DragState | undefined
  readonly onDrag: (drag: DragState | undefined) => void
  /** Place in the whole list of rules; rows may be a search's. */
  readonly placeOf: (index: number) => number
}

/** The row under the pointer, by its place among the shown ones; undefined outside. */
function rowUnder(event: PointerEvent): number | undefined {
  const names = event.currentTarget instanceof Element ? event.currentTarget.closest('.names') : null
  for (const row of names?.querySelectorAll<HTMLElement>('[data-name]') ?? []) {
    const box = row.getBoundingClientRect()
    if (event.clientY >= box.top && event.clientY < box.bottom) return Number(row.dataset['name'])
  }
  return undefined
}

function Handle(props: NameProps): VNode {
  const { row, index, drag, onDrag, placeOf } = props
  const start = (event: PointerEvent): void => {
    if (event.button !== 0) return
    (event.currentTarget as Element).setPointerCapture(event.pointerId)
    onDrag({ from: index, over: index })
  }
  const move = (event: PointerEvent): void => {
    const over = drag === undefined ? undefined : rowUnder(event)
    if (drag !== undefined && over !== undefined && over !== drag.over) onDrag({ ...drag, over })
  }
  const drop = (): void => {
    if (drag !== undefined && drag.over !== drag.from) void moveRule(row.rule, placeOf(drag.over))
    onDrag(undefined)
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (event.key === 'Escape') onDrag(undefined)
    if (step === 0) return
    event.preventDefault()
    void moveRule(row.rule, placeOf(index) + step)
  }
  return html`<button type="button" class="handle" aria-label=${t('common.drag', { name: row.rule.name })}
    onPointerDown=${start} onPointerMove=${move} onPointerUp=${drop}
    onPointerCancel=${() => onDrag(undefined)} onKeyDown=${key}><${Icon} name="grip"
    size=${16} /></button>`
}

function Name(props: NameProps): VNode {
  const { row, index, drag, phone } = props
  const metrics = rowMetrics(phone)
  const over = drag?.over === index && drag.from !== index
    ? drag.from > index ? ' drop-above' : ' drop-below' : ''
  return html`<div class=${`name${row.acts ? ' acts' : ''}${row.rule.enabled ? '' : ' off'}${
    drag?.from === index ? ' dragged' : ''}${over}`} data-name=${index}
    style=${{ top: `${index * metrics.row}px`, height: `${metrics.row}px` }}>
    <span class="name-line" title=${row.rule.name}><span
      class="name-number">${row.number}</span>${row.rule.name}</span>
    ${!phone && html`<span class="caption" title=${row.phones}>${row.phones}</span>`}
    ${!phone && html`<${Handle} ...${props} />`}</div>`
}

/** The column; rows out of sight are left out, as in the plot. */
export function Names(props: {
  readonly layout: TimelineLayout; readonly phone: boolean
  readonly first: number; readonly last: number
}): VNode {
  const { layout, phone, first, last } = props
  const [drag, setDrag] = useState<DragState | undefined>(undefined)
  const placeOf = (index: number): number => {
    const row = index >= 0 && index < layout.rules.length ? layout.row(index) : undefined
    return (row?.number ?? index + 1) - 1
  }
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at)
  return html`<div class="names" style=${{ height: `${layout.rules.length * rowMetrics(phone).row}px` }}>
    ${rows.map((index) => {
      const row = layout.row(index)
      return html`<${Name} key=${row.rule.id} row=${row} index=${index} phone=${phone} drag=${drag}
        onDrag=${setDrag} placeOf=${placeOf} />`
    })}</div>`
}
