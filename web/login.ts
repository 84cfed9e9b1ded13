/**
 * «Вход»: the form beside the idea of the service. One neutral sentence for a wrong pair; the
 * browser's password manager works. Registration and recovery come with their own pages.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { api, problemText } from './api.ts'
import { Below, Button, Field, Strip } from './controls.ts'
import { Dialog } from './dialog.ts'
import { LanguageChoice } from './frame-more.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { me, signedIn, signedOut } from './state.ts'
import { t } from './text.ts'

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
  const [shown, setShown] = useState(false)
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
      await signedIn(await api.login({ login: login.trim(), password }))
    } catch (problem) {
      setFault(problemText(problem))
      setBusy(false)
    }
  }
  const eye = html`<button type="button" class="plain in-field" aria-pressed=${String(shown)}
    aria-label=${t(shown ? 'login.hide' : 'login.show')} onClick=${() => setShown(!shown)}>
    <${Icon} name="eye" /></button>`
  return html`<form class="login-form" onSubmit=${submit} onKeyUp=${(event: KeyboardEvent) =>
    setCaps(event.getModifierState?.('CapsLock') ?? false)}>
    <h2>${props.title}</h2>
    ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    <${Field} id="login" label=${t('login.login')} value=${login} onInput=${setLogin}
      autocomplete="username" autofocus=${known === ''} />
    <${Field} id="password" label=${t('login.password')} value=${password} onInput=${setPassword}
      type=${shown ? 'text' : 'password'} autocomplete="current-password" after=${eye}
      autofocus=${known !== ''} />
    ${caps && html`<${Below} fault=${false} text=${t('login.caps')} />`}
    <${Button} kind="primary" type="submit" busy=${busy ? t('login.busy') : undefined}>${
      t('login.submit')}<//>
  </form>`
}

/** The log-in page; the address it stands on is kept and opened afterwards. */
export function Login(): VNode {
  return html`<div class="login">
    <header class="top-bar"><strong>${t('app.name')}</strong><${LanguageChoice} /></header>
    <main class="login-main" id="main">
      <section class="login-idea"><p class="lead">${t('app.name')}</p>
        <h1>${t('app.slogan1')}<br />${t('app.slogan2')}</h1><${Idea} /></section>
      <${Form} title=${t('login.title')} /></main></div>`
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
