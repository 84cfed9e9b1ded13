import t from 'tap'
import { logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
const browser = await startBrowser(t)
t.test('shots', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world, { live: true })
  const names = (process.env['SHOTS'] ?? 'desk').split(',')
  const path = process.env['P'] ?? '/'
  for (const name of names) {
    const dark = name.includes('dark')
    const en = name.includes('en')
    const w = Number(/\d+/.exec(name)?.[0] ?? 1440)
    const options = { ...(w < 600 ? { ...phoneScreen, viewport: { width: w, height: 844 } } : { viewport: { width: w, height: 900 } }), colorScheme: dark ? 'dark' as const : 'light' as const }
    const { page, complaints } = await openPanel(browser, world, options)
    await logIn(page, world)
    if (en) await page.evaluate(() => localStorage.setItem('language', 'en'))
    await page.goto(world.url + path)
    await page.waitForTimeout(1800)
    const act = process.env['ACT']
    if (act) { await (new Function('page', `return (async () => { ${act} })()`))(page); await page.waitForTimeout(700) }
    await page.screenshot({ path: `/tmp/w1/${name}.png` })
    console.log(name, complaints, await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
    await page.context().close()
  }
})
