/**
 * The call application with the panel, put together from its parts; the order in which they begin
 * and end is decided here.
 */
import { join } from 'node:path'
import type { BrandChoice } from './api/brand.ts'
import { startApp } from './app/app.ts'
import { messageSound } from './archive/attachment.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { startNotices } from './notify/start.ts'
import { openMedia } from './open-media.ts'
import { startPanel } from './open-panel.ts'
import { openPayments } from './open-payments.ts'
import { createCallStore } from './store/call-store.ts'
import type { Database } from './store/database.ts'
import { createLiveBoard } from './store/live-board.ts'

interface AppParts {
  readonly database: Database
  /** Of the database, for the panel's own pool. */
  readonly url: string
  readonly clock: Clock
  readonly log: Log
  readonly own: BrandChoice
  /** Folder of the product. */
  readonly root: string
}

/** Opens all of it; `stop` ends it in order, calls first. */
export async function openApp(config: Config, parts: AppParts) {
  const { database, url, clock, log, own, root } = parts
  const db = database.kysely
  const spillFolder = join(config.dataDir, 'journal')
  const { verifyNumbers } = config
  const store = await createCallStore({ database, clock, log, spillFolder, verifyNumbers })
  const { owner } = store
  const files = openMedia(config, { database, clock, log, owner, root })
  const live = createLiveBoard({ database, clock, log })
  const calls = await startApp({
    controlHost: config.controlHost, controlPort: config.controlPort, secret: config.controlSecret,
    maxCps: config.maxCps, maxLiveCalls: config.maxLiveCalls,
    maxCallSeconds: config.maxCallSeconds, sessionSeconds: config.sessionSeconds,
    recordingsFolder: files.recordings, promptsFolder: config.promptsDir, ladders: config.ladders,
  }, {
    directory: store, journal: store, charges: store.charges, counts: store.counts, clock, log,
    media: files.pool, library: files.library, errands: files.errands, live,
  })
  const notices = await startNotices({
    config, db, clock, log, owner, brand: own.brand.name,
    soundOf: (subscriberId, id) => messageSound(db, files.recordings, subscriberId, id),
  })
  const payments = openPayments(config, { db, clock, log })
  const panel = await startPanel(config, { url, web: join(root, 'web'), clock, log, own }, {
    media: files.forPanel,
    payments: payments.desk, delivers: notices.delivers, mailbox: notices.mailbox,
    sendSms: notices.sendSms, sipConnected: () => calls.connected(),
  })
  notices.begin(panel.url)
  payments.begin(panel.url)
  const stop = async () => {
    await calls.stop(config.drainSeconds * 1000)
    await panel.stop()
    await payments.stop()
    await files.stop()
    await notices.stop(5000)
    await live.stop()
    await store.stop()
    await database.close()
  }
  return { calls, panelUrl: panel.url, hasMailbox: notices.mailbox !== undefined, stop }
}
