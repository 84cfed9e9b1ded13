/**
 * «Не помню пароль»: asks for a link by e-mail. The answer is the same whether there is such a
 * login or not.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { peopleApi } from './api-people.ts'
import { problemText } from './api.ts'
import { Button, Field } from './controls.ts'
import { html } from './html.ts'
import { t } from './text.ts'
import './text-public-ru.ts'

/** The page. */
export function Forgot(): VNode {
  const [login, setLogin] = useState('')
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  document.title = `${t('forgot.title')} · ${t('app.name')}`
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy) return
    if (login.trim() === '') return setFault(t('forgot.empty'))
    setBusy(true)
    setFault(undefined)
    try {
      await peopleApi.forgot(login.trim())
      setSent(true)
    } catch (problem) {
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  if (sent) {
    return html`<div class="public-one" role="status"><h1>${t('forgot.title')}</h1>
      <p>${t('forgot.sent')}</p><p class="soft">${t('forgot.sentText')}</p>
      <p class="public-links"><button type="button" class="link" onClick=${() => setSent(false)}>${
        t('forgot.other')}</button><a href="/">${t('forgot.back')}</a></p></div>`
  }
  return html`<form class="public-one" onSubmit=${submit}><h1>${t('forgot.title')}</h1>
    <p>${t('forgot.text')}</p><${Field} label=${t('forgot.login')} value=${login}
      onInput=${setLogin} autocomplete="username" maxLength=${254} autofocus=${true}
      fault=${fault} />
    <${Button} kind="primary" type="submit" busy=${busy ? t('register.sending') : undefined}>${
      t('forgot.send')}<//><p class="public-links"><a href="/">${t('forgot.back')}</a></p></form>`
}
