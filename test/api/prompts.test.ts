/** What callers hear of the operator, over HTTP: the named files and nothing else of the disk. */
import { join } from 'node:path'
import t from 'tap'
import { testApi } from '../support/panel-api.ts'

const shipped = join(import.meta.dirname, '../../prompts')

t.test('each sentence in both languages, and the ringback', async (t) => {
  const api = await testApi(t, { media: { folder: t.testdir({}), prompts: [shipped], available: () => false } })
  const anna = await api.subscriber('anna')
  const sizes = new Set<number>()
  for (const language of ['ru', 'en']) {
    for (const name of ['greeting', 'consent', 'unavailable', 'ringback']) {
      const reply = await api.app.request(`/api/prompts/${language}/${name}`, { headers: { cookie: anna.cookie() } })
      t.equal(reply.status, 200, `${language}/${name}`)
      t.equal(reply.headers.get('content-type'), 'audio/wav')
      t.equal(reply.headers.get('cache-control'), 'private, max-age=3600')
      const octets = Buffer.from(await reply.arrayBuffer())
      t.equal(octets.toString('latin1', 0, 4), 'RIFF')
      sizes.add(octets.length)
    }
  }
  t.equal(sizes.size, 7, 'sentences differ by language, the ringback does not')
})

t.test('the operator’s own recording comes before ours', async (t) => {
  const own = t.testdir({ ru: { 'greeting.wav': 'own' } })
  const api = await testApi(t, { media: { folder: own, prompts: [own, shipped], available: () => true } })
  const anna = await api.subscriber('anna')
  const hear = async (name: string) =>
    (await api.app.request(`/api/prompts/ru/${name}`, { headers: { cookie: anna.cookie() } })).text()
  t.equal(await hear('greeting'), 'own')
  t.match(await hear('consent'), /^RIFF/)
})

const elsewhere = ['ru/code-intro', 'de/greeting', 'ru/..%2f..%2fpackage', 'ru/greeting.wav', '../texts.json', 'ru/']
t.test('nothing else is given', async (t) => {
  const api = await testApi(t, { media: { folder: t.testdir({}), prompts: [shipped], available: () => true } })
  const anna = await api.subscriber('anna')
  for (const path of elsewhere) t.equal((await anna.get(`/api/prompts/${path}`)).status, 404, path)
  t.equal((await api.client().get('/api/prompts/ru/greeting')).status, 401, 'nobody')
  const without = await testApi(t)
  const boris = await without.subscriber('boris')
  t.equal((await boris.get('/api/prompts/ru/greeting')).status, 404, 'without media')
})
