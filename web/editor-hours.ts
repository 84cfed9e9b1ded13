/**
 * «Время звонков»: quick choice with days and one range; in the advanced mode the same, by day, or
 * by dates. What the quick mode cannot show it tells in words.
 */
import type { ComponentChildren, VNode } from 'preact'
import { Below, Button, Segmented } from './controls.ts'
import { EditorDays } from './editor-days.ts'
import { DayKinds } from './editor-kinds.ts'
import type { PartProps } from './editor-targets.ts'
import { capital, weekdayName, zoneName } from './format.ts'
import { html } from './html.ts'
import { anyTime, everyDay, switchKind, toBlocks, wholeDay } from './hours-form.ts'
import type { DatesField, DayKind, HoursForm, PeriodField, RangeField } from './hours-form.ts'
import { scheduleWords } from './schedule-words.ts'
import { zone } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'
import { RangeInput } from './time-field.ts'

interface Preset {
  readonly key: Key
  readonly weekdays: readonly number[]
  readonly range: RangeField
}

const presets: readonly Preset[] = [
  { key: 'editor.always', weekdays: everyDay, range: wholeDay },
  { key: 'editor.work', weekdays: [1, 2, 3, 4, 5], range: { from: '09:00', to: '18:00' } },
  { key: 'editor.evenings', weekdays: everyDay, range: { from: '18:00', to: '23:00' } },
  { key: 'editor.weekend', weekdays: [6, 7], range: wholeDay },
  { key: 'editor.night', weekdays: everyDay, range: { from: '22:00', to: '07:00' } },
]

function isPreset(period: PeriodField, preset: Preset): boolean {
  const only = period.ranges[0]
  return period.ranges.length === 1 && only?.from === preset.range.from && only.to === preset.range.to
    && period.weekdays.join() === preset.weekdays.join()
}

/** «Другое время» is typed: the chip leads to the field. */
function focusTime(event: MouseEvent): void {
  (event.currentTarget as Element).closest('section')?.querySelector<HTMLElement>('.time')?.focus()
}

function Presets(props: {
  readonly period: PeriodField; readonly onChange: (period: PeriodField) => void
}): VNode {
  const { period, onChange } = props
  const chosen = presets.find((preset) => isPreset(period, preset))
  return html`<div class="chips" role="group" aria-label=${t('editor.hours')}>
    ${presets.map((preset) => html`<button type="button" key=${preset.key} class="chip"
      aria-pressed=${String(preset === chosen)}
      onClick=${() => onChange({ ...period, weekdays: preset.weekdays, ranges: [preset.range] })}>${
        t(preset.key)}</button>`)}
    <button type="button" class="chip" aria-pressed=${String(chosen === undefined)}
      onClick=${focusTime}>${t('editor.other')}</button>
  </div>`
}

/** Seven square switches, Monday first. */
export function Weekdays(props: {
  readonly chosen: readonly number[]; readonly onChange: (weekdays: readonly number[]) => void
}): VNode {
  const toggle = (weekday: number): void => props.onChange(props.chosen.includes(weekday)
    ? props.chosen.filter((each) => each !== weekday)
    : [...props.chosen, weekday].sort((a, b) => a - b))
  return html`<div class="weekdays" role="group" aria-label=${t('editor.days')}>
    ${everyDay.map((weekday) => html`<button type="button" key=${weekday} class="weekday"
      aria-label=${`${capital(weekdayName(weekday, 'weekdayShort'))}, ${
        weekdayName(weekday, 'weekdayLong')}`} onClick=${() => toggle(weekday)}
      aria-pressed=${String(props.chosen.includes(weekday))}>${
        capital(weekdayName(weekday, 'weekdayShort'))}</button>`)}</div>`
}

/** Ranges of one period with add and remove. */
function Ranges(props: {
  readonly ranges: readonly RangeField[]; readonly onChange: (ranges: readonly RangeField[]) => void
  readonly many: boolean
}): VNode {
  const { ranges, onChange } = props
  const replace = (at: number, range: RangeField): void =>
    onChange(ranges.map((each, index) => index === at ? range : each))
  return html`<div class="ranges">${ranges.map((range, at) => html`<span key=${at}
    class="range-row">
    <${RangeInput} range=${range} nextDay="" label=${t('editor.hours')}
      onChange=${(next: RangeField) => replace(at, next)} />
    ${ranges.length > 1 && html`<${Button} kind="quiet" small=${true} icon="close"
      label=${t('editor.removeRange')} onClick=${() => onChange(ranges.filter((_, index) => index !== at))} />`}
    </span>`)}
    ${props.many && html`<${Button} kind="quiet" small=${true} icon="plus"
      label=${t('editor.addHours')}
      onClick=${() => onChange([...ranges, { from: '09:00', to: '18:00' }])} />`}</div>`
}

/** Spans of dates, both ends inclusive; an empty end is open. */
export function Dates(props: {
  readonly dates: readonly DatesField[]; readonly onChange: (dates: readonly DatesField[]) => void
  /** A link beside «Ограничить датами». */
  readonly beside?: ComponentChildren
}): VNode {
  const { dates, onChange } = props
  const input = (at: number, end: 'from' | 'to'): VNode => html`<input type="date" class="date"
    aria-label=${t(end === 'from' ? 'editor.dateFrom' : 'editor.dateTo')}
    value=${dates[at]?.[end] ?? ''}
    onInput=${(event: InputEvent) => onChange(dates.map((each, index) => index === at
      ? { ...each, [end]: (event.currentTarget as HTMLInputElement).value } : each))} />`
  return html`<div class="dates" role="group" aria-label=${t('editor.dates')}>
    ${dates.map((_, at) => html`<div key=${at} class="range-row">${input(at, 'from')}
      <span aria-hidden="true">–</span>${input(at, 'to')}
      <${Button} kind="quiet" small=${true} icon="close" label=${t('editor.removeDates')}
        onClick=${() => onChange(dates.filter((__, index) => index !== at))} /></div>`)}
    <span class="links"><button type="button" class="link"
      onClick=${() => onChange([...dates, { from: '', to: '' }])}>${
        t(dates.length === 0 ? 'editor.limitDates' : 'editor.addDates')}</button>${props.beside}</span></div>`
}

function Period(props: {
  readonly period: PeriodField; readonly onChange: (period: PeriodField) => void; readonly many: boolean
  readonly beside?: ComponentChildren
  /** Asks for kinds of day, too: where one period differs from another in them. */
  readonly kinds?: boolean
}): VNode {
  const { period, onChange } = props
  return html`<div class="period"><div class="period-line">
    <${Weekdays} chosen=${period.weekdays}
      onChange=${(weekdays: readonly number[]) => onChange({ ...period, weekdays })} />
    <${Ranges} ranges=${period.ranges} many=${props.many}
      onChange=${(ranges: readonly RangeField[]) => onChange({ ...period, ranges })} /></div>
    ${props.kinds === true && html`<${DayKinds} chosen=${period.dayKinds}
      onChange=${(dayKinds: readonly DayKind[]) => onChange({ ...period, dayKinds })} />`}
    <${Dates} dates=${period.dates} beside=${props.beside}
      onChange=${(dates: readonly DatesField[]) => onChange({ ...period, dates })} /></div>`
}

function Periods(props: {
  readonly hours: HoursForm; readonly onChange: (hours: HoursForm) => void
}): VNode {
  const { hours, onChange } = props
  const set = (periods: readonly PeriodField[]): void => onChange({ ...hours, periods })
  const fresh: PeriodField = { ...anyTime, dates: [{ from: '', to: '' }] }
  return html`<div class="card periods">${hours.periods.map((period, at) => html`<fieldset
    key=${at}>
    <legend class="soft">${t('editor.period', { n: at + 1 })}</legend>
    <${Period} period=${period} many=${true} kinds=${true}
      onChange=${(next: PeriodField) => set(hours.periods.map((each, index) => index === at ? next : each))} />
    ${hours.periods.length > 1 && html`<button type="button" class="link danger"
      onClick=${() => set(hours.periods.filter((_, index) => index !== at))}>${t('editor.removePeriod')}</button>`}
    </fieldset>`)}
    <button type="button" class="link" onClick=${() => set([...hours.periods, fresh])}>${
      t('editor.addPeriod')}</button></div>`
}

function Quick(props: PartProps & { readonly onAdvanced: () => void }): VNode {
  const { form, set } = props
  const same = form.hours.same
  const onChange = (period: PeriodField): void => set({ hours: { ...form.hours, same: period } })
  if (form.hours.kind !== 'same' || same.ranges.length > 1 || same.dayKinds.length > 0) {
    return html`<p class="card complex">${t('editor.complex', { when: scheduleWords(toBlocks(form.hours)) })}</p>`
  }
  return html`<div><${Presets} period=${same} onChange=${onChange} />
    <${Period} period=${same} onChange=${onChange} many=${false} beside=${html`<button type="button"
      class="link" onClick=${() => {
        set({ hours: switchKind(form.hours, 'days') })
        props.onAdvanced()
      }}>${t('editor.perDay')}</button>`} /></div>`
}

/** The whole question. */
export function EditorHours(props: PartProps & { readonly onAdvanced: () => void }): VNode {
  const { form, set, faults, advanced } = props
  const hours = form.hours
  const change = (next: HoursForm): void => set({ hours: next })
  const kinds = ([['same', 'editor.kindSame'], ['days', 'editor.kindDays'],
    ['periods', 'editor.kindPeriods']] as [HoursForm['kind'], Key][])
    .map(([value, key]) => ({ value, text: t(key) }))
  return html`<section class="editor-part" id="part-hours" tabIndex=${-1}>
    <div class="part-head"><h2>${t('editor.hours')}</h2>
      ${advanced && html`<span class="soft">${t('editor.zone', { zone: zoneName(zone.value) })}</span>`}
      ${advanced && html`<${Segmented} label=${t('editor.kind')} value=${hours.kind}
        options=${kinds}
        onChange=${(kind: HoursForm['kind']) => change(switchKind(hours, kind))} />`}</div>
    ${!advanced ? html`<${Quick} ...${props} />`
      : hours.kind === 'days' ? html`<${EditorDays} hours=${hours} onChange=${change} />`
        : hours.kind === 'periods' ? html`<${Periods} hours=${hours} onChange=${change} />`
          : html`<div class="card periods"><${Presets} period=${hours.same}
            onChange=${(same: PeriodField) => change({ ...hours, same })} />
            <${Period} period=${hours.same} many=${true}
            onChange=${(same: PeriodField) => change({ ...hours, same })} /></div>`}
    ${faults['hours'] !== undefined && html`<${Below} fault=${true}
      text=${faults['hours']} />`}</section>`
}
