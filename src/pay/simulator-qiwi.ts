/**
 * QIWI's bill API as the simulator plays it: bills by PUT and GET, the page, and notices signed
 * with the header of its protocol.
 */
import { Hono } from 'hono'
import type { HttpCall } from './http-call.ts'
import { amountText, readAmount } from './order.ts'
import { signQiwiNotice } from './qiwi.ts'
import type { QiwiBill, QiwiShop } from './qiwi.ts'
import { readDeeds } from './simulator-deeds.ts'
import type { Forgery } from './simulator-deeds.ts'
import { remember } from './simulator-memory.ts'
import { messagePage, paymentPage } from './simulator-page.ts'
import type { SimulatorEnv, SimulatorParts } from './simulator.ts'

interface Bill extends QiwiBill {
  readonly comment: string
}

/** …/qiwi: the API and the page. */
export function qiwiSimulator({ courier, finish }: SimulatorParts): Hono<SimulatorEnv> {
  const bills = new Map<string, Bill>()
  const api = new Hono<SimulatorEnv>()
    .use(async (c, next) => {
      const { secret } = c.get('shops').qiwi
      if (c.req.header('authorization') !== `Bearer ${secret}`) return c.json({}, 401)
      return next()
    })
    .put('/:id', async (c) => {
      const id = c.req.param('id')
      const bill = bills.get(keyOf(c.get('base'), id)) ?? readBill(id, await c.req.json(),
        c.get('shops').qiwi.siteId)
      if (bill === undefined) return c.json({ errorCode: 'validation.error' }, 400)
      remember(bills, keyOf(c.get('base'), id), bill)
      return c.json(answer(bill, c.get('base')))
    })
    .get('/:id', (c) => {
      const bill = bills.get(keyOf(c.get('base'), c.req.param('id')))
      return bill ? c.json(answer(bill, c.get('base')))
        : c.json({ errorCode: 'api.invoice.not.found' }, 404)
    })
  return new Hono<SimulatorEnv>()
    .route('/partner/bill/v1/bills', api)
    .get('/page/:id', (c) => {
      const bill = bills.get(keyOf(c.get('base'), c.req.param('id')))
      if (bill?.status !== 'WAITING')
        return c.html(messagePage('QIWI: имитация', 'Этот счёт уже закрыт.'), 404)
      const back = c.req.query('successUrl') ?? ''
      return c.html(paymentPage({
        system: 'QIWI', amount: bill.value, description: bill.comment, fields: [['back', back]],
        action: '',
      }))
    })
    .post('/page/:id', async (c) => {
      const key = keyOf(c.get('base'), c.req.param('id'))
      const bill = bills.get(key)
      if (bill?.status !== 'WAITING') return c.json({}, 404)
      const form = new URLSearchParams(await c.req.text())
      const deeds = readDeeds(form)
      const settled = { ...bill, status: deeds.pays ? 'PAID' : 'REJECTED' }
      if (deeds.forge !== 'status') bills.set(key, settled)
      const notice = billNotice(c.get('shops').qiwi, c.get('noticeUrl'), settled, deeds.forge)
      const replies = await courier.deliver(notice, deeds)
      return finish(c, replies, form.get('back') ?? '')
    })
}

function keyOf(base: string, id: string): string {
  return `${base} ${id}`
}

function readBill(id: string, body: unknown, siteId: string): Bill | undefined {
  const { amount, comment } = (body ?? {}) as {
    amount?: { currency?: unknown; value?: unknown }
    comment?: unknown
  }
  const value = String(amount?.value ?? '')
  if (amount?.currency !== 'RUB' || readAmount(value) === undefined) return undefined
  return { billId: id, siteId, currency: 'RUB', value, status: 'WAITING', comment: String(comment) }
}

function answer(bill: Bill, base: string): object {
  return { ...wire(bill), payUrl: `${base}/qiwi/page/${bill.billId}` }
}

function wire({ billId, siteId, currency, value, status }: QiwiBill): object {
  return { billId, siteId, amount: { currency, value }, status: { value: status } }
}

function billNotice(shop: QiwiShop, url: string, bill: QiwiBill, forge: Forgery): HttpCall {
  const kopecks = readAmount(bill.value) ?? 0
  const told = forge === 'signedAmount' ? { ...bill, value: amountText(kopecks - 1) } : bill
  const signature = signQiwiNotice(forge === 'signature' ? { secret: 'x' } : shop, told)
  const number = Number(bill.billId.slice(3))
  const sent = forge === 'amount' ? { ...told, value: amountText(kopecks * 10) }
    : forge === 'order' ? { ...told, billId: `pn-${number + 1}` } : told
  return {
    method: 'POST', url: `${url}/pay/qiwi/notice`,
    headers: { 'Content-Type': 'application/json', 'X-Api-Signature-SHA256': signature },
    body: JSON.stringify({ bill: wire(sent), version: '1' }),
  }
}
