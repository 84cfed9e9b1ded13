/**
 * What the link in a letter to a new address leads to: it is confirmed by a button, because programs
 * that look at letters open links, too.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { peopleApi } from './api-people.ts'
import { ApiProblem, problemText } from './api.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { html } from './html.ts'
import type { PageProps } from './pages.ts'
import { t } from './text.ts'
import './text-public-ru.ts'

/** The page; `id` is the token. */
export function EmailPage(props: PageProps): VNode {
  const [email, setEmail] = useState<string | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const confirm = (): void => {
    peopleApi.confirmEmail(props.id ?? '').then((reply) => setEmail(reply.email),
      (problem: unknown) => setFault(problem instanceof ApiProblem && problem.status === 410
        ? t('email.over') : problemText(problem)))
  }
  document.title = `${t('email.title')} · ${t('app.name')}`
  return html`<div class="public-one"><h1>${t('email.title')}</h1>
    ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    <div role="status">${email === undefined ? html`<p>${t('email.text')}</p>`
      : html`<p>${t('email.done', { email })}</p>`}</div>
    ${email === undefined ? html`<${Button} kind="primary" onClick=${confirm}>${
      t('email.confirm')}<//>`
      : html`<${LinkButton} kind="primary" href="/">${t('email.panel')}<//>`}</div>`
}
