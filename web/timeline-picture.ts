/**
 * The names and the plot in one scrolling box: measures, scroll position, drags, keys and the popover
 * of a bar come together here; drawing is `timeline.ts`, measuring `timeline-layout.ts`.
 */
import { useSignal } from '@preact/signals'
import type { FunctionComponent, VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { OverviewReply, RuleReply } from '../src/api/schema.ts'
import { Skeleton } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { phoneName } from './format.ts'
import { html } from './html.ts'
import { later } from './later.ts'
import { me, now, numbers, overview, picture, shownScale, showView, today, view, zone } from './state.ts'
import { language } from './text.ts'
import { useEdgeDrag } from './timeline-drag.ts'
import type { Hours, HoursPlace } from './timeline-edit.ts'
import { handleKey, zoom } from './timeline-keys.ts'
import { layoutTimeline, rowMetrics } from './timeline-layout.ts'
import type { TimelineBar, TimelineLayout } from './timeline-layout.ts'
import { Names, NamesHead } from './timeline-names.ts'
import { useScroll } from './timeline-scroll.ts'
import { firstAround, firstAt } from './timeline-view.ts'
import type { Scale } from './timeline-view.ts'
import { TimelineBody, TimelineHead } from './timeline.ts'
import type { BarActions } from './timeline.ts'
import { localTime } from './zone.ts'

/** On a phone a day is at least this wide, CSS pixels; the plot scrolls. */
const phoneDayPx: Readonly<Record<Scale, number>> = { day: 576, three: 216, week: 132, month: 34 }
/** A plot is never narrower than this, CSS pixels. */
const leastPlotPx = 320
/** More rules than this are drawn by sight. */
const manyRules = 50
/** Rows drawn above and below those in sight, and the step in which they change. */
const spareRows = 8

const RulePopover: FunctionComponent<{
  readonly ruleId: string; readonly bar: TimelineBar; readonly anchor: Element
  readonly onClose: () => void
}> = later(async () => (await import('./rule-popover.ts')).RulePopover)
const KeysDialog = later<{ readonly onClose: () => void }>(
  async () => (await import('./keys-dialog.ts')).KeysDialog)
async function setHours(bar: TimelineBar, place: HoursPlace, hours: Hours): Promise<void> {
  const rule = overview.value?.rules.find((each) => each.id === bar.ruleId)
  if (rule !== undefined) await (await import('./timeline-hours.ts')).changeHours(rule, place, hours)
}

/** Width of an element's inside, and the rows in sight when it scrolls down. */
function useBox(rowPx: number, count: number): {
  ref: { current: HTMLDivElement | null }; width: number; first: number; last: number
} {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [seen, setSeen] = useState({ from: 0, to: 40 })
  useEffect(() => {
    const box = ref.current
    if (box === null) return undefined
    const look = (): void => {
      const from = Math.floor(box.scrollTop / rowPx / spareRows) * spareRows
      const to = from + Math.ceil(box.clientHeight / rowPx / spareRows) * spareRows + spareRows
      setSeen((old) => old.from === from && old.to === to ? old : { from, to })
    }
    const observer = new ResizeObserver(() => {
      setWidth(box.clientWidth)
      look()
    })
    observer.observe(box)
    setWidth(box.clientWidth)
    box.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      box.removeEventListener('scroll', look)
    }
  }, [rowPx])
  if (count <= manyRules) return { ref, width, first: 0, last: count }
  const first = Math.max(0, Math.min(seen.from, count) - spareRows)
  return { ref, width, first, last: Math.min(count, seen.to + spareRows) }
}

function useLayout(
  data: OverviewReply | undefined, width: number, rules: readonly RuleReply[] | undefined,
): TimelineLayout | undefined {
  const phone = isPhone.value
  const minute = Math.floor(now.value / 60_000) * 60_000
  const shown = view.value
  return useMemo(() => {
    if (data === undefined || width <= 0) return undefined
    const nameOf = (id: string | null): string => {
      const found = numbers.peek()?.find((each) => each.id === id)
      return found === undefined ? '' : phoneName(found)
    }
    return layoutTimeline({
      overview: data, view: shown, now: minute, phone, numberName: nameOf,
      boxWidth: width,
      width: Math.max(width, phone ? phoneDayPx[shown.scale] * shown.days : leastPlotPx),
      defaultName: nameOf(me.peek()?.defaultTargetId ?? null), ...(rules === undefined ? {} : { rules }),
    })
  }, [data, width, rules, minute, shown, phone, language.value, numbers.value, me.value?.defaultTargetId])
}

/** Becomes the window when a scroll has come to rest. */
function settle(ms: number): boolean {
  const date = isPhone.value ? localTime(ms, zone.value).date : firstAt(ms, zone.value)
  if (date === view.value.date) return false
  showView({ first: date === firstAround(shownScale.value, today.value) ? undefined : date })
  return true
}

/** The bar with the tab stop: the one that had the focus, else the first in sight. */
function stopOf(layout: TimelineLayout, current: string | undefined): string | undefined {
  const at = current === undefined ? -1 : layout.rules.findIndex((rule) => current.startsWith(rule.id))
  if (at >= 0 && layout.row(at).bars.some((bar) => bar.id === current)) return current
  for (let row = 0; row < layout.rules.length; row += 1) {
    const bars = layout.row(row).bars
    const bar = bars.find((each) => each.x + each.width > layout.viewX + 8) ?? bars[0]
    if (bar !== undefined) return bar.id
  }
  return undefined
}

/** Gives the focus to a bar; a row out of sight is scrolled to and drawn first. */
function focusBar(box: HTMLDivElement | null, layout: TimelineLayout, bar: TimelineBar): void {
  if (box === null) return
  const top = layout.rules.findIndex((rule) => rule.id === bar.ruleId) * rowMetrics(isPhone.value).row
  if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 140) box.scrollTop = top - 80
  const go = (): void => box.querySelector<SVGGElement>(`[data-bar="${bar.id}"]`)?.focus()
  go()
  if (document.activeElement?.getAttribute('data-bar') !== bar.id) {
    requestAnimationFrame(() => requestAnimationFrame(go))
  }
}

interface BarWork {
  readonly layout: TimelineLayout | undefined
  readonly focus: (bar: TimelineBar) => void
  readonly open: (bar: TimelineBar, anchor: Element) => void
  readonly table: () => void
  readonly keys: () => void
}

/** What bars do: one object for as long as the picture stands, working on what was drawn last. */
function useBarActions(work: BarWork): BarActions {
  const latest = useRef(work)
  latest.current = work
  return useMemo((): BarActions => ({
    open: (bar, anchor) => latest.current.open(bar, anchor),
    focus: (bar) => latest.current.focus(bar),
    key: (event, bar) => {
      const { layout, open, table, keys } = latest.current
      if (layout === undefined) return
      const box = (event.currentTarget as Element).closest<HTMLDivElement>('.timeline')
      handleKey(event, bar, layout, {
        table, keys,
        focus: (next) => {
          latest.current.focus(next)
          focusBar(box, layout, next)
        },
        open: () => open(bar, event.currentTarget as Element),
        setHours: (...changed) => void setHours(...changed),
      })
    },
  }), [])
}

/** The picture; `rules` are those a search found, undefined for all. */
export function TimelinePicture(props: {
  readonly rules: readonly RuleReply[] | undefined; readonly onTable: () => void
}): VNode {
  const phone = isPhone.value
  const held = useRef<OverviewReply | undefined>(undefined)
  // While the next stretch is under way the one before stays: an empty plot would jump.
  const data = picture.value ?? held.current
  held.current = data
  const count = props.rules?.length ?? data?.rules.length ?? 0
  const box = useBox(rowMetrics(phone).row, count)
  const namesPx = phone || box.width === 0 ? 0 : innerWidth < 1200 ? 160 : 200
  const layout = useLayout(data, box.width - namesPx, props.rules)
  const current = useSignal<string | undefined>(undefined)
  const [open, setOpen] = useState<{ bar: TimelineBar; anchor: Element } | undefined>(undefined)
  const [keys, setKeys] = useState(false)
  useScroll(box.ref, layout === undefined ? undefined : { ...layout, namesPx, snaps: !phone },
    { settle, zoom })
  const ghost = useEdgeDrag(box.ref, phone ? undefined : layout, zone.value,
    (...changed) => void setHours(...changed))
  const actions = useBarActions({
    layout, open: (bar, anchor) => setOpen({ bar, anchor }), focus: (bar) => { current.value = bar.id },
    table: props.onTable, keys: () => setKeys(true),
  })
  const stop = layout === undefined ? undefined : stopOf(layout, current.value)
  const rows = { layout, phone, first: box.first, last: Math.min(box.last, count) }
  const look = `timeline${phone ? ' phone' : ''}${count > manyRules ? ' tall' : ''}`
  return html`<div class=${look} ref=${box.ref}>
    ${layout === undefined || data === undefined ? html`<${Skeleton} />`
      : html`<div class="timeline-grid" style=${{ width: `${layout.width + namesPx}px` }}>
        <${NamesHead} phone=${phone} /><${TimelineHead} layout=${layout} phone=${phone} />
        <${Names} ...${rows} />
        <${TimelineBody} ...${rows} overview=${data} stop=${stop} ghost=${ghost.value}
          actions=${actions} /></div>`}
    ${open !== undefined && html`<${RulePopover} ruleId=${open.bar.ruleId} bar=${open.bar}
      anchor=${open.anchor} onClose=${() => setOpen(undefined)} />`}
    ${keys && html`<${KeysDialog} onClose=${() => setKeys(false)} />`}
  </div>`
}
