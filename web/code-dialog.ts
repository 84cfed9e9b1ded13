/**
 * The dialog that asks for a code of the second factor before a sensitive change: one for the whole
 * panel. A recovery code does as well.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { codeQuestion } from './code-ask.ts'
import { CodeField, isCode } from './code-field.ts'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { t } from './text.ts'

/** The dialog while a code is wanted. */
export function CodeDialog(): VNode | null {
  const [code, setCode] = useState('')
  const asked = codeQuestion.value
  if (asked === undefined) return null
  const answer = (given: string | undefined): void => {
    setCode('')
    asked.answer(given)
  }
  return html`<${Dialog} label=${t('code.title')} onClose=${() => answer(undefined)}>
    <h2>${t('code.title')}</h2><p>${t('code.text')}</p>
    <form class="number-form" onSubmit=${(event: Event) => {
      event.preventDefault()
      if (isCode(code)) answer(code)
    }}><${CodeField} value=${code} onInput=${setCode} autofocus=${true}
      fault=${asked.wrong ? t('error.wrong_code') : undefined} />
      <div class="form-actions"><${Button} kind="primary" type="submit"
        disabled=${!isCode(code)}>${t('code.go')}<//>
        <${Button} kind="quiet" onClick=${() => answer(undefined)}>${t('common.cancel')}<//></div>
      </form><//>`
}
