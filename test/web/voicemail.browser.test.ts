/** «Голосовая почта» in Chromium over the real server: list, player, marks, what comes live. */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import { newId } from '../../src/store/ids.ts'
import {
  axeFaults, logIn, openPanel, phoneScreen, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, sketchCall } from '../support/panel-server.ts'
import { leaveMessage } from '../support/panel-sounds.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)
// One world for all: the tests that change it come last.
const world = await panelWorld(t)

/** A call that «Дома» sent to voicemail, with its record in the journal. */
async function toMail(at: string, caller: string, name: string,
  seconds: number): Promise<CallRecord> {
  const sketch = sketchCall(world, {
    at, caller, name, outcome: 'voicemail', status: 200, end: 30 + seconds,
    trace: [
      { step: 'ruleTaken', atMs: 0, ruleId: world.rules['Дома'] ?? '', ruleName: 'Дома',
        via: 'schedule', priority: 0 },
      { step: 'voicemail', atMs: 25_000, why: 'noAnswerAction', taken: true },
    ],
    legs: [{ phone: 'Мобильный', rule: 'Дома', ring: 1, end: 25, outcome: 'noAnswer' }],
  })
  const call = { ...sketch, answeredAt: sketch.startedAt + 26_000 }
  await world.journal.open(call)
  await world.journal.close(call)
  return call
}

const left = [
  { at: '2025-11-14T19:47:00+03:00', caller: '+30210550199', name: '', seconds: 51, heard: true },
  { at: '2025-11-15T13:20:00+03:00', caller: '', name: '', seconds: 4, heard: true },
  { at: '2025-11-16T18:12:00+03:00', caller: '+74957802210', name: '', seconds: 62, heard: false },
  { at: '2025-11-17T20:03:00+03:00', caller: '+79161234567', name: 'Вера', seconds: 36,
    heard: false },
  { at: '2025-11-17T21:10:00+03:00', caller: '+79851112233', name: 'Мама', seconds: 18,
    heard: true },
]
for (const { at, caller, name, seconds, heard } of left) {
  await leaveMessage(world, { call: await toMail(at, caller, name, seconds), seconds, heard })
}

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')
const senders = async (page: Page): Promise<string[]> =>
  (await page.locator('.mail-who').allTextContents()).map(plain)
const view = (page: Page) => page.getByRole('article')

t.test('new messages first, the newest open; each says who, when, how long, why', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/voicemail')
  await logIn(page, world)
  await view(page).waitFor()
  await shows(t, () => senders(page), ['Вера', '+7 495 780-22-10', 'Мама', 'скрытый номер',
    '+30 210 550 199'])
  await shows(t, () => page.locator('.mail-row').first().getAttribute('aria-current'), 'true')
  const words = async (): Promise<string> => plain(await view(page).textContent() ?? '')
  await tells(t, words, 'Вера+7 916 123-45-67 · вчера, 20:03')
  await tells(t, words, /0:00\s*из 0:36/)
  await page.getByText('Почему на почте: Дома. Никто не ответил: голосовая почта по правилу.')
    .waitFor()
  await shows(t, () => page.getByRole('link', { name: 'Перезвонить' }).getAttribute('href'),
    'tel:+79161234567')
  await page.getByText('5 сообщений из 100').waitFor()
  await page.getByText('2 новых', { exact: true }).waitFor()

  await page.getByRole('button', { name: /скрытый номер/ }).click()
  await page.getByRole('article', { name: 'скрытый номер' }).waitFor()
  await shows(t, () => page.getByRole('link', { name: 'Перезвонить' }).count(), 0)
  await page.reload()
  await page.getByRole('article', { name: 'скрытый номер' }).waitFor()
  await page.getByRole('link', { name: 'Почему так' }).click()
  await page.getByRole('group', { name: 'Сообщение: скрытый номер' }).waitFor()
  await tells(t, () => page.locator('.why').textContent(), 'Сообщение оставлено.',
    'the journal has the message, too')
  await shows(t, () => page.locator('.bar.mail').count(), 1, 'voicemail is a row of the chart')
  t.strictSame(complaints, [])
})

t.test('free of accessibility faults in both languages and themes, on a phone, too', async (t) => {
  const looks = [
    ['light', { colorScheme: 'light' }, 'ru'], ['dark, English', { colorScheme: 'dark' }, 'en'],
    ['phone', phoneScreen, 'ru'],
    ['dark, 360', { ...phoneScreen, viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
      'en'],
  ] as const
  for (const [name, options, language] of looks) {
    const { page, complaints } = await openPanel(browser, world, options, '/')
    await page.evaluate((value) => localStorage.setItem('language', value), language)
    await logIn(page, world)
    await page.goto(`${world.url}/voicemail`)
    await view(page).waitFor()
    t.strictSame(await axeFaults(page), [], name)
    await shows(t, () => sideways(page), 0, `${name}: does not scroll sideways`)
    t.strictSame(complaints, [], `${name}: the console is silent`)
    await page.context().close()
  }
})

t.test('on a phone a message opens below its row and closes again', async (t) => {
  const { page } = await openPanel(browser, world, phoneScreen, '/voicemail')
  await logIn(page, world)
  const first = page.getByRole('button', { name: /Вера/ })
  await shows(t, () => first.getAttribute('aria-expanded'), 'true', 'the newest new one is open')
  await page.getByRole('button', { name: 'Скорость 1×' }).click()
  await page.getByRole('button', { name: 'Скорость 1,5×' }).waitFor()
  await first.click()
  await view(page).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /Мама/ }).click()
  await page.getByRole('article', { name: 'Мама' }).waitFor()
})

t.test('it is heard when it plays; marks, filter, deletion with undo', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/voicemail')
  await logIn(page, world)
  await page.getByRole('group', { name: 'Сообщение: Вера' }).getByRole('slider').focus()
  await page.keyboard.press('Space')
  await page.getByText('1 новое', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Отметить новым' }).waitFor()
  await shows(t, async () => (await senders(page))[0], 'Вера',
    'it keeps its place while one is here')
  await page.keyboard.press('Space')
  await page.reload()
  await view(page).waitFor()
  await shows(t, async () => (await senders(page)).slice(0, 3),
    ['+7 495 780-22-10', 'Мама', 'Вера'],
    'anew: only new ones first')
  await page.getByRole('button', { name: /Вера/ }).click()
  await page.getByRole('button', { name: 'Отметить новым' }).click()
  await page.getByText('2 новых', { exact: true }).waitFor()

  await page.getByRole('radio', { name: 'Новые' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.mail-row').length === 2)
  await page.getByRole('button', { name: 'Отметить прослушанным' }).click()
  await page.getByText('1 новое', { exact: true }).waitFor()
  await shows(t, () => page.locator('.mail-row').count(), 2, 'it does not vanish under the pointer')
  await page.getByRole('radio', { name: 'Все', exact: true }).click()

  await page.getByRole('button', { name: /Мама/ }).click()
  await page.getByRole('button', { name: 'Удалить' }).click()
  await toast(page, 'Сообщение от Мама удалено')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).hover() // it stays
  await shows(t, async () => (await senders(page)).includes('Мама'), false)
  await page.getByText('4 сообщения из 100').waitFor()
  await page.keyboard.press('Control+z')
  await toast(page, 'Отменено')
  await page.getByRole('button', { name: /Мама/ }).waitFor()
  t.strictSame(complaints, [])
})

t.test('a message is there within a second after it was left, and in the menu', async (t) => {
  const { page } = await openPanel(browser, world, {}, '/voicemail')
  await logIn(page, world)
  await view(page).waitFor()
  const open = await page.locator('[aria-current="true"].mail-row').textContent()
  const call = await toMail(new Date(world.wallMs() - 60_000).toISOString(), '+79215550190',
    'Павел', 9)
  const before = await page.locator('.mail-row').count()
  await leaveMessage(world, { call, seconds: 9 })
  const begun = performance.now()
  await page.getByRole('button', { name: /Павел/ }).waitFor()
  const ms = Math.round(performance.now() - begun)
  t.comment(`the message showed after ${ms} ms`)
  t.ok(ms < 15_000, 'with room for a busy machine: without the event it would never come')
  await shows(t, () => page.locator('.mail-row').count(), before + 1)
  await shows(t, () => page.locator('[aria-current="true"].mail-row').textContent(), open,
    'the open one stays open')
  await page.getByRole('status').getByText('Новое сообщение: Павел').waitFor({ state: 'attached' })
  await page.getByRole('link', { name: /Голосовая почта.*2 новых сообщения/s }).waitFor()
})

t.test('voicemail that is off can be switched on here; a full box says what goes', async (t) => {
  const { page } = await openPanel(browser, world, {}, '/voicemail')
  await logIn(page, world)
  await page.getByText('Почта выключена.').waitFor()
  await page.getByRole('switch', { name: 'Голосовая почта' }).click()
  await toast(page, 'Голосовая почта включена')
  await page.getByText('Почта выключена.').waitFor({ state: 'detached' })

  const db = world.database.kysely
  const call = await toMail('2025-11-10T10:00:00+03:00', '+79215550190', 'Павел', 3)
  const id = await leaveMessage(world, { call, seconds: 3, heard: true })
  const ready = await db.selectFrom('messages').selectAll().where('state', '=', 'ready').execute()
  const like = ready.find((message) => message.id === id)
  if (like === undefined) throw new Error('the message is not there')
  await db.insertInto('messages').values(Array.from({ length: 100 - ready.length }, (_, n) => {
    const startedAt = call.startedAt + (n + 1) * 1000
    const heard = { heard_at: startedAt + 60_000, deleted_at: null }
    return { ...like, ...heard, id: newId(startedAt), started_at: startedAt }
  })).execute()
  await page.reload()
  await page.getByText(/Ящик полон\. Каждое новое .* старое прослушанное, сейчас — от 10 ноября/)
    .waitFor()
  await page.getByText('100 сообщений из 100').waitFor()
  await shows(t, () => page.locator('.mail-row').count(), 100, 'the whole box is one list')
})

t.test('an empty box', async (t) => {
  await world.database.kysely.updateTable('messages').set({ state: 'deleted' }).execute()
  const { page } = await openPanel(browser, world, {}, '/voicemail')
  await logIn(page, world)
  await page.getByRole('heading', { name: 'Сообщений нет' }).waitFor()
  t.strictSame(await axeFaults(page), [])
})
