/** Accounts and numbers from before their tables, throttles, and numbers that many want at once. */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { accountsNamed, addManager } from '../../src/store/accounts.ts'
import { addLink, findLink, makeSecret } from '../../src/store/account-links.ts'
import { inTransaction } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { countPool, importNumbers, releaseFor, reserveFor, reservedFor } from '../../src/store/number-pool.ts'
import { answerPasswordAsk, notePasswordAsk, startPasswordAsks } from '../../src/store/password-asks.ts'
import { startNightly } from '../../src/store/nightly.ts'
import { noPassword } from '../../src/store/password.ts'
import { addRegistration } from '../../src/store/registrations.ts'
import { countTry } from '../../src/store/throttle.ts'
import { silentLog, sqlFolder, testDatabase } from '../support/database.ts'

const wallMs = Date.UTC(2026, 10, 23, 9)
const hour = 3_600_000

t.test('accounts and numbers of an older version are taken over', async (t) => {
  const { kysely: db } = await testDatabase(t, { migrated: false })
  const folder = t.testdir({})
  const names = readdirSync(sqlFolder).filter((name) => name.endsWith('.sql')).sort()
  const copy = (some: readonly string[]) => some.forEach((name) => copyFileSync(join(sqlFolder, name), join(folder, name)))
  copy(names.filter((name) => name < '006'))
  await migrate(db, { folder, log: silentLog })
  const options = JSON.stringify({ email: 'Anna@Example.com' })
  for (const [at, chosen] of [options, null, '{}', JSON.stringify({ email: '' })].entries()) {
    const id = String(at).repeat(32)
    await sql`INSERT INTO subscribers (id, name, zone, status, tariff, balance_kopecks, max_calls, voicemail, voicemail_after_seconds,
      record_calls, cycle_limit_seconds, ring_seconds, busy_matters_more, decline_is_refusal, version, options)
      VALUES (${id}, 'Анна', 'Europe/Moscow', 'active', 'Базовый', 0, 3, 0, 25, 0, 60, 25, 0, 0, 1, ${chosen})`.execute(db)
    await sql`INSERT INTO accounts (id, subscriber_id, login, password_hash) VALUES (${id}, ${id}, ${`user${at}`}, 'x')`.execute(db)
    await sql`INSERT INTO personal_numbers (address, subscriber_id) VALUES (${`+7499674000${at}`}, ${id})`.execute(db)
  }
  copy(names)
  await migrate(db, { folder, log: silentLog })
  t.match(await db.selectFrom('accounts').selectAll().orderBy('login').execute(), [
    { login: 'user0', email: 'anna@example.com', role: 'subscriber', status: 'active', password_temporary: 0 },
    { email: '' }, { email: '' }, { email: '' },
  ])
  t.match(await accountsNamed(db, ' ANNA@example.com'), [{ login: 'user0' }])
  t.strictSame(await accountsNamed(db, ''), [], 'nobody has no address')
  t.match(await countPool(db, wallMs), { assigned: 4, free: 0 })
  t.match(await db.selectFrom('number_pool').selectAll().orderBy('address').execute(), [{ address: '+74996740000', subscriber_id: '0'.repeat(32) }])
})

t.test('tries are counted together, per key, and begin anew after the window', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const limits = [{ key: 'form:203.0.113.9', tries: 5, windowMs: hour }]
  const waits = await Promise.all(Array.from({ length: 20 }, () => countTry(db, limits, wallMs)))
  t.equal(waits.filter((wait) => wait === 0).length, 5, 'twenty at once: five may')
  t.strictSame([...new Set(waits.filter((wait) => wait > 0))], [3600])
  t.equal(await countTry(db, [{ key: 'form:203.0.113.10', tries: 5, windowMs: hour }], wallMs), 0)
  t.equal(await countTry(db, limits, wallMs + hour - 1000), 1, 'the end is near')
  t.equal(await countTry(db, limits, wallMs + hour), 0)
  const rows = await db.selectFrom('throttles').selectAll().execute()
  t.ok(rows.every(({ bucket }) => /^[0-9a-f]{64}$/.test(bucket)), 'what people are is kept hashed')
  await countTry(db, limits, wallMs + 3 * hour)
  t.equal((await db.selectFrom('throttles').selectAll().execute()).length, 1, 'old ones are forgotten')
})

t.test('what one person is refused does not use up what all have', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const ask = (from: string) => countTry(db, [
    { key: `ask:${from}`, tries: 2, windowMs: hour }, { key: 'ask:all', tries: 5, windowMs: hour },
  ], wallMs)
  for (let at = 0; at < 20; at++) await ask('203.0.113.9')
  t.strictSame([await ask('203.0.113.10'), await ask('203.0.113.11'), await ask('203.0.113.12')], [0, 0, 0])
  t.equal(await ask('203.0.113.13'), 3600, 'together they are too many')
})

t.test('thirty requests want numbers at once: each has one of its own while there are any', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const numbers = Array.from({ length: 25 }, (_, at) => `+7499674${String(at).padStart(4, '0')}`)
  await importNumbers(db, numbers, '', false, wallMs)
  const ids = Array.from({ length: 30 }, (_, at) => String(at).padStart(32, '0'))
  const until = wallMs + hour
  const kept = await Promise.all(ids.map((id) => inTransaction(db, (trx) => reserveFor(trx, { id, wish: '+7499' }, until, wallMs))))
  const given = kept.filter((one) => one !== undefined)
  t.strictSame([given.length, new Set(given).size], [25, 25])
  const lucky = ids[kept.findIndex((one) => one !== undefined)]!
  t.equal(await inTransaction(db, (trx) => reserveFor(trx, { id: lucky, wish: '' }, until + hour, wallMs)),
    (await reservedFor(db, lucky, wallMs))?.number, 'asked again it is the same, for longer')
  const unlucky = ids[kept.indexOf(undefined)]!
  await inTransaction(db, (trx) => releaseFor(trx, lucky, wallMs))
  t.ok(await inTransaction(db, (trx) => reserveFor(trx, { id: unlucky, wish: '+7812' }, until, wallMs)), 'none by his wish: any other')
  t.equal(await reservedFor(db, unlucky, until), undefined, 'over')
  t.ok(await inTransaction(db, (trx) => reserveFor(trx, { id: lucky, wish: '' }, until + hour, until)), 'of what is over')
})

t.test('each try to send a letter makes a token; all are of one link', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await inTransaction(db, (trx) => addLink(trx, { accountId: 'a'.repeat(32), purpose: 'reset', email: 'a@b.ru' }, wallMs))
  const tokens: (string | undefined)[] = []
  for (let at = 0; at < 21; at++) tokens.push(await makeSecret(db, id, wallMs))
  t.strictSame([tokens.filter((one) => one !== undefined).length, tokens[20]], [20, undefined], 'not without end')
  for (const token of [tokens[0]!, tokens[19]!]) t.match(await findLink(db, token, ['reset'], wallMs), { id })
  await t.rejects(findLink(db, tokens[0]!, ['email'], wallMs), { code: 'link_expired' }, 'for what it was made only')
  t.equal(await makeSecret(db, id, wallMs + 24 * hour), undefined, 'an old letter is not sent')
  t.equal(await makeSecret(db, 'f'.repeat(32), wallMs), undefined)
})

t.test('who was answered gets his link, also when who answered him has died', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const now = Date.UTC(2026, 10, 23, 12)
  await addManager(db, { login: 'olga', name: 'Ольга', email: 'olga@example.org', passwordHash: noPassword }, now)
  const links = () => db.selectFrom('account_links').select('id').execute()
  await notePasswordAsk(db, { named: 'nobody' }, now)
  const id = await notePasswordAsk(db, { named: 'olga' }, now)
  t.equal((await links()).length, 0, 'and here it dies')
  const asks = startPasswordAsks({ db, clock: { ...systemClock, wallMs: () => now + 5000 }, log: silentLog })
  t.teardown(() => asks.stop())
  await asks.look()
  t.equal((await links()).length, 0, 'somebody is at it yet')
  const later = startPasswordAsks({ db, clock: { ...systemClock, wallMs: () => now + 11_000 }, log: silentLog })
  t.teardown(() => later.stop())
  await later.look()
  await answerPasswordAsk(db, id, now + 12_000)
  t.equal((await links()).length, 1, 'once')
  t.strictSame(await db.selectFrom('password_asks').select('id').execute(), [], 'nothing is kept of it')
})

t.test('a rejected request is forgotten with its notes when its days are over; others stay', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const day = 24 * hour
  const clock = { ...systemClock, wallMs: () => wallMs, wakeAt: () => () => {} }
  const requests: [state: string, decidedAt: number | null][] = [
    ['rejected', wallMs - 11 * day], ['rejected', wallMs - 9 * day], ['confirmed', wallMs - 90 * day], ['new', null],
  ]
  for (const [state, decided_at] of requests) {
    const { number } = await addRegistration(db, {
      formKey: `form ${state} ${decided_at}`, name: 'Пётр', phone: '+79161234501', email: 'p@example.com', wish: '',
      comment: 'у меня есть вопрос', referralCode: '', language: 'ru', address: '203.0.113.9',
    }, wallMs - 100 * day)
    const row = await db.updateTable('registrations').set({ state, decided_at }).where('number', '=', String(number))
      .executeTakeFirst()
    t.equal(row.numUpdatedRows, 1n)
    const { id } = await db.selectFrom('registrations').select('id').where('number', '=', String(number)).executeTakeFirstOrThrow()
    await db.insertInto('registration_notes')
      .values({ id: id.replace(/^../, 'ff'), registration_id: id, author: 'olga', text: 'звонил', written_at: wallMs })
      .execute()
  }
  const nightly = startNightly({ db, clock, log: silentLog, rejectedDays: 10 })
  t.teardown(() => nightly.stop())
  await nightly.look()
  const left = await db.selectFrom('registrations').select(['state', 'decided_at']).orderBy('number').execute()
  t.strictSame(left.map(({ state, decided_at: at }) => [state, at === null ? null : Number(at)]), requests.slice(1))
  t.equal((await db.selectFrom('registration_notes').select('id').execute()).length, 3)
})
