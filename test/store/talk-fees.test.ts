/** Monthly fees: whose month begins when, what is taken, and what is not. */
import t from 'tap'
import { billingMonth } from '../../src/money/billing-month.ts'
import { planCall } from '../../src/call/plan.ts'
import { dateOfDay, dayOfDate } from '../../src/call/zone.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { StoreError } from '../../src/store/errors.ts'
import { newId } from '../../src/store/ids.ts'
import { append, lockBalance } from '../../src/store/ledger.ts'
import {
  billingMonthOf, forgiveMonth, listDueFees, monthAt, settleFee,
} from '../../src/store/monthly-fee.ts'
import { linkInvitee, referralCode } from '../../src/store/referral.ts'
import { askRefund, refundDone } from '../../src/store/refunds.ts'
import { createSubscriber, loadSubscriber } from '../../src/store/subscribers.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { inTransaction } from '../../src/store/database.ts'
import { beginOrder, creditOrder, pageMade } from '../../src/store/payments.ts'
import { testDatabase } from '../support/database.ts'
import { seededRandom } from '../support/seeded-random.ts'

const at = (text: string): number => Date.parse(text)

t.test('a billing month begins on the day of the activation', async (t) => {
  for (const [activated, day, name, from, to] of [
    ['2025-11-17', '2025-11-17', '2025-11', '2025-11-17', '2025-12-17'],
    ['2025-11-17', '2025-12-16', '2025-11', '2025-11-17', '2025-12-17'],
    ['2025-11-17', '2025-12-17', '2025-12', '2025-12-17', '2026-01-17'],
    ['2025-11-17', '2026-01-01', '2025-12', '2025-12-17', '2026-01-17'],
    ['2025-11-01', '2025-11-30', '2025-11', '2025-11-01', '2025-12-01'],
    ['2026-01-31', '2026-02-27', '2026-01', '2026-01-31', '2026-02-28'],
    ['2026-01-31', '2026-02-28', '2026-02', '2026-02-28', '2026-03-31'],
    ['2026-01-31', '2026-04-30', '2026-04', '2026-04-30', '2026-05-31'],
    ['2024-01-30', '2024-02-29', '2024-02', '2024-02-29', '2024-03-30'],
    ['2024-02-29', '2025-02-28', '2025-02', '2025-02-28', '2025-03-29'],
    ['2025-11-17', '2025-10-01', '2025-11', '2025-11-17', '2025-12-17'],
  ] as const) {
    const month = billingMonth(dayOfDate(activated), dayOfDate(day))
    t.strictSame([month.name, dateOfDay(month.fromDay), dateOfDay(month.toDay)], [name, from, to],
      `${activated}, on ${day}`)
  }
})

t.test('months follow each other without gap, each named once, over thirty years', async (t) => {
  for (const activated of ['1999-12-31', '2000-02-29', '2023-10-01', '2023-10-30']) {
    let month = billingMonth(dayOfDate(activated), dayOfDate(activated))
    const names = new Set<string>()
    let faults = 0
    for (let count = 0; count < 360; count++) {
      const next = billingMonth(dayOfDate(activated), month.toDay)
      const inside = billingMonth(dayOfDate(activated), month.toDay - 1)
      if (next.fromDay !== month.toDay || inside.name !== month.name || names.has(next.name))
        faults++
      names.add(next.name)
      month = next
    }
    t.equal(faults, 0, activated)
  }
})

t.test('the first month begins with the activation, others with the subscriber’s day', async (t) => {
  const activated = at('2025-11-17T12:00:00Z')
  const first = monthAt('Europe/Moscow', activated, activated)
  t.equal(first.fromMs, activated)
  t.equal(first.toMs, at('2025-12-16T21:00:00Z'))
  t.equal(monthAt('Europe/Moscow', activated, first.toMs - 1).name, '2025-11')
  t.match(monthAt('Asia/Vladivostok', activated, at('2025-12-16T14:00:00Z')),
    { name: '2025-12', fromMs: at('2025-12-16T14:00:00Z'), firstDate: '2025-12-17',
      lastDate: '2026-01-16' })
})

/** One database for all tests: migrating costs seconds on a busy machine. */
const database = await testDatabase(t)
const db = database.kysely
// Fees are charged from before these subscribers came.
await db.updateTable('counters').set({ value: at('2025-11-01T00:00:00Z') })
  .where('name', '=', 'monthlyFeesSince').execute()
const activated = at('2025-11-17T12:00:00Z')
const tariffId = await addTariff(db, demoTariff, activated)
let subscribers = 0

async function world(balanceKopecks = 0) {
  const name = `anna${++subscribers}`
  const id = await createSubscriber(db, {
    name, number: `+7499000000${subscribers}`, login: name, passwordHash: '', balanceKopecks,
  }, activated)
  await assignTariff(db, id, tariffId, activated)
  const fees = async () => (await db.selectFrom('monthly_fees').select(['month', 'state', 'kopecks'])
    .where('subscriber_id', '=', id).orderBy('month').execute())
    .map(({ month, state, kopecks }) => `${month} ${state} ${kopecks}`)
  const balance = async () => (await loadSubscriber(db, id)).balanceKopecks
  const isDue = async (wallMs: number) => (await listDueFees(db, wallMs, 100)).includes(id)
  return { id, fees, balance, isDue }
}

/** A payment as payment systems tell of it. */
async function pay(id: string, kopecks: number, wallMs: number): Promise<number> {
  const { number } = await beginOrder(db, id, {
    formKey: newId(wallMs), tile: 'card', system: 'yookassa', kopecks, description: 'Пополнение',
    test: false, expiresAt: wallMs + 1000,
  }, wallMs)
  await pageMade(db, number, { url: 'https://pay.example/', providerId: `p${number}` }, null)
  await creditOrder(db, 'yookassa', {
    kind: 'paid', orderNumber: number, providerId: `p${number}`, kopecks, test: false,
  }, { address: '', signature: '', body: '' }, wallMs)
  return number
}

t.test('a fee is taken once a month, and once only by many at the same time', async (t) => {
  const { id, fees, balance, isDue } = await world(400_00)
  t.ok(await isDue(activated), 'never looked at: due')
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => settleFee(db, id, activated)))
  t.strictSame(outcomes.toSorted(),
    ['paid', ...Array<string>(7).fill('settled')])
  t.equal(await balance(), 250_00)
  t.notOk(await isDue(at('2025-12-16T20:59:00Z')))
  const next = at('2025-12-16T21:00:00Z')
  t.ok(await isDue(next), 'midnight of the 17th in Moscow')
  t.equal(await settleFee(db, id, next), 'paid')
  t.strictSame(await fees(), ['2025-11 paid 15000', '2025-12 paid 15000'])
  const entries = await db.selectFrom('ledger').select(['entry_key', 'text'])
    .where('kind', '=', 'monthlyFee').where('subscriber_id', '=', id).orderBy('number').execute()
  t.strictSame(entries, [
    { entry_key: `fee:${id}:2025-11`, text: 'Абонентская плата, 17.11.2025–16.12.2025' },
    { entry_key: `fee:${id}:2025-12`, text: 'Абонентская плата, 17.12.2025–16.01.2026' },
  ])
  t.match(await billingMonthOf(db, id, next), { name: '2025-12', fromMs: next })
  t.strictSame((await checkLedgers(db, next)).alarms, [])
})

t.test('what the balance does not cover waits, refuses calls, and is taken with the money',
  async (t) => {
    const { id, fees, balance } = await world(149_99)
    t.equal(await settleFee(db, id, activated), 'waiting')
    t.equal(await balance(), 149_99, 'nothing is taken in part')
    const letters = () => db.selectFrom('outbox').select(['kind', 'payload'])
      .where('subscriber_id', '=', id).orderBy('id').execute()
    t.strictSame(await letters(), [], 'a new subscriber knows that he has not paid yet')
    const account = await loadSubscriber(db, id)
    t.equal(account.feeDueKopecks, 150_00)
    t.match(planCall(account, activated), { kind: 'refused', why: 'noMoney' })
    t.equal(await settleFee(db, id, activated + 1000), 'waiting')
    const next = at('2025-12-17T00:00:00Z')
    for (const ms of [0, 1000]) t.equal(await settleFee(db, id, next + ms), 'waiting')
    const told = await letters()
    t.equal(told.length, 1, 'told once')
    t.match(JSON.parse(told[0]!.payload),
      { kind: 'lowBalance', balanceKopecks: 149_99, feeKopecks: 150_00 })

    await pay(id, 10_00, next + 5000)
    t.equal(await balance(), 9_99, 'in the transaction of the payment')
    t.equal((await loadSubscriber(db, id)).feeDueKopecks, undefined)
    t.not(planCall(await loadSubscriber(db, id), next).kind, 'refused')
    t.strictSame(await fees(), ['2025-11 lapsed 15000', '2025-12 paid 15000'])
  })

t.test('money that came by another way is found by the look', async (t) => {
  const { id, fees, isDue } = await world()
  await settleFee(db, id, activated)
  t.notOk(await isDue(activated))
  await append(db, id, { key: 'gift', kind: 'correction', kopecks: 150_00, atMs: activated,
    text: '' })
  t.ok(await isDue(activated))
  t.equal(await settleFee(db, id, activated), 'paid')
  t.strictSame(await fees(), ['2025-11 paid 15000'])
})

t.test('a month that ended unpaid costs nothing; the present one is charged whole', async (t) => {
  const { id, fees, balance } = await world()
  await settleFee(db, id, activated)
  await settleFee(db, id, at('2025-12-17T12:00:00Z'))
  t.strictSame(await fees(), ['2025-11 lapsed 15000', '2025-12 waiting 15000'])
  await pay(id, 500_00, at('2026-02-10T12:00:00Z'))
  t.strictSame(await fees(), ['2025-11 lapsed 15000', '2025-12 lapsed 15000', '2026-01 paid 15000'])
  t.equal(await balance(), 350_00)
})

t.test('after a standstill two months before the present one are charged, not more', async (t) => {
  const rich = await world(1000_00)
  await settleFee(db, rich.id, activated)
  await settleFee(db, rich.id, at('2026-05-20T12:00:00Z'))
  t.strictSame(await rich.fees(), ['2025-11 paid 15000', '2026-03 paid 15000',
    '2026-04 paid 15000', '2026-05 paid 15000'])
  const poor = await world(400_00)
  await settleFee(db, poor.id, activated)
  await settleFee(db, poor.id, at('2026-01-20T12:00:00Z'))
  t.strictSame(await poor.fees(), ['2025-11 paid 15000', '2025-12 lapsed 15000',
    '2026-01 paid 15000'], 'not enough for both: only the present one')
  t.equal(await poor.balance(), 100_00)
})

t.test('a tariff that begins later is charged later', async (t) => {
  const id = await createSubscriber(db, {
    name: 'Будущий', number: '+74990001111', login: 'later', passwordHash: '',
    balanceKopecks: 500_00,
  }, activated)
  t.equal(await settleFee(db, id, activated), 'none', 'no tariff')
  const begins = activated + 5 * 86_400_000
  await assignTariff(db, id, tariffId, begins)
  t.equal(await settleFee(db, id, activated + 600_000), 'none')
  t.notOk((await listDueFees(db, begins - 1, 100)).includes(id))
  t.ok((await listDueFees(db, begins, 100)).includes(id))
  t.equal(await settleFee(db, id, begins), 'paid')
})

t.test('who is suspended, or shown and not sold, pays nothing', async (t) => {
  const { id, fees, balance, isDue } = await world(400_00)
  const set = (status: string) =>
    db.updateTable('subscribers').set({ status }).where('id', '=', id).execute()
  await set('suspended')
  t.notOk(await isDue(activated))
  t.equal(await settleFee(db, id, activated), 'none')
  await set('active')
  t.ok(await isDue(activated + 3_600_000), 'active again')
  await inTransaction(db, (trx) => forgiveMonth(trx, id, activated))
  t.equal(await settleFee(db, id, activated), 'settled')
  t.strictSame(await fees(), ['2025-11 free 0'])
  t.equal(await balance(), 400_00)
})

t.test('nothing is taken while a call is charged, and nothing from before there were fees',
  async (t) => {
    const { id, balance } = await world(400_00)
    await db.insertInto('live_charges').values({
      call_id: 'c'.repeat(32), subscriber_id: id, owner: 'f'.repeat(32), address: '+79160000000',
      tariff_id: tariffId, prefix: '79', answered_at: activated, month: '2025-11',
    }).execute()
    t.equal(await settleFee(db, id, activated), 'later')
    t.equal(await balance(), 400_00)
    await db.deleteFrom('live_charges').execute()
    await db.updateTable('counters').set({ value: activated + 1 })
      .where('name', '=', 'monthlyFeesSince').execute()
    t.equal(await settleFee(db, id, activated + 300_000), 'free')
    t.equal(await balance(), 400_00)
    t.equal(await settleFee(db, id, at('2025-12-18T12:00:00Z')), 'paid')
  })

t.test('any order of payments, refunds, fees and charges: sums hold, nobody falls below zero',
  async (t) => {
    const random = seededRandom(20251117)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const people = await Promise.all(Array.from({ length: 6 }, () => world()))
    for (const [index, one] of people.entries()) {
      // A chain and a fan of invitations, so that accounts are locked across each other.
      const inviter = people[Math.floor(index / 2)]!
      if (inviter === one) continue
      const code = await referralCode(db, inviter.id, activated)
      await inTransaction(db, (trx) =>
        linkInvitee(trx, { code, subscriberId: one.id, phone: '', email: '' }, activated))
    }
    const orders: number[] = []
    for (let round = 0; round < 25; round++) {
      const now = activated + round * 3 * 86_400_000
      await Promise.all(Array.from({ length: 5 }, async (_, index) => {
        const { id } = pick(people)
        const deed = pick(['pay', 'pay', 'fee', 'refund', 'spend'] as const)
        const at = now + index
        if (deed === 'pay') orders.push(await pay(id, pick([50_00, 100_00, 300_00]), at))
        else if (deed === 'fee') await settleFee(db, id, at)
        else if (deed === 'spend') await spend(id, pick([1, 70_00, 200_00]), at)
        else if (orders.length > 0) await giveBack(pick(orders), pick([30_00, 100_00]), at)
      }))
    }
    t.strictSame((await checkLedgers(db, activated)).alarms, [])
    const ids = people.map(({ id }) => id)
    const rows = await db.selectFrom('ledger').selectAll().where('subscriber_id', 'in', ids).execute()
    t.equal(rows.filter((row) => Number(row.balance_kopecks) < 0).length, 0, 'never below zero')
    const fees = rows.filter(({ kind }) => kind === 'monthlyFee')
    const paid = await db.selectFrom('monthly_fees').select('month').where('state', '=', 'paid')
      .where('subscriber_id', 'in', ids).execute()
    t.ok(fees.length > 5)
    t.equal(fees.length, paid.length, 'a fee taken is a month paid')
    const bonuses = rows.filter(({ kind }) => kind === 'bonus')
    t.ok(bonuses.length > 0 && bonuses.length <= 5, 'at most one for each invited')
  })

/** A call's charge, as far as there is money. */
async function spend(id: string, kopecks: number, wallMs: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (await lockBalance(trx, id) < kopecks) return
    await append(trx, id, { key: `call:${newId(wallMs)}`, kind: 'call', kopecks: -kopecks,
      atMs: wallMs, text: '' })
  })
}

async function giveBack(orderNumber: number, kopecks: number, wallMs: number): Promise<void> {
  const draft = { orderNumber, formKey: newId(wallMs), kopecks, reason: '', manager: 'olga' }
  const asked = await askRefund(db, draft, wallMs, wallMs).catch((fault: unknown) => {
    if (!(fault instanceof StoreError)) throw fault
    return undefined
  })
  if (asked !== undefined) await refundDone(db, asked.id, asked.id, wallMs)
}
