/**
 * What an outgoing leg says about the call: who calls, whom he dialled, how far it may still go.
 * Headers after the trunk's policy: From, P-Asserted-Identity and Privacy (RFC 3323, 3325),
 * Diversion (RFC 5806) or History-Info (RFC 7044), Max-Forwards. It trusts its input to be clean:
 * `inbound.ts` has read it through the guard.
 */
import { formatForTrunk } from '../call/number.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { allowedMethods } from './allowed-methods.ts'
import { readAddress } from './guard.ts'
import type { Invitation } from './inbound.ts'
import type { Headers } from './sip-port.ts'

/** The server puts its own address and port in for this host. */
const ownHost = 'localhost'
const maxDiversions = 5 // entries sent on; RFC 5806 leaves it open, carriers cut at about this many
const nobody = '"Anonymous" <sip:anonymous@anonymous.invalid>' // RFC 3323 §4.1.1.3

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
  invitation: Invitation, address: Address, trunk: Trunk | undefined,
): Headers {
  const headers: Headers = {
    From: fromHeader(invitation, trunk),
    'Max-Forwards': String(invitation.maxForwards - 1),
    Allow: allowedMethods,
  }
  if (invitation.offer !== '') headers['Content-Type'] = invitation.contentType
  if (trunk === undefined) return headers
  const personal = trunk.identity === 'personal'
  if (invitation.privacy && !personal) headers['Privacy'] = 'id'
  if (trunk.assertIdentity) {
    const asserted = personal ? invitation.dialled : invitation.caller.number
    // RFC 3325 §9.1: no identity to assert, or one that must stay unknown to the other network.
    if (asserted !== '' && (personal || !invitation.privacy)) {
      headers['P-Asserted-Identity'] = `<sip:${format(asserted, trunk)}@${ownHost}>`
    }
  }
  if (trunk.diversion === 'diversion') headers['Diversion'] = diversion(invitation, trunk)
  if (trunk.diversion === 'historyInfo') {
    headers['History-Info'] = history(invitation, address, trunk)
  }
  return headers
}

function format(address: Address, trunk: Trunk | undefined): string {
  return trunk === undefined ? address : formatForTrunk(address, trunk.numberFormat)
}

function fromHeader(invitation: Invitation, trunk: Trunk | undefined): string {
  if (trunk?.identity === 'personal') return `<sip:${format(invitation.dialled, trunk)}@${ownHost}>`
  const { number, name, anonymous } = invitation.caller
  if (anonymous || number === '') return nobody
  const display = name === '' ? '' : `"${name}" `
  return `${display}<sip:${format(number, trunk)}@${ownHost}>`
}

/** Our number on top (RFC 5806 §6), older entries behind it, each as it came. */
function diversion(invitation: Invitation, trunk: Trunk): string {
  const own = `<sip:${format(invitation.dialled, trunk)}@${trunk.host}>`
  const privacy = ';privacy=off;screen=yes'
  const entries = [`${own};reason=unconditional;counter=1${privacy}`]
  for (const entry of invitation.diversions) {
    if (entries.length >= maxDiversions) break
    if (readAddress(entry) !== undefined) entries.push(entry)
  }
  return entries.join(', ')
}

/**
 * History-Info is ordered oldest first; the last entry that came is the retarget to our number, and
 * the new one hangs below it: index 1.1, "mp" naming whom it was mapped from (RFC 7044 §10).
 */
function history(invitation: Invitation, address: Address, trunk: Trunk): string {
  const entries = invitation.history
    .filter((entry) => readAddress(entry) !== undefined)
    .slice(-maxDiversions)
  let index = lastIndex(entries.at(-1))
  if (index === undefined) {
    index = '1'
    entries.length = 0
    entries.push(`<sip:${format(invitation.dialled, trunk)}@${trunk.host}>;index=1`)
  }
  const target = `sip:${format(address, trunk)}@${trunk.host}`
  entries.push(`<${target};cause=302>;index=${index}.1;mp=${index}`)
  return entries.join(', ')
}

/** '1.2' of an entry; undefined unless it is digits and dots. */
function lastIndex(entry: string | undefined): string | undefined {
  const index = readAddress(entry)?.params.get('index')
  if (index === undefined || index === '' || index.length > 32) return undefined
  for (let i = 0; i < index.length; i++) if (!'0123456789.'.includes(index[i]!)) return undefined
  return index
}
