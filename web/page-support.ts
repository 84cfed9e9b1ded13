/**
 * «Поддержка»: a request with the last call attached by choice, the threads with their answers, the
 * telephone. And «Вопрос ONLINE», the same as a sheet at the side, which the top bar opens.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SupportThread } from '../src/api/schema-talk.ts'
import { callsApi } from './api-calls.ts'
import { problemText } from './api.ts'
import type { Call } from './api.ts'
import { talkApi } from './api-talk.ts'
import { Below, Button, Field, Skeleton, Strip } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { place, unsaved } from './router.ts'
import { momentOf } from './settings-sessions.ts'
import { maySave, noteFault, supportChanged } from './state.ts'
import { FilePicker, useFiles } from './support-files.ts'
import type { Files } from './support-files.ts'
import {
  loadSupport, Messages, Reply, support, supportFault, TextArea, useSeen,
} from './support-thread.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-account-ru.ts'
import './text-talk-ru.ts'

/** The call that may be attached: the one in the address, else the last one. */
function useCall(): { readonly call: Call | undefined; readonly asked: boolean } {
  const [call, setCall] = useState<Call | undefined>(undefined)
  const wanted = place.value.query.get('call') ?? ''
  const asked = /^[0-9a-f]{32}$/.test(wanted)
  useEffect(() => {
    const work = asked ? callsApi.call(wanted)
      : callsApi.calls({ limit: 1 }).then(({ calls }) => calls[0])
    work.then(setCall, noteFault) // without a call the form works as well
  }, [wanted])
  return { call, asked }
}

function callTitle(call: Call): string {
  const who = call.known?.name || call.callerName || formatPhone(call.anonymous ? '' : call.caller)
  return t('support.callTitle', { who, at: momentOf(call.startedAt) })
}

interface Draft {
  readonly subject: string
  readonly text: string
  readonly attach: boolean
  readonly files: Files
}

/** Sends the draft; what is wrong stands at the text, which stays as it is. */
function useRequest(draft: Draft, call: Call | undefined, onSent: () => void) {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const send = async (event?: Event): Promise<void> => {
    event?.preventDefault()
    if (busy || draft.files.busy || !maySave.value) return
    if (draft.text.trim() === '') return setFault(t('support.empty'))
    setBusy(true)
    setFault(undefined)
    try {
      const callId = draft.attach ? call?.id ?? null : null
      await talkApi.begin({ kind: 'request', subject: draft.subject.trim(),
        text: draft.text.trim(), callId, files: draft.files.ids })
      onSent()
      showToast({ text: t('support.sent') })
      await loadSupport()
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  return { busy, fault, send }
}

function Form(): VNode {
  const { call, asked } = useCall()
  const [subject, setSubject] = useState('')
  const [text, setText] = useState('')
  const [attach, setAttach] = useState(asked)
  const files = useFiles()
  const { busy, fault, send } = useRequest({ subject, text, attach, files }, call, () => {
    setSubject('')
    setText('')
    setAttach(false)
    files.clear()
  })
  const dirty = subject.trim() !== '' || text.trim() !== '' || files.list.length > 0
  return html`<form class="card support-form" onSubmit=${send}
    ...${unsaved(dirty)}><h2>${t('support.new')}</h2>
    <${Field} label=${t('support.subject')} value=${subject} maxLength=${120} onInput=${setSubject}
      placeholder=${t('support.subjectExample')} />
    <${TextArea} label=${t('support.text')} value=${text} rows=${5}
      placeholder=${t('support.textExample')}
      fault=${fault} onInput=${setText} onSend=${() => void send()} />
    <label class="check"><input type="checkbox" checked=${attach && call !== undefined}
      disabled=${call === undefined}
        onChange=${() => setAttach(!attach)} /><span>${call === undefined
        ? t('support.noCall') : t(asked ? 'support.attachThis' : 'support.attachLast',
          { call: callTitle(call) })}</span></label>
    ${attach && html`<p class="below">${t('support.attachText')}</p>`}
    <${FilePicker} files=${files} />
    <div class="form-actions"><${Button} kind="primary" type="submit" disabled=${!maySave.value}
      busy=${busy ? t('support.sending') : undefined}>${t('support.send')}<//></div></form>`
}

function Thread(props: {
  readonly thread: SupportThread; readonly open: boolean; readonly onToggle: () => void
}): VNode {
  const { thread, open } = props
  const first = thread.messages[0]?.text ?? ''
  const title = thread.subject === '' ? first.split('\n')[0] ?? '' : thread.subject
  const look = thread.state === 'answered' ? 'tag ok'
    : thread.state === 'closed' ? 'tag' : 'tag warn'
  useSeen(open ? thread : undefined)
  return html`<li class=${open ? 'thread open' : 'thread'}><button type="button"
    class="plain thread-head"
      aria-expanded=${String(open)} onClick=${props.onToggle}><span class="thread-title"
        title=${title}>${title}</span>
      <span class=${look}>${t(thread.unread ? 'support.unread'
        : `support.state.${thread.state}`)}</span>
      <span class="small soft thread-when">${momentOf(thread.changedAt)}</span><${Icon}
        name=${open ? 'up' : 'down'} /></button>
    ${open && html`<div class="thread-body"><${Messages} thread=${thread} />
      <${Reply} label=${t('support.answer')} action=${t('support.write')}
        placeholder=${t('support.answerExample')}
        withFiles=${true} send=${(text: string, files: readonly string[]) =>
          talkApi.write(thread.id, text, files)} /></div>`}</li>`
}

function Threads(): VNode {
  // A letter leads to its thread.
  const [open, setOpen] = useState<string | undefined>(place.value.query.get('open') ?? undefined)
  const loaded = support.value
  if (loaded === undefined) {
    return supportFault.value === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: supportFault.value })}
        alert=${true}
        action=${html`<${Button} small=${true}
          onClick=${() => void loadSupport()}>${t('common.retry')}<//>`} />`
  }
  return html`<section><h2 class="threads-title">${t('support.threads')}</h2>
    ${loaded.threads.length === 0 ? html`<p class="soft">${t('support.noThreads')}</p>`
      : html`<ul class="card threads">${loaded.threads.map((thread) => html`<${Thread}
        key=${thread.id}
        thread=${thread} open=${open === thread.id}
        onToggle=${() => setOpen(open === thread.id ? undefined : thread.id)} />`)}</ul>`}
    </section>`
}

/** Telephone and address of those who help, where the operator named them. */
function Contacts(): VNode | null {
  const { phone = '', email = '' } = support.value ?? {}
  if (phone === '' && email === '') return null
  return html`<p class="contacts">${phone !== '' && html`<a class="num"
    href=${`tel:${phone}`}><${Icon} name="call"
      size=${16} />${formatPhone(phone)}</a>`}
    ${email !== '' && html`<a href=${`mailto:${email}`}>${email}</a>`}</p>`
}

function useSupport(): void {
  const grown = supportChanged.value
  useEffect(() => { void loadSupport() }, [grown])
}

/** The page. */
export function Support(): VNode {
  useSupport()
  document.title = `${t('nav.support')} · ${t('app.name')}`
  return html`<div class="page support"><div class="page-head"><div><h1>${t('nav.support')}</h1>
      <p>${t('support.lead')}</p></div><${Contacts} /></div>
    <div class="support-columns"><${Form} /><${Threads} /></div></div>`
}

/** The same thread as a sheet over any page: the question that is still open, or a new one. */
export function QuestionSheet(props: { readonly onClose: () => void }): VNode {
  useSupport()
  const thread = support.value?.threads.find((each) => each.kind === 'question'
    && each.state !== 'closed')
  useSeen(thread)
  const send = (text: string): Promise<unknown> => thread === undefined
    ? talkApi.begin({ kind: 'question', subject: '', text, callId: null, files: [] })
      : talkApi.write(thread.id, text, [])
  const waits = thread?.state === 'new' || thread?.state === 'waiting'
  return html`<${Dialog} sheet=${isPhone.value} label=${t('nav.question')} onClose=${props.onClose}>
    <div class="question"><div class="question-head"><h2>${t('nav.question')}</h2><${Button}
      kind="quiet" icon="close"
      label=${t('common.close')} onClick=${props.onClose} /></div>
      <p class="soft">${t('support.questionLead')} <${Contacts} /></p>
      <div class="question-talk" role="log" aria-label=${t('support.talk')}>${thread !== undefined
        && html`<${Messages} thread=${thread} />`}
        ${waits && html`<p class="caption"
          role="status">${t('support.waiting')}</p>`}</div>
      ${support.value?.staffOnline === false && html`<p class="caption">${t('ask.away')}</p>`}
      ${supportFault.value !== undefined && html`<${Below} fault=${true}
        text=${supportFault.value} />`}
      <${Reply} label=${t('support.question')} action=${t('support.ask')} rows=${3}
        autofocus=${true}
        placeholder=${t('support.questionExample')} send=${send} /></div><//>`
}
