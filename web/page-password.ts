/**
 * Choosing a password: by the link of a letter, for the first time or after it was forgotten, and in
 * place of the temporary one. Whoever has set it is logged in with it.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { PasswordLinkReply } from '../src/api/schema-people.ts'
import { accountApi } from './api-account.ts'
import { peopleApi } from './api-people.ts'
import { api, ApiProblem, problemText } from './api.ts'
import { Below, Button, LinkButton, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import { SecondStep } from './login-second.ts'
import { leastPassword, NewPassword } from './new-password.ts'
import type { PageProps } from './pages.ts'
import { arrive } from './router.ts'
import { Secret } from './secret-field.ts'
import { mustChange, signedIn } from './state.ts'
import { t } from './text.ts'
import './text-public-ru.ts'

/** Logs in with a password that was just set; resolves to a ticket when a code is wanted, too. */
async function enter(login: string, password: string): Promise<string | undefined> {
  const reply = await api.login({ login, password })
  if ('ticket' in reply) return reply.ticket
  await signedIn(reply)
  arrive('/')
  return undefined
}

interface Failed {
  readonly field: string
  readonly text: string
}

/** The form of a new password; `old` asks for the present one, too. */
function PasswordForm(props: {
  readonly login: string; readonly old?: boolean; readonly action: string
  readonly work: (fresh: string, old: string) => Promise<void>
}): VNode {
  const [fresh, setFresh] = useState('')
  const [old, setOld] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Failed | undefined>(undefined)
  const ready = fresh.length >= leastPassword && (props.old !== true || old !== '')
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (busy || !ready) return
    setBusy(true)
    setFault(undefined)
    try {
      await props.work(fresh, old)
    } catch (problem) {
      const field = problem instanceof ApiProblem ? problem.field ?? '' : ''
      setFault({ field, text: problemText(problem) })
    }
    setBusy(false)
  }
  const ofOld = fault?.field === 'old'
  const ofNew = fault?.field === 'password' || fault?.field === 'new'
  return html`<form class="public-form" onSubmit=${submit}>
    <input class="visually-hidden" tabIndex=${-1} aria-hidden="true" autocomplete="username"
      readOnly value=${props.login} />
    ${props.old === true && html`<${Secret} label=${t('must.old')} value=${old} onInput=${setOld}
      autofocus=${true} fault=${ofOld ? fault?.text : undefined} />`}
    <${NewPassword} value=${fresh} onInput=${setFresh} autofocus=${props.old !== true}
      fault=${ofNew ? fault?.text : undefined} />
    ${fault !== undefined && !ofOld && !ofNew && html`<div role="alert"><${Below} fault=${true}
      text=${fault.text} /></div>`}
    <${Button} kind="primary" type="submit" disabled=${!ready}
      busy=${busy ? t('common.saving') : undefined}>${props.action}<//></form>`
}

/** What can be done when the link is over, or was used. */
function Over(props: { readonly token: string; readonly used: boolean }): VNode {
  const { token, used } = props
  const [sent, setSent] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const again = (): void => {
    peopleApi.newLink(token).then(() => setSent(true), (problem: unknown) =>
      setFault(problemText(problem)))
  }
  const title = t(used ? 'link.usedTitle' : 'link.over')
  document.title = `${title} · ${t('app.name')}`
  if (used) {
    return html`<div class="public-one"><h1>${title}</h1><p>${t('link.usedText')}</p>
      <p class="public-links"><${LinkButton} kind="primary" href="/">${t('login.submit')}<//>
        <a href="/forgot">${t('forgot.title')}</a></p></div>`
  }
  return html`<div class="public-one"><h1>${title}</h1><p>${t('link.overText')}</p>
    ${fault !== undefined && html`<${Strip} kind="bad" text=${fault} alert=${true} />`}
    <div role="status">${sent ? html`<p>${t('link.newSent')}</p>`
      : html`<${Button} kind="primary" onClick=${again}>${t('link.again')}<//>`}</div>
    <p class="public-links"><a href="/">${t('forgot.back')}</a></p></div>`
}

type Known = PasswordLinkReply | 'expired' | 'used' | { readonly fault: string }

function useLink(token: string): { readonly known: Known | undefined; readonly load: () => void } {
  const [known, setKnown] = useState<Known | undefined>(undefined)
  const load = (): void => {
    peopleApi.passwordLink(token).then(setKnown, (problem: unknown) => {
      const code = problem instanceof ApiProblem ? problem.code : ''
      setKnown(code === 'link_used' ? 'used' : code === 'link_expired' ? 'expired'
        : { fault: problemText(problem) })
    })
  }
  useEffect(load, [token])
  return { known, load }
}

/** The page of a link; `id` is its token. */
export function PasswordPage(props: PageProps): VNode {
  const token = props.id ?? ''
  const { known, load } = useLink(token)
  const [ticket, setTicket] = useState<string | undefined>(undefined)
  const [over, setOver] = useState<'expired' | 'used' | undefined>(undefined)
  if (known === undefined) return html`<${Skeleton} />`
  if (typeof known === 'string') return html`<${Over} token=${token} used=${known === 'used'} />`
  if (over !== undefined) return html`<${Over} token=${token} used=${over === 'used'} />`
  if ('fault' in known) {
    return html`<${Strip} kind="bad" text=${t('error.load', { reason: known.fault })} alert=${true}
      action=${html`<${Button} small=${true} onClick=${load}>${t('common.retry')}<//>`} />`
  }
  if (ticket !== undefined) {
    return html`<div class="public-one"><${SecondStep} ticket=${ticket}
      onBack=${() => arrive('/')} /></div>`
  }
  const title = t(known.purpose === 'first' ? 'link.firstTitle' : 'link.title')
  document.title = `${title} · ${t('app.name')}`
  const work = async (fresh: string): Promise<void> => {
    try {
      await peopleApi.setPassword(token, fresh)
    } catch (problem) {
      // It came to its end while he was typing.
      if (problem instanceof ApiProblem && problem.status === 410) {
        return setOver(problem.code === 'link_used' ? 'used' : 'expired')
      }
      throw problem
    }
    setTicket(await enter(known.login, fresh))
  }
  return html`<div class="public-one"><h1>${title}</h1>
    <p>${t('link.login', { login: known.login })}</p><${PasswordForm} login=${known.login}
      action=${t('link.set')} work=${work} /></div>`
}

/** In place of the whole panel: the temporary password must be changed before anything else. */
export function MustChange(): VNode | null {
  const account = mustChange.value
  if (account === undefined) return null
  document.title = `${t('must.title')} · ${t('app.name')}`
  const work = async (fresh: string, old: string): Promise<void> => {
    await accountApi.changePassword(old, fresh)
    await signedIn(await api.me())
  }
  return html`<div class="public-one"><h1>${t('must.title')}</h1><p>${t('must.text')}</p>
    <${PasswordForm} login=${account.login} old=${true} action=${t('must.save')} work=${work} />
    </div>`
}
