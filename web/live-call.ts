/**
 * The card of calls that live now: who calls, which phones ring and for how long still, or who
 * talks. Shows a running call's own rules (R-24) as far as its record tells them.
 */
import type { VNode } from 'preact'
import type { OverviewReply, RuleReply } from '../src/api/schema.ts'
import { duration, formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { LiveOrders, recordingOf } from './live-orders.ts'
import { me, now, overview } from './state.ts'
import { t } from './text.ts'
import './text-home-ru.ts'

type Call = OverviewReply['live'][number]
type Leg = Call['legs'][number]

/** Who calls: the number with his name and lists, or «скрытый номер». */
export function callerWords(call: Call): { readonly main: string; readonly second: string } {
  const number = call.anonymous ? t('caller.hidden') : formatPhone(call.caller)
  const told = call.callerName === call.caller ? '' : call.callerName
  const name = call.known?.name || told
  const lists = (call.known?.lists ?? []).map((each) => t('common.quoted', { name: each }))
  return { main: number, second: [name, ...lists].filter((text) => text !== '').join(', ') }
}

/** How long a leg rings at most, seconds: by its rule as it is now, else by the subscriber's setting. */
export function ringLimit(call: Call, leg: Leg, rules: readonly RuleReply[], ringSeconds: number): number {
  const rule = rules.find((each) => each.id === leg.ruleId)
  if (rule === undefined) return ringSeconds
  if (rule.mode === 'parallel') return rule.waitSeconds
  const target = rule.targets.find((each) => each.targetId === leg.targetId)
  return target?.ringSeconds ?? ringSeconds
}

function nextOf(rule: RuleReply | undefined): string {
  if (rule === undefined) return ''
  const next = rule.noAnswer
  return next.action === 'rule' ? t('live.next.rule', { name: next.ruleName })
    : t(next.action === 'voicemail' ? 'live.next.voicemail' : 'live.next.hangUp')
}

function RingBar(props: { readonly leg: Leg; readonly call: Call; readonly limit: number }): VNode {
  const { leg, call, limit } = props
  const begun = call.startedAt + (leg.ringMs ?? leg.startMs)
  const seconds = Math.max(0, Math.floor((now.value - begun) / 1000))
  const part = Math.min(1, seconds / limit)
  return html`<div class="ring-line"><span class="ring-name">${phoneName(leg)}</span>
    <span class="ring-track" role="progressbar" aria-valuemin="0" aria-valuemax=${limit}
      aria-valuenow=${Math.min(limit, seconds)}
      aria-label=${t('live.ringsPhone', { name: phoneName(leg), n: seconds })}>
      <span class="ring-fill" style=${{ width: `${part * 100}%` }}></span></span></div>`
}

function Ringing(props: { readonly call: Call }): VNode {
  const { call } = props
  const rules = overview.value?.rules ?? []
  const ringSeconds = me.value?.ringSeconds ?? 25
  const legs = call.legs.filter((leg) => leg.outcome === 'ringing')
  const first = legs[0]
  const rule = rules.find((each) => each.id === first?.ruleId)
  const limit = first === undefined ? 0 : ringLimit(call, first, rules, ringSeconds)
  const begun = first === undefined ? 0 : call.startedAt + (first.ringMs ?? first.startMs)
  const left = Math.max(0, Math.ceil(limit - (now.value - begun) / 1000))
  const next = nextOf(rule)
  return html`<div class="live-ringing"><div class="ring-lines">${legs.slice(0, 5).map((leg) =>
    html`<${RingBar} key=${leg.id} call=${call} leg=${leg}
      limit=${ringLimit(call, leg, rules, ringSeconds)} />`)}</div>
    ${first !== undefined && html`<p class="soft live-left">${next === ''
      ? t('live.leftOnly', { n: left }) : t('live.left', { n: left, next })}</p>`}</div>`
}

function LiveCall(props: { readonly call: Call }): VNode {
  const { call } = props
  const who = callerWords(call)
  const talks = call.answeredAt !== undefined
  const recording = recordingOf(call)
  const leavesMessage = talks && call.trace.some((each) => each.step === 'voicemail' && each.taken)
  const answered = call.legs.find((leg) => leg.id === call.answeredLegId)
  const seconds = Math.max(0, Math.floor((now.value - call.startedAt) / 1000))
  // A phone that was answered and is asked to press 1.
  const asked = call.legs.find((leg) => leg.outcome === 'ringing' && leg.answerMs !== undefined)
  const state = leavesMessage ? t('live.message') : talks
    ? t('live.talk', {
      time: duration((now.value - (call.answeredAt ?? 0)) / 1000),
      name: answered === undefined ? t('common.dash') : phoneName(answered),
    })
    : asked !== undefined ? t('live.asked', { name: phoneName(asked) })
    : call.legs.some((leg) => leg.ringMs !== undefined) ? t('live.rings', { n: seconds })
      : t('live.connecting')
  return html`<li class=${talks ? 'live-call talks' : 'live-call'}>
    <${Icon} name="call" size=${20} />
    <div class="live-who"><p class="strong num">${who.main}</p>
      <p class="soft">${who.second === '' ? state : `${who.second} · ${state}`}</p></div>
    ${recording !== 'none' && html`<span class=${recording === 'runs' ? 'tag bad' : 'tag'}><${Icon}
      name="mic" size=${14} />${t(recording === 'runs' ? 'live.recording' : 'live.paused')}</span>`}
    ${!talks && html`<${Ringing} call=${call} />`}
    <${LiveOrders} call=${call} />
    <a class="button default small" href=${`/calls?open=${call.id}`}>${t('live.open')}</a></li>`
}

/** The card; three calls at most, the rest as a count. Nothing while there is no call. */
export function LiveCalls(): VNode | null {
  const live = overview.value?.live ?? []
  if (live.length === 0) return null
  return html`<section class="card live" aria-label=${t('live.title')}><ul>${live.slice(0, 3).map((call) =>
    html`<${LiveCall} key=${call.id} call=${call} />`)}</ul>
    ${live.length > 3 && html`<p class="live-more"><a href="/calls">${
      t('common.more', { n: live.length - 3 })}</a></p>`}</section>`
}
