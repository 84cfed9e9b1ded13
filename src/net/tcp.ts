/**
 * SIP over TCP: listens, opens connections, keeps both to be used in either direction
 * (RFC 3261 §18, RFC 5923), cuts the streams into messages and answers keep-alives (RFC 5626
 * §3.5.1). Bounds what a peer can hold: connections, time without a whole message, unread output.
 * TLS will wrap the socket here; it does not yet.
 */
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Clock, Ms } from '../clock.ts'
import { StreamFramer } from '../sip/framer.ts'
import type { Flow, Octets } from '../sip/events.ts'

export interface TcpLimits {
  /** Connections at once, both directions. Each costs a few kB; a trunk needs one. */
  readonly maxConnections: number
  /** Connections accepted from one address; leaves room for the others when one goes mad. */
  readonly maxPerAddress: number
  /** From opening to connected. RFC 3261 says nothing; the caller's Timer B is 32 s. */
  readonly connectMs: Ms
  /** A message begun, or the first one, must be whole by then. Kamailio: 10 s, sofia: 30 s. */
  readonly messageMs: Ms
  /** Without any octet; telephones that stay send keep-alives far more often. */
  readonly idleMs: Ms
  /** Output not yet taken by the peer. About a thousand messages. */
  readonly maxBacklogBytes: number
}

export const tcpLimits: TcpLimits = {
  maxConnections: 10_000,
  maxPerAddress: 2000,
  connectMs: 5000,
  messageMs: 30_000,
  idleMs: 1_800_000,
  maxBacklogBytes: 1024 * 1024,
}

/** How often the limits of time are looked at. */
const sweepMs = 1000

export interface TcpEvents {
  message(flow: Flow, data: Octets): void
  closed(connection: number): void
  /** A peer was cut off; worth a line in the log. */
  refused(remoteAddress: string, why: string): void
}

interface Connection {
  readonly flow: Flow
  readonly socket: Socket
  readonly framer: StreamFramer
  readonly key: string
  readonly accepted: boolean
  connected: boolean
  lastOctetAt: Ms
  /** Since when a whole message is awaited; undefined between messages. */
  waitingSince: Ms | undefined
  /** When we ended it; the peer has a moment to take our last words. */
  endedAt: Ms | undefined
  /** Messages written before the connection stands; told when it never does. */
  onFailed: ((cause: string) => void)[]
}

export class TcpTransport {
  readonly #clock: Clock
  readonly #events: TcpEvents
  readonly #limits: TcpLimits
  readonly #servers: Server[] = []
  readonly #connections = new Map<number, Connection>()
  /** Newest connection by local listening point and remote address, for reuse. */
  readonly #byPeer = new Map<string, Connection>()
  readonly #perAddress = new Map<string, number>()
  #lastNumber = 0
  #stopSweep: (() => void) | undefined

  constructor(clock: Clock, events: TcpEvents, limits: TcpLimits = tcpLimits) {
    this.#clock = clock
    this.#events = events
    this.#limits = limits
    this.#sweepLater()
  }

  /** Connections that exist or are being opened. */
  get size(): number {
    return this.#connections.size
  }

  /** Listens on an address; port 0 takes any free one. Returns the port. */
  async listen(address: string, port: number): Promise<number> {
    let boundPort = port
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      this.#accept(socket, address, boundPort)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port, exclusive: true, ipv6Only: true, backlog: 1024 }, () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
    server.on('error', (error) => this.#events.refused(address, error.message))
    this.#servers.push(server)
    const bound = server.address()
    if (bound !== null && typeof bound === 'object') boundPort = bound.port
    return boundPort
  }

  /** Sends on the flow's connection, or on one to its remote address, opened if there is none. */
  send(flow: Flow, data: Octets, failed: (cause: string) => void): void {
    const connection =
      flow.connection !== 0
        ? this.#connections.get(flow.connection)
        : (this.#byPeer.get(peerKey(flow)) ?? this.#open(flow))
    if (connection === undefined) {
      const full = flow.connection === 0
      failed(full ? 'too many connections' : 'the connection is closed')
      return
    }
    if (connection.socket.writableLength + data.length > this.#limits.maxBacklogBytes) {
      failed('the peer does not read')
      this.#events.refused(flow.remoteAddress, 'does not read what it is sent')
      connection.socket.destroy()
      return
    }
    if (!connection.connected) connection.onFailed.push(failed)
    connection.socket.write(data, 'latin1')
  }

  async close(): Promise<void> {
    this.#stopSweep?.()
    this.#stopSweep = undefined
    const closing = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    )
    for (const connection of this.#connections.values()) connection.socket.destroy()
    await Promise.all(closing)
  }

  #accept(socket: Socket, localAddress: string, localPort: number): void {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '')
    const already = this.#perAddress.get(remoteAddress) ?? 0
    if (
      this.#connections.size >= this.#limits.maxConnections ||
      already >= this.#limits.maxPerAddress
    ) {
      socket.on('error', () => {})
      socket.destroy()
      this.#events.refused(remoteAddress, 'too many connections')
      return
    }
    this.#perAddress.set(remoteAddress, already + 1)
    const remotePort = socket.remotePort ?? 0
    this.#add(
      socket,
      {
        transport: 'tcp',
        localAddress,
        localPort,
        remoteAddress,
        remotePort,
        connection: ++this.#lastNumber,
      },
      true,
    )
  }

  #open(flow: Flow): Connection | undefined {
    if (this.#connections.size >= this.#limits.maxConnections) return undefined
    const socket = connect({
      host: flow.remoteAddress,
      port: flow.remotePort,
      localAddress: flow.localAddress,
      noDelay: true,
      keepAlive: true,
    })
    const connection = this.#add(socket, { ...flow, connection: ++this.#lastNumber }, false)
    socket.once('connect', () => {
      connection.connected = true
      connection.onFailed = []
      connection.lastOctetAt = this.#clock.nowMs()
    })
    return connection
  }

  #add(socket: Socket, flow: Flow, accepted: boolean): Connection {
    const now = this.#clock.nowMs()
    const connection: Connection = {
      flow,
      socket,
      framer: new StreamFramer(),
      key: peerKey(flow),
      accepted,
      connected: accepted,
      lastOctetAt: now,
      waitingSince: accepted ? now : undefined,
      endedAt: undefined,
      onFailed: [],
    }
    this.#connections.set(flow.connection, connection)
    this.#byPeer.set(connection.key, connection)
    let cause = 'the connection was closed'
    socket.on('data', (chunk: Buffer) => this.#read(connection, chunk))
    socket.on('error', (error) => {
      cause = error.message
    })
    socket.on('close', () => this.#forget(connection, cause))
    return connection
  }

  #forget(connection: Connection, cause: string): void {
    const { flow } = connection
    this.#connections.delete(flow.connection)
    if (this.#byPeer.get(connection.key) === connection) this.#byPeer.delete(connection.key)
    if (connection.accepted) {
      const left = (this.#perAddress.get(flow.remoteAddress) ?? 1) - 1
      if (left > 0) this.#perAddress.set(flow.remoteAddress, left)
      else this.#perAddress.delete(flow.remoteAddress)
    }
    const waiting = connection.onFailed
    connection.onFailed = []
    for (const failed of waiting) failed(cause)
    this.#events.closed(flow.connection)
  }

  #read(connection: Connection, chunk: Buffer): void {
    if (connection.endedAt !== undefined) return
    const now = this.#clock.nowMs()
    connection.lastOctetAt = now
    for (const event of connection.framer.push(chunk.latin1Slice(0, chunk.length))) {
      if (event.type === 'message') {
        this.#events.message(connection.flow, event.data)
      } else if (event.type === 'ping') {
        connection.socket.write('\r\n', 'latin1')
      } else {
        // The engine salvages what it can for a 400; what follows on the stream cannot be trusted.
        this.#events.refused(connection.flow.remoteAddress, event.reason)
        this.#events.message(connection.flow, event.data)
        connection.endedAt = now
        connection.socket.end()
        return
      }
      connection.waitingSince = undefined
    }
    if (connection.framer.pendingBytes > 0) connection.waitingSince ??= now
    else connection.waitingSince = undefined
  }

  #sweepLater(): void {
    this.#stopSweep = this.#clock.wakeAt(this.#clock.nowMs() + sweepMs, () => {
      this.#sweep()
      this.#sweepLater()
    })
  }

  #sweep(): void {
    const now = this.#clock.nowMs()
    for (const {
      socket,
      flow,
      connected,
      lastOctetAt,
      waitingSince,
      endedAt,
    } of this.#connections.values()) {
      if (endedAt !== undefined) {
        if (now - endedAt >= sweepMs) socket.destroy()
      } else if (!connected) {
        if (now - lastOctetAt >= this.#limits.connectMs)
          socket.destroy(new Error('connecting took too long'))
      } else if (waitingSince !== undefined && now - waitingSince >= this.#limits.messageMs) {
        this.#events.refused(flow.remoteAddress, 'sent no whole message in time')
        socket.destroy()
      } else if (now - lastOctetAt >= this.#limits.idleMs) {
        socket.destroy()
      }
    }
  }
}

function peerKey(flow: Flow): string {
  return `${flow.localAddress}|${flow.localPort}|${flow.remoteAddress}|${flow.remotePort}`
}

/** `::ffff:10.0.0.1` → `10.0.0.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.')
    ? address.slice('::ffff:'.length)
    : address
}
