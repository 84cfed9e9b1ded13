/**
 * What every page of the panel owes everybody: no fault by axe in both languages and themes, nothing
 * that scrolls sideways on a small screen or at double size, nothing that jumps while data arrives,
 * all of it by keyboard, own words of users shown as text.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import {
  axeFaults, logIn, openPanel, patienceMs, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { leaveMessage, recordCall } from '../support/panel-sounds.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const world = await panelWorld(t, {
  api: { media: { folder: join(t.testdir({}), 'sounds'), prompts: [], available: () => true } },
})
const calls = await pictureCalls(world, { live: true })
for (const call of calls.slice(3, 5)) await leaveMessage(world, { call, seconds: 8 })
const talk = calls.find((call) => call.callerName.includes('Северный ветер'))
if (talk !== undefined) await recordCall(world, talk)
await world.database.kysely.updateTable('subscribers').set({ voicemail: 1, voicemail_after_seconds: 20, record_calls: 1 }).execute()

/** Addresses, and what is there when the data has come. */
const known: readonly (readonly [path: string, mark: string])[] = [
  ['/', '[data-bar]'], ['/rules', '.rule-row'], ['/rules/new', '.editor'],
  ['/rules/new?mode=advanced', '.editor'], ['/numbers', '.table.numbers'], ['/simulator', '.sim-result'],
  ['/callers', '.callers'], ['/calendar', 'main h1'], ['/calls', '.call-row'],
  ['/voicemail', 'main h1'], ['/statistics', 'main h1'], ['/settings', '.set-line'],
  ['/settings/notifications', '.notices'], ['/settings/calls', '.hears-steps'], ['/profile', '.facts'],
  ['/support', '.support-form'], ['/features', '.features li'], ['/nowhere', 'main h1'],
]
/** And whatever else the table of pages lists: no page is left out for want of a line here. */
const table = readFileSync(new URL('../../web/pages.ts', import.meta.url), 'utf8')
const others = [...table.matchAll(/path: '([^']+)'/g)].map((match) => match[1] ?? '')
  .filter((path) => path !== '/login' && !known.some(([each]) => each === path))
const pages = [...known, ...others.map((path) => [path, 'main h1'] as const)]

/** Waits for the page; one that says that it could not be loaded is asked again, as it offers. */
async function drawn(page: Page, path: string, mark: string): Promise<void> {
  const there = page.locator(mark).first()
  const again = page.getByRole('button', { name: /^(Повторить|Try again)$/ }).first()
  try {
    await there.or(again).first().waitFor()
    if (!await there.isVisible()) await again.click()
    await there.waitFor()
  } catch (fault) {
    const text = await page.locator('main').first().innerText().catch(String)
    throw new Error(`${path} at ${page.url()} shows: ${text.slice(0, 400)}`, { cause: fault })
  }
}

/** Goes to a page as a link would: without loading the panel anew. */
async function go(page: Page, path: string, mark: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
  await drawn(page, path, mark)
  // What is fetched for the page: rows instead of their skeleton.
  await page.waitForFunction(() => document.querySelector('main .skeleton') === null)
}

/** How many of the things that are never broken across lines are. */
function brokenWords(page: Page): Promise<number> {
  return page.evaluate(() => [...document.querySelectorAll('.weekday, .frame-foot .num')].filter((each) => {
    const range = document.createRange()
    range.selectNodeContents(each)
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1
  }).length)
}

async function enter(options: BrowserContextOptions, language: string): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPanel(browser, world, options)
  await logIn(opened.page, world)
  if (language !== 'ru') {
    await opened.page.evaluate((wanted) => localStorage.setItem('language', wanted), language)
    await opened.page.reload()
    await opened.page.locator('.frame').waitFor()
  }
  return opened
}

const small: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true }
const looks: [name: string, options: BrowserContextOptions, language: string][] = [
  ['Russian, light, 1440', { colorScheme: 'light' }, 'ru'],
  ['Russian, dark, 360', { ...small, colorScheme: 'dark' }, 'ru'],
  ['English, light, 360', { ...small, colorScheme: 'light' }, 'en'],
  ['English, dark, 900', { viewport: { width: 900, height: 800 }, colorScheme: 'dark' }, 'en'],
]
for (const [name, options, language] of looks) {
  t.test(`axe on every page: ${name}`, async (t) => {
    const { page, complaints } = await enter(options, language)
    for (const [path, mark] of pages) {
      await go(page, path, mark)
      t.strictSame(await axeFaults(page), [], path)
      await shows(t, () => sideways(page), 0, `${path} does not scroll sideways`)
      t.equal(await brokenWords(page), 0, `${path}: names of days and the own number stay whole`)
    }
    t.strictSame(complaints, [], 'the console is silent')
    await page.context().close()
  })
}

t.test('at 200 % nothing is cut and nothing scrolls sideways', async (t) => {
  // Enlarging a window of 1440 pixels to 200 % leaves 720 of twice the size.
  const { page } = await enter({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }, 'ru')
  for (const [path, mark] of pages) {
    await go(page, path, mark)
    await shows(t, () => sideways(page), 0, `${path} does not scroll sideways`)
    if (path === '/nowhere') await page.getByText('Проверьте адрес: возможно, в нём опечатка.').waitFor()
    const cut = await page.evaluate(() => [...document.querySelectorAll('main button, main h1, main h2, main label, main p')]
      .filter((each) => each instanceof HTMLElement && each.offsetParent !== null
        && !each.matches('.visually-hidden, .visually-hidden *')
        && getComputedStyle(each).overflowX === 'hidden' && getComputedStyle(each).textOverflow !== 'ellipsis'
        && each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.outerHTML.slice(0, 120)))
    t.strictSame(cut, [], `${path}: no words are cut`)
  }
  await page.context().close()
})

t.test('nothing jumps while data arrives', async (t) => {
  const { page } = await enter({}, 'ru')
  await page.addInitScript(() => {
    const seen = globalThis as unknown as { shifts: { by: number; what: string }[] }
    seen.shifts = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number; hadRecentInput: boolean; sources?: { node?: Element | null }[]
      }[]) {
        const what = entry.sources?.map(({ node }) => node?.nodeName === '#text' ? 'text' : node?.className ?? '').join(' ') ?? ''
        if (!entry.hadRecentInput) seen.shifts.push({ by: entry.value, what })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  for (const [path, mark] of pages) {
    await page.goto(world.url + path)
    await page.locator(mark).first().waitFor()
    await page.waitForFunction(() => document.querySelector('main .skeleton') === null)
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)))
    const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: { by: number; what: string }[] }).shifts)
    const sum = shifts.reduce((all, { by }) => all + by, 0)
    t.ok(sum < 0.05, `${path}: ${sum.toFixed(3)}`, sum < 0.05 ? {} : { shifts })
  }
  await page.context().close()
})

t.test('by keyboard alone: log in, switch a rule off, call one in, change a setting, ask', async (t) => {
  const { page, complaints } = await openPanel(browser, world)
  const focused = (): Promise<string> => page.evaluate(() => {
    const here = document.activeElement
    return here?.getAttribute('aria-label') ?? (here as HTMLElement | null)?.innerText ?? ''
  })
  /** Presses Tab until the focus is on the control of this name; every stop must be seen. */
  const tabTo = async (name: string | RegExp, most = 80): Promise<void> => {
    for (let steps = 0; steps < most; steps += 1) {
      const here = await focused()
      if (typeof name === 'string' ? here.trim() === name : name.test(here)) return
      await page.keyboard.press('Tab')
      const hidden = await page.evaluate(() => {
        const box = document.activeElement?.getBoundingClientRect()
        return box !== undefined && document.activeElement !== document.body && (box.width === 0 || box.bottom < 0)
      })
      if (hidden) t.fail(`the focus cannot be seen at ${await focused()}`)
    }
    throw new Error(`no Tab leads to ${String(name)}`)
  }
  /** A dialog that was closed gives the focus back to what opened it. */
  const givenBack = async (name: string): Promise<void> => {
    await page.waitForFunction((wanted) => (document.activeElement as HTMLElement | null)?.innerText.trim() === wanted, name)
  }
  await page.waitForFunction(() =>
    document.activeElement?.matches('.login-form input[autocomplete="username"]'))
  await page.keyboard.type(world.login)
  await page.keyboard.press('Tab')
  await page.keyboard.type(world.login)
  await page.keyboard.press('Enter')
  await page.locator('[data-bar]').first().waitFor()

  await page.keyboard.press('Tab')
  await shows(t, () => focused(), 'Перейти к содержанию', 'the first stop passes the menu over')
  await page.keyboard.press('Enter')
  await tabTo(/^(Планёрка|В рабочее время), /)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.getByRole('status').getByText(/выключено$/).waitFor()
  await page.keyboard.press('Control+z')
  await page.getByRole('status').getByText('Отменено').waitFor()

  await page.goto(`${world.url}/settings/calls`)
  await page.locator('.set-line').first().waitFor()
  await tabTo('Голосовая почта')
  await tabTo('Записывать разговоры')
  await page.keyboard.press('Space')
  await page.getByRole('status').getByText('Выключено: Записывать разговоры').waitFor()
  await page.keyboard.press('Control+z')
  await page.getByRole('switch', { name: 'Записывать разговоры', checked: true }).waitFor()
  await tabTo('Задать')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'PIN-код почты' }).waitFor()
  await page.keyboard.press('Escape')
  await givenBack('Задать')

  await page.goto(`${world.url}/numbers`)
  await page.locator('.table').waitFor()
  await tabTo('Вопрос ONLINE')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Вопрос ONLINE' }).waitFor()
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
  await page.keyboard.type('Как включить почту?')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Вопрос отправлен.').waitFor()
  await page.keyboard.press('Escape')
  await givenBack('Вопрос ONLINE')
  t.strictSame(complaints, [])
  await page.context().close()
})

t.test('script in names, notes and messages is shown as text on every page', async (t) => {
  const nasty = '<img src=x onerror=alert(1)>'
  const db = world.database.kysely
  const number = world.phones['Мобильный'] ?? ''
  await db.updateTable('subscribers').set({ name: nasty }).where('id', '=', world.subscriberId).execute()
  await db.updateTable('numbers').set({ description: nasty }).where('id', '=', number).execute()
  await db.updateTable('calls').set({ caller_name: nasty }).execute()
  const opened = await browser.newContext({ userAgent: nasty, locale: 'ru-RU', viewport: { width: 1440, height: 900 } })
  opened.setDefaultTimeout(patienceMs)
  const page = await opened.newPage()
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(world.url)
  await logIn(page, world)
  for (const [path, mark] of pages) {
    await go(page, path, mark)
    t.equal(await page.locator('img').count(), 0, `${path}: no element was made of it`)
  }
  await go(page, '/settings', '.set-row')
  await page.getByText(nasty).first().waitFor()
  t.strictSame(dialogs, [])
  await opened.close()
})
