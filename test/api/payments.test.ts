/**
 * Payments from the form to the balance, over the simulator: each of the three tiles, 50 repeats at
 * once, and every way to get money that nobody paid.
 */
import t from 'tap'
import { signRobokassaResult } from '../../src/pay/robokassa.ts'
import { testApi } from '../support/panel-api.ts'
import { payWorld } from '../support/payments.ts'

// Some thirty payments through sockets: a busy machine takes its time.
t.setTimeout(290_000)

t.test('which systems there are', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  t.match((await anna.get('/api/payments/systems')).body, { systems: [], leastKopecks: 1000 })
  t.match(await anna.post('/api/payments', { system: 'card', kopecks: 10_000, key: 'form-key-x' }),
    { status: 503, body: { code: 'payments_off' } })
  const world = await payWorld(t)
  const boris = await world.subscriber('boris')
  t.match((await boris.get('/api/payments/systems')).body, {
    systems: [
      { id: 'robokassa', available: true, test: true, via: null, why: null },
      { id: 'qiwi', available: true, test: true, via: 'sbp', why: null },
      { id: 'card', available: true, test: true, via: null, why: null },
    ],
    usualKopecks: [10_000, 20_000, 25_000, 30_000, 50_000, 80_000, 100_000],
  })
})

for (const [tile, qiwiClosed, system, answer] of [
  ['robokassa', true, 'robokassa', /^OK\d+$/], ['card', true, 'yookassa', /^\{\}$/],
  ['qiwi', true, 'yookassa', /^\{\}$/], ['qiwi', false, 'qiwi', /^\{"error":"0"\}$/],
] as const) {
  t.test(`${tile}, paid through ${system}`, async (t) => {
    const world = await payWorld(t, { qiwiClosed })
    const anna = await world.subscriber('anna', { balanceKopecks: 380_00 })
    const { order, url } = await world.begin(anna, tile, 250_00)
    t.match((await anna.get(`/api/payments/${order}`)).body,
      { order, system: tile, kopecks: 250_00, state: 'waiting', test: true, paidAt: null, url })
    const [reply] = await world.pay(url)
    t.equal(reply?.status, 200)
    t.match(reply?.body, answer)
    t.equal(await world.balance(anna.id), 630_00)
    t.equal((await anna.get('/api/me')).body.balanceKopecks, 630_00)
    t.match((await anna.get(`/api/payments/${order}`)).body, { state: 'paid', url: null })
    t.match(await world.entries(anna.id), [{ key: new RegExp(`^payment:${system}:`), kopecks: 250_00 }])
    const rows = await world.database.kysely.selectFrom('outbox').select(['kind', 'payload'])
      .where('kind', '=', 'payment').execute()
    t.equal(rows.length, 1, 'a notice goes out with it')
    t.match(JSON.parse(rows[0]!.payload), { amountKopecks: 250_00, balanceKopecks: 630_00 })
  })

  t.test(`${tile} through ${system}: refused, late, lost, again and again`, async (t) => {
    const world = await payWorld(t, { qiwiClosed })
    const anna = await world.subscriber('anna', { balanceKopecks: 0 })
    const refused = await world.begin(anna, tile, 100_00)
    await world.pay(refused.url, { refuse: '1' })
    if (system !== 'robokassa')
      t.match((await anna.get(`/api/payments/${refused.order}`)).body, { state: 'failed' })
    const often = await world.begin(anna, tile, 200_00)
    const replies = await world.pay(often.url, { repeat: '50' })
    t.equal(replies.length, 50)
    t.strictSame(new Set(replies.map(({ status }) => status)), new Set([200]))
    if (system === 'robokassa')
      t.strictSame(new Set(replies.map(({ body }) => body)), new Set([`OK${often.order}`]))
    t.equal(await world.balance(anna.id), 200_00, 'one credit and 50 right answers')
    t.match(await world.verdicts(), { credited: 1, repeated: 49 })
    if (system === 'robokassa') return
    const lost = await world.begin(anna, tile, 300_00)
    await world.pay(lost.url, { lose: 'on' })
    t.equal(await world.balance(anna.id), 200_00)
    await world.poller.look()
    t.equal(await world.balance(anna.id), 200_00, 'it is not asked at once')
    world.clock.wallAheadMs += 16_000
    await world.poller.look()
    t.equal(await world.balance(anna.id), 500_00, 'and found when nobody told of it')
    const sent = world.wire.sent.length
    world.clock.wallAheadMs += 3_600_000
    await world.poller.look()
    t.equal(world.wire.sent.length, sent, 'what is settled is asked about no more')
  })
}

t.test('notices that come in another order than the payments', async (t) => {
  const world = await payWorld(t, { qiwiClosed: false })
  const anna = await world.subscriber('anna', { balanceKopecks: 0 })
  for (const tile of ['robokassa', 'qiwi', 'card']) {
    const first = await world.begin(anna, tile, 100_00)
    const second = await world.begin(anna, tile, 200_00)
    t.strictSame(await world.pay(first.url, { reorder: 'on' }), [])
    await world.pay(second.url)
    for (const { order } of [first, second])
      t.match((await anna.get(`/api/payments/${order}`)).body, { state: 'paid' }, `${tile} ${order}`)
  }
  t.equal(await world.balance(anna.id), 900_00)
  t.strictSame((await world.entries(anna.id)).map(({ kopecks }) => kopecks),
    [200_00, 100_00, 200_00, 100_00, 200_00, 100_00])
})

const forgeries: readonly (readonly [tile: string, forge: string, status: number, verdict: string])[] = [
  ['robokassa', 'signature', 400, 'signature'], ['robokassa', 'amount', 400, 'signature'],
  ['robokassa', 'order', 400, 'signature'], ['robokassa', 'test', 400, 'signature'],
  ['robokassa', 'signedAmount', 400, 'amountDiffers'],
  ['qiwi', 'signature', 403, 'signature'], ['qiwi', 'amount', 403, 'signature'],
  ['qiwi', 'order', 403, 'signature'], ['qiwi', 'signedAmount', 400, 'amountDiffers'],
  ['card', 'status', 200, 'hint'], ['card', 'signedAmount', 200, 'amountDiffers'],
  ['card', 'test', 200, 'testFlagDiffers'],
]

t.test('what is forged or altered credits nothing', async (t) => {
  const world = await payWorld(t, { qiwiClosed: false })
  for (const [tile, forge, status, verdict] of forgeries) {
    const name = `${tile}, ${forge}`
    const anna = await world.subscriber(`${tile}-${forge}`.toLowerCase(), { balanceKopecks: 100_00 })
    const before = await world.verdicts()
    const { order, url } = await world.begin(anna, tile, 500_00)
    const [reply] = await world.pay(url, { forge })
    t.equal(reply?.status, status, name)
    t.equal(await world.balance(anna.id), 100_00, name)
    t.notMatch((await anna.get(`/api/payments/${order}`)).body, { state: 'paid' }, name)
    t.equal((await world.verdicts())[verdict], (before[verdict] ?? 0) + 1, `${name} is kept`)
  }
  const alarms = await world.database.kysely.selectFrom('alarms').select('details')
    .where('kind', '=', 'payment').execute()
  t.strictSame(alarms.map(({ details }) => JSON.parse(details).why).toSorted(),
    ['amountDiffers', 'amountDiffers', 'amountDiffers', 'testFlagDiffers'],
    'what is proved and yet not ours to credit raises an alarm')
})

t.test('notices by hand: another order, another system, nonsense, too much', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna', { balanceKopecks: 0 })
  const { order } = await world.begin(anna, 'robokassa', 100_00)
  const card = await world.begin(anna, 'card', 100_00)
  const shop = world.shops.robokassa!.shop
  const form = (inv: number, account: string, more: Record<string, string> = {}) => {
    const shp = new Map([['Shp_account', account]])
    return new URLSearchParams({
      OutSum: '100.000000', InvId: String(inv), IsTest: '1', Shp_account: account,
      SignatureValue: signRobokassaResult(shop, '100.000000', String(inv), true, shp), ...more,
    })
  }
  const post = async (path: string, body: string | URLSearchParams, headers = {}) => {
    const reply = await fetch(`${world.url}${path}`, { method: 'POST', body, headers })
    return { status: reply.status, text: await reply.text() }
  }
  const result = '/pay/robokassa/result'
  const rows: [string, string, URLSearchParams | string, number][] = [
    ['an order that never was', result, form(999, anna.id), 400],
    ['an order of another system', result, form(card.order, anna.id), 400],
    ['an account of another installation', result, form(order, 'b'.repeat(32)), 400],
    ['a field that comes twice', result, `${form(order, anna.id)}&OutSum=1`, 400],
    ['nothing', result, '', 400],
    ['too much', result, 'x'.repeat(17_000), 413],
    ['QIWI: no JSON', '/pay/qiwi/notice', '{', 400],
    ['ЮKassa: no JSON', '/pay/yookassa/webhook', '{', 400],
    ['ЮKassa: an id that is none', '/pay/yookassa/webhook',
      '{"type":"notification","object":{"id":"../x"}}', 400],
    ['ЮKassa: a payment that never was', '/pay/yookassa/webhook',
      '{"type":"notification","event":"payment.succeeded","object":{"id":"none"}}', 200],
    ['ЮKassa: a refund', '/pay/yookassa/webhook',
      '{"type":"notification","event":"refund.succeeded","object":{"id":"r"}}', 200],
  ]
  for (const [name, path, body, status] of rows) t.equal((await post(path, body)).status, status, name)
  t.equal(await world.balance(anna.id), 0)
  t.strictSame(await post(result, form(order, anna.id)), { status: 200, text: `OK${order}` })
  t.strictSame(await post(result, form(order, anna.id)), { status: 200, text: `OK${order}` },
    'a replay is answered, and credits nothing')
  t.equal(await world.balance(anna.id), 100_00)
  const [kept] = await world.database.kysely.selectFrom('payment_notices').selectAll()
    .where('verdict', '=', 'credited').execute()
  t.equal(kept?.body, form(order, anna.id).toString(), 'word for word')
  t.match(kept?.address, /127\.0\.0\.1/)
})

t.test('a webhook from elsewhere is refused before anything is asked', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna')
  const { url } = await world.begin(anna, 'card', 100_00)
  const id = url.split('/').at(-1)
  const sent = world.wire.sent.length
  const reply = await world.app.request('/pay/yookassa/webhook', {
    method: 'POST', body: JSON.stringify({ type: 'notification', object: { id } }),
  }, { incoming: { socket: { remoteAddress: '203.0.113.9' } } })
  t.equal(reply.status, 403)
  t.equal(world.wire.sent.length, sent)
})

t.test('strangers cannot fill the disk with nonsense', async (t) => {
  const world = await payWorld(t)
  for (let i = 0; i < 70; i++)
    await fetch(`${world.url}/pay/robokassa/result`, { method: 'POST', body: `InvId=${i}` })
  t.ok(((await world.verdicts())['signature'] ?? 0) <= 60 * 2, 'at most sixty a minute are kept')
})

t.test('the form: limits, sent twice, somebody else’s', async (t) => {
  const world = await payWorld(t)
  const [anna, boris] = [await world.subscriber('anna'), await world.subscriber('boris')]
  const form = { system: 'card', kopecks: 100_00, key: 'the-same-form' }
  const [first, second] = await Promise.all([
    anna.post('/api/payments', form), anna.post('/api/payments', form),
  ])
  t.equal(first.status, 201)
  t.strictSame(first.body, second.body, 'one payment')
  t.match(await anna.post('/api/payments', { ...form, kopecks: 100_01 }),
    { status: 409, body: { code: 'form_reused' } })
  t.match(await boris.post('/api/payments', form), { status: 201 }, 'another’s key is another form')
  t.match(await boris.get(`/api/payments/${first.body.order}`), { status: 404 })
  for (const number of ['0', 'x', '99999999999', '1e3'])
    t.equal((await anna.get(`/api/payments/${number}`)).status, 404, number)
  for (const wrong of [{ kopecks: 999 }, { kopecks: 15_000_01 }, { kopecks: 100.5 },
    { system: 'cash' }, { key: 'short' }])
    t.match(await anna.post('/api/payments', { ...form, ...wrong }),
      { status: 400, body: { code: 'invalid', field: Object.keys(wrong)[0] } }, JSON.stringify(wrong))
  for (let i = 0; i < 29; i++) await world.begin(anna, 'robokassa', 100_00)
  t.match(await anna.post('/api/payments', { ...form, key: 'one-too-many' }),
    { status: 429, body: { code: 'too_many_payments' } })
})

t.test('a payment system that does not answer', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna', { balanceKopecks: 0 })
  const form = { system: 'card', kopecks: 100_00, key: 'form-of-a-bad-day' }
  world.wire.instead = async () => { throw new Error('no answer') }
  t.match(await anna.post('/api/payments', form), { status: 503, body: { code: 'payments_unavailable' } })
  world.wire.instead = async () => ({ status: 500, body: {} })
  t.match(await anna.post('/api/payments', form), { status: 503 })
  world.wire.instead = undefined
  const { body, status } = await anna.post('/api/payments', form)
  t.equal(status, 201, 'the same form may be sent again')
  world.wire.instead = async () => { throw new Error('no answer') }
  const [told] = await world.pay(body.url)
  t.equal(told?.status, 503, 'a webhook that cannot be verified comes again')
  t.equal(await world.balance(anna.id), 0)
  world.wire.instead = undefined
  world.clock.wallAheadMs += 60_000
  await world.poller.look()
  t.equal(await world.balance(anna.id), 100_00)
})

t.test('a system that is away when a payment ends is asked until it has said what became of it', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna', { balanceKopecks: 0 })
  const { url } = await world.begin(anna, 'card', 100_00)
  await world.pay(url, { lose: 'on' })
  world.clock.wallAheadMs += 24 * 3_600_000 + 1000
  world.wire.instead = async () => { throw new Error('no answer') }
  await world.poller.look()
  world.wire.instead = undefined
  world.clock.wallAheadMs += 16_000
  await world.poller.look()
  t.equal(await world.balance(anna.id), 100_00)
  const sent = world.wire.sent.length
  world.clock.wallAheadMs += 3_600_000
  await world.poller.look()
  t.equal(world.wire.sent.length, sent, 'once')
})

t.test('a payment that comes after its end counts; nothing comes of the others', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna', { balanceKopecks: 0 })
  const late = await world.begin(anna, 'card', 100_00)
  const never = await world.begin(anna, 'robokassa', 100_00)
  world.clock.wallAheadMs += 24 * 3_600_000 + 1000
  await world.poller.look()
  await world.poller.look()
  const state = async ({ order }: { order: number }) => {
    const row = await world.database.kysely.selectFrom('payment_orders').select(['state', 'next_check_at'])
      .where('number', '=', String(order)).executeTakeFirstOrThrow()
    return [row.state, row.next_check_at]
  }
  t.strictSame(await state(late), ['expired', null])
  t.strictSame(await state(never), ['expired', null])
  await world.pay(late.url)
  t.strictSame(await state(late), ['paid', null])
  t.equal(await world.balance(anna.id), 100_00)
})

t.test('Robokassa sends browsers back to the page of the order, and nowhere else', async (t) => {
  const world = await payWorld(t)
  const back = async (method: string, order: string) => {
    const query = new URLSearchParams({ InvId: order })
    const path = `/pay/robokassa/return${method === 'GET' ? `?${query}` : ''}`
    const reply = await world.app.request(path, { method, ...(method === 'GET' ? {} : { body: query.toString() }) })
    return [reply.status, reply.headers.get('location')]
  }
  for (const method of ['GET', 'POST']) {
    t.strictSame(await back(method, '1001'), [303, '/balance?order=1001'])
    t.strictSame(await back(method, '//evil.example'), [303, '/balance'])
  }
})

t.test('open panels hear of it', async (t) => {
  const world = await payWorld(t)
  const anna = await world.subscriber('anna')
  const events = await fetch(`${world.url}/api/events`, { headers: { cookie: anna.cookie() } })
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader()
  const heard = (async () => {
    for (let text = ''; ;) {
      const { value, done } = await reader.read()
      text += value ?? ''
      if (done || text.includes('event: balance')) return text
    }
  })()
  let done = false
  void heard.then(() => { done = true })
  // What happened before the first look at the marks is nothing new: more than one may be needed.
  for (let i = 0; i < 25 && !done; i++) {
    const { url } = await world.begin(anna, 'robokassa', 100_00)
    await world.pay(url)
  }
  t.match(await heard, /event: balance/)
  await reader.cancel()
})
