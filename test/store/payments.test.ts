/**
 * Orders and their crediting in the database: numbers without gaps, one credit over connections and
 * deaths, and refunds that never leave money in two places.
 */
import { spawn } from 'node:child_process'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import {
  beginOrder, claimDueOrders, creditOrder, failOrder, loadOrder, pageMade,
} from '../../src/store/payments.ts'
import type { Paid, PaymentOrder } from '../../src/store/payments.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { testDatabase } from '../support/database.ts'

const now = 1_760_000_000_000
const raw = { address: '203.0.113.1', signature: 'sign', body: 'OutSum=1' }
let made = 0

async function account(db: Db): Promise<string> {
  const number = `+7499${String(++made).padStart(7, '0')}`
  return createSubscriber(db, { name: number, number, login: number, passwordHash: 'x' }, now)
}

let forms = 0

async function order(db: Db, id: string, kopecks = 100_00, atMs = now): Promise<PaymentOrder> {
  const { number } = await beginOrder(db, id, {
    formKey: `form-${++forms}`, tile: 'card', system: 'yookassa', kopecks, test: false,
    description: 'Пополнение счёта', expiresAt: atMs + 1000,
  }, atMs)
  return pageMade(db, number, { url: `https://pay/${number}`, providerId: `p-${number}` }, atMs + 10)
}

function paid({ number, kopecks }: PaymentOrder, more: Partial<Paid> = {}): Paid {
  return { kind: 'paid', orderNumber: number, kopecks, providerId: `p-${number}`, test: false, ...more }
}

async function balance(db: Db, id: string): Promise<number> {
  const row = await db.selectFrom('subscribers').select('balance_kopecks').where('id', '=', id)
    .executeTakeFirstOrThrow()
  return Number(row.balance_kopecks)
}

t.test('numbers rise by one whoever asks, and a failed transaction leaves no gap', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const ids = [await account(db), await account(db), await account(db)]
  const orders = await Promise.all(Array.from({ length: 30 }, (_, n) => order(db, ids[n % 3]!)))
  t.strictSame(orders.map(({ number }) => number).toSorted((a, b) => a - b),
    Array.from({ length: 30 }, (_, n) => 1001 + n))
  await t.rejects(db.transaction().execute(async (trx) => {
    await order(trx, ids[0]!)
    throw new Error('no')
  }))
  t.equal((await order(db, ids[0]!)).number, 1031)
})

t.test('a proved notice: credited, repeated, or not ours', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db)
  const one = await order(db, id)
  const rows: [string, Parameters<typeof creditOrder>[1], Paid, string][] = [
    ['another sum', 'yookassa', paid(one, { kopecks: 100_01 }), 'amountDiffers'],
    ['a test', 'yookassa', paid(one, { test: true }), 'testFlagDiffers'],
    ['of another system', 'qiwi', paid(one), 'unknownOrder'],
    ['an order that never was', 'yookassa', paid(one, { orderNumber: 5 }), 'unknownOrder'],
    ['another account', 'yookassa', paid(one, { account: 'b'.repeat(32) }), 'unknownOrder'],
    ['the payment', 'yookassa', paid(one), 'credited'],
    ['the same again', 'yookassa', paid(one), 'repeated'],
    ['a second payment of the same order', 'yookassa', paid(one, { providerId: 'p-other' }), 'otherPayment'],
  ]
  for (const [name, system, notice, decision] of rows)
    t.equal((await creditOrder(db, system, notice, raw, now)).decision, decision, name)
  t.equal(await balance(db, id), 100_00)
  await failOrder(db, 'yookassa', { orderNumber: one.number })
  t.match(await loadOrder(db, one.number), { state: 'paid' }, 'what is paid does not fail any more')
  const kept = await db.selectFrom('payment_notices').select('verdict').orderBy('id').execute()
  t.strictSame(kept.map(({ verdict }) => verdict), rows.map(([, , , decision]) => decision))
  const two = await order(db, id)
  await failOrder(db, 'yookassa', { orderNumber: two.number })
  t.match(await loadOrder(db, two.number), { state: 'failed' })
  t.match(await creditOrder(db, 'yookassa', paid(two), raw, now), { decision: 'credited' },
    'money that came is money, whatever was told before')
})

t.test('several processes, the same notices: one credit each', async (t) => {
  const database = await testDatabase(t)
  const pools = [1, 2, 3].map(() => openDatabase({ url: database.url, connections: 4 }))
  t.teardown(() => Promise.all(pools.map((pool) => pool.close())))
  const db = database.kysely
  const ids = [await account(db), await account(db)]
  const orders = await Promise.all(Array.from({ length: 10 }, (_, n) => order(db, ids[n % 2]!)))
  const done = await Promise.all(Array.from({ length: 120 }, (_, n) =>
    creditOrder(pools[n % 3]!.kysely, 'yookassa', paid(orders[n % 10]!), raw, now)))
  t.equal(done.filter(({ decision }) => decision === 'credited').length, 10)
  t.equal(done.filter(({ decision }) => decision === 'repeated').length, 110)
  for (const id of ids) t.equal(await balance(db, id), 500_00)
  t.strictSame((await checkLedgers(db, now)).alarms, [])
})

t.test('each due order is one process’s to ask about', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db)
  const orders = [await order(db, id), await order(db, id), await order(db, id)]
  t.strictSame(await claimDueOrders(db, now + 9, () => null), [], 'not yet')
  const taken = (await Promise.all([1, 2, 3].map(() => claimDueOrders(db, now + 10, () => now + 50)))).flat()
  t.strictSame(taken.map(({ number }) => number).toSorted(), orders.map(({ number }) => number))
  t.match(await claimDueOrders(db, now + 50, () => null), [{ checks: 1 }, { checks: 1 }, { checks: 1 }])
  t.strictSame(await claimDueOrders(db, now + 99_999, () => null), [])
})

/** Credits the orders given again and again and tells of each answer. */
const crediting = (url: string, notices: readonly Paid[]) => `
  import { openDatabase } from ${JSON.stringify(new URL('../../src/store/database.ts', import.meta.url).href)}
  import { creditOrder } from ${JSON.stringify(new URL('../../src/store/payments.ts', import.meta.url).href)}
  const { kysely } = openDatabase({ url: ${JSON.stringify(url)}, connections: 4 })
  const notices = ${JSON.stringify(notices)}
  const work = async (from) => {
    for (let n = from; n < notices.length; n += 4) {
      const { decision } = await creditOrder(kysely, 'yookassa', notices[n], { address: '', signature: '', body: '' }, ${now})
      process.stdout.write(notices[n].orderNumber + ' ' + decision + '\\n')
    }
  }
  await Promise.all([0, 1, 2, 3].map(work))
  process.exit(0)`

t.test('killed in the middle of crediting: nothing is lost, nothing is doubled', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const id = await account(db)
  const orders: PaymentOrder[] = []
  // Begun over hours: nobody begins a hundred payments within one.
  for (let n = 0; n < 100; n++) orders.push(await order(db, id, 100 + n, now - (100 - n) * 600_000))
  const notices = orders.map((one) => paid(one))
  const acknowledged = new Set<number>()
  for (const afterLines of [1, 10, 30]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', crediting(database.url, notices)],
      { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString()
      if (text.split('\n').length > afterLines) child.kill('SIGKILL')
    })
    await new Promise((done) => child.once('close', done))
    for (const line of text.trimEnd().split('\n')) acknowledged.add(Number(line.split(' ')[0]))
    for (const number of acknowledged)
      t.match(await loadOrder(db, number), { state: 'paid' }, `order ${number} was acknowledged`)
    t.strictSame((await checkLedgers(db, now)).alarms, [], 'no half of anything is there')
  }
  for (const notice of notices) {
    const { decision } = await creditOrder(db, 'yookassa', notice, raw, now)
    if (acknowledged.has(notice.orderNumber)) t.equal(decision, 'repeated')
  }
  t.equal(await balance(db, id), notices.reduce((sum, { kopecks }) => sum + kopecks, 0))
  t.strictSame((await checkLedgers(db, now)).alarms, [])
})
