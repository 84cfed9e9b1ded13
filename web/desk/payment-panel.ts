/**
 * One payment: its facts, what was given back and may be, and every notice of the payment system
 * word for word.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskPaymentLine, DeskPaymentReply } from '../../src/api/schema-desk-trade.ts'
import { newKey } from '../api.ts'
import { Button, Field } from '../controls.ts'
import { phone } from '../device.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { known, t as say } from '../text.ts'
import { showToast } from '../toast.ts'
import { tradeApi } from './api-trade.ts'
import { useLoaded } from './loaded.ts'
import { Back, Facts, PanelTitle, Status, SubTitle } from './parts.ts'
import { ReasonDialog } from './reason.ts'
import { readRoubles, roublesText } from './roubles.ts'
import { maySave } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'

/** The state of a payment; what was given back stands beside it. */
export function PaymentTag(props: { readonly payment: DeskPaymentLine }): VNode {
  const { state, refundedKopecks, kopecks } = props.payment
  if (state === 'paid' && refundedKopecks > 0) {
    return html`<span class="tag warn">${refundedKopecks >= kopecks ? t('order.refunded')
      : t('order.refundedPart', { sum: money(refundedKopecks) })}</span>`
  }
  const look = { made: 'tag', open: 'tag outlined', paid: 'tag ok', failed: 'tag bad',
    expired: 'tag' }
  return html`<span class=${look[state]}>${t(`order.state.${state}`)}</span>`
}

function verdict(code: string): string {
  const key = `told.${code}`
  return known(key) ? say(key) : code
}

function Refund(props: {
  readonly payment: DeskPaymentReply; readonly onClose: () => void
  readonly onDone: (payment: DeskPaymentReply) => void
}): VNode {
  const { payment } = props
  const [text, setText] = useState(roublesText(payment.refundableKopecks))
  const [key] = useState(newKey)
  const kopecks = readRoubles(text)
  const barred = kopecks === undefined || kopecks === 0 ? t('correct.needSum')
    : kopecks > payment.refundableKopecks
      ? t('refund.tooMuch', { sum: money(payment.refundableKopecks) }) : undefined
  return html`<${ReasonDialog} title=${t('refund.title', { n: String(payment.number) })}
    text=${t('refund.text')} action=${t('refund.do')} busy=${t('refund.busy')} danger=${true}
    maxLength=${250} barred=${barred} onClose=${props.onClose} onDo=${async (reason: string) => {
      props.onDone(await tradeApi.refund(payment.number, { key, kopecks: kopecks ?? 0, reason }))
      showToast({ text: t('refund.done', { sum: money(kopecks ?? 0) }) })
    }}><${Field} label=${t('correct.sum')} value=${text} onInput=${setText} unit="₽"
      inputMode="decimal" /><//>`
}

function Refunds(props: { readonly payment: DeskPaymentReply }): VNode | null {
  const { refunds } = props.payment
  if (refunds.length === 0) return null
  return html`<div><${SubTitle}>${t('refund.list')}<//><ul
    class="entries">${refunds.map((one) => html`<li
    key=${one.id}><span class="num">${money(one.kopecks)}</span><span>${one.reason}<span
      class="small soft"> ${one.manager}, ${moment(one.createdAt)}</span></span><span
      class=${one.state === 'failed' ? 'tag bad' : 'tag'}>${t(`refund.state.${one.state}`)}</span></li>`)
    }</ul></div>`
}

function Notices(props: { readonly payment: DeskPaymentReply }): VNode | null {
  const { notices } = props.payment
  if (notices.length === 0) return null
  return html`<div><${SubTitle}>${t('order.notices')}<//><ul
    class="notices-raw">${notices.map((notice) => html`<li
    key=${notice.id}><details><summary>${moment(notice.at)} · ${verdict(notice.verdict)} · <span
      class="soft num">${notice.from}</span></summary>
      <pre class="raw" tabindex="0">${notice.body}</pre>
      ${notice.signature !== '' && html`<p class="caption mono">${notice.signature}</p>`}
    </details></li>`)}</ul></div>`
}

/** The panel of one payment. */
export function PaymentPanel(props: {
  readonly id: string; readonly onChanged: () => void
}): VNode {
  const loaded = useLoaded(props.id, () => tradeApi.payment(props.id))
  const [refunding, setRefunding] = useState(false)
  const payment = loaded.value
  return html`<section class="card payment-panel" aria-label=${t('order.one', { n: props.id })}>
    ${phone.value && html`<${Back} href="/desk/payments" text=${t('menu.payments')} />`}
    <${Status} of=${loaded} />
    ${payment !== undefined && html`<div class="panel-body"><div
      class="request-head"><${PanelTitle}>${
        t('order.one', { n: String(payment.number) })}<//><${PaymentTag} payment=${payment} /></div>
      <p class="figure">${money(payment.kopecks)}</p>
      <${Facts} rows=${[
        [t('order.who'), html`<a href=${`/desk/subscribers/${payment.subscriber.id}`}>${
          payment.subscriber.name}</a>`],
        [t('order.system'), t(`order.system.${payment.system}`)],
        [t('order.providerId'), payment.providerId !== null && html`<span class="mono">${
          payment.providerId}</span>`],
        [t('order.made'), moment(payment.createdAt)],
        [t('order.paidAt'), payment.paidAt !== null && moment(payment.paidAt)],
        ['E-mail', payment.email ?? ''],
        [t('order.about'), payment.description],
        [t('order.mode'), payment.test && t('order.test')],
      ]} />
      ${payment.state === 'paid' && html`<div class="form-actions"><${Button} kind="danger"
        disabled=${!maySave.value || payment.refundableKopecks === 0}
        onClick=${() => setRefunding(true)}>${t('refund.open')}<//></div>`}
      ${payment.state === 'paid' && payment.refundableKopecks === 0 && html`<p class="below">${
        t('refund.nothing')}</p>`}
      <${Refunds} payment=${payment} /><${Notices} payment=${payment} />
      ${refunding && html`<${Refund} payment=${payment} onClose=${() => setRefunding(false)}
        onDone=${(next: DeskPaymentReply) => {
          loaded.set(next)
          props.onChanged()
        }} />`}</div>`}</section>`
}
