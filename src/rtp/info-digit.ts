/**
 * Digits in the body of a SIP INFO: `application/dtmf-relay` (Signal= and Duration= lines) and
 * `application/dtmf` (the digit alone), as telephones in the field write them; there is no RFC. It
 * sees bodies only, the request is the server's.
 */
import { digits, eventOfDigit } from './digit.ts'
import type { Digit } from './digit.ts'

/** What a body without a Duration line means, ms. */
const usualMs = 160
/** A longer press is somebody's mistake, ms. */
const longestMs = 8000
/** Bodies are two short lines. */
const maxBodyLength = 256

/**
 * The digit of an INFO, undefined when the body holds none or the type is another.
 * `contentType` may carry parameters; the value of Signal may be the key or its code of 10–15.
 */
export function parseInfoDigit(contentType: string, body: string): Digit | undefined {
  if (body.length > maxBodyLength) return undefined
  const semicolon = contentType.indexOf(';')
  const type = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
  if (type === 'application/dtmf') return digitOf(body.trim(), usualMs)
  if (type !== 'application/dtmf-relay') return undefined
  let signal = ''
  let durationMs = usualMs
  for (const line of body.split('\n')) {
    const equals = line.indexOf('=')
    if (equals < 0) continue
    const name = line.slice(0, equals).trim().toLowerCase()
    const value = line.slice(equals + 1).trim()
    if (name === 'signal') signal = value
    else if (name === 'duration') durationMs = durationOf(value)
  }
  return digitOf(signal, durationMs)
}

/** The body of an `application/dtmf-relay` INFO. */
export function formatDtmfRelay(digit: string, durationMs: number): string {
  return `Signal=${digit}\r\nDuration=${Math.round(durationMs)}\r\n`
}

function digitOf(signal: string, durationMs: number): Digit | undefined {
  let event = eventOfDigit(signal)
  if (signal.length === 2) {
    const code = Number(signal)
    event = code >= 10 && code <= 15 ? code : -1
  }
  if (event < 0) return undefined
  return { digit: digits.charAt(event), durationTicks: durationMs * 8, source: 'info' }
}

function durationOf(text: string): number {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), longestMs) : usualMs
}
