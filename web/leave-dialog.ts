/**
 * The question before unsaved changes are lost: on links, back, and closing a dialog with a form.
 * Who is asked and when is in `router.ts`.
 */
import type { VNode } from 'preact'
import { Button } from './controls.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { leaving } from './router.ts'
import { t } from './text.ts'

function stay(): void {
  leaving.value = undefined
}

/** The dialog while the question stands; the focus starts on staying. */
export function LeaveDialog(): VNode | null {
  const asked = leaving.value
  if (asked === undefined) return null
  const leave = (): void => {
    stay()
    asked.go()
  }
  return html`<${Dialog} label=${t('leave.title')} onClose=${stay}><h2>${t('leave.title')}</h2>
    <p>${asked.lost === '' ? t('leave.text') : asked.lost}</p>
    <div class="dialog-actions"><button type="button" class="button default" autofocus
      onClick=${stay}>${t('common.keep')}</button><${Button} kind="danger"
      onClick=${leave}>${t('common.leave')}<//></div><//>`
}
