/**
 * SIP text for tests: messages written with plain line feeds become octets with CRLF, fixture files
 * are read as octets, and a fault is told as text. Nothing here knows what a message means.
 */
import { readFileSync, readdirSync } from 'node:fs'
import type { Octets } from '../../src/sip/events.ts'
import { SipParseError } from '../../src/sip/errors.ts'

const fixtures = new URL('../fixtures/sip/', import.meta.url)

/** Header block (an empty line is added) and body with CRLF, characters as UTF-8 octets. */
export function sipText(head: string, body = ''): Octets {
  return octets(`${head.trim().split('\n').join('\r\n')}\r\n\r\n${body.split('\n').join('\r\n')}`)
}

/** The UTF-8 octets of a text, one character each. */
export function octets(text: string): Octets {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Octets of a file below `test/fixtures/sip`. */
export function sipFile(path: string): Octets {
  return readFileSync(new URL(path, fixtures)).toString('latin1')
}

/** Names of the files of a folder below `test/fixtures/sip`, sorted. */
export function sipFiles(folder: string): string[] {
  return readdirSync(new URL(folder, fixtures)).toSorted()
}

/** `400 Bad CSeq` for a SipParseError, 'none' when nothing is thrown; other errors pass. */
export function faultOf(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    if (error instanceof SipParseError) return `${error.status} ${error.reason}`
    throw error
  }
}
