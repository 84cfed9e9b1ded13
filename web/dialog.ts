/**
 * What lies above the page: a modal dialog, a sheet at the bottom of a phone, and a popover beside
 * its anchor. Esc closes each and gives the focus back. The dialog is the browser's own; one whose
 * form has changes asks before it closes by Esc or a click beside it.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { phone } from './device.ts'
import { html } from './html.ts'
import { leaveThen } from './router.ts'

interface LayerProps {
  readonly label: string
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

/** A sheet pulled down by so much is closed, CSS pixels. */
const swipePx = 60

/** Handlers for the grip of a sheet: pulled down it follows, and closes. */
function useSwipe(close: () => void): Readonly<Record<string, (event: PointerEvent) => void>> {
  const start = useRef<number | undefined>(undefined)
  const follow = (event: PointerEvent, dy: number): void => {
    const sheet = (event.currentTarget as Element).closest('dialog')
    if (sheet !== null) sheet.style.translate = dy > 0 ? `0 ${dy}px` : ''
  }
  return {
    onPointerDown: (event) => {
      start.current = event.clientY
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    },
    onPointerMove: (event) => {
      if (start.current !== undefined) follow(event, event.clientY - start.current)
    },
    onPointerUp: (event) => {
      const pulled = start.current !== undefined && event.clientY - start.current > swipePx
      start.current = undefined
      if (pulled) close()
      else follow(event, 0)
    },
    onPointerCancel: (event) => {
      start.current = undefined
      follow(event, 0)
    },
  }
}

/** A modal dialog, or with `sheet` a sheet from the bottom edge. Focus starts on [autofocus]. */
export function Dialog(props: LayerProps & {
  readonly sheet?: boolean; readonly wide?: boolean
}): VNode {
  const ref = useRef<HTMLDialogElement>(null)
  const close = (): void => leaveThen(props.onClose, ref.current ?? document)
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      // The element is gone from the page already, so the browser does not give the focus back.
      if (before instanceof HTMLElement && before.isConnected
        && document.activeElement === document.body) before.focus({ preventScroll: true })
    }
  }, [])
  const onCancel = (event: Event): void => {
    event.preventDefault()
    close()
  }
  const onClick = (event: MouseEvent): void => {
    if (event.target === ref.current) close() // the backdrop
  }
  const swipe = useSwipe(close)
  const kind = props.sheet === true ? 'sheet' : props.wide === true ? 'dialog wide' : 'dialog'
  return html`<dialog ref=${ref} class=${kind} aria-label=${props.label} onCancel=${onCancel}
    onClick=${onClick}><div class="layer">${props.sheet === true && html`<span
    class="sheet-grab" ...${swipe}><span class="sheet-grip"></span></span>`}
    ${props.children}</div></dialog>`
}

/** Where a popover goes: below its anchor, above when there is no room, inside the window. */
export function placeBeside(
  anchor: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
  size: { readonly width: number; readonly height: number },
  window_: { readonly width: number; readonly height: number },
): { readonly left: number; readonly top: number } {
  const gap = 8
  const below = anchor.bottom + gap + size.height <= window_.height - gap
  const top = below ? anchor.bottom + gap : anchor.top - gap - size.height
  const left = Math.min(anchor.left, window_.width - size.width - gap)
  return {
    left: Math.max(gap, left),
    top: Math.max(gap, Math.min(top, window_.height - size.height - gap)),
  }
}

/** A popover beside `anchor` (a sheet on a phone); the focus goes to its first control. */
export function Popover(props: LayerProps & { readonly anchor: Element }): VNode {
  if (phone.value) return html`<${Dialog} ...${props} sheet=${true} />`
  return html`<${Beside} ...${props} />`
}

function Beside(props: LayerProps & { readonly anchor: Element }): VNode {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const box = ref.current
    if (box === null) return
    const place = placeBeside(props.anchor.getBoundingClientRect(),
      { width: box.offsetWidth, height: box.offsetHeight },
      { width: innerWidth, height: innerHeight })
    box.style.left = `${place.left}px`
    box.style.top = `${place.top}px`
  }, [props.anchor])
  useEffect(() => {
    const anchor = props.anchor
    ref.current?.querySelector<HTMLElement>('button, a, input')?.focus({ preventScroll: true })
    const outside = (event: PointerEvent): void => {
      const target = event.target
      if (target instanceof Node && ref.current?.contains(target) === false && !anchor.contains(target)) {
        props.onClose()
      }
    }
    const scrolled = (): void => props.onClose()
    addEventListener('pointerdown', outside)
    addEventListener('scroll', scrolled, { passive: true })
    return () => {
      removeEventListener('pointerdown', outside)
      removeEventListener('scroll', scrolled)
      if (anchor.isConnected && (document.activeElement === null
        || document.activeElement === document.body)) {
        (anchor as HTMLElement | SVGElement).focus({ preventScroll: true })
      }
    }
  }, [props.anchor])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    ref.current?.blur()
    ;(props.anchor as HTMLElement | SVGElement).focus({ preventScroll: true })
    props.onClose()
  }
  return html`<div ref=${ref} class="popover" role="dialog" aria-label=${props.label}
    onKeyDown=${onKeyDown}>${props.children}</div>`
}
