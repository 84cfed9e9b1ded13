/**
 * What else is told of a call besides its ladder: the rules and «почему так» in the words of the
 * subscriber's journal, its media, its money.
 */
import type { VNode } from 'preact'
import type { CallReply } from '../../src/api/schema.ts'
import type { DeskCallReply } from '../../src/api/schema-live.ts'
import { money, phoneName, secondOf } from '../format.ts'
import { html } from '../html.ts'
import { RingChart } from '../ring-chart.ts'
import { whyLines } from '../trace-words.ts'
import { Facts, SubTitle } from './parts.ts'
import { serverNow, zone } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'

/** As the journal has it; notes and lists of the subscriber are not the desk's business. */
function asJournal(of: DeskCallReply): CallReply {
  const { recording, messageId } = of
  return { ...of.call, recording, messageId, note: '', known: null, blocked: false }
}

/** Which phones rang when, and each decision with its reason. */
export function CallRules(props: { readonly of: DeskCallReply }): VNode {
  const call = asJournal(props.of)
  const nowMs = (call.endedAt ?? serverNow()) - call.startedAt
  return html`<div class="call-rules"><${RingChart} call=${call} nowMs=${nowMs} />
    <${SubTitle}>${t('oneCall.why')}<//><ul
      class="why">${whyLines(call, [], zone).map((line, at) => html`<li
      key=${at} class=${line.detail ? 'detail' : ''}><time>${
        secondOf(call.startedAt + line.atMs, zone)}</time><span>${line.text}</span></li>`)}</ul>
    <${Facts} rows=${[
      [t('oneCall.came'), moment(call.startedAt)],
      [t('oneCall.trunk'), props.of.trunkName || t('oneCall.byPanel')],
      [t('oneCall.process'), html`<span class="mono">${props.of.process}</span>`],
      [t('oneCall.status'), call.status === 0 ? '' : String(call.status)],
    ]} /></div>`
}

/** Where the speech goes and whether it is kept. */
export function CallMedia(props: { readonly of: DeskCallReply }): VNode {
  const { call, recording, recordingPaused, messageId } = props.of
  const talking = call.legs.find((leg) => leg.id === call.answeredLegId)
  return html`<${Facts} rows=${[
    [t('speech.path'), t(call.anchored === true ? 'speech.anchored' : 'speech.direct')],
    [t('speech.recording'), recordingPaused ? t('speech.rec.paused') : t(`speech.rec.${recording}`)],
    [t('speech.message'), messageId !== null && t('speech.messageLeft')],
    [t('speech.talks'), talking !== undefined && phoneName(talking)],
  ]} />`
}

/** What it costs and from which entries of the ledger that is. */
export function CallMoneyTab(props: { readonly of: DeskCallReply }): VNode {
  const { money: cost } = props.of
  if (cost.state === 'none') return html`<p class="soft">${t('cost.none')}</p>`
  return html`<div><${Facts} rows=${[
    [t('cost.state'), t(`cost.state.${cost.state}`)],
    [t('cost.sum'), cost.state === 'charged' && money(cost.kopecks)],
    [t('cost.rate'), cost.rate],
    [t('cost.seconds'), cost.chargedSeconds > 0 && t('cost.secondsOf', { n: cost.chargedSeconds })],
    [t('cost.included'), cost.includedSeconds > 0
      && t('cost.secondsOf', { n: cost.includedSeconds })],
  ]} />
    ${cost.entries.length > 0 && html`<ul class="entries">${cost.entries.map((entry) => html`<li
      key=${entry.at}><span class="soft">${moment(entry.at)}</span><span>${entry.text}</span><span
        class="num">${money(entry.kopecks)}</span></li>`)}</ul>`}</div>`
}
