/**
 * Arrow keys among the cells of a picture that has one tab stop: bars in a row, cells in a grid.
 */

/** Index reached by a key among `count` cells in rows of `columns`; undefined: it leads nowhere. */
export function stepCell(
  key: string, at: number, count: number, columns: number,
): number | undefined {
  const to = key === 'ArrowRight' ? at + 1 : key === 'ArrowLeft' ? at - 1
    : key === 'ArrowDown' ? at + columns : key === 'ArrowUp' ? at - columns
      : key === 'Home' ? 0 : key === 'End' ? count - 1 : undefined
  return to === undefined || to < 0 || to >= count ? undefined : to
}

/** Moves the focus among the elements with `data-cell`, and with it the tab stop. */
export function moveCell(event: KeyboardEvent, count: number, columns: number): void {
  const from = event.target
  if (!(from instanceof Element) || !(event.currentTarget instanceof Element)) return
  const to = stepCell(event.key, Number(from.getAttribute('data-cell')), count, columns)
  if (to === undefined) return
  const next = event.currentTarget.querySelector<HTMLElement | SVGElement>(`[data-cell="${to}"]`)
  if (next === null) return
  event.preventDefault()
  from.setAttribute('tabindex', '-1')
  next.setAttribute('tabindex', '0')
  next.focus()
}
