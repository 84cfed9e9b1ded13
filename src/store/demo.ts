/**
 * What a fresh installation starts with: one subscriber with phones and the four rules of the
 * manual's pictures, and a trunk to this machine. At any time of day the rule that acts rings two
 * phones at once. The password is made once and kept beside the data, to be shown at every start.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { ScheduleBlock } from '../call/rule.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { seedDesk } from './demo-desk.ts'
import { demoTariff } from './demo-tariff.ts'
import { StoreError } from './errors.ts'
import { forgiveMonth } from './monthly-fee.ts'
import { hashPassword } from './password.ts'
import { setLimit } from './limits-change.ts'
import { addNumber } from './numbers.ts'
import { addRule } from './rules.ts'
import type { RuleDraft } from './rules.ts'
import { findAccount, setPassword } from './sessions.ts'
import { changeSettings } from './settings.ts'
import { createSubscriber, setDefaultNumber } from './subscribers.ts'
import { addTariff, assignTariff, tariffIdAt } from './tariffs.ts'
import { addTrunk } from './trunks.ts'

export interface DemoOptions {
  /** File that keeps login and password, readable by this user only. */
  readonly file: string
  /** Port on 127.0.0.1 where the demo trunk expects the telephone network. */
  readonly trunkPort: number
  readonly wallMs: number
}

export interface DemoAccess {
  readonly login: string
  readonly password: string
  /** Personal number, E.164. */
  readonly number: string
  /** Of the desk. */
  readonly manager?: { readonly login: string; readonly password: string }
}

const login = 'demo'
const number = '+74996740782'
/** Of a domain that nobody has (RFC 2606): `make run` catches its mail, no server would send it. */
const email = 'mironov@demo.example'
const dayMs = 86_400_000

/**
 * Fills an empty database; one that has any subscriber is left alone. Answers how to get in,
 * undefined when there is no demo subscriber.
 */
export async function seedDemo(db: Db, options: DemoOptions): Promise<DemoAccess | undefined> {
  const access = await seedSubscriber(db, options)
  if (access === undefined || access.manager !== undefined) return access
  const whole = { ...access, manager: await seedDesk(db, access, options.wallMs) }
  await writeAccess(options.file, whole)
  return whole
}

async function seedSubscriber(db: Db, options: DemoOptions): Promise<DemoAccess | undefined> {
  const some = await db.selectFrom('subscribers').select('id').limit(1).executeTakeFirst()
  if (!some) {
    try {
      return await fill(db, options)
    } catch (fault) {
      // Another process was filling the same database; it has written the file, or will have.
      if (!(fault instanceof StoreError)) throw fault
    }
  }
  const account = await findAccount(db, login)
  if (!account) return undefined
  await giveTariff(db, account.subscriberId, options.wallMs)
  const kept = await readAccess(options.file)
  if (kept) return kept
  // The data was kept but the file was not: a password nobody knows helps nobody.
  const access = newAccess()
  await setPassword(db, account.id, await hashPassword(access.password))
  await writeAccess(options.file, access)
  return access
}

async function fill(db: Db, options: DemoOptions): Promise<DemoAccess> {
  const access = newAccess()
  const passwordHash = await hashPassword(access.password)
  await inTransaction(db, async (trx) => {
    // All or nothing: functions of the store join the transaction they are given.
    const id = await createSubscriber(
      trx,
      {
        name: 'Михаил Миронов',
        number,
        login,
        passwordHash,
        tariff: 'Базовый',
        balanceKopecks: 380_00,
        settings: { voicemail: true, voicemailAfterSeconds: 25 },
      },
      options.wallMs,
    )
    await giveTariff(trx, id, options.wallMs)
    // The balance of the pictures is what is left after this month's fee.
    await forgiveMonth(trx, id, options.wallMs)
    const phones = await addPhones(trx, id, options.wallMs)
    for (const rule of demoRules(phones, options.wallMs))
      await addRule(trx, id, rule, options.wallMs)
    await setDefaultNumber(trx, id, phones.mobile)
    await openForDemo(trx, id, options.wallMs)
    const by = { atMs: options.wallMs, from: '', agent: '' }
    await changeSettings(trx, id, undefined, { options: { email } }, by)
    await addTrunk(
      trx,
      {
        name: 'Демонстрационный транк',
        enabled: true,
        inboundNets: ['127.0.0.0/8', '::1/128'],
        host: '127.0.0.1',
        port: options.trunkPort,
        transport: 'udp',
        credentials: undefined,
        numberFormat: 'e164plus',
        identity: 'caller',
        assertIdentity: false,
        diversion: 'diversion',
        order: 1,
        capacity: undefined,
        provisionalSeconds: 5,
        earlyMedia: true,
      },
      options.wallMs,
    )
  })
  await writeAccess(options.file, access)
  return access
}

/** A demo subscriber of an older version has none yet. */
async function giveTariff(db: Db, subscriberId: string, wallMs: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (await tariffIdAt(trx, subscriberId, wallMs) !== undefined) return
    await assignTariff(trx, subscriberId, await addTariff(trx, demoTariff, wallMs), wallMs)
  })
}

type Phones = Readonly<Record<'mobile' | 'home' | 'office' | 'dacha' | 'greek', string>>

async function addPhones(db: Db, subscriberId: string, wallMs: number): Promise<Phones> {
  const add = (address: string, description: string) =>
    addNumber(db, subscriberId, { address, description }, wallMs)
  const phones = {
    mobile: await add('+79161234501', 'Мобильный'),
    home: await add('+74951234502', 'Домашний'),
    office: await add('+74957654303', 'Офис'),
    dacha: await add('+74961234504', 'Дача'),
    greek: await add('+306912345678', 'Греческая симка'),
  }
  // Nobody can type codes for telephones that do not exist; the rules to come write the document.
  await db
    .updateTable('numbers')
    .set({ verified_at: wallMs, address_since: null })
    .where('subscriber_id', '=', subscriberId)
    .execute()
  return phones
}

/** His second card is a Greek one; and one tries a load on his number, from one caller. */
async function openForDemo(trx: Trx, id: string, wallMs: number): Promise<void> {
  await trx
    .insertInto('subscriber_countries')
    .values({ subscriber_id: id, country: 'GR', since: wallMs })
    .execute()
  const by = { actor: 'system' }
  const reason = 'Демонстрация: пробы под нагрузкой.'
  const off = { subscriberId: id, value: 0, reason, by }
  await setLimit(trx, { ...off, name: 'callerCallsPerHour' }, wallMs)
}

/** In the order of the manual's picture; the first three together leave no hour of the week. */
function demoRules(phones: Phones, wallMs: number): readonly RuleDraft[] {
  const evenings: ScheduleBlock = block([7, 1, 2, 3, 4, 5], 18, 9)
  const working: ScheduleBlock = block([1, 2, 3, 4, 5], 9, 18)
  const weekend: ScheduleBlock = { weekdays: [6, 7], dates: [], hours: [] }
  const dates = [{ from: dateAfter(wallMs, 14), to: dateAfter(wallMs, 28) }]
  const holiday: ScheduleBlock = { weekdays: [], dates, hours: [] }
  return [
    parallel('Дома', evenings, [phones.mobile, phones.home]),
    parallel('Звонок в рабочее время', working, [phones.office, phones.mobile]),
    parallel('На даче', weekend, [phones.dacha, phones.mobile]),
    {
      ...parallel('Звонки во время отпуска', holiday, [phones.greek, phones.mobile]),
      enabled: false,
      mode: 'serial',
    },
  ]
}

function block(
  weekdays: ScheduleBlock['weekdays'],
  fromHour: number,
  toHour: number,
): ScheduleBlock {
  return { weekdays, dates: [], hours: [{ from: fromHour * 60, to: toHour * 60 }] }
}

function dateAfter(wallMs: number, days: number): string {
  return new Date(wallMs + days * dayMs).toISOString().slice(0, 10)
}

function parallel(name: string, when: ScheduleBlock, targetIds: readonly string[]): RuleDraft {
  return {
    name,
    enabled: true,
    priority: 0,
    blocks: [when],
    mode: 'parallel',
    waitSeconds: 30,
    targets: targetIds.map((targetId) => ({ targetId, ringSeconds: undefined })),
    noAnswer: { action: 'hangUp' },
  }
}

function newAccess(): DemoAccess {
  return { login, password: randomBytes(9).toString('base64url'), number }
}

async function readAccess(file: string): Promise<DemoAccess | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<DemoAccess>
    return value.login && value.password && value.number ? (value as DemoAccess) : undefined
  } catch {
    return undefined
  }
}

async function writeAccess(file: string, access: DemoAccess): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(access, undefined, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
