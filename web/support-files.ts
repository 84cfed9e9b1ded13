/**
 * Files of a message: chosen, uploaded at once so that what is wrong shows before the message is
 * sent, listed, taken out again. And files of messages that were sent, as downloads.
 */
import type { VNode } from 'preact'
import { useId, useState } from 'preact/hooks'
import type { SupportFile } from '../src/api/schema-talk.ts'
import { problemText } from './api.ts'
import { fileHref, talkApi } from './api-talk.ts'
import { Below, Button } from './controls.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import './text-talk-ru.ts'

const most = 5
const mostBytes = 5 * 1024 * 1024
const accepted = '.png,.jpg,.jpeg,.pdf,.txt,.wav'

export interface Files {
  readonly list: readonly SupportFile[]
  readonly ids: readonly string[]
  readonly fault: string | undefined
  readonly busy: boolean
  readonly add: (chosen: readonly File[]) => Promise<void>
  readonly remove: (id: string) => void
  readonly clear: () => void
}

/** The files of a message that is being written. */
export function useFiles(): Files {
  const [list, setList] = useState<readonly SupportFile[]>([])
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [busy, setBusy] = useState(false)
  const add = async (chosen: readonly File[]): Promise<void> => {
    setFault(undefined)
    setBusy(true)
    let room = most - list.length
    for (const file of chosen) {
      if (room === 0) {
        setFault(t('files.many', { n: most }))
        break
      }
      if (file.size > mostBytes) {
        setFault(t('files.big', { name: file.name }))
        continue
      }
      try {
        const made = await talkApi.upload(file)
        room -= 1
        setList((now) => [...now, made])
      } catch (problem) {
        noteFault(problem)
        setFault(problemText(problem))
      }
    }
    setBusy(false)
  }
  return {
    list, ids: list.map(({ id }) => id), fault, busy, add,
    remove: (id) => setList((now) => now.filter((one) => one.id !== id)),
    clear: () => setList([]),
  }
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? t('files.kilobytes', { n: Math.max(1, Math.round(bytes / 1024)) })
    : t('files.megabytes', { n: Math.round(bytes / 104_857.6) / 10 })
}

/** The button and what was chosen. */
export function FilePicker(props: { readonly files: Files }): VNode {
  const { list, fault, busy, add, remove } = props.files
  const id = useId()
  const onChange = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement
    void add([...input.files ?? []]).then(() => { input.value = '' })
  }
  return html`<div class="files">
    ${list.length > 0 && html`<ul>${list.map((one) => html`<li key=${one.id}><span
      class="file-name">${one.name}</span> <span class="soft small">${size(one.bytes)}</span><${Button}
      kind="quiet" icon="close" label=${t('files.remove', { name: one.name })}
      onClick=${() => remove(one.id)} /></li>`)}</ul>`}
    <label class="file-pick" for=${id}><${Icon} name="upload" size=${16} /><span>${
      t(busy ? 'files.busy' : 'files.add')}</span></label><input id=${id} type="file" multiple
      class="visually-hidden" accept=${accepted} 
      disabled=${busy || !maySave.value || list.length >= most}
      onChange=${onChange} aria-describedby=${`${id}-below`} />
    <${Below} id=${`${id}-below`} fault=${fault !== undefined}
      text=${fault ?? t('files.hint', { n: most })} /></div>`
}

/** The files of a message that was sent. */
export function SentFiles(props: { readonly files: readonly SupportFile[] }): VNode | null {
  if (props.files.length === 0) return null
  return html`<ul class="files sent">${props.files.map((one) => html`<li key=${one.id}>${
    one.gone ? html`<span class="soft">${t('files.gone', { name: one.name })}</span>`
      : html`<a href=${fileHref(one.id)} download><${Icon} name="download" size=${16} />${one.name}</a>
        <span class="soft small">${size(one.bytes)}</span>`}</li>`)}</ul>`
}
