/**
 * «Правило изменили в другом окне»: the two versions field by field, one choice each. Only fields
 * that differ are asked.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { RuleReply } from '../src/api/schema.ts'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { spokenForm } from './editor-preview.ts'
import { list } from './format.ts'
import { html } from './html.ts'
import { toBlocks } from './hours-form.ts'
import { formOf, requestOf } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { scheduleSentence } from './schedule-words.ts'
import { nextWords } from './sentence.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

interface MergeField {
  readonly key: Key
  readonly take: (from: RuleForm) => Partial<RuleForm>
  readonly words: (form: RuleForm) => string
}

const fields: readonly MergeField[] = [
  { key: 'editor.mergeName', take: ({ name }) => ({ name }), words: (form) => form.name },
  { key: 'editor.mergeEnabled', take: ({ enabled }) => ({ enabled }),
    words: (form) => t(form.enabled ? 'rule.state.waits' : 'rule.state.off') },
  { key: 'editor.targets', take: ({ targets }) => ({ targets }),
    words: (form) => list(spokenForm(form).phones.map((phone) => phone.name)) },
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
      onChange=${() => choose(field.key, take)} /><span>${field.words(take ? theirs : props.mine)}</span></label></td>`
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
