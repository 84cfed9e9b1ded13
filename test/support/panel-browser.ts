/**
 * A real browser for tests of the panel: Debian's Chromium through playwright-core, pages that
 * collect what the console complains about, and axe-core for accessibility.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import { chromiumArguments, chromiumProgram, unwantedArguments } from './chromium.ts'
import type { PanelWorld } from './panel-server.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const phoneScreen: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }

/** Starts Chromium for one test file. */
export async function startBrowser(test: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumProgram ?? 'chromium',
    args: [...chromiumArguments],
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
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
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

/** Accessibility faults by axe-core, one line each; an empty list is what a page wants. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Evaluated through the debugger: the page's own policy forbids inline scripts, rightly.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> } }).axe
    const { violations } = await axe.run()
    return violations.flatMap((violation) => violation.nodes.map((node) =>
      `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1] ?? ''}`))
  })
}
