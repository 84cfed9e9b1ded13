/** The listening panel: files, streams of events, stopping. */
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { buildPanel } from '../../src/api/panel-bundle.ts'
import { startPanelServer } from '../../src/api/server.ts'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

const web = {
  'index.html':
    '<!doctype html><link rel="stylesheet" href="/style.css"><script type="module" src="/main.ts"></script>',
  'main.ts':
    "import { text } from './text.ts'\nconst later = () => import('./later.ts')\ndocument.title = text as string\nvoid later()",
  'text.ts': "export const text: string = 'Персональный номер'",
  'later.ts': "export const later = 'позже'",
  'style.css': 'body { color: rebeccapurple }',
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'secret.txt': 'not for browsers',
}

t.test('the panel is bundled, hashed, compressed and served', async (t) => {
  const { app } = await testApi(t, { panel: await buildPanel(t.testdir(web)) })
  const panel = await startPanelServer({
    api: app,
    host: '127.0.0.1',
    port: 0,
    behindProxy: false,
    log: silentLog,
  })
  t.teardown(panel.stop)
  const page = await fetch(panel.url)
  t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(page.headers.get('cache-control'), 'no-cache')
  t.match(page.headers.get('content-security-policy'), /script-src 'self'/)
  const html = await page.text()
  const [, script = ''] = /src="(\/main-[A-Z0-9]{8}\.js)"/.exec(html) ?? []
  const [, style = ''] = /href="(\/style-[A-Z0-9]{8}\.css)"/.exec(html) ?? []
  t.ok(script && style, html)

  const bundle = await fetch(panel.url + script)
  t.equal(bundle.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  t.equal(bundle.headers.get('content-type'), 'text/javascript; charset=utf-8')
  const entry = await bundle.text()
  const [, part = ''] = /"\.(\/part-[A-Z0-9]{8}\.js)"/.exec(entry) ?? []
  t.match(await (await fetch(panel.url + part)).text(), /Персональный номер/)
  const etag = bundle.headers.get('etag') ?? ''
  t.equal((await fetch(panel.url + script, { headers: { 'if-none-match': etag } })).status, 304)
  t.match(await (await fetch(panel.url + style)).text(), /color/)

  const packed = await fetchRaw(panel.url + script, { 'accept-encoding': 'gzip, br;q=0' })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(packed.body).toString(), entry)
  t.equal(
    (await fetchRaw(panel.url + script, { 'accept-encoding': 'br, gzip' })).headers[
      'content-encoding'
    ],
    'br',
  )
  t.equal((await fetchRaw(panel.url + script, {})).headers['content-encoding'], undefined)

  t.equal(
    await (await fetch(`${panel.url}/rules/new`)).text(),
    html,
    'the panel routes its own paths',
  )
  t.equal((await fetch(`${panel.url}/favicon.svg`)).headers.get('content-type'), 'image/svg+xml')
  for (const path of [
    '/secret.txt',
    '/text.ts',
    '/main-00000000.js',
    '/..%2f..%2fpackage.json',
    '//etc/passwd.js',
  ]) {
    t.equal((await fetch(panel.url + path)).status, 404, path)
  }
  t.equal((await fetch(panel.url, { method: 'POST' })).status, 405)
  t.equal((await fetch(`${panel.url}/api/nothing`)).status, 401)
})

t.test('it does not listen in plain HTTP for everybody', async (t) => {
  const { app } = await testApi(t)
  const options = { api: app, port: 0, log: silentLog }
  await t.rejects(
    startPanelServer({ ...options, host: '0.0.0.0', behindProxy: false }),
    /unless a proxy/,
  )
  const server = await startPanelServer({ ...options, host: '127.0.0.1', behindProxy: false })
  await t.rejects(
    startPanelServer({ ...options, host: '127.0.0.1', port: server.port, behindProxy: false }),
    { code: 'EADDRINUSE' },
  )
  await server.stop()
})

t.test('changes are told to open windows, and to those of their subscriber only', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const panel = await startPanelServer({
    api: api.app,
    host: '127.0.0.1',
    port: 0,
    behindProxy: false,
    log: silentLog,
  })
  t.teardown(panel.stop)
  const [hers, his] = [await listen(panel.url, anna), await listen(panel.url, boris)]
  t.equal(await hers.next(), 'hello')
  t.equal(await his.next(), 'hello')

  const { body: number } = await anna.post('/api/numbers', {
    address: '+79161234567',
    description: '',
  })
  t.equal(await hers.next(), 'rules')
  await anna.post('/api/rules', ruleBody({ targetIds: [number.id] }))
  t.equal(await hers.next(), 'rules')

  const journal = new CallJournal({
    database: api.database,
    clock: systemClock,
    log: silentLog,
    spillFolder: t.testdir(),
    owner: 'e'.repeat(32),
  })
  const call = callRecord({ subscriberId: anna.id })
  await journal.open(call)
  t.equal(await hers.next(), 'calls', 'a call began')
  await journal.close(endedCall(call))
  t.equal(await hers.next(), 'calls', 'a call ended')
  await boris.post('/api/numbers', { address: '+79161234567', description: '' })
  t.equal(await his.next(), 'rules', 'his first news')
  hers.close()
  his.close()
})

t.test('a session has six streams at most', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const panel = await startPanelServer({
    api: api.app,
    host: '127.0.0.1',
    port: 0,
    behindProxy: false,
    log: silentLog,
  })
  t.teardown(panel.stop)
  const streams = await Promise.all(Array.from({ length: 6 }, () => listen(panel.url, anna)))
  const seventh = await fetchRaw(`${panel.url}/api/events`, { cookie: anna.cookie() })
  t.equal(seventh.status, 429)
  streams[0]!.close()
  let status = 429
  for (let i = 0; i < 500 && status === 429; i++) {
    await new Promise((done) => setTimeout(done, 20))
    const again = await listen(panel.url, anna)
    status = again.status
    again.close()
  }
  t.equal(status, 200, 'a closed window makes room')
  for (const stream of streams) stream.close()
})

async function fetchRaw(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  const response = await request(url, headers)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
  }
}

function request(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((done, failed) => {
    get(url, { headers, agent: false }, done).once('error', failed)
  })
}

/** An EventSource in small: names of the events in their order. */
async function listen(
  url: string,
  client: Client,
): Promise<{ status: number; next(): Promise<string>; close(): void }> {
  const response = await request(`${url}/api/events`, { cookie: client.cookie() })
  const names: string[] = []
  const waiting: ((name: string) => void)[] = []
  response.setEncoding('utf8')
  response.on('error', () => {})
  response.on('data', (text: string) => {
    for (const [, name = ''] of text.matchAll(/^event: (\w+)$/gm)) {
      const next = waiting.shift()
      if (next) next(name)
      else names.push(name)
    }
  })
  return {
    status: response.statusCode ?? 0,
    next: () =>
      names.length > 0
        ? Promise.resolve(names.shift()!)
        : new Promise((done) => {
            waiting.push(done)
          }),
    close: () => response.destroy(),
  }
}
