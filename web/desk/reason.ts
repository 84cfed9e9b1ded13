/**
 * The dialog before something that cannot be taken back or that others read: what will happen, why
 * it is done in one's own words, and a button that repeats the verb.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { problemText } from '../api.ts'
import { Button, Strip } from '../controls.ts'
import { Dialog } from '../dialog.ts'
import { html } from '../html.ts'
import { unsaved } from '../router.ts'
import { useDeed } from './loaded.ts'
import { Area } from './parts.ts'
import { maySave } from './state.ts'
import { t } from './words.ts'

/** Shorter is no reason (as the server has it). */
const leastReason = 3

/** Asks for the reason and does it; closes when it was done. */
export function ReasonDialog(props: {
  readonly title: string; readonly text: string; readonly action: string
  readonly busy: string
  readonly label?: string; readonly placeholder?: string; readonly danger?: boolean
  /** Without it the reason may stay empty. */
  readonly optional?: boolean; readonly maxLength?: number
  /** Why it may not be done yet, of the fields in `children`. */
  readonly barred?: string | undefined
  readonly onDo: (reason: string) => Promise<unknown>; readonly onClose: () => void
  readonly children?: ComponentChildren
}): VNode {
  const [reason, setReason] = useState('')
  const [early, setEarly] = useState(false)
  const deed = useDeed()
  const short = props.optional !== true && reason.trim().length < leastReason
  const submit = async (event?: Event): Promise<void> => {
    event?.preventDefault()
    setEarly(short)
    if (short || props.barred !== undefined) return
    if (await deed.run(() => props.onDo(reason.trim()))) props.onClose()
  }
  return html`<${Dialog} label=${props.title} onClose=${props.onClose}>
    <form class="reason-form" ...${unsaved(reason !== '')} onSubmit=${submit}>
      <h2>${props.title}</h2><p class="soft">${props.text}</p>
      ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
        text=${problemText(deed.fault)} />`}
      ${props.children}
      <${Area} label=${props.label ?? t('reason.label')} value=${reason} onInput=${setReason}
        placeholder=${props.placeholder} maxLength=${props.maxLength ?? 200}
        onSend=${() => void submit()} fault=${early && short ? t('reason.short') : undefined} />
      ${props.barred !== undefined && html`<p class="below">${props.barred}</p>`}
      <div class="dialog-actions"><${Button} type="submit" disabled=${!maySave.value}
        kind=${props.danger === true ? 'danger solid' : 'primary'}
        busy=${deed.busy ? props.busy : undefined}>${props.action}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div>
      </form><//>`
}
