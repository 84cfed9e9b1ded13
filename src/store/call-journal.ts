/**
 * Writes call records: the states of some milliseconds in one statement, live updates more seldom,
 * the last word about a call never lost. While the database does not answer, states are kept in
 * memory and in a spill file, and are tried again with growing pauses. It reads nothing.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { CallRecord } from '../call/record.ts'
import type { Log } from '../log.ts'
import { LedgerError } from '../money/ledger.ts'
import { batchSize, largestBatch } from './call-rows.ts'
import type { CallState } from './call-rows.ts'
import { CallWriter } from './call-writer.ts'
import type { OwnedState } from './call-writer.ts'
import type { Database } from './database.ts'
import { isBadData } from './errors.ts'
import { SpillFile, readSpillFile } from './spill-file.ts'
import type { TariffShelf } from './tariff-shelf.ts'

export interface JournalOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Folder for what the database cannot take now. */
  readonly spillFolder: string
  /** 32 hex digits that name this process in `calls.owner` and in `leases`. */
  readonly owner: string
  /**
   * States kept in memory during an outage; more stand in the spill file only. Default 20 000 (some
   * 60 MB).
   */
  readonly maxInMemory?: number
  /** How long one write may take; default 5000. */
  readonly writeTimeoutMs?: Ms
  /** For calls that are charged with their end; left out = none are. */
  readonly tariffs?: TariffShelf
  /** Whether no call of this subscriber can give a notice; left out = nobody is known to be so. */
  readonly isQuiet?: (subscriberId: string) => boolean
}

/**
 * States that come within this time share a statement: no call waits for it, the database is
 * spared.
 */
const groupMs = 50
/**
 * A live update may be this old in the panel. Most calls ring and answer within it: one write less.
 */
const updateMs = 500
const firstPauseMs = 100
const longestPauseMs = 5000

interface Entry {
  state: CallState
  /** The promises of open and close, each with the state it waits for. */
  told: { readonly changed: number; readonly done: () => void }[]
  dueAt: Ms
  spilled: boolean
}

export class CallJournal {
  readonly #options: Required<Omit<JournalOptions, 'tariffs'>>
  readonly #writer: CallWriter
  /** Wanted in the database at once. */
  readonly #urgent = new Map<string, Entry>()
  /** Live updates, in the order they fall due. */
  readonly #lazy = new Map<string, Entry>()
  #lastChanged = 0
  #cancel: Cancel = () => {}
  #wakeAt = Infinity
  #running: Promise<void> | undefined
  #failures = 0
  /** No write is tried before; meanwhile new states go to the spill file. */
  #retryAt: Ms = 0
  #spill: SpillFile | undefined
  #spills = 0
  /** The spill file holds states that memory no longer does. */
  #onlySpilled = 0
  #stopped = false

  constructor(options: JournalOptions) {
    this.#options = {
      maxInMemory: 20_000, writeTimeoutMs: 5000, isQuiet: () => false, ...options,
    }
    this.#writer = new CallWriter(this.#options, options.tariffs)
  }

  /**
   * Stores the record of a call that begins; resolves when the database or the spill file has it.
   */
  open(record: CallRecord): Promise<void> {
    return this.#store(record)
  }

  /** Newer state of a call that lives. */
  update(record: CallRecord): void {
    const state = { record, changed: this.#nextChanged() }
    const waiting = this.#urgent.get(record.id) ?? this.#lazy.get(record.id)
    if (waiting) {
      waiting.state = state
      waiting.spilled = false
      return
    }
    const dueAt = this.#options.clock.nowMs() + updateMs
    this.#lazy.set(record.id, { state, told: [], dueAt, spilled: false })
    this.#wake(dueAt)
  }

  /** The last word about a call; resolves when the database or the spill file has it. */
  close(record: CallRecord): Promise<void> {
    this.#lazy.delete(record.id)
    return this.#store(record)
  }

  /** States not yet in the database. */
  get waiting(): number {
    return this.#urgent.size + this.#lazy.size + this.#onlySpilled
  }

  /**
   * Writes what waits, at most for `timeoutMs`; what the database did not take stays in the spill
   * file.
   */
  async stop(timeoutMs: Ms): Promise<void> {
    const deadline = this.#options.clock.nowMs() + timeoutMs
    this.#promoteLazy(Infinity)
    while (this.waiting > 0 && this.#options.clock.nowMs() < deadline) {
      await this.#run()
      if (this.waiting > 0) await this.#sleep(50)
    }
    this.#stopped = true
    this.#cancel()
    await this.#running
    if (this.waiting > 0) {
      await this.#spillWaiting()
      await this.#spill?.close()
      this.#options.log.error(
        { waiting: this.waiting, file: this.#spill?.path },
        'call records wait in the spill file',
      )
    }
  }

  #store(record: CallRecord): Promise<void> {
    const state = { record, changed: this.#nextChanged() }
    return new Promise((done) => {
      const told = { changed: state.changed, done }
      const waiting = this.#urgent.get(record.id)
      if (waiting) {
        waiting.state = state
        waiting.spilled = false
        waiting.told.push(told)
      } else {
        this.#urgent.set(record.id, { state, told: [told], dueAt: 0, spilled: false })
      }
      // During an outage the pause between tries stays, but the disk gets the record soon.
      this.#wake(this.#options.clock.nowMs() + groupMs)
    })
  }

  #nextChanged(): number {
    this.#lastChanged = Math.max(
      this.#lastChanged + 1,
      Math.floor(this.#options.clock.wallMs()) * 1000,
    )
    return this.#lastChanged
  }

  #wake(at: Ms): void {
    if (at >= this.#wakeAt || this.#stopped) return
    this.#cancel()
    this.#wakeAt = at
    this.#cancel = this.#options.clock.wakeAt(at, () => {
      this.#wakeAt = Infinity
      void this.#run()
    })
  }

  /** One at a time: what comes while a statement is under way goes into the next one. */
  #run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      if (this.#stopped) return
      if (this.#urgent.size > 0)
        this.#wake(this.#options.clock.nowMs() + (this.#failures > 0 ? this.#pauseMs() : groupMs))
      const next = this.#lazy.values().next().value
      if (next) this.#wake(Math.max(next.dueAt, this.#options.clock.nowMs() + groupMs))
    })
    return this.#running
  }

  async #work(): Promise<void> {
    const now = this.#options.clock.nowMs()
    this.#promoteLazy(now)
    if (this.#failures > 0 && now < this.#retryAt) {
      await this.#spillWaiting()
      return
    }
    try {
      // What comes meanwhile waits for the next turn: few full statements instead of many small
      // ones.
      for (let left = this.#urgent.size; left > 0;) left -= await this.#writeBatch(left)
      await this.#replayOwnSpill()
      if (this.#failures > 0) this.#options.log.warn('the database takes call records again')
      this.#failures = 0
    } catch (fault) {
      this.#failures++
      this.#retryAt = this.#options.clock.nowMs() + this.#pauseMs()
      if (this.#failures === 1 || this.#failures % 10 === 0) {
        this.#options.log.error(
          { err: fault, waiting: this.waiting },
          'call records cannot be written; they are kept and tried again',
        )
      }
      await this.#spillWaiting()
    }
  }

  #pauseMs(): Ms {
    return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures - 1, 10))
  }

  #promoteLazy(now: Ms): void {
    for (const [id, entry] of this.#lazy) {
      if (entry.dueAt > now) return
      this.#lazy.delete(id)
      this.#urgent.set(id, entry)
    }
  }

  /** Writes at most `most` of the oldest states; answers how many. */
  async #writeBatch(most: number): Promise<number> {
    const size = batchSize(most)
    const batch: Entry[] = []
    for (const entry of this.#urgent.values()) {
      batch.push(entry)
      if (batch.length === size) break
    }
    const states = batch.map((entry) => entry.state)
    await this.#write(states.map((state) => ({ ...state, owner: this.#options.owner })))
    for (const [index, entry] of batch.entries()) {
      tellOf(entry, states[index]!)
      // Unless a newer state of the same call came while this one was being written.
      if (entry.state === states[index]) this.#urgent.delete(entry.state.record.id)
    }
    return size
  }

  /**
   * A row the database cannot take must not keep the others waiting: it goes to a file of its own.
   */
  async #write(states: readonly OwnedState[]): Promise<void> {
    const { log, spillFolder } = this.#options
    try {
      await this.#writer.write(states)
    } catch (fault) {
      if (!isBadData(fault) && !(fault instanceof LedgerError)) throw fault
      if (states.length > 1) {
        for (const state of states) await this.#write([state])
        return
      }
      log.error(
        { err: fault, call: states[0]?.record.id, folder: spillFolder },
        'the database cannot take this call record; it is set aside',
      )
      const aside = new SpillFile(`${spillFolder}/rejected`, states[0]!.owner, states[0]!.changed)
      await aside.append(states)
      await aside.close()
      await this.#settleAlone(states[0]!)
    }
  }

  async #settleAlone(state: OwnedState): Promise<void> {
    try {
      await this.#writer.settleAlone(state)
    } catch (fault) {
      if (!isBadData(fault) && !(fault instanceof LedgerError)) throw fault
      this.#options.log.error(
        { err: fault, call: state.record.id }, 'this call cannot be charged; it stays reserved')
    }
  }

  /** Puts what waits on the disk and lets its callers go on; drops from memory what is too much. */
  async #spillWaiting(): Promise<void> {
    const fresh = [...this.#urgent.values()].filter((entry) => !entry.spilled)
    if (fresh.length > 0) {
      const states = fresh.map((entry) => entry.state)
      try {
        this.#spill ??= new SpillFile(
          this.#options.spillFolder,
          this.#options.owner,
          ++this.#spills,
        )
        await this.#spill.append(states)
      } catch (fault) {
        this.#options.log.error(
          { err: fault },
          'call records can be written neither to the database nor to the disk',
        )
        this.#dropOverflow(fresh)
        return
      }
      for (const [index, entry] of fresh.entries()) {
        if (entry.state === states[index]) entry.spilled = true
        tellOf(entry, states[index]!)
      }
    }
    this.#dropSpilled()
  }

  #dropSpilled(): void {
    let excess = this.#urgent.size - this.#options.maxInMemory
    if (excess <= 0) return
    if (this.#onlySpilled === 0)
      this.#options.log.error(
        { waiting: this.waiting },
        'too many call records wait; the oldest stand in the spill file only',
      )
    for (const [id, entry] of this.#urgent) {
      if (excess <= 0) return
      if (!entry.spilled) continue
      this.#urgent.delete(id)
      this.#onlySpilled++
      excess--
    }
  }

  /**
   * Neither database nor disk: memory is bounded all the same, the oldest records are lost, loudly.
   */
  #dropOverflow(entries: readonly Entry[]): void {
    const excess = entries.length - this.#options.maxInMemory
    if (excess <= 0) return
    for (const entry of entries.slice(0, excess)) {
      this.#urgent.delete(entry.state.record.id)
      for (const { done } of entry.told) done()
    }
    this.#options.log.fatal(
      { lost: excess },
      'call records were lost: no database, no disk, no memory',
    )
  }

  async #replayOwnSpill(): Promise<void> {
    const spill = this.#spill
    if (!spill) return
    await spill.close()
    if (this.#onlySpilled > 0) await this.replay(spill.path)
    this.#onlySpilled = 0
    this.#spill = undefined
    await spill.remove()
  }

  /**
   * Writes the states of a spill file (of this or a dead owner); rejects when the database fails.
   */
  async replay(path: string): Promise<number> {
    let count = 0
    for await (const batch of readSpillFile(path, largestBatch)) {
      for (let from = 0; from < batch.length;) {
        const size = batchSize(batch.length - from)
        await this.#write(batch.slice(from, (from += size)))
        count += size
      }
    }
    return count
  }

  #sleep(ms: Ms): Promise<void> {
    return new Promise((done) => {
      this.#options.clock.wakeAt(this.#options.clock.nowMs() + ms, done)
    })
  }
}

/** Tells those who wait for this state. What came while it was being written is not safe yet. */
function tellOf(entry: Entry, { changed }: CallState): void {
  for (const told of entry.told) if (told.changed <= changed) told.done()
  entry.told = entry.told.filter((told) => told.changed > changed)
}
