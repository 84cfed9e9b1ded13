/**
 * Writes what calls have to say about messages, recordings and greetings, and loses none of it:
 * each word is a whole state that may be written twice, late and in any order. What the database
 * does not take at once goes to a file, is tried again with growing pauses, and is read from there
 * by the next start should this process die. The call never waits longer than one try.
 */
import { appendFile, mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Database, Db } from './database.ts'
import { isRetryable } from './errors.ts'
import { writeDeed } from './media-deeds.ts'
import type { MediaDeed } from './media-deeds.ts'

export interface MediaWriterOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Folder for what the database cannot take now. */
  readonly folder: string
  /** The journal process (`calls.owner`). */
  readonly owner: string
  /** More than so many wait only on the disk: a day's outage must not fill the memory. */
  readonly maxWaiting?: number
}

const tryMs: Ms = 2000
const firstPauseMs: Ms = 200
const longestPauseMs: Ms = 5000
const usuallyWaiting = 10_000

export class MediaWriter {
  readonly #options: MediaWriterOptions
  /** By what they are about: a newer state of the same takes the older one's place. */
  readonly #waiting = new Map<string, MediaDeed>()
  readonly #path: string
  #cancel: Cancel = () => {}
  #pauseMs = firstPauseMs
  #retrying = false
  /** The file holds states that memory does not. */
  #overflowed = false
  /** Work on the file, one after the other: a line must not be removed with those before it. */
  #file: Promise<unknown> = Promise.resolve()
  #stopped = false

  constructor(options: MediaWriterOptions) {
    this.#options = options
    this.#path = join(options.folder, `${options.owner}.jsonl`)
  }

  /** States not yet in the database. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Resolves when the database has it, or the disk. Never rejects. */
  async write(deed: MediaDeed): Promise<void> {
    if (this.#waiting.size === 0) {
      try {
        await inTime(writeDeed(this.#options.database.kysely, deed))
        return
      } catch (fault) {
        if (!isRetryable(fault) && !(fault instanceof LateWrite)) {
          this.#options.log.error({ err: fault, kind: deed.kind, id: deed.id },
            'the database cannot take what a call says of its media')
          return
        }
        this.#options.log.error({ err: fault }, 'media rows cannot be written; they are kept')
      }
    }
    await this.#keep(deed)
    this.#retryLater()
  }

  /** Tries what waits, at most for `timeoutMs`; what is left stays in the file. */
  async stop(timeoutMs: Ms): Promise<void> {
    this.#stopped = true
    this.#cancel()
    const end = this.#options.clock.nowMs() + timeoutMs
    while (this.#waiting.size > 0 && this.#options.clock.nowMs() < end) {
      await this.#retry()
      if (this.#waiting.size > 0) await sleep(50)
    }
  }

  async #keep(deed: MediaDeed): Promise<void> {
    const key = `${deed.kind} ${deed.id}`
    const { maxWaiting = usuallyWaiting } = this.#options
    if (this.#waiting.size < maxWaiting || this.#waiting.has(key)) this.#waiting.set(key, deed)
    else this.#overflowed = true
    try {
      await this.#onFile(async () => {
        await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
        await appendFile(this.#path, `${JSON.stringify(deed)}\n`, { mode: 0o600, flush: true })
      })
    } catch (fault) {
      this.#options.log.error({ err: fault }, 'media rows can be kept in memory only')
    }
  }

  #retryLater(): void {
    if (this.#stopped) return
    this.#cancel()
    const { clock } = this.#options
    this.#cancel = clock.wakeAt(clock.nowMs() + this.#pauseMs, () => { void this.#retry() })
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  async #retry(): Promise<void> {
    if (this.#retrying) return
    this.#retrying = true
    try {
      await this.#flush()
    } catch (fault) {
      this.#options.log.error({ err: fault }, 'media rows stay on the disk')
    }
    this.#retrying = false
    if (this.#waiting.size > 0 || this.#overflowed) this.#retryLater()
  }

  async #flush(): Promise<void> {
    const { database, log } = this.#options
    for (const [key, deed] of this.#waiting) {
      try {
        await inTime(writeDeed(database.kysely, deed))
      } catch (fault) {
        if (isRetryable(fault) || fault instanceof LateWrite) return
        log.error({ err: fault, kind: deed.kind, id: deed.id }, 'a media row cannot be written')
      }
      // Unless a newer state came meanwhile.
      if (this.#waiting.get(key) === deed) this.#waiting.delete(key)
    }
    await this.#onFile(async () => {
      if (this.#waiting.size > 0) return
      if (this.#overflowed) await replayFile(database.kysely, this.#path, log)
      this.#overflowed = false
      this.#pauseMs = firstPauseMs
      await rm(this.#path, { force: true })
      log.warn('the database takes media rows again')
    })
  }

  #onFile(work: () => Promise<void>): Promise<void> {
    const done = this.#file.then(work)
    this.#file = done.catch(() => {})
    return done
  }
}

/** Writes what dead processes left in `folder`; answers how many states. */
export async function replayMedia(
  db: Db,
  folder: string,
  isDead: (owner: string) => Promise<boolean>,
  log: Log,
): Promise<number> {
  let states = 0
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{32}\.jsonl$/.test(name) || !(await isDead(name.slice(0, 32)))) continue
    const path = join(folder, name)
    states += await replayFile(db, path, log)
    await rm(path, { force: true })
  }
  return states
}

async function replayFile(db: Db, path: string, log: Log): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => '')
  let states = 0
  for (const line of text.split('\n')) {
    const deed = readLine(line)
    if (!deed) continue
    try {
      await inTime(writeDeed(db, deed))
      states++
    } catch (fault) {
      if (isRetryable(fault) || fault instanceof LateWrite) throw fault
      // It would keep all others, and the archive, waiting for ever.
      log.error({ err: fault, kind: deed.kind, id: deed.id }, 'a media row cannot be written')
    }
  }
  return states
}

/** A last line that a crash cut off is left out. */
function readLine(line: string): MediaDeed | undefined {
  try {
    return JSON.parse(line) as MediaDeed
  } catch {
    return undefined
  }
}

/** The database took too long; what was under way may still come to pass, which does no harm. */
class LateWrite extends Error {
  override readonly name = 'LateWrite'
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const stop = new AbortController()
  work.catch(() => {}) // after the time limit its fault is nobody's
  const late = sleep(tryMs, undefined, { signal: stop.signal, ref: false })
    .then(() => { throw new LateWrite(`no answer within ${tryMs} ms`) })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    stop.abort()
  }
}
