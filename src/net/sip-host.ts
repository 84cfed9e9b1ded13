/**
 * The loop between a SIP engine and the world: sockets, name look-ups and the clock on one side,
 * `handle(input) → outputs` and `nextTimeout()` on the other. Carries out `send` and `resolve`,
 * hands every other output to its user, and decides nothing. Both servers, sipd and media, are
 * built on it.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Flow, Input, ListenPoint, Octets, Output } from '../sip/events.ts'
import type { DnsResolver } from './dns.ts'
import { TcpTransport } from './tcp.ts'
import type { TcpLimits } from './tcp.ts'
import { UdpSocket } from './udp.ts'

/** What the host needs of an engine; `sip/stack.ts` in earnest. */
export interface SipEngine {
  handle(input: Input): readonly Output[]
  nextTimeout(): Ms | undefined
}

/** An address to bind, with what the engine should know of it. */
export interface SipBind extends Omit<ListenPoint, 'transport'> {
  readonly transports: readonly ('udp' | 'tcp')[]
  /** Not being able to bind it is no failure, as long as another one is bound. */
  readonly optional?: boolean
}

/** Sees raw messages go by, for counting. */
export interface Tap {
  received(data: Octets): void
  sent(data: Octets): void
}

export interface SipHostOptions {
  readonly clock: Clock
  readonly log: Log
  readonly dns: DnsResolver
  readonly createEngine: (points: readonly ListenPoint[]) => SipEngine
  /** Gets every output but `send` and `resolve`, in order. May call `submit`. */
  readonly onOutput: (output: Output) => void
  readonly tap?: Tap
  readonly tcpLimits?: TcpLimits
}

/** Ports are drawn anew when the TCP twin of a free UDP port turns out to be taken. */
const maxPortDraws = 20
/** Lines about refused peers per second; a flood must not fill the disk. */
const maxRefusalLines = 5

export class SipHost {
  readonly listenPoints: ListenPoint[] = []
  readonly #options: SipHostOptions
  readonly #udp = new Map<string, UdpSocket>()
  #onlyUdp: UdpSocket | undefined
  readonly #tcp: TcpTransport
  readonly #queue: Input[] = []
  #engine: SipEngine | undefined
  #draining = false
  #armedAt: Ms = Number.POSITIVE_INFINITY
  #disarm: Cancel | undefined
  #refusalSecond = 0
  #refusalLines = 0
  #closed = false

  private constructor(options: SipHostOptions) {
    this.#options = options
    this.#tcp = new TcpTransport(
      options.clock,
      {
        message: (flow, data) => this.#received(flow, data),
        closed: (connection) =>
          this.submit({ type: 'flowClosed', now: options.clock.nowMs(), connection }),
        refused: (address, why) => this.#refused(address, why),
      },
      options.tcpLimits,
    )
  }

  /** Binds all addresses, then creates the engine. Rejects, everything closed, if one fails. */
  static async open(binds: readonly SipBind[], options: SipHostOptions): Promise<SipHost> {
    const host = new SipHost(options)
    try {
      for (const bind of binds) await host.#bind(bind)
      if (host.listenPoints.length === 0) throw new Error('there is no address to listen on')
    } catch (error) {
      await host.close()
      throw error
    }
    host.#engine = options.createEngine(host.listenPoints)
    return host
  }

  get tcpConnections(): number {
    return this.#tcp.size
  }

  /**
   * Gives the engine an input and acts upon its outputs. Called from within `onOutput` it is put in
   * line, so that the outputs of one input are all acted upon before the next input.
   */
  submit(input: Input): void {
    if (this.#closed) return
    this.#queue.push(input)
    if (!this.#draining) this.#drain()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#disarm?.()
    this.#queue.length = 0
    await Promise.all([
      ...[...this.#udp.values()].map((socket) => socket.close()),
      this.#tcp.close(),
    ])
  }

  #drain(): void {
    const engine = this.#engine
    if (engine === undefined) return
    this.#draining = true
    for (let i = 0; i < this.#queue.length; i++) {
      const input = this.#queue[i]
      if (input !== undefined) this.#handle(engine, input)
    }
    this.#queue.length = 0
    this.#draining = false
    this.#arm(engine)
  }

  /** A fault of ours in one message must cost that message only, not every call of the process. */
  #handle(engine: SipEngine, input: Input): void {
    try {
      for (const output of engine.handle(input)) this.#act(output)
    } catch (error) {
      this.#options.log.error({ err: error, input: input.type }, 'fault in the SIP engine')
    }
  }

  #act(output: Output): void {
    if (output.type === 'send') this.#send(output.flow, output.data, output.transaction)
    else if (output.type === 'resolve')
      this.#resolve(output.query, output.host, output.port, output.transport)
    else this.#options.onOutput(output)
  }

  #send(flow: Flow, data: Octets, transaction: string): void {
    this.#options.tap?.sent(data)
    if (flow.transport !== 'udp') {
      this.#tcp.send(flow, data, (cause) => this.#sendFailed(transaction, cause))
      return
    }
    const socket = this.#udpFor(flow)
    if (socket === undefined) this.#sendFailed(transaction, 'no such local address')
    else if (transaction === '') socket.send(data, flow.remoteAddress, flow.remotePort)
    else {
      socket.send(data, flow.remoteAddress, flow.remotePort, (error) => {
        this.#sendFailed(transaction, error.message)
      })
    }
  }

  /** Most servers have one UDP socket: no key need be made for each message then. */
  #udpFor(flow: Flow): UdpSocket | undefined {
    const only = this.#onlyUdp
    if (only !== undefined && only.port === flow.localPort && only.address === flow.localAddress)
      return only
    return this.#udp.get(`${flow.localAddress}|${flow.localPort}`)
  }

  #sendFailed(transaction: string, cause: string): void {
    this.#options.log.debug({ transaction, cause }, 'message not sent')
    if (transaction !== '') {
      this.submit({ type: 'sendFailed', now: this.#options.clock.nowMs(), transaction, cause })
    }
  }

  #resolve(
    query: number,
    host: string,
    port: number | undefined,
    transport: Flow['transport'] | undefined,
  ): void {
    void this.#options.dns.resolve({ host, port, transport }).then((addresses) => {
      this.submit({ type: 'resolved', now: this.#options.clock.nowMs(), query, addresses })
    })
  }

  #received(flow: Flow, data: Octets): void {
    this.#options.tap?.received(data)
    this.submit({ type: 'received', now: this.#options.clock.nowMs(), flow, data })
  }

  /** One timer for the engine, set anew only when something is due earlier than it. */
  #arm(engine: SipEngine): void {
    const due = engine.nextTimeout()
    if (due === undefined || due >= this.#armedAt || this.#closed) return
    this.#disarm?.()
    this.#armedAt = due
    this.#disarm = this.#options.clock.wakeAt(due, () => {
      this.#armedAt = Number.POSITIVE_INFINITY
      this.#disarm = undefined
      this.submit({ type: 'time', now: this.#options.clock.nowMs() })
    })
  }

  async #bind(bind: SipBind): Promise<void> {
    const { transports, optional, ...point } = bind
    for (let draw = 1; ; draw++) {
      try {
        const port = await this.#bindOnce(bind)
        for (const transport of transports) this.listenPoints.push({ ...point, transport, port })
        return
      } catch (error) {
        if (optional === true) {
          this.#options.log.warn(
            { address: bind.address, port: bind.port, error },
            'address not bound',
          )
          return
        }
        if (bind.port !== 0 || draw >= maxPortDraws) throw named(error, bind)
      }
    }
  }

  /** Binds every transport of one address to the same port, which is returned. */
  async #bindOnce(bind: SipBind): Promise<number> {
    const { address } = bind
    let port = bind.port
    let opened: UdpSocket | undefined
    try {
      if (bind.transports.includes('udp')) {
        let localPort = 0
        opened = await UdpSocket.bind(address, port, {
          datagram: (data, remoteAddress, remotePort) => {
            this.#received(
              {
                transport: 'udp',
                localAddress: address,
                localPort,
                remoteAddress,
                remotePort,
                connection: 0,
              },
              data,
            )
          },
          failed: (error) =>
            this.#options.log.error({ address, port: localPort, error }, 'UDP socket failed'),
        })
        localPort = opened.port
        port = localPort
      }
      if (bind.transports.includes('tcp')) port = await this.#tcp.listen(address, port)
    } catch (error) {
      await opened?.close()
      throw error
    }
    if (opened !== undefined) {
      this.#onlyUdp = this.#udp.size === 0 ? opened : undefined
      this.#udp.set(`${address}|${port}`, opened)
    }
    return port
  }

  #refused(address: string, why: string): void {
    const second = Math.floor(this.#options.clock.nowMs() / 1000)
    if (second !== this.#refusalSecond) {
      this.#refusalSecond = second
      this.#refusalLines = 0
    }
    if (++this.#refusalLines <= maxRefusalLines)
      this.#options.log.warn({ address, why }, 'SIP peer refused')
  }
}

function named(error: unknown, bind: SipBind): Error {
  const why = error instanceof Error ? error.message : String(error)
  return new Error(
    `cannot listen on ${bind.address} port ${bind.port} (${bind.transports.join(', ')}): ${why}`,
    { cause: error },
  )
}
