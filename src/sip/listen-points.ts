/**
 * The addresses we listen on: which of them serves a destination (drachtio-control-protocol §15.2),
 * which one a message came in by, what they are called in Via and Contact, and which host names
 * mean ourselves.
 */
import type { Flow, ListenPoint, Octets, Transport } from './events.ts'
import { addressBytes, bracketHost, commonOctets, isInNetwork, isLoopback } from './ip-address.ts'

/** A listening point with what is derived from it once. */
export interface Point {
  readonly transport: Transport
  readonly address: string
  readonly port: number
  /** Address and port as peers see them: `203.0.113.5:5060`, `[2001:db8::1]:5060`. */
  readonly hostPort: Octets
  /** `<sip:host:port>`, with `;transport=` unless it is UDP. */
  readonly contact: Octets
  /** Via value up to and including `branch=`. */
  readonly viaPrefix: Octets
  readonly hasExternal: boolean
  readonly bytes: readonly number[]
  readonly localNets: readonly string[]
}

/** Networks a private or loopback address is taken to serve when none are configured. */
const guessedNets: readonly string[] = [
  '127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16',
]

export class ListenPoints {
  readonly all: readonly Point[]
  /** `host:port` of all points, real and external, and of their names. */
  readonly #own = new Set<string>()

  constructor(points: readonly ListenPoint[]) {
    this.all = points.map((point) => describe(point))
    for (const point of points) {
      const names = [point.address, point.externalAddress, ...point.dnsNames ?? []]
      for (const name of names) {
        if (name !== undefined) this.#own.add(name.toLowerCase() + ' ' + point.port)
      }
    }
  }

  /** The point a flow belongs to; the first one when the host reports an address we do not have. */
  of(flow: Flow): Point | undefined {
    // A handful at most: looking at each is faster than making a key.
    const { transport, localAddress, localPort } = flow
    for (const point of this.all) {
      const isIt = point.port === localPort && point.address === localAddress
      if (isIt && point.transport === transport) return point
    }
    return this.all.find((point) => point.transport === transport) ?? this.all[0]
  }

  /** Whether `host` (name or IP, no brackets) and port name one of our points. */
  isOwn(host: string, port: number): boolean {
    return this.#own.has(host.toLowerCase() + ' ' + port)
  }

  /**
   * The point to reach an IP address from: right protocol and family, then same network, longest
   * common leading octets, one with an external address, loopback last. Without a protocol UDP is
   * taken if there is any, otherwise the first one configured. undefined when none fits.
   */
  choose(transport: Transport | undefined, address: string): Point | undefined {
    const target = addressBytes(address)
    const ofFamily = this.all.filter((point) => point.bytes.length === target.length)
    const wanted = transport
      ?? (ofFamily.some((point) => point.transport === 'udp') ? 'udp' : ofFamily[0]?.transport)
    let best: Point | undefined
    let bestScore = -1
    for (const point of ofFamily) {
      if (point.transport !== wanted) continue
      const score = fitness(point, target)
      if (score > bestScore) [best, bestScore] = [point, score]
    }
    return best
  }
}

/** Default port of a transport (RFC 3261 §19.1.2). */
export function defaultPort(transport: Transport | undefined): number {
  return transport === 'tls' || transport === 'wss' ? 5061 : 5060
}

function fitness(point: Point, target: readonly number[]): number {
  const nets = point.localNets.length > 0
    ? point.localNets
    : guessedNets.filter((net) => isInNetwork(point.bytes, net))
  const isSameNet = nets.some((net) => isInNetwork(target, net))
  return (isSameNet ? 1000 : 0) + commonOctets(point.bytes, target) * 10
    + (point.hasExternal ? 2 : 0) + (isLoopback(point.bytes) ? 0 : 1)
}

function describe(point: ListenPoint): Point {
  const { transport, address, port } = point
  const host = bracketHost(point.externalAddress ?? address)
  const sentBy = port === defaultPort(transport) ? host : host + ':' + port
  const rport = transport === 'udp' ? ';rport' : ''
  const parameter = transport === 'udp' ? '' : ';transport=' + transport
  return {
    transport, address, port,
    hostPort: host + ':' + port,
    contact: '<sip:' + host + ':' + port + parameter + '>',
    viaPrefix: 'SIP/2.0/' + transport.toUpperCase() + ' ' + sentBy + rport + ';branch=',
    hasExternal: point.externalAddress !== undefined,
    bytes: addressBytes(address),
    localNets: point.localNets ?? [],
  }
}
