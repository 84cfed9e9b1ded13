/**
 * The fraud drill: those of the forty cases of the reference (ecosystem.md §3.6) that concern money,
 * log-in and the panel. Some are played here, over a real MariaDB with the call application, the
 * panel's API and the manager's desk together; the table says where the others are, and the first
 * test that they are there.
 *
 * Of the forty not here: 1–10, 12–15, 23–29, 31 and 34–37 concern SIP, media and the machines. 33
 * (two nodes of a Galera cluster) asks for a cluster: what its refusals are answered with is in
 * test/store/transactions.test.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { Meter } from '../src/app/meter.ts'
import { Reception } from '../src/app/reception.ts'
import { Velocity } from '../src/app/velocity.ts'
import { systemClock } from '../src/clock.ts'
import { createCallStore } from '../src/store/call-store.ts'
import { inTransaction } from '../src/store/database.ts'
import { demoTariff } from '../src/store/demo-tariff.ts'
import { setLimit } from '../src/store/limits-change.ts'
import type { LimitName } from '../src/limits/limit-table.ts'
import { startLimitsWatch } from '../src/store/limits-watch.ts'
import { addNumber } from '../src/store/numbers.ts'
import { addRule } from '../src/store/rules.ts'
import { addTariff, assignTariff } from '../src/store/tariffs.ts'
import { addTrunk } from '../src/store/trunks.ts'
import { silentLog } from './support/database.ts'
import { deskWorld } from './support/desk.ts'
import { invite, quiet, trunk } from './support/call-fixtures.ts'
import { processCpuMsOf } from './support/cpu-time.ts'
import { eventually } from './support/eventually.ts'
import { FakeCaller, FakeSipServer } from './support/fake-sip-server.ts'
import type { Phone } from './support/fake-sip-server.ts'
import { scriptedDialogues, NotingLibrary } from './support/scripted-dialogues.ts'
import type { SteppingClock } from './support/stepping-clock.ts'

/** Case of §3.6 → tests by file; those of this file are played below. */
const covered: Readonly<Record<number, Readonly<Record<string, readonly string[]>>>> = {
  11: {
    'test/api/login.test.ts': [
      'a wrong password and an unknown login are answered alike',
      'ten wrong passwords lock the account for a quarter of an hour',
      'one address may not try the accounts one after the other',
      'guesses sent all at once do not slip through',
    ],
    'test/api/people-account.test.ts': [
      'asking tells nothing of who has an account, and fills no mailbox', 'codes are not to be guessed',
    ],
    'test/fraud-drill.test.ts': ['11: a log-in that does not exist takes as long'],
  },
  16: {
    'test/app/calls.test.ts': ['CANCEL crossing the 200, '],
    'test/app/meter.test.ts': ['hung up while the money is asked for: nothing is reserved, nothing charged'],
  },
  17: {
    'test/app/calls.test.ts': ['two answers within a millisecond: one wins, the other gets ACK and BYE'],
    'test/fraud-drill.test.ts': ['17: two phones answer within 5 ms: one talk, one charge'],
  },
  18: {
    'test/call/chain.test.ts': [
      'a circle rings on until its time cuts it, hard (R-9)',
      'a circle of instant 486 pauses after each pass and is counted (R-9)',
    ],
  },
  19: {
    'test/app/calls-at-the-edge.test.ts': [
      'a target that is a personal number of this platform is not dialled',
      'a phone that forwards back to the personal number finds it busy', 'our number among the diversions',
    ],
  },
  20: {
    'test/api/limits.test.ts': ['what may not be rung is refused when it is saved'],
    'test/app/call-limits.test.ts': ['numbers that may not be rung are not, and the journal says why'],
    'test/fraud-drill.test.ts': ['20: what slipped into the database is not dialled either'],
  },
  21: {
    'test/app/meter.test.ts': [
      'three calls share the money and are cut together, to the kopeck',
      'the phone is warned a minute before, once, and again after a payment',
    ],
    'test/e2e/money.test.ts': ['a balance that dies with three live calls', 'a call refused for money: 480 and no word of it'],
    'test/fraud-drill.test.ts': ['21: the money of a day ends, the account is frozen, a manager thaws it'],
  },
  22: {
    'test/app/call-limits.test.ts': [
      'calls of other processes count for calls at once', 'a leg too many is busy, that leg alone',
    ],
    'test/fraud-drill.test.ts': ['22: a call too many is busy, and the desk sees an alarm'],
  },
  30: {
    'test/e2e/money.test.ts': ['the application is killed in a call: charged until it was last seen to live'],
    'test/e2e/restart.test.ts': [
      'the application is killed while a phone rings: 503 and CANCEL, the next start closes the record',
    ],
    'test/store/charges.test.ts': [
      'a process that died: charged until it was last seen, and nothing stays reserved',
      'seeds in three processes, some killed',
    ],
  },
  32: {
    'test/e2e/money.test.ts': ['the database is killed in calls: they end as they should, each is charged once'],
    'test/store/outage.test.ts': ['calls go on without the database, and everything is there afterwards'],
    'test/app/meter.test.ts': ['in a call: it goes on, until the moment that was known'],
  },
  38: {
    'test/api/payments.test.ts': [
      'refused, late, lost, again and again', 'what is forged or altered credits nothing',
      'a webhook from elsewhere is refused before anything is asked',
    ],
    'test/pay/notices.test.ts': [
      'Robokassa: ResultURL', 'ЮKassa: payment, webhook as a hint, the answer that counts',
    ],
  },
  39: {
    'test/api/foreign.test.ts': ['subscriber\'s ids do not exist, on any route'],
    'test/api/voicemail.test.ts': ['a link is of one login, five minutes, one file'],
    'test/notify/public-address.test.ts': ['refused: '],
    'test/notify/webhook.test.ts': ['never sent to ', 'a name that resolves to '],
    'test/fraud-drill.test.ts': ['39: a stolen session cannot turn the account into money'],
  },
  40: {
    'test/web/pages.browser.test.ts': ['axe on every page', 'by keyboard alone: log in, switch a rule off'],
    'test/web/editor.browser.test.ts': ['by keys alone: times as typed, numbers moved, a day copied, saved'],
    'test/web/home.browser.test.ts': ['a name is dragged to another place, or moved by its handle’s arrows'],
  },
}

t.test('every case has its test', async (t) => {
  const root = join(import.meta.dirname, '..')
  t.strictSame(Object.keys(covered).map(Number), [11, 16, 17, 18, 19, 20, 21, 22, 30, 32, 38, 39, 40])
  for (const [number, files] of Object.entries(covered)) {
    for (const [file, titles] of Object.entries(files)) {
      const text = readFileSync(join(root, file), 'utf8')
      for (const title of titles) {
        const there = text.includes(title) || text.includes(title.replaceAll('\'', '\\\''))
        t.ok(there, `${number}: ${file} «${title}»`)
      }
    }
  }
})

const desk = await deskWorld(t)
const { database, subscriber, client } = desk
const db = database.kysely
const olga = await desk.manager('olga')
await addTrunk(db, { ...trunk(), name: 'Drill' }, systemClock.wallMs())

const good = '+79161112233'
const better = '+79162223344'
const answers: Phone = { ringsAfter: 2, finalAfter: 8, sdp: 'v=0 answer' }

/** The call application over the real database; its phones are of paper. */
async function application(t: Test, phones: Record<string, Phone>) {
  // In real time: the database answers when it does.
  const server = new FakeSipServer(systemClock as unknown as SteppingClock)
  server.phone = (uri) => phones[uri.slice(4, uri.indexOf('@'))]
  const store = await createCallStore({
    database, clock: systemClock, log: silentLog, spillFolder: t.testdir(), verifyNumbers: true,
  })
  const velocity = new Velocity(systemClock, quiet, store.counts)
  const library = new NotingLibrary()
  const reception = new Reception(
    { maxCps: 100, maxLiveCalls: 50, maxCallSeconds: 3600, sessionSeconds: 0, recordingsFolder: '/rec' },
    {
      directory: store, journal: store, clock: systemClock, log: quiet, media: undefined, library: undefined,
      dialogues: (incoming) => scriptedDialogues(incoming.id, library), velocity,
      meter: new Meter(store.charges, systemClock, quiet),
    }, server)
  t.teardown(async () => {
    reception.shutDown()
    await eventually(() => reception.counts().ending === 0)
    await reception.stored()
    await store.stop()
  })
  let calls = 0
  const call = (number: string, from = '+79031112233') => {
    const headers = { 'call-id': `${number}-${++calls}`, from: `<sip:${from}@x>;tag=${calls}`, to: `<sip:${number}@x>` }
    const caller = new FakeCaller(server, invite(headers, { uri: `sip:${number}@203.0.113.1` }))
    reception.invite(caller, undefined)
    return caller
  }
  /** Its final status. */
  const final = async (caller: FakeCaller) => {
    await eventually(() => caller.final !== 0)
    return caller.final
  }
  /** Everybody hangs up, and everything is stored. */
  const over = async (...callers: FakeCaller[]) => {
    for (const caller of callers) {
      if (caller.final !== 200) continue
      await eventually(() => server.dialogs.has(caller.dialogId))
      // A talk that begins and ends in the same millisecond costs nothing.
      await new Promise((done) => { setTimeout(done, 5) })
      // The application may not listen yet.
      await eventually(() => {
        caller.hangUp()
        return !server.dialogs.has(caller.dialogId)
      })
    }
    await eventually(() => reception.live() === 0)
    await reception.stored()
    await eventually(() => store.waiting() === 0)
  }
  return { server, call, final, over, velocity }
}

let people = 0

/** A subscriber with a tariff whose rule rings these phones, all proved to be his. */
async function victim(addresses: readonly string[], more: object = {}) {
  const wallMs = systemClock.wallMs()
  const login = `victim${++people}`
  const who = await subscriber(login, more)
  const tariff = await addTariff(db, { ...demoTariff, name: login, freeAnswerSeconds: 0, includedSeconds: 0 }, wallMs)
  await assignTariff(db, who.id, tariff, wallMs - 1000)
  const ids: string[] = []
  for (const address of addresses)
    ids.push(await addNumber(db, who.id, { address, description: '', confirm: false }, wallMs))
  await db.updateTable('numbers').set({ verified_at: wallMs }).where('subscriber_id', '=', who.id).execute()
  await addRule(db, who.id, {
    name: 'Все', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 5,
    targets: ids.map((targetId) => ({ targetId, ringSeconds: undefined })), noAnswer: { action: 'hangUp' },
  }, wallMs)
  const { number } = (await who.get('/api/me')).body as { number: string }
  return { ...who, number, login }
}

function limit(subscriberId: string, name: LimitName, value: number): Promise<void> {
  return inTransaction(db, (trx) => setLimit(trx,
    { subscriberId, name, value, reason: 'Проба', by: { actor: 'olga' } }, systemClock.wallMs()))
}

async function charges(subscriberId: string) {
  return db.selectFrom('ledger').select(['kopecks', 'entry_key']).where('subscriber_id', '=', subscriberId)
    .where('kind', '=', 'call').execute()
}

/** Notes of the last call's trace. */
async function lastNotes(subscriberId: string): Promise<readonly string[]> {
  const { trace } = await db.selectFrom('calls').select('trace').where('subscriber_id', '=', subscriberId)
    .orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  return (JSON.parse(trace) as { step: string; code?: string }[])
    .flatMap(({ step, code = '' }) => step === 'note' ? [code] : [])
}

/** What the desk is told of a subscriber. */
async function alarms(subscriberId: string): Promise<readonly string[]> {
  const { body } = await olga.get('/api/desk/alarms')
  return (body.alarms as { kind: string; subscriber: { id: string } | null; details: { fault: string } }[])
    .filter(({ kind, subscriber: whose }) => kind === 'fraud' && whose?.id === subscriberId)
    .map(({ details }) => details.fault).sort()
}

t.test('11: a log-in that does not exist takes as long', async (t) => {
  await subscriber('anna')
  const logIn = (login: string) => processCpuMsOf(async () => {
    const reply = await client().post('/api/login', { login, password: 'wrong' })
    t.match(reply, { status: 401, body: { code: 'bad_credentials' } })
  })
  let [there, nobody] = [Infinity, Infinity]
  // In turn, and the least of each: what else this process does is no difference between them.
  for (let i = 0; i < 5; i++) {
    there = Math.min(there, await logIn('anna'))
    nobody = Math.min(nobody, await logIn(`nobody${i}`))
  }
  t.ok(nobody > there / 2 && nobody < there * 2, `${there} ms and ${nobody} ms: the same work`)
})

t.test('17: two phones answer within 5 ms: one talk, one charge', async (t) => {
  const anna = await victim([good, better])
  const app = await application(t, { [good]: answers, [better]: { ...answers, answersCancelAfter: 1, finalAfter: 11 } })
  const caller = app.call(anna.number)
  t.equal(await app.final(caller), 200)
  await eventually(() => app.server.invites.every(({ acked }) => acked !== undefined), () => app.server.invites)
  t.strictSame(app.server.invites.map((one) => one.final), [200, 200], 'both had answered')
  await app.over(caller)
  const [one, ...more] = await charges(anna.id)
  t.ok(one !== undefined && Number(one.kopecks) < 0 && more.length === 0, 'one entry')
  t.strictSame(await db.selectFrom('live_charges').select('call_id').execute(), [], 'nothing stays reserved')
  t.equal((await anna.get('/api/me')).body.balanceKopecks, 100_00 + Number(one?.kopecks))
})

t.test('20: what slipped into the database is not dialled either', async (t) => {
  const anna = await victim([good, '+78091234567', '+881612345678', '+306912345678', '+448712345678'])
  const stranger = await addNumber(db, anna.id, { address: better, description: '' }, systemClock.wallMs())
  await addRule(db, anna.id, {
    name: 'Чужой', enabled: true, priority: 9, blocks: [], mode: 'parallel', waitSeconds: 5,
    targets: [{ targetId: stranger, ringSeconds: undefined }], noAnswer: { action: 'hangUp' },
  }, systemClock.wallMs())
  const app = await application(t, { [good]: answers, [better]: answers })
  t.equal(await app.final(app.call(anna.number)), 480, 'a telephone that nobody has proved')
  await anna.delete(`/api/rules/${(await anna.get('/api/rules')).body[0].id}`)
  const caller = app.call(anna.number)
  t.equal(await app.final(caller), 200)
  await app.over(caller)
  t.strictSame(app.server.invites.map(({ uri }) => uri.slice(4, uri.indexOf('@'))), [good], 'one phone of six')
  t.strictSame(await lastNotes(anna.id), ['barredClass', 'barredClass', 'barredCountry', 'barredClass'], 'and why')
})

t.test('22: a call too many is busy, and the desk sees an alarm', async (t) => {
  const anna = await victim([good], { maxCalls: 2 })
  const app = await application(t, { [good]: answers })
  const callers = [app.call(anna.number, '+79031110001'), app.call(anna.number, '+79031110002')]
  for (const caller of callers) t.equal(await app.final(caller), 200)
  t.equal(await app.final(app.call(anna.number, '+79031110003')), 486)
  await app.over(...callers)
  await limit(anna.id, 'callerCallsPerHour', 2)
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) {
    const caller = app.call(anna.number, '+79031110004')
    statuses.push(await app.final(caller))
    await app.over(caller)
  }
  t.strictSame(statuses, [200, 200, 486, 486], 'one caller pumps calls')
  let seen: readonly string[] = []
  await eventually(() => {
    void alarms(anna.id).then((found) => { seen = found })
    return seen.length === 2
  })
  t.strictSame(seen, ['callerRate', 'concurrentCalls'])
})

t.test('21: the money of a day ends, the account is frozen, a manager thaws it', async (t) => {
  const anna = await victim([good])
  const app = await application(t, { [good]: answers })
  const first = app.call(anna.number)
  t.equal(await app.final(first), 200)
  await app.over(first)
  const [{ kopecks } = { kopecks: '0' }] = await charges(anna.id)
  // Of the day's money as much is left as costs less than another first step.
  await limit(anna.id, 'spendPerDayKopecks', 1 - Number(kopecks))
  const second = app.call(anna.number)
  t.equal(await app.final(second), 480)
  t.notMatch(JSON.stringify(second.responses), /pay|money|402|balance/i, 'the caller hears nothing of money')
  await app.over()
  t.equal((await charges(anna.id)).length, 1, 'and nobody pays for it')
  t.ok((await anna.get('/api/me')).body.balanceKopecks > 50_00, 'there is money on the account')
  const { reason } = await db.selectFrom('calls').select('reason').where('subscriber_id', '=', anna.id)
    .orderBy('started_at', 'desc').limit(1).executeTakeFirstOrThrow()
  t.equal(reason, 'dayLimit', 'and the journal does not say otherwise')

  const watch = startLimitsWatch({ db, clock: systemClock, log: silentLog })
  t.teardown(() => watch.stop())
  t.ok(await watch.look() >= 1)
  t.strictSame(await alarms(anna.id), ['spend'])
  t.match((await anna.get('/api/limits')).body, { status: 'frozen', spentTodayKopecks: -Number(kopecks) })
  const before = app.server.invites.length
  t.equal(await app.final(app.call(anna.number)), 480)
  await app.over()
  t.equal(app.server.invites.length, before, 'frozen: nothing rings')
  t.strictSame(await lastNotes(anna.id), ['frozen'])

  const path = `/api/desk/subscribers/${anna.id}`
  t.match(await olga.put(`${path}/limits`, { name: 'spendPerDayKopecks', value: 0, reason: 'Звонил сам' }), { status: 200 })
  t.match(await olga.post(`${path}/status`, { was: 'frozen', status: 'active', reason: 'Звонил сам' }), { status: 200 })
  t.equal(await watch.look(), 0, 'not frozen again')
  const third = app.call(anna.number)
  t.equal(await app.final(third), 200, 'phones ring again')
  await app.over(third)
})

t.test('39: a stolen session cannot turn the account into money', async (t) => {
  const anna = await victim([good])
  const thief = anna // he has her cookie, and knows nothing else
  const refused: [what: string, reply: Promise<{ status: number; body: { code?: string } }>, status: number][] = [
    ['a premium line', thief.post('/api/numbers', { address: '+7 809 123-45-67', description: '' }), 422],
    ['a line in Latvia', thief.post('/api/numbers', { address: '+371 2000 0000', description: '' }), 422],
    ['to open Latvia', thief.put('/api/limits', { countries: ['LV'] }), 403],
    ['her password', thief.put('/api/settings/password', { old: 'guess', new: 'a new pass phrase 1' }), 403],
    ['her letters', thief.put('/api/settings/email', { email: 'thief@example.org', password: 'guess' }), 403],
    ['a webhook into our network',
      thief.put('/api/settings', { version: 1, delivery: { webhookUrl: 'https://127.0.0.1/x' }, password: 'guess' }), 403],
    ['her limits', thief.put(`/api/desk/subscribers/${anna.id}/limits`, { name: 'callMinutes', value: 0, reason: 'x' }), 404],
    ['the desk', thief.get('/api/desk/limits'), 404],
  ]
  for (const [what, reply, status] of refused) t.match(await reply, { status, body: { code: String } }, what)
  const { id } = (await thief.post('/api/numbers', { address: '+7 903 000-00-01', description: '' })).body
  t.match((await thief.get('/api/numbers')).body.find((one: { id: string }) => one.id === id), { verifiedAt: null },
    'his own phone is nobody’s until a code has proved it')
})
