/**
 * Notices of payment systems: the right one is read, and every way to forge, alter, replay in the
 * other mode or misdirect one is refused. Signatures are recomputed here by hand from the documents.
 */
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { amountText, judgeNotice, readAmount } from '../../src/pay/order.ts'
import type { Order } from '../../src/pay/order.ts'
import {
  qiwiCreateBill, qiwiPage, qiwiReadBill, readQiwiNotice, signQiwiNotice,
} from '../../src/pay/qiwi.ts'
import {
  readRobokassaResult, robokassaAnswer, robokassaPage, signRobokassaResult,
} from '../../src/pay/robokassa.ts'
import type { RobokassaShop } from '../../src/pay/robokassa.ts'
import {
  readYookassaPayment, readYookassaWebhook, yookassaCreate, yookassaPage, yookassaRead,
  yookassaRefund,
} from '../../src/pay/yookassa.ts'

const order: Order = {
  number: 1001, subscriberId: 'a'.repeat(32), kopecks: 38_000, description: 'Пополнение счёта',
  email: undefined, test: false,
}
const shop: RobokassaShop = {
  login: 'altegro', hash: 'md5', passwords: ['p1', 'p2'], testPasswords: ['t1', 't2'],
  pageUrl: 'https://auth.example/Merchant/Index.aspx', receipt: { sno: 'osn', tax: 'none' },
}
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

t.test('amounts are decimals, not floats', async (t) => {
  const rows: [string, number | undefined][] = [
    ['380', 38_000], ['380.5', 38_050], ['380.00', 38_000], ['380.000000', 38_000],
    ['0.01', 1], ['380.001', undefined], ['-1', undefined], ['1e3', undefined], ['', undefined],
    ['380,00', undefined], [' 380', undefined], ['999999999999', undefined], ['.5', undefined],
  ]
  for (const [text, kopecks] of rows) t.equal(readAmount(text), kopecks, JSON.stringify(text))
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e11 }), (kopecks) =>
    readAmount(amountText(kopecks)) === kopecks))
})

t.test('Robokassa: the page is signed with password 1, the receipt encoded once in it', async (t) => {
  const page = new URL(robokassaPage(shop, order))
  t.equal(page.searchParams.get('SignatureValue'),
    md5(`altegro:380.00:1001:p1:Shp_account=${order.subscriberId}`))
  t.notOk(page.searchParams.has('IsTest'))
  const receipted = new URL(robokassaPage(shop, { ...order, email: 'anna@example.org' }))
  const receipt = receipted.searchParams.get('Receipt') ?? ''
  t.equal(receipted.searchParams.get('SignatureValue'),
    md5(`altegro:380.00:1001:${receipt}:p1:Shp_account=${order.subscriberId}`))
  t.match(JSON.parse(decodeURIComponent(receipt)), { sno: 'osn', items: [{ sum: 380 }] })
  const test = new URL(robokassaPage(shop, { ...order, test: true }))
  t.equal(test.searchParams.get('IsTest'), '1')
  t.equal(test.searchParams.get('SignatureValue'),
    md5(`altegro:380.00:1001:t1:Shp_account=${order.subscriberId}`))
  t.throws(() => robokassaPage(shop, { ...order, number: 2 ** 31 }), RangeError)
})

const shp = `Shp_account=${order.subscriberId}`

function result(more: Record<string, string> = {}): Map<string, string> {
  return new Map(Object.entries({
    OutSum: '380.000000', InvId: '1001', Shp_account: order.subscriberId,
    SignatureValue: md5(`380.000000:1001:p2:${shp}`).toUpperCase(), ...more,
  }))
}

t.test('Robokassa: ResultURL', async (t) => {
  t.same(readRobokassaResult(shop, result()), {
    kind: 'paid', orderNumber: 1001, kopecks: 38_000, providerId: '1001', test: false,
    account: order.subscriberId,
  })
  t.equal(robokassaAnswer(1001), 'OK1001')
  const old = new Map([
    ['out_summ', '380.00'], ['inv_id', '1001'], ['crc', md5('380.00:1001:p2')],
  ])
  t.match(readRobokassaResult(shop, old), { kind: 'paid' }, 'older names of the fields')
  const capitals = result({ SignatureValue: md5(`380.000000:1001:p2:${shp}`).toUpperCase() })
  t.match(readRobokassaResult(shop, capitals), { kind: 'paid' }, 'hex in upper case')
  const refused: [string, Map<string, string>][] = [
    ['no signature', result({ SignatureValue: '' })],
    ['signed with password 1', result({ SignatureValue: md5(`380.000000:1001:p1:${shp}`) })],
    ['another sum', result({ OutSum: '990.000000' })],
    ['another order', result({ InvId: '1002' })],
    ['another account', result({ Shp_account: 'b'.repeat(32) })],
    ['one more Shp field', result({ Shp_x: '1' })],
    ['test flag put on', result({ IsTest: '1' })],
    ['test signature without the flag', result({
      SignatureValue: md5(`380.000000:1001:t2:${shp}`) })],
    ['longer signature', result({ SignatureValue: `${md5(`380.000000:1001:p2:${shp}`)}0` })],
    ['nothing at all', new Map()],
  ]
  for (const [name, form] of refused) {
    t.same(readRobokassaResult(shop, form), { kind: 'refused', why: 'signature' }, name)
  }
  const odd = result({ OutSum: '1e3', SignatureValue: md5(`1e3:1001:p2:${shp}`) })
  t.same(readRobokassaResult(shop, odd), { kind: 'refused', why: 'malformed' })
  const form = new Map([['Shp_b', '2'], ['Shp_a', '1']])
  t.equal(signRobokassaResult({ ...shop, hash: 'sha256' }, '1.00', '7', true, form),
    createHash('sha256').update('1.00:7:t2:Shp_a=1:Shp_b=2').digest('hex'), 'Shp fields in order')
})

t.test('a proved notice still has to be the payment of the order', async (t) => {
  const notice = {
    kind: 'paid', orderNumber: 1001, kopecks: 38_000, providerId: '1001', test: false,
  } as const
  t.equal(judgeNotice(notice, order), 'credit')
  t.equal(judgeNotice({ ...notice, kopecks: 38_001 }, order), 'amountDiffers')
  t.equal(judgeNotice({ ...notice, account: order.subscriberId }, order), 'credit')
  t.equal(judgeNotice({ ...notice, account: 'b'.repeat(32) }, order), 'unknownOrder')
  t.equal(judgeNotice({ ...notice, test: true }, order), 'testFlagDiffers')
  t.equal(judgeNotice(notice, undefined), 'unknownOrder')
  t.equal(judgeNotice(notice, { ...order, number: 5 }), 'unknownOrder')
})

const qiwi = { siteId: 'site1', secret: 'secret', apiUrl: 'https://api.example/v1', test: false }

function bill(more: Record<string, unknown> = {}): unknown {
  return {
    bill: {
      billId: 'pn-1001', siteId: 'site1', amount: { currency: 'RUB', value: 380 },
      status: { value: 'PAID' }, ...more,
    },
    version: '1',
  }
}

t.test('QIWI: bill and notice', async (t) => {
  const made = qiwiCreateBill(qiwi, order, Date.UTC(2026, 0, 2, 3, 4, 5))
  t.match(made, { method: 'PUT', url: 'https://api.example/v1/bills/pn-1001' })
  t.match(JSON.parse(made.body ?? ''), {
    amount: { currency: 'RUB', value: '380.00' }, expirationDateTime: '2026-01-02T03:04:05+00:00',
  })
  t.equal(qiwiReadBill(qiwi, order).method, 'GET')
  t.equal(qiwiPage({ payUrl: 'https://pay.example/x?a=1' }, 'https://pn.example/r'),
    'https://pay.example/x?a=1&successUrl=https%3A%2F%2Fpn.example%2Fr')
  t.equal(qiwiPage({ payUrl: 'javascript:alert(1)' }, ''), undefined)
  t.equal(qiwiPage(undefined, ''), undefined)
  const right = createHmac('sha256', 'secret').update('RUB|380.00|pn-1001|site1|PAID').digest('hex')
  t.match(readQiwiNotice(qiwi, bill(), right), { kind: 'paid', kopecks: 38_000, orderNumber: 1001 })
  t.match(readQiwiNotice(qiwi, bill({ amount: { currency: 'RUB', value: 381 } }), right),
    { why: 'signature' })
  t.match(readQiwiNotice(qiwi, bill(), ''), { why: 'signature' })
  t.match(readQiwiNotice(qiwi, {}, right), { why: 'malformed' })
  const signed = (more: Record<string, unknown>, fields: Record<string, string>): unknown =>
    readQiwiNotice(qiwi, bill(more), signQiwiNotice(qiwi, {
      billId: 'pn-1001', siteId: 'site1', currency: 'RUB', value: '380.00', status: 'PAID',
      ...fields,
    }))
  t.match(signed({ siteId: 'other' }, { siteId: 'other' }), { why: 'payee' })
  t.match(signed({ amount: { currency: 'USD', value: '380.00' } }, { currency: 'USD' }),
    { why: 'currency' })
  t.match(signed({ status: { value: 'EXPIRED' } }, { status: 'EXPIRED' }), { kind: 'failed' })
  t.match(signed({ status: { value: 'WAITING' } }, { status: 'WAITING' }), { kind: 'hint' })
  t.match(signed({ billId: 'x-1' }, { billId: 'x-1' }), { why: 'malformed' })
})

const yookassa = {
  shopId: '1', secret: 's', apiUrl: 'https://api.example/v3', vatCode: 1,
}

t.test('ЮKassa: payment, webhook as a hint, the answer that counts', async (t) => {
  const made = yookassaCreate(yookassa, { ...order, email: 'a@b.c' }, 'sbp', 'https://pn/r')
  t.equal(made.headers['Idempotence-Key'], 'payment-1001')
  t.equal(made.headers['Authorization'], `Basic ${Buffer.from('1:s').toString('base64')}`)
  t.match(JSON.parse(made.body ?? ''), {
    amount: { value: '380.00', currency: 'RUB' }, capture: true,
    metadata: { order: '1001', account: order.subscriberId },
    payment_method_data: { type: 'sbp' }, receipt: { customer: { email: 'a@b.c' } },
  })
  t.equal(yookassaRead(yookassa, '../x').url, 'https://api.example/v3/payments/..%2Fx')
  t.equal(yookassaRefund(yookassa, 'p', 100, 'k').headers['Idempotence-Key'], 'refund-k')
  t.same(yookassaPage({ id: 'p-1', confirmation: { confirmation_url: 'https://pay/1' } }),
    { id: 'p-1', url: 'https://pay/1' })
  t.equal(yookassaPage({ id: 'p-1', confirmation: { confirmation_url: 'javascript:1' } }), undefined)
  const hint = { type: 'notification', event: 'payment.succeeded',
    object: { id: 'p-1', status: 'succeeded', paid: true } }
  t.same(readYookassaWebhook(hint), { kind: 'hint', providerId: 'p-1' }, 'never a credit by itself')
  t.match(readYookassaWebhook({ type: 'notification', object: { id: '../../x' } }),
    { kind: 'refused' })
  t.match(readYookassaWebhook(null), { kind: 'refused' })
  const paid = { id: 'p-1', status: 'succeeded', paid: true, test: false,
    amount: { value: '380.00', currency: 'RUB' }, metadata: { order: '1001' } }
  t.same(readYookassaPayment(paid), {
    kind: 'paid', orderNumber: 1001, kopecks: 38_000, providerId: 'p-1', test: false,
    account: undefined,
  })
  t.match(readYookassaPayment({ ...paid, metadata: { order: '1001', account: 'a' } }),
    { kind: 'paid', account: 'a' })
  t.match(readYookassaPayment({ ...paid, test: true }), { kind: 'paid', test: true })
  t.match(readYookassaPayment({ ...paid, status: 'pending' }), { kind: 'hint' })
  t.match(readYookassaPayment({ ...paid, status: 'canceled' }), { kind: 'failed' })
  t.match(readYookassaPayment({ ...paid, paid: false }), { kind: 'hint' })
  t.match(readYookassaPayment({ ...paid, amount: { value: '380.00', currency: 'USD' } }),
    { why: 'currency' })
  t.match(readYookassaPayment({ ...paid, metadata: {} }), { why: 'malformed' })
  t.match(readYookassaPayment('no'), { why: 'malformed' })
})
