/**
 * The message at the bottom right: what was done, with «Отменить» for eight seconds. One at a time;
 * it stays while the pointer or the focus is on it, Ctrl+Z does the same as its button.
 */
import { effect, signal } from '@preact/signals'
import type { VNode } from 'preact'
import { Icon } from './icons.ts'
import { html } from './html.ts'
import { t } from './text.ts'

export interface Toast {
  readonly text: string
  readonly bad?: boolean
  readonly undo?: (() => unknown) | undefined
}

const stayMs = 8000

export const toast = signal<Toast | undefined>(undefined)
const held = signal(false)

/** Shows a message in place of the one before it. */
export function showToast(next: Toast): void {
  toast.value = next
}

function undoNow(): void {
  const undo = toast.value?.undo
  toast.value = undefined
  undo?.()
}

/** Starts the toast's clock and Ctrl+Z. */
export function startToasts(): void {
  effect(() => {
    // What is taken from under the pointer says nothing of its leaving.
    if (toast.value === undefined) held.value = false
    if (toast.value === undefined || held.value) return undefined
    const timer = setTimeout(() => { toast.value = undefined }, stayMs)
    return () => clearTimeout(timer)
  })
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== 'KeyZ' || event.shiftKey) return
    // In a field Ctrl+Z belongs to the text.
    if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return
    if (toast.value?.undo === undefined) return
    event.preventDefault()
    undoNow()
  })
}

/** The place of the message; always in the page, so that screen readers watch it. */
export function ToastPlace(): VNode {
  const shown = toast.value
  return html`<div class="toast-place" role="status" aria-live="polite">
    ${shown !== undefined && html`<div class=${shown.bad === true ? 'toast bad' : 'toast'}
      onMouseEnter=${() => { held.value = true }} onMouseLeave=${() => { held.value = false }}
      onFocusIn=${() => { held.value = true }} onFocusOut=${() => { held.value = false }}>
      ${shown.bad === true && html`<${Icon} name="alert" />`}
      <span>${shown.text}</span>
      ${shown.undo !== undefined && html`<button type="button" class="toast-action"
        onClick=${undoNow}>${t('common.undo')}</button>`}
      <button type="button" class="toast-close" aria-label=${t('common.close')}
        onClick=${() => { toast.value = undefined }}><${Icon} name="close" size=${16} /></button>
    </div>`}
  </div>`
}
