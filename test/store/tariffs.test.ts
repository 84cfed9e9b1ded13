/** Tariffs in the database: what is written is what is read, and who had which when. */
import t from 'tap'
import { chargeFor } from '../../src/money/rating.ts'
import { rateFor, tariffFaults } from '../../src/money/tariff.ts'
import type { Tariff } from '../../src/money/tariff.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { addTariff, assignTariff, listTariffs, loadTariff, tariffIdAt } from '../../src/store/tariffs.ts'
import { testDatabase } from '../support/database.ts'

const now = 1_760_000_000_000

t.test('written and read', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const whole: Omit<Tariff, 'id'> = { ...demoTariff, validFromMs: now, validToMs: now + 1 }
  const ids = [await addTariff(db, whole, now), await addTariff(db, { ...demoTariff, rates: [], includedPrefixes: [] }, now)]
  const byPrefix = (tariff: Omit<Tariff, 'id'>) =>
    ({ ...tariff, rates: tariff.rates.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1)) })
  t.strictSame(byPrefix(await loadTariff(db, ids[0]!)), byPrefix({ ...whole, id: ids[0] } as Tariff))
  t.strictSame((await listTariffs(db)).map(({ id, rates }) => [id, rates.length]), [[ids[0], 9], [ids[1], 0]])
  await t.rejects(loadTariff(db, 'f'.repeat(32)), { code: 'not_found' })
})

t.test('a tariff with faults is not written', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const rates = [{ ...demoTariff.rates[0]!, kopecksPerMinute: 0.5 }]
  await t.rejects(addTariff(db, { ...demoTariff, rates, includedPrefixes: [] }, now),
    { code: 'bad_tariff', field: 'rates.0.kopecksPerMinute' })
  t.strictSame(await listTariffs(db), [])
})

t.test('who had which, when', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await createSubscriber(
    db, { name: 'Анна', number: '+74990000001', login: 'anna', passwordHash: 'x' }, now)
  const [first, second] = [await addTariff(db, demoTariff, now), await addTariff(db, { ...demoTariff, name: 'Деловой' }, now)]
  t.equal(await tariffIdAt(db, id, now), undefined)
  await assignTariff(db, id, first, now)
  await assignTariff(db, id, second, now + 100)
  await Promise.all([assignTariff(db, id, first, now + 200), assignTariff(db, id, second, now + 200)])
  const rows: [number, string | undefined][] = [
    [now - 1, undefined], [now, first], [now + 99, first], [now + 100, second], [now + 199, second],
  ]
  for (const [at, tariff] of rows) t.equal(await tariffIdAt(db, id, at), tariff, `${at - now}`)
  const history = await db.selectFrom('subscriber_tariffs').select('since').orderBy('since').execute()
  t.strictSame(history.map(({ since }) => Number(since) - now), [0, 100, 200, 201])
  await assignTariff(db, id, second, now + 300)
  const { tariff } = await db.selectFrom('subscribers').select('tariff').where('id', '=', id).executeTakeFirstOrThrow()
  t.equal(tariff, 'Деловой', 'the name that pages show')
  await t.rejects(assignTariff(db, id, 'f'.repeat(32), now), { code: 'not_found' })
  await t.rejects(assignTariff(db, 'f'.repeat(32), first, now), { code: 'not_found' })
})

t.test('the demo’s tariff is fit, and prices the demo’s phones', async (t) => {
  const tariff: Tariff = { ...demoTariff, id: 'x' }
  t.strictSame(tariffFaults(tariff), [])
  const rows: [string, string, number][] = [
    ['+79161234501', 'Россия, мобильные', 190], ['+74951234502', 'Москва', 90],
    ['+74961234504', 'Россия', 170], ['+306912345678', 'Греция, мобильные', 1390],
    ['+77011234567', 'Казахстан', 1100], ['+4930123456', 'Остальные страны', 3800],
  ]
  for (const [number, name, minute] of rows) {
    const rate = rateFor(tariff, number)
    t.equal(rate?.name, name, number)
    t.equal(chargeFor(rate!, 60_000, tariff.freeAnswerSeconds, 0).kopecks, minute, `${number}: a minute`)
  }
})
