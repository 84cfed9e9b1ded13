/** The manual, §8 «Журнал звонков и прослушивание записи разговоров». */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { recordCall } from '../support/panel-sounds.ts'
import { shows } from '../support/shows.ts'

t.test('8. Журнал звонков и прослушивание записи разговоров', async (t) => {
  const world = await panelWorld(t)
  const calls = await pictureCalls(world)
  const talk = calls.find((call) => call.callerName.includes('Северный ветер'))
  if (talk === undefined) throw new Error('the picture has no such call')
  await recordCall(world, talk)
  const reader = await openManual(t, '08-journal', { world })
  const { page } = reader

  reader.reads('Нажмите на ссылку «Журнал» на панели меню слева')
  await page.getByRole('link', { name: /^Журнал/ }).click()
  await page.locator('.call-row').first().waitFor()

  reader.reads('Вы в любой момент сможете увидеть, сколько поступило звонков, кто и как отвечал на них')
  await shows(t, () => page.locator('.call-row').count(), 7, 'one row per call')
  await reader.sees('5 звонков, пропущено 2')
  const row = page.locator('.call-row', { hasText: 'Северный ветер' })
  for (const word of ['+7 495 780-22-10', 'Анна, секретарь', 'отвечен', '4:07']) {
    await shows(t, () => row.getByText(word).count(), 1, `the row says «${word}»`)
  }
  await reader.picture('calls')

  reader.reads('Выберите интересующую Вас запись о входящем звонке и кликните по строке, чтобы открыть плеер')
  await row.click()
  const player = page.getByRole('group', { name: 'Запись разговора' })
  await player.getByRole('button', { name: 'Слушать' }).waitFor()
  await page.locator('.why').getByText('Подошло «В рабочее время»').waitFor()
  await reader.picture('player')

  reader.reads('Прослушайте аудиозапись')
  await player.getByRole('button', { name: 'Слушать' }).click()
  await player.getByRole('button', { name: 'Пауза' }).waitFor()
  await page.waitForFunction(() => Number(document.querySelector('[role="slider"]')?.getAttribute('aria-valuenow')) >= 1)
  await reader.picture('plays')
  await player.getByRole('button', { name: 'Пауза' }).click()
  await reader.presses('Кто слушал')
  await reader.sees(/18 ноября, 14:3\d · mironov, слушал/)

  reader.reads('Работа системы прозрачна')
  await row.click()
  await page.locator('.call-row', { hasText: 'скрытый номер' }).click()
  await page.locator('.why').getByText('Никто не ответил').first().waitFor()
  await reader.picture('missed')
  t.strictSame(reader.complaints, [])
})
