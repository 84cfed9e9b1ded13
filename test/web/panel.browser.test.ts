/** The panel in Chromium over the real server and a real database. */
import type { Page } from 'playwright-core'
import t from 'tap'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, personalNumber, pictureCalls, sketchCall } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

t.test('from the first log-in to the first call', async (t) => {
  const world = await panelWorld(t, { empty: true })
  const { page, complaints } = await openPanel(browser, world)

  await page.getByLabel('Логин').fill(world.login)
  await page.getByLabel('Пароль', { exact: true }).fill('wrong')
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.getByRole('alert').getByText('Логин или пароль не подошли').waitFor()
  await logIn(page, world)

  await page.getByRole('heading', { name: 'Куда Вам дозваниваться?' }).waitFor()
  await page.getByLabel('Номер телефона').fill('112')
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  await page.getByText('экстренных служб').waitFor()
  await page.getByLabel('Номер телефона').fill('8 (916) 204-11-38')
  await page.getByLabel('Описание').fill('Мобильный')
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  await toast(page, 'Номер «Мобильный» добавлен')

  await page.getByRole('heading', { level: 1, name: 'Звонки никуда не направляются' }).waitFor()
  await tells(t, () => page.title(), 'Звонки никуда не направляются',
    'the title of the window is the answer')

  await page.getByRole('link', { name: 'Добавить правило' }).click()
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await page.getByText('Назовите правило').waitFor()
  await page.getByLabel('Название правила').fill('В рабочее время')
  await page.getByRole('button', { name: 'Будни 9–18' }).click()
  await page.getByText('По будням с 9:00 до 18:00').waitFor()
  await tells(t, () => page.locator('.sentence').textContent(),
    'По будням с 9:00 до 18:00 звонит Мобильный 30 секунд')
  await page.keyboard.press('Control+Enter')
  await toast(page, 'Правило «В рабочее время» сохранено')

  await page.getByRole('heading', { name: 'Переадресации' }).waitFor()
  await page.getByRole('switch', { name: 'Правило «В рабочее время» включено' }).click()
  await toast(page, 'Правило «В рабочее время» выключено')
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await shows(t, () => page.getByRole('switch').getAttribute('aria-checked'), 'true')

  await page.getByRole('link', { name: 'Общее состояние' }).click()
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонит Мобильный' }).waitFor()
  await tells(t,
    () => page.getByRole('button', { name: /В рабочее время, вт, 18 ноября, 09:00–18:00/ })
      .getAttribute('aria-label'), 'действует сейчас')

  const seeded = { ...world, phones: { Мобильный: 'a'.repeat(32) }, rules: {} }
  const ringing = sketchCall(seeded, {
    at: new Date(world.wallMs() - 4000).toISOString(), caller: '+79215550190', name: 'Павел',
    trace: [{ step: 'ruleTaken', atMs: 0, ruleId: '', ruleName: 'В рабочее время', via: 'schedule', priority: 0 }],
    legs: [{ phone: 'Мобильный', rule: 'В рабочее время', ring: 1, outcome: 'ringing' }],
  })
  await world.journal.open(ringing)
  await page.getByRole('region', { name: 'Звонки сейчас' }).getByText('+7 921 555-01-90').waitFor()
  const leg = ringing.legs[0]
  await world.journal.close({
    ...ringing, outcome: 'answered', status: 200, answeredAt: ringing.startedAt + 6000, endedAt: ringing.startedAt + 54_000,
    answeredLegId: leg?.id, endedBy: 'callee',
    legs: leg === undefined ? [] : [{ ...leg, outcome: 'answered', answerMs: 6000, endMs: 54_000, status: 200 }],
  })
  await page.getByRole('region', { name: 'Звонки сейчас' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Журнал', exact: true }).click()
  await page.getByRole('button', { name: /Показать звонок/ }).click()
  const why = page.locator('.why')
  await why.waitFor()
  await tells(t, () => why.textContent(), 'Подошло «В рабочее время»')
  await tells(t, () => why.textContent(), 'Отвечает Мобильный.')
  await tells(t, () => why.textContent(), 'Положил трубку ответивший.')
  t.strictSame(complaints, [], 'nothing to complain about in the console, the policy included')
})

// Every page in every look: pages.browser.test.ts; here what opens on them.
t.test('what opens on a page is free of accessibility faults, light, dark and on a phone', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world, { live: true })
  const looks = [
    { name: 'light', options: {} },
    { name: 'dark phone', options: { ...phoneScreen, colorScheme: 'dark' as const } },
  ]
  for (const look of looks) {
    const { page, complaints } = await openPanel(browser, world, look.options)
    await page.locator('.login-form').waitFor()
    t.strictSame(await axeFaults(page), [], `${look.name}: log-in`)
    await logIn(page, world)
    await page.locator('[data-bar]').first().waitFor()
    t.strictSame(await axeFaults(page), [], `${look.name}: overview`)
    await page.locator('[data-bar]').first().click()
    await page.getByRole('dialog').waitFor()
    t.strictSame(await axeFaults(page), [], `${look.name}: popover`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Показать таблицей' }).click()
    t.strictSame(await axeFaults(page), [], `${look.name}: table twin`)
    t.equal(await page.getByRole('row', { name: /^В рабочее время .* действует/ }).count(), 1,
      'of all its days only today’s acts now')
    await page.goto(`${world.url}/calls`)
    await page.locator('.row-toggle').nth(2).click()
    await page.locator('.why').waitFor()
    t.strictSame(await axeFaults(page), [], `${look.name}: a call opened`)
    await page.goto(`${world.url}/rules/${world.rules['Дома']}`)
    await page.locator('.editor').waitFor()
    t.strictSame(await axeFaults(page), [], `${look.name}: a rule`)
    t.strictSame(complaints, [], `${look.name}: the console is silent`)
    await page.context().close()
  }
})

t.test('the timeline is worked by keys: arrows, Space with undo, Enter, Esc', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.locator('[data-bar]').first().waitFor()
  await shows(t, () => page.locator('[data-bar][tabindex="0"]').count(), 1, 'one tab stop')
  await page.locator('[data-bar][tabindex="0"]').focus()
  const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null)
  await tells(t, () => focused(), /^Планёрка/)
  await page.keyboard.press('ArrowDown')
  await tells(t, () => focused(), /^В рабочее время, вт, 18 ноября/, 'down stays at the same time')
  await page.keyboard.press('ArrowRight')
  await tells(t, () => focused(), /^В рабочее время, ср, 19 ноября/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'В рабочее время' }).waitFor()
  await page.keyboard.press('Escape')
  await tells(t, () => focused(), /^В рабочее время, ср/, 'Esc gives the focus back')
  await page.keyboard.press('Space')
  await toast(page, 'Правило «В рабочее время» выключено')
  await page.getByRole('heading', { level: 1, name: 'Звонки никуда не направляются' }).waitFor()
  await page.keyboard.press('Control+z')
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонят Мобильный и Офис' }).waitFor()
  await page.keyboard.press('Digit3')
  await shows(t, () => page.getByRole('radio', { name: 'Неделя' }).getAttribute('aria-checked'),
    'true')
  await page.getByRole('button', { name: 'Сейчас', exact: true }).click()
  await page.locator('[data-bar][tabindex="0"]').focus()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Клавиши графика' }).waitFor()
})

t.test('a rule changed in another window is merged field by field', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['Ночью только близкие'] ?? ''
  const first = await openPanel(browser, world)
  await logIn(first.page, world)
  await first.page.goto(`${world.url}/rules/${id}`)
  await first.page.getByLabel('Название правила').fill('Ночь')
  const second = await first.page.context().newPage()
  await second.goto(`${world.url}/rules/${id}?mode=advanced`)
  await second.getByLabel('Ожидание').fill('45')
  await second.getByRole('button', { name: 'Сохранить' }).click()
  await toast(second, /сохранено/)

  await first.page.getByRole('button', { name: 'Сохранить' }).click()
  const dialog = first.page.getByRole('dialog', { name: 'Правило изменили в другом окне' })
  await dialog.waitFor()
  t.strictSame(await axeFaults(first.page), [])
  await dialog.getByRole('row', { name: /Ожидание/ }).getByRole('radio').nth(1).click()
  await dialog.getByRole('button', { name: 'Продолжить' }).click()
  await first.page.getByRole('button', { name: 'Сохранить' }).click()
  await first.page.getByRole('heading', { name: 'Переадресации' }).waitFor()
  await first.page.getByText('Каждый день с 22:00 до 7:00 звонит Мобильный 45 секунд').waitFor()
  await first.page.getByRole('link', { name: 'Ночь', exact: true }).waitFor()
})

t.test('order, deletion with undo, numbers in use, the default number', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/rules`)
  const names = async (): Promise<string[]> => page.locator('.rule-name a').allTextContents()
  await page.locator('.rule-row').nth(1).getByRole('button', { name: 'Выше' }).click()
  await toast(page, 'Приоритет «В рабочее время» стал 10')
  await shows(t, async () => (await names()).slice(0, 2), ['В рабочее время', 'Планёрка'])
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await shows(t, async () => (await names()).slice(0, 2), ['Планёрка', 'В рабочее время'])

  await page.getByRole('button', { name: 'Удалить: Дома' }).click()
  await toast(page, 'Правило «Дома» удалено')
  await shows(t, async () => (await names()).includes('Дома'), false)
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await shows(t, async () => (await names())[2], 'Дома', 'back in its place')

  await page.getByRole('link', { name: 'Мои номера' }).click()
  await page.getByRole('button', { name: 'Удалить: Дача' }).click()
  await page.getByRole('dialog', { name: 'Номер «Дача» нужен правилам' }).getByText('«На даче»').waitFor()
  await page.getByRole('button', { name: 'Понятно' }).click()
  await page.getByRole('button', { name: 'Выбрать номер' }).click()
  await page.getByRole('radio', { name: /Офис/ }).click()
  await page.getByRole('button', { name: 'Выбрать', exact: true }).click()
  await toast(page, 'Номер по умолчанию — Офис')
  await page.getByRole('searchbox').fill('8 495 123')
  await shows(t, () => page.locator('tbody th').allTextContents(), ['Офис'], 'found by 8… as well')
  await page.getByRole('link', { name: 'Общее состояние' }).click()
  await page.locator('.hero').waitFor()
  await shows(t, () => page.locator('.strip.bad').count(), 0, 'no gap is left')
  await shows(t, () => page.getByText(personalNumber).count(), 0, 'numbers are written for people')
})

t.test('a rule is dragged to another place; without a connection nothing can be saved', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/rules`)
  const from = await placeOf(
    page.getByRole('button', { name: 'Переместить: Ночью только близкие' }))
  await page.mouse.move(from.x + 8, from.y + 8)
  await page.mouse.down()
  const to = await placeOf(page.locator('.rule-row').nth(3))
  await page.mouse.move(to.x + 40, to.y + 30, { steps: 6 })
  await page.mouse.up()
  await toast(page, 'Правило «Ночью только близкие» перемещено')
  await shows(t, () => page.locator('.rule-name a').nth(3).textContent(), 'Ночью только близкие')

  await page.getByRole('link', { name: 'Дома', exact: true }).click()
  await page.getByLabel('Название правила').fill('Дома вечером')
  await page.context().setOffline(true)
  await page.getByText(/Нет связи. Показано на/).waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Сохранить' }).isDisabled(), true)
  await page.getByText('Нет связи: сохранить пока нельзя.').waitFor()
  await page.context().setOffline(false)
  await page.getByText(/Нет связи. Показано на/).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Отмена' }).click()
  await page.getByRole('dialog', { name: 'Уйти без сохранения?' }).getByRole('button', { name: 'Оставить' }).click()
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Дома вечером',
    'nothing typed is lost')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Правило «Дома вечером» сохранено')
})

t.test('English, the theme and the log-out belong to the device and the session', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await page.getByRole('radio', { name: 'EN' }).click()
  await page.getByLabel('Login').fill(world.login)
  await page.getByLabel('Password', { exact: true }).fill(world.login)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Мобильный and Офис ring now' }).waitFor()
  await page.getByRole('button', { name: 'Михаил Миронов' }).click()
  await page.getByRole('radio', { name: 'Dark' }).click()
  await shows(t,
    () => page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--bg')), '#131210')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Мобильный and Офис ring now' }).waitFor()
  await shows(t, () => page.evaluate(() => document.documentElement.dataset['theme']), 'dark',
    'kept')
  await page.getByRole('button', { name: 'Михаил Миронов' }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  await page.goto(`${world.url}/numbers`)
  await page.getByRole('button', { name: 'Log in' }).waitFor()
})
