/**
 * «Тарифы»: those in force, those to come and those that ended. Prices that were in force are never
 * changed: a tariff gets a new version.
 */
import type { VNode } from 'preact'
import type { DeskTariffLine } from '../../src/api/schema-desk-trade.ts'
import { LinkButton } from '../controls.ts'
import { formatDate, money } from '../format.ts'
import { html } from '../html.ts'
import { number } from '../text.ts'
import { localTime } from '../zone.ts'
import { tradeApi } from './api-trade.ts'
import { useLoaded } from './loaded.ts'
import { Head, List } from './parts.ts'
import type { Column } from './parts.ts'
import { now, zone } from './state.ts'
import { t } from './words.ts'
import './text-people-ru.ts'
import './text-trade-ru.ts'

function day(ms: number): string {
  return formatDate(localTime(ms, zone).date, 'dayYear')
}

/** In force, to come, or ended, with the day. */
export function Validity(props: {
  readonly of: Pick<DeskTariffLine, 'validFrom' | 'validTo'>
}): VNode {
  const { validFrom, validTo } = props.of
  if (validFrom !== null && validFrom > now.value) {
    return html`<span class="tag outlined">${t('tariff.from', { day: day(validFrom) })}</span>`
  }
  if (validTo === null) return html`<span class="tag ok">${t('tariff.inForce')}</span>`
  return validTo <= now.value
    ? html`<span class="tag">${t('tariff.ended', { day: day(validTo) })}</span>`
    : html`<span class="tag warn">${t('tariff.until', { day: day(validTo) })}</span>`
}

const columns = (): readonly Column<DeskTariffLine>[] => [
  { head: t('tariff.name'), as: 'main', cell: (row) => html`<span class="who">${row.name}</span>` },
  { head: t('tariff.validity'), cell: (row) => html`<${Validity} of=${row} />` },
  { head: t('tariff.included'), as: 'drop', right: true, cell: (row) => html`<span class="num">${
    t('tariff.minutes', { n: Math.round(row.includedSeconds / 60) })}</span>` },
  { head: t('tariff.rates'), as: 'drop', right: true, cell: (row) => html`<span class="num">${
    number(row.rates)}</span>` },
  { head: t('tariff.subscribers'), right: true, cell: (row) => html`<span class="num">${
    t('tariff.people', { n: row.subscribers })}</span>` },
  { head: t('tariff.monthly'), as: 'side', right: true, cell: (row) => html`<span class="num">${
    money(row.monthlyKopecks)}</span>` },
]

/** The page. */
export function Tariffs(): VNode {
  const list = useLoaded('tariffs', () => tradeApi.tariffs())
  const add = html`<${LinkButton} kind="primary" icon="plus" href="/desk/tariffs/new">${
    t('tariff.add')}<//>`
  return html`<div class="page"><${Head} title=${t('menu.tariffs')}
    lead=${t('tariff.lead')}>${add}<//>
    <${List} of=${list} rows=${list.value?.tariffs ?? []} columns=${columns()}
      label=${t('menu.tariffs')} keyOf=${(row: DeskTariffLine) => row.id}
      hrefOf=${(row: DeskTariffLine) => `/desk/tariffs/${row.id}`} empty=${t('tariff.empty')}
      emptyText=${t('tariff.emptyText')} /></div>`
}
