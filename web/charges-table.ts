/**
 * The lines of «Детализация»: a table, on a phone rows of two lines. A talk leads to its call in
 * the journal, a payment to what became of it.
 */
import type { VNode } from 'preact'
import type { ChargeLine } from '../src/api/schema-money.ts'
import { chargeText } from './charge-text.ts'
import { phone } from './device.ts'
import { formatDate, timeOf } from './format.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { columnSum } from './money-words.ts'
import { t } from './text.ts'
import { localTime } from './zone.ts'
import './text-money-ru.ts'

/** What a line is about; the ledger's own text where it says more than the kind. */
function Details(props: { readonly line: ChargeLine }): VNode {
  const { callId, order, kind } = props.line
  const text = chargeText(props.line)
  if (callId !== null) {
    return html`<a href=${journalHref({ open: callId })}>${
      text === '' ? t('charges.call') : text}</a>`
  }
  if (kind === 'payment' && order !== null) {
    return html`<a href=${`/balance?order=${order}`}>${
      t('charges.order', { n: String(order) })}</a>`
  }
  return html`<span>${text}</span>`
}

function When(props: { readonly at: number; readonly zone: string }): VNode {
  const { at, zone } = props
  const date = formatDate(localTime(at, zone).date, 'dayShort')
    .replace(/(\p{L}{3})\p{L}*\.?/u, '$1')
  return html`<time class="num" dateTime=${new Date(at).toISOString()}><span
    class="soft">${date},</span> ${timeOf(at, zone)}</time>`
}

function Sum(props: { readonly kopecks: number }): VNode {
  const { kopecks } = props
  return html`<span class=${kopecks > 0 ? 'num sum income' : 'num sum'}>${
    columnSum(kopecks, true)}</span>`
}

interface LinesProps {
  readonly lines: readonly ChargeLine[]
  readonly zone: string
}

function Rows({ lines, zone }: LinesProps): VNode {
  return html`<ul class="card charge-rows">${lines.map((line) => html`<li key=${line.number}>
    <p class="charge-row"><span class="strong">${t(`charges.kind.${line.kind}`)}</span><${Sum}
      kopecks=${line.kopecks} /></p>
    <p class="charge-row small"><span class="charge-about"><${When} at=${line.at} zone=${zone} />
      <${Details} line=${line} /></span><span class="num soft"><span class="visually-hidden">${
      t('charges.balance')} </span>${columnSum(line.balanceKopecks)}</span></p></li>`)}</ul>`
}

/** The lines in the order given. */
export function ChargeLines(props: LinesProps): VNode {
  if (phone.value) return html`<${Rows} ...${props} />`
  return html`<table class="card table charges-table"><thead><tr>
    <th scope="col">${t('charges.when')}</th><th scope="col">${t('charges.what')}</th>
    <th scope="col">${t('charges.details')}</th><th scope="col" class="right">${
      t('charges.sum')}</th><th scope="col" class="right">${t('charges.balance')}</th></tr></thead>
    <tbody>${props.lines.map((line) => html`<tr key=${line.number}>
      <td><${When} at=${line.at} zone=${props.zone} /></td>
      <td>${t(`charges.kind.${line.kind}`)}</td><td class="soft"><${Details} line=${line} /></td>
      <td class="right"><${Sum} kopecks=${line.kopecks} /></td>
      <td class="right num soft">${columnSum(line.balanceKopecks)}</td></tr>`)}</tbody></table>`
}
