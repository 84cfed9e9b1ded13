/** «Статистика» in Chromium over the real server: figures, finding, pictures, links. */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import {
  axeFaults, logIn, openPanel, phoneScreen, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, sketchCall } from '../support/panel-server.ts'
import type { CallSketch, PanelWorld } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)
const world = await panelWorld(t)

/**
 * Four weeks of work: three answered calls a day, and on Mondays to Fridays one at seven that no
 * rule takes.
 */
function weeks(of: PanelWorld): CallSketch[] {
  const rule = 'В рабочее время'
  const taken = {
    step: 'ruleTaken', atMs: 0, ruleId: of.rules[rule] ?? '', ruleName: rule, via: 'schedule',
      priority: 0,
  } as const
  const sketches: CallSketch[] = []
  for (let day = 1; day <= 28; day += 1) {
    const date = new Date(Date.UTC(2025, 10, 18 - day))
    const at = (time: string): string => `${date.toISOString().slice(0, 10)}T${time}:00+03:00`
    for (const [time, phone, name] of [['10:05', 'Мобильный', 'Вера'], ['11:30', 'Офис', 'Павел'],
      ['11:40', 'Мобильный', '']] as const) {
      sketches.push({
        at: at(time), caller: name === '' ? '' : name === 'Вера' ? '+79161234567' : '+79215550190',
          name,
        outcome: 'answered', end: 60, trace: [taken],
        legs: [{ phone, rule, ring: 1, answer: phone === 'Офис' ? 12 : 6, end: 60,
          outcome: 'answered' }],
      })
    }
    if (date.getUTCDay() % 6 === 0) continue
    sketches.push({
      at: at('07:20'), caller: '+79034118765', outcome: 'refused', status: 480, end: 0,
      trace: [{ step: 'refused', atMs: 0, why: 'nothingActs', status: 480 }],
    })
  }
  return sketches
}

async function keep(of: PanelWorld, records: readonly CallRecord[]): Promise<void> {
  await Promise.all(records.map(async (record) => of.journal.close(record)))
}

const reason = (record: CallRecord): CallRecord =>
  record.outcome === 'refused' ? { ...record, reason: 'nothingActs' } : record
await keep(world, weeks(world).map((sketch) => reason(sketchCall(world, sketch))))

const plain = (text: string | null): string => (text ?? '').replace(/[\u00a0\u202f\u2009]/g, ' ')
const rows = (page: Page, count: number) =>
  page.waitForFunction((wanted) => document.querySelectorAll('.call-row').length === wanted, count)

t.test('four figures, and where calls are lost with a rule that mends it', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/')
  await logIn(page, world)
  await page.getByRole('link', { name: 'Посмотреть статистику' }).click()
  const figure = (at: number) => async () =>
    plain(await page.locator('.figures li').nth(at).textContent())
  await tells(t, figure(0), /^104 звонка/)
  await tells(t, figure(1), /^81 % отвечено.*84 звонка/)
  await tells(t, figure(2), /^20 пропущено.*20 из них по будням с 7:00 до 8:00/)
  await tells(t, figure(3), /^8 с до ответа.*быстрее всех — Мобильный, 5 с/)
  await page.getByText('100 % пропущенных — по будням с 7:00 до 8:00:').waitFor()
  await page.getByRole('link', { name: 'Создать правило' }).click()
  await page.waitForURL(/rules\/new\?/)
  await page.locator('.sentence').first().waitFor()
  await tells(t, () => page.locator('.sentence').first().textContent(),
    'По будням с 7:00 до 8:00 звонит Мобильный', 'its hours, and the phone that answers most')
  await page.goBack()
  await page.getByRole('link', { name: /20 пропущено/ }).click()
  await page.waitForURL(/outcome=missed/)
  await rows(page, 20)
  t.strictSame(complaints, [])
})

t.test('a bar, a cell, a number, a rule, a caller open the journal with what they count',
  async (t) => {
  const { page } = await openPanel(browser, world, {}, '/statistics')
  await logIn(page, world)
  const bar = page.getByRole('link', { name: /^пн, 17 ноября: отвечено 3, пропущено 1, почта 0$/ })
  await bar.click()
  await page.waitForURL(/from=2025-11-17&to=2025-11-17/)
  await rows(page, 4)
  await page.goBack()
  await page.getByRole('link', { name: 'Пн 11:00–12:00: 8 звонков, пропущено 0' }).click()
  await page.waitForURL(/cell=11/)
  await rows(page, 8)
  await page.goBack()
  for (const [name, count] of [['Офис', 28], ['ни одно не действовало', 20], ['скрытый номер',
    28]] as const) {
    await page.getByRole('link', { name, exact: true }).click()
    await rows(page, count)
    await page.goBack()
  }
  await page.getByRole('radio', { name: '7 дней' }).click()
  await page.waitForURL(/from=2025-11-12&to=2025-11-18/)
  await page.waitForFunction(() => document.querySelector('.figure')?.textContent === '22')
  await page.getByRole('radio', { name: 'Год' }).click()
  await page.getByRole('heading', { name: 'По неделям' }).waitFor()
  await shows(t,
    () => page.getByRole('link', { name: /^с 17 ноября: отвечено 3, пропущено 1/ }).count(), 1)
})

t.test('pictures are worked by keys and have tables as twins', async (t) => {
  const { page } = await openPanel(browser, world, {}, '/statistics')
  await logIn(page, world)
  // The clock of this browser is not that of the picture: the first answer is for another month.
  await page.getByRole('link', { name: /^пн, 17 ноября/ }).waitFor()
  const stops = (selector: string): Promise<number> =>
    page.locator(`${selector}[tabindex="0"]`).count()
  await shows(t, async () => [await stops('.day-group'), await stops('.heat')], [1, 1],
    'one tab stop each')
  const focused = async (): Promise<string> =>
    plain(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''))
  await page.locator('.day-group[tabindex="0"]').focus()
  await page.keyboard.press('End')
  await tells(t, () => focused(), 'вт, 18 ноября: отвечено 0')
  await page.keyboard.press('ArrowLeft')
  await tells(t, () => focused(), 'пн, 17 ноября: отвечено 3')
  await page.locator('.heat[tabindex="0"]').focus()
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
  await shows(t, () => focused(), 'Вт 02:00–03:00: 0 звонков, пропущено 0')
  await page.getByRole('button', { name: 'Показать таблицей' }).click()
  const twin = page.locator('.stat-days table')
  await tells(t,
    async () => plain(await twin.getByRole('row', { name: /17 ноября/ }).textContent()),
    'пн, 17 ноября301')
  await page.getByRole('button', { name: 'Показать графиком' }).click()
  await page.locator('.day-group').first().waitFor()
})

t.test('free of accessibility faults in both languages and themes, on a phone, too', async (t) => {
  const looks = [
    ['light', { colorScheme: 'light' }, 'ru'], ['dark, English', { colorScheme: 'dark' }, 'en'],
    ['phone', phoneScreen, 'ru'],
    ['dark, 360', { ...phoneScreen, viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
      'en'],
  ] as const
  for (const [name, options, language] of looks) {
    const { page, complaints } = await openPanel(browser, world, options, '/')
    await page.evaluate((value) => localStorage.setItem('language', value), language)
    await logIn(page, world)
    await page.goto(`${world.url}/statistics`)
    await page.locator('.heat').first().waitFor()
    t.strictSame(await axeFaults(page), [], name)
    await shows(t, () => sideways(page), 0, `${name}: does not scroll sideways`)
    await shows(t, () => page.locator('.heat').evaluateAll((cells) =>
      cells.map((cell) => cell.getBoundingClientRect())
        .filter(({ height, width }) => height < 24 || width < 20).length), 0,
      `${name}: cells are wide enough to hit`)
    t.strictSame(complaints, [], `${name}: the console is silent`)
    await page.context().close()
  }
})

t.test('without calls a way to make some; in the first days figures alone', async (t) => {
  const fresh = await panelWorld(t)
  const { page } = await openPanel(browser, fresh, {}, '/statistics')
  await logIn(page, fresh)
  await page.getByRole('heading', { name: 'За это время звонков не было' }).waitFor()
  await keep(fresh, [sketchCall(fresh, { at: '2025-11-17T12:00:00+03:00', caller: '+79161234567',
    outcome: 'missed', status: 480, end: 20 })])
  await page.reload()
  await page.getByText('Графики появятся, когда наберётся неделя звонков.').waitFor()
  await shows(t, () => page.locator('.heat').count(), 0)
  t.strictSame(await axeFaults(page), [])
})
