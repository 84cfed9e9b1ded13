/** Rules beyond the manual over HTTP: what they keep and refuse, the preview, the override. */
import t from 'tap'
import { createSubscriberFinder, loadSubscriber } from '../../src/store/subscribers.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

const hour = 3_600_000
/** Monday 2026-11-23, 12:00 in Moscow. */
const noon = Date.UTC(2026, 10, 23, 9)

async function add(client: Client, address = '+79161234567', more: object = {}): Promise<string> {
  return (await client.post('/api/numbers', { address, description: '', ...more })).body.id
}

t.test('everything beyond the manual is kept, shown and reaches the call', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna', { number: '+74996740701' })
  const id = await add(anna)
  const { body: list } = await anna.post('/api/caller-lists', {
    name: 'Клиенты', entries: [{ mask: '8 916 000-11-22', name: 'Вера' }],
  })
  const { body: next } = await anna.post('/api/rules', ruleBody({ name: 'Потом', targetIds: [id] }))
  const wanted = {
    ...ruleBody({ name: 'Всё сразу' }),
    targets: [{ targetId: id, ringSeconds: 20, delaySeconds: 7, confirm: true,
      callerId: 'personal' }],
    blocks: [{ weekdays: [], dates: [], hours: [], dayKinds: ['holiday', 'dayOff'] }],
    callers: {
      lists: [list.id], masks: ['8 495 *'], anonymous: true, unknown: false, except: true,
    },
    dialled: ['8 499 674-07-01'],
    busy: { action: 'voicemail' },
    unreachable: { action: 'rule', ruleId: next.id, ignoreSchedule: true },
    decline: 'everywhere',
    record: false,
  }
  const added = await anna.post('/api/rules', wanted)
  t.equal(added.status, 201)
  t.match(added.body, {
    blocks: [{ dayKinds: ['holiday', 'dayOff'] }],
    targets: [{ targetId: id, ringSeconds: 20, delaySeconds: 7, confirm: true,
      callerId: 'personal' }],
    callers: {
      lists: [list.id], listNames: ['Клиенты'], masks: ['+7495*'], anonymous: true, except: true,
    },
    dialled: ['+74996740701'],
    busy: { action: 'voicemail' },
    unreachable: { action: 'rule', ruleId: next.id, ruleName: 'Потом', ignoreSchedule: true },
    decline: 'everywhere', record: false, reaction: 'ring', greetingId: null,
  })

  const found = await createSubscriberFinder(database, 2000)('+74996740701')
  const rule = found?.rules.find((one) => one.id === added.body.id)
  t.match(rule, {
    targets: [{ delaySeconds: 7, confirm: true, callerId: 'personal' }],
    callers: { masks: ['+7495*'], except: true }, decline: 'everywhere', record: false,
    busy: { action: 'voicemail' },
  }, 'a call has it from one document')
  t.match(found?.callerLists, [{ id: list.id, entries: ['+79160001122'] }])
  t.equal(found?.calendar?.days['2026-11-04'], 'holiday', 'the production calendar is there')

  t.strictSame((await anna.delete(`/api/rules/${next.id}`)).body, { unlinked: ['Всё сразу'] })
  t.match((await anna.get(`/api/rules/${added.body.id}`)).body,
    { version: 2, unreachable: { action: 'hangUp' }, busy: { action: 'voicemail' } }, 'R-22')

  const { version, ...plain } = { ...ruleBody({ name: 'Просто', targetIds: [id] }), version: 2 }
  const simple = await anna.put(`/api/rules/${added.body.id}`, { ...plain, version })
  t.match(simple.body, {
    callers: null, dialled: [], busy: null, unreachable: null, decline: 'here', record: null,
    targets: [{ delaySeconds: null, confirm: null, callerId: null }],
  }, 'what is left out is gone')
})

t.test('what cannot be is refused with the field', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const boris = await subscriber('boris')
  const targetIds = [await add(anna)]
  const { body: foreign } = await boris.post('/api/caller-lists', { name: 'Его', entries: [] })
  const nobody = { lists: [], masks: [], anonymous: false, unknown: false, except: false }
  const cases: [name: string, more: object, status: number, code: string, field: string][] = [
    ['no phones', { targetIds: [] }, 400, 'invalid', 'targets'],
    ['a list of somebody else', { callers: { ...nobody, lists: [foreign.id] } },
      422, 'unknown_list', 'callers'],
    ['a mask of everything', { callers: { ...nobody, masks: ['*'] } },
      422, 'bad_mask', 'callers.masks.0'],
    ['a number that is not his', { dialled: ['+74990000000'] }, 422, 'unknown_dialled', 'dialled'],
    ['no such rule when busy',
      { busy: { action: 'rule', ruleId: 'a'.repeat(32), ignoreSchedule: false } },
      422, 'unknown_rule', 'busy'],
    ['a greeting that is not there', { greetingId: 'b'.repeat(32) }, 422, 'unknown_audio',
      'greetingId'],
    ['an unknown kind of day',
      { blocks: [{ weekdays: [], dates: [], hours: [], dayKinds: ['sunny'] }] },
      400, 'invalid', 'blocks.0.dayKinds.0'],
    ['too long a delay', { targets: [{ targetId: targetIds[0], ringSeconds: null,
      delaySeconds: 500 }] },
      400, 'invalid', 'targets.0.delaySeconds'],
  ]
  for (const [name, more, status, code, field] of cases) {
    const reply = await anna.post('/api/rules', ruleBody({ targetIds, ...more }))
    t.match(reply, { status, body: { code, field } }, name)
  }
  const refusing = await anna.post('/api/rules', ruleBody({ name: 'Нет', reaction: 'refuse' }))
  t.match(refusing, { status: 201, body: { targets: [], reaction: 'refuse' } },
    'a rule that rings nobody needs no phones')
})

t.test('a form is previewed as it would be, and nothing is stored', async (t) => {
  const { clock, subscriber } = await testApi(t)
  clock.wallAheadMs = noon - Date.now()
  const anna = await subscriber('anna')
  const targetIds = [await add(anna)]
  const evening = [{ weekdays: [], dates: [], hours: [{ from: 1080, to: 1380 }] }]
  const { body: home } = await anna.post('/api/rules',
    ruleBody({ name: 'Дома', targetIds, blocks: evening }))
  const midnight = noon - 12 * hour
  const window = { from: midnight, to: midnight + 24 * hour }
  const rule = ruleBody({
    name: 'Вечер', targetIds, priority: 5,
    blocks: [{ weekdays: [], dates: [], hours: [{ from: 1200, to: 1440 }] }],
  })

  const { status, body } = await anna.post('/api/rules/preview', { rule, ...window })
  t.equal(status, 200)
  t.match(body, {
    rule: { id: 'new', version: 0, name: 'Вечер', verdict: { verdict: 'hours' } },
    bars: [{ ruleId: 'new', from: midnight + 20 * hour, to: midnight + 24 * hour }],
    shadows: [{ ruleId: home.id, name: 'Дома', minutes: 7 * 180 }],
    shadowedBy: [],
    next: { from: midnight + 20 * hour, to: midnight + 24 * hour },
    days: [{ date: '2026-11-23', kind: 'working' }],
  })
  t.strictSame(body.result.map((one: { ruleId: string }) => one.ruleId), [null, home.id, 'new'])
  t.equal((await anna.get('/api/rules')).body.length, 1, 'nothing is stored')

  const below = await anna.post('/api/rules/preview',
    { rule: { ...rule, priority: 0 }, ...window })
  t.match(below.body, { shadows: [], shadowedBy: [{ ruleId: home.id, minutes: 7 * 180 }] })
  t.match(below.body.rule.warnings, [{ code: 'shadowedPartly' }])

  const edited = await anna.post('/api/rules/preview',
    { id: home.id, rule: ruleBody({ name: 'Дома', targetIds, enabled: false }), ...window })
  t.match(edited.body, { rule: { id: home.id, verdict: { verdict: 'disabled' } }, next: null })
  t.match(edited.body.elsewhere, [{ ruleId: null, code: 'allDisabled' }],
    'what it would do to the others')
  t.equal((await anna.post('/api/rules/preview', { id: 'c'.repeat(32), rule, ...window })).status,
    404)
  t.match(await anna.post('/api/rules/preview', { rule, from: 0, to: 40 * 24 * hour }),
    { status: 400, body: { field: 'to' } }, 'five weeks are the most')
})

t.test('«сейчас всё на …» stands before the rules until it expires', async (t) => {
  const { database, clock, subscriber } = await testApi(t)
  clock.wallAheadMs = noon - Date.now()
  const anna = await subscriber('anna', { number: '+74996740702' })
  const boris = await subscriber('boris')
  const id = await add(anna)
  const { body: rule } = await anna.post('/api/rules', ruleBody({ targetIds: [id] }))
  const now = clock.wallMs()

  const set = await anna.put('/api/override',
    { action: 'ring', targetId: id, untilMs: Math.floor(now + hour / 3) })
  t.match(set, { status: 200, body: { action: 'ring', targetId: id, address: '+79161234567' } })
  const shown = (await anna.get('/api/overview')).body
  t.match(shown, { acts: { kind: 'override', targetId: id }, override: { action: 'ring' } })
  t.ok(shown.result.some((one: { byOverride?: boolean }) => one.byOverride), 'drawn in the lane')
  t.match(shown.rules, [{ verdict: { verdict: 'acts' } }], 'a rule is judged as such')
  t.match((await createSubscriberFinder(database, 2000)('+74996740702'))?.override,
    { action: 'ring', target: { id } })

  t.equal((await anna.delete(`/api/numbers/${id}`)).status, 409)
  clock.wallAheadMs += hour / 3 + 1000
  t.match((await anna.get('/api/overview')).body,
    { acts: { kind: 'rule', ruleId: rule.id }, override: null }, 'it is over by itself')

  t.match((await anna.put('/api/override', { action: 'refuse', untilMs: null })).body,
    { action: 'refuse', targetId: null, untilMs: null })
  t.match((await anna.get('/api/overview')).body.acts, { kind: 'refused', why: 'doNotDisturb' })
  t.equal((await anna.delete('/api/override')).body, null)
  t.match((await anna.get('/api/overview')).body.acts, { kind: 'rule' })

  for (const wrong of [
    { action: 'ring', targetId: id, untilMs: 1000 },
    { action: 'ring', targetId: 'd'.repeat(32), untilMs: null },
    { action: 'ring', untilMs: null },
    { action: 'dance', untilMs: null },
  ]) t.ok((await anna.put('/api/override', wrong)).status >= 400, JSON.stringify(wrong))
  t.equal((await boris.put('/api/override',
    { action: 'ring', targetId: id, untilMs: null })).status, 422)
  t.equal((await loadSubscriber(database.kysely, boris.id)).override, undefined)
})

t.test('days of the calendar stand in the overview, five weeks are the most', async (t) => {
  const { clock, subscriber } = await testApi(t)
  clock.wallAheadMs = Date.UTC(2026, 0, 5, 9) - Date.now()
  const anna = await subscriber('anna')
  await anna.put('/api/calendar/2026-01-06', { kind: 'working', name: 'Дежурство' })
  const { days } = (await anna.get('/api/overview')).body
  t.match(days, [{ date: '2026-01-04' }, { date: '2026-01-05', kind: 'holiday' },
    { date: '2026-01-06', kind: 'working', name: 'Дежурство' }])
  const from = Date.UTC(2026, 0, 1)
  t.equal((await anna.get(`/api/overview?from=${from}&to=${from + 35 * 24 * hour}`)).status, 200)
  t.equal((await anna.get(`/api/overview?from=${from}&to=${from + 36 * 24 * hour}`)).status, 400)
})
