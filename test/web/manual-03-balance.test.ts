/**
 * The manual, §3 «Пополнение баланса»: the link at the left, the sum, the payment system, and the
 * money at the left again; and what a balance that is not positive does to calls.
 */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { payingWorld } from '../support/panel-payments.ts'
import { shows } from '../support/shows.ts'

t.test('3. Пополнение баланса', async (t) => {
  const world = await payingWorld(t, { subscriber: { balanceKopecks: -12_00 } })
  const reader = await openManual(t, '03-balance', { world })
  const { page } = reader
  const left = page.locator('.menu-head')

  reader.reads('Для успешной активации услуги, Вам необходимо иметь положительную сумму на балансе')
  await left.getByText('−12 ₽').waitFor()
  await page.locator('.strip.bad').getByText('на счёте −12 ₽').waitFor()
  await page.getByRole('heading', { level: 1 }).getByText('−12 ₽').waitFor()
  await reader.picture('no-money')

  reader.reads('Нажмите на ссылку «Пополнить баланс» на панели меню слева')
  await reader.presses('Пополнить баланс', page.getByRole('navigation', { name: 'Меню' }))
  await page.getByRole('heading', { name: 'Пополнение баланса' }).waitFor()

  reader.reads('1. Выберите сумму пополнения')
  const sums = page.getByRole('group', { name: 'Выберите сумму пополнения' })
  await sums.waitFor()
  const tiles = (await sums.locator('.sum-tile').allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, '')))
  t.strictSame(tiles, [100, 200, 250, 300, 500, 800, 1000], 'the tiles of the manual')
  await sums.getByText('1 000 ₽').click()
  await reader.sees('станет 988 ₽')
  await reader.picture('sum')
  await reader.presses('Далее')

  reader.reads('2. Выберите платежную систему')
  const systems = page.getByRole('group', { name: 'Выберите платёжную систему' })
  for (const name of ['ROBOKASSA', 'QIWI', 'VISA / MasterCard']) await systems.locator('label', { hasText: name }).waitFor()
  await systems.locator('label', { hasText: 'ROBOKASSA' }).click()
  await reader.picture('system')
  await reader.presses('Оплатить!')

  reader.reads('Далее следуйте инструкциям выбранной платежной системы')
  await page.getByRole('heading', { name: 'Robokassa' }).waitFor()
  await reader.presses('Оплатить')

  reader.reads('В случае успешного зачисления денег на счет, на панели слева Вы сразу увидите внесенную сумму')
  await left.getByText('988 ₽').waitFor()
  await page.locator('.account').getByText('988 ₽').waitFor()
  await reader.sees('Зачислено 1 000 ₽')
  await reader.picture('paid')

  reader.reads('Теперь Вы готовы использовать сервис «Персональный номер»!')
  await reader.presses('На главную')
  await page.getByRole('heading', { level: 1 }).getByText('Сейчас звонят').waitFor()
  await shows(t, () => page.locator('.strip.bad').getByText('на счёте').count(), 0)
  t.strictSame(reader.complaints, [])
})
