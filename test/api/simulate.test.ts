/** «Кто зазвонит, если …» and the test call over HTTP. */
import t from 'tap'
import { testApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

const hour = 3_600_000
/** Monday 2026-11-23, 12:00 in Moscow. */
const noon = Date.UTC(2026, 10, 23, 9)

t.test('the simulator tells who rings, why, and what the caller hears', async (t) => {
  const { clock, subscriber } = await testApi(t)
  clock.wallAheadMs = noon - Date.now()
  const anna = await subscriber('anna', { number: '+74996740703' })
  const mobile = (await anna.post('/api/numbers',
    { address: '+79161234567', description: 'Мобильный' })).body.id
  const office = (await anna.post('/api/numbers',
    { address: '+74951234567', description: 'Офис' })).body.id
  const { body: list } = await anna.post('/api/caller-lists',
    { name: 'Клиенты', entries: [{ mask: '+79160001122', name: 'Вера' }] })
  const { body: clients } = await anna.post('/api/rules', ruleBody({
    name: 'Клиентам', targetIds: [mobile, office], mode: 'serial', priority: 10,
    callers: { lists: [list.id], masks: [], anonymous: false, unknown: false, except: false },
  }))
  const { body: others } = await anna.post('/api/rules',
    ruleBody({ name: 'Остальным', targetIds: [office] }))

  const vera = await anna.post('/api/simulate', { at: noon, caller: '8 916 000-11-22' })
  t.equal(vera.status, 200)
  t.match(vera.body, {
    at: noon, caller: '+79160001122', dialled: '+74996740703',
    known: { name: 'Вера', lists: ['Клиенты'] },
    rules: { [clients.id]: { name: 'Клиентам', place: 1 } },
    phones: { '+79161234567': 'Мобильный' },
    story: {
      decision: { kind: 'rule', ruleId: clients.id },
      verdicts: [{ ruleId: clients.id, verdict: { verdict: 'acts' } },
        { ruleId: others.id, verdict: { verdict: 'outranked' } }],
      legs: [{ address: '+79161234567', startMs: 0, outcome: 'noAnswer' },
        { address: '+74951234567', startMs: 25_000 }],
      cut: false,
    },
    day: { from: noon - 12 * hour, to: noon + 12 * hour },
  })
  t.equal(vera.body.day.result.at(-1).to, noon + 12 * hour, 'the lane covers the whole day')

  const hidden = await anna.post('/api/simulate', {
    at: noon, caller: '',
    phones: { '+74951234567': { does: 'answers', afterSeconds: 3 } },
  })
  t.match(hidden.body, {
    caller: '', known: null,
    story: {
      decision: { ruleId: others.id }, outcome: 'answered',
      verdicts: [{ verdict: { verdict: 'caller' } }, { verdict: { verdict: 'acts' } }],
    },
  })
  for (const [body, field] of [
    [{ at: noon, caller: '', dialled: '+74990000000' }, 'dialled'],
    [{ at: 'now', caller: '' }, 'at'],
    [{ at: noon, caller: '', phones: { '+7': { does: 'explodes' } } }, 'phones.+7.does'],
  ] as const)
    t.match((await anna.post('/api/simulate', body)).body, { field })
  t.equal((await anna.get('/api/calls')).body.calls.length, 0, 'nobody was called')
})

t.test('a test call is an errand of one own number', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  await anna.post('/api/numbers', { address: '+79161234567', description: '' })
  t.match(await anna.post('/api/test-call', { caller: '+79990001122' }),
    { status: 422, body: { code: 'not_test_number', field: 'caller' } }, 'no stranger is imitated')
  const started = await anna.post('/api/test-call', { caller: '8 916 123-45-67' })
  t.match(started, { status: 202, body: { kind: 'test', state: 'open', errandId: String } })
  t.match((await anna.get(`/api/errands/${started.body.errandId}`)).body, { state: 'open' })
  const [row] = await database.kysely.selectFrom('errands').selectAll().execute()
  t.strictSame(JSON.parse(row?.details ?? ''), { caller: '+79161234567' })
  t.match(await anna.post('/api/test-call', {}), { status: 409, body: { code: 'errand_running' } })
})
