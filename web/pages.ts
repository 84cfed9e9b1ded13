/**
 * The one table of the panel's pages: address → component. A page's code comes with its own part of
 * the bundle, when it is first opened or when the browser has nothing else to do; pages of one
 * subject name the same import and so share a part.
 */
import type { FunctionComponent } from 'preact'
import { later } from './later.ts'
import { Overview } from './overview.ts'

/** What the address gives to a page: `id` is the first group of the path, undefined without one. */
export interface PageProps {
  readonly id: string | undefined
}

interface PanelPage {
  /** An exact path, or a pattern with at most one group. */
  readonly path: string | RegExp
  readonly component: FunctionComponent<PageProps>
  /** Fills the screen of a phone and brings its own bottom bar. */
  readonly bare?: boolean
}

export interface FoundPage {
  readonly component: FunctionComponent<PageProps>
  readonly bare: boolean
  readonly id: string | undefined
}

function page(load: () => Promise<FunctionComponent<PageProps>>): FunctionComponent<PageProps> {
  return later<PageProps>(load)
}

/** A page for visitors: who has logged in need not fetch it. */
function open(load: () => Promise<FunctionComponent<PageProps>>): FunctionComponent<PageProps> {
  return later<PageProps>(load, false)
}

export const pages: readonly PanelPage[] = [
  { path: '/', component: Overview },
  { path: '/login', component: Overview },
  { path: '/rules', component: page(async () => (await import('./rules.ts')).Rules) },
  {
    path: /^\/rules\/(new|[0-9a-f]{32})$/, bare: true,
    component: page(async () => (await import('./rule-editor.ts')).RuleEditor),
  },
  { path: '/numbers', component: page(async () => (await import('./numbers.ts')).Numbers) },
  { path: '/simulator', component: page(async () => (await import('./page-simulator.ts')).Simulator) },
  { path: '/callers', component: page(async () => (await import('./page-callers.ts')).Callers) },
  { path: '/calendar', component: page(async () => (await import('./page-calendar.ts')).CalendarPage) },
  { path: '/calls', component: page(async () => (await import('./calls.ts')).Calls) },
  { path: '/voicemail', component: page(async () => (await import('./page-voicemail.ts')).Voicemail) },
  { path: '/statistics', component: page(async () => (await import('./page-statistics.ts')).Statistics) },
  {
    path: /^\/settings(?:\/(user|notifications|calls))?$/,
    component: page(async () => (await import('./page-settings.ts')).Settings),
  },
  {
    path: '/balance', bare: true,
    component: page(async () => (await import('./page-topup.ts')).TopUp),
  },
  { path: '/charges', component: page(async () => (await import('./page-charges.ts')).Charges) },
  { path: '/referral', component: page(async () => (await import('./page-referral.ts')).Referral) },
  { path: '/profile', component: page(async () => (await import('./page-profile.ts')).Profile) },
  { path: '/support', component: page(async () => (await import('./page-support.ts')).Support) },
  { path: '/features', component: page(async () => (await import('./page-features.ts')).Features) },
]

/** Pages that need no login and have a frame of their own, whoever is logged in. */
const publicPages: readonly PanelPage[] = [
  { path: '/register', component: open(async () => (await import('./page-register.ts')).Register) },
  {
    path: /^\/register\/([\w-]{8,128})$/,
    component: open(async () => (await import('./page-request.ts')).RequestPage),
  },
  { path: '/ask', component: open(async () => (await import('./ask.ts')).Ask) },
  { path: '/forgot', component: open(async () => (await import('./page-forgot.ts')).Forgot) },
  {
    path: /^\/password\/([\w-]{8,128})$/,
    component: open(async () => (await import('./page-password.ts')).PasswordPage),
  },
  {
    path: /^\/email\/([\w-]{8,128})$/,
    component: open(async () => (await import('./page-email.ts')).EmailPage),
  },
]

/** The page of an address in the panel; undefined when there is none. */
export function findPage(path: string): FoundPage | undefined {
  return find(pages, path)
}

/** The page of an address that needs no login; undefined when there is none. */
export function findPublicPage(path: string): FoundPage | undefined {
  return find(publicPages, path)
}

function find(table: readonly PanelPage[], path: string): FoundPage | undefined {
  for (const each of table) {
    if (typeof each.path === 'string') {
      if (each.path !== path) continue
      return { component: each.component, bare: each.bare === true, id: undefined }
    }
    const match = each.path.exec(path)
    if (match !== null) return { component: each.component, bare: each.bare === true, id: match[1] }
  }
  return undefined
}
