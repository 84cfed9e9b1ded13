/**
 * One request at the right of the queue. Opening it takes it into work and keeps a number for it;
 * leaving it untouched gives both back. What a colleague works on, or what is decided, can only be
 * read.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RequestCheck, RequestReply } from '../../src/api/schema-people.ts'
import { ApiProblem, problemText } from '../api.ts'
import { Button, Strip } from '../controls.ts'
import { phone } from '../device.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { deskApi } from './api.ts'
import { useLoaded } from './loaded.ts'
import type { Loaded } from './loaded.ts'
import { Back, Facts, PanelTitle, Status } from './parts.ts'
import { RequestForm } from './request-form.ts'
import { StateTag, wishText } from './request-state.ts'
import { ago, moment } from './when.ts'
import { t } from './words.ts'

/** Who runs through the list with J and K does not take everything into work. */
const dwellMs = 350
/** The lease lasts 30 minutes: each third of it it is begun anew. */
const renewMs = 10 * 60_000

interface Opened extends Loaded<RequestReply> {
  /** Something was done with it: it stays in work when left. */
  readonly touch: () => void
}

function useRequest(id: string, onChanged: () => void): Opened {
  const loaded = useLoaded(id, () => deskApi.request(id))
  const touched = useRef(false)
  const mine = useRef(false)
  const { value, set, reload } = loaded
  mine.current = value?.claim?.mine === true
  const isOpen = value !== undefined && value.decided === null && value.claim === null
  useEffect(() => {
    if (!isOpen) return undefined
    const timer = setTimeout(() => {
      deskApi.claim(id).then((claimed) => {
        set(claimed)
        onChanged()
      }, () => void reload())
    }, dwellMs)
    return () => clearTimeout(timer)
  }, [isOpen])
  useEffect(() => {
    const timer = setInterval(() => {
      if (mine.current && !document.hidden) void deskApi.claim(id).catch(() => undefined)
    }, renewMs)
    return () => {
      clearInterval(timer)
      if (mine.current && !touched.current) {
        void deskApi.release(id).then(onChanged, () => undefined)
      }
    }
  }, [])
  return { ...loaded, touch: () => { touched.current = true } }
}

function checkText(check: RequestCheck): string {
  return t(`doubt.${check.code}`, {
    n: check.n,
    where: check.requestNumber !== null ? t('doubt.request', { n: String(check.requestNumber) })
      : t('doubt.subscriber'),
  })
}

/** What is suspicious, each with a link to what it repeats. */
function Checks(props: { readonly checks: readonly RequestCheck[] }): VNode {
  if (props.checks.length === 0) {
    return html`<span class="tag ok"><${Icon} name="check" size=${14} />${t('doubt.none')}</span>`
  }
  return html`<ul class="checks">${props.checks.map((check, at) => {
    const href = check.requestId !== null ? `/desk/requests/${check.requestId}`
      : check.subscriberId !== null ? `/desk/subscribers/${check.subscriberId}` : undefined
    return html`<li key=${at}><${Icon} name="alert" size=${15} /><span>${checkText(check)}${
      href !== undefined && html` <a href=${href}>${t('doubt.open')}</a>`}</span></li>`
  })}</ul>`
}

function Notes(props: { readonly request: RequestReply }): VNode | null {
  const { notes } = props.request
  if (notes.length === 0) return null
  return html`<ul class="desk-notes" aria-label=${t('queue.notes')}>${notes.map((note) => html`<li
    key=${note.id}><p class="caption">${note.author} · ${moment(note.at)}</p>
    <p class="pre">${note.text}</p></li>`)}</ul>`
}

function Decided(props: { readonly request: RequestReply }): VNode | null {
  const { decided, state } = props.request
  if (decided === null) return null
  return html`<${Facts} rows=${[
    [t(state === 'confirmed' ? 'queue.confirmedBy' : 'queue.rejectedBy'),
      t('queue.byAt', { by: decided.by, at: moment(decided.at) })],
    [t('queue.reason'), decided.reason],
    [t('queue.became'), decided.subscriberId !== null && html`<a
      href=${`/desk/subscribers/${decided.subscriberId}`}>${t('queue.card')}</a>`],
  ]} />`
}

function About(props: { readonly request: RequestReply }): VNode {
  const { request } = props
  return html`<div class="request-about"><div class="request-head"><div>
      <${PanelTitle} title=${request.name}>${request.name}<//>
      <p class="small soft">${t('queue.number', { n: String(request.number),
        at: moment(request.createdAt), ago: ago(request.createdAt) })}</p></div>
      <${StateTag} row=${request} /></div>
    <${Facts} rows=${[
      [t('queue.phone'), html`<span class="num">${formatPhone(request.phone)}</span> <a
        href=${`tel:${request.phone}`}>${t('queue.call')}</a>`],
      ['E-mail', html`<a href=${`mailto:${request.email}`}>${request.email}</a>`],
      [t('queue.wish'), wishText(request.wish)],
      [t('queue.comment'), request.comment],
      [t('queue.from'), request.referralCode !== ''
        && t('queue.referral', { code: request.referralCode })],
      [t('queue.address'), request.address],
      [t('queue.check'), html`<${Checks} checks=${request.checks} />`],
    ]} /></div>`
}

function Colleague(props: { readonly request: RequestReply }): VNode | null {
  const { claim, decided } = props.request
  if (claim === null || claim.mine || decided !== null) return null
  return html`<${Strip} kind="plain" title=${t('queue.taken', { name: claim.name })}
    text=${t('queue.takenText', { since: moment(claim.since), until: moment(claim.until) })} />`
}

function Changed(props: { readonly fault: unknown; readonly onReload: () => void }): VNode | null {
  const { fault } = props
  if (!(fault instanceof ApiProblem)) return null
  const stale = fault.code === 'request_changed' || fault.code === 'request_claimed'
  return html`<${Strip} kind=${stale ? 'warn' : 'bad'} alert=${true} text=${problemText(fault)}
    action=${stale && html`<${Button} small=${true}
      onClick=${props.onReload}>${t('desk.showNew')}<//>`} />`
}

/** The panel of one request. */
export function RequestPanel(props: {
  readonly id: string; readonly onChanged: () => void; readonly onLeave: () => void
  readonly onDone: () => void
}): VNode {
  const opened = useRequest(props.id, props.onChanged)
  const [fault, setFault] = useState<unknown>(undefined)
  const request = opened.value
  const taken = (reply: RequestReply): void => {
    opened.touch()
    setFault(undefined)
    opened.set(reply)
    props.onChanged()
  }
  const leave = async (): Promise<void> => {
    opened.touch() // it is given back here, not once more when the panel goes
    await deskApi.release(props.id).catch(setFault)
    props.onChanged()
    props.onLeave()
  }
  return html`<section class="card request" aria-label=${request?.name ?? t('menu.requests')}>
    ${phone.value && html`<${Back} href="/desk" text=${t('menu.requests')} />`}
    <${Status} of=${opened} rows=${4} />
    ${request !== undefined && html`<div><${About} request=${request} />
      <${Colleague} request=${request} />
      <${Changed} fault=${fault} onReload=${() => {
        setFault(undefined)
        void opened.reload()
      }} />
      <${Decided} request=${request} /><${Notes} request=${request} />
      <${RequestForm} request=${request} onReply=${taken} onFault=${setFault}
        onRelease=${() => void leave()} /></div>`}</section>`
}
