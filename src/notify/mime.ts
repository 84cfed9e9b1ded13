/**
 * Reads the letters we write (RFC 5322, 2045–2047, 2231) for the local mailbox: headers, the text,
 * attachments. Meant for nodemailer's letters, safe for any: what it does not understand stays as
 * it is. No HTML.
 */

export interface ReadLetter {
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly attachments: readonly {
    readonly name: string
    readonly type: string
    readonly content: Uint8Array<ArrayBuffer>
  }[]
}

interface Part {
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** Deeper nesting is nobody's letter. */
const deepest = 5

/** The letter in these octets. */
export function readLetter(octets: Uint8Array): ReadLetter {
  const whole = partOf(Buffer.from(octets))
  const attachments: { name: string; type: string; content: Uint8Array<ArrayBuffer> }[] = []
  let text = ''
  for (const part of leaves(whole, 0)) {
    const type = valueOf(part.headers.get('content-type') ?? 'text/plain')
    const disposition = part.headers.get('content-disposition') ?? ''
    const content = decoded(part)
    if (type === 'text/plain' && valueOf(disposition) !== 'attachment') {
      text += content.toString('utf8')
      continue
    }
    const name = parameter(disposition, 'filename')
      ?? parameter(part.headers.get('content-type') ?? '', 'name') ?? 'attachment'
    attachments.push({ name, type, content: new Uint8Array(content) })
  }
  const header = (name: string) => decodeWords(whole.headers.get(name) ?? '')
  return { from: header('from'), to: header('to'), subject: header('subject'), text, attachments }
}

function partOf(octets: Buffer): Part {
  let end = octets.indexOf('\r\n\r\n')
  const size = end < 0 ? 2 : 4
  if (end < 0) end = octets.indexOf('\n\n')
  const head = octets.subarray(0, end < 0 ? octets.length : end).toString('utf8')
  const headers = new Map<string, string>()
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { headers, body: end < 0 ? Buffer.alloc(0) : octets.subarray(end + size) }
}

function leaves(part: Part, depth: number): readonly Part[] {
  const type = part.headers.get('content-type') ?? ''
  const boundary = valueOf(type).startsWith('multipart/') ? parameter(type, 'boundary') : undefined
  if (boundary === undefined || depth >= deepest) return [part]
  // RFC 2046 §5.1.1: the line end before a boundary belongs to it.
  const pieces = `\r\n${part.body.toString('latin1')}`.split(`\r\n--${boundary}`).slice(1)
  return pieces
    .filter((piece) => !piece.startsWith('--'))
    .flatMap((piece) =>
      leaves(partOf(Buffer.from(piece.replace(/^[ \t]*\r\n/, ''), 'latin1')), depth + 1))
}

function decoded({ headers, body }: Part): Buffer {
  switch ((headers.get('content-transfer-encoding') ?? '').toLowerCase()) {
    case 'base64': return Buffer.from(body.toString('latin1'), 'base64')
    case 'quoted-printable': return fromQuoted(body.toString('latin1').replaceAll(/=\r?\n/g, ''))
    default: return body
  }
}

function fromQuoted(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** RFC 2047 §6.2: blanks between encoded words are none. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/(=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)\s+(?==\?)/g, '$1')
    .replaceAll(/=\?[^?\s]+\?([BbQq])\?([^?\s]*)\?=/g, (_, kind: string, word: string) =>
      (kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64') : fromQuoted(word.replaceAll('_', ' '))).toString('utf8'))
}

/** 'text/plain; charset=utf-8' → 'text/plain' */
function valueOf(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase()
}

function parameter(header: string, name: string): string | undefined {
  const extended = new RegExp(`;\\s*${name}\\*(?:0\\*)?=[^']*'[^']*'([^;\\s]+)`, 'i')
  const encoded = extended.exec(header)?.[1]
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  }
  const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]+))`, 'i').exec(header)
  const value = found?.[1] ?? found?.[2]
  return value === undefined ? undefined : decodeWords(value)
}
