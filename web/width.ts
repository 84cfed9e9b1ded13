/**
 * The width of an element on the page, for pictures that are laid out in pixels: the timeline and
 * the ring chart.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Hook: hang `ref` on the element; `width` is 0 until it is on the page, CSS pixels. */
export function useWidth(): { ref: { current: HTMLDivElement | null }; width: number } {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const box = ref.current
    if (box === null) return undefined
    const observer = new ResizeObserver(() => setWidth(box.clientWidth))
    observer.observe(box)
    setWidth(box.clientWidth)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
