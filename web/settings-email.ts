/**
 * The address for letters: changed with the password, and only when the link in a letter to the new
 * one was opened. Until then the old one stays, and the change can be taken back.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { peopleApi } from './api-people.ts'
import { problemText } from './api.ts'
import { Button, Field } from './controls.ts'
import { html } from './html.ts'
import { Secret } from './secret-field.ts'
import { at, Confirm } from './settings-confirm.ts'
import type { Fault } from './settings-confirm.ts'
import { Line } from './settings-parts.ts'
import { momentOf } from './settings-sessions.ts'
import { email, settings } from './settings-state.ts'
import { maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-people-ru.ts'

/** Another address for letters. */
export function EmailDialog(props: { readonly onClose: () => void }): VNode {
  const before = settings.value?.profile.email ?? ''
  const [typed, setTyped] = useState(before)
  const [password, setPassword] = useState('')
  const wanted = typed.trim()
  const changed = wanted !== '' && wanted !== before
  const work = async (): Promise<void> => {
    email.value = await peopleApi.changeEmail(wanted, password)
    showToast({ text: t('mailTo.sent', { email: wanted }) })
  }
  return html`<${Confirm} title=${t('user.emailTitle')} text=${t('mailTo.text')}
    action=${t('common.save')} ready=${password !== '' && changed} dirty=${changed}
    fields=${['email', 'password']} work=${work}
    onClose=${props.onClose}>${(fault: Fault | undefined) => html`<div class="number-form">
      <${Field} label=${t('user.email')} type="email" inputMode="email" autocomplete="email"
        value=${typed} maxLength=${254} autofocus=${true} onInput=${setTyped}
        fault=${fault?.field === 'email' ? t('user.emailBad') : undefined} />
      <${Secret} label=${t('user.yourPassword')} value=${password} fault=${at(fault, 'password')}
        onInput=${setPassword} /></div>`}<//>`
}

/** The line of the settings; `used` is the address that is used now, '' = none. */
export function EmailLine(props: { readonly used: string }): VNode {
  const [open, setOpen] = useState(false)
  const { used } = props
  const pending = email.value?.pending ?? null
  const keep = (): void => {
    peopleApi.keepEmail().then((reply) => {
      email.value = reply
      showToast({ text: t('mailTo.kept') })
    }, (fault: unknown) => {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    })
  }
  const action = t(used === '' ? 'user.addEmail' : 'common.edit')
  const warning = pending === null ? undefined : html`<span>${t('mailTo.pending',
    { email: pending.email, until: momentOf(pending.until) })} <button type="button" class="link"
    disabled=${!maySave.value} onClick=${keep}>${t('mailTo.keep')}</button></span>`
  return html`<div><${Line} label=${t('user.email')} hint=${used === '' ? t('user.noEmail') : used}
    warning=${warning}
    control=${html`<${Button} disabled=${!maySave.value} onClick=${() => setOpen(true)}
      label=${t('set.of', { action, name: t('user.email') })}>${action}<//>`} />
    ${open && html`<${EmailDialog} onClose=${() => setOpen(false)} />`}</div>`
}
