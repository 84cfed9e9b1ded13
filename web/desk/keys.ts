/**
 * Single letters as shortcuts of a page: they do nothing while somebody types, a dialog is open or
 * a modifier is held. By the key's place on the keyboard, so Russian letters do as well.
 */
import { useEffect, useRef } from 'preact/hooks'

/** `keys`: letter → what it does. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const target = event.target
      if (target instanceof Element
        && target.closest('input, textarea, select, dialog, [contenteditable]') !== null) return
      const letter = event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : ''
      const work = current.current[letter]
      if (work === undefined) return
      event.preventDefault()
      work()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
