/**
 * A reader of the manual: does in the browser what a section says, in its words, and leaves a
 * picture of each step in bench-out/manual/<section>/. One browser and one server serve a section.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { logIn, openPanel, startBrowser } from './panel-browser.ts'
import { panelWorld } from './panel-server.ts'
import type { PanelWorld } from './panel-server.ts'

const artifacts = join(import.meta.dirname, '../../bench-out/manual')

export interface Reader {
  readonly page: Page
  readonly world: PanelWorld
  /** What the console complained about since the start. */
  readonly complaints: readonly string[]
  /** The sentence of the manual that is followed now: stands in the output of the test. */
  reads(sentence: string): void
  /** Presses a button or follows a link by the words on it. */
  presses(name: string | RegExp, within?: Locator): Promise<void>
  /** Fills the field with this label. */
  writes(label: string, text: string): Promise<void>
  /** Waits until these words are on the screen. */
  sees(text: string | RegExp): Promise<void>
  /** Waits for the message that tells what was done. */
  isTold(text: string | RegExp): Promise<void>
  /** Keeps the screen as the next picture of the section. */
  picture(name: string): Promise<void>
}

export interface ReadingOptions {
  /** A subscriber who has just been given his login. */
  readonly empty?: boolean
  readonly world?: PanelWorld
  readonly screen?: BrowserContextOptions
  /** Stays before the log-in page. */
  readonly outside?: boolean
}

/** Opens the panel for a section; `section` names the folder of its pictures. */
export async function openManual(
  test: Test, section: string, options: ReadingOptions = {},
): Promise<Reader> {
  const folder = join(artifacts, section)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser(test)
  const world = options.world ?? await panelWorld(test, { empty: options.empty === true })
  const { page, complaints } = await openPanel(browser, world, options.screen)
  if (options.outside !== true) await logIn(page, world)
  let pictures = 0
  return {
    page, world, complaints,
    reads: (sentence) => test.comment(`«${sentence}»`),
    presses: (name, within) =>
      (within ?? page).getByRole('button', { name }).or((within ?? page).getByRole('link', { name })).first().click(),
    writes: (label, text) => page.getByLabel(label, { exact: true }).fill(text),
    sees: (text) => page.getByText(text).first().waitFor(),
    isTold: (text) => page.getByRole('status').getByText(text).waitFor(),
    picture: async (name) => {
      pictures += 1
      await page.screenshot({ path: join(folder, `${String(pictures).padStart(2, '0')}-${name}.png`) })
    },
  }
}
