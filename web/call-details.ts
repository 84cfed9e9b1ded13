/**
 * An opened row of the journal: how the phones rang, and «Почему так» line by line.
 */
import type { VNode } from 'preact'
import { secondOf } from './format.ts'
import { html } from './html.ts'
import { RingChart } from './ring-chart.ts'
import type { Call } from './ring-chart-layout.ts'
import { now, numbers, zone } from './state.ts'
import { t } from './text.ts'
import { whyLines } from './trace-words.ts'

function Why(props: { readonly call: Call }): VNode {
  const { call } = props
  return html`<section class="why"><h2>${t('why.title')}</h2>
    <ol>${whyLines(call, numbers.value ?? []).map((line, at) => html`<li key=${at}
      class=${line.detail ? 'detail' : ''}><time>${line.detail ? ''
        : secondOf(call.startedAt + line.atMs, zone.value)}</time><span>${line.text}</span></li>`)}</ol></section>`
}

export function CallDetails(props: { readonly call: Call }): VNode {
  const { call } = props
  return html`<div class="call-details"><section><h2>${t('ring.title')}</h2>
    <${RingChart} call=${call} nowMs=${(call.endedAt ?? now.value) - call.startedAt} /></section>
    <${Why} call=${call} /></div>`
}
