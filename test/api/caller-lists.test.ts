/** Lists of callers and blocking from the journal over HTTP. */
import t from 'tap'
import { CallJournal } from '../../src/store/call-journal.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

t.test('lists are kept with normalised masks', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  t.match((await anna.get('/api/caller-lists')).body, [{ id: 'blocked', entries: [] }],
    'the blocked one is always there')
  const made = await anna.post('/api/caller-lists', {
    name: ' Семья ',
    entries: [{ mask: '8 916 123-45-67', name: 'Мама' }, { mask: '8 495 *' }, { mask: '900' },
      { mask: '+7 (916) 123 45 67', name: 'Мамочка' }],
  })
  t.match(made, { status: 201, body: { name: 'Семья', usedBy: [] } })
  t.strictSame(made.body.entries.map((one: { mask: string; name: string }) => [one.mask, one.name]),
    [['+7495*', ''], ['900', ''], ['+79161234567', 'Мамочка']], 'the last of the same mask counts')

  const path = `/api/caller-lists/${made.body.id}`
  t.match(await anna.put(path, { name: 'Родные', entries: [{ mask: '+79160000001', name: '' }] }),
    { status: 200, body: { name: 'Родные', entries: [{ mask: '+79160000001' }] } })
  t.match(await anna.put(path, { name: 'Свои' }),
    { status: 200, body: { name: 'Свои', entries: [{ mask: '+79160000001' }] } }, 'entries stay')
  t.match((await anna.put(path, { name: 'Родные' })).body, { name: 'Родные' })
  t.equal((await anna.post(`${path}/entries`,
    { mask: '8 812 *', name: 'Питер' })).body.entries.length, 2)
  const left = await anna.delete(`${path}/entries/${encodeURIComponent('+7812*')}`)
  t.match(left.body.entries, [{ mask: '+79160000001' }])
  t.equal(left.body.entries.length, 1)

  for (const [body, code, field] of [
    [{ name: 'Родные', entries: [] }, 'list_taken', 'name'],
    [{ name: 'Ещё', entries: [{ mask: '*' }] }, 'bad_mask', 'entries.0.mask'],
    [{ name: 'Ещё', entries: [{ mask: '8*916' }] }, 'bad_mask', 'entries.0.mask'],
    [{ name: '', entries: [] }, 'invalid', 'name'],
  ] as const) t.match((await anna.post('/api/caller-lists', body)).body, { code, field })

  const condition = {
    lists: [made.body.id], masks: [], anonymous: false, unknown: false, except: false,
  }
  const { body: rule } = await anna.post('/api/rules',
    ruleBody({ name: 'Родным', reaction: 'voicemail', callers: condition }))
  t.match(await anna.delete(path),
    { status: 409, body: { code: 'list_in_use', details: { rules: 'Родным', count: 1 } } })
  t.strictSame((await anna.get(path)).body.usedBy, ['Родным'])
  await anna.delete(`/api/rules/${rule.id}`)
  t.equal((await anna.delete(path)).status, 200)
  t.equal((await anna.get(path)).status, 404)
})

t.test('twenty lists and a thousand callers are the limit', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const many = (first: number) => Array.from({ length: 500 }, (_, i) =>
    ({ mask: `+7916${String(first + i).padStart(7, '0')}` }))
  t.equal((await anna.post('/api/caller-lists', { name: 'А', entries: many(0) })).status, 201)
  t.equal((await anna.post('/api/caller-lists', { name: 'Б', entries: many(500) })).status, 201)
  t.match(await anna.post('/api/caller-lists', { name: 'В', entries: [{ mask: '+79170000000' }] }),
    { status: 409, body: { code: 'limit', details: { limit: 1000 } } })
  for (let i = 3; i <= 20; i++)
    await anna.post('/api/caller-lists', { name: `Список ${i}`, entries: [] })
  t.match(await anna.post('/api/caller-lists', { name: 'Лишний', entries: [] }),
    { status: 409, body: { code: 'limit', details: { limit: 20 } } })
})

t.test('a caller is blocked and allowed from the journal', async (t) => {
  const { database, clock, subscriber } = await testApi(t)
  const anna = await subscriber('anna', { number: '+74996740704' })
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const [spam, hidden, strange] = [
    callRecord({ subscriberId: anna.id, caller: '+79031112233', callerName: 'Реклама' }),
    callRecord({ subscriberId: anna.id, caller: '', anonymous: true }),
    callRecord({ subscriberId: anna.id, caller: '###' }),
  ].map((record) => endedCall(record)) as [
    ReturnType<typeof endedCall>, ReturnType<typeof endedCall>, ReturnType<typeof endedCall>]
  await Promise.all([spam, hidden, strange].map((record) => journal.open(record)))

  t.match(await anna.post(`/api/calls/${spam.id}/block`),
    { status: 200, body: { id: spam.id, blocked: true, known: { name: 'Реклама', lists: [] } } })
  t.match((await anna.post(`/api/calls/${hidden.id}/block`)).body, { blocked: true })
  t.match(await anna.post(`/api/calls/${strange.id}/block`),
    { status: 422, body: { code: 'caller_unknown' } })
  const find = createSubscriberFinder(database, 2000)
  t.strictSame((await find('+74996740704'))?.callerLists,
    [{ id: 'blocked', name: '', entries: ['+79031112233', 'anonymous'] }])
  const refused = await anna.post('/api/simulate', { at: Date.now(), caller: '+79031112233' })
  t.match(refused.body.story, { decision: { kind: 'refused', why: 'blocked' } })

  await anna.post('/api/caller-lists/blocked/entries', { mask: '+7903*' })
  t.match((await anna.post(`/api/calls/${spam.id}/allow`)).body, { blocked: false },
    'a mask that takes him in goes, too')
  t.match((await anna.get(`/api/calls/${hidden.id}`)).body, { blocked: true })
  t.equal((await anna.delete('/api/caller-lists/blocked')).status, 200)
  t.match((await anna.get('/api/caller-lists')).body, [{ id: 'blocked', entries: [] }],
    'it is emptied and stays')
})

t.test('the journal names callers by the lists', async (t) => {
  const { database, clock, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  await anna.post('/api/caller-lists',
    { name: 'Москва', entries: [{ mask: '+7495*', name: 'Город' }] })
  await anna.post('/api/caller-lists',
    { name: 'Клиенты', entries: [{ mask: '+74950001122', name: 'Вера' }] })
  for (const caller of ['+74950001122', '+74950001123', '+79160000000'])
    await journal.open(endedCall(callRecord({ subscriberId: anna.id, caller })))
  const { calls } = (await anna.get('/api/calls')).body
  const known = new Map(calls.map((call: { caller: string; known: unknown }) =>
    [call.caller, call.known]))
  t.strictSame(known.get('+74950001122'), { name: 'Вера', lists: ['Клиенты', 'Москва'] },
    'a name of the very number comes before that of a town')
  t.strictSame(known.get('+74950001123'), { name: 'Город', lists: ['Москва'] })
  t.equal(known.get('+79160000000'), null)
  t.equal((await anna.get('/api/calls?q=Вера')).body.calls.length, 1, 'found by that name')
})
