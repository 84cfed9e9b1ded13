/**
 * The live calls of this process as the panel and the desk reach them: looks at the board twice a
 * second while there are calls, hands each command to its call and stores the verdict, publishes
 * the ladders that somebody reads, and gives away the ladder of each call that is over. What an
 * order does is the call machine's; who may order is the API's.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { CallOrder, OrderVerdict } from '../call/events.ts'
import { LadderRecorder } from './ladder-recorder.ts'
import type { CommandVerdict, LiveBoard, OpenCommand } from './live-port.ts'

/** Of which calls ladders are kept. */
export type LadderPolicy = 'failed' | 'all' | 'off'

export interface LiveCallsPorts {
  readonly board: LiveBoard
  readonly clock: Clock
  readonly log: Log
}

/** A command waits for it at most this long. */
const lookMs: Ms = 500
/** After the board could not be asked. */
const pauseMs: Ms = 3000
/**
 * Noting a ladder costs next to nothing, keeping it a twentieth of a call. Whoever reads ladders
 * reads few: under load those of so many calls a second are kept, the others left out.
 */
const keptPerSecond = { answered: 10, failed: 50 } as const

interface LiveCall {
  order(order: CallOrder): Promise<OrderVerdict>
  readonly ladder: LadderRecorder | undefined
  /** `changes` of the ladder when it was last published; -1: never. */
  published: number
}

export class LiveCalls {
  readonly #ports: LiveCallsPorts
  readonly #policy: LadderPolicy
  readonly #calls = new Map<string, LiveCall>()
  /** Commands handed on; with their verdict once it is there. */
  readonly #taken = new Map<string, CommandVerdict | undefined>()
  /** Ladders given away in the second that began then. */
  #second = { from: -Infinity, answered: 0, failed: 0 }
  #wake: Cancel | undefined
  #isLooking = false
  #isStopped = false

  constructor(ports: LiveCallsPorts, policy: LadderPolicy) {
    this.#ports = ports
    this.#policy = policy
  }

  /** A recorder for a call that begins now; undefined when no ladders are kept. */
  recorder(): LadderRecorder | undefined {
    return this.#policy === 'off' ? undefined : new LadderRecorder(this.#ports.clock)
  }

  /** A call lives; the returned function is called once nothing of it is left. */
  enter(
    id: string, ladder: LadderRecorder | undefined, order: LiveCall['order'],
  ): () => void {
    const call: LiveCall = { order, ladder, published: -1 }
    this.#calls.set(id, call)
    this.#lookIn(lookMs)
    return () => {
      this.#calls.delete(id)
      if (ladder !== undefined) this.keep(id, ladder, call.published >= 0)
      if (this.#calls.size === 0) {
        this.#wake?.()
        this.#wake = undefined
      }
    }
  }

  /** A call without a runner is over, or one that lived. `isRead`: somebody has looked at it. */
  keep(id: string, ladder: LadderRecorder, isRead = false): void {
    if (!isRead && !this.#hasRoom(ladder.isAnswered ? 'answered' : 'failed')) return
    this.#ports.board.keep(id, () => ladder.read())
  }

  /** Looks no more. */
  stop(): void {
    this.#isStopped = true
    this.#wake?.()
    this.#wake = undefined
  }

  #hasRoom(kind: 'answered' | 'failed'): boolean {
    if (this.#policy === 'failed' && kind === 'answered') return false
    const now = this.#ports.clock.nowMs()
    if (now - this.#second.from >= 1000) this.#second = { from: now, answered: 0, failed: 0 }
    return this.#second[kind]++ < keptPerSecond[kind]
  }

  #lookIn(ms: Ms): void {
    if (this.#wake !== undefined || this.#isLooking || this.#isStopped) return
    const { clock } = this.#ports
    this.#wake = clock.wakeAt(clock.nowMs() + ms, () => {
      this.#wake = undefined
      void this.#look()
    })
  }

  async #look(): Promise<void> {
    const { board, log } = this.#ports
    this.#isLooking = true
    let nextMs = lookMs
    try {
      const { commands, watched } = await board.look()
      this.#forget(commands)
      await Promise.all([
        ...commands.map((command) => this.#carryOut(command)),
        ...watched.map((id) => this.#publish(id)),
      ])
    } catch (error) {
      log.warn({ error: String(error) }, 'commands to calls cannot be read now')
      nextMs = pauseMs
    }
    this.#isLooking = false
    if (this.#calls.size > 0) this.#lookIn(nextMs)
  }

  /** Commands that stand on the board no more are decided for good. */
  #forget(open: readonly OpenCommand[]): void {
    if (this.#taken.size === 0) return
    const ids = new Set(open.map(({ id }) => id))
    for (const [id, verdict] of this.#taken) {
      if (verdict !== undefined && !ids.has(id)) this.#taken.delete(id)
    }
  }

  async #carryOut(command: OpenCommand): Promise<void> {
    const { id, callId, kind, by, isStale } = command
    if (this.#taken.has(id)) {
      const verdict = this.#taken.get(id)
      // It could not be stored the last time.
      if (verdict !== undefined) await this.#ports.board.decide(id, verdict)
      return
    }
    const call = this.#calls.get(callId)
    if (call === undefined) {
      if (isStale) await this.#ports.board.decide(id, { state: 'failed', why: 'noReply' })
      return
    }
    this.#taken.set(id, undefined)
    // The media server may take its time: nobody else's command waits for it.
    void call.order({ type: 'order', id, kind, by }).then((verdict) => this.#decide(id, verdict))
  }

  async #decide(id: string, verdict: OrderVerdict): Promise<void> {
    const { board, log } = this.#ports
    this.#taken.set(id, verdict)
    try {
      await board.decide(id, verdict)
    } catch (error) {
      log.warn({ error: String(error) }, 'the outcome of a command cannot be stored now')
    }
  }

  async #publish(id: string): Promise<void> {
    const call = this.#calls.get(id)
    const { ladder } = call ?? {}
    if (call === undefined || ladder === undefined || call.published === ladder.changes) return
    const { changes } = ladder
    await this.#ports.board.publish(id, ladder.read())
    call.published = changes
  }
}
