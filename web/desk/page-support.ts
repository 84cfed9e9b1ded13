/**
 * «Поддержка»: who waits longest stands first, the thread beside. What people write appears at once
 * (server-sent events).
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DeskSupportReply, DeskThreadHead } from '../../src/api/schema-talk.ts'
import { Segmented } from '../controls.ts'
import { phone } from '../device.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { talkApi } from './api-talk.ts'
import { useKeys } from './keys.ts'
import { since, usePaged, useSettled } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { supportChanged } from './state.ts'
import { ThreadPanel } from './thread-panel.ts'
import { shortMoment, span } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'

const tabs = ['open', 'mine', 'answered', 'closed', 'all'] as const
type Tab = (typeof tabs)[number]

/** Who waits longer is told in red. */
const lateMs = 30 * 60_000

/** The subject, or the beginning of what was written last. */
export function threadTitle(thread: DeskThreadHead): string {
  return thread.subject === '' ? thread.last : thread.subject
}

const columns = (): readonly Column<DeskThreadHead>[] => [
  { head: t('inbox.who'), as: 'main', cell: (row) => html`<span class="stacked"><span class="who"
    title=${row.asker.name}>${row.asker.name}${row.live && html` <span class="live-dot"
      title=${t('inbox.live')}></span>`}</span><span class="small soft who">${
      threadTitle(row)}</span></span>` },
  { head: t('inbox.kind'), as: 'drop', cell: (row) => html`<span class="soft">${
    t(row.asker.kind === 'visitor' ? 'inbox.visitor' : 'inbox.subscriber')}</span>` },
  { head: t('queue.state'), cell: (row) => html`<span class="stacked"><span
    class=${row.state === 'new' ? 'tag outlined' : row.state === 'waiting' ? 'tag warn'
      : row.state === 'answered' ? 'tag ok' : 'tag'}>${t(`inbox.state.${row.state}`)}</span>${
    row.assignedTo !== null && html`<span class="small soft">${row.assignedTo.mine
      ? t('queue.mine') : row.assignedTo.login}</span>`}</span>` },
  { head: t('queue.waits'), as: 'side', right: true, class: 'narrow', cell: (row) =>
    row.waitingSince === null ? html`<span class="soft">${shortMoment(row.changedAt)}</span>`
      : html`<span class=${since(row.waitingSince) > lateMs ? 'late' : ''}>${
        span(since(row.waitingSince))}</span>` },
]

interface ThreadsPage extends DeskSupportReply {
  readonly rows: readonly DeskThreadHead[]
}

function isTab(text: string): text is Tab {
  return (tabs as readonly string[]).includes(text)
}

function tabText(tab: Tab, counts: DeskSupportReply['counts'] | undefined): string {
  if (tab === 'open') return t('inbox.tab.open', { n: counts?.open ?? 0 })
  return tab === 'mine' ? t('inbox.tab.mine', { n: counts?.mine ?? 0 }) : t(`inbox.tab.${tab}`)
}

/** The page. */
export function Support(props: PageProps): VNode {
  const wanted = place.value.query.get('tab') ?? ''
  const tab = isTab(wanted) ? wanted : 'open'
  const [q, setQ] = useState('')
  const settled = useSettled(q.trim())
  const list = usePaged<DeskThreadHead, ThreadsPage>(`${tab}|${settled}`, async (cursor) => {
    const page = await talkApi.list({ tab, search: settled, cursor })
    return { ...page, rows: page.threads }
  })
  const grown = supportChanged.value
  useEffect(() => { if (grown > 0) void list.reload() }, [grown])
  const href = (id: string | undefined, of: Tab = tab): string =>
    `/desk/support${id === undefined ? '' : `/${id}`}${of === 'open' ? '' : `?tab=${of}`}`
  const step = (by: number): void => {
    const at = list.rows.findIndex((row) => row.id === props.id)
    const next = list.rows[at === -1 ? 0 : at + by]
    if (next !== undefined) navigate(href(next.id))
  }
  useKeys({ j: () => step(1), k: () => step(-1) })
  const thread = props.id !== undefined && html`<${ThreadPanel} key=${props.id} id=${props.id}
    onChanged=${() => void list.reload()} />`
  if (phone.value && thread !== false) return html`<div class="page">${thread}</div>`
  return html`<div class="page"><${Head} title=${t('menu.support')}><${SearchField}
      label=${t('inbox.search')} value=${q} onInput=${setQ} /><//>
    <div class="desk-tabs scroll-tabs"><${Segmented} label=${t('inbox.tabs')} value=${tab}
      onChange=${(next: Tab) => navigate(href(undefined, next))}
      options=${tabs.map((value) => ({ value, text: tabText(value, list.value?.counts) }))} /></div>
    <div class=${thread === false ? 'beside' : 'beside open even'}>
      <${List} of=${list} rows=${list.rows} columns=${columns()} label=${t('menu.support')}
        keyOf=${(row: DeskThreadHead) => row.id} chosen=${props.id}
        hrefOf=${(row: DeskThreadHead) => href(row.id)}
        empty=${t(settled === '' ? 'inbox.empty' : 'desk.nothing')}
        emptyText=${t(settled === '' ? 'inbox.emptyText' : 'desk.nothingText')} />
      ${thread || html`<div class="card hint-card wide-card"><p class="soft">${
        t('inbox.choose')}</p></div>`}</div></div>`
}
