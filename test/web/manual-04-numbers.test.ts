/** The manual, §4 «Ваши номера»: a list of one's telephones, with descriptions. */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows } from '../support/shows.ts'

t.test('4. Ваши номера', async (t) => {
  const reader = await openManual(t, '04-numbers', { empty: true })
  const { page } = reader

  reader.reads('Для начала внесите список Ваших телефонных номеров')
  await page.getByRole('heading', { name: 'Куда Вам дозваниваться?' }).waitFor()
  await reader.writes('Номер телефона', '8 (916) 204-11-38')
  await reader.writes('Описание', 'Мобильный')
  await reader.picture('first-number')
  await reader.presses('Добавить номер')
  await reader.isTold('Номер «Мобильный» добавлен')

  reader.reads('Нажмите на ссылку «Мои номера» на панели меню слева')
  await reader.presses('Мои номера')
  await page.getByRole('heading', { level: 1, name: 'Мои номера' }).waitFor()
  await reader.sees('На эти телефоны переадресуются звонки с +7 499 674-07-82.')

  reader.reads('Укажите максимально понятное описание для каждого из них. Например «греческая симка» или «только для близких»')
  const dialog = page.getByRole('dialog', { name: 'Новый номер' })
  for (const [number, name] of [['+30 694 812-33-77', 'Греческая симка'], ['+7 495 123-45-67', 'Только для близких']] as const) {
    await reader.presses('Добавить номер')
    await dialog.getByLabel('Номер телефона').fill(number)
    await dialog.getByLabel('Описание').fill(name)
    await reader.presses('Добавить номер', dialog)
    await reader.isTold(`Номер «${name}» добавлен`)
  }
  await shows(t, () => page.locator('tbody th').allTextContents(),
    ['Мобильный', 'Греческая симка', 'Только для близких'])
  await reader.sees('+30 694 812 3377')
  await reader.picture('list')

  reader.reads('В любой момент Вы сможете добавить, удалить или отредактировать каждый из введенных номеров')
  await reader.presses('Изменить: Только для близких')
  await page.getByRole('dialog', { name: 'Изменить номер' }).getByLabel('Описание').fill('Офис')
  await reader.picture('edit')
  await reader.presses('Сохранить', page.getByRole('dialog'))
  await reader.isTold('Номер «Офис» сохранён')
  await reader.presses('Удалить: Греческая симка')
  await reader.isTold('Номер «Греческая симка» удалён')
  await shows(t, () => page.locator('tbody th').allTextContents(), ['Мобильный', 'Офис'])
  await reader.presses('Отменить')
  await reader.isTold('Отменено')

  reader.reads('Показывать 10 номеров на странице · Поиск')
  for (let n = 10; n < 19; n += 1) {
    const status = await page.evaluate(async (body) => (await fetch('/api/numbers', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body,
    })).status, JSON.stringify({ address: `+749512300${n}`, description: `Запасной ${n}` }))
    t.equal(status, 201)
  }
  await page.reload()
  await reader.sees('Страница 1 из 2')
  await shows(t, () => page.locator('tbody th').count(), 10)
  await reader.presses('Следующая страница')
  await reader.sees('Страница 2 из 2')
  await shows(t, () => page.locator('tbody th').count(), 2)
  await reader.picture('second-page')
  await page.getByRole('searchbox').fill('8 916 204')
  await page.waitForFunction(() => document.querySelectorAll('tbody th').length === 1)
  await shows(t, () => page.locator('tbody th').allTextContents(), ['Мобильный'],
    'found as people write it')
  t.strictSame(reader.complaints, [])
})
