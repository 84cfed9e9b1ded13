/**
 * Hours by day of the week: a row per day with a switch, its ranges, and «скопировать в другие дни»
 * (also by D on the row).
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button, Switch } from './controls.ts'
import { Popover } from './dialog.ts'
import { Dates } from './editor-hours.ts'
import { capital, weekdayName } from './format.ts'
import { html } from './html.ts'
import { everyDay } from './hours-form.ts'
import type { DatesField, HoursForm, RangeField } from './hours-form.ts'
import { t } from './text.ts'
import { RangeInput } from './time-field.ts'

const usual: RangeField = { from: '09:00', to: '18:00' }

interface DaysProps {
  readonly hours: HoursForm
  readonly onChange: (hours: HoursForm) => void
}

function CopyBox(props: {
  readonly weekday: number; readonly anchor: Element; readonly onClose: () => void
  readonly onCopy: (weekdays: readonly number[]) => void
}): VNode {
  const [chosen, setChosen] = useState<readonly number[]>([])
  const title = t('editor.copyTitle', { day: weekdayName(props.weekday, 'weekdayLong') })
  const toggle = (weekday: number): void => setChosen(chosen.includes(weekday)
    ? chosen.filter((each) => each !== weekday) : [...chosen, weekday])
  return html`<${Popover} anchor=${props.anchor} label=${title} onClose=${props.onClose}>
    <div class="copy-box"><h3>${title}</h3>
      ${everyDay.filter((each) => each !== props.weekday).map((each) => html`<label key=${each}
        class="check">
        <input type="checkbox" checked=${chosen.includes(each)} onChange=${() => toggle(each)} />
        <span>${capital(weekdayName(each, 'weekdayLong'))}</span></label>`)}
      <${Button} kind="primary" small=${true} disabled=${chosen.length === 0}
        onClick=${() => props.onCopy(chosen)}>${t('editor.copyDo', { n: chosen.length })}<//></div><//>`
}

interface DayProps {
  readonly weekday: number
  readonly ranges: readonly RangeField[] | null
  readonly onChange: (ranges: readonly RangeField[] | null) => void
  readonly onCopy: (weekdays: readonly number[]) => void
}

function DayRow(props: DayProps): VNode {
  const { weekday, ranges, onChange } = props
  const [copyAt, setCopyAt] = useState<Element | undefined>(undefined)
  const name = capital(weekdayName(weekday, 'weekdayLong'))
  const next = weekdayName(weekday % 7 + 1, 'weekdayShort')
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = event.currentTarget as Element
    if (event.code !== 'KeyD' || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    setCopyAt(row.querySelector('[data-copy] button') ?? row)
  }
  return html`<div class="day-row" role="group" aria-label=${name} onKeyDown=${onKeyDown}>
    <${Switch} on=${ranges !== null} label=${t('editor.dayOn', { day: name })}
      onChange=${() => onChange(ranges === null ? [usual] : null)} />
    <span class=${ranges === null ? 'day-name-cell soft' : 'day-name-cell'}>${name}</span>
    ${ranges === null ? html`<span class="soft day-ranges">${t('editor.dayOff')}</span>`
      : html`<span class="day-ranges">${ranges.map((range, at) => html`<span key=${at}
        class="range-row">
        <${RangeInput} range=${range} nextDay=${next} label=${name}
          onChange=${(changed: RangeField) => onChange(ranges.map((each, index) => index === at ? changed : each))} />
        ${ranges.length > 1 && html`<${Button} kind="quiet" small=${true} icon="close"
          label=${t('editor.removeRange')}
          onClick=${() => onChange(ranges.filter((_, index) => index !== at))} />`}
        </span>`)}</span>`}
    ${ranges !== null && html`<span class="row-actions" data-copy>
      <${Button} kind="quiet" small=${true} icon="plus" label=${t('editor.addRange', { day: name })}
        onClick=${() => onChange([...ranges, { from: '19:00', to: '22:00' }])} />
      <${Button} kind="quiet" small=${true} icon="copy" label=${t('editor.copy', { day: name })}
        onClick=${(event: MouseEvent) => setCopyAt(event.currentTarget as Element)} /></span>`}
    ${copyAt !== undefined && html`<${CopyBox} weekday=${weekday} anchor=${copyAt}
      onClose=${() => setCopyAt(undefined)} onCopy=${(weekdays: readonly number[]) => {
        setCopyAt(undefined)
        props.onCopy(weekdays)
      }} />`}</div>`
}

/** Seven rows and the dates that hold for all of them. */
export function EditorDays(props: DaysProps): VNode {
  const { hours, onChange } = props
  const setDay = (weekday: number, ranges: readonly RangeField[] | null): void => onChange({
    ...hours, days: hours.days.map((each, index) => index === weekday - 1 ? ranges : each),
  })
  const copy = (from: number, to: readonly number[]): void => onChange({
    ...hours,
    days: hours.days.map((each, index) => to.includes(index + 1) ? hours.days[from - 1] ?? null : each),
  })
  return html`<div><div class="card day-rows">${everyDay.map((weekday) => html`<${DayRow}
    key=${weekday}
    weekday=${weekday} ranges=${hours.days[weekday - 1] ?? null}
    onChange=${(ranges: readonly RangeField[] | null) => setDay(weekday, ranges)}
    onCopy=${(to: readonly number[]) => copy(weekday, to)} />`)}</div>
    <${Dates} dates=${hours.same.dates} onChange=${(dates: readonly DatesField[]) =>
      onChange({ ...hours, same: { ...hours.same, dates } })} /></div>`
}
