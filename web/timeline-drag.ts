/**
 * Dragging an end of a bar with the mouse: shows the bar as it would be, and at the release gives the
 * rule its new hours. Fingers scroll here; on a phone the popover has fields for the same.
 */
import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import { clockTime } from './format.ts'
import { t } from './text.ts'
import { hoursOfBar, lengthOf, movedEdge } from './timeline-edit.ts'
import type { Edge, Hours, HoursPlace } from './timeline-edit.ts'
import type { Ghost } from './timeline.ts'
import type { TimelineBar, TimelineLayout } from './timeline-layout.ts'

interface Drag {
  readonly row: number
  readonly bar: TimelineBar
  readonly place: HoursPlace
  readonly edge: Edge
  readonly startX: number
  hours: Hours
}

/** Within so many pixels of an end a bar is taken by that end. */
const endPx = 6
/** A bar narrower than this has no ends to take. */
const leastPx = 24

/** The end of a bar under the mouse, if its hours can be changed there. */
function under(event: PointerEvent, layout: TimelineLayout, zone: string): Drag | undefined {
  const group = event.target instanceof Element ? event.target.closest('[data-bar]') : null
  const id = group?.getAttribute('data-bar')
  if (group === null || id === null || id === undefined || event.pointerType === 'touch') return undefined
  const box = group.getBoundingClientRect()
  const edge = box.width < leastPx || layout.view.scale === 'month' ? undefined
    : event.clientX - box.left <= endPx ? 'from' : box.right - event.clientX <= endPx ? 'to' : undefined
  const row = edge === undefined ? -1 : layout.rules.findIndex((rule) => id.startsWith(rule.id))
  const rule = layout.rules[row]
  const bar = rule === undefined ? undefined : layout.row(row).bars.find((each) => each.id === id)
  const place = rule === undefined || bar === undefined ? undefined : hoursOfBar(rule, bar, zone)
  return edge === undefined || bar === undefined || place === undefined ? undefined
    : { row, bar, place, edge, startX: event.clientX, hours: place.hours }
}

function ghostOf(drag: Drag, layout: TimelineLayout): Ghost {
  const minutes = (minute: number): number => minute * 60_000 * layout.axis.pxPerMs
  const { hours, place, bar } = drag
  return {
    row: drag.row, x: bar.x + minutes(hours.from - place.hours.from), width: minutes(lengthOf(hours)),
    label: t('when.range', { from: clockTime(hours.from), to: clockTime(hours.to) }),
  }
}

/** Listens on the plot. `done` gets the rule's place and new hours, when they changed. */
export function useEdgeDrag(
  ref: RefObject<HTMLDivElement | null>, layout: TimelineLayout | undefined, zone: string,
  done: (bar: TimelineBar, place: HoursPlace, hours: Hours) => void,
): Signal<Ghost | undefined> {
  const ghost = useSignal<Ghost | undefined>(undefined)
  const latest = useRef({ layout, zone, done })
  latest.current = { layout, zone, done }
  useEffect(() => {
    const box = ref.current
    if (box === null) return undefined
    let drag: Drag | undefined
    const down = (event: PointerEvent): void => {
      const now = latest.current
      drag = now.layout === undefined || event.button !== 0 ? undefined
        : under(event, now.layout, now.zone)
      // The press would select text or begin to scroll.
      if (drag !== undefined) event.preventDefault()
    }
    const move = (event: PointerEvent): void => {
      const { layout: now, zone: zone_ } = latest.current
      if (now === undefined) return
      if (drag === undefined) {
        if (event.buttons === 0) box.classList.toggle('at-end', under(event, now, zone_) !== undefined)
        return
      }
      const minutes = (event.clientX - drag.startX) / now.axis.pxPerMs / 60_000
      drag.hours = movedEdge(drag.place.hours, drag.edge, minutes)
      ghost.value = ghostOf(drag, now)
    }
    const up = (): void => {
      const ended = drag
      drag = undefined
      if (ended === undefined || ghost.value === undefined) return
      ghost.value = undefined
      // The click that follows belongs to the drag: it must not open the bar.
      const swallow = (event: Event): void => event.stopPropagation()
      box.addEventListener('click', swallow, true)
      setTimeout(() => box.removeEventListener('click', swallow, true), 0)
      const { from, to } = ended.place.hours
      if (ended.hours.from === from && ended.hours.to === to) return
      latest.current.done(ended.bar, ended.place, ended.hours)
    }
    const cancel = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || drag === undefined) return
      drag = undefined
      ghost.value = undefined
    }
    box.addEventListener('pointerdown', down)
    addEventListener('pointermove', move)
    addEventListener('pointerup', up)
    addEventListener('keydown', cancel)
    return () => {
      box.removeEventListener('pointerdown', down)
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', up)
      removeEventListener('keydown', cancel)
    }
  }, [])
  return ghost
}
