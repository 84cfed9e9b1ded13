/**
 * Somebody who sees the panel for the first time: from the log-in page to a working rule with two
 * phones, by mouse and typing alone. Clicks are counted; time is that of a person's hands and thoughts
 * and the processor time that the page and the server need.
 */
import process from 'node:process'
import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'

const browser = await startBrowser(t)

/**
 * Whether the field with this label has the focus by itself: then nobody needs to click it. A page
 * gives the focus just after it is drawn, some frames before anybody could click.
 */
function hasFocus(page: Page, label: string): Promise<boolean> {
  return page.getByLabel(label, { exact: true }).evaluate(async (field) => {
    for (let frames = 0; frames < 10 && field !== document.activeElement; frames += 1) {
      await new Promise((done) => { requestAnimationFrame(done) })
    }
    return field === document.activeElement
  })
}

/**
 * Seconds that the page and this process, in which the server is, have worked so far. Seconds by the
 * clock would be those of whatever else runs on the machine, too.
 */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    const { user, system } = process.cpuUsage()
    const pageSeconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
    return pageSeconds + (user + system) / 1_000_000
  }
}

interface Stranger {
  click(role: 'button' | 'link', name: string, within?: Locator): Promise<void>
  type(label: string, text: string): Promise<void>
  readonly clicks: () => number
  readonly keys: () => number
}

/**
 * How long a person needs, by the keystroke-level model (Card, Moran, Newell 1980): 0.28 s a key for
 * an average typist, 1.1 s to point, 0.2 s to click, 1.35 s to think before each step.
 */
function humanSeconds(clicks: number, keys: number): number {
  return keys * 0.28 + clicks * (1.1 + 0.2 + 1.35)
}

/** Clicks what he reads and types into what he is asked; a field that has the focus needs no click. */
function stranger(page: Page): Stranger {
  let clicks = 0
  let keys = 0
  return {
    clicks: () => clicks,
    keys: () => keys,
    click: async (role, name, within) => {
      await (within ?? page).getByRole(role, { name, exact: true }).click()
      clicks += 1
    },
    type: async (label, text) => {
      await page.getByLabel(label, { exact: true }).waitFor()
      if (!await hasFocus(page, label)) {
        await page.getByLabel(label, { exact: true }).click()
        clicks += 1
      }
      await page.keyboard.type(text)
      keys += text.length
    },
  }
}

async function toRule(page: Page, world: PanelWorld): Promise<Stranger> {
  const he = stranger(page)
  await page.locator('.login-form').waitFor()
  await he.type('Логин', world.login)
  await he.type('Пароль', world.login)
  await he.click('button', 'Войти')
  await page.getByRole('heading', { name: 'Куда Вам дозваниваться?' }).waitFor()
  await he.type('Номер телефона', '8 916 204-11-38')
  await he.type('Описание', 'Мобильный')
  await he.click('button', 'Добавить номер')
  await page.getByRole('heading', { level: 1, name: 'Звонки никуда не направляются' }).waitFor()
  await he.click('link', 'Добавить правило')
  await he.type('Название правила', 'Всегда')
  await page.getByText('Мобильный', { exact: true }).first().waitFor()
  await he.click('button', 'Добавить номер')
  await he.type('Номер телефона', '+7 (495) 123-45-67')
  await he.type('Описание', 'Офис')
  await he.click('button', 'Добавить номер', page.getByRole('group', { name: 'Новый номер' }))
  await page.getByText('2 из 5').waitFor()
  await he.click('button', 'Сохранить')
  await page.getByRole('status').getByText('Правило «Всегда» сохранено').waitFor()
  return he
}

for (const look of [{ name: 'desktop', options: {} }, { name: 'phone', options: phoneScreen }]) {
  t.test(`a working two-phone rule in under a minute and ten clicks: ${look.name}`, async (t) => {
    const world = await panelWorld(t, { empty: true })
    const { page, complaints } = await openPanel(browser, world, look.options)
    const work = await workOf(page)
    const before = await work()
    const he = await toRule(page, world)
    const waited = await work() - before
    const person = humanSeconds(he.clicks(), he.keys())
    t.comment(`${look.name}: ${he.clicks()} clicks, ${he.keys()} keys: ${person.toFixed(0)} s of a person's`
      + ` hands and thoughts, ${waited.toFixed(1)} s of the machine`)
    t.ok(he.clicks() < 10, `${he.clicks()} clicks`)
    t.ok(person + waited < 60, `${person + waited} s together`)
    await page.goto(world.url)
    await page.getByRole('heading', { level: 1, name: 'Сейчас звонят Мобильный и Офис' }).waitFor()
    t.strictSame(complaints, [], 'the console is silent')
    await page.context().close()
  })
}
