/**
 * The header table (RFC 3261 §20 and the SIP header registry): canonical name, compact form, and
 * whether a field may be repeated. It finds a name in a message without regard to letter case and
 * without making a string. It knows nothing of values.
 */
import type { Octets } from './events.ts'
import { isWord, lowerCase, toLower } from './characters.ts'

/**
 * `single`: at most one field. `list`: several fields or one field with commas mean the same
 * (RFC 3261 §7.3.1). `repeated`: several fields, never joined by commas (the credentials headers).
 */
export type Multiplicity = 'single' | 'list' | 'repeated'

/** One header name of the registry. */
export interface HeaderField {
  readonly name: string
  readonly lower: string
  /** Compact form, '' if there is none. */
  readonly compact: string
  readonly multiplicity: Multiplicity
}

/**
 * Compact form by canonical name, '' for none. Names are property names here so that V8 interns
 * them: comparing two of them is comparing two pointers.
 */
type Compact = Readonly<Record<string, string>>

const single: Compact = {
  'Answer-Mode': '', 'Call-ID': 'i', 'Content-Disposition': '', 'Content-Length': 'l',
  'Content-Type': 'c', CSeq: '', Date: '', Event: 'o', Expires: '', 'Flow-Timer': '', From: 'f',
  Identity: 'y', 'Identity-Info': 'n', Join: '', 'Max-Breadth': '', 'Max-Forwards': '',
  'MIME-Version': '', 'Min-Expires': '', 'Min-SE': '', Organization: '', 'P-Answer-State': '',
  'P-Called-Party-ID': '', 'P-Charging-Vector': '', 'P-DCS-Billing-Info': '', 'P-DCS-OSPS': '',
  'P-Profile-Key': '', 'P-Served-User': '', 'P-User-Database': '', 'Policy-ID': '', Priority: '',
  'Priv-Answer-Mode': '', RAck: '', 'Refer-Sub': '', 'Refer-To': 'r', 'Referred-By': 'b',
  Replaces: '', 'Reply-To': '', 'Retry-After': '', RSeq: '', Server: '', 'Session-Expires': 'x',
  'Session-ID': '', 'SIP-ETag': '', 'SIP-If-Match': '', Subject: 's', 'Subscription-State': '',
  'Suppress-If-Match': '', 'Target-Dialog': '', Timestamp: '', To: 't', 'Trigger-Consent': '',
  'User-Agent': '', 'User-to-User': ''
}

const list: Compact = {
  Accept: '', 'Accept-Contact': 'a', 'Accept-Encoding': '', 'Accept-Language': '',
  'Accept-Resource-Priority': '', 'Alert-Info': '', Allow: '', 'Allow-Events': 'u',
  'Call-Info': '', Contact: 'm', 'Content-Encoding': 'e', 'Content-Language': '', Diversion: '',
  'Error-Info': '', 'Feature-Caps': '', Geolocation: '', 'Geolocation-Error': '',
  'Geolocation-Routing': '', 'History-Info': '', 'Info-Package': '', 'In-Reply-To': '',
  'P-Access-Network-Info': '', 'P-Asserted-Identity': '', 'P-Asserted-Service': '',
  'P-Associated-URI': '', 'P-Charging-Function-Addresses': '', 'P-Early-Media': '',
  'P-Media-Authorization': '', 'P-Preferred-Identity': '', 'P-Preferred-Service': '',
  'P-Refused-URI-List': '', 'P-Visited-Network-ID': '', Path: '', 'Permission-Missing': '',
  'Policy-Contact': '', Privacy: '', 'Proxy-Require': '', Reason: '', 'Record-Route': '',
  'Recv-Info': '', 'Refer-Events-At': '', 'Reject-Contact': 'j', 'Relayed-Charge': '',
  'Remote-Party-ID': '', 'Request-Disposition': 'd', Require: '', 'Resource-Priority': '',
  Route: '', 'Security-Client': '', 'Security-Server': '', 'Security-Verify': '',
  'Service-Route': '', Supported: 'k', Unsupported: '', Via: 'v', Warning: ''
}

const repeated: Compact = {
  'Authentication-Info': '', Authorization: '', 'Proxy-Authenticate': '',
  'Proxy-Authentication-Info': '', 'Proxy-Authorization': '', 'WWW-Authenticate': ''
}

const byName = new Map<string, HeaderField>()

/** A spelling, full or compact, and the next one of the same bucket. */
interface Candidate {
  readonly spelling: string
  readonly lower: string
  readonly field: HeaderField
  readonly next: Candidate | undefined
}

/** Candidates by length and three letters of the name; 1,024 places for some 150 spellings. */
const buckets = Array.from({ length: 1024 }, (): Candidate | undefined => undefined)

/** Small and capital letters have the same lower five bits. */
function bucketOf(length: number, first: number, middle: number, last: number): number {
  return (length * 67 + (first & 31) * 31 + (middle & 31) * 7 + (last & 31)) & 1023
}

function enter(spelling: string, field: HeaderField): void {
  const { length } = spelling
  const bucket = bucketOf(length, spelling.charCodeAt(0), spelling.charCodeAt(length >> 1),
    spelling.charCodeAt(length - 1))
  buckets[bucket] = { spelling, lower: toLower(spelling), field, next: buckets[bucket] }
}

function register(table: Compact, multiplicity: Multiplicity): void {
  for (const [name, compact] of Object.entries(table)) {
    const field: HeaderField = { name, lower: toLower(name), compact, multiplicity }
    byName.set(name, field)
    enter(name, field)
    if (compact !== '') enter(compact, field)
  }
}

register(single, 'single')
register(list, 'list')
register(repeated, 'repeated')

/**
 * The registered header whose full or compact name stands in `text` from `start` to `end`, in any
 * letter case; undefined for other names. Makes no string.
 */
export function findHeader(text: Octets, start: number, end: number): HeaderField | undefined {
  const length = end - start
  if (length <= 0) return undefined
  let candidate = buckets[bucketOf(length, text.charCodeAt(start),
    text.charCodeAt(start + (length >> 1)), text.charCodeAt(end - 1))]
  for (; candidate !== undefined; candidate = candidate.next) {
    if (candidate.lower.length !== length) continue
    // The canonical spelling, which nearly all use, is compared by native code.
    if (text.startsWith(candidate.spelling, start) || isWord(text, start, end, candidate.lower)) {
      return candidate.field
    }
  }
  return undefined
}

/** The entry of a canonical name, or undefined for a name outside the registry. */
export function headerField(name: string): HeaderField | undefined {
  return byName.get(name)
}

/** Are two header names the same but for letter case? */
export function sameName(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (lowerCase(a.charCodeAt(i)) !== lowerCase(b.charCodeAt(i))) return false
  }
  return true
}

/**
 * Canonical form of a header name: `v` and `VIA` become `Via`, names outside the registry stay
 * as they are.
 */
export function canonicalName(name: string): string {
  return findHeader(name, 0, name.length)?.name ?? name
}

/**
 * Form in which a name from an application goes on the wire: registered names are canonical,
 * `X-…` stays, in others the first letter and the letters after dashes are capitals
 * (the control protocol's rule: `p-custom-tag` → `P-Custom-Tag`).
 */
export function draftName(name: string): string {
  const field = findHeader(name, 0, name.length)
  if (field !== undefined) return field.name
  if (isWord(name, 0, 2, 'x-')) return name
  let result = ''
  let atStart = true
  for (const letter of name) {
    result += atStart && letter >= 'a' && letter <= 'z' ? letter.toUpperCase() : letter
    atStart = letter === '-'
  }
  return result
}
