/**
 * «Правило словами»: the form read back as sentences, every underlined word leads to its field.
 * `spokenForm` is the form with names looked up, for the sentence and for the chain.
 */
import type { VNode } from 'preact'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { conditionSentences } from './rule-conditions.ts'
import type { Conditions } from './rule-conditions.ts'
import { phoneName } from './format.ts'
import { html } from './html.ts'
import { toBlocks } from './hours-form.ts'
import { defaultWaitSeconds, masksOf, wholeNumber } from './rule-form.ts'
import type { BranchForm, RuleForm } from './rule-form.ts'
import { ruleSentence } from './sentence.ts'
import type { Next, Spoken } from './sentence.ts'
import { me, numbers, overview } from './state.ts'
import { t } from './text.ts'

function spokenNext(next: BranchForm): Next | undefined {
  if (next.action === '') return undefined
  if (next.action !== 'rule') return { action: next.action }
  const rule = overview.value?.rules.find((each) => each.id === next.nextRuleId)
  return { action: 'rule', name: rule?.name ?? '', ignoreSchedule: next.ignoreSchedule }
}

/** The form as the sentence needs it, names looked up. */
export function spokenForm(form: RuleForm): Spoken {
  return {
    blocks: toBlocks(form.hours), mode: form.mode, reaction: form.reaction,
    waitSeconds: wholeNumber(form.waitSeconds, 5, 120) ?? defaultWaitSeconds,
    phones: form.targets.map((target) => {
      const phone = numbers.value?.find((each) => each.id === target.targetId)
      return {
        name: phone === undefined ? t('common.dash') : phoneName(phone),
        ringSeconds: wholeNumber(target.ringSeconds, 5, 60) ?? null,
        delaySeconds: wholeNumber(target.delaySeconds, 1, 119) ?? null,
      }
    }),
    next: spokenNext(form) ?? { action: 'hangUp' }, ringSeconds: me.value?.ringSeconds ?? 25,
  }
}

/** The form's conditions beyond the manual; `lists` give the names. */
export function formConditions(
  form: RuleForm, lists: readonly CallerListReply[] | undefined,
): Conditions {
  const { who, anonymous, unknown } = form.callers
  const names = form.callers.lists.map((id) => lists?.find((each) => each.id === id)?.name ?? '…')
  const masks = masksOf(form.callers.masks)
  const chosen = names.length + masks.length > 0 || anonymous || unknown
  return {
    callers: who === 'all' || !chosen ? undefined
      : { except: who === 'except', listNames: names, masks, anonymous, unknown },
    dialled: form.dialled, busy: spokenNext(form.busy), unreachable: spokenNext(form.unreachable),
    decline: form.decline, record: form.record,
  }
}

/** Which part of the form a place of the sentence leads to. */
const parts: Readonly<Record<string, string>> = {
  when: 'part-hours', mode: 'part-mode', targets: 'part-targets', wait: 'part-wait', next: 'part-next',
  reaction: 'part-reaction', callers: 'part-callers', dialled: 'part-dialled', busy: 'part-busy',
  unreachable: 'part-unreachable', decline: 'part-decline', record: 'part-record',
}

/** Brings a part of the form into view, opened if it is folded, and focuses its first field. */
export function goToPart(part: string): void {
  const found = document.getElementById(part) ?? document.getElementById('part-mode')
  const fold = found?.closest('details')
  if (fold !== null && fold !== undefined) fold.open = true
  const field = found?.querySelector<HTMLElement>('input:not([disabled]), select, button:not([disabled])')
  found?.scrollIntoView({ block: 'center' })
  ;(field ?? found)?.focus({ preventScroll: true })
}

/** A span and not a button: its words must wrap with the sentence. */
function Word(props: { readonly text: string; readonly part: string }): VNode {
  const go = (): void => goToPart(props.part)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    go()
  }
  return html`<span role="button" tabIndex=${0} class="word" onClick=${go} onKeyDown=${onKeyDown}>${
    props.text}</span>`
}

/** The card with the sentences. */
export function RuleWords(props: {
  readonly form: RuleForm; readonly lists: readonly CallerListReply[] | undefined
  readonly plain?: boolean
}): VNode {
  const sentences = [
    ruleSentence(spokenForm(props.form)),
    ...conditionSentences(formConditions(props.form, props.lists), props.form.reaction === 'ring'),
  ]
  return html`<section class="card words">${props.plain !== true
    && html`<h2 class="caption">${t('editor.words')}</h2>`}
    <p class="sentence">${sentences.map((sentence) => [
      ...sentence.map((piece, at) => piece.place === undefined ? piece.text
        : html`<${Word} key=${at} text=${piece.text} part=${parts[piece.place] ?? ''} />`), ' ',
    ])}</p></section>`
}
