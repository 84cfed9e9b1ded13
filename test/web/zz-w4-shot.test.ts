import { join } from 'node:path'
import t from 'tap'
import { axeFaults, logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
t.setTimeout(200000)
const browser = await startBrowser(t)
t.test("shots", { timeout: 200000 }, async (t) => {
  const folder = t.testdir({})
  const world = await panelWorld(t, { api: { media: { folder, prompts: [join(import.meta.dirname, '../../prompts')], available: () => process.env['NOMEDIA'] === undefined } } })
  await pictureCalls(world, { live: true })
  if (process.env['MAIL'] !== undefined) await world.database.kysely.updateTable('subscribers').set({ voicemail: 1, voicemail_after_seconds: 20, record_calls: 1 }).execute()
  const names = (process.env['SHOTS'] ?? '1440').split(',')
  const paths = (process.env['P'] ?? '/').split(',')
  for (const name of names) {
    const dark = name.includes('dark')
    const w = Number(/\d+/.exec(name)?.[0] ?? 1440)
    const options = { ...(w < 600 ? { ...phoneScreen, viewport: { width: w, height: 844 } } : { viewport: { width: w, height: 900 } }), colorScheme: dark ? 'dark' as const : 'light' as const }
    const { page, complaints } = await openPanel(browser, world, options)
    await logIn(page, world)
    if (name.includes('en')) await page.evaluate(() => localStorage.setItem('language', 'en'))
    for (const path of paths) {
      await page.goto(world.url + path)
      await page.waitForTimeout(900)
      const act = process.env['ACT']
      if (act) { await (new Function('page', `return (async () => { ${act} })()`))(page); await page.waitForTimeout(500) }
      const file = `/tmp/w4/${name}${path.replaceAll('/', '-')}.png`
      await page.screenshot({ path: file, fullPage: process.env['FULL'] !== undefined })
      console.log('#', file, complaints.splice(0), await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), process.env['AXE'] ? await axeFaults(page) : '')
    }
    await page.context().close()
  }
})
