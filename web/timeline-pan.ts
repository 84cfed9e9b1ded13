/**
 * Pointer work on the plot: dragging with the mouse moves the window by whole days, Ctrl+wheel and
 * pinch change the scale. On a touch screen the plot scrolls by itself.
 */
import { useEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'

export interface PanActions {
  /** Moves the window by days: positive to the future. */
  readonly shift: (days: number) => void
  /** 1 shows more days, -1 fewer. */
  readonly zoom: (direction: 1 | -1) => void
  /** How many days the plot shows. */
  readonly days: number
}

/** Whole days a drag of `dx` pixels means; a drag to the right shows the past. */
export function daysDragged(dx: number, width: number, days: number): number {
  // -0 would be another day to strict comparisons.
  return width <= 0 ? 0 : -Math.round(dx / width * days) || 0
}

/** Below this many pixels a press is a click, not a drag. */
const slackPx = 6
/** Wheel steps arrive in bursts: one change of scale in this time, milliseconds. */
const wheelPauseMs = 300

/** Listens on the plot while it is shown. */
export function usePan(ref: RefObject<HTMLDivElement | null>, actions: PanActions): void {
  // Listened once: listening anew at each change of scale would lose a press made in between.
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const plot = ref.current
    if (plot === null) return undefined
    let start: number | undefined
    let lastZoom = 0
    const down = (event: PointerEvent): void => {
      const onBar = event.target instanceof Element && event.target.closest('[data-bar]') !== null
      if (event.pointerType === 'mouse' && event.button === 0 && !onBar) start = event.clientX
    }
    const move = (event: PointerEvent): void => {
      const dx = start === undefined ? 0 : event.clientX - start
      const svg = plot.firstElementChild
      if (svg instanceof SVGElement) svg.style.translate = Math.abs(dx) < slackPx ? '' : `${dx}px`
    }
    const up = (event: PointerEvent): void => {
      if (start === undefined) return
      const days = daysDragged(event.clientX - start, plot.scrollWidth, latest.current.days)
      start = undefined
      const svg = plot.firstElementChild
      if (svg instanceof SVGElement) svg.style.translate = ''
      if (days !== 0) latest.current.shift(days)
    }
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return
      event.preventDefault()
      if (event.timeStamp - lastZoom < wheelPauseMs || event.deltaY === 0) return
      lastZoom = event.timeStamp
      latest.current.zoom(event.deltaY > 0 ? 1 : -1)
    }
    plot.addEventListener('pointerdown', down)
    plot.addEventListener('wheel', wheel, { passive: false })
    addEventListener('pointermove', move)
    addEventListener('pointerup', up)
    return () => {
      plot.removeEventListener('pointerdown', down)
      plot.removeEventListener('wheel', wheel)
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', up)
    }
  }, [])
}
