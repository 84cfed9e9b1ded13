/**
 * For those who see little, move little or bear little: what has the focus is never under a bar that
 * stays in place, nothing to press is smaller than 24 pixels, colours of the system's choosing lose no
 * state, and nothing moves where that is not wished.
 */
import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const world = await panelWorld(t)
await pictureCalls(world, { live: true })

const pages: readonly (readonly [path: string, mark: string])[] = [
  ['/', '[data-bar]'], ['/rules', '.rule-row'], ['/rules/new?mode=advanced', '.chain'],
  ['/calls', '.call-row'], ['/settings/notifications', '.notices'], ['/settings/calls', '.hears-steps'],
]

interface Stop {
  readonly name: string
  readonly covered: boolean
  readonly small: boolean
}

/** The control that has the focus; undefined at the end of the page. */
function focused(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const one = document.activeElement
    if (one === null || one === document.body) return undefined
    const box = one.getBoundingClientRect()
    const inside = (x: number, y: number): boolean => {
      const top = document.elementFromPoint(x, y)
      return top !== null && (one.contains(top) || top.contains(one) || top.closest('label')?.contains(one) === true)
    }
    const seen = inside(box.left + 2, box.top + 2) || inside(box.right - 2, box.bottom - 2)
      || inside(box.left + box.width / 2, box.top + box.height / 2)
    // A label is pressed, too; a switch is wider than it looks; words within a sentence are free.
    const label = one.closest('label')?.getBoundingClientRect()
    const after = getComputedStyle(one, '::after')
    const more = after.position === 'absolute' && after.content !== 'none' ? -2 * Number.parseFloat(after.top) : 0
    const height = Math.max(box.height + (more || 0), label?.height ?? 0)
    const width = Math.max(box.width + (more || 0), label?.width ?? 0)
    const free = one.matches('a, [data-bar], .inline, .link, .word') || one.closest('.sentence') !== null
    return {
      name: `${one.tagName} ${one.getAttribute('aria-label') ?? one.textContent ?? ''}`.slice(0, 80),
      // One pixel: a control for screen readers alone; the skip link shows itself with the focus.
      covered: box.width > 1 && !seen, small: !free && box.width > 1 && (height < 24 || width < 24),
    }
  })
}

/** The same once the page has scrolled: a fault that is gone within a second was none. */
async function settled(page: Page): Promise<Stop | undefined> {
  let stop = await focused(page)
  for (const end = performance.now() + 1000; stop !== undefined && (stop.covered || stop.small);) {
    if (performance.now() > end) break
    stop = await focused(page)
  }
  return stop
}

const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ['desktop', { viewport: { width: 1280, height: 600 } }],
  ['phone', { ...phoneScreen, viewport: { width: 360, height: 560 } }],
]
for (const [look, options] of looks) {
  t.test(`the focus is seen and what is pressed is large enough: ${look}`, async (t) => {
    const { page } = await openPanel(browser, world, options)
    await logIn(page, world)
    for (const [path, mark] of pages) {
      await page.goto(world.url + path)
      await page.locator(mark).first().waitFor()
      const covered = new Set<string>()
      const small = new Set<string>()
      let stops = 0
      // Forth a bar at the bottom hides, back one at the top.
      for (const key of ['Tab', 'Shift+Tab']) {
        for (let steps = 0; steps < 90; steps += 1) {
          await page.keyboard.press(key)
          const stop = await settled(page)
          if (stop === undefined) break
          stops += 1
          if (stop.covered) covered.add(stop.name)
          if (stop.small) small.add(stop.name)
        }
      }
      t.ok(stops > 20, `${path}: ${stops} stops`)
      t.strictSame([...covered], [], `${path}: nothing with the focus is covered`)
      t.strictSame([...small], [], `${path}: nothing is too small`)
    }
    await page.context().close()
  })
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`colours of the system's choosing, ${colorScheme}: states are still told apart`, async (t) => {
    const { page } = await openPanel(browser, world, { forcedColors: 'active', colorScheme })
    await logIn(page, world)
    const look = (selector: string, of: string): Promise<string> => page.locator(selector).first()
      .evaluate((one, name) => getComputedStyle(one).getPropertyValue(name), of)
    await page.locator('[data-bar]').first().waitFor()
    await shows(t, () => look('.axis', 'stroke'), 'none', 'hours of the axis can be read')
    await shows(t, () => look('.cell.rule .cell-text', 'stroke'), 'none', 'names in the lane, too')
    t.not(await look('.cell.acts .cell-fill', 'fill'), await look('.cell.rule .cell-fill', 'fill'))
    t.not(await look('.bar-group.acts .bar', 'fill'), await look('.bar-group.waits .bar', 'fill'))
    await page.locator('.bar-group.off .bar-tile').first().waitFor({ state: 'attached' })
    t.not(await look('.segment[aria-checked="true"]', 'background-color'), await look('.segment[aria-checked="false"]', 'background-color'))
    t.not(await look('.nav-link[aria-current]', 'background-color'), await look('.nav-link:not([aria-current])', 'background-color'))
    t.not(await look('.ring-fill', 'background-color'), await look('.ring-track', 'background-color'))
    await page.goto(`${world.url}/rules`)
    const on = '.switch[aria-checked="true"]'
    const off = '.switch[aria-checked="false"]'
    await page.locator(off).waitFor()
    t.not(await look(on, 'background-color'), await look(off, 'background-color'), 'a switch shows its state')
    await shows(t, () => look(off, 'border-top-width'), '1px', 'and itself')
    t.not(await look(`${off} .switch-knob`, 'background-color'), await look(off, 'background-color'))
    await page.context().close()
  })
}

t.test('where motion is not wished nothing moves', async (t) => {
  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    const { page } = await openPanel(browser, world, { reducedMotion })
    await logIn(page, world)
    let moving = 0
    for (const [path, mark] of pages.slice(0, 4)) {
      await page.goto(world.url + path)
      await page.locator(mark).first().waitFor()
      moving += await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => {
        const style = getComputedStyle(one)
        return style.transitionDuration !== '0s' || style.animationName !== 'none'
      }).length + document.getAnimations().length)
    }
    if (reducedMotion === 'reduce') t.equal(moving, 0)
    else t.ok(moving > 0, 'the test sees what moves')
    await page.context().close()
  }
})
