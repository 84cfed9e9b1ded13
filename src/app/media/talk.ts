/**
 * One dialogue's hold on an endpoint: says, asks and records as long as the dialogue is wanted and
 * the endpoint lives, and says nothing any more after that. Every dialogue is written over it and
 * so always settles.
 */
import type { Endpoint, Question, Recorded, RecordLimits } from '../media-port.ts'

/** Keys that a menu asks for: one of them, at once. */
export interface Menu {
  readonly files: readonly string[]
  readonly keys: string
  readonly tries: number
  /** Wait for the key after the files, milliseconds; media servers raise less than a second. */
  readonly waitMs: number
}

export class Talk {
  readonly #endpoint: Endpoint
  readonly #signal: AbortSignal | undefined
  readonly #abort = (): void => this.#endpoint.stopPlaying()
  #isGone = false

  /** `signal`: aborted when nobody wants the dialogue any more. */
  constructor(endpoint: Endpoint, signal?: AbortSignal) {
    this.#endpoint = endpoint
    this.#signal = signal
    endpoint.onGone(() => { this.#isGone = true })
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Nothing will be heard or answered any more. */
  get isOver(): boolean {
    return this.#isGone || this.#signal?.aborted === true
  }

  /** Plays the files; true when all was heard (or could not be) and the dialogue goes on. */
  async say(files: readonly string[]): Promise<boolean> {
    return (await this.play(files)) !== 'over'
  }

  /** As `say`, and tells whether there was anything to hear. */
  async play(files: readonly string[]): Promise<'heard' | 'missing' | 'over'> {
    if (this.isOver) return 'over'
    const result = await this.#endpoint.play(files)
    if (result === 'gone') this.#isGone = true
    if (this.isOver || result === 'stopped') return 'over'
    return result === 'missing' ? 'missing' : 'heard'
  }

  /** Digits of a code; undefined when nobody typed enough of them. */
  async ask(question: Question): Promise<string | undefined> {
    if (this.isOver) return undefined
    const digits = await this.#endpoint.ask(question)
    return this.isOver ? undefined : digits
  }

  /** One of the menu's keys; undefined when nobody pressed one. A wrong key is a failed try. */
  async choose(menu: Menu): Promise<string | undefined> {
    for (let round = 0; round < menu.tries; round++) {
      const key = await this.ask({
        files: menu.files, min: 1, max: 1, tries: 1, firstDigitMs: menu.waitMs,
        nextDigitMs: menu.waitMs, endKey: '',
      })
      if (key !== undefined && menu.keys.includes(key)) return key
      if (this.isOver) return undefined
    }
    return undefined
  }

  async record(file: string, limits: RecordLimits): Promise<Recorded> {
    if (this.isOver) return { durationMs: 0, endedBy: 'gone' }
    const recorded = await this.#endpoint.record(file, limits)
    if (recorded.endedBy === 'gone') this.#isGone = true
    return recorded
  }

  /** The dialogue is done: the signal means others from now on. */
  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
  }
}
