/**
 * How a page of the desk gets its data: loaded for what the address names, loaded again after a
 * change or every few seconds, older rows on demand. A late reply never replaces one to a later
 * question.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { problemText } from '../api.ts'
import { showToast } from '../toast.ts'
import { noteAnswer, noteFault, now, online } from './state.ts'

export interface Loaded<T> {
  readonly value: T | undefined
  /** Why the last try failed, in words. */
  readonly fault: string | undefined
  readonly reload: () => Promise<void>
  /** Puts a newer value in place: the reply to a change. */
  readonly set: (value: T) => void
}

interface Shown<T> { readonly key: string; readonly value?: T; readonly fault?: string }

interface Habits {
  /** Asked again so often while somebody looks, milliseconds; left out = never. */
  readonly everyMs?: number | undefined
  /** Until the next value comes the old one stays: for lists and their filters. */
  readonly keep?: boolean
}

/** Loads what `key` names; a new key is a new question, '' asks nothing. */
export function useLoaded<T>(key: string, load: () => Promise<T>, habits: Habits = {}): Loaded<T> {
  const [shown, setShown] = useState<Shown<T>>({ key: '' })
  const turn = useRef(0)
  const asked = useRef(key)
  const work = useRef(load)
  work.current = load
  asked.current = key
  const reload = async (): Promise<void> => {
    if (key === '') return
    const mine = turn.current += 1
    try {
      const value = await work.current()
      noteAnswer()
      if (mine === turn.current) setShown({ key, value })
    } catch (fault) {
      noteFault(fault)
      if (mine !== turn.current) return
      setShown((before) => ({
        ...(before.key === key ? before : {}), key, fault: problemText(fault),
      }))
    }
  }
  useEffect(() => {
    void reload()
    return () => { turn.current += 1 }
  }, [key])
  useEffect(() => {
    if (habits.everyMs === undefined || key === '') return undefined
    const timer = setInterval(() => { if (!document.hidden) void reload() }, habits.everyMs)
    return () => clearInterval(timer)
  }, [key, habits.everyMs])
  const fits = shown.key === key || (habits.keep === true && key !== '')
  return {
    value: fits ? shown.value : undefined,
    fault: shown.key === key ? shown.fault : undefined,
    reload,
    set: (value) => {
      turn.current += 1
      setShown({ key: asked.current, value })
    },
  }
}

export interface Page<R> { readonly rows: readonly R[]; readonly next: string | null }

export interface Paged<R, P extends Page<R>> extends Omit<Loaded<P>, 'set'> {
  readonly rows: readonly R[]
  /** Asks for the rows behind the last one; undefined when there are none. */
  readonly more: (() => void) | undefined
  readonly loadingMore: boolean
}

/** A list with pages behind it: `load` gets the place behind the rows one has. */
export function usePaged<R, P extends Page<R>>(
  key: string, load: (after: string | undefined) => Promise<P>, habits: Habits = {},
): Paged<R, P> {
  const first = useLoaded(key, () => load(undefined), { keep: true, ...habits })
  const [behind, setBehind] = useState<{
    readonly of: P | undefined; readonly rows: readonly R[]; readonly next: string | null
  }>({ of: undefined, rows: [], next: null })
  const [loadingMore, setLoading] = useState(false)
  const mine = behind.of === first.value ? behind : undefined
  const next = mine?.next ?? (mine === undefined ? first.value?.next ?? null : null)
  const more = async (): Promise<void> => {
    const of = first.value
    setLoading(true)
    try {
      const page = await load(next ?? undefined)
      setBehind({ of, rows: [...mine?.rows ?? [], ...page.rows], next: page.next })
    } catch (fault) {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    }
    setLoading(false)
  }
  return {
    value: first.value, fault: first.fault, reload: first.reload,
    rows: [...first.value?.rows ?? [], ...mine?.rows ?? []],
    more: next === null ? undefined : () => void more(), loadingMore,
  }
}

export interface Deed {
  readonly busy: boolean
  /** Why the last try failed. */
  readonly fault: unknown
  /** Does the work; true when it was done. A failure is kept, not thrown. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>
  readonly clear: () => void
}

/** One change at a time, with its busy state and its failure. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>(undefined)
  const going = useRef(false)
  return {
    busy, fault, clear: () => setFault(undefined),
    run: async (work) => {
      if (going.current || !online.value) return false
      going.current = true
      setBusy(true)
      setFault(undefined)
      try {
        await work()
        return true
      } catch (problem) {
        noteFault(problem)
        setFault(problem)
        return false
      } finally {
        going.current = false
        setBusy(false)
      }
    },
  }
}

/** Does something small at once and tells what came of it in a toast. */
export async function atOnce(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work()
    showToast({ text: done })
    return true
  } catch (fault) {
    noteFault(fault)
    showToast({ text: problemText(fault), bad: true })
    return false
  }
}

/** The text of a search that is asked for when the typing pauses. */
export function useSettled(value: string, ms = 250): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

/** Milliseconds since an instant of the server, by the desk's clock. */
export function since(ms: number): number {
  return Math.max(0, now.value - ms)
}
