/**
 * GET /api/prompts/:language/:name: what the operator's recordings say to callers, so that a
 * subscriber hears it before he relies on it. A few names only, read from the folders of prompts.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'

/** File of each, inside the folder of its language or above it. */
const audible = v.object({
  language: v.picklist(['ru', 'en']),
  name: v.picklist(['greeting', 'consent', 'unavailable', 'ringback']),
})

/** The one route. The first folder that has the file gives it. */
export function promptRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get('/:language/:name', async (c) => {
    const wanted = v.safeParse(audible, c.req.param())
    if (!wanted.success) throw new ApiError(404, 'not_found')
    const { language, name } = wanted.output
    const file = name === 'ringback' ? 'music.wav' : `${language}/${name}.wav`
    for (const folder of deps.media?.prompts ?? []) {
      const sound = await readFile(join(folder, file)).catch(() => undefined)
      if (sound === undefined) continue
      c.header('Cache-Control', 'private, max-age=3600')
      c.header('Content-Type', 'audio/wav')
      return c.body(new Uint8Array(sound))
    }
    throw new ApiError(404, 'not_found')
  })
}
