/**
 * «Вход»: the form beside the idea of the service. One neutral sentence for a wrong pair; the
 * browser's password manager works. The second step, registration and recovery come later.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { api, problemText } from './api.ts'
import { Below, Button, Field, Strip } from './controls.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'
import { later } from './later.ts'
import type { SecondStepProps } from './login-second.ts'
import { PublicFrame } from './public-frame.ts'
import { Secret } from './secret-field.ts'
import { me, signedIn, signedOut } from './state.ts'
import { t } from './text.ts'

const SecondStep = later<SecondStepProps>(
  async () => (await import('./login-second.ts')).SecondStep, false)

const hours = [0, 6, 12, 18, 24]

/** The idea in one picture: three phones, one day. */
function Idea(): VNode {
  const x = (hour: number): number => 140 + hour * 17
  const rows = [t('login.mobile'), t('login.home'), t('login.mail')]
  return html`<svg class="idea" viewBox="0 0 560 140" role="img" aria-label=${t('login.picture')}>
    ${hours.map((hour) => html`<g key=${hour}>
      <line class="grid-line strong" x1=${x(hour)} x2=${x(hour)} y1="20" y2="132" />
      <text class="axis" x=${x(hour)} y="12"
        text-anchor="middle">${String(hour).padStart(2, '0')}</text></g>`)}
    ${rows.map((row, at) => html`<text key=${row} class="idea-name" x="0"
      y=${47 + at * 36}>${row}</text>`)}
    <rect class="bar acts" x=${x(9)} y="29" width=${x(18) - x(9)} height="26" rx="6" />
    <rect class="bar waits" x=${x(18)} y="65" width=${x(23) - x(18)} height="26" rx="6" />
    <rect class="bar mail" x=${x(0)} y="101" width=${x(9) - x(0)} height="26" rx="6" />
    <rect class="bar mail" x=${x(23)} y="101" width=${x(24) - x(23)} height="26" rx="6" />
    <line class="clock-line" x1=${x(14.5)} x2=${x(14.5)} y1="16" y2="134" /></svg>`
}

/** The form; `known` is the login of who logs in again, which then stands there already. */
function Form(props: { readonly known?: string; readonly title: string }): VNode {
  const known = props.known ?? ''
  const [login, setLogin] = useState(known)
  const [password, setPassword] = useState('')
  const [ticket, setTicket] = useState<string | undefined>(undefined)
  const [caps, setCaps] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (login.trim() === '' || password === '') {
      setFault(t('login.empty'))
      return
    }
    setBusy(true)
    try {
      const reply = await api.login({ login: login.trim(), password })
      setFault(undefined)
      if ('ticket' in reply) setTicket(reply.ticket)
      else await signedIn(reply)
    } catch (problem) {
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  const back = (why: string | undefined): void => {
    setTicket(undefined)
    setPassword('')
    setFault(why)
  }
  if (ticket !== undefined) return html`<${SecondStep} ticket=${ticket} onBack=${back} />`
  return html`<form class="login-form" onSubmit=${submit} onKeyUp=${(event: KeyboardEvent) =>
    setCaps(event.getModifierState?.('CapsLock') ?? false)}>
    <h2>${props.title}</h2>
    ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    <${Field} id="login" label=${t('login.login')} value=${login} onInput=${setLogin}
      autocomplete="username" autofocus=${known === ''} />
    <${Secret} id="password" label=${t('login.password')} value=${password} onInput=${setPassword}
      autofocus=${known !== ''} corner=${html`<a class="small" href="/forgot"
        target=${known === '' ? undefined : '_blank'}>${t('login.forgot')}</a>`} />
    ${caps && html`<${Below} fault=${false} text=${t('login.caps')} />`}
    <${Button} kind="primary" type="submit" busy=${busy ? t('login.busy') : undefined}>${
      t('login.submit')}<//>
    ${known === '' && html`<p class="soft">${t('login.noNumber')} <a href="/register">${
      t('login.register')}</a></p>`}
  </form>`
}

/** The log-in page; the address it stands on is kept and opened afterwards. */
export function Login(): VNode {
  document.title = `${t('login.title')} · ${t('app.name')}`
  return html`<${PublicFrame} look="login-main">
    <section class="login-idea"><p class="lead">${t('app.name')}</p>
      <h1>${t('app.slogan1')}<br />${t('app.slogan2')}</h1><${Idea} /></section>
    <${Form} title=${t('login.title')} /><//>`
}

function stay(): void {
  // Esc must not throw the changes away: the button does, and says so.
}

/** Logging in again above a form with changes: the session ended, the changes are not lost. */
export function LoginAgain(): VNode {
  return html`<${Dialog} label=${t('login.again')} onClose=${stay}>
    <${Form} title=${t('login.again')} known=${me.value?.login ?? ''} />
    <p class="soft">${t('login.againText')}</p>
    <div class="dialog-actions"><${Button} kind="danger quiet"
      onClick=${signedOut}>${t('common.leave')}<//></div><//>`
}
