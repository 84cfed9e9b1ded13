/** Payments in Chromium: the real server, the real cash desk, the simulator of payment systems. */
import t from 'tap'
import { logIn, openPanel, startBrowser } from '../support/panel-browser.ts'
import { payingWorld } from '../support/panel-payments.ts'
import type { PayingWorld } from '../support/panel-payments.ts'
import { atBank, bankPays, left, next, pay, payingScene } from '../support/paying-page.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)

/** Roubles as the page writes them, whatever the kind of space. */
const sum = (roubles: number): string => roubles.toLocaleString('ru-RU').replaceAll(/\s/g, '\\s')

async function orders(world: PayingWorld) {
  return world.database.kysely.selectFrom('payment_orders').select(['kopecks', 'state', 'tile']).orderBy('number').execute()
}

async function payments(world: PayingWorld): Promise<number[]> {
  const rows = await world.database.kysely.selectFrom('ledger').select('kopecks').where('kind', '=', 'payment').orderBy('number').execute()
  return rows.map((row) => Number(row.kopecks))
}

t.test('from the tiles to the new balance, by each of the systems', async (t) => {
  const { page, world, complaints } = await payingScene(t, browser)
  let balance = 380
  for (const [system, tile, roubles, bank] of [
    ['ROBOKASSA', '250 ₽', 250, 'Robokassa'], ['QIWI', '100 ₽', 100, 'ЮKassa'], ['VISA / MasterCard', '1 000 ₽', 1000, 'ЮKassa'], ['QIWI', '300 ₽', 300, 'QIWI'],
  ] as const) {
    if (bank === 'QIWI') world.shops = { ...world.shops, qiwiClosed: false }
    await page.locator('.menu').getByRole('link', { name: 'Пополнить баланс' }).click()
    await page.getByText(tile, { exact: true }).click()
    const then = balance + roubles
    await page.getByText(new RegExp(`станет ${sum(then)}\\s₽`)).waitFor()
    await next(page)
    const card = page.locator('.pay-tile', { hasText: system })
    await card.click()
    if (system === 'QIWI') await shows(t, () => card.getByText('вместо него СБП').count(),
      bank === 'QIWI' ? 0 : 1)
    await page.getByText(/деньги не спишутся\. Мы вернём Вас сюда\./).waitFor()
    await pay(page)
    await page.getByRole('heading', { name: `${bank}: имитация` }).waitFor()
    await bankPays(page)
    await page.getByRole('heading', { name: new RegExp(`Зачислено ${sum(roubles)}\\s₽`) }).waitFor()
    balance = then
    await left(page, new RegExp(`^${sum(balance)}\\s₽`))
    await page.getByText(/^Сейчас на счёте/).waitFor()
    await page.getByText(/Проверочный платёж № \d+, 18 ноября, 14:\d\d: деньги не списаны\./).waitFor()
  }
  t.strictSame(await payments(world), [250_00, 100_00, 1000_00, 300_00])
  t.strictSame(complaints, [])
})

t.test('a second click, the way back and a closed form charge nothing twice', async (t) => {
  const { page, world, complaints } = await payingScene(t, browser, '/balance?sum=500')
  await page.locator('.pay-tile', { hasText: 'VISA' }).click()
  await page.getByRole('button', { name: 'Оплатить!' }).dblclick()
  await atBank(page)
  const bank = page.url()
  await page.goBack()
  await pay(page)
  await atBank(page)
  t.equal(page.url(), bank, 'the same page of the same payment')
  t.strictSame(await orders(world), [{ kopecks: '50000', state: 'open', tile: 'card' }])
  await bankPays(page)
  await page.getByRole('heading', { name: /Зачислено 500/ }).waitFor()
  await left(page, '880 ₽')
  await page.goBack() // to a form that was paid meanwhile
  await page.goto(`${world.url}/balance?sum=500`)
  await shows(t,
    () => page.locator('.pay-tile', { hasText: 'VISA' }).getByRole('radio').isChecked(), true,
    'the system of the last time')
  await pay(page)
  await atBank(page)
  t.not(page.url(), bank, 'after an end one may pay as much again')
  t.equal((await orders(world)).length, 2)
  t.strictSame(await payments(world), [500_00])
  t.strictSame(complaints.filter((text) => !text.includes('404')), [], 'but that the page of a closed payment is gone')
})

t.test('a form whose payment ended elsewhere shows that end', async (t) => {
  const { page, world } = await payingScene(t, browser, '/balance?sum=300')
  const other = await page.context().newPage()
  await pay(page)
  await atBank(page)
  await other.goto(page.url())
  await bankPays(other)
  await other.getByRole('heading', { name: /Зачислено/ }).waitFor()
  await page.goBack()
  await pay(page)
  await page.getByRole('heading', { name: /Зачислено 300/ }).waitFor()
  t.equal((await orders(world)).length, 1)
  t.strictSame(await payments(world), [300_00])
})

t.test('no money: the strip leads to the payment, and goes with it', async (t) => {
  const world = await payingWorld(t, { subscriber: { balanceKopecks: -12_00 } })
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  const strip = page.locator('.strip.bad', { hasText: 'Звонки не переадресуются: на счёте −12 ₽.' })
  await strip.getByRole('link', { name: 'Пополнить' }).click()
  await page.getByLabel('Другая сумма').fill('12')
  await page.getByText(/не хватает 0,01\s₽/).waitFor()
  await page.getByText('100 ₽', { exact: true }).click()
  await next(page)
  await pay(page)
  await bankPays(page)
  await left(page, '88 ₽')
  await page.getByRole('link', { name: 'На главную' }).click()
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонят Мобильный и Офис' }).waitFor()
  await shows(t, () => page.locator('.strip.bad', { hasText: 'на счёте' }).count(), 0)
  // Money that comes while the page is open is seen without a reload.
  await world.enter({ kind: 'correction', kopecks: -100_00, text: 'перерасчёт' })
  await left(page, '−12 ₽')
  await strip.waitFor()
  await world.enter({ kind: 'correction', kopecks: 112_00, text: 'перерасчёт' })
  await left(page, '100 ₽')
  await strip.waitFor({ state: 'detached' })
  // A month that is not paid takes its part of what comes, whole or not at all.
  await world.database.kysely.updateTable('subscribers').set({ fee_due_kopecks: 150_00 }).execute()
  await page.goto(`${world.url}/balance`)
  await page.getByText(/не оплачен месяц, 150\s₽/).waitFor()
  await page.locator('.sum-tile', { hasText: /^100\s₽$/ }).click()
  await page.getByText(/станет 50\s₽, 150\s₽ уйдут на абонентскую плату/).waitFor()
  await page.getByLabel('Другая сумма').fill('10')
  await page.getByText(/станет 110\s₽/).waitFor()
  await page.getByText(/нужна абонентская плата 150\s₽: не хватает 40,01\s₽/).waitFor()
  t.strictSame(complaints, [])
})
