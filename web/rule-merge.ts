/**
 * «Правило изменили в другом окне»: the two versions field by field, one choice each. Only fields
 * that differ are asked.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import type { CallerListReply } from '../src/api/schema-rules.ts'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { formConditions, spokenForm } from './editor-words.ts'
import { capital, formatPhone, list } from './format.ts'
import { html } from './html.ts'
import { toBlocks } from './hours-form.ts'
import { callerNames } from './rule-conditions.ts'
import { formOf, requestOf } from './rule-form.ts'
import type { FormTarget, RuleForm } from './rule-form.ts'
import { scheduleSentence } from './schedule-words.ts'
import { nextWords } from './sentence.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

interface MergeField {
  readonly key: Key
  readonly take: (from: RuleForm) => Partial<RuleForm>
  readonly words: (form: RuleForm, lists: Lists) => string
}
type Lists = readonly CallerListReply[] | undefined

/** A number with what is set for it in this rule: «Офис (через 5 с, нажать 1)». */
function targetWords(target: FormTarget, name: string, mode: RuleForm['mode']): string {
  const own = [
    ...(mode === 'parallel' && target.delaySeconds !== ''
      ? [t('editor.delayBy', { n: target.delaySeconds })] : []),
    ...(mode === 'serial' && target.ringSeconds !== ''
      ? [t('ring.seconds', { n: target.ringSeconds })] : []),
    ...(target.confirm === null ? [] : [t(target.confirm ? 'confirm.yes' : 'confirm.no')]),
    ...(target.callerId === null ? [] : [t(`callerId.${target.callerId}`)]),
  ]
  return own.length === 0 ? name : t('editor.mergeTarget', { name, own: own.join(', ') })
}

function callersWords(form: RuleForm, lists: Lists): string {
  const { callers } = formConditions(form, lists)
  if (callers === undefined) return t('callers.all')
  return t('editor.mergeCallers', {
    who: t(callers.except ? 'callers.except' : 'callers.only'), names: list(callerNames(callers)),
  })
}

function branchWords(form: RuleForm, field: 'busy' | 'unreachable'): string {
  const next = formConditions(form, undefined)[field]
  return next === undefined ? t('editor.asNoAnswer') : nextWords(next)
}

const fields: readonly MergeField[] = [
  { key: 'editor.mergeName', take: ({ name }) => ({ name }), words: (form) => form.name },
  { key: 'editor.mergeEnabled', take: ({ enabled }) => ({ enabled }),
    words: (form) => t(form.enabled ? 'rule.state.waits' : 'rule.state.off') },
  { key: 'editor.targets', take: ({ targets }) => ({ targets }),
    words: (form) => list(spokenForm(form).phones.map((phone, at) => {
      const target = form.targets[at]
      return target === undefined ? phone.name : targetWords(target, phone.name, form.mode)
    })) },
  { key: 'editor.mode', take: ({ mode }) => ({ mode }),
    words: (form) => t(form.mode === 'parallel' ? 'editor.parallel' : 'editor.serial') },
  { key: 'editor.wait', take: ({ waitSeconds }) => ({ waitSeconds }),
    words: (form) => t('rule.wait', { n: spokenForm(form).waitSeconds }) },
  { key: 'editor.priority', take: ({ priority }) => ({ priority }), words: (form) => form.priority },
  { key: 'editor.hours', take: ({ hours }) => ({ hours }),
    words: (form) => scheduleSentence(toBlocks(form.hours)) },
  { key: 'editor.noAnswer',
    take: ({ action, nextRuleId, ignoreSchedule }) => ({ action, nextRuleId, ignoreSchedule }),
    words: (form) => nextWords(spokenForm(form).next) },
  { key: 'editor.callers', take: ({ callers }) => ({ callers }), words: callersWords },
  { key: 'editor.dialled', take: ({ dialled }) => ({ dialled }),
    words: (form) => form.dialled.length === 0 ? t('common.dash')
      : list(form.dialled.map(formatPhone)) },
  { key: 'editor.reaction', take: ({ reaction }) => ({ reaction }),
    words: (form) => t(`editor.react.${form.reaction}`) },
  { key: 'editor.busy', take: ({ busy }) => ({ busy }), words: (form) => branchWords(form, 'busy') },
  { key: 'editor.unreachable', take: ({ unreachable }) => ({ unreachable }),
    words: (form) => branchWords(form, 'unreachable') },
  { key: 'editor.decline', take: ({ decline }) => ({ decline }),
    words: (form) => t(form.decline === 'here' ? 'editor.declineHere' : 'editor.declineAll') },
  { key: 'editor.record', take: ({ record }) => ({ record }),
    words: (form) => t(form.record === null ? 'editor.asSettings'
      : form.record ? 'editor.recordYes' : 'editor.recordNo') },
  { key: 'editor.greeting', take: ({ greetingId }) => ({ greetingId }),
    words: (form) => t(form.greetingId === '' ? 'editor.asSettings' : 'editor.ownGreeting') },
]

/** Fields in which what would be stored differs. */
export function differing(mine: RuleForm, theirs: RuleForm): readonly MergeField[] {
  return fields.filter((field) => {
    const stored = JSON.stringify(requestOf({ ...theirs, ...field.take(mine) }))
    return stored !== JSON.stringify(requestOf(theirs))
  })
}

/** The dialog; `onDone` gets the merged form and the version it builds on. */
export function RuleMerge(props: {
  readonly mine: RuleForm; readonly theirs: RuleReply; readonly onClose: () => void
  readonly lists: Lists
  readonly onDone: (form: RuleForm, version: number) => void
}): VNode {
  const theirs = formOf(props.theirs)
  const asked = differing(props.mine, theirs)
  const [taken, setTaken] = useState<ReadonlySet<Key>>(new Set())
  const choose = (key: Key, take: boolean): void => {
    const next = new Set(taken)
    if (take) next.add(key)
    else next.delete(key)
    setTaken(next)
  }
  const done = (): void => {
    let form = theirs
    for (const field of asked) if (!taken.has(field.key)) form = { ...form, ...field.take(props.mine) }
    props.onDone(form, props.theirs.version)
  }
  const option = (field: MergeField, take: boolean): VNode => html`<td><label class="choice">
    <input type="radio" name=${field.key} checked=${taken.has(field.key) === take}
      onChange=${() => choose(field.key, take)} /><span>${
        capital(field.words(take ? theirs : props.mine, props.lists))}</span></label></td>`
  return html`<${Dialog} wide=${true} label=${t('editor.mergeTitle')} onClose=${props.onClose}>
    <h2>${t('editor.mergeTitle')}</h2><p>${t('editor.mergeText')}</p>
    <table class="table dense merge"><thead><tr><th scope="col">${t('editor.mergeField')}</th>
      <th scope="col">${t('editor.mergeMine')}</th><th
        scope="col">${t('editor.mergeTheirs')}</th></tr></thead>
    <tbody>${asked.map((field) => html`<tr key=${field.key}><th scope="row">${t(field.key)}</th>
      ${option(field, false)}${option(field, true)}</tr>`)}</tbody></table>
    <div class="dialog-actions"><${Button} kind="primary" onClick=${done}>${t('editor.mergeDo')}<//>
      <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div><//>`
}
