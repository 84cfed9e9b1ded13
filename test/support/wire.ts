/**
 * Stacks joined by a network that loses, repeats, delays and so reorders, all by a seed and under a
 * virtual clock: hours pass in milliseconds and every run can be had again. Each stack has one UDP
 * address; what it sends to another address of the wire arrives there, or not.
 */
import type { Flow, Input, Ms, Output } from '../../src/sip/events.ts'
import type { Stack } from '../../src/sip/stack.ts'
import { seededRandom } from './seeded-random.ts'

export interface WireOptions {
  readonly seed: number
  /** Probability that a datagram is lost. */
  readonly loss: number
  /** Probability that one arrives twice. */
  readonly duplication: number
  readonly leastDelayMs: Ms
  readonly mostDelayMs: Ms
}

/** A stack on the wire and the user that acts on what comes out of it. */
export interface End {
  readonly address: string
  readonly stack: Stack
  onOutput(output: Output): void
}

interface Event {
  readonly atMs: Ms
  readonly order: number
  readonly run: () => void
}

export class Wire {
  nowMs: Ms = 0
  readonly random: () => number
  /** Every datagram as it was sent, when wanted for looking at. */
  readonly trace: string[] = []
  /** Datagrams sent and lost, to see that there was something to repair. */
  sent = 0
  lost = 0
  readonly #options: WireOptions
  readonly #ends = new Map<string, End>()
  #events: Event[] = []
  #order = 0

  constructor(options: WireOptions) {
    this.#options = options
    this.random = seededRandom(options.seed)
  }

  attach(end: End): void {
    this.#ends.set(end.address, end)
  }

  /** Does something later. */
  after(delayMs: Ms, run: () => void): void {
    this.#events.push({ atMs: this.nowMs + delayMs, order: this.#order++, run })
  }

  /** Hands an input to an end and carries out what comes of it. */
  give(end: End, input: Input): void {
    for (const output of end.stack.handle(input)) this.carryOut(end, output)
  }

  /** Puts on the wire what is for the network, tells the user the rest. */
  carryOut(end: End, output: Output): void {
    if (output.type === 'send') this.#carry(output.flow, output.data)
    else end.onOutput(output)
  }

  /** Lets time pass until nothing is pending or the end is reached. */
  run(untilMs: Ms): void {
    for (;;) {
      const event = this.#earliestEvent()
      const [due, dueMs] = this.#earliestTimeout()
      const nextMs = Math.min(event?.atMs ?? Infinity, dueMs)
      if (nextMs > untilMs) return
      this.nowMs = Math.max(this.nowMs, nextMs)
      if (event !== undefined && event.atMs <= dueMs) {
        this.#events.splice(this.#events.indexOf(event), 1)
        event.run()
      } else if (due !== undefined) this.give(due, { type: 'time', now: this.nowMs })
    }
  }

  #earliestEvent(): Event | undefined {
    let earliest: Event | undefined
    for (const event of this.#events) {
      const isBefore = earliest === undefined || event.atMs < earliest.atMs
        || (event.atMs === earliest.atMs && event.order < earliest.order)
      if (isBefore) earliest = event
    }
    return earliest
  }

  #earliestTimeout(): [End | undefined, Ms] {
    let due: End | undefined
    let dueMs = Infinity
    for (const end of this.#ends.values()) {
      const next = end.stack.nextTimeout() ?? Infinity
      if (next < dueMs) [due, dueMs] = [end, next]
    }
    return [due, dueMs]
  }

  #carry(flow: Flow, data: string): void {
    const { loss, duplication, leastDelayMs, mostDelayMs } = this.#options
    const line = data.slice(0, data.indexOf('\r\n'))
    const route = `${this.nowMs} ${flow.localAddress} > ${flow.remoteAddress} ${line}`
    this.sent++
    if (this.random() < loss) {
      this.lost++
      this.trace.push(route + ' (lost)')
      return
    }
    this.trace.push(route)
    const copies = this.random() < duplication ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = Math.floor(leastDelayMs + this.random() * (mostDelayMs - leastDelayMs))
      this.after(delayMs, () => this.#deliver(flow, data))
    }
  }

  #deliver(sentOn: Flow, data: string): void {
    const end = this.#ends.get(sentOn.remoteAddress)
    if (end === undefined) return
    const flow: Flow = {
      transport: 'udp', connection: 0,
      localAddress: sentOn.remoteAddress, localPort: sentOn.remotePort,
      remoteAddress: sentOn.localAddress, remotePort: sentOn.localPort,
    }
    this.give(end, { type: 'received', now: this.nowMs, flow, data })
  }
}
