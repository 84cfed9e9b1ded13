/**
 * What of a call can be heard: its recording in two channels, the message it left, or in words why
 * there is nothing. Asks the server when the row is opened; who listened is told on demand.
 */
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type {
  ListeningsReply, MessageReply, RecordingReply,
} from '../src/api/schema-media.ts'
import { callsApi } from './api-calls.ts'
import { problemText } from './api.ts'
import type { Call } from './api.ts'
import { answererName, callerName } from './call-words.ts'
import { formatDate, formatPhone, timeOf } from './format.ts'
import { html } from './html.ts'
import { Player } from './player.ts'
import { me, messagesChanged, noteFault, today, zone } from './state.ts'
import { t } from './text.ts'
import type { Channel } from './waveform.ts'
import { localTime } from './zone.ts'
import './text-insight-ru.ts'

/** What a question brought: undefined while it is under way, a text when it failed. */
function useReply<T>(ask: () => Promise<T>, key: string): T | string | undefined {
  const [reply, setReply] = useState<T | string | undefined>(undefined)
  useEffect(() => {
    let current = true
    ask().then((value) => { if (current) setReply(value) }, (fault: unknown) => {
      noteFault(fault)
      if (current) setReply(problemText(fault))
    })
    return () => { current = false }
  }, [key])
  return reply
}

function dateOf(ms: number): string {
  const { date } = localTime(ms, zone.value)
  return formatDate(date, date.slice(0, 4) === today.value.slice(0, 4) ? 'day' : 'dayYear')
}

function Listener(props: { readonly one: ListeningsReply['listenings'][number] }): VNode {
  const { one } = props
  const byPhone = one.how === 'byPhone'
  return html`<li>${t('sound.listened', {
    at: `${dateOf(one.at)}, ${timeOf(one.at, zone.value)}`,
    by: one.by === '' ? me.value?.name ?? '' : one.by,
    how: byPhone ? t('sound.byPhone', { from: formatPhone(one.from) }) : t(`sound.how.${one.how}`),
  })}</li>`
}

function ListenerList(props: { readonly call: Call }): VNode {
  const reply = useReply(() => callsApi.listenings(props.call.id), props.call.id)
  if (typeof reply === 'string') return html`<p class="below bad">${reply}</p>`
  if (reply === undefined) return html`<p class="caption">${t('player.loading')}</p>`
  if (reply.listenings.length === 0) return html`<p class="caption">${t('sound.nobody')}</p>`
  return html`<ul class="listeners caption">${reply.listenings.map((one, at) =>
    html`<${Listener} key=${at} one=${one} />`)}</ul>`
}

function Listeners(props: { readonly call: Call }): VNode {
  const [open, setOpen] = useState(false)
  return html`<div><button type="button" class="link" aria-expanded=${String(open)}
    onClick=${() => setOpen(!open)}>${t('sound.listeners')}</button>
    ${open && html`<${ListenerList} call=${props.call} />`}</div>`
}

interface SoundProps {
  readonly call: Call
  readonly focus: boolean
}

function Recording(props: SoundProps): VNode {
  const { call } = props
  const reply = useReply<RecordingReply>(() => callsApi.recording(call.id), call.recording)
  if (typeof reply === 'string') return html`<p class="below bad">${reply}</p>`
  if (reply === undefined) return html`<div class="player-room"></div>`
  const [left, right] = reply.peaks
  const channels: Channel[] = [
    { name: callerName(call), look: 'caller', peaks: left },
    { name: answererName(call), look: 'callee', peaks: right },
  ]
  const notes = [
    reply.interrupted ? t('sound.interrupted') : '',
    reply.expiresAt === null ? '' : t('sound.until', { date: dateOf(reply.expiresAt) }),
  ].filter((text) => text !== '')
  return html`<div><${Player} key=${call.id} label=${t('player.recording')} channels=${channels}
      durationMs=${reply.durationMs} focus=${props.focus}
      link=${(keep: boolean) => callsApi.recordingLink(call.id, keep)} />
    ${notes.length > 0 && html`<p class="caption under-player">${notes.join(' ')}</p>`}</div>`
}

/** The message with this id: among the newest that began before the call ended. */
async function findMessage(call: Call, id: string): Promise<MessageReply | undefined> {
  const { messages } = await callsApi.messagesBefore((call.endedAt ?? call.startedAt) + 1)
  return messages.find((each) => each.id === id)
}

function Message(props: SoundProps & { readonly id: string }): VNode {
  const { call, id } = props
  const reply = useReply(() => findMessage(call, id), `${id} ${messagesChanged.value}`)
  if (typeof reply === 'string') return html`<p class="below bad">${reply}</p>`
  if (reply === undefined) return html`<div class="player-room"></div>`
  if (reply.state === 'lost') return html`<p class="soft">${t('mail.lostText')}</p>`
  const heard = (): void => {
    if (reply.heardAt === null) callsApi.markHeard(id, true).catch(noteFault)
  }
  return html`<div><${Player} key=${id} label=${t('player.message', { name: callerName(call) })}
      durationMs=${reply.durationMs} focus=${props.focus} onHeard=${heard}
      channels=${[{ name: '', look: 'mail', peaks: reply.peaks }]}
      link=${(keep: boolean) => callsApi.messageLink(id, keep)} />
    <p class="small"><a href=${`/voicemail?open=${id}`}>${t('sound.toMail')}</a></p></div>`
}

/** Why a conversation has no recording. */
function Missing(props: { readonly call: Call }): VNode {
  const failed = props.call.trace.some((step) => step.step === 'recording' && !step.running)
  return failed ? html`<p class="soft">${t('sound.failed')}</p>`
    : html`<p class="soft">${t('sound.none')}${' '}<a href="/settings/calls">${t('sound.settings')}
      </a></p>`
}

/** The part of the details with the sound; nothing where nobody could have been heard. */
export function CallSound(props: SoundProps): VNode | null {
  const { call } = props
  const { recording, messageId } = call
  const talked = call.answeredAt !== undefined && call.outcome !== 'mailbox'
  if (messageId !== null) {
    return html`<section class="sound"><h2>${t('sound.message')}</h2>
      <${Message} ...${props} id=${messageId} /><${Listeners} call=${call} /></section>`
  }
  if (recording === 'none' && (!talked || call.outcome !== 'answered')) return null
  return html`<section class="sound"><h2>${t('sound.title')}</h2>
    ${recording === 'none' ? html`<${Missing} call=${call} />`
      : recording === 'ready' ? html`<${Recording} ...${props} />`
        : html`<p class="soft">${t(`sound.state.${recording}`)}</p>`}
    ${recording !== 'none' && recording !== 'writing' && html`<${Listeners} call=${call} />`}
      </section>`
}
