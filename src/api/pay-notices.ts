/**
 * Where payment systems call: their notices, proved by signature or by asking back (src/pay), and
 * the return of browsers. No login, no check of the origin; small bodies only.
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { NoticeAnswer, PaymentDesk } from '../pay/desk.ts'
import type { RawNotice } from '../store/payment-notices.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { clientAddress } from './guards.ts'

/** A notice has some 2 kB. */
const maxNoticeBytes = 16 * 1024

/** /pay: notices of Robokassa, QIWI and ЮKassa, and where Robokassa sends browsers back. */
export function payNoticeRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const small = bodyLimit({
    maxSize: maxNoticeBytes,
    onError: () => {
      throw new ApiError(413, 'too_large')
    },
  })
  const take = (read: (desk: PaymentDesk, raw: RawNotice) => Promise<NoticeAnswer>, sign = '') =>
    async (c: ApiContext) => {
      if (!deps.payments) throw new ApiError(503, 'payments_off')
      const signature = sign === '' ? '' : c.req.header(sign) ?? ''
      const raw = { address: clientAddress(deps, c), signature, body: await c.req.text() }
      const { status, body } = await read(deps.payments, raw)
      deps.hub.look() // the new balance is to be seen at once
      return typeof body === 'string' ? c.text(body, status) : c.json(body, status)
    }
  return new Hono<ApiEnv>()
    .post('/robokassa/result', small, take((desk, raw) =>
      desk.robokassaResult(readForm(raw.body), raw)))
    .post('/qiwi/notice', small, take((desk, raw) =>
      desk.qiwiNotice(readJson(raw.body), raw), 'x-api-signature-sha256'))
    .post('/yookassa/webhook', small, take((desk, raw) =>
      desk.yookassaWebhook(readJson(raw.body), raw)))
    .get('/robokassa/return', (c) => back(c, c.req.query('InvId')))
    .post('/robokassa/return', small, async (c) => {
      const form = readForm(await c.req.text())
      return back(c, form.get('InvId'))
    })
}

/** The page tells what our own row says of the order; the address proves nothing. */
function back(c: ApiContext, order: string | undefined): Response {
  const query = /^[1-9]\d{0,9}$/.test(order ?? '') ? `?order=${order}` : ''
  return c.redirect(`/balance${query}`, 303)
}

/** A name that comes twice could be read otherwise by whoever signed it: such a form is empty. */
function readForm(text: string): ReadonlyMap<string, string> {
  const fields = [...new URLSearchParams(text)]
  const form = new Map(fields)
  return form.size === fields.length ? form : new Map()
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
