/**
 * Scrolling of the plot: the browser scrolls it by wheel, touch and keys, the mouse also by dragging;
 * Ctrl+wheel and pinch change the scale around the pointer. When a scroll has come to rest the window
 * becomes what is in sight, and what is drawn is moved under it unseen.
 */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import type { Axis } from './timeline-axis.ts'

export interface ScrollActions {
  /** The plot came to rest with this instant at its left edge; true when the window changed. */
  readonly settle: (ms: number) => boolean
  /** 1 shows more days, -1 fewer; `ms` is to stay at the part `at` (0 … 1) of the width. */
  readonly zoom: (direction: 1 | -1, ms: number, at: number) => void
}

export interface ScrollPlace {
  readonly axis: Axis
  /** Where the window begins, and where it is to stand after a jump. */
  readonly viewX: number
  readonly restX: number
  /** Width of the column of names, which hides the left part of the plot. */
  readonly namesPx: number
  /** Comes to rest at whole days. */
  readonly snaps: boolean
}

/** Below this many pixels a press is a click, not a drag. */
const slackPx = 6
/** Wheel steps arrive in bursts: one change of scale in this time, milliseconds. */
const wheelPauseMs = 300
/** A scroll that has been silent for so long has come to rest, milliseconds. */
const restMs = 140
/** Two fingers that part or close by so much change the scale once. */
const pinchRatio = 1.35
const fingerEnds = ['pointerup', 'pointercancel', 'pointerleave'] as const

function slide(box: HTMLDivElement, left: number): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  box.scrollTo({ left, behavior: calm ? 'instant' : 'smooth' })
}

/** Mouse drag: moves the scroll position; a press on a bar or a handle is theirs. */
function listenDrag(box: HTMLDivElement): () => void {
  let start: { x: number; left: number; moved: boolean } | undefined
  const down = (event: PointerEvent): void => {
    const taken = event.target instanceof Element && event.target.closest('[data-bar], button, a') !== null
    if (event.pointerType !== 'mouse' || event.button !== 0 || taken) return
    start = { x: event.clientX, left: box.scrollLeft, moved: false }
  }
  const move = (event: PointerEvent): void => {
    if (start === undefined) return
    const dx = event.clientX - start.x
    if (!start.moved && Math.abs(dx) < slackPx) return
    start.moved = true
    box.classList.add('panned')
    box.scrollLeft = start.left - dx
  }
  const up = (): void => {
    start = undefined
    box.classList.remove('panned')
  }
  box.addEventListener('pointerdown', down)
  addEventListener('pointermove', move)
  addEventListener('pointerup', up)
  addEventListener('pointercancel', up)
  return () => {
    box.removeEventListener('pointerdown', down)
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', up)
    removeEventListener('pointercancel', up)
  }
}

/** Pinch and Ctrl+wheel. `zoom` gets the pointer's place in the window. */
function listenZoom(
  box: HTMLDivElement, zoom: (direction: 1 | -1, clientX: number) => void,
): () => void {
  let last = 0
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return
    event.preventDefault()
    if (event.timeStamp - last < wheelPauseMs || event.deltaY === 0) return
    last = event.timeStamp
    zoom(event.deltaY > 0 ? 1 : -1, event.clientX)
  }
  const fingers = new Map<number, PointerEvent>()
  let spread = 0
  const distance = (): number => {
    const [a, b] = [...fingers.values()]
    if (a === undefined || b === undefined) return 0
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)
  }
  const down = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') return
    fingers.set(event.pointerId, event)
    spread = fingers.size === 2 ? distance() : 0
  }
  const move = (event: PointerEvent): void => {
    if (!fingers.has(event.pointerId)) return
    fingers.set(event.pointerId, event)
    if (spread === 0) return
    const now = distance()
    const ratio = now / spread
    if (ratio < pinchRatio && ratio > 1 / pinchRatio) return
    const middle = [...fingers.values()].reduce((sum, each) => sum + each.clientX, 0) / fingers.size
    spread = now
    zoom(ratio > 1 ? -1 : 1, middle)
  }
  const up = (event: PointerEvent): void => {
    fingers.delete(event.pointerId)
    spread = 0
  }
  box.addEventListener('wheel', wheel, { passive: false })
  box.addEventListener('pointerdown', down)
  box.addEventListener('pointermove', move)
  for (const end of fingerEnds) box.addEventListener(end, up)
  return () => {
    box.removeEventListener('wheel', wheel)
    box.removeEventListener('pointerdown', down)
    box.removeEventListener('pointermove', move)
    for (const end of fingerEnds) box.removeEventListener(end, up)
  }
}

/** What a change of the view must not move: the left edge, or an instant under the pointer. */
type Keep = 'left' | { readonly ms: number; readonly x: number }

function samePlace(old: ScrollPlace | undefined, place: ScrollPlace): boolean {
  return old?.axis.from === place.axis.from && old.axis.pxPerMs === place.axis.pxPerMs
}

/** Puts the scroll position where a changed view wants it. */
function moveTo(
  box: HTMLDivElement, old: ScrollPlace | undefined, place: ScrollPlace, how: Keep | undefined,
): void {
  if (how !== undefined && how !== 'left') {
    box.scrollLeft = place.axis.at(how.ms) - how.x
  } else if (old !== undefined && old.axis.pxPerMs === place.axis.pxPerMs) {
    // The same instant stays at the edge; a jump then slides to its place.
    box.scrollLeft = place.axis.at(old.axis.ms(box.scrollLeft))
    if (how === undefined) slide(box, place.restX)
  } else box.scrollLeft = place.restX
}

/** Keeps the scroll position with the view, and the view with the scroll position. */
export function useScroll(
  ref: RefObject<HTMLDivElement | null>, place: ScrollPlace | undefined, actions: ScrollActions,
): void {
  const latest = useRef({ place, actions })
  latest.current = { place, actions }
  const before = useRef<ScrollPlace | undefined>(undefined)
  const keep = useRef<Keep | undefined>(undefined)
  useLayoutEffect(() => {
    const old = before.current
    const how = keep.current
    before.current = place
    if (ref.current === null || place === undefined || samePlace(old, place)) return
    keep.current = undefined
    moveTo(ref.current, old, place, how)
  }, [place?.axis.from, place?.axis.pxPerMs])
  useEffect(() => {
    const box = ref.current
    if (box === null) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = (): void => {
      const now = latest.current.place
      if (now === undefined) return
      if (box.classList.contains('panned')) return scrolled()
      if (Math.abs(box.scrollLeft - now.viewX) < 1) return
      const changed = latest.current.actions.settle(now.axis.ms(box.scrollLeft))
      if (changed && !now.snaps) keep.current = 'left'
      if (!changed && now.snaps) slide(box, now.viewX)
    }
    const scrolled = (): void => {
      clearTimeout(timer)
      timer = setTimeout(rest, restMs)
    }
    const zoom = (direction: 1 | -1, clientX: number): void => {
      const now = latest.current.place
      if (now === undefined) return
      const x = clientX - box.getBoundingClientRect().left - now.namesPx
      const ms = now.axis.ms(box.scrollLeft + x)
      keep.current = { ms, x }
      latest.current.actions.zoom(direction, ms, x / Math.max(1, box.clientWidth - now.namesPx))
    }
    const stopDrag = listenDrag(box)
    const stopZoom = listenZoom(box, zoom)
    box.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      clearTimeout(timer)
      stopDrag()
      stopZoom()
      box.removeEventListener('scroll', scrolled)
    }
  }, [])
}
