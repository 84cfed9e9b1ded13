/**
 * What every page of the desk owes everybody: no fault by axe in both languages and themes, nothing
 * that scrolls sideways on a small screen or at double size, no word without its translation. And
 * where nothing is there yet, what to do.
 */
import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { deskPages, enterDesk } from '../support/desk-pages.ts'
import { axeFaults, openPanel, sideways, startBrowser } from '../support/panel-browser.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const world = await deskPages(t)
const { kysely: db } = world.database
const { id: request } = await db.selectFrom('registrations').select('id').where('email', '=', 'kovaleva@onetel.example')
  .executeTakeFirstOrThrow()

/** Addresses, and what is there when the data has come. */
const pages: readonly (readonly [path: string, mark: string])[] = [
  ['/desk', '.request, [data-row], .line'], [`/desk/requests/${request}`, '.request-ways'],
  ['/desk?view=rejected', '.empty'], ['/desk/live', '.live-line'], [`/desk/live/${world.ids['call']}`, '.arrow'],
  ['/desk/support', '.table-box, .lines'], [`/desk/support/${world.ids['thread']}`, '.message'],
  ['/desk/alarms', '.alarm'], ['/desk/subscribers', '.table-box, .lines'],
  [`/desk/subscribers/${world.subscriberId}`, '.card-columns'], ['/desk/numbers', '.table-box, .lines'],
  ['/desk/payments', '.table-box, .lines'], [`/desk/payments/${world.ids['payment']}`, '.notices-raw'],
  ['/desk/payments?tab=corrections', '.empty'], ['/desk/tariffs', '.table-box, .lines'],
  [`/desk/tariffs/${world.ids['tariff']}`, '.rates-table'], ['/desk/tariffs/new', '.rates-table'],
  ['/desk/trunks', '.trunk'], [`/desk/trunks/${world.ids['trunk']}`, '.tariff-form'],
  ['/desk/limits', '.limit'], [`/desk/limits?of=${world.subscriberId}`, '.limit'],
  ['/desk/letters', '.table-box, .lines'], ['/desk/audit', '.table-box, .lines'],
  ['/desk/account', '.set-row'], ['/desk/nowhere', 'main h1'],
]

async function go(page: Page, path: string, mark: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
  await page.locator(mark).first().waitFor()
  await page.waitForFunction(() => document.querySelector('main .skeleton') === null)
}

/** Keys that nobody translated stand on the page as they are: 'queue.reserved'. */
function bareKeys(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => document.body.innerText.match(/(?<![\w@/.-])(?:[a-z][a-zA-Z]+)\.[a-z][a-zA-Z]+\b(?!\.)/g) ?? [])
    .then((found) => found.filter((word) => !/example|yookassa|Europe|sip\./.test(word)))
}

async function enter(options: BrowserContextOptions, language: string): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPanel(browser, world, options)
  await enterDesk(opened.page, 'olga')
  if (language !== 'ru') {
    await opened.page.evaluate((wanted) => localStorage.setItem('language', wanted), language)
    await opened.page.reload()
    await opened.page.locator('.frame').waitFor()
  }
  return opened
}

const small: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true }
/** Each of two themes, languages and widths once: axe takes half a second a page. */
const looks: [name: string, options: BrowserContextOptions, language: string][] = [
  ['Russian, light, 1440', { colorScheme: 'light' }, 'ru'],
  ['English, dark, 360', { ...small, colorScheme: 'dark' }, 'en'],
]
for (const [name, options, language] of looks) {
  t.test(`axe on every page of the desk: ${name}`, async (t) => {
    const { page, complaints } = await enter(options, language)
    for (const [path, mark] of pages) {
      await go(page, path, mark)
      t.strictSame(await axeFaults(page), [], path)
      await shows(t, () => sideways(page), 0, `${path} does not scroll sideways`)
      await shows(t, () => bareKeys(page), [], `${path}: every word is one`)
    }
    t.strictSame(complaints, [], 'the console is silent')
    await page.context().close()
  })
}

t.test('in Russian on a phone, and at 200 %, nothing scrolls sideways', async (t) => {
  for (const options of [small, { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }]) {
    const { page } = await enter(options, 'ru')
    for (const [path, mark] of pages) {
      await go(page, path, mark)
      await shows(t, () => sideways(page), 0, path)
    }
    await page.context().close()
  }
})

t.test('whoever is no manager is told where his place is', async (t) => {
  const { page } = await openPanel(browser, world, {}, '/desk')
  await page.getByLabel('Логин').fill(world.login)
  await page.getByLabel('Пароль', { exact: true }).fill(world.login)
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.locator('.frame').waitFor()
  await shows(t, () => page.locator('.frame.desk').count(), 0, 'a subscriber lands in his panel')
  await page.goto(`${world.url}/desk/subscribers`)
  await page.getByRole('heading', { name: 'Это рабочее место сотрудников' }).waitFor()
  await shows(t, () => page.locator('.table').count(), 0)
  await page.context().close()
})
