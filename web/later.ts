/**
 * A page whose code is loaded when it is first opened, or when the browser has nothing else to do.
 */
import { signal } from '@preact/signals'
import type { FunctionComponent, VNode } from 'preact'
import { Button, Skeleton, Strip } from './controls.ts'
import { html } from './html.ts'
import { t } from './text.ts'

/** How long the first page has for itself before the others are fetched, milliseconds. */
const quietMs = 3000

/** A component that shows a skeleton until `load` has brought the real one. */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  const real = signal<FunctionComponent<P> | undefined>(undefined)
  const failed = signal(false)
  let begun = false
  const begin = (): void => {
    if (begun) return
    begun = true
    failed.value = false
    load().then((component) => { real.value = component }, () => {
      begun = false
      failed.value = true
    })
  }
  setTimeout(begin, quietMs)
  return function Later(props: P): VNode {
    const component = real.value
    if (component !== undefined) return html`<${component} ...${props} />`
    if (failed.value) {
      return html`<${Strip} kind="bad" text=${t('error.load', { reason: t('error.network') })}
        alert=${true}
        action=${html`<${Button} small=${true} onClick=${begin}>${t('common.retry')}<//>`} />`
    }
    begin()
    return html`<${Skeleton} rows=${5} />`
  }
}
