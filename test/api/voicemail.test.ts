/** «Голосовая почта» and recordings over HTTP: lists, marks, links to sound and who listened. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { readRange } from '../../src/api/media.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { newMessage, putWav, wavFile } from '../support/media-files.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, TestApi } from '../support/panel-api.ts'

const owner = 'a'.repeat(32)

/** An API with a recordings folder, and a subscriber to whom somebody has spoken. */
async function setUp(test: Test) {
  const folder = test.testdir({})
  const api = await testApi(test, { media: { folder, available: () => true } })
  const { database, clock } = api
  const spillFolder = join(folder, 'spill')
  const library = createMediaLibrary({ database, clock, log: silentLog, spillFolder, owner })
  const journal = new CallJournal({ database, clock, log: silentLog, spillFolder, owner })
  test.teardown(() => journal.stop(1000))
  const anna = await api.subscriber('anna')
  const speak = async (subscriberId = anna.id, startedAt = clock.wallMs(), seconds = 3) => {
    const call = callRecord({ subscriberId, startedAt: Math.floor(startedAt) })
    await journal.close(endedCall(call, { outcome: 'voicemail' }))
    const message = newMessage(subscriberId, { callId: call.id, startedAt: Math.floor(startedAt) })
    putWav(folder, message.file, { seconds, peaks: [9000] })
    await library.beginMessage(message)
    await library.finishMessage(message.id, seconds * 1000)
    return message
  }
  const talk = async (subscriberId = anna.id) => {
    const call = callRecord({ subscriberId, startedAt: Math.floor(clock.wallMs()) })
    await journal.close(endedCall(call))
    const file = `calls/${call.id}.wav`
    putWav(folder, file, { seconds: 2, peaks: [9000, 4000] })
    await library.beginRecording({
      id: call.id, callId: call.id, subscriberId, file, startedAt: call.startedAt,
    })
    return { call, end: () => library.finishRecording(call.id, 2000, false) }
  }
  return { api, anna, library, speak, talk, folder }
}

/** The octets behind a link, as a browser asks for them. */
async function open(api: TestApi, who: Client, url: string, headers: Record<string, string> = {}, method = 'GET') {
  const reply = await api.app.request(url, {
    method, headers: { host: 'panel.test', cookie: who.cookie(), ...headers },
  })
  return { status: reply.status, headers: reply.headers, bytes: Buffer.from(await reply.arrayBuffer()) }
}

t.test('messages: newest first, counted, page by page', async (t) => {
  const { anna, speak, api } = await setUp(t)
  t.match((await anna.get('/api/messages')).body, { messages: [], more: false, unheard: 0, total: 0, max: 100 })
  const now = api.clock.wallMs()
  const [old, same, other, fresh] = [
    await speak(anna.id, now - 60_000), await speak(anna.id, now - 5000),
    await speak(anna.id, now - 5000), await speak(anna.id, now),
  ]
  const first = (await anna.get('/api/messages?limit=2')).body
  t.match(first, { more: true, unheard: 4, total: 4 })
  t.equal(first.messages[0].id, fresh.id)
  const { startedAt, id } = first.messages[1]
  const second = (await anna.get(`/api/messages?limit=2&before=${startedAt}&beforeId=${id}`)).body
  t.strictSame(new Set([id, second.messages[0].id]), new Set([same.id, other.id]), 'of one millisecond')
  t.match(second, { more: false, messages: [{}, { id: old.id }] })
  t.match(first.messages[0], {
    callId: fresh.callId, caller: '+79161234567', callerName: 'Анна', anonymous: false,
    dialled: '+74996740782', durationMs: 3000, heardAt: null, state: 'ready', peaks: [],
  })
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'filter=old', 'before=-1', 'beforeId=1'])
    t.match(await anna.get(`/api/messages?${query}`), { status: 400, body: { code: 'invalid' } }, query)
})

t.test('who left a message is named as the subscriber’s lists name him', async (t) => {
  const { anna, speak } = await setUp(t)
  const { id } = await speak()
  t.match((await anna.get('/api/messages')).body.messages, [{ callerName: 'Анна', known: null }])
  await anna.post('/api/caller-lists',
    { name: 'Семья', entries: [{ mask: '8 916 123-45-67', name: 'Сестра' }] })
  const known = { name: 'Сестра', lists: ['Семья'] }
  t.match((await anna.get('/api/messages')).body.messages, [{ callerName: 'Анна', known }])
  t.match((await anna.post(`/api/messages/${id}/heard`, { heard: true })).body, { id, known })
})

t.test('heard and new again, deleted and back', async (t) => {
  const { anna, speak } = await setUp(t)
  const { id, callId } = await speak()
  const heard = await anna.post(`/api/messages/${id}/heard`, { heard: true })
  t.match(heard, { status: 200, body: { id, heardAt: Number } })
  t.match((await anna.get('/api/messages?filter=new')).body, { messages: [], unheard: 0, total: 1 })
  const again = await anna.post(`/api/messages/${id}/heard`, { heard: true })
  t.equal(again.body.heardAt, heard.body.heardAt, 'the first time counts')
  t.match((await anna.post(`/api/messages/${id}/heard`, { heard: false })).body, { heardAt: null })
  t.match((await anna.delete(`/api/messages/${id}`)).body, { id, state: 'deleted' })
  t.match((await anna.delete(`/api/messages/${id}`)).body, { state: 'deleted' }, 'twice is once')
  t.match((await anna.get('/api/messages')).body, { messages: [], total: 0 })
  t.match((await anna.get(`/api/calls/${callId}`)).body, { messageId: null })
  t.match((await anna.post(`/api/messages/${id}/restore`)).body, { state: 'ready' })
  t.match((await anna.get(`/api/calls/${callId}`)).body, { messageId: id, recording: 'none' })
  t.match(await anna.post(`/api/messages/${id}/heard`, { heard: 'yes' }), { status: 400 })
})

t.test('a link plays the message in this login, and who listened is told', async (t) => {
  const { api, anna, speak } = await setUp(t)
  const { id, callId } = await speak()
  const link = await anna.post(`/api/messages/${id}/link`)
  t.match(link, { status: 200, body: { url: /^\/media\/[\w.-]+$/, expiresAt: Number } })
  t.ok(Math.abs(link.body.expiresAt - api.clock.wallMs() - 300_000) < 5000, 'five minutes')
  const { url } = link.body
  const whole = await open(api, anna, url)
  const file = wavFile({ seconds: 3, peaks: [9000] })
  t.match(whole, { status: 200 })
  t.ok(whole.bytes.equals(file))
  t.equal(whole.headers.get('content-type'), 'audio/wav')
  t.equal(whole.headers.get('accept-ranges'), 'bytes')
  t.equal(whole.headers.get('content-length'), String(file.length))
  t.match(whole.headers.get('cache-control'), 'no-store')
  t.match(whole.headers.get('content-disposition'), /^inline; filename="\d{4}-\d\d-\d\d \d\d-\d\d \+79161234567\.wav"$/)
  const down = (await anna.post(`/api/messages/${id}/link`, { download: true })).body.url
  t.match((await open(api, anna, down)).headers.get('content-disposition'), /^attachment/)
  await open(api, anna, url)
  const { listenings } = (await anna.get(`/api/calls/${callId}/listenings`)).body
  t.match(listenings.map((one: { how: string }) => one.how).sort(), ['downloaded', 'played'], 'pieces are one listening')
  t.match(listenings[0], { by: 'anna', what: 'message', at: Number })
})

t.test('ranges of a file', async (t) => {
  const { api, anna, speak } = await setUp(t)
  const { id } = await speak()
  const { url } = (await anna.post(`/api/messages/${id}/link`)).body
  const file = wavFile({ seconds: 3, peaks: [9000] })
  const size = file.length
  const part = async (range: string, more: Record<string, string> = {}) => {
    const { status, headers, bytes } = await open(api, anna, url, { range, ...more })
    return { status, range: headers.get('content-range'), bytes }
  }
  const middle = await part('bytes=100-199')
  t.match(middle, { status: 206, range: `bytes 100-199/${size}` })
  t.ok(middle.bytes.equals(file.subarray(100, 200)))
  t.match(await part('bytes=100-'), { status: 206, range: `bytes 100-${size - 1}/${size}` })
  t.match(await part('bytes=-10'), { status: 206, range: `bytes ${size - 10}-${size - 1}/${size}` })
  t.match(await part(`bytes=${size}-`), { status: 416, range: `bytes */${size}` })
  t.match(await part('bytes=0-1,5-6'), { status: 200, range: null }, 'several: the whole')
  const { headers } = await open(api, anna, url)
  t.match(await part('bytes=0-9', { 'if-range': headers.get('etag')! }), { status: 206 })
  t.match(await part('bytes=0-9', { 'if-range': '"another"' }), { status: 200 }, 'the file is another')
  const head = await open(api, anna, url, {}, 'HEAD')
  t.equal(head.bytes.length, 0)
  t.equal(head.headers.get('content-length'), String(size))
})

const ranges: [header: string | undefined, size: number, wanted: unknown][] = [
  [undefined, 100, undefined], ['bytes=0-0', 100, { from: 0, to: 0 }], ['bytes=5-', 100, { from: 5, to: 99 }],
  ['bytes=-5', 100, { from: 95, to: 99 }], ['bytes=-500', 100, { from: 0, to: 99 }],
  ['bytes=0-500', 100, { from: 0, to: 99 }], ['bytes=100-', 100, 'unsatisfiable'], ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=9-3', 100, undefined], ['bytes=-', 100, undefined], ['items=0-5', 100, undefined],
  ['bytes=0-5,7-9', 100, undefined], ['bytes= 0-5', 100, undefined], ['bytes=0-0', 0, 'unsatisfiable'],
]
t.test('what a Range header says', async (t) => {
  for (const [header, size, wanted] of ranges) t.strictSame(readRange(header, size), wanted, `${header} of ${size}`)
})

t.test('a link is of one login, five minutes, one file', async (t) => {
  const { api, anna, speak } = await setUp(t)
  const { id } = await speak()
  const boris = await api.subscriber('boris')
  const { url } = (await anna.post(`/api/messages/${id}/link`)).body
  t.equal((await open(api, api.client(), url)).status, 401, 'not logged in')
  t.equal((await open(api, boris, url)).status, 404, 'another subscriber')
  const elsewhere = api.client()
  await elsewhere.post('/api/login', { login: 'anna', password: 'anna' })
  t.equal((await open(api, elsewhere, url)).status, 404, 'another login of the same')
  const flip = (at: number) => url.slice(0, at) + (url[at] === 'a' ? 'b' : 'a') + url.slice(at + 1)
  for (const at of [7, 8, 9, 20, 42, url.length - 1])
    t.equal((await open(api, anna, flip(at))).status, 404, `character ${at} is another`)
  for (const bad of ['/media/', '/media/x', '/media/../etc/passwd', `/media/mp${id}`])
    t.not((await open(api, anna, bad)).status, 200, bad)
  api.clock.wallAheadMs = 300_001
  t.equal((await open(api, anna, url)).status, 403, 'it is over')
  api.clock.wallAheadMs = 0
  await anna.post('/api/logout')
  t.equal((await open(api, anna, url)).status, 401, 'so is the login')
})

t.test('recordings: writing, ready, expired', async (t) => {
  const { api, anna, talk } = await setUp(t)
  const { call, end } = await talk()
  const at = `/api/calls/${call.id}/recording`
  t.match((await anna.get(at)).body, { state: 'writing', peaks: [[], []], expiresAt: null })
  t.match((await anna.get('/api/calls')).body.calls, [{ id: call.id, recording: 'writing', messageId: null }])
  t.match(await anna.post(`${at}/link`), { status: 409, body: { code: 'not_ready' } })
  await end()
  const ready = (await anna.get(at)).body
  t.match(ready, { state: 'ready', durationMs: 2000, startedAt: call.startedAt, interrupted: false })
  t.equal(ready.expiresAt, call.startedAt + 180 * 86_400_000)
  t.notOk('file' in ready, 'where it lies is nobody’s business')
  await changeSettings(api.database.kysely, anna.id, undefined, { options: { retentionDays: 0 } })
  t.equal((await anna.get(at)).body.expiresAt, null)
  const { url } = (await anna.post(`${at}/link`)).body
  t.equal((await open(api, anna, url)).status, 200)
  t.match((await anna.get(`/api/calls/${call.id}/listenings`)).body.listenings, [{ what: 'recording', how: 'played' }])
  await api.database.kysely.updateTable('recordings').set({ state: 'expired' }).execute()
  t.match((await anna.get(at)).body, { state: 'expired', expiresAt: null })
  t.match(await anna.post(`${at}/link`), { status: 404 })
  t.equal((await open(api, anna, url)).status, 404, 'an old link leads nowhere')
  const silent = callRecord({ subscriberId: anna.id })
  const journal = new CallJournal({
    database: api.database, clock: api.clock, log: silentLog, owner, spillFolder: t.testdir({}),
  })
  await journal.close(endedCall(silent))
  await journal.stop(1000)
  t.match((await anna.get(`/api/calls/${silent.id}/recording`)).body, { state: 'none', startedAt: null })
})

t.test('of another subscriber nothing is there', async (t) => {
  const { api, speak, talk } = await setUp(t)
  const { id, callId } = await speak()
  const { call, end } = await talk()
  await end()
  const boris = await api.subscriber('boris')
  const asks: [method: string, path: string, body?: unknown][] = [
    ['POST', `/api/messages/${id}/heard`, { heard: true }], ['DELETE', `/api/messages/${id}`],
    ['POST', `/api/messages/${id}/restore`], ['POST', `/api/messages/${id}/link`],
    ['GET', `/api/calls/${call.id}/recording`], ['POST', `/api/calls/${call.id}/recording/link`],
    ['GET', `/api/calls/${callId}/listenings`], ['POST', '/api/messages/nonsense/heard', { heard: true }],
  ]
  for (const [method, path, body] of asks)
    t.match(await boris.call(method, path, body), { status: 404, body: { code: 'not_found' } }, `${method} ${path}`)
  t.match((await boris.get('/api/messages')).body, { total: 0 })
})

t.test('a file that is gone', async (t) => {
  const { api, anna, speak, folder } = await setUp(t)
  const { id, file } = await speak()
  const { url } = (await anna.post(`/api/messages/${id}/link`)).body
  rmSync(join(folder, file))
  t.equal((await open(api, anna, url)).status, 404)
  await api.database.kysely.updateTable('messages').set({ state: 'lost' }).execute()
  t.match((await anna.get('/api/messages')).body.messages, [{ id, state: 'lost' }])
  t.match(await anna.post(`/api/messages/${id}/link`), { status: 404 })
})

t.test('open panels hear of a message at once', async (t) => {
  const { api, anna, speak } = await setUp(t)
  const { body } = await api.app.request('/api/events', {
    headers: { host: 'panel.test', cookie: anna.cookie() },
  })
  const reader = body!.getReader()
  let text = ''
  const read = async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      text += new TextDecoder().decode(piece.value)
  }
  const reading = read()
  const heard = async (event: string) => {
    const end = performance.now() + 20_000
    while (!text.includes(`event: ${event}\n`) && performance.now() < end)
      await new Promise((done) => setTimeout(done, 20))
    return text.includes(`event: ${event}\n`)
  }
  await heard('hello')
  await new Promise((done) => setTimeout(done, 100))
  await speak()
  t.ok(await heard('messages'))
  t.ok(await heard('calls'))
  await anna.put('/api/settings', { calls: { ringback: 'operator' } })
  t.ok(await heard('settings'))
  await reader.cancel()
  await reading
})

t.test('a program with a key of scope "media" opens its own links', async (t) => {
  const { api, anna, speak } = await setUp(t)
  const { id } = await speak()
  const make = async (scopes: string[]) => {
    const { key } = (await anna.post('/api/keys', { name: 'archive', scopes })).body
    return { authorization: `Bearer ${key}` }
  }
  const asProgram = (path: string, headers: Record<string, string>, method = 'GET') => api.app.request(path, {
    method, headers: { ...headers, 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: '{}' } : {}),
  })
  const key = await make(['media'])
  const reply = await asProgram(`/api/messages/${id}/link`, key, 'POST')
  t.equal(reply.status, 200)
  const { url } = await reply.json() as { url: string }
  t.equal((await asProgram(url, key)).status, 200)
  t.equal((await asProgram(url, await make(['media']))).status, 404, 'another key')
  t.equal((await asProgram(url, await make(['read']))).status, 403, 'a key that may not listen')
  t.equal((await open(api, anna, url)).status, 404, 'nor the login that made the key')
  t.equal((await asProgram(`/api/messages/${id}/link`, await make(['read', 'write']), 'POST')).status, 403)
})
