/**
 * The journal as a file: links that keep the filters of the page.
 */
import type { VNode } from 'preact'
import { query as searchOf } from './api.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { callsAsk } from './journal-query.ts'
import type { JournalQuery } from './journal-query.ts'
import { zone } from './state.ts'
import { language, t } from './text.ts'
import './text-calls-ru.ts'

/** The links; what is shown is what they bring. */
export function CallsExport(props: { readonly query: JournalQuery }): VNode {
  const { before: _, beforeId: __, ...ask } = callsAsk(props.query, zone.value)
  const search = searchOf({ ...ask, lang: language.value })
  return html`<div class="page-tools export">${(['csv', 'xlsx'] as const).map((kind) => {
    const format = kind.toUpperCase()
    const label = t('calls.export', { format })
    return html`<a key=${kind} class="button default" href=${`/api/calls/export.${kind}${search}`}
      download aria-label=${label}><${Icon} name="download" /><span>${
      kind === 'xlsx' ? format : label}</span></a>`
  })}</div>`
}
