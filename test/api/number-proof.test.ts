/** Proof of numbers by a code, "press 1", and how numbers answered lately. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { createSmsFolder } from '../../src/notify/sms.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import type { LegOutcome } from '../../src/call/record.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

const day = 86_400_000

t.test('a number is proved by a code from an SMS, and only then rung', async (t) => {
  const folder = t.testdir()
  const sms = createSmsFolder(join(folder, 'outbox'), systemClock)
  const { database, subscriber } = await testApi(t, {
    verifyNumbers: true,
    sendSms: async (to, text) => { await sms.send(to, text, new AbortController().signal) },
  })
  const anna = await subscriber('anna', { number: '+74996740706' })
  const { body: number } = await anna.post('/api/numbers',
    { address: '+79161234567', description: 'Мобильный' })
  t.match(number, { verifiedAt: null, verification: null })
  const { body: rule } = await anna.post('/api/rules', ruleBody({ targetIds: [number.id] }))
  t.match(rule.warnings[0], { code: 'unverifiedNumber', details: { address: '+79161234567' } })
  await anna.put('/api/settings/default-number', { targetId: number.id })
  const find = createSubscriberFinder(database, 2000, { verifyNumbers: true })
  t.match(await find('+74996740706'), { rules: [{ targets: [] }], ownNumbers: [] })
  t.equal((await find('+74996740706'))?.defaultTarget, undefined)
  t.equal((await createSubscriberFinder(database, 2000)('+74996740706'))?.rules[0]?.targets.length,
    1,
    'without the setting it is rung')

  const path = `/api/numbers/${number.id}/verify`
  t.match(await anna.post(`${path}/code`, { code: '1234' }),
    { status: 409, body: { code: 'code_gone' } })
  const sent = await anna.post(path, { by: 'sms' })
  t.match(sent, { status: 202, body: { by: 'sms', triesLeft: 5, errandId: null } })
  const [file = ''] = readdirSync(join(folder, 'outbox'))
  const code = /(\d{4})\s*$/.exec(readFileSync(join(folder, 'outbox', file), 'utf8'))?.[1] ?? ''
  t.match(code, /^\d{4}$/)
  t.notOk(JSON.stringify(sent.body).includes(code), 'the reply does not tell it')
  t.match(await anna.post(path, { by: 'sms' }), { status: 429, body: { code: 'code_too_soon' } })

  const wrong = String((Number(code) + 1) % 10_000).padStart(4, '0')
  t.match(await anna.post(`${path}/code`, { code: wrong }),
    { status: 422, body: { code: 'wrong_code', field: 'code', details: { triesLeft: 4 } } })
  t.match((await anna.get('/api/numbers')).body, [{ verification: { triesLeft: 4 } }])
  t.match(await anna.post(`${path}/code`, { code }),
    { status: 200, body: { verifiedAt: Number, verification: null } })
  t.match(await find('+74996740706'), {
    rules: [{ targets: [{ id: number.id }] }], defaultTarget: { id: number.id },
    ownNumbers: ['+79161234567'],
  })
  t.match((await anna.get('/api/rules')).body, [{ warnings: [] }])

  const again = await anna.post('/api/numbers', { address: '+79161234567', description: 'Ещё раз' })
  t.match(again.body, { verifiedAt: Number, repeated: true },
    'the same telephone is proved already')
  const moved = await anna.put(`/api/numbers/${number.id}`,
    { address: '+79160000001', description: 'Мобильный' })
  t.equal(moved.body.verifiedAt, null, 'another telephone is not')
})

t.test('codes expire, wear out and are limited', async (t) => {
  const sent: string[] = []
  const { clock, database, subscriber } = await testApi(t, {
    sendSms: (_to, text) => Promise.resolve(void sent.push(text)),
  })
  const anna = await subscriber('anna')
  const id = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body.id
  const path = `/api/numbers/${id}/verify`
  const last = () => /(\d{4})\s*$/.exec(sent.at(-1) ?? '')?.[1] ?? ''

  await anna.post(path, { by: 'sms' })
  clock.wallAheadMs += 10 * 60_000
  t.match((await anna.post(`${path}/code`, { code: last() })).body, { code: 'code_gone' },
    'ten minutes')

  await anna.post(path, { by: 'sms' })
  const wrong = String((Number(last()) + 1) % 10_000).padStart(4, '0')
  for (let i = 0; i < 5; i++) await anna.post(`${path}/code`, { code: wrong })
  t.match((await anna.post(`${path}/code`, { code: last() })).body, { code: 'code_gone' },
    'five wrong tries use it up')
  for (const code of ['12', 'abcd', ''])
    t.equal((await anna.post(`${path}/code`, { code })).status, 400)

  for (let i = 0; i < 3; i++) {
    clock.wallAheadMs += 60_000
    t.equal((await anna.post(path, { by: 'sms' })).status, 202)
  }
  clock.wallAheadMs += 60_000
  t.match(await anna.post(path, { by: 'sms' }), { status: 409, body: { code: 'limit' } },
    'five a day')
  t.equal((await database.kysely.selectFrom('number_codes').selectAll().execute())
    .some((row) => row.code_hash.includes(last())), false, 'no code is stored in clear')
})

t.test('a spoken code is an errand', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const id = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body.id
  t.match(await anna.post(`/api/numbers/${id}/verify`, { by: 'sms' }),
    { status: 422, body: { code: 'sms_off' } }, 'without SMS there is the call')
  const started = await anna.post(`/api/numbers/${id}/verify`, { by: 'call' })
  t.match(started, { status: 202, body: { by: 'call', errandId: String } })
  const row = await database.kysely.selectFrom('errands').selectAll().executeTakeFirstOrThrow()
  const { address, code } = JSON.parse(row.details) as { address: string; code: string }
  t.equal(address, '+79161234567')
  t.match(await anna.post(`/api/numbers/${id}/verify/code`, { code }), { status: 200 })
})

t.test('"press 1" and the shown number are kept per number', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna', { number: '+74996740707' })
  const { body } = await anna.post('/api/numbers',
    { address: '+79161234567', description: '', confirm: true, callerId: 'personal' })
  t.match(body, { confirm: true, callerId: 'personal' })
  await anna.put('/api/settings/default-number', { targetId: body.id })
  const find = createSubscriberFinder(database, 2000)
  t.match((await find('+74996740707'))?.defaultTarget, { confirm: true, callerId: 'personal' })
  const kept = await anna.put(`/api/numbers/${body.id}`,
    { address: '+79161234567', description: 'x' })
  t.match(kept.body, { confirm: true, callerId: 'personal', description: 'x' }, 'left out: stays')
  const reset = await anna.put(`/api/numbers/${body.id}`,
    { address: '+79161234567', description: 'x', confirm: null, callerId: null })
  t.match(reset.body, { confirm: null, callerId: null })
  t.equal((await anna.put(`/api/numbers/${body.id}`,
    { address: '+79161234567', description: '', callerId: 'nobody' })).status, 400)
})

t.test('numbers are searched and come ten a page', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  for (let i = 0; i < 12; i++)
    await anna.post('/api/numbers', { address: `+7495123450${i % 10}`, description: `Офис ${i}` })
  const page = await anna.get('/api/numbers?page=2')
  t.equal(page.body.length, 2)
  t.equal(page.headers.get('x-total-count'), '12')
  const found = async (query: string) => (await anna.get(`/api/numbers?${query}`)).body.length
  t.equal(await found('q=офис%2011'), 1)
  t.equal(await found('q=8%20495%20123-45-01'), 2)
  t.equal(await found('q=нет'), 0)
  t.equal((await anna.get('/api/numbers?page=0')).status, 400)
})

t.test('a number that never answers, and one that is dead, are noticed', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const add = async (address: string) =>
    (await anna.post('/api/numbers', { address, description: '' })).body.id as string
  const mobile = await add('+79161234567')
  const dacha = await add('+74965773108')
  const dead = await add('+74950000000')
  const journal = journalOf(t, api)
  const now = Math.floor(api.clock.wallMs())
  const rings: [id: string, daysAgo: number, outcome: LegOutcome][] = [
    [mobile, 25, 'noAnswer'], [mobile, 3, 'answered'], [mobile, 2, 'answered'],
      [mobile, 2, 'answered'],
    [mobile, 1, 'cancelled'], [mobile, 1, 'answeredElsewhere'],
    [dacha, 21, 'answered'], [dacha, 15, 'noAnswer'], [dacha, 9, 'noAnswer'],
      [dacha, 1, 'noAnswer'],
    [dead, 5, 'unknownNumber'], [dead, 4, 'unknownNumber'],
  ]
  for (const [targetId, daysAgo, outcome] of rings) {
    const leg = legRecord({
      targetId, outcome, startMs: 100,
      ...(outcome === 'answered' ? { answerMs: 6100 } : {}),
    })
    await journal.open(endedCall(callRecord({
      subscriberId: anna.id, startedAt: now - daysAgo * day - 1000, legs: [leg],
    })))
  }
  const { body } = await anna.get('/api/numbers')
  const [first, second, third] = body.map((number: { watch: object }) => number.watch)
  t.match(first, { rang: 4, answered: 3, answerSeconds: 6, silentDays: null, deadSince: null },
    'calls that ended elsewhere do not count')
  t.match(second, { rang: 4, answered: 1, silentDays: 21, deadSince: null })
  t.match(third, { rang: 2, answered: 0, answerSeconds: null, silentDays: null,
    deadSince: now - 5 * day - 1000 })
})

function journalOf(
  t: { testdir(): string; teardown(end: () => unknown): unknown },
  { database, clock }: TestApi,
): CallJournal {
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  return journal
}
