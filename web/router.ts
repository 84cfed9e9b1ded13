/**
 * Addresses of the panel's pages by the History API: the current place as a signal, links inside the
 * panel without a page load, and the question before unsaved changes are lost. A form with changes
 * is known by its mark in the document (`unsaved`), so one inside a dialog guards that dialog, too.
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

/** The question that is being asked: what would be lost (own words, or ''), and what comes then. */
export interface Leaving {
  readonly lost: string
  readonly go: () => void
}

export const leaving = signal<Leaving | undefined>(undefined)

/**
 * Properties for the element of a form: while it has changes, leaving asks first. `lost` is a
 * sentence of its own about what would be lost.
 */
export function unsaved(dirty: boolean, lost = ''): { readonly 'data-unsaved'?: string } {
  return dirty ? { 'data-unsaved': lost } : {}
}

function changed(within: ParentNode): HTMLElement | null {
  return within.querySelector<HTMLElement>('[data-unsaved]')
}

/** Whether a form has changes that leaving would lose. */
export function hasChanges(): boolean {
  return changed(document) !== null
}

/** Does `go` at once, or after the user agreed to lose the changes of a form in `within`. */
export function leaveThen(go: () => void, within: ParentNode = document): void {
  const form = changed(within)
  if (form === null) go()
  else leaving.value = { lost: form.dataset['unsaved'] ?? '', go }
}

/** Goes to a page whatever a form on this one still shows: it is saved. */
export function arrive(href: string): void {
  history.pushState(null, '', href)
  place.value = here()
  scrollTo(0, 0)
}

/** Goes to a page of the panel; `replace` for a change of filters, which needs no way back. */
export function navigate(href: string, replace = false): void {
  if (replace) {
    history.replaceState(null, '', href)
    place.value = here()
  } else leaveThen(() => arrive(href))
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
    // The browser has moved already: keep the form's address until the user agrees.
    if (hasChanges()) history.pushState(null, '', place.value.path + search(place.value.query))
    leaveThen(() => {
      if (location.href !== target) history.pushState(null, '', target)
      place.value = here()
    })
  })
  addEventListener('beforeunload', (event) => { if (hasChanges()) event.preventDefault() })
  document.addEventListener('click', followLink)
}

function search(query: URLSearchParams): string {
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
