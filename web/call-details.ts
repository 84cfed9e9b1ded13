/**
 * An opened row of the journal: how the phones rang, what of it can be heard, «Почему так» line by
 * line, and what to do with the caller.
 */
import type { VNode } from 'preact'
import type { Call } from './api.ts'
import { CallActions } from './call-actions.ts'
import { CallNote } from './call-note.ts'
import { CallSound } from './call-sound.ts'
import { secondOf } from './format.ts'
import { html } from './html.ts'
import { RingChart } from './ring-chart.ts'
import { now, numbers, zone } from './state.ts'
import { t } from './text.ts'
import { whyLines } from './trace-words.ts'
import './text-calls-ru.ts'

function Why(props: { readonly call: Call }): VNode {
  const { call } = props
  const lines = whyLines(call, numbers.value ?? [], zone.value)
  return html`<section class="why"><h2>${t('why.title')}</h2>
    <ol>${lines.map((line, at) => html`<li key=${at} class=${line.detail ? 'detail' : ''}>
      <time>${line.detail ? '' : secondOf(call.startedAt + line.atMs, zone.value)}</time>
      <span>${line.text}</span></li>`)}</ol></section>`
}

/** When voicemail had the call, milliseconds after its start. */
function mailTime(call: Call): { fromMs: number; toMs: number } | undefined {
  const isMail = call.trace.some((step) => step.step === 'voicemail' && step.taken)
  if (!isMail || call.answeredAt === undefined) return undefined
  return {
    fromMs: call.answeredAt - call.startedAt,
    toMs: (call.endedAt ?? now.value) - call.startedAt,
  }
}

/** A chart of so many legs is folded: each phone stands in it once. */
const foldedAbove = 8

/** How often the rules went round, where the chart shows each phone once. */
export function roundsOf(call: Pick<Call, 'legs'>): number {
  if (call.legs.length <= foldedAbove) return 1
  const rung = new Map<string, number>()
  for (const { address } of call.legs) rung.set(address, (rung.get(address) ?? 0) + 1)
  return Math.max(...rung.values())
}

/** The details; `focus`: the player takes the focus, so that Space plays. */
export function CallDetails(props: { readonly call: Call; readonly focus: boolean }): VNode {
  const { call } = props
  const rounds = roundsOf(call)
  return html`<div class="call-details"><div class="call-pictures">
      <section><h2>${t('ring.title')}</h2>
        <${RingChart} call=${call} nowMs=${(call.endedAt ?? now.value) - call.startedAt}
          mail=${mailTime(call)} />
        ${rounds > 1 && html`<p class="caption">${t('ring.rounds', { n: rounds })}</p>`}</section>
      <${CallSound} call=${call} focus=${props.focus} /></div>
    <div class="call-words"><${Why} call=${call} /><${CallNote} call=${call} />
      <${CallActions} call=${call} /></div></div>`
}
