/** The manual, §6 «Добавление правила переадресации (расширенный режим)». */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows, tells } from '../support/shows.ts'

t.test('6. Добавление правила переадресации (расширенный режим)', async (t) => {
  const reader = await openManual(t, '06-advanced-rule')
  const { page } = reader
  const sentence = page.locator('.sentence')

  reader.reads('Нажмите на кнопку «Расширенный режим» внизу окна добавления правила')
  await page.locator('.hero').getByRole('link', { name: 'Добавить правило' }).click()
  await reader.writes('Название правила', 'Перерыв')
  const options = await page.getByLabel('Какой номер добавить').locator('option').allTextContents()
  for (const name of ['Мобильный', 'Анна, секретарь']) {
    await page.getByLabel('Какой номер добавить').selectOption({ label: options.find((each) => each.startsWith(name)) ?? name })
  }
  await reader.presses('Будни 9–18')
  await page.getByLabel('С', { exact: true }).fill('13')
  await page.getByLabel('До', { exact: true }).fill('14')
  await reader.presses('Расширенный режим')
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Перерыв',
    'nothing typed is lost')

  reader.reads('Ожидание - это время в течение которого звонящий слышит гудки. Доступно только при параллельной переадресации')
  await reader.writes('Ожидание', '40')
  await tells(t, () => sentence.textContent(),
    /По будням с 13:00 до 14:00 звонят одновременно Мобильный и Анна, секретарь 40 секунд/)
  await reader.picture('wait')
  await page.getByRole('radio', { name: 'По очереди' }).click()
  await shows(t, () => page.getByLabel('Ожидание', { exact: true }).count(), 0,
    'in turn each number has its own time')
  await reader.picture('in-turn')
  await page.getByRole('radio', { name: 'Одновременно' }).click()
  await shows(t, () => page.getByLabel('Ожидание', { exact: true }).inputValue(), '40')

  reader.reads('Приоритет … определит, какое из правил сработает, если на один и тот же промежуток времени выставлено несколько разных правил')
  await page.getByText(/уступ/).first().waitFor()
  await reader.picture('yields')
  await reader.writes('Приоритет', '20')
  await page.locator('.chain').waitFor()
  await reader.picture('priority')
  await page.keyboard.press('Control+Enter')
  await reader.isTold('Правило «Перерыв» сохранено')
  await shows(t, () => page.locator('.rule-name a').first().textContent(), 'Перерыв',
    'it stands above all others')
  await reader.presses('Общее состояние')
  await page.locator('.names .name-line').first().getByText('Перерыв').waitFor()
  await page.getByRole('button', { name: /^В рабочее время, вт, 18 ноября, 09:00–18:00/ }).click()
  await page.getByRole('dialog').getByText('«Перерыв»').first().waitFor()
  await reader.picture('wins')
  await page.keyboard.press('Escape')

  reader.reads('Совет: нажмите на ссылку «Переадресации» на панели меню слева, а затем на кнопку «Добавить правило»')
  await reader.presses('Переадресации')
  await page.locator('.page-head').getByRole('link', { name: 'Добавить правило' }).click()
  await page.getByLabel('Приоритет').waitFor()
  await reader.picture('advanced-at-once')
  t.strictSame(reader.complaints, [])
})
