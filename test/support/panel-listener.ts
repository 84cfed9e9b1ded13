/**
 * Hears a sound of the running panel as its user does: Chromium logs in, opens the page, presses
 * play and hears it to the end; what it received it decodes itself.
 */
import type { Page } from 'playwright-core'
import { chromiumArguments, chromiumProgram } from './chromium.ts'

export interface HeardSound {
  /** Decoded by Chromium, 8000 Hz. */
  readonly samples: Int16Array
  /** Where playing ended, milliseconds from its beginning. */
  readonly playedMs: number
}

const patienceMs = 60_000

/** Undefined when there is no Chromium on this machine. */
export async function hearInChromium(
  panelUrl: string, who: { readonly login: string; readonly password: string }, path: string,
): Promise<HeardSound | undefined> {
  if (chromiumProgram === undefined) return undefined
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({
    executablePath: chromiumProgram,
    args: [...chromiumArguments],
    timeout: patienceMs,
  })
  try {
    const page = await (await browser.newContext({ locale: 'ru-RU' })).newPage()
    page.setDefaultTimeout(patienceMs)
    await page.addInitScript(keepSounds)
    await page.goto(panelUrl + path)
    await page.getByLabel('Логин').fill(who.login)
    await page.getByLabel('Пароль', { exact: true }).fill(who.password)
    await page.getByRole('button', { name: 'Войти' }).click()
    await page.locator('.frame').waitFor()
    if (!page.url().endsWith(path)) await page.goto(panelUrl + path)
    return await play(page)
  } finally {
    await browser.close()
  }
}

async function play(page: Page): Promise<HeardSound> {
  await page.locator('.player .play').click()
  await page.waitForFunction(() =>
    (globalThis as unknown as Sounds).sounds.some((sound) => sound.ended), undefined, { timeout: patienceMs + 180_000 })
  const { playedMs, samples } = await page.evaluate(async () => {
    const [sound] = (globalThis as unknown as Sounds).sounds
    if (sound === undefined) throw new Error('nothing plays')
    const reply = await fetch(sound.src)
    const buffer = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(await reply.arrayBuffer())
    return {
      playedMs: sound.currentTime * 1000,
      samples: Array.from(buffer.getChannelData(0), (value) => Math.round(value * 32_767)),
    }
  })
  return { samples: Int16Array.from(samples), playedMs }
}

interface Sounds { sounds: HTMLMediaElement[] }

/** Runs in the page before it: the panel's sound is in no document, so it is noted when it plays. */
function keepSounds(): void {
  const kept: HTMLMediaElement[] = []
  Object.assign(globalThis, { sounds: kept })
  const { play: begin } = HTMLMediaElement.prototype
  HTMLMediaElement.prototype.play = function playAndKeep(this: HTMLMediaElement) {
    if (!kept.includes(this)) kept.push(this)
    return begin.call(this)
  }
}
