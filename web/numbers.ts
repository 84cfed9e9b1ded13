/**
 * «Мои номера»: the phones that rules may ring, by human names; search, pages of ten, the default
 * number, phones that no longer answer. A row is `number-row.ts`, adding and changing `number-
 * form.ts`.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import { deleteNumber } from './changes.ts'
import { Button, Empty, Select, Skeleton, Strip } from './controls.ts'
import { openDefaultNumber } from './default-number.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { list, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { NumberForm, sameNumberKey } from './number-form.ts'
import { PriceNote } from './number-price.ts'
import { columns, isUnproved, NumberManner, NumberRow } from './number-row.ts'
import { checkSilent, NumberVerify } from './number-verify.ts'
import { NumbersEmpty } from './numbers-empty.ts'
import { SearchField } from './search-field.ts'
import { loadFault, me, numbers, refresh } from './state.ts'
import { t } from './text.ts'
import { WithNumber } from './with-number.ts'
import './text-rules-ru.ts'

const maxNumbers = 50

/** Numbers whose description or digits contain the text. */
export function matching(all: readonly NumberReply[], text: string): readonly NumberReply[] {
  const wanted = text.trim().toLocaleLowerCase()
  if (wanted === '') return all
  // Somebody who types 8 495… means +7 495….
  const digits = sameNumberKey(wanted).replace(/^8/, '7')
  const spelled = /^[\d\s()+-]+$/.test(wanted)
  return all.filter((each) => each.description.toLocaleLowerCase().includes(wanted)
    || each.address.toLocaleLowerCase().includes(wanted)
    || (spelled && digits !== '' && sameNumberKey(each.address).includes(digits)))
}

function Pager(props: {
  readonly page: number; readonly of: number; readonly onPage: (page: number) => void
}): VNode {
  return html`<nav class="pager" aria-label=${t('numbers.pages')}>
    <${Button} small=${true} icon="left" label=${t('numbers.previous')} disabled=${props.page === 1}
      onClick=${() => props.onPage(props.page - 1)} />
    <span>${t('numbers.page', { n: props.page, of: props.of })}</span>
    <${Button} small=${true} icon="right" label=${t('numbers.nextPage')}
      disabled=${props.page === props.of}
      onClick=${() => props.onPage(props.page + 1)} /></nav>`
}

function DefaultStrip(): VNode {
  const chosen = numbers.value?.find((each) => each.id === me.value?.defaultTargetId)
  return html`<div class="strip plain"><${Icon} name="phone" /><p><strong>${chosen === undefined
    ? t('numbers.noDefault') : t('numbers.default', { name: phoneName(chosen) })}</strong> ${' '}${
    t('numbers.noDefaultText')}</p><${Button} small=${true} onClick=${openDefaultNumber}>${
    t(chosen === undefined ? 'numbers.choose' : 'numbers.change')}<//></div>`
}

function InUse(props: { readonly phone: NumberReply; readonly onClose: () => void }): VNode {
  const title = t('numbers.inUseTitle', { name: phoneName(props.phone) })
  return html`<${Dialog} label=${title} onClose=${props.onClose}><h2>${title}</h2>
    <p>${t('numbers.inUseText',
      { rules: list(props.phone.usedBy.map((name) => t('common.quoted', { name }))) })}</p>
    <div class="dialog-actions"><${Button}
      onClick=${props.onClose}>${t('numbers.understood')}<//></div><//>`
}

function Table(props: {
  readonly rows: readonly NumberReply[]; readonly onEdit: (phone: NumberReply) => void
  readonly onDelete: (phone: NumberReply) => void
}): VNode {
  const proofs = me.value?.verifyNumbers === true
  const first = props.rows.find(isUnproved)
  return html`<table class="card table numbers">${!isPhone.value && html`<thead><tr>
    <th scope="col">${t('numbers.colDescription')}</th><th
      scope="col">${t('numbers.colNumber')}</th>
    <th scope="col">${t(proofs ? 'verify.column' : 'numbers.colMarks')}</th><th
      scope="col" class="wide-only">${t('numbers.colUse')}</th>
    <th scope="col" class="roomy">${t('watch.column')}</th>
    <th scope="col"><span class="visually-hidden">${t('numbers.colActions')}</span></th></tr></thead>`}
    <tbody>${props.rows.map((phone) => [
      html`<${NumberRow} key=${phone.id} phone=${phone} tells=${phone === first}
        onEdit=${() => props.onEdit(phone)} onDelete=${() => props.onDelete(phone)} />`,
      !isPhone.value && isUnproved(phone) && html`<tr key=${`${phone.id}code`} class="code-row"><td
        colSpan=${columns}><${NumberVerify} phone=${phone} tells=${phone === first} /></td></tr>`,
    ])}</tbody></table>`
}

/** Phones that are rung and never answer: told once above the table, with the way to find out. */
function SilentNotice(props: { readonly all: readonly NumberReply[] }): VNode | null {
  const silent = props.all.filter(({ watch }) => watch.deadSince !== null || watch.silentDays !== null)
  const first = silent[0]
  if (first === undefined) return null
  const name = phoneName(first)
  const title = first.watch.deadSince !== null ? t('watch.noticeDead', { name })
    : t('watch.notice', { name, n: first.watch.silentDays ?? 0 })
  return html`<${Strip} kind="warn" title=${title}
    text=${silent.length > 1 ? t('watch.noticeMore', { n: silent.length - 1 }) : t('watch.noticeText')}
    action=${html`<${Button} small=${true} onClick=${() => void checkSilent(first)}>${
      t('watch.check')}<//>`} />`
}

const pageSizes = [10, 20, 50]

/** The page. */
export function Numbers(): VNode {
  const [text, setText] = useState('')
  const [page, setPage] = useState(1)
  const [size, setSize] = useState(pageSizes[0] ?? 10)
  const [form, setForm] = useState<{ readonly phone?: NumberReply } | undefined>(undefined)
  const [kept, setKept] = useState<NumberReply | undefined>(undefined)
  const all = numbers.value
  document.title = `${t('numbers.title')} · ${t('app.name')}`
  if (all === undefined) {
    return loadFault.value === undefined ? html`<${Skeleton} />`
      : html`<${Strip} kind="bad" text=${t('error.load', { reason: loadFault.value })} alert=${true}
        action=${html`<${Button} small=${true}
        onClick=${() => void refresh()}>${t('common.retry')}<//>`} />`
  }
  if (all.length === 0) return html`<${NumbersEmpty} />`
  const found = matching(all, text)
  const pages = Math.max(1, Math.ceil(found.length / size))
  const shown = Math.min(page, pages)
  const full = all.length >= maxNumbers
  const close = (): void => setForm(undefined)
  const remove = (phone: NumberReply): void => {
    if (phone.usedBy.length > 0) setKept(phone)
    else void deleteNumber(phone)
  }
  const title = t(form?.phone === undefined ? 'numbers.newTitle' : 'numbers.editTitle')
  return html`<div class="page"><div class="page-head"><div><h1>${t('numbers.title')}</h1>
    <p><${WithNumber} text=${'numbers.lead'} /></p></div>
    <div class="page-tools"><${SearchField} label=${t('numbers.search')} value=${text}
      onInput=${(next: string) => { setText(next); setPage(1) }} />
      <${Button} kind="primary" icon="plus" disabled=${full} onClick=${() => setForm({})}>${
        t('numbers.add')}<//></div></div>
    ${full && html`<p class="below">${t('numbers.full')}</p>`}
    <${SilentNotice} all=${all} />
    ${found.length === 0 ? html`<${Empty} title=${t('numbers.nothing')} text=""
      action=${html`<${Button} onClick=${() => setText('')}>${t('numbers.reset')}<//>`} />`
      : html`<${Table} rows=${found.slice((shown - 1) * size, shown * size)}
        onDelete=${remove}
        onEdit=${(phone: NumberReply) => setForm({ phone })} />`}
    <${PriceNote} />
    <div class="page-foot spread"><span>${t('numbers.count', { n: all.length })}</span>
      ${pages > 1 && html`<${Pager} page=${shown} of=${pages} onPage=${setPage} />`}
      ${all.length > 10 && html`<span class="page-size"><${Select} label=${t('numbers.show')}
        value=${String(size)} options=${pageSizes.map((n) =>
          ({ value: String(n), text: t('numbers.perPage', { n }) }))}
        onChange=${(value: string) => { setSize(Number(value)); setPage(1) }} /></span>`}</div>
    <${DefaultStrip} />
    ${form !== undefined && html`<${Dialog} sheet=${isPhone.value} label=${title} onClose=${close}>
      <h2>${title}</h2><${NumberForm} phone=${form.phone} more=${NumberManner}
        onDone=${close} /><//>`}
    ${kept !== undefined && html`<${InUse} phone=${kept}
      onClose=${() => setKept(undefined)} />`}</div>`
}
