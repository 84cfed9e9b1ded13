/**
 * What the panel knows, as signals, and how it learns it: the account, the overview with rules and
 * live calls, the numbers, the clock. Components are functions of these. Writes go through
 * `changes.ts`.
 */
import { computed, effect, signal } from '@preact/signals'
import type { Me, MeReply, NumberReply, OverviewReply } from '../src/api/schema.ts'
import type { SettingsReply } from '../src/api/schema-media.ts'
import { api, ApiProblem, problemText, send } from './api.ts'
import { chooseLanguage, phone, remembered } from './device.ts'
import { hasChanges } from './router.ts'
import type { Key } from './text.ts'
import { viewOf } from './timeline-view.ts'
import type { Scale } from './timeline-view.ts'
import { addDays, localTime, startOfDay } from './zone.ts'

export const session = signal<'unknown' | 'out' | 'in'>('unknown')
/** The session ended while a form had changes: the page stays, and the log-in stands above it. */
export const lapsed = signal(false)
export const me = signal<Me | undefined>(undefined)
export const overview = signal<OverviewReply | undefined>(undefined)
export const numbers = signal<readonly NumberReply[] | undefined>(undefined)
/** Why the first load failed, in words; undefined when it did not. */
export const loadFault = signal<string | undefined>(undefined)
export const online = signal(true)
/** Changes can be stored: the server answers, and no manager is looking at somebody's panel. */
export const maySave = computed(() => online.value && me.value?.viewedBy === undefined)
/** Why changes cannot be stored, as words for beside the button; undefined when they can. */
export const saveBarred = computed<Key | undefined>(() =>
  !online.value ? 'offline.save' : maySave.value ? undefined : 'view.save')
/** Who has to choose another password before anything else. */
export const mustChange = signal<MeReply | undefined>(undefined)
/** When the shown data arrived, milliseconds since 1970. */
export const shownAt = signal(0)
/** Each grows with every event of its name: what shows such things reloads on it. */
export const callsChanged = signal(0)
export const messagesChanged = signal(0)
export const settingsChanged = signal(0)
export const errandsChanged = signal(0)
export const supportChanged = signal(0)
export const balanceChanged = signal(0)

/** The timeline's view: scale, and its first day (undefined: it follows today). */
export const scale = signal<Scale | undefined>(undefined)
const firstDay = signal<string | undefined>(undefined)
/** The timeline's own data where its window is too far from today for the overview. */
const farPicture = signal<OverviewReply | undefined>(undefined)

/** Server time minus this device's time, milliseconds. */
let clockOffset = 0

/** Server time at this very moment, for countdowns; signals follow `now`. */
export function serverNow(): number {
  return Date.now() + clockOffset
}

/** Server time, moved each minute, and each second while a call lives. */
export const now = signal(Date.now())
export const zone = computed(() => me.value?.zone ?? 'Europe/Moscow')
export const today = computed(() => localTime(now.value, zone.value).date)
export const shownScale = computed<Scale>(() => scale.value ?? (phone.value ? 'day' : 'three'))
/** The window the timeline shows. */
export const view = computed(() =>
  viewOf(shownScale.value, firstDay.value, today.value, zone.value))

/** The data the timeline is drawn from; undefined until it covers the window. */
export const picture = computed(() => {
  const { from, to } = view.value
  for (const each of [farPicture.value, overview.value]) {
    if (each !== undefined && each.window.from <= from && each.window.to >= to) return each
  }
  return undefined
})

/** The server answers for so many days at most; a wider need is two questions. */
const longestWindowDays = 35

/** Tells from a failed request whether we are offline or logged out; others are the caller's. */
export function noteFault(fault: unknown): void {
  if (!(fault instanceof ApiProblem)) return
  if (fault.code === 'network') online.value = false
  if (fault.status !== 401) return
  if (session.value === 'in' && hasChanges()) lapsed.value = true
  else signedOut()
}

/** An answer that was under way when the connection went away proves nothing. */
function noteAnswer(): void {
  online.value = navigator.onLine
}

/** Forgets the account: after a log-out, or when the session ended. */
export function signedOut(): void {
  session.value = 'out'
  mustChange.value = undefined
  lapsed.value = false
  me.value = undefined
  overview.value = undefined
  numbers.value = undefined
}

/** Where managers work: pages of their own. */
const deskHref = '/desk'

/** On a device where nobody has chosen a language the panel speaks that of the account. */
async function takeLanguage(): Promise<void> {
  if (remembered('language') !== null) return
  try {
    const { profile } = await send('GET', '/settings') as SettingsReply
    await chooseLanguage(profile.language)
  } catch (fault) {
    noteFault(fault) // the language of the device will do
  }
}

/** Takes the account of a fresh log-in and loads the rest; a manager goes to his desk. */
export async function signedIn(account: MeReply): Promise<void> {
  mustChange.value = account.mustChangePassword === true ? account : undefined
  if (account.mustChangePassword === true) {
    session.value = 'out'
    return
  }
  if (account.role === 'manager') return location.replace(deskHref)
  // Somebody else's unsaved changes are not his.
  if (lapsed.value && account.login !== me.value?.login) signedOut()
  if (session.value !== 'in' && account.viewedBy === undefined) await takeLanguage()
  lapsed.value = false
  me.value = account
  session.value = 'in'
  await refresh()
}

/** The first question to the server: who am I. */
export async function startSession(): Promise<void> {
  try {
    await signedIn(await api.me())
  } catch (fault) {
    noteFault(fault)
    if (session.value === 'unknown') {
      loadFault.value = problemText(fault)
    }
  }
}

/** The window of the overview: from yesterday to eight days on, and what the timeline draws. */
function askedWindow(): { from: number; to: number; near: boolean } {
  const nearFrom = startOfDay(addDays(today.value, -1), zone.value)
  const nearTo = startOfDay(addDays(today.value, 8), zone.value)
  const from = Math.min(nearFrom, view.value.drawnFrom)
  const to = Math.max(nearTo, view.value.drawnTo)
  const near = to - from <= longestWindowDays * 86_400_000
  return near ? { from, to, near } : { from: nearFrom, to: nearTo, near }
}

let asked = 0
let answered = 0

/**
 * Loads the overview; of two that overlap, a reply never replaces that of a later question. Where
 * this device's clock was so wrong that the reply misses today, it is asked once more by the
 * server's clock.
 */
export async function loadOverview(again = true): Promise<void> {
  const turn = asked += 1
  const window = askedWindow()
  const { drawnFrom, drawnTo } = view.value
  const [near, far] = await Promise.all([
    api.overview(window.from, window.to),
    window.near ? undefined : api.overview(drawnFrom, drawnTo),
  ])
  if (turn < answered) return
  answered = turn
  clockOffset = near.now - Date.now()
  now.value = near.now
  overview.value = near
  farPicture.value = far
  const covered = near.window.from <= near.now && near.window.to > near.now
  if (again && (!covered || picture.value === undefined)) await loadOverview(false)
}

async function loadNumbers(): Promise<void> {
  numbers.value = await api.numbers()
}

async function loadMe(): Promise<void> {
  const account = await api.me()
  if (account.role === 'subscriber') me.value = account
  else location.replace(deskHref) // the look at his panel was ended elsewhere
}

/** Loads everything the pages share. Never throws: a fault becomes the strip of the page. */
export async function refresh(): Promise<void> {
  try {
    await Promise.all([loadOverview(), loadNumbers(), loadMe()])
    loadFault.value = undefined
    noteAnswer()
    shownAt.value = Date.now()
  } catch (fault) {
    noteFault(fault)
    if (session.value === 'in') loadFault.value = problemText(fault)
  }
}

/** Shows another stretch of the timeline; `first` undefined follows today again. */
export function showView(next: { scale?: Scale; first?: string | undefined }): void {
  if (next.scale !== undefined) scale.value = next.scale
  if ('first' in next) firstDay.value = next.first
  const { drawnFrom, drawnTo } = view.value
  const drawn = picture.value
  if (drawn === undefined || drawn.window.from > drawnFrom || drawn.window.to < drawnTo) {
    void refreshOverview()
  }
}

/** Reloads rules and calls after an event; quiet about faults, the stream will tell again. */
export async function refreshOverview(): Promise<void> {
  try {
    await loadOverview()
    noteAnswer()
    shownAt.value = Date.now()
  } catch (fault) {
    noteFault(fault)
  }
}

/** Keeps the clock going: once a minute, once a second while a call lives. */
export function startClock(): void {
  setInterval(() => {
    const ms = Date.now() + clockOffset
    const calls = (overview.value?.live.length ?? 0) > 0
    if (calls || Math.floor(ms / 60_000) !== Math.floor(now.value / 60_000)) {
      const minuteChanged = Math.floor(ms / 60_000) !== Math.floor(now.value / 60_000)
      now.value = ms
      // The acting rule may change with the minute: the server knows.
      if (minuteChanged && session.value === 'in') void refreshOverview()
    }
  }, 1000)
  addEventListener('offline', () => { online.value = false })
  addEventListener('online', () => { void refresh() })
}

/** Milliseconds between an event and the reload it causes: a burst of events is one reload. */
const settleMs = 150

const grownBy = [
  ['messages', messagesChanged], ['settings', settingsChanged], ['errands', errandsChanged],
  ['support', supportChanged], ['balance', balanceChanged],
] as const

/** Listens to the server's events while logged in. */
export function startEvents(): void {
  effect(() => {
    if (session.value !== 'in' || lapsed.value) return undefined
    const source = new EventSource('/api/events')
    let timer: ReturnType<typeof setTimeout> | undefined
    let rules = false
    const later = (whole: boolean): void => {
      rules ||= whole
      timer ??= setTimeout(() => {
        timer = undefined
        void (rules ? refresh() : refreshOverview())
        rules = false
      }, settleMs)
    }
    source.addEventListener('calls', () => {
      callsChanged.value += 1
      later(false)
    })
    source.addEventListener('rules', () => later(true))
    // With the balance it may change where calls go.
    source.addEventListener('balance', () => later(true))
    for (const [name, grown] of grownBy) source.addEventListener(name, () => { grown.value += 1 })
    let lost = false
    source.onerror = () => { lost = true }
    source.onopen = () => {
      if (lost || shownAt.value > 0) {
        // What changed since it was asked for was told to nobody.
        callsChanged.value += 1
        for (const [, grown] of grownBy) grown.value += 1
        later(true)
      }
      lost = false
    }
    return () => {
      clearTimeout(timer)
      source.close()
    }
  })
}
