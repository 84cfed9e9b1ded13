/**
 * Limits against fraud over HTTP: numbers refused at save, countries behind the second factor, what
 * a subscriber sees, what a manager sets, and that each of it is logged.
 */
import { createHmac } from 'node:crypto'
import t from 'tap'
import { decodeBase32 } from '../../src/people/base32.ts'
import { codeOf, stepAt } from '../../src/people/totp.ts'
import { setStatus } from '../../src/store/subscriber-status.ts'
import { inTransaction } from '../../src/store/database.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { deskWorld } from '../support/desk.ts'
import { ruleBody } from '../support/rules.ts'

const world = await deskWorld(t)
const { database, clock, subscriber, manager } = world

/** The code of an authenticator, a step later at each call: a code counts once. */
function nextCode(secret: string): string {
  clock.wallAheadMs += 30_000
  const hmac = (key: Uint8Array, message: Uint8Array) =>
    createHmac('sha1', key).update(message).digest()
  return codeOf(decodeBase32(secret.replaceAll(' ', ''))!, stepAt(clock.wallMs()), hmac)
}

t.test('what may not be rung is refused when it is saved', async (t) => {
  const anna = await subscriber('anna')
  const rows: [address: string, why: string, words: RegExp][] = [
    ['+7 809 123-45-67', 'premium', /платные/],
    ['+44 871 234 56 78', 'premium', /платные/],
    ['+8816 1234 5678', 'satellite', /спутниковые/],
    ['+800 1234 5678', 'special', /международных/],
    ['+44 70 1123 4567', 'special', /международных/],
    ['+30 691 234 5678', 'country', /не открыта/],
    ['+7 940 999-99-99', 'country', /не открыта/],
    ['+999 12345678', 'country', /не открыта/],
  ]
  for (const [address, why, words] of rows) {
    const reply = await anna.post('/api/numbers', { address, description: '' })
    t.match(reply, { status: 422, body: { code: 'refused_number', field: 'address', details: { why } } }, address)
    t.match(reply.body.message, words)
  }
  t.strictSame((await anna.get('/api/numbers')).body, [], 'nothing was saved')
  const { body: home } = await anna.post('/api/numbers', { address: '+7 701 123-45-67', description: '' })
  t.strictSame(home.destination, { class: 'mobile', country: 'KZ', barred: null, ringsFrom: null })
  const moved = await anna.put(`/api/numbers/${home.id}`, { address: '+306912345678', description: '' })
  t.match(moved, { status: 422, body: { details: { why: 'country', country: 'GR' } } }, 'nor when it is changed')
})

t.test('a country is opened with a code of the second factor, and closed without', async (t) => {
  const boris = await subscriber('boris')
  const secret = (await boris.get('/api/limits')).body
  t.match(secret, {
    status: 'active', statusSince: null, homeCountries: ['RU', 'KZ'], countries: [], secondFactor: false,
    spentTodayKopecks: 0,
    limits: [{ name: 'concurrentCalls', value: 3, scope: 'default' }, { name: 'callMinutes', value: 60 },
      { name: 'spendPerDayKopecks', value: 3000_00, unit: 'kopecks' }, { name: 'newTargetMinutes', value: 30 }],
  })
  t.equal(secret.limits.length, 4, 'not what would help a thief')
  t.ok(secret.openable.includes('GR') && !secret.openable.includes('RU'))
  t.match(await boris.put('/api/limits', { countries: ['GR'] }),
    { status: 403, body: { code: 'second_factor_off' } }, 'without a second factor nothing abroad')
  const begun = await boris.post('/api/second-factor', { password: 'boris' })
  t.equal(begun.status, 200, JSON.stringify(begun.body))
  const on = await boris.post('/api/second-factor/confirm', { code: nextCode(begun.body.secret) })
  t.equal(on.status, 200, JSON.stringify(on.body))
  // Switching it on counts as a proof for ten minutes.
  clock.wallAheadMs += 11 * 60_000
  for (const [body, status, code] of [
    [{ countries: ['GR'] }, 403, 'second_factor_required'],
    [{ countries: ['GR'], code: '000000' }, 422, 'wrong_code'],
    [{ countries: ['RU'] }, 422, 'bad_country'], [{ countries: ['XX'] }, 422, 'bad_country'],
    [{ countries: ['gr'] }, 400, 'invalid'], [{ countries: 'GR' }, 400, 'invalid'],
  ] as const) t.match(await boris.put('/api/limits', body), { status, body: { code } }, JSON.stringify(body))
  const opened = await boris.put('/api/limits', { countries: ['GR', 'DE'], code: nextCode(begun.body.secret) })
  t.match(opened, { status: 200, body: { countries: ['DE', 'GR'], secondFactor: true } })

  clock.wallAheadMs += 11 * 60_000
  const abroad = { address: '+30 691 234 5678', description: 'Греция' }
  t.match(await boris.post('/api/numbers', abroad), { status: 403, body: { code: 'second_factor_required' } },
    'a new number abroad asks again')
  const { body: greek } = await boris.post('/api/numbers', { ...abroad, code: nextCode(begun.body.secret) })
  t.match(greek.destination, { class: 'mobile', country: 'GR', barred: 'coolOff', ringsFrom: Number })
  clock.wallAheadMs += 15 * 60_000
  await boris.get('/api/me') // half an hour of silence would end the session
  clock.wallAheadMs += 15 * 60_000 - 5000
  t.match((await boris.get('/api/numbers')).body, [{ destination: { barred: 'coolOff' } }])
  await boris.post('/api/rules', ruleBody({ targetIds: [greek.id] }))
  clock.wallAheadMs += 5000
  t.match((await boris.get('/api/numbers')).body, [{ destination: { barred: null, ringsFrom: null } }])

  t.match(await boris.put('/api/limits', { countries: ['DE'] }), { status: 200, body: { countries: ['DE'] } },
    'closing needs no code')
  t.match((await boris.get('/api/numbers')).body, [{ destination: { barred: 'country' } }])
  t.match((await boris.get('/api/rules')).body,
    [{ warnings: [{ code: 'barredCountry', details: { address: '+306912345678' } }] }], 'his rule says so')
  const number = (await boris.get('/api/me')).body.number as string
  t.match(await createSubscriberFinder(database, 2000)(number), { rules: [{ targets: [{ barred: 'country' }] }] })
  t.match(await boris.put(`/api/numbers/${greek.id}`, { address: '+306912345678', description: 'Дача' }),
    { status: 200, body: { description: 'Дача' } }, 'its words may still be changed')
  const letters = await database.kysely.selectFrom('outbox').select('payload')
    .where('subscriber_id', '=', boris.id).execute()
  t.ok(letters.some(({ payload }) => /"what":"countries","countries":\["DE","GR"\]/.test(payload)), 'a letter tells')
})

t.test('a manager sets limits, for all and for one; each is logged', async (t) => {
  const [vera, gleb, olga] = [await subscriber('vera'), await subscriber('gleb'), await manager('olga')]
  const path = `/api/desk/subscribers/${vera.id}/limits`
  for (const [method, url] of [['GET', '/api/desk/limits'], ['PUT', '/api/desk/limits'], ['GET', path], ['PUT', path]] as const)
    t.equal((await vera.call(method, url, {})).status, 404, `${method} ${url} is not a subscriber's`)
  t.match((await olga.get('/api/desk/limits')).body, { subscriberId: null, limits: [
    { name: 'concurrentCalls', value: 3, least: 1, defaultValue: 3, all: null, own: null },
    { name: 'concurrentLegs' }, { name: 'callMinutes' }, { name: 'callerCallsPerHour', value: 60 },
    { name: 'spendPerDayKopecks' }, { name: 'accountsPerTarget' }, { name: 'newTargetMinutes' }] })
  const change = { name: 'callMinutes', value: 120, reason: 'Совещания' }
  t.match((await olga.put('/api/desk/limits', change)).body.limits[2],
    { value: 120, scope: 'all', reason: { ru: 'Совещания', en: 'Совещания' }, all: { value: 120, by: 'olga' }, own: null })
  t.match((await olga.put(path, { ...change, value: 30, reason: 'Просил' })).body.limits[2],
    { value: 30, scope: 'own', all: { value: 120 }, own: { value: 30, reason: 'Просил', by: 'olga' } })
  t.match((await vera.get('/api/limits')).body.limits[1], { value: 30, scope: 'own', reason: { ru: 'Просил' } })
  t.match((await gleb.get('/api/limits')).body.limits[1], { value: 120, scope: 'all' })
  await olga.put(path, { name: 'concurrentCalls', value: 8, reason: 'Контора' })
  t.match((await vera.get('/api/limits')).body.limits[0], { value: 8, scope: 'own' })
  t.match((await olga.put(path, { name: 'callMinutes', value: null, reason: 'Хватит' })).body.limits[2], { value: 120, scope: 'all' })
  for (const [body, status, code] of [
    [{ ...change, value: 1441 }, 422, 'bad_limit'], [{ ...change, value: -1 }, 400, 'invalid'],
    [{ ...change, reason: ' ' }, 400, 'invalid'], [{ ...change, name: 'rowspan' }, 400, 'invalid'],
    [{ name: 'concurrentCalls', value: 0, reason: 'x' }, 422, 'bad_limit'],
  ] as const) t.match(await olga.put('/api/desk/limits', body), { status, body: { code } }, JSON.stringify(body))
  t.equal((await olga.get(`/api/desk/subscribers/${'f'.repeat(32)}/limits`)).status, 404)
  t.equal((await olga.put(`/api/desk/subscribers/${'f'.repeat(32)}/limits`, change)).status, 404)
  t.match(await olga.get(path), { status: 200, body: { subscriberId: vera.id, countries: [], spentTodayKopecks: 0 } })
  const log = (await world.audit()).filter((line) => line.includes(' limit.'))
  t.strictSame(log, [...Array(4).fill('olga limit.set'), 'olga limit.look'])
})

t.test('a frozen account sees its panel and why', async (t) => {
  const zoya = await subscriber('zoya', { settings: { voicemail: true } })
  await inTransaction(database.kysely, (trx) => setStatus(trx,
    { subscriberId: zoya.id, to: 'frozen', reason: 'spend', by: 'service' }, clock.wallMs()))
  t.match((await zoya.get('/api/me')).body, { status: 'frozen' })
  t.match((await zoya.get('/api/limits')).body, { status: 'frozen', statusSince: Number })
  t.match((await zoya.get('/api/overview')).body, { acts: { kind: 'voicemail', why: 'frozen' } })
  t.match(await zoya.post('/api/numbers', { address: '+79161234567', description: '' }), { status: 201 },
    'he may still put his numbers in order')
})
