/**
 * The chain «если никто не ответит» as a picture: the call, this rule, what follows, and where it
 * ends; a loop is a dashed arc with its time limit (design §3). Long chains and phones get a list.
 */
import type { VNode } from 'preact'
import { phone as isPhone } from './device.ts'
import { spokenForm } from './editor-preview.ts'
import { html } from './html.ts'
import type { RuleForm } from './rule-form.ts'
import { scheduleShort } from './schedule-words.ts'
import { spokenRule } from './sentence.ts'
import type { Spoken } from './sentence.ts'
import { me, overview } from './state.ts'
import { t } from './text.ts'

export interface ChainNode {
  readonly id: string
  readonly name: string
  readonly phones: string
  readonly seconds: number
  /** Above the box: the schedule of a following rule, or why it is skipped. */
  readonly note: string
  readonly skipped: boolean
  readonly own: boolean
}
export interface Chain {
  readonly nodes: readonly ChainNode[]
  /** Index of the node the last one leads back to; undefined without a loop. */
  readonly loopTo: number | undefined
  readonly end: 'hangUp' | 'voicemail'
}

function seconds(rule: Spoken): number {
  return rule.mode === 'parallel' ? rule.waitSeconds
    : rule.phones.reduce((sum, phone) => sum + (phone.ringSeconds ?? rule.ringSeconds), 0)
}

function phones(rule: Spoken): string {
  return rule.phones.map((phone) => phone.name).join(rule.mode === 'parallel' ? ' + ' : ' → ')
}

/** Follows the form's next rule through the stored ones. `ruleId` is the form's own rule. */
export function chainOf(form: RuleForm, ruleId: string | undefined): Chain {
  const ring = me.value?.ringSeconds ?? 25
  const own = spokenForm(form)
  const nodes: ChainNode[] = [{
    id: ruleId ?? '', name: form.name || t('editor.new'), phones: phones(own), seconds: seconds(own),
    note: t('chain.this'), skipped: false, own: true,
  }]
  let action: string = form.action
  let nextId = form.nextRuleId
  let ignore = form.ignoreSchedule
  while (action === 'rule') {
    const back = nodes.findIndex((node) => node.id === nextId && node.id !== '')
    if (back >= 0) return { nodes, loopTo: back, end: mailOn() ? 'voicemail' : 'hangUp' }
    const rule = overview.value?.rules.find((each) => each.id === nextId)
    if (rule === undefined) return { nodes, loopTo: undefined, end: mailOn() ? 'voicemail' : 'hangUp' }
    const spoken = spokenRule(rule, ring)
    const always = ignore || rule.blocks.length === 0
    nodes.push({
      id: rule.id, name: rule.name, phones: phones(spoken), seconds: seconds(spoken), own: false,
      skipped: !rule.enabled,
      note: !rule.enabled ? t('chain.off') : always ? t('chain.always')
        : t('chain.schedule', { when: scheduleShort(spoken.blocks) }),
    })
    // A rule that is off ends the chain (R-7, R-8).
    if (!rule.enabled) return { nodes, loopTo: undefined, end: mailOn() ? 'voicemail' : 'hangUp' }
    action = rule.noAnswer.action
    if (rule.noAnswer.action === 'rule') {
      nextId = rule.noAnswer.ruleId
      ignore = rule.noAnswer.ignoreSchedule
    }
  }
  return { nodes, loopTo: undefined, end: action === 'voicemail' && mailOn() ? 'voicemail' : 'hangUp' }
}

function mailOn(): boolean {
  return me.value?.voicemail === true
}

function Box(props: { readonly node: ChainNode }): VNode {
  const { node } = props
  return html`<li class=${`chain-step${node.own ? ' own' : ''}${node.skipped ? ' skipped' : ''}`}>
    <span class="chain-note">${node.note}</span>
    <span class="chain-box"><span class="chain-words"><span class="strong">${node.name}</span>
      <span class="caption">${node.phones}</span></span>
      <span class="chain-time">${t('chain.seconds', { n: node.seconds })}</span></span></li>`
}

/** The picture. */
export function RuleChain(props: {
  readonly form: RuleForm; readonly ruleId: string | undefined
}): VNode {
  const chain = chainOf(props.form, props.ruleId)
  const limit = me.value?.cycleLimitSeconds ?? 60
  const arrow = (text: string): VNode => html`<li class="chain-arrow"><span>${text}</span></li>`
  const end = chain.end === 'voicemail' ? t('chain.mail') : t('chain.end')
  const list = isPhone.value || chain.nodes.length > 3
  return html`<section class="editor-part"><div class="part-head"><h2>${t('editor.noAnswer')}</h2>
    <span class="soft">${t('editor.chainHint')}</span></div>
    <div class=${list ? 'card chain list' : 'card chain'}>
    <ol aria-label=${t('chain.label', { steps: [...chain.nodes.map((node) => node.name), end].join(' → ') })}>
      <li class="chain-step"><span class="chain-pill strong">${t('chain.call')}</span></li>
      ${chain.nodes.map((node, at) => [
        arrow(at === 0 ? '' : t('chain.noAnswer')), html`<${Box} key=${node.id} node=${node} />`,
      ])}
      ${arrow(t('chain.noAnswer'))}
      <li class="chain-step"><span class="chain-pill"><span class="strong">${end}</span>
        ${chain.end === 'hangUp' && html`<span
          class="caption">${t('chain.endText')}</span>`}</span></li>
    </ol>
    ${chain.loopTo !== undefined && html`<p
      class="chain-loop">${chain.nodes[chain.loopTo]?.name}: ${
      t('chain.loop', { n: limit })}</p>`}</div></section>`
}
