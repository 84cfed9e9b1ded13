/**
 * What one does to a caller from the journal: call back, make a rule for him, block or allow him.
 */
import type { VNode } from 'preact'
import { callsApi } from './api-calls.ts'
import { problemText, query } from './api.ts'
import type { Call } from './api.ts'
import { callBackHref, callerKey, callerName } from './call-words.ts'
import { Button, LinkButton } from './controls.ts'
import { html } from './html.ts'
import { callsChanged, maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-calls-ru.ts'
import './text-talk-ru.ts'

async function setBlocked(call: Call, blocked: boolean, undo: boolean): Promise<void> {
  const hidden = callerKey(call) === 'anonymous'
  try {
    await (blocked ? callsApi.block(call.id) : callsApi.allow(call.id))
    // Other rows of this caller change, too.
    callsChanged.value += 1
    const name = hidden ? t('calls.hiddenOnes') : callerName(call)
    showToast({
      text: t(!undo ? 'undo.done' : blocked ? 'calls.blockedDone' : 'calls.allowedDone', { name }),
      undo: undo ? () => void setBlocked(call, !blocked, false) : undefined,
    })
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
  }
}

/** The row of buttons. */
export function CallActions(props: { readonly call: Call }): VNode {
  const { call } = props
  const back = callBackHref(call)
  const key = callerKey(call)
  const hidden = key === 'anonymous'
  const name = hidden ? t('caller.hidden') : callerName(call)
  const rule = `/rules/new${query({ caller: key, name: name.slice(0, 64) })}`
  return html`<div class="call-actions" role="group" aria-label=${t('calls.actions')}>
    ${back !== undefined && html`<${LinkButton} small=${true} icon="call" href=${back}>${
      t('calls.callBack')}<//>`}
    <${LinkButton} small=${true} href=${rule}>${t('calls.makeRule')}<//>
    <${Button} small=${true} kind=${call.blocked ? 'default' : 'danger'} disabled=${!maySave.value}
      onClick=${() => void setBlocked(call, !call.blocked, true)}>${t(call.blocked ? 'calls.allow'
        : hidden ? 'calls.blockHidden' : 'calls.block')}<//>
    <${LinkButton} small=${true} href=${`/support?call=${call.id}`}>${t('calls.askSupport')}<//></div>`
}
