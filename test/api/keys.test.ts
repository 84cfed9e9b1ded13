/** Keys of programs, the table of routes and the description that is made of it. */
import t from 'tap'
import { findRoute, routeTable } from '../../src/api/route-table.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'

/** A program: no cookie, a key in the header. */
function program({ app }: TestApi, key: string) {
  return async (method: string, path: string, body?: unknown) => {
    const response = await app.request(path, {
      method,
      headers: { host: 'panel.test', authorization: `Bearer ${key}`,
        'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') || text.startsWith('[')
      ? JSON.parse(text) as { code?: string } : {} }
  }
}

t.test('a key does what its scopes allow and nothing else', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const made = await anna.post('/api/keys', { name: 'Сайт', scopes: ['read'] })
  t.match(made, { status: 201, body: { name: 'Сайт', scopes: ['read'], key: /^pnk_[\w-]{40,}$/ } })
  const ask = program(api, made.body.key)
  t.equal((await ask('GET', '/api/me')).status, 200)
  t.equal((await ask('GET', '/api/rules')).status, 200)
  t.match(await ask('POST', '/api/numbers', { address: '+79161234567', description: '' }),
    { status: 403, body: { code: 'key_scope', details: { scope: 'write' } } })
  t.match(await ask('GET', '/api/messages'), { status: 403, body: { code: 'key_scope' } })

  const writer = program(api,
    (await anna.post('/api/keys', { name: 'Скрипт', scopes: ['read', 'write'] })).body.key)
  t.equal((await writer('POST', '/api/numbers',
    { address: '+79161234567', description: '' })).status, 201)
  for (const [method, path] of [
    ['GET', '/api/keys'], ['POST', '/api/keys'], ['PUT', '/api/settings/password'],
    ['GET', '/api/sessions'], ['POST', '/api/logout'], ['GET', '/api/events'],
      ['POST', '/api/support'],
    ['POST', '/api/test-call'],
  ] as const) {
    t.match(await writer(method, path), { status: 403, body: { code: 'key_scope' } },
      `${method} ${path}`)
  }
  const { body: keys } = await anna.get('/api/keys')
  t.match(keys, [{ name: 'Скрипт' }, { name: 'Сайт', lastUsedAt: Number }])
  t.notOk(JSON.stringify(keys).includes(made.body.key), 'a key is shown once')
  t.equal((await anna.delete(`/api/keys/${made.body.id}`)).status, 200)
  t.equal((await ask('GET', '/api/me')).status, 401, 'a key that was ended is nothing')
  for (const key of ['', 'pnk_', 'x'.repeat(20), `${made.body.key}x`, "pnk_' OR 1=1"])
    t.equal((await program(api, key)('GET', '/api/me')).status, 401, key)
  t.equal((await anna.post('/api/keys', { name: 'x', scopes: [] })).status, 400)
  t.equal((await anna.post('/api/keys', { name: 'x', scopes: ['root'] })).status, 400)
})

t.test('no key is stored in clear, and there are at most twenty', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const { body } = await anna.post('/api/keys', { name: 'Ключ', scopes: ['read'] })
  const rows = await database.kysely.selectFrom('api_keys').selectAll().execute()
  t.notOk(JSON.stringify(rows).includes(body.key))
  for (let i = 1; i < 20; i++) await anna.post('/api/keys', { name: `${i}`, scopes: ['read'] })
  t.match(await anna.post('/api/keys', { name: 'Лишний', scopes: ['read'] }),
    { status: 409, body: { code: 'limit', details: { limit: 20 } } })
})

t.test('the table names every route that is served, and no other', async (t) => {
  const { app } = await testApi(t)
  const served = new Set(app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`))
  t.strictSame([...served].filter((route) => {
    const [method = '', path = ''] = route.split(' ')
    // The mailbox of development is a page, not a part of the API.
    if (path.startsWith('/mailbox')) return false
    return findRoute(method, path) === undefined
  }), [], 'served, but not in the table')
  t.strictSame(routeTable.map(({ method, path }) => `${method} ${path}`)
    .filter((route) => !served.has(route)), [], 'in the table, but not served')
})

t.test('the description is made of the schemas that check', async (t) => {
  const { client } = await testApi(t)
  const { status, body, headers } = await client().get('/api/openapi.json')
  t.equal(status, 200)
  t.match(headers.get('content-type'), /json/)
  t.equal(body.openapi, '3.1.0')
  const operations = Object.values(body.paths as Record<string, Record<string,
    { operationId: string }>>)
    .flatMap((path) => Object.values(path))
  t.equal(operations.length, routeTable.length)
  t.equal(new Set(operations.map((one) => one.operationId)).size, operations.length)
  const rule = body.paths['/api/rules'].post.requestBody.content['application/json'].schema
  t.match(rule.properties, {
    name: { type: 'string', minLength: 1, maxLength: 64 },
    waitSeconds: { type: 'integer', minimum: 5, maximum: 120 },
    targets: { type: 'array', maxItems: 5 },
  })
  t.ok(rule.required.includes('noAnswer'))
  t.notOk(rule.required.includes('callers'))
  const calls = body.paths['/api/calls'].get
  t.ok(calls.parameters.some((one: { name: string }) => one.name === 'cell'))
  t.strictSame(body.paths['/api/keys'].get.security, [{ session: [] }])
  t.match(body.paths['/api/rules/{id}'].put.parameters,
    [{ name: 'id', in: 'path', required: true }])
})

t.test('its page runs no script and has no style of its own inside', async (t) => {
  const { client } = await testApi(t)
  const page = await client().get('/api/docs')
  t.equal(page.status, 200)
  t.match(page.headers.get('content-type'), /text\/html/)
  t.notMatch(page.body, /<script|<style|style="|onclick/)
  t.match(page.body, /\/api\/rules\/\{id\}/)
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/)
  t.match((await client().get('/api/docs.css')).headers.get('content-type'), /text\/css/)
})
