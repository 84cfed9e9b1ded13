/**
 * The template tag of the panel: htm bound to Preact's `h`. Components are written as
 * html`<div class="card">…</div>`; in the bundle they are calls of `h` already. No markup is ever
 * made from user text: every value becomes a text node or a property.
 */
import { h } from 'preact'
import type { VNode } from 'preact'
import htm from 'htm'

/** Makes virtual nodes of a template. Several roots in one template are not used in the panel. */
export const html = htm.bind(h) as unknown as (
  strings: TemplateStringsArray, ...values: unknown[]
) => VNode
