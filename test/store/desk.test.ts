/**
 * What the desk keeps, against haste and chance: forms sent many times at once, edits of one version
 * by several managers, tariffs planned in any order, prices written and read back.
 */
import t from 'tap'
import type { Test } from 'tap'
import { readRateSheet, writeRateSheet, compareRates } from '../../src/money/rate-sheet.ts'
import type { Rate } from '../../src/money/tariff.ts'
import { inTransaction } from '../../src/store/database.ts'
import { forgetForms, idFrom, madeAt, onceForForm } from '../../src/store/desk-deed.ts'
import type { Deed } from '../../src/store/desk-deed.ts'
import { addCorrection, decideCorrection } from '../../src/store/desk-corrections.ts'
import { changeSubscriber, giveNumber } from '../../src/store/desk-subscribers.ts'
import { followPlannedTariffs, makeTariff, planTariff } from '../../src/store/desk-tariffs.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { newId } from '../../src/store/ids.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { append } from '../../src/store/ledger.ts'
import { importNumbers } from '../../src/store/number-pool.ts'
import { addTariff, tariffIdAt } from '../../src/store/tariffs.ts'
import { testDatabase } from '../support/database.ts'
import { noon, someSubscriber } from '../support/media-files.ts'
import { seededRandom } from '../support/seeded-random.ts'

t.setTimeout(290_000)
const dayMs = 86_400_000
const by = (login: string, atMs = noon): Deed => ({ accountId: login.padEnd(32, '0'), login, from: '127.0.0.1', atMs })

async function setUp(test: Test) {
  const { kysely: db } = await testDatabase(test)
  return { db, subscriberId: await someSubscriber(db) }
}

t.test('a form sent twenty times at once is one deed', async (t) => {
  const { db } = await setUp(t)
  let made = 0
  const send = (key: string, wish: unknown, who = 'olga') => inTransaction(db, (trx) =>
    onceForForm(trx, by(who), { key, wish }, async () => `result-${++made}`))
  const results = await Promise.all(Array.from({ length: 20 }, () => send('form', { a: 1 })))
  t.equal(new Set(results.map(({ id }) => id)).size, 1, 'all hear of the same thing')
  t.equal(results.filter(({ isNew }) => isNew).length, 1)
  await t.rejects(send('form', { a: 2 }), { code: 'form_reused' })
  t.match(await send('form', { a: 1 }, 'pavel'), { isNew: true }, 'each manager has keys of his own')
  await t.rejects(inTransaction(db, (trx) => onceForForm(trx, by('olga'), { key: 'fails', wish: 1 },
    async () => { throw new Error('not now') })), /not now/)
  t.match(await send('fails', 1), { isNew: true }, 'what failed may be sent again')
  await forgetForms(db, noon + 29 * dayMs)
  t.match(await send('form', { a: 1 }), { isNew: false })
  await forgetForms(db, noon + 31 * dayMs)
  t.match(await send('form', { a: 1 }), { isNew: true })
})

t.test('ids tell when they were made', async (t) => {
  const id = newId(noon + 5000)
  t.ok(madeAt(id) >= noon + 5000, 'ids of one process rise, so it may be later by those before it')
  t.ok(idFrom(madeAt(id)) <= id && idFrom(madeAt(id) + 1) > id)
  t.equal(idFrom(-5), '0'.repeat(32))
})

t.test('of ten managers with one version one has his way', async (t) => {
  const { db, subscriberId } = await setUp(t)
  const edits = await Promise.allSettled(Array.from({ length: 10 }, (_, i) =>
    changeSubscriber(db, subscriberId, 0, { name: `Имя ${i}` }, by(`m${i}`))))
  t.equal(edits.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const edit of edits)
    if (edit.status === 'rejected') t.match(edit.reason, { code: 'subscriber_changed', details: { version: 1 } })
  const tariffId = await addTariff(db, demoTariff, noon)
  const versions = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => makeTariff(db, {
    ...demoTariff, name: `Версия ${i}`, key: 'version-form',
    replaces: { id: tariffId, version: 0, moveSubscribers: true },
  }, by(`m${i}`))))
  t.equal(versions.filter(({ status }) => status === 'fulfilled').length, 1, 'one new version')
  t.equal((await db.selectFrom('tariffs').select('id').where('replaces', '=', tariffId).execute()).length, 1)
  await importNumbers(db, ['+74990009999'], '', false, noon)
  const other = await someSubscriber(db)
  const given = await Promise.allSettled([subscriberId, other, subscriberId, other].map((id) =>
    giveNumber(db, id, '+74990009999', by('olga'))))
  t.equal(given.filter(({ status }) => status === 'fulfilled').length, 1, 'a number goes to one')
})

t.test('corrections asked for and decided by several at once keep the books', async (t) => {
  const { db, subscriberId } = await setUp(t)
  const random = seededRandom(20_261_123)
  const deeds: (() => Promise<unknown>)[] = []
  for (let i = 0; i < 20; i++) {
    const kopecks = (random() < 0.5 ? -1 : 1) * (1 + Math.floor(random() * 1000_00))
    const draft = { key: `correction-${i}`, kopecks, reason: 'Проверка' }
    deeds.push(async () => {
      const [made] = await Promise.all([1, 2].map(() => addCorrection(db, subscriberId, draft, 500_00, by('olga'))))
      if (made!.state !== 'waiting') return
      await Promise.allSettled([
        decideCorrection(db, made!.id, 'confirm', by('pavel')), decideCorrection(db, made!.id, 'refuse', by('roman')),
        decideCorrection(db, made!.id, 'confirm', by('olga')), decideCorrection(db, made!.id, 'confirm', by('sveta')),
      ])
    })
    deeds.push(() => append(db, subscriberId, { key: `bonus-${i}`, kind: 'bonus', kopecks: 1, atMs: noon, text: '' }))
  }
  await Promise.all(deeds.map((deed) => deed()))
  t.match(await checkLedgers(db, noon), { alarms: [] })
  const corrections = await db.selectFrom('desk_corrections').selectAll().execute()
  t.equal(corrections.length, 20)
  t.notOk(corrections.some(({ state }) => state === 'waiting'))
  t.notOk(corrections.some(({ decided_by: who, state }) => who === 'olga' && state === 'done'), 'nobody agrees with himself')
  const entered = await db.selectFrom('ledger').select(['entry_key', 'kopecks']).where('kind', '=', 'correction')
    .where('entry_key', 'like', 'correction:%').execute()
  t.strictSame(
    new Map(entered.map((one) => [one.entry_key, one.kopecks])),
    new Map(corrections.filter(({ state }) => state === 'done').map(({ id, kopecks }) => [`correction:${id}`, kopecks])),
    'what is done is in the ledger, once, and nothing else')
})

t.test('tariffs planned and taken back in any order, with the clock going on', async (t) => {
  const { db } = await setUp(t)
  const names = ['А', 'Б', 'В']
  const ids = await Promise.all(names.map((name) => addTariff(db, { ...demoTariff, name }, noon)))
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(seed)
    const id = await someSubscriber(db)
    /** What is to hold from when on, as a simple list. */
    let plan: { since: number; tariff: number }[] = []
    let now = noon
    for (let step = 0; step < 12; step++) {
      now += Math.floor(random() * 12) * 3_600_000
      const tariff = Math.floor(random() * ids.length)
      const since = random() < 0.4 ? undefined : now + Math.floor((random() - 0.2) * 3 * dayMs)
      await planTariff(db, id, ids[tariff]!, since, by('olga', now))
      plan = [...plan.filter((one) => one.since <= now), { since: Math.max(now, since ?? now), tariff }]
      // Two changes within a millisecond are told apart by one.
      await followPlannedTariffs(db, now + 1)
      const holds = plan.findLast((one) => one.since <= now)
      t.equal(await tariffIdAt(db, id, now + 1), holds && ids[holds.tariff], `seed ${seed}, step ${step}`)
      const row = await db.selectFrom('subscribers').select('tariff').where('id', '=', id).executeTakeFirstOrThrow()
      if (holds) t.equal(row.tariff, names[holds.tariff], `seed ${seed}, step ${step}: its name`)
    }
  }
})

t.test('prices written are prices read, whatever they are', async (t) => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const pick = (most: number) => Math.floor(random() * most)
    const signs = 'Россия;"мобильные", 5% \t+=-@юж.'
    const rates = new Map<string, Rate>()
    for (let i = pick(30); i >= 0; i--) {
      const prefix = Array.from({ length: pick(16) }, () => String(pick(10))).join('')
      const name = `Н${Array.from({ length: pick(20) }, () => signs[pick(signs.length)]).join('')}`.trim()
      rates.set(prefix, {
        prefix, name: name.replaceAll('\t', ' '), kopecksPerMinute: pick(1_000_000), connectionKopecks: pick(10_000),
        firstStepSeconds: 1 + pick(3600), nextStepSeconds: 1 + pick(3600),
      })
    }
    const all = [...rates.values()].toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
    const read = readRateSheet(writeRateSheet(all), 100)
    if (read.faults.length > 0) t.fail(`seed ${seed}: ${JSON.stringify(read.faults)}`)
    if (compareRates(all, read.rates).same !== all.length) t.strictSame(read.rates, all, `seed ${seed}`)
  }
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed)
    const signs = '79;,"\n\r\t +*₽.\ufeffа'
    const text = Array.from({ length: Math.floor(random() * 200) }, () => signs[Math.floor(random() * signs.length)]).join('')
    const { rates } = readRateSheet(text, 10)
    for (const { prefix, name, kopecksPerMinute } of rates)
      if (!/^\d{0,15}$/.test(prefix) || name === '' || !Number.isSafeInteger(kopecksPerMinute)) t.fail(`seed ${seed}`)
  }
  t.pass('all of them')
})
