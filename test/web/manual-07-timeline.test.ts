/** The manual, §7 «Работа с графиком правил». */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows } from '../support/shows.ts'

t.test('7. Работа с графиком правил', async (t) => {
  const reader = await openManual(t, '07-timeline')
  const { page } = reader
  const answer = (name: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor()

  reader.reads('В вертикальном столбце слева отображаются названия всех правил. Время их срабатывания иллюстрируется цветными прямоугольниками в сетке графика')
  await page.locator('[data-bar]').first().waitFor()
  await shows(t, () => page.locator('.names .name-line').count(), 6)
  await page.getByRole('button', { name: /^Дома, вт, 18 ноября, 18:00–23:00, по очереди, 2 номера, включено/ }).waitFor()

  reader.reads('Сверху Вы найдёте иконки навигации по временной сетке: Вы можете проматывать её в обе стороны и изменять масштаб')
  for (const [scale, period] of [['Неделя', '17–23 ноября 2025'], ['Месяц', /ноября.*2025/], ['День', '18 ноября 2025']] as const) {
    await page.getByRole('radio', { name: scale }).click()
    await page.locator('.period').getByText(period).waitFor()
    await reader.picture(scale === 'Неделя' ? 'week' : scale === 'Месяц' ? 'month' : 'day')
  }
  await page.getByRole('radio', { name: '3 дня' }).click()
  await reader.presses('Позже')
  await reader.sees('20–22 ноября 2025')
  await reader.presses('Раньше')
  await reader.presses('Раньше')
  await reader.sees('14–16 ноября 2025')

  reader.reads('Для перехода к текущему времени, воспользуйтесь иконкой с прицелом')
  for (let times = 0; times < 4; times += 1) await reader.presses('Позже')
  await page.locator('.timeline-tools').getByRole('button', { name: /14:3\d|Сейчас/ }).click()
  await reader.sees('17–19 ноября 2025')
  await page.locator('.clock-text').getByText(/14:3\d/).waitFor()
  await reader.picture('now')

  reader.reads('Если красная временная линия пересекает сразу несколько правил, то сработает то из них, которое находится выше остальных, либо у которого указано большее значение в поле «Приоритет»')
  await answer('Сейчас звонят Мобильный и Офис')
  await reader.presses('Переадресации')
  await page.getByRole('link', { name: 'Дома', exact: true }).click()
  await reader.presses('Всегда')
  await reader.presses('Расширенный режим')
  await reader.writes('Приоритет', '5')
  await reader.presses('Сохранить')
  await reader.isTold('Правило «Дома» сохранено')
  await reader.presses('Общее состояние')
  await answer(/Мобильный.*Домашний/)
  await reader.picture('higher-priority')

  reader.reads('Неактивное правило (подсвеченное серым) срабатывать не будет до тех пор, пока Вы его не включите')
  const bar = page.locator('[data-bar][aria-label^="Дома,"]').first()
  await bar.click()
  const popover = page.getByRole('dialog', { name: 'Дома' })
  reader.reads('Нажав на прямоугольник правила, Вы сможете увидеть тип переадресации и список телефонов')
  await popover.getByText(/по очереди/).waitFor()
  await popover.getByText('+7 916 204-11-38').waitFor()
  await popover.getByText('+7 499 311-20-75').waitFor()
  await reader.picture('popover')
  reader.reads('Вы можете оперативно деактивировать правило, а также удалить/отредактировать его')
  await reader.presses('Выключить', popover)
  await reader.isTold('Правило «Дома» выключено')
  await answer('Сейчас звонят Мобильный и Офис')
  await reader.picture('switched-off')
  await popover.getByRole('button', { name: 'Удалить' }).click()
  await reader.isTold('Правило «Дома» удалено')
  await shows(t, () => page.locator('.names .name-line').count(), 5)
  await reader.presses('Отменить')
  await reader.isTold('Отменено')
  await shows(t, () => page.locator('.names .name-line').count(), 6)
  t.strictSame(reader.complaints, [])
})
