/**
 * What calls need of media, put together: media servers, the library with its archive, errands of
 * the panel.
 */
import { join } from 'node:path'
import type { ApiMedia } from './api/context.ts'
import { MrfPool } from './app/media/pool.ts'
import { startArchive } from './archive/archive.ts'
import type { Clock } from './clock.ts'
import { prepareRecordings } from './config.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { Database } from './store/database.ts'
import { createErrandBoard } from './store/errands.ts'
import { createMediaLibrary } from './store/media-library.ts'

interface MediaParts {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Names this process in rows that it alone writes. */
  readonly owner: string
  /** Folder of the product, for its own prompts. */
  readonly root: string
}

/** Opens it; media servers may come later or never. */
export function openMedia(config: Config, { database, clock, log, owner, root }: MediaParts) {
  const recordings = prepareRecordings(config)
  const spillFolder = join(config.dataDir, 'journal', 'media')
  const library = createMediaLibrary({
    database, clock, log, spillFolder, owner,
    finished: (what, id) => archive.measure(what, id),
  })
  const db = database.kysely
  const archive = startArchive({ db, clock, log, folder: recordings, replay: library.replay })
  const { controlHost: host, controlPort: port, controlSecret: secret, mediaSecret } = config
  const servers = config.mediaServers.map((server) => ({ ...server, secret: mediaSecret }))
  const pool = servers.length === 0 ? undefined : new MrfPool(
    { servers, control: { host, port, secret }, listenHost: config.mediaListen }, clock, log)
  pool?.start()
  const stop = async () => {
    pool?.close()
    await library.stop(5000)
    await archive.stop()
  }
  const forPanel: ApiMedia = {
    folder: recordings, prompts: [config.promptsDir, join(root, 'prompts')],
    available: () => pool?.available ?? false,
  }
  return { recordings, forPanel, library, pool, errands: createErrandBoard(db, clock, owner), stop }
}
