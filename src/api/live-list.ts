/**
 * The live calls of all processes, held for the managers who look: rows that did not change are not
 * read again, those who look within a second share one look, and who looks no more costs nothing.
 */
import { localTimeAt, startOfDay } from '../call/zone.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../store/database.ts'
import { callsById, countEnded, countShort, liveHeads } from '../store/live-calls.ts'
import { liveRow } from './live-row.ts'
import type { LiveCallRow, LiveCallsReply } from './schema-live.ts'

export interface LiveSnapshot {
  /** Newest first. */
  readonly rows: readonly LiveCallRow[]
  readonly perSecond: number
  readonly today: LiveCallsReply['today']
}

const freshMs = 1000
/** Rows read by one statement. */
const batch = 200
const rateMs = 10_000
/** Calls written late (after an outage) are counted by the next count of the whole day. */
const recountMs = 600_000
/** Whose day it is: the operator's. */
const zone = 'Europe/Moscow'

type Rows = Map<string, { readonly changed: string; readonly row: LiveCallRow }>

interface Day {
  readonly from: number
  /** Counted up to here. */
  readonly to: number
  readonly countedAt: number
  readonly calls: number
  readonly answered: number
}

/** The list of one process of the API. */
export class LiveList {
  readonly #db: Db
  readonly #clock: Clock
  #rows: Rows = new Map()
  #day: Day = { from: 0, to: 0, countedAt: 0, calls: 0, answered: 0 }
  #latest: Promise<LiveSnapshot> | undefined
  #latestAt = -Infinity

  constructor(db: Db, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** What lives now, or did a second ago. */
  look(): Promise<LiveSnapshot> {
    const now = this.#clock.nowMs()
    if (this.#latest === undefined || now - this.#latestAt >= freshMs) {
      this.#latestAt = now
      this.#latest = this.#read()
      this.#latest.catch(() => {
        this.#latest = undefined
      })
    }
    return this.#latest
  }

  async #read(): Promise<LiveSnapshot> {
    const now = Math.floor(this.#clock.wallMs())
    const rows = await this.#readRows()
    const since = now - rateMs
    const begun = rows.filter((row) => row.startedAt > since).length
    const perSecond = (begun + await countShort(this.#db, since)) / (rateMs / 1000)
    return { rows, perSecond, today: await this.#countDay(now) }
  }

  async #readRows(): Promise<readonly LiveCallRow[]> {
    const fresh: Rows = new Map()
    const changed = new Map<string, string>()
    for (const head of await liveHeads(this.#db)) {
      const known = this.#rows.get(head.id)
      if (known?.changed === head.changed) fresh.set(head.id, known)
      else changed.set(head.id, head.changed)
    }
    const ids = [...changed.keys()]
    for (let at = 0; at < ids.length; at += batch) {
      for (const call of await callsById(this.#db, ids.slice(at, at + batch))) {
        const { id, endedAt } = call.call
        // Otherwise it ended between the two looks.
        if (endedAt === undefined) {
          fresh.set(id, { changed: changed.get(id) ?? '', row: liveRow(call) })
        }
      }
    }
    this.#rows = fresh
    return [...fresh.values()].map(({ row }) => row)
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
  }

  async #countDay(now: number): Promise<LiveCallsReply['today']> {
    const midnight = startOfDay(zone, localTimeAt(zone, now).day)
    const day = this.#day
    if (day.from !== midnight || now - day.countedAt > recountMs) {
      const counted = await countEnded(this.#db, midnight - 1, now)
      this.#day = { from: midnight, to: now, countedAt: now, ...counted }
    } else if (now > day.to) {
      const more = await countEnded(this.#db, day.to, now)
      const [calls, answered] = [day.calls + more.calls, day.answered + more.answered]
      this.#day = { ...day, to: now, calls, answered }
    }
    const { calls, answered } = this.#day
    return { calls, answered, ratio: calls === 0 ? null : answered / calls }
  }
}
