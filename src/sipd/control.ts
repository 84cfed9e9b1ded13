/**
 * The TCP listener for applications (control protocol §1): connections, back pressure and time
 * limits. Collects what is written to a connection, under load over a millisecond, into one system
 * call. What the octets mean is the exchange's business.
 */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Clock, Ms } from '../clock.ts'
import { formatFrame } from '../drachtio/frame.ts'
import type { Log } from '../log.ts'
import type { Octets } from '../sip/events.ts'

export interface ControlEvents {
  connected(client: number): void
  received(client: number, chunk: Octets): void
  disconnected(client: number): void
  isAuthenticated(client: number): boolean
}

export interface ControlLimits {
  /** Connections at once; an application needs one. */
  readonly maxConnections: number
  /** From connecting to a valid `authenticate`. */
  readonly authenticateMs: Ms
  /** Output an application has not read. At 1 kB a message that is a minute of full load. */
  readonly maxBacklogBytes: number
}

export const controlLimits: ControlLimits = {
  maxConnections: 1000,
  authenticateMs: 10_000,
  maxBacklogBytes: 64 * 1024 * 1024,
}

/** First keep-alive probe after so long without traffic (§1). */
const keepAliveAfterMs = 1000
/**
 * Writes follow each other no closer than this. A write wakes the application, which costs both
 * sides more than the message itself: under load several share one, while a lone message still
 * leaves at once.
 */
const gatherMs: Ms = 1
/** How long a connection may stay open for what was written before it was closed. */
const lastWordsMs = 500

interface Connection {
  readonly id: number
  readonly socket: Socket
  readonly frames: Octets[]
  /** Set once the connection is to close after its output. */
  closing: boolean
}

export interface ControlOptions {
  readonly address: string
  readonly port: number
  readonly keepAliveSeconds: number
  readonly clock: Clock
  readonly log: Log
  readonly limits?: ControlLimits
}

export class ControlListener {
  readonly #options: ControlOptions
  readonly #limits: ControlLimits
  readonly #events: ControlEvents
  readonly #server: Server
  readonly #connections = new Map<number, Connection>()
  #unflushed: Connection[] = []
  #flushedAt: Ms = 0
  #lastId = 0

  private constructor(options: ControlOptions, events: ControlEvents) {
    this.#options = options
    this.#limits = options.limits ?? controlLimits
    this.#events = events
    this.#server = createServer(
      {
        noDelay: true,
        keepAlive: options.keepAliveSeconds > 0,
        keepAliveInitialDelay: keepAliveAfterMs,
      },
      (socket) => this.#accept(socket),
    )
    this.#server.maxConnections = this.#limits.maxConnections
  }

  /** Listens; port 0 takes any free one. Rejects with an error that names the address. */
  static async open(options: ControlOptions, events: ControlEvents): Promise<ControlListener> {
    const listener = new ControlListener(options, events)
    const { address, port } = options
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (error) => {
        reject(
          new Error(`cannot listen for applications on ${address} port ${port}: ${error.message}`, {
            cause: error,
          }),
        )
      })
      listener.#server.listen({ host: address, port }, resolve)
    })
    listener.#server.on('error', (error) => options.log.error({ err: error }, 'control listener'))
    return listener
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  /** Queues a payload; it leaves at the end of this turn of the event loop or soon after. */
  write(client: number, payload: Octets): void {
    const connection = this.#connections.get(client)
    if (connection === undefined || connection.closing) return
    if (connection.frames.length === 0) this.#flushLater(connection)
    connection.frames.push(formatFrame(payload))
  }

  /** Closes a connection after its output; what it sends meanwhile is not read. */
  closeClient(client: number, why: string): void {
    const connection = this.#connections.get(client)
    if (connection === undefined || connection.closing) return
    this.#options.log.warn({ client, why }, 'application disconnected by the server')
    this.#flush(connection)
    connection.closing = true
    connection.socket.end()
    // An application that does not close its side would otherwise keep the connection for ever.
    connection.socket.setTimeout(lastWordsMs, () => connection.socket.destroy())
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const connection of this.#connections.values()) {
      this.#flush(connection)
      connection.socket.destroySoon()
    }
    // One that does not take its last words must not keep the process.
    const { clock } = this.#options
    const stopWaiting = clock.wakeAt(clock.nowMs() + lastWordsMs, () => {
      for (const connection of this.#connections.values()) connection.socket.destroy()
    })
    await closed
    stopWaiting()
  }

  #accept(socket: Socket): void {
    const id = ++this.#lastId
    const connection: Connection = { id, socket, frames: [], closing: false }
    const { clock, log } = this.#options
    this.#connections.set(id, connection)
    const stopWaiting = clock.wakeAt(clock.nowMs() + this.#limits.authenticateMs, () => {
      if (!this.#events.isAuthenticated(id)) this.closeClient(id, 'did not authenticate in time')
    })
    log.info(
      { client: id, address: socket.remoteAddress, port: socket.remotePort },
      'application connected',
    )
    this.#events.connected(id)
    socket.on('data', (chunk: Buffer) => {
      if (!connection.closing) this.#events.received(id, chunk.latin1Slice(0, chunk.length))
    })
    socket.on('error', (error) =>
      log.info({ client: id, cause: error.message }, 'application connection failed'),
    )
    socket.on('close', () => {
      stopWaiting()
      this.#connections.delete(id)
      log.info({ client: id }, 'application disconnected')
      this.#events.disconnected(id)
    })
  }

  #flushLater(connection: Connection): void {
    this.#unflushed.push(connection)
    if (this.#unflushed.length > 1) return
    const { clock } = this.#options
    const nextAt = this.#flushedAt + gatherMs
    // `setImmediate` runs after all datagrams and chunks of this poll have been handled.
    if (nextAt <= clock.nowMs()) setImmediate(() => this.#flushAll())
    else clock.wakeAt(nextAt, () => this.#flushAll())
  }

  #flushAll(): void {
    const due = this.#unflushed
    this.#unflushed = []
    this.#flushedAt = this.#options.clock.nowMs()
    for (const one of due) this.#flush(one)
  }

  #flush(connection: Connection): void {
    const { frames, socket, closing } = connection
    if (frames.length === 0 || closing) return
    const octets = frames.length === 1 ? (frames[0] ?? '') : frames.join('')
    frames.length = 0
    if (socket.writableLength + octets.length > this.#limits.maxBacklogBytes) {
      this.#options.log.error({ client: connection.id }, 'application does not read: disconnected')
      connection.closing = true
      socket.destroy()
      return
    }
    socket.write(octets, 'latin1')
  }
}
