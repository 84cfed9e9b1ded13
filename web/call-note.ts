/**
 * The subscriber's note on a call: shown, written, taken away, with undo.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { callsApi } from './api-calls.ts'
import { problemText } from './api.ts'
import type { Call } from './api.ts'
import { Below, Button } from './controls.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { unsaved } from './router.ts'
import { callsChanged, maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-calls-ru.ts'

const longest = 1000

async function save(call: Call, text: string, undo: boolean): Promise<boolean> {
  try {
    await callsApi.note(call.id, text)
    callsChanged.value += 1
    showToast({
      text: t(!undo ? 'undo.done' : text === '' ? 'note.removed' : 'note.saved'),
      undo: undo ? () => void save(call, call.note, false) : undefined,
    })
    return true
  } catch (fault) {
    noteFault(fault)
    showToast({ text: t('error.save', { reason: problemText(fault) }), bad: true })
    return false
  }
}

function NoteForm(props: { readonly call: Call; readonly onDone: () => void }): VNode {
  const { call, onDone } = props
  const [text, setText] = useState(call.note)
  const [before] = useState(call.note)
  const [busy, setBusy] = useState(false)
  const submit = async (): Promise<void> => {
    setBusy(true)
    const done = text.trim() === call.note || await save(call, text.trim(), true)
    setBusy(false)
    if (done) onDone()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onDone()
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit()
  }
  return html`<form class="note-form" ...${unsaved(text.trim() !== before)} onSubmit=${(event: Event) => {
    event.preventDefault()
    void submit()
  }}><textarea rows="3" maxLength=${longest} aria-label=${t('note.title')} value=${text}
      placeholder=${t('note.example')} onKeyDown=${onKeyDown} autoFocus=${true}
      ref=${(element: HTMLTextAreaElement | null) => { if (text === before) element?.focus() }}
      onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLTextAreaElement).value)}>
        </textarea>
    ${call.note !== before && call.note !== text && html`<${Below} fault=${false}
      text=${t('note.changed', { text: call.note })} />`}
    <div class="form-actions"><${Button} type="submit" small=${true} disabled=${!maySave.value}
      busy=${busy ? t('common.saving') : undefined}>${t('common.save')}<//>
      <${Button} kind="quiet" small=${true} onClick=${onDone}>${t('common.cancel')}<//></div>
        </form>`
}

/** The note. What is being typed stays when it is changed elsewhere; the form tells of that. */
export function CallNote(props: { readonly call: Call }): VNode {
  const { call } = props
  const [editing, setEditing] = useState(false)
  if (editing) return html`<${NoteForm} call=${call} onDone=${() => setEditing(false)} />`
  if (call.note === '') {
    return html`<button type="button" class="link note-add" onClick=${() => setEditing(true)}>
      <${Icon}
      name="pencil" size=${15} />${t('note.add')}</button>`
  }
  return html`<section class="note"><h2>${t('note.title')}</h2><p>${call.note}</p>
    <button type="button" class="link" onClick=${() => setEditing(true)}>${t('common.edit')}
      </button></section>`
}
