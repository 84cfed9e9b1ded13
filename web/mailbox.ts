/**
 * The voicemail box on the page: its messages as they come, which are new, what is done to them
 * with undo. New ones stand first; one that is heard meanwhile keeps its place until the page is
 * opened anew.
 */
import { useSignal, useSignalEffect } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { MessageReply, MessagesReply, SettingsReply } from '../src/api/schema-media.ts'
import { callsApi } from './api-calls.ts'
import { problemText } from './api.ts'
import { unheard } from './badges.ts'
import { formatDate, formatPhone, timeOf } from './format.ts'
import { messagesChanged, noteFault, settingsChanged, today, zone } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import { addDays, localTime } from './zone.ts'
import './text-insight-ru.ts'

/** Who left a message, in short: as the subscriber's lists name him before what the network says. */
export function senderName(message: MessageReply): string {
  if (message.known !== null && message.known.name !== '') return message.known.name
  if (message.anonymous || message.caller === '') return t('caller.hidden')
  return message.callerName === '' || message.callerName === message.caller
    ? formatPhone(message.caller) : message.callerName
}

/** When it was left: «14:20», «вчера, 20:03», «16 ноября, 18:12». */
export function whenLeft(ms: number, zone_: string, today_: string): string {
  const { date } = localTime(ms, zone_)
  const time = timeOf(ms, zone_)
  if (date === today_) return t('mail.today', { time })
  if (date === addDays(today_, -1)) return t('mail.yesterday', { time })
  const style = date.slice(0, 4) === today_.slice(0, 4) ? 'day' : 'dayYear'
  return t('mail.day', { date: formatDate(date, style), time })
}

/** The same by the subscriber's clock. */
export function leftAt(message: MessageReply): string {
  return whenLeft(message.startedAt, zone.value, today.value)
}

/** Messages in the order of the page: `first` ones, then the others, each newest first. */
export function boxOrder(
  messages: readonly MessageReply[], first: ReadonlySet<string>,
): MessageReply[] {
  return [...messages].sort((a, b) => Number(first.has(b.id)) - Number(first.has(a.id))
    || b.startedAt - a.startedAt)
}

/** Which message a full box deletes next: the oldest heard one, else the oldest. */
export function nextToGo(messages: readonly MessageReply[]): MessageReply | undefined {
  return [...messages].sort((a, b) => Number(a.heardAt === null) - Number(b.heardAt === null)
    || a.startedAt - b.startedAt)[0]
}

export interface Mailbox {
  readonly box: MessagesReply | undefined
  /** In the order of the page. */
  readonly messages: readonly MessageReply[]
  readonly settings: SettingsReply | undefined
  readonly fault: string | undefined
  /** The newest message that came while the page was open. */
  readonly came: MessageReply | undefined
  readonly reload: () => void
  readonly setHeard: (message: MessageReply, heard: boolean) => void
  readonly remove: (message: MessageReply) => void
  readonly setVoicemail: (on: boolean) => void
}

/** Says what went wrong; what is shown is asked for again. */
function failed(fault: unknown, key: 'error.save' | undefined): void {
  noteFault(fault)
  const reason = problemText(fault)
  showToast({ text: key === undefined ? reason : t(key, { reason }), bad: true })
  messagesChanged.value += 1
}

function patch(box: Signal<MessagesReply | undefined>, next: MessageReply): void {
  const shown = box.value
  if (shown === undefined) return
  const messages = shown.messages.map((each) => each.id === next.id ? next : each)
  const count = messages.filter((each) => each.heardAt === null).length
  box.value = { ...shown, messages, unheard: count }
  unheard.value = count
}

async function remove(
  box: Signal<MessagesReply | undefined>, message: MessageReply,
): Promise<void> {
  const shown = box.value
  if (shown !== undefined) {
    const messages = shown.messages.filter((each) => each.id !== message.id)
    box.value = { ...shown, messages, total: shown.total - 1 }
  }
  const undo = async (): Promise<void> => {
    try {
      await callsApi.restoreMessage(message.id)
      showToast({ text: t('undo.done') })
      messagesChanged.value += 1
    } catch (fault) {
      failed(fault, undefined)
    }
  }
  try {
    await callsApi.deleteMessage(message.id)
    const text = message.anonymous ? t('mail.deletedHidden')
      : t('mail.deleted', { name: senderName(message) })
    showToast({ text, undo: () => void undo() })
  } catch (fault) {
    failed(fault, undefined)
  }
}

/** Keeps what is new in mind: `first` grows with messages that are new when first seen. */
function noteNew(
  messages: readonly MessageReply[], seen: Set<string>, first: Set<string>,
): MessageReply[] {
  const news: MessageReply[] = []
  for (const message of messages) {
    if (seen.has(message.id)) continue
    seen.add(message.id)
    if (message.heardAt !== null) continue
    first.add(message.id)
    news.push(message)
  }
  return news
}

function useSettings(): Signal<SettingsReply | undefined> {
  const settings = useSignal<SettingsReply | undefined>(undefined)
  useSignalEffect(() => {
    void settingsChanged.value
    // Without it the page lacks a strip at most.
    callsApi.settings().then((reply) => { settings.value = reply }, noteFault)
  })
  return settings
}

/** The box of this page. */
export function useMailbox(): Mailbox {
  const box = useSignal<MessagesReply | undefined>(undefined)
  const fault = useSignal<string | undefined>(undefined)
  const came = useSignal<MessageReply | undefined>(undefined)
  const settings = useSettings()
  const memory = useRef({ seen: new Set<string>(), first: new Set<string>() })
  const reload = (): void => { messagesChanged.value += 1 }
  useSignalEffect(() => {
    void messagesChanged.value
    let current = true
    callsApi.messages().then((reply) => {
      if (!current) return
      const { seen, first } = memory.current
      const news = noteNew(reply.messages, seen, first)
      if (box.peek() !== undefined && news[0] !== undefined) came.value = news[0]
      box.value = reply
      unheard.value = reply.unheard
      fault.value = undefined
    }, (problem: unknown) => {
      if (!current) return
      noteFault(problem)
      fault.value = problemText(problem)
    })
    return () => { current = false }
  })
  return {
    box: box.value, fault: fault.value, came: came.value, settings: settings.value, reload,
    messages: boxOrder(box.value?.messages ?? [], memory.current.first),
    setHeard: (message, heard) => {
      patch(box, { ...message, heardAt: heard ? message.heardAt ?? Date.now() : null })
      callsApi.markHeard(message.id, heard).then((next) => patch(box, next),
        (problem: unknown) => failed(problem, 'error.save'))
    },
    remove: (message) => void remove(box, message),
    setVoicemail: (on) => {
      callsApi.setVoicemail(on).then((reply) => {
        settings.value = reply
        showToast({ text: t(on ? 'mail.turnedOn' : 'mail.turnedOff') })
      }, (problem: unknown) => failed(problem, 'error.save'))
    },
  }
}
