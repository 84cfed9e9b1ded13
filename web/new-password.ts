/**
 * Choosing a password: the field with what is still missing, and the words for a refusal. What is
 * too common only the server knows.
 */
import type { VNode } from 'preact'
import { html } from './html.ts'
import { Secret } from './secret-field.ts'
import { t } from './text.ts'
import './text-people-ru.ts'

/** The server takes no shorter one. */
export const leastPassword = 12
const longPassword = 20

/** What to say of a password while it is typed; length counts for more than odd characters. */
export function passwordHint(text: string): string {
  const missing = leastPassword - text.length
  if (text === '') return t('password.hint', { n: leastPassword })
  if (missing > 0) return t('password.more', { n: missing })
  return t(text.length >= longPassword ? 'password.strong' : 'password.enough')
}

/** The field. */
export function NewPassword(props: {
  readonly value: string; readonly onInput: (value: string) => void
  readonly fault?: string | undefined; readonly autofocus?: boolean
}): VNode {
  return html`<${Secret} ...${props} label=${t('password.new')} fresh=${true}
    hint=${passwordHint(props.value)} />`
}
