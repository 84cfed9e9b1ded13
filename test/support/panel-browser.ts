/**
 * A real browser for tests of the panel: Debian's Chromium through playwright-core, pages that
 * collect what the console complains about, and axe-core for accessibility.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { chromiumArguments, chromiumProgram, unwantedArguments } from './chromium.ts'
import type { PanelWorld } from './panel-server.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const phoneScreen: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }

/** Longer than any page takes where three test files share two slow processors. */
export const patienceMs = 60_000

/** Starts Chromium for one test file. */
export async function startBrowser(test: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumProgram ?? 'chromium',
    args: [...chromiumArguments],
    timeout: patienceMs,
    // In a C locale Chromium calls every file 'download' whose name is not ASCII.
    env: { ...process.env, LANG: 'C.UTF-8' },
    ignoreDefaultArgs: [...unwantedArguments],
  })
  test.teardown(() => browser.close())
  return browser
}

export interface PanelPage {
  readonly page: Page
  /** Console errors, exceptions and refusals by the content security policy since the start. */
  readonly complaints: string[]
}

/** Opens a page of the panel in its own context (its own cookies and storage). */
export async function openPanel(
  browser: Browser, world: PanelWorld, options: BrowserContextOptions = {}, path = '/',
): Promise<PanelPage> {
  const context = await browser.newContext({
    locale: 'ru-RU', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options,
  })
  context.setDefaultTimeout(patienceMs) // of windows that are opened later, too
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // Being asked to log in and a refused save are answers, not faults of the page.
    if (message.type() === 'error' && !/status of (401|409|422)/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (fault) => complaints.push(String(fault)))
  await page.goto(world.url + path)
  return { page, complaints }
}

/** Logs in as the world's subscriber. */
export async function logIn(page: Page, world: PanelWorld): Promise<void> {
  await page.getByLabel('Логин').fill(world.login)
  await page.getByLabel('Пароль', { exact: true }).fill(world.login)
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.locator('.frame').waitFor()
}

/** By how many pixels the page is wider than its window; 0 is what a page wants. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Where an element lies on the screen, once it lies still for some frames. */
export async function placeOf(
  element: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  let before = ''
  for (let same = 0; ;) {
    const box = await element.boundingBox()
    if (box === null) throw new Error(`${String(element)} is not on the screen`)
    const now = JSON.stringify(box)
    same = now === before ? same + 1 : 0
    if (same === 3) return box
    before = now
    await element.page().evaluate(() => new Promise((done) => { requestAnimationFrame(done) }))
  }
}

/**
 * Accessibility faults by axe-core, one line each; an empty list is what a page wants. A fault that
 * is gone when one looks again was that of a page half drawn.
 */
export async function axeFaults(page: Page): Promise<string[]> {
  let faults = await axeOnce(page)
  for (let again = 0; again < 3 && faults.length > 0; again += 1) {
    await new Promise((done) => { setTimeout(done, 500) })
    faults = await axeOnce(page)
  }
  return faults
}

async function axeOnce(page: Page): Promise<string[]> {
  // Evaluated through the debugger: the page's own policy forbids inline scripts, rightly.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> } }).axe
    const { violations } = await axe.run()
    return violations.flatMap((violation) => violation.nodes.map((node) =>
      `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1] ?? ''}`))
  })
}
