/**
 * Who answers, which rules took the calls, who calls most: tables with a bar in each row. A row
 * opens the journal of its calls.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { StatisticsReply } from '../src/api/schema-insight.ts'
import { capital, formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { whenLeft } from './mailbox.ts'
import { share } from './stat-figures.ts'
import { today, zone } from './state.ts'
import { locale, number, t } from './text.ts'
import './text-insight-ru.ts'

interface TableProps {
  readonly figures: StatisticsReply
  /** Local dates of the time shown. */
  readonly from: string
  readonly to: string
}

/** A share in percent as the language writes it: «87 %». */
export function percent(value: number): string {
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 })
    .format(value)
}

/** Shares 0–1 of the widest bar, by what they are. */
type Parts = Readonly<Partial<Record<'talk' | 'mail' | 'missed', number>>>

function BarCell(props: { readonly parts: Parts }): VNode {
  return html`<td class="bar-cell" aria-hidden="true"><span class="stat-track">${
    Object.entries(props.parts).map(([look, part]) => html`<span key=${look}
      class=${`stat-fill ${look}`} style=${{ width: `${Math.round(part * 100)}%` }}></span>`)}
        </span></td>`
}

/** «Кто отвечает». */
export function StatNumbers({ figures, from, to }: TableProps): VNode {
  const most = Math.max(1, ...figures.byNumber.map((each) => each.answered))
  return html`<section class="stat-part"><div class="stat-head"><h2>${t('stat.numbers')}</h2></div>
    <table class="table stat-table"><thead class="visually-hidden"><tr><th scope="col">${
      t('stat.number')}</th><td></td><th scope="col">${t('stat.colAnswered')}</th><th scope="col">${
      t('stat.colShare')}</th></tr></thead>
    <tbody>${figures.byNumber.map((row) => {
      const isMail = row.numberId === null
      const part = share(row.answered, row.rang)
      const href = isMail ? journalHref({ outcome: 'voicemail', from, to })
        : journalHref({ number: row.numberId ?? '', from, to })
      const seconds = row.answerSeconds
      return html`<tr key=${row.numberId ?? 'mail'}><th scope="row"><a href=${href}>${
        isMail ? capital(t('leg.mail')) : phoneName(row)}</a></th>
        <${BarCell} parts=${{ [isMail ? 'mail' : 'talk']: row.answered / most }} />
        <td class="right strong">${number(row.answered)}</td><td class="right soft">${
          isMail || part === undefined || seconds === null ? t('common.dash')
            : t('stat.share', { p: percent(part), n: Math.round(seconds) })}</td></tr>`
    })}</tbody></table></section>`
}

function Head(props: { readonly first: string; readonly last?: string }): VNode {
  return html`<thead><tr><th scope="col">${props.first}</th><td></td><th scope="col"
    class="right">${
    t('stat.colCalls')}</th><th scope="col" class="right wide-cell">${t('stat.colAnswered')}</th><th
      scope="col"
    class="right">${t('stat.colMissed')}</th>${props.last !== undefined && html`<th scope="col"
    class="right wide-cell last-cell">${props.last}</th>`}</tr></thead>`
}

interface Counts {
  readonly calls: number
  readonly answered: number
  readonly missed: number
}

function Numbers(props: { readonly row: Counts; readonly most: number }): VNode[] {
  const { row, most } = props
  return [
    html`<${BarCell} key="bar"
      parts=${{ talk: row.answered / most, missed: row.missed / most }} />`,
    html`<td key="calls" class="right strong">${number(row.calls)}</td>`,
    html`<td key="answered" class="right wide-cell">${number(row.answered)}</td>`,
    html`<td key="missed" class=${row.missed > 0 ? 'right bad-text' : 'right'}>${number(row.missed)}
      </td>`,
  ]
}

/** «По правилам». */
export function StatRules({ figures, from, to }: TableProps): VNode {
  const most = Math.max(1, ...figures.byRule.map((each) => each.calls))
  return html`<section class="stat-part"><div class="stat-head"><h2>${t('stat.rules')}</h2></div>
    <table class="table dense stat-table"><${Head} first=${t('stat.rule')} />
    <tbody>${figures.byRule.map((row) => html`<tr key=${row.ruleId ?? 'none'}><th scope="row"><a
      href=${journalHref({ rule: row.ruleId ?? 'none', from, to })}>${row.ruleId === null
        ? t('stat.noRule') : row.name === '' ? t('stat.deletedRule') : row.name}</a></th>
      <${Numbers} row=${row} most=${most} /></tr>`)}</tbody></table></section>`
}

const shownAtFirst = 8

/** «Кто звонит чаще». */
export function StatCallers({ figures, from, to }: TableProps): VNode {
  const [all, setAll] = useState(false)
  const most = Math.max(1, ...figures.byCaller.map((each) => each.calls))
  const rows = all ? figures.byCaller : figures.byCaller.slice(0, shownAtFirst)
  return html`<section class="stat-part"><div class="stat-head"><h2>${t('stat.callers')}</h2></div>
    <table class="table dense stat-table"><${Head} first=${t('stat.caller')}
      last=${t('stat.last')} />
    <tbody>${rows.map((row) => {
      const told = row.known?.name ?? ''
      const name = told === '' ? row.name : told
      const phone = formatPhone(row.caller)
      const named = name !== '' && name !== row.caller
      return html`<tr key=${row.caller}><th scope="row"><a href=${journalHref({
        caller: row.caller === '' ? 'anonymous' : row.caller, from, to,
      })}>${named ? name : phone}</a>${named
        && row.caller !== '' && html`<span class="soft small num">${phone}</span>`}</th>
        <${Numbers} row=${row} most=${most} /><td class="right soft wide-cell last-cell">${
          whenLeft(row.lastAt, zone.value, today.value)}</td></tr>`
    })}</tbody></table>
    ${rows.length < figures.byCaller.length && html`<button type="button" class="link"
      onClick=${() => setAll(true)}>${t('stat.allCallers')}</button>`}</section>`
}
