/**
 * «Живые звонки»: the list of all calls that live beside the one that is read. While one reads, the
 * list can be stopped; what is open goes on by itself.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { LiveCallRow, LiveCallsReply, LiveState } from '../../src/api/schema-live.ts'
import { Button, Empty } from '../controls.ts'
import { phone } from '../device.ts'
import { duration, formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import type { IconName } from '../icons.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { locale } from '../text.ts'
import { liveApi } from './api-live.ts'
import { CallPanel } from './call-panel.ts'
import { useKeys } from './keys.ts'
import { useLoaded, useSettled } from './loaded.ts'
import type { PageProps } from './pages.ts'
import { Head, Status } from './parts.ts'
import { t } from './words.ts'
import './text-people-ru.ts'

const everyMs = 2000

const looks: Readonly<Record<LiveState, readonly [IconName, string]>> = {
  connecting: ['call', 'now'], rings: ['call', 'now'], waits: ['call', 'now'],
  loops: ['undo', 'bad'], talks: ['call', 'ok'], voicemail: ['mail', 'mail'],
  mailbox: ['mail', 'mail'],
}
const states: readonly LiveState[] = ['rings', 'talks', 'voicemail', 'waits', 'loops',
  'connecting', 'mailbox']

function ratio(value: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent' }).format(value)
}

function decimal(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value)
}

/** «46 сейчас · 3,1 в секунду · отвечено 91 %» */
function Figures(props: { readonly of: LiveCallsReply }): VNode {
  const { total, perSecond, today } = props.of
  return html`<span class="soft figures">${t('living.figures', { n: total,
    rate: decimal(perSecond) })}${today.ratio !== null && ` · ${t('living.answered',
    { ratio: ratio(today.ratio) })}`}</span>`
}

function CallRow(props: {
  readonly row: LiveCallRow; readonly now: number; readonly chosen: boolean; readonly href: string
}): VNode {
  const { row } = props
  const [icon, look] = looks[row.state]
  const from = row.answeredAt ?? row.startedAt
  const to = t('living.to', { number: formatPhone(row.dialled), name: row.subscriberName })
  return html`<li class=${props.chosen ? 'live-line chosen' : 'live-line'}><a class="row-link"
    href=${props.href} aria-current=${props.chosen ? 'true' : undefined}><span
      class=${`live-icon ${look}`}><${Icon} name=${icon} /></span>
    <span class="live-words"><span class="num">${row.anonymous || row.caller === ''
      ? t('living.hidden') : formatPhone(row.caller)}</span><span class="small soft"
        title=${to}>${to}</span></span>
    <span class="live-state"><span class="num">${duration((props.now - from) / 1000)}</span><span
      class=${look === 'bad' ? 'small bad-text' : 'small soft'}>${row.state === 'loops'
        ? t('living.round', { n: row.round }) : t(`living.state.${row.state}`)}</span></span></a></li>`
}

/** Over 200 calls: how many there are of each state, each opens its own list. */
function Groups(props: {
  readonly of: LiveCallsReply; readonly state: string; readonly hrefOf: (state: string) => string
}): VNode {
  return html`<ul class="chips live-groups">${states.filter((state) => props.of.states[state] > 0)
    .map((state) => html`<li key=${state}><a class="chip" href=${props.hrefOf(
      props.state === state ? '' : state)}
      aria-current=${props.state === state ? 'true' : undefined}>${t('living.group', {
        state: t(`living.state.${state}`), n: props.of.states[state] })}</a></li>`)}</ul>`
}

interface ListProps {
  readonly of: LiveCallsReply
  readonly id: string | undefined
  readonly hrefOf: (id: string | undefined, state?: string) => string
  readonly state: string
  readonly searching: boolean
  readonly limit: number
  readonly onMore: () => void
}

function CallList(props: ListProps): VNode {
  const { of } = props
  if (of.calls.length === 0) {
    return html`<${Empty} title=${t(props.searching ? 'desk.nothing' : 'living.empty')}
      text=${t(props.searching ? 'desk.nothingText' : 'living.emptyText')} />`
  }
  const left = of.total - of.calls.length
  return html`<div class="card"><ul class="live-list" aria-label=${t('menu.live')}>${of.calls.map(
    (row) => html`<${CallRow} key=${row.id} row=${row} now=${of.now} chosen=${row.id === props.id}
      href=${props.hrefOf(row.id)} />`)}</ul>
    ${of.more && html`<button type="button" class="link live-rest" onClick=${props.onMore}>${
      props.searching ? t('desk.more') : t('living.more', { n: left })}</button>`}</div>`
}

function Tools(props: {
  readonly paused: boolean; readonly reading: boolean; readonly onPause: () => void
  readonly q: string; readonly onSearch: (q: string) => void
}): VNode {
  return html`<div class="page-tools"><span class="refreshing small soft"><span
      class=${props.paused || props.reading ? 'dot' : 'dot active'}></span>${
      t(props.paused ? 'living.paused' : props.reading ?
        'living.reading' : 'living.refreshing')}</span>
    <${SearchField} label=${t('living.search')} value=${props.q} onInput=${props.onSearch} />
    <${Button} icon=${props.paused ? 'play' : 'pause'} onClick=${props.onPause}>${
      t(props.paused ? 'living.go' : 'living.pause')}<//></div>`
}

/** As many rows as fit beside the ladder; more on demand. */
const firstRows = 12
const mostRows = 200

/** The page. */
export function Live(props: PageProps): VNode {
  const [paused, setPaused] = useState(false)
  // Rows do not slip away from under the pointer of who is reading them.
  const [reading, setReading] = useState(false)
  const [q, setQ] = useState('')
  const [limit, setLimit] = useState(firstRows)
  const settled = useSettled(q.trim())
  const state = place.value.query.get('state') ?? ''
  const list = useLoaded(`${state}|${settled}|${limit}`,
    () => liveApi.list({ state, q: settled, limit }),
    { keep: true, everyMs: paused || reading ? undefined : everyMs })
  const hrefOf = (id: string | undefined, of = state): string =>
    `/desk/live${id === undefined ? '' : `/${id}`}${of === '' ? '' : `?state=${of}`}`
  const calls = list.value?.calls ?? []
  const step = (by: number): void => {
    const at = calls.findIndex((row) => row.id === props.id)
    const next = calls[at === -1 ? 0 : at + by]
    if (next !== undefined) navigate(hrefOf(next.id))
  }
  useKeys({ j: () => step(1), k: () => step(-1), p: () => setPaused(!paused) })
  if (phone.value && props.id !== undefined) {
    return html`<div class="page live-page"><${CallPanel} key=${props.id} id=${props.id} /></div>`
  }
  return html`<div class="page live-page"><${Head} title=${t('menu.live')}
      beside=${list.value !== undefined && html`<${Figures} of=${list.value} />`}><${Tools}
        paused=${paused} reading=${reading} onPause=${() => setPaused(!paused)} q=${q}
          onSearch=${setQ} /><//>
    ${list.value !== undefined && (list.value.grouped || state !== '') && html`<${Groups}
      of=${list.value} state=${state} hrefOf=${(of: string) => hrefOf(props.id, of)} />`}
    <div class="beside live-beside"><div onMouseEnter=${() => setReading(true)}
      onMouseLeave=${() => setReading(false)}><${Status} of=${list} />
      ${list.value !== undefined && html`<${CallList} of=${list.value} id=${props.id}
        hrefOf=${hrefOf}
        state=${state} searching=${settled !== '' || state !== ''} limit=${limit}
        onMore=${() => setLimit(mostRows)} />`}</div>
      ${props.id !== undefined ? html`<${CallPanel} key=${props.id} id=${props.id} />`
        : html`<div class="card hint-card wide-card"><p
          class="soft">${t('living.choose')}</p></div>`}
    </div></div>`
}
