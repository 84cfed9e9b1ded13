/**
 * The keys of the timeline (design §4): what each does while a bar has the focus. Letters are known
 * by their place on the keyboard, so that they work with the Russian layout, too.
 */
import { moveRule, switchRule } from './changes.ts'
import { askDelete } from './delete-rule.ts'
import { navigate } from './router.ts'
import { now, showView, shownScale, today, view, zone } from './state.ts'
import { hoursOfBar, movedEdge, stepMinutes } from './timeline-edit.ts'
import type { Edge, Hours, HoursPlace } from './timeline-edit.ts'
import { neighbour } from './timeline-layout.ts'
import type { TimelineBar, TimelineLayout } from './timeline-layout.ts'
import { firstAround, scales, stepFirst, zoomFirst } from './timeline-view.ts'
import type { Scale } from './timeline-view.ts'

/** Steps the window by its own length, to the past or the future. */
export function step(direction: 1 | -1): void {
  showView({ first: stepFirst(view.value, direction) })
}

/** Shows today again. */
export function showNow(): void {
  showView({ first: undefined })
}

/** Changes the scale: today stays in sight if it is, else the middle of the window. */
export function showScale(scale: Scale): void {
  const { from, to } = view.value
  const seen = now.value >= from && now.value < to
  const first = seen ? undefined : zoomFirst(scale, (from + to) / 2, 0.5, zone.value)
  showView({ scale, first })
}

/** Changes the scale by one step; 1 shows more days. With `ms` that instant stays where it is. */
export function zoom(direction: 1 | -1, ms?: number, at = 0.5): void {
  const scale = scales[scales.indexOf(shownScale.value) + direction]
  if (scale === undefined) return
  if (ms === undefined) return showScale(scale)
  const first = zoomFirst(scale, ms, at, zone.value)
  showView({ scale, first: first === firstAround(scale, today.value) ? undefined : first })
}

export interface KeyActions {
  readonly focus: (bar: TimelineBar) => void
  readonly open: () => void
  readonly table: () => void
  readonly keys: () => void
  readonly setHours: (bar: TimelineBar, place: HoursPlace, hours: Hours) => void
}

/** Handles a key on a bar; one that is not of the timeline is left to the browser. */
export function handleKey(
  event: KeyboardEvent, bar: TimelineBar, layout: TimelineLayout, act: KeyActions,
): void {
  const index = layout.rules.findIndex((rule) => rule.id === bar.ruleId)
  const rule = layout.rules[index]
  if (rule === undefined || event.metaKey) return
  const place = layout.row(index).number - 1
  const go = (key: Parameters<typeof neighbour>[2]): void => {
    const next = neighbour(layout, bar.id, key)
    if (next !== undefined) act.focus(next)
  }
  const edge = (which: Edge, minutes: number): void => {
    const hours = hoursOfBar(rule, bar, zone.value)
    if (hours !== undefined) act.setHours(bar, hours, movedEdge(hours.hours, which, minutes))
  }
  const actions: Readonly<Record<string, () => unknown>> = {
    'ArrowLeft': () => go('left'), 'ArrowRight': () => go('right'), 'ArrowUp': () => go('up'),
    'ArrowDown': () => go('down'), 'Home': () => go('first'), 'End': () => go('last'),
    'Shift+ArrowLeft': () => step(-1), 'Shift+ArrowRight': () => step(1),
    'Ctrl+ArrowLeft': () => edge('to', -stepMinutes), 'Ctrl+ArrowRight': () => edge('to', stepMinutes),
    'Ctrl+Shift+ArrowLeft': () => edge('from', -stepMinutes),
    'Ctrl+Shift+ArrowRight': () => edge('from', stepMinutes),
    'Alt+ArrowUp': () => moveRule(rule, place - 1), 'Alt+ArrowDown': () => moveRule(rule, place + 1),
    'Enter': act.open, 'Space': () => switchRule(rule), 'KeyE': () => navigate(`/rules/${rule.id}`),
    'Delete': () => askDelete(rule), 'KeyT': showNow,
    'Equal': () => zoom(-1), 'Shift+Equal': () => zoom(-1), 'NumpadAdd': () => zoom(-1),
    'Minus': () => zoom(1), 'NumpadSubtract': () => zoom(1),
    'Digit1': () => showScale('day'), 'Digit2': () => showScale('three'),
    'Digit3': () => showScale('week'), 'Digit4': () => showScale('month'),
    'KeyN': () => navigate('/rules/new'), 'KeyL': act.table, '?': act.keys,
  }
  // The question mark lies elsewhere on a Russian keyboard: it is known by its sign.
  const name = event.key === '?' ? '?' : `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${
    event.shiftKey ? 'Shift+' : ''}${event.code}`
  const action = actions[name]
  if (action === undefined) return
  event.preventDefault()
  action()
}
