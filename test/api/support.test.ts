/** «Поддержка» and «Вопрос ONLINE» over HTTP. */
import t from 'tap'
import { defaultBrand } from '../../src/api/brand.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'

t.test('a request becomes a thread, with the call it is about', async (t) => {
  const { database, clock, subscriber } = await testApi(t, {
    brand: { ...defaultBrand, support: { phone: '+74950000000', email: 'help@example.com' } },
  })
  const anna = await subscriber('anna')
  const boris = await subscriber('boris')
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const [mine, his] = [anna, boris].map(({ id }) => endedCall(callRecord({ subscriberId: id })))
  await Promise.all([mine!, his!].map((record) => journal.open(record)))
  t.strictSame((await anna.get('/api/support')).body,
    { threads: [], phone: '+74950000000', email: 'help@example.com' })

  const made = await anna.post('/api/support',
    { subject: 'Не дозвонились', text: 'Вчера\nв 15:20', callId: mine!.id })
  t.match(made, { status: 201, body: {
    kind: 'request', subject: 'Не дозвонились', state: 'open', callId: mine!.id,
    messages: [{ author: 'subscriber', text: 'Вчера\nв 15:20' }],
  } })
  const question = await anna.post('/api/support', { text: 'Как?', kind: 'question' })
  clock.wallAheadMs += 1000
  const more = await anna.post(`/api/support/${made.body.id}/messages`, { text: 'Ещё раз' })
  t.match(more, { status: 201, body: { messages: [{}, { text: 'Ещё раз' }] } })
  const { threads } = (await anna.get('/api/support')).body
  t.strictSame(threads.map((thread: { id: string }) => thread.id), [made.body.id, question.body.id],
    'the one changed last is first')

  t.match(await anna.post('/api/support', { text: 'x', callId: his!.id }), { status: 404 })
  for (const body of [{ text: '' }, { text: 'x'.repeat(4001) }, { text: 'a‮b' }, {}])
    t.equal((await anna.post('/api/support', body)).status, 400)
})

t.test('twenty messages an hour are the limit', async (t) => {
  const { clock, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const { body } = await anna.post('/api/support', { text: 'Первое' })
  for (let i = 1; i < 20; i++) await anna.post(`/api/support/${body.id}/messages`, { text: `${i}` })
  t.match(await anna.post(`/api/support/${body.id}/messages`, { text: 'лишнее' }),
    { status: 409, body: { code: 'limit' } })
  t.match(await anna.post('/api/support', { text: 'и новое' }), { status: 409 })
  clock.wallAheadMs += 3_600_000
  await anna.post('/api/login', { login: 'anna', password: 'anna' })
  t.equal((await anna.post('/api/support', { text: 'через час' })).status, 201)
})
