/**
 * What the menu lists: the entries of the left menu by group, the five places of a phone and the
 * rest that its sheet «Ещё» holds. Only pages that exist are listed.
 */
import { missed, unheard } from './badges.ts'
import type { IconName } from './icons.ts'
import { place } from './router.ts'
import type { Key } from './text.ts'

export interface MenuEntry {
  readonly href: string
  readonly icon: IconName
  readonly text: Key
  /** A count beside the entry; 0 shows nothing. */
  readonly badge?: { readonly count: () => number; readonly text: Key }
}

interface MenuGroup {
  /** undefined for the first group, which needs no heading. */
  readonly text: Key | undefined
  readonly entries: readonly MenuEntry[]
}

const home: MenuEntry = { href: '/', icon: 'home', text: 'nav.overview' }
const rules: MenuEntry = { href: '/rules', icon: 'split', text: 'nav.rules' }
const numbers: MenuEntry = { href: '/numbers', icon: 'phone', text: 'nav.numbers' }
const simulator: MenuEntry = { href: '/simulator', icon: 'help', text: 'nav.simulator' }
const journal: MenuEntry = {
  href: '/calls', icon: 'list', text: 'nav.calls',
  badge: { count: () => missed.value, text: 'nav.missed' },
}
const voicemail: MenuEntry = {
  href: '/voicemail', icon: 'mail', text: 'nav.voicemail',
  badge: { count: () => unheard.value, text: 'nav.unheard' },
}
const statistics: MenuEntry = { href: '/statistics', icon: 'chart', text: 'nav.statistics' }
const callers: MenuEntry = { href: '/callers', icon: 'people', text: 'nav.callers' }
const calendar: MenuEntry = { href: '/calendar', icon: 'calendar', text: 'nav.calendar' }
const topUp: MenuEntry = { href: '/balance', icon: 'wallet', text: 'nav.topUp' }
const charges: MenuEntry = { href: '/charges', icon: 'receipt', text: 'nav.charges' }
const referral: MenuEntry = { href: '/referral', icon: 'star', text: 'nav.referral' }
const settings: MenuEntry = { href: '/settings', icon: 'sliders', text: 'nav.settings' }
const profile: MenuEntry = { href: '/profile', icon: 'user', text: 'nav.profile' }
const support: MenuEntry = { href: '/support', icon: 'chat', text: 'nav.support' }
/** In the top bar where it is wide enough. */
export const features: MenuEntry = { href: '/features', icon: 'book', text: 'nav.features' }

export const menuGroups: readonly MenuGroup[] = [
  { text: undefined, entries: [home, rules, numbers, simulator] },
  { text: 'nav.groupCalls', entries: [journal, voicemail, statistics, callers] },
  { text: 'nav.groupMoney', entries: [topUp, charges, referral] },
  { text: 'nav.groupMore', entries: [calendar, settings, profile, support] },
]

export const phonePlaces: readonly MenuEntry[] = [
  { ...home, text: 'nav.now' }, { ...rules, text: 'nav.rulesShort' }, journal,
  { ...voicemail, text: 'nav.voicemailShort' },
]

export const phoneRest: readonly MenuEntry[] = [
  numbers, simulator, statistics, charges, referral, callers, calendar, settings, profile, support, features,
]

/** Whether the page on the screen belongs to this entry. */
export function isHere(href: string): boolean {
  const path = place.value.path
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
}
