/**
 * Payment systems for development: Robokassa, QIWI and ЮKassa on loopback, signing like the real
 * ones. Where their notices go stands in the path of every address (shops.ts), so one simulator
 * serves any number of panels and may be restarted. No money is anywhere near.
 */
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { simulatorShops } from './shops.ts'
import { NoticeCourier } from './simulator-deeds.ts'
import type { NoticeReply } from './simulator-deeds.ts'
import { pageStyle } from './simulator-page.ts'
import { qiwiSimulator } from './simulator-qiwi.ts'
import { robokassaSimulator } from './simulator-robokassa.ts'
import { yookassaSimulator } from './simulator-yookassa.ts'

export interface SimulatorEnv {
  Variables: {
    /** The simulator's own address for this panel. */
    base: string
    /** Where this panel takes notices. */
    noticeUrl: string
    shops: ReturnType<typeof simulatorShops>
  }
}

/** What each system is given. */
export interface SimulatorParts {
  readonly courier: NoticeCourier
  /** The end of a payment page's form: back to the shop, or the replies as JSON for a test. */
  finish(c: Context<SimulatorEnv>, replies: readonly NoticeReply[], back: string): Response
}

export interface PaySimulator {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

const host = '127.0.0.1'
const maxBytes = 64 * 1024

/** Starts it on loopback; `port` 0 is any free one. Rejects when the port is taken. */
export async function startPaySimulator(
  options: { readonly port: number; readonly secret: string }, clock: Clock, log: Log,
): Promise<PaySimulator> {
  const courier = new NoticeCourier(clock, log)
  let url = ''
  const app = createSimulator({ courier, finish }, () => url, options.secret)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(options.port, host, () => {
      server.off('error', failed)
      done()
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  url = `http://${host}:${port}`
  return {
    url, port,
    stop: () => new Promise((done) => {
      courier.stop()
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}

function createSimulator(
  parts: SimulatorParts, url: () => string, secret: string,
): Hono<SimulatorEnv> {
  const panel = new Hono<SimulatorEnv>()
    .route('/robokassa', robokassaSimulator(parts))
    .route('/qiwi', qiwiSimulator(parts))
    .route('/yookassa', yookassaSimulator(parts))
  return new Hono<SimulatorEnv>()
    .use(bodyLimit({ maxSize: maxBytes }))
    .use('/to/:panel/*', async (c, next) => {
      const word = c.req.param('panel')
      const noticeUrl = Buffer.from(word, 'base64url').toString('utf8')
      // It calls whom it is told to: on this machine only.
      if (!/^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):\d+$/.test(noticeUrl))
        return c.text('not a panel of this machine', 400)
      c.set('base', `${url()}/to/${word}`)
      c.set('noticeUrl', noticeUrl)
      c.set('shops', simulatorShops({ url: url(), secret, noticeUrl }))
      c.header('Content-Security-Policy', "default-src 'none'; style-src 'self'")
      return next()
    })
    .get('/style.css', (c) => c.body(pageStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
    .route('/to/:panel', panel)
}

function finish(
  c: Context<SimulatorEnv>, replies: readonly NoticeReply[], back: string,
): Response {
  const accept = c.req.header('accept') ?? ''
  if (accept.includes('application/json')) return c.json({ replies, back })
  return /^https?:\/\//.test(back) ? c.redirect(back, 303) : c.text('done')
}
