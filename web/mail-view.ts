/**
 * One message: who and when, the player, why it came to voicemail, and what to do with it.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CallReply } from '../src/api/schema.ts'
import type { MessageReply } from '../src/api/schema-media.ts'
import { callsApi } from './api-calls.ts'
import { callBackHref, ruleNames, whoCalled } from './call-words.ts'
import { Button, LinkButton, Strip } from './controls.ts'
import { phone } from './device.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { leftAt, senderName } from './mailbox.ts'
import { Player } from './player.ts'
import { maySave, noteFault } from './state.ts'
import { t } from './text.ts'
import { mailReason } from './trace-words.ts'
import './text-insight-ru.ts'

export interface ViewProps {
  readonly message: MessageReply
  readonly onHeard: (heard: boolean) => void
  readonly onRemove: () => void
}

function useCall(id: string): CallReply | undefined {
  const [call, setCall] = useState<CallReply | undefined>(undefined)
  useEffect(() => {
    let current = true
    callsApi.call(id).then((reply) => { if (current) setCall(reply) }, noteFault)
    return () => { current = false }
  }, [id])
  return call
}

function Why(props: {
  readonly message: MessageReply; readonly call: CallReply | undefined
}): VNode {
  const { message, call } = props
  const rules = call === undefined ? '' : ruleNames(call)
  const reason = call === undefined ? '' : mailReason(call)
  return html`<p class="mail-why small"><span class="soft">${
    rules === '' ? reason : t('mail.byRules', { rules, reason })}</span>
   ${' '}<a href=${`/calls?open=${message.callId}`}>${t('mail.why')}</a></p>`
}

function MessagePlayer(props: ViewProps): VNode {
  const { message, onHeard } = props
  return html`<${Player} key=${message.id} keys=${true} durationMs=${message.durationMs}
    label=${t('player.message', { name: senderName(message) })}
    channels=${[{ name: '', look: 'mail', peaks: message.peaks }]}
    onHeard=${() => { if (message.heardAt === null) onHeard(true) }}
    link=${(keep: boolean) => callsApi.messageLink(message.id, keep)} />`
}

/** The message in full; on a phone without the head, which its row is. */
export function MailView(props: ViewProps): VNode {
  const { message, onHeard, onRemove } = props
  const call = useCall(message.callId)
  const back = callBackHref(message)
  const heard = message.heardAt !== null
  const name = senderName(message)
  const number = formatPhone(message.anonymous ? '' : message.caller)
  const lists = call === undefined ? '' : whoCalled(call).second
  const about = [number, lists, leftAt(message)]
    .filter((text) => text !== '' && text !== name).join(' · ')
  return html`<article class="mail-view" aria-label=${name}>
    ${!phone.value && html`<header class="mail-head"><div><h2>${name}</h2><p class="soft">${about}
      </p></div>
      ${back !== undefined && html`<${LinkButton} kind="primary" icon="call" href=${back}>${
        t('calls.callBack')}<//>`}</header>`}
    ${message.state === 'lost' ? html`<${Strip} kind="warn" text=${t('mail.lostText')} />`
      : html`<${MessagePlayer} ...${props} />`}
    <${Why} message=${message} call=${call} />
    <div class="mail-actions">${phone.value && back !== undefined && html`<${LinkButton} icon="call"
        href=${back}>${t('calls.callBack')}<//>`}
      <${Button} disabled=${!maySave.value} onClick=${() => onHeard(!heard)}>${
        t(heard ? 'mail.markNew' : 'mail.markHeard')}<//>
      ${phone.value ? html`<${Button} icon="trash" label=${t('common.delete')}
        disabled=${!maySave.value} onClick=${onRemove} />`
        : html`<${Button} kind="danger" icon="trash" disabled=${!maySave.value}
          onClick=${onRemove}>${
          t('common.delete')}<//>`}</div></article>`
}
