/**
 * A phrase with the subscriber's personal number in it, which is never broken across lines: what
 * follows a hyphen would begin the next one.
 */
import type { VNode } from 'preact'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { me } from './state.ts'
import { pieces } from './text.ts'
import type { Key } from './text.ts'

/** The phrase; its place is {number}. */
export function WithNumber(props: { readonly text: Key }): VNode {
  return html`${pieces(props.text, { number: formatPhone(me.value?.number ?? '') })
    .map(({ text, place }) => place === undefined ? text : html`<span class="num">${text}</span>`)}`
}
