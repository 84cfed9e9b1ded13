/**
 * Accounts: links for passwords, the second factor, the e-mail address, roles. What must not be told
 * to strangers, what works once, what a stolen session cannot do.
 */
import type { KyselyPlugin } from 'kysely'
import t from 'tap'
import { networkOf } from '../../src/api/guards.ts'
import { routeTable } from '../../src/api/route-table.ts'
import { errorFacts } from '../../src/log.ts'
import { accountOf, setManagerStatus } from '../../src/store/accounts.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { setView } from '../../src/store/sessions.ts'
import { processCpuMsOf } from '../support/cpu-time.ts'
import { silentLog } from '../support/database.ts'
import { codeFor, lettersTo, secretFor, untilLetters } from '../support/letters.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, TestApi } from '../support/panel-api.ts'

const minute = 60_000
const hour = 60 * minute
const good = 'тёплый чай с мятой'

async function withEmail(api: TestApi, login: string) {
  const client = await api.subscriber(login)
  const email = `${login}@example.com`
  await changeSettings(api.database.kysely, client.id, undefined, { options: { email } },
    { atMs: api.clock.wallMs(), from: '', agent: '' })
  return { ...client, email }
}

/** Switches the second factor on and answers its secret; the code used is of one step before now. */
async function switchOn(api: TestApi, client: Client, password: string) {
  const begun = await client.post('/api/second-factor', { password })
  const { secret } = begun.body
  const confirmed = await client.post('/api/second-factor/confirm', { code: codeFor(api, secret, -1) })
  return { begun, confirmed, secret: secret as string, recovery: confirmed.body.recoveryCodes as string[] }
}

/** One world for tests that move no clock and have logins of their own. */
let world: Promise<TestApi> | undefined
const shared = () => world ??= testApi(t)

const sessionOf = (api: TestApi, accountId: string) => api.database.kysely.selectFrom('sessions')
  .select('token_hash').where('account_id', '=', accountId).executeTakeFirstOrThrow()

t.test('a forgotten password: the link by mail sets another one, once', async (t) => {
  const api = await shared()
  const anna = await withEmail(api, 'anna')
  const stranger = api.client()
  t.match(await stranger.post('/api/password-links', { login: 'ANNA@example.com' }), { status: 202, body: {} })
  await untilLetters(api, anna.email, 1)
  t.match(await lettersTo(api, anna.email), [{ kind: 'accountLink', notice: { purpose: 'reset', login: 'anna' } }])
  const token = await secretFor(api, anna.email)
  const stored = JSON.stringify([
    await api.database.kysely.selectFrom('outbox').selectAll().execute(),
    await api.database.kysely.selectFrom('account_link_tokens').selectAll().execute(),
  ])
  t.notOk(stored.includes(token), 'the token stands in the letter only')
  t.match(await stranger.get(`/api/password-links/${token}`),
    { status: 200, body: { login: 'anna', purpose: 'reset', expiresAt: Number } })
  t.match(await stranger.post(`/api/password-links/${token}`, { password: 'короткий' }), { status: 400, body: { field: 'password' } })
  t.match(await stranger.post(`/api/password-links/${token}`, { password: 'anna reads books' }),
    { status: 422, body: { code: 'weak_password', details: { why: 'login' } } })
  t.equal((await anna.get('/api/me')).status, 200, 'nothing has changed so far')
  const tries = await Promise.all(Array.from({ length: 20 }, (_, at) =>
    api.client().post(`/api/password-links/${token}`, { password: `${good} ${at}` })))
  t.equal(tries.filter(({ status }) => status === 200).length, 1, 'of twenty at once one succeeds')
  t.ok(tries.every(({ status, body }) => status === 200 || (status === 410 && body.code === 'link_used')
    || (status === 503 && body.code === 'busy')), 'the others are told why')
  t.equal((await anna.get('/api/me')).status, 401, 'all sessions have ended')
  const password = `${good} ${tries.findIndex(({ status }) => status === 200)}`
  t.equal((await stranger.post('/api/login', { login: 'anna', password: 'anna' })).status, 401)
  t.equal((await stranger.post('/api/login', { login: 'anna', password })).status, 200)
  t.match(await stranger.get(`/api/password-links/${token}`), { status: 410, body: { code: 'link_used' } })
  t.match(await lettersTo(api, ''), [{ kind: 'accountChange', notice: { what: 'password' } }], 'told by his choices')
})

t.test('links end: after a day, by a newer one, by a change of the password', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  const stranger = api.client()
  const ask = async (count: number) => {
    await stranger.post('/api/password-links', { login: 'anna' })
    await untilLetters(api, anna.email, count)
    return secretFor(api, anna.email)
  }
  const first = await ask(1)
  const second = await ask(2)
  t.match(await stranger.get(`/api/password-links/${first}`), { status: 410, body: { code: 'link_used' } }, 'overtaken')
  t.equal((await stranger.get(`/api/password-links/${second}`)).status, 200)
  t.equal((await anna.put('/api/settings/password', { old: 'anna', new: good })).status, 200)
  t.match(await stranger.post(`/api/password-links/${second}`, { password: `${good} 2` }),
    { status: 410, body: { code: 'link_used' } }, 'an old letter undoes no change')
  api.clock.wallAheadMs += hour + 1
  const third = await ask(3)
  api.clock.wallAheadMs += 24 * hour
  t.match(await stranger.get(`/api/password-links/${third}`), { status: 410, body: { code: 'link_expired' } })
  t.match(await stranger.post(`/api/password-links/${third}`, { password: good }), { status: 410, body: { code: 'link_expired' } })
  t.match(await stranger.post(`/api/password-links/${third}/again`), { status: 202, body: {} })
  await untilLetters(api, anna.email, 4)
  t.equal((await stranger.get(`/api/password-links/${await secretFor(api, anna.email)}`)).status, 200, '«Прислать новую»')
  for (const token of ['x', 'x'.repeat(43), '../../etc', `${third}0`])
    t.match(await stranger.get(`/api/password-links/${encodeURIComponent(token)}`), { status: 410, body: { code: 'link_expired' } }, token)
})

t.test('asking tells nothing of who has an account, and fills no mailbox', async (t) => {
  const api = await testApi(t, { behindProxy: true })
  const anna = await withEmail(api, 'anna')
  const ask = (login: string, from: string) => api.client().call('POST', '/api/password-links', { login }, { 'x-forwarded-for': from })
  const replies = [
    await ask('anna', '203.0.113.1'), await ask('nobody', '203.0.113.1'), await ask('Anna@Example.com', '203.0.113.1'),
    await ask('nobody@example.com', '203.0.113.1'), await ask("' OR 1=1 --", '203.0.113.1'),
  ]
  for (const { status, body } of replies) t.strictSame([status, body], [202, {}])
  for (let at = 0; at < 10; at++) await ask('anna', `203.0.113.${10 + at}`)
  await untilLetters(api, anna.email, 3)
  await api.database.kysely.selectFrom('accounts').select('id').execute()
  t.equal((await lettersTo(api, anna.email)).length, 3, 'three letters an hour, whoever asks')
  const statuses: number[] = []
  for (let at = 0; at < 17; at++) statuses.push((await ask(`user${at}`, '203.0.113.1')).status)
  t.strictSame([statuses[14], statuses[15], statuses[16]], [202, 429, 429], 'twenty an hour from one address')
  t.equal((await ask('user', '203.0.113.99')).status, 202)
})

t.test('a household of IPv6 is counted as one', (t) => {
  const cases: readonly (readonly [address: string, network: string])[] = [
    ['203.0.113.9', '203.0.113.9'], ['::ffff:203.0.113.9', '203.0.113.9'], ['', ''], ['unknown', 'unknown'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'], ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0:0:0:1', '2001:db8:1:2::/64'], ['2001:db8::1', '2001:db8:0:0::/64'], ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ]
  for (const [address, network] of cases) t.equal(networkOf(address), network, address)
  t.end()
})

t.test('a secret in an address or a statement is in no line of the log', async (t) => {
  const lines: unknown[] = []
  const write = (...line: unknown[]) => void lines.push(line)
  const log = { ...silentLog, warn: write, error: write } as never
  const api = await testApi(t, ({ database }) => ({ log, database }))
  const token = 'T'.repeat(43)
  t.equal((await api.client().call('POST', `/api/email-links/${token}`, {}, { 'sec-fetch-site': 'cross-site' })).status, 403)
  t.match(lines, [[{ code: 'foreign_origin', path: '/api/email-links/:token' }, String]])
  t.notOk(JSON.stringify(lines).includes(token))
  const fault = Object.assign(new Error('no'), { errno: 1292, sql: "INSERT INTO trunks VALUES ('secret')" })
  t.match(errorFacts(fault), { type: 'Error', message: 'no', errno: 1292 })
  t.notOk(JSON.stringify(errorFacts(fault)).includes('secret'))
})

t.test('strangers and known people cost the same work before the answer', async (t) => {
  let queries: string[] = []
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      queries.push(node.kind)
      return node
    },
    transformResult: async ({ result }) => result,
  }
  const api = await testApi(t, ({ database }) => ({ database: { ...database, kysely: database.kysely.withPlugin(plugin) } }))
  const anna = await withEmail(api, 'anna')
  const work = async (path: string, body: object) => {
    queries = []
    const { status } = await api.client().post(path, body)
    return { status, queries }
  }
  const request = (email: string, at: number) => ({
    formKey: `uniform-form-key-000000${at}`, name: 'Анна', phone: '+79161234567', email, consent: true,
  })
  await work('/api/register', request('third@example.com', 0)) // the first number of all is another statement
  t.strictSame(await work('/api/register', request(anna.email, 1)), await work('/api/register', request('nobody@example.com', 2)), 'registration')
  t.strictSame(await work('/api/login', { login: 'anna', password: 'wrong' }), await work('/api/login', { login: 'nobody', password: 'wrong' }), 'log-in')
  const logIn = (login: string) => processCpuMsOf(() =>
    api.client().post('/api/login', { login, password: 'wrong' }))
  let [known, unknown] = [Infinity, Infinity]
  // In turn, and the least of each: what else this process does is no difference between them.
  for (let at = 0; at < 9; at++) {
    known = Math.min(known, await logIn('anna'))
    unknown = Math.min(unknown, await logIn('nobody2'))
  }
  t.ok(Math.max(known, unknown) < 3 * Math.min(known, unknown), `a hash is made for both: ${known} and ${unknown} ms`)
})

t.test('the second factor: begun, switched on by a code, asked for at the log-in', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  t.match(await anna.get('/api/second-factor'), { body: { on: false, since: null, recoveryLeft: 0, freshUntil: 0 } })
  t.match(await anna.post('/api/second-factor', { password: 'wrong' }), { status: 403, body: { code: 'wrong_password' } })
  const { begun, confirmed, secret, recovery } = await switchOn(api, anna, 'anna')
  t.match(begun.body, { secret: /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/, uri: /^otpauth:\/\/totp\/OneTel:anna\?/, qr: /^<svg .*<\/svg>$/ })
  t.equal(confirmed.status, 200)
  t.equal(new Set(recovery).size, 10)
  for (const code of recovery) t.match(code, /^\d{5}-\d{5}$/)
  t.match(await anna.get('/api/second-factor'), { body: { on: true, recoveryLeft: 10, freshUntil: Number } })
  t.match(await anna.post('/api/second-factor', { password: 'anna' }), { status: 409, body: { code: 'second_factor_on' } })
  const stored = JSON.stringify(await api.database.kysely.selectFrom('recovery_codes').selectAll().execute())
  t.notOk(recovery.some((code) => stored.includes(code) || stored.includes(code.replace('-', ''))), 'hashed')

  const browser = api.client()
  const login = async () => (await browser.post('/api/login', { login: 'anna', password: 'anna' })).body
  const { secondFactor, ticket, ...rest } = await login()
  t.equal(secondFactor, true)
  t.strictSame(rest, {}, 'nothing else is told before the code')
  t.equal((await browser.get('/api/me')).status, 401, 'no session yet')
  const second = (with_: string, code: string) => browser.post('/api/login/second', { ticket: with_, code })
  t.match(await second(ticket, '000000'), { status: 422, body: { code: 'wrong_code', field: 'code' } })
  t.match(await second(ticket, codeFor(api, secret, -1)), { status: 422 }, 'the code that switched it on was used')
  t.match(await second(ticket, codeFor(api, secret)), { status: 200, body: { role: 'subscriber', login: 'anna' } })
  t.equal((await browser.get('/api/me')).status, 200)
  t.match(await second(ticket, codeFor(api, secret, 1)), { status: 401, body: { code: 'ticket_expired' } }, 'a ticket is for one log-in')

  const other = await login()
  for (let at = 0; at < 5; at++) t.equal((await second(other.ticket, '111111')).status, 422)
  t.match(await second(other.ticket, recovery[0]!), { status: 401, body: { code: 'ticket_expired' } }, 'five tries a password')
  const third = await login()
  t.equal((await second(third.ticket, recovery[0]!.replace('-', ' '))).status, 200, 'a recovery code')
  t.match((await anna.get('/api/second-factor')).body, { recoveryLeft: 9 })
  const fourth = await login()
  t.equal((await second(fourth.ticket, recovery[0]!)).status, 422, 'which counts once')
  api.clock.wallAheadMs += 5 * minute + 1
  t.match(await second(fourth.ticket, recovery[1]!), { status: 401, body: { code: 'ticket_expired' } }, 'five minutes are over')
})

t.test('one code brought by twenty at once counts once', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  const { secret, recovery } = await switchOn(api, anna, 'anna')
  for (const code of [codeFor(api, secret), recovery[0]!]) {
    api.clock.wallAheadMs += hour + 1
    const fresh = code.includes('-') ? code : codeFor(api, secret)
    const browser = api.client()
    const tickets: string[] = []
    for (let at = 0; at < 8; at++)
      tickets.push((await browser.post('/api/login', { login: 'anna', password: 'anna' })).body.ticket)
    const replies = await Promise.all(tickets.map((ticket) => api.client().post('/api/login/second', { ticket, code: fresh })))
    t.equal(replies.filter(({ status }) => status === 200).length, 1, fresh)
    t.ok(replies.every(({ status }) => status === 200 || status === 422))
  }
})

t.test('codes are not to be guessed', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  await switchOn(api, anna, 'anna')
  api.clock.wallAheadMs += hour + 1
  const browser = api.client()
  const statuses: number[] = []
  for (let at = 0; at < 6; at++) {
    const { ticket } = (await browser.post('/api/login', { login: 'anna', password: 'anna' })).body
    for (let n = 0; n < 4; n++) statuses.push((await browser.post('/api/login/second', { ticket, code: '123123' })).status)
  }
  t.strictSame([...new Set(statuses.slice(0, 20))], [422])
  t.strictSame([...new Set(statuses.slice(20))], [429], 'twenty an hour, over all tickets')
})

t.test('sensitive acts ask for a code, which counts for ten minutes', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  const { secret, recovery } = await switchOn(api, anna, 'anna')
  const change = (headers = {}, more = {}) => anna.call('PUT', '/api/settings/email',
    { email: 'new@example.com', password: 'anna', ...more }, headers)
  t.equal((await change()).status, 202, 'the code that switched it on still counts')
  api.clock.wallAheadMs += 10 * minute
  t.match(await change(), { status: 403, body: { code: 'second_factor_required', field: 'code' } })
  t.match(await change({ 'x-second-factor': '000000' }), { status: 422, body: { code: 'wrong_code' } })
  t.equal((await change({ 'x-second-factor': codeFor(api, secret) })).status, 202, 'in the header')
  api.clock.wallAheadMs += 10 * minute
  t.equal((await change({}, { code: codeFor(api, secret) })).status, 202, 'in the body')
  api.clock.wallAheadMs += 10 * minute
  t.match(await anna.put('/api/settings/password', { old: 'anna', new: good }), { status: 403, body: { code: 'second_factor_required' } })
  t.match(await anna.post('/api/second-factor/fresh', { code: codeFor(api, secret) }), { status: 200, body: { freshUntil: Number } })
  t.equal((await anna.put('/api/settings/password', { old: 'anna', new: good })).status, 200, 'given before')
  const elsewhere = api.client()
  const { ticket } = (await elsewhere.post('/api/login', { login: 'anna', password: good })).body
  await elsewhere.post('/api/login/second', { ticket, code: recovery[3] })
  api.clock.wallAheadMs += 10 * minute
  await anna.post('/api/second-factor/fresh', { code: codeFor(api, secret) })
  t.match(await elsewhere.put('/api/settings/email', { email: 'x@example.com', password: good }),
    { status: 403, body: { code: 'second_factor_required' } }, 'in its own session only')
})

t.test('switching it off needs password and code; new recovery codes end the old ones', async (t) => {
  const api = await testApi(t)
  const anna = await withEmail(api, 'anna')
  const off = (password: string, code: string) => anna.call('DELETE', '/api/second-factor', { password, code })
  t.match(await off('anna', '123456'), { status: 403, body: { code: 'second_factor_off' } })
  const { secret, recovery } = await switchOn(api, anna, 'anna')
  const renewed = await anna.post('/api/second-factor/recovery', { password: 'anna', code: codeFor(api, secret) })
  t.equal(renewed.body.recoveryCodes.length, 10)
  t.match(await off('wrong', recovery[0]!), { status: 403, body: { code: 'wrong_password' } })
  t.match(await off('anna', recovery[0]!), { status: 422, body: { code: 'wrong_code' } }, 'an old recovery code')
  t.match(await off('anna', renewed.body.recoveryCodes[0]), { status: 200 })
  t.match(await anna.get('/api/second-factor'), { body: { on: false } })
  t.match(await api.client().post('/api/login', { login: 'anna', password: 'anna' }), { status: 200, body: { login: 'anna' } })
  t.strictSame((await lettersTo(api, '')).map(({ notice }) => notice.what), ['secondFactorOn', 'recoveryCodes', 'secondFactorOff'])
})

t.test('another e-mail address counts when its link is followed', async (t) => {
  const api = await shared()
  const anna = await withEmail(api, 'boris')
  t.strictSame((await anna.get('/api/settings/email')).body, { email: anna.email, pending: null })
  t.match(await anna.put('/api/settings/email', { email: 'new@example.com', password: 'no' }), { status: 403, body: { code: 'wrong_password' } })
  for (const email of ['', 'anna', 'a@b', 'a@b.ru, c@d.ru', 'a b@c.ru', '<a@b.ru>', 'a@b.ru\r\nBcc: c@d.ru'])
    t.match(await anna.put('/api/settings/email', { email, password: 'boris' }), { status: 400, body: { field: 'email' } }, email)
  const asked = await anna.put('/api/settings/email', { email: 'new@example.com', password: 'boris' })
  t.match(asked, { status: 202, body: { email: anna.email, pending: { email: 'new@example.com', until: Number } } })
  t.match((await lettersTo(api, anna.email)).at(-1), { kind: 'accountChange', notice: { what: 'emailAsked', email: 'new@example.com' } }, 'the old address is told')
  t.match((await anna.get('/api/settings')).body, { profile: { email: anna.email } }, 'nothing has changed')
  const token = await secretFor(api, 'new@example.com')
  t.match(await api.client().get(`/api/password-links/${token}`), { status: 410 }, 'it sets no password')
  t.match(await api.client().post(`/api/email-links/${token}`), { status: 200, body: { email: 'new@example.com' } })
  t.match(await api.client().post(`/api/email-links/${token}`), { status: 410, body: { code: 'link_used' } })
  t.match((await anna.get('/api/settings')).body, { profile: { email: 'new@example.com' } })
  t.match((await lettersTo(api, anna.email)).at(-1), { notice: { what: 'email', email: 'new@example.com' } })
  await api.client().post('/api/password-links', { login: 'new@example.com' })
  await untilLetters(api, 'new@example.com', 2)
  t.pass('links go to the new address')

  const late = await secretFor(api, 'new@example.com')
  await anna.put('/api/settings/email', { email: 'next@example.com', password: 'boris' })
  t.equal((await api.client().post(`/api/email-links/${await secretFor(api, 'next@example.com')}`)).status, 200)
  t.match(await api.client().get(`/api/password-links/${late}`), { status: 410 }, 'the mailbox of before sets no password')
  await anna.put('/api/settings/email', { email: 'thief@example.com', password: 'boris' })
  const stolen = await secretFor(api, 'thief@example.com')
  t.equal((await anna.put('/api/settings/password', { old: 'boris', new: good })).status, 200)
  t.match(await api.client().post(`/api/email-links/${stolen}`), { status: 410 }, 'nor does a thief’s address come after a new password')

  await anna.put('/api/settings/email', { email: 'third@example.com', password: good })
  t.match(await anna.delete('/api/settings/email'), { status: 200, body: { pending: null } })
  t.rejects(secretFor(api, 'third@example.com'), /counts no more/)
})

t.test('a manager sees the desk, and nothing of a subscriber’s; suspended he sees nothing', async (t) => {
  const api = await shared()
  const olga = await api.manager('olga')
  t.match((await olga.get('/api/me')).body, {
    role: 'manager', login: 'olga', name: 'Менеджер olga', email: 'olga@desk.example', secondFactor: false, brand: { name: 'OneTel' },
  })
  for (const route of routeTable.filter(({ access }) => ['login', 'read', 'write', 'media'].includes(access))) {
    if (route.path === '/api/me') continue
    const path = route.path.replaceAll(/:\w+/g, 'a'.repeat(32))
    t.match(await olga.call(route.method, path, {}), { status: 403, body: { code: 'not_a_subscriber' } }, `${route.method} ${route.path}`)
  }
  t.equal((await olga.get('/api/sessions')).body.sessions.length, 1)
  const { secret } = await switchOn(api, olga, 'olga')
  t.match(await olga.put('/api/settings/password', { old: 'olga', new: good }), { status: 200 })
  t.match(await lettersTo(api, 'olga@desk.example'), [{ notice: { what: 'secondFactorOn' } }, { notice: { what: 'password' } }], 'told by e-mail')
  const other = api.client()
  const { ticket } = (await other.post('/api/login', { login: 'olga', password: good })).body
  t.match(await other.post('/api/login/second', { ticket, code: codeFor(api, secret) }), { status: 200, body: { role: 'manager', secondFactor: true } })
  await setManagerStatus(api.database.kysely, 'OLGA', 'suspended')
  for (const browser of [olga, other]) t.equal((await browser.get('/api/me')).status, 401)
  t.match(await other.post('/api/login', { login: 'olga', password: good }), { status: 401, body: { code: 'bad_credentials' } })
  await other.post('/api/password-links', { login: 'olga' })
  await setManagerStatus(api.database.kysely, 'olga', 'active')
  t.match((await other.post('/api/login', { login: 'olga', password: good })).body, { secondFactor: true })
  t.equal((await lettersTo(api, 'olga@desk.example')).filter(({ kind }) => kind === 'accountLink').length, 0, 'no link while suspended')
})

t.test('for subscribers, keys and strangers there is no desk', async (t) => {
  const api = await shared()
  const anna = await api.subscriber('vera')
  const { key } = (await anna.post('/api/keys', { name: 'x', scopes: ['read', 'write', 'media'] })).body
  // Whatever stands in the row: a view is for managers.
  const { id: account } = await accountOf(api.database.kysely, anna.id)
  await setView(api.database.kysely, (await sessionOf(api, account)).token_hash, 'b'.repeat(32))
  t.match((await anna.get('/api/me')).body, { login: 'vera', role: 'subscriber' })
  const desk = routeTable.filter(({ path }) => path.startsWith('/api/desk/'))
  t.ok(desk.length >= 13)
  for (const { method, path, access } of desk) {
    t.equal(access, 'manager', path)
    const real = path.replaceAll(/:\w+/g, 'a'.repeat(32))
    t.match(await anna.call(method, real, {}), { status: 404, body: { code: 'not_found' } }, `${method} ${path}`)
    const byKey = await api.app.request(real, {
      method, headers: { host: 'panel.test', authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: '{}' }),
    })
    t.equal(byKey.status, 404, `${method} ${path} with a key`)
    t.equal((await api.client().call(method, real, {})).status, 401)
  }
  t.match(await anna.get('/api/desk/nothing'), { status: 404 }, 'as one that never was')
})

t.test('a manager who looks at a panel reads and changes nothing', async (t) => {
  const api = await shared()
  const anna = await withEmail(api, 'galina')
  await anna.post('/api/numbers', { address: '+79161234567', description: 'Мобильный' })
  const olga = await api.manager('pavel')
  const { token_hash: session } = await sessionOf(api, olga.id)
  await setView(api.database.kysely, session, anna.id)
  t.match((await olga.get('/api/me')).body, {
    role: 'subscriber', login: 'galina', name: 'galina', viewedBy: { login: 'pavel', name: 'Менеджер pavel' },
  })
  t.match((await olga.get('/api/numbers')).body, [{ description: 'Мобильный' }])
  t.match((await olga.get('/api/settings/email')).body, { email: anna.email })
  t.equal((await olga.get('/api/second-factor')).status, 200)
  t.match((await olga.get('/api/referral')).body, { code: '', path: '/register' })
  t.strictSame(await api.database.kysely.selectFrom('referral_codes').selectAll().where('subscriber_id', '=', anna.id).execute(), [],
    'his link is made when he looks')
  for (const route of routeTable) {
    const { access, method, path } = route
    if (method === 'GET' || access === 'open' || access === 'manager' || path === '/api/logout') continue
    const real = path.replaceAll(/:\w+/g, 'a'.repeat(32))
    if (access === 'read') continue // asks by POST: a simulation
    const code = path.endsWith('/link') ? 'listening_refused' : 'read_only'
    t.match(await olga.call(method, real, {}), { status: 403, body: { code } }, `${method} ${path}`)
  }
  t.equal((await olga.get('/api/desk/requests')).status, 200, 'the desk is still there')
  await setView(api.database.kysely, session, undefined)
  t.match((await olga.get('/api/me')).body, { role: 'manager', login: 'pavel' })
})
