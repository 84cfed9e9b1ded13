/**
 * The record of one call on its way to the journal: opened, shown while it lives, closed once.
 * What the journal refuses is logged and keeps nobody from talking.
 */
import type { CallRecord } from '../call/record.ts'
import type { Log } from '../log.ts'
import type { CallJournal } from './ports.ts'

export class RecordKeeper {
  readonly #journal: CallJournal
  readonly #log: Log
  #latest: CallRecord | undefined
  #opened: Promise<void> = Promise.resolve()

  constructor(journal: CallJournal, log: Log) {
    this.#journal = journal
    this.#log = log
  }

  /** Id of the call once its record is open. */
  get id(): string | undefined {
    return this.#latest?.id
  }

  open(record: CallRecord): void {
    this.#latest = record
    this.#opened = this.#store(record, () => this.#journal.open(record))
  }

  /** Settles when the journal has the record of a call that begins, or has refused it. */
  get opened(): Promise<void> {
    return this.#opened
  }

  update(record: CallRecord): void {
    this.#latest = record
    this.#journal.update(record)
  }

  /** Settles when the journal has it, or has refused it. */
  close(record: CallRecord): Promise<void> {
    this.#latest = record
    return this.#store(record, () => this.#journal.close(record))
  }

  /** Closes the record of a call that broke; nothing where none was opened. */
  closeAsFault(wallMs: number, metered: boolean): Promise<void> {
    if (this.#latest === undefined) return Promise.resolve()
    return this.close({
      ...this.#latest, endedAt: wallMs, outcome: 'interrupted', status: 500, endedBy: 'service',
      reason: 'fault', ...(metered ? { metered } : {}),
    })
  }

  async #store(record: CallRecord, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#log.error({ call: record.id, error: String(error) }, 'journal refused a record')
    }
  }
}
