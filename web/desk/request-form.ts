/**
 * What a manager does with a request: number, tariff and login of the new subscriber, a note, and
 * the ways on: confirmed, not reached, documents awaited, rejected, left to colleagues.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { RequestReply } from '../../src/api/schema-people.ts'
import { ApiProblem, problemText } from '../api.ts'
import { Button, Field, Select } from '../controls.ts'
import { formatPhone, money, timeOf } from '../format.ts'
import { html } from '../html.ts'
import { unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { deskApi } from './api.ts'
import { useDeed, useLoaded } from './loaded.ts'
import type { Deed } from './loaded.ts'
import { Area } from './parts.ts'
import { ReasonDialog } from './reason.ts'
import { loadHome, maySave, zone } from './state.ts'
import { t } from './words.ts'

interface FormProps {
  readonly request: RequestReply
  readonly onReply: (reply: RequestReply) => void
  readonly onFault: (fault: unknown) => void
  readonly onRelease: () => void
}

/** Free numbers that fit the wish, for the choice; the kept one stands first. */
function useFree(request: RequestReply, isMine: boolean) {
  const wish = request.wish.replace('+', '')
  return useLoaded(isMine ? `free|${wish}` : '', async () => {
    const fitting = await deskApi.pool({ state: 'free', q: wish })
    return fitting.numbers.length > 0 || wish === '' ? fitting
      : deskApi.pool({ state: 'free' }) // none is left as he wished: any other is better than none
  })
}

function NumberChoice(props: FormProps & {
  readonly chosen: string; readonly onChoose: (number: string) => void
}): VNode {
  const { request, chosen } = props
  const free = useFree(request, request.claim?.mine === true)
  const reserved = request.reserved
  const numbers = [...new Set([
    ...reserved === null ? [] : [reserved.number],
    ...(free.value?.numbers ?? []).map((each) => each.address),
  ])]
  if (numbers.length === 0) {
    return html`<p class="below bad">${t('queue.noNumbers')} <a href="/desk/numbers">${
      t('queue.addNumbers')}</a></p>`
  }
  const left = free.value?.counts.free
  return html`<div class="field"><${Select} label=${t('queue.give')} value=${chosen}
      onChange=${props.onChoose}
      options=${numbers.map((value) => ({ value, text: formatPhone(value) }))} />
    <p class="below">${reserved !== null && t('queue.reserved',
      { until: timeOf(reserved.until, zone) })} ${left !== undefined
      && t('queue.freeLeft', { n: left })}</p></div>`
}

interface Choice {
  readonly number: string
  readonly tariffId: string
  readonly login: string
  readonly note: string
}

type SetChoice = (patch: Partial<Choice>) => void

/** What is done, with the version of the request as it is then. */
type Work = (version: number) => Promise<RequestReply>

function faultOf(fault: unknown, field: string): string | undefined {
  return fault instanceof ApiProblem && fault.field === field ? problemText(fault) : undefined
}

function Fields(props: FormProps & {
  readonly choice: Choice; readonly set: SetChoice; readonly deed: Deed
}): VNode {
  const { request, choice, set, deed } = props
  const keep = async (number: string): Promise<void> => {
    set({ number })
    try {
      props.onReply(await deskApi.keepNumber(request.id, number))
    } catch (fault) {
      props.onFault(fault)
    }
  }
  const numberFault = faultOf(deed.fault, 'number')
  return html`<div class="request-fields">
    <${NumberChoice} ...${props} chosen=${choice.number}
      onChoose=${(number: string) => void keep(number)} />
    ${numberFault !== undefined && html`<p class="below bad">${numberFault}</p>`}
    <${Select} label=${t('queue.tariff')} value=${choice.tariffId}
      onChange=${(tariffId: string) => set({ tariffId })}
      options=${request.tariffs.map((tariff) => ({ value: tariff.id,
        text: t('queue.tariffLine', { name: tariff.name,
          price: money(tariff.monthlyKopecks) }) }))} />
    <${Field} label=${t('queue.login')} value=${choice.login} maxLength=${64}
      onInput=${(login: string) => set({ login })} fault=${faultOf(deed.fault, 'login')} /></div>`
}

/** A note of its own, for colleagues; kept with whatever is done next. */
function NoteField(props: FormProps & { readonly note: string; readonly onNote: (text: string) =>
  void }): VNode {
  const deed = useDeed()
  const add = async (): Promise<void> => {
    if (props.note.trim() === '') return
    const done = await deed.run(async () =>
      props.onReply(await deskApi.noteRequest(props.request.id, props.note.trim())))
    if (done) props.onNote('')
    else props.onFault(deed.fault)
  }
  return html`<div class="field"><${Area} label=${t('queue.note')} value=${props.note} rows=${2}
      placeholder=${t('queue.noteExample')} onInput=${props.onNote} onSend=${() => void add()} />
    ${props.note.trim() !== '' && html`<div><${Button} small=${true}
      busy=${deed.busy ? t('common.saving') : undefined}
      disabled=${!maySave.value}
        onClick=${() => void add()}>${t('queue.addNote')}<//></div>`}</div>`
}

function firstChoice(request: RequestReply): Choice {
  return {
    number: request.reserved?.number ?? '', tariffId: request.tariffs[0]?.id ?? '',
    login: request.proposedLogin, note: '',
  }
}

function Ways(props: FormProps & {
  readonly deed: Deed; readonly onConfirm: () => void; readonly barred: boolean
  readonly onAct: (work: Work, told: string) => void
}): VNode {
  const { request, deed } = props
  const [rejecting, setRejecting] = useState(false)
  const { id } = request
  return html`<div class="form-actions request-ways">
    <${Button} kind="primary" disabled=${!maySave.value || props.barred} onClick=${props.onConfirm}
      busy=${deed.busy ? t('queue.confirming') : undefined}>${t('queue.confirm')}<//>
    <${Button} disabled=${!maySave.value} onClick=${() =>
      props.onAct((version) => deskApi.missed(id, version), t('queue.missedDone'))}>${
        t('queue.missed')}<//>
    <${Button} kind="danger quiet" disabled=${!maySave.value}
      onClick=${() => setRejecting(true)}>${t('queue.reject')}<//>
    <button type="button" class="link" disabled=${!maySave.value} onClick=${() => props.onAct(
      (version) => deskApi.documents(id, version, !request.waitsDocuments),
      t(request.waitsDocuments ? 'queue.documentsOff' : 'queue.documentsOn'))}>${
      t(request.waitsDocuments ? 'queue.documentsCame' : 'queue.documentsWait')}</button>
    <button type="button" class="link" onClick=${props.onRelease}>${t('queue.release')}</button>
    ${rejecting && html`<${ReasonDialog} title=${t('queue.rejectTitle', { name: request.name })}
      text=${t('queue.rejectText')} action=${t('queue.reject')} maxLength=${500}
      busy=${t('queue.rejecting')} danger=${true} onClose=${() => setRejecting(false)}
      onDo=${async (reason: string) => {
        props.onReply(await deskApi.reject(id, request.version, reason))
        showToast({ text: t('queue.rejectDone', { name: request.name }) })
        void loadHome()
      }} />`}</div>`
}

/** The form; nothing for what is decided or a colleague's. */
export function RequestForm(props: FormProps): VNode | null {
  const { request } = props
  const deed = useDeed()
  const [choice, setChoice] = useState(() => firstChoice(request))
  const set: SetChoice = (patch) => setChoice((before) => ({ ...before, ...patch }))
  useEffect(() => { // the number comes with the claim, after the first answer
    const kept = request.reserved?.number
    if (kept !== undefined) set({ number: kept })
  }, [request.reserved?.number])
  const isMine = request.decided === null && request.claim?.mine === true
  const act = async (work: Work, told: string): Promise<boolean> => {
    const done = await deed.run(async () => {
      const note = choice.note.trim()
      const noted = note === '' ? request : await deskApi.noteRequest(request.id, note)
      if (note !== '') set({ note: '' })
      const reply = await work(noted.version).catch((fault: unknown) => {
        if (!(fault instanceof ApiProblem) || fault.field === undefined) props.onFault(fault)
        throw fault
      })
      props.onReply(reply)
      showToast({ text: told })
    })
    if (done) void loadHome()
    return done
  }
  const confirm = (): Promise<boolean> => act((version) => deskApi.confirm(request.id, {
    version, number: choice.number, tariffId: choice.tariffId,
    ...(choice.login.trim() === '' ? {} : { login: choice.login.trim() }),
  }), t('queue.confirmDone', { name: request.name }))
  const barred = choice.number === '' || choice.tariffId === ''
  return html`<div
    class="request-form" ...${unsaved(choice.note.trim() !== '', t('queue.noteLost'))}>
    ${isMine && html`<${Fields} ...${props} choice=${choice} set=${set} deed=${deed} />`}
    <${NoteField} ...${props} note=${choice.note}
      onNote=${(note: string) => set({ note })} />
    ${isMine && html`<div><${Ways} ...${props} deed=${deed} barred=${barred}
      onConfirm=${() => void confirm()}
        onAct=${(work: Work, told: string) => void act(work, told)} />
      <p class="below">${t('queue.after')}</p></div>`}</div>`
}
