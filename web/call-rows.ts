/**
 * The rows of the journal by day: live calls first, then one row per call that opens to its details.
 * On a phone a row has two lines.
 */
import type { VNode } from 'preact'
import type { Call } from './api.ts'
import { CallDetails } from './call-details.ts'
import { phone as isPhone } from './device.ts'
import { duration, formatDate, phoneName, timeOf } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { IconName } from './icons.ts'
import { callerWords } from './live-call.ts'
import { now, today, zone } from './state.ts'
import { known, t } from './text.ts'
import { addDays, localTime } from './zone.ts'

type Shown = 'answered' | 'missed' | 'abandoned' | 'voicemail' | 'refused' | 'interrupted' | 'ringing' | 'talking'

const looks: Readonly<Record<Shown, readonly [string, IconName | undefined]>> = {
  answered: ['ok', 'check'], missed: ['bad', 'close'], abandoned: ['', undefined], voicemail: ['mail', 'mail'],
  refused: ['bad', 'close'], interrupted: ['warn', 'alert'], ringing: ['now', 'call'], talking: ['ok', 'call'],
}

/** What a row says about its end; a call that lives rings or talks. */
export function shownOutcome(call: Call): Shown {
  return call.outcome ?? (call.answeredAt === undefined ? 'ringing' : 'talking')
}

/** Names of the rules that rang, in order and each once: «В рабочее время → Секретарь». */
export function ruleNames(call: Call): string {
  const names: string[] = []
  for (const step of call.trace) {
    if (step.step === 'ruleTaken' && !names.includes(step.ruleName)) names.push(step.ruleName)
    if (step.step === 'defaultNumber') names.push(t('calls.byDefault'))
  }
  return names.join(' → ')
}

function answerer(call: Call): string {
  if (call.outcome === 'voicemail') return t('leg.mail')
  const leg = call.legs.find((each) => each.id === call.answeredLegId)
  if (leg === undefined) return t(call.outcome === undefined ? 'common.dash' : 'common.nobody')
  return phoneName(leg)
}

function talkTime(call: Call): string {
  if (call.answeredAt === undefined) return t('common.dash')
  return duration(((call.endedAt ?? now.value) - call.answeredAt) / 1000)
}

function OutcomeTag(props: { readonly call: Call }): VNode {
  const outcome = shownOutcome(props.call)
  const [look, icon] = looks[outcome]
  const key = `outcome.${outcome}`
  return html`<span class=${`tag ${look}`}>${icon !== undefined && html`<${Icon} name=${icon}
    size=${14} />`}${
    known(key) ? t(key) : outcome}</span>`
}

interface RowProps {
  readonly call: Call
  readonly open: boolean
  readonly onToggle: () => void
}

function Toggle(props: RowProps): VNode {
  const who = callerWords(props.call).main
  return html`<button type="button" class="plain row-toggle" aria-expanded=${String(props.open)}
    aria-label=${t('calls.open', { who, time: timeOf(props.call.startedAt, zone.value) })}
    onClick=${(event: Event) => { event.stopPropagation(); props.onToggle() }}>
    <${Icon} name=${props.open ? 'up' : 'down'} /></button>`
}

function Rule(props: { readonly call: Call }): VNode {
  const names = ruleNames(props.call)
  return names === '' ? html`<span class="bad-text">${t('calls.noRule')}</span>`
    : html`<span class="soft" title=${names}>${names}</span>`
}

function WideRow(props: RowProps): VNode {
  const { call } = props
  const who = callerWords(call)
  return html`<tr class=${props.open ? 'call-row open' : 'call-row'} onClick=${props.onToggle}>
    <td class="soft">${timeOf(call.startedAt, zone.value)}</td>
    <th scope="row"><span class="num">${who.main}</span>${who.second !== ''
      && html`<span class="small soft">${who.second}</span>`}</th>
    <td class="rule-cell"><${Rule} call=${call} /></td><td class="by-cell">${answerer(call)}</td>
    <td><${OutcomeTag} call=${call} /></td><td class="right">${talkTime(call)}</td>
    <td class="right"><${Toggle} ...${props} /></td></tr>`
}

function NarrowRow(props: RowProps): VNode {
  const { call } = props
  const who = callerWords(call)
  const [look, icon] = looks[shownOutcome(call)]
  const key = `outcome.${shownOutcome(call)}`
  const second = call.answeredAt === undefined
    ? `${known(key) ? t(key) : ''} · ${ruleNames(call) || t('calls.noRule')}`
    : `${answerer(call)} · ${talkTime(call)}`
  return html`<tr class=${props.open ? 'call-row open' : 'call-row'} onClick=${props.onToggle}>
    <td colSpan=${7}><div class="phone-call"><span class=${`phone-call-icon ${look}`}><${Icon}
      name=${look === 'ok' ? 'call' : icon ?? 'call'} size=${20} /></span>
    <span class="phone-call-words"><span class="num">${who.second || who.main}</span>
      <span class=${`small ${look === 'bad' ? 'bad-text' : 'soft'}`}>${second}</span></span>
    <span class="soft">${timeOf(call.startedAt, zone.value)}</span><${Toggle} ...${props} /></div></td></tr>`
}

function Rows(props: {
  readonly calls: readonly Call[]; readonly open: string | null
  readonly onOpen: (id: string | undefined) => void
}): VNode[] {
  return props.calls.flatMap((call) => {
    const open = call.id === props.open
    const row = { call, open, onToggle: () => props.onOpen(open ? undefined : call.id) }
    const rows = [html`<${isPhone.value ? NarrowRow : WideRow} key=${call.id} ...${row} />`]
    if (open) {
      rows.push(html`<tr key=${`${call.id}-open`} class="details-row"><td colSpan=${7}>
        <${CallDetails} call=${call} /></td></tr>`)
    }
    return rows
  })
}

function dayTitle(date: string): string {
  if (date === today.value) return t('calls.today', { date: formatDate(date, 'full') })
  if (date === addDays(today.value, -1)) return t('calls.yesterday', { date: formatDate(date, 'full') })
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
  const missed = calls.filter((call) => looks[shownOutcome(call)][0] === 'bad').length
  return missed === 0 ? count : t('calls.dayMissed', { count, missed })
}

function Part(props: { readonly title: string; readonly note: string }): VNode {
  return html`<tr class="day-row-head"><th colSpan=${7} scope="colgroup"><span
    class="strong">${props.title}</span>
    ${props.note !== '' && html`<span class="soft">${props.note}</span>`}</th></tr>`
}

/** The table of the journal. */
export function CallDays(props: {
  readonly calls: readonly Call[]; readonly open: string | null
  readonly onOpen: (id: string | undefined) => void
}): VNode {
  const live = props.calls.filter((call) => call.outcome === undefined)
  const ended = props.calls.filter((call) => call.outcome !== undefined)
  const head = ['calls.when', 'calls.who', 'calls.rule', 'calls.by', 'calls.outcome', 'calls.talk'] as const
  return html`<table class="card table calls-table">
    ${!isPhone.value && html`<thead><tr>${head.map((key) => html`<th scope="col" key=${key} class=${
      key === 'calls.talk' ? 'right' : key === 'calls.rule' ? 'rule-cell' : key === 'calls.by' ? 'by-cell' : ''}>${
      t(key)}</th>`)}<th scope="col"><span
      class="visually-hidden">${t('calls.details')}</span></th></tr></thead>`}
    ${live.length > 0 && html`<tbody><${Part} title=${t('calls.live')} note="" />
      <${Rows} ...${props} calls=${live} /></tbody>`}
    ${byDay(ended, zone.value).map((each) => html`<tbody key=${each.date}>
      <${Part} title=${dayTitle(each.date)} note=${counts(each.calls)} />
      <${Rows} ...${props} calls=${each.calls} /></tbody>`)}</table>`
}
