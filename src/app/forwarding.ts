/**
 * What an outgoing leg tells of the way the call has taken: our own forwarding, and those that came
 * with it, as Diversion (RFC 5806) or History-Info (RFC 7044). Entries that came in the wanted form
 * go on as they are; where only the other came they are converted (RFC 7544 §4 and §5). Which of
 * the two a trunk wants is for `identity.ts`.
 */
import { formatForTrunk } from '../call/number.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { readAddress, readParams, readUnsigned, readUri } from './guard.ts'
import type { CallOrigin } from './identity.ts'

/** Entries sent on; RFC 5806 leaves it open, carriers cut at about this many. */
const maxDiversions = 5

/** RFC 7544 §4, §5: reason of a Diversion for the cause of a History-Info entry (RFC 4458). */
const reasons: ReadonlyMap<number, string> = new Map([
  [302, 'unconditional'], [404, 'unknown'], [408, 'no-answer'], [480, 'deflection'],
  [486, 'user-busy'], [487, 'deflection'], [503, 'unavailable'],
])
/** And back; what has no cause of its own becomes 404. */
const causes: ReadonlyMap<string, number> = new Map([
  ['unconditional', 302], ['no-answer', 408], ['deflection', 480], ['user-busy', 486],
  ['unavailable', 503],
])

/** Somebody who passed the call on. */
interface Forwarding {
  readonly user: string
  readonly host: string
  readonly cause: number
  readonly isPrivate: boolean
}

/** Our number on top (RFC 5806 §6), older entries behind it. */
export function diversionHeader(origin: CallOrigin, trunk: Trunk): string {
  const own = `<sip:${formatForTrunk(origin.dialled, trunk.numberFormat)}@${trunk.host}>`
  const entries = [`${own};reason=unconditional;counter=1;privacy=off;screen=yes`]
  let older = origin.diversions.filter((entry) => readAddress(entry) !== undefined)
  if (older.length === 0) older = fromHistory(origin.history).map(asDiversion)
  entries.push(...older.slice(0, maxDiversions - 1))
  return entries.join(', ')
}

/**
 * Oldest first; the last entry that came is the retarget to our number, and the new one hangs below
 * it: index 1.1, "mp" naming whom it was mapped from (RFC 7044 §10).
 */
export function historyHeader(origin: CallOrigin, address: Address, trunk: Trunk): string {
  const entries = origin.history
    .filter((entry) => readAddress(entry) !== undefined)
    .slice(-maxDiversions)
  let index = lastIndex(entries.at(-1))
  if (index === undefined) {
    const dialled = formatForTrunk(origin.dialled, trunk.numberFormat)
    const begun = beginHistory(fromDiversions(origin.diversions), dialled, trunk.host)
    entries.splice(0, entries.length, ...begun.entries)
    index = begun.index
  }
  const target = `sip:${formatForTrunk(address, trunk.numberFormat)}@${trunk.host}`
  entries.push(`<${target};cause=302>;index=${index}.1;mp=${index}`)
  return entries.join(', ')
}

/** Who diverted, newest first: for each retarget with a cause, the entry it was mapped from. */
function fromHistory(history: readonly string[]): Forwarding[] {
  const read = history.map(readEntry).filter((entry) => entry !== undefined)
  const found: Forwarding[] = []
  for (let i = read.length - 1; i > 0; i--) {
    const { cause, mp } = read[i]!
    const from = read.find((entry) => mp !== undefined && entry.index === mp) ?? read[i - 1]!
    if (cause !== undefined && reasons.has(cause)) found.push({ ...from, cause })
  }
  return found
}

/** The same from Diversion, which has that order already. */
function fromDiversions(diversions: readonly string[]): Forwarding[] {
  const found: Forwarding[] = []
  for (const text of diversions.slice(0, maxDiversions - 1)) {
    const entry = readEntry(text)
    const params = readAddress(text)?.params
    if (entry === undefined || params === undefined) continue
    const privacy = params.get('privacy')?.toLowerCase() ?? 'off'
    const cause = causes.get(params.get('reason')?.toLowerCase() ?? '') ?? 404
    found.push({ ...entry, cause, isPrivate: privacy !== 'off' })
  }
  return found
}

/** User and host of an entry, undefined unless they may be written into a header as they are. */
function readEntry(text: string) {
  const address = readAddress(text)
  const uri = address && readUri(address.uri)
  if (address === undefined || uri === undefined || !isPlain(uri.user, '+') ||
    !isPlain(uri.host, '.-[]:')) return undefined
  const query = address.uri.indexOf('?')
  const bare = query < 0 ? address.uri : address.uri.slice(0, query)
  const cause = readUnsigned(readParams(bare, bare.lastIndexOf('@') + 1).get('cause'))
  const escaped = query < 0 ? '' : address.uri.slice(query).toLowerCase()
  return {
    user: uri.user, host: uri.host, cause, isPrivate: escaped.includes('privacy=history'),
    index: address.params.get('index'), mp: address.params.get('mp'),
  }
}

function asDiversion({ user, host, cause, isPrivate }: Forwarding): string {
  const reason = reasons.get(cause) ?? 'unknown'
  return `<sip:${user}@${host}>;reason=${reason};counter=1;privacy=${isPrivate ? 'full' : 'off'}`
}

/** The entries up to our number, and the index of that one. */
function beginHistory(
  forwardings: readonly Forwarding[], dialled: string, host: string,
): { entries: string[]; index: string } {
  const entries: string[] = []
  let index = '1'
  let rest = ';index=1'
  let cause = ''
  for (const forwarding of forwardings.toReversed()) {
    const escaped = forwarding.isPrivate ? '?Privacy=history' : ''
    entries.push(`<sip:${forwarding.user}@${forwarding.host}${cause}${escaped}>${rest}`)
    rest = `;index=${index}.1;mp=${index}`
    index += '.1'
    cause = `;cause=${forwarding.cause}`
  }
  entries.push(`<sip:${dialled}@${host}${cause}>${rest}`)
  return { entries, index }
}

/** '1.2' of an entry; undefined unless it is digits and dots. */
function lastIndex(entry: string | undefined): string | undefined {
  const index = readAddress(entry)?.params.get('index')
  if (index === undefined || index === '' || index.length > 32) return undefined
  for (let i = 0; i < index.length; i++) if (!'0123456789.'.includes(index[i]!)) return undefined
  return index
}

/** Letters, digits and the signs given; not empty. */
function isPlain(text: string, signs: string): boolean {
  if (text === '' || text.length > 128) return false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    const isPlainChar = (char >= '0' && char <= '9') || (char >= 'a' && char <= 'z') ||
      (char >= 'A' && char <= 'Z') || signs.includes(char)
    if (!isPlainChar) return false
  }
  return true
}
