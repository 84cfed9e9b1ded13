/** «Кто зазвонит, если…» in Chromium over the real server: the question in the address, the answer. */
import t from 'tap'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

t.test('a question is asked, scrubbed, shared; the answer names the rule', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world)
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  await page.getByRole('link', { name: 'Кто зазвонит, если…' }).first().click()
  const sentence = page.locator('.sim-sentence')
  await sentence.getByText('Зазвонят Мобильный и Офис.').waitFor()
  await tells(t, () => page.getByLabel('Кто звонит').inputValue(), /916.123/,
    'the last caller is suggested')
  await page.locator('.sim-why li.now').getByText('В рабочее время').waitFor()

  await page.getByRole('textbox', { name: 'Время' }).fill('1520')
  await sentence.getByText('Зазвонит Анна, секретарь.').waitFor()
  await page.locator('.sim-why li').nth(1).getByText('но приоритет 0 меньше, чем 10 у «Планёрка»').waitFor()
  await page.waitForURL(/time=15%3A20/)
  const slider = page.getByRole('slider', { name: 'Время дня' })
  await shows(t, () => slider.getAttribute('aria-valuetext'), '15:20, Планёрка')
  await slider.focus()
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('Shift+ArrowRight')
  await sentence.getByText(/Зазвонит Мобильный\. Через 25 секунд — Домашний/).waitFor()
  await shows(t, () => slider.getAttribute('aria-valuenow'), String(18 * 60 + 20))
  const bar = await placeOf(slider)
  await page.mouse.move(bar.x + bar.width * 0.5, bar.y + 40)
  await page.mouse.down()
  await page.mouse.move(bar.x + bar.width / 3, bar.y + 40, { steps: 8 })
  await page.mouse.up()
  await sentence.getByText('Звонок никуда не направится.').waitFor()
  await page.getByRole('button', { name: 'Указать номер' }).waitFor()

  await page.goto(`${world.url}/simulator?date=2025-11-18&time=15:20&caller=hidden&phones=each&p.%2B79254186602=answers:7`)
  await sentence.getByText('Зазвонит Анна, секретарь. Через 7 секунд — ответит Анна, секретарь.').waitFor()
  await shows(t, () => page.getByRole('checkbox', { name: 'скрытый номер' }).isChecked(), true,
    'the address holds the question')
  await shows(t, () => page.getByLabel('Анна, секретарь: через сколько секунд').inputValue(), '7')
  await page.getByLabel('Анна, секретарь: что делает').selectOption('busy')
  await sentence.getByText('Через 1 секунду').waitFor()
  await page.goto(`${world.url}/simulator?date=2025-11-17&time=12:00`)
  await page.getByText('Это уже прошло').waitFor()
  await tells(t, () => page.getByRole('link', { name: 'Журнал за этот день' }).getAttribute('href'),
    /^\/calls\?from=\d+&to=\d+$/)
  t.strictSame(complaints, [])
})

t.test('a test call is ordered and its state told', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await openPanel(browser, world, {}, '/simulator')
  await logIn(page, world)
  await shows(t, () => page.locator('.sim-question input[type=date]').inputValue(), '2025-11-18',
    'asked about today by the server’s clock, not by this device’s')
  await page.getByRole('button', { name: 'Позвонить мне для проверки' }).click()
  await page.getByText('Звонок заказан: через несколько секунд телефоны зазвонят.').waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Звоним' }).isDisabled(), true)
  t.strictSame(complaints, [])
})

t.test('it is quick, and free of accessibility faults in both languages and themes', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world)
  for (const [language, colorScheme, screen] of [
    ['ru', 'light', {}], ['en', 'dark', {}], ['en', 'light', { ...phoneScreen, viewport: { width: 360, height: 740 } }], ['ru', 'dark', phoneScreen],
  ] as const) {
    const { page, complaints } = await openPanel(browser, world, { ...screen, colorScheme })
    await logIn(page, world)
    await page.evaluate((wanted) => localStorage.setItem('language', wanted), language)
    await page.goto(`${world.url}/simulator?date=2025-11-18&time=15:20&phones=each`)
    await page.locator('.sim-why li').nth(5).waitFor()
    const name = `${language} ${colorScheme} ${page.viewportSize()?.width}`
    t.strictSame(await axeFaults(page), [], name)
    await shows(t, () => sideways(page), 0, `${name}: nothing scrolls sideways`)
    t.strictSame(complaints, [], name)
    if (language === 'ru' && colorScheme === 'light') {
      const ms = await page.evaluate(async () => {
        const body = JSON.stringify({ at: Date.parse('2025-11-18T15:20:00+03:00'), caller: '+79161234567' })
        const times: number[] = []
        for (let turn = 0; turn < 9; turn += 1) {
          const begin = performance.now()
          await fetch('/api/simulate', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
          times.push(performance.now() - begin)
        }
        return times.sort((a, b) => a - b)[4] ?? 0
      })
      t.comment(`an answer takes ${ms.toFixed(1)} ms`)
      t.ok(ms < 1000, 'an answer is quick enough to scrub')
    }
    await page.context().close()
  }
})
