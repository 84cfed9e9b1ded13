/**
 * The counts beside the menu: calls missed since the journal was last looked at on this device, and
 * messages not heard yet. Asked for after the page has what it needs, and again when calls change.
 */
import { effect, signal } from '@preact/signals'
import type { CallsReply } from '../src/api/schema.ts'
import type { MessagesReply } from '../src/api/schema-media.ts'
import { query, send } from './api.ts'
import { remember, remembered } from './device.ts'
import { place } from './router.ts'
import { callsChanged, messagesChanged, now, session, today, zone } from './state.ts'
import { startOfDay } from './zone.ts'

/** Messages of the voicemail that nobody heard; the page of the voicemail keeps it right, too. */
export const unheard = signal(0)
export const missed = signal(0)

const seenName = 'callsSeen'
/** More than this is written 99+. */
const most = 100
/** The page itself comes first, milliseconds. */
const quietMs = 1200

function seenAt(): number {
  const stored = Number(remembered(seenName))
  return stored > 0 ? stored : startOfDay(today.value, zone.value)
}

async function count(): Promise<void> {
  const [calls, messages] = await Promise.allSettled([
    send('GET', `/calls${query({ outcome: 'missed', limit: most })}`) as Promise<CallsReply>,
    send('GET', `/messages${query({ limit: 1, filter: 'new' })}`) as Promise<MessagesReply>,
  ])
  // A count is no reason to disturb: what cannot be had stays as it was.
  if (calls.status === 'fulfilled' && place.value.path !== '/calls') {
    const since = seenAt()
    missed.value = calls.value.calls.filter((call) => call.startedAt > since).length
  }
  if (messages.status === 'fulfilled') unheard.value = messages.value.unheard
}

/** How a count is written in a badge. */
export function badgeText(value: number): string {
  return value > 99 ? '99+' : String(value)
}

/** Keeps the counts while logged in; called once at start. */
export function startBadges(): void {
  effect(() => {
    if (session.value !== 'in') return undefined
    void callsChanged.value
    void messagesChanged.value
    const timer = setTimeout(() => void count(), quietMs)
    return () => clearTimeout(timer)
  })
  effect(() => {
    if (session.value !== 'in' || place.value.path !== '/calls') return
    missed.value = 0
    remember(seenName, String(now.peek()))
  })
}
