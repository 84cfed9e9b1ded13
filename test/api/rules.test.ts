/** Rules over HTTP: kept as they were sent, guarded by versions, ordered by R-1, whole when others go. */
import t from 'tap'
import type { RuleReply } from '../../src/api/schema.ts'
import { testApi } from '../support/panel-api.ts'
import type { Client } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

async function addNumber(client: Client, address = '+79161234567'): Promise<string> {
  return (await client.post('/api/numbers', { address, description: 'Мобильный' })).body.id
}

async function addRules(
  client: Client,
  ...wanted: [name: string, priority: number][]
): Promise<Map<string, RuleReply>> {
  const targetIds = [await addNumber(client)]
  const rules = new Map<string, RuleReply>()
  for (const [name, priority] of wanted)
    rules.set(name, (await client.post('/api/rules', ruleBody({ name, priority, targetIds }))).body)
  return rules
}

const names = (rules: readonly RuleReply[]) => rules.map((rule) => rule.name)

t.test('every field of a rule comes back as it was sent', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const [mobile, office] = [await addNumber(anna), await addNumber(anna, '+74957654321')]
  const { body: next } = await anna.post(
    '/api/rules',
    ruleBody({ name: 'Потом', targetIds: [office] }),
  )
  const sent = {
    name: 'Звонок в рабочее время',
    enabled: true,
    priority: 10,
    blocks: [
      { weekdays: [1, 2, 3, 4, 5], dates: [], hours: [{ from: 540, to: 1080 }] },
      {
        weekdays: [],
        dates: [
          { from: '2026-12-01', to: null },
          { from: null, to: '2027-02-28' },
        ],
        hours: [
          { from: 1320, to: 360 },
          { from: 0, to: 1440 },
        ],
      },
    ],
    mode: 'serial',
    waitSeconds: 45,
    targets: [
      { targetId: office, ringSeconds: 15 },
      { targetId: mobile, ringSeconds: null },
    ],
    noAnswer: { action: 'rule', ruleId: next.id, ignoreSchedule: true },
  }
  const reply = await anna.post('/api/rules', sent)
  t.equal(reply.status, 201)
  const { targets, noAnswer, verdict, ...rest } = reply.body
  t.match(rest, { ...sent, targets: undefined, noAnswer: undefined, version: 1, position: 2 })
  t.strictSame(rest.blocks, sent.blocks)
  t.match(targets, [
    { targetId: office, address: '+74957654321', description: 'Мобильный', ringSeconds: 15 },
    { targetId: mobile, address: '+79161234567', ringSeconds: null },
  ])
  t.strictSame(noAnswer, {
    action: 'rule',
    ruleId: next.id,
    ruleName: 'Потом',
    ignoreSchedule: true,
  })
  t.match(verdict.verdict, /^(acts|weekday|hours|date|outranked)$/)
  t.strictSame((await anna.get(`/api/rules/${reply.body.id}`)).body.targets, targets, 'read alone')
})

t.test('what makes no rule is refused and the field is named', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const targetIds = [await addNumber(anna)]
  const body = (wanted: object) => ({ ...ruleBody({ targetIds }), ...wanted })
  const block = (wanted: object) => ({
    blocks: [{ weekdays: [], dates: [], hours: [], ...wanted }],
  })
  const none = 'f'.repeat(32)
  const cases = [
    { name: 'no name', body: body({ name: '  ' }), status: 400, field: 'name' },
    { name: 'long name', body: body({ name: 'x'.repeat(65) }), status: 400, field: 'name' },
    { name: 'priority 101', body: body({ priority: 101 }), status: 400, field: 'priority' },
    { name: 'priority 1.5', body: body({ priority: 1.5 }), status: 400, field: 'priority' },
    { name: 'waits 4 s', body: body({ waitSeconds: 4 }), status: 400, field: 'waitSeconds' },
    { name: 'waits 121 s', body: body({ waitSeconds: 121 }), status: 400, field: 'waitSeconds' },
    { name: 'no phone', body: body({ targets: [] }), status: 400, field: 'targets' },
    {
      name: 'six phones',
      body: body({
        targets: [1, 2, 3, 4, 5, 6].map(() => ({ targetId: targetIds[0], ringSeconds: null })),
      }),
      status: 400,
      field: 'targets',
    },
    {
      name: 'rings 61 s',
      body: body({ targets: [{ targetId: targetIds[0], ringSeconds: 61 }] }),
      status: 400,
      field: 'targets.0.ringSeconds',
    },
    {
      name: 'weekday 8',
      body: body(block({ weekdays: [8] })),
      status: 400,
      field: 'blocks.0.weekdays.0',
    },
    {
      name: 'hour 25',
      body: body(block({ hours: [{ from: 0, to: 1500 }] })),
      status: 400,
      field: 'blocks.0.hours.0.to',
    },
    {
      name: 'from 24:00',
      body: body(block({ hours: [{ from: 1440, to: 60 }] })),
      status: 422,
      field: 'blocks.0.hours.0.from',
    },
    {
      name: 'dates backwards',
      body: body(block({ dates: [{ from: '2026-12-02', to: '2026-12-01' }] })),
      status: 422,
      field: 'blocks.0.dates.0',
    },
    {
      name: '31 February',
      body: body(block({ dates: [{ from: '2026-02-31', to: null }] })),
      status: 422,
      field: 'blocks.0.dates.0',
    },
    {
      name: 'no date',
      body: body(block({ dates: [{ from: 'завтра', to: null }] })),
      status: 400,
      field: 'blocks.0.dates.0.from',
    },
    { name: 'unknown mode', body: body({ mode: 'random' }), status: 400, field: 'mode' },
    {
      name: 'unknown action',
      body: body({ noAnswer: { action: 'fax' } }),
      status: 400,
      field: 'noAnswer.action',
    },
    {
      name: 'unknown phone',
      body: body({ targets: [{ targetId: none, ringSeconds: null }] }),
      status: 422,
      field: 'targets',
      code: 'unknown_number',
    },
    {
      name: 'unknown next rule',
      body: body({ noAnswer: { action: 'rule', ruleId: none, ignoreSchedule: false } }),
      status: 422,
      field: 'noAnswer',
      code: 'unknown_rule',
    },
  ]
  for (const one of cases) {
    const reply = await anna.post('/api/rules', one.body)
    t.equal(reply.status, one.status, one.name)
    t.match(reply.body, { code: one.code ?? 'invalid', field: one.field }, one.name)
  }
  t.equal((await anna.call('POST', '/api/rules', '{"name":')).body.code, 'bad_json')
  t.strictSame((await anna.get('/api/rules')).body, [], 'nothing was stored')
})

t.test('a rule is replaced under the version one has seen', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const rule = (await addRules(anna, ['Дома', 0])).get('Дома')!
  const path = `/api/rules/${rule.id}`
  const targetIds = [rule.targets[0]!.targetId]

  const first = await anna.put(path, {
    ...ruleBody({ name: 'Дома вечером', targetIds }),
    version: 1,
  })
  t.equal(first.status, 200)
  t.match(first.body, { name: 'Дома вечером', version: 2 })

  const late = await anna.put(path, { ...ruleBody({ name: 'Дома утром', targetIds }), version: 1 })
  t.equal(late.status, 409)
  t.match(late.body, {
    code: 'rule_changed',
    details: { version: 2 },
    rule: { id: rule.id, name: 'Дома вечером', version: 2 },
  })

  const forced = await anna.put(path, ruleBody({ name: 'Дома утром', targetIds }))
  t.match(forced.body, { name: 'Дома утром', version: 3 }, 'without a version the last word wins')
})

t.test('of eight edits of the same version one wins', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const rule = (await addRules(anna, ['Дома', 0])).get('Дома')!
  const targetIds = [rule.targets[0]!.targetId]
  const replies = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      anna.put(`/api/rules/${rule.id}`, {
        ...ruleBody({ name: `Окно ${i}`, targetIds }),
        version: 1,
      }),
    ),
  )
  const won = replies.filter((reply) => reply.status === 200)
  t.equal(won.length, 1)
  t.equal(replies.filter((reply) => reply.status === 409).length, 7)
  t.match((await anna.get(`/api/rules/${rule.id}`)).body, { name: won[0]!.body.name, version: 2 })
})

t.test('a rule is switched off and on', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const rule = (await addRules(anna, ['Дома', 0])).get('Дома')!
  const off = await anna.post(`/api/rules/${rule.id}/enabled`, { enabled: false })
  t.match(off.body, { enabled: false, version: 2, verdict: { verdict: 'disabled' } })
  t.match(
    (await anna.post(`/api/rules/${rule.id}/enabled`, { enabled: false })).body,
    { version: 2 },
    'nothing changed',
  )
  t.match((await anna.post(`/api/rules/${rule.id}/enabled`, { enabled: true })).body, {
    enabled: true,
    version: 3,
    verdict: { verdict: 'acts' },
  })
  t.equal((await anna.post(`/api/rules/${rule.id}/enabled`, { enabled: 1 })).status, 400)
})

t.test(
  'the order is the winning order; a rule put above a higher priority gets it (R-1)',
  async (t) => {
    const { subscriber } = await testApi(t)
    const anna = await subscriber('anna')
    const rules = await addRules(anna, ['Дома', 0], ['Планёрка', 10], ['На даче', 0])
    const ids = (...wanted: string[]) => wanted.map((name) => rules.get(name)!.id)
    t.strictSame(names((await anna.get('/api/rules')).body), ['Планёрка', 'Дома', 'На даче'])

    const same = await anna.post('/api/rules/order', { ids: ids('Планёрка', 'На даче', 'Дома') })
    t.strictSame(names(same.body.rules), ['Планёрка', 'На даче', 'Дома'])
    t.strictSame(same.body.raised, [], 'within one priority nothing is raised')

    const above = await anna.post('/api/rules/order', { ids: ids('Дома', 'Планёрка', 'На даче') })
    t.strictSame(names(above.body.rules), ['Дома', 'Планёрка', 'На даче'])
    t.match(above.body.raised, [{ name: 'Дома', priority: 10 }])
    t.strictSame(
      above.body.rules.map((rule: RuleReply) => [rule.priority, rule.position]),
      [
        [10, 1],
        [10, 2],
        [0, 3],
      ],
    )

    const faults = [
      ids('Дома', 'Планёрка'),
      [...ids('Дома', 'Планёрка', 'На даче'), 'a'.repeat(32)],
      ids('Дома', 'Дома', 'Планёрка'),
    ]
    for (const wrong of faults) {
      t.match(await anna.post('/api/rules/order', { ids: wrong }), {
        status: 409,
        body: { code: 'rules_changed' },
      })
    }
  },
)

t.test('deleting the next rule of a chain leaves the chain to hang up (R-22)', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const rules = await addRules(anna, ['Первое', 0], ['Второе', 0])
  const [first, second] = [rules.get('Первое')!, rules.get('Второе')!]
  const chain = { action: 'rule', ruleId: second.id, ignoreSchedule: false } as const
  await anna.put(
    `/api/rules/${first.id}`,
    ruleBody({ name: 'Первое', targetIds: [first.targets[0]!.targetId], noAnswer: chain }),
  )
  const gone = await anna.delete(`/api/rules/${second.id}`)
  t.strictSame(gone.body, { unlinked: ['Первое'] })
  t.match((await anna.get(`/api/rules/${first.id}`)).body, {
    noAnswer: { action: 'hangUp' },
    version: 3,
  })
  t.equal((await anna.get(`/api/rules/${second.id}`)).status, 404)
})

t.test('fifty rules are the limit', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const targetIds = [await addNumber(anna)]
  for (let i = 0; i < 50; i++)
    await anna.post('/api/rules', ruleBody({ name: `Правило ${i}`, targetIds }))
  t.match(await anna.post('/api/rules', ruleBody({ targetIds })), {
    status: 409,
    body: { code: 'limit', details: { limit: 50 } },
  })
})

t.test("another subscriber's rules and numbers do not exist", async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const boris = await subscriber('boris')
  const rule = (await addRules(anna, ['Дома', 0])).get('Дома')!
  const own = (await addRules(boris, ['Моё', 0])).get('Моё')!
  const foreign = rule.targets[0]!.targetId
  const path = `/api/rules/${rule.id}`
  const attempts: [name: string, reply: Promise<{ status: number }>, status: number][] = [
    ['read', boris.get(path), 404],
    ['replace', boris.put(path, ruleBody({ targetIds: [own.targets[0]!.targetId] })), 404],
    ['switch', boris.post(`${path}/enabled`, { enabled: false }), 404],
    ['delete', boris.delete(path), 404],
    ['order', boris.post('/api/rules/order', { ids: [rule.id] }), 409],
    ['ring a foreign number', boris.post('/api/rules', ruleBody({ targetIds: [foreign] })), 422],
    [
      'go on to a foreign rule',
      boris.put(
        `/api/rules/${own.id}`,
        ruleBody({
          targetIds: [own.targets[0]!.targetId],
          noAnswer: { action: 'rule', ruleId: rule.id, ignoreSchedule: false },
        }),
      ),
      422,
    ],
  ]
  for (const [name, reply, status] of attempts) t.equal((await reply).status, status, name)
  t.match((await anna.get(path)).body, { name: 'Дома', enabled: true, version: 1 }, 'untouched')
})
