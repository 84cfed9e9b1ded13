/**
 * Where a request goes (RFC 3263, drachtio-control-protocol §7 and §15): reads the next hop out of
 * a URI, has names resolved by the host, and chooses the listening point to send from. The look-ups
 * themselves (SRV, A, AAAA) are the host's.
 */
import type { Core } from './core.ts'
import type { Flow, Octets, Owner, ResolvedAddress, Transport } from './events.ts'
import { isIpAddress } from './ip-address.ts'
import type { ListenPoints, Point } from './listen-points.ts'
import { defaultPort } from './listen-points.ts'
import type { Uri } from './uri.ts'
import { parseUri } from './uri.ts'

/** What a URI says about the way to it. */
export interface NextHop {
  readonly host: string
  /** undefined when not written: a name may then have SRV records (RFC 3263 §4.2). */
  readonly port: number | undefined
  /** undefined when any will do. */
  readonly transport: Transport | undefined
}

/** Flows to try, best first, empty when the name does not exist; or the reason of a refusal. */
export type Located = readonly Flow[] | string

/** The texts which the control protocol has for a request that cannot be sent. */
export const refusals = {
  ownAddress: 'can not send request to myself',
  noTransport: 'requested protocol/transport not available',
} as const

const transports: Readonly<Record<string, Transport>> = {
  udp: 'udp', tcp: 'tcp', tls: 'tls', ws: 'ws', wss: 'wss',
}

/** The URI taken apart, or undefined where `parseUri` throws. */
export function readUri(text: Octets): Uri | undefined {
  try {
    return parseUri(text)
  } catch {
    return undefined
  }
}

/**
 * The next hop named by a URI (without angle brackets): `maddr` before host, `transport` parameter,
 * TLS for `sips` (RFC 3263 §4.1). undefined for a tel URI and for what cannot be read; a transport
 * nobody knows comes out as 'noTransport'.
 */
export function nextHop(text: Octets): NextHop | 'noTransport' | undefined {
  const uri = readUri(text)
  if (uri === undefined || uri.scheme === 'tel') return undefined
  const named = uri.params.get('transport')
  const transport = named === undefined ? undefined : transports[named.toLowerCase()]
  if (named !== undefined && transport === undefined) return 'noTransport'
  const host = uri.params.get('maddr') ?? uri.host
  return { host, port: uri.port, transport: uri.scheme === 'sips' ? secured(transport) : transport }
}

/** What a request needs to find its way. */
export interface Journey {
  /** The next hop as URI text. */
  readonly uri: Octets
  readonly owner: Owner
  /** The point to send from if it fits, such as that of the dialog. */
  readonly preferred: Point | undefined
  /** Refuse to send to our own addresses; only requests outside dialogs ask for it. */
  readonly avoidOwn: boolean
}

/** Finds the flows for a request; `done` is called at once or when the host has resolved a name. */
export function locate(core: Core, journey: Journey, done: (located: Located) => void): void {
  const hop = nextHop(journey.uri)
  if (hop === undefined || hop === 'noTransport') return done(refusals.noTransport)
  const { host, port, transport } = hop
  const effectivePort = port ?? defaultPort(transport)
  if (journey.avoidOwn && core.points.isOwn(host, effectivePort)) return done(refusals.ownAddress)
  const { preferred } = journey
  if (isIpAddress(host)) {
    const point = choose(core.points, preferred, transport, host)
    return done(point === undefined
      ? refusals.noTransport
      : [flowFrom(point, host, port ?? defaultPort(point.transport))])
  }
  if (transport !== undefined && !core.points.all.some((at) => at.transport === transport)) {
    return done(refusals.noTransport)
  }
  core.resolve({ host, port, transport }, journey.owner, (addresses) => {
    done(flowsTo(core.points, preferred, addresses))
  })
}

/** A flow from one of our points to a peer's address; a stream has still to be opened. */
export function flowFrom(point: Point, address: string, port: number): Flow {
  return {
    transport: point.transport, localAddress: point.address, localPort: point.port,
    remoteAddress: address, remotePort: port, connection: 0,
  }
}

function flowsTo(
  points: ListenPoints, preferred: Point | undefined, addresses: readonly ResolvedAddress[],
): Flow[] {
  const flows: Flow[] = []
  for (const { transport, address, port } of addresses) {
    const point = choose(points, preferred, transport, address)
    if (point !== undefined) flows.push(flowFrom(point, address, port))
  }
  return flows
}

function choose(
  points: ListenPoints, preferred: Point | undefined, transport: Transport | undefined,
  address: string,
): Point | undefined {
  if (preferred !== undefined && (transport === undefined || preferred.transport === transport)) {
    const isSameFamily = (preferred.bytes.length === 16) === address.includes(':')
    if (isSameFamily) return preferred
  }
  return points.choose(transport, address)
}

function secured(transport: Transport | undefined): Transport {
  return transport === 'ws' || transport === 'wss' ? 'wss' : 'tls'
}
