/**
 * What became of a request for a number: its own page, whose address only the applicant has. It
 * follows by asking again, until the request is decided.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RegistrationReply } from '../src/api/schema-people.ts'
import { peopleApi } from './api-people.ts'
import { ApiProblem, problemText } from './api.ts'
import { Button, LinkButton, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import type { PageProps } from './pages.ts'
import { RequestSteps } from './request-steps.ts'
import { locale, t } from './text.ts'
import './text-public-ru.ts'

/** A manager takes minutes; nobody waits before the page for less. */
const askEveryMs = 10_000

interface Followed {
  readonly request: RegistrationReply | undefined
  readonly fault: string | undefined
  readonly unknown: boolean
  readonly load: () => void
}

function useRequest(token: string): Followed {
  const [request, setRequest] = useState<RegistrationReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [unknown, setUnknown] = useState(false)
  const load = (): void => {
    peopleApi.registration(token).then((reply) => {
      setRequest(reply)
      setFault(undefined)
    }, (problem: unknown) => {
      setUnknown(problem instanceof ApiProblem && problem.status === 404)
      setFault(problemText(problem))
    })
  }
  const over = unknown || request?.state === 'confirmed' || request?.state === 'rejected'
  useEffect(() => {
    if (over) return undefined
    load()
    const timer = setInterval(() => { if (!document.hidden) load() }, askEveryMs)
    addEventListener('focus', load)
    return () => {
      clearInterval(timer)
      removeEventListener('focus', load)
    }
  }, [token, over])
  return { request, fault, unknown, load }
}

/** An instant in the time of this device: nobody has told us his zone yet. */
function momentHere(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(ms)
}

/** Where the request stands, in a sentence or two. */
function sentences(request: RegistrationReply): readonly string[] {
  const { state, email, reason, missedCalls, waitsDocuments } = request
  if (state === 'confirmed') return [t('request.confirmed', { email })]
  if (state === 'rejected') return [t('request.rejected', { reason })]
  return [
    state === 'new' ? t('request.new', { at: momentHere(request.createdAt) }) : t('request.inWork'),
    ...(waitsDocuments ? [t('request.documents')] : []),
    ...(missedCalls > 0 ? [t('request.missed', { n: missedCalls })] : []),
  ]
}

const stepsBehind = { new: 1, inWork: 1, confirmed: 2, rejected: 1 } as const

function State(props: { readonly request: RegistrationReply }): VNode {
  const { request } = props
  const decided = request.state === 'confirmed' || request.state === 'rejected'
  return html`<section class="public-form"><div><h1>${t('request.title', { n: request.number })}</h1>
      <p class="soft">${request.name}</p></div>
    <div role="status">${sentences(request).map((each) => html`<p key=${each}
      class="lead">${each}</p>`)}</div>
    ${!decided && html`<p class="small soft">${t('request.live')}</p>`}
    ${request.state === 'confirmed' && html`<p class="small soft">${t('request.confirmedHint')}
      ${' '}<a href="/forgot">${t('request.newLink')}</a></p>`}
    <div class="register-send">${request.state === 'rejected'
      ? html`<${LinkButton} href="/register">${t('request.again')}<//>`
      : request.state === 'confirmed' && html`<${LinkButton} kind="primary"
        href="/">${t('register.enter')}<//>`}</div></section>`
}

/** The page; `id` is the token of the request. */
export function RequestPage(props: PageProps): VNode {
  const { request, fault, unknown, load } = useRequest(props.id ?? '')
  document.title = request === undefined ? t('app.name')
    : `${t('request.title', { n: request.number })} · ${t('app.name')}`
  if (unknown) {
    return html`<div class="public-one"><h1>${t('app.notFound')}</h1><p>${t('request.unknown')}</p>
      <${LinkButton} href="/register">${t('request.again')}<//></div>`
  }
  if (request === undefined) {
    return fault === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: fault })} alert=${true}
        action=${html`<${Button} small=${true} onClick=${load}>${t('common.retry')}<//>`} />`
  }
  return html`<div class="public-columns"><${State} request=${request} />
    <${RequestSteps} done=${stepsBehind[request.state]} /></div>`
}
