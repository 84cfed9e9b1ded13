/** Trunks as rows, and the copy of them that calls use. */
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { addTrunk, listTrunks, updateTrunk } from '../../src/store/trunks.ts'
import { silentLog, testDatabase } from '../support/database.ts'

const wallMs = Date.UTC(2026, 10, 23, 9)
const anna = '+74990000001'

t.test('the call store knows trunks and personal numbers by heart', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const store = await createCallStore({
    database,
    clock: systemClock,
    log: silentLog,
    spillFolder: t.testdir(),
  })
  t.teardown(store.stop)
  t.strictSame(store.trunks(), [])
  const trunk = {
    name: 'Второй',
    enabled: true,
    inboundNets: ['10.0.0.0/8', 'fd00::/8'],
    host: 'sip.example.com',
    port: 5080,
    transport: 'tcp' as const,
    credentials: { user: 'u', password: 'p' },
    numberFormat: 'national' as const,
    identity: 'personal' as const,
    assertIdentity: true,
    diversion: 'historyInfo' as const,
    order: 2,
    capacity: 10,
    provisionalSeconds: 3,
  }
  const id = await addTrunk(db, trunk, wallMs)
  const first = await addTrunk(
    db,
    { ...trunk, name: 'Первый', order: 1, credentials: undefined, capacity: undefined },
    wallMs,
  )
  await createSubscriber(db, { name: 'Анна', number: anna, login: 'anna', passwordHash: 'x' }, wallMs)
  t.notOk(store.isPersonalNumber(anna))
  await store.refresh()
  t.same(
    store.trunks().map((one) => one.name),
    ['Первый', 'Второй'],
  )
  t.strictSame(store.trunks()[1], { id, ...trunk })
  t.ok(store.isPersonalNumber(anna))
  t.notOk(store.isPersonalNumber('+74990000002'))
  const before = store.trunks()
  await store.refresh()
  t.equal(store.trunks(), before, 'nothing changed: the same array')
  await updateTrunk(db, { ...trunk, id: first, enabled: false })
  for (let i = 0; i < 600 && store.trunks() === before; i++)
    await new Promise((done) => setTimeout(done, 50))
  t.same(
    store.trunks().map((one) => one.name),
    ['Второй'],
    'seen without asking, a disabled one is not offered',
  )
  t.equal((await listTrunks(db)).length, 2)
})
