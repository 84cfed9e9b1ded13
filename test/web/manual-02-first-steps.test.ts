/** The manual, §2 «Начало использования»: log in, the timeline, the left panel of the menu. */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows } from '../support/shows.ts'

t.test('2. Начало использования', async (t) => {
  const reader = await openManual(t, '02-first-steps', { outside: true })
  const { page, world } = reader

  reader.reads('Авторизуйтесь в личном кабинете, используя Ваши логин и пароль')
  await reader.writes('Логин', world.login)
  await reader.writes('Пароль', 'не помню')
  await reader.presses('Войти')
  await page.getByRole('alert').getByText('Логин или пароль не подошли').waitFor()
  await reader.picture('wrong-password')
  await reader.writes('Пароль', world.login)
  await reader.presses('Войти')

  reader.reads('На главной странице личного кабинета Вы увидите временной график, где отражены все правила')
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонят Мобильный и Офис' }).waitFor()
  await page.locator('[data-bar]').first().waitFor()
  const names = await page.locator('.names .name-line').allTextContents()
  t.strictSame(names.map((name) => name.replace(/^\d+\s*/, '')), [
    'Планёрка', 'В рабочее время', 'Дома', 'На даче', 'Во время отпуска', 'Ночью только близкие',
  ])
  for (const word of ['действует сейчас', 'сработает по приоритету', 'выключено', 'диапазон дат']) {
    await shows(t, () => page.locator('.legend').getByText(word).count(), 1,
      `the legend says «${word}»`)
  }
  await reader.picture('home')

  reader.reads('На левой панели меню отображается номер и текущий статус счета, тариф, а также состояние баланса')
  const panel = page.locator('.menu-head')
  for (const fact of ['+7 499 674-07-82', 'Активен', '«Личный»', '380 ₽']) {
    await shows(t, () => panel.getByText(fact).count(), 1, fact)
  }
  await reader.sees('Входящие звонки изначально поступают на Ваш номер +7 499 674-07-82.')
  for (const product of ['A-Fon', 'OneTel', 'A-Sim', 'A-Num']) {
    await shows(t,
      () => page.getByRole('navigation', { name: 'Другие услуги' }).getByText(product).count(),
      1, product)
  }
  await reader.presses('Михаил Миронов')
  await reader.presses('Выйти')
  await page.getByRole('button', { name: 'Войти' }).waitFor()
  t.strictSame(reader.complaints, [])
})
