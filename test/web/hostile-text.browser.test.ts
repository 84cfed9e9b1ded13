/**
 * What callers, devices and users call themselves is text on every page, never markup: display
 * names, user agents, notes, descriptions, names of rules, lists, days and keys, questions.
 */
import t from 'tap'
import { logIn, openPanel, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { tells } from '../support/shows.ts'

const hostile = '<img src=x onerror=alert(1)>'

t.test('script in every name a stranger or a user gives is shown as text', async (t) => {
  const browser = await startBrowser(t)
  const world = await panelWorld(t)
  const calls = await pictureCalls(world, { live: true })
  const db = world.database.kysely
  const { page, complaints } = await openPanel(browser, world, { userAgent: `${hostile} "'><script>alert(2)</script>` })
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await logIn(page, world)
  const send = (method: string, path: string, body: unknown): Promise<number> => page.evaluate(async (given) => {
    const reply = await fetch(given.path, {
      method: given.method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(given.body),
    })
    return reply.status
  }, { method, path, body })
  await db.updateTable('subscribers').set({ name: hostile }).execute()
  await db.updateTable('calls').set({ caller_name: hostile }).execute()
  await db.updateTable('rules').set({ name: hostile }).where('id', '=', world.rules['Дома'] ?? '').execute()
  await db.updateTable('numbers').set({ description: hostile }).where('id', '=', world.phones['Офис'] ?? '').execute()
  const call = calls[3]?.id ?? ''
  const given: readonly (readonly [string, string, unknown])[] = [
    ['POST', `/api/calls/${call}/note`, { text: hostile }],
    ['POST', '/api/caller-lists', { name: hostile, entries: [{ mask: '+79215550190', name: hostile }] }],
    ['PUT', '/api/calendar/2025-11-19', { kind: 'holiday', name: hostile }],
    ['POST', '/api/keys', { name: hostile, scopes: ['read'] }],
    ['POST', '/api/support', { kind: 'request', subject: hostile, text: hostile, callId: null }],
  ]
  for (const [method, path, body] of given) t.ok(await send(method, path, body) < 300, `${method} ${path}`)

  const shown: readonly (readonly [path: string, mark: string])[] = [
    ['/', '[data-bar]'], ['/rules', '.rule-row'], [`/rules/${world.rules['Дома']}?mode=advanced`, '.chain'],
    ['/numbers', '.table.numbers'], ['/simulator', '.sim-result'], ['/callers', '.callers'], ['/calendar?year=2025', 'main h1'],
    [`/calls?open=${call}`, '.call-row'], ['/statistics', 'main h1'], ['/settings', '.set-line'], ['/profile', '.facts'],
    ['/support', '.support-form'],
  ]
  for (const [path, mark] of shown) {
    await page.goto(world.url + path)
    await page.locator(mark).first().waitFor()
    await page.getByText(hostile.slice(0, 12)).first().waitFor({ state: 'attached' })
    t.equal(await page.locator('img, main script').count(), 0, `${path}: no element was made of it`)
  }
  await page.goto(world.url)
  await page.getByRole('button', { name: new RegExp(`^${hostile.slice(0, 4)}.*вт, 18 ноября`) }).first().click()
  await page.getByRole('dialog', { name: hostile }).waitFor()
  await tells(t, () => page.title(), /Мобильный/)
  t.equal(await page.locator('img').count(), 0, 'the popover')
  t.strictSame(dialogs, [], 'nothing ran')
  t.strictSame(complaints, [], 'and the policy had nothing to refuse')
})
