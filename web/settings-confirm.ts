/**
 * What needs the password before it is saved: where notices go, the password itself, the PIN of the
 * voicemail. A stolen session alone can change none of them; there is no undo.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { accountApi } from './api-account.ts'
import { ApiProblem, problemText } from './api.ts'
import { Below, Button, Field } from './controls.ts'
import { phone } from './device.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { leastPassword, passwordHint } from './new-password.ts'
import { unsaved } from './router.ts'
import { Secret } from './secret-field.ts'
import { maySave, me, noteFault } from './state.ts'
import { saveConfirmed, settings } from './settings-state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

export interface Fault {
  readonly field: string
  readonly text: string
}

/** The words of a fault that belongs to `field`, the name by which the server speaks of it. */
export function at(fault: Fault | undefined, field: string): string | undefined {
  return fault?.field === field ? fault.text : undefined
}

/** A dialog with a form; `work` may throw, then it stays open with the words at the field. */
export function Confirm(props: {
  readonly title: string; readonly text?: string; readonly action: string; readonly ready: boolean
  readonly fields: readonly string[]; readonly onClose: () => void
  readonly work: () => Promise<void>
  readonly children: (fault: Fault | undefined) => ComponentChildren
  readonly more?: ComponentChildren
  /** Words were typed that closing would lose. */
  readonly dirty?: boolean
}): VNode {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy || !props.ready || !maySave.value) return
    setBusy(true)
    try {
      await props.work()
      props.onClose()
    } catch (problem) {
      noteFault(problem)
      const field = problem instanceof ApiProblem ? problem.field?.split('.').at(-1) ?? '' : ''
      setFault({ field, text: problemText(problem) })
      setBusy(false)
    }
  }
  const atField = fault !== undefined && props.fields.includes(fault.field)
  return html`<${Dialog} sheet=${phone.value} label=${props.title} onClose=${props.onClose}>
    <h2>${props.title}</h2>${props.text !== undefined && html`<p>${props.text}</p>`}
    <form class="number-form" onSubmit=${submit} ...${unsaved(props.dirty === true)}>
      <input class="visually-hidden" tabIndex=${-1} aria-hidden="true"
        autocomplete="username" readOnly
        value=${me.value?.login ?? ''} />
      ${props.children(fault)}
      ${fault !== undefined && !atField && html`<div role="alert"><${Below} fault=${true}
        text=${fault.text} /></div>`}
      <div class="form-actions"><${Button} kind="primary" type="submit"
        disabled=${!props.ready || !maySave.value}
        busy=${busy ? t('common.saving') : undefined}>${props.action}<//>
        <${Button} kind="quiet"
          onClick=${props.onClose}>${t('common.cancel')}<//>${props.more}</div></form><//>`
}

export type AddressKind = 'webhookUrl' | 'telegramChat'

/** Where a program of his, or a chat, gets his notices. */
export function AddressDialog(props: {
  readonly of: AddressKind; readonly onClose: () => void
}): VNode {
  const { of } = props
  const before = settings.value?.delivery[of] ?? ''
  const [address, setAddress] = useState(before)
  const [password, setPassword] = useState('')
  const wanted = address.trim()
  const work = (): Promise<void> => saveConfirmed(
    () => accountApi.saveSettings({ delivery: { [of]: wanted }, password }),
    t(wanted === '' ? `address.${of}Gone` : `address.${of}Saved`))
  return html`<${Confirm} title=${t(`address.${of}`)} text=${t(`address.${of}Text`)}
    action=${t('common.save')}
    ready=${password !== '' && wanted !== before} fields=${[of, 'password']} work=${work}
    dirty=${wanted !== before}
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      <${Field} label=${t('address.label')} value=${address} maxLength=${500} autofocus=${true}
        onInput=${setAddress} hint=${t('address.hint')}
        fault=${fault?.field === of ? t(`address.${of}Bad`) : undefined} />
      <${Secret} label=${t('user.yourPassword')} value=${password}
        fault=${at(fault, 'password')}
        onInput=${setPassword} /></div>`}<//>`
}

/** Another password; all other sessions end. */
export function PasswordDialog(props: { readonly onClose: () => void }): VNode {
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const work = async (): Promise<void> => {
    await accountApi.changePassword(old, fresh)
    showToast({ text: t('user.passwordSaved') })
  }
  return html`<${Confirm} title=${t('user.passwordTitle')} text=${t('user.passwordText')}
    action=${t('user.passwordChange')} ready=${old !== '' && fresh.length >= leastPassword}
    fields=${['old', 'new']} work=${work} dirty=${old + fresh !== ''}
      onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div
      class="number-form"><${Secret} label=${t('user.passwordOld')} value=${old}
        fault=${at(fault, 'old')}
        autofocus=${true} onInput=${setOld} />
      <${Secret} label=${t('user.passwordNew')} value=${fresh}
        fault=${at(fault, 'new')}
        fresh=${true}
        hint=${passwordHint(fresh)} onInput=${setFresh} /></div>`}<//>`
}

/** The PIN for hearing messages from a telephone: a new one, or none. */
export function PinDialog(props: { readonly set: boolean; readonly onClose: () => void }): VNode {
  const [pin, setPin] = useState('')
  const [password, setPassword] = useState('')
  const [removing, setRemoving] = useState(false)
  const work = (): Promise<void> => saveConfirmed(
    () => accountApi.setPin(removing ? null : pin, password),
    t(removing ? 'pin.removed' : 'pin.saved'))
  const fits = /^\d{4,8}$/.test(pin)
  const more = props.set && html`<button type="button" class="link danger form-more"
    onClick=${() => setRemoving(!removing)}>${t(removing ? 'pin.keep' : 'pin.remove')}</button>`
  return html`<${Confirm} title=${t(removing ? 'pin.removeTitle' : 'call.pin')}
    text=${t(removing ? 'pin.removeText' : 'pin.text')}
      action=${t(removing ? 'pin.remove' : 'common.save')}
    ready=${password !== '' && (removing || fits)} fields=${['pin', 'password']} work=${work}
      more=${more} dirty=${pin + password !== ''}
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      ${!removing && html`<${Field} label=${t('pin.new')} value=${pin} inputMode="numeric"
        maxLength=${8}
        hint=${t('pin.hint')} fault=${fault?.field === 'pin' ? fault.text : undefined}
          autofocus=${true}
        onInput=${(value: string) => setPin(value.replace(/\D/g, ''))} />`}
      <${Secret} label=${t('user.yourPassword')} value=${password}
        fault=${at(fault, 'password')}
        onInput=${setPassword} /></div>`}<//>`
}
