/**
 * «Общее состояние»: the answer to «куда сейчас пойдёт звонок?», the warnings, the live calls and
 * the timeline. The server says what acts; this page says it in words.
 */
import { useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply, RuleRequest } from '../src/api/schema.ts'
import { answerSentence, nextSentence, warnings } from './answer.ts'
import type { Warning } from './answer.ts'
import { api } from './api.ts'
import { change } from './changes.ts'
import { Button, LinkButton, Skeleton, Strip } from './controls.ts'
import { openDefaultNumber } from './default-number.ts'
import { phone } from './device.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { LiveCalls } from './live-call.ts'
import { later } from './later.ts'
import { Override } from './override.ts'
import { loadFault, me, now, numbers, overview, refresh } from './state.ts'
import { t } from './text.ts'
import { TimelineCard } from './timeline-card.ts'
import './text-home-ru.ts'

const NumbersEmpty = later<object>(async () => (await import('./numbers-empty.ts')).NumbersEmpty)

/** The page that mends what a warning tells; undefined where a dialog or nothing does. */
function mendingPage(
  { fix, ruleId }: Warning,
): { readonly href: string; readonly text: string } | undefined {
  if (fix === 'topUp') return { href: '/balance', text: t('nav.topUpDo') }
  return fix === 'rule' ? { href: `/rules/${ruleId}`, text: t('warning.open') } : undefined
}

function WarningStrip(props: { readonly warning: Warning }): VNode {
  const { warning } = props
  const page = mendingPage(warning)
  if (phone.value) {
    // On a phone the fact and one link; why stands on the page the link leads to.
    const link = warning.fix === 'defaultNumber'
      ? html`<button type="button" class="link inline"
        onClick=${openDefaultNumber}>${t('gap.fix')}</button>`
      : page !== undefined && html`<a href=${page.href}>${page.text}</a>`
    return html`<${Strip} kind=${warning.kind} title=${warning.title} text=${link} />`
  }
  const action = warning.fix === 'defaultNumber'
    ? html`<${Button} small=${true} onClick=${openDefaultNumber}>${t('gap.fix')}<//>`
    : page !== undefined && html`<${LinkButton} small=${true} href=${page.href}>${page.text}<//>`
  return html`<${Strip} kind=${warning.kind} title=${warning.title} text=${warning.text}
    action=${action} />`
}

/** One red and one yellow strip at most; the rest open on demand. */
function Warnings(props: { readonly all: readonly Warning[] }): VNode | null {
  const [open, setOpen] = useState(false)
  const { all } = props
  if (all.length === 0) return null
  const bad = all.find((each) => each.kind === 'bad')
  const warn = all.find((each) => each.kind === 'warn')
  const shown = open ? all : [bad, warn].filter((each) => each !== undefined)
  const rest = all.length - shown.length
  return html`<div class="strips">${shown.map((each) => html`<${WarningStrip} key=${each.title}
    warning=${each} />`)}
    ${rest > 0 && html`<button type="button" class="link" onClick=${() => setOpen(true)}>${
      t('common.more', { n: rest })}</button>`}</div>`
}

/** A ready rule for the first minute: all calls, at any time, to the first number. */
function FirstRule(props: { readonly target: NumberReply }): VNode {
  const name = phoneName(props.target)
  const add = (): void => {
    const request: RuleRequest = {
      name: t('overview.always', { name }).slice(0, 64), enabled: true, priority: 0, blocks: [],
      mode: 'parallel', waitSeconds: 30, noAnswer: { action: 'hangUp' },
      targets: [{ targetId: props.target.id, ringSeconds: null }],
    }
    void change(() => api.addRule(request), { text: t('rule.saved', { name: request.name }) })
  }
  return html`<div class="card empty"><h2>${t('overview.noRules')}</h2>
    <p>${t('overview.alwaysText', { name })}</p>
    <${Button} icon="plus" onClick=${add}>${t('overview.always', { name })}<//></div>`
}

function Head(props: { readonly answer: string; readonly next: string }): VNode {
  const add = phone.value
    ? html`<${LinkButton} kind="primary" icon="plus" href="/rules/new"
      label=${t('overview.add')} />`
    : html`<${LinkButton} kind="primary" icon="plus" href="/rules/new">${t('overview.add')}<//>`
  return html`<div class="hero">
    ${phone.value && html`<div class="phone-head"><p class="strong num">${
      formatPhone(me.value?.number ?? '')}</p>${add}</div>`}
    <div class="hero-words"><h1>${props.answer}</h1><p>${props.next}</p></div>
    ${!phone.value && html`<div class="hero-actions"><${LinkButton} href="/simulator">${
      t('overview.simulator')}<//>${add}</div>`}</div>`
}

/** The page. Its title is the answer, so that the tab tells it, too. */
export function Overview(): VNode {
  const data = overview.value
  const account = me.value
  const phones = numbers.value
  useSignalEffect(() => {
    if (overview.value !== undefined && me.value !== undefined) {
      document.title = answerSentence(overview.value, me.value, numbers.value ?? [])
    }
  })
  if (data === undefined || account === undefined || phones === undefined) {
    return loadFault.value === undefined ? html`<${Skeleton} rows=${5} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: loadFault.value })} alert=${true}
        action=${html`<${Button} small=${true}
        onClick=${() => void refresh()}>${t('common.retry')}<//>`} />`
  }
  if (phones.length === 0) return html`<${NumbersEmpty} />`
  const first = phones[0]
  return html`<div class="page overview">
    <${Head} answer=${answerSentence(data, account, phones)}
      next=${nextSentence(data, now.value, phone.value)} />
    <p class="visually-hidden" aria-live="polite">${answerSentence(data, account, phones)}</p>
    <${Override} /><${Warnings} all=${warnings(data, account, now.value)} /><${LiveCalls} />
    ${data.rules.length === 0 && first !== undefined ? html`<${FirstRule} target=${first} />`
      : html`<${TimelineCard} />`}</div>`
}
