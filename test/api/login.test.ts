/** Logging in, sessions, throttling, and what stands before every route. */
import t from 'tap'
import { createApi } from '../../src/api/app.ts'
import { defaultBrand } from '../../src/api/brand.ts'
import { createChangeHub } from '../../src/api/change-hub.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Database } from '../../src/store/database.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import { PasswordsBusy, checkPassword, hashPassword } from '../../src/store/password.ts'

const minute = 60_000

t.test('login gives a session, logout ends it', async (t) => {
  const { client, subscriber } = await testApi(t)
  await subscriber('anna', { name: 'Анна', number: '+74996740782', balanceKopecks: 380_00 })
  const browser = client()
  t.equal((await browser.get('/api/me')).status, 401)
  const reply = await browser.post('/api/login', { login: 'ANNA', password: 'anna' })
  t.equal(reply.status, 200)
  t.match(reply.body, {
    name: 'Анна',
    login: 'anna',
    number: '+74996740782',
    zone: 'Europe/Moscow',
    status: 'active',
    balanceKopecks: 38_000,
    voicemail: false,
    voicemailAfterSeconds: 25,
    cycleLimitSeconds: 60,
    ringSeconds: 25,
    defaultTargetId: null,
    brand: { name: 'OneTel' },
  })
  t.match(
    reply.headers.get('set-cookie'),
    /^pn_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  t.same((await browser.get('/api/me')).body, reply.body)
  const cookie = browser.cookie()
  t.equal((await browser.post('/api/logout')).status, 200)
  t.equal((await browser.get('/api/me')).status, 401)
  t.equal(
    (await browser.call('GET', '/api/me', undefined, { cookie })).status,
    401,
    'the token is dead, not only forgotten',
  )
})

t.test('behind a TLS proxy the cookie is bound to the host', async (t) => {
  const { client, subscriber } = await testApi(t, { behindProxy: true })
  await subscriber('anna')
  const reply = await client().post('/api/login', { login: 'anna', password: 'anna' })
  t.match(
    reply.headers.get('set-cookie'),
    /^__Host-pn_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  t.match(reply.headers.get('strict-transport-security'), /max-age=/)
})

t.test('a wrong password and an unknown login are answered alike', async (t) => {
  const { client, subscriber } = await testApi(t)
  await subscriber('anna')
  const wrong = await client().post('/api/login', { login: 'anna', password: 'x' })
  const unknown = await client().post('/api/login', { login: 'nobody', password: 'x' })
  for (const reply of [wrong, unknown]) {
    t.equal(reply.status, 401)
    t.equal(reply.body.code, 'bad_credentials')
    t.equal(reply.headers.get('set-cookie'), null)
  }
  t.equal((await client().post('/api/login', { login: 'anna' })).body.field, 'password')
  t.equal(
    (await client().post('/api/login', { login: 'a'.repeat(129), password: 'x' })).status,
    400,
  )
})

t.test('sessions end after half an hour of silence and after twelve hours', async (t) => {
  const { clock, subscriber } = await testApi(t)
  const silent = await subscriber('anna')
  const busy = await subscriber('boris')
  for (let i = 0; i < 35; i++) {
    clock.wallAheadMs += 20 * minute
    if (i === 0) t.equal((await silent.get('/api/me')).status, 200, 'after 20 minutes')
    t.equal((await busy.get('/api/me')).status, 200, `after ${20 * (i + 1)} minutes of work`)
  }
  t.equal((await silent.get('/api/me')).status, 401, 'silent for hours')
  clock.wallAheadMs += 21 * minute
  t.equal((await busy.get('/api/me')).status, 401, 'twelve hours are over')
})

t.test('ten wrong passwords lock the account for a quarter of an hour', async (t) => {
  const { clock, client, subscriber } = await testApi(t)
  await subscriber('anna')
  await subscriber('boris')
  const browser = client()
  for (let i = 0; i < 10; i++)
    t.equal((await browser.post('/api/login', { login: 'anna', password: `${i}` })).status, 401)
  const locked = await browser.post('/api/login', { login: 'Anna', password: 'anna' })
  t.equal(locked.status, 429, 'also with the right password')
  t.match(locked.body, { code: 'too_many_attempts', details: { n: 15 } })
  t.match(locked.headers.get('retry-after'), /^(900|89\d)$/)
  t.equal(
    (await browser.post('/api/login', { login: 'boris', password: 'boris' })).status,
    200,
    'others are not concerned',
  )
  clock.wallAheadMs += 15 * minute + 1000
  t.equal((await browser.post('/api/login', { login: 'anna', password: 'anna' })).status, 200)
  for (let i = 0; i < 9; i++) await browser.post('/api/login', { login: 'anna', password: `${i}` })
  t.equal(
    (await browser.post('/api/login', { login: 'anna', password: 'anna' })).status,
    200,
    'a success forgave the old failures',
  )
})

t.test('one address may not try the accounts one after the other', async (t) => {
  const { client } = await testApi(t, { behindProxy: true })
  const attempt = (i: number, from: string) =>
    client().call(
      'POST',
      '/api/login',
      { login: `user${i}`, password: 'x' },
      { 'x-forwarded-for': `1.2.3.${i}, ${from}` },
    )
  const statuses: number[] = []
  for (let i = 0; i < 51; i++) statuses.push((await attempt(i, '203.0.113.9')).status)
  t.strictSame(new Set(statuses.slice(0, 50)), new Set([401]))
  t.equal(statuses[50], 429, 'what the client writes before the proxy does not count')
  t.equal((await attempt(99, '203.0.113.10')).status, 401, 'another address')
})

t.test('guesses sent all at once do not slip through', async (t) => {
  const { client, subscriber } = await testApi(t)
  await subscriber('anna')
  const replies = await Promise.all(
    Array.from({ length: 25 }, (_, i) =>
      client().post('/api/login', { login: 'anna', password: `${i}` }),
    ),
  )
  t.ok(replies.filter((reply) => reply.status === 401).length <= 10)
  t.ok(replies.filter((reply) => reply.status === 429).length >= 15)
})

t.test("other sites' requests are refused", async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const body = { address: '+79161234567', description: '' }
  const cases: [name: string, headers: Record<string, string>, status: number, code: string][] = [
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403, 'foreign_origin'],
    ['from a neighbour domain', { 'sec-fetch-site': 'same-site' }, 403, 'foreign_origin'],
    ['by a link or bookmark', { 'sec-fetch-site': 'none' }, 403, 'foreign_origin'],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'not_json'],
    ['as plain text', { 'content-type': 'text/plain' }, 415, 'not_json'],
    ['without a type', { 'content-type': '' }, 415, 'not_json'],
  ]
  for (const [name, headers, status, code] of cases) {
    t.match(
      await anna.call('POST', '/api/numbers', body, headers),
      { status, body: { code } },
      name,
    )
  }
  t.strictSame((await anna.get('/api/numbers')).body, [])
})

t.test('browsers without fetch metadata are judged by their Origin', async (t) => {
  const { app, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const post = (origin?: string) =>
    app.request('/api/numbers', {
      method: 'POST',
      body: JSON.stringify({ address: '+79161234567', description: '' }),
      headers: {
        cookie: anna.cookie(),
        host: 'panel.test',
        'content-type': 'application/json',
        ...(origin ? { origin } : {}),
      },
    })
  t.equal((await post('https://evil.test')).status, 403)
  t.equal((await post('null')).status, 403)
  t.equal((await post('http://panel.test.evil.test')).status, 403)
  t.equal((await post('http://panel.test')).status, 201)
  t.equal((await post()).status, 201, 'a program, not a browser')
})

t.test('every reply is strict, every fault has a name', async (t) => {
  const { client, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const replies = [
    await client().get('/api/me'),
    await anna.get('/api/me'),
    await anna.get('/api/nothing'),
    await anna.get('/api/health'),
  ]
  t.strictSame(
    replies.map((reply) => reply.status),
    [401, 200, 404, 200],
  )
  for (const { headers } of replies) {
    t.match(
      headers.get('content-security-policy'),
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    )
    t.notMatch(headers.get('content-security-policy'), /unsafe/)
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('cache-control'), 'no-store')
    t.match(headers.get('x-request-id'), /^[0-9a-f-]{36}$/)
  }
  t.match(replies[0]!.body, {
    code: 'unauthorized',
    message: /\S/,
    requestId: replies[0]!.headers.get('x-request-id'),
  })
  t.equal(replies[2]!.body.code, 'not_found')
})

t.test('large bodies are refused, told or untold', async (t) => {
  const { client, app } = await testApi(t)
  t.match(await client().post('/api/login', { login: 'x'.repeat(70_000), password: 'x' }), {
    status: 413,
    body: { code: 'too_large' },
  })
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(16_384).fill(32))
    },
  })
  const endless = await app.request(
    new Request('http://panel.test/api/login', {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit),
  )
  t.equal(endless.status, 413)
})

t.test('without a login nothing is told', async (t) => {
  const { client } = await testApi(t)
  const id = 'a'.repeat(32)
  const routes = [
    'GET /api/me',
    'POST /api/logout',
    'GET /api/numbers',
    'POST /api/numbers',
    `PUT /api/numbers/${id}`,
    `DELETE /api/numbers/${id}`,
    'GET /api/rules',
    'POST /api/rules',
    `GET /api/rules/${id}`,
    `PUT /api/rules/${id}`,
    `DELETE /api/rules/${id}`,
    `POST /api/rules/${id}/enabled`,
    'POST /api/rules/order',
    'PUT /api/settings/default-number',
    'GET /api/overview',
    'GET /api/calls',
    `GET /api/calls/${id}`,
    'GET /api/events',
    'GET /api/nothing',
  ]
  for (const route of routes) {
    const [method, path] = route.split(' ') as [string, string]
    t.match(
      await client().call(method, path),
      { status: 401, body: { code: 'unauthorized' } },
      route,
    )
  }
})

t.test('without the database the API says so', async (t) => {
  const { url, ...database } = await testDatabase(t)
  const gone = openDatabase({ url: url.replace(/socketPath=.*/, 'socketPath=%2Fnowhere.sock') })
  t.teardown(() => gone.close())
  const hub = createChangeHub(database.kysely, systemClock, silentLog)
  t.teardown(() => hub.stop())
  const health = (over: Database) =>
    createApi({
      database: over,
      clock: systemClock,
      log: silentLog,
      hub,
      brand: defaultBrand,
      behindProxy: false,
    }).request('/api/health')
  const down = await health(gone)
  t.equal(down.status, 503)
  t.equal(down.headers.get('retry-after'), '2')
  t.match(await down.json(), { code: 'unavailable' })
  t.equal((await health(database)).status, 200)
})

t.test('passwords are argon2id, and a crowd of them is refused', async (t) => {
  const stored = await hashPassword('Пароль №1')
  t.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  t.not(stored, await hashPassword('Пароль №1'), 'salted')
  t.equal(await checkPassword('Пароль №1', stored), true)
  t.equal(await checkPassword('пароль №1', stored), false)
  t.equal(await checkPassword('Пароль №1', 'plain'), false)
  const crowd = await Promise.allSettled(
    Array.from({ length: 60 }, () => checkPassword('x', stored)),
  )
  const refused = crowd.filter((one) => one.status === 'rejected')
  t.ok(refused.length > 0 && refused.length < 60)
  t.ok(refused.every((one) => one.reason instanceof PasswordsBusy))
})
