/**
 * «Платежи»: all payments with their states, corrections that wait for a second manager, and the
 * nightly check of the ledger. A payment opens at the right with what the payment system told.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskPaymentLine, DeskPaymentsReply } from '../../src/api/schema-desk-trade.ts'
import { Button, Segmented, Select } from '../controls.ts'
import { phone } from '../device.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { tradeApi } from './api-trade.ts'
import { Corrections } from './corrections.ts'
import { atOnce, useLoaded, usePaged, useSettled } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { PaymentPanel, PaymentTag } from './payment-panel.ts'
import { home, loadHome, maySave } from './state.ts'
import { moment, shortMoment } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'
import './text-trade-ru.ts'

const states = ['made', 'open', 'paid', 'failed', 'expired'] as const
const systems = ['robokassa', 'qiwi', 'yookassa'] as const

const columns = (): readonly Column<DeskPaymentLine>[] => [
  { head: t('order.number'), class: 'narrow', as: 'drop', cell: (row) => html`<span class="num">${
    row.number}</span>` },
  { head: t('order.who'), as: 'main', cell: (row) => html`<span class="who" title=${
    row.subscriber.name}>${row.subscriber.name}</span>` },
  { head: t('order.system'), cell: (row) => html`<span
    class="soft">${t(`order.system.${row.system}`)}${
    row.test && ` · ${t('order.test')}`}</span>` },
  { head: t('order.state'), cell: (row) => html`<${PaymentTag} payment=${row} />` },
  { head: t('order.when'), class: 'narrow', cell: (row) => html`<span class="soft">${
    shortMoment(row.paidAt ?? row.createdAt)}</span>` },
  { head: t('order.sum'), as: 'side', right: true, cell: (row) => html`<span class="num">${
    money(row.kopecks)}</span>` },
]

interface PaymentsPage extends Omit<DeskPaymentsReply, 'next'> {
  readonly rows: readonly DeskPaymentLine[]
  readonly next: string | null
}

/** «Проверено сегодня в 3:10», and the button to do it now. */
function LedgerCheck(): VNode | null {
  const check = useLoaded('check', () => tradeApi.ledgerCheck())
  const [busy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    setBusy(true)
    await atOnce(async () => check.set(await tradeApi.checkLedger()), t('books.done'))
    setBusy(false)
    void loadHome()
  }
  const found = check.value
  if (found === undefined) return null
  return html`<p class="small soft ledger-check">${found.checkedAt === null ? t('books.never')
      : t('books.at', { at: moment(found.checkedAt) })} ${found.openAlarms > 0
      ? html`<a class="bad-text" href="/desk/alarms?kind=ledger">${
        t('books.alarms', { n: found.openAlarms })}</a>` : found.checkedAt !== null
        && t('books.right')}
    <${Button} small=${true} disabled=${!maySave.value} busy=${busy ? t('books.busy') : undefined}
      onClick=${() => void run()}>${t('books.now')}<//></p>`
}

function Filters(props: {
  readonly query: URLSearchParams; readonly onSet: (name: string, value: string) => void
}): VNode {
  const of = (name: string): string => props.query.get(name) ?? ''
  return html`<div class="calls-tools"><${Select} label=${t('order.state')} hidden=${true}
      value=${of('state')} onChange=${(value: string) => props.onSet('state', value)}
      options=${[{ value: '', text: t('order.anyState') }, ...states.map((value) => ({ value,
        text: t(`order.state.${value}`) }))]} />
    <${Select} label=${t('order.system')} hidden=${true} value=${of('system')}
      onChange=${(value: string) => props.onSet('system', value)}
      options=${[{ value: '', text: t('order.anySystem') }, ...systems.map((value) => ({ value,
        text: t(`order.system.${value}`) }))]} />
    ${of('subscriber') !== '' && html`<button type="button" class="chip" aria-pressed="true"
      onClick=${() => props.onSet('subscriber', '')}>${t('order.oneOnly')} ×</button>`}</div>`
}

function PaymentList(props: { readonly id: string | undefined }): VNode {
  const { query } = place.value
  const [q, setQ] = useState('')
  const settled = useSettled(q.trim())
  const of = (name: string): string => query.get(name) ?? ''
  const filter = {
    state: of('state'), system: of('system'), subscriber: of('subscriber'), q: settled,
  }
  const list = usePaged<DeskPaymentLine, PaymentsPage>(JSON.stringify(filter), async (before) => {
    const page = await tradeApi.payments({ ...filter, before })
    return { ...page, rows: page.payments, next: page.next === null ? null : String(page.next) }
  })
  const at = (id: string | undefined, more = query): string => {
    const text = more.toString()
    return `/desk/payments${id === undefined ? '' : `/${id}`}${text === '' ? '' : `?${text}`}`
  }
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(query)
    if (value === '') next.delete(name)
    else next.set(name, value)
    navigate(at(props.id, next), true)
  }
  return html`<div class=${props.id === undefined ? '' : 'beside open'}><div>
      <div class="tools-row"><${SearchField} label=${t('order.search')} value=${q}
        onInput=${setQ} />
        <${Filters} query=${query} onSet=${set} /></div>
      <${List} of=${list} rows=${list.rows} columns=${columns()} label=${t('menu.payments')}
        keyOf=${(row: DeskPaymentLine) => String(row.number)} chosen=${props.id}
        hrefOf=${(row: DeskPaymentLine) => at(String(row.number))} empty=${t('order.empty')}
        emptyText=${t('order.emptyText')} /></div>
    ${props.id !== undefined && html`<${PaymentPanel} key=${props.id} id=${props.id}
      onChanged=${() => void list.reload()} />`}</div>`
}

/** The page. */
export function Payments(props: PageProps): VNode {
  const tab = place.value.query.get('tab') === 'corrections' ? 'corrections' : 'payments'
  if (phone.value && props.id !== undefined) {
    return html`<div class="page"><${PaymentPanel} key=${props.id} id=${props.id}
      onChanged=${() => undefined} /></div>`
  }
  const waiting = home.value?.counts.corrections ?? 0
  return html`<div class="page"><${Head} title=${t('menu.payments')} />
    <${LedgerCheck} />
    <div class="desk-tabs"><${Segmented} label=${t('menu.payments')} value=${tab}
      onChange=${(next: string) => navigate(next === 'corrections'
        ? '/desk/payments?tab=corrections' : '/desk/payments')}
      options=${[{ value: 'payments', text: t('menu.payments') }, { value: 'corrections',
        text: t('order.corrections', { n: waiting }) }]} /></div>
    ${tab === 'corrections' ? html`<${Corrections} />`
      : html`<${PaymentList} id=${props.id} />`}</div>`
}
