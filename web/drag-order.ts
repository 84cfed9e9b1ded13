/**
 * The handle by which a row of a list is moved: dragged with the pointer, or by ↑ ↓ while it has
 * the focus. The list keeps the drag in its own state and draws where the row would fall.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { t } from './text.ts'

export interface Drag {
  readonly from: number
  readonly over: number
}

/** The row under the pointer, by its place in the list; undefined outside of it. */
function rowUnder(event: PointerEvent, list: Element | null): number | undefined {
  const row = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-row]')
  return row instanceof HTMLElement && list?.contains(row) === true
    ? Number(row.dataset['row']) : undefined
}

/** Classes of a row for the drag that goes on. */
export function dragClass(drag: Drag | undefined, index: number): string {
  if (drag === undefined) return ''
  if (drag.from === index) return ' dragged'
  if (drag.over !== index) return ''
  return drag.from > index ? ' drop-above' : ' drop-below'
}

/**
 * Notes what has the focus; the returned function gives it back once the order is drawn: a row that
 * moves within the page loses it.
 */
export function holdFocus(): () => void {
  const focused = document.activeElement
  return () => setTimeout(() => {
    if (!(focused instanceof HTMLElement) || !focused.isConnected) return
    // «Ниже» in the last row is disabled: the handle of the row does the same.
    const usable = focused.matches(':disabled')
      ? focused.closest('[data-row]')?.querySelector<HTMLElement>('.handle') : focused
    usable?.focus({ preventScroll: true })
  })
}

/** The handle of the row at `index`; rows carry data-row, all of them in one `ol`. */
export function DragHandle(props: {
  readonly name: string; readonly index: number; readonly drag: Drag | undefined
  readonly onDrag: (drag: Drag | undefined) => void; readonly onMove: (to: number) => void
}): VNode {
  const { index, drag, onDrag, onMove } = props
  const start = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId)
    onDrag({ from: index, over: index })
  }
  const move = (event: PointerEvent): void => {
    if (drag === undefined) return
    const over = rowUnder(event, (event.currentTarget as Element).closest('ol'))
    if (over !== undefined && over !== drag.over) onDrag({ ...drag, over })
  }
  const drop = (): void => {
    if (drag !== undefined && drag.over !== drag.from) onMove(drag.over)
    onDrag(undefined)
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (step === 0 || event.altKey) return
    event.preventDefault()
    onMove(index + step)
  }
  return html`<button type="button" class="handle"
    aria-label=${t('common.drag', { name: props.name })}
    onPointerDown=${start} onPointerMove=${move} onPointerUp=${drop}
    onPointerCancel=${() => onDrag(undefined)}
    onKeyDown=${key}><${Icon} name="grip" /></button>`
}
