/**
 * Adding or changing one of «Мои номера»: number and description, as people write them; the server
 * normalises and refuses what must not be called (R-23).
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import { api, ApiProblem, problemText } from './api.ts'
import { Below, Button, Field } from './controls.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { noteFault, numbers, online, refresh } from './state.ts'
import { showToast } from './toast.ts'
import { t } from './text.ts'

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
  readonly onDone?: () => void
}

export function NumberForm(props: FormProps): VNode {
  const { phone } = props
  const [address, setAddress] = useState(phone === undefined ? '' : formatPhone(phone.address))
  const [description, setDescription] = useState(phone?.description ?? '')
  const [fault, setFault] = useState<{ field: string | undefined; text: string } | undefined>(undefined)
  const [busy, setBusy] = useState(false)
  const repeated = fault === undefined && address.length > 9 && (numbers.value ?? []).some((each) =>
    each.id !== phone?.id && sameNumberKey(each.address) === sameNumberKey(address))
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (address.trim() === '') {
      setFault({ field: 'address', text: t('numbers.needAddress') })
      return
    }
    setBusy(true)
    const body = { address: address.trim(), description: description.trim() }
    try {
      await (phone === undefined ? api.addNumber(body) : api.changeNumber(phone.id, body))
      showToast({
        text: t(phone === undefined ? 'numbers.added' : 'numbers.saved',
          { name: body.description || body.address }),
        undo: phone === undefined ? undefined : () => void api.changeNumber(phone.id,
          { address: phone.address, description: phone.description }).then(refresh, noteFault),
      })
      props.onDone?.()
      setAddress('')
      setDescription('')
      await refresh()
    } catch (problem) {
      noteFault(problem)
      const field = problem instanceof ApiProblem ? problem.field : undefined
      setFault({ field, text: problemText(problem) })
    }
    setBusy(false)
  }
  const addressFault = fault !== undefined && fault.field !== 'description' ? fault.text : undefined
  return html`<form class=${props.row === true ? 'number-form row' : 'number-form'}
    onSubmit=${submit}>
    <${Field} label=${t('numbers.address')} value=${address} fault=${addressFault}
      hint=${repeated ? t('numbers.repeatedText') : props.row === true ? undefined : t('numbers.addressHint')}
      placeholder=${t('numbers.addressExample')} autocomplete="tel" inputMode="tel" maxLength=${128}
      autofocus=${true} onInput=${(text: string) => { setAddress(text); setFault(undefined) }} />
    <${Field} label=${t('numbers.description')} value=${description} maxLength=${120}
      fault=${fault?.field === 'description' ? fault.text : undefined}
      placeholder=${t('numbers.descriptionExample')} onInput=${setDescription} />
    <div class="form-actions"><${Button} kind="primary" type="submit" disabled=${!online.value}
      busy=${busy ? t('common.saving') : undefined}>${t(phone === undefined ? 'numbers.add' : 'common.save')}<//>
      ${props.onDone !== undefined && html`<${Button} kind="quiet" onClick=${props.onDone}>${
        t('common.cancel')}<//>`}</div>
    ${!online.value && html`<${Below} fault=${false} text=${t('offline.save')} />`}
  </form>`
}
