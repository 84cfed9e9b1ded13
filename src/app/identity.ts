/**
 * What an outgoing leg says about the call: who calls, whom he dialled, how far it may still go.
 * Headers after the policy of the called number and of the trunk: From, P-Asserted-Identity and
 * Privacy (RFC 3323, 3325), Max-Forwards, and the forwarding it wants to hear of
 * (`forwarding.ts`). It trusts its input to be clean: `inbound.ts` has read it through the guard.
 */
import { formatForTrunk } from '../call/number.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { allowedMethods } from './allowed-methods.ts'
import { diversionHeader, historyHeader } from './forwarding.ts'
import type { Invitation } from './inbound.ts'
import type { Headers } from './sip-port.ts'

/** The server puts its own address and port in for this host. */
const ownHost = 'localhost'
const nobody = '"Anonymous" <sip:anonymous@anonymous.invalid>' // RFC 3323 §4.1.1.3

/** What the headers of a leg are made of. */
export interface CallOrigin extends Pick<
  Invitation, 'caller' | 'dialled' | 'privacy' | 'maxForwards' | 'diversions' | 'history'
> {
  /** The service itself calls: nothing was forwarded. */
  readonly own?: boolean
}

export interface LegPolicy {
  /** Type of the body; '' = none. */
  readonly contentType: string
  /** Whose number the phone is shown; absent = as the trunk has it. */
  readonly callerId?: 'caller' | 'personal'
}

/** Request-URI of a leg: the number as the trunk wants it, or the target itself if it is a URI. */
export function legUri(address: Address, trunk: Trunk | undefined): string {
  if (trunk === undefined) return address
  const bare = trunk.host.includes(':') && !trunk.host.startsWith('[')
  const host = bare ? `[${trunk.host}]` : trunk.host
  const transport = trunk.transport === 'udp' ? '' : `;transport=${trunk.transport}`
  return `sip:${formatForTrunk(address, trunk.numberFormat)}@${host}:${trunk.port}${transport}`
}

/** Headers of the INVITE to `address`. `trunk` is undefined when the target is a SIP URI. */
export function legHeaders(
  origin: CallOrigin, address: Address, trunk: Trunk | undefined, policy: LegPolicy,
): Headers {
  const personal = (policy.callerId ?? trunk?.identity) === 'personal'
  const headers: Headers = {
    From: fromHeader(origin, trunk, personal),
    'Max-Forwards': String(origin.maxForwards - 1),
    Allow: allowedMethods,
  }
  if (policy.contentType !== '') headers['Content-Type'] = policy.contentType
  if (trunk === undefined) return headers
  if (origin.privacy && !personal) headers['Privacy'] = 'id'
  if (trunk.assertIdentity) {
    const asserted = personal ? origin.dialled : origin.caller.number
    // RFC 3325 §9.1: no identity to assert, or one that must stay unknown to the other network.
    if (asserted !== '' && (personal || !origin.privacy)) {
      headers['P-Asserted-Identity'] = `<sip:${format(asserted, trunk)}@${ownHost}>`
    }
  }
  if (origin.own === true) return headers
  if (trunk.diversion === 'diversion') headers['Diversion'] = diversionHeader(origin, trunk)
  if (trunk.diversion === 'historyInfo') {
    headers['History-Info'] = historyHeader(origin, address, trunk)
  }
  return headers
}

function format(address: Address, trunk: Trunk | undefined): string {
  return trunk === undefined ? address : formatForTrunk(address, trunk.numberFormat)
}

function fromHeader(origin: CallOrigin, trunk: Trunk | undefined, personal: boolean): string {
  if (personal) return `<sip:${format(origin.dialled, trunk)}@${ownHost}>`
  const { number, name, anonymous } = origin.caller
  if (anonymous || number === '') return nobody
  const display = name === '' ? '' : `"${name}" `
  return `${display}<sip:${format(number, trunk)}@${ownHost}>`
}
