/**
 * Where the lines of a SIP ladder lie: columns, arrows, times. Pure; the drawing is in `ladder.ts`.
 * The server is the second column; the caller is left of it, the phones are right.
 */
import type { LadderLane, LadderMessage } from '../../src/api/schema-live.ts'

export const rowPx = 30
export const headPx = 36
/** For the times at the right. */
const timePx = 68
const edgePx = 62

export interface Column {
  readonly id: string
  readonly lane: LadderLane
  /** Its line, CSS pixels from the left. */
  readonly x: number
}

export interface Arrow {
  readonly message: LadderMessage
  readonly from: number
  readonly to: number
  readonly y: number
  readonly look: 'request' | 'provisional' | 'success' | 'failure' | 'redirect'
}

export interface Layout {
  readonly columns: readonly Column[]
  readonly arrows: readonly Arrow[]
  readonly width: number
  readonly height: number
  readonly timeX: number
}

/** How a message is drawn: design §3, ladder. */
export function lookOf(status: number | null): Arrow['look'] {
  if (status === null) return 'request'
  if (status < 200) return 'provisional'
  if (status < 300) return 'success'
  return status < 400 ? 'redirect' : 'failure'
}

/** 100 and ACK tell nothing that is not seen without them. */
export function isNoise(message: LadderMessage): boolean {
  return message.status === 100 || (message.status === null && message.method === 'ACK')
}

/** A column narrower than this cannot be read: the ladder then scrolls. */
const leastColumnPx = 104

/** The server stands second, whatever order the lanes come in. */
function order(lanes: readonly LadderLane[]): readonly LadderLane[] {
  const server = lanes.filter((lane) => lane.id === 'server')
  const caller = lanes.filter((lane) => lane.id === 'caller')
  return [...caller, ...server, ...lanes.filter((lane) => lane.id !== 'server' &&
    lane.id !== 'caller')]
}

/** `width`: CSS pixels there are. Messages of a lane that is not there are left out. */
export function layoutLadder(
  lanes: readonly LadderLane[], messages: readonly LadderMessage[], width: number,
): Layout {
  const ordered = order(lanes)
  const gaps = Math.max(1, ordered.length - 1)
  const between = Math.max(leastColumnPx, (width - timePx - edgePx * 2) / gaps)
  const columns = ordered.map((lane, at) => ({ id: lane.id, lane, x: edgePx + at * between }))
  const xOf = new Map(columns.map((column) => [column.id, column.x]))
  const server = xOf.get('server') ?? edgePx
  const arrows: Arrow[] = []
  for (const message of messages) {
    const other = xOf.get(message.lane)
    if (other === undefined || other === server) continue
    const inwards = message.direction === 'in'
    arrows.push({
      message, from: inwards ? other : server, to: inwards ? server : other,
      y: headPx + arrows.length * rowPx + rowPx / 2 + 8, look: lookOf(message.status),
    })
  }
  const drawn = edgePx * 2 + gaps * between
  return {
    columns, arrows, width: Math.max(width, drawn + timePx), timeX: Math.max(width,
      drawn + timePx) - 6,
    height: headPx + arrows.length * rowPx + 20,
  }
}

/** What stands on an arrow: «INVITE», «200 OK (SDP)». */
export function arrowLabel(message: LadderMessage): string {
  if (message.status === null) return message.method + (message.hasSdp &&
    message.method !== 'INVITE' ? ' (SDP)' : '')
  const words = message.line.replace(/^SIP\/2\.0 \d{3} ?/, '')
  const text = `${message.status}${words === '' ? '' : ` ${words}`}`
  return message.hasSdp ? `${text} (SDP)` : text
}
