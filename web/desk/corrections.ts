/**
 * Corrections of balances: those beyond the limit wait here for a second manager.
 */
import type { VNode } from 'preact'
import type { DeskCorrection, DeskCorrectionsReply } from '../../src/api/schema-desk-trade.ts'
import { Button } from '../controls.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { tradeApi } from './api-trade.ts'
import { atOnce, usePaged } from './loaded.ts'
import { List } from './parts.ts'
import type { Column } from './parts.ts'
import { loadHome, maySave, me } from './state.ts'
import { moment, shortMoment } from './when.ts'
import { t } from './words.ts'

type Decide = (row: DeskCorrection, how: 'confirm' | 'refuse') => void

function Decision(props: { readonly row: DeskCorrection; readonly onDecide: Decide }): VNode {
  const { row } = props
  if (row.state !== 'waiting') {
    return html`<span class="small soft">${row.decidedBy !== '' && row.decidedAt !== null
      && t('queue.byAt', { by: row.decidedBy, at: moment(row.decidedAt) })}</span>`
  }
  // Two pairs of eyes: whoever asked for it cannot confirm it.
  const own = row.createdBy === me.value?.login
  return html`<span class="row-actions"><${Button} small=${true} disabled=${own || !maySave.value}
      onClick=${() => props.onDecide(row, 'confirm')}>${t('correct.confirm')}<//>
    <${Button} small=${true} kind="danger quiet" disabled=${!maySave.value}
      onClick=${() => props.onDecide(row, 'refuse')}>${t('correct.refuse')}<//>
    ${own && html`<span class="small soft">${t('correct.own')}</span>`}</span>`
}

function columns(decide: Decide): readonly Column<DeskCorrection>[] {
  return [
    { head: t('order.when'), class: 'narrow', cell: (row) => html`<span class="soft">${
      shortMoment(row.createdAt)}</span>` },
    { head: t('order.who'), as: 'main', cell: (row) => html`<a
      href=${`/desk/subscribers/${row.subscriber.id}`}>${row.subscriber.name}</a>` },
    { head: t('correct.reason'), cell: (row) => html`<span class="stacked"><span>${row.reason}</span
      ><span class="small soft">${row.createdBy}</span></span>` },
    { head: t('order.state'), cell: (row) => html`<span class=${row.state === 'waiting' ? 'tag warn'
      : row.state === 'done' ? 'tag ok' : 'tag'}>${t(`correct.state.${row.state}`)}</span>` },
    { head: '', cell: (row) => html`<${Decision} row=${row} onDecide=${decide} />` },
    { head: t('order.sum'), as: 'side', right: true, cell: (row) => html`<span
      class=${row.kopecks > 0 ? 'num income' : 'num'}>${row.kopecks > 0 && '+'}${
        money(row.kopecks)}</span>` },
  ]
}

interface CorrectionsPage extends DeskCorrectionsReply {
  readonly rows: readonly DeskCorrection[]
}

/** The list, those that wait first by their state. */
export function Corrections(): VNode {
  const list = usePaged<DeskCorrection, CorrectionsPage>('corrections', async (before) => {
    const page = await tradeApi.corrections({ before })
    return { ...page, rows: page.corrections }
  })
  const decide: Decide = (row, how) => {
    void atOnce(() => tradeApi.decide(row.id, how),
      t(how === 'confirm' ? 'correct.confirmed' : 'correct.refused')).then(() => {
      void list.reload()
      void loadHome()
    })
  }
  return html`<div>${list.value !== undefined && html`<p class="small soft">${t('correct.rule',
      { sum: money(list.value.limitKopecks) })}</p>`}
    <${List} of=${list} rows=${list.rows} columns=${columns(decide)} label=${t('correct.list')}
      keyOf=${(row: DeskCorrection) => row.id} empty=${t('correct.empty')}
      emptyText=${t('correct.emptyText')} /></div>`
}
