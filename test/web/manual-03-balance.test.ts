/**
 * The manual, §3 «Пополнение баланса», as far as the subscriber's panel shows it: the balance at the
 * left, and what a balance that is not positive does to calls.
 */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'

t.test('3. Пополнение баланса', async (t) => {
  const reader = await openManual(t, '03-balance')
  const { page, world } = reader
  const balance = async (kopecks: number): Promise<void> => {
    await world.database.kysely.updateTable('subscribers').set({ balance_kopecks: kopecks }).where('id', '=', world.subscriberId).execute()
    await page.reload()
    await page.locator('.hero').waitFor()
  }

  reader.reads('На панели слева Вы сразу увидите внесенную сумму')
  await page.locator('.menu-head').getByText('380 ₽').waitFor()
  await balance(1_180_00)
  await page.locator('.menu-head').getByText('1 180 ₽').waitFor()
  await page.locator('.account').getByText('1 180 ₽').waitFor()
  t.equal(await page.locator('.strip.bad').getByText('на счёте').count(), 0)
  await reader.picture('paid')

  reader.reads('Для успешной активации услуги, Вам необходимо иметь положительную сумму на балансе')
  await balance(-12_00)
  await page.locator('.menu-head').getByText('−12 ₽').waitFor()
  await page.locator('.strip.bad').getByText('на счёте −12 ₽').waitFor()
  await page.getByRole('heading', { level: 1 }).getByText('−12 ₽').waitFor()
  await reader.picture('no-money')
  t.strictSame(reader.complaints, [])
})
