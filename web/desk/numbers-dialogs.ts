/**
 * The dialogs of the number pool: ranges brought in (first a trial run that changes nothing), and
 * another state for one number.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { PoolImportReply, PoolNumber } from '../../src/api/schema-people.ts'
import { problemText } from '../api.ts'
import { Button, Field, Select, Strip } from '../controls.ts'
import { Dialog } from '../dialog.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { deskApi } from './api.ts'
import { useDeed } from './loaded.ts'
import { Area } from './parts.ts'
import { loadHome, maySave } from './state.ts'
import { t } from './words.ts'

interface DialogProps {
  readonly onClose: () => void
  readonly onDone: () => void
}

function Trial(props: { readonly of: PoolImportReply }): VNode {
  const { fresh, known, bad } = props.of
  return html`<div class="trial"
    role="status"><p><strong>${t('pool.fresh', { n: fresh })}</strong>${
      known > 0 && ` · ${t('pool.known', { n: known })}`}</p>
    ${bad.length > 0 && html`<div><p class="below bad">${t('pool.bad', { n: bad.length })}</p>
      <ul class="bad-lines">${bad.map((line, at) => html`<li key=${at}><span
        class="mono">${line.text}</span> <span
          class="soft">${t(`pool.why.${line.why}`)}</span></li>`)
      }</ul></div>`}</div>`
}

/** Brings numbers in. */
export function ImportNumbers(props: DialogProps): VNode {
  const [text, setText] = useState('')
  const [note, setNote] = useState('')
  const [trial, setTrial] = useState<PoolImportReply | undefined>(undefined)
  const deed = useDeed()
  const change = (value: string): void => {
    setText(value)
    setTrial(undefined)
  }
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const dryRun = trial === undefined
    let reply: PoolImportReply | undefined
    const done = await deed.run(async () => {
      reply = await deskApi.importNumbers(text, dryRun, note.trim())
    })
    if (!done || reply === undefined) return
    if (dryRun) return setTrial(reply)
    showToast({ text: t('pool.imported', { n: reply.fresh }) })
    void loadHome()
    props.onDone()
    props.onClose()
  }
  const nothing = trial !== undefined && trial.fresh === 0
  const busy = t(trial === undefined ? 'pool.checking' : 'pool.importing')
  return html`<${Dialog} label=${t('pool.importTitle')} onClose=${props.onClose}>
    <form class="reason-form" onSubmit=${submit} ...${unsaved(text !== '')}>
      <h2>${t('pool.importTitle')}</h2><p class="soft">${t('pool.importText')}</p>
      ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
        text=${problemText(deed.fault)} />`}
      <${Area} label=${t('pool.ranges')} value=${text} onInput=${change} rows=${5} mono=${true}
        maxLength=${50_000} placeholder="+74996740000-+74996740999" />
      <${Field} label=${t('pool.note')} value=${note} onInput=${setNote} maxLength=${255}
        placeholder=${t('pool.noteExample')} />
      ${trial !== undefined && html`<${Trial} of=${trial} />`}
      <div class="dialog-actions"><${Button} kind="primary" type="submit"
        disabled=${text.trim() === '' || nothing || !maySave.value}
        busy=${deed.busy ? busy : undefined}>${trial === undefined ? t('pool.check')
          : t('pool.add', { n: trial.fresh })}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></form><//>`
}

type Settable = 'free' | 'reserved' | 'quarantine' | 'ported'

const settable: readonly Settable[] = ['free', 'reserved', 'quarantine', 'ported']

/** Sets the state of one number. */
export function NumberDialog(props: DialogProps & { readonly row: PoolNumber }): VNode {
  const { row } = props
  const [state, setState] = useState<Settable>(row.state === 'assigned' ? 'free' : row.state)
  const [days, setDays] = useState('')
  const [note, setNote] = useState(row.note)
  const deed = useDeed()
  const timed = state === 'reserved' || state === 'quarantine'
  const badDays = timed && days !== '' && !/^[1-9]\d{0,3}$/.test(days)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (badDays) return
    const done = await deed.run(() => deskApi.changeNumber(row.address, {
      state, days: timed && days !== '' ? Number(days) : null, note: note.trim(),
    }))
    if (!done) return
    showToast({ text: t('pool.saved', { number: formatPhone(row.address) }) })
    void loadHome()
    props.onDone()
    props.onClose()
  }
  return html`<${Dialog} label=${formatPhone(row.address)} onClose=${props.onClose}>
    <form class="reason-form" onSubmit=${submit}><h2 class="num">${formatPhone(row.address)}</h2>
      ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
        text=${problemText(deed.fault)} />`}
      <${Select} label=${t('pool.state')} value=${state} onChange=${setState}
        options=${settable.map((value) => ({ value, text: t(`pool.state.${value}`) }))} />
      ${timed && html`<${Field} label=${t('pool.days')} value=${days} onInput=${setDays}
        inputMode="numeric" hint=${t('pool.daysHint')}
        fault=${badDays ? t('pool.daysBad') : undefined} />`}
      <${Field} label=${t('pool.note')} value=${note} onInput=${setNote} maxLength=${255} />
      <div class="dialog-actions"><${Button} kind="primary" type="submit" disabled=${!maySave.value}
        busy=${deed.busy ? t('common.saving') : undefined}>${t('common.save')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></form><//>`
}
