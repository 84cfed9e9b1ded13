/**
 * Tells applications of calls that begin, are answered and end (control protocol §12): picks the
 * events out of what passes between applications and engine, and the application whose turn it is.
 * What is due when is known to `cdr.ts`.
 */
import type { Octets, Output } from '../sip/events.ts'
import type { CdrEvent } from './cdr.ts'
import { CdrTracker } from './cdr.ts'
import { formatCdr } from './notification.ts'
import type { Router } from './router.ts'
import { tokenTransaction } from './token.ts'

export interface RecorderPorts {
  write(client: number, payload: Octets): void
  timeOfDay(): string
  newId(): string
}

type Happening<T extends Output['type']> = Output & { readonly type: T }

const endReasons = {
  ackTimeout: 'system-error-initiated-termination',
  refreshFailed: 'system-error-initiated-termination',
  sessionExpired: 'session-expired',
  cancelRace: 'system-initiated-termination',
} as const

export class CallRecorder {
  readonly #tracker = new CdrTracker()
  readonly #router: Router
  readonly #ports: RecorderPorts

  constructor(router: Router, ports: RecorderPorts) {
    this.#router = router
    this.#ports = ports
  }

  /** A request came that belongs to nobody yet. */
  newRequest({ message, transaction, data }: Happening<'request'>): void {
    if (message.method === 'INVITE') this.#tell(this.#tracker.attempt(transaction, 'uas'), data)
  }

  /** A request came inside a dialog. */
  inDialog({ message, dialog, data }: Happening<'request'>): void {
    if (message.method !== 'BYE') return
    this.#tell(this.#tracker.ended(dialog, 'network', 'normal-release'), data)
  }

  cancelled({ transaction, data }: Happening<'cancelled'>): void {
    this.#tell(this.#tracker.cancelled(transaction), data)
  }

  response({ message, transaction, dialog, data }: Happening<'response'>): void {
    if (message.cseqMethod !== 'INVITE') return
    this.#tell(this.#tracker.response(transaction, dialog, message.status), data)
  }

  dialogEnded({ dialog, cause, data }: Happening<'dialogEnded'>): void {
    this.#tell(this.#tracker.ended(dialog, 'application', endReasons[cause]), data)
  }

  /** A message went out, for an application or in the server's own name. */
  accepted({ message, transaction, dialog, token }: Happening<'accepted'>, text: Octets): void {
    if (message === undefined) return
    if (message.status > 0) {
      if (message.cseqMethod !== 'INVITE') return
      this.#tell(this.#tracker.response(transaction, dialog, message.status), text)
    } else if (message.method === 'INVITE') {
      // A To tag means re-INVITE: not a call of its own.
      if (message.toTag === '') this.#tell(this.#tracker.attempt(transaction, 'uac'), text)
    } else if (message.method === 'CANCEL') {
      this.#tell(this.#tracker.cancelSent(tokenTransaction(token)), text)
    } else if (message.method === 'BYE') {
      this.#tell(this.#tracker.ended(dialog, 'application', 'normal-release'), text)
    }
  }

  #tell(event: CdrEvent | undefined, text: Octets): void {
    if (event === undefined) return
    const client = this.#router.pick(event.verb)
    if (client === undefined) return
    const { newId, timeOfDay } = this.#ports
    const { verb, source, detail } = event
    this.#ports.write(client.id, formatCdr(newId(), verb, source, timeOfDay(), detail, text))
  }
}
