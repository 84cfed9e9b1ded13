/**
 * A password field whose text can be shown. The browser's password manager knows it by what it is
 * for: the present password, or a new one.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Field } from './controls.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { t } from './text.ts'

export interface SecretProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly id?: string
  /** A password that is being chosen. */
  readonly fresh?: boolean
  readonly hint?: string | undefined
  readonly fault?: string | undefined
  readonly autofocus?: boolean
  readonly corner?: ComponentChildren
}

/** The field. */
export function Secret(props: SecretProps): VNode {
  const [shown, setShown] = useState(false)
  const eye = html`<button type="button" class="plain in-field" aria-pressed=${String(shown)}
    aria-label=${t(shown ? 'login.hide' : 'login.show')} onClick=${() => setShown(!shown)}>
    <${Icon} name="eye" /></button>`
  return html`<${Field} ...${props} after=${eye} type=${shown ? 'text' : 'password'}
    maxLength=${128} autocomplete=${props.fresh === true ? 'new-password' : 'current-password'} />`
}
