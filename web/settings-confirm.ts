/**
 * What needs the password before it is saved: the e-mail address, the password itself, the PIN of
 * the voicemail. A stolen session alone can change none of them; there is no undo.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { accountApi } from './api-account.ts'
import { ApiProblem, problemText } from './api.ts'
import { Below, Button, Field } from './controls.ts'
import { phone } from './device.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { me, noteFault, online } from './state.ts'
import { saveConfirmed, settings } from './settings-state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

interface Fault {
  readonly field: string
  readonly text: string
}

/** A password field that can be shown; `field` is the name by which the server speaks of it. */
function Secret(props: {
  readonly field: string; readonly label: string; readonly value: string
  readonly fault: Fault | undefined
  readonly onInput: (value: string) => void; readonly fresh?: boolean; readonly hint?: string
  readonly autofocus?: boolean
}): VNode {
  const [shown, setShown] = useState(false)
  const eye = html`<button type="button" class="plain in-field" aria-pressed=${String(shown)}
    aria-label=${t(shown ? 'login.hide' : 'login.show')} onClick=${() => setShown(!shown)}>
    <${Icon} name="eye" /></button>`
  return html`<${Field} label=${props.label} value=${props.value} onInput=${props.onInput}
    after=${eye}
    type=${shown ? 'text' : 'password'} hint=${props.hint} autofocus=${props.autofocus}
      maxLength=${128}
    autocomplete=${props.fresh === true ? 'new-password' : 'current-password'}
    fault=${props.fault?.field === props.field ? props.fault.text : undefined} />`
}

/** A dialog with a form; `work` may throw, then it stays open with the words at the field. */
function Confirm(props: {
  readonly title: string; readonly text?: string; readonly action: string; readonly ready: boolean
  readonly fields: readonly string[]; readonly onClose: () => void
  readonly work: () => Promise<void>
  readonly children: (fault: Fault | undefined) => ComponentChildren
  readonly more?: ComponentChildren
}): VNode {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy || !props.ready || !online.value) return
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
    <form class="number-form" onSubmit=${submit}>
      <input class="visually-hidden" tabIndex=${-1} aria-hidden="true"
        autocomplete="username" readOnly
        value=${me.value?.login ?? ''} />
      ${props.children(fault)}
      ${fault !== undefined && !atField && html`<div role="alert"><${Below} fault=${true}
        text=${fault.text} /></div>`}
      <div class="form-actions"><${Button} kind="primary" type="submit"
        disabled=${!props.ready || !online.value}
        busy=${busy ? t('common.saving') : undefined}>${props.action}<//>
        <${Button} kind="quiet"
          onClick=${props.onClose}>${t('common.cancel')}<//>${props.more}</div></form><//>`
}

/** Another address for letters. */
export function EmailDialog(props: { readonly onClose: () => void }): VNode {
  const before = settings.value?.profile.email ?? ''
  const [email, setEmail] = useState(before)
  const [password, setPassword] = useState('')
  const work = (): Promise<void> => saveConfirmed(
    () => accountApi.saveSettings({ profile: { email: email.trim() }, password }),
    t(email.trim() === '' ? 'user.emailGone' : 'user.emailSaved', { email: email.trim() }))
  return html`<${Confirm} title=${t('user.emailTitle')} text=${t('user.emailText')}
    action=${t('common.save')}
    ready=${password !== '' && email.trim() !== before} fields=${['email', 'password']} work=${work}
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      <${Field} label=${t('user.email')} type="email" inputMode="email" autocomplete="email"
        value=${email}
        maxLength=${254} autofocus=${true} onInput=${setEmail} hint=${t('user.emailHint')}
        fault=${fault?.field === 'email' ? t('user.emailBad') : undefined} />
      <${Secret} field="password" label=${t('user.yourPassword')} value=${password} fault=${fault}
        onInput=${setPassword} /></div>`}<//>`
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
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      <${Field} label=${t('address.label')} value=${address} maxLength=${500} autofocus=${true}
        onInput=${setAddress} hint=${t('address.hint')}
        fault=${fault?.field === of ? t(`address.${of}Bad`) : undefined} />
      <${Secret} field="password" label=${t('user.yourPassword')} value=${password} fault=${fault}
        onInput=${setPassword} /></div>`}<//>`
}

const leastPassword = 8

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
    fields=${['old', 'new']} work=${work}
      onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div
      class="number-form"><${Secret} field="old" label=${t('user.passwordOld')} value=${old}
        fault=${fault}
        autofocus=${true} onInput=${setOld} />
      <${Secret} field="new" label=${t('user.passwordNew')} value=${fresh} fault=${fault}
        fresh=${true}
        hint=${t('user.passwordHint')} onInput=${setFresh} /></div>`}<//>`
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
      more=${more}
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      ${!removing && html`<${Field} label=${t('pin.new')} value=${pin} inputMode="numeric"
        maxLength=${8}
        hint=${t('pin.hint')} fault=${fault?.field === 'pin' ? fault.text : undefined}
          autofocus=${true}
        onInput=${(value: string) => setPin(value.replace(/\D/g, ''))} />`}
      <${Secret} field="password" label=${t('user.yourPassword')} value=${password} fault=${fault}
        onInput=${setPassword} /></div>`}<//>`
}
