/** Notices in the settings: where they go, trials, and what is told of the account itself. */
import t from 'tap'
import { changeSettings } from '../../src/store/settings.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, TestApi } from '../support/panel-api.ts'

const delivers = { email: true, sms: true, webhook: true }
const minute = 60_000

/** As the link to the new address does it (test/api/people-account.test.ts). */
async function setEmail({ database, clock }: TestApi, subscriberId: string, email: string) {
  await changeSettings(database.kysely, subscriberId, undefined, { options: { email } },
    { atMs: clock.wallMs(), from: '203.0.113.1', agent: '' })
}

async function outbox(api: TestApi) {
  const rows = await api.database.kysely.selectFrom('outbox').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => ({ kind: row.kind, state: row.state, channel: row.channel, address: row.address, notice: JSON.parse(row.payload) }))
}

t.test('the page learns what the operator sends and where it goes', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  t.match((await anna.get('/api/settings')).body, {
    delivers: { email: true, sms: true, webhook: true, telegram: false },
    delivery: { smsNumberId: null, afterMail: 'keep', webhookUrl: '', webhookSecret: '', telegramChat: '', lowBalanceKopecks: 10_000, smsAddress: '' },
    notifications: { missedCall: { email: true, sms: false, webhook: true, telegram: true } },
  })
  const add = async (address: string) => (await anna.post('/api/numbers', { address, description: '' })).body.id
  await add('+74951234567')
  await add('+79161234567')
  const second = await add('+79161234568')
  const sms = async () => (await anna.get('/api/settings')).body.delivery.smsAddress
  t.equal(await sms(), '+79161234567', 'the first mobile')
  await anna.put('/api/settings/default-number', { targetId: second })
  t.equal(await sms(), '+79161234568', 'the default number first')
  t.match(await anna.put('/api/settings', { delivery: { smsNumberId: second } }), { body: { delivery: { smsNumberId: second } } })
  const boris = await api.subscriber('boris')
  t.match(await boris.put('/api/settings', { delivery: { smsNumberId: second } }),
    { status: 422, body: { code: 'unknown_number', field: 'delivery.smsNumberId' } })
})

t.test('webhook and Telegram are changed with the password only; another webhook has another secret', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  const put = (delivery: object, password?: string) => anna.put('/api/settings', { delivery, ...(password === undefined ? {} : { password }) })
  const url = 'https://hooks.example/pn?x=1'
  t.match(await put({ webhookUrl: url }), { status: 403, body: { code: 'wrong_password' } })
  t.match(await put({ telegramChat: '4711' }, 'wrong'), { status: 403 })
  const first = await put({ webhookUrl: url }, 'anna')
  t.match(first, { status: 200, body: { delivery: { webhookUrl: url, webhookSecret: /^[\w-]{32}$/ } } })
  t.match(await put({ webhookUrl: url, afterMail: 'delete' }), { status: 200 }, 'the same needs none')
  const secret = first.body.delivery.webhookSecret
  t.equal((await anna.get('/api/settings')).body.delivery.webhookSecret, secret)
  const second = await put({ webhookUrl: 'https://other.example/' }, 'anna')
  t.not(second.body.delivery.webhookSecret, secret)
  t.match(await put({ webhookUrl: '' }, 'anna'), { body: { delivery: { webhookSecret: '' } } })
  t.match(await put({ telegramChat: '-1001234' }, 'anna'), { body: { delivery: { telegramChat: '-1001234' } } })
})

const wrong = [
  { webhookUrl: 'http://hooks.example/' }, { webhookUrl: 'https://hooks.example:8443/' }, { webhookUrl: 'https://a:b@hooks.example/' },
  { webhookUrl: 'javascript:alert(1)' }, { webhookUrl: 'https://hooks.example/ x' }, { webhookUrl: `https://h.example/${'x'.repeat(500)}` },
  { telegramChat: 'anna' }, { telegramChat: '@a' }, { telegramChat: '1\n2' }, { afterMail: 'burn' }, { smsNumberId: 'x' },
]
t.test('wrong places are named', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  for (const delivery of wrong) {
    t.match(await anna.put('/api/settings', { delivery, password: 'anna' }),
      { status: 400, body: { code: 'invalid', field: `delivery.${Object.keys(delivery)[0]}` } }, JSON.stringify(delivery).slice(0, 80))
  }
})

t.test('a trial notice: where, how often, not over what there is not', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  const trial = (channel: string) => anna.post('/api/settings/notifications/test', { channel })
  t.match(await trial('telegram'), { status: 422, body: { code: 'channel_off' } })
  t.match(await trial('pigeon'), { status: 400 })
  t.match(await trial('email'), { status: 422, body: { code: 'no_address', field: 'channel' } })
  await setEmail(api, anna.id, 'anna@example.com')
  t.match(await trial('email'), { status: 202, body: { channel: 'email', address: 'anna@example.com' } })
  t.match(await trial('email'), { status: 429, body: { code: 'too_many_trials' } })
  t.match((await outbox(api)).filter((one) => one.kind === 'test'), [{ state: 'waiting', channel: 'email', address: 'anna@example.com' }])
  for (let sent = 1; sent < 10; sent++) {
    api.clock.wallAheadMs += minute + 1
    t.match(await trial('email'), { status: 202 })
  }
  api.clock.wallAheadMs += minute + 1
  t.match(await trial('email'), { status: 429 }, 'ten a day')
})

t.test('a changed e-mail address is told to both, the old one in any case', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  const change = (email: string) => setEmail(api, anna.id, email)
  await change('old@example.com')
  t.strictSame(await outbox(api), [], 'nobody is to be warned')
  await change('new@example.com')
  t.match(await outbox(api), [
    { kind: 'accountChange', state: 'waiting', channel: 'email', address: 'old@example.com', notice: { what: 'email', email: 'new@example.com' } },
    { kind: 'accountChange', state: 'new', channel: '' },
  ])
  await change('new@example.com')
  await anna.put('/api/settings', { profile: { name: 'Анна' } })
  t.equal((await outbox(api)).length, 2)
})

t.test('a changed password is told, a refused one is not', async (t) => {
  const api = await testApi(t, { delivers })
  const anna = await api.subscriber('anna')
  await anna.put('/api/settings/password', { old: 'wrong', new: 'новый пароль 7' })
  t.strictSame(await outbox(api), [])
  await anna.put('/api/settings/password', { old: 'anna', new: 'новый пароль 7' })
  t.match(await outbox(api), [{ kind: 'accountChange', state: 'new', notice: { what: 'password' } }])
})

const phone = 'Mozilla/5.0 (Android 14; Mobile) Firefox/131.0'
const laptop = 'Mozilla/5.0 (X11; Linux) Firefox/130.0'
t.test('a log-in from a new place is told, the first and the usual ones are not', async (t) => {
  const api = await testApi(t, { delivers, behindProxy: true })
  const db = api.database.kysely
  const anna = await api.subscriber('anna')
  await db.deleteFrom('login_places').execute()
  const login = (address: string, agent: string): ReturnType<Client['call']> => api.client().call('POST', '/api/login',
    { login: 'anna', password: 'anna' }, { 'x-forwarded-for': address, 'user-agent': agent })
  const logins: [address: string, agent: string, told: boolean, why: string][] = [
    ['198.51.100.7', laptop, false, 'the first of all'],
    ['198.51.100.7', laptop, false, 'the same'],
    ['198.51.7.9', laptop.replace('130.0', '131.0'), false, 'another address of the provider, a newer version'],
    ['203.0.113.5', laptop, true, 'another network'],
    ['203.0.113.99', laptop, false, 'known by now'],
    ['198.51.100.7', phone, true, 'another program'],
    ['203.0.113.5', phone, false, 'both are known'],
    ['2001:db8:1::1', phone, true, 'IPv6'],
    ['2001:db8:ffff::2', phone, false, 'the same region'],
  ]
  let before = (await outbox(api)).length
  for (const [address, agent, told, why] of logins) {
    t.equal((await login(address, agent)).status, 200)
    const now = await outbox(api)
    t.equal(now.length - before, told ? 1 : 0, why)
    if (told) t.match(now.at(-1), { kind: 'newLogin', state: 'new', notice: { from: address, agent } })
    before = now.length
  }
  await api.client().call('POST', '/api/login', { login: 'anna', password: 'wrong' }, { 'x-forwarded-for': '192.0.2.1' })
  t.equal((await outbox(api)).length, before, 'who did not get in was not there')
  api.clock.wallAheadMs += 200 * 24 * 60 * minute
  await login('198.51.100.7', laptop)
  t.equal((await outbox(api)).length, before + 1, 'half a year ago is long ago')
  t.ok(anna.id)
})

t.test('an SMS that does not go out is said to who waits for its code', async (t) => {
  const api = await testApi(t, { sendSms: async () => { throw new Error('the centre is away') } })
  const anna = await api.subscriber('anna')
  const { id } = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body
  t.match(await anna.post(`/api/numbers/${id}/verify`, { by: 'sms' }), { status: 503, body: { code: 'sms_failed' } })
})
