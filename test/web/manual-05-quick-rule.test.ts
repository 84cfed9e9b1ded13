/** The manual, §5 «Быстрое добавление правила переадресации». */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows, tells } from '../support/shows.ts'

t.test('5. Быстрое добавление правила переадресации', async (t) => {
  const reader = await openManual(t, '05-quick-rule')
  const { page } = reader

  reader.reads('Нажмите на кнопку «Добавить правило», расположенную на странице «Общее состояние»')
  await page.locator('.hero').getByRole('link', { name: 'Добавить правило' }).click()
  await page.getByRole('heading', { level: 1, name: 'Новое правило' }).waitFor()
  await shows(t, () => page.getByLabel('Приоритет').count(), 0, 'quick mode has five questions')

  reader.reads('Введите название правила, затем номер (или номера), на которые будет осуществляться переадресация. Количество номеров может варьироваться от 1 до 5')
  await reader.writes('Название правила', 'В отъезде')
  await reader.presses('Сохранить')
  await reader.sees('Выберите хотя бы один номер')
  await reader.picture('no-number')
  for (const [at, name] of ['Офис', 'Мобильный', 'Домашний', 'Анна, секретарь', 'Дача'].entries()) {
    await page.getByLabel('Какой номер добавить').selectOption({ label: await optionOf(name) })
    await reader.sees(`${at + 1} из 5`)
  }
  async function optionOf(name: string): Promise<string> {
    const options = await page.getByLabel('Какой номер добавить').locator('option').allTextContents()
    return options.find((option) => option.startsWith(name)) ?? name
  }
  await reader.sees('Не больше пяти номеров.')
  await shows(t, () => page.getByLabel('Какой номер добавить').count(), 0,
    'a sixth one is not offered')

  reader.reads('Выберите более удобный способ - одновременный прозвон по всем номерам или же поочередный')
  const sentence = page.locator('.sentence')
  await tells(t, () => sentence.textContent(),
    /звонят одновременно Офис, Мобильный, Домашний, Анна, секретарь и Дача/)
  await page.getByRole('radio', { name: /По очереди/ }).check()
  await tells(t, () => sentence.textContent(), /звонят по очереди Офис, Мобильный, Домашний/,
    'in the order of the list')
  await reader.picture('five-numbers')

  reader.reads('В разделе «Время звонков» настройте временной диапазон … по дням недели, по датам или по диапазону времени. Вы можете комбинировать эти настройки')
  await reader.presses('Выходные')
  await page.getByLabel('С', { exact: true }).fill('10')
  await page.getByLabel('До', { exact: true }).fill('1830')
  await page.getByLabel('До', { exact: true }).press('Tab')
  await reader.presses('Ограничить датами')
  await page.getByLabel('С даты').fill('2025-12-01')
  await page.getByLabel('По дату').fill('2025-12-31')
  await tells(t, () => sentence.textContent(), /с 10:00 до 18:30/)
  await tells(t, () => sentence.textContent(), /1 .*31 декабря/)
  await reader.picture('times')

  reader.reads('Выберите, что делать со входящим звонком, если по заявленным номерам не будет ответа: «положить трубку», «голосовая почта» или выполнение другого правила')
  await page.getByRole('radio', { name: 'Голосовая почта' }).check()
  await tells(t, () => sentence.textContent(), 'Не ответят — голосовая почта')
  await page.getByRole('radio', { name: 'Другое правило' }).check()
  await page.locator('#next-rule').selectOption({ label: 'Дома' })
  await tells(t, () => sentence.textContent(), 'Не ответят — «Дома»')
  await reader.picture('no-answer')

  await reader.presses('Сохранить')
  await reader.isTold('Правило «В отъезде» сохранено')
  await reader.presses('Общее состояние')
  await page.locator('.names .name-line', { hasText: 'В отъезде' }).waitFor()
  await reader.picture('in-the-timeline')
  reader.reads('Более тонкие настройки доступны в расширенном режиме')
  t.strictSame(reader.complaints, [])
})
