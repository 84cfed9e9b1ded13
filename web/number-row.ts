/**
 * One row of «Мои номера»: description, number, proof, use, how it answered, and what can be done
 * with it. On a phone the same in two lines.
 */
import type { VNode } from 'preact'
import type { NumberReply } from '../src/api/schema.ts'
import { chooseDefault } from './changes.ts'
import { Button, Select } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { formatDate, formatPhone, list, phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { MoreFields } from './number-form.ts'
import { Barred, Price } from './number-price.ts'
import { checkSilent, NumberVerify } from './number-verify.ts'
import { me, zone } from './state.ts'
import { t } from './text.ts'
import { localTime } from './zone.ts'
import './text-rules-ru.ts'

export interface NumberRowProps {
  readonly phone: NumberReply
  /** The first of those without a proof tells why one is wanted. */
  readonly tells: boolean
  readonly onEdit: () => void
  readonly onDelete: () => void
}

/** How many columns the table has: for cells that span all of them. */
export const columns = 6

function UsedBy(props: { readonly phone: NumberReply }): VNode {
  const names = props.phone.usedBy
  if (names.length === 0) return html`<span class="soft">${t('numbers.unused')}</span>`
  const quoted = names.map((name) => t('common.quoted', { name }))
  return html`<span class="soft" title=${list(quoted)}>${names.length > 2
    ? t('numbers.rules', { n: names.length }) : quoted.join(', ')}</span>`
}

/** Whether the proof of this number is asked for and not yet given. */
export function isUnproved(phone: NumberReply): boolean {
  return me.value?.verifyNumbers === true && phone.verifiedAt === null
}

function Tags(props: { readonly phone: NumberReply }): VNode {
  const { phone } = props
  return html`<span class="tags">${isUnproved(phone) ? html`<span class="tag warn"><${Icon}
      name="clock" size=${14} />${t('verify.not')}</span>`
    : phone.verifiedAt !== null && html`<span class="tag ok"><${Icon} name="check"
      size=${14} />${t('verify.yes')}</span>`}
    <${Barred} phone=${phone} />
    ${phone.isDefault && html`<span class="tag sel"><${Icon} name="star"
      size=${14} />${t('numbers.isDefault')}</span>`}
    ${phone.repeated && html`<span class="tag warn" title=${t('numbers.repeatedText')}>${
      t('numbers.repeated')}</span>`}
    ${phone.confirm === true && html`<span class="tag">${t('confirm.yes')}</span>`}
    ${phone.callerId !== null && html`<span class="tag">${
      t(`callerId.${phone.callerId}`)}</span>`}</span>`
}

/** «отвечает 86 %», or in red what is wrong with the phone. */
function Watch(props: { readonly phone: NumberReply }): VNode {
  const { watch } = props.phone
  const check = html`<button type="button" class="link"
    onClick=${() => void checkSilent(props.phone)}>${t('watch.check')}</button>`
  if (watch.deadSince !== null) {
    const date = formatDate(localTime(watch.deadSince, zone.value).date, 'day')
    return html`<span class="watch"><span class="bad-text">${
      t('watch.dead', { date })}</span> ${check}</span>`
  }
  if (watch.silentDays !== null) {
    return html`<span class="watch"><span class="bad-text">${
      t('watch.silent', { n: watch.silentDays })}</span> ${check}</span>`
  }
  if (watch.rang === 0) return html`<span class="soft">${t('watch.none')}</span>`
  return html`<span class="soft num">${
    t('watch.answers', { n: Math.round(watch.answered / watch.rang * 100) })}</span>`
}

function RowActions(props: NumberRowProps): VNode {
  const { phone } = props
  const name = phoneName(phone)
  return html`<span class="row-actions">${!phone.isDefault && html`<${Button} kind="quiet"
    small=${true}
    icon="star" label=${`${t('numbers.makeDefault')}: ${name}`}
    onClick=${() => void chooseDefault(phone.id)} />`}
    <${Button} kind="quiet" small=${true} icon="pencil" label=${`${t('common.edit')}: ${name}`}
      onClick=${props.onEdit} />
    <${Button} kind="quiet" small=${true} icon="trash" label=${`${t('common.delete')}: ${name}`}
      onClick=${props.onDelete} /></span>`
}

/** The row; a number that is not proved has a second one with its code. */
export function NumberRow(props: NumberRowProps): VNode {
  const { phone } = props
  if (isPhone.value) {
    return html`<tr><td colSpan=${columns}><div class="phone-row"><div><p
      class="strong">${phoneName(phone)}</p>
      <p class="soft num">${formatPhone(phone.address)}</p><${Price} phone=${phone} /><p class="phone-facts"><${Tags}
      phone=${phone} /><${UsedBy} phone=${phone} /><${Watch} phone=${phone} /></p></div><${RowActions}
      ...${props} /></div>
      ${isUnproved(phone) && html`<${NumberVerify} phone=${phone}
        tells=${props.tells} />`}</td></tr>`
  }
  return html`<tr class=${isUnproved(phone) ? 'opened' : ''}><th scope="row" class="strong"
      title=${phoneName(phone)}>${phoneName(phone)}</th>
    <td><span class="num">${formatPhone(phone.address)}</span><${Price} phone=${phone} /></td><td><${Tags} phone=${phone} /></td>
    <td class="wide-only"><${UsedBy} phone=${phone} /></td><td class="roomy"><${Watch}
      phone=${phone} /></td>
    <td class="right"><${RowActions} ...${props} /></td></tr>`
}

/** «Нажать 1» and the shown number of a phone, wherever a rule does not say otherwise. */
export function NumberManner(props: MoreFields): VNode {
  const { typed: { confirm, callerId }, onChange } = props
  return html`<div class="number-manner"><${Select} label=${t('confirm.label')}
    value=${confirm === null ? '' : confirm ? 'yes' : 'no'}
    options=${[{ value: '', text: t('confirm.settings') }, { value: 'yes', text: t('confirm.yes') },
      { value: 'no', text: t('confirm.no') }]}
    onChange=${(value: string) => onChange({ confirm: value === '' ? null : value === 'yes' })} />
    <p class="below">${t('confirm.hint')}</p>
    <${Select} label=${t('callerId.label')} value=${callerId ?? ''}
      options=${[{ value: '', text: t('callerId.settings') },
        { value: 'caller', text: t('callerId.caller') },
        { value: 'personal', text: t('callerId.personal') }]}
      onChange=${(value: string) => onChange({
        callerId: value === 'caller' || value === 'personal' ? value : null,
      })} /></div>`
}
