/**
 * One pair of UDP ports: RTP on an even one, RTCP on the next (RFC 3550 §11). Octets in, octets
 * out; whose they are is decided by the session that owns the pair.
 */
import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Ms } from '../clock.ts'
import type { PortPool } from './port-pool.ts'

export interface PacketEvents {
  rtp(bytes: Uint8Array, address: string, port: number): void
  rtcp(bytes: Uint8Array, address: string, port: number): void
}

/** A pair of ports as its user sees it. */
export interface PacketSocket {
  readonly address: string
  /** The even one. */
  readonly port: number
  listen(events: PacketEvents): void
  /** `bytes` must stay as it is until the system has taken it: a turn of the event loop at most. */
  sendRtp(bytes: Uint8Array, octets: number, address: string, port: number): void
  sendRtcp(bytes: Uint8Array, octets: number, address: string, port: number): void
  close(): void
}

/** Ports tried before giving up: others on the machine may hold some of the range. */
const maxTries = 50
/** 200 ms of packets of one call; the kernel doubles it for its own books. */
const receiveBufferBytes = 64 * 1024

export class RtpSocket implements PacketSocket {
  readonly address: string
  readonly port: number
  readonly #rtp: Socket
  readonly #rtcp: Socket
  #events: PacketEvents | undefined

  private constructor(address: string, rtp: Socket, rtcp: Socket) {
    this.address = address
    this.port = rtp.address().port
    this.#rtp = rtp
    this.#rtcp = rtcp
    rtp.on('message', (bytes: Buffer, from: RemoteInfo) =>
      this.#events?.rtp(bytes, from.address, from.port),
    )
    rtcp.on('message', (bytes: Buffer, from: RemoteInfo) =>
      this.#events?.rtcp(bytes, from.address, from.port),
    )
    // An ICMP answer to something we sent is no reason to end a call.
    rtp.on('error', () => {})
    rtcp.on('error', () => {})
  }

  /** Binds a pair; undefined when no pair is free. Whoever closes it gives the port back. */
  static async open(pool: PortPool, address: string, nowMs: Ms): Promise<RtpSocket | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const port = pool.take(nowMs)
      if (port === undefined) return undefined
      const pair = await bindPair(address, port)
      if (pair !== undefined) return new RtpSocket(address, ...pair)
      pool.giveBack(port, nowMs)
    }
    return undefined
  }

  listen(events: PacketEvents): void {
    this.#events = events
  }

  /**
   * Without a callback: it would cost a turn of the event loop for each packet, and there is
   * nothing to be done about a packet that the system does not take.
   */
  sendRtp(bytes: Uint8Array, octets: number, address: string, port: number): void {
    this.#rtp.send(bytes, 0, octets, port, address)
  }

  sendRtcp(bytes: Uint8Array, octets: number, address: string, port: number): void {
    this.#rtcp.send(bytes, 0, octets, port, address)
  }

  close(): void {
    this.#events = undefined
    this.#rtp.close()
    this.#rtcp.close()
  }
}

async function bindPair(address: string, port: number): Promise<[Socket, Socket] | undefined> {
  const rtp = await bind(address, port)
  if (rtp === undefined) return undefined
  const bound = rtp.address().port
  const rtcp = bound % 2 === 0 ? await bind(address, bound + 1) : undefined
  if (rtcp !== undefined) return [rtp, rtcp]
  rtp.close()
  return undefined
}

function bind(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    lookup: numericLookup,
    recvBufferSize: receiveBufferBytes,
  })
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/**
 * Destinations are numeric; Node's own look-up would cost a turn of the event loop for each packet.
 */
function numericLookup(
  address: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, address, address.includes(':') ? 6 : 4)
}
