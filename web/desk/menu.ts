/**
 * What the desk's menu lists, and which four of it a phone has at hand.
 */
import type { DeskHomeReply } from '../../src/api/schema-desk.ts'
import type { IconName } from '../icons.ts'
import { place } from '../router.ts'
import { home } from './state.ts'
import type { DeskKey } from './words.ts'

export interface DeskEntry {
  readonly href: string
  readonly icon: IconName
  readonly text: DeskKey
  /** For the bar of a phone, where the other is too long. */
  readonly short?: DeskKey
  /** A count beside the entry; work that waits is blue, stock is grey. */
  readonly count?: (counts: DeskHomeReply['counts']) => number
  readonly stock?: boolean
}

const requests: DeskEntry = {
  href: '/desk', icon: 'list', text: 'menu.requests', count: (of) => of.requests,
}
const live: DeskEntry = {
  href: '/desk/live', icon: 'call', text: 'menu.live', short: 'menu.calls', count: (of) =>
    of.liveCalls, stock: true,
}
const support: DeskEntry = {
  href: '/desk/support', icon: 'chat', text: 'menu.support', short: 'menu.questions',
  count: (of) => of.support,
}
const alarms: DeskEntry = {
  href: '/desk/alarms', icon: 'bell', text: 'menu.alarms', count: (of) => of.openAlarms,
}

export const entries: readonly DeskEntry[] = [
  requests, live, support, alarms,
  {
    href: '/desk/subscribers', icon: 'people', text: 'menu.subscribers',
    count: (of) => of.subscribers, stock: true,
  },
  {
    href: '/desk/numbers', icon: 'phone', text: 'menu.numbers', count: (of) => of.freeNumbers,
    stock: true,
  },
  { href: '/desk/payments', icon: 'wallet', text: 'menu.payments', count: (of) => of.corrections },
  { href: '/desk/tariffs', icon: 'receipt', text: 'menu.tariffs' },
  { href: '/desk/trunks', icon: 'split', text: 'menu.trunks' },
  { href: '/desk/limits', icon: 'block', text: 'menu.limits' },
  { href: '/desk/letters', icon: 'letter', text: 'menu.letters', count: (of) => of.deadLetters },
  { href: '/desk/audit', icon: 'clock', text: 'menu.audit' },
]

/** At hand on a phone; the rest is in «Ещё». */
export const phonePlaces: readonly DeskEntry[] = [requests, live, support, alarms]
export const phoneRest: readonly DeskEntry[] =
  entries.filter((entry) => !phonePlaces.includes(entry))

/** The count beside an entry; 0 = nothing to show. */
export function countOf(entry: DeskEntry): number {
  const counts = home.value?.counts
  return counts === undefined ? 0 : entry.count?.(counts) ?? 0
}

/** Whether the page of an entry is shown, or one below it. */
export function isHere(href: string): boolean {
  const { path } = place.value
  if (href === '/desk') return path === '/desk' || path.startsWith('/desk/requests')
  return path === href || path.startsWith(`${href}/`)
}
