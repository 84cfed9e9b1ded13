/**
 * The people on the other side of the panel's pages: a manager who works through the API, the post
 * that brings letters into the local mailbox, and an application that shows codes.
 */
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createCaughtMail } from '../../src/notify/caught-mail.ts'
import { createMailChannel } from '../../src/notify/mail.ts'
import { startMailSink } from '../../src/notify/mail-sink.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import { decodeBase32 } from '../../src/people/base32.ts'
import { codeOf, stepAt } from '../../src/people/totp.ts'
import { makeSecret } from '../../src/store/account-links.ts'
import { addManager } from '../../src/store/accounts.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { importNumbers } from '../../src/store/number-pool.ts'
import { hashPassword } from '../../src/store/password.ts'
import { addTariff } from '../../src/store/tariffs.ts'
import { silentLog } from './database.ts'
import type { PanelWorld } from './panel-server.ts'

/** The number that a confirmed request gets. */
export const poolNumber = '+74996740790'

export interface Manager {
  /** A request with the manager's session; throws unless it succeeds. */
  // oxlint-disable-next-line no-explicit-any -- replies of every shape, looked into by tests only
  ask(method: string, path: string, body?: unknown): Promise<any>
}

/** A manager who has logged in, a free number and a tariff. */
export async function hireManager(world: PanelWorld): Promise<Manager> {
  const db = world.database.kysely
  const login = 'olga'
  await addManager(db, {
    login, name: 'Ольга', email: 'olga@onetel.example', passwordHash: await hashPassword(login),
  }, world.wallMs())
  await importNumbers(db, [poolNumber], '', false, world.wallMs())
  await addTariff(db, demoTariff, world.wallMs())
  let cookie = ''
  const ask: Manager['ask'] = async (method, path, body) => {
    const reply = await fetch(`${world.url}/api${path}`, {
      method, headers: { cookie, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? cookie
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
    return reply.json()
  }
  await ask('POST', '/login', { login, password: login })
  return { ask }
}

/** Confirms the oldest request of the queue with the number that is kept for it. */
export async function confirmOldest(manager: Manager, login: string): Promise<void> {
  const { requests } = await manager.ask('GET', '/desk/requests')
  const request = await manager.ask('POST', `/desk/requests/${requests[0].id}/claim`)
  await manager.ask('POST', `/desk/requests/${request.id}/confirm`, {
    version: request.version, number: request.reserved.number, tariffId: request.tariffs[0].id, login,
  })
}

/** A token of the newest link that was made for anybody, as its letter would have it. */
export async function newestToken(world: PanelWorld): Promise<string> {
  const db = world.database.kysely
  const { id } = await db.selectFrom('account_links').select('id').orderBy('created_at', 'desc')
    .orderBy('id', 'desc').executeTakeFirstOrThrow()
  return await makeSecret(db, id, world.wallMs()) ?? ''
}

/** Where caught letters lie, for `panelWorld`. */
export function mailFolders(test: Test) {
  const folder = test.testdir({ mail: {}, sms: {} })
  const folders = { mail: join(folder, 'mail'), sms: join(folder, 'sms') }
  return { folders, mailbox: createCaughtMail(folders) }
}

/** Delivers what the outbox has, until the end of the test. */
export async function startPost(
  test: Test, world: PanelWorld, folder: string,
): Promise<void> {
  const clock = { ...systemClock, wallMs: world.wallMs }
  const db = world.database.kysely
  const sink = await startMailSink({ folder, clock, log: silentLog })
  const notifier = createNotifier({
    db, clock, log: silentLog, owner: 'f'.repeat(32), verifyNumbers: false,
    channels: [createMailChannel({
      url: sink.url, from: 'noreply@onetel.example',
      house: { brand: 'OneTel', publicUrl: world.url },
      secretOf: (linkId) => makeSecret(db, linkId, clock.wallMs()),
    })],
  })
  notifier.begin()
  test.teardown(async () => {
    await notifier.stop(2000)
    await sink.stop()
  })
}

/**
 * What an application showed in the thirty seconds before these. It is taken as long as these last,
 * so near their end the next ones are waited for.
 */
export async function codeBefore(world: PanelWorld, secret: string): Promise<string> {
  while (world.wallMs() % 30_000 > 15_000) await new Promise((done) => { setTimeout(done, 100) })
  return codeNow(world, secret, -1)
}

/** What an application shows for a secret, `ahead` steps of 30 seconds from now. */
export function codeNow(world: PanelWorld, secret: string, ahead = 0): string {
  const octets = decodeBase32(secret.replaceAll(/\s/g, '')) ?? new Uint8Array()
  return codeOf(octets, stepAt(world.wallMs()) + ahead,
    (key, message) => createHmac('sha1', key).update(message).digest())
}
