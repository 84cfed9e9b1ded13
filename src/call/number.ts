/**
 * Telephone numbers from what people type and trunks write, to E.164 and back (R-23, ITU-T E.164,
 * RFC 3966), and the SIP URIs a rule may ring. Knows the Russian way of dialling and no other
 * numbering plan: whether a foreign number exists is for the network to say.
 */
import type { Address } from './subscriber.ts'
import type { Trunk } from './trunk.ts'

export type NumberFault =
  | 'empty' | 'letters' | 'sign' | 'tooShort' | 'tooLong' | 'unassigned' | 'badUri'

export type NumberReading =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly why: NumberFault }

export type TargetFault =
  | 'own' | 'emergency' | 'short' | 'premium' | 'satellite' | 'special' | 'notANumber'

/** ITU-T E.164 §6.2.1; the shortest full numbers of the world (Niue) have seven digits. */
const maxDigits = 15
const minDigits = 7
/** What a person can paste; a SIP URI longer than this is a mistake or an attack. */
const maxTextLength = 128

/**
 * Reads a telephone number, or a SIP URI when `text` is one ('sip:anna@10.0.0.7:5062').
 *
 * Without a plus a number is read as dialled in `country`: in 'RU' 8… and ten digits are national,
 * 810… and 00… international; in any other country the digits are taken as E.164 without plus,
 * which is what trunks with the format 'e164' write.
 *
 *     readNumber('8 (916) 123-45-67')  → { ok: true, address: '+79161234567' }
 *     readNumber('112')                → { ok: false, why: 'tooShort' }
 */
export function readNumber(text: string, country = 'RU'): NumberReading {
  const trimmed = text.trim()
  if (trimmed.length > maxTextLength) return fault('tooLong')
  const scheme = schemeOf(trimmed)
  if (scheme === 'sips') return fault('badUri')
  const rest = scheme === '' ? trimmed : trimmed.slice(scheme.length + 1)
  if (scheme !== 'tel' && rest.includes('@')) return readSipUri(rest)
  const dialled = dialledDigits(scheme === '' ? rest : withoutParameters(rest))
  return typeof dialled === 'object' ? dialled : toE164(dialled, country)
}

/**
 * Whether rules may ring `address` (as `readNumber` returns it): refuses what would reach an
 * emergency service, an own personal number (`own`), or a line that costs more than a telephone.
 */
export function checkTarget(
  address: Address,
  own: readonly Address[] = [],
): { readonly ok: true } | { readonly ok: false; readonly why: TargetFault } {
  if (own.includes(address)) return { ok: false, why: 'own' }
  if (address.startsWith('sip:')) return { ok: true }
  if (emergencyNumbers.has(address.startsWith('+') ? address.slice(1) : address)) {
    return { ok: false, why: 'emergency' }
  }
  if (!isE164(address)) {
    return { ok: false, why: address.length <= minDigits ? 'short' : 'notANumber' }
  }
  for (const [prefix, why] of refusedPrefixes) {
    if (address.startsWith(prefix)) return { ok: false, why }
  }
  return { ok: true }
}

/** Writes an E.164 address the way a trunk wants it in URIs; SIP URIs are left as they are. */
export function formatForTrunk(address: Address, numberFormat: Trunk['numberFormat']): string {
  if (numberFormat === 'e164plus' || !address.startsWith('+')) return address
  if (numberFormat === 'e164') return address.slice(1)
  if (address.startsWith('+7') && address.length === 12) return `8${address.slice(2)}`
  // Russia dials 8, waits for a tone, and goes on with 10 and the number.
  return `810${address.slice(1)}`
}

/** A plus and 7 to 15 digits. */
export function isE164(address: string): boolean {
  if (address.length < minDigits + 1 || address.length > maxDigits + 1) return false
  if (address.charCodeAt(0) !== plus || address.charCodeAt(1) === zero) return false
  for (let i = 1; i < address.length; i += 1) if (!isDigit(address.charCodeAt(i))) return false
  return true
}

/**
 * Whether the number is surely a mobile one: Russian, or of a country where Russians commonly have
 * a second card. A mobile's own answering machine answers, which a telephone at home does not.
 */
export function isMobile(address: Address): boolean {
  if (address.charCodeAt(0) !== plus) return false
  // Russia and Kazakhstan, where most numbers are: 9 and 70, 747, 77 behind the 7.
  if (address.charAt(1) === '7') {
    if (address.charAt(2) !== '7') return address.charAt(2) === '9'
    const next = address.charAt(3)
    return next === '0' || next === '7' || address.startsWith('47', 3)
  }
  for (const prefix of mobilePrefixes) if (address.startsWith(prefix)) return true
  return false
}

const plus = 43
const zero = 48

const emergencyNumbers: ReadonlySet<string> = new Set([
  '01', '02', '03', '04', '101', '102', '103', '104', '112', '110', '118', '119', '911', '999',
  '000',
])

/** Abroad; where a country has no mobile prefixes (North America) nothing can be said. */
const mobilePrefixes: readonly string[] = [
  '+37525', '+37529', '+37533', '+37544', // Belarus
  '+905', // Turkey
  '+306', // Greece
  '+4915', '+4916', '+4917', // Germany
  '+336', '+337', // France
  '+393', // Italy
  '+346', '+347', // Spain
  '+3579', // Cyprus
]

/** First match counts. A premium line as target is how forwarding is abused for money. */
const refusedPrefixes: readonly (readonly [prefix: string, why: TargetFault])[] = [
  ['+7809', 'premium'], // «платная информация»
  ['+7803', 'premium'], // televoting
  ['+7801', 'special'], // calls paid by an agent
  ['+7802', 'special'], // calls by card
  ['+7805', 'special'], // televoting, free of charge
  ['+7807', 'special'],
  ['+1900', 'premium'],
  ['+1976', 'premium'],
  ['+449', 'premium'],
  ['+4487', 'premium'],
  ['+49900', 'premium'],
  ['+49137', 'premium'], // televoting
  ['+33890', 'premium'],
  ['+3389', 'premium'],
  ['+39892', 'premium'],
  ['+39895', 'premium'],
  ['+39899', 'premium'],
  ['+34803', 'premium'],
  ['+34806', 'premium'],
  ['+34807', 'premium'],
  ['+43900', 'premium'],
  ['+43930', 'premium'],
  ['+43939', 'premium'],
  ['+41900', 'premium'],
  ['+41901', 'premium'],
  ['+41906', 'premium'],
  ['+31900', 'premium'],
  ['+31906', 'premium'],
  ['+31909', 'premium'],
  ['+32900', 'premium'],
  ['+32902', 'premium'],
  ['+32903', 'premium'],
  ['+46900', 'premium'],
  ['+46939', 'premium'],
  ['+46944', 'premium'],
  ['+358600', 'premium'],
  ['+358700', 'premium'],
  ['+380900', 'premium'],
  ['+375902', 'premium'],
  ['+48700', 'premium'],
  ['+979', 'premium'], // international premium rate
  ['+800', 'special'], // universal international freephone (UIFN)
  ['+808', 'premium'], // international shared cost
  ['+870', 'satellite'], // Inmarsat
  ['+871', 'satellite'],
  ['+872', 'satellite'],
  ['+873', 'satellite'],
  ['+874', 'satellite'],
  ['+878', 'special'], // universal personal telecommunications
  ['+881', 'satellite'], // Iridium, Globalstar
  ['+882', 'special'], // international networks: where revenue share fraud lives
  ['+883', 'special'],
  ['+888', 'special'],
  ['+991', 'special'],
]

function fault(why: NumberFault): NumberReading {
  return { ok: false, why }
}

/** 'tel', 'sip', 'sips' or ''. */
function schemeOf(text: string): string {
  const colon = text.indexOf(':')
  if (colon < 3 || colon > 4) return ''
  const scheme = text.slice(0, colon).toLowerCase()
  return scheme === 'tel' || scheme === 'sip' || scheme === 'sips' ? scheme : ''
}

function withoutParameters(text: string): string {
  const semicolon = text.indexOf(';')
  return semicolon < 0 ? text : text.slice(0, semicolon)
}

/** Digits with a leading plus if there was one; punctuation and invisible marks are dropped. */
function dialledDigits(text: string): string | NumberReading {
  let dialled = ''
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (isDigit(code)) {
      dialled += text.charAt(i)
    } else if (code === plus) {
      if (dialled !== '') return fault('sign')
      dialled = '+'
    } else if (!isSeparator(code)) {
      return fault(isSign(code) ? 'sign' : 'letters')
    }
  }
  return dialled === '' || dialled === '+' ? fault('empty') : dialled
}

function toE164(dialled: string, country: string): NumberReading {
  if (dialled.startsWith('+')) return checkE164(dialled)
  if (dialled.length < minDigits) return fault('tooShort')
  if (country !== 'RU') {
    return checkE164(`+${dialled.startsWith('00') ? dialled.slice(2) : dialled}`)
  }
  if (dialled.startsWith('00')) return checkE164(`+${dialled.slice(2)}`)
  // No Russian area code begins with 1, so 8 10 is always the way abroad.
  if (dialled.startsWith('810')) return checkE164(`+${dialled.slice(3)}`)
  if (dialled.length === 11 && dialled.startsWith('8')) return checkE164(`+7${dialled.slice(1)}`)
  if (dialled.length === 10 && '3489'.includes(dialled.charAt(0))) {
    // No code begins with 849 or 89: that is 8 495 … or 8 916 … with a digit missing.
    const missing = dialled.startsWith('849') || dialled.startsWith('89')
    return missing ? fault('tooShort') : checkE164(`+7${dialled}`)
  }
  // Seven digits are a number of some town, ten without a Russian code one of some country; we do
  // not know of which.
  return dialled.length <= 10 ? fault('tooShort') : checkE164(`+${dialled}`)
}

function checkE164(address: string): NumberReading {
  const count = address.length - 1
  if (count < minDigits) return fault('tooShort')
  if (count > maxDigits) return fault('tooLong')
  const first = address.charAt(1)
  if (first === '0') return fault('unassigned')
  if (first === '7') {
    if (count !== 11) return fault(count < 11 ? 'tooShort' : 'tooLong')
    // Russia has 3, 4, 8, 9 behind the 7, Kazakhstan 6 and 7.
    if (!'346789'.includes(address.charAt(2))) return fault('unassigned')
  }
  // «+8 916 …» is a national number with a plus in front; +89 belongs to nobody.
  if (address.startsWith('+89')) return fault('unassigned')
  return { ok: true, address }
}

/** `user@host[:port]`, printable ASCII without anything that could end a URI or a header. */
function readSipUri(rest: string): NumberReading {
  const at = rest.lastIndexOf('@')
  const user = rest.slice(0, at)
  const hostPort = rest.slice(at + 1).toLowerCase()
  if (user === '' || !isUser(user) || !isHostPort(hostPort)) return fault('badUri')
  return { ok: true, address: `sip:${user}@${hostPort}` }
}

function isUser(user: string): boolean {
  for (let i = 0; i < user.length; i += 1) {
    const code = user.charCodeAt(i)
    // RFC 3261 §25.1 user: unreserved and user-unreserved; no escapes, no password.
    if (!isLetterOrDigit(code) && !"-_.!~*'()&=+$,/".includes(user.charAt(i))) return false
  }
  return true
}

function isHostPort(text: string): boolean {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1
  const colon = text.indexOf(':', Math.max(bracket, 0))
  const host = colon < 0 ? text : text.slice(0, colon)
  if (colon >= 0 && !isPort(text.slice(colon + 1))) return false
  return bracket < 0 ? isHostName(host) : bracket === host.length - 1 && isIpv6(host.slice(1, -1))
}

function isPort(text: string): boolean {
  if (text.length === 0 || text.length > 5) return false
  for (let i = 0; i < text.length; i += 1) if (!isDigit(text.charCodeAt(i))) return false
  const port = Number(text)
  return port > 0 && port < 65_536
}

function isHostName(host: string): boolean {
  if (host === '' || host.includes('..')) return false
  if (host.startsWith('.') || host.startsWith('-')) return false
  for (let i = 0; i < host.length; i += 1) {
    const code = host.charCodeAt(i)
    if (!isLetterOrDigit(code) && code !== 45 && code !== 46) return false
  }
  return true
}

function isIpv6(text: string): boolean {
  if (text.length < 2 || !text.includes(':')) return false
  for (let i = 0; i < text.length; i += 1) {
    if (!'0123456789abcdef:.'.includes(text.charAt(i))) return false
  }
  return true
}

function isDigit(code: number): boolean {
  return code >= zero && code <= 57
}

function isLetterOrDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

/** What stands between digits: blanks, brackets, dots, slashes, every dash, marks of direction. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 40 || code === 41 || code === 45 || code === 46 || code === 47 ||
    code === 0xa0 || code === 0xad || code === 0xfeff || code === 0x2212 ||
    (code >= 0x2000 && code <= 0x2015) || (code >= 0x202a && code <= 0x202f) || code === 0x2060
}

function isSign(code: number): boolean {
  return code < 48 || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
    (code >= 123 && code < 128)
}
