/**
 * What every page of the desk knows, as signals: who works here, what waits for managers, whether
 * the server answers, the clock. Pages load their own data (`loaded.ts`).
 */
import { computed, effect, signal } from '@preact/signals'
import type { DeskHomeReply } from '../../src/api/schema-desk.ts'
import type { ManagerMe } from '../../src/api/schema.ts'
import { api, ApiProblem, problemText } from '../api.ts'
import { hasChanges } from '../router.ts'
import { deskApi } from './api.ts'

/** 'viewing': the session shows the panel of a subscriber; 'stranger': no manager at all. */
export const session = signal<'unknown' | 'out' | 'in' | 'viewing' | 'stranger'>('unknown')
/** The session ended while a form had changes: the page stays, with a way to log in beside it. */
export const lapsed = signal(false)
export const me = signal<ManagerMe | undefined>(undefined)
/** Whom the manager looks at while `session` is 'viewing'. */
export const viewed = signal('')
export const home = signal<DeskHomeReply | undefined>(undefined)
export const loadFault = signal<string | undefined>(undefined)
export const online = signal(true)
/** When the shown data arrived, milliseconds since 1970. */
export const shownAt = signal(Date.now())
/** Grows when somebody wrote to the support. */
export const supportChanged = signal(0)

/** Managers read the clock on their own wall. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

let clockOffset = 0

/** Server time at this very moment. */
export function serverNow(): number {
  return Date.now() + clockOffset
}

/** Server time, moved every ten seconds: what waits is told in minutes. */
export const now = signal(Date.now())

/** Changes can be stored. */
export const maySave = computed(() => online.value && !lapsed.value)

/** Tells from a failed request whether we are offline or logged out; others are the caller's. */
export function noteFault(fault: unknown): void {
  if (!(fault instanceof ApiProblem)) return
  if (fault.code === 'network') online.value = false
  if (fault.status !== 401) return
  if (hasChanges()) lapsed.value = true
  else session.value = 'out'
}

/** An answer came: what is shown is of now. */
export function noteAnswer(): void {
  online.value = navigator.onLine
  shownAt.value = Date.now()
  lapsed.value = false
}

/** Counts and the state of the system. Never throws. */
export async function loadHome(): Promise<void> {
  try {
    const reply = await deskApi.home()
    clockOffset = reply.now - Date.now()
    now.value = reply.now
    home.value = reply
    noteAnswer()
  } catch (fault) {
    noteFault(fault)
  }
}

/** The first question to the server: who am I. */
export async function startSession(): Promise<void> {
  try {
    const account = await api.me()
    loadFault.value = undefined
    if (account.role === 'manager') {
      me.value = account
      await loadHome()
      session.value = account.mustChangePassword === true ? 'out' : 'in'
    } else if (account.viewedBy !== undefined) {
      viewed.value = account.name
      session.value = 'viewing'
    } else session.value = 'stranger'
    lapsed.value = false
  } catch (fault) {
    noteFault(fault)
    if (session.value === 'unknown') loadFault.value = problemText(fault)
  }
}

/** Counts are asked for so often, milliseconds: an index or two each, for a few managers. */
const homeEveryMs = 15_000
const tickMs = 10_000

/** Keeps the clock and the counts going. */
export function startClock(): void {
  setInterval(() => { now.value = serverNow() }, tickMs)
  setInterval(() => {
    if (session.value === 'in' && !document.hidden) void loadHome()
  }, homeEveryMs)
  addEventListener('offline', () => { online.value = false })
  addEventListener('online', () => void loadHome())
}

/** Listens to what people write to the support while logged in. */
export function startEvents(): void {
  effect(() => {
    if (session.value !== 'in') return undefined
    const source = new EventSource('/api/desk/support/events')
    source.addEventListener('support', () => {
      supportChanged.value += 1
      void loadHome()
    })
    return () => source.close()
  })
}
