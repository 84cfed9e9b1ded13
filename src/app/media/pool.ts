/**
 * The media servers of the application: least loaded first, those that work. It has a connection of
 * its own to the SIP server, through which drachtio-fsmrf reaches them, so that their dialogs never
 * mix with those of calls. Any FreeSWITCH takes the place of the embedded server by its address.
 */
import Mrf from 'drachtio-fsmrf'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { MediaUnavailable } from '../media-port.ts'
import type { Endpoint, MediaPool, MediaShare } from '../media-port.ts'
import type { MrfEndpoint } from './endpoint.ts'
import { MediaSip } from './media-sip.ts'
import type { ControlAddress } from './media-sip.ts'
import { ServerLink } from './server-link.ts'
import type { LinkPorts, MediaServerAddress } from './server-link.ts'

export interface MediaPoolOptions {
  /** Event sockets of the media servers; none: nothing is ever available. */
  readonly servers: readonly MediaServerAddress[]
  readonly control: ControlAddress
  /** Address on which we listen for the media servers; default 127.0.0.1. */
  readonly listenHost?: string
  /** How media servers reach that address, when it is another for them. */
  readonly advertisedHost?: string
  /** SIP profile in `sofia status`; default `drachtio_mrf`. */
  readonly profile?: string
}

/** State of one server, for the log, metrics and tests. */
export interface MediaServerState {
  readonly name: string
  readonly up: boolean
  readonly sessions: number
}

export class MrfPool implements MediaPool {
  readonly #options: MediaPoolOptions
  readonly #sip: MediaSip
  readonly #links: readonly ServerLink[]

  constructor(options: MediaPoolOptions, clock: Clock, log: Log) {
    this.#options = options
    this.#sip = new MediaSip(log)
    const ports: LinkPorts = {
      mrf: new Mrf(this.#sip.srf), clock, log, listenHost: options.listenHost ?? '127.0.0.1',
      advertisedHost: options.advertisedHost, profile: options.profile ?? 'drachtio_mrf',
    }
    this.#links = options.servers.map((address) => new ServerLink(address, ports))
  }

  /** Begins to connect to everything; returns at once. Call once. */
  start(): void {
    if (this.#links.length === 0) return
    this.#sip.start(this.#options.control)
    for (const link of this.#links) link.start()
  }

  get available(): boolean {
    return this.#sip.isUp && this.#links.some((link) => link.hasRoom)
  }

  /** All servers with what lives on them. */
  states(): MediaServerState[] {
    return this.#links.map(({ name, isUp, sessions }) => ({ name, up: isUp, sessions }))
  }

  open(): MediaShare {
    if (!this.available) throw new MediaUnavailable('no media server')
    return new Share(() => this.#choose())
  }

  /** Ends every connection; endpoints that are left go with it. */
  close(): void {
    for (const link of this.#links) link.close()
    this.#sip.close()
  }

  /** Servers with room, the least loaded first, those that failed just now last. */
  #choose(): readonly ServerLink[] {
    if (!this.#sip.isUp) return []
    return this.#links.filter((link) => link.hasRoom).sort((one, other) =>
      Number(one.isResting) - Number(other.isResting) || one.sessions - other.sessions)
  }
}

/** Endpoints of one call: the server is chosen with the first and stays. */
class Share implements MediaShare {
  readonly #choose: () => readonly ServerLink[]
  readonly #endpoints = new Set<MrfEndpoint>()
  readonly #onLost: (() => void)[] = []
  #link: ServerLink | undefined
  #pending = 0
  #forget: () => void = () => {}
  #state: 'open' | 'lost' | 'closed' = 'open'

  constructor(choose: () => readonly ServerLink[]) {
    this.#choose = choose
  }

  answer(offer: string): Promise<Endpoint> {
    return this.#make(offer)
  }

  offer(): Promise<Endpoint> {
    return this.#make(undefined)
  }

  onLost(run: () => void): void {
    if (this.#state === 'lost') run()
    else this.#onLost.push(run)
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#forget()
    for (const endpoint of this.#endpoints) endpoint.destroy()
    this.#endpoints.clear()
  }

  async #make(offer: string | undefined): Promise<Endpoint> {
    // While nothing of the call lives on a server, another may take it; two are enough to ask.
    const candidates = this.#link === undefined ? this.#choose().slice(0, 2) : [this.#link]
    let fault: unknown = new MediaUnavailable('no media server')
    this.#pending++
    for (const link of candidates) {
      if (this.#state !== 'open' || (this.#link ?? link) !== link) break
      this.#settleOn(link)
      try {
        const endpoint = await link.make(offer)
        this.#pending--
        return this.#take(endpoint)
      } catch (error) {
        fault = error
        if (this.#endpoints.size === 0 && this.#pending === 1) this.#unsettle(link)
      }
    }
    this.#pending--
    throw this.#state === 'open' ? fault : this.#over()
  }

  #take(endpoint: MrfEndpoint): Endpoint {
    if (this.#state !== 'open') {
      endpoint.destroy()
      throw this.#over()
    }
    this.#endpoints.add(endpoint)
    return endpoint
  }

  #over(): MediaUnavailable {
    return new MediaUnavailable(`the media of the call is ${this.#state}`)
  }

  #settleOn(link: ServerLink): void {
    if (this.#link === link) return
    this.#link = link
    this.#forget = link.onLost(() => this.#lose())
  }

  #unsettle(link: ServerLink): void {
    if (this.#link !== link || this.#state !== 'open') return
    this.#forget()
    this.#link = undefined
  }

  #lose(): void {
    if (this.#state !== 'open') return
    this.#state = 'lost'
    // Their own connections may outlive the server's for a moment.
    for (const endpoint of this.#endpoints) endpoint.lose()
    for (const run of this.#onLost) run()
  }
}
