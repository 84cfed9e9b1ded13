/**
 * The rows of the journal by day: live calls first, then one row per call that opens to its
 * details. On a phone a row has two lines.
 */
import type { VNode } from 'preact'
import type { Call } from './api.ts'
import { CallDetails } from './call-details.ts'
import {
  answererName, isMissed, looks, outcomeWord, ruleNames, shownOutcome, talkTime, whoCalled,
} from './call-words.ts'
import { phone as isPhone } from './device.ts'
import { formatDate, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { now, today, zone } from './state.ts'
import { t } from './text.ts'
import { addDays, localTime } from './zone.ts'
import './text-calls-ru.ts'

function OutcomeTag(props: { readonly call: Call }): VNode {
  const [look, icon] = looks[shownOutcome(props.call)]
  return html`<span class=${`tag ${look}`}>${icon !== undefined && html`<${Icon} name=${icon}
    size=${14} />`}${outcomeWord(props.call)}</span>`
}

/** Small signs of what a row holds besides. */
function Marks(props: { readonly call: Call }): VNode {
  const { recording, note } = props.call
  const marks: [IconName, string][] = []
  if (recording === 'ready') marks.push(['mic', t('calls.recorded')])
  if (recording === 'writing') marks.push(['mic', t('calls.recordingNow')])
  if (note !== '') marks.push(['pencil', t('calls.noted')])
  return html`<span class="row-marks">${marks.map(([icon, words]) => html`<span key=${words}
    title=${words}><${Icon} name=${icon} size=${15} /><span class="visually-hidden">${words}</span>
      </span>`)}</span>`
}

interface RowProps {
  readonly call: Call
  readonly open: boolean
  /** `byHand`: with the pointer, so that the focus may go to the player. */
  readonly onToggle: (byHand: boolean) => void
}

function Toggle(props: RowProps): VNode {
  const who = whoCalled(props.call).main
  return html`<button type="button" class="plain row-toggle" aria-expanded=${String(props.open)}
    aria-label=${t('calls.open', { who, time: timeOf(props.call.startedAt, zone.value) })}
    onClick=${(event: MouseEvent) => {
      event.stopPropagation()
      props.onToggle(event.detail > 0)
    }}><${Icon} name=${props.open ? 'up' : 'down'} /></button>`
}

function Rule(props: { readonly call: Call }): VNode {
  const names = ruleNames(props.call)
  return names === '' ? html`<span class="bad-text">${t('calls.noRule')}</span>`
    : html`<span class="soft" title=${names}>${names}</span>`
}

function WideRow(props: RowProps): VNode {
  const { call } = props
  const who = whoCalled(call)
  return html`<tr class=${props.open ? 'call-row open' : 'call-row'}
    onClick=${() => props.onToggle(true)}>
    <td class="soft when-cell">${timeOf(call.startedAt, zone.value)}</td>
    <th scope="row"><span class="who-number"><span class="num">${who.main}</span>${
      call.blocked && html`<span class="tag">${t('calls.blockedTag')}</span>`}
        </span>${who.second !== ''
      && html`<span class="small soft who-name" title=${who.second}>${who.second}</span>`}</th>
    <td class="rule-cell"><${Rule} call=${call} /></td><td class="by-cell">${answererName(call)}
      </td>
    <td><${OutcomeTag} call=${call} /></td>
    <td class="right talk-cell"><${Marks} call=${call} />${talkTime(call, now.value)}</td>
    <td class="right"><${Toggle} ...${props} /></td></tr>`
}

function NarrowRow(props: RowProps): VNode {
  const { call } = props
  const who = whoCalled(call)
  const [look, icon] = looks[shownOutcome(call)]
  const answered = call.answeredAt !== undefined
  const second = answered ? `${answererName(call)} · ${talkTime(call, now.value)}`
    : ruleNames(call) || t('calls.noRule')
  return html`<tr class=${props.open ? 'call-row open' : 'call-row'}
    onClick=${() => props.onToggle(true)}>
    <td colSpan=${7}><div class="phone-call"><span class=${`phone-call-icon ${look}`}><${Icon}
      name=${look === 'ok' ? 'call' : icon ?? 'call'} size=${20} /></span>
    <span class="phone-call-words"><span class="num">${who.second || who.main}</span>
      <span class="small soft">${!answered && html`<span
        class=${look === 'bad' ? 'bad-text' : ''}>${
        outcomeWord(call)}</span> · `}${second}</span></span>
    <${Marks} call=${call} /><span class="soft">${timeOf(call.startedAt, zone.value)}</span>
    <${Toggle} ...${props} /></div></td></tr>`
}

interface ListProps {
  readonly calls: readonly Call[]
  /** Id of the open row; '' is none. */
  readonly open: string
  readonly onOpen: (id: string) => void
}

/** Whether the last row was opened with the pointer: then Space is to play it. */
let openedByHand = false

function Rows(props: ListProps): VNode[] {
  return props.calls.flatMap((call) => {
    const open = call.id === props.open
    const onToggle = (byHand: boolean): void => {
      // A selection of text in the row is no wish to open it.
      if (byHand && getSelection()?.isCollapsed === false) return
      openedByHand = byHand && !isPhone.value
      props.onOpen(open ? '' : call.id)
    }
    const row = { call, open, onToggle }
    const rows = [html`<${isPhone.value ? NarrowRow : WideRow} key=${call.id} ...${row} />`]
    if (open) {
      rows.push(html`<tr key=${`${call.id}-open`} class="details-row"><td colSpan=${7}>
        <${CallDetails} call=${call} focus=${openedByHand} /></td></tr>`)
    }
    return rows
  })
}

function dayTitle(date: string): string {
  if (date === today.value) return t('calls.today', { date: formatDate(date, 'full') })
  if (date === addDays(today.value, -1)) {
    return t('calls.yesterday', { date: formatDate(date, 'full') })
  }
  const title = formatDate(date, date.slice(0, 4) === today.value.slice(0, 4) ? 'full' : 'dayYear')
  return title.slice(0, 1).toLocaleUpperCase() + title.slice(1)
}

/** Calls cut into days of the subscriber's zone, in the order they came. */
export function byDay(calls: readonly Call[], zone_: string): { date: string; calls: Call[] }[] {
  const days: { date: string; calls: Call[] }[] = []
  for (const call of calls) {
    const date = localTime(call.startedAt, zone_).date
    const last = days.at(-1)
    if (last?.date === date) last.calls.push(call)
    else days.push({ date, calls: [call] })
  }
  return days
}

function counts(calls: readonly Call[]): string {
  const count = t('calls.dayCount', { n: calls.length })
  const missed = calls.filter(isMissed).length
  return missed === 0 ? count : t('calls.dayMissed', { count, missed })
}

function Part(props: { readonly title: string; readonly note: string }): VNode {
  return html`<tr class="day-row-head"><th colSpan=${7} scope="colgroup"><span
    class="strong">${props.title}</span>
    ${props.note !== '' && html`<span class="soft">${props.note}</span>`}</th></tr>`
}

const head = [
  ['calls.when', 'when-cell'], ['calls.who', ''], ['calls.rule', 'rule-cell'],
  ['calls.by', 'by-cell'], ['calls.outcome', ''], ['calls.talk', 'right'],
] as const

function Head(): VNode {
  return html`<thead><tr>${head.map(([key, look]) => html`<th scope="col" key=${key}
    class=${look}>${
    t(key)}</th>`)}<th scope="col"><span class="visually-hidden">${t('calls.details')}</span></th>
      </tr></thead>`
}

/** The table of the journal; `chosen` is an open call that `calls` does not hold. */
export function CallDays(props: ListProps & { readonly chosen: Call | undefined }): VNode {
  const { chosen } = props
  const live = props.calls.filter((call) => call.outcome === undefined)
  const ended = props.calls.filter((call) => call.outcome !== undefined)
  return html`<table class="card table calls-table">${!isPhone.value && html`<${Head} />`}
    ${chosen !== undefined && html`<tbody><${Part} title=${t('calls.chosen')}
      note=${dayTitle(localTime(chosen.startedAt, zone.value).date)} />
      <${Rows} ...${props} calls=${[chosen]} /></tbody>`}
    ${live.length > 0 && html`<tbody><${Part} title=${t('calls.live')} note="" />
      <${Rows} ...${props} calls=${live} /></tbody>`}
    ${byDay(ended, zone.value).map((each) => html`<tbody key=${each.date}>
      <${Part} title=${dayTitle(each.date)} note=${counts(each.calls)} />
      <${Rows} ...${props} calls=${each.calls} /></tbody>`)}</table>`
}
