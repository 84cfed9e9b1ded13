/**
 * What of sound a call has, over HTTP: its recording, a link to it, who listened.
 */
import { Hono } from 'hono'
import { listListenings } from '../store/listenings.ts'
import { loadRecording } from '../store/recordings.ts'
import { readBody, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { makeLink } from './media-link.ts'
import { linkRequest } from './schema-media.ts'
import type { ListeningsReply, RecordingReply } from './schema-media.ts'

const none: RecordingReply = {
  state: 'none', durationMs: 0, peaks: [[], []], startedAt: null, expiresAt: null,
  interrupted: false,
}

/** /api/calls/:id/recording, …/recording/link, …/listenings. */
export function callMediaRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/:id/recording', async (c) => {
      const found = await loadRecording(db, c.get('session').subscriberId, readId(c))
      if (!found) return c.json(none)
      const { id: _, file: __, ...recording } = found
      return c.json(recording satisfies RecordingReply)
    })
    .post('/:id/recording/link', async (c) => {
      const id = readId(c)
      const { download } = await readBody(c, linkRequest)
      const found = await loadRecording(db, c.get('session').subscriberId, id)
      if (found?.state === 'writing') throw new ApiError(409, 'not_ready')
      if (found?.state !== 'ready') throw new ApiError(404, 'not_found')
      return c.json(makeLink(deps, c, { kind: 'recording', id, download }))
    })
    .get('/:id/listenings', async (c) => {
      const listenings = await listListenings(db, c.get('session').subscriberId, readId(c))
      return c.json({ listenings } satisfies ListeningsReply)
    })
}
