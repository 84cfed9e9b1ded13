/** Greetings and music over HTTP: uploaded, recorded by telephone, chosen, heard, deleted. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { createErrandBoard } from '../../src/store/errands.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { silentLog } from '../support/database.ts'
import { putWav, wavFile } from '../support/media-files.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client } from '../support/panel-api.ts'

const owner = 'a'.repeat(32)

async function setUp(test: Test) {
  const folder = test.testdir({})
  const media = { works: true }
  const api = await testApi(test, { media: { folder, available: () => media.works } })
  const { database, clock } = api
  const library = createMediaLibrary({
    database, clock, log: silentLog, spillFolder: join(folder, 'spill'), owner,
  })
  const board = createErrandBoard(database.kysely, clock, owner)
  return { api, anna: await api.subscriber('anna'), folder, media, library, board }
}

const file = wavFile({ seconds: 2, peaks: [9000, 9000], rate: 44_100 })

function upload(who: Client, query: string, body: Uint8Array | Buffer = file, type = 'audio/wav') {
  return who.call('POST', `/api/audio?${query}`, new Uint8Array(body), { 'content-type': type })
}

t.test('a greeting is uploaded, chosen and played', async (t) => {
  const { api, anna, folder } = await setUp(t)
  const made = await upload(anna, `kind=greeting&name=${encodeURIComponent('Для клиентов')}`)
  t.match(made, {
    status: 201,
    body: { kind: 'greeting', name: 'Для клиентов', source: 'upload', chosen: false, usedBy: [] },
  })
  t.ok(Math.abs(made.body.durationMs - 2000) < 20)
  t.equal(made.body.peaks.length, 200)
  const { id } = made.body
  t.match(await anna.put('/api/settings/audio', { greetingId: id }), { body: { audio: { greetingId: id, musicId: null } } })
  t.match((await anna.get('/api/audio?kind=greeting')).body, { audio: [{ id, chosen: true }], max: 20 })
  t.match((await anna.get('/api/audio?kind=music')).body, { audio: [] })
  const { url } = (await anna.post(`/api/audio/${id}/link`)).body
  const heard = await api.app.request(url, { headers: { cookie: anna.cookie() } })
  t.equal(heard.status, 200)
  t.equal((await heard.arrayBuffer()).byteLength, 44 + made.body.durationMs * 16)
  t.match(await anna.put('/api/settings/audio', { greetingId: null }), { body: { audio: { greetingId: null } } })
  t.strictSame(readdirSync(folder).filter((name) => name === 'greetings'), ['greetings'])
})

t.test('what is chosen must be of the kind, and one’s own', async (t) => {
  const { api, anna } = await setUp(t)
  const greeting = (await upload(anna, 'kind=greeting')).body.id
  const music = (await upload(anna, 'kind=music')).body.id
  const boris = await api.subscriber('boris')
  const unknown = { status: 422, body: { code: 'unknown_audio' } }
  t.match(await anna.put('/api/settings/audio', { musicId: greeting }), unknown)
  t.match(await anna.put('/api/settings/audio', { greetingId: 'f'.repeat(32) }), unknown)
  t.match(await boris.put('/api/settings/audio', { greetingId: greeting }), unknown)
  t.match(await anna.put('/api/settings/audio', { greetingId: greeting, musicId: music }), { status: 200 })
  for (const [method, path] of [['DELETE', `/api/audio/${greeting}`], ['POST', `/api/audio/${greeting}/link`]] as const)
    t.equal((await boris.call(method, path)).status, 404, `${method} ${path} of another`)
})

const refused: [name: string, query: string, body: Uint8Array, status: number, problem: object][] = [
  ['a text', 'kind=greeting', Buffer.from('no sound'), 422, { code: 'bad_audio', details: { why: 'notWav' } }],
  ['nothing', 'kind=greeting', new Uint8Array(0), 422, { code: 'bad_audio' }],
  ['a click', 'kind=greeting', wavFile({ seconds: 0.1, peaks: [1] }), 422, { details: { why: 'tooShort', max: 120 } }],
  ['a long greeting', 'kind=greeting', wavFile({ seconds: 121, peaks: [1] }), 422, { details: { why: 'tooLong' } }],
  ['another kind', 'kind=noise', file, 400, { code: 'invalid', field: 'kind' }],
  ['too large', 'kind=music', Buffer.alloc(5 * 1024 * 1024 + 1), 413, { code: 'too_large' }],
]
t.test('uploads that are refused leave nothing behind', async (t) => {
  const { anna, folder } = await setUp(t)
  for (const [name, query, body, status, problem] of refused)
    t.match(await upload(anna, query, body), { status, body: problem }, name)
  for (const type of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded'])
    t.match(await upload(anna, 'kind=music', file, type), { status: 415 }, type)
  t.match(await anna.call('POST', '/api/audio?kind=music', file, {
    'content-type': 'audio/wav', 'sec-fetch-site': 'cross-site',
  }), { status: 403, body: { code: 'foreign_origin' } })
  t.notOk(existsSync(join(folder, 'greetings')) || existsSync(join(folder, 'music')))
  t.match((await anna.get('/api/audio')).body, { audio: [] })
})

t.test('another path takes no files', async (t) => {
  const { anna } = await setUp(t)
  t.match(await anna.call('POST', '/api/numbers', file, { 'content-type': 'audio/wav' }), { status: 413 })
  t.match(await anna.call('POST', '/api/numbers', 'x', { 'content-type': 'audio/wav' }), { status: 415 })
})

t.test('at most twenty of a kind', async (t) => {
  const { anna, api } = await setUp(t)
  const row = (n: number) => ({
    id: String(n).padStart(32, '0'), subscriber_id: anna.id, kind: 'greeting', source: 'upload', name: '',
    file: `greetings/${n}.wav`, created_at: n, duration_ms: 1000, peaks: null,
  })
  await api.database.kysely.insertInto('audio_files').values(Array.from({ length: 20 }, (_, n) => row(n))).execute()
  t.match(await upload(anna, 'kind=greeting'), { status: 409, body: { code: 'limit', details: { max: 20 } } })
  t.match(await upload(anna, 'kind=music'), { status: 201 })
})

t.test('deleting: the standard one is in force again, unless a rule plays it', async (t) => {
  const { anna, api, folder } = await setUp(t)
  const { id } = (await upload(anna, 'kind=greeting&name=Привет')).body
  await anna.put('/api/settings/audio', { greetingId: id })
  const number = (await anna.post('/api/numbers', { address: '+79161112233', description: 'Мой' })).body.id
  const rule = await anna.post('/api/rules', {
    name: 'Вечер', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 30,
    targets: [{ targetId: number, ringSeconds: null }], noAnswer: { action: 'voicemail' }, greetingId: id,
  })
  t.equal(rule.status, 201, JSON.stringify(rule.body))
  t.match((await anna.get('/api/audio')).body.audio, [{ id, usedBy: ['Вечер'] }])
  t.match(await anna.delete(`/api/audio/${id}`), { status: 409, body: { code: 'audio_in_use', details: { rules: 'Вечер' } } })
  await anna.delete(`/api/rules/${rule.body.id}`)
  const [saved] = readdirSync(join(folder, 'greetings', anna.id))
  t.match(await anna.delete(`/api/audio/${id}`), { status: 200 })
  t.notOk(existsSync(join(folder, 'greetings', anna.id, saved!)))
  t.match((await anna.get('/api/settings')).body.audio, { greetingId: null })
  t.equal(await api.database.kysely.selectFrom('audio_files').select('id').executeTakeFirst(), undefined)
})

t.test('a greeting by telephone, from the button to the list', async (t) => {
  const { anna, api, folder, library, board } = await setUp(t)
  const numberId = (await anna.post('/api/numbers', { address: '+79161112233', description: 'Мой' })).body.id
  const begun = await anna.post('/api/audio/by-phone', { numberId })
  t.match(begun, { status: 201, body: { kind: 'greeting', state: 'open', audioId: null } })
  t.match(await anna.post('/api/audio/by-phone', { numberId }), { status: 409, body: { code: 'errand_running' } })
  const errand = await board.take()
  t.match(errand, { id: begun.body.id, kind: 'greeting', subscriberId: anna.id, address: '+79161112233', number: /^\+7499/ })
  t.equal(await board.take(), undefined, 'taken once')
  t.match((await anna.get(`/api/errands/${begun.body.id}`)).body, { state: 'taken' })
  if (errand?.kind !== 'greeting') throw new Error('no greeting')
  putWav(folder, errand.file, { seconds: 4, peaks: [9000] })
  await library.keepGreeting(anna.id, errand.greetingId, errand.file, 4000)
  await board.finish(errand.id, 'done')
  t.match((await anna.get(`/api/errands/${begun.body.id}`)).body, { state: 'done', audioId: errand.greetingId })
  t.match((await anna.get('/api/audio')).body.audio, [{ id: errand.greetingId, source: 'phone', chosen: true }])
  const boris = await api.subscriber('boris')
  t.equal((await boris.get(`/api/errands/${begun.body.id}`)).status, 404)
  t.equal((await boris.post('/api/audio/by-phone', { numberId })).status, 404, 'a stranger’s telephone')
})

t.test('without a media server nobody is called', async (t) => {
  const { anna, media } = await setUp(t)
  const numberId = (await anna.post('/api/numbers', { address: '+79161112233', description: '' })).body.id
  media.works = false
  t.match(await anna.post('/api/audio/by-phone', { numberId }), { status: 503, body: { code: 'media_unavailable' } })
  t.match((await anna.get('/api/settings')).body, { media: false })
})
