/** «Общее состояние» and «Журнал» over HTTP. */
import t from 'tap'
import { CallJournal } from '../../src/store/call-journal.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { ruleBody } from '../support/rules.ts'
import { silentLog } from '../support/database.ts'

const hour = 3_600_000
/** Monday 2026-11-23, 12:00 in Moscow. */
const noon = Date.UTC(2026, 10, 23, 9)

function journalOf(
  t: { testdir(): string; teardown(end: () => unknown): unknown },
  { database, clock }: TestApi,
): CallJournal {
  const journal = new CallJournal({
    database,
    clock,
    log: silentLog,
    spillFolder: t.testdir(),
    owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  return journal
}

t.test('the overview says where a call goes now and draws the rules', async (t) => {
  const { clock, subscriber } = await testApi(t)
  clock.wallAheadMs = noon - Date.now()
  const anna = await subscriber('anna')
  t.match((await anna.get('/api/overview')).body, {
    acts: { kind: 'nowhere' },
    rules: [],
    bars: [],
    live: [],
    warnings: [{ code: 'noRules' }, { code: 'nowhere' }],
  })

  const { body: number } = await anna.post('/api/numbers', {
    address: '+79161234567',
    description: '',
  })
  await anna.put('/api/settings/default-number', { targetId: number.id })
  t.match((await anna.get('/api/overview')).body.acts, { kind: 'default', targetId: number.id })

  const targetIds = [number.id]
  const { body: home } = await anna.post('/api/rules', ruleBody({ name: 'Дома', targetIds }))
  const working = [
    { weekdays: [1, 2, 3, 4, 5], dates: [], hours: [{ from: 540, to: 1080 }] },
  ] as const
  const { body: work } = await anna.post(
    '/api/rules',
    ruleBody({
      name: 'Работа',
      priority: 10,
      blocks: structuredClone(working) as never,
      targetIds,
    }),
  )
  const { body } = await anna.get('/api/overview')

  t.strictSame(body.acts, { kind: 'rule', ruleId: work.id })
  t.match(body.rules[1].warnings, [{ code: 'shadowedPartly', details: { byRuleName: 'Работа' } }])
  t.strictSame(
    body.window,
    { from: noon - 36 * hour, to: noon + 36 * hour },
    'three days from yesterday',
  )
  t.strictSame(
    body.days.map((day: { date: string }) => day.date),
    ['2026-11-22', '2026-11-23', '2026-11-24'],
  )
  t.match(
    body.rules.map((rule: { verdict: unknown }) => rule.verdict),
    [{ verdict: 'acts' }, { verdict: 'outranked', byRuleId: work.id, byPriority: 10, priority: 0 }],
  )
  t.strictSame(
    body.bars
      .filter((bar: { ruleId: string }) => bar.ruleId === work.id)
      .map((bar: { from: number; to: number }) => [bar.from, bar.to]),
    [
      [noon - 3 * hour, noon + 6 * hour],
      [noon + 21 * hour, noon + 30 * hour],
    ],
  )
  const [all] = body.bars.filter((bar: { ruleId: string }) => bar.ruleId === home.id)
  t.match(all.lost, [
    { from: noon - 3 * hour, to: noon + 6 * hour, byRuleId: work.id },
    { byRuleId: work.id },
  ])
  t.strictSame(
    body.result.map((one: { kind: string; ruleId: string }) => one.ruleId),
    [home.id, work.id, home.id, work.id, home.id],
  )
})

t.test(
  'without money or with a closed account a call is refused, and the overview says so',
  async (t) => {
    const { subscriber } = await testApi(t)
    const poor = await subscriber('poor', { balanceKopecks: 0 })
    t.strictSame((await poor.get('/api/overview')).body.acts, {
      kind: 'refused', why: 'noMoney', ruleId: null,
    })
    const closed = await subscriber('closed', { status: 'suspended' })
    t.strictSame((await closed.get('/api/overview')).body.acts, {
      kind: 'refused',
      why: 'notActive',
      ruleId: null,
    })
    const mail = await subscriber('mail', { settings: { voicemail: true } })
    t.strictSame((await mail.get('/api/overview')).body.acts, {
      kind: 'voicemail', why: 'nothingActs', ruleId: null,
    })
  },
)

t.test('the window of the picture has limits', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  t.equal((await anna.get(`/api/overview?from=${noon}&to=${noon + hour}`)).status, 200)
  for (const query of [
    `from=${noon}&to=${noon}`,
    `from=${noon}&to=${noon + 63 * 24 * hour}`,
    'from=yesterday',
    'from=1e3',
    `to=-5`,
  ]) {
    t.match(
      await anna.get(`/api/overview?${query}`),
      { status: 400, body: { code: 'invalid' } },
      query,
    )
  }
})

t.test('calls of today are counted; a call that lives has the name of the subscriber’s list', async (t) => {
  const api = await testApi(t)
  api.clock.wallAheadMs = noon - Date.now()
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const journal = journalOf(t, api)
  t.strictSame((await anna.get('/api/overview')).body.today, { calls: 0, answered: 0 })
  const call = (hours: number, subscriberId = anna.id) =>
    callRecord({ subscriberId, startedAt: noon + hours * hour, callerName: 'VERA' })
  const ended = [
    // A minute before Moscow's midnight, and the midnight itself.
    endedCall(call(-12 - 1 / 60)), endedCall(call(-12)), endedCall(call(-3)),
    endedCall(call(-2), { outcome: 'missed' }), endedCall(call(-1), { outcome: 'mailbox' }),
    endedCall(call(-1, boris.id)),
  ]
  for (const record of [...ended, call(0)]) await journal.open(record)
  await anna.post('/api/caller-lists',
    { name: 'Семья', entries: [{ mask: '+79031112233', name: 'Вера' }] })
  t.match((await anna.get('/api/overview')).body, {
    today: { calls: 3, answered: 2 },
    live: [{ callerName: 'VERA', known: { name: 'Вера', lists: ['Семья'] } }],
  })
})

t.test('the journal lists calls newest first, in pages, filtered and searched', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const journal = journalOf(t, api)
  const mine = Array.from({ length: 7 }, (_, i) =>
    callRecord({
      subscriberId: anna.id,
      startedAt: noon + (i < 3 ? 0 : i * 1000),
      caller: `+7903000000${i}`,
      callerName: i === 2 ? 'Пётр 100%' : '',
      legs: [legRecord({ address: i === 4 ? '+306912345678' : '+79161234567' })],
    }),
  )
  const ended = [
    endedCall(mine[0]!),
    endedCall(mine[1]!, { outcome: 'missed' }),
    endedCall(mine[2]!, { outcome: 'abandoned' }),
    endedCall(mine[3]!, { outcome: 'voicemail' }),
    endedCall(mine[4]!),
    endedCall(mine[5]!, { outcome: 'refused' }),
    mine[6]!,
  ]
  await Promise.all([
    ...ended.map((record) => journal.open(record)),
    journal.open(callRecord({ subscriberId: boris.id })),
  ])

  const ids = (reply: { body: { calls: { id: string }[] } }) =>
    reply.body.calls.map((call) => mine.findIndex((record) => record.id === call.id))
  const all = await anna.get('/api/calls')
  t.strictSame(ids(all), [6, 5, 4, 3, 2, 1, 0])
  t.equal(all.body.more, false)
  t.strictSame(
    (await anna.get('/api/overview')).body.live.map((call: { id: string }) => call.id),
    [mine[6]!.id],
  )

  const pages: number[] = []
  let query = 'limit=2'
  for (let page = 0; page < 5; page++) {
    const reply = await anna.get(`/api/calls?${query}`)
    pages.push(...ids(reply))
    if (!reply.body.more) break
    const last = reply.body.calls.at(-1)
    query = `limit=2&before=${last.startedAt}&beforeId=${last.id}`
  }
  t.strictSame(pages, [6, 5, 4, 3, 2, 1, 0], 'no call is lost or doubled between pages')

  const cases: [query: string, found: number[]][] = [
    ['outcome=answered', [4, 0]],
    ['outcome=missed', [5, 2, 1]],
    ['outcome=voicemail', [3]],
    ['q=0000003', [3]],
    ['q=%2B7%20903%20000-00-04', [4]],
    ['q=8%20903%20000-00-05', [5]],
    ['q=пётр', [2]],
    ['q=100%25', [2]],
    ['q=69123', [4]],
    ['q=200', []],
    ['q=%25', [2]],
    ['q=__________', []],
    [`before=${noon + 1}`, [2, 1, 0]],
  ]
  for (const [search, found] of cases)
    t.strictSame(ids(await anna.get(`/api/calls?${search}`)), found, decodeURIComponent(search))
  for (const wrong of [
    'limit=0',
    'limit=101',
    'limit=ten',
    'outcome=lost',
    'before=now',
    `q=${'x'.repeat(65)}`,
  ]) {
    t.match(
      await anna.get(`/api/calls?${wrong}`),
      { status: 400, body: { code: 'invalid' } },
      wrong,
    )
  }
})

t.test('a call is shown as it was recorded, to its subscriber only', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const journal = journalOf(t, api)
  const record = endedCall(
    callRecord({
      subscriberId: anna.id,
      callerName: '<b>Злой</b> "абонент"',
      legs: [legRecord({ attempts: [{ trunk: 'Демо', status: 200 }] })],
      trace: [
        {
          step: 'ruleTaken',
          atMs: 0,
          ruleId: 'a'.repeat(32),
          ruleName: 'Дома',
          via: 'schedule',
          priority: 0,
        },
      ],
    }),
  )
  await journal.open(record)
  t.same((await anna.get(`/api/calls/${record.id}`)).body, {
    ...JSON.parse(JSON.stringify(record)),
    recording: 'none', messageId: null, note: '', known: null, blocked: false,
  })
  t.equal((await boris.get(`/api/calls/${record.id}`)).status, 404)
  t.equal((await anna.get('/api/calls/1%20OR%201')).status, 404)
})
