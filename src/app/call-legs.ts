/**
 * The legs of one call: makes each from an address of the plan, by the trunks in order or straight
 * to a SIP URI, and keeps them until the last is gone from the server.
 */
import type { Clock } from '../clock.ts'
import type { LegId } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { cleanText } from './guard.ts'
import { legHeaders, legUri } from './identity.ts'
import type { CallOrigin, LegPolicy } from './identity.ts'
import type { Invitation } from './inbound.ts'
import { seenServer } from './ladder-recorder.ts'
import type { LadderRecorder } from './ladder-recorder.ts'
import { Leg } from './leg.ts'
import type { LegEvents, Route } from './leg.ts'
import type { Credentials, SipServer } from './sip-port.ts'
import type { TrunkTable } from './trunk-table.ts'

export interface CallLegsOptions {
  readonly server: SipServer
  readonly clock: Clock
  readonly trunks: TrunkTable
  readonly sessionSeconds: number
  /** Notes what goes to and fro; left out = nobody wants to know. */
  readonly ladder?: LadderRecorder | undefined
}

export class CallLegs {
  readonly #options: CallLegsOptions
  readonly #invitation: Invitation
  readonly #events: LegEvents
  readonly #legs = new Map<LegId, Leg>()
  /** Legs the call has done with that are not gone from the server yet. */
  #leaving: Set<Leg> | undefined
  readonly #policy: LegPolicy

  /** `events.gone` is passed on after the leg has left this table. */
  constructor(options: CallLegsOptions, invitation: Invitation, events: LegEvents) {
    this.#options = options
    this.#invitation = invitation
    this.#policy = { contentType: invitation.offer === '' ? '' : invitation.contentType }
    this.#events = { ...events, gone: (leg) => {
      if (this.#legs.get(leg.id) === leg) this.#legs.delete(leg.id)
      else this.#leaving?.delete(leg)
      events.gone(leg)
    } }
  }

  get size(): number {
    return this.#legs.size + (this.#leaving?.size ?? 0)
  }

  get(id: LegId): Leg | undefined {
    return this.#legs.get(id)
  }

  /** Legs of the call whose dialog stands. */
  answered(): Leg[] {
    return [...this.#legs.values()].filter((leg) => leg.answered)
  }

  /** A leg with the caller's own offer. */
  dial(id: LegId, address: Address, callerId?: 'caller' | 'personal'): void {
    const policy = callerId === undefined ? this.#policy : { ...this.#policy, callerId }
    this.#make(id, address, policy).dial(this.#invitation.offer)
  }

  /** A leg whose `dial` comes later, with the offer of a media server. */
  prepare(id: LegId, address: Address, callerId: 'caller' | 'personal' | undefined): Leg {
    const policy = { contentType: 'application/sdp' }
    return this.#make(id, address, callerId === undefined ? policy : { ...policy, callerId })
  }

  /** The call has no use for this leg any more; its id is free. It counts until it is gone. */
  release(leg: Leg): void {
    if (this.#legs.get(leg.id) !== leg) return
    this.#legs.delete(leg.id)
    this.#leaving ??= new Set()
    this.#leaving.add(leg)
  }

  dropAll(reason: string): void {
    for (const leg of this.#all()) leg.drop(reason)
  }

  /** The control connection is gone. */
  lost(): void {
    for (const leg of this.#all()) leg.lost()
  }

  #all(): Leg[] {
    return [...this.#legs.values(), ...this.#leaving ?? []]
  }

  #make(id: LegId, address: Address, policy: LegPolicy): Leg {
    const { server, clock, trunks, sessionSeconds, ladder } = this.#options
    const leg = new Leg({
      id, address, server: seenServer(ladder, id, server), clock, trunks, sessionSeconds,
      routes: routesTo(address, this.#invitation, trunks, policy),
    }, this.#events)
    this.#legs.set(id, leg)
    return leg
  }
}

/** Ways to an address, in the order to try them. */
export function routesTo(
  address: Address, invitation: CallOrigin, trunks: TrunkTable, policy: LegPolicy,
): readonly Route[] {
  if (address.startsWith('sip:')) {
    return [{
      label: 'direct', trunk: undefined, uri: address, credentials: undefined, provisionalMs: 0,
      headers: legHeaders(invitation, address, undefined, policy),
    }]
  }
  return trunks.outgoing().map((trunk) => ({
    label: trunk.name,
    trunk,
    uri: legUri(address, trunk),
    headers: legHeaders(invitation, address, trunk, policy),
    credentials: credentialsOf(trunk),
    provisionalMs: trunk.provisionalSeconds * 1000,
  }))
}

/**
 * Credentials of a trunk for one leg. A challenge answers a request sent to the trunk's address;
 * the realm of the first one is the only realm that gets an answer on this leg, so that a far end
 * behind the trunk cannot harvest responses for realms of its own (RFC 7616 §5.8).
 */
export function credentialsOf(trunk: Trunk): Credentials | undefined {
  if (trunk.credentials === undefined) return undefined
  let known: string | undefined
  return {
    user: trunk.credentials.user,
    password: trunk.credentials.password,
    accepts(challenge) {
      const realm = challengeParam(challenge, 'realm')
      const algorithm = challengeParam(challenge, 'algorithm')?.toUpperCase() ?? 'MD5'
      // The library computes MD5 whatever is asked; a wrong response would only be refused.
      if (realm === undefined || algorithm !== 'MD5') return false
      known ??= realm
      return realm === known
    },
  }
}

/** Value of a parameter in 'Digest realm="a", nonce="b"'; undefined when it is not there. */
function challengeParam(challenge: string, name: string): string | undefined {
  const text = cleanText(challenge)
  const lower = text.toLowerCase()
  if (!lower.startsWith('digest ')) return undefined
  let at = lower.indexOf(`${name}=`)
  while (at > 0 && !' ,'.includes(lower[at - 1]!)) at = lower.indexOf(`${name}=`, at + 1)
  if (at < 0) return undefined
  const start = at + name.length + 1
  if (text[start] === '"') {
    const end = text.indexOf('"', start + 1)
    return end < 0 ? undefined : text.slice(start + 1, end)
  }
  let end = start
  while (end < text.length && !', '.includes(text[end]!)) end++
  return text.slice(start, end)
}
