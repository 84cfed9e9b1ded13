/**
 * The table of the desk's pages: address → component. The queue comes first and is there at once;
 * the others come when they are opened, or when the browser has nothing else to do.
 */
import type { FunctionComponent } from 'preact'
import { later } from '../later.ts'
import { Requests } from './page-requests.ts'

/** What the address gives to a page: `id` is the first group of the path. */
export interface PageProps {
  readonly id: string | undefined
}

interface DeskPage {
  readonly path: RegExp
  readonly component: FunctionComponent<PageProps>
}

function page(load: () => Promise<FunctionComponent<PageProps>>): FunctionComponent<PageProps> {
  return later<PageProps>(load)
}

const id = '([0-9a-f]{32})'

export const pages: readonly DeskPage[] = [
  { path: new RegExp(`^/desk(?:/requests)?(?:/${id})?/?$`), component: Requests },
  {
    path: new RegExp(`^/desk/live(?:/${id})?$`),
    component: page(async () => (await import('./page-live.ts')).Live),
  },
  {
    path: new RegExp(`^/desk/support(?:/${id})?$`),
    component: page(async () => (await import('./page-support.ts')).Support),
  },
  {
    path: /^\/desk\/alarms$/,
    component: page(async () => (await import('./page-alarms.ts')).Alarms),
  },
  {
    path: /^\/desk\/subscribers$/,
    component: page(async () => (await import('./page-subscribers.ts')).Subscribers),
  },
  {
    path: new RegExp(`^/desk/subscribers/${id}$`),
    component: page(async () => (await import('./page-subscriber.ts')).Subscriber),
  },
  {
    path: /^\/desk\/numbers$/,
    component: page(async () => (await import('./page-numbers.ts')).Numbers),
  },
  {
    path: /^\/desk\/payments(?:\/(\d{1,12}))?$/,
    component: page(async () => (await import('./page-payments.ts')).Payments),
  },
  {
    path: /^\/desk\/tariffs$/,
    component: page(async () => (await import('./page-tariffs.ts')).Tariffs),
  },
  {
    path: /^\/desk\/tariffs\/(new|[0-9a-f]{32})$/,
    component: page(async () => (await import('./page-tariff.ts')).TariffPage),
  },
  {
    path: /^\/desk\/trunks(?:\/(new|[0-9a-f]{32}))?$/,
    component: page(async () => (await import('./page-trunks.ts')).Trunks),
  },
  {
    path: /^\/desk\/limits$/,
    component: page(async () => (await import('./page-limits.ts')).Limits),
  },
  {
    path: /^\/desk\/letters$/,
    component: page(async () => (await import('./page-letters.ts')).Letters),
  },
  {
    path: /^\/desk\/audit$/,
    component: page(async () => (await import('./page-audit.ts')).Audit),
  },
  {
    path: /^\/desk\/account$/,
    component: page(async () => (await import('./page-account.ts')).Account),
  },
]

export interface FoundPage {
  readonly component: FunctionComponent<PageProps>
  readonly id: string | undefined
}

/** The page of an address; undefined when there is none. */
export function findPage(path: string): FoundPage | undefined {
  for (const { path: pattern, component } of pages) {
    const match = pattern.exec(path)
    if (match !== null) return { component, id: match[1] }
  }
  return undefined
}
