/**
 * When a visitor sees the panel: node test/bench/panel-paint.bench.ts. Chromium over loopback slowed
 * to what Lighthouse calls slow 4G: 150 ms there and back, 1.6 Mbit/s. Prints milliseconds until the
 * first contentful paint and until the answer «куда пойдёт звонок» stands there, median of five.
 */
import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { chromiumProgram } from '../support/chromium.ts'
import { logIn, openPanel, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'

const slow4g = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 }
const times = 5
const patienceMs = 180_000

if (chromiumProgram !== undefined) {
  // The world of the browser tests is built and ended by tap.
  t.setTimeout(patienceMs)
  await t.test('first paint', { timeout: patienceMs }, measure)
} else console.log('there is no Chromium here: nothing was measured')

async function measure(t: Test): Promise<void> {
  const browser = await startBrowser(t)
  const world = await panelWorld(t)
  await pictureCalls(world)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  const context = page.context()
  const stranger = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ru-RU' })
  const visits: [name: string, open: BrowserContext, cached: boolean, mark: string][] = [
    ['log-in page, first visit', stranger, false, '.login-form'],
    ['home page, first visit', context, false, '.hero h1'],
    ['home page, files kept', context, true, '.hero h1'],
  ]
  console.log('panel on slow 4G (150 ms, 1.6 Mbit/s), milliseconds: first contentful paint, answer on the screen')
  for (const [name, open, cached, mark] of visits) {
    const paints: number[] = []
    const answers: number[] = []
    for (let turn = 0; turn < times; turn += 1) {
      const one = await visit(open, world.url, cached, mark)
      paints.push(one.paint)
      answers.push(one.answer)
    }
    console.log(`  ${name.padEnd(26)} ${String(median(paints)).padStart(5)} ${String(median(answers)).padStart(5)}`)
  }
  await stranger.close()
}

async function visit(
  context: BrowserContext, url: string, cached: boolean, mark: string,
): Promise<{ paint: number; answer: number }> {
  const page = await context.newPage()
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  await wire.send('Network.setCacheDisabled', { cacheDisabled: !cached })
  await wire.send('Network.emulateNetworkConditions', slow4g)
  await page.goto(url, { waitUntil: 'commit' })
  await page.locator(mark).waitFor()
  const answer = await page.evaluate(() => performance.now())
  const paint = await firstPaint(page)
  await page.close()
  return { paint, answer }
}

/** The browser tells its paints with some delay. */
async function firstPaint(page: Page): Promise<number> {
  const told = await page.waitForFunction(() =>
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
  return Number(await told.jsonValue())
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0)
}
