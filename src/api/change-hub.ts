/**
 * Tells open panels that something of theirs changed. Calls are written by other processes, so the
 * hub looks at the database: one query for all listeners, only while there are any.
 */
import mitt from 'mitt'
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { changeMarks } from '../store/change-marks.ts'
import type { ChangeMarks } from '../store/change-marks.ts'
import type { Db } from '../store/database.ts'

/**
 * `calls`: a call began, changed or ended, its recording became ready. `rules`: rules, numbers or
 * settings changed. `settings`: settings, greetings or music did. `messages`: voicemail. `balance`:
 * the ledger got an entry.
 */
export type Change = keyof ChangeMarks

export interface ChangeHub {
  /** Hears of changes of one subscriber until the returned function is called. */
  listen(subscriberId: string, hear: (change: Change) => void): () => void
  /** Looks at the database now: after a change of our own nobody should wait. */
  look(): void
  /** Ends the looking; `ended` of all listeners is theirs to notice by their connections. */
  stop(): void
}

/** A call in the panel is at most this much late. */
const pollMs = 700

/** A hub over one database. */
export function createChangeHub(db: Db, clock: Clock, log: Log): ChangeHub {
  const bus = mitt<Record<string, Change>>()
  const listeners = new Map<string, number>()
  const known = new Map<string, ChangeMarks>()
  let cancel: Cancel | undefined
  let looking: Promise<void> | undefined
  let stopped = false

  /** Who was asked about last; whoever came since has no marks to compare with. */
  let asked = new Set<string>()

  const compare = async () => {
    asked = new Set(listeners.keys())
    const marks = await changeMarks(db, [...asked])
    for (const [id, fresh] of marks) {
      const old = known.get(id)
      if (!listeners.has(id)) continue
      known.set(id, fresh)
      if (!old) continue
      for (const change of Object.keys(fresh) as Change[])
        if (old[change] !== fresh[change]) bus.emit(id, change)
    }
  }
  const look = () => {
    cancel?.()
    cancel = undefined
    if (stopped || listeners.size === 0) return
    looking ??= compare()
      .catch((fault: unknown) => log.warn({ err: fault }, 'changes cannot be seen now'))
      .finally(() => {
        looking = undefined
        // Until his first marks are read a listener hears of nothing.
        if ([...listeners.keys()].some((id) => !asked.has(id))) look()
        else cancel ??= clock.wakeAt(clock.nowMs() + pollMs, look)
      })
  }
  return {
    listen(subscriberId, hear) {
      bus.on(subscriberId, hear)
      listeners.set(subscriberId, (listeners.get(subscriberId) ?? 0) + 1)
      look()
      return () => {
        bus.off(subscriberId, hear)
        const left = (listeners.get(subscriberId) ?? 1) - 1
        if (left > 0) {
          listeners.set(subscriberId, left)
        } else {
          listeners.delete(subscriberId)
          known.delete(subscriberId)
        }
      }
    },
    look,
    stop() {
      stopped = true
      cancel?.()
      bus.all.clear()
    },
  }
}
