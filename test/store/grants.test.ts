/**
 * The application's database user: does everything that the application does, and cannot change the
 * ledger, nor any table. Checked on the database itself, not on the text of the grants.
 */
import { readFileSync } from 'node:fs'
import { CompiledQuery } from 'kysely'
import { pino } from 'pino'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { canChangeLedger, grantTables, prepareDatabase } from '../../src/store/grants.ts'
import { append } from '../../src/store/ledger.ts'
import { beginOrder, creditOrder } from '../../src/store/payments.ts'
import { hashPassword } from '../../src/store/password.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { silentLog, sqlFolder, testDatabase, testServer } from '../support/database.ts'

const now = 1_760_000_000_000
const run = (db: Db, statement: string) => db.executeQuery(CompiledQuery.raw(statement))
const denied = { code: 'ER_TABLEACCESS_DENIED_ERROR' }

function urlFor(url: string, user: string, password: string): string {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return changed.href
}

t.test('the private database: a user of our own who cannot change what was entered', async (t) => {
  const database = await testDatabase(t, { migrated: false })
  const options = { ownerUrl: database.url, applicationUrl: undefined, folder: sqlFolder, log: silentLog }
  const url = await prepareDatabase(options)
  t.not(url, database.url)
  t.equal(await prepareDatabase(options), url, 'and again at the next start')
  const own = openDatabase({ url, connections: 4 })
  t.teardown(() => own.close())
  const db = own.kysely
  t.notOk(await canChangeLedger(db))
  t.ok(await canChangeLedger(database.kysely))
  const id = await createSubscriber(db, {
    name: 'Анна', number: '+74990000001', login: 'anna', passwordHash: await hashPassword('anna'),
    balanceKopecks: 100_00,
  }, now)
  const order = await beginOrder(db, id, {
    formKey: 'form-key', tile: 'robokassa', system: 'robokassa', kopecks: 5000, test: false,
    description: 'x', expiresAt: now,
  }, now)
  const paid = { kind: 'paid', orderNumber: order.number, kopecks: 5000, providerId: '1', test: false } as const
  t.match(await creditOrder(db, 'robokassa', paid, { address: '', signature: '', body: 'x' }, now),
    { decision: 'credited' })
  for (const statement of [
    'UPDATE ledger SET kopecks = 1', 'DELETE FROM ledger', 'TRUNCATE TABLE ledger',
    'UPDATE payment_notices SET body = \'\'', 'DELETE FROM payment_notices',
    'UPDATE audit_log SET actor = \'\'', 'DELETE FROM audit_log',
    'REPLACE INTO ledger SELECT * FROM ledger', 'DROP TABLE ledger', 'ALTER TABLE ledger ADD x INT',
    'CREATE TABLE other (x INT)', 'DROP TABLE subscribers', 'CREATE TRIGGER x BEFORE INSERT ON ledger FOR EACH ROW SET NEW.kopecks = 1',
    `INSERT INTO ledger SELECT * FROM ledger ON DUPLICATE KEY UPDATE kopecks = 1`,
    'GRANT UPDATE ON ledger TO CURRENT_USER()', 'RENAME TABLE ledger TO old',
  ]) await t.rejects(run(db, statement), statement)
  await t.rejects(run(db, 'UPDATE ledger SET kopecks = 1'), denied)
  t.strictSame((await append(db, id, { key: 'opening', kind: 'correction', kopecks: 100_00, atMs: now, text: '' })).isNew, false)
  await t.rejects(run(db, 'SELECT * FROM mysql.user'), 'nor does it see other users')
})

t.test('a database of the operator’s: the owner gives, the application has', async (t) => {
  const database = await testDatabase(t, { migrated: false })
  const name = new URL(database.url).pathname.slice(1)
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const text = /## A database of your own[^`]*(?:`\w+`[^`]*)*```sql\n([^`]*)```/.exec(readme)?.[1] ?? ''
  const statements = text.split(/;\n/).filter((statement) => statement.trim() !== '')
  t.equal(statements.length, 5, 'what the README tells the operator to do')
  for (const statement of statements.slice(1)) // the database itself is there
    await run(database.kysely, statement.replaceAll('personal_number', name))
  const ownerUrl = urlFor(database.url, 'pn_owner', 'one%20secret')
  const applicationUrl = urlFor(database.url, 'pn_app', 'another%20secret')
  t.equal(await prepareDatabase({ ownerUrl, applicationUrl, folder: sqlFolder, log: silentLog }), applicationUrl)
  const app = openDatabase({ url: applicationUrl, connections: 2 })
  t.teardown(() => app.close())
  t.notOk(await canChangeLedger(app.kysely))
  await createSubscriber(app.kysely, {
    name: 'Анна', number: '+74990000001', login: 'anna', passwordHash: 'x', balanceKopecks: 1,
  }, now)
  await t.rejects(run(app.kysely, 'DELETE FROM ledger'), denied)
})

t.test('one user for all: it works, and the start tells', async (t) => {
  const database = await testDatabase(t)
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => { lines.push(line) } })
  const { url } = database
  t.equal(await prepareDatabase({ ownerUrl: url, applicationUrl: url, folder: sqlFolder, log }), url)
  t.match(lines.join(''), /could change ledger rows/)
})

t.test('only what is missing is given, quickly', async (t) => {
  const { kysely: db } = await testDatabase(t)
  await testServer()
  await run(db, `CREATE USER \`odd\`\`name\`@'localhost'`)
  await grantTables(db, 'odd`name@localhost')
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const began = performance.now()
    await grantTables(db, 'odd`name@localhost')
    times.push(performance.now() - began)
  }
  // The quickest: another process may have had the machine in the others.
  t.ok(Math.min(...times) < 200, `${times.map(Math.round).join(', ')} ms when there is nothing to do`)
})
