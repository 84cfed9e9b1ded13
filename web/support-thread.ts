/**
 * One thread with the support as people write to each other, and the way to write on. «Поддержка»
 * shows all threads, «Вопрос ONLINE» one.
 */
import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import type { SupportReply, SupportThread } from '../src/api/schema-talk.ts'
import { problemText } from './api.ts'
import { talkApi } from './api-talk.ts'
import { Below, Button } from './controls.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { unsaved } from './router.ts'
import { momentOf } from './settings-sessions.ts'
import { maySave, noteFault } from './state.ts'
import { FilePicker, SentFiles, useFiles } from './support-files.ts'
import { t } from './text.ts'
import './text-account-ru.ts'
import './text-talk-ru.ts'

export const support = signal<SupportReply | undefined>(undefined)
/** Why it could not be loaded, in words. */
export const supportFault = signal<string | undefined>(undefined)

/** Loads all threads. Never throws. */
export async function loadSupport(): Promise<void> {
  try {
    support.value = await talkApi.support()
    supportFault.value = undefined
  } catch (fault) {
    noteFault(fault)
    supportFault.value = problemText(fault)
  }
}

/** Tells the server that this thread is on the screen: what is read here needs no letter. */
export function useSeen(thread: SupportThread | undefined): void {
  const wanted = thread?.unread === true && maySave.value ? thread.id : undefined
  const last = thread?.messages.at(-1)?.id
  useEffect(() => {
    if (wanted === undefined || document.visibilityState !== 'visible') return
    // Whether it was noted matters for letters alone.
    void talkApi.seen(wanted).then(loadSupport, noteFault)
  }, [wanted, last])
}

const maxText = 4000

/** Text of several lines with its label, and what is wrong with it below. */
export function TextArea(props: {
  readonly label: string; readonly value: string; readonly onInput: (value: string) => void
  readonly rows: number; readonly placeholder?: string; readonly hidden?: boolean
  readonly fault?: string | undefined; readonly autofocus?: boolean; readonly onSend: () => void
}): VNode {
  const id = useId()
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) props.onSend()
  }
  const onInput = (event: InputEvent): void =>
    props.onInput((event.currentTarget as HTMLTextAreaElement).value)
  return html`<div class="field"><label for=${id}
    class=${props.hidden === true ? 'visually-hidden' : undefined}>${props.label}</label>
    <textarea id=${id} rows=${props.rows} class=${props.fault === undefined ? 'area' : 'area bad'}
      maxLength=${maxText} placeholder=${props.placeholder} autoFocus=${props.autofocus}
      aria-invalid=${props.fault === undefined ? undefined : 'true'} value=${props.value}
      aria-describedby=${props.fault === undefined ? undefined : `${id}-below`}
      onKeyDown=${onKey} onInput=${onInput}></textarea>
    ${props.fault !== undefined && html`<${Below} id=${`${id}-below`} fault=${true}
      text=${props.fault} />`}</div>`
}

/** What has been written, oldest first. */
export function Messages(props: { readonly thread: SupportThread }): VNode {
  const { thread } = props
  return html`<ol class="letters">${thread.messages.map((one) => html`<li key=${one.id}
    class=${one.author === 'support' ? 'theirs' : 'mine'}>
    <p class="caption">${t(one.author === 'support' ? 'support.by.support'
      : 'support.by.subscriber')} · ${momentOf(one.at)}</p>
    <p class="letter-text">${one.text}</p><${SentFiles} files=${one.files} /></li>`)}
    ${thread.callId !== null && html`<li class="letter-call"><a
      href=${journalHref({ open: thread.callId })}>${t('support.call')}</a></li>`}</ol>`
}

/** The field below a thread, or for the first words of a new one. */
export function Reply(props: {
  readonly send: (text: string, files: readonly string[]) => Promise<unknown>
  readonly label: string; readonly action: string; readonly reload?: () => Promise<void>
  readonly placeholder?: string; readonly rows?: number; readonly autofocus?: boolean
  readonly withFiles?: boolean
}): VNode {
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const files = useFiles()
  const send = async (event?: Event): Promise<void> => {
    event?.preventDefault()
    if (busy || files.busy || !maySave.value) return
    if (text.trim() === '') return setFault(t('support.empty'))
    setBusy(true)
    setFault(undefined)
    try {
      await props.send(text.trim(), files.ids)
      setText('')
      files.clear()
      await (props.reload ?? loadSupport)()
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  return html`<form class="reply" onSubmit=${send} ...${unsaved(text.trim() !== '')}><${TextArea}
      label=${props.label} hidden=${true} value=${text}
      rows=${props.rows ?? 3} placeholder=${props.placeholder} fault=${fault}
        autofocus=${props.autofocus}
      onInput=${setText} onSend=${() => void send()} />
    ${props.withFiles === true && html`<${FilePicker} files=${files} />`}
    <div><${Button} type="submit" disabled=${!maySave.value}
      busy=${busy ? t('support.sending') : undefined}>${
      props.action}<//></div></form>`
}
