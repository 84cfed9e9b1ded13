/**
 * A time of day as people type it: 9, 930, 9:30, 24:00. ↑ ↓ move it by five minutes, with Shift by
 * an hour; leaving the field puts it in order.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { parseTime, stepTime, typedTime } from './hours-form.ts'
import type { RangeField } from './hours-form.ts'
import { t } from './text.ts'

function TimeField(props: {
  readonly label: string; readonly value: string; readonly onInput: (value: string) => void
}): VNode {
  const bad = parseTime(props.value) === undefined
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (direction === 0 || event.altKey) return
    event.preventDefault()
    props.onInput(stepTime(props.value, direction * (event.shiftKey ? 60 : 5)))
  }
  const onBlur = (): void => {
    const minute = parseTime(props.value)
    if (minute !== undefined && typedTime(minute) !== props.value) props.onInput(typedTime(minute))
  }
  return html`<input class=${bad ? 'time bad' : 'time'} type="text" inputMode="numeric"
    maxLength=${5}
    aria-label=${props.label} aria-invalid=${bad ? 'true' : undefined} value=${props.value}
    onInput=${(event: InputEvent) => props.onInput((event.currentTarget as HTMLInputElement).value)}
    onKeyDown=${onKeyDown} onBlur=${onBlur} />`
}

/**
 * Two times with a dash; past midnight the name of the next day stands behind, equal ends mean the
 * whole day (R-4).
 */
export function RangeInput(props: {
  readonly range: RangeField; readonly onChange: (range: RangeField) => void
  /** Name of the day after, for «06:00 сб»; '' when many days are meant. */
  readonly nextDay: string; readonly label: string
}): VNode {
  const { range, onChange } = props
  const from = parseTime(range.from)
  const to = parseTime(range.to)
  const after = from === undefined || to === undefined ? '' : from === to || (from === 0 && to === 1440)
    ? t('editor.wholeDay') : to < from ? props.nextDay || t('editor.nextMorning') : ''
  return html`<span class="range" role="group" aria-label=${props.label}>
    <${TimeField} label=${t('editor.from')} value=${range.from}
      onInput=${(value: string) => onChange({ ...range, from: value })} />
    <span aria-hidden="true">–</span>
    <${TimeField} label=${t('editor.to')} value=${range.to}
      onInput=${(value: string) => onChange({ ...range, to: value })} />
    ${after !== '' && html`<span class="caption">${after}</span>`}</span>`
}
