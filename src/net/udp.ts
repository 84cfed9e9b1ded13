/**
 * One UDP socket that speaks SIP: datagrams in as latin1 text, text out to a numeric address.
 * Does not look at what a datagram says. RFC 3261 §18.
 */
import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/**
 * Receive buffer asked for. The kernel's default of 208 kB holds about 100 ms of SIP at the rates
 * this server reaches; a pause of the collector must not lose datagrams. The kernel may give less.
 */
const receiveBufferBytes = 4 * 1024 * 1024
const sendBufferBytes = 1024 * 1024

export interface UdpEvents {
  /** A datagram came. `data` is one character per octet. */
  datagram(data: string, remoteAddress: string, remotePort: number): void
  /** The socket failed as a whole; it is closed afterwards. */
  failed(error: Error): void
}

export class UdpSocket {
  readonly address: string
  readonly port: number
  readonly #socket: Socket

  private constructor(socket: Socket) {
    const bound = socket.address()
    this.#socket = socket
    this.address = bound.address
    this.port = bound.port
  }

  /** Binds a socket; port 0 takes any free one. Rejects with the system's error. */
  static async bind(address: string, port: number, events: UdpEvents): Promise<UdpSocket> {
    const socket = isIPv6(address)
      ? createSocket({ type: 'udp6', ipv6Only: true, lookup: numericLookup })
      : createSocket({ type: 'udp4', lookup: numericLookup })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port, exclusive: true }, () => {
        socket.removeListener('error', reject)
        resolve()
      })
    })
    growBuffers(socket)
    socket.on('message', (message: Buffer, remote: RemoteInfo) => {
      events.datagram(message.latin1Slice(0, message.length), remote.address, remote.port)
    })
    socket.on('error', (error) => {
      socket.close()
      events.failed(error)
    })
    return new UdpSocket(socket)
  }

  /** Sends one datagram. `failed` hears of a local failure only: UDP knows no other. */
  send(data: string, address: string, port: number, failed?: (error: Error) => void): void {
    const octets = Buffer.from(data, 'latin1')
    if (failed === undefined) this.#socket.send(octets, port, address)
    else
      this.#socket.send(octets, port, address, (error) => {
        if (error !== null) failed(error)
      })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      try {
        this.#socket.close(() => resolve())
      } catch {
        resolve() // closed already, after an error
      }
    })
  }
}

/**
 * Node looks every destination up, also a numeric one; with its own function that costs a turn of
 * the event loop for each datagram. Destinations here are always numeric.
 */
function numericLookup(
  address: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, address, address.includes(':') ? 6 : 4)
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(receiveBufferBytes)
    socket.setSendBufferSize(sendBufferBytes)
  } catch {
    // Some systems refuse more than their maximum instead of giving that: the default will do.
  }
}

declare global {
  interface Buffer {
    /** Node's own quick way from octets to text; missing in its type definitions. */
    latin1Slice(start?: number, end?: number): string
  }
}
