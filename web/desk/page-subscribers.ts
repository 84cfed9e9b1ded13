/**
 * «Абоненты»: found by name, number, login or e-mail; what is asked for is in the address.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DeskStatus, DeskSubscriberLine,
  DeskSubscribersReply } from '../../src/api/schema-desk.ts'
import { Select } from '../controls.ts'
import { formatPhone, money } from '../format.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { peopleApi } from './api-people.ts'
import { useLoaded, usePaged, useSettled } from './loaded.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { shortMoment } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'

const statuses: readonly DeskStatus[] = ['active', 'frozen', 'suspended', 'closed']

/** The status of an account as a tag. */
export function StatusTag(props: { readonly status: DeskStatus }): VNode {
  const look = { active: 'tag ok', frozen: 'tag warn', suspended: 'tag bad', closed: 'tag' }
  return html`<span class=${look[props.status]}>${t(`status.${props.status}`)}</span>`
}

interface LinesPage extends DeskSubscribersReply {
  readonly rows: readonly DeskSubscriberLine[]
}

const columns = (): readonly Column<DeskSubscriberLine>[] => [
  { head: t('sub.name'), as: 'main', cell: (row) => html`<span class="stacked"><span class="who"
    title=${row.name}>${row.name}</span><span class="small soft">${row.login}${row.email !== ''
      && ` · ${row.email}`}</span></span>` },
  { head: t('sub.number'), cell: (row) => html`<span class="num">${formatPhone(row.numbers[0] ?? '')
    }${row.numbers.length > 1 && ` ${t('common.more', { n: row.numbers.length - 1 })}`}</span>` },
  { head: t('sub.status'), cell: (row) => html`<span class="tags"><${StatusTag}
    status=${row.status} />${row.openAlarms > 0 && html`<span class="tag bad">${
      t('sub.alarms', { n: row.openAlarms })}</span>`}</span>` },
  { head: t('sub.tariff'), as: 'drop', cell: (row) => row.tariff.name },
  { head: t('sub.since'), as: 'drop', cell: (row) => html`<span class="soft">${
    shortMoment(row.createdAt)}</span>`, class: 'narrow' },
  { head: t('sub.balance'), as: 'side', right: true, cell: (row) => html`<span
    class=${row.balanceKopecks < 0 ? 'num bad-text' : 'num'}>${money(row.balanceKopecks)}</span>` },
]

interface Asked {
  readonly q: string
  readonly status: string
  readonly tariff: string
  readonly balance: string
}

function readAsked(query: URLSearchParams): Asked {
  const of = (name: string): string => query.get(name) ?? ''
  return { q: of('q'), status: of('status'), tariff: of('tariff'), balance: of('balance') }
}

function hrefOf(asked: Asked): string {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))
  return `/desk/subscribers${query.size === 0 ? '' : `?${query.toString()}`}`
}

function Filters(props: { readonly asked: Asked; readonly onAsk: (patch: Partial<Asked>) =>
  void }): VNode {
  const tariffs = useLoaded('tariffs', () => peopleApi.tariffs())
  const { asked } = props
  return html`<div class="calls-tools"><${Select} label=${t('sub.status')} hidden=${true}
      value=${asked.status} onChange=${(status: string) => props.onAsk({ status })}
      options=${[{ value: '', text: t('sub.anyStatus') }, ...statuses.map((value) => ({ value,
        text: t(`status.${value}`) }))]} />
    <${Select} label=${t('sub.tariff')} hidden=${true} value=${asked.tariff}
      onChange=${(tariff: string) => props.onAsk({ tariff })}
      options=${[{ value: '', text: t('sub.anyTariff') }, ...(tariffs.value?.tariffs ?? [])
        .map((each) => ({ value: each.id, text: each.name }))]} />
    <button type="button" class="chip" aria-pressed=${String(asked.balance === 'debt')}
      onClick=${() => props.onAsk({ balance: asked.balance === 'debt' ? '' : 'debt' })}>${
      t('sub.debt')}</button></div>`
}

/** The page. */
export function Subscribers(): VNode {
  const asked = readAsked(place.value.query)
  const [q, setQ] = useState(asked.q)
  const settled = useSettled(q.trim())
  const ask = (patch: Partial<Asked>): void => navigate(hrefOf({ ...asked, ...patch }), true)
  useEffect(() => { if (settled !== asked.q) ask({ q: settled }) }, [settled])
  const list = usePaged<DeskSubscriberLine, LinesPage>(JSON.stringify(asked), async (after) => {
    const page = await peopleApi.list({ ...asked, after })
    return { ...page, rows: page.subscribers }
  })
  return html`<div class="page"><${Head} title=${t('menu.subscribers')}
      beside=${list.value !== undefined && html`<span class="soft">${
        t('sub.found', { n: list.value.total })}</span>`}>
      <${SearchField} label=${t('sub.search')} value=${q} onInput=${setQ} /><//>
    <${Filters} asked=${asked} onAsk=${ask} />
    <${List} of=${list} rows=${list.rows} columns=${columns()} label=${t('menu.subscribers')}
      keyOf=${(row: DeskSubscriberLine) => row.id}
      hrefOf=${(row: DeskSubscriberLine) => `/desk/subscribers/${row.id}`}
      empty=${t('desk.nothing')} emptyText=${t('sub.nothingText')} /></div>`
}
