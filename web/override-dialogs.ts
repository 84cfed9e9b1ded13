/**
 * What «сейчас всё на …» asks when a chip is not enough: until what time, and which other number.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import { Button } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { Dialog } from './dialog.ts'
import { formatPhone, phoneName } from './format.ts'
import { html } from './html.ts'
import { now, zone } from './state.ts'
import { t } from './text.ts'
import { TimeInput } from './time-input.ts'
import { addDays, instantOf, localTime } from './zone.ts'
import './text-home-ru.ts'

/** The next instant at which the local clock shows a minute of the day. */
export function nextAt(minute: number, nowMs: number, zone_: string): number {
  const today = localTime(nowMs, zone_).date
  const at = instantOf(today, minute, zone_)
  return at > nowMs ? at : instantOf(addDays(today, 1), minute, zone_)
}

export interface UntilProps {
  readonly onDone: (untilMs: number) => void
  readonly onClose: () => void
}

/** Asks for a time of day. */
export function UntilDialog(props: UntilProps): VNode {
  const later = (localTime(now.value, zone.value).minute + 60) % 1440
  const [minute, setMinute] = useState(Math.floor(later / 15) * 15)
  const submit = (event: Event): void => {
    event.preventDefault()
    props.onDone(nextAt(minute, now.value, zone.value))
  }
  return html`<${Dialog} label=${t('override.atTitle')} sheet=${isPhone.value} onClose=${props.onClose}>
    <form class="until-form" onSubmit=${submit}><h2>${t('override.atTitle')}</h2>
      <${TimeInput} label=${t('override.atTitle')} minute=${minute} onChange=${setMinute} />
      <p>${t('override.atHint')}</p>
      <div class="dialog-actions"><${Button} kind="primary" type="submit">${t('override.apply')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></form><//>`
}

export interface OtherProps {
  readonly all: readonly NumberReply[]
  readonly onDone: (id: string) => void
  readonly onClose: () => void
}

/** The numbers that have no chip. */
export function OtherDialog(props: OtherProps): VNode {
  return html`<${Dialog} label=${t('override.otherTitle')} sheet=${isPhone.value} onClose=${props.onClose}>
    <h2>${t('override.otherTitle')}</h2><ul class="pick-list">${props.all.map((each) => html`<li
      key=${each.id}><button type="button" class="plain" onClick=${() => props.onDone(each.id)}>
        <span>${phoneName(each)}</span>${each.description !== '' && html`<span
        class="soft num">${formatPhone(each.address)}</span>`}</button></li>`)}</ul><//>`
}
