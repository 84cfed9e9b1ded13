/**
 * The connection to one media server: made, watched, and made again with growing pauses after it
 * was lost. Counts what lives on it, so that the pool can choose. The library's own reconnecting is
 * not used: it forgets what it had subscribed to.
 */
import type Mrf from 'drachtio-fsmrf'
import type { Cancel, Clock, Ms } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { MediaUnavailable } from '../media-port.ts'
import { MrfEndpoint } from './endpoint.ts'
import { probeListenAddress, probeServer } from './probe.ts'
import { textOf, within } from './within.ts'

export interface MediaServerAddress {
  readonly host: string
  /** Of the event socket. */
  readonly port: number
  readonly secret: string
}

export interface LinkPorts {
  readonly mrf: Mrf
  readonly clock: Clock
  readonly log: Log
  /** Where media servers dial us back; `advertised` when that has another address for them. */
  readonly listenHost: string
  readonly advertisedHost: string | undefined
  readonly profile: string
}

/** Connecting, and making an endpoint, may take so long. */
const connectMs = 5000
const endpointMs = 5000
/** A server that does not answer a question in `pingLimitMs` is taken for dead. */
const pingMs = 5000
const pingLimitMs = 4000
/** Pauses between attempts to connect grow from the first to the last. */
const firstPauseMs = 250
const longestPauseMs = 10_000
/** After an endpoint could not be made, others are asked first for so long. */
const restMs = 3000
const aliveFor: Ms = 20_000

export class ServerLink {
  readonly name: string
  readonly #address: MediaServerAddress
  readonly #ports: LinkPorts
  readonly #onLost = new Set<() => void>()
  /** Endpoints that live or are being made. */
  #own = 0
  /** Sessions of other applications, as of the last heartbeat. */
  #foreign = 0
  #maxSessions = Infinity
  #server: Mrf.MediaServer | undefined
  #pauseMs = firstPauseMs
  #sinceMs = 0
  #restUntilMs = 0
  #fault = ''
  #wakeUp: Cancel = () => {}
  #closed = false

  constructor(address: MediaServerAddress, ports: LinkPorts) {
    this.#address = address
    this.#ports = ports
    this.name = `${address.host}:${address.port}`
  }

  /** Begins to connect, and goes on until `close`. */
  start(): void {
    void this.#connect()
  }

  close(): void {
    this.#closed = true
    this.#lose('closed')
  }

  get isUp(): boolean {
    return this.#server !== undefined
  }

  /** Whether it takes an endpoint now. */
  get hasRoom(): boolean {
    return this.isUp && this.sessions < this.#maxSessions
  }

  /** It failed a moment ago: others first. */
  get isResting(): boolean {
    return this.#ports.clock.nowMs() < this.#restUntilMs
  }

  get sessions(): number {
    return this.#own + this.#foreign
  }

  /** Runs `run` once when the server is lost; the returned function takes that back. */
  onLost(run: () => void): Cancel {
    this.#onLost.add(run)
    return () => this.#onLost.delete(run)
  }

  /** A new endpoint; throws MediaUnavailable. `offer` undefined: it makes one itself. */
  async make(offer: string | undefined): Promise<MrfEndpoint> {
    const server = this.#server
    const { clock, log } = this.#ports
    if (server === undefined) throw new MediaUnavailable(`${this.name} is not connected`)
    this.#own++
    const left = (): void => { this.#own-- }
    const destroyLate = (late: Mrf.Endpoint): void => {
      new MrfEndpoint(late, false, clock, log, () => {}).destroy()
    }
    try {
      const inner = await within(
        clock, endpointMs, this.name,
        server.createEndpoint(offer === undefined ? {} : { remoteSdp: offer }), destroyLate)
      if (this.#server !== server) {
        destroyLate(inner)
        throw new MediaUnavailable(`${this.name} was lost`)
      }
      return new MrfEndpoint(inner, offer !== undefined, clock, log, left)
    } catch (error) {
      left()
      this.#restUntilMs = clock.nowMs() + restMs
      log.warn({ mediaServer: this.name, error: textOf(error) }, 'no endpoint')
      throw error instanceof MediaUnavailable ? error : new MediaUnavailable(textOf(error))
    }
  }

  async #connect(): Promise<void> {
    const { clock, mrf, listenHost, advertisedHost, profile } = this.#ports
    const { host, port, secret } = this.#address
    const fault = await probeListenAddress(listenHost) ??
      await probeServer({ host, port, secret, profile }, connectMs)
    if (this.#closed) return
    if (fault !== undefined) return this.#tryLater(fault)
    try {
      const server = await within(clock, connectMs, 'connect', mrf.connect({
        address: host, port, secret, profile, listenAddress: listenHost,
        ...(advertisedHost === undefined ? {} : { advertisedAddress: advertisedHost }),
      }), disconnect)
      if (this.#closed) return disconnect(server)
      this.#up(server)
    } catch (error) {
      this.#tryLater(textOf(error))
    }
  }

  #up(server: Mrf.MediaServer): void {
    const { clock, log } = this.#ports
    this.#server = server
    this.#sinceMs = clock.nowMs()
    this.#fault = ''
    log.info({ mediaServer: this.name }, 'media server connected')
    const { conn } = server
    // The library would print the loss and reconnect by itself.
    conn.removeAllListeners('esl::end')
    conn.removeAllListeners('esl::ready')
    conn.on('esl::end', () => this.#lose('connection closed'))
    conn.on('esl::event::HEARTBEAT::*', (event) => {
      const sessions = Number(event.getHeader('Session-Count') ?? 0)
      this.#foreign = Math.max(0, sessions - this.#own)
      this.#maxSessions = Number(event.getHeader('Max-Sessions')) || Infinity
    })
    this.#wakeUp = clock.wakeAt(clock.nowMs() + pingMs, () => void this.#ping(server))
  }

  /** A server that hangs keeps its connection: it must answer now and then. */
  async #ping(server: Mrf.MediaServer): Promise<void> {
    const { clock } = this.#ports
    try {
      await within(clock, pingLimitMs, 'ping', server.api('uptime'))
    } catch (error) {
      if (this.#server === server) this.#lose(textOf(error))
      return
    }
    if (this.#server !== server) return
    this.#wakeUp = clock.wakeAt(clock.nowMs() + pingMs, () => void this.#ping(server))
  }

  #lose(why: string): void {
    this.#wakeUp()
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    this.#foreign = 0
    disconnect(server)
    // A server that lived for a while is looked for at once again; one that flaps is not.
    const { clock, log } = this.#ports
    if (clock.nowMs() - this.#sinceMs > aliveFor) this.#pauseMs = firstPauseMs
    for (const run of [...this.#onLost]) run()
    this.#onLost.clear()
    if (this.#closed) return
    log.warn({ mediaServer: this.name, why }, 'media server lost')
    this.#tryLater(why)
  }

  #tryLater(fault: string): void {
    const { clock, log } = this.#ports
    if (this.#closed) return
    // Said once, not at each attempt.
    if (fault !== this.#fault) log.warn({ mediaServer: this.name, fault }, 'no media server')
    this.#fault = fault
    this.#wakeUp = clock.wakeAt(clock.nowMs() + this.#pauseMs, () => void this.#connect())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}

/** The library throws when its listener or its socket is gone already. */
function disconnect(server: Mrf.MediaServer): void {
  try {
    server.disconnect()
  } catch {
    // It is gone: that is what was wanted.
  }
}
