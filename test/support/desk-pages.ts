/**
 * The manager's desk in a browser: the world of the panel's pictures with two managers, a pool of
 * numbers, requests of the queue's picture, live calls with a ladder, a payment, talks, an alarm, a
 * letter that was given up.
 */
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { buildDesk, buildPanel } from '../../src/api/panel-bundle.ts'
import type { LadderEntry } from '../../src/call/ladder.ts'
import { addManager } from '../../src/store/accounts.ts'
import { raiseAlarm } from '../../src/store/alarms.ts'
import { createLadderKeeper } from '../../src/store/call-ladders.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { newId } from '../../src/store/ids.ts'
import { importNumbers } from '../../src/store/number-pool.ts'
import { hashPassword } from '../../src/store/password.ts'
import { beginOrder, creditOrder } from '../../src/store/payments.ts'
import { addRegistration } from '../../src/store/registrations.ts'
import { beginAsking } from '../../src/store/support-visitor.ts'
import { addThread } from '../../src/store/support.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { addTrunk } from '../../src/store/trunks.ts'
import { clockStartingAt } from '../../src/clock.ts'
import { silentLog } from './database.ts'
import { panelWorld, pictureCalls, pictureMs, sketchCall, webFolder } from './panel-server.ts'
import type { PanelWorld } from './panel-server.ts'

export interface DeskWorld extends PanelWorld {
  /** Ids by what they are: 'payment', 'thread', 'tariff', 'trunk', 'call'. */
  readonly ids: Readonly<Record<string, string>>
}

const minute = 60_000

/** Of the queue's picture, and how long each waits. */
const requests: readonly (readonly [name: string, phone: string, email: string, wish: string, minutes: number])[] = [
  ['Тестов Тест', '+79000000000', 'mironov@onetel.example', '+7499', 1500],
  ['Анна Ли', '+79850026193', 'li@onetel.example', '+7495', 164],
  ['Константин Константинопольский-Задунайский', '+79216400018', 'kk@onetel.example', '+7812', 87],
  ['ООО «Северный ветер»', '+74957802210', 'wind@onetel.example', '', 52],
  ['Ирина Ковалёва', '+79031187740', 'kovaleva@onetel.example', '', 21],
  ['Пётр Зотов', '+79162041199', 'zotov@onetel.example', '+7499', 6],
]

async function people(world: PanelWorld): Promise<void> {
  const db = world.database.kysely
  for (const [login, name] of [['olga', 'Ольга Смирнова'], ['ivan', 'Иван Петров']] as const) {
    await addManager(db, {
      login, name, email: `${login}@onetel.example`, passwordHash: await hashPassword(login),
    }, world.wallMs())
  }
  const numbers = Array.from({ length: 60 }, (_, at) => `+7499674${String(1000 + at)}`)
  await importNumbers(db, numbers, 'договор 17', false, world.wallMs())
  for (const [at, [name, phone, email, wish, minutes]] of requests.entries()) {
    await addRegistration(db, {
      formKey: `form-of-the-picture-${at}`, name, phone, email, wish, comment: at === 4 ? 'Лучше звоните вечером' : '',
      referralCode: '', language: 'ru', address: '192.0.2.7',
    }, world.wallMs() - minutes * minute)
  }
}

async function money(world: PanelWorld): Promise<Record<string, string>> {
  const db = world.database.kysely
  const tariff = await addTariff(db, demoTariff, world.wallMs() - 1000 * minute)
  await assignTariff(db, world.subscriberId, tariff, world.wallMs() - 900 * minute)
  const order = await beginOrder(db, world.subscriberId, {
    formKey: 'f'.repeat(32), tile: 'card', system: 'yookassa', kopecks: 500_00, description: 'Пополнение баланса',
    test: false, expiresAt: world.wallMs() + 60 * minute,
  }, world.wallMs() - 30 * minute)
  await creditOrder(db, 'yookassa', {
    kind: 'paid', orderNumber: order.number, kopecks: 500_00, providerId: '2d7e1c0a', test: false,
  }, { address: '192.0.2.9', signature: '', body: '{"event":"payment.succeeded"}' }, world.wallMs() - 29 * minute)
  const trunk = await addTrunk(db, {
    name: 'Оператор А', enabled: true, inboundNets: ['192.0.2.0/24'], host: 'sip.operator.example', port: 5060,
    transport: 'udp', credentials: { user: 'onetel', password: 'secret' }, numberFormat: 'e164plus', identity: 'caller',
    assertIdentity: false, diversion: 'none', order: 10, capacity: 30, provisionalSeconds: 5, earlyMedia: false,
  }, world.wallMs())
  return { payment: String(order.number), tariff, trunk }
}

async function talk(world: PanelWorld): Promise<Record<string, string>> {
  const db = world.database.kysely
  const thread = await addThread(db, world.subscriberId, {
    kind: 'request', subject: 'Не приходит письмо', text: 'Жду письмо с записью второй день.', callId: undefined,
    files: [],
  }, world.wallMs() - 40 * minute)
  await beginAsking(db, {
    name: 'Гость Сайта', email: '', text: 'Сколько стоит номер 8 800?',
  }, world.wallMs() - 3 * minute)
  await raiseAlarm(db, {
    key: 'fraud:spend80', kind: 'fraud', subscriberId: world.subscriberId,
    details: { fault: 'spend', percent: 80, spentKopecks: 2400_00, capKopecks: 3000_00, day: '2025-11-18' },
  }, world.wallMs() - 12 * minute)
  await db.insertInto('outbox').values({
    id: newId(world.wallMs()), subscriber_id: world.subscriberId, kind: 'missedCall', channel: 'email',
    address: 'mironov@onetel.example', payload: '{}', notice_key: 'dead:1', state: 'dead', tries: 9,
    last_error: '550 no such mailbox', created_at: world.wallMs() - 500 * minute, done_at: world.wallMs() - 50 * minute,
    next_at: 0, lease_owner: '', lease_until: 0, fence: 0, external_id: '',
  }).execute()
  return { thread }
}

function entry(at: number, lane: string, direction: 'in' | 'out', what: string): LadderEntry {
  const status = /^\d{3}/.test(what) ? Number(what.slice(0, 3)) : null
  const line = status === null ? `${what} sip:+74996740782@sbc SIP/2.0` : `SIP/2.0 ${what}`
  return {
    atMs: at, lane, direction, method: status === null ? what : 'INVITE', status, line,
    hasSdp: what === 'INVITE' || what.startsWith('200'), exact: true,
    text: `${line}\r\nVia: SIP/2.0/UDP 192.0.2.55;branch=z9hG4bK1\r\nCall-ID: b7f1c2e0\r\n\r\n`,
    wire: { protocol: 'udp', remote: '192.0.2.55:5060', local: '203.0.113.1:5060' },
  }
}

/** Live calls of the second picture; one with its ladder. */
async function live(world: PanelWorld): Promise<Record<string, string>> {
  await pictureCalls(world, { live: true })
  const at = new Date(world.wallMs() - 161_000).toISOString()
  const call = sketchCall(world, {
    at, caller: '+79215550190', name: 'Павел', trace: [{
      step: 'ruleTaken', atMs: 0, ruleId: world.rules['В рабочее время'] ?? '', ruleName: 'В рабочее время',
      via: 'schedule', priority: 0,
    }], legs: [
      { phone: 'Мобильный', rule: 'В рабочее время', ring: 1, end: 8, outcome: 'busy' },
      { phone: 'Офис', rule: 'В рабочее время', ring: 1, answer: 19, outcome: 'answered' },
    ],
  })
  await world.journal.open(call)
  const [mobile = '', office = ''] = call.legs.map((leg) => leg.id)
  const clock = clockStartingAt(pictureMs)
  const keeper = createLadderKeeper({ database: world.database, clock, log: silentLog })
  keeper.keep(call.id, () => ({
    startedAt: call.startedAt, leftOut: { messages: 0, texts: 0 }, entries: [
      entry(0, 'caller', 'in', 'INVITE'), entry(2, 'caller', 'out', '100 Trying'),
      entry(11, mobile, 'out', 'INVITE'), entry(12, office, 'out', 'INVITE'),
      entry(94, mobile, 'in', '100 Trying'), entry(731, office, 'in', '180 Ringing'),
      entry(733, 'caller', 'out', '180 Ringing'), entry(1208, mobile, 'in', '183 Session Progress'),
      entry(8116, mobile, 'in', '486 Busy Here'), entry(8117, mobile, 'out', 'ACK'),
      entry(19_402, office, 'in', '200 OK'), entry(19_404, office, 'out', 'ACK'),
      entry(19_405, 'caller', 'out', '200 OK'), entry(19_441, 'caller', 'in', 'ACK'),
    ],
  }))
  await keeper.stop(5000)
  return { call: call.id }
}

/** The desk over a real database; managers olga and ivan, whose passwords are their logins. */
export async function deskPages(test: Test): Promise<DeskWorld> {
  const panel = await buildPanel(webFolder, '', 1)
  const desk = await buildDesk(webFolder, '', 1)
  const world = await panelWorld(test, {
    api: { panel: { files: new Map([...panel.files, ...desk.files]) }, sipConnected: () => true },
  })
  await people(world)
  const ids = { ...await money(world), ...await talk(world), ...await live(world) }
  return { ...world, ids }
}

/** Logs in on the panel's page as a manager does; ends at the desk. */
export async function enterDesk(page: Page, login: string): Promise<void> {
  await page.getByLabel('Логин').fill(login)
  await page.getByLabel('Пароль', { exact: true }).fill(login)
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.locator('.frame.desk').waitFor()
}
