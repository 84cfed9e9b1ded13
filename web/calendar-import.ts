/**
 * Taking days from an iCalendar file: chosen, read on the server, looked at, and only then taken.
 */
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { CalendarImportReply, DayReply } from '../src/api/schema-rules.ts'
import { problemText } from './api.ts'
import { rulesApi } from './api-rules.ts'
import { Below, Button, Select } from './controls.ts'
import { Dialog } from './dialog.ts'
import { dayKinds } from './editor-kinds.ts'
import { capital, formatDate } from './format.ts'
import { html } from './html.ts'
import { maySave, noteFault } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

/** The server takes no more; measured before the file is sent. */
const maxBytes = 1_048_576

interface Found {
  readonly text: string
  readonly reply: CalendarImportReply
}

function Look(props: {
  readonly found: Found; readonly onClose: () => void; readonly onDone: () => void
}): VNode {
  const { text, reply: { days, skipped } } = props.found
  const [kind, setKind] = useState<DayReply['kind']>('holiday')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const replaced = days.filter((day) => day.own).length
  const take = async (): Promise<void> => {
    setBusy(true)
    try {
      await rulesApi.importDays(text, kind, true)
      showToast({ text: t('import.done', { n: days.length }) })
      props.onDone()
      props.onClose()
    } catch (problem) {
      noteFault(problem)
      setFault(problemText(problem))
    }
    setBusy(false)
  }
  return html`<${Dialog} label=${t('import.title')} onClose=${props.onClose}>
    <h2>${t('import.title')}</h2>
    <p>${days.length === 0 ? t('import.none') : t('import.found', { n: days.length })}${
      skipped > 0 && html` ${' '}${t('import.skipped', { n: skipped })}`}${
      replaced > 0 && html` ${' '}${t('import.replaced', { n: replaced })}`}</p>
    ${days.length > 0 && html`<ul class="import-days" tabIndex=${0} aria-label=${t('import.title')}>${
      days.map((day) => html`<li key=${day.date}><span class="num">${
        formatDate(day.date, 'dayYear')}</span>
      <span class="soft">${day.name}</span></li>`)}</ul>`}
    ${days.length > 0 && html`<${Select} label=${t('import.kind')} value=${kind}
      options=${dayKinds.map((each) => ({ value: each, text: capital(t(`day.kind.${each}`)) }))}
      onChange=${(value: DayReply['kind']) => setKind(value)} />`}
    ${fault !== undefined && html`<${Below} fault=${true} text=${fault} />`}
    <div class="dialog-actions">${days.length > 0 && html`<${Button} kind="primary"
      disabled=${!maySave.value} busy=${busy ? t('common.saving') : undefined}
      onClick=${() => void take()}>${t('import.take', { n: days.length })}<//>`}
      <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div><//>`
}

/** The button and, once a file was read, its dialog. `onDone` runs when days were taken. */
export function CalendarImport(props: { readonly onDone: () => void }): VNode {
  const input = useRef<HTMLInputElement>(null)
  const [found, setFound] = useState<Found | undefined>(undefined)
  const read = async (): Promise<void> => {
    const file = input.current?.files?.[0]
    if (file === undefined) return
    try {
      if (file.size > maxBytes) throw new RangeError(t('import.tooLarge'))
      const text = await file.text()
      setFound({ text, reply: await rulesApi.importDays(text, 'holiday', false) })
    } catch (fault) {
      noteFault(fault)
      showToast({ text: fault instanceof RangeError ? fault.message : problemText(fault), bad: true })
    }
    // The same file may be chosen again after it was changed.
    if (input.current !== null) input.current.value = ''
  }
  return html`<div class="import"><input ref=${input} type="file" accept=".ics,text/calendar"
    class="visually-hidden" tabIndex=${-1} aria-label=${t('import.choose')}
    onChange=${() => void read()} />
    <${Button} kind="primary" icon="upload" disabled=${!maySave.value}
      onClick=${() => input.current?.click()}>${t('import.choose')}<//>
    ${found !== undefined && html`<${Look} found=${found} onClose=${() => setFound(undefined)}
      onDone=${props.onDone} />`}</div>`
}
