/**
 * Call record messages (control protocol §12): follows every call from its INVITE to its end and
 * says which `cdr:` message is due. Knows calls by their transaction and dialog names only; who
 * gets the message, and its text, is for others.
 */
import type { Octets } from '../sip/events.ts'

export type CdrSource = 'network' | 'application'
export type CdrRole = 'uas' | 'uac'
export type CdrReason =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'system-initiated-termination'
  | 'system-error-initiated-termination'

export interface CdrEvent {
  readonly verb: 'cdr:attempt' | 'cdr:start' | 'cdr:stop'
  readonly source: CdrSource
  /** Role for a start, reason for a stop, '' for an attempt. */
  readonly detail: CdrRole | CdrReason | ''
}

/**
 * Attempts and calls remembered at once, each. Above it the oldest is forgotten without a stop: a
 * call whose application vanished ends without a word, and must not stay for ever.
 */
const maxRemembered = 200_000

export class CdrTracker {
  readonly #attempts = new Map<Octets, CdrRole>()
  readonly #dialogs = new Map<Octets, CdrRole>()

  /** An INVITE outside any dialog was received (uas) or sent (uac). */
  attempt(transaction: Octets, role: CdrRole): CdrEvent {
    remember(this.#attempts, transaction, role)
    return { verb: 'cdr:attempt', source: role === 'uas' ? 'network' : 'application', detail: '' }
  }

  /** A response to an INVITE was sent or received. Undefined for provisional and in-dialog ones. */
  response(transaction: Octets, dialog: Octets, status: number): CdrEvent | undefined {
    if (status < 200) return undefined
    const role = this.#attempts.get(transaction)
    if (role === undefined) return undefined
    this.#attempts.delete(transaction)
    const source = role === 'uas' ? 'application' : 'network'
    if (status >= 300) return { verb: 'cdr:stop', source, detail: 'call-rejected' }
    remember(this.#dialogs, dialog, role)
    return { verb: 'cdr:start', source, detail: role }
  }

  /** The caller gave up; `transaction` is the INVITE's. */
  cancelled(transaction: Octets): CdrEvent | undefined {
    if (!this.#attempts.delete(transaction)) return undefined
    return { verb: 'cdr:stop', source: 'network', detail: 'call-canceled' }
  }

  /** We gave up: the application's CANCEL was accepted. */
  cancelSent(transaction: Octets): CdrEvent | undefined {
    if (!this.#attempts.delete(transaction)) return undefined
    return { verb: 'cdr:stop', source: 'application', detail: 'call-canceled' }
  }

  /** A BYE was received, or sent for the application or by the server itself. */
  ended(dialog: Octets, source: CdrSource, reason: CdrReason): CdrEvent | undefined {
    if (!this.#dialogs.delete(dialog)) return undefined
    return { verb: 'cdr:stop', source, detail: reason }
  }

  /** Calls followed at present. */
  get size(): number {
    return this.#attempts.size + this.#dialogs.size
  }
}

function remember(calls: Map<Octets, CdrRole>, name: Octets, role: CdrRole): void {
  if (calls.size >= maxRemembered) {
    const oldest = calls.keys().next()
    if (oldest.done !== true) calls.delete(oldest.value)
  }
  calls.set(name, role)
}
