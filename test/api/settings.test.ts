/** «Настройки» over HTTP: any subset, versions, what needs the password, sessions. */
import t from 'tap'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'

/** What a call sees of the subscriber who answers to this login. */
async function asCalled(api: TestApi, id: string) {
  const { address } = await api.database.kysely.selectFrom('personal_numbers').select('address')
    .where('subscriber_id', '=', id).executeTakeFirstOrThrow()
  return (await createSubscriberFinder(api.database, 2000)(address))!
}

t.test('what a new subscriber has', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  t.match(await anna.get('/api/settings'), {
    status: 200,
    body: {
      profile: { name: 'anna', email: '', zone: 'Europe/Moscow', language: 'ru' },
      calls: {
        voicemail: false, voicemailAfterSeconds: 25, recordCalls: false, recordConsent: true,
        recordPolicy: 'ifPossible', retentionDays: 180, cycleLimitSeconds: 60, ringSeconds: 25,
        busyMattersMore: false, declineIsRefusal: false, ringback: 'network', confirmMobiles: true,
        confirmSeconds: 15, messageSeconds: 180, silenceSeconds: 5, language: 'ru',
      },
      notifications: {
        missedCall: { email: true, sms: false }, lowBalance: { email: true, sms: true },
        dailyDigest: { email: false, sms: false },
      },
      delivers: { email: false, sms: false, webhook: false, telegram: false },
      delivery: { smsNumberId: null, afterMail: 'keep', webhookUrl: '', webhookSecret: '', telegramChat: '', lowBalanceKopecks: 10_000, smsAddress: '' },
      pin: false,
      audio: { greetingId: null, musicId: null },
      media: false,
    },
  })
  const { notifications, version } = (await anna.get('/api/settings')).body
  t.equal(Object.keys(notifications).length, 12)
  t.equal(version, 0)
})

const changes: [name: string, body: object][] = [
  ['a switch', { calls: { voicemail: true } }],
  ['zero', { calls: { voicemailAfterSeconds: 0 } }],
  ['a number', { calls: { cycleLimitSeconds: 300 } }],
  ['recording', { calls: { recordCalls: true, recordConsent: false, recordPolicy: 'required', retentionDays: 0 } }],
  ['music', { calls: { ringback: 'music', language: 'en' } }],
  ['confirming', { calls: { confirmMobiles: false, confirmSeconds: 30 } }],
  ['messages', { calls: { messageSeconds: 3, silenceSeconds: 0 } }],
  ['choices', { calls: { busyMattersMore: true, declineIsRefusal: true, ringSeconds: 5 } }],
  ['the name', { profile: { name: 'Анна Петрова' } }],
  ['the zone', { profile: { zone: 'Asia/Vladivostok' } }],
  ['the language', { profile: { language: 'en' } }],
  ['a notice', { notifications: { voicemail: { email: false, sms: true, webhook: false, telegram: true } } }],
  ['two channels of a notice', { notifications: { payment: { email: false, sms: true } } }],
  ['after the mail', { delivery: { afterMail: 'heard' } }],
  ['nothing', {}],
]
t.test('each control saves itself and touches nothing else', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  let before = (await anna.get('/api/settings')).body
  for (const [name, body] of changes) {
    const after = await anna.put('/api/settings', body)
    t.match(after, { status: 200, body }, name)
    const wanted = { ...before, version: before.version + 1 }
    for (const [group, values] of Object.entries(body)) {
      for (const [name, value] of Object.entries(values)) {
        const old = wanted[group][name]
        const whole = typeof old === 'object' && old !== null ? { ...old, ...(value as object) } : value
        wanted[group] = { ...wanted[group], [name]: whole }
      }
    }
    t.strictSame(after.body, wanted, `${name} alone`)
    before = after.body
  }
  t.strictSame((await anna.get('/api/settings')).body, before)
})

t.test('the next call goes by what was saved', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  await anna.put('/api/settings', {
    calls: { voicemail: true, voicemailAfterSeconds: 7, ringback: 'operator', confirmSeconds: 12, language: 'en' },
    profile: { name: 'Анна', zone: 'Asia/Tokyo' },
  })
  t.match(await asCalled(api, anna.id), {
    name: 'Анна', zone: 'Asia/Tokyo', settings: { voicemail: true, voicemailAfterSeconds: 7 },
    media: { ringback: 'operator', confirmSeconds: 12, language: 'en', mailboxOpen: false },
    ownNumbers: [],
  })
})

const wrong: [name: string, body: unknown, field: string][] = [
  ['too late', { calls: { voicemailAfterSeconds: 121 } }, 'calls.voicemailAfterSeconds'],
  ['a fraction', { calls: { ringSeconds: 5.5 } }, 'calls.ringSeconds'],
  ['too short a cycle', { calls: { cycleLimitSeconds: 9 } }, 'calls.cycleLimitSeconds'],
  ['a word', { calls: { voicemail: 'yes' } }, 'calls.voicemail'],
  ['an unknown tone', { calls: { ringback: 'jazz' } }, 'calls.ringback'],
  ['a silence of one second', { calls: { silenceSeconds: 1 } }, 'calls.silenceSeconds'],
  ['a nameless one', { profile: { name: '  ' } }, 'profile.name'],
  ['a name that turns text around', { profile: { name: 'Анна\u202egnp' } }, 'profile.name'],
  ['an e-mail address, which has a link of its own', { profile: { email: 'a@b.ru' }, password: 'anna' }, 'profile.email'],
  ['a channel of none', { notifications: { voicemail: { email: true } } }, 'notifications.voicemail.sms'],
]
t.test('wrong values are named and change nothing', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  for (const [name, body, field] of wrong)
    t.match(await anna.put('/api/settings', body), { status: 400, body: { code: 'invalid', field } }, name)
  t.match(await anna.put('/api/settings', { profile: { zone: 'Europe/Moskau' } }),
    { status: 422, body: { code: 'bad_zone', field: 'profile.zone' } })
  t.equal((await anna.get('/api/settings')).body.version, 0)
})

t.test('two windows: the older one learns what is new', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  await anna.put('/api/settings', { version: 0, calls: { voicemail: true } })
  t.match(await anna.put('/api/settings', { version: 0, calls: { ringSeconds: 40 } }), {
    status: 409,
    body: { code: 'settings_changed', settings: { version: 1, calls: { voicemail: true, ringSeconds: 25 } } },
  })
  t.match(await anna.put('/api/settings', { version: 1, calls: { ringSeconds: 40 } }), { status: 200 })
})

t.test('a new password ends the other logins', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const elsewhere = api.client()
  await elsewhere.post('/api/login', { login: 'anna', password: 'anna' })
  const change = (old: string, fresh: string) => anna.put('/api/settings/password', { old, new: fresh })
  t.match(await change('wrong', 'новый пароль 7'), { status: 403, body: { code: 'wrong_password', field: 'old' } })
  t.match(await change('anna', 'short'), { status: 400, body: { field: 'new' } })
  t.match(await change('anna', 'aaaaaaaaaaaa'), { status: 422, body: { code: 'weak_password' } })
  t.match(await change('anna', 'parol-anna-parol'), { status: 422, body: { details: { why: 'login' } } })
  t.match(await change('anna', 'Qwerty123456!'), { status: 422, body: { details: { why: 'common' } } })
  t.match(await change('anna', 'новый пароль 7'), { status: 200 })
  t.equal((await anna.get('/api/me')).status, 200, 'this one stays')
  t.equal((await elsewhere.get('/api/me')).status, 401)
  t.equal((await elsewhere.post('/api/login', { login: 'anna', password: 'anna' })).status, 401)
  t.equal((await elsewhere.post('/api/login', { login: 'anna', password: 'новый пароль 7' })).status, 200)
})

t.test('guessing the password inside of a login is slowed down', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const guess = () => anna.put('/api/settings/password', { old: 'guess', new: 'новый пароль 7' })
  for (let n = 0; n < 10; n++) t.equal((await guess()).status, 403)
  t.match(await guess(), { status: 429, body: { code: 'too_many_attempts', details: { n: 15 } } })
})

t.test('the PIN of the mailbox', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const set = (pin: string | null, password = 'anna') => anna.put('/api/settings/pin', { pin, password })
  for (const pin of ['1', '123', '123456789', '12a4', ''])
    t.match(await set(pin), { status: 400, body: { field: 'pin' } }, pin)
  for (const pin of ['0000', '1234', '4321', '567890', '99999999'])
    t.match(await set(pin), { status: 422, body: { code: 'weak_pin' } }, pin)
  t.match(await set('2580', 'wrong'), { status: 403 })
  t.match(await set('2580'), { status: 200, body: { pin: true } })
  t.match((await asCalled(api, anna.id)).media, { mailboxOpen: true })
  const { database, clock } = api
  const library = createMediaLibrary({
    database, clock, log: silentLog, spillFolder: t.testdir({}), owner: 'a'.repeat(32),
  })
  t.equal(await library.checkPin(anna.id, '2580'), 'right')
  t.match(await set(null), { body: { pin: false } })
  t.equal(await library.checkPin(anna.id, '2580'), 'none')
})

t.test('logins are listed and can be ended', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const phone = api.client()
  await phone.call('POST', '/api/login', { login: 'anna', password: 'anna' }, { 'user-agent': '<b>Phone</b>' })
  const { sessions } = (await anna.get('/api/sessions')).body
  t.equal(sessions.length, 2)
  t.equal(sessions.filter((one: { current: boolean }) => one.current).length, 1)
  const other = sessions.find((one: { current: boolean }) => !one.current)
  t.match(other, { id: /^[0-9a-f]{32}$/, agent: '<b>Phone</b>', createdAt: Number, seenAt: Number })
  const boris = await api.subscriber('boris')
  t.equal((await boris.delete(`/api/sessions/${other.id}`)).status, 404, 'not by somebody else')
  t.equal((await anna.delete(`/api/sessions/${other.id}`)).status, 200)
  t.equal((await phone.get('/api/me')).status, 401)
  t.equal((await anna.delete(`/api/sessions/${other.id}`)).status, 404)
  api.clock.wallAheadMs = 31 * 60_000
  t.equal((await anna.get('/api/sessions')).status, 401, 'a list of dead ones is nobody’s')
})
