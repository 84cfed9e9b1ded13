/**
 * GET /media/:token: the sound itself, whole or in ranges (RFC 9110 §14), from the recordings
 * folder. Who heard which message or recording is noted before the first octet leaves.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Hono } from 'hono'
import { pathIn } from '../archive/files.ts'
import { loadAudioFile } from '../store/audio-files.ts'
import { loadCall } from '../store/calls.ts'
import { noteListening } from '../store/listenings.ts'
import { loadMessage } from '../store/messages.ts'
import { loadRecording } from '../store/recordings.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { clientAddress } from './guards.ts'
import { readLink } from './media-link.ts'
import type { Linked } from './media-link.ts'

interface Sound {
  readonly file: string
  /** The call it belongs to; undefined for a greeting or music. */
  readonly callId: string | undefined
  /** Without its ending. */
  readonly name: string
}

/** The one route. */
export function mediaRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get('/:token', async (c) => {
    const linked = readLink(deps, c, c.req.param('token'))
    const sound = await findSound(deps, c.get('session').subscriberId, linked)
    if (!deps.media) throw new ApiError(404, 'not_found')
    const path = pathIn(deps.media.folder, sound.file)
    const found = await stat(path).catch(() => undefined)
    if (!found) throw new ApiError(404, 'not_found')
    if (c.req.method !== 'HEAD' && sound.callId !== undefined)
      await note(deps, c, sound.callId, linked)
    c.header('Cache-Control', 'private, no-store')
    c.header('Content-Type', 'audio/wav')
    c.header('Accept-Ranges', 'bytes')
    c.header('ETag', `"${linked.id}-${found.size}"`)
    const shown = linked.download ? 'attachment' : 'inline'
    c.header('Content-Disposition', `${shown}; filename="${sound.name}.wav"`)
    return send(c, path, found.size, `"${linked.id}-${found.size}"`)
  })
}

function send(c: ApiContext, path: string, size: number, etag: string): Response {
  const ifRange = c.req.header('if-range')
  const wanted = ifRange === undefined || ifRange === etag ? c.req.header('range') : undefined
  const range = readRange(wanted, size)
  if (range === 'unsatisfiable') {
    c.header('Content-Range', `bytes */${size}`)
    return c.body(null, 416)
  }
  const { from, to } = range ?? { from: 0, to: size - 1 }
  c.header('Content-Length', String(to - from + 1))
  if (range) c.header('Content-Range', `bytes ${from}-${to}/${size}`)
  const status = range ? 206 : 200
  if (c.req.method === 'HEAD' || size === 0) return c.body(null, status)
  const stream = createReadStream(path, { start: from, end: to })
  return c.body(Readable.toWeb(stream) as ReadableStream, status)
}

/** One range of octets; several, or what is no range, are answered with the whole (§14.2). */
export function readRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const count = Number(last)
    if (count === 0 || size === 0) return 'unsatisfiable'
    return { from: Math.max(0, size - count), to: size - 1 }
  }
  const from = Number(first)
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < from) return undefined
  return from >= size ? 'unsatisfiable' : { from, to }
}

async function findSound(deps: ApiDeps, subscriberId: string, linked: Linked): Promise<Sound> {
  const db = deps.database.kysely
  const { kind, id } = linked
  if (kind === 'audio') {
    const { file } = await loadAudioFile(db, subscriberId, id)
    return { file, callId: undefined, name: `audio-${id.slice(-6)}` }
  }
  const { zone } = await loadSubscriber(db, subscriberId)
  if (kind === 'message') {
    const { file, callId, startedAt, caller } = await loadMessage(db, subscriberId, id)
    return { file, callId, name: nameOf(startedAt, zone, caller) }
  }
  const { caller } = await loadCall(db, subscriberId, id)
  const recording = await loadRecording(db, subscriberId, id)
  if (recording?.state !== 'ready') throw new ApiError(404, 'not_found')
  const { file, startedAt } = recording
  return { file, callId: id, name: nameOf(startedAt, zone, caller) }
}

/** '2026-11-23 14-05 +79161234567': sorts by time, holds no character that a header minds. */
function nameOf(startedAt: number, zone: string, caller: string): string {
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone, dateStyle: 'short', timeStyle: 'short',
  }).format(startedAt)
  return `${local.replaceAll(':', '-')} ${caller.replaceAll(/[^+\d]/g, '')}`.trim()
}

async function note(
  deps: ApiDeps, c: ApiContext, callId: string, { kind, download }: Linked,
): Promise<void> {
  const { subscriberId, login } = c.get('session')
  await noteListening(deps.database.kysely, subscriberId, callId, {
    at: nowMs(deps),
    by: login,
    from: clientAddress(deps, c),
    what: kind === 'message' ? 'message' : 'recording',
    how: download ? 'downloaded' : 'played',
  })
}
