/**
 * The card «Правила»: head with scale and steps, the picture or its table twin, search where rules are
 * many, legend.
 */
import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { Button, Segmented } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { dateSpan, timeOf, zoneName } from './format.ts'
import { html } from './html.ts'
import { later } from './later.ts'
import { SearchField } from './search-field.ts'
import { now, overview, picture, shownScale, view, zone } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'
import { showNow, showScale, step, zoom } from './timeline-keys.ts'
import { TimelinePicture } from './timeline-picture.ts'
import { scales } from './timeline-view.ts'
import { addDays } from './zone.ts'
import './text-home-ru.ts'

/** More rules than this can be searched. */
const searchFrom = 50

const TimelineTable = later<object>(async () => (await import('./timeline-table.ts')).TimelineTable)

function Head(props: { readonly search: VNode | false }): VNode {
  const phone = isPhone.value
  const { date, days } = view.value
  const at = scales.indexOf(shownScale.value)
  const outside = now.value < view.value.from ? 'before' : now.value >= view.value.to ? 'after' : ''
  // Outside of the window the target says where now lies.
  const target = outside === '' ? t('timeline.now') : t(
    outside === 'before' ? 'timeline.nowBefore' : 'timeline.nowAfter',
    { time: timeOf(now.value, zone.value) })
  const stepButton = (direction: 1 | -1): VNode => html`<${Button}
    icon=${direction < 0 ? 'left' : 'right'} onClick=${() => step(direction)}
    label=${t(direction < 0 ? 'timeline.back' : 'timeline.forward')} />`
  return html`<div class="timeline-head">
    <h2>${t('timeline.title')}</h2>
    <p class="soft period">${t('timeline.period',
      { dates: dateSpan(date, addDays(date, days - 1)), zone: zoneName(zone.value) })}</p>
    ${props.search}
    <div class="timeline-tools">
      <${Segmented} label=${t('timeline.scale')} value=${shownScale.value} onChange=${showScale}
        options=${scales.map((value) => ({ value, text: t(`timeline.scale.${value}` as Key) }))} />
      ${stepButton(-1)}
      ${phone ? html`<${Button} icon="target" label=${target} onClick=${showNow} />`
        : html`<${Button} icon="target" kind=${outside === '' ? 'default' : 'default away'}
          onClick=${showNow}>${target}<//>`}
      ${stepButton(1)}
      ${!phone && html`<span class="gap"></span>
        <${Button} icon="minus" label=${t('timeline.out')} disabled=${at === scales.length - 1}
          onClick=${() => zoom(1)} />
        <${Button} icon="plus" label=${t('timeline.in')} disabled=${at === 0}
          onClick=${() => zoom(-1)} />`}
    </div></div>`
}

function Legend(): VNode {
  const item = (state: string, key: Key): VNode => html`<li>
    <svg width="28" height="14" aria-hidden="true">
      <rect class=${`bar ${state === 'dates' ? 'none' : state} flat`} x="1" y="1" width="26"
        height="12" rx="4" />
      ${state === 'waits' && html`<rect class="lost-tile" x="14" y="1" width="13" height="12" />`}
      ${state === 'off' && html`<rect class="bar-tile" x="1" y="1" width="26" height="12"
        rx="4" />`}
      <rect class=${state === 'dates' ? 'outline' : `bar ${state} line hollow`} x="1" y="1" width="26"
        height="12" rx="4" />
      ${state === 'acts' && html`<circle class="bar-dot" cx="8" cy="7" r="2.5" />`}
    </svg>${t(key)}</li>`
  const some = picture.value?.bars.some((bar) => bar.conditional === true) === true
  return html`<ul class="legend">${item('acts', 'timeline.legendActs')}${
    item('waits', 'timeline.legendWaits')}${some && item('waits some', 'timeline.legendSome')}${
    item('off', 'timeline.legendOff')}${item('dates', 'timeline.legendDates')}</ul>`
}

/** The card with the picture, or with its table twin. */
export function TimelineCard(): VNode {
  const [table, setTable] = useState(false)
  const [search, setSearch] = useState('')
  const all = overview.value?.rules ?? []
  const wanted = search.trim().toLocaleLowerCase()
  const rules = useMemo(() => wanted === '' ? undefined
    : picture.value?.rules.filter((rule) => rule.name.toLocaleLowerCase().includes(wanted)),
  [wanted, picture.value])
  return html`<section class="card timeline-card">
    <${Head} search=${all.length > searchFrom && html`<${SearchField} label=${t('timeline.search')}
      value=${search} onInput=${setSearch} />`} />
    ${table ? html`<${TimelineTable} />`
      : html`<${TimelinePicture} rules=${rules} onTable=${() => setTable(true)} />`}
    <div class="timeline-foot">${!table && html`<${Legend} />`}
      <button type="button" class="link" onClick=${() => setTable(!table)}>${
        t(table ? 'timeline.picture' : 'timeline.table')}</button></div>
  </section>`
}
