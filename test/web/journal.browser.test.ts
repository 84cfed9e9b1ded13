/** «Журнал» in Chromium over the real server: filters, player, notes, blocking, what comes live. */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, pictureCalls, sketchCall } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'
import { recordCall } from '../support/panel-sounds.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

interface Stage {
  readonly world: PanelWorld
  /** Of the picture, oldest first. */
  readonly calls: readonly CallRecord[]
  readonly talk: CallRecord
}

/** The calls of the picture; the one with «Северный ветер» was recorded. */
async function stage(): Promise<Stage> {
  const world = await panelWorld(t)
  const calls = await pictureCalls(world)
  const talk = calls.find((call) => call.callerName === 'ООО «Северный ветер»')
  if (talk === undefined) throw new Error('the picture has no such call')
  await recordCall(world, talk)
  return { world, calls, talk }
}

// One world for all: the tests that add calls come last.
const { world, calls, talk } = await stage()

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

const who = (page: Page): Promise<string[]> => page.locator('.call-row th .num').allTextContents()
const row = (page: Page, text: string) => page.locator('.call-row', { hasText: text }).first()

t.test('filters, search and export live in the address', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  await page.locator('.call-row').first().waitFor()
  await shows(t, () => page.locator('.call-row').count(), 7)
  await tells(t, () => page.locator('.day-row-head').first().textContent(),
    /Сегодня, вторник, 18 ноября\s*5 звонков, пропущено 2/)

  await page.getByRole('radio', { name: 'Пропущенные' }).click()
  await page.waitForURL(/\/calls\?outcome=missed$/)
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 3)
  await page.getByRole('radio', { name: 'Все', exact: true }).click()

  await page.getByRole('searchbox').fill('вера')
  await page.waitForURL(/q=%D0%B2/)
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 2)
  await page.getByRole('searchbox').press('Escape')
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 7)

  await page.getByRole('button', { name: 'Период: за всё время' }).click()
  await page.getByRole('button', { name: 'Вчера', exact: true }).click()
  await page.waitForURL(/from=2025-11-17&to=2025-11-17/)
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 2)
  await page.getByRole('button', { name: 'Фильтры' }).click()
  const box = page.getByRole('dialog', { name: 'Фильтры' })
  t.strictSame(await axeFaults(page), [], 'the box of filters')
  await box.getByLabel('Правило').selectOption({ label: 'Дома' })
  await page.waitForURL(/rule=[0-9a-f]{32}/)
  await box.getByLabel('Запись разговора').selectOption({ label: 'есть' })
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Ничего не нашлось' }).waitFor()
  await page.getByRole('button', { name: 'Убрать фильтр: С записью' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 2)

  const href = await page.getByRole('link', { name: 'Скачать CSV' }).getAttribute('href')
  const csv = await page.evaluate(async (path) => (await fetch(path ?? '')).text(), href)
  t.equal(csv.trim().split('\r\n').length, 3, 'the file has the rows of the page and its head')
  t.match(csv, '+79853100404')
  await page.reload()
  await page.waitForFunction(() => document.querySelectorAll('.call-row').length === 2)
  await page.goto(`${world.url}/calls?caller=anonymous&cell=37`)
  await page.getByRole('button', { name: 'Убрать фильтр: Вт 13:00–14:00' }).waitFor()
  await shows(t, () => who(page), ['скрытый номер'], 'an hour of the week, from the statistics')
  t.strictSame(complaints, [])
})

t.test('a row opens, Space plays its recording, a stale link is renewed', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  await row(page, 'Северный ветер').click()
  await page.waitForURL(new RegExp(`open=${talk.id}`))
  const player = page.getByRole('group', { name: 'Запись разговора' })
  await player.waitFor()
  await shows(t, () => page.evaluate(() => document.activeElement?.className), 'play',
    'the player has the focus')
  await shows(t, () => player.locator('li').allTextContents(), ['ООО «Северный ветер»',
    'Анна, секретарь'])
  await tells(t, () => player.textContent(), /0:00\s+из 4:07/)
  await shows(t, () => page.locator('audio').count(), 0)

  let refused = 0
  await page.route('**/media/**', async (route) => {
    if (refused > 0) return route.fallback()
    refused += 1
    return route.fulfill({ status: 403, contentType: 'application/json', body: '{}' })
  })
  await page.keyboard.press('Space')
  await player.getByRole('button', { name: 'Пауза' }).waitFor()
  const slider = player.getByRole('slider', { name: 'Место в записи' })
  await page.waitForFunction(() =>
    Number(document.querySelector('[role="slider"]')?.getAttribute('aria-valuenow')) >= 1)
  t.equal(refused, 1, 'the first link was refused, another one was asked for')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction(() =>
    Number(document.querySelector('[role="slider"]')?.getAttribute('aria-valuenow')) >= 21)
  // It plays meanwhile.
  await tells(t, () => slider.getAttribute('aria-valuetext'), /^0:[2-5]\d из 4:07$/)
  await player.getByRole('radio', { name: '1,5×' }).click()
  await page.keyboard.press('ArrowRight')
  await shows(t, () => player.getByRole('radio', { name: '2×' }).getAttribute('aria-checked'),
    'true', 'arrows choose there')
  await slider.focus()
  await page.keyboard.press('Space')
  await player.getByRole('button', { name: 'Слушать' }).waitFor()
  await page.keyboard.press('End')
  await shows(t, () => slider.getAttribute('aria-valuetext'), '4:07 из 4:07')
  const bounds = await placeOf(slider)
  await page.mouse.click(bounds.x + bounds.width / 2, bounds.y + 20)
  await tells(t, () => slider.getAttribute('aria-valuetext'), /^2:0\d из 4:07$/,
    'a click is a place')
  await player.getByRole('switch', { name: 'паузы пропускать' }).click()

  const [download] = await Promise.all([
    page.waitForEvent('download'), player.getByRole('button', { name: 'Скачать' }).click(),
  ])
  t.match(download.suggestedFilename(), /^2025-11-18 13-58 \+74957802210\.wav$/)
  await page.getByRole('button', { name: 'Кто слушал' }).click()
  const listened = page.locator('.listeners')
  await listened.getByText('mironov, скачал').first().waitFor()
  await listened.getByText('mironov, слушал').first().waitFor()

  await page.reload()
  await player.waitFor()
  await shows(t, () => player.getByRole('radio', { name: '2×' }).getAttribute('aria-checked'),
    'true', 'kept on the device')
  // The refusal of the first link is what the test itself did.
  t.strictSame(complaints.filter((line) => !line.includes('403')), [])
})

t.test('by keyboard the row keeps the focus; recordings that are not there say why', async (t) => {
  const [, mother, , pavel] = calls
  if (mother === undefined || pavel === undefined) throw new Error('the picture has more calls')
  await recordCall(world, mother, 'expired')
  await recordCall(world, pavel, 'writing')
  const { page } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  const opens = async (text: string, words: string): Promise<void> => {
    await row(page, text).getByRole('button').focus()
    await page.keyboard.press('Enter')
    await tells(t, () => page.locator('.details-row .sound').textContent(), words)
  }
  await opens('+7 985 310-04-04', 'Запись удалена: срок хранения истёк.')
  await shows(t, () => page.evaluate(() => document.activeElement?.getAttribute('aria-expanded')),
    'true', 'focus stays')
  await opens('Вера', 'Запись разговоров была выключена. Включить')
  await opens('Павел', 'Разговор записывается.')
  await recordCall(world, pavel)
  await page.getByRole('group', { name: 'Запись разговора' }).waitFor()
  t.pass('it can be played as soon as it is there')
  await page.goto(`${world.url}/calls?from=2025-11-18&to=2025-11-18&open=${mother.id}`)
  await page.getByText('Выбранный звонок').waitFor()
  await tells(t, () => page.locator('.why').textContent(), 'Отвечает Мобильный.',
    'a call outside the filters, by its address')
})

t.test('note, block, allow, a rule for the caller', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  await row(page, 'Павел').click()
  await page.getByRole('button', { name: 'Добавить заметку' }).click()
  await page.getByLabel('Заметка').fill('<b>Перезвонить</b>\nв среду')
  await page.keyboard.press('Control+Enter')
  await toast(page, 'Заметка сохранена')
  await shows(t, () => page.locator('.note p').textContent(), '<b>Перезвонить</b>\nв среду',
    'shown as text')
  await row(page, 'Павел').getByText('Есть заметка').waitFor({ state: 'attached' })
  await page.keyboard.press('Control+z')
  await toast(page, 'Отменено')
  await page.getByRole('button', { name: 'Добавить заметку' }).waitFor()

  await page.getByRole('button', { name: 'Заблокировать' }).click()
  await toast(page, 'Звонки от Павел больше не принимаются')
  await row(page, 'Павел').getByText('заблокирован').waitFor()
  await page.getByRole('button', { name: 'Разблокировать' }).click()
  await toast(page, 'Звонки от Павел снова принимаются')
  await page.getByRole('button', { name: 'Отменить' }).click()
  await toast(page, 'Отменено')
  await row(page, 'Павел').getByText('заблокирован').waitFor()

  await shows(t, () => page.getByRole('link', { name: 'Перезвонить' }).getAttribute('href'),
    'tel:+79215550190')
  await page.getByRole('link', { name: 'Правило для звонящего' }).click()
  await page.waitForURL(/rules\/new\?caller=%2B79215550190&name=/)
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Павел')

  await page.goto(`${world.url}/calls`)
  await row(page, 'скрытый номер').click()
  await page.getByRole('button', { name: 'Не принимать скрытые' }).waitFor()
  await shows(t, () => page.getByRole('link', { name: 'Перезвонить' }).count(), 0,
    'there is no number to call')
  t.strictSame(complaints, [])
})

t.test('a call comes, is answered and ends while one looks; many rounds are told once',
  async (t) => {
  const { page } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  await page.locator('.call-row').first().waitFor()
  const rule = 'В рабочее время'
  const taken = { step: 'ruleTaken', atMs: 0, ruleId: '', ruleName: rule, via: 'schedule',
    priority: 0 } as const
  const at = new Date(world.wallMs() - 3000).toISOString()
  const ringing = sketchCall(world, {
    at, caller: '+79031234567', trace: [taken], legs: [{ phone: 'Офис', rule, ring: 1,
      outcome: 'ringing' }],
  })
  await world.journal.open(ringing)
  await row(page, '+7 903 123-45-67').getByText('звонит').waitFor()
  const rounds = Array.from({ length: 5 }, (_, n) => n)
  const ended = sketchCall(world, {
    at, caller: '+79031234567', outcome: 'abandoned', status: 487, end: 110,
    trace: rounds.flatMap((n) => [
      { ...taken, atMs: n * 20_000, via: n === 0 ? 'schedule' : 'chain' } as const,
      { ...taken, ruleName: 'Дома', atMs: n * 20_000 + 10_000, via: 'chain' } as const,
    ]),
    legs: rounds.flatMap((n) => [
      { phone: 'Офис', rule, ring: n * 20 + 1, end: n * 20 + 10, outcome: 'noAnswer' } as const,
      { phone: 'Домашний', rule: 'Дома', ring: n * 20 + 11, end: n * 20 + 20,
        outcome: 'noAnswer' } as const,
    ]),
  })
  await world.journal.close({ ...ended, id: ringing.id, sipCallId: ringing.sipCallId })
  await row(page, '+7 903 123-45-67').getByText('сброшен').waitFor()
  await row(page, '+7 903 123-45-67').click()
  await page.getByText('И так ещё 3 раза по кругу.').waitFor()
  await page.getByText('По кругу 5 раз').waitFor()
  await tells(t, () => row(page, '+7 903 123-45-67').locator('.rule-cell').textContent(),
    'В рабочее время → Дома')
})

t.test('an empty journal says how to fill it', async (t) => {
  const world = await panelWorld(t, { empty: true })
  const { page } = await openPanel(browser, world, {}, '/calls')
  await logIn(page, world)
  await page.getByRole('heading', { name: 'Звонков пока не было' }).waitFor()
  await page.getByText('Позвоните на +7 499 674-07-82').waitFor()
  await page.getByRole('button', { name: 'Позвонить мне для проверки' }).waitFor()
  t.strictSame(await axeFaults(page), [])
})

t.test('free of accessibility faults in both languages and themes, on a phone, too', async (t) => {
  const looks = [
    ['light', { colorScheme: 'light' }, 'ru'], ['dark, English', { colorScheme: 'dark' }, 'en'],
    ['phone', phoneScreen, 'en'],
    ['dark, 360', { ...phoneScreen, viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
      'ru'],
  ] as const
  for (const [name, options, language] of looks) {
    const { page, complaints } = await openPanel(browser, world, options, '/')
    await page.evaluate((value) => localStorage.setItem('language', value), language)
    await logIn(page, world)
    await page.goto(`${world.url}/calls?open=${talk.id}&rule=none&q=x`)
    await page.locator('.player').waitFor()
    await page.goto(`${world.url}/calls?open=${talk.id}`)
    await page.locator('.player').waitFor()
    t.strictSame(await axeFaults(page), [], name)
    await shows(t, () => sideways(page), 0, `${name}: does not scroll sideways`)
    t.strictSame(complaints, [], `${name}: the console is silent`)
    await page.context().close()
  }
})
