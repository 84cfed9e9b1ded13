/**
 * Refunds: money leaves the account before the payment system hears of it, comes back when that
 * refuses, and is asked about until it is known.
 */
import t from 'tap'
import { refundPayment } from '../../src/pay/refund-desk.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { append } from '../../src/store/ledger.ts'
import { silentLog } from '../support/database.ts'
import { payWorld } from '../support/payments.ts'
import type { PayWorld } from '../support/payments.ts'

async function paidOrder(world: PayWorld, login: string, tile = 'card') {
  const anna = await world.subscriber(login, { balanceKopecks: 0 })
  const { order, url } = await world.begin(anna, tile, 500_00)
  await world.pay(url)
  const options = {
    db: world.database.kysely, clock: world.clock, log: silentLog, shops: () => world.shops,
    send: (call: Parameters<NonNullable<PayWorld['wire']['instead']>>[0]) =>
      world.wire.instead ? world.wire.instead(call) : realSend(call),
  }
  const refund = (kopecks: number, formKey: string) => refundPayment(options,
    { orderNumber: order, kopecks, formKey, reason: 'по заявлению', manager: 'olga' })
  return { anna, order, refund }
}

const { createSend } = await import('../../src/pay/send.ts')
const realSend = createSend(5000)

t.test('in parts, each once, and not more than was paid', async (t) => {
  const world = await payWorld(t)
  const { anna, refund } = await paidOrder(world, 'anna')
  t.strictSame(await Promise.all([1, 2, 3].map(() => refund(200_00, 'the-form'))), ['done', 'done', 'done'])
  t.equal(await world.balance(anna.id), 300_00, 'a form sent three times is one refund')
  await t.rejects(refund(300_01, 'too-much'), { code: 'not_refundable', details: { leftKopecks: 300_00 } })
  await t.rejects(refund(100_00, 'the-form'), { code: 'form_reused' })
  for (const wrong of [0, -5, 0.5]) await t.rejects(refund(wrong, 'wrong'), { code: 'not_refundable' })
  t.equal(await refund(300_00, 'the-rest'), 'done')
  t.equal(await world.balance(anna.id), 0)
  await t.rejects(refund(1, 'once-more'), { code: 'not_refundable', details: { leftKopecks: 0 } })
  t.strictSame((await world.entries(anna.id, 'refund')).map(({ kopecks }) => kopecks), [-200_00, -300_00])
  const refunds = await world.database.kysely.selectFrom('payment_refunds').selectAll().execute()
  t.match(refunds, [{ state: 'done', manager: 'olga', reason: 'по заявлению' }, { state: 'done' }])
  t.strictSame((await checkLedgers(world.database.kysely, 1)).alarms, [])
})

t.test('what was talked away cannot be given back', async (t) => {
  const world = await payWorld(t)
  const { anna, refund } = await paidOrder(world, 'anna')
  const call = { key: 'call:1', kind: 'call', kopecks: -450_00, atMs: 1, text: '' } as const
  await append(world.database.kysely, anna.id, call)
  await t.rejects(refund(50_01, 'form-key'), { code: 'balance_low', details: { balanceKopecks: 50_00 } })
  t.equal(await refund(50_00, 'form-key'), 'done')
  t.equal(await world.balance(anna.id), 0)
})

t.test('an order that is not paid, or is none', async (t) => {
  const world = await payWorld(t)
  const { refund, anna } = await paidOrder(world, 'anna')
  t.ok(refund)
  const open = await world.begin(anna, 'card', 100_00)
  const options = {
    db: world.database.kysely, clock: world.clock, log: silentLog, send: realSend, shops: () => world.shops,
  }
  const draft = { kopecks: 1, formKey: 'form-key', reason: '', manager: 'olga' }
  await t.rejects(refundPayment(options, { ...draft, orderNumber: open.order }), { code: 'not_refundable' })
  await t.rejects(refundPayment(options, { ...draft, orderNumber: 5 }), { code: 'not_found' })
})

t.test('refused by the system: the money is on the account again', async (t) => {
  const world = await payWorld(t)
  const { anna, refund, order } = await paidOrder(world, 'anna')
  world.wire.instead = async () => ({ status: 400, body: { type: 'error' } })
  t.equal(await refund(100_00, 'form-key'), 'failed')
  t.equal(await world.balance(anna.id), 500_00)
  t.equal(await refund(100_00, 'form-key'), 'failed', 'and stays so')
  t.equal(await world.balance(anna.id), 500_00)
  t.strictSame((await world.entries(anna.id, 'correction')).map(({ kopecks }) => kopecks), [100_00])
  const row = await world.database.kysely.selectFrom('payment_orders').select('refunded_kopecks')
    .where('number', '=', String(order)).executeTakeFirstOrThrow()
  t.equal(row.refunded_kopecks, '0', 'all of it can still be refunded')
})

t.test('no answer: the money is away, and the poller asks with the same key until it knows', async (t) => {
  const world = await payWorld(t)
  const { anna, refund } = await paidOrder(world, 'anna')
  for (const [instead, key] of [
    [async () => { throw new Error('no answer') }, 'thrown-key'],
    [async () => ({ status: 500, body: {} }), 'failed-key'],
    [async () => ({ status: 429, body: {} }), 'haste-key'],
    [async () => ({ status: 401, body: { type: 'error' } }), 'other-secret'],
    [async () => ({ status: 200, body: { id: 'r-1', status: 'pending' } }), 'pending-key'],
  ] as const) {
    world.wire.instead = instead
    t.equal(await refund(10_00, key), 'asked', key)
  }
  t.equal(await world.balance(anna.id), 450_00)
  world.wire.instead = undefined
  world.clock.wallAheadMs += 59_000
  await world.poller.look()
  t.equal((await states(world)).asked, 5, 'not at once')
  world.clock.wallAheadMs += 2000
  await world.poller.look()
  t.strictSame(await states(world), { done: 5 })
  t.equal(await world.balance(anna.id), 450_00)
})

t.test('by hand, in the cabinet of a system without an API for it', async (t) => {
  const world = await payWorld(t)
  const { anna, refund } = await paidOrder(world, 'anna', 'robokassa')
  const sent = world.wire.sent.length
  t.equal(await refund(500_00, 'form-key'), 'done')
  t.equal(world.wire.sent.length, sent)
  t.equal(await world.balance(anna.id), 0)
})

async function states(world: PayWorld): Promise<Record<string, number>> {
  const rows = await world.database.kysely.selectFrom('payment_refunds').select('state').execute()
  return Object.fromEntries(Object.entries(Object.groupBy(rows, (row) => row.state))
    .map(([state, some]) => [state, some?.length ?? 0]))
}
