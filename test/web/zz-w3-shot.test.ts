import t from 'tap'
import { logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls, sketchCall } from '../support/panel-server.ts'
import { leaveMessage, recordCall } from '../support/panel-sounds.ts'
const browser = await startBrowser(t)
t.test('shots', { timeout: 90000 }, async (t) => {
  const world = await panelWorld(t)
  const calls = await pictureCalls(world, { live: process.env.LIVE === '1' })
  const db = world.database.kysely
  await recordCall(world, calls[5]); await recordCall(world, calls[3], 'expired'); await recordCall(world, calls[1], 'lost')
  const mails = []
  const taken = (name) => ({ step: 'ruleTaken', atMs: 0, ruleId: world.rules[name], ruleName: name, via: 'schedule', priority: 0 })
  const sk = [
    ['2025-11-17T20:03:00+03:00', '+79161234567', 'Вера', 36, false], ['2025-11-16T18:12:00+03:00', '+74957802210', '', 62, false],
    ['2025-11-15T20:40:00+03:00', '+79851112233', 'Мама', 18, true], ['2025-11-15T13:20:00+03:00', '', '', 4, true],
    ['2025-11-14T19:47:00+03:00', '+30210550199', '', 51, true],
  ]
  for (const [at, caller, name, seconds, heard] of sk) {
    const base = sketchCall(world, { at, caller, name, outcome: 'voicemail', status: 200, end: 40 + seconds,
      trace: [taken('Дома'), { step: 'voicemail', atMs: 26000, why: 'noAnswerAction', taken: true }],
      legs: [{ phone: 'Мобильный', rule: 'Дома', ring: 1, end: 13, outcome: 'noAnswer' }, { phone: 'Домашний', rule: 'Дома', ring: 13, end: 26, outcome: 'noAnswer' }] })
    const call = { ...base, answeredAt: base.startedAt + 26500 }
    await world.journal.open(call); await world.journal.close(call)
    mails.push(await leaveMessage(world, { call, seconds, heard }))
  }
  if (process.env.STAT) {
    let n = 0
    for (let day = 1; day <= 30; day++) for (let h = 7; h < 23; h++) {
      const k = (day * 7 + h * 3) % 11
      if (k > 5) continue
      const at = new Date(Date.parse('2025-11-18T00:10:00+03:00') - day * 86400000 + h * 3600000 + k * 300000).toISOString()
      const miss = h < 9 || k === 0
      const c = sketchCall(world, miss ? { at, caller: '+7903' + (4118700 + k), outcome: 'missed', status: 480, end: 26, trace: h < 9 ? [] : [taken('В рабочее время')], legs: h < 9 ? [] : [{ phone: 'Мобильный', rule: 'В рабочее время', ring: 1, end: 26, outcome: 'noAnswer' }] }
        : { at, caller: '+7916' + (1234560 + k), name: ['Вера','Павел','ООО «Северный ветер»','Мама','Ирина'][k - 1], outcome: 'answered', end: 100, trace: [taken(h < 18 ? 'В рабочее время' : 'Дома')], legs: [{ phone: k % 2 ? 'Мобильный' : 'Офис', rule: 'В рабочее время', ring: 1, answer: 4 + k, end: 100, outcome: 'answered' }] })
      void world.journal.close(c); n++
    }
    await new Promise(r => setTimeout(r, 6000)); console.log('calls', n)
  }
  const names = (process.env.SHOTS ?? 'd1440').split(',')
  const paths = (process.env.P ?? '/calls').split(' ')
  for (const name of names) {
    const dark = name.includes('dark'), en = name.includes('en')
    const w = Number(/\d+/.exec(name)?.[0] ?? 1440)
    const options = { ...(w < 600 ? { ...phoneScreen, viewport: { width: w, height: 844 } } : { viewport: { width: w, height: 900 } }), colorScheme: dark ? 'dark' : 'light' }
    const { page, complaints } = await openPanel(browser, world, options)
    await logIn(page, world)
    if (en) await page.evaluate(() => localStorage.setItem('language', 'en'))
    for (const [i, p] of paths.entries()) {
      await page.goto(world.url + p.replace('CALL', calls[5].id).replace('MAIL', mails[0]))
      await page.waitForTimeout(900)
      const act = process.env['ACT']
      if (act) { await (new Function('page', `return (async () => { ${act} })()`))(page); await page.waitForTimeout(600) }
      await page.screenshot({ path: `/tmp/w3/${process.env.TAG ?? 's'}${i}-${name}.png`, fullPage: process.env.FULL === '1' })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      console.log(name, p, complaints.splice(0), 'sideways', wide)
    }
    await page.context().close()
  }
})
