/** «Детализация» in Chromium over the real server and ledger. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { append } from '../../src/store/ledger.ts'
import { axeFaults, logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { payingWorld, pictureCharges } from '../support/panel-payments.ts'
import { pictureCalls } from '../support/panel-server.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)

/** What the lines show, one text each, no-break spaces as plain ones. */
async function lines(page: Page): Promise<string[]> {
  const rows = await page.locator('.charges-table tbody tr').all()
  return Promise.all(rows.map(async (row) =>
    (await row.locator('td').allInnerTexts()).join(' | ').replaceAll(/[\u00a0\u202f]/g, ' ')))
}

const count = (page: Page): Promise<number> => page.locator('.charges-table tbody tr').count()

async function sums(page: Page): Promise<Record<string, string>> {
  const pairs = await page.locator('.sums > div').allInnerTexts()
  return Object.fromEntries(pairs.map((pair) => pair.replaceAll(/[\u00a0\u202f]/g, ' ').split('\n').filter(Boolean)))
}

t.test('a month: sums, lines with the balance after each, kinds, the way to the call', async (t) => {
  const world = await payingWorld(t, { subscriber: { balanceKopecks: 0 } })
  const calls = await pictureCalls(world)
  await pictureCharges(world, calls.at(-1)?.id)
  const { page, complaints } = await openPanel(browser, world, {}, '/charges')
  await logIn(page, world)
  await page.getByText('на 65 дней').waitFor()
  await shows(t, () => sums(page), {
    'На счёте': '380 ₽', 'Поступило за ноябрь': '350 ₽', 'Списано за ноябрь': '520 ₽', 'Хватит примерно': 'на 65 дней',
  })
  await shows(t, () => lines(page), [
    '18 ноя, 14:20 | Разговор | Мобильный, 4:12 | −9,00 | 380,00',
    '18 ноя, 13:58 | Разговор | Анна, секретарь, 4:07 | −9,20 | 389,00',
    '18 ноя, 12:15 | Разговор | Офис, 0:48 | −1,80 | 398,20',
    '17 ноя, 11:00 | Возврат | по Вашей просьбе | −500,00 | 400,00',
    '16 ноя, 19:30 | Бонус | за приглашение: Ирина К. | +50,00 | 900,00',
    '3 ноя, 10:00 | Пополнение | платёж № 451 | +300,00 | 850,00',
  ])
  const kinds = page.getByRole('group', { name: 'Что показать' })
  await shows(t, () => kinds.getByRole('button').allInnerTexts(), [
    'Всё', 'Разговоры: −20,00', 'Пополнения: +300,00', 'Бонусы: +50,00', 'Возвраты: −500,00',
  ])
  await kinds.getByRole('button', { name: /Разговоры/ }).click()
  await shows(t, () => count(page), 3)
  await page.getByText('по Вашей просьбе').waitFor({ state: 'detached' })
  await page.waitForURL(/\/charges\?kind=call$/)
  await shows(t, async () => (await sums(page))['Списано за ноябрь'], '520 ₽',
    'sums are of the whole month')
  await page.getByLabel('Месяц').selectOption('2025-10')
  await page.getByText('Такого за этот месяц не было.').waitFor()
  await shows(t, () => kinds.getByRole('button', { pressed: true }).innerText(), 'Разговоры: 0,00')
  await kinds.getByRole('button', { name: 'Всё' }).click()
  await page.getByText('Перенос остатка').waitFor()
  await shows(t, () => sums(page), {
    'Было на начало': '0 ₽', 'Поступило за октябрь': '700 ₽', 'Списано за октябрь': '150 ₽', 'Стало на конец': '550 ₽',
  })
  await shows(t, () => page.getByLabel('Месяц').locator('option').allInnerTexts(),
    ['Ноябрь 2025', 'Октябрь 2025'])
  await page.reload()
  await page.getByText('Перенос остатка').waitFor()
  await page.goto(`${world.url}/charges?month=2024-02`)
  await page.getByText('За этот месяц денег не приходило и не уходило.').waitFor()
  await shows(t, async () => {
    const { 'Было на начало': before, 'Стало на конец': after } = await sums(page)
    return [before, after]
  }, ['0 ₽', '0 ₽'])

  await page.goto(`${world.url}/charges`)
  await page.getByRole('link', { name: 'Мобильный, 4:12' }).click()
  await page.locator('.call-details').waitFor()
  await page.waitForURL((url) => url.href.endsWith(`/calls?open=${calls.at(-1)?.id}`))
  t.strictSame(complaints, [])
})

t.test('what happens meanwhile is seen; files and paper bring what is shown', async (t) => {
  const world = await payingWorld(t, { empty: true, subscriber: { balanceKopecks: 0 } })
  const { page, complaints } = await openPanel(browser, world, {}, '/charges')
  await logIn(page, world)
  await page.getByText('За этот месяц денег не приходило и не уходило.').waitFor()
  await pictureCharges(world)
  await page.getByText('за приглашение: Ирина К.').waitFor()
  await world.enter({ kind: 'call', kopecks: -3_60, text: '=Дача <b>0:90</b>' })
  await page.getByText('=Дача <b>0:90</b>').waitFor()
  await page.locator('.menu-head').getByText('376,40 ₽').waitFor()
  await shows(t, async () => (await sums(page))['На счёте'], '376,40 ₽')

  await page.getByRole('button', { name: /Разговоры/ }).click()
  await page.getByText('Ирина К.').waitFor({ state: 'detached' })
  const files = page.locator('.page-tools')
  for (const [name, file] of [['Скачать CSV', 'charges-2025-11.csv'], ['Скачать XLSX', 'charges-2025-11.xlsx']] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), files.getByRole('link', { name }).click()])
    t.equal(download.suggestedFilename(), file)
    const bytes = await readFile(await download.path())
    if (name.endsWith('CSV')) {
      t.equal(bytes.toString('utf8').trimEnd().split('\r\n').length, 5, 'a head and the four talks')
      t.match(bytes.toString('utf8'), `'=Дача`, 'no formula')
    } else t.equal(bytes.subarray(0, 2).toString('latin1'), 'PK')
  }
  const [paper] = await Promise.all([page.waitForEvent('popup'), files.getByRole('link', { name: 'Для печати' }).click()])
  await paper.getByRole('heading', { name: 'Детализация счёта: ноябрь 2025' }).waitFor()
  await paper.getByText('=Дача <b>0:90</b>').waitFor()
  await shows(t, () => paper.getByText('Ирина К.').count(), 0)
  t.strictSame(await axeFaults(paper), [])
  t.strictSame(complaints, [])
})

t.test('many lines come by pages, the newest first; a failed load offers to repeat', async (t) => {
  const world = await payingWorld(t, { empty: true, subscriber: { balanceKopecks: 500_00 } })
  for (let n = 1; n <= 104; n += 1) {
    await append(world.database.kysely, world.subscriberId, {
      key: `call:${n}`, kind: 'call', kopecks: -1_00, atMs: Math.floor(world.wallMs()), text: `звонок ${n}`,
    })
  }
  const { page } = await openPanel(browser, world, {}, '/charges')
  await logIn(page, world)
  await page.getByText('звонок 104', { exact: true }).waitFor()
  await shows(t, () => count(page), 50)
  await page.getByRole('button', { name: 'Показать более ранние' }).click()
  await page.getByText('звонок 54', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Показать более ранние' }).click()
  await page.getByText('звонок 4', { exact: true }).waitFor()
  await shows(t, () => count(page), 5, 'four talks and the opening')
  await shows(t, () => page.getByRole('button', { name: 'Показать более ранние' }).count(), 0)
  await page.getByRole('button', { name: 'К новым' }).click()
  await page.getByText('звонок 104', { exact: true }).waitFor()
  await page.route('**/api/charges**', (route) => route.abort())
  await page.getByRole('button', { name: /Разговоры/ }).click()
  await page.getByRole('alert').getByText(/Не загрузилось/).waitFor()
  await shows(t, () => count(page), 50, 'what was there stays')
  await page.unroute('**/api/charges**')
  await page.getByRole('alert').getByRole('button', { name: 'Повторить' }).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
})

t.test('every width, 200 % too, both languages and themes, without a fault for axe', async (t) => {
  const world = await payingWorld(t, { empty: true, subscriber: { balanceKopecks: 0 } })
  await pictureCharges(world, 'c'.repeat(32))
  await world.enter({ kind: 'correction', kopecks: -123_456_78, text: 'Очень длинное объяснение причины этой корректировки '.repeat(4) })
  for (const [width, scheme, language] of [[360, 'light', 'ru'], [390, 'dark', 'en'], [720, 'light', 'ru'], [900, 'light', 'en'],
    [1440, 'dark', 'ru']] as const) {
    const { page } = await openPanel(browser, world, {
      ...(width < 600 ? phoneScreen : {}), viewport: { width, height: 844 }, colorScheme: scheme,
    })
    await page.evaluate((word) => localStorage.setItem('language', word), language)
    await page.goto(`${world.url}/charges`)
    await page.getByLabel(language === 'en' ? 'Login' : 'Логин').fill(world.login)
    await page.getByLabel(language === 'en' ? 'Password' : 'Пароль', { exact: true }).fill(world.login)
    await page.keyboard.press('Enter')
    await page.locator(width < 600 ? '.charge-rows' : '.charges-table').waitFor()
    t.strictSame(await axeFaults(page), [], String(width))
    await shows(t, () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0,
      `${width} does not scroll sideways`)
    await page.context().close()
  }
})

t.test('nothing jumps while sums and lines arrive', async (t) => {
  const world = await payingWorld(t, { empty: true, subscriber: { balanceKopecks: 0 } })
  await pictureCharges(world)
  for (const screen of [{}, { ...phoneScreen, viewport: { width: 360, height: 740 } }]) {
    const { page } = await openPanel(browser, world, screen)
    await logIn(page, world)
    await page.addInitScript(() => {
      const seen = globalThis as unknown as { shifts: { by: number; what: string }[] }
      seen.shifts = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as { value: number; sources?: { node?: Element | null }[] }[]) {
          const what = entry.sources?.map(({ node }) => node?.className || node?.nodeName).join() ?? ''
          seen.shifts.push({ by: entry.value, what })
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    for (const [path, ready] of [['/charges', 'на 65 дней'], ['/balance', 'Примерно на 150 дней'], ['/balance?sum=300', 'карты, кошельки']] as const) {
      await page.goto(world.url + path)
      await page.getByText(ready).waitFor()
      await page.evaluate(() => new Promise((done) => setTimeout(done, 200)))
      const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: { by: number; what: string }[] }).shifts)
      const sum = shifts.reduce((all, { by }) => all + by, 0)
      t.ok(sum < 0.05, `${path}: ${sum.toFixed(3)}`, sum < 0.05 ? {} : { shifts })
    }
    await page.context().close()
  }
})
