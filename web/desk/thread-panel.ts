/**
 * One thread of the support: what was written, notes for colleagues among it, the answer with
 * files, whose it is and whether it is done.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { supportFileBounds } from './file-bounds.ts'
import type { DeskMessage, DeskThread, SupportFile } from '../../src/api/schema-talk.ts'
import { problemText } from '../api.ts'
import { Button, Segmented, Strip } from '../controls.ts'
import { phone } from '../device.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { fileHref, talkApi } from './api-talk.ts'
import { useDeed, useLoaded } from './loaded.ts'
import type { Loaded } from './loaded.ts'
import { threadTitle } from './page-support.ts'
import { Area, Back, PanelTitle, Status } from './parts.ts'
import { loadHome, maySave, supportChanged } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'

function Files(props: { readonly files: readonly SupportFile[] }): VNode | null {
  if (props.files.length === 0) return null
  return html`<ul class="file-chips">${props.files.map((file) => html`<li key=${file.id}>${file.gone
    ? html`<span class="soft">${t('inbox.gone', { name: file.name })}</span>`
    : html`<a href=${fileHref(file.id)} download=""><${Icon} name="download" size=${15} />${
      file.name}</a>`}</li>`)}</ul>`
}

function Message(props: { readonly of: DeskMessage; readonly asker: string }): VNode {
  const { of } = props
  const ours = of.author === 'support' || of.author === 'note'
  const who = of.author === 'note' ? t('inbox.noteBy', { by: of.by })
    : of.author === 'support' ? of.by || t('inbox.us') : props.asker
  return html`<li class=${`message ${of.author === 'note' ? 'note-message' : ours ? 'ours' : ''}`}>
    <p class="caption">${who} · ${moment(of.at)}</p><p class="pre">${of.text}</p>
    <${Files} files=${of.files} /></li>`
}

type Mode = 'answer' | 'note'

function useFiles() {
  const [files, setFiles] = useState<readonly SupportFile[]>([])
  const deed = useDeed()
  const add = async (event: Event): Promise<void> => {
    const input = event.currentTarget as HTMLInputElement
    const chosen = [...input.files ?? []].slice(0, supportFileBounds.most - files.length)
    input.value = ''
    if (chosen.some((file) => file.size > supportFileBounds.maxBytes)) {
      showToast({ text: t('inbox.tooBig'), bad: true })
      return
    }
    await deed.run(async () => {
      for (const file of chosen) {
        const kept = await talkApi.upload(file)
        setFiles((before) => [...before, kept])
      }
    })
  }
  return { files, setFiles, deed, add }
}

function Attach(props: ReturnType<typeof useFiles>): VNode {
  const { files, setFiles, deed, add } = props
  return html`<div class="attach"><label class="button default small"><${Icon} name="upload"
      size=${16} /><span>${deed.busy ? t('inbox.uploading') : t('inbox.attach')}</span><input
      type="file" multiple class="visually-hidden" accept=".png,.jpg,.jpeg,.pdf,.txt,.wav"
      disabled=${files.length >= supportFileBounds.most} onChange=${add} /></label>
    ${deed.fault !== undefined && html`<span class="below bad">${problemText(deed.fault)}</span>`}
    <ul class="file-chips">${files.map((file) => html`<li key=${file.id}>${file.name}<${Button}
      small=${true} kind="quiet" icon="close" label=${t('inbox.detach', { name: file.name })}
      onClick=${() => setFiles(files.filter((one) => one !== file))} /></li>`)}</ul></div>`
}

function Reply(props: { readonly thread: DeskThread; readonly onThread: (thread: DeskThread) =>
  void }): VNode {
  const { thread } = props
  const [mode, setMode] = useState<Mode>('answer')
  const [text, setText] = useState('')
  const attached = useFiles()
  const deed = useDeed()
  const send = async (): Promise<void> => {
    if (text.trim() === '' || attached.deed.busy) return
    const done = await deed.run(async () => props.onThread(mode === 'note'
      ? await talkApi.note(thread.id, text.trim())
      : await talkApi.answer(thread.id, text.trim(), attached.files.map((file) => file.id))))
    if (!done) return
    setText('')
    attached.setFiles([])
    showToast({ text: t(mode === 'note' ? 'inbox.noted' : 'inbox.answered') })
    void loadHome()
  }
  const hint = mode === 'note' ? t('inbox.noteHint')
    : thread.live ? t('inbox.liveHint')
      : thread.asker.email === '' ? t('inbox.noMail') : t('inbox.mailHint', {
        email: thread.asker.email })
  return html`<div class="thread-reply" ...${unsaved(text.trim() !== '')}><${Segmented}
      label=${t('inbox.mode')} value=${mode} onChange=${setMode}
      options=${[{ value: 'answer', text: t('inbox.answer') }, { value: 'note',
        text: t('inbox.note') }]} />
    <${Area} label=${t(mode === 'note' ? 'inbox.note' : 'inbox.answer')} hidden=${true}
      value=${text}
      rows=${4} maxLength=${4000} onInput=${setText} onSend=${() => void send()} hint=${hint}
      fault=${deed.fault === undefined ? undefined : problemText(deed.fault)} />
    <div class="form-actions"><${Button} kind="primary"
      disabled=${text.trim() === '' || !maySave.value}
      busy=${deed.busy ? t('inbox.sending') : undefined} onClick=${() => void send()}>${
        t(mode === 'note' ? 'queue.addNote' : 'inbox.send')}<//>
      ${mode === 'answer' && html`<${Attach} ...${attached} />`}</div></div>`
}

function Asker(props: { readonly thread: DeskThread }): VNode {
  const { asker } = props.thread
  return html`<p class="small soft">${asker.kind === 'subscriber' ? html`<a
      href=${`/desk/subscribers/${asker.subscriberId}`}>${asker.name}</a>` : html`<span>${
      t('inbox.visitorName', { name: asker.name })}</span>`}
    ${asker.kind === 'subscriber' && asker.number !== '' && ` · ${formatPhone(asker.number)}`}
    ${asker.email !== '' && html` · <a href=${`mailto:${asker.email}`}>${asker.email}</a>`}
    ${props.thread.callId !== null && html` · <a href=${`/desk/live/${props.thread.callId}`}>${
      t('inbox.call')}</a>`}</p>`
}

function Deeds(props: { readonly thread: DeskThread; readonly loaded: Loaded<DeskThread>
  readonly onChanged: () => void
}): VNode {
  const { thread, loaded } = props
  const deed = useDeed()
  const act = (work: () => Promise<DeskThread>): void => {
    void deed.run(async () => {
      loaded.set(await work())
      props.onChanged()
      void loadHome()
    })
  }
  const mine = thread.assignedTo?.mine === true
  return html`<div class="call-tools"><${Button} small=${true}
    disabled=${deed.busy || !maySave.value}
      onClick=${() => act(() => talkApi.assign(thread.id, mine ? 'nobody' : 'me'))}>${
        t(mine ? 'inbox.giveBack' : 'inbox.take')}<//>
    <${Button} small=${true} disabled=${deed.busy || !maySave.value}
      onClick=${() => act(() => talkApi.state(thread.id,
        thread.state === 'closed' ? 'waiting' : 'closed'))}>${
        t(thread.state === 'closed' ? 'inbox.reopen' : 'inbox.close')}<//>
    ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${problemText(deed.fault)} />`}</div>`
}

/** The panel. */
export function ThreadPanel(props: { readonly id: string; readonly onChanged: () => void }): VNode {
  const loaded = useLoaded(props.id, () => talkApi.thread(props.id))
  const grown = supportChanged.value
  useEffect(() => { if (grown > 0) void loaded.reload() }, [grown])
  const thread = loaded.value
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => { // the newest stands at the end: that is what one came for
    const box = end.current?.parentElement
    if (box !== null && box !== undefined) box.scrollTop = box.scrollHeight
  }, [thread?.messages.length])
  const taken = (next: DeskThread): void => {
    loaded.set(next)
    props.onChanged()
  }
  return html`<section class="card thread-panel"
    aria-label=${thread === undefined ? t('menu.support')
    : threadTitle(thread)}>
    ${phone.value && html`<${Back} href="/desk/support" text=${t('menu.support')} />`}
    <${Status} of=${loaded} />
    ${thread !== undefined && html`<div><div
      class="call-head"><div><${PanelTitle}>${threadTitle(thread)}<//>
        <${Asker} thread=${thread} /></div>
        <${Deeds} thread=${thread} loaded=${loaded} onChanged=${props.onChanged} /></div>
      <div class="thread-scroll" tabindex="0" role="log" aria-label=${t('inbox.messages')}><ul
        class="messages">${thread.messages.map((message) => html`<${Message} key=${message.id}
          of=${message} asker=${thread.asker.name} />`)}</ul><div ref=${end}></div></div>
      <${Reply} key=${thread.id} thread=${thread} onThread=${taken} /></div>`}</section>`
}
