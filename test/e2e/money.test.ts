/**
 * Money over real sockets: a balance that dies with three live calls, a call refused for want of
 * it, and what is charged when the application or the database is killed in the middle of a call.
 * Nothing may be lost, nothing doubled, and no caller may hear of money.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { chargeFor } from '../../src/money/rating.ts'
import { openDatabase } from '../../src/store/database.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { append } from '../../src/store/ledger.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { addRule } from '../../src/store/rules.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { silentLog, sqlFolder } from '../support/database.ts'
import { giveTariff } from '../support/flat-tariff.ts'
import { headerOf } from '../support/ladder.ts'
import { loopbackTrunk, startProduct } from '../support/product.ts'
import { freeUdpPort, startSipp } from '../support/sipp.ts'
import type { SippReport, SippRun } from '../support/sipp.ts'

t.setTimeout(290_000)

/** A rouble a second, each second begun is paid. */
const kopecksPerMinute = 6000
const rate = {
  prefix: '', name: '', kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1,
  nextStepSeconds: 1,
}
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

const dir = mkdtempSync(join(tmpdir(), 'pn-money-'))
let server = await startPrivateDatabase({ dir, log: silentLog })
const database = openDatabase({ url: server.url, connections: 4 })
const db = database.kysely
await migrate(db, { folder: sqlFolder, log: silentLog })
const phonePort = await freeUdpPort()
const product = await startProduct({
  database: { url: server.url, kysely: db }, trunks: [loopbackTrunk(phonePort)],
  env: { PN_DRAIN_SECONDS: '0' },
})
t.teardown(async () => {
  await product.stop()
  await database.close()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

interface Account { readonly id: string; readonly number: string }

let made = 0
async function account(balanceKopecks: number): Promise<Account> {
  const number = `+7499555000${++made}`
  const id = await createSubscriber(
    db, { name: '', number, login: number, passwordHash: '', balanceKopecks }, Date.now())
  await giveTariff(db, id, kopecksPerMinute)
  await changeSettings(db, id, undefined, { options: { email: 'anna@example.com' } })
  const targetId = await addNumber(db, id, { address: `+7495123400${made}`, description: '' }, Date.now())
  await addRule(db, id, {
    name: 'Всегда', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 20,
    targets: [{ targetId, ringSeconds: undefined }], noAnswer: { action: 'hangUp' },
  }, Date.now())
  return { id, number }
}

function phone(): Promise<SippRun> {
  return startSipp({ scenario: 'uas-ring-answer', port: phonePort, pauseMs: 50, calls: 0 })
}

function caller(to: Account, scenario: string, pauseMs = 0): Promise<SippRun> {
  return startSipp({ scenario, remote: product.sip, number: to.number, pauseMs })
}

async function balanceOf({ id }: Account): Promise<number> {
  const row = await db.selectFrom('subscribers').select('balance_kopecks').where('id', '=', id)
    .executeTakeFirstOrThrow()
  return Number(row.balance_kopecks)
}

async function reservations({ id }: Account): Promise<number> {
  const rows = await db.selectFrom('live_charges').select('call_id').where('subscriber_id', '=', id)
    .execute()
  return rows.length
}

/** Until when the application has promised to live: rises with each of its heartbeats. */
async function provedUntil(): Promise<number> {
  const rows = await db.selectFrom('leases').select('until_ms').where('name', 'like', 'journal:%').execute()
  return Math.max(...rows.map((row) => Number(row.until_ms)))
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(50)) {
    if (await done().catch(() => false)) return
  }
  throw new Error(`in vain: ${what}`)
}

interface Ended {
  readonly answeredAt: number
  readonly endedAt: number
  readonly reason: string
  readonly outcome: string
  readonly kopecks: number
}

/** The account's calls when all of them are stored with their ends. */
async function ended({ id }: Account, count: number): Promise<Ended[]> {
  const read = () => db.selectFrom('calls').selectAll().where('subscriber_id', '=', id)
    .where('ended_at', 'is not', null).orderBy('id').execute()
  await until(`${count} calls`, async () => (await read()).length >= count)
  return (await read()).map((row) => ({
    answeredAt: Number(row.answered_at), endedAt: Number(row.ended_at), reason: row.reason,
    outcome: row.outcome ?? '', kopecks: Number(row.cost_kopecks ?? 0),
  }))
}

function due({ answeredAt, endedAt }: Ended): number {
  return answeredAt === 0 ? 0 : chargeFor(rate, endedAt - answeredAt, 0, 0).kopecks
}

function bye(report: SippReport | { readonly messages: SippReport['messages'] }) {
  return report.messages.filter(({ text, direction }) =>
    direction === 'received' && text.startsWith('BYE'))
}

t.test('a balance that dies with three live calls', async (t) => {
  const who = await account(1300)
  const phones = await phone()
  const callers: SippRun[] = []
  for (let n = 0; n < 3; n++) {
    const run = await caller(who, 'uac-call-expect-callee-hangs-up')
    callers.push(run)
    // One who calls again while it still rings would be taken for a forwarding back to us.
    await until(`call ${n} is answered`, async () =>
      run.messages().some(({ text }) => text.startsWith('SIP/2.0 200')))
  }
  const reports = await Promise.all(callers.map((run) => run.done))
  t.same(reports.map(({ code }) => code), [0, 0, 0], 'each caller got a BYE')
  const calls = await ended(who, 3)
  t.same(calls.map(({ outcome, reason }) => `${outcome} ${reason}`), Array(3).fill('answered noMoney'))
  const cut = calls[0]!.endedAt
  t.ok(calls.every((one) => Math.abs(one.endedAt - cut) < 10), `all at the same moment: ${calls.map((one) => one.endedAt - cut)}`)
  const late = [...reports.flatMap(bye), ...bye({ messages: phones.messages() })].map(({ atMs }) => atMs - cut)
  t.equal(late.length, 6, 'both sides of each call')
  t.ok(late.every((ms) => ms > -20 && ms < 1000), `BYE ${late.map(Math.round).join(', ')} ms after it`)
  t.same(calls.map(due), calls.map(({ kopecks }) => kopecks), 'each to the kopeck')
  const spent = calls.reduce((sum, one) => sum + one.kopecks, 0)
  t.equal(await balanceOf(who), 1300 - spent)
  t.ok(1300 - spent >= 0 && 1300 - spent < 300, `${1300 - spent} kopecks are left`)
  t.equal(await reservations(who), 0)
  for (const { text } of bye({ messages: phones.messages() })) t.match(headerOf(text, 'Reason'), 'cause=402')
  for (const report of reports) {
    const said = report.messages.filter(({ direction }) => direction === 'received').map(({ text }) => text).join()
    t.match(said, 'Q.850;cause=31')
    t.notMatch(said, /\b402\b|payment|money|balance/i, 'the caller is told nothing of money')
    await t.resolves(callers.shift()!.stop())
  }
  await phones.stop()
})

t.test('a call refused for money: 480 and no word of it', async (t) => {
  for (const [balance, name] of [[0, 'nothing is left'], [40, 'less than a second']] as const) {
    const who = await account(balance)
    const run = await caller(who, 'uac-unanswered-expect-480')
    const done = await run.done
    await run.stop()
    t.equal(done.code, 0, `${name}: ${done.errors}`)
    t.notMatch(done.messages.map(({ text }) => text).join(), /\b402\b|payment|money|balance/i)
    const [call] = await ended(who, 1)
    t.match(call, { outcome: 'refused', reason: 'noMoney', kopecks: 0 })
    const notice = await db.selectFrom('outbox').select('payload').where('subscriber_id', '=', who.id)
      .where('kind', '=', 'refused').executeTakeFirst()
    t.match(JSON.parse(notice?.payload ?? '{}'), { why: 'noMoney' }, 'he himself is told')
  }
})

t.test('the application is killed in a call: charged until it was last seen to live', async (t) => {
  const who = await account(100_000)
  const phones = await phone()
  const run = await caller(who, 'uac-call-expect-callee-hangs-up')
  await until('a reservation', async () => await reservations(who) === 1)
  const began = Date.now()
  const first = await provedUntil()
  await until('a heartbeat', async () => await provedUntil() > first)
  await pause(1000)
  await product.end('app', 'SIGKILL')
  const killed = Date.now()
  await product.start('app')
  const [call] = await ended(who, 1)
  t.match(call, { outcome: 'interrupted' })
  t.ok(call!.endedAt <= killed && call!.endedAt >= began, 'not beyond its death')
  t.equal(call!.kopecks, due(call!))
  t.ok(call!.kopecks > 0, `${call!.kopecks} kopecks`)
  t.equal(await balanceOf(who), 100_000 - call!.kopecks)
  t.equal(await reservations(who), 0, 'nothing stays reserved')
  await run.stop()
  await phones.stop()
  await product.connected()
  const again = await phone()
  const next = await caller(who, 'uac-call-expect-answer', 300)
  t.equal((await next.done).code, 0, 'the next call is an ordinary one')
  const [, second] = await ended(who, 2)
  t.equal(await balanceOf(who), 100_000 - call!.kopecks - due(second!))
  await next.stop()
  await again.stop()
})

t.test('the database is killed in calls: they end as they should, each is charged once', async (t) => {
  const [rich, poor] = [await account(100_000), await account(600)]
  const phones = await phone()
  const runs = [
    await caller(rich, 'uac-call-expect-answer', 5000),
    await caller(poor, 'uac-call-expect-callee-hangs-up'),
  ]
  await until('reservations', async () => await reservations(rich) + await reservations(poor) === 2)
  process.kill(server.pid, 'SIGKILL')
  await server.exited
  await server.stop()
  const reports = await Promise.all(runs.map((run) => run.done))
  t.same(reports.map(({ code }) => code), [0, 0], 'one hangs up, the other is cut without it')
  await pause(500)
  server = await startPrivateDatabase({ dir, log: silentLog })
  const [one] = await ended(rich, 1)
  const [other] = await ended(poor, 1)
  t.match(one, { outcome: 'answered', reason: '' })
  t.match(other, { outcome: 'answered', reason: 'noMoney' })
  t.ok(Math.abs(other!.endedAt - other!.answeredAt - 6000) < 300, 'at the moment that was known')
  t.same([one!.kopecks, other!.kopecks], [due(one!), due(other!)])
  t.same([await balanceOf(rich), await balanceOf(poor)], [100_000 - due(one!), 600 - due(other!)])
  t.same([await reservations(rich), await reservations(poor)], [0, 0])
  for (const run of runs) await run.stop()
  await phones.stop()
})

t.test('money that comes in time, and everything adds up in the end', async (t) => {
  const who = await account(400)
  const phones = await phone()
  const run = await caller(who, 'uac-call-expect-answer', 5000)
  await until('a reservation', async () => await reservations(who) === 1)
  await pause(500)
  await append(db, who.id, {
    key: 'bonus:1', kind: 'bonus', kopecks: 1000, atMs: Date.now(), text: '',
  })
  t.equal((await run.done).code, 0, 'he talked on, and hung up himself')
  const [call] = await ended(who, 1)
  t.equal(await balanceOf(who), 1400 - due(call!))
  await run.stop()
  await phones.stop()
  t.same((await checkLedgers(db, Date.now())).alarms, [])
})
