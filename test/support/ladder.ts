/**
 * Draws what SIPp saw as a ladder: one column per party, one row per message, merged by time. Pure:
 * messages in, text out. Every message is seen by one SIPp only, the product is at its other end.
 */
import type { SippMessage } from './sipp.ts'

export interface LadderRow {
  readonly atMs: number
  /** Column where the arrow begins and ends, from 0. */
  readonly from: number
  readonly to: number
  readonly label: string
}

/** Between two columns, in characters; the longest label is `407 Proxy Authentication`. */
const columnWidth = 28
const timeWidth = 9

/**
 * Turns the messages of the caller's and the phones' SIPp into rows. Column 0 is the caller, 1 the
 * product, then one per phone, named by the user part of the INVITE that reached it.
 */
export function ladderOfCall(
  caller: readonly SippMessage[], phones: readonly SippMessage[],
): { columns: string[], rows: LadderRow[] } {
  const columns = ['caller', 'personal number']
  const columnOfCall = new Map<string, number>()
  for (const message of phones) {
    const callId = headerOf(message.text, 'Call-ID')
    if (columnOfCall.has(callId) || !message.text.startsWith('INVITE ')) continue
    columnOfCall.set(callId, columns.length)
    columns.push(userOf(message.text))
  }
  const rows: LadderRow[] = []
  for (const message of caller) {
    const out = message.direction === 'sent'
    rows.push(rowOf(message, out ? 0 : 1, out ? 1 : 0))
  }
  for (const message of phones) {
    const column = columnOfCall.get(headerOf(message.text, 'Call-ID'))
    if (column === undefined) continue
    const out = message.direction === 'sent'
    rows.push(rowOf(message, out ? column : 1, out ? 1 : column))
  }
  rows.sort((a, b) => a.atMs - b.atMs)
  return { columns, rows }
}

/** Draws rows as text lines; times are milliseconds after the first row. */
export function drawLadder(columns: readonly string[], rows: readonly LadderRow[]): string {
  const start = rows[0]?.atMs ?? 0
  const head = columns.map((name) => centre(name, columnWidth)).join('')
  const lines = [' '.repeat(timeWidth) + head.trimEnd()]
  for (const row of rows) {
    const time = (row.atMs - start).toFixed(1).padStart(timeWidth - 2)
    lines.push(`${time}  ${drawArrow(columns.length, row)}`)
  }
  return lines.join('\n')
}

function drawArrow(count: number, row: LadderRow): string {
  const half = columnWidth / 2
  const cells = [...' '.repeat(count * columnWidth)]
  for (let column = 0; column < count; column++) cells[column * columnWidth + half] = '│'
  const left = Math.min(row.from, row.to) * columnWidth + half
  const right = Math.max(row.from, row.to) * columnWidth + half
  for (let at = left + 1; at < right; at++) cells[at] = '─'
  if (row.to > row.from) cells[right - 1] = '▶'
  else cells[left + 1] = '◀'
  // Always beside the left party, so that arrows over several columns stay readable.
  const label = ` ${row.label} `.slice(0, columnWidth - 4)
  const at = left + 3
  for (let i = 0; i < label.length; i++) cells[at + i] = label[i] ?? ' '
  return cells.join('').trimEnd()
}

function rowOf(message: SippMessage, from: number, to: number): LadderRow {
  return { atMs: message.atMs, from, to, label: labelOf(message.text) }
}

/** `INVITE`, `180 Ringing`, `200 OK (BYE)`, with `+SDP` when there is a session description. */
function labelOf(text: string): string {
  const line = text.slice(0, text.search(/\r?\n|$/))
  const sdp = /^content-type: *application\/sdp/im.test(text) ? ' +SDP' : ''
  if (!line.startsWith('SIP/2.0 ')) return line.slice(0, line.indexOf(' ')) + sdp
  const method = headerOf(text, 'CSeq').split(' ')[1] ?? ''
  const of = method === 'INVITE' || method === '' ? '' : ` (${method})`
  return line.slice('SIP/2.0 '.length) + of + sdp
}

/** First value of a header, '' when there is none. */
export function headerOf(text: string, name: string): string {
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === name.length && line.slice(0, colon).toLowerCase() === name.toLowerCase()) {
      return line.slice(colon + 1).trim()
    }
    if (line.trim() === '') break
  }
  return ''
}

function userOf(invite: string): string {
  return /^INVITE sips?:([^@;> ]*)/.exec(invite)?.[1] ?? 'phone'
}

function centre(text: string, width: number): string {
  const cut = text.slice(0, width - 1)
  const before = Math.floor((width - cut.length) / 2)
  return (' '.repeat(before) + cut).padEnd(width)
}
