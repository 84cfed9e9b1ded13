/**
 * The manager's desk: subscribers and what may be changed of them, looking as one, alarms, letters,
 * the log. Who may not enter is tested with the guards (foreign.test.ts, people).
 */
import t from 'tap'
import { raiseAlarm } from '../../src/store/alarms.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { followPlannedTariffs } from '../../src/store/desk-tariffs.ts'
import { newId } from '../../src/store/ids.ts'
import { append } from '../../src/store/ledger.ts'
import { importNumbers } from '../../src/store/number-pool.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { deskWorld } from '../support/desk.ts'

t.setTimeout(290_000)
const dayMs = 86_400_000

t.test('finding subscribers', async (t) => {
  const world = await deskWorld(t)
  const olga = await world.manager('olga')
  const { kysely: db } = world.database
  const [private_, business] = [await world.tariff('Личный'), await world.tariff('Деловой')]
  const anna = await world.subscriber('anna', { name: 'Анна Петрова', number: '+74996740001' })
  const boris = await world.subscriber('boris', { name: 'Борис 50% скидки', number: '+74996740002' })
  const vera = await world.subscriber('vera', { name: 'Вера', number: '+74950000003', status: 'suspended' })
  await db.updateTable('accounts').set({ email: 'boris@example.org' }).where('login', '=', 'boris').execute()
  await anna.post('/api/numbers', { address: '+79161234567', description: 'Мобильный' })
  for (const one of [anna, boris])
    await olga.post(`/api/desk/subscribers/${one.id}/tariff`, { tariffId: private_, since: null })
  await olga.post(`/api/desk/subscribers/${vera.id}/tariff`, { tariffId: business, since: null })
  await olga.post(`/api/desk/subscribers/${boris.id}/corrections`,
    { key: 'to-the-debt', kopecks: -300_00, reason: 'Долг' })
  const found = async (query: string) => {
    const reply = await olga.get(`/api/desk/subscribers?${query}`)
    t.equal(reply.status, 200, query)
    t.equal(reply.body.total, reply.body.subscribers.length, `${query}: the total`)
    return reply.body.subscribers.map(({ login }: { login: string }) => login).toSorted().join(' ')
  }
  const cases: readonly (readonly [name: string, query: string, logins: string])[] = [
    ['all', '', 'anna boris vera'],
    ['part of a name, any case', 'q=петро', 'anna'],
    ['a sign of LIKE is a sign', 'q=50%25 с', 'boris'],
    ['which matches itself only', 'q=%25', 'boris'],
    ['a login', 'q=BORIS', 'boris'],
    ['an e-mail address', 'q=boris@exam', 'boris'],
    ['a personal number', 'q=%2B7 499 674-00-02', 'boris'],
    ['its end', 'q=40001', 'anna'],
    ['one of «Мои номера», as Russians dial it', 'q=8 (916) 123-45-67', 'anna'],
    ['a status', 'status=suspended', 'vera'],
    ['a tariff', `tariff=${private_}`, 'anna boris'],
    ['debtors', 'balance=debt', 'boris'],
    ['several at once', `tariff=${private_}&balance=debt&q=бор`, 'boris'],
    ['nobody', 'q=нет такого', ''],
  ]
  for (const [name, query, logins] of cases) t.equal(await found(query), logins, name)
  const first = (await olga.get('/api/desk/subscribers?limit=2')).body
  t.strictSame([first.subscribers.map((one: { name: string }) => one.name), first.total],
    [['Вера', 'Борис 50% скидки'], 3], 'the newest first')
  const second = (await olga.get(`/api/desk/subscribers?limit=2&after=${first.next}`)).body
  t.match(second, { subscribers: [{ name: 'Анна Петрова' }], next: null, total: 3 })
  t.match(second.subscribers[0], {
    id: anna.id, numbers: ['+74996740001'], login: 'anna', status: 'active', balanceKopecks: 100_00,
    tariff: { id: private_, name: 'Личный' }, openAlarms: 0,
  })
  t.equal((await olga.get('/api/desk/subscribers?status=gone')).status, 400)
})

t.test('the card, and changes of it', async (t) => {
  const world = await deskWorld(t)
  const { kysely: db } = world.database
  const olga = await world.manager('olga')
  const anna = await world.subscriber('anna', { name: 'Анна', number: '+74996740001' })
  const path = `/api/desk/subscribers/${anna.id}`
  const journal = new CallJournal({
    database: world.database, clock: world.clock, log: silentLog, spillFolder: t.testdir(),
    owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  await journal.open(endedCall(callRecord({ subscriberId: anna.id })))
  await anna.post('/api/numbers', { address: '+79161234567', description: 'Мобильный' })
  await raiseAlarm(db, { key: 'payment:x', kind: 'payment', subscriberId: anna.id, details: { why: 'x' } },
    world.clock.wallMs())
  const { status, body: card } = await olga.get(path)
  t.equal(status, 200)
  t.match(card, {
    id: anna.id, name: 'Анна', version: 0, zone: 'Europe/Moscow', maxCalls: 3, numbers: ['+74996740001'],
    accounts: [{ login: 'anna', hasPassword: true, secondFactor: false, seenAt: Number }],
    targets: [{ address: '+79161234567', description: 'Мобильный', verified: false }],
    calls: [{ caller: '+79031112233', dialled: '+74996740782', outcome: 'answered', talkSeconds: 60 }],
    entries: [{ number: 1, kind: 'correction', kopecks: 100_00, text: 'Начальный остаток' }],
    alarms: [{ kind: 'payment', closedAt: null }], openAlarms: 1, notes: [], payments: [], liveCalls: 0,
  })
  t.notMatch(JSON.stringify(card), /argon2|password_hash/)
  t.strictSame(await world.audit(), ['olga subscriber.look'], 'a look is logged')

  await t.test('data, under a version', async (t) => {
    const change = { version: 0, name: 'Анна Ивановна', zone: 'Asia/Omsk', maxCalls: 5 }
    t.match((await olga.put(path, change)).body,
      { name: 'Анна Ивановна', zone: 'Asia/Omsk', maxCalls: 5, version: 1 })
    t.match(await olga.put(path, { version: 0, name: 'Другая' }),
      { status: 409, body: { code: 'subscriber_changed', details: { version: 1 } } })
    t.match(await olga.put(path, { version: 1, zone: 'Mars/Olympus' }),
      { status: 422, body: { code: 'bad_zone', field: 'zone' } })
    t.equal((await anna.get('/api/me')).body.name, 'Анна Ивановна')
    t.match((await olga.get(`${path}/limits`)).body.limits.find((one: { name: string }) => one.name === 'concurrentCalls'),
      { value: 5, own: { value: 5, by: 'olga' } }, 'it is a limit like the others')
    const { details } = await db.selectFrom('audit_log').select('details')
      .where('action', '=', 'subscriber.change').executeTakeFirstOrThrow()
    t.strictSame(JSON.parse(details), {
      name: { from: 'Анна', to: 'Анна Ивановна' }, zone: { from: 'Europe/Moscow', to: 'Asia/Omsk' },
      maxCalls: { from: 3, to: 5 },
    })
  })

  await t.test('numbers of the pool', async (t) => {
    await importNumbers(db, ['+74996740010', '+74996740011'], '', false, world.clock.wallMs())
    t.match(await olga.delete(`${path}/numbers/+74996740001`),
      { status: 409, body: { code: 'last_number' } })
    t.strictSame((await olga.post(`${path}/numbers`, { address: '8 499 674-00-10' })).body.numbers,
      ['+74996740001', '+74996740010'])
    t.match(await olga.post(`${path}/numbers`, { address: '+74996740010' }),
      { status: 409, body: { code: 'number_taken' } })
    t.match(await olga.post(`${path}/numbers`, { address: '+74996749999' }),
      { status: 409, body: { code: 'number_taken' } }, 'one that the pool does not have')
    t.match(await olga.post(`${path}/numbers`, { address: 'нет' }), { status: 400, body: { code: 'bad_number' } })
    t.strictSame((await olga.delete(`${path}/numbers/%2B74996740001`)).body.numbers, ['+74996740010'])
    t.equal((await olga.delete(`${path}/numbers/%2B74996740001`)).status, 404)
    t.match(await db.selectFrom('number_pool').select('state').where('address', '=', '+74996740001').execute(),
      [{ state: 'quarantine' }])
  })

  await t.test('notes: sent twice is written once', async (t) => {
    const note = { key: 'note-form-1', text: 'Просил звонить\nпосле шести' }
    await Promise.all([olga.post(`${path}/notes`, note), olga.post(`${path}/notes`, note)])
    const { notes } = (await olga.post(`${path}/notes`, note)).body
    t.match(notes, [{ author: 'olga', text: note.text, at: Number }])
    t.equal(notes.length, 1)
    t.match(await olga.post(`${path}/notes`, { ...note, text: 'Другое' }),
      { status: 409, body: { code: 'form_reused' } })
    t.equal((await (await world.manager('pavel')).post(`${path}/notes`, note)).body.notes.length, 2,
      'keys are each manager’s own')
  })

  await t.test('links by mail', async (t) => {
    t.match(await olga.post(`${path}/password-link`), { status: 422, body: { code: 'no_address' } })
    await db.updateTable('accounts').set({ email: 'anna@example.org' }).where('login', '=', 'anna').execute()
    t.equal((await olga.post(`${path}/password-link`)).status, 202)
    t.equal((await olga.post(`${path}/email`, { email: 'new@example.org' })).status, 202)
    t.equal((await olga.post(`${path}/email`, { email: 'nonsense' })).status, 400)
    const links = await db.selectFrom('account_links').select(['purpose', 'email']).orderBy('id').execute()
    t.strictSame(links.map(({ purpose, email }) => `${purpose} ${email}`),
      ['reset anna@example.org', 'email new@example.org'])
    t.equal((await olga.get(path)).body.email, 'anna@example.org', 'it is the old one until confirmed')
  })

  t.equal((await olga.get(`/api/desk/subscribers/${'e'.repeat(32)}`)).status, 404)
  t.equal((await olga.put(`/api/desk/subscribers/${'e'.repeat(32)}`, { version: 0 })).status, 404)
})

t.test('status, from frozen to closed', async (t) => {
  const world = await deskWorld(t)
  const { kysely: db } = world.database
  const olga = await world.manager('olga')
  const anna = await world.subscriber('anna', { number: '+74996740001' })
  const path = `/api/desk/subscribers/${anna.id}`
  const set = (was: string, status: string) =>
    olga.post(`${path}/status`, { was, status, reason: 'Просьба абонента' })
  t.match((await set('active', 'frozen')).body, {
    status: 'frozen', statusReason: 'Просьба абонента', statusBy: 'olga', statusSince: Number,
  })
  t.match(await set('active', 'suspended'), { status: 409, body: { code: 'status_changed' } })
  t.match((await set('frozen', 'active')).body, { status: 'active' })
  t.equal((await olga.post(`${path}/status`, { was: 'active', status: 'closed', reason: '' })).status, 400)
  t.match((await set('active', 'closed')).body, { status: 'closed', numbers: [] }, 'the card is still there')
  t.match(await set('closed', 'active'), { status: 409, body: { code: 'status_refused' } })
  await importNumbers(db, ['+74996740012'], '', false, world.clock.wallMs())
  await db.updateTable('accounts').set({ email: 'anna@example.org' }).where('login', '=', 'anna').execute()
  for (const [what, body] of [['numbers', { address: '+74996740012' }], ['password-link', {}], ['email', { email: 'a@example.org' }]] as const)
    t.match(await olga.post(`${path}/${what}`, body), { status: 409, body: { code: 'status_refused' } }, what)
  t.strictSame(await db.selectFrom('account_links').select('id').execute(), [])
  t.equal((await anna.get('/api/me')).status, 401, 'his logins have ended')
  t.equal((await world.client().post('/api/login', { login: 'anna', password: 'anna' })).status, 401)
  t.match(await db.selectFrom('number_pool').select('state').where('address', '=', '+74996740001').execute(),
    [{ state: 'quarantine' }])
  t.strictSame((await world.audit()).filter((line) => line.includes('status')),
    Array(3).fill('olga subscriber.status'))
})

t.test('a tariff now and a tariff later', async (t) => {
  const world = await deskWorld(t)
  const { kysely: db } = world.database
  const olga = await world.manager('olga')
  const anna = await world.subscriber('anna')
  const path = `/api/desk/subscribers/${anna.id}/tariff`
  const [cheap, dear] = [await world.tariff('Дешёвый'), await world.tariff('Дорогой')]
  t.match((await olga.post(path, { tariffId: cheap, since: null })).body, { tariff: { name: 'Дешёвый' } })
  const since = Date.now() + 3 * dayMs
  const planned = (await olga.post(path, { tariffId: dear, since })).body
  t.match(planned.tariff, { name: 'Дешёвый' })
  t.match(planned.tariffs, [{ name: 'Дорогой', since }, { name: 'Дешёвый' }])
  await followPlannedTariffs(db, Date.now())
  t.equal((await anna.get('/api/me')).body.tariff, 'Дешёвый')
  t.equal(await followPlannedTariffs(db, since), 1)
  t.equal((await anna.get('/api/me')).body.tariff, 'Дорогой', 'when its day has come')
  const again = (await olga.post(path, { tariffId: cheap, since: since + dayMs })).body
  t.equal(again.tariffs.length, 2, 'a new plan takes the place of the old one')
  t.match((await olga.post(path, { tariffId: dear, since: null })).body,
    { tariff: { name: 'Дорогой' }, tariffs: [{ name: 'Дорогой' }, { name: 'Дешёвый' }] }, 'now drops plans')
  await db.updateTable('tariffs').set({ valid_to: Date.now() - 1000 }).where('id', '=', cheap).execute()
  t.match(await olga.post(path, { tariffId: cheap, since: null }),
    { status: 422, body: { code: 'tariff_not_valid', field: 'tariffId' } })
  t.equal((await olga.post(path, { tariffId: 'e'.repeat(32), since: null })).status, 404)
})

t.test('looking as a subscriber', async (t) => {
  for (const managersListen of [false, true]) {
    const world = await deskWorld(t, { managersListen })
    const { kysely: db } = world.database
    const olga = await world.manager('olga')
    const anna = await world.subscriber('anna', { name: 'Анна' })
    await anna.put('/api/settings/pin', { pin: '4071', password: 'anna' })
    await db.insertInto('messages').values({
      id: 'a'.repeat(32), owner: 'f'.repeat(32), subscriber_id: anna.id, call_id: 'c'.repeat(32),
      caller: '+79031112233', caller_name: '', anonymous: 0, dialled: '+74996740782', file: 'm.wav',
      state: 'ready', started_at: 1, duration_ms: 1000, heard_at: null, deleted_at: null, peaks: null,
    }).execute()
    await anna.put('/api/settings', { version: 1, password: 'anna', delivery: { webhookUrl: 'https://example.org/hook' } })
    t.match((await anna.get('/api/settings')).body.delivery.webhookSecret, /^.{16,}/)
    t.match(await olga.get('/api/rules'), { status: 403, body: { code: 'not_a_subscriber' } })
    t.match(await olga.post(`/api/desk/subscribers/${anna.id}/view`),
      { status: 200, body: { subscriberId: anna.id, name: 'Анна' } })
    t.match((await olga.get('/api/me')).body, { role: 'subscriber', name: 'Анна', viewedBy: { login: 'olga' } })
    for (const path of ['/api/rules', '/api/calls', '/api/messages', '/api/settings', '/api/charges'])
      t.equal((await olga.get(path)).status, 200, path)
    t.equal((await olga.get('/api/settings')).body.delivery.webhookSecret, '', 'his secrets stay his')
    for (const [method, path] of [
      ['PUT', '/api/settings'], ['POST', '/api/rules'], ['DELETE', `/api/messages/${'a'.repeat(32)}`],
      ['POST', `/api/messages/${'a'.repeat(32)}/heard`], ['POST', '/api/payments'], ['POST', '/api/keys'],
    ] as const)
      t.match(await olga.call(method, path, {}), { status: 403, body: { code: 'read_only' } }, `${method} ${path}`)
    const link = await olga.post(`/api/messages/${'a'.repeat(32)}/link`, { download: false })
    if (managersListen) {
      t.equal(link.status, 200)
      t.equal((await olga.get(link.body.url)).status, 404, 'there is no media here, but the guard lets him')
    } else {
      t.match(link, { status: 403, body: { code: 'listening_refused' } })
      t.match(await olga.get('/media/x'), { status: 403, body: { code: 'listening_refused' } })
    }
    t.equal((await olga.get('/api/desk/home')).body.rights.listen, managersListen)
    t.equal((await olga.delete('/api/desk/view')).status, 200)
    t.equal((await olga.get('/api/rules')).status, 403)
    t.strictSame(await world.audit(), ['olga subscriber.view',
      ...(managersListen ? ['olga subscriber.listen'] : []), 'olga subscriber.viewEnd'])
    t.equal((await olga.post(`/api/desk/subscribers/${'e'.repeat(32)}/view`)).status, 404)
    t.equal((await anna.post(`/api/desk/subscribers/${anna.id}/view`)).status, 404, 'it is not for him')
  }
})

t.test('home, alarms, letters, the log', async (t) => {
  const world = await deskWorld(t, { sipConnected: () => false })
  const { kysely: db } = world.database
  const now = () => Math.floor(world.clock.wallMs())
  const olga = await world.manager('olga')
  const anna = await world.subscriber('anna', { name: 'Анна' })
  const dead = async (id: string, doneAt: number, channel = 'email') => db.insertInto('outbox').values({
    id: id.repeat(32), subscriber_id: id === 'b' ? '' : anna.id, kind: 'payment', channel, address: 'anna@example.org',
    payload: '{"kind":"payment","amountKopecks":1,"balanceKopecks":1}', notice_key: `key:${id}`, state: 'dead',
    tries: 9, next_at: 1, lease_owner: '', lease_until: 0, fence: 0, external_id: '',
    last_error: '550 no such user', created_at: 1, done_at: doneAt,
  }).execute()
  for (const [id, at, channel] of [['a', 1000, 'email'], ['b', 3000, 'email'], ['c', 3000, 'sms']] as const)
    await dead(id, at, channel)
  await raiseAlarm(db, { key: 'ledger:a', kind: 'ledger', subscriberId: anna.id, details: { fault: 'copy' } }, now() - 5000)
  await raiseAlarm(db, { key: 'payment:b', kind: 'payment', subscriberId: undefined, details: { why: 'amountDiffers' } }, now())

  await t.test('home', async (t) => {
    t.match((await olga.get('/api/desk/home')).body, {
      login: 'olga', name: 'Менеджер olga',
      counts: {
        requests: 0, liveCalls: 0, subscribers: 1, freeNumbers: 0, openAlarms: 2, support: 0,
        deadLetters: 3, corrections: 0,
      },
      system: { ok: false, database: 'ok', sip: 'down', media: 'off', payments: 'off', ledgerCheckedAt: null },
    })
  })

  await t.test('alarms', async (t) => {
    const list = async (query = '') => (await olga.get(`/api/desk/alarms?${query}`)).body
    const { alarms, open } = await list()
    t.strictSame(open, { ledger: 1, payment: 1 })
    t.match(alarms, [
      { kind: 'payment', subscriber: null, details: { why: 'amountDiffers' }, times: 1 },
      { kind: 'ledger', subscriber: { id: anna.id, name: 'Анна' }, details: { fault: 'copy' } },
    ])
    const first = await list('limit=1')
    t.match(await list(`limit=1&before=${first.next}`), { alarms: [{ kind: 'ledger' }], next: null })
    t.equal((await list('kind=fraud')).alarms.length, 0)
    t.equal((await list(`subscriber=${anna.id}`)).alarms.length, 1)
    const closed = await olga.post(`/api/desk/alarms/${alarms[1].id}/close`, { note: 'Проверено' })
    t.match(closed.body, { closedBy: 'olga', note: 'Проверено', closedAt: Number })
    await olga.post(`/api/desk/alarms/${alarms[1].id}/close`, { note: 'Ещё раз' })
    t.match((await list('state=closed')).alarms, [{ kind: 'ledger', note: 'Проверено' }], 'the first word stays')
    await raiseAlarm(db, { key: 'ledger:a', kind: 'ledger', subscriberId: anna.id, details: { fault: 'copy' } }, now())
    t.match((await list('kind=ledger')).alarms, [{ times: 2, closedAt: null, closedBy: '' }], 'raised again it is open')
    t.equal((await olga.post(`/api/desk/alarms/${'e'.repeat(32)}/close`, { note: '' })).status, 404)
  })

  await t.test('letters', async (t) => {
    const list = async (query = '') => (await olga.get(`/api/desk/letters?${query}`)).body
    const { letters, total } = await list()
    t.equal(total, 3)
    t.strictSame(letters.map(({ id }: { id: string }) => id[0]), ['c', 'b', 'a'])
    t.match(letters[2], {
      subscriber: { name: 'Анна' }, kind: 'payment', channel: 'email', tries: 9, why: '550 no such user', givenUpAt: 1000,
    })
    t.equal(letters[1].subscriber, null)
    const first = await list('limit=2')
    t.match(await list(`limit=2&before=${first.next}`), { letters: [{ id: 'a'.repeat(32) }], next: null })
    t.equal((await list('channel=sms')).total, 1)
    t.equal((await olga.post(`/api/desk/letters/${'a'.repeat(32)}/again`)).status, 200)
    t.equal((await olga.delete(`/api/desk/letters/${'c'.repeat(32)}`)).status, 200)
    t.equal((await olga.delete(`/api/desk/letters/${'c'.repeat(32)}`)).status, 404)
    t.equal((await list()).total, 1)
    t.match(await db.selectFrom('outbox').select(['state', 'tries']).where('id', '=', 'a'.repeat(32)).execute(),
      [{ state: 'waiting', tries: 0 }])
  })

  await t.test('the log', async (t) => {
    await append(db, anna.id, { key: 'x', kind: 'correction', kopecks: 1, atMs: now(), text: 'x' })
    const pavel = await world.manager('pavel')
    await pavel.get(`/api/desk/subscribers/${anna.id}`)
    const list = async (query = '') => (await olga.get(`/api/desk/audit?${query}`)).body
    const all = await list()
    t.strictSame(all.entries.map((one: { actor: string; action: string }) => `${one.actor} ${one.action}`),
      ['pavel subscriber.look', 'olga letter.drop', 'olga letter.again', 'olga alarm.close'])
    t.strictSame(all.actors, ['olga', 'pavel'])
    t.match(all.entries[0], { subject: `subscriber:${anna.id}`, subscriber: { name: 'Анна' } })
    for (const [query, count] of [
      ['actor=pavel', 1], ['action=letter', 2], ['action=letter.drop', 1], ['action=lett', 0],
      [`subscriber=${anna.id}`, 4], [`subject=letter:${'c'.repeat(32)}`, 1], [`from=${now() + 60_000}`, 0],
      [`to=${now() + 60_000}`, 4], ['actor=olga&action=alarm', 1],
    ] as const)
      t.equal((await list(query)).entries.length, count, query)
    const first = await list('limit=3')
    t.equal((await list(`limit=3&before=${first.next}`)).entries.length, 1)
    await db.insertInto('audit_log').values({
      id: newId(now()), at: now(), actor: '=cmd()', action: 'x.y', subject: 'a;b', subscriber_id: null,
      details: '{"n":"\\"q\\""}', address: '127.0.0.1',
    }).execute()
    const csv = await olga.get('/api/desk/audit/export.csv?actor=%3Dcmd()')
    t.match(csv.headers.get('content-type'), /text\/csv/)
    const [head = '', line = ''] = (csv.body as string).split('\r\n')
    t.match(head, /Кто/)
    t.notMatch(line, /(^|;)=cmd/, 'no cell begins a formula')
    t.match(line, '"a;b"')
    t.equal((await list('action=audit')).entries.length, 1, 'taking it away is logged')
  })
})
