/**
 * Money in the running product: `make run` with its simulator, each of the three systems paid, and
 * the application and the database killed in the middle of it: nothing is lost, nothing is doubled.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import type { RunNote } from '../../src/launcher/product.ts'
import { openDatabase } from '../../src/store/database.ts'
import { canChangeLedger } from '../../src/store/grants.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { urlOfUser } from '../../src/store/private-server.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { pay } from '../support/payments.ts'
import { freeUdpPort } from '../support/sipp.ts'

t.setTimeout(290_000)

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'pn-pay-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const child = spawn(process.execPath, ['src/main.ts', 'run'], {
  cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
  env: {
    PATH: process.env['PATH'] ?? '', HOME: folder, PN_DATA_DIR: folder, PN_DRAIN_SECONDS: '0',
    PN_PANEL_PORT: String(await freeTcpPort()), PN_CONTROL_PORT: String(await freeTcpPort()),
    PN_SIP_CONTACT: `sip:127.0.0.1:${await freeUdpPort()};transport=udp,tcp`,
    PN_DEMO_TRUNK_PORT: String(await freeUdpPort()), PN_MEDIA_PORT: String(await freeTcpPort()),
    PN_PAY_SIMULATOR_PORT: String(await freeTcpPort()), PN_RTP_PORTS: '0',
  },
})
let output = ''
for (const stream of [child.stdout, child.stderr])
  stream.setEncoding('utf8').on('data', (text: string) => { output += text })
const ended = new Promise((done) => child.once('close', done))
t.teardown(async () => {
  child.kill('SIGTERM')
  await ended
})

const noteFile = join(folder, 'run.json')
const note = () => JSON.parse(readFileSync(noteFile, 'utf8')) as RunNote
await until(() => existsSync(noteFile) || child.exitCode !== null, 100_000)
if (!existsSync(noteFile)) throw new Error(output)
const { panelUrl, demo, databaseUrl } = note()
const database = openDatabase({ url: databaseUrl, connections: 2 })
t.teardown(() => database.close())
const db = database.kysely

async function until(holds: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await holds()) return true
    await new Promise((done) => setTimeout(done, 50))
  }
  return holds()
}

let cookie = ''
async function ask(method: string, path: string, body?: object) {
  const reply = await fetch(`${panelUrl}/api${path}`, {
    method, headers: { cookie, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? cookie
  return await reply.json() as Record<string, never>
}

let forms = 0
const begin = async (system: string, kopecks: number) =>
  ask('POST', '/payments', { system, kopecks, key: `form-key-${++forms}` }) as unknown as
    Promise<{ order: number; url: string }>
const balance = async () => Number((await ask('GET', '/me'))['balanceKopecks'])
const serves = () => fetch(`${panelUrl}/api/health`).then(({ ok }) => ok, () => false)

t.test('each of the three systems, and the balance at once', async (t) => {
  await ask('POST', '/login', { login: demo?.login, password: demo?.password })
  t.equal(await balance(), 380_00)
  t.ok(await until(async () => {
    const { systems } = await ask('GET', '/payments/systems') as unknown as { systems: { available: boolean }[] }
    return systems.every(({ available }) => available)
  }, 60_000))
  for (const system of ['robokassa', 'qiwi', 'card']) {
    const before = await balance()
    const { order, url } = await begin(system, 100_00)
    await until(() => fetch(url).then(({ ok }) => ok, () => false), 60_000)
    await pay(url)
    t.equal(await balance(), before + 100_00, system)
    t.match(await ask('GET', `/payments/${order}`), { state: 'paid', test: true })
  }
  const { lines, closingKopecks } = await ask('GET', '/charges') as unknown as
    { lines: { kind: string }[]; closingKopecks: number }
  t.strictSame(lines.map(({ kind }) => kind), ['correction', 'payment', 'payment', 'payment'])
  t.equal(closingKopecks, await balance())
})

t.test('the application is a user who cannot change the ledger', async (t) => {
  const [row] = await database.execute<{ user: string }>(
    'SELECT user FROM information_schema.processlist WHERE user <> \'root\' LIMIT 1', [], 2000)
  t.equal(row?.user, 'application')
  const own = openDatabase({ url: urlOfUser(databaseUrl, 'application'), connections: 1 })
  t.notOk(await canChangeLedger(own.kysely))
  await own.close()
})

for (const part of ['app', 'database'] as const) {
  t.test(`kill -9 of the ${part} in the middle of fifty notices`, async (t) => {
    const before = await balance()
    const orders = [await begin('robokassa', 100_00), await begin('card', 200_00)]
    // Late, so that they arrive while the part dies; the simulator tells again what is not accepted.
    for (const { url } of orders) await pay(url, { repeat: '50', delay: '300' })
    await new Promise((done) => setTimeout(done, 320))
    process.kill(note().pids[part]!, 'SIGKILL')
    t.ok(await until(async () => await serves() &&
      await balance().then((now) => now === before + 300_00, () => false), 60_000),
      'both are credited when it serves again')
    const entries = await db.selectFrom('ledger').select('order_number')
      .where('order_number', 'in', orders.map(({ order }) => String(order))).execute()
    t.strictSame(entries.map(({ order_number: number }) => Number(number)).toSorted((a, b) => a - b),
      orders.map(({ order }) => order), 'once each')
    t.strictSame((await checkLedgers(db, Date.now())).alarms, [])
  })
}
