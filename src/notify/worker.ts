/**
 * Sends the letters of one channel: takes what is due by lease, a few at a time, and writes down
 * what became of each. Several processes do so at once. A letter is sent twice only when a process
 * dies, or cannot reach the database, between the sending and the writing down.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Db } from '../store/database.ts'
import { isRetryable } from '../store/errors.ts'
import { giveUp, markSent, putBack, takeLetters } from '../store/outbox-letters.ts'
import type { Letter } from '../store/outbox-letters.ts'
import type { Channel, Sent } from './channel.ts'
import { faultText } from './channel.ts'

export interface WorkerOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly channel: Channel
  /** 32 hex digits that name this process (`CallStore.owner`). */
  readonly owner: string
  /** 0 up to 1; default Math.random. */
  readonly random?: () => number
}

/** A try ends within this time: half of a letter's lease. */
const longestTryMs: Ms = 60_000
/** Pauses before the second try, the third …: half an hour of trouble is common, a day is not. */
const pausesMs: readonly Ms[] = [
  10_000, 30_000, 120_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
  28_800_000,
]
/** News of last week is none; also while nothing gets through at all. */
const oldestMs: Ms = 3 * 86_400_000
const firstDownMs: Ms = 5000
const retryMs: Ms = 1000
const longestDownMs: Ms = 300_000

export class ChannelWorker {
  readonly #options: Required<WorkerOptions>
  readonly #under = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #filling: Promise<void> | undefined
  #again = false
  #downs = 0
  #pausedUntil: Ms = 0
  #stopped = false

  constructor(options: WorkerOptions) {
    this.#options = { random: Math.random, ...options }
  }

  /** Takes what is due as far as there are hands; resolves when that is taken, not sent. */
  fill(): Promise<void> {
    this.#again = this.#filling !== undefined
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined
      if (this.#again && !this.#stopped) {
        this.#again = false
        void this.fill()
      }
    })
    return this.#filling
  }

  /** Resolves when nothing is due and nothing under way. */
  async idle(): Promise<void> {
    await this.fill()
    while (this.#under.size > 0 || this.#filling) {
      await Promise.all([...this.#under, this.#filling])
    }
  }

  /** Takes no more; what is under way has `timeoutMs` to end and is put back otherwise. */
  async stop(timeoutMs: Ms): Promise<void> {
    const { clock, channel } = this.#options
    this.#stopped = true
    const cancel: Cancel = clock.wakeAt(clock.nowMs() + timeoutMs, () => this.#abort.abort())
    await this.#filling
    while (this.#under.size > 0) await Promise.all(this.#under)
    cancel()
    await channel.stop()
  }

  async #fill(): Promise<void> {
    const { db, clock, log, channel, owner } = this.#options
    const free = channel.width - this.#under.size
    if (this.#stopped || free <= 0 || clock.nowMs() < this.#pausedUntil) return
    try {
      // While the other side is away one letter finds out whether it is back.
      const limit = this.#downs > 0 ? 1 : free
      const wallMs = Math.floor(clock.wallMs())
      const letters = await takeLetters(db, channel.name, owner, limit, wallMs)
      for (const letter of letters) this.#start(letter)
    } catch (fault) {
      log.warn({ err: fault, channel: channel.name }, 'letters cannot be taken now')
    }
  }

  #start(letter: Letter): void {
    const { log, channel } = this.#options
    const work = this.#handle(letter)
      .catch((fault: unknown) => {
        // The lease runs out, and the letter is tried again.
        log.error({ err: fault, channel: channel.name, letter: letter.id },
          'what became of a letter cannot be noted')
      })
      .finally(() => {
        this.#under.delete(work)
        void this.fill()
      })
    this.#under.add(work)
  }

  async #handle(letter: Letter): Promise<void> {
    const { db, clock, log, channel } = this.#options
    const sent = await this.#try(letter)
    const wallMs = Math.floor(clock.wallMs())
    this.#noteState(sent)
    const kept = await this.#persist(() => this.#settle(letter, sent, wallMs, db))
    if (!kept) {
      log.warn({ channel: channel.name, letter: letter.id, result: sent.result },
        'a letter took longer than its lease; it may be sent again')
    }
  }

  /**
   * A database that is restarted meanwhile is waited for: what is not noted is sent again. Not for
   * longer than the rest of the lease.
   */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const { clock } = this.#options
    const until = clock.nowMs() + longestTryMs - retryMs
    for (;;) {
      try {
        return await work()
      } catch (fault) {
        const isOver = this.#abort.signal.aborted || clock.nowMs() > until
        if (isOver || !isRetryable(fault)) throw fault
      }
      await new Promise<void>((done) => { clock.wakeAt(clock.nowMs() + retryMs, done) })
    }
  }

  async #try(letter: Letter): Promise<Sent> {
    const { clock, channel } = this.#options
    const late = new AbortController()
    const cancel = clock.wakeAt(clock.nowMs() + longestTryMs, () => late.abort())
    const signal = AbortSignal.any([late.signal, this.#abort.signal])
    const ended = new Promise<Sent>((done) => {
      signal.addEventListener('abort', () => done({ result: 'later', why: 'no end in time' }))
    })
    try {
      return await Promise.race([channel.send(letter, signal), ended])
    } catch (fault) {
      return { result: 'later', why: faultText(fault) }
    } finally {
      cancel()
    }
  }

  #noteState(sent: Sent): void {
    const { clock, log, channel } = this.#options
    if (sent.result !== 'down') {
      if (this.#downs > 0) log.warn({ channel: channel.name }, 'notices can be sent again')
      this.#downs = 0
      return
    }
    // Letters that were under way together are one failure.
    if (clock.nowMs() < this.#pausedUntil) return
    if (this.#downs === 0)
      log.error({ channel: channel.name, why: sent.why }, 'notices cannot be sent; they are kept')
    const pause = Math.min(longestDownMs, firstDownMs * 2 ** Math.min(this.#downs++, 10))
    this.#pausedUntil = clock.nowMs() + pause
  }

  async #settle(letter: Letter, sent: Sent, wallMs: number, db: Db): Promise<boolean> {
    switch (sent.result) {
      case 'sent': return markSent(db, letter, sent, wallMs)
      case 'never': return this.#bury(letter, sent.why, wallMs)
      case 'down':
      case 'later': {
        const pause = pausesMs[letter.tries - 1]
        const isOld = wallMs - letter.createdAt > oldestMs
        if (isOld || (sent.result === 'later' && pause === undefined))
          return this.#bury(letter, sent.why, wallMs)
        // Many letters that failed together must not come back together.
        const spread = 0.75 + 0.5 * this.#options.random()
        const waitMs = sent.result === 'down'
          ? Math.max(0, this.#pausedUntil - this.#options.clock.nowMs())
          : Math.max(sent.afterMs ?? 0, (pause ?? 0) * spread)
        const nextAt = wallMs + Math.round(waitMs)
        return putBack(db, letter, { nextAt, why: sent.why, counts: sent.result === 'later' })
      }
    }
  }

  #bury(letter: Letter, why: string, wallMs: number): Promise<boolean> {
    const { db, log, channel } = this.#options
    const { id, tries } = letter
    const kind = letter.notice.kind
    log.warn({ channel: channel.name, letter: id, kind, tries, why }, 'a notice was given up')
    return giveUp(db, letter, why, wallMs)
  }
}

