/** What a call loads: one statement, whole, in time. */
import t from 'tap'
import { addNumber, deleteNumber, updateNumber } from '../../src/store/numbers.ts'
import { newId } from '../../src/store/ids.ts'
import {
  addRule,
  deleteRule,
  orderRules,
  replaceRule,
  setRuleEnabled,
} from '../../src/store/rules.ts'
import type { RuleDraft } from '../../src/store/rules.ts'
import { loadRuleSet } from '../../src/store/rule-set.ts'
import {
  createSubscriber,
  createSubscriberFinder,
  setDefaultNumber,
  updateSettings,
} from '../../src/store/subscribers.ts'
import { testDatabase } from '../support/database.ts'

const wallMs = Date.UTC(2026, 10, 23, 9)
const anna = {
  name: 'Анна',
  number: '+74990000001',
  login: 'anna',
  passwordHash: 'x',
  balanceKopecks: 9_007_199_254_740_991,
}

function draft(wanted: Partial<RuleDraft> & { readonly targetIds: readonly string[] }): RuleDraft {
  const { targetIds, ...rest } = wanted
  return {
    name: 'Правило',
    enabled: true,
    priority: 0,
    blocks: [],
    mode: 'parallel',
    waitSeconds: 30,
    targets: targetIds.map((targetId) => ({ targetId, ringSeconds: undefined })),
    noAnswer: { action: 'hangUp' },
    ...rest,
  }
}

t.test('a call gets its subscriber with everything', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const find = createSubscriberFinder(database, 2000)
  const id = await createSubscriber(
    db,
    {
      ...anna,
      zone: 'Asia/Omsk',
      settings: { voicemail: true, ringSeconds: 15, busyMattersMore: true },
    },
    wallMs,
  )
  const mobile = await addNumber(
    db,
    id,
    { address: '+79161234567', description: 'Мобильный' },
    wallMs,
  )
  const sip = await addNumber(
    db,
    id,
    { address: 'sip:anna@10.0.0.7:5062', description: 'Настольный' },
    wallMs,
  )
  await setDefaultNumber(db, id, mobile)
  const blocks: RuleDraft['blocks'] = [
    {
      weekdays: [1, 7],
      dates: [{ from: '2026-12-01', to: undefined }],
      hours: [{ from: 1320, to: 360 }],
    },
  ]
  const low = await addRule(db, id, draft({ name: 'Низкое', targetIds: [mobile] }), wallMs)
  const high = await addRule(
    db,
    id,
    draft({
      name: 'Высокое',
      priority: 5,
      mode: 'serial',
      blocks,
      targetIds: [],
      noAnswer: { action: 'rule', ruleId: low.id, ignoreSchedule: true },
      targets: [
        { targetId: sip, ringSeconds: 7 },
        { targetId: mobile, ringSeconds: undefined },
      ],
    }),
    wallMs,
  )

  const found = await find('+74990000001')
  t.match(found, {
    id,
    name: 'Анна',
    number: '+74990000001',
    zone: 'Asia/Omsk',
    status: 'active',
    balanceKopecks: 9_007_199_254_740_991,
    maxCalls: 3,
    settings: {
      voicemail: true,
      voicemailAfterSeconds: 25,
      recordCalls: false,
      cycleLimitSeconds: 60,
      ringSeconds: 15,
      busyMattersMore: true,
      declineIsRefusal: false,
    },
    defaultTarget: { id: mobile, address: '+79161234567', description: 'Мобильный' },
  })
  t.match(
    found?.rules,
    [
      {
        id: high.id,
        name: 'Высокое',
        priority: 5,
        position: 2,
        mode: 'serial',
        blocks: [
          { weekdays: [1, 7], dates: [{ from: '2026-12-01' }], hours: [{ from: 1320, to: 360 }] },
        ],
        targets: [
          { id: sip, address: 'sip:anna@10.0.0.7:5062', ringSeconds: 7 },
          { id: mobile, description: 'Мобильный' },
        ],
        noAnswer: { action: 'rule', ruleId: low.id, ignoreSchedule: true },
      },
      { id: low.id, name: 'Низкое', priority: 0, position: 1, noAnswer: { action: 'hangUp' } },
    ],
    'in winning order',
  )
  t.equal(found?.rules[0]?.targets[1]?.ringSeconds, undefined)
  t.equal(await find('+74990000002'), undefined, 'nobody')
  t.equal(await find("' OR 1=1 --"), undefined)
})

t.test('after every edit the document is what the tables say', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const find = createSubscriberFinder(database, 2000)
  const id = await createSubscriber(db, anna, wallMs)
  let version = -1
  const agrees = async (edit: string) => {
    const found = await find(anna.number)
    const { defaultTarget, rules } = await loadRuleSet(db, id)
    t.same(
      { defaultTarget: found?.defaultTarget, rules: found?.rules },
      JSON.parse(JSON.stringify({ defaultTarget, rules })),
      edit,
    )
    const row = await db
      .selectFrom('subscribers')
      .select('version')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    t.ok(Number(row.version) > version, `${edit}: seen by open windows`)
    version = Number(row.version)
    return rules
  }
  await agrees('new subscriber')
  const [a, b] = [
    await addNumber(db, id, { address: '+79160000001', description: 'a' }, wallMs),
    await addNumber(db, id, { address: '+79160000002', description: 'b' }, wallMs),
  ]
  await agrees('numbers added')
  const first = await addRule(db, id, draft({ targetIds: [a, b] }), wallMs)
  const second = await addRule(
    db,
    id,
    draft({
      targetIds: [b],
      noAnswer: { action: 'rule', ruleId: first.id, ignoreSchedule: false },
    }),
    wallMs,
  )
  t.equal((await agrees('rules added')).length, 2)
  await updateNumber(db, id, a, { address: '+79160000003', description: 'c' }, wallMs)
  t.equal((await agrees('number changed'))[0]?.targets[0]?.address, '+79160000003')
  await setDefaultNumber(db, id, b)
  await agrees('default number')
  await replaceRule(db, id, first.id, 1, draft({ name: 'Новое', targetIds: [b] }))
  await agrees('rule replaced')
  await setRuleEnabled(db, id, second.id, false)
  await agrees('rule switched off')
  await orderRules(db, id, [second.id, first.id])
  await agrees('rules ordered')
  await deleteRule(db, id, first.id)
  t.same((await agrees('rule deleted'))[0]?.noAnswer, { action: 'hangUp' })
  await deleteNumber(db, id, a)
  await agrees('number deleted')
  await updateSettings(db, id, { voicemail: true, ringSeconds: 40 })
  t.match((await find(anna.number))?.settings, {
    voicemail: true,
    ringSeconds: 40,
    cycleLimitSeconds: 60,
  })
  await agrees('settings changed')
})

t.test('a document of another format is not read', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const id = await createSubscriber(db, anna, wallMs)
  const mobile = await addNumber(db, id, { address: '+79160000001', description: '' }, wallMs)
  await addRule(db, id, draft({ name: 'Дома', targetIds: [mobile] }), wallMs)
  const find = createSubscriberFinder(database, 2000)
  for (const text of ['{"format":0,"rules":[]}', null]) {
    await db.updateTable('subscribers').set({ rule_set: text, version: 9 }).execute()
    t.equal((await find(anna.number))?.rules[0]?.name, 'Дома', String(text))
  }
})

t.test('a document that has not changed is sent once', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const sent: (string | null)[] = []
  const find = createSubscriberFinder(
    {
      ...database,
      execute: async <Row>(...args: Parameters<typeof database.execute>) => {
        const rows = await database.execute<Row>(...args)
        sent.push(...rows.map((row) => (row as { rule_set: string | null }).rule_set))
        return rows
      },
    },
    2000,
  )
  const id = await createSubscriber(db, anna, wallMs)
  const mobile = await addNumber(db, id, { address: '+79160000001', description: '' }, wallMs)
  const rule = await addRule(db, id, draft({ name: 'Дома', targetIds: [mobile] }), wallMs)
  const [first, second] = [await find(anna.number), await find(anna.number)]
  t.equal(second?.rules, first?.rules, 'the same rules')
  await db.updateTable('subscribers').set({ balance_kopecks: 5, status: 'suspended' }).execute()
  t.match(
    await find(anna.number),
    { balanceKopecks: 5, status: 'suspended', rules: [{ name: 'Дома' }] },
    'what is no rule is always fresh',
  )
  await setRuleEnabled(db, id, rule.id, false)
  t.equal((await find(anna.number))?.rules[0]?.enabled, false, 'an edit is seen by the next call')
  t.strictSame(
    sent.map((text) => text !== null),
    [true, false, false, true],
  )

  await db.deleteFrom('personal_numbers').execute()
  t.equal(await find(anna.number), undefined)
  const other = await createSubscriber(db, { ...anna, login: 'other' }, wallMs)
  await db
    .updateTable('subscribers')
    .set({
      version: (
        await db
          .selectFrom('subscribers')
          .select('version')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).version as never,
    })
    .where('id', '=', other)
    .execute()
  t.match(
    await find(anna.number),
    { id: other, rules: [] },
    'the number has a new owner, by chance of the same version',
  )
})

t.test('a database that does not answer is given up in time', async (t) => {
  const database = await testDatabase(t)
  const id = await createSubscriber(database.kysely, anna, wallMs)
  const find = createSubscriberFinder(database, 3000)
  await find(anna.number)
  await database.kysely.transaction().execute(async (trx) => {
    await trx.deleteFrom('personal_numbers').where('subscriber_id', '=', id).execute()
    t.ok(await find(anna.number), 'others read the committed state and do not wait')
  })
  const began = performance.now()
  await t.rejects(database.execute('SELECT SLEEP(30)', [], 200), { code: 'DATABASE_TIMEOUT' })
  await Promise.all(Array.from({ length: 10 }, () => find(anna.number)))
  t.ok(performance.now() - began < 25_000, 'and nobody else waits behind it')
  await database.close()
  await t.rejects(find(anna.number))
})

t.test('an edit that meets a deadlock is tried again', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const id = await createSubscriber(db, anna, wallMs)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      addNumber(db, id, { address: `+7916000000${i}`, description: '' }, wallMs),
    ),
  )
  t.equal((await db.selectFrom('numbers').select('id').execute()).length, 20)
})

t.test('login and personal number are taken once', async (t) => {
  const { kysely: db } = await testDatabase(t)
  await createSubscriber(db, anna, wallMs)
  await t.rejects(createSubscriber(db, { ...anna, login: 'other' }, wallMs), {
    code: 'number_taken',
  })
  await t.rejects(
    createSubscriber(db, { ...anna, number: '+74990000009', login: 'ANNA' }, wallMs),
    { code: 'login_taken' },
  )
  t.equal(
    (await db.selectFrom('subscribers').select('id').execute()).length,
    1,
    'nothing half-made',
  )
})

t.test('ids are unique and rise', async (t) => {
  const ids = Array.from({ length: 10_000 }, (_, i) => newId(wallMs + (i >> 12)))
  t.equal(new Set(ids).size, ids.length)
  t.strictSame([...ids].sort(), ids)
  t.match(ids[0], /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/, 'UUIDv7')
  t.equal(Number.parseInt(ids[0]!.slice(0, 12), 16), wallMs)
})
