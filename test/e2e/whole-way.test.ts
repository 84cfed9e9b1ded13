/**
 * Issue 5 §4.1, the whole way once, in the running product: a stranger follows an invitation, becomes
 * a subscriber, pays by each system, makes a rule; a call is charged to the kopeck, a missed one is
 * told by mail, and the inviter has his bonus. What the pages show is what the ledger says.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { readRateSheet } from '../../src/money/rate-sheet.ts'
import { chargeFor } from '../../src/money/rating.ts'
import { rateFor } from '../../src/money/tariff.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { startSipp } from '../support/sipp.ts'
import {
  addProvedNumber, confirm, firstLogin, makeRule, makeTariff, pay, prices, readInvitation, register,
  seesBalance,
} from './whole-way-steps.ts'
import { wholeWorld } from './whole-way-world.ts'
import type { World } from './whole-way-world.ts'

t.setTimeout(290_000)

const email = 'anna@example.ru'
const login = 'anna'
const mobile = '+79162041138'

/** By steps of ten seconds anything up to ten costs the same: a busy machine may be late. */
const talkMs = 1300
/** 35 kopecks to connect, 10 s of 1,90 a minute are 31.67: up to the whole kopeck. */
const callKopecks = 67

/** A call through the demo trunk to a phone behind it; throws unless both went as they should. */
async function call(
  world: World, number: string, [caller, phone]: readonly [string, string], ms: number,
): Promise<void> {
  const ringing = await startSipp({
    scenario: phone, port: world.demoTrunkPort, pauseMs: 300, keys: { digit: '1' },
  })
  const calling = await startSipp({ scenario: caller, remote: world.sip, number, pauseMs: ms })
  for (const run of [calling, ringing]) {
    const { code, errors, scenario } = await run.done
    await run.stop()
    if (code !== 0) throw new Error(`${scenario}: ${errors}`)
  }
}

/** The lines of «Детализация» as they are read: what, sum, balance; the newest first. */
async function lines(page: Page): Promise<string[][]> {
  const rows = await page.locator('.charges-table tbody tr').all()
  return Promise.all(rows.map(async (row) => {
    const cells = (await row.locator('td').allInnerTexts()).map((text) => text.replaceAll(/\s/g, ' '))
    return [cells[1] ?? '', cells[3] ?? '', cells[4] ?? '']
  }))
}

/** What the ledger has of the account with this login, the newest first, and its sum. */
async function ledgerOf(world: World, of: string) {
  const rows = await world.db.selectFrom('ledger as l').innerJoin('accounts as a', 'a.subscriber_id', 'l.subscriber_id')
    .select(['l.kind', 'l.kopecks', 'l.balance_kopecks']).where('a.login', '=', of).orderBy('l.number', 'desc').execute()
  return {
    kinds: rows.map(({ kind }) => kind), last: Number(rows[0]?.balance_kopecks),
    sum: rows.reduce((sum, row) => sum + Number(row.kopecks), 0),
  }
}

t.test('from the invitation to the last kopeck', async (t) => {
  const world = await wholeWorld(t)
  const inviter = await world.person('/referral')
  const invitation = await readInvitation(inviter, world.demo)
  const stranger = await world.person(invitation)
  await register(stranger, email)

  const manager = await world.person('/desk')
  await manager.logsIn(world.manager)
  await makeTariff(manager)
  const number = await confirm(manager, login)
  await stranger.comesBack()
  await stranger.sees(`Подтверждена. Письмо с логином и ссылкой отправлено на ${email}.`)
  const letter = await firstLogin(stranger, email, login)
  t.match(letter, login)
  t.notMatch(letter, /Пароль:/i, 'no password travels by mail')

  for (const payment of [
    {
      system: 'ROBOKASSA', roubles: 250, bank: 'Robokassa', balance: '100 ₽',
      becomes: /станет 100\s₽, 150\s₽ уйдут на абонентскую плату/,
    },
    { system: 'QIWI', roubles: 100, bank: 'ЮKassa', balance: '200 ₽' },
    { system: 'VISA / MasterCard', roubles: 300, bank: 'ЮKassa', balance: '500 ₽' },
  ]) await pay(stranger, payment)
  await inviter.sees('бонус получен')
  await seesBalance(inviter, '480 ₽')
  await inviter.picture('bonus')

  await addProvedNumber(stranger, mobile)
  await makeRule(stranger)
  await stranger.goes('/charges')
  await stranger.page.locator('.charges-table').waitFor()
  await call(world, number, ['uac-call-expect-answer', 'uas-press-info'], talkMs)
  await seesBalance(stranger, '499,33 ₽')
  await stranger.sees('+7 916 204-11-38, Россия, мобильные, 0:10')
  await stranger.picture('charges')
  t.strictSame(await lines(stranger.page), [
    ['Разговор', '−0,67', '499,33'], ['Пополнение', '+300,00', '500,00'], ['Пополнение', '+100,00', '200,00'],
    ['Абонентская плата', '−150,00', '100,00'], ['Пополнение', '+250,00', '250,00'],
  ])
  await chargedByTariff(t, world, number)
  await stranger.presses(/^\+7 916 204-11-38, /, stranger.page.locator('.charges-table'))
  await stranger.sees('Стоил 0,67 ₽: Россия, мобильные, 0:10.')
  await stranger.picture('journal')

  await call(world, number, ['uac-cancel-while-ringing-expect-487', 'uas-ring-until-cancel'], 500)
  t.match(await stranger.reads(email, /^Пропущенный звонок/), 'Звонивший положил трубку.')
  await stranger.picture('missed')

  await inviter.goes('/charges')
  await inviter.sees('за приглашённого абонента')
  await inviter.picture('inviter')
  t.strictSame((await lines(inviter.page))[0], ['Бонус', '+100,00', '480,00'])
  t.strictSame(await ledgerOf(world, login), {
    kinds: ['call', 'payment', 'payment', 'monthlyFee', 'payment'], last: 499_33, sum: 499_33,
  })
  t.match(await ledgerOf(world, world.demo.login), { last: 480_00, sum: 480_00 })

  await manager.presses('Платежи', manager.page.getByRole('navigation', { name: 'Меню' }))
  await manager.presses('Проверить сейчас')
  await manager.sees(/^Балансы сверены .*Расхождений нет\./)
  await manager.picture('checked')
  t.strictSame((await checkLedgers(world.db, Date.now())).alarms, [], 'and of the night')
  for (const { complaints } of [inviter, stranger, manager]) t.strictSame(complaints, [])
})

/** The same sum from the journal's seconds by the rate of the sheet. */
async function chargedByTariff(t: Test, world: World, number: string): Promise<void> {
  const { answered_at: from, ended_at: to } = await world.db.selectFrom('calls')
    .select(['answered_at', 'ended_at']).where('dialled', '=', number).executeTakeFirstOrThrow()
  const { rates } = readRateSheet(prices, 10)
  const rate = rateFor({ ...demoTariff, id: '', rates }, mobile)
  if (rate === undefined) throw new Error('no rate')
  t.equal(rate.prefix, '79', 'the longest prefix')
  t.equal(chargeFor(rate, Number(to) - Number(from), 0, 0).kopecks, callKopecks)
}
