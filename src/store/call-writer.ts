/**
 * Writes states of calls with all that belongs to them, in one transaction: the rows, the notices
 * that their ends give, and the charges of those that cost money. Most groups are one statement:
 * nobody wants to be told, nothing is to be paid. What is written when is the journal's.
 */
import type { Clock } from '../clock.ts'
import type { CallCharge } from '../call/record.ts'
import type { Log } from '../log.ts'
import { raiseAlarm } from './alarms.ts'
import type { NewAlarm } from './alarms.ts'
import { callValues, upsertSql } from './call-rows.ts'
import type { CallState } from './call-rows.ts'
import { settleCalls } from './charge-call.ts'
import type { EndedCall } from './charge-call.ts'
import type { Database, SqlValue, Statement } from './database.ts'
import { isConflict } from './errors.ts'
import { callEvent, eventsStatement } from './outbox.ts'
import type { NoticeEvent } from './outbox.ts'
import type { TariffShelf } from './tariff-shelf.ts'

/** A state with the process that wrote it. */
export type OwnedState = CallState & { readonly owner: string }

export interface CallWriterOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly writeTimeoutMs: number
  readonly isQuiet: (subscriberId: string) => boolean
}

const tries = 3

export class CallWriter {
  readonly #options: CallWriterOptions
  readonly #tariffs: TariffShelf | undefined

  constructor(options: CallWriterOptions, tariffs: TariffShelf | undefined) {
    this.#options = options
    this.#tariffs = tariffs
  }

  /** All or none of it; may be repeated whenever its outcome is not known. */
  async write(states: readonly OwnedState[]): Promise<void> {
    for (let left = tries; ; left -= 1) {
      try {
        return await this.#write(states)
      } catch (fault) {
        if (left === 1 || !isConflict(fault)) throw fault
      }
    }
  }

  /**
   * Charges a call whose row the database cannot take. Its reservation would stay otherwise, and
   * cost more and more.
   */
  async settleAlone(state: OwnedState): Promise<void> {
    const { database, clock, writeTimeoutMs } = this.#options
    const tariffs = this.#tariffs
    const ended = toCharge(state)
    if (tariffs === undefined || ended.length === 0) return
    const { alarms } = await database.transact((run) =>
      settleCalls(run, tariffs, ended, Math.floor(clock.wallMs())), writeTimeoutMs)
    await this.#raise(alarms)
  }

  async #write(states: readonly OwnedState[]): Promise<void> {
    const { database, writeTimeoutMs } = this.#options
    const ended = this.#tariffs === undefined ? [] : states.flatMap(toCharge)
    const events = this.#eventsOf(states)
    if (this.#tariffs !== undefined && ended.length > 0) {
      return this.#writeCharged(states, ended, events, this.#tariffs)
    }
    const rows = rowsStatement(states, new Map())
    if (events.length === 0) await database.execute(rows.sql, rows.values, writeTimeoutMs)
    else await database.executeTogether([rows, this.#told(events)], writeTimeoutMs)
  }

  async #writeCharged(
    states: readonly OwnedState[], ended: readonly EndedCall[], events: readonly NoticeEvent[],
    tariffs: TariffShelf,
  ): Promise<void> {
    const { database, clock, writeTimeoutMs } = this.#options
    const alarms = await database.transact(async (run) => {
      // First of all the accounts are locked: who repairs the calls of the dead does the same.
      const settled = await settleCalls(run, tariffs, ended, Math.floor(clock.wallMs()))
      const rows = rowsStatement(states, settled.charges)
      await run(rows.sql, rows.values)
      const all = [...events, ...settled.events]
      if (all.length > 0) {
        const told = this.#told(all)
        await run(told.sql, told.values)
      }
      return settled.alarms
    }, writeTimeoutMs)
    if (alarms.length > 0) await this.#raise(alarms)
  }

  #eventsOf(states: readonly OwnedState[]): NoticeEvent[] {
    const events: NoticeEvent[] = []
    for (const { record } of states) {
      const { endedAt, subscriberId } = record
      if (endedAt === undefined || subscriberId === undefined) continue
      if (this.#options.isQuiet(subscriberId)) continue
      const event = callEvent(record)
      if (event !== undefined) events.push(event)
    }
    return events
  }

  #told(events: readonly NoticeEvent[]): Statement {
    return eventsStatement(events, Math.floor(this.#options.clock.wallMs()))
  }

  /** What is charged stays charged, whether somebody hears of the alarm or not. */
  async #raise(alarms: readonly NewAlarm[]): Promise<void> {
    const { database, clock, log } = this.#options
    for (const alarm of alarms) {
      log.error({ alarm: alarm.key }, 'a balance is not what its ledger says')
      await raiseAlarm(database.kysely, alarm, Math.floor(clock.wallMs())).catch(() => {})
    }
  }
}

function rowsStatement(
  states: readonly OwnedState[], charges: ReadonlyMap<string, CallCharge>,
): Statement {
  const values: SqlValue[] = []
  for (const state of states) {
    for (const value of callValues(state, state.owner, charges.get(state.record.id))) {
      values.push(value)
    }
  }
  return { sql: upsertSql(states.length), values }
}

function toCharge({ record }: OwnedState): EndedCall[] {
  const { id, subscriberId, endedAt, answeredAt, answeredLegId, legs, metered } = record
  if (metered !== true || subscriberId === undefined || endedAt === undefined) return []
  const address = legs.find((leg) => leg.id === answeredLegId)?.address ?? ''
  return [{ id, subscriberId, address, answeredAt, endedAt }]
}
