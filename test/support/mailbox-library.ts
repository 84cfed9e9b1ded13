/**
 * A library of messages in memory for tests of the dialogues: notes what it is told, knows one PIN,
 * can refuse and can be slow.
 */
import type { Clock } from '../../src/clock.ts'
import type { MediaLibrary, NewMessage, StoredMessage } from '../../src/app/ports.ts'

type Call = keyof MediaLibrary

export class MailboxLibrary implements MediaLibrary {
  /** 'beginMessage 1', 'finishMessage 1 5000', 'messageHeard 2 +7916…' and so on, in order. */
  readonly did: string[] = []
  readonly begun: NewMessage[] = []
  stored: StoredMessage[] = []
  pin: string | undefined = '1234'
  /** Wrong tries until it is locked. */
  patience = 5
  /** These reject. */
  readonly failing = new Set<Call>()
  /** These never settle. */
  readonly hanging = new Set<Call>()
  /** How long each takes. */
  delayMs = 0
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Begun and neither finished nor discarded. */
  get open(): string[] {
    return this.begun.map(({ id }) => id).filter((id) =>
      !this.did.some((line) => line === `discardMessage ${id}` || line.startsWith(`finishMessage ${id} `)))
  }

  beginMessage(message: NewMessage): Promise<void> {
    this.begun.push(message)
    return this.#do('beginMessage', message.id)
  }

  finishMessage(id: string, durationMs: number): Promise<void> {
    return this.#do('finishMessage', id, durationMs)
  }

  discardMessage(id: string): Promise<void> {
    return this.#do('discardMessage', id)
  }

  async messages(subscriberId: string): Promise<readonly StoredMessage[]> {
    await this.#do('messages', subscriberId)
    return this.stored
  }

  messageHeard(_subscriberId: string, id: string, address: string): Promise<void> {
    return this.#do('messageHeard', id, address)
  }

  removeMessage(_subscriberId: string, id: string): Promise<void> {
    return this.#do('removeMessage', id)
  }

  async checkPin(_subscriberId: string, digits: string): Promise<'right' | 'wrong' | 'locked' | 'none'> {
    await this.#do('checkPin', digits)
    if (this.pin === undefined) return 'none'
    if (this.patience <= 0) return 'locked'
    if (digits === this.pin) return 'right'
    this.patience--
    return 'wrong'
  }

  keepGreeting(_subscriberId: string, id: string, file: string, durationMs: number): Promise<void> {
    return this.#do('keepGreeting', id, file, durationMs)
  }

  beginRecording(): Promise<void> {
    return this.#do('beginRecording')
  }

  finishRecording(): Promise<void> {
    return this.#do('finishRecording')
  }

  async #do(call: Call, ...what: readonly (string | number)[]): Promise<void> {
    this.did.push([call, ...what].join(' '))
    if (this.hanging.has(call)) await new Promise<never>(() => {})
    if (this.delayMs > 0) {
      await new Promise<void>((resolve) => { this.#clock.wakeAt(this.#clock.nowMs() + this.delayMs, resolve) })
    }
    if (this.failing.has(call)) throw new Error(`${call} is out of order`)
  }
}
