/**
 * The field for a code of the second factor: six digits of the application, or a recovery code.
 */
import type { VNode } from 'preact'
import { Field } from './controls.ts'
import { html } from './html.ts'
import { t } from './text.ts'
import './text-people-ru.ts'

/** Whether this can be a code at all: blanks and hyphens do not count. */
export function isCode(text: string): boolean {
  return text.replace(/[\s-]/g, '').length >= 6
}

/** The field. */
export function CodeField(props: {
  readonly value: string; readonly onInput: (value: string) => void
  readonly fault?: string | undefined; readonly autofocus?: boolean; readonly hint?: string
}): VNode {
  return html`<${Field} ...${props} label=${t('code.label')} hint=${props.hint ?? t('code.hint')}
    autocomplete="one-time-code" maxLength=${32} />`
}
