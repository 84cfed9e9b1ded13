/**
 * Listens for the panel. It speaks plain HTTP: on another address than loopback only behind a proxy
 * that ends TLS.
 */
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Log } from '../log.ts'
import type { ApiEnv } from './context.ts'

export interface PanelServerOptions {
  readonly api: Hono<ApiEnv>
  /** IP address. */
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly behindProxy: boolean
  readonly log: Log
}

export interface PanelServer {
  /** http://host:port of the listening socket. */
  readonly url: string
  readonly port: number
  /** Ends listening and all connections, streams included. */
  stop(): Promise<void>
}

/** Starts listening; rejects when the address is taken, or not allowed without a proxy. */
export async function startPanelServer(options: PanelServerOptions): Promise<PanelServer> {
  const { api, host, port, log } = options
  if (host !== '::1' && !host.startsWith('127.') && !options.behindProxy) {
    throw new Error(`the panel speaks plain HTTP: not on ${host} unless a proxy before it ends TLS`)
  }
  const server = createAdaptorServer({ fetch: api.fetch }) as Server
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.keepAliveTimeout = 10_000
  server.maxRequestsPerSocket = 10_000
  server.maxConnections = 10_000
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      done()
    })
  })
  const address = server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening}`
  log.info({ url }, 'panel listens')
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return { url, port: listening, stop }
}
