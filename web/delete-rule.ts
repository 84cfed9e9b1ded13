/**
 * Deleting a rule: at once with undo, except when another rule leads to it: then a dialog names the
 * rules that break (design principle 5, R-22). The dialog has one place in the page.
 */
import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import type { RuleReply } from '../src/api/schema.ts'
import { deleteRule, rulesLeadingTo } from './changes.ts'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { list } from './format.ts'
import { html } from './html.ts'
import { t } from './text.ts'

const asked = signal<{ readonly rule: RuleReply; readonly after: (() => void) | undefined } | undefined>(undefined)

/** Deletes the rule, or asks first when it is somebody's next one. `after` runs once it is gone. */
export function askDelete(rule: RuleReply, after?: () => void): void {
  if (rulesLeadingTo(rule).length > 0) asked.value = { rule, after }
  else void deleteRule(rule).then((done) => { if (done) after?.() })
}

/** The place of the question; nothing while none is asked. */
export function DeleteRuleDialog(): VNode | null {
  const question = asked.value
  if (question === undefined) return null
  const { rule, after } = question
  const close = (): void => { asked.value = undefined }
  const names = rulesLeadingTo(rule).map((each) => t('common.quoted', { name: each.name }))
  const confirm = (): void => {
    close()
    void deleteRule(rule).then((done) => { if (done) after?.() })
  }
  const title = t('rule.deleteTitle', { name: rule.name })
  return html`<${Dialog} label=${title} onClose=${close}>
    <h2>${title}</h2><p>${t('rule.deleteText', { n: names.length, rules: list(names) })}</p>
    <div class="dialog-actions"><${Button} kind="danger solid"
      onClick=${confirm}>${t('common.delete')}<//>
      <button type="button" class="button default" autofocus
        onClick=${close}>${t('common.keep')}</button>
    </div><//>`
}
