/**
 * «Вопрос ONLINE» without a log-in, at /ask: the first words with a name and perhaps an address,
 * then the conversation, which hears of answers at once. It stands in the frame of public pages.
 */
import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { AskReply } from '../src/api/schema-talk.ts'
import { problemText } from './api.ts'
import { talkApi } from './api-talk.ts'
import { Button, Field, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import { unsaved } from './router.ts'
import { Messages, Reply, TextArea } from './support-thread.ts'
import { t } from './text.ts'
import './text-account-ru.ts'
import './text-talk-ru.ts'

const known = signal<AskReply | undefined>(undefined)
const loadFault = signal<string | undefined>(undefined)

async function load(): Promise<void> {
  try {
    known.value = await talkApi.question()
    loadFault.value = undefined
  } catch (fault) {
    loadFault.value = problemText(fault)
  }
}

/** While there is a thread: its events, and the word that its answers are on the screen. */
function useThread(id: string | undefined, unread: boolean, last: string | undefined): void {
  useEffect(() => {
    if (id === undefined) return undefined
    const source = new EventSource('/api/ask/events')
    source.addEventListener('support', () => void load())
    // What was written before it was open was told to nobody.
    source.onopen = () => void load()
    return () => source.close()
  }, [id])
  useEffect(() => {
    if (!unread || document.visibilityState !== 'visible') return
    void talkApi.questionSeen().then((reply) => { known.value = reply }, () => undefined)
  }, [unread, last])
}

function Form(props: { readonly reply: AskReply }): VNode {
  const { staffOnline } = props.reply
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const send = async (event?: Event): Promise<void> => {
    event?.preventDefault()
    if (busy) return
    const wrong = {
      ...(name.trim() === '' ? { name: t('ask.nameEmpty') } : {}),
      ...(email.trim() !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())
        ? { email: t('ask.emailBad') } : {}),
      ...(text.trim() === '' ? { text: t('support.empty') } : {}),
    }
    setFaults(wrong)
    if (Object.keys(wrong).length > 0) return
    setBusy(true)
    try {
      known.value = await talkApi.ask({ name: name.trim(), email: email.trim(), text: text.trim() })
    } catch (problem) {
      setFaults({ text: problemText(problem) })
    }
    setBusy(false)
  }
  return html`<form class="public-form" noValidate onSubmit=${send}
    ...${unsaved(text.trim() !== '')}>
    <p role="status">${t(staffOnline ? 'ask.online' : 'ask.awayMail')}</p>
    <${Field} label=${t('ask.name')} value=${name} autocomplete="name" maxLength=${120}
      fault=${faults['name']} onInput=${setName} />
    <${Field} label=${t('ask.email')} value=${email} type="email" inputMode="email"
      autocomplete="email" maxLength=${254} hint=${t('ask.emailHint')} fault=${faults['email']}
      onInput=${setEmail} />
    <${TextArea} label=${t('ask.question')} value=${text} rows=${5} placeholder=${t('ask.example')}
      fault=${faults['text']} onInput=${setText} onSend=${() => void send()} />
    <div><${Button} kind="primary" type="submit" busy=${busy ? t('support.sending') : undefined}>${
      t('ask.send')}<//></div>
    <p class="soft">${t('ask.subscriber')} <a href="/">${t('ask.enter')}</a></p></form>`
}

function Talk(props: { readonly reply: AskReply }): VNode {
  const { thread, askerEmail, staffOnline } = props.reply
  const waits = thread?.state === 'new' || thread?.state === 'waiting'
  return html`<div class="public-form"><div role="log" aria-label=${t('support.talk')}>${
      thread !== null && html`<${Messages} thread=${thread} />`}</div>
    ${waits && html`<p class="caption" role="status">${staffOnline ? '' : `${t('ask.away')} `}${
      askerEmail === '' ? t('ask.willStay') : t('ask.willMail', { email: askerEmail })}</p>`}
    <${Reply} label=${t('ask.more')} action=${t('ask.send')} rows=${3} reload=${load}
      send=${async (text: string) => { known.value = await talkApi.askMore(text) }} /></div>`
}

/** The page. */
export function Ask(): VNode {
  const reply = known.value
  useEffect(() => { void load() }, [])
  const thread = reply?.thread ?? undefined
  useThread(thread?.id, thread?.unread === true, thread?.messages.at(-1)?.id)
  document.title = `${t('nav.question')} · ${t('app.name')}`
  return html`<div class="ask"><div><h1>${t('nav.question')}</h1>
      <p class="soft">${t('ask.lead')}</p></div>
    ${loadFault.value !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: loadFault.value })}
      action=${html`<${Button} small=${true}
        onClick=${() => void load()}>${t('common.retry')}<//>`} />`}
    ${reply === undefined ? loadFault.value === undefined && html`<${Skeleton} />`
      : reply.thread === null ? html`<${Form} reply=${reply} />` : html`<${Talk} reply=${reply} />`}
    </div>`
}
