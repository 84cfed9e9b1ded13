/**
 * No edit is lost: when the login ends in the middle of one, when what was deleted comes back, when
 * a step is taken back after somebody else changed the same rule.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { RuleReply } from '../../src/api/schema.ts'
import { axeFaults, logIn, openPanel, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

/**
 * Presses what may have a dialog before it, or be gone: that a login has ended the page may notice
 * by itself, and that is right, too.
 */
async function press(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  await page.getByRole(role, { name, exact: true, includeHidden: true })
    .evaluateAll((found) => { for (const one of found.slice(0, 1)) (one as HTMLElement).click() })
}

/** Asks the server with the page's session. */
function ask<T>(page: Page, path: string, method = 'GET', body?: unknown): Promise<T> {
  return page.evaluate(async (given) => {
    const reply = await fetch(given.path, {
      method: given.method, headers: { 'content-type': 'application/json' },
      ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    })
    return await reply.json() as never
  }, { path, method, body })
}

/** The rule as the request that stores it. */
function requestOf(rule: RuleReply): Record<string, unknown> {
  const { id: _, position: __, warnings: ___, verdict: ____, ...request } = rule
  return { ...request, targets: rule.targets.map(({ address: _a, description: _d, ...kept }) => kept) }
}

t.test('the login ends while a rule is being edited: logging in again keeps the form', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['Дома'] ?? ''
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/rules/${id}`)
  await page.getByLabel('Название правила').fill('Дома вечером')
  await world.database.kysely.deleteFrom('sessions').execute()
  await press(page, 'button', 'Сохранить')
  const again = page.getByRole('dialog', { name: 'Войдите ещё раз' })
  await again.getByText('Изменения на экране целы').waitFor()
  t.strictSame(await axeFaults(page), [])
  await shows(t, () => again.getByLabel('Логин').inputValue(), world.login)
  await shows(t,
    () => again.getByLabel('Пароль', { exact: true })
      .evaluate((field) => field === document.activeElement),
    true, 'one types the password at once')
  await page.keyboard.press('Escape')
  await shows(t, () => again.isVisible(), true, 'Esc loses nothing')
  await page.keyboard.type(world.login)
  await page.keyboard.press('Enter')
  await again.waitFor({ state: 'detached' })
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Дома вечером')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Правило «Дома вечером» сохранено')
  t.match(await ask<RuleReply>(page, `/api/rules/${id}`), { name: 'Дома вечером' })
  const heard = page.waitForResponse((reply) => reply.url().includes('/api/overview'))
  await ask(page, `/api/rules/${id}/enabled`, 'POST', { enabled: false })
  t.equal((await heard).status(), 200, 'changes are heard of again')
  t.strictSame(complaints, [])
})

t.test('without changes an ended login is the log-in page, and who leaves is let go', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/rules/${world.rules['Дома']}`)
  await page.locator('.editor').waitFor()
  await page.getByLabel('Название правила').fill('Другое имя')
  await world.database.kysely.deleteFrom('sessions').execute()
  await press(page, 'button', 'Сохранить')
  await page.getByRole('dialog').getByRole('button', { name: 'Уйти' }).click()
  await page.locator('.login').waitFor()
  await shows(t, () => page.getByRole('dialog').count(), 0)
  await logIn(page, world)
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Дома')
  await world.database.kysely.deleteFrom('sessions').execute()
  await press(page, 'link', 'Журнал')
  await page.locator('.login').waitFor()
})

t.test('a deleted rule comes back with everything that led to it', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  const home = world.rules['Дома'] ?? ''
  const go = { action: 'rule', ruleId: home, ignoreSchedule: true }
  for (const [name, links] of [['Планёрка', { noAnswer: go }], ['На даче', { busy: go, unreachable: go }]] as const) {
    const id = world.rules[name] ?? ''
    const rule = await ask<RuleReply>(page, `/api/rules/${id}`)
    await ask(page, `/api/rules/${id}`, 'PUT', { ...requestOf(rule), ...links })
  }
  await page.goto(`${world.url}/rules`)
  await page.getByRole('button', { name: 'Удалить: Дома' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('«Планёрка» и «На даче»').waitFor()
  await dialog.getByRole('button', { name: 'Удалить' }).click()
  await toast(page, 'Правило «Дома» удалено')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  const { rules } = await ask<{ rules: RuleReply[] }>(page, '/api/overview')
  const again = rules.find((rule) => rule.name === 'Дома')
  const link = { action: 'rule', ruleId: again?.id, ignoreSchedule: true }
  t.match(rules.find((rule) => rule.name === 'Планёрка'), { noAnswer: link, busy: null })
  t.match(rules.find((rule) => rule.name === 'На даче'), { noAnswer: { action: 'hangUp' }, busy: link, unreachable: link })
  t.equal(rules.findIndex((rule) => rule.name === 'Дома'), 2, 'in its place')
})

t.test('taking back a move takes back the priority alone', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['В рабочее время'] ?? ''
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/rules`)
  await page.locator('.rule-row').nth(1).getByRole('button', { name: 'Выше' }).click()
  await toast(page, 'Приоритет «В рабочее время» стал 10')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).hover() // it stays
  const rule = await ask<RuleReply>(page, `/api/rules/${id}`)
  await ask(page, `/api/rules/${id}`, 'PUT', { ...requestOf(rule), waitSeconds: 55 })
  await page.getByText(/55 секунд/).first().waitFor()
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  t.match(await ask<RuleReply>(page, `/api/rules/${id}`), { priority: 0, waitSeconds: 55 })
})

t.test('a deleted number comes back as it was', async (t) => {
  const world = await panelWorld(t, { empty: true })
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await ask(page, '/api/numbers', 'POST',
    { address: '+79162041138', description: 'Мобильный', confirm: true, callerId: 'personal' })
  await page.goto(`${world.url}/numbers`)
  await page.getByRole('button', { name: 'Удалить: Мобильный' }).click()
  await toast(page, /удалён/)
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  t.match(await ask<unknown[]>(page, '/api/numbers'),
    [{ description: 'Мобильный', confirm: true, callerId: 'personal' }])
})

t.test('a note changed in another window: what is being typed stays, and one is told', async (t) => {
  const world = await panelWorld(t)
  const [call] = await pictureCalls(world)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  await page.goto(`${world.url}/calls?open=${call?.id}`)
  await page.getByRole('button', { name: 'Добавить заметку' }).click()
  await page.getByRole('textbox', { name: 'Заметка' }).fill('Перезвонить в среду')
  await ask(page, `/api/calls/${call?.id}/note`, 'POST', { text: 'Просил счёт' })
  await page.getByText('В другом окне заметку изменили: «Просил счёт»').waitFor()
  await shows(t, () => page.getByRole('textbox', { name: 'Заметка' }).inputValue(),
    'Перезвонить в среду')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Заметка сохранена')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await page.locator('.note').getByText('Просил счёт').waitFor()
})

t.test('a list renamed here keeps the number that was added elsewhere', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  const { id } = await ask<{ id: string }>(page, '/api/caller-lists', 'POST', { name: 'Семья', entries: [] })
  await page.goto(`${world.url}/callers`)
  await page.getByRole('button', { name: 'Переименовать: Семья' }).click()
  await ask(page, `/api/caller-lists/${id}/entries`, 'POST', { mask: '+79161112233', name: 'Мама' })
  await page.getByRole('textbox', { name: 'Название списка' }).fill('Родные')
  await page.keyboard.press('Enter')
  await toast(page, /Родные/)
  t.match(await ask(page, `/api/caller-lists/${id}`), { name: 'Родные', entries: [{ name: 'Мама' }] })
})
