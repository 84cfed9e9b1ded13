/**
 * One time of day as people type it: 9, 930, 9:30. ↑ ↓ move it by five minutes, with Shift by an
 * hour. Always 24 hours, whatever the browser's own field would show.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clockTime } from './format.ts'
import { html } from './html.ts'
import { parseTime } from './hours-form.ts'

/**
 * `onChange` gets each readable time, 0–1439, with `end` also 1440 (24:00); what cannot be read is
 * marked and kept as typed.
 */
export function TimeInput(props: {
  readonly label: string; readonly minute: number; readonly end?: boolean
  readonly onChange: (minute: number) => void
}): VNode {
  const { minute, onChange } = props
  const [typed, setTyped] = useState(clockTime(minute))
  const read = (text: string): number | undefined => {
    const found = parseTime(text)
    return found === 1440 && props.end !== true ? undefined : found
  }
  useEffect(() => {
    if (read(typed) !== minute) setTyped(clockTime(minute))
  }, [minute])
  const input = (text: string): void => {
    setTyped(text)
    const found = read(text)
    if (found !== undefined && found !== minute) onChange(found)
  }
  const key = (event: KeyboardEvent): void => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (direction === 0 || event.altKey) return
    event.preventDefault()
    const next = (minute + direction * (event.shiftKey ? 60 : 5) + 1440) % 1440
    setTyped(clockTime(next))
    onChange(next)
  }
  return html`<div class=${read(typed) === undefined ? 'input time-input bad' : 'input time-input'}><input
    type="text" inputMode="numeric" maxLength=${5} autocomplete="off" aria-label=${props.label}
    aria-invalid=${read(typed) === undefined ? 'true' : undefined} value=${typed}
    onInput=${(event: InputEvent) => input((event.currentTarget as HTMLInputElement).value)}
    onKeyDown=${key} onBlur=${() => setTyped(clockTime(minute))} /></div>`
}
