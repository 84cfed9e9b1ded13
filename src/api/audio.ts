/**
 * Greetings and music over HTTP: uploaded as WAV files, which become what media servers play, or
 * recorded by telephone.
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { freePart, putFile, removeFile } from '../archive/files.ts'
import { measureFile } from '../archive/measure.ts'
import { UploadError, convertUpload } from '../archive/upload.ts'
import type { Converted } from '../archive/upload.ts'
import {
  addAudio, checkAudioRoom, deleteAudio, listAudio, loadAudioFile, maxAudio,
} from '../store/audio-files.ts'
import { addErrand } from '../store/errands.ts'
import { newId } from '../store/ids.ts'
import { loadNumber } from '../store/numbers.ts'
import { packPeaks } from '../store/waveform.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv, ApiMedia } from './context.ts'
import { errandReply } from './errands.ts'
import { ApiError } from './errors.ts'
import { makeLink } from './media-link.ts'
import { audioKind, greetingByPhoneRequest, linkRequest, uploadQuery } from './schema-media.ts'
import type { AudioKind, AudioListReply, AudioReply } from './schema-media.ts'

/** A greeting nobody hears to its end is none; music comes round again. */
const longestSeconds: Readonly<Record<AudioKind, number>> = { greeting: 120, music: 300 }
/** Uploads do not take the last of the disk: recordings of calls need it more. */
const leastFree = 0.02

/** /api/audio: list, upload, record by telephone, delete, link. */
export function audioRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { kind } = check(v.object({ kind: v.optional(audioKind) }), c.req.query())
      const audio = await listAudio(db, c.get('session').subscriberId, kind)
      return c.json({ audio, max: maxAudio } satisfies AudioListReply)
    })
    .post('/', async (c) => c.json(await upload(deps, c), 201))
    .post('/by-phone', async (c) => {
      const { subscriberId } = c.get('session')
      const { numberId } = await readBody(c, greetingByPhoneRequest)
      if (!mediaOf(deps).available()) throw new ApiError(503, 'media_unavailable')
      const { address } = await loadNumber(db, subscriberId, numberId)
      await checkAudioRoom(db, subscriberId, 'greeting')
      const greetingId = newId(nowMs(deps))
      const file = `greetings/${subscriberId}/${greetingId}.wav`
      const draft = { kind: 'greeting', address, greetingId, file } as const
      const id = await addErrand(db, subscriberId, draft, nowMs(deps))
      return c.json(await errandReply(deps, subscriberId, id), 201)
    })
    .delete('/:id', async (c) => {
      const file = await deleteAudio(db, c.get('session').subscriberId, readId(c))
      await removeFile(mediaOf(deps).folder, file)
      return c.json({})
    })
    .post('/:id/link', async (c) => {
      const id = readId(c)
      const { download } = await readBody(c, linkRequest)
      await loadAudioFile(db, c.get('session').subscriberId, id)
      return c.json(makeLink(deps, c, { kind: 'audio', id, download }))
    })
}

async function upload(deps: ApiDeps, c: ApiContext): Promise<AudioReply> {
  const db = deps.database.kysely
  const { subscriberId } = c.get('session')
  const { kind, name } = check(uploadQuery, c.req.query())
  const { folder } = mediaOf(deps)
  await checkAudioRoom(db, subscriberId, kind)
  const body = new Uint8Array(await c.req.arrayBuffer())
  const { parts, durationMs } = await convert(body, kind)
  if (await freePart(folder) < leastFree) throw new ApiError(503, 'no_space')
  const id = newId(nowMs(deps))
  const file = `${kind === 'music' ? 'music' : 'greetings'}/${subscriberId}/${id}.wav`
  await putFile(folder, file, parts)
  try {
    const { peaks: [peaks = new Uint8Array()] } = await measureFile(folder, file)
    const audio = { id, kind, name, file, durationMs, peaks: packPeaks(peaks) }
    await addAudio(db, subscriberId, audio, nowMs(deps))
  } catch (fault) {
    await removeFile(folder, file)
    throw fault
  }
  const made = (await listAudio(db, subscriberId, kind)).find((one) => one.id === id)
  if (!made) throw new ApiError(404, 'not_found')
  return made
}

async function convert(body: Uint8Array, kind: AudioKind): Promise<Converted> {
  try {
    return await convertUpload(body, longestSeconds[kind])
  } catch (fault) {
    if (!(fault instanceof UploadError)) throw fault
    const max = longestSeconds[kind]
    throw new ApiError(422, 'bad_audio', { field: 'file', details: { why: fault.why, max } })
  }
}

function mediaOf({ media }: ApiDeps): ApiMedia {
  if (!media) throw new ApiError(503, 'media_unavailable')
  return media
}
