/** «Мои номера» over HTTP: what is taken, what is refused and why, and whose numbers one sees. */
import t from 'tap'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { testApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

t.test('a number is added as people write it, changed and deleted', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  t.strictSame((await anna.get('/api/numbers')).body, [], 'nothing at first')

  const added = await anna.post('/api/numbers', {
    address: '8 (916) 123-45-67',
    description: '  Мобильный ',
  })
  t.equal(added.status, 201)
  t.match(added.body, {
    address: '+79161234567',
    description: 'Мобильный',
    usedBy: [],
    isDefault: false,
    repeated: false,
  })

  const changed = await anna.put(`/api/numbers/${added.body.id}`, {
    address: '+7 701 123-45-67',
    description: 'казахская симка',
  })
  t.equal(changed.status, 200)
  t.match(changed.body, {
    id: added.body.id,
    address: '+77011234567',
    description: 'казахская симка',
  })

  t.equal((await anna.delete(`/api/numbers/${added.body.id}`)).status, 200)
  t.strictSame((await anna.get('/api/numbers')).body, [])
  t.equal((await anna.delete(`/api/numbers/${added.body.id}`)).status, 404, 'twice is too often')
})

t.test('numbers that cannot be rung are refused with the reason', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna', { number: '+74996740782' })
  const cases = [
    { address: 'позвони мне', code: 'bad_number', why: 'letters' },
    { address: 'абв', code: 'bad_number', why: 'letters' },
    { address: '8 916 abc', code: 'bad_number', why: 'letters' },
    { address: '12', code: 'refused_number', why: 'short' },
    { address: '112', code: 'refused_number', why: 'emergency' },
    { address: '+7 809 123-45-67', code: 'refused_number', why: 'premium' },
    { address: '+8816 1234 5678', code: 'refused_number', why: 'satellite' },
    { address: '8 499 674-07-82', code: 'refused_number', why: 'own' },
  ]
  for (const { address, code, why } of cases) {
    const reply = await anna.post('/api/numbers', { address, description: '' })
    t.equal(reply.status, 422, address)
    t.match(reply.body, { code, field: 'address', details: { why } }, address)
    t.match(reply.body.message, /[а-я]{3}/, 'and in words')
  }
  for (const body of [
    { address: '', description: '' },
    { address: '+79161234567' },
    { address: 7, description: '' },
    { address: '+79161234567', description: 'x'.repeat(121) },
    { address: '+79161234567', description: 'a\u0000b' },
    { address: '+79161234567', description: 'a\u202eb' },
  ]) {
    const reply = await anna.post('/api/numbers', body)
    t.equal(reply.status, 400)
    t.equal(reply.body.code, 'invalid')
    t.match(reply.body.field, /^(address|description)$/)
  }
})

t.test('the same address twice is allowed and marked (R-16)', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  for (const description of ['Офис', 'По субботам'])
    await anna.post('/api/numbers', { address: '+74951234567', description })
  await anna.post('/api/numbers', { address: '+74951234568', description: 'Дом' })
  const { body } = await anna.get('/api/numbers')
  t.strictSame(
    body.map((number: { repeated: boolean }) => number.repeated),
    [true, true, false],
  )
  t.strictSame(
    body.map((number: { description: string }) => number.description),
    ['Офис', 'По субботам', 'Дом'],
    'oldest first',
  )
})

t.test('a number that rules use, or the default one, stays', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const { body: number } = await anna.post('/api/numbers', {
    address: '+79161234567',
    description: '',
  })
  const { body: rule } = await anna.post(
    '/api/rules',
    ruleBody({ name: 'Дома', targetIds: [number.id] }),
  )
  await anna.post('/api/rules', ruleBody({ name: 'На даче', targetIds: [number.id] }))

  const used = await anna.delete(`/api/numbers/${number.id}`)
  t.equal(used.status, 409)
  t.match(used.body, { code: 'number_in_use', details: { rules: 'Дома, На даче', count: 2 } })
  t.strictSame((await anna.get('/api/numbers')).body[0].usedBy, ['Дома', 'На даче'])

  for (const { id } of (await anna.get('/api/rules')).body) await anna.delete(`/api/rules/${id}`)
  t.ok(rule.id)
  t.equal((await anna.put('/api/settings/default-number', { targetId: number.id })).status, 200)
  t.equal((await anna.get('/api/me')).body.defaultTargetId, number.id)
  t.match((await anna.delete(`/api/numbers/${number.id}`)).body, { code: 'number_is_default' })
  t.equal((await anna.put('/api/settings/default-number', { targetId: null })).status, 200)
  t.equal((await anna.delete(`/api/numbers/${number.id}`)).status, 200)
})

t.test('fifty numbers are the limit, also when the last two come at once', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  for (let i = 0; i < 49; i++)
    await anna.post('/api/numbers', { address: `+7495${1000000 + i}`, description: '' })
  const last = await Promise.all(
    [1, 2, 3].map((i) =>
      anna.post('/api/numbers', { address: `+7812123450${i}`, description: '' }),
    ),
  )
  t.strictSame(last.map((reply) => reply.status).sort(), [201, 409, 409])
  t.match(last.find((reply) => reply.status === 409)?.body, {
    code: 'limit',
    details: { limit: 50 },
  })
})

t.test("another subscriber's numbers do not exist", async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  const boris = await subscriber('boris')
  const { body: number } = await anna.post('/api/numbers', {
    address: '+79161234567',
    description: 'мой',
  })
  const path = `/api/numbers/${number.id}`
  t.equal((await boris.put(path, { address: '+79160000000', description: '' })).status, 404)
  t.equal((await boris.delete(path)).status, 404)
  t.equal(
    (await boris.put('/api/settings/default-number', { targetId: number.id })).body.code,
    'unknown_number',
  )
  t.strictSame((await boris.get('/api/numbers')).body, [])
  t.equal((await anna.get('/api/numbers')).body[0].address, '+79161234567', 'untouched')
})

t.test('each number tells what a minute to it costs, by the tariff of today', async (t) => {
  const { subscriber, database, clock } = await testApi(t)
  const anna = await subscriber('anna')
  for (const address of ['+79161234567', '+74951234567', 'sip:anna@example.ru'])
    t.equal((await anna.post('/api/numbers', { address, description: '' })).status, 201)
  const db = database.kysely
  const prices = async () =>
    (await anna.get('/api/numbers')).body.map((number: { price?: unknown }) => number.price)
  const assign = async (rates: typeof demoTariff.rates) => {
    const includedPrefixes = rates.map(({ prefix }) => prefix).filter((each) => each !== '')
    const id = await addTariff(db, { ...demoTariff, rates, includedPrefixes }, clock.wallMs())
    await assignTariff(db, anna.id, id, clock.wallMs())
  }
  t.strictSame(await prices(), [undefined, undefined, undefined], 'without a tariff nothing is said')
  await assign(demoTariff.rates)
  const free = { kopecksPerMinute: 0, connectionKopecks: 0, name: '', included: false }
  t.strictSame(await prices(), [
    { kopecksPerMinute: 190, connectionKopecks: 0, name: 'Россия, мобильные', included: true },
    { kopecksPerMinute: 90, connectionKopecks: 0, name: 'Москва', included: true },
    free,
  ])
  clock.wallAheadMs += 1000
  await assign(demoTariff.rates.filter(({ prefix }) => prefix === '7495'))
  t.match(await prices(), [null, { name: 'Москва' }, free], 'no rate, no price')
})
