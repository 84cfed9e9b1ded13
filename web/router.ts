/**
 * Addresses of the panel's pages by the History API: the current place as a signal, links inside the
 * panel without a page load, and a guard for forms with unsaved changes.
 */
import { signal } from '@preact/signals'

export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

export const place = signal<Place>({ path: '/', query: new URLSearchParams() })

/** Asks whether the page may be left; set by a form with changes, undefined otherwise. */
let guard: ((go: () => void) => boolean) | undefined

/** `ask` returns true to leave at once, or keeps `go` to call it after the user agreed. */
export function guardLeaving(ask: ((go: () => void) => boolean) | undefined): void {
  guard = ask
}

/** Whether a form has changes that leaving would lose. */
export function hasChanges(): boolean {
  return guard !== undefined
}

/** Goes to a page of the panel; `replace` for a change of filters, which needs no way back. */
export function navigate(href: string, replace = false): void {
  const go = (): void => {
    guard = undefined
    if (replace) history.replaceState(null, '', href)
    else history.pushState(null, '', href)
    place.value = here()
    if (!replace) scrollTo(0, 0)
  }
  if (replace) {
    history.replaceState(null, '', href)
    place.value = here()
  } else if (guard === undefined || guard(go)) go()
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.origin !== location.origin) return
  if (link.hasAttribute('download') || link.hash !== '') return
  event.preventDefault()
  navigate(link.pathname + link.search)
}

/** Starts listening to links and to the browser's own back and forward. */
export function startRouter(): void {
  place.value = here()
  addEventListener('popstate', () => {
    const target = location.href
    const go = (): void => {
      guard = undefined
      if (location.href !== target) history.pushState(null, '', target)
      place.value = here()
    }
    if (guard === undefined || guard(go)) go()
    // The browser has moved already: keep the form's address until the user agrees.
    else history.pushState(null, '', place.value.path + search(place.value.query))
  })
  document.addEventListener('click', followLink)
}

function search(query: URLSearchParams): string {
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
