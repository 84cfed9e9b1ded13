/**
 * Payments end to end without a browser: the API on a socket, the cash desk, the simulator of payment
 * systems, and a payer who fills in its page's form.
 */
import type { Test } from 'tap'
import { startPanelServer } from '../../src/api/server.ts'
import { systemClock } from '../../src/clock.ts'
import { PaymentDesk } from '../../src/pay/desk.ts'
import { startPoller } from '../../src/pay/poller.ts'
import type { Poller } from '../../src/pay/poller.ts'
import { createSend } from '../../src/pay/send.ts'
import type { Send } from '../../src/pay/send.ts'
import { simulatorShops } from '../../src/pay/shops.ts'
import type { Shops } from '../../src/pay/shops.ts'
import { startPaySimulator } from '../../src/pay/simulator.ts'
import type { NoticeReply } from '../../src/pay/simulator-deeds.ts'
import { silentLog } from './database.ts'
import { testApi } from './panel-api.ts'
import type { Client, TestApi } from './panel-api.ts'

export interface PayWorld extends TestApi {
  /** Where the API listens. */
  readonly url: string
  readonly desk: PaymentDesk
  readonly poller: Poller
  readonly shops: Shops
  /** Everything sent to payment systems, and what is to happen to it instead. */
  readonly wire: { sent: string[]; instead: Send | undefined }
  /** Begins a payment as the panel does; answers order and page. */
  begin(client: Client, tile: string, kopecks: number): Promise<{ order: number; url: string }>
  /** Fills in the page's form; `deeds` are its further fields. */
  pay(url: string, deeds?: Record<string, string>): Promise<readonly NoticeReply[]>
  /** The balance by the API and by the ledger's last row: one number, or the test fails. */
  balance(subscriberId: string): Promise<number>
  /** All that is entered of a kind. */
  entries(subscriberId: string, kind?: string): Promise<readonly { key: string; kopecks: number }[]>
  /** How often notices ended how. */
  verdicts(): Promise<Record<string, number>>
}

let keys = 0

/** Starts all of it; `qiwiClosed` false pays by QIWI itself. */
export async function payWorld(
  t: Test, options: { readonly qiwiClosed?: boolean } = {},
): Promise<PayWorld> {
  const secret = 'a secret of this test'
  const simulator = await startPaySimulator({ port: 0, secret }, systemClock, silentLog)
  const late: { shops?: Shops } = {}
  const wire: PayWorld['wire'] = { sent: [], instead: undefined }
  const realSend = createSend(5000)
  const send: Send = (call) => {
    wire.sent.push(`${call.method} ${new URL(call.url).pathname.replace(/^\/to\/[^/]+/, '')}`)
    return (wire.instead ?? realSend)(call)
  }
  let desk: PaymentDesk
  let poller: Poller
  const api = await testApi(t, ({ database, clock }) => {
    const deskOptions = {
      db: database.kysely, clock, log: silentLog, send, shops: () => late.shops!,
      publicUrl: () => 'https://number.example',
    }
    desk = new PaymentDesk(deskOptions)
    poller = startPoller(desk, deskOptions)
    return { payments: desk }
  })
  const server = await startPanelServer(
    { api: api.app, host: '127.0.0.1', port: 0, behindProxy: false, log: silentLog })
  const shops = late.shops = {
    ...simulatorShops({ url: simulator.url, secret, noticeUrl: server.url }),
    qiwiClosed: options.qiwiClosed ?? true,
  }
  t.teardown(async () => {
    await poller!.stop()
    await server.stop()
    await simulator.stop()
  })
  const { kysely } = api.database
  return {
    ...api, url: server.url, desk: desk!, poller: poller!, shops, wire,
    async begin(client, system, kopecks) {
      const reply = await client.post('/api/payments', { system, kopecks, key: `form-key-${++keys}` })
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
      return reply.body
    },
    pay,
    async balance(id) {
      const { balance_kopecks: copy } = await kysely.selectFrom('subscribers')
        .select('balance_kopecks').where('id', '=', id).executeTakeFirstOrThrow()
      const last = await kysely.selectFrom('ledger').select('balance_kopecks')
        .where('subscriber_id', '=', id).orderBy('number', 'desc').executeTakeFirst()
      t.equal(copy, last?.balance_kopecks ?? '0', 'the copy is what the ledger says')
      return Number(copy)
    },
    async entries(id, kind = 'payment') {
      const rows = await kysely.selectFrom('ledger').select(['entry_key', 'kopecks'])
        .where('subscriber_id', '=', id).where('kind', '=', kind).orderBy('number').execute()
      return rows.map((row) => ({ key: row.entry_key, kopecks: Number(row.kopecks) }))
    },
    async verdicts() {
      const rows = await kysely.selectFrom('payment_notices').select('verdict').execute()
      return Object.fromEntries(Object.entries(Object.groupBy(rows, (row) => row.verdict))
        .map(([verdict, some]) => [verdict, some?.length ?? 0]))
    },
  }
}

/** Fills in the form of a payment page; `deeds` are its further fields. */
export async function pay(
  url: string, deeds: Record<string, string> = {},
): Promise<readonly NoticeReply[]> {
  const page = await fetch(url)
  const html = await page.text()
  if (page.status !== 200) throw new Error(`no payment page: ${page.status} ${html}`)
  const form = new URLSearchParams(deeds)
  for (const [, name = '', value = ''] of html.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g))
    form.set(name, value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? ''
  const target = new URL(action === '' ? url : action, url)
  const reply = await fetch(target, {
    method: 'POST', body: form, headers: { accept: 'application/json' },
  })
  if (reply.status !== 200) throw new Error(`the form failed: ${reply.status}`)
  return (await reply.json() as { replies: NoticeReply[] }).replies
}
