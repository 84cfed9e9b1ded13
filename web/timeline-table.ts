/**
 * The table twin of the timeline: every bar of the window as a row of words, with whom it yields to,
 * and the lane «Итог» below it.
 */
import type { VNode } from 'preact'
import type { OverviewReply } from '../src/api/schema.ts'
import { Skeleton } from './controls.ts'
import { formatDate, phoneName } from './format.ts'
import { html } from './html.ts'
import { me, numbers, overview, picture, view } from './state.ts'
import { t } from './text.ts'
import { actingRule, endTime, phonesLine, stretchName } from './timeline-layout.ts'
import { localTime } from './zone.ts'
import { clockTime } from './format.ts'
import './text-home-ru.ts'

function moment(ms: number, zone: string): string {
  const local = localTime(ms, zone)
  return `${formatDate(local.date, 'short')}, ${clockTime(local.minute)}`
}

function yieldsTo(data: OverviewReply, bar: OverviewReply['bars'][number]): string {
  return bar.lost.map((each) => t('timeline.yieldsTo', {
    name: data.rules.find((rule) => rule.id === each.byRuleId)?.name ?? '',
    from: clockTime(localTime(each.from, data.zone).minute), to: endTime(each.to, data.zone),
  })).join(', ')
}

function resultName(data: OverviewReply, cell: OverviewReply['result'][number]): string {
  const numberName = (id: string | null): string => {
    const found = numbers.value?.find((each) => each.id === id)
    return found === undefined ? '' : phoneName(found)
  }
  const defaultName = numberName(me.value?.defaultTargetId ?? null)
  return stretchName({ overview: data, numberName, defaultName }, cell)
}

interface RuleBar {
  readonly rule: OverviewReply['rules'][number]
  readonly bar: OverviewReply['bars'][number]
}

export function TimelineTable(): VNode {
  const data = picture.value
  if (data === undefined) return html`<${Skeleton} />`
  const { from, to } = view.value
  const seen = (part: { from: number; to: number }): boolean => part.to > from && part.from < to
  const current = overview.value
  const acting = current === undefined ? undefined : actingRule(current)
  const now = current?.now ?? 0
  const state = ({ rule, bar }: RuleBar): string => {
    if (!rule.enabled) return t('rule.state.off')
    if (acting === rule.id && bar.from <= now && bar.to > now) return t('rule.state.acts')
    return t(bar.conditional === true ? 'timeline.legendSome' : 'rule.state.waits')
  }
  const rows = data.rules.flatMap((rule) => data.bars
    .filter((bar) => bar.ruleId === rule.id && seen(bar)).map((bar) => ({ rule, bar })))
  return html`<div class="table-scroll" tabIndex=${0} role="region"
    aria-label=${t('timeline.tableLabel')}>
    <table class="table dense"><thead><tr><th scope="col">${t('timeline.colRule')}</th>
      <th scope="col">${t('timeline.colFrom')}</th><th scope="col">${t('timeline.colTo')}</th>
      <th scope="col">${t('timeline.colPhones')}</th><th scope="col">${t('timeline.colState')}</th>
      <th scope="col">${t('timeline.colYields')}</th></tr></thead>
    <tbody>${rows.map(({ rule, bar }) => html`<tr key=${`${rule.id}${bar.from}`}>
      <th scope="row">${rule.name}</th><td>${moment(bar.from, data.zone)}</td>
      <td>${moment(bar.to, data.zone)}</td><td>${phonesLine(rule)}</td><td>${state({ rule, bar })}</td>
      <td>${yieldsTo(data, bar)}</td></tr>`)}
      ${rows.length === 0 && html`<tr><td colSpan=${6}>${t('timeline.empty')}</td></tr>`}</tbody>
    <tbody><tr><th scope="colgroup" colSpan=${6}
      class="table-part">${t('timeline.result')}</th></tr>
      ${data.result.filter(seen).map((cell) => html`<tr key=${cell.from}>
        <th scope="row">${resultName(data, cell)}</th>
        <td>${moment(Math.max(cell.from, from), data.zone)}</td>
        <td>${moment(Math.min(cell.to, to), data.zone)}</td><td colSpan=${3}></td></tr>`)}
    </tbody></table></div>`
}
