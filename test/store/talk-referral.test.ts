/** The referral programme: who counts as invited, what his payment brings, what takes it back. */
import t from 'tap'
import { addNumber } from '../../src/store/numbers.ts'
import { inTransaction } from '../../src/store/database.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { newId } from '../../src/store/ids.ts'
import { append } from '../../src/store/ledger.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { beginOrder, creditOrder, pageMade } from '../../src/store/payments.ts'
import {
  linkInvitee, listInvitees, referralCode, referralTotal, rewardInviter, setReferralTerms, termsOf,
} from '../../src/store/referral.ts'
import { askRefund, refundDone } from '../../src/store/refunds.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber, loadSubscriber } from '../../src/store/subscribers.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { testDatabase } from '../support/database.ts'

const database = await testDatabase(t)
const db = database.kysely
const dayMs = 86_400_000
const now = Date.parse('2025-11-17T12:00:00Z')
const tariffId = await addTariff(db, { ...demoTariff, monthlyKopecks: 0 }, now)
let count = 0

async function person(options: { readonly tariff?: boolean; readonly email?: string } = {}) {
  const name = `p${++count}`
  const number = `+7499${String(count).padStart(7, '0')}`
  const id = await createSubscriber(db, { name, number, login: name, passwordHash: '' }, now)
  if (options.tariff !== false) await assignTariff(db, id, tariffId, now)
  if (options.email !== undefined) {
    await changeSettings(db, id, undefined, { options: { email: options.email } },
      { atMs: now, from: '', agent: '' })
  }
  return { id, number, balance: async () => (await loadSubscriber(db, id)).balanceKopecks }
}

type Person = Awaited<ReturnType<typeof person>>

async function invite(
  inviter: Person, invitee: Person, more: { readonly phone?: string; readonly email?: string } = {},
) {
  const code = await referralCode(db, inviter.id, now)
  return inTransaction(db, (trx) => linkInvitee(trx, {
    code, subscriberId: invitee.id, phone: '+79990000001', email: 'guest@example.com', ...more,
  }, now))
}

/** A payment; `repeats`: how many notices of it come at once. Answers its order. */
async function pay(who: Person, kopecks: number, atMs = now, repeats = 1): Promise<number> {
  const { number } = await beginOrder(db, who.id, {
    formKey: newId(atMs), tile: 'card', system: 'yookassa', kopecks, description: 'Пополнение',
    test: false, expiresAt: atMs + 1000,
  }, atMs)
  await pageMade(db, number, { url: 'https://pay.example/', providerId: `p${number}` }, null)
  await Promise.all(Array.from({ length: repeats }, () => creditOrder(db, 'yookassa', {
    kind: 'paid', orderNumber: number, providerId: `p${number}`, kopecks, test: false,
  }, { address: '', signature: '', body: '' }, atMs)))
  return number
}

async function refund(orderNumber: number, kopecks: number, atMs: number): Promise<void> {
  const { id } = await askRefund(db, {
    orderNumber, formKey: newId(atMs), kopecks, reason: 'ошибка', manager: 'olga',
  }, atMs, atMs)
  await Promise.all([0, 1].map(() => refundDone(db, id, `r${id}`, atMs)))
}

const keysOf = async ({ id }: Person): Promise<readonly string[]> =>
  (await db.selectFrom('ledger').select(['entry_key', 'kopecks']).where('subscriber_id', '=', id)
    .orderBy('number').execute())
    .map((row) => `${row.entry_key.replaceAll(/[0-9a-f]{32}/g, '…')} ${row.kopecks}`)

t.test('a code is one’s own, also when it is asked for eight times at once', async (t) => {
  const anna = await person()
  const codes = await Promise.all(
    Array.from({ length: 8 }, () => referralCode(db, anna.id, now)))
  t.equal(new Set(codes).size, 1)
  t.match(codes[0], /^[a-z2-9]{8}$/)
})

t.test('the first payment of enough brings the bonus, once', async (t) => {
  const [anna, boris] = [await person(), await person()]
  t.equal(await invite(anna, boris), 'linked')
  t.equal(await invite(anna, boris), 'alreadyLinked')
  await pay(boris, 99_99)
  t.equal(await anna.balance(), 0, 'too little')
  t.match(await listInvitees(db, anna.id), [{ state: 'joined', bonusKopecks: 0 }])
  await pay(boris, 100_00, now + 1, 5)
  await pay(boris, 500_00, now + 2)
  t.equal(await anna.balance(), 100_00)
  t.strictSame(await keysOf(anna), ['referral:… 10000'])
  t.match(await listInvitees(db, anna.id), [{ state: 'paid', bonusKopecks: 100_00 }])
  t.equal(await referralTotal(db, anna.id), 100_00)
})

t.test('two first payments at the same time are one bonus', async (t) => {
  const [anna, boris] = [await person(), await person()]
  await invite(anna, boris)
  await Promise.all(Array.from({ length: 4 }, () => pay(boris, 200_00, now, 2)))
  t.equal(await anna.balance(), 100_00)
  t.equal(await boris.balance(), 800_00)
})

t.test('chains of invitations pay in parallel without waiting for each other', async (t) => {
  const people = [await person(), await person(), await person(), await person()]
  for (let index = 1; index < people.length; index++)
    t.equal(await invite(people[index - 1]!, people[index]!), 'linked')
  await Promise.all(people.map((one) => pay(one, 300_00)))
  t.strictSame(await Promise.all(people.map((one) => one.balance())),
    [400_00, 400_00, 400_00, 300_00])
})

t.test('who invites himself is refused, and managers see why', async (t) => {
  const anna = await person({ email: 'Anna@example.com' })
  await addNumber(db, anna.id, { address: '+79161112233', description: '' }, now)
  for (const [reason, more] of [
    ['sameEmail', { email: 'anna@EXAMPLE.com' }],
    ['sameNumber', { phone: '+79161112233' }],
    ['sameNumber', { phone: anna.number }],
  ] as const) {
    const other = await person()
    t.equal(await invite(anna, other, more), 'refused', reason)
    const row = await db.selectFrom('referral_links').select(['state', 'reason'])
      .where('invitee_id', '=', other.id).executeTakeFirstOrThrow()
    t.strictSame(row, { state: 'refused', reason })
    await pay(other, 500_00)
  }
  t.equal(await invite(anna, anna), 'refused')
  const registered = await person()
  await db.insertInto('registrations').values({
    id: newId(now), number: 1, token_hash: '0'.repeat(64), name: '', phone: '+79031234567',
    email: '', wish: '', comment: '', referral_code: '', language: 'ru', address: '',
    state: 'confirmed', waits_documents: 0, missed_calls: 0, claimed_by: null, claimed_at: null,
    claim_until: null, decided_by: null, decided_at: null, reason: '',
    subscriber_id: registered.id, version: 1, created_at: now, changed_at: now,
  }).execute()
  t.equal(await invite(registered, await person(), { phone: '+79031234567' }), 'refused')
  t.equal(await anna.balance(), 0)
  t.strictSame(await listInvitees(db, anna.id), [], 'he is not shown them')
  const stranger = await person()
  t.equal(await inTransaction(db, (trx) => linkInvitee(trx,
    { code: 'nosuchcode', subscriberId: stranger.id, phone: '', email: '' }, now)), 'unknownCode')
})

t.test('the payment’s refund within thirty days takes the bonus back, once', async (t) => {
  const [anna, boris] = [await person(), await person()]
  await invite(anna, boris)
  const order = await pay(boris, 300_00)
  await refund(order, 150_00, now + dayMs)
  t.equal(await anna.balance(), 100_00, 'what is left of it is still enough')
  await refund(order, 100_00, now + 2 * dayMs)
  t.equal(await anna.balance(), 0)
  await refund(order, 50_00, now + 3 * dayMs)
  t.strictSame(await keysOf(anna), ['referral:… 10000', 'referral-back:… -10000'])
  t.match(await listInvitees(db, anna.id), [{ state: 'takenBack' }])
  t.equal(await referralTotal(db, anna.id), 0)
  await pay(boris, 500_00, now + 4 * dayMs)
  t.equal(await anna.balance(), 0, 'for ever: there is no second first payment')
})

t.test('after thirty days it stays; a spent one is taken as far as it is there', async (t) => {
  const [anna, boris] = [await person(), await person()]
  await invite(anna, boris)
  await refund(await pay(boris, 300_00), 300_00, now + 30 * dayMs)
  t.equal(await anna.balance(), 100_00)

  const [vera, gleb] = [await person(), await person()]
  await invite(vera, gleb)
  const order = await pay(gleb, 300_00)
  await append(db, vera.id, { key: 'call', kind: 'call', kopecks: -70_00, atMs: now, text: '' })
  await refund(order, 300_00, now + dayMs)
  t.equal(await vera.balance(), 0, 'not below zero by another’s deed')
  const alarm = await db.selectFrom('alarms').select(['kind', 'details'])
    .where('subscriber_id', '=', vera.id).executeTakeFirstOrThrow()
  t.match(JSON.parse(alarm.details), { why: 'bonusSpent', missingKopecks: 70_00 })
})

t.test('terms stand in the inviter’s tariff', async (t) => {
  const [anna, boris] = [await person({ tariff: false }), await person()]
  t.strictSame(await termsOf(db, anna.id, now), { bonusKopecks: 0, minPaymentKopecks: 0 })
  const own = await addTariff(db, demoTariff, now)
  await assignTariff(db, anna.id, own, now)
  t.strictSame(await termsOf(db, anna.id, now),
    { bonusKopecks: 100_00, minPaymentKopecks: 100_00 }, 'unless said otherwise')
  await inTransaction(db, (trx) =>
    setReferralTerms(trx, own, { bonusKopecks: 55_00, minPaymentKopecks: 10_00 }))
  await t.rejects(inTransaction(db, (trx) =>
    setReferralTerms(trx, own, { bonusKopecks: -1, minPaymentKopecks: 0 })),
  { code: 'bad_tariff', field: 'bonusKopecks' })
  await invite(anna, boris)
  await pay(boris, 10_00)
  t.equal(await anna.balance(), 55_00)
  const closed = await person()
  await db.updateTable('subscribers').set({ status: 'closed' }).where('id', '=', closed.id).execute()
  const late = await person()
  await invite(closed, late)
  await inTransaction(db, (trx) =>
    rewardInviter(trx, { subscriberId: late.id, orderNumber: 1, kopecks: 500_00 }, now))
  t.equal(await closed.balance(), 0, 'a closed account gets nothing')
  t.strictSame((await checkLedgers(db, now)).alarms, [])
})
