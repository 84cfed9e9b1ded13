/**
 * The second step of logging in: a code after the password. The ticket of the first step lives for
 * five minutes; then it is the password's turn again.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { peopleApi } from './api-people.ts'
import { ApiProblem, problemText } from './api.ts'
import { CodeField, isCode } from './code-field.ts'
import { Button } from './controls.ts'
import { html } from './html.ts'
import { signedIn } from './state.ts'
import { t } from './text.ts'
import './text-public-ru.ts'

export interface SecondStepProps {
  readonly ticket: string
  /** Back to the password, with the reason if there is one. */
  readonly onBack: (why: string | undefined) => void
}

/** The form. */
export function SecondStep(props: SecondStepProps): VNode {
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy || !isCode(code)) return
    setBusy(true)
    try {
      await signedIn(await peopleApi.secondLogin(props.ticket, code))
    } catch (problem) {
      const over = problem instanceof ApiProblem && problem.code === 'ticket_expired'
      if (over) return props.onBack(problemText(problem))
      setFault(problemText(problem))
      setBusy(false)
    }
  }
  return html`<form class="login-form" onSubmit=${submit}><h2>${t('second.title')}</h2>
    <p>${t('second.text')}</p><${CodeField} value=${code} onInput=${setCode} fault=${fault}
      hint=${t('second.lost')} autofocus=${true} />
    <${Button} kind="primary" type="submit" disabled=${!isCode(code)}
      busy=${busy ? t('login.busy') : undefined}>${t('login.submit')}<//>
    <p><button type="button" class="link" onClick=${() => props.onBack(undefined)}>${
      t('second.back')}</button></p></form>`
}
