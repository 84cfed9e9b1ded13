/**
 * The real panel over a real database for browser tests: a subscriber with the phones, rules and
 * calls of the design's pictures, on Tuesday 18 November 2025, 14:32 in Moscow.
 */
import type { Test } from 'tap'
import { createApi } from '../../src/api/app.ts'
import { defaultBrand } from '../../src/api/brand.ts'
import { createChangeHub } from '../../src/api/change-hub.ts'
import type { ApiDeps } from '../../src/api/context.ts'
import { buildPanel } from '../../src/api/panel-bundle.ts'
import { startPanelServer } from '../../src/api/server.ts'
import { clockStartingAt } from '../../src/clock.ts'
import type { CallRecord, LegRecord } from '../../src/call/record.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { hashPassword } from '../../src/store/password.ts'
import { addRule } from '../../src/store/rules.ts'
import type { RuleDraft } from '../../src/store/rules.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import type { NewSubscriber } from '../../src/store/subscribers.ts'
import { silentLog, testDatabase } from './database.ts'
import type { TestDatabase } from './database.ts'

/** Tuesday 18 November 2025, 14:32 in Moscow. */
export const pictureMs = Date.parse('2025-11-18T14:32:00+03:00')
export const personalNumber = '+74996740782'
export const webFolder = new URL('../../web', import.meta.url).pathname
/** Of all worlds of a file. */
let built: ReturnType<typeof buildPanel> | undefined

export interface PanelWorld {
  readonly url: string
  readonly database: TestDatabase
  /** Login and password are this word. */
  readonly login: string
  readonly subscriberId: string
  /** Phones and rules by name. */
  readonly phones: Readonly<Record<string, string>>
  readonly rules: Readonly<Record<string, string>>
  readonly journal: CallJournal
  /** The recordings folder; `panel-sounds.ts` fills it. */
  readonly sounds: string
  /** The panel's wall clock, milliseconds since 1970. */
  readonly wallMs: () => number
}

const phoneBook: readonly (readonly [string, string])[] = [
  ['Мобильный', '+79162041138'], ['Офис', '+74951234567'], ['Домашний', '+74993112075'],
  ['Анна, секретарь', '+79254186602'], ['Дача', '+74965773108'], ['Греческая симка', '+306948123377'],
]

type Block = RuleDraft['blocks'][number]

const workdays: Block['weekdays'] = [1, 2, 3, 4, 5]

function block(weekdays: Block['weekdays'], fromHour: number, toHour: number, dates: Block['dates'] = []): Block {
  return { weekdays, dates, hours: [{ from: fromHour * 60, to: toHour * 60 }] }
}

interface PictureRule {
  readonly name: string
  readonly blocks: readonly Block[]
  readonly phones: readonly string[]
  readonly more?: Partial<RuleDraft>
}

const pictureRules: readonly PictureRule[] = [
  { name: 'Планёрка', blocks: [block([2], 15, 16.5)], phones: ['Анна, секретарь'], more: { priority: 10 } },
  { name: 'В рабочее время', blocks: [block(workdays, 9, 18)], phones: ['Мобильный', 'Офис'], more: { waitSeconds: 25 } },
  { name: 'Дома', blocks: [block([], 18, 23)], phones: ['Мобильный', 'Домашний'], more: { mode: 'serial' } },
  { name: 'На даче', blocks: [{ weekdays: [6, 7], dates: [{ from: '2025-05-01', to: '2025-11-30' }], hours: [] }], phones: ['Дача'] },
  { name: 'Во время отпуска', blocks: [block([], 10, 19, [{ from: '2025-11-12', to: '2025-11-23' }])], phones: ['Греческая симка'], more: { enabled: false } },
  { name: 'Ночью только близкие', blocks: [block([], 22, 7)], phones: ['Мобильный'] },
]

/** Starts the panel with the world of the pictures; `empty` leaves out phones, rules and calls. */
export async function panelWorld(
  test: Test, options: {
    readonly empty?: boolean; readonly subscriber?: Partial<NewSubscriber>; readonly api?: Partial<ApiDeps>
  } = {},
): Promise<PanelWorld> {
  const database = await testDatabase(test)
  const clock = clockStartingAt(pictureMs)
  const login = 'mironov'
  const subscriberId = await createSubscriber(database.kysely, {
    name: 'Михаил Миронов', number: personalNumber, login, passwordHash: await hashPassword(login),
    tariff: 'Личный', balanceKopecks: 380_00, ...options.subscriber,
  }, pictureMs)
  // His Greek card was let in long ago.
  await database.kysely.insertInto('subscriber_countries')
    .values({ subscriber_id: subscriberId, country: 'GR', since: 0 }).execute()
  const phones: Record<string, string> = {}
  const rules: Record<string, string> = {}
  if (options.empty !== true) {
    const db = database.kysely
    for (const [description, address] of phoneBook) {
      phones[description] = await addNumber(db, subscriberId, { address, description }, pictureMs)
    }
    await db.updateTable('numbers').set({ address_since: null }).execute()
    for (const rule of pictureRules) {
      const draft: RuleDraft = {
        name: rule.name, enabled: true, priority: 0, blocks: rule.blocks, mode: 'parallel', waitSeconds: 30,
        targets: rule.phones.map((name) => ({ targetId: phones[name] ?? '', ringSeconds: undefined })),
        noAnswer: { action: 'hangUp' }, ...rule.more,
      }
      rules[rule.name] = (await addRule(db, subscriberId, draft, pictureMs)).id
    }
  }
  const folder = test.testdir({ sounds: {} })
  const sounds = `${folder}/sounds`
  const journal = new CallJournal({ database, clock, log: silentLog, spillFolder: folder, owner: 'e'.repeat(32) })
  const hub = createChangeHub(database.kysely, clock, silentLog)
  const panel = await (built ??= buildPanel(webFolder, '', 1))
  const api = createApi({
    database, clock, log: silentLog, hub, brand: defaultBrand, behindProxy: false, panel,
    media: { folder: sounds, available: () => true }, ...options.api,
  })
  const server = await startPanelServer({ api, host: '127.0.0.1', port: 0, behindProxy: false, log: silentLog })
  test.teardown(async () => {
    hub.stop()
    await server.stop()
    await journal.stop(2000)
  })
  return { url: server.url, database, login, subscriberId, phones, rules, journal, sounds, wallMs: clock.wallMs }
}

let made = 0

function id(): string {
  return (made += 1).toString(16).padStart(32, '0')
}

interface LegSketch {
  readonly phone: string
  readonly rule: string
  /** Seconds after the start of the call. */
  readonly ring?: number
  readonly answer?: number
  readonly end?: number
  readonly outcome: LegRecord['outcome']
}

export interface CallSketch {
  /** Moscow time of the pictures' day, or a full ISO instant. */
  readonly at: string
  readonly caller: string
  readonly name?: string
  readonly legs?: readonly LegSketch[]
  readonly trace?: CallRecord['trace']
  readonly outcome?: CallRecord['outcome']
  readonly status?: number
  /** Seconds after the start; undefined for a call that lives. */
  readonly end?: number
}

/** A call record of the world from a sketch. */
export function sketchCall(world: PanelWorld, sketch: CallSketch): CallRecord {
  const startedAt = Date.parse(sketch.at.includes('T') ? sketch.at : `2025-11-18T${sketch.at}+03:00`)
  const ms = (seconds: number | undefined): number | undefined => seconds === undefined ? undefined : seconds * 1000
  const legs = (sketch.legs ?? []).map((leg): LegRecord => ({
    id: id(), ruleId: world.rules[leg.rule], ruleName: leg.rule, targetId: world.phones[leg.phone],
    address: phoneBook.find(([name]) => name === leg.phone)?.[1] ?? '', description: leg.phone, attempts: [],
    startMs: ms(leg.ring) ?? 0, ringMs: ms(leg.ring), answerMs: ms(leg.answer), endMs: ms(leg.end),
    outcome: leg.outcome, status: leg.outcome === 'answered' ? 200 : leg.outcome === 'busy' ? 486 : 0,
  }))
  const answered = legs.find((leg) => leg.outcome === 'answered')
  return {
    id: id(), sipCallId: `call-${made}`, subscriberId: world.subscriberId, dialled: personalNumber, caller: sketch.caller,
    callerName: sketch.name ?? '', anonymous: sketch.caller === '', trunkId: undefined, startedAt,
    answeredAt: answered === undefined ? undefined : startedAt + (answered.answerMs ?? 0),
    endedAt: sketch.end === undefined ? undefined : startedAt + sketch.end * 1000, outcome: sketch.outcome,
    status: sketch.status ?? (answered === undefined ? 0 : 200), endedBy: sketch.end === undefined ? undefined : 'caller', reason: '',
    answeredLegId: answered?.id, legs, trace: sketch.trace ?? [],
  }
}

/** Writes calls of the journal page's picture; the last one rings at 14:32. */
export async function pictureCalls(world: PanelWorld, options: { readonly live?: boolean } = {}): Promise<readonly CallRecord[]> {
  const taken = (name: string, atMs = 0, via: 'schedule' | 'chain' = 'schedule') =>
    ({ step: 'ruleTaken', atMs, ruleId: world.rules[name] ?? '', ruleName: name, via, priority: 0 }) as const
  const off = { step: 'ruleSkipped', atMs: 0, ruleId: world.rules['Во время отпуска'] ?? '', ruleName: 'Во время отпуска', why: { verdict: 'disabled' } } as const
  const planned = { step: 'ruleSkipped', atMs: 0, ruleId: world.rules['Планёрка'] ?? '', ruleName: 'Планёрка', why: { verdict: 'hours', minute: 838 } } as const
  const work = 'В рабочее время'
  const sketches: CallSketch[] = [
    { at: '2025-11-17T20:03:00+03:00', caller: '+79161234567', name: 'Вера', outcome: 'abandoned', status: 487, end: 12, trace: [taken('Дома')], legs: [{ phone: 'Мобильный', rule: 'Дома', ring: 1, end: 12, outcome: 'cancelled' }] },
    { at: '2025-11-17T22:47:00+03:00', caller: '+79853100404', outcome: 'answered', end: 765, trace: [taken('Дома')], legs: [{ phone: 'Мобильный', rule: 'Дома', ring: 1, answer: 15, end: 765, outcome: 'answered' }] },
    { at: '07:34:12', caller: '+79034118765', outcome: 'refused', status: 480, end: 0, trace: [{ step: 'refused', atMs: 0, why: 'nothingActs', status: 480 }] },
    { at: '12:15:40', caller: '+79215550190', name: 'Павел', outcome: 'answered', end: 55, trace: [taken(work)], legs: [{ phone: 'Мобильный', rule: work, ring: 1, end: 7, outcome: 'answeredElsewhere' }, { phone: 'Офис', rule: work, ring: 1, answer: 7, end: 55, outcome: 'answered' }] },
    { at: '13:41:00', caller: '', outcome: 'missed', status: 480, end: 26, trace: [taken(work)], legs: [{ phone: 'Мобильный', rule: work, ring: 1, end: 26, outcome: 'noAnswer' }, { phone: 'Офис', rule: work, ring: 1, end: 26, outcome: 'noAnswer' }] },
    {
      at: '13:58:04', caller: '+74957802210', name: 'ООО «Северный ветер»', outcome: 'answered', end: 282, trace: [planned, taken(work), off, taken('Дома', 26_000, 'chain')],
      legs: [{ phone: 'Мобильный', rule: work, ring: 1, end: 9, outcome: 'busy' }, { phone: 'Офис', rule: work, ring: 1, end: 26, outcome: 'noAnswer' }, { phone: 'Анна, секретарь', rule: 'Дома', ring: 26, answer: 35, end: 282, outcome: 'answered' }],
    },
    { at: '14:20:00', caller: '+79161234567', name: 'Вера', outcome: 'answered', end: 258, trace: [taken(work)], legs: [{ phone: 'Мобильный', rule: work, ring: 1, answer: 6, end: 258, outcome: 'answered' }, { phone: 'Офис', rule: work, ring: 1, end: 6, outcome: 'answeredElsewhere' }] },
  ]
  if (options.live === true) {
    const at = new Date(world.wallMs() - 8000).toISOString()
    sketches.push({ at, caller: '+79161234567', name: 'Вера', trace: [taken(work)], legs: [{ phone: 'Мобильный', rule: work, ring: 1, outcome: 'ringing' }, { phone: 'Офис', rule: work, ring: 1, outcome: 'ringing' }] })
  }
  const records = sketches.map((sketch) => sketchCall(world, sketch))
  for (const record of records) {
    await world.journal.open(record)
    if (record.outcome !== undefined) await world.journal.close(record)
  }
  return records
}
