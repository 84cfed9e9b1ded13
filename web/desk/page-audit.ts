/**
 * «Журнал действий»: who of the operator did what and looked at whom; filters in the address, a
 * file for whoever has to prove it.
 */
import type { VNode } from 'preact'
import type { DeskAuditLine, DeskAuditReply } from '../../src/api/schema-desk.ts'
import { query } from '../api.ts'
import { Field, Select } from '../controls.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { navigate, place } from '../router.ts'
import { known, language, t as say } from '../text.ts'
import { startOfDay, addDays } from '../zone.ts'
import { deskApi } from './api.ts'
import { usePaged } from './loaded.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { zone } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'
import './text-trade-ru.ts'
import './text-watch-ru.ts'

/** What may be chosen; a group stands for all that begins with it. */
const groups = ['request', 'subscriber', 'number', 'tariff', 'trunk', 'payment', 'correction',
  'support', 'call', 'alarm', 'limit', 'letter', 'manager', 'audit'] as const

function actionWords(action: string): string {
  const key = `act.${action}`
  return known(key) ? say(key) : action
}

/** Facts as they were written; long ones are cut, the whole stands in the file. */
function detailWords(details: DeskAuditLine['details']): string {
  return Object.entries(details).map(([name, value]) => `${name}: ${typeof value === 'string' ? value
    : JSON.stringify(value)}`).join(', ')
}

function subjectLink(row: DeskAuditLine): VNode | string {
  const [kind = '', id = ''] = row.subject.split(':')
  const isId = /^[0-9a-f]{32}$/.test(id)
  const href = kind === 'request' && isId ? `/desk/requests/${id}`
    : kind === 'call' && isId ? `/desk/live/${id}`
      : kind === 'tariff' && isId ? `/desk/tariffs/${id}`
        : kind === 'support' && isId ? `/desk/support/${id}`
          : kind === 'payment' && /^\d+$/.test(id) ? `/desk/payments/${id}` : undefined
  if (row.subscriber !== null) {
    return html`<a href=${`/desk/subscribers/${row.subscriber.id}`}>${row.subscriber.name}</a>`
  }
  return href === undefined ? row.subject : html`<a href=${href}>${t('audit.open')}</a>`
}

const columns = (): readonly Column<DeskAuditLine>[] => [
  { head: t('audit.when'), class: 'narrow', as: 'side', cell: (row) => html`<span class="soft">${
    moment(row.at)}</span>` },
  { head: t('audit.who'), cell: (row) => html`<span class="stacked"><span>${row.actor === 'system'
    ? t('desk.system') : row.actor}</span><span class="small soft num">${row.from}</span></span>` },
  { head: t('audit.what'), as: 'main', cell: (row) => html`<span title=${row.action}>${
    actionWords(row.action)}</span>` },
  { head: t('audit.whom'), cell: subjectLink },
  { head: t('audit.facts'), cell: (row) => html`<span class="small soft facts-cell" title=${
    detailWords(row.details)}>${detailWords(row.details)}</span>` },
]

interface AuditPage extends DeskAuditReply { readonly rows: readonly DeskAuditLine[] }

const names = ['actor', 'action', 'subscriber', 'from', 'to'] as const

/** What the address asks for, as the server wants it: days become instants. */
function filterOf(asked: URLSearchParams): Record<string, string> {
  const filter: Record<string, string> = {}
  for (const name of names) {
    const value = asked.get(name) ?? ''
    if (value === '') continue
    if (name === 'from') filter[name] = String(startOfDay(value, zone))
    else if (name === 'to') filter[name] = String(startOfDay(addDays(value, 1), zone))
    else filter[name] = value
  }
  return filter
}

function Filters(props: { readonly actors: readonly string[] }): VNode {
  const asked = place.value.query
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(asked)
    if (value === '') next.delete(name)
    else next.set(name, value)
    navigate(`/desk/audit${next.size === 0 ? '' : `?${next.toString()}`}`, true)
  }
  const of = (name: string): string => asked.get(name) ?? ''
  return html`<div class="calls-tools audit-tools"><${Select} label=${t('audit.who')}
      value=${of('actor')} onChange=${(value: string) => set('actor', value)}
      options=${[{ value: '', text: t('audit.anybody') }, ...props.actors.map((value) => ({ value,
        text: value === 'system' ? t('desk.system') : value }))]} />
    <${Select} label=${t('audit.what')} value=${of('action')}
      onChange=${(value: string) => set('action', value)}
      options=${[{ value: '', text: t('audit.anything') }, ...groups.map((value) => ({ value,
        text: t(`audit.group.${value}`) }))]} />
    <${Field} label=${t('audit.from')} type="date" value=${of('from')}
      onInput=${(value: string) => set('from', value)} />
    <${Field} label=${t('audit.to')} type="date" value=${of('to')}
      onInput=${(value: string) => set('to', value)} />
    ${of('subscriber') !== '' && html`<button type="button" class="chip" aria-pressed="true"
      onClick=${() => set('subscriber', '')}>${t('order.oneOnly')} ×</button>`}</div>`
}

/** The page. */
export function Audit(): VNode {
  const filter = filterOf(place.value.query)
  const list = usePaged<DeskAuditLine, AuditPage>(`audit${JSON.stringify(filter)}`, async (before) => {
    const page = await deskApi.audit({ ...filter, before })
    return { ...page, rows: page.entries }
  })
  return html`<div class="page"><${Head} title=${t('menu.audit')} lead=${t('audit.lead')}>
      <a class="button default" download="" href=${`/api/desk/audit/export.csv${query({ ...filter,
        lang: language.value })}`}><${Icon} name="download" /><span>CSV</span></a><//>
    <${Filters} actors=${list.value?.actors ?? []} />
    <${List} of=${list} rows=${list.rows} columns=${columns()} label=${t('menu.audit')}
      keyOf=${(row: DeskAuditLine) => row.id} empty=${t('desk.nothing')}
      emptyText=${t('desk.nothingText')} /></div>`
}
