/**
 * Calls that the panel asks for: the panel writes an errand, one application process takes it,
 * rings the phone and speaks. Greetings and codes are spoken to one phone, a trunk's test too; a
 * test call goes to the subscriber's own rules like any other. It never waits for a media server,
 * and does few at a time.
 */
import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Endpoint, MediaPool, MediaShare } from '../media-port.ts'
import { MediaUnavailable } from '../media-port.ts'
import type { AnsweredPhone, OwnCall } from '../own-calls.ts'
import type { CallDirectory, Errand, ErrandBoard, LegProgress, MediaLibrary } from '../ports.ts'
import { say, speakCode } from './announcements.ts'
import type { Language, Prompts } from './prompts.ts'
import { recordGreeting } from './record-greeting.ts'
import { TestCaller } from './test-caller.ts'
import { textOf } from './within.ts'

/** What the desk needs of those who make calls. */
export interface ErrandCalls {
  /** Rings a phone; undefined when it did not answer. */
  ringPhone(call: OwnCall, signal: AbortSignal): Promise<AnsweredPhone | undefined>
  /** A call from no network to a personal number; undefined when there is no room for it. */
  place(call: { number: string; caller: string; phone: TestCaller }):
    { hangUp(): void } | undefined
}

export interface ErrandDeskPorts {
  readonly board: ErrandBoard
  readonly calls: ErrandCalls
  readonly pool: MediaPool
  readonly library: MediaLibrary
  readonly directory: Pick<CallDirectory, 'findSubscriber'>
  readonly prompts: Prompts
  readonly clock: Clock
  readonly log: Log
  /** As media servers see it. */
  readonly recordingsFolder: string
}

type Outcome = Parameters<ErrandBoard['finish']>[1]

const pollMs = 1000
/** After the board could not be asked. */
const pauseMs = 5000
const mostAtOnce = 5
const ringSeconds = 40
/** The longest errand: ringing and five takes of a greeting. */
const longestMs = 8 * 60_000
/** Time for the answered person to get the phone to the ear. */
const lead = 'silence_stream://700'

export class ErrandDesk {
  readonly #ports: ErrandDeskPorts
  readonly #running = new Set<AbortController>()
  #poll: Cancel = () => {}
  #isStopped = false

  constructor(ports: ErrandDeskPorts) {
    this.#ports = ports
  }

  /** Begins to look for errands. Call once. */
  start(): void {
    this.#lookIn(pollMs)
  }

  /** Takes no more and ends those under way. */
  stop(): void {
    this.#isStopped = true
    this.#poll()
    for (const abort of this.#running) abort.abort()
  }

  /** Errands under way; 0 when nothing is left. */
  get size(): number {
    return this.#running.size
  }

  #lookIn(ms: number): void {
    if (this.#isStopped) return
    const { clock } = this.#ports
    this.#poll = clock.wakeAt(clock.nowMs() + ms, () => void this.#look())
  }

  async #look(): Promise<void> {
    try {
      let errand = this.#running.size < mostAtOnce ? await this.#ports.board.take() : undefined
      while (errand !== undefined) {
        void this.#run(errand)
        const hasRoom = this.#running.size < mostAtOnce && !this.#isStopped
        errand = hasRoom ? await this.#ports.board.take() : undefined
      }
      this.#lookIn(pollMs)
    } catch (error) {
      this.#ports.log.warn({ error: textOf(error) }, 'errands cannot be looked for')
      this.#lookIn(pauseMs)
    }
  }

  async #run(errand: Errand): Promise<void> {
    const { board, clock, log } = this.#ports
    const abort = new AbortController()
    this.#running.add(abort)
    const stopLimit = clock.wakeAt(clock.nowMs() + longestMs, () => abort.abort())
    if (this.#isStopped) abort.abort()
    let outcome: Outcome = 'failed'
    const leg = errand.kind === 'trunkTest' ? watchLeg(clock) : undefined
    try {
      outcome = await this.#carryOut(errand, abort.signal, leg)
    } catch (error) {
      outcome = error instanceof MediaUnavailable ? 'noMedia' : 'failed'
      log.warn({ errand: errand.id, kind: errand.kind, error: textOf(error) }, 'errand')
    }
    stopLimit()
    this.#running.delete(abort)
    try {
      await board.finish(errand.id, outcome, leg?.progress())
    } catch (error) {
      log.error({ errand: errand.id, error: textOf(error) }, 'errand not finished')
    }
  }

  async #carryOut(
    errand: Errand, signal: AbortSignal, leg: LegWatch | undefined,
  ): Promise<Outcome> {
    const { clock, directory, pool } = this.#ports
    if (clock.wallMs() >= errand.expiresAt) return 'noAnswer'
    const subscriber = errand.kind === 'trunkTest'
      ? undefined : await directory.findSubscriber(errand.number)
    const language = subscriber?.media?.language ?? 'ru'
    const share = pool.open()
    try {
      return errand.kind === 'test'
        ? await this.#placeTestCall(errand, language, share, signal)
        : await this.#speakTo(errand, language, share, signal, leg)
    } finally {
      share.close()
    }
  }

  async #speakTo(
    errand: Exclude<Errand, { kind: 'test' }>, language: Language, share: MediaShare,
    signal: AbortSignal, leg: LegWatch | undefined,
  ): Promise<Outcome> {
    const { calls } = this.#ports
    const endpoint = await share.offer()
    const { number, address } = errand
    const phone = await calls.ringPhone({
      number, address, endpoint, ringSeconds,
      ...(errand.kind === 'trunkTest' ? { trunkId: errand.trunkId } : {}),
      ...(leg === undefined ? {} : { told: leg.begin() }),
    }, signal)
    if (phone === undefined) return 'noAnswer'
    const over = new AbortController()
    phone.onHungUp(() => over.abort())
    const isDone = await this.#speak(
      errand, language, endpoint, AbortSignal.any([signal, over.signal]))
    phone.hangUp()
    return isDone ? 'done' : 'failed'
  }

  async #speak(
    errand: Exclude<Errand, { kind: 'test' }>, language: Language, endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { prompts, library, recordingsFolder } = this.#ports
    if (errand.kind === 'code') return speakCode(endpoint, prompts, language, errand.code, signal)
    if (errand.kind === 'trunkTest') {
      await say(endpoint, [lead, ...prompts.say(language, 'test-call')], signal)
      return true
    }
    const { subscriberId, greetingId, file } = errand
    return recordGreeting(
      endpoint, { subscriberId, greetingId, file, language },
      { library, prompts, recordingsFolder }, signal)
  }

  async #placeTestCall(
    errand: Extract<Errand, { kind: 'test' }>, language: Language, share: MediaShare,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { calls, prompts } = this.#ports
    const phone = new TestCaller(await share.offer(), prompts, language)
    if (signal.aborted) return 'failed'
    const { number, caller } = errand
    const call = calls.place({ number, caller, phone })
    if (call === undefined) return 'failed'
    phone.placed(() => call.hangUp())
    signal.addEventListener('abort', () => call.hangUp(), { once: true })
    return await phone.over ? 'done' : 'noAnswer'
  }
}

interface LegWatch {
  /** The leg is dialled now; what is told of it goes here. */
  begin(): NonNullable<OwnCall['told']>
  progress(): LegProgress
}

function watchLeg(clock: Clock): LegWatch {
  let [status, ringMs, answerMs]: [number, number | undefined, number | undefined] =
    [0, undefined, undefined]
  return {
    begin() {
      const startMs = clock.nowMs()
      return (next) => {
        status = next
        const afterMs = Math.round(clock.nowMs() - startMs)
        if (next < 200) ringMs ??= afterMs
        else if (next < 300) answerMs = afterMs
      }
    },
    progress: () => ({ status, ringMs, answerMs }),
  }
}
