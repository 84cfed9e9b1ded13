/**
 * Adding or changing one of «Мои номера»: number and description, as people write them; the server
 * normalises and refuses what must not be called (R-23).
 */
import type { FunctionComponent, VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply, NumberRequest } from '../src/api/schema.ts'
import { api, ApiProblem, problemText } from './api.ts'
import { change } from './changes.ts'
import { Below, Button, Field } from './controls.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { unsaved } from './router.ts'
import { maySave, noteFault, numbers, refresh, saveBarred } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'
import './text-rules-ru.ts'

/** The digits by which two ways of writing one number are the same: 8 916… = +7 916… */
export function sameNumberKey(text: string): string {
  const digits = text.replace(/\D/g, '')
  return /^[78]\d{10}$/.test(digits) ? `7${digits.slice(1)}` : digits
}

interface FormProps {
  /** The number that is changed; undefined adds one. */
  readonly phone?: NumberReply | undefined
  /** All in one row, for the empty page. */
  readonly row?: boolean
  /** Part of another form: its own Enter and button do not send that one. */
  readonly inside?: boolean
  /** Called when it was stored, or given up. */
  readonly onDone?: (() => void) | undefined
  /** Called with the number that was added, once «Мои номера» has it. */
  readonly onMade?: (made: NumberReply) => void
  /** More fields, of the page of numbers. */
  readonly more?: FunctionComponent<MoreFields>
}

export interface MoreFields {
  readonly typed: TypedNumber
  readonly onChange: (patch: Partial<TypedNumber>) => void
}

/** What the form holds; the manner is asked where a number is looked at by itself. */
export type TypedNumber = Pick<NumberReply, 'address' | 'description' | 'confirm' | 'callerId'>
type Typed = TypedNumber

const nothing: Typed = { address: '', description: '', confirm: null, callerId: null }

function requestOf({ address, description, confirm, callerId }: Typed): NumberRequest {
  return { address: address.trim(), description: description.trim(), confirm, callerId }
}

/** Stores what was typed and tells so; resolves to the number. */
async function store(typed: Typed, phone: NumberReply | undefined): Promise<NumberReply> {
  const body = requestOf(typed)
  const made = phone === undefined ? await api.addNumber(body) : await api.changeNumber(phone.id, body)
  showToast({
    text: t(phone === undefined ? 'numbers.added' : 'numbers.saved',
      { name: body.description || formatPhone(made.address) }),
    undo: phone === undefined ? undefined : () => void change(
      () => api.changeNumber(phone.id, requestOf(phone)), { text: t('undo.done') }),
  })
  return made
}

interface Fault {
  readonly field: string | undefined
  readonly text: string
}

interface Filling {
  readonly typed: Typed
  readonly dirty: boolean
  readonly fault: Fault | undefined
  readonly busy: boolean
  readonly change: (patch: Partial<Typed>) => void
  readonly submit: (event: Event) => Promise<void>
}

/** What is typed, and storing it. */
function useNumberForm(props: FormProps): Filling {
  const { phone } = props
  const first: Typed = phone === undefined ? nothing
    : { ...phone, address: formatPhone(phone.address) }
  const [typed, setTyped] = useState(first)
  const dirty = JSON.stringify(requestOf(typed)) !== JSON.stringify(requestOf(first))
  const [fault, setFault] = useState<Fault | undefined>(undefined)
  const [busy, setBusy] = useState(false)
  const change = (patch: Partial<Typed>): void => {
    setTyped({ ...typed, ...patch })
    if (patch.address !== undefined) setFault(undefined)
  }
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    event.stopPropagation()
    if (busy) return
    if (typed.address.trim() === '') {
      setFault({ field: 'address', text: t('numbers.needAddress') })
      return
    }
    setBusy(true)
    try {
      const made = await store(typed, phone)
      if (props.onMade === undefined) props.onDone?.()
      setTyped(nothing)
      await refresh()
      props.onMade?.(made)
    } catch (problem) {
      noteFault(problem)
      const field = problem instanceof ApiProblem ? problem.field : undefined
      setFault({ field, text: problemText(problem) })
    }
    setBusy(false)
  }
  return { typed, dirty, fault, busy, change, submit }
}

function Actions(props: FormProps & { readonly filling: Filling }): VNode {
  const { busy, submit } = props.filling
  const inside = props.inside === true
  return html`<div class="form-actions"><${Button} kind=${inside ? 'default' : 'primary'}
    type=${inside ? 'button' : 'submit'} disabled=${!maySave.value}
    onClick=${inside ? (event: MouseEvent) => void submit(event) : undefined}
    busy=${busy ? t('common.saving') : undefined}>${
      t(props.phone === undefined ? 'numbers.add' : 'common.save')}<//>
    ${props.onDone !== undefined && html`<${Button} kind="quiet" onClick=${props.onDone}>${
      t('common.cancel')}<//>`}
    ${saveBarred.value !== undefined && html`<${Below} fault=${false}
      text=${t(saveBarred.value)} />`}</div>`
}

/** The form; `inside` another one it is a group without a form of its own. */
export function NumberForm(props: FormProps): VNode {
  const filling = useNumberForm(props)
  const { typed: { address, description }, dirty, fault, change, submit } = filling
  const { row, inside, phone } = props
  const repeated = fault === undefined && address.length > 9 && (numbers.value ?? []).some((each) =>
    each.id !== phone?.id && sameNumberKey(each.address) === sameNumberKey(address))
  const fields = [html`<${Field} label=${t('numbers.address')} value=${address}
    fault=${fault !== undefined && fault.field !== 'description' ? fault.text : undefined}
    hint=${repeated ? t('numbers.repeatedText') : row === true ? undefined : t('numbers.addressHint')}
    placeholder=${t('numbers.addressExample')} autocomplete="tel" inputMode="tel" maxLength=${128}
    autofocus=${true} onInput=${(text: string) => change({ address: text })} />`,
  html`<${Field} label=${t('numbers.description')} value=${description} maxLength=${120}
    fault=${fault?.field === 'description' ? fault.text : undefined}
    placeholder=${t('numbers.descriptionExample')}
    onInput=${(text: string) => change({ description: text })} />`]
  const actions = html`<${Actions} ...${props} filling=${filling} />`
  if (inside === true) {
    return html`<div class="number-form" role="group" aria-label=${t('numbers.newTitle')}
      ...${unsaved(dirty)}
      onKeyDown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) void submit(event)
        if (event.key === 'Escape' && props.onDone !== undefined) {
          event.stopPropagation()
          props.onDone()
        }
      }}>${fields}${actions}</div>`
  }
  return html`<form class=${row === true ? 'number-form row' : 'number-form'}
    ...${unsaved(dirty)} onSubmit=${submit}>
    ${fields}${props.more !== undefined
      && html`<${props.more} typed=${filling.typed} onChange=${change} />`}${actions}</form>`
}
