/**
 * The manager's desk, the trade: tariffs and versions of them, trunks and their state, payments,
 * refunds, corrections that need two, the check of all balances.
 */
import t from 'tap'
import { CallJournal } from '../../src/store/call-journal.ts'
import { copyDirectory } from '../../src/store/directory-copy.ts'
import { createErrandBoard } from '../../src/store/errands.ts'
import { tariffIdAt } from '../../src/store/tariffs.ts'
import { listTrunks } from '../../src/store/trunks.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { asDesk, deskWorld } from '../support/desk.ts'
import { codeFor } from '../support/letters.ts'
import { payWorld } from '../support/payments.ts'

t.setTimeout(290_000)
const dayMs = 86_400_000

const rate = { prefix: '79', name: 'Россия, мобильные', kopecksPerMinute: 190, connectionKopecks: 0,
  firstStepSeconds: 60, nextStepSeconds: 1 }
const everywhere = { ...rate, prefix: '', name: 'Остальные', kopecksPerMinute: 3500, nextStepSeconds: 60 }
const draft = {
  key: 'tariff-form-1', name: 'Личный', monthlyKopecks: 150_00, includedSeconds: 6000, includedPrefixes: ['79'],
  freeAnswerSeconds: 3, validFrom: null, validTo: null, rates: [rate, everywhere],
}

t.test('tariffs', async (t) => {
  const world = await deskWorld(t)
  const { kysely: db } = world.database
  const olga = await world.manager('olga')
  const anna = await world.subscriber('anna')
  const boris = await world.subscriber('boris')
  const give = (id: string, tariffId: string) =>
    olga.post(`/api/desk/subscribers/${id}/tariff`, { tariffId, since: null })
  const [one, same] = await Promise.all([olga.post('/api/desk/tariffs', draft), olga.post('/api/desk/tariffs', draft)])
  t.equal(one.status, 201)
  t.equal(one.body.id, same.body.id, 'the same form is one tariff')
  const { id } = one.body
  t.match(one.body, {
    version: 0, name: 'Личный', subscribers: 0, replaces: null, includedPrefixes: ['79'],
    referralBonusKopecks: Number, rates: [everywhere, rate],
  })
  t.match(await olga.post('/api/desk/tariffs', { ...draft, monthlyKopecks: 1 }),
    { status: 409, body: { code: 'form_reused' } })
  await give(anna.id, id)
  await give(boris.id, id)

  await t.test('what is wrong with a tariff', async (t) => {
    for (const [name, change, status, facts] of [
      ['a prefix twice', { rates: [rate, rate] }, 422, { code: 'bad_tariff', field: 'rates.1.prefix' }],
      ['included minutes without a price', { includedPrefixes: ['7'] }, 422, { code: 'bad_tariff' }],
      ['an end before its beginning', { validFrom: 2000, validTo: 1000 }, 422, { code: 'bad_tariff', field: 'validToMs' }],
      ['no prices', { rates: [] }, 400, { field: 'rates' }],
      ['a fraction of a kopeck', { monthlyKopecks: 1.5 }, 400, { field: 'monthlyKopecks' }],
      ['a step of nothing', { rates: [{ ...rate, nextStepSeconds: 0 }] }, 400, { field: 'rates.0.nextStepSeconds' }],
    ] as const)
      t.match(await olga.post('/api/desk/tariffs', { ...draft, key: 'another-key', ...change }), { status, body: facts }, name)
  })

  await t.test('what is no price is edited', async (t) => {
    const change = { version: 0, name: 'Личный 2026', validTo: null, referralBonusKopecks: 200_00 }
    t.match((await olga.put(`/api/desk/tariffs/${id}`, change)).body,
      { name: 'Личный 2026', version: 1, referralBonusKopecks: 200_00, subscribers: 2 })
    t.match(await olga.put(`/api/desk/tariffs/${id}`, change),
      { status: 409, body: { code: 'tariff_changed', details: { version: 1 } } })
    t.equal((await anna.get('/api/me')).body.tariff, 'Личный 2026', 'who has it sees the new name')
  })

  await t.test('another price is another tariff from then on', async (t) => {
    const validFrom = Date.now() + 10 * dayMs
    const next = {
      ...draft, key: 'tariff-form-2', name: 'Личный 2027', validFrom, rates: [{ ...rate, kopecksPerMinute: 250 }, everywhere],
      replaces: { id, version: 1, moveSubscribers: true },
    }
    t.match(await olga.post('/api/desk/tariffs', { ...next, key: 'tariff-form-3', replaces: { ...next.replaces, version: 0 } }),
      { status: 409, body: { code: 'tariff_changed' } })
    const { body: made, status } = await olga.post('/api/desk/tariffs', next)
    t.equal(status, 201)
    t.match(made, { replaces: id, validFrom, referralBonusKopecks: 200_00, subscribers: 0 })
    t.match((await olga.get(`/api/desk/tariffs/${id}`)).body,
      { validTo: validFrom, subscribers: 2, rates: [everywhere, { kopecksPerMinute: 190 }] }, 'the old price stays what it was')
    for (const who of [anna, boris]) {
      t.equal(await tariffIdAt(db, who.id, validFrom - 1), id)
      t.equal(await tariffIdAt(db, who.id, validFrom), made.id)
    }
    await olga.post('/api/desk/tariffs', next)
    const { tariffs } = (await olga.get('/api/desk/tariffs')).body
    t.match(tariffs, [{ name: 'Личный 2026', rates: 2, subscribers: 2 }, { name: 'Личный 2027', rates: 2, subscribers: 0 }])
    t.equal(tariffs.length, 2)
  })

  await t.test('a version that begins at once, for those who come', async (t) => {
    const { version } = (await olga.get(`/api/desk/tariffs/${id}`)).body
    const { body } = await olga.post('/api/desk/tariffs', {
      ...draft, key: 'tariff-form-4', name: 'Сразу', replaces: { id, version, moveSubscribers: false },
    })
    t.match(await olga.get(`/api/desk/tariffs/${id}`), { body: { validTo: body.validFrom, subscribers: 2 } })
    t.equal(await tariffIdAt(db, anna.id, Date.now()), id, 'nobody was moved')
    t.match(await give(anna.id, id), { status: 422, body: { code: 'tariff_not_valid' } }, 'and nobody gets it any more')
  })

  await t.test('prices as a file, and what a call costs', async (t) => {
    const csv = await olga.get(`/api/desk/tariffs/${id}/rates.csv`)
    t.match(csv.headers.get('content-disposition'), 'rates.csv')
    const read = await olga.post('/api/desk/tariffs/rates', { csv: `${csv.body}7;Россия;1,70\nплохо`, tariffId: id })
    t.match(read.body, { added: 1, changed: 0, removed: 0, same: 2, faults: [{ line: 5, why: 'columns' }] })
    const many = Array.from({ length: 5000 }, (_, i) => `${10_000 + i};Направление ${i};1,5;0;60+60`).join('\n')
    t.match((await olga.post('/api/desk/tariffs/rates', { csv: many, tariffId: null })).body, { added: 5000, faults: [] })
    const { rates } = (await olga.post('/api/desk/tariffs/rates', { csv: many, tariffId: null })).body
    const big = await olga.post('/api/desk/tariffs', { ...draft, key: 'tariff-big', includedPrefixes: [], rates })
    t.equal(big.body.rates.length, 5000, 'five thousand prices are one form')
    for (const [number, seconds, want] of [
      ['8 916 123-45-67', 61, { number: '+79161234567', rate, included: true, chargedSeconds: 61, kopecks: 194 }],
      ['+30 210 1234567', 61, { rate: everywhere, included: false, chargedSeconds: 120, kopecks: 7000 }],
      ['+79161234567', 3, { chargedSeconds: 0, kopecks: 0 }],
      ['sip:anna@example.org', 60, { rate: null, kopecks: 0 }],
    ] as const)
      t.match((await olga.get(`/api/desk/tariffs/${id}/price?number=${encodeURIComponent(number)}&seconds=${seconds}`)).body,
        want, number)
    t.match(await olga.get(`/api/desk/tariffs/${id}/price?number=x`), { status: 400, body: { code: 'bad_number' } })
  })
  t.strictSame(new Set((await world.audit()).filter((line) => line.includes('tariff'))), new Set([
    'olga tariff.add', 'olga subscriber.tariff', 'olga tariff.change', 'olga tariff.version',
  ]))
})

const trunk = {
  name: 'Оператор', enabled: true, inboundNets: ['203.0.113.0/24', '2001:db8::/32'], host: 'sip.example.org', port: 5060,
  transport: 'udp', user: 'pn', password: 'очень секретно', numberFormat: 'e164plus', identity: 'caller',
  assertIdentity: true, diversion: 'none', order: 1, capacity: 30, provisionalSeconds: 4, earlyMedia: false,
}

t.test('trunks', async (t) => {
  let mediaWorks = true
  const world = await deskWorld(t, { media: { folder: '/nowhere', available: () => mediaWorks } })
  const { kysely: db } = world.database
  const olga = await world.manager('olga')
  const made = await olga.post('/api/desk/trunks', { ...trunk, key: 'trunk-form-1' })
  const { password: _, ...shown } = trunk
  t.match(made, { status: 201, body: { ...shown, version: 0, hasPassword: true } })
  t.notMatch(JSON.stringify(made.body), /секретно/)
  const { id } = made.body
  t.equal((await olga.post('/api/desk/trunks', { ...trunk, key: 'trunk-form-1' })).body.id, id)
  t.match(await olga.post('/api/desk/trunks', { ...trunk, key: 'trunk-form-2' }),
    { status: 409, body: { code: 'trunk_taken', field: 'name' } })

  await t.test('edits reach the processes, the password only when it is given', async (t) => {
    const copy = await copyDirectory(db, world.clock, silentLog)
    t.teardown(copy.stop)
    t.match(copy.trunks(), [{ host: 'sip.example.org', credentials: { password: 'очень секретно' } }])
    const change = { ...shown, version: 0, capacity: null }
    t.match(await olga.put(`/api/desk/trunks/${id}`, { ...change, host: '198.51.100.7' }),
      { status: 422, body: { code: 'trunk_password', field: 'password' } }, 'another host is not handed the password')
    t.match((await olga.put(`/api/desk/trunks/${id}`, change)).body, { version: 1, capacity: null, hasPassword: true })
    await copy.refresh()
    t.match(copy.trunks(), [{ host: 'sip.example.org', credentials: { user: 'pn', password: 'очень секретно' } }])
    t.match(await olga.put(`/api/desk/trunks/${id}`, change), { status: 409, body: { code: 'trunk_changed', details: { version: 1 } } })
    for (const net of ['203.0.113.0/33', 'example.org', '1.2.3.4,5.6.7.8'])
      t.match(await olga.put(`/api/desk/trunks/${id}`, { ...change, version: 1, inboundNets: [net] }),
        { status: 422, body: { code: 'bad_net', field: 'inboundNets', details: { net } } })
    t.match((await olga.post(`/api/desk/trunks/${id}/enabled`, { version: 1, enabled: false })).body, { enabled: false, version: 2 })
    await copy.refresh()
    t.strictSame(copy.trunks(), [])
    t.match((await olga.put(`/api/desk/trunks/${id}`, { ...change, version: 2, user: '', enabled: true })).body,
      { user: '', hasPassword: false, version: 3 })
    t.equal((await listTrunks(db))[0]!.credentials, undefined)
    const logged = await db.selectFrom('audit_log').select('details').execute()
    t.notMatch(JSON.stringify(logged), /секретно/, 'the log has no passwords')
    t.strictSame((await world.audit()).slice(-3), ['olga trunk.change', 'olga trunk.disable', 'olga trunk.change'])
  })

  await t.test('how it does', async (t) => {
    const journal = new CallJournal({
      database: world.database, clock: world.clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
    })
    t.teardown(() => journal.stop(1000))
    const startedAt = Date.now() - 120_000
    const leg = (...statuses: number[]) => legRecord({
      attempts: statuses.map((status) => ({ trunk: 'Оператор', status })), endMs: 5000, outcome: 'failed',
    })
    const call = (legs: ReturnType<typeof legRecord>[], more = {}) =>
      callRecord({ startedAt, trunkId: id, legs, ...more })
    await journal.open(endedCall(call([leg(200)])))
    await journal.open(endedCall(call([leg(503), leg(486)])))
    await journal.open(endedCall(call([leg(0)], { startedAt: startedAt + 1000 })))
    await journal.open(endedCall(call([leg(503)], { startedAt: startedAt - 3_600_000 })))
    await journal.open(endedCall(call([legRecord({ attempts: [{ trunk: 'Другой', status: 200 }], endMs: 1 })], { trunkId: 'd'.repeat(32) })))
    await journal.open(call([legRecord({ attempts: [{ trunk: 'Оператор', status: 180 }] })]))
    t.match((await olga.get('/api/desk/trunks')).body.trunks[0].state, {
      callsIn: 1, legsOut: 1, hour: { legs: 5, answered: 1, failed: 2 },
      lastAnswerAt: startedAt + 5000, lastFailure: { at: startedAt + 6000, status: 0 },
    })
  })

  await t.test('a call to try it', async (t) => {
    const post = (number: string) => olga.post(`/api/desk/trunks/${id}/test-call`, { number })
    for (const [number, status, code] of [
      ['112', 400, 'bad_number'], ['+1900555123456', 422, 'refused_number'], ['sip:anna@example.org', 422, 'refused_number'],
    ] as const)
      t.match(await post(number), { status, body: { code, field: 'number' } }, number)
    mediaWorks = false
    t.match(await post('+79161234567'), { status: 503, body: { code: 'media_unavailable' } })
    mediaWorks = true
    const begun = await post('8 916 123-45-67')
    t.match(begun, { status: 202, body: { trunkId: id, number: '+79161234567', state: 'open', status: 0, ringMs: null } })
    t.match(await post('+79161234567'), { status: 409, body: { code: 'errand_running' } })
    const board = createErrandBoard(db, world.clock, 'a'.repeat(32))
    t.match(await board.take(), { kind: 'trunkTest', address: '+79161234567', trunkId: id, number: '' })
    await board.finish(begun.body.id, 'noAnswer', { status: 486, ringMs: 1200, answerMs: undefined })
    t.match((await olga.get(`/api/desk/trunks/test-calls/${begun.body.id}`)).body,
      { state: 'noAnswer', status: 486, ringMs: 1200, answerMs: null })
    t.equal((await olga.get(`/api/desk/trunks/test-calls/${'e'.repeat(32)}`)).status, 404)
    await olga.post(`/api/desk/trunks/${id}/enabled`, { version: 3, enabled: false })
    t.match(await post('+79161234567'), { status: 409, body: { code: 'trunk_off' } })
  })
})

t.test('payments, refunds, corrections', async (t) => {
  const world = asDesk(await payWorld(t))
  const [olga, pavel] = [await world.manager('olga'), await world.manager('pavel')]
  const anna = await world.subscriber('anna', { name: 'Анна', balanceKopecks: 0 })
  const boris = await world.subscriber('boris', { name: 'Борис', balanceKopecks: 0 })
  const card = await world.begin(anna, 'card', 500_00)
  await world.pay(card.url)
  const robokassa = await world.begin(boris, 'robokassa', 100_00)
  await world.pay(robokassa.url, { forge: 'signature' })
  const open = await world.begin(boris, 'card', 200_00)

  await t.test('finding payments', async (t) => {
    const list = async (query: string) => {
      const { body } = await olga.get(`/api/desk/payments?${query}`)
      return (body.payments as { number: number }[]).map(({ number }) => number)
    }
    const cases: readonly (readonly [query: string, orders: readonly number[]])[] = [
      ['', [open.order, robokassa.order, card.order]], ['state=paid', [card.order]],
      ['system=robokassa', [robokassa.order]], ['q=бор', [open.order, robokassa.order]],
      [`q=${card.order}`, [card.order]], [`subscriber=${anna.id}`, [card.order]],
      [`from=${Date.now() + 60_000}`, []], [`to=${Date.now() + 60_000}&limit=1`, [open.order]],
      [`limit=2&before=${open.order}`, [robokassa.order, card.order]],
      [`q=${card.url.split('/').at(-1)}`, [card.order]],
    ]
    for (const [query, orders] of cases) t.strictSame(await list(query), orders, query)
  })

  await t.test('one payment, word for word', async (t) => {
    const { body } = await olga.get(`/api/desk/payments/${card.order}`)
    t.match(body, {
      subscriber: { id: anna.id, name: 'Анна' }, state: 'paid', system: 'yookassa', tile: 'card', test: true,
      refundableKopecks: 500_00, refunds: [], notices: [{ verdict: 'credited', body: /payment\.succeeded/ }],
    })
    t.equal((await olga.get('/api/desk/payments/999')).status, 404)
    t.equal((await olga.get('/api/desk/payments/x')).status, 404)
    t.strictSame(await world.audit(), ['olga payment.look'])
  })

  await t.test('a refund, sent twice', async (t) => {
    const form = { key: 'refund-form-1', kopecks: 200_00, reason: 'По просьбе абонента' }
    const path = `/api/desk/payments/${card.order}/refund`
    const [one, two] = await Promise.all([olga.post(path, form), olga.post(path, form)])
    t.strictSame([one.status, two.status], [200, 200])
    t.match((await olga.get(`/api/desk/payments/${card.order}`)).body, {
      refundedKopecks: 200_00, refundableKopecks: 300_00,
      refunds: [{ kopecks: 200_00, reason: form.reason, manager: 'olga', state: 'done' }],
    })
    t.equal(await world.balance(anna.id), 300_00)
    t.match(await olga.post(path, { ...form, key: 'refund-form-2', kopecks: 400_00 }),
      { status: 409, body: { code: 'not_refundable' } })
    t.match(await olga.post(`/api/desk/payments/${open.order}/refund`, { ...form, key: 'refund-form-3' }),
      { status: 409, body: { code: 'not_refundable' } })
    t.strictSame((await world.audit()).filter((line) => line.includes('refund')), ['olga payment.refund'])
  })

  await t.test('corrections: alone up to the limit, beyond it by two', async (t) => {
    const path = `/api/desk/subscribers/${anna.id}/corrections`
    const small = { key: 'correction-1', kopecks: -50_00, reason: 'Ошибочный бонус' }
    const made = await Promise.all([olga.post(path, small), olga.post(path, small), olga.post(path, small)])
    t.strictSame(new Set(made.map(({ status, body }) => `${status} ${body.state} ${body.id}`)).size, 1)
    t.equal(await world.balance(anna.id), 250_00)
    t.match(await world.entries(anna.id, 'correction'), [{ key: `correction:${made[0].body.id}`, kopecks: -50_00 }])
    t.match(await olga.post(path, { ...small, kopecks: -60_00 }), { status: 409, body: { code: 'form_reused' } })
    t.equal((await olga.post(path, { ...small, key: 'correction-0', kopecks: 0 })).status, 400)
    t.equal((await olga.post(path, { ...small, key: 'correction-0', reason: ' ' })).status, 400)
    const ask = async (key: string) => (await olga.post(path, { key, kopecks: 5000_01, reason: 'Компенсация' })).body
    const [big, other] = [await ask('correction-2'), await ask('correction-3')]
    t.match(big, { state: 'waiting', createdBy: 'olga', decidedBy: '' })
    t.equal(await world.balance(anna.id), 250_00, 'it waits')
    t.match((await pavel.get('/api/desk/corrections?state=waiting')).body,
      { limitKopecks: 5000_00, corrections: [{ id: other.id }, { id: big.id, subscriber: { name: 'Анна' } }], next: null })
    t.equal((await pavel.get('/api/desk/home')).body.counts.corrections, 2)
    t.match(await olga.post(`/api/desk/corrections/${big.id}/confirm`), { status: 409, body: { code: 'same_manager' } })
    const both = await Promise.all([1, 2, 3].map(() => pavel.post(`/api/desk/corrections/${big.id}/confirm`)))
    t.strictSame(both.map(({ status }) => status).toSorted(), [200, 409, 409], 'one decision')
    t.match((await pavel.get('/api/desk/corrections?state=done')).body.corrections,
      [{ id: big.id, decidedBy: 'pavel', state: 'done' }, { state: 'done', decidedBy: '' }])
    t.equal(await world.balance(anna.id), 5250_01)
    t.match((await olga.post(`/api/desk/corrections/${other.id}/refuse`)).body, { state: 'refused' }, 'he may take it back')
    t.match(await pavel.post(`/api/desk/corrections/${other.id}/confirm`), { status: 409, body: { code: 'correction_decided' } })
    t.equal(await world.balance(anna.id), 5250_01)
    t.match((await anna.get('/api/charges')).body.lines.at(-1), { kind: 'correction', text: 'Компенсация', kopecks: 5000_01 })
    const parts = []
    for (const [at, kopecks] of [2000_00, -2000_00, 900_00, 100_00].entries())
      parts.push((await olga.post(path, { key: `correction-of-part-${at}`, kopecks, reason: 'По частям' })).body.state)
    t.strictSame(parts, ['done', 'done', 'done', 'waiting'], 'a large one in parts is a large one')
    t.match((await pavel.post(path, { key: 'correction-of-another', kopecks: 100_00, reason: 'Другой менеджер' })).body, { state: 'done' })
  })

  await t.test('a manager with a second factor gives a code before he moves money', async (t) => {
    const vera = await world.manager('vera')
    const begun = await vera.post('/api/second-factor', { password: 'vera' })
    await vera.post('/api/second-factor/confirm', { code: codeFor(world, begun.body.secret, -1) })
    const stale = () => world.database.kysely.updateTable('sessions').set({ fresh_until: 0 })
      .where('account_id', '=', vera.id).execute()
    const body = { key: 'correction-with-code', kopecks: 1_00, reason: 'С кодом' }
    await stale()
    for (const path of [
      `/api/desk/subscribers/${anna.id}/corrections`, `/api/desk/corrections/${anna.id}/confirm`, '/api/desk/payments/1/refund',
    ]) t.match(await vera.post(path, body), { status: 403, body: { code: 'second_factor_required', field: 'code' } }, path)
    const before = await world.balance(anna.id)
    const made = await vera.post(`/api/desk/subscribers/${anna.id}/corrections`, { ...body, code: codeFor(world, begun.body.secret, 0) })
    t.match(made, { status: 201, body: { state: 'done' } })
    t.equal(await world.balance(anna.id), before + 1_00)
  })

  await t.test('the check of all balances', async (t) => {
    t.match((await olga.get('/api/desk/ledger-check')).body, { checkedAt: null, entries: null, openAlarms: 0 })
    t.match((await olga.post('/api/desk/ledger-check')).body, { checkedAt: Number, entries: 9, openAlarms: 0 })
    await world.database.kysely.updateTable('subscribers').set({ balance_kopecks: 1 }).where('id', '=', anna.id).execute()
    t.match((await olga.post('/api/desk/ledger-check')).body, { openAlarms: 1 })
    t.match((await olga.get('/api/desk/home')).body.system, { ledgerCheckedAt: Number, payments: 'ok' })
  })
})
