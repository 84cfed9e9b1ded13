/**
 * From the registration form to a subscriber: what applicants see, how managers share the queue, what
 * a confirmation makes in one transaction, the number pool, and the command for the first manager.
 */
import t from 'tap'
import { runManagerCommand } from '../../src/manager-command.ts'
import { assignNumber, importNumbers, listPool, retireNumber } from '../../src/store/number-pool.ts'
import { addRegistration } from '../../src/store/registrations.ts'
import { referralCode } from '../../src/store/referral.ts'
import { addTariff } from '../../src/store/tariffs.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { lettersTo, secretFor } from '../support/letters.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, TestApi } from '../support/panel-api.ts'

const minute = 60_000
const day = 24 * 60 * minute
const good = 'тёплый чай с мятой'
const pool = ['+74996740001', '+74996740002', '+78123090001']

let forms = 0
const form = (wanted: Record<string, unknown> = {}) => ({
  formKey: `form-key-0123456789-${String(++forms).padStart(4, '0')}`, name: 'Елена Сорокина',
  phone: '8 (903) 123-45-11', email: 'Elena@example.com', wish: '+7499', comment: 'Для салона', consent: true,
  ...wanted,
})

async function world(test: Parameters<typeof testApi>[0], more: Parameters<typeof testApi>[1] = {}) {
  const api = await testApi(test, more)
  const db = api.database.kysely
  await importNumbers(db, pool, '', false, api.clock.wallMs())
  const tariffId = await addTariff(db, demoTariff, api.clock.wallMs())
  const register = async (wanted: Record<string, unknown> = {}) => (await api.client().post('/api/register', form(wanted))).body
  return { api, db, tariffId, register, olga: await api.manager('olga'), pavel: await api.manager('pavel') }
}

const queue = async (manager: Client, query = '') => (await manager.get(`/api/desk/requests${query}`)).body
/** Opens the only open request. */
async function openFirst(manager: Client) {
  const { requests } = await queue(manager)
  return (await manager.post(`/api/desk/requests/${requests[0].id}/claim`)).body
}
const deeds = async ({ database }: TestApi) => (await database.kysely.selectFrom('audit_log').selectAll().orderBy('id').execute())
  .map(({ actor, action, subject, subscriber_id: subscriberId }) => ({ actor, action, subject, subscriberId }))

t.test('a request is taken, told by mail, and seen by its token', async (t) => {
  const { api, db } = await world(t)
  const visitor = api.client()
  t.strictSame((await visitor.get('/api/register')).body, { wishes: [{ prefix: '+7499' }, { prefix: '+7812' }] })
  const sent = form()
  const reply = await visitor.post('/api/register', sent)
  t.match(reply, { status: 202, body: { number: 1, token: /^[\w-]{43}$/ } })
  t.equal(reply.headers.get('set-cookie'), null)
  const again = await Promise.all(Array.from({ length: 8 }, () => visitor.post('/api/register', { ...sent, name: 'Другое имя' })))
  for (const { status, body } of again) t.strictSame([status, body], [202, reply.body], 'the same form is the same request')
  t.match(await visitor.get(`/api/register/${reply.body.token}`), { status: 200, body: {
    number: 1, name: 'Елена Сорокина', email: 'Elena@example.com', state: 'new', waitsDocuments: false, missedCalls: 0, reason: '',
  } })
  for (const token of ['x', 'x'.repeat(43), sent.formKey]) t.equal((await visitor.get(`/api/register/${token}`)).status, 404)
  t.match(await lettersTo(api, 'Elena@example.com'), [{ kind: 'requestTaken', notice: { number: 1, token: reply.body.token } }])
  for (const [at, name] of ['Анна, Вас ждёт приз: www.example.net', 'http://a.example', 'Купите. Дёшево.ру'].entries()) {
    const { consent: _, ...draft } = form({ name, email: `other${at}@example.com` })
    await addRegistration(db, { ...draft, referralCode: '', language: 'ru', address: '' }, api.clock.wallMs())
    t.match(await lettersTo(api, `other${at}@example.com`), [{ notice: { reader: { name: '' } } }], 'no words of strangers to strangers')
  }
  await db.deleteFrom('registrations').where('number', '>', '1').execute()
  const stored = await db.selectFrom('registrations').selectAll().execute()
  t.match(stored, { length: 1, 0: { phone: '+79031234511', wish: '+7499' } })
  t.notOk(JSON.stringify(stored).includes(sent.formKey))
})

t.test('two first requests at the same moment get two numbers', async (t) => {
  const { register } = await world(t)
  const replies = await Promise.all(Array.from({ length: 9 }, () => register()))
  t.strictSame(replies.map(({ number }) => number).sort(), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  t.equal(new Set(replies.map(({ token }) => token)).size, 9)
})

t.test('what does not fit is named; who is known is answered like everybody', async (t) => {
  const { api } = await world(t, { behindProxy: true })
  const anna = await api.subscriber('anna', { email: 'anna@example.com' })
  t.ok(anna.id)
  const send = (body: unknown, from: string) => api.client().call('POST', '/api/register', body, { 'x-forwarded-for': from })
  const faults: [wanted: Record<string, unknown>, status: number, field: string, code?: string][] = [
    [{ consent: false }, 400, 'consent'], [{ name: ' ' }, 400, 'name'], [{ name: 'x'.repeat(121) }, 400, 'name'],
    [{ email: 'anna' }, 400, 'email'], [{ email: 'a@b.ru\nBcc: x@y.ru' }, 400, 'email'], [{ formKey: 'short' }, 400, 'formKey'],
    [{ wish: '499' }, 400, 'wish'], [{ comment: 'x'.repeat(1001) }, 400, 'comment'], [{ referralCode: "' OR 1" }, 400, 'referralCode'],
    [{ phone: 'позвоните' }, 422, 'phone', 'bad_number'], [{ phone: '112' }, 422, 'phone'], [{ phone: 'sip:a@example.com' }, 422, 'phone', 'bad_number'],
    [{ phone: '8 809 505 00 00' }, 422, 'phone', 'refused_number'],
  ]
  let at = 0
  for (const [wanted, status, field, code] of faults)
    t.match(await send(form(wanted), `203.0.113.${++at}`), { status, body: { field, ...(code ? { code } : {}) } }, JSON.stringify(wanted).slice(0, 60))
  const known = await send(form({ email: 'anna@example.com' }), '203.0.113.100')
  const stranger = await send(form({ email: 'nobody@example.com' }), '203.0.113.101')
  t.strictSame([known.status, Object.keys(known.body)], [stranger.status, Object.keys(stranger.body)])
  const statuses: number[] = []
  for (let n = 0; n < 12; n++) statuses.push((await send(form(), '203.0.113.200')).status)
  t.strictSame(statuses, [...Array(10).fill(202), 429, 429], 'ten an hour from one address')
  t.equal((await lettersTo(api, 'Elena@example.com')).length, 3, 'three letters a day to one address')
  t.match(await send('x'.repeat(70_000), '203.0.113.201'), { status: 413 })
})

t.test('managers share the queue: one works on a request, colleagues read it', async (t) => {
  const { api, register, olga, pavel } = await world(t)
  await register()
  api.clock.wallAheadMs += minute
  await register({ name: 'Павел Громов', email: 'gromov@example.com', phone: '+79161234500', wish: '+7812' })
  t.match(await queue(olga), { requests: [{ number: 1 }, { number: 2 }], counts: { open: 2, mine: 0 }, cursor: null }, 'who waits longest first')
  const mine = await openFirst(olga)
  t.match(mine, {
    number: 1, state: 'inWork', claim: { login: 'olga', name: 'Менеджер olga', mine: true }, reserved: { number: '+74996740001' },
    proposedLogin: 'elena', tariffs: [{ name: demoTariff.name }], decided: null, notes: [],
  })
  const path = `/api/desk/requests/${mine.id}`
  t.match((await pavel.post(`${path}/claim`)).body, { claim: { login: 'olga', mine: false }, version: mine.version })
  for (const [deed, body] of [['missed', { version: mine.version }], ['documents', { version: mine.version, waits: true }],
    ['reject', { version: mine.version, reason: 'нет' }], ['number', { number: null }]] as const)
    t.match(await pavel.post(`${path}/${deed}`, body), { status: 409, body: { code: 'request_claimed' } }, deed)
  t.equal((await pavel.post(`${path}/notes`, { text: 'Это моя знакомая' })).status, 201, 'anybody may note')
  t.match(await queue(olga), { counts: { open: 2, mine: 1 } })
  t.match(await queue(olga, '?view=mine'), { requests: [{ number: 1 }] })
  t.match(await queue(pavel, '?view=mine'), { requests: [] })

  const other = (await pavel.post(`/api/desk/requests/${(await queue(pavel)).requests[1].id}/claim`)).body
  t.match(other, { number: 2, reserved: { number: '+78123090001' } }, 'by his wish')
  t.match(await pavel.post(`/api/desk/requests/${other.id}/number`, { number: '+74996740001' }), { status: 409, body: { code: 'number_taken', field: 'number' } })
  t.match((await pavel.post(`/api/desk/requests/${other.id}/number`, { number: '+74996740002' })).body, { reserved: { number: '+74996740002' } })
  t.match((await olga.get('/api/desk/numbers?state=reserved')).body, { numbers: [{ request: { number: 1 } }, { request: { number: 2 } }], counts: { free: 1, reserved: 2 } })
  t.match((await pavel.post(`/api/desk/requests/${other.id}/release`)).body, { state: 'new', claim: null, reserved: null })
  t.match((await olga.post(`${path}/release`)).body, { state: 'inWork', claim: null }, 'it has a note')
  t.strictSame((await deeds(api)).map(({ action, actor }) => `${actor} ${action}`), [
    'olga request.open', 'pavel request.look', 'pavel request.note', 'pavel request.open', 'pavel request.number',
    'pavel request.release', 'olga request.release',
  ])

  await pavel.post(`${path}/claim`)
  api.clock.wallAheadMs += 20 * minute
  for (const manager of [olga, pavel]) await manager.get('/api/me') // or their sessions would end
  api.clock.wallAheadMs += 10 * minute + 1
  t.match((await olga.get('/api/desk/numbers')).body.counts, { free: 3, reserved: 0 }, 'free by itself')
  const taken = (await olga.post(`${path}/claim`)).body
  t.match(taken, { claim: { login: 'olga', mine: true } }, 'a colleague who went home')
  t.match(await pavel.post(`${path}/missed`, { version: taken.version }), { status: 409, body: { code: 'request_claimed' } })
})

t.test('calls that failed, documents, notes, rejection', async (t) => {
  const { api, register, olga } = await world(t)
  const { token } = await register()
  const { id, version } = await openFirst(olga)
  const path = `/api/desk/requests/${id}`
  const once = await olga.post(`${path}/missed`, { version })
  t.match(once.body, { missedCalls: 1 })
  t.match(await olga.post(`${path}/missed`, { version }), { status: 409, body: { code: 'request_changed' } }, 'an old page')
  const waits = (await olga.post(`${path}/documents`, { version: once.body.version, waits: true })).body
  t.match(waits, { waitsDocuments: true })
  t.match((await api.client().get(`/api/register/${token}`)).body, { state: 'inWork', waitsDocuments: true, missedCalls: 1 })
  await olga.post(`${path}/notes`, { text: 'Прислала <b>скан</b>' })
  t.match(await olga.post(`${path}/reject`, { version: waits.version, reason: ' ' }), { status: 400, body: { field: 'reason' } })
  const rejected = (await olga.post(`${path}/reject`, { version: waits.version, reason: 'Телефон не отвечает.' })).body
  t.match(rejected, { state: 'rejected', decided: { by: 'olga', reason: 'Телефон не отвечает.', subscriberId: null }, reserved: null, notes: [{ author: 'olga', text: 'Прислала <b>скан</b>' }] })
  t.match((await lettersTo(api, 'Elena@example.com')).at(-1), { kind: 'requestRejected', notice: { number: 1, reason: 'Телефон не отвечает.' } })
  t.match((await api.client().get(`/api/register/${token}`)).body, { state: 'rejected', reason: 'Телефон не отвечает.', waitsDocuments: false })
  t.match(await olga.post(`${path}/missed`, { version: rejected.version }), { status: 409, body: { code: 'request_changed' } }, 'decided is decided')
  t.match(await queue(olga, '?view=rejected'), { requests: [{ number: 1 }] })
  t.match(await queue(olga, '?view=rejected&q=4511'), { requests: [{ number: 1 }] })
  t.match(await queue(olga, '?view=rejected&q=Ивано%25'), { requests: [] })
  t.strictSame((await deeds(api)).map(({ action }) => action), [
    'request.open', 'request.missed', 'request.documents', 'request.note', 'request.reject',
  ])
})

t.test('a confirmation makes a whole subscriber, once', async (t) => {
  const { api, db, register, olga, tariffId } = await world(t)
  const inviter = await api.subscriber('anna', { email: 'anna@example.com' })
  await register({ referralCode: await referralCode(db, inviter.id, api.clock.wallMs()) })
  const request = await openFirst(olga)
  const path = `/api/desk/requests/${request.id}/confirm`
  const { version, reserved } = request
  const wanted = { version, number: reserved.number, tariffId }
  const refused: [change: object, code: string, field: string][] = [
    [{ number: '+74991112233' }, 'number_taken', 'number'], [{ tariffId: 'c'.repeat(32) }, 'bad_tariff', 'tariffId'],
    [{ login: 'Anna' }, 'login_taken', 'login'],
  ]
  for (const [change, code, field] of refused)
    t.match(await olga.post(path, { ...wanted, ...change }), { body: { code, field } }, code)
  t.equal((await db.selectFrom('subscribers').selectAll().execute()).length, 1, 'nothing was left of those')
  const replies = await Promise.all(Array.from({ length: 6 }, () => olga.post(path, wanted)))
  for (const { status, body } of replies) t.match([status, body], [200, { state: 'confirmed', decided: { by: 'olga', subscriberId: replies[0]!.body.decided.subscriberId } }])
  const { subscriberId } = replies[0]!.body.decided
  t.equal((await db.selectFrom('subscribers').selectAll().execute()).length, 2, 'one subscriber')
  t.match(await db.selectFrom('number_pool').selectAll().where('subscriber_id', '=', subscriberId).execute(),
    [{ address: reserved.number, state: 'assigned', registration_id: null }])
  t.match(await db.selectFrom('subscriber_tariffs').selectAll().execute(), [{ subscriber_id: subscriberId, tariff_id: tariffId }])
  t.match(await db.selectFrom('numbers').selectAll().execute(), [{ subscriber_id: subscriberId, address: '+79031234511', description: 'Мой телефон', verified_at: null }])
  t.match(await db.selectFrom('referral_links').selectAll().execute(), [{ invitee_id: subscriberId, inviter_id: inviter.id, state: 'joined' }])
  t.match((await deeds(api)).at(-1), { actor: 'olga', action: 'request.confirm', subject: `request:${request.id}`, subscriberId })
  const letters = (await lettersTo(api, 'Elena@example.com')).filter(({ kind }) => kind === 'accountLink')
  t.match(letters, [{ notice: { purpose: 'first', login: 'elena', personalNumber: reserved.number } }], 'one letter')

  const elena = api.client()
  t.equal((await elena.post('/api/login', { login: 'elena', password: '' })).status, 400)
  const token = await secretFor(api, 'Elena@example.com')
  t.match((await elena.get(`/api/password-links/${token}`)).body, { login: 'elena', purpose: 'first' })
  t.equal((await elena.post(`/api/password-links/${token}`, { password: good })).status, 200)
  t.match(await elena.post('/api/login', { login: 'elena', password: good }), { status: 200, body: {
    role: 'subscriber', name: 'Елена Сорокина', number: reserved.number, tariff: demoTariff.name, balanceKopecks: 0,
    feeDueKopecks: demoTariff.monthlyKopecks,
  } })
  const [number] = (await elena.get('/api/numbers')).body
  t.match([number, (await elena.get('/api/me')).body.defaultTargetId], [{ isDefault: true }, number.id])
  t.strictSame((await elena.get('/api/rules')).body, [], 'no rule is made')
  t.match((await elena.get('/api/settings')).body.profile, { email: 'Elena@example.com', language: 'ru' })
})

t.test('two managers, one free number: one subscriber has it', async (t) => {
  const { db, register, olga, pavel, tariffId } = await world(t)
  await register()
  await register({ email: 'second@example.com', phone: '+79161234500' })
  const [first, second] = (await queue(olga)).requests
  const [one, two] = [
    (await olga.post(`/api/desk/requests/${first.id}/claim`)).body, (await pavel.post(`/api/desk/requests/${second.id}/claim`)).body,
  ]
  t.not(one.reserved.number, two.reserved.number, 'each is kept another one')
  const [a, b] = await Promise.all([
    olga.post(`/api/desk/requests/${one.id}/confirm`, { version: one.version, number: '+78123090001', tariffId }),
    pavel.post(`/api/desk/requests/${two.id}/confirm`, { version: two.version, number: '+78123090001', tariffId }),
  ])
  t.strictSame([a.status, b.status].sort(), [200, 409])
  t.match([a, b].find(({ status }) => status === 409)?.body, { code: 'number_taken' })
  t.equal((await db.selectFrom('personal_numbers').selectAll().execute()).length, 1)
})

t.test('hints before deciding', async (t) => {
  const { api, db, register, olga } = await world(t, { behindProxy: true })
  const anna = await api.subscriber('anna', { email: 'elena@example.com' })
  await anna.post('/api/numbers', { address: '+79031234511', description: '' })
  const code = await referralCode(db, anna.id, api.clock.wallMs())
  await register({ referralCode: code })
  for (const referral of ['nosuch', '', '']) await register({ phone: '+306912345678', email: 'Elena@example.com', referralCode: referral })
  const { requests } = await queue(olga)
  const checks = async (at: number) => (await olga.post(`/api/desk/requests/${requests[at].id}/claim`)).body.checks
  t.match(await checks(0), [
    { code: 'sameEmail', requestNumber: 4 }, { code: 'sameEmail', requestNumber: 3 }, { code: 'sameEmail', requestNumber: 2 },
    { code: 'sameEmail', subscriberId: anna.id }, { code: 'phoneInUse', subscriberId: anna.id }, { code: 'ownReferral', subscriberId: anna.id },
  ])
  t.strictSame([...new Set((await checks(1)).map((one: { code: string }) => one.code))], ['samePhone', 'sameEmail', 'unknownReferral', 'foreignPhone'])
})

t.test('with PN_TEMPORARY_PASSWORD the letter has a password, to be changed at once', async (t) => {
  const { api, register, olga, tariffId } = await world(t, { temporaryPassword: true })
  await register()
  const { id, version, reserved } = await openFirst(olga)
  await olga.post(`/api/desk/requests/${id}/confirm`, { version, number: reserved.number, tariffId, login: 'elena' })
  t.match((await lettersTo(api, 'Elena@example.com')).at(-1), { notice: { purpose: 'temporary' } })
  const password = await secretFor(api, 'Elena@example.com')
  t.match(password, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  const elena = api.client()
  t.match(await elena.post('/api/login', { login: 'elena', password }), { status: 200, body: { role: 'subscriber', mustChangePassword: true } })
  t.match((await elena.get('/api/me')).body, { mustChangePassword: true })
  for (const path of ['/api/numbers', '/api/settings', '/api/calls', '/api/sessions'])
    t.match(await elena.get(path), { status: 403, body: { code: 'password_change_required' } }, path)
  t.equal((await elena.put('/api/settings/password', { old: password, new: good })).status, 200)
  t.equal((await elena.get('/api/numbers')).status, 200)
  await t.rejects(secretFor(api, 'Elena@example.com'), /counts no more/, 'the letter is not sent again with another one')
})

t.test('the number pool: import with a trial run, states, search, quarantine', async (t) => {
  const { api, db, olga } = await world(t)
  const at = api.clock.wallMs()
  const load = (text: string, dryRun: boolean) => olga.post('/api/desk/numbers/import', { text, dryRun, note: 'Серия 2' })
  const text = '+74996740000-+74996740009\nпривет\n+74996740005'
  t.strictSame((await load(text, true)).body, { dryRun: true, fresh: 8, known: 2, bad: [{ text: 'привет', why: 'notANumber' }] })
  t.match((await olga.get('/api/desk/numbers')).body.counts, { free: 3 }, 'nothing happened yet')
  t.match((await load(text, false)).body, { dryRun: false, fresh: 8, known: 2 })
  t.match((await load(text, false)).body, { fresh: 0, known: 10 }, 'twice is once')
  t.match((await load('+70000000000-+79999999999', true)).body, { fresh: 0, bad: [{ why: 'tooMany' }] })
  t.match((await olga.get('/api/desk/numbers?q=674-00')).body, { numbers: { length: 10 }, counts: { free: 11 } })

  const set = (address: string, change: object) => olga.put(`/api/desk/numbers/${encodeURIComponent(address)}`, change)
  t.match((await set('+74996740003', { state: 'quarantine', days: 30, note: 'Жалобы' })).body, { state: 'quarantine', until: Number, note: 'Жалобы' })
  t.match((await set('+74996740004', { state: 'ported' })).body, { state: 'ported', until: null })
  t.match((await set('+74996740006', { state: 'reserved', note: 'Для директора' })).body, { state: 'reserved', until: null })
  t.match(await set('+74991112233', { state: 'free' }), { status: 404 })
  t.match(await set('+74996740003', { state: 'assigned' }), { status: 400, body: { field: 'state' } })

  const anna = await api.subscriber('anna', { name: 'Анна Петрова' })
  await db.transaction().execute((trx) => assignNumber(trx, '+74996740005', anna.id, at))
  for (const taken of ['+74996740003', '+74996740004', '+74996740005', '+74996740006', '+74991112233'])
    await t.rejects(db.transaction().execute((trx) => assignNumber(trx, taken, anna.id, at)), { code: 'number_taken' }, taken)
  t.match(await set('+74996740005', { state: 'free' }), { status: 409, body: { code: 'number_assigned' } })
  t.match((await olga.get(`/api/desk/numbers?q=${encodeURIComponent('Петрова')}`)).body.numbers, { length: 2, 0: { state: 'assigned', subscriber: { name: 'Анна Петрова' } } })
  t.match((await olga.get('/api/desk/numbers?q=%25')).body.numbers, [], 'no wildcards')

  await db.transaction().execute((trx) => retireNumber(trx, '+74996740005', anna.id, at))
  t.match((await listPool(db, { q: '+74996740005' }, at)).rows, [{ state: 'quarantine', until: at + 90 * day }])
  t.match((await listPool(db, { q: '+74996740005' }, at + 90 * day)).rows, [{ state: 'free', until: null }], 'free by itself')
  await db.transaction().execute((trx) => assignNumber(trx, '+74996740005', anna.id, at + 90 * day))
  t.match((await deeds(api)).filter(({ action }) => action.startsWith('number.')), [
    { action: 'number.import' }, { action: 'number.import' }, { action: 'number.change', subject: 'number:+74996740003' },
    { subject: 'number:+74996740004' }, { subject: 'number:+74996740006' },
  ])
})

t.test('pages of long lists go on where the one before ended', async (t) => {
  const { api, db, olga, register } = await world(t, { behindProxy: true })
  await importNumbers(db, Array.from({ length: 120 }, (_, at) => `+7499500${String(at).padStart(4, '0')}`), '', false, api.clock.wallMs())
  const pages = async (path: string, of: string) => {
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { body } = await olga.get(`${path}${cursor}`)
      seen.push(...body[of].map((one: { address?: string; number?: number }) => String(one.address ?? one.number)))
      if (body.cursor === null) return seen
      cursor = `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(body.cursor)}`
    }
  }
  const numbers = await pages('/api/desk/numbers', 'numbers')
  t.strictSame([numbers.length, new Set(numbers).size], [123, 123])
  await register()
  const [row] = await db.selectFrom('registrations').selectAll().execute()
  await db.insertInto('registrations').values(Array.from({ length: 119 }, (_, at) => ({
    ...row!, id: `${'0'.repeat(28)}${String(at).padStart(4, '0')}`, number: at + 2, token_hash: `${at}`, created_at: Number(row!.created_at) + (at % 7),
    changed_at: 1, claimed_at: null, claim_until: null, decided_at: at % 2 === 0 ? 5000 + (at % 5) : null,
    state: at % 2 === 0 ? 'rejected' : 'new',
  }))).execute()
  const open = await pages('/api/desk/requests', 'requests')
  const rejected = await pages('/api/desk/requests?view=rejected', 'requests')
  t.strictSame([open.length, new Set(open).size, rejected.length, new Set(rejected).size], [60, 60, 60, 60])
})

t.test('the first manager is made by a command', async (t) => {
  const api = await testApi(t)
  const at = { db: api.database.kysely, panelUrl: 'https://panel.example', wallMs: api.clock.wallMs(), actor: 'root@host' }
  const run = (...args: string[]) => runManagerCommand(at, args)
  t.match(await run('list'), /no managers yet/)
  const printed = await run('add', 'Olga', 'Ольга', 'olga@desk.example')
  t.match(printed, /Manager olga was made/)
  const tokenOf = (text: string) => /https:\/\/panel\.example\/password\/([\w-]{43})\n/.exec(text)?.[1] ?? ''
  const browser = api.client()
  t.match(await browser.get(`/api/password-links/${tokenOf(printed)}`), { body: { login: 'olga', purpose: 'first' } })
  t.equal((await browser.post(`/api/password-links/${tokenOf(printed)}`, { password: good })).status, 200)
  t.match(await browser.post('/api/login', { login: 'olga', password: good }), { status: 200, body: { role: 'manager', name: 'Ольга' } })
  t.match(await run('list'), /^olga +active +Ольга <olga@desk\.example>\n$/)
  const renewed = tokenOf(await run('link', 'olga'))
  t.match((await browser.get(`/api/password-links/${renewed}`)).body, { purpose: 'reset' })
  t.match(await run('suspend', 'olga'), /suspended/)
  t.equal((await browser.get('/api/me')).status, 401)
  t.equal((await browser.get(`/api/password-links/${renewed}`)).status, 410, 'no way around it')
  await t.rejects(run('link', 'OLGA'), { message: /suspended/ })
  t.match(await run('resume', 'olga'), /may log in/)
  await api.subscriber('anna')
  const wrong: [args: string[], message: RegExp][] = [
    [['add', 'olga', 'Ольга', 'o@desk.example'], /already/], [['add', 'anna', 'А', 'a@desk.example'], /already/],
    [['add', 'x', 'А', 'a@desk.example'], /LOGIN/], [['add', 'System', 'А', 'a@desk.example'], /LOGIN/],
    [['add', 'xyz', ' ', 'a@desk.example'], /NAME/], [['add', 'xyz', 'А', 'nothing'], /EMAIL/],
    [['suspend', 'nobody'], /no manager/], [['link', 'anna'], /no manager/], [['suspend', 'anna'], /no manager/], [['fire', 'olga'], /usage/],
  ]
  for (const [args, message] of wrong) await t.rejects(run(...args), { name: 'OperatorError', message }, args.join(' '))
  t.strictSame((await deeds(api)).map(({ action, actor }) => `${action} ${actor}`), ['manager.add root@host', 'manager.link root@host', 'manager.suspend root@host', 'manager.resume root@host'])
})
