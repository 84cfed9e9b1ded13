/**
 * The panel and its API as the application starts them: a pool of connections of its own, so that a
 * slow page never keeps a call from its rules, the pages as they are bundled, and the server.
 */
import { join } from 'node:path'
import type { BrandChoice } from './api/brand.ts'
import { createApi } from './api/app.ts'
import { createChangeHub } from './api/change-hub.ts'
import type { ApiDeps } from './api/context.ts'
import { buildDesk, buildPanel } from './api/panel-bundle.ts'
import type { PanelFiles } from './api/panel-bundle.ts'
import { startPanelServer } from './api/server.ts'
import { startAttachmentKeeper } from './archive/attachments.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { openDatabase } from './store/database.ts'
import { startPasswordAsks } from './store/password-asks.ts'

export interface PanelSurroundings {
  /** Of the database. */
  readonly url: string
  /** Folder with the panel's sources. */
  readonly web: string
  readonly clock: Clock
  readonly log: Log
  readonly own: BrandChoice
}

/** Listens when it resolves; `url` is the panel's address. */
export async function startPanel(
  config: Config, { url, web, clock, log, own: { brand, style } }: PanelSurroundings,
  given: Pick<ApiDeps, 'media' | 'payments' | 'delivers' | 'mailbox' | 'sendSms' |
    'sipConnected'>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const database = openDatabase({ url, connections: 5 })
  const hub = createChangeHub(database.kysely, clock, log)
  // Pages that cannot be made must not keep calls from being served.
  const panel = await buildPages(web, style).catch((fault: unknown) => {
    log.error({ err: fault }, 'the pages of the panel cannot be built; only its API is served')
    return undefined
  })
  const attachments = join(config.dataDir, 'attachments')
  const keeper = startAttachmentKeeper(
    { db: database.kysely, clock, log, folder: attachments })
  const asks = startPasswordAsks({ db: database.kysely, clock, log })
  const { behindProxy, verifyNumbers, temporaryPassword, panelHost: host, panelPort: port } = config
  const api = createApi({
    database, clock, log, hub, brand, behindProxy, panel, verifyNumbers, temporaryPassword,
    ladders: config.ladders, managersListen: config.managersListen,
    fourEyesKopecks: config.fourEyesRoubles * 100, attachments,
    ...given,
  })
  const server = await startPanelServer({ api, host, port, behindProxy, log })
  const stop = async () => {
    hub.stop()
    await server.stop()
    await keeper.stop()
    await asks.stop()
    await database.close()
  }
  return { url: server.url, stop }
}

/** The panel and the manager's desk; one after the other, they share esbuild's process. */
async function buildPages(web: string, style: string): Promise<PanelFiles> {
  const panel = await buildPanel(web, style)
  const desk = await buildDesk(web, style)
  return { files: new Map([...panel.files, ...desk.files]) }
}
