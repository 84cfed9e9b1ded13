/**
 * Puts the panel together: files, change hub, API, listening socket; and takes it apart in order.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'
import { createApi } from './app.ts'
import { defaultBrand } from './brand.ts'
import { createChangeHub } from './change-hub.ts'
import { buildPanel } from './panel-bundle.ts'
import type { Brand } from './schema.ts'
import { startPanelServer } from './server.ts'
import type { PanelServer } from './server.ts'

export interface PanelOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly host: string
  readonly port: number
  readonly behindProxy: boolean
  /** Folder with the sources of the panel; undefined serves the API alone. */
  readonly webFolder?: string | undefined
  readonly brand?: Brand
}

/** Starts the panel with its API; the database stays the caller's. */
export async function startPanel(options: PanelOptions): Promise<PanelServer> {
  const { database, clock, log, host, port, behindProxy, brand = defaultBrand, webFolder } = options
  const panel = webFolder === undefined ? undefined : await buildPanel(webFolder)
  const hub = createChangeHub(database.kysely, clock, log)
  const api = createApi({ database, clock, log, hub, brand, behindProxy, panel })
  const server = await startPanelServer({ api, host, port, behindProxy, log })
  const stop = async () => {
    hub.stop()
    await server.stop()
  }
  return { ...server, stop }
}
