/**
 * Where a browser comes back to from the payment system: what our own row says of the payment. It
 * is asked again until there is an answer; the address itself proves nothing.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PaymentReply } from '../src/api/schema-money.ts'
import { moneyApi } from './api-money.ts'
import { ApiProblem, problemText } from './api.ts'
import { Button, Empty, LinkButton, Skeleton, Strip } from './controls.ts'
import { formatDate, money, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { plainRoubles } from './money-words.ts'
import { balanceChanged, me, noteFault, refresh, zone } from './state.ts'
import { t } from './text.ts'
import { formEnded } from './topup-form.ts'
import { localTime } from './zone.ts'
import './text-money-ru.ts'

/** A bank mostly answers within seconds, and the event tells at once; this is for lost events. */
const soonMs = 3000
const seldomMs = 15_000
/** After so many questions the answer is late, and that is said. */
const soonTurns = 20

interface Asked {
  readonly payment: PaymentReply | undefined
  readonly fault: string | undefined
  /** There is no such payment of this account. */
  readonly unknown: boolean
  /** The answer takes longer than usual. */
  readonly late: boolean
  readonly ask: () => void
}

function usePayment(order: number): Asked {
  const [payment, setPayment] = useState<PaymentReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [unknown, setUnknown] = useState(false)
  const [turn, setTurn] = useState(0)
  const grown = balanceChanged.value
  const ends = unknown || (payment !== undefined && payment.state !== 'waiting')
  useEffect(() => {
    if (ends) return undefined
    let current = true
    moneyApi.payment(order).then((reply) => {
      if (!current) return
      setPayment(reply)
      setFault(undefined)
      if (reply.state === 'waiting') return
      formEnded({ order })
      // The balance at the left may be older than the answer.
      if (reply.state === 'paid') void refresh()
    }, (problem: unknown) => {
      if (!current) return
      noteFault(problem)
      setFault(problemText(problem))
      setUnknown(problem instanceof ApiProblem && problem.status === 404)
    })
    const timer = setTimeout(() => setTurn(turn + 1), turn < soonTurns ? soonMs : seldomMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [order, grown, turn, ends])
  return { payment, fault, unknown, late: turn >= soonTurns, ask: () => setTurn(turn + 1) }
}

function Outcome(props: {
  readonly look: 'ok' | 'bad' | 'waits'; readonly icon?: IconName; readonly title: string
  readonly text: string; readonly note?: string | undefined; readonly children?: ComponentChildren
}): VNode {
  return html`<section class="card pay-result"><div role="status" class="pay-told">
    <span class=${`pay-sign ${props.look}`} aria-hidden="true">${props.icon === undefined
      ? html`<span class="spinner"></span>`
      : html`<${Icon} name=${props.icon} size=${22} />`}</span>
    <div><h2>${props.title}</h2><p class="soft">${props.text}</p>
      ${props.note !== undefined && html`<p class="small soft">${props.note}</p>`}</div></div>
    <div class="pay-bar">${props.children}</div></section>`
}

function whenWords(ms: number): string {
  return t('topup.when', {
    date: formatDate(localTime(ms, zone.value).date, 'day'), time: timeOf(ms, zone.value),
  })
}

function Waiting(props: { readonly payment: PaymentReply; readonly late: boolean }): VNode {
  const { payment, late } = props
  const { kopecks, url } = payment
  return html`<${Outcome} look="waits" title=${t('topup.waiting', { sum: money(kopecks) })}
    text=${t(late ? 'topup.waitingLate' : 'topup.waitingText')} note=${t('topup.waitingNote')}>
    ${url !== null && html`<a class="button default" href=${url}>${t('topup.toPage')}</a>`}
    <${LinkButton} kind="quiet" href=${`/balance?sum=${plainRoubles(kopecks)}`}>${
      t('topup.otherWay')}<//><//>`
}

function Paid(props: { readonly payment: PaymentReply }): VNode {
  const { kopecks, paidAt, test } = props.payment
  const balance = me.value?.balanceKopecks ?? 0
  return html`<${Outcome} look="ok" icon="check" title=${t('topup.paid', { sum: money(kopecks) })}
    text=${t('topup.paidText', { balance: money(balance) })}
    note=${paidAt === null ? undefined : t(test ? 'topup.paidTest' : 'topup.paidAt',
      { when: whenWords(paidAt), order: String(props.payment.order) })}>
    <${LinkButton} kind="primary" href="/">${t('app.toOverview')}<//>
    <${LinkButton} kind="quiet" href="/charges">${t('nav.charges')}<//><//>`
}

function Failed(props: { readonly payment: PaymentReply }): VNode {
  const { kopecks, state } = props.payment
  return html`<${Outcome} look="bad" icon="close" title=${t('topup.failed')}
    text=${t(state === 'expired' ? 'topup.expiredText' : 'topup.failedText',
      { sum: money(kopecks) })}>
    <${LinkButton} kind="primary" href=${`/balance?sum=${plainRoubles(kopecks)}`}>${
      t('topup.again')}<//><${LinkButton} kind="quiet" href="/support">${t('nav.support')}<//><//>`
}

/** The result of the payment with this number. */
export function PaymentResult(props: { readonly order: number }): VNode {
  const { payment, fault, unknown, late, ask } = usePayment(props.order)
  if (unknown) {
    return html`<${Empty} title=${t('topup.unknown')} text=${t('topup.unknownText')}
      action=${html`<${LinkButton} href="/charges">${t('nav.charges')}<//>`} />`
  }
  if (payment === undefined) {
    return fault === undefined ? html`<${Skeleton} rows=${2} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: fault })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${ask}>${t('common.retry')}<//>`} />`
  }
  switch (payment.state) {
    case 'waiting': return html`<${Waiting} payment=${payment} late=${late} />`
    case 'paid': return html`<${Paid} payment=${payment} />`
    case 'failed': case 'expired': return html`<${Failed} payment=${payment} />`
  }
}
