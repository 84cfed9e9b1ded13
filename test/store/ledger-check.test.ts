/**
 * The nightly check finds whatever was done to the money past the ledger, and the night's work is
 * done once by one of several processes.
 */
import { CompiledQuery } from 'kysely'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import type { Db } from '../../src/store/database.ts'
import { closeAlarm, openAlarms } from '../../src/store/alarms.ts'
import { append } from '../../src/store/ledger.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { startNightly } from '../../src/store/nightly.ts'
import { beginOrder, creditOrder, pageMade } from '../../src/store/payments.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { silentLog, testDatabase } from '../support/database.ts'

const now = 1_760_000_000_000
const raw = { address: '', signature: '', body: '' }

/** Two accounts: five entries, one of them a payment; three entries. */
async function books(db: Db): Promise<{ anna: string; boris: string; order: number }> {
  const make = (login: string, number: string) => createSubscriber(
    db, { name: login, number, login, passwordHash: 'x', balanceKopecks: 100_00 }, now)
  const [anna, boris] = [await make('anna', '+74990000001'), await make('boris', '+74990000002')]
  const order = await beginOrder(db, anna, {
    formKey: 'form-key', tile: 'robokassa', system: 'robokassa', kopecks: 50_00,
    description: 'Пополнение счёта', test: false, expiresAt: now + 1,
  }, now)
  await pageMade(db, order.number, { url: 'https://x', providerId: undefined }, null)
  const providerId = String(order.number)
  await creditOrder(db, 'robokassa', {
    kind: 'paid', orderNumber: order.number, kopecks: 50_00, providerId, test: false,
  }, raw, now)
  for (const [key, kopecks] of [['call:1', -183], ['call:2', -90], ['call:3', -1]] as const)
    await append(db, anna, { key, kind: 'call', kopecks, atMs: now, text: '' })
  for (const key of ['call:4', 'call:5'])
    await append(db, boris, { key, kind: 'call', kopecks: -5, atMs: now, text: '' })
  return { anna, boris, order: order.number }
}

type Books = Awaited<ReturnType<typeof books>>

const tampering: readonly (readonly [
  name: string, statement: (of: Books) => string, faults: (of: Books) => readonly string[],
])[] = [
  ['an amount', ({ anna }) => `UPDATE ledger SET kopecks = -1 WHERE subscriber_id = '${anna}' AND number = 3`,
    ({ anna }) => [`ledger:${anna}:3:balance`]],
  ['a balance within', ({ anna }) => `UPDATE ledger SET balance_kopecks = balance_kopecks + 1 WHERE subscriber_id = '${anna}' AND number = 3`,
    ({ anna }) => [`ledger:${anna}:3:balance`, `ledger:${anna}:4:balance`]],
  ['the last balance', ({ boris }) => `UPDATE ledger SET balance_kopecks = 99999 WHERE subscriber_id = '${boris}' AND number = 3`,
    ({ boris }) => [`ledger:${boris}:3:balance`, `ledger:${boris}:copy`]],
  ['the copy', ({ boris }) => `UPDATE subscribers SET balance_kopecks = 100000 WHERE id = '${boris}'`,
    ({ boris }) => [`ledger:${boris}:copy`]],
  ['an entry taken out', ({ anna }) => `DELETE FROM ledger WHERE subscriber_id = '${anna}' AND number = 4`,
    ({ anna }) => [`ledger:${anna}:5:balance`, `ledger:${anna}:5:gap`]],
  ['the first entry', ({ boris }) => `DELETE FROM ledger WHERE subscriber_id = '${boris}' AND number = 1`,
    ({ boris }) => [`ledger:${boris}:2:balance`, `ledger:${boris}:2:gap`]],
  ['the last entry', ({ boris }) => `DELETE FROM ledger WHERE subscriber_id = '${boris}' AND number = 3`,
    ({ boris }) => [`ledger:${boris}:copy`]],
  ['all of a ledger', ({ boris }) => `DELETE FROM ledger WHERE subscriber_id = '${boris}'`,
    ({ boris }) => [`ledger:${boris}:copy`]],
  ['an entry of nothing', ({ boris }) => `INSERT INTO ledger (subscriber_id, number, entry_key, kind, kopecks, balance_kopecks, at, text) VALUES ('${boris}', 4, 'gift', 'bonus', 500, 10490, ${now}, '')`,
    ({ boris }) => [`ledger:${boris}:copy`]],
  ['a payment nobody made', ({ boris }) => `INSERT INTO ledger (subscriber_id, number, entry_key, kind, kopecks, balance_kopecks, at, text) SELECT '${boris}', 4, 'payment:x:1', 'payment', 500, 10490, ${now}, ''`,
    ({ boris }) => [`ledger:${boris}:4:payment`, `ledger:${boris}:copy`]],
  ['an order said to be paid more', ({ order }) => `UPDATE payment_orders SET kopecks = 500000 WHERE number = ${order}`,
    ({ order }) => [`ledger:order:${order}`]],
  ['an order said to be open', ({ order }) => `UPDATE payment_orders SET state = 'open' WHERE number = ${order}`,
    ({ anna }) => [`ledger:${anna}:2:payment`]],
]

t.test('what is in order is in order', async (t) => {
  const { kysely: db } = await testDatabase(t)
  t.strictSame(await checkLedgers(db, now), { entries: 0, alarms: [] }, 'nothing at all')
  await books(db)
  for (const chunk of [1, 2, 3, 8, 9, 2000])
    t.strictSame(await checkLedgers(db, now, chunk), { entries: 8, alarms: [] }, `${chunk} at a time`)
})

for (const [name, statement, faults] of tampering) {
  t.test(`found: ${name}`, async (t) => {
    const { kysely: db } = await testDatabase(t)
    const of = await books(db)
    await db.executeQuery(CompiledQuery.raw(statement(of)))
    for (const chunk of [1, 3, 2000]) {
      const { alarms } = await checkLedgers(db, now, chunk)
      t.strictSame(alarms.map(({ key }) => key).toSorted(), faults(of), `${chunk} at a time`)
    }
    const open = await openAlarms(db)
    t.strictSame(open.map(({ key }) => key).toSorted(), faults(of), 'the manager sees each once')
    t.equal(open[0]?.times, 3)
  })
}

t.test('an alarm that was closed comes back with its trouble', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const { boris } = await books(db)
  await db.updateTable('subscribers').set({ balance_kopecks: 1 }).where('id', '=', boris).execute()
  await checkLedgers(db, now)
  const [alarm] = await openAlarms(db)
  t.match(alarm, { subscriberId: boris, details: { fault: 'copy', copyKopecks: 1 }, raisedAt: now })
  await closeAlarm(db, alarm!.id, now)
  t.strictSame(await openAlarms(db), [])
  await checkLedgers(db, now + 1)
  t.match(await openAlarms(db), [{ id: alarm!.id, times: 2, lastAt: now + 1 }])
})

t.test('each night once, by one of two processes; a night slept through is made up for', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const { boris } = await books(db)
  let wallMs = Date.parse('2026-11-20T22:00:00Z')
  const clock = { ...systemClock, wallMs: () => wallMs, wakeAt: () => () => {} }
  const errors: object[] = []
  const log = Object.assign(Object.create(silentLog), { error: (facts: object) => errors.push(facts) })
  const processes = [1, 2].map(() => startNightly({ db, clock, log }))
  t.teardown(() => Promise.all(processes.map((one) => one.stop())))
  const look = async () => (await Promise.all(processes.map((one) => one.look()))).filter(Boolean).length
  t.equal(await look(), 1, 'never done: at once')
  t.equal(await look(), 0)
  wallMs = Date.parse('2026-11-21T00:29:00Z')
  t.equal(await look(), 0, '03:29 in Moscow')
  wallMs = Date.parse('2026-11-21T00:31:00Z')
  t.equal(await look(), 1, '03:31')
  t.equal(await look(), 0)
  t.strictSame(errors, [])
  await db.updateTable('subscribers').set({ balance_kopecks: 1 }).where('id', '=', boris).execute()
  wallMs = Date.parse('2026-11-25T12:00:00Z')
  t.equal(await look(), 1, 'days later')
  t.match(errors, [{ alarms: 1, keys: [`ledger:${boris}:copy`] }], 'and says so loudly')
})
