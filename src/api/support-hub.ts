/**
 * Tells open pages of visitors and of the desk that a thread changed. Threads are written by any
 * process, so the hub looks at the database: two queries for all listeners, while there are any.
 */
import mitt from 'mitt'
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Db } from '../store/database.ts'
import { supportVersions } from '../store/support-rows.ts'

export interface SupportHub {
  /** Hears of changes of a thread, '' = of any, until the returned function is called. */
  listen(requestId: string, hear: () => void): () => void
  /** Looks at the database now: after a change of our own nobody should wait. */
  look(): void
}

/** An answer on a page is at most this much late. */
const pollMs = 700

/** A hub over one database. It stops looking when nobody listens. */
export function createSupportHub(db: Db, clock: Clock, log: Log): SupportHub {
  const bus = mitt<Record<string, undefined>>()
  const listeners = new Map<string, number>()
  const known = new Map<string, string>()
  let cancel: Cancel | undefined
  let looking: Promise<void> | undefined

  const compare = async () => {
    const ids = [...listeners.keys()].filter((id) => id !== '')
    for (const [id, version] of await supportVersions(db, ids)) {
      if (!listeners.has(id)) continue
      const old = known.get(id)
      known.set(id, version)
      if (old !== undefined && old !== version) bus.emit(id)
    }
  }
  const look = () => {
    cancel?.()
    cancel = undefined
    if (listeners.size === 0) return
    looking ??= compare()
      .catch((fault: unknown) => log.warn({ err: fault }, 'threads cannot be seen now'))
      .finally(() => {
        looking = undefined
        if (listeners.size > 0) cancel ??= clock.wakeAt(clock.nowMs() + pollMs, look)
      })
  }
  return {
    listen(requestId, hear) {
      bus.on(requestId, hear)
      listeners.set(requestId, (listeners.get(requestId) ?? 0) + 1)
      look()
      return () => {
        bus.off(requestId, hear)
        const left = (listeners.get(requestId) ?? 1) - 1
        if (left > 0) {
          listeners.set(requestId, left)
          return
        }
        listeners.delete(requestId)
        known.delete(requestId)
        if (listeners.size === 0) cancel?.()
      }
    },
    look,
  }
}
