/**
 * «Мои номера», «Переадресации», «Звонящие» and «Календарь» in Chromium over the real server: pages
 * and search, proof by code, phones that are silent, the order of rules, lists, own days, import.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import { addNumber } from '../../src/store/numbers.ts'
import { axeFaults, logIn, openPanel, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, sketchCall } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

async function open(world: PanelWorld, path: string, options = {}): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPanel(browser, world, options)
  await logIn(opened.page, world)
  await opened.page.goto(world.url + path)
  return opened
}

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

t.test('numbers: ten a page, found by any writing, repeated, of their own manner, refused with reasons', async (t) => {
  const world = await panelWorld(t)
  for (let at = 0; at < 7; at += 1) {
    await addNumber(world.database.kysely, world.subscriberId, { address: `+7921555010${at}`, description: `Запасной ${at}` }, world.wallMs() + at)
  }
  const { page, complaints } = await open(world, '/numbers')
  const rows = page.locator('tbody tr')
  await rows.first().waitFor()
  await shows(t, () => rows.count(), 10)
  await page.getByRole('button', { name: 'Следующая страница' }).click()
  await shows(t, () => rows.count(), 3)
  await page.getByLabel('Показывать').selectOption('20')
  await shows(t, () => rows.count(), 13)
  await page.getByRole('searchbox').fill('8 921 555-01-04')
  await shows(t, () => page.locator('tbody th').allTextContents(), ['Запасной 4'])
  await page.getByRole('button', { name: 'Изменить: Запасной 4' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Номер телефона').fill('8 916 204-11-38')
  await dialog.getByText(/уже есть|повторя/i).first().waitFor()
  await dialog.getByLabel('Просить нажать 1').selectOption({ label: 'нажать 1' })
  await dialog.getByLabel('Какой номер увидит этот телефон').selectOption({ label: 'Ваш номер' })
  await dialog.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Номер «Запасной 4» сохранён')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).hover() // it stays
  await page.getByRole('searchbox').fill('')
  const changed = page.getByRole('row', { name: /Запасной 4/ })
  await changed.getByText('повторяется').waitFor()
  await changed.getByText('нажать 1').waitFor()
  await changed.getByText('Ваш номер').waitFor()
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await page.getByRole('row', { name: /Запасной 4/ }).getByText('+7 921 555-01-04').waitFor()
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  const refusals = [['112', /экстренных/], ['+7 499 674-07-82', /Ваш персональный номер/], ['+7 809 123-45-67', /платные/], ['12', /Не хватает цифр|короткие/], ['8916204113845678', /Лишние цифры/]] as const
  for (const [number, why] of refusals) {
    await dialog.getByLabel('Номер телефона').fill(number)
    await dialog.getByRole('button', { name: 'Добавить номер' }).click()
    await dialog.getByText(why).waitFor()
  }
  t.strictSame(await axeFaults(page), [], 'with a refusal')
  t.strictSame(complaints, [], 'the console is silent')
})

t.test('fifty numbers are the most', async (t) => {
  const world = await panelWorld(t)
  for (let at = 0; at < 44; at += 1) {
    await addNumber(world.database.kysely, world.subscriberId, { address: `+792155502${String(at).padStart(2, '0')}`, description: `Ещё ${at}` }, world.wallMs() + at)
  }
  const { page } = await open(world, '/numbers')
  await page.getByText('50 номеров из 50').waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Добавить номер' }).isDisabled(), true)
  await page.getByText('Больше 50 номеров добавить нельзя.').waitFor()
  await page.getByText('Страница 1 из 5').waitFor()
})

t.test('a number is proved by a code: wrong, right, and rules told what they leave out', async (t) => {
  const sent: string[] = []
  const world = await panelWorld(t, {
    api: { verifyNumbers: true, sendSms: async (_, text) => { sent.push(/\d{4}/.exec(text)?.[0] ?? '') } },
  })
  const { page, complaints } = await open(world, '/numbers')
  const row = page.locator('tbody tr').filter({ has: page.getByText('Пока номер не подтверждён') }).first()
  await row.getByText('его пропустят').waitFor()
  await row.getByRole('button', { name: 'Прислать СМС' }).click()
  const code = page.getByLabel('Введите код из СМС')
  await code.fill(sent[0] === '0000' ? '1111' : '0000')
  await shows(t, () => page.getByText(/Ещё раз через \d:\d\d/).count(), 1,
    'when another code may be asked for')
  await page.getByRole('button', { name: 'Подтвердить' }).click()
  await page.getByText('Код не подошёл. Осталось').waitFor()
  t.strictSame(await axeFaults(page), [], 'with a wrong code')
  await code.fill(`${sent[0]?.slice(0, 2)} ${sent[0]?.slice(2)}`)
  await page.getByRole('button', { name: 'Подтвердить' }).click()
  await toast(page, 'подтверждён')
  await page.getByText('подтверждён', { exact: true }).first().waitFor()
  t.equal(sent.length, 1)
  await page.goto(`${world.url}/rules/${world.rules['Во время отпуска']}`)
  await page.locator('.strip.warn').getByText('не подтверждён, звонить он не будет').waitFor()
  await page.getByRole('link', { name: 'Подтвердить номер' }).waitFor()
  t.strictSame(complaints, [], 'the console is silent')
})

t.test('a phone that never answers is told, and can be checked', async (t) => {
  const world = await panelWorld(t)
  for (let at = 0; at < 4; at += 1) {
    const call = sketchCall(world, {
      at: new Date(world.wallMs() - (at + 8) * 86_400_000).toISOString(), caller: '+79215550190', outcome: 'missed', status: 480, end: 30,
      legs: [{ phone: 'Дача', rule: 'На даче', ring: 1, end: 30, outcome: 'noAnswer' }],
    })
    await world.journal.open(call)
    await world.journal.close(call)
  }
  const { page } = await open(world, '/numbers')
  await page.getByText(/«Дача» не отвечает \d+ д/).waitFor()
  await page.getByRole('row', { name: /Дача/ }).getByText(/не отвечает \d+ д/).waitFor()
  await page.locator('.strip.warn').getByRole('button', { name: 'Проверить' }).click()
  await toast(page, 'Звоним на «Дача»')
  t.strictSame(await axeFaults(page), [])
})

t.test('rules: remarks on the whole set, order by keys keeps the focus, conditions in words', async (t) => {
  const world = await panelWorld(t)
  const { page } = await open(world, '/rules')
  await page.getByText(/В правилах \d+ замечани/).click()
  await page.locator('.lint').getByRole('link', { name: 'В рабочее время' }).waitFor()
  await page.locator('.lint').getByText('Часть времени уступает правилу «Планёрка».').waitFor()
  t.strictSame(await axeFaults(page), [], 'with the remarks open')
  const handle = page.getByRole('button', { name: 'Переместить: Дома' })
  await handle.focus()
  await page.keyboard.press('ArrowUp')
  await toast(page, /«Дома»/)
  await page.waitForFunction(() => document.querySelectorAll('.rule-name a')[1]?.textContent === 'Дома')
  await shows(t, () => page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    'Переместить: Дома', 'the focus goes along')
  await page.keyboard.press('ArrowUp')
  await toast(page, 'Приоритет «Дома» стал 10')
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await shows(t, () => page.locator('.rule-name a').first().textContent(), 'Планёрка')
})

t.test('lists of callers: made, filled, refused, undone, kept while a rule needs them', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await open(world, '/callers')
  await page.getByRole('button', { name: 'Новый список' }).click()
  await page.getByLabel('Название списка').fill('<b>Семья</b>')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Список «<b>Семья</b>» создан')
  const family = page.getByRole('region', { name: '<b>Семья</b>' })
  await family.getByLabel('Номер').fill('*')
  await page.keyboard.press('Enter')
  await family.getByText('Так подошёл бы почти любой номер').waitFor()
  await family.getByLabel('Номер').fill('8 (916) 111-22-33')
  await family.getByLabel('Имя').fill('Мама')
  await page.keyboard.press('Enter')
  await family.getByText('+7 916 111-22-33').waitFor()
  await shows(t, () => family.getByLabel('Номер').inputValue(), '', 'ready for the next one')
  await family.getByRole('button', { name: 'Убрать из списка: Мама' }).click()
  await toast(page, 'Мама больше не в списке')
  await page.getByRole('button', { name: 'Отменить' }).click()
  await family.getByText('Мама', { exact: true }).waitFor()
  const blocked = page.getByRole('region', { name: 'Заблокированные' })
  await blocked.getByLabel('Номер').fill('8 495 123 *')
  await blocked.getByRole('button', { name: 'Добавить' }).click()
  await blocked.getByText('номер на +7495123').waitFor()
  await shows(t, () => blocked.getByRole('button', { name: /Удалить/ }).count(), 0,
    'the list of blocked callers stays')
  t.strictSame(await axeFaults(page), [])

  await page.goto(`${world.url}/rules/${world.rules['Дома']}?mode=advanced`)
  await page.getByText('Ещё условия').click()
  await page.getByRole('radio', { name: 'Только' }).click()
  await page.getByRole('button', { name: '<b>Семья</b>' }).click()
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Правило «Дома» сохранено')
  await page.locator('.rule-row').getByText('Только когда звонит кто-то из списка «<b>Семья</b>».').waitFor()
  await page.getByRole('link', { name: 'Звонящие' }).click()
  await family.getByText('Нужен правилам «Дома».').waitFor()
  await family.getByRole('button', { name: 'Удалить: <b>Семья</b>' }).click()
  await page.getByRole('dialog', { name: 'Список «<b>Семья</b>» нужен правилам' }).getByRole('button', { name: 'Понятно' }).click()
  await family.getByRole('button', { name: 'Переименовать: <b>Семья</b>' }).click()
  await page.getByLabel('Название списка').fill('Заблокированные друзья')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Список называется «Заблокированные друзья»')
  t.strictSame(complaints, [], 'the console is silent, markup is text')
})

const holiday = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//RU', 'BEGIN:VEVENT', 'UID:1', 'DTSTAMP:20250101T000000Z',
  'DTSTART;VALUE=DATE:20251222', 'DTEND;VALUE=DATE:20251224', 'SUMMARY:Отпуск <i>', 'END:VEVENT', 'BEGIN:VEVENT', 'UID:2',
  'DTSTAMP:20250101T000000Z', 'DTSTART:20251110T100000Z', 'DTEND:20251110T110000Z', 'SUMMARY:Встреча', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')

t.test('the calendar: a year of days, own ones by keys with undo, a file looked at first', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await open(world, '/calendar')
  const day = (date: string): ReturnType<Page['locator']> => page.locator(`[data-date="2025-${date}"]`)
  await day('11-18').waitFor()
  await tells(t, () => day('11-04').getAttribute('aria-label'),
    /вторник, 4 ноября, праздник, День народного единства/)
  await tells(t, () => day('11-01').getAttribute('aria-label'), /рабочий день|сокращённый день/,
    'a working Saturday of the production calendar')
  await shows(t, () => page.locator('.year [tabindex="0"]').count(), 1, 'one tab stop')
  await day('11-18').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await shows(t, () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['date']),
    '2025-11-26')
  await page.keyboard.press('Enter')
  const box = page.getByRole('dialog', { name: 'среда, 26 ноября' })
  await box.getByLabel('Выходной').check()
  await box.getByLabel('Название').fill('День рождения')
  t.strictSame(await axeFaults(page), [], 'with a day open')
  await box.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, '26 ноября — выходной')
  await tells(t, () => day('11-26').getAttribute('aria-label'), 'выходной, День рождения, Ваш день')
  await page.getByRole('button', { name: 'Отменить' }).click()
  await page.waitForFunction(() => document.querySelector('[data-date="2025-11-26"]')?.getAttribute('aria-label')?.includes('рабочий') === true)

  await page.locator('input[type="file"]').setInputFiles({ name: 'days.ics', mimeType: 'text/calendar', buffer: Buffer.from(holiday) })
  const look = page.getByRole('dialog', { name: 'Дни из файла' })
  await look.getByText('В файле 2 дня. Пропущено 1 событие').waitFor()
  await look.getByText('Отпуск <i>').first().waitFor()
  t.strictSame(await axeFaults(page), [], 'with the file open')
  await tells(t, () => day('12-22').getAttribute('aria-label'), 'рабочий день',
    'nothing is taken yet')
  await look.getByLabel('Считать их').selectOption({ label: 'Выходной' })
  await look.getByRole('button', { name: 'Добавить 2 дня' }).click()
  await toast(page, 'Добавлено 2 дня')
  await page.waitForFunction(() => document.querySelector('[data-date="2025-12-23"]')?.getAttribute('aria-label')?.includes('Отпуск <i>') === true)
  await page.locator('input[type="file"]').setInputFiles({ name: 'days.ics', mimeType: 'text/calendar', buffer: Buffer.from('нет') })
  await toast(page, 'Файл не читается')
  await page.getByRole('button', { name: 'Следующий год' }).click()
  await page.locator('[data-date="2026-01-01"]').waitFor()
  t.strictSame(complaints, [], 'the console is silent')
})
