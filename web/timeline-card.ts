/**
 * The card «Правила»: head with scale and steps, the names beside the plot, legend, table twin, the
 * popover of a bar, and the keys of design §4. Single letters work only while the focus is here.
 */
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { moveRule, switchRule } from './changes.ts'
import { Button, Segmented, Skeleton } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { dateSpan, formatDate, phoneName, zoneName } from './format.ts'
import { html } from './html.ts'
import { KeysDialog } from './keys-dialog.ts'
import { RulePopover } from './rule-popover.ts'
import { navigate } from './router.ts'
import { askDelete } from './delete-rule.ts'
import {
  day, me, now, numbers, picture, shownScale, showView, today, view, zone,
} from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'
import { Timeline } from './timeline.ts'
import { headHeight, layoutTimeline, neighbour, rowMetrics } from './timeline-layout.ts'
import type { Scale, TimelineBar, TimelineLayout } from './timeline-layout.ts'
import { TimelineTable } from './timeline-table.ts'
import { useWidth } from './width.ts'
import { addDays } from './zone.ts'

const scales: readonly Scale[] = ['day', 'three', 'week']
const daysShown: Readonly<Record<Scale, number>> = { day: 1, three: 3, week: 7 }
/** On a phone a day is at least this wide, CSS pixels; the plot scrolls. */
const phoneDayPx: Readonly<Record<Scale, number>> = { day: 576, three: 216, week: 132 }

/** Steps the window by its own length, to the past or the future. */
function step(direction: 1 | -1): void {
  shift(direction * daysShown[shownScale.value])
}

/** Moves the window by days. A week stays on Mondays: less than half of one is no step. */
function shift(days: number): void {
  const whole = shownScale.value === 'week' ? Math.round(days / 7) * 7 : days
  if (whole !== 0) showView({ day: addDays(day.value ?? today.value, whole) })
}

function zoom(direction: 1 | -1): void {
  const next = scales[scales.indexOf(shownScale.value) + direction]
  if (next !== undefined) showView({ scale: next })
}

function Head(): VNode {
  const phone = isPhone.value
  const last = addDays(view.value.date, daysShown[shownScale.value] - 1)
  const at = scales.indexOf(shownScale.value)
  return html`<div class="timeline-head">
    <h2>${t('timeline.title')}</h2>
    ${!phone && html`<p class="soft">${t('timeline.period',
      { dates: dateSpan(view.value.date, last), zone: zoneName(zone.value) })}</p>`}
    <div class="timeline-tools">
      <${Segmented} label=${t('timeline.scale')} value=${shownScale.value}
        onChange=${(value: Scale) => showView({ scale: value })}
        options=${scales.map((value) => ({ value, text: t(`timeline.${value}` as Key) }))} />
      ${!phone && html`<${Button} icon="left" label=${t('timeline.back')}
        onClick=${() => step(-1)} />`}
      ${phone ? html`<${Button} icon="target" label=${t('timeline.now')}
          onClick=${() => showView({ day: undefined })} />`
        : html`<${Button} icon="target" onClick=${() => showView({ day: undefined })}>${
          t('timeline.now')}<//>`}
      ${!phone && html`<${Button} icon="right" label=${t('timeline.forward')}
        onClick=${() => step(1)} />
        <span class="gap"></span>
        <${Button} icon="minus" label=${t('timeline.out')} disabled=${at === scales.length - 1}
          onClick=${() => zoom(1)} />
        <${Button} icon="plus" label=${t('timeline.in')} disabled=${at === 0}
          onClick=${() => zoom(-1)} />`}
    </div></div>`
}

function Names(props: { readonly layout: TimelineLayout; readonly phone: boolean }): VNode {
  const { lane, row } = rowMetrics(props.phone)
  return html`<div class="names">
    <div class="names-head" style=${{ height: `${headHeight}px` }}>${props.phone
      && shownScale.value === 'day' && formatDate(view.value.date, 'short').toLocaleUpperCase()}</div>
    <div class="name lane-name" style=${{ height: `${lane}px` }}><span class="strong">${
      t('timeline.result')}</span>${!props.phone
      && html`<span class="caption">${t('timeline.resultHint')}</span>`}</div>
    ${props.layout.rows.map((each) => html`<div key=${each.rule.id} style=${{ height: `${row}px` }}
      class=${`name ${each.acts ? 'acts' : ''} ${each.rule.enabled ? '' : 'off'}`}>
      <span class="name-line" title=${each.rule.name}><span
        class="name-number">${each.number}</span>${
        each.rule.name}</span>
      ${!props.phone && html`<span class="caption" title=${each.phones}>${each.phones}</span>`}
    </div>`)}</div>`
}

function Legend(): VNode {
  const item = (state: string, key: Key): VNode => html`<li>
    <svg width="28" height="14" aria-hidden="true">
      <rect class=${`bar ${state === 'dates' ? 'none' : state} flat`} x="1" y="1" width="26"
        height="12" rx="4" />
      ${state === 'waits' && html`<rect class="lost-tile" x="14" y="1" width="13" height="12" />`}
      ${state === 'off' && html`<rect class="bar-tile" x="1" y="1" width="26" height="12"
        rx="4" />`}
      <rect class=${state === 'dates' ? 'outline' : `bar ${state} line`} x="1" y="1" width="26"
        height="12" rx="4" />
      ${state === 'acts' && html`<circle class="bar-dot" cx="8" cy="7" r="2.5" />`}
    </svg>${t(key)}</li>`
  return html`<ul class="legend">${item('acts', 'timeline.legendActs')}${
    item('waits', 'timeline.legendWaits')}${item('off', 'timeline.legendOff')}${
    item('dates', 'timeline.legendDates')}</ul>`
}

/** Keys while a bar has the focus (design §4). Returns true when the key was one of them. */
function handleKey(
  event: KeyboardEvent, bar: TimelineBar, layout: TimelineLayout,
  act: { focus: (bar: TimelineBar) => void; open: () => void; table: () => void; keys: () => void },
): boolean {
  const rules = layout.rows.map((row) => row.rule)
  const index = rules.findIndex((rule) => rule.id === bar.ruleId)
  const rule = rules[index]
  if (rule === undefined || event.ctrlKey || event.metaKey) return false
  const go = (key: Parameters<typeof neighbour>[2]): void => {
    const next = neighbour(layout, bar.id, key)
    if (next !== undefined) act.focus(next)
  }
  const actions: Readonly<Record<string, () => unknown>> = {
    'ArrowLeft': () => go('left'), 'ArrowRight': () => go('right'), 'ArrowUp': () => go('up'),
    'ArrowDown': () => go('down'), 'Home': () => go('first'), 'End': () => go('last'),
    'Shift+ArrowLeft': () => step(-1), 'Shift+ArrowRight': () => step(1),
    'Alt+ArrowUp': () => moveRule(rule, index - 1), 'Alt+ArrowDown': () => moveRule(rule, index + 1),
    'Enter': act.open, 'Space': () => switchRule(rule), 'KeyE': () => navigate(`/rules/${rule.id}`),
    'Delete': () => askDelete(rule), 'KeyT': () => showView({ day: undefined }),
    'Equal': () => zoom(-1), 'NumpadAdd': () => zoom(-1), 'Minus': () => zoom(1),
    'NumpadSubtract': () => zoom(1), 'Digit1': () => showView({ scale: 'day' }),
    'Digit2': () => showView({ scale: 'three' }), 'Digit3': () => showView({ scale: 'week' }),
    'KeyN': () => navigate('/rules/new'), 'KeyL': act.table, '?': act.keys,
  }
  // The question mark lies elsewhere on a Russian keyboard: it is known by its sign.
  const name = event.key === '?' ? '?' : `${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${event.code}`
  const action = actions[name] ?? (event.code === 'Equal' ? actions['Equal'] : undefined)
  if (action === undefined) return false
  event.preventDefault()
  action()
  return true
}

function Picture(props: { readonly onTable: () => void }): VNode {
  const phone = isPhone.value
  const { ref, width } = useWidth()
  const current = useSignal<string | undefined>(undefined)
  const [open, setOpen] = useState<{ bar: TimelineBar; anchor: Element } | undefined>(undefined)
  const [keys, setKeys] = useState(false)
  const data = picture.value
  const plotWidth = phone ? Math.max(width, phoneDayPx[shownScale.value] * daysShown[shownScale.value])
    : Math.max(width, 320)
  const target = numbers.value?.find((each) => each.id === me.value?.defaultTargetId)
  const layout = data === undefined || width === 0 ? undefined : layoutTimeline({
    overview: data, view: view.value, scale: shownScale.value, now: now.value, width: plotWidth, phone,
    defaultName: target === undefined ? '' : phoneName(target),
  })
  const bars = layout?.rows.flatMap((row) => row.bars) ?? []
  const stop = bars.some((bar) => bar.id === current.value) ? current.value : bars[0]?.id
  const focus = (bar: TimelineBar): void => {
    current.value = bar.id
    ref.current?.querySelector<SVGGElement>(`[data-bar="${bar.id}"]`)?.focus()
  }
  return html`<div class=${phone ? 'timeline phone' : 'timeline'}>
    ${layout !== undefined && html`<${Names} layout=${layout} phone=${phone} />`}
    <div class="plot-box" ref=${ref}>
      ${layout === undefined ? html`<${Skeleton} />` : html`<${Timeline} layout=${layout}
        phone=${phone}
        current=${stop} windowKey=${`${view.value.from}-${view.value.to}`}
        pan=${{ shift, zoom, days: daysShown[shownScale.value] }}
        onFocus=${(bar: TimelineBar) => { current.value = bar.id }}
        onOpen=${(bar: TimelineBar, anchor: Element) => setOpen({ bar, anchor })}
        onKey=${(event: KeyboardEvent, bar: TimelineBar) => handleKey(event, bar, layout, {
          focus, open: () => setOpen({ bar, anchor: event.currentTarget as Element }),
          table: props.onTable, keys: () => setKeys(true),
        })} />`}
    </div>
    ${open !== undefined && html`<${RulePopover} ruleId=${open.bar.ruleId} bar=${open.bar}
      anchor=${open.anchor} onClose=${() => setOpen(undefined)} />`}
    ${keys && html`<${KeysDialog} onClose=${() => setKeys(false)} />`}
  </div>`
}

/** The card with the picture, or with its table twin. */
export function TimelineCard(): VNode {
  const [table, setTable] = useState(false)
  return html`<section class="card timeline-card">
    <${Head} />
    ${table ? html`<${TimelineTable} />` : html`<${Picture} onTable=${() => setTable(true)} />`}
    <div class="timeline-foot">${!table && html`<${Legend} />`}
      <button type="button" class="link" onClick=${() => setTable(!table)}>${
        t(table ? 'timeline.picture' : 'timeline.table')}</button></div>
  </section>`
}
