/**
 * A search field: an icon, a placeholder that is also its name, Esc empties it.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { Icon } from './icons.ts'

export function SearchField(props: {
  readonly label: string; readonly value: string; readonly onInput: (value: string) => void
}): VNode {
  return html`<div class="input search"><${Icon} name="search" />
    <input type="search" aria-label=${props.label} placeholder=${props.label} value=${props.value}
      onInput=${(event: InputEvent) => props.onInput((event.currentTarget as HTMLInputElement).value)}
      onKeyDown=${(event: KeyboardEvent) => { if (event.key === 'Escape') props.onInput('') }} /></div>`
}
