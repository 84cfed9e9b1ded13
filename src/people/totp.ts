/**
 * Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, 30 seconds, SHA-1 as every
 * authenticator has it. Pure but for the HMAC, which is handed in; the used step is the caller's to
 * keep.
 */

/** HMAC-SHA-1 of a message (RFC 2104): 20 octets. */
export type HmacSha1 = (key: Uint8Array, message: Uint8Array) => Uint8Array

const stepMs = 30_000
const digits = 6
/** A clock that is half a minute off, and a code that was typed slowly (RFC 6238 §5.2). */
const stepsAround = 1

/** The time step of an instant (RFC 6238 §4.2, T0 = 0). */
export function stepAt(wallMs: number): number {
  return Math.floor(wallMs / stepMs)
}

/** The code of a time step (RFC 4226 §5.3). */
export function codeOf(secret: Uint8Array, step: number, hmac: HmacSha1): string {
  const message = new Uint8Array(8)
  new DataView(message.buffer).setBigUint64(0, BigInt(step))
  const hash = hmac(secret, message)
  const offset = hash.at(-1)! & 0xf
  const number = new DataView(hash.buffer, hash.byteOffset, hash.length).getUint32(offset)
  return String((number & 0x7fff_ffff) % 10 ** digits).padStart(digits, '0')
}

/**
 * The step whose code this is, near `wallMs` and after `lastStep`; undefined when it is none. Every
 * step is compared to its end, whichever fits.
 */
export function findStep(
  secret: Uint8Array, code: string, lastStep: number, wallMs: number, hmac: HmacSha1,
): number | undefined {
  const now = stepAt(wallMs)
  let found: number | undefined
  for (let step = now - stepsAround; step <= now + stepsAround; step++) {
    const same = equalText(codeOf(secret, step, hmac), code)
    // RFC 6238 §5.2: a code that was accepted is accepted no more, nor is one before it.
    if (same && step > lastStep && found === undefined) found = step
  }
  return found
}

/** What authenticators read from the picture (the key URI format of Google Authenticator). */
export function otpauthUri(secret: string, issuer: string, login: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(login)}`
  const period = stepMs / 1000
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}` +
    `&algorithm=SHA1&digits=${digits}&period=${period}`
}

/** Takes as long whichever sign differs. */
function equalText(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++)
    difference |= one.charCodeAt(at) ^ (other.charCodeAt(at) || 0)
  return difference === 0
}
