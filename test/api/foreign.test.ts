/**
 * Every route against those who have no business there: another subscriber's ids, another site's
 * page, nobody at all. Made of the table of routes, so that a new route is tested with it.
 */
import t from 'tap'
import type { RouteEntry } from '../../src/api/route-entry.ts'
import { routeTable } from '../../src/api/route-table.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client, TestApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

/** A body that each route would take from the owner. */
function bodyFor({ method, path }: RouteEntry, ids: Readonly<Record<string, string>>): unknown {
  const own: Readonly<Record<string, unknown>> = {
    'PUT /api/rules/:id': ruleBody({ targetIds: [ids['numbers'] ?? ''] }),
    'POST /api/rules/:id/enabled': { enabled: false },
    'PUT /api/numbers/:id': { address: '+79160000009', description: 'чужой' },
    'POST /api/numbers/:id/verify': { by: 'call' },
    'POST /api/numbers/:id/verify/code': { code: '1234' },
    'PUT /api/caller-lists/:id': { name: 'чужой', entries: [] },
    'POST /api/caller-lists/:id/entries': { mask: '+79160000009' },
    'POST /api/calls/:id/note': { text: 'чужая' },
    'POST /api/messages/:id/heard': { heard: true },
    'POST /api/support/:id/messages': { text: 'чужое' },
    'POST /api/calls/:id/commands': { kind: 'toVoicemail' },
  }
  return own[`${method} ${path}`] ?? {}
}

/** One thing of each kind that has an id, by the first part of its path. */
async function belongings(
  t: { testdir(): string; teardown(end: () => unknown): unknown },
  api: TestApi,
  anna: Client & { readonly id: string },
): Promise<Readonly<Record<string, string>>> {
  const { database, clock } = api
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const call = endedCall(callRecord({ subscriberId: anna.id }))
  await journal.open(call)
  const number = (await anna.post('/api/numbers',
    { address: '+79161234567', description: 'мой' })).body
  const rule = (await anna.post('/api/rules', ruleBody({ targetIds: [number.id] }))).body
  const list = (await anna.post('/api/caller-lists', { name: 'Мой', entries: [] })).body
  const key = (await anna.post('/api/keys', { name: 'Мой', scopes: ['read'] })).body
  const thread = (await anna.post('/api/support', { text: 'Помогите' })).body
  const errand = (await anna.post('/api/test-call', {})).body
  const ids = { messages: '1'.repeat(32), audio: '2'.repeat(32) }
  await database.kysely.insertInto('messages').values({
    id: ids.messages, owner: 'f'.repeat(32), subscriber_id: anna.id, call_id: call.id,
    caller: '+79031112233', caller_name: '', anonymous: 0, dialled: '+74996740782', file: 'm.wav',
    state: 'ready', started_at: 1, duration_ms: 1000, heard_at: null, deleted_at: null, peaks: null,
  }).execute()
  await database.kysely.insertInto('recordings').values({
    id: '3'.repeat(32), owner: 'f'.repeat(32), subscriber_id: anna.id, call_id: call.id,
    file: 'r.wav', state: 'ready', interrupted: 0, started_at: 1, duration_ms: 1000,
    peaks_left: null, peaks_right: null,
  }).execute()
  await database.kysely.insertInto('audio_files').values({
    id: ids.audio, subscriber_id: anna.id, kind: 'greeting', source: 'upload', name: 'Моё',
    file: 'g.wav', created_at: 1, duration_ms: 1000, peaks: null,
  }).execute()
  const { sessions } = (await anna.get('/api/sessions')).body
  return {
    ...ids, numbers: number.id, rules: rule.id, 'caller-lists': list.id, calls: call.id,
    keys: key.id, support: thread.id, errands: errand.errandId, sessions: sessions[0].id,
  }
}

t.test("another subscriber's ids do not exist, on any route", async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const ids = await belongings(t, api, anna)
  const tables = ['rules', 'numbers', 'caller_lists', 'caller_entries', 'call_notes', 'messages',
    'support_messages', 'api_keys', 'sessions', 'number_codes', 'audio_files', 'errands'] as const
  const contents = async () => JSON.stringify(await Promise.all(tables.map((table) =>
    api.database.kysely.selectFrom(table).selectAll().execute())))
  // The session's own row tells when it was last seen.
  const before = (await contents()).replaceAll(/"seen_at":"\d+"/g, '')
  let tried = 0
  for (const route of routeTable) {
    if (!/:id\b/.test(route.path)) continue
    const kind = route.path.split('/')[2] ?? ''
    // The desk is there for nobody but managers, whatever the id.
    const id = route.access === 'manager' ? 'd'.repeat(32) : ids[kind]
    t.ok(id, `${kind}: the test has one of these`)
    const path = route.path.replace(':id', id ?? '').replace(':mask', '+79160000009')
    const reply = await boris.call(route.method, path, bodyFor(route, ids))
    t.match(reply, { status: 404, body: { code: 'not_found' } }, `${route.method} ${route.path}`)
    tried++
    const unknown = route.path.replace(':id', 'e'.repeat(32)).replace(':mask', 'x')
    t.equal((await boris.call(route.method, unknown, bodyFor(route, ids))).status, 404,
      'and cannot be told from one that never was')
  }
  t.ok(tried > 20)
  t.equal((await contents()).replaceAll(/"seen_at":"\d+"/g, ''), before, 'nothing was changed')
})

t.test('nobody gets in without a login, and no other site with one', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const stranger = api.client()
  for (const route of routeTable) {
    const path = route.path.replace(':id', 'a'.repeat(32)).replace(':mask', 'x')
      .replace(':date', '2026-01-01').replace(':token', 'x')
    if (route.access !== 'open')
      t.equal((await stranger.call(route.method, path, {})).status, 401,
        `${route.method} ${route.path}`)
    // Payment systems call from elsewhere; what they say is proved otherwise, and no login counts.
    if (route.method === 'GET' || route.path.startsWith('/pay/')) continue
    t.match(await anna.call(route.method, path, {}, { 'sec-fetch-site': 'cross-site' }),
      { status: 403, body: { code: 'foreign_origin' } },
        `${route.method} ${route.path} from elsewhere`)
  }
  api.clock.wallAheadMs += 31 * 60_000
  for (const route of routeTable.filter((one) => one.access !== 'open' && !one.path.includes(':')))
    t.equal((await anna.call(route.method, route.path, {})).status, 401,
      `${route.path} when expired`)
})

t.test('a failure is a problem of RFC 9457 with a stable code', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const reply = await anna.post('/api/rules', ruleBody({ name: '' }))
  t.match(reply.headers.get('content-type'), /^application\/problem\+json/)
  t.match(reply.body, {
    type: '/api/docs#invalid', title: /\S/, status: 400, code: 'invalid', field: 'name',
    requestId: /\S/,
  })
})

t.test('script in names, notes and descriptions comes back as text', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const ids = await belongings(t, api, anna)
  const script = '<img src=x onerror=alert(1)>'
  await anna.put(`/api/numbers/${ids['numbers']}`, { address: '+79161234567', description: script })
  await anna.post(`/api/calls/${ids['calls']}/note`, { text: script })
  await anna.post('/api/caller-lists',
    { name: script, entries: [{ mask: '+7903*', name: script }] })
  for (const [path, found] of [
    ['/api/numbers', { description: script }],
    ['/api/calls', { note: script, known: { name: script } }],
  ] as const) {
    const reply = await anna.get(path)
    t.match(reply.headers.get('content-type'), /^application\/json/, 'never HTML')
    t.equal(reply.headers.get('x-content-type-options'), 'nosniff')
    t.match(path === '/api/calls' ? reply.body.calls[0] : reply.body[0], found)
  }
})
