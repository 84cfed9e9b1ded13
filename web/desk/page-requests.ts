/**
 * «Заявки»: the queue, who waits longest first, beside the form of the one that is open. J and K
 * move through the list; what is asked for is in the address.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RequestRow, RequestsReply } from '../../src/api/schema-people.ts'
import { Segmented } from '../controls.ts'
import { phone } from '../device.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { deskApi } from './api.ts'
import { useKeys } from './keys.ts'
import { since, usePaged, useSettled } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { RequestPanel } from './request-panel.ts'
import { StateTag, wishText } from './request-state.ts'
import { shortMoment, span } from './when.ts'
import { t } from './words.ts'

type View = 'open' | 'mine' | 'confirmed' | 'rejected'

/** Who waits longer than this is told in red. */
const lateMs = 20 * 60_000
const refreshMs = 15_000

interface QueuePage extends RequestsReply {
  readonly rows: readonly RequestRow[]
  readonly next: string | null
}

function isWaiting(row: RequestRow): boolean {
  return row.state === 'new' && since(row.createdAt) > lateMs
}

function columns(view: View): readonly Column<RequestRow>[] {
  const decided = view === 'confirmed' || view === 'rejected'
  return [
    { head: t('queue.came'), cell: (row) => html`<span class="soft">${
      shortMoment(row.createdAt)}</span>`, class: 'narrow' },
    { head: t('queue.who'), as: 'main', cell: (row) => html`<span class="stacked"><span
      class="who" title=${row.name}>${row.name}</span><span class="small soft num">${
        formatPhone(row.phone)}</span></span>` },
    { head: t('queue.wants'), as: 'drop', cell: (row) => html`<span class="soft num">${
      wishText(row.wish)}</span>` },
    { head: t('queue.state'), cell: (row) => html`<${StateTag} row=${row} />` },
    decided ? { head: t('queue.decided'), as: 'side', right: true,
      cell: (row) => html`<span class="soft">${shortMoment(row.changedAt)}</span>` }
      : { head: t('queue.waits'), as: 'side', right: true, class: 'narrow',
        cell: (row) => html`<span class=${isWaiting(row) ? 'late' : ''}>${
          span(since(row.createdAt))}</span>` },
  ]
}

function href(id: string | undefined, view: View, q: string): string {
  const query = new URLSearchParams()
  if (view !== 'open') query.set('view', view)
  if (q !== '') query.set('q', q)
  const text = query.toString()
  return `${id === undefined ? '/desk' : `/desk/requests/${id}`}${text === '' ? '' : `?${text}`}`
}

const views: readonly View[] = ['open', 'mine', 'confirmed', 'rejected']

function isView(text: string): text is View {
  return (views as readonly string[]).includes(text)
}

function useQueue(view: View, q: string) {
  return usePaged<RequestRow, QueuePage>(`${view}|${q}`, async (cursor) => {
    const page = await deskApi.requests({ view, q, cursor })
    return { ...page, rows: page.requests, next: page.cursor }
  }, { everyMs: refreshMs })
}

/** The page. */
export function Requests(props: PageProps): VNode {
  const wanted = place.value.query.get('view') ?? ''
  const view = isView(wanted) ? wanted : 'open'
  const [q, setQ] = useState(place.value.query.get('q') ?? '')
  const settled = useSettled(q.trim())
  const queue = useQueue(view, settled)
  const counts = queue.value?.counts
  const late = view === 'open' ? queue.rows.filter(isWaiting).length : 0
  const go = (id: string | undefined): void => navigate(href(id, view, settled))
  const step = (by: number): void => {
    const at = queue.rows.findIndex((row) => row.id === props.id)
    const next = queue.rows[at === -1 ? 0 : at + by]
    if (next !== undefined) go(next.id)
  }
  useKeys({ j: () => step(1), k: () => step(-1) })
  useEffect(() => { // a search that was typed stands in the address
    if (settled !== (place.value.query.get('q') ?? '')) navigate(href(props.id, view, settled),
      true)
  }, [settled])
  const form = props.id !== undefined && html`<${RequestPanel} key=${props.id} id=${props.id}
    onChanged=${() => void queue.reload()} onLeave=${() => go(undefined)}
    onDone=${() => { void queue.reload() }} />`
  if (phone.value && props.id !== undefined) {
    return html`<div class="page requests">${form}</div>`
  }
  return html`<div class="page requests"><${Head} title=${t('menu.requests')}
      beside=${late > 0 && html`<span class="tag warn">${t('queue.late', { n: late })}</span>`}>
      <${SearchField} label=${t('queue.search')} value=${q} onInput=${setQ} /><//>
    <div class="desk-tabs"><${Segmented} label=${t('queue.view')} value=${view}
      onChange=${(next: View) => navigate(href(undefined, next, settled))}
      options=${views.map((value) => ({ value, text: value === 'open' || value === 'mine'
        ? t(`queue.view.${value}`, { n: counts?.[value] ?? 0 }) : t(`queue.view.${value}`) }))}
      />${!phone.value && html`<span class="caption keys-hint"><kbd>J</kbd> <kbd>K</kbd> ${
        t('queue.keys')}</span>`}</div>
    <div class=${props.id === undefined ? 'beside' : 'beside open'}>
      <${List} of=${queue} rows=${queue.rows} label=${t('menu.requests')} columns=${columns(view)}
        keyOf=${(row: RequestRow) => row.id} chosen=${props.id}
        hrefOf=${(row: RequestRow) => href(row.id, view, settled)}
        empty=${settled === '' ? t(`queue.empty.${view}`) : t('desk.nothing')}
        emptyText=${settled === '' ? t(`queue.emptyText.${view}`) : t('desk.nothingText')} />
      ${form || html`<div class="card hint-card wide-card"><p class="soft">${
        t('queue.choose')}</p></div>`}</div></div>`
}
