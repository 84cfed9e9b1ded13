/**
 * «Номера»: the pool of the operator by state, ranges brought in after a trial run, and the states
 * a manager sets by hand.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { PoolNumber, PoolReply, PoolState } from '../../src/api/schema-people.ts'
import { Button } from '../controls.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { navigate, place } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { number } from '../text.ts'
import { deskApi } from './api.ts'
import { usePaged, useSettled } from './loaded.ts'
import { ImportNumbers, NumberDialog } from './numbers-dialogs.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { maySave } from './state.ts'
import { moment, shortMoment } from './when.ts'
import { t } from './words.ts'
import './text-people-ru.ts'

const states: readonly PoolState[] = ['free', 'reserved', 'assigned', 'quarantine', 'ported']
const looks: Readonly<Record<PoolState, string>> = {
  free: 'tag ok', reserved: 'tag outlined', assigned: 'tag', quarantine: 'tag warn', ported: 'tag',
}

function Whose(props: { readonly row: PoolNumber }): VNode {
  const { subscriber, request } = props.row
  if (request !== null) {
    return html`<a href=${`/desk/requests/${request.id}`}>${
      t('pool.request', { n: String(request.number) })}</a>`
  }
  return subscriber === null ? html`<span class="soft">${t('common.dash')}</span>`
    : html`<a href=${`/desk/subscribers/${subscriber.id}`}>${subscriber.name}</a>`
}

function columns(onChange: (row: PoolNumber) => void): readonly Column<PoolNumber>[] {
  return [
    { head: t('pool.number'), as: 'main', cell: (row) => html`<span class="num">${
      formatPhone(row.address)}</span>` },
    { head: t('pool.state'), cell: (row) => html`<span class="stacked"><span
      class=${looks[row.state]}>${t(`pool.state.${row.state}`)}</span>${row.until !== null
        && html`<span class="small soft">${t('pool.until', { at: moment(row.until) })}</span>`}
      </span>` },
    { head: t('pool.whose'), cell: (row) => html`<${Whose} row=${row} />` },
    { head: t('pool.note'), as: 'drop', cell: (row) => html`<span
      class="soft">${row.note}</span>` },
    { head: t('pool.changed'), as: 'drop', class: 'narrow', cell: (row) => html`<span
      class="soft">${
      shortMoment(row.changedAt)}</span>` },
    { head: '', as: 'side', right: true, cell: (row) => row.state !== 'assigned' && html`<${Button}
      small=${true} kind="quiet" disabled=${!maySave.value} onClick=${() => onChange(row)}>${
        t('common.edit')}<//>` },
  ]
}

interface NumbersPage extends PoolReply {
  readonly rows: readonly PoolNumber[]
  readonly next: string | null
}

function isState(text: string): text is PoolState {
  return (states as readonly string[]).includes(text)
}

/** The page. */
export function Numbers(): VNode {
  const wanted = place.value.query.get('state') ?? ''
  const state = isState(wanted) ? wanted : undefined
  const [q, setQ] = useState('')
  const settled = useSettled(q.trim())
  const [importing, setImporting] = useState(false)
  const [changing, setChanging] = useState<PoolNumber | undefined>(undefined)
  const pool = usePaged<PoolNumber, NumbersPage>(`${state ?? ''}|${settled}`, async (cursor) => {
    const page = await deskApi.pool({ state, q: settled, cursor })
    return { ...page, rows: page.numbers, next: page.cursor }
  })
  const counts = pool.value?.counts
  const all = states.reduce((sum, each) => sum + (counts?.[each] ?? 0), 0)
  const open = html`<${Button} kind="primary" icon="plus" disabled=${!maySave.value}
    onClick=${() => setImporting(true)}>${t('pool.import')}<//>`
  return html`<div class="page"><${Head} title=${t('menu.numbers')}
      beside=${counts !== undefined && html`<span
        class="soft">${t('pool.total', { n: all })}</span>`}>
      <${SearchField} label=${t('pool.search')} value=${q} onInput=${setQ} />${open}<//>
    <div class="chips desk-chips" role="group"
      aria-label=${t('pool.state')}>${states.map((each) => html`<button
      type="button" key=${each} class="chip" aria-pressed=${String(state === each)}
      onClick=${() => navigate(`/desk/numbers${state === each ? '' : `?state=${each}`}`, true)}>${
        t(`pool.state.${each}`)} <span
          class="soft">${number(counts?.[each] ?? 0)}</span></button>`)}</div>
    <${List} of=${pool} rows=${pool.rows} columns=${columns(setChanging)} label=${t('menu.numbers')}
      keyOf=${(row: PoolNumber) => row.address}
      empty=${t(all === 0 ? 'pool.empty' : 'desk.nothing')}
      emptyText=${t(all === 0 ? 'pool.emptyText' : 'desk.nothingText')} />
    ${importing && html`<${ImportNumbers} onClose=${() => setImporting(false)}
      onDone=${() => void pool.reload()} />`}
    ${changing !== undefined && html`<${NumberDialog} row=${changing}
      onClose=${() => setChanging(undefined)} onDone=${() => void pool.reload()} />`}</div>`
}
