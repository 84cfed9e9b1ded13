/**
 * A component whose code is loaded when it is first shown, or when the browser has nothing else to
 * do. Fetched in idle time one after another, so that a page opened meanwhile need not queue.
 */
import { signal } from '@preact/signals'
import type { FunctionComponent, VNode } from 'preact'
import { Button, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import { t } from './text.ts'

let styles: Promise<void> | undefined

/** The sheet of the pages that come later, asked for once. Without it they are plain, not broken. */
function loadStyles(): Promise<void> {
  styles ??= new Promise((done) => {
    const address = document.querySelector<HTMLMetaElement>('meta[name="later-style"]')?.content
    if (address === undefined) return done()
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = address
    link.addEventListener('load', () => done())
    link.addEventListener('error', () => done())
    document.head.append(link)
  })
  return styles
}

/** How long the first page has for itself before the others are fetched, milliseconds. */
const quietMs = 2000

const waiting: (() => Promise<unknown>)[] = []

async function fetchWaiting(): Promise<void> {
  for (let begin = waiting.shift(); begin !== undefined; begin = waiting.shift()) await begin()
}

function startFetching(): void {
  setTimeout(() => {
    // Safari has no idle callbacks; there the pause alone must do.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => void fetchWaiting())
    else void fetchWaiting()
  }, quietMs)
}

/**
 * A component that shows a skeleton until `load` has brought the real one. `ahead`: its code is
 * fetched in idle time; without it, only when it is shown, as few will ever see it.
 */
export function later<P extends object>(
  load: () => Promise<FunctionComponent<P>>, ahead = true,
): FunctionComponent<P> {
  const real = signal<FunctionComponent<P> | undefined>(undefined)
  const failed = signal(false)
  let begun: Promise<void> | undefined
  const begin = (): Promise<void> => begun ??= fetchOnce()
  const fetchOnce = async (): Promise<void> => {
    failed.value = false
    try {
      const [component] = await Promise.all([load(), loadStyles()])
      real.value = component
    } catch {
      begun = undefined
      failed.value = true
    }
  }
  if (ahead && waiting.push(begin) === 1) startFetching()
  return function Later(props: P): VNode {
    const component = real.value
    if (component !== undefined) return html`<${component} ...${props} />`
    if (failed.value) {
      return html`<${Strip} kind="bad" text=${t('error.load', { reason: t('error.network') })}
        alert=${true}
        action=${html`<${Button} small=${true} onClick=${() => void begin()}>${t('common.retry')}<//>`} />`
    }
    void begin()
    return html`<${Skeleton} rows=${5} />`
  }
}
