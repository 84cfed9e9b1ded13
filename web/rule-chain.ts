/**
 * The chain «если никто не ответит» as a picture: the call, this rule, what follows, and where it
 * ends; a loop is a dashed arc below with its time limit (design §3). Long chains and phones get a
 * list, in which the loop is told in words.
 */
import type { VNode } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { phone as isPhone } from './device.ts'
import { spokenForm } from './editor-words.ts'
import { html } from './html.ts'
import type { RuleForm } from './rule-form.ts'
import { scheduleShort } from './schedule-words.ts'
import { spokenRule } from './sentence.ts'
import type { Spoken } from './sentence.ts'
import { me, overview } from './state.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

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
  if (rule.reaction === 'voicemail' || rule.reaction === 'refuse') return 0
  return rule.mode === 'parallel' ? rule.waitSeconds
    : rule.phones.reduce((sum, phone) => sum + (phone.ringSeconds ?? rule.ringSeconds), 0)
}

function phones(rule: Spoken): string {
  if (rule.reaction === 'voicemail') return t('editor.react.voicemail')
  if (rule.reaction === 'refuse') return t('editor.react.refuse')
  return rule.phones.map((phone) => phone.name).join(rule.mode === 'parallel' ? ' + ' : ' → ')
}

function mailOn(): boolean {
  return me.value?.voicemail === true
}

interface Link {
  readonly action: string
  readonly nextId: string
  readonly ignore: boolean
}

/** Where a rule's call goes on; a rule that rings nobody decides itself. */
function linkOf(rule: {
  readonly reaction: string; readonly action: string; readonly nextId: string
  readonly ignore: boolean
}): Link {
  if (rule.reaction === 'voicemail') return { action: 'voicemail', nextId: '', ignore: false }
  if (rule.reaction === 'refuse') return { action: 'hangUp', nextId: '', ignore: false }
  return rule
}

/** Follows the form's next rule through the stored ones. `ruleId` is the form's own rule. */
export function chainOf(form: RuleForm, ruleId: string | undefined): Chain {
  const ring = me.value?.ringSeconds ?? 25
  const own = spokenForm(form)
  const nodes: ChainNode[] = [{
    id: ruleId ?? '', name: form.name || t('editor.new'), phones: phones(own),
    seconds: seconds(own), note: t('chain.this'), skipped: false, own: true,
  }]
  // R-8: a chain that cannot go on ends in voicemail, if that is on.
  const given = { nodes, loopTo: undefined, end: mailOn() ? 'voicemail' : 'hangUp' } as const
  let link = linkOf({ reaction: form.reaction, action: form.action, nextId: form.nextRuleId,
    ignore: form.ignoreSchedule })
  while (link.action === 'rule') {
    const { nextId, ignore } = link
    const back = nodes.findIndex((node) => node.id === nextId && node.id !== '')
    if (back >= 0) return { ...given, loopTo: back }
    const rule = overview.value?.rules.find((each) => each.id === nextId)
    if (rule === undefined) return given
    const spoken = spokenRule(rule, ring)
    const always = ignore || rule.blocks.length === 0
    nodes.push({
      id: rule.id, name: rule.name, phones: phones(spoken), seconds: seconds(spoken), own: false,
      skipped: !rule.enabled,
      note: !rule.enabled ? t('chain.off') : always ? t('chain.always')
        : t('chain.schedule', { when: scheduleShort(spoken.blocks) }),
    })
    // A rule that is off ends the chain (R-7, R-8).
    if (!rule.enabled) return given
    const next = rule.noAnswer
    link = linkOf({
      reaction: rule.reaction, action: next.action,
      nextId: next.action === 'rule' ? next.ruleId : '', ignore: next.action === 'rule' && next.ignoreSchedule,
    })
  }
  return { ...given, end: link.action === 'voicemail' && mailOn() ? 'voicemail' : 'hangUp' }
}

function Box(props: { readonly node: ChainNode; readonly at: number }): VNode {
  const { node } = props
  return html`<li class=${`chain-step${node.own ? ' own' : ''}${node.skipped ? ' skipped' : ''}`}>
    <span class="chain-note">${node.note}</span>
    <span class="chain-box" data-node=${props.at}><span class="chain-words"><span
      class="strong">${node.name}</span>
      <span class="caption">${node.phones}</span></span>
      ${node.seconds > 0 && html`<span class="chain-time">${
        t('chain.seconds', { n: node.seconds })}</span>`}</span></li>`
}

interface Arc {
  readonly from: number
  readonly to: number
  readonly width: number
}

/** The arc below the boxes, from the middle of the last one to that of the one it leads back to. */
function LoopArc(props: { readonly arc: Arc; readonly text: string }): VNode {
  const { from, to, width } = props.arc
  const path = `M${from} 0V18q0 8 -8 8H${to + 8}q-8 0 -8 -8V4`
  return html`<div class="chain-arc"><svg width=${width} height="30" aria-hidden="true">
    <path class="arc-line" d=${path} /><path class="arc-head" d=${`M${to - 4} 8l4 -6l4 6`} /></svg>
    <p class="arc-words" ref=${(words: HTMLElement | null) => {
      // The content security policy forbids style attributes; properties set by script are allowed.
      if (words !== null) words.style.left = `${(from + to) / 2}px`
    }}>${props.text}</p></div>`
}

interface Measured {
  readonly ref: { current: HTMLDivElement | null }
  readonly arc: Arc | undefined
  /** The row does not fit: nothing but the timeline may scroll sideways. */
  readonly tooWide: boolean
}

function arcOf(card: HTMLElement, chain: Chain): Arc | undefined {
  const box = (at: number): DOMRect | undefined =>
    card.querySelector(`[data-node="${at}"]`)?.getBoundingClientRect()
  const first = chain.loopTo === undefined ? undefined : box(chain.loopTo)
  const last = box(chain.nodes.length - 1)
  if (first === undefined || last === undefined) return undefined
  const start = card.getBoundingClientRect().left + card.clientLeft
    + Number.parseFloat(getComputedStyle(card).paddingLeft)
  // A rule that leads back to itself: from its right half to its left half.
  const inset = first.left === last.left ? first.width / 4 : 0
  const from = last.left + last.width / 2 + inset - start
  // No wider than the arc: what lies beyond the boxes would count as a row that does not fit.
  return { from, to: first.left + first.width / 2 - inset - start, width: from + 8 }
}

/** Measures the row while it is drawn as one (`row`): whether it fits, and where the arc goes. */
function useMeasure(chain: Chain, row: boolean): Measured {
  const ref = useRef<HTMLDivElement>(null)
  const [arc, setArc] = useState<Arc | undefined>(undefined)
  const [needed, setNeeded] = useState({ key: '', width: 0, has: 0 })
  const key = JSON.stringify(chain)
  const tooWide = needed.key === key && needed.width > needed.has
  useLayoutEffect(() => {
    const card = ref.current
    if (card === null || !row) return undefined
    const measure = (): void => {
      if (tooWide) {
        setNeeded({ ...needed, has: card.clientWidth })
        return
      }
      setArc(arcOf(card, chain))
      if (card.scrollWidth > card.clientWidth) {
        setNeeded({ key, width: card.scrollWidth, has: card.clientWidth })
      }
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(card)
    return () => observer.disconnect()
  }, [key, row, tooWide])
  return { ref, arc: row && !tooWide ? arc : undefined, tooWide }
}

/** The picture. */
export function RuleChain(props: {
  readonly form: RuleForm; readonly ruleId: string | undefined
}): VNode {
  const chain = chainOf(props.form, props.ruleId)
  const long = isPhone.value || chain.nodes.length > 3
  const { ref, arc, tooWide } = useMeasure(chain, !long)
  const list = long || tooWide
  const limit = me.value?.cycleLimitSeconds ?? 60
  const arrow = (text: string): VNode => html`<li class="chain-arrow"><span>${text}</span></li>`
  const end = chain.end === 'voicemail' ? t('chain.mail') : t('chain.end')
  const lastText = chain.loopTo === undefined ? t('chain.noAnswer') : t('chain.limit', { n: limit })
  const loop = chain.loopTo === undefined ? ''
    : t('chain.loopTo', { name: chain.nodes[chain.loopTo]?.name ?? '', n: limit })
  return html`<section class="editor-part"><div class="part-head"><h2>${t('editor.noAnswer')}</h2>
    <span class="soft">${t('editor.chainHint')}</span></div>
    <div class=${list ? 'card chain list' : 'card chain'} ref=${ref}
      role="group" aria-label=${t('chain.label', {
        steps: [...chain.nodes.map((node) => node.name), ...(loop === '' ? [] : [loop]), end]
          .join(' → '),
      })}>
    <ol><li class="chain-step"><span class="chain-pill strong">${t('chain.call')}</span></li>
      ${chain.nodes.map((node, at) => [
        arrow(at === 0 ? '' : t('chain.noAnswer')),
        html`<${Box} key=${`${node.id}${at}`} node=${node} at=${at} />`,
      ])}
      ${arrow(chain.nodes.every((node) => node.seconds === 0) ? '' : lastText)}
      <li class="chain-step"><span class="chain-pill"><span class="strong">${end}</span>
        ${chain.end === 'hangUp' && html`<span
          class="caption">${t('chain.endText')}</span>`}</span></li>
    </ol>
    ${loop !== '' && (arc === undefined ? html`<p class="chain-loop">${loop}</p>`
      : html`<${LoopArc} arc=${arc} text=${loop} />`)}</div></section>`
}
