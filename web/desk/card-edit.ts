/**
 * The parts of a subscriber's card that are edited in place: his data, numbers, tariff, access and
 * the notes of colleagues.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskSubscriberCard } from '../../src/api/schema-desk.ts'
import { ApiProblem, newKey, problemText } from '../api.ts'
import { Button, Field, Select, Strip } from '../controls.ts'
import { Dialog } from '../dialog.ts'
import { formatPhone } from '../format.ts'
import { html } from '../html.ts'
import { unsaved } from '../router.ts'
import { showToast } from '../toast.ts'
import { peopleApi } from './api-people.ts'
import { deskApi } from './api.ts'
import { atOnce, useDeed, useLoaded } from './loaded.ts'
import type { CardProps } from './page-subscriber.ts'
import { Area, Facts, Part } from './parts.ts'
import { maySave } from './state.ts'
import { moment } from './when.ts'
import { t } from './words.ts'

/** Name, zone, lines at once; a newer version elsewhere is told and can be taken. */
export function CardData(props: CardProps): VNode {
  const { card } = props
  const [name, setName] = useState(card.name)
  const [zone, setZone] = useState(card.zone)
  const [lines, setLines] = useState(String(card.maxCalls))
  const deed = useDeed()
  const dirty = name !== card.name || zone !== card.zone || lines !== String(card.maxCalls)
  const stale = deed.fault instanceof ApiProblem && deed.fault.code === 'subscriber_changed'
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    await deed.run(async () => {
      const saved = await peopleApi.change(card.id, {
        version: card.version,
        ...(name === card.name ? {} : { name: name.trim() }),
        ...(zone === card.zone ? {} : { zone: zone.trim() }),
        ...(lines === String(card.maxCalls) ? {} : { maxCalls: Number(lines) }),
      })
      props.onCard(saved)
      showToast({ text: t('sub.saved') })
    })
  }
  return html`<${Part} title=${t('sub.data')}><form class="part-form" onSubmit=${save}
    ...${unsaved(dirty)}>
    ${deed.fault !== undefined && html`<${Strip} kind=${stale ? 'warn' : 'bad'} alert=${true}
      text=${problemText(deed.fault)} action=${stale && html`<${Button} small=${true}
        onClick=${props.onReload}>${t('desk.showNew')}<//>`} />`}
    <${Field} label=${t('sub.name')} value=${name} onInput=${setName} maxLength=${120} />
    <${Field} label=${t('sub.zone')} value=${zone} onInput=${setZone} maxLength=${64} />
    <${Field} label=${t('sub.lines')} value=${lines} onInput=${setLines} inputMode="numeric"
      maxLength=${3} />
    ${dirty && html`<div class="form-actions"><${Button} kind="primary" type="submit"
      disabled=${!maySave.value} busy=${deed.busy ? t('common.saving') : undefined}>${
        t('common.save')}<//></div>`}</form><//>`
}

function PickNumber(props: CardProps & { readonly onClose: () => void }): VNode {
  const free = useLoaded('free', () => deskApi.pool({ state: 'free' }))
  const [chosen, setChosen] = useState('')
  const deed = useDeed()
  const numbers = free.value?.numbers ?? []
  const address = chosen === '' ? numbers[0]?.address ?? '' : chosen
  const add = async (): Promise<void> => {
    const done = await deed.run(async () => {
      props.onCard(await peopleApi.addNumber(props.card.id, address))
      showToast({ text: t('sub.numberAdded', { number: formatPhone(address) }) })
    })
    if (done) props.onClose()
  }
  return html`<${Dialog} label=${t('sub.addNumber')} onClose=${props.onClose}>
    <h2>${t('sub.addNumber')}</h2>
    ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${problemText(deed.fault)} />`}
    ${free.value !== undefined && numbers.length === 0 ? html`<p class="soft">${
      t('queue.noNumbers')} <a href="/desk/numbers">${t('queue.addNumbers')}</a></p>`
      : html`<${Select} label=${t('sub.freeNumber')} value=${address} onChange=${setChosen}
        options=${numbers.map((each) => ({ value: each.address,
          text: formatPhone(each.address) }))} />`}
    <div class="dialog-actions"><${Button} kind="primary"
      disabled=${address === '' || !maySave.value}
      busy=${deed.busy ? t('common.saving') : undefined} onClick=${() => void add()}>${
        t('sub.give')}<//>
      <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div><//>`
}

/** Personal numbers: one more from the pool, one back into quarantine. */
export function CardNumbers(props: CardProps): VNode {
  const { card } = props
  const [picking, setPicking] = useState(false)
  const [dropping, setDropping] = useState<string | undefined>(undefined)
  const drop = async (address: string): Promise<void> => {
    setDropping(undefined)
    await atOnce(async () => props.onCard(await peopleApi.dropNumber(card.id, address)),
      t('sub.numberGone', { number: formatPhone(address) }))
  }
  return html`<${Part} title=${t('sub.numbers')}
    beside=${card.status !== 'closed' && html`<${Button}
      small=${true} icon="plus" disabled=${!maySave.value} onClick=${() => setPicking(true)}>${
        t('sub.addNumber')}<//>`}>
    <ul class="entries">${card.numbers.map((address) => html`<li key=${address}><span
      class="num">${formatPhone(address)}</span>${card.numbers.length > 1 && html`<button
        type="button" class="link danger" disabled=${!maySave.value}
        onClick=${() => setDropping(address)}>${t('sub.dropNumber')}</button>`}</li>`)}</ul>
    ${picking && html`<${PickNumber} ...${props} onClose=${() => setPicking(false)} />`}
    ${dropping !== undefined && html`<${Dialog} label=${t('sub.dropTitle')}
      onClose=${() => setDropping(undefined)}><h2>${t('sub.dropTitle')}</h2>
      <p>${t('sub.dropText', { number: formatPhone(dropping) })}</p>
      <div class="dialog-actions"><button type="button" class="button default" autofocus
        onClick=${() => setDropping(undefined)}>${t('common.keep')}</button>
        <${Button} kind="danger"
          onClick=${() => void drop(dropping)}>${t('sub.dropNumber')}<//></div>
      <//>`}<//>`
}

/** Which tariff since when; another one from now on. */
export function CardTariff(props: CardProps): VNode {
  const { card } = props
  const tariffs = useLoaded('tariffs', () => peopleApi.tariffs())
  const [chosen, setChosen] = useState(card.tariff.id ?? '')
  const deed = useDeed()
  const now = Date.now()
  const offered = (tariffs.value?.tariffs ?? []).filter((each) => each.id === card.tariff.id
    || each.validTo === null || each.validTo > now)
  const change = async (): Promise<void> => {
    await deed.run(async () => {
      props.onCard(await peopleApi.tariff(card.id, chosen, null))
      showToast({ text: t('sub.tariffDone') })
    })
  }
  return html`<${Part} title=${t('sub.tariff')}>
    ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${problemText(deed.fault)} />`}
    <div class="part-form"><${Select} label=${t('sub.tariffNow')} value=${chosen}
      onChange=${setChosen}
      options=${[...(card.tariff.id === null ? [{ value: '', text: card.tariff.name }] : []),
        ...offered.map((each) => ({ value: each.id, text: each.name }))]} />
    ${chosen !== (card.tariff.id ?? '') && html`<div class="form-actions"><${Button} kind="primary"
      disabled=${!maySave.value} busy=${deed.busy ? t('common.saving') : undefined}
      onClick=${() => void change()}>${t('sub.tariffChange')}<//></div>`}</div>
    ${card.tariffs.length > 0 && html`<ul class="entries">${card.tariffs.map((each) => html`<li
      key=${each.since}><span>${each.name}</span><span class="soft">${
        t('sub.tariffSince', { at: moment(each.since) })}</span></li>`)}</ul>`}<//>`
}

function EmailDialog(props: CardProps & { readonly onClose: () => void }): VNode {
  const [email, setEmail] = useState('')
  const deed = useDeed()
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const done = await deed.run(() => peopleApi.email(props.card.id, email.trim()))
    if (!done) return
    showToast({ text: t('sub.emailSent', { email: email.trim() }) })
    props.onClose()
  }
  return html`<${Dialog} label=${t('sub.email')} onClose=${props.onClose}>
    <form class="reason-form" onSubmit=${submit} ...${unsaved(email !== '')}>
      <h2>${t('sub.email')}</h2><p class="soft">${t('sub.emailText')}</p>
      <${Field} label="E-mail" type="email" value=${email} onInput=${setEmail} autofocus=${true}
        fault=${deed.fault === undefined ? undefined : problemText(deed.fault)} />
      <div class="dialog-actions"><${Button} kind="primary" type="submit"
        disabled=${!maySave.value || !email.includes('@')}
        busy=${deed.busy ? t('common.saving') : undefined}>${t('sub.send')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></form><//>`
}

function factsOf(card: DeskSubscriberCard) {
  return card.accounts.flatMap((account) => [
    [t('sub.login'), account.login],
    [t('sub.password'), t(account.hasPassword ? 'sub.passwordSet' : 'sub.passwordNone')],
    [t('sub.factor'), t(account.secondFactor ? 'sub.factorOn' : 'sub.factorOff')],
    [t('sub.seen'), account.seenAt === null ? t('sub.neverSeen') : moment(account.seenAt)],
  ] as const)
}

/** Login and password; a manager can only send links. */
export function CardAccess(props: CardProps): VNode {
  const { card } = props
  const [mailing, setMailing] = useState(false)
  return html`<${Part} title=${t('sub.access')}>
    <${Facts} rows=${[...factsOf(card), ['E-mail', card.email || t('sub.noEmail')]]} />
    <div class="form-actions"><${Button} small=${true}
      disabled=${!maySave.value || card.email === ''}
      onClick=${() => void atOnce(() => peopleApi.passwordLink(card.id),
        t('sub.linkSent', { email: card.email }))}>${t('sub.sendLink')}<//>
      <${Button} small=${true} disabled=${!maySave.value}
        onClick=${() => setMailing(true)}>${t('sub.email')}<//></div>
    ${card.email === '' && html`<p class="below">${t('sub.linkBarred')}</p>`}
    ${mailing && html`<${EmailDialog} ...${props} onClose=${() => setMailing(false)} />`}<//>`
}

/** What colleagues should know; the subscriber never sees it. */
export function CardNotes(props: CardProps): VNode {
  const { card } = props
  const [text, setText] = useState('')
  const [key, setKey] = useState(newKey)
  const deed = useDeed()
  const add = async (): Promise<void> => {
    if (text.trim() === '') return
    const done = await deed.run(async () =>
      props.onCard(await peopleApi.note(card.id, key, text.trim())))
    if (!done) return
    setText('')
    setKey(newKey())
  }
  return html`<${Part} title=${t('queue.notes')}><div class="part-form"
    ...${unsaved(text.trim() !== '', t('queue.noteLost'))}>
    <${Area} label=${t('queue.note')} value=${text} onInput=${setText} rows=${2}
      placeholder=${t('queue.noteExample')} onSend=${() => void add()}
      fault=${deed.fault === undefined ? undefined : problemText(deed.fault)} />
    ${text.trim() !== '' && html`<div class="form-actions"><${Button} small=${true}
      disabled=${!maySave.value} busy=${deed.busy ? t('common.saving') : undefined}
      onClick=${() => void add()}>${t('queue.addNote')}<//></div>`}</div>
    ${card.notes.length > 0 && html`<ul class="desk-notes">${card.notes.map((note) => html`<li
      key=${note.id}><p class="caption">${note.author} · ${moment(note.at)}</p>
      <p class="pre">${note.text}</p></li>`)}</ul>`}<//>`
}
