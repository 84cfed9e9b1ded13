/**
 * What the call application needs from outside, as interfaces: the store is handed in by main.ts,
 * tests hand in their own. `app` never imports `store`.
 */
import type { CallRecord } from '../call/record.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'

export interface CallDirectory {
  /**
   * All enabled trunks in outgoing order. Synchronous: the store keeps them fresh meanwhile,
   * because an INVITE from an unknown address must be refused before any database work.
   */
  trunks(): readonly Trunk[]
  /**
   * Everything a call to this personal number needs, in one query; undefined when no such number.
   * Rejects when the database does not answer within its time limit.
   */
  findSubscriber(number: Address): Promise<Subscriber | undefined>
  /**
   * Whether this address is a personal number of this platform, anybody's. Synchronous, from memory
   * like `trunks` (a set that may lag by seconds): asked before each leg, because a leg to one of
   * our own numbers would come back through the trunk and go round for ever.
   */
  isPersonalNumber(address: Address): boolean
}

export interface CallJournal {
  /** Stores the record of a call that begins. */
  open(record: CallRecord): Promise<void>
  /** Newer state of a call that lives: a hint for the panel, may be left out. */
  update(record: CallRecord): void
  /** The last word about a call. Kept and retried by the store until the database has it. */
  close(record: CallRecord): Promise<void>
}
