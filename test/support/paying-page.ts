/**
 * What a payer does in the browser tests: the panel with its payments, the two steps, and the page
 * of the simulator.
 */
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { logIn, openPanel } from './panel-browser.ts'
import { payingWorld } from './panel-payments.ts'
import type { PayingWorld } from './panel-payments.ts'

export interface PayingScene {
  readonly page: Page
  readonly world: PayingWorld
  readonly complaints: string[]
}

/** A subscriber without phones and rules, with 380 ₽, logged in at `path`. */
export async function payingScene(t: Test, browser: Browser, path = '/balance'): Promise<PayingScene> {
  const world = await payingWorld(t, { empty: true })
  const opened = await openPanel(browser, world, {}, path)
  await logIn(opened.page, world)
  return { world, ...opened }
}

export const next = (page: Page): Promise<void> => page.getByRole('button', { name: 'Далее' }).click()
export const pay = (page: Page): Promise<void> => page.getByRole('button', { name: 'Оплатить!' }).click()
/** On the simulator's page. */
export const atBank = (page: Page): Promise<void> => page.getByRole('button', { name: 'Оплатить' }).waitFor()
export const bankPays = (page: Page): Promise<void> => page.getByRole('button', { name: 'Оплатить' }).click()
/** What the balance at the left says. */
export const left = (page: Page, text: string | RegExp): Promise<void> => page.locator('.menu-head').getByText(text).waitFor()
