/**
 * The rule editor in Chromium over the real server: everything beyond the manual by hand and read
 * back, warnings and the week while one types, keys, a number typed on the spot, no connection.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { RuleReply } from '../../src/api/schema.ts'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

async function open(world: PanelWorld, path: string, options = {}): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPanel(browser, world, options)
  await logIn(opened.page, world)
  await opened.page.goto(world.url + path)
  await opened.page.locator('.editor').waitFor()
  return opened
}

async function saved(page: Page, name: string): Promise<void> {
  await page.getByRole('status').getByText(`Правило «${name}» сохранено`).waitFor()
}

/** A rule as the server has it, asked with the page's session. */
function stored(page: Page, id: string): Promise<RuleReply> {
  return page.evaluate(async (rule) => (await fetch(`/api/rules/${rule}`)).json() as Promise<RuleReply>, id)
}

t.test('everything beyond the manual is set by hand, told in words and stored', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['В рабочее время'] ?? ''
  const { page, complaints } = await open(world, `/rules/${id}?mode=advanced`)
  const list = await page.evaluate(async () => {
    const reply = await fetch('/api/caller-lists', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Семья', entries: [{ mask: '8 916 111-22-33', name: 'Мама' }] }),
    })
    return (await reply.json() as { id: string }).id
  })
  await page.reload()
  await page.locator('.editor').waitFor()
  await shows(t, () => page.getByLabel('Если все заняты').isVisible(), false,
    'out of sight until wanted')
  await page.getByText('Ещё условия').click()
  await page.getByRole('radio', { name: 'Только' }).click()
  await page.getByRole('button', { name: 'Семья' }).click()
  await page.getByLabel('Номера', { exact: true }).fill('8 495 *')
  await page.getByRole('button', { name: 'рабочие' }).click()
  await page.getByRole('button', { name: 'сокращённые' }).click()
  await page.getByLabel('Если все заняты').selectOption({ label: 'Голосовая почта' })
  await page.getByLabel('Если все недоступны').selectOption({ label: 'Другое правило' })
  await page.locator('#next-unreachable').selectOption({ label: 'Дома' })
  await page.getByLabel('Отбой на одном телефоне').selectOption({ label: 'Перестают звонить все' })
  await page.getByLabel('Запись разговоров').selectOption({ label: 'Не записывать' })
  await page.getByLabel('Когда звонит Офис').selectOption({ label: 'через 5 с' })
  await page.getByLabel('«Нажать 1» на Мобильный').selectOption({ label: 'нажать 1' })
  await page.getByLabel('Какой номер увидит Офис').selectOption({ label: 'Ваш номер' })
  await tells(t, () => page.locator('.sentence').textContent(),
    'Мобильный и через 5 с Офис 25 секунд')
  await tells(t, () => page.locator('.sentence').textContent(),
    'Только когда звонит кто-то из списка «Семья»')
  await shows(t, () => page.getByText('На какой номер звонят').count(), 0,
    'with one number nobody asks which')
  t.strictSame(await axeFaults(page), [], 'with everything open')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await saved(page, 'В рабочее время')
  t.match(await stored(page, id), {
    callers: { lists: [list], masks: ['+7495*'], except: false }, busy: { action: 'voicemail' },
    unreachable: { action: 'rule', ruleId: world.rules['Дома'] }, decline: 'everywhere', record: false,
    blocks: [{ dayKinds: ['working', 'short'] }],
    targets: [{ confirm: true, delaySeconds: null }, { delaySeconds: 5, callerId: 'personal' }],
  })
  await page.goto(`${world.url}/rules/${id}`)
  await page.getByText('Ещё условия').waitFor()
  await shows(t, () => page.getByLabel('Если все заняты').isVisible(), true,
    'a rule with conditions opens advanced, unfolded')
  await page.getByRole('button', { name: 'кто-то из списка «Семья» или номер на +7495' }).press('Enter')
  await shows(t, () => page.evaluate(() => document.activeElement?.closest('fieldset')?.id),
    'part-callers', 'a word leads to its field')
  await page.getByRole('radio', { name: 'Не принимает звонок' }).click()
  await page.getByText('звонки не принимаются').waitFor()
  await shows(t, () => page.getByLabel('Если все заняты').count(), 0,
    'nobody rings: nobody is busy')
  t.strictSame(complaints, [], 'the console is silent')
})

/** Presses buttons one after another within the page: quickly, however busy the machine is. */
async function pressAtOnce(page: Page, names: readonly string[]): Promise<void> {
  await page.evaluate(async (wanted) => {
    for (const name of wanted) {
      const all = [...document.querySelectorAll('button')]
      const button = all.find((one) => one.textContent?.trim() === name)
      if (button === undefined) throw new Error(`no button ${name}`)
      button.click()
      await Promise.resolve() // the form is drawn anew before the next one
    }
  }, names)
}

t.test('while one types: one question after the last change, warnings and what others take', async (t) => {
  const world = await panelWorld(t, { subscriber: { settings: { voicemail: true, voicemailAfterSeconds: 20 } } as never })
  const { page } = await open(world, '/rules/new')
  await page.getByLabel('Название правила').fill('Вечер')
  await page.getByLabel('Какой номер добавить').selectOption({ index: 1 })
  await page.getByText(/возьмёт звонки у правила|уступит правилу|В ближайшие 7 дней/).first().waitFor()
  let asked = 0
  page.on('request', (request) => { if (request.url().endsWith('/api/rules/preview')) asked += 1 })
  await pressAtOnce(page, ['Ночь', 'Вечера', 'Будни 9–18'])
  await page.getByText('с 15:00 до 16:30 уступит правилу «Планёрка»').waitFor()
  t.equal(asked, 1, 'three quick changes are one question')
  await page.getByText('уступит правилу «В рабочее время»').first().waitFor()
  await page.locator('.strip.warn').getByText('его время занимает').waitFor()
  await page.locator('.week-lost').nth(4).waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Расширенный режим' }).click()
  await page.getByRole('button', { name: 'Изменить приоритет' }).click()
  await shows(t, () => page.evaluate(() => document.activeElement?.id), 'wait',
    'the fix leads to the fields')
  await page.getByLabel('Приоритет').fill('20')
  await page.getByText('возьмёт звонки у правила «Планёрка»').waitFor()
  await page.context().setOffline(true)
  await page.getByLabel('Приоритет').fill('30')
  await page.getByText('Нет связи: показаны только часы правила').waitFor()
  await page.context().setOffline(false)
  await page.getByText('Нет связи: показаны только часы правила').waitFor({ state: 'detached' })
  await page.getByText('возьмёт звонки у правила «Планёрка»').waitFor()
})

t.test('by keys alone: times as typed, numbers moved, a day copied, saved', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['В рабочее время'] ?? ''
  const { page } = await open(world, `/rules/${id}?mode=advanced`)
  const from = page.getByLabel('С', { exact: true }).first()
  await from.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('930')
  await page.keyboard.press('Tab')
  await shows(t, () => from.inputValue(), '09:30')
  await page.keyboard.press('Shift+ArrowUp')
  await shows(t, () => page.getByLabel('До', { exact: true }).first().inputValue(), '19:00',
    'Shift+↑ is an hour')
  await page.getByRole('radio', { name: 'Одинаково' }).focus()
  await page.keyboard.press('ArrowRight')
  const tuesday = page.getByRole('group', { name: 'Вторник' }).first()
  await tuesday.getByRole('switch').focus()
  await page.keyboard.press('d')
  const copy = page.getByRole('dialog', { name: 'Скопировать вторник в…' })
  await copy.getByLabel('Суббота').press('Space')
  await copy.getByRole('button', { name: /Скопировать в 1 день/ }).press('Enter')
  await page.getByRole('button', { name: 'Ниже: Мобильный' }).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Офис', 'Мобильный'])
  await page.waitForFunction(() =>
    document.activeElement?.getAttribute('aria-label')?.endsWith('Мобильный'))
  await page.keyboard.press('Alt+ArrowUp')
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Мобильный', 'Офис'],
    'the focus goes with the number')
  await page.getByRole('button', { name: 'Переместить: Офис' }).press('ArrowUp')
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Офис', 'Мобильный'])
  await page.keyboard.press('Control+Enter')
  await saved(page, 'В рабочее время')
  const rule = await stored(page, id)
  t.strictSame(rule.targets.map((target) => target.description), ['Офис', 'Мобильный'])
  t.strictSame(rule.blocks, [{ weekdays: [1, 2, 3, 4, 5, 6], dates: [], hours: [{ from: 570, to: 1140 }] }])
  await page.goto(`${world.url}/rules/${id}`)
  await page.getByLabel('Название правила').fill('Иначе')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Уйти без сохранения?' }).getByRole('button', { name: 'Уйти' }).click()
  await page.getByRole('heading', { name: 'Переадресации' }).waitFor()
})

t.test('a number is typed where it is needed, refused with the reason, dragged into its place', async (t) => {
  const world = await panelWorld(t)
  const { page } = await open(world, '/rules/new')
  await page.getByLabel('Название правила').fill('Новое')
  await page.getByLabel('Какой номер добавить').selectOption({ label: 'Офис, +7 495 123-45-67' })
  await shows(t,
    () => page.getByLabel('Какой номер добавить').locator('option', { hasText: 'Офис' }).count(),
    0, 'chosen once')
  await page.getByLabel('Какой номер добавить').selectOption('new')
  const form = page.getByRole('group', { name: 'Новый номер' })
  await form.getByLabel('Номер телефона').fill('112')
  await page.keyboard.press('Enter')
  await form.getByText('экстренных служб').waitFor()
  await shows(t, () => page.getByText('Не сохранено').count(), 0,
    'Enter belongs to the number, not to the rule')
  await form.getByLabel('Номер телефона').fill('8 921 555-01-90')
  await form.getByLabel('Описание').fill('Питер')
  await page.keyboard.press('Enter')
  await page.getByText('2 из 5').waitFor()
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Офис', 'Питер'])
  const handle = await placeOf(page.getByRole('button', { name: 'Переместить: Питер' }))
  const first = await placeOf(page.locator('.target-row').first())
  await page.mouse.move(handle.x + 8, handle.y + 8)
  await page.mouse.down()
  await page.mouse.move(first.x + 60, first.y + 12, { steps: 5 })
  await page.mouse.up()
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Питер', 'Офис'])
  for (const name of ['Дача', 'Домашний', 'Мобильный']) {
    const option = await page.getByLabel('Какой номер добавить').locator('option', { hasText: name }).getAttribute('value')
    await page.getByLabel('Какой номер добавить').selectOption(option)
  }
  await page.getByText('Не больше пяти номеров.').waitFor()
})

t.test('a rule begun from the journal or the statistics has what they know', async (t) => {
  const world = await panelWorld(t)
  const { page } = await open(world, `/rules/new?days=1,2&from=9:00&to=13:00&target=${world.phones['Офис']}`)
  await page.getByText('Пн–вт с 9:00 до 13:00').waitFor()
  await shows(t, () => page.locator('.target-name').allTextContents(), ['Офис'])
  await page.goto(`${world.url}/rules/new?caller=%2B79215550190&name=%D0%9F%D0%B0%D0%B2%D0%B5%D0%BB`)
  await shows(t, () => page.getByLabel('Название правила').inputValue(), 'Павел')
  await page.getByText('Только когда звонит').waitFor()
  await shows(t, () => page.getByLabel('Номера', { exact: true }).isVisible(), true,
    'the condition is open')
})

t.test('the chain is drawn: a loop with its limit, on a phone as a list', async (t) => {
  const world = await panelWorld(t)
  const { page } = await open(world, `/rules/${world.rules['Дома']}?mode=advanced`)
  const chain = page.locator('.chain')
  await page.getByRole('radio', { name: 'Другое правило' }).check()
  await page.locator('#next-rule').selectOption({ label: 'Во время отпуска' })
  await chain.getByText('выключено — пропускается').waitFor()
  await shows(t, () => chain.locator('.skipped').count(), 1, 'dotted')
  await page.locator('#next-rule').selectOption({ label: 'На даче' })
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await saved(page, 'Дома')
  await page.goto(`${world.url}/rules/${world.rules['На даче']}?mode=advanced`)
  await page.getByRole('radio', { name: 'Другое правило' }).check()
  await page.locator('#next-rule').selectOption({ label: 'Дома' })
  await chain.getByText('снова «На даче», по кругу до 60 с').waitFor()
  await shows(t, () => chain.locator('.arc-line').count(), 1, 'a dashed arc')
  await page.locator('.strip.warn').getByText('Вызывает само себя по кругу').first().waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.locator('.chain.list').waitFor()
  await chain.getByText('снова «На даче», по кругу до 60 с').waitFor()
  await shows(t, () => chain.locator('.arc-line').count(), 0)
})

t.test('two windows: conditions that differ are asked, field by field', async (t) => {
  const world = await panelWorld(t)
  const id = world.rules['Дома'] ?? ''
  const { page } = await open(world, `/rules/${id}?mode=advanced`)
  await page.getByText('Ещё условия').click()
  await page.getByLabel('Запись разговоров').selectOption({ label: 'Записывать' })
  const second = await page.context().newPage()
  await second.goto(`${world.url}/rules/${id}?mode=advanced`)
  await second.getByText('Ещё условия').click()
  await second.getByRole('radio', { name: 'Кроме' }).click()
  await second.getByRole('button', { name: 'скрытые номера' }).click()
  await second.getByRole('button', { name: 'Сохранить' }).click()
  await saved(second, 'Дома')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  const dialog = page.getByRole('dialog', { name: 'Правило изменили в другом окне' })
  await dialog.getByText('Кроме: скрытый номер').waitFor()
  await shows(t, () => dialog.locator('tbody th').allTextContents(),
    ['Кто звонит', 'Запись разговоров'], 'only what differs')
  await dialog.getByRole('row', { name: /Кто звонит/ }).getByRole('radio').nth(1).check()
  await dialog.getByRole('button', { name: 'Продолжить' }).click()
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await saved(page, 'Дома')
  t.match(await stored(page, id), { record: true, callers: { anonymous: true, except: true } }, 'neither edit is lost')
})

t.test('both modes are free of accessibility faults in both languages and themes, and fit', async (t) => {
  const world = await panelWorld(t)
  const looks = [
    { name: 'narrow dark phone', options: { ...phoneScreen, viewport: { width: 360, height: 740 }, colorScheme: 'dark' } },
    { name: 'tablet', options: { viewport: { width: 900, height: 900 } } },
  ] as const
  for (const look of looks) {
    const { page, complaints } = await open(world, `/rules/${world.rules['Дома']}?mode=advanced`, look.options)
    await page.getByText('Ещё условия').click()
    for (const language of ['ru', 'en']) {
      await page.evaluate((value) => localStorage.setItem('language', value), language)
      for (const path of ['/rules/new', `/rules/${world.rules['Дома']}?mode=advanced`]) {
        await page.goto(world.url + path)
        await page.locator('.week svg').waitFor()
        if (path !== '/rules/new') await page.locator('.more > summary').click()
        t.strictSame(await axeFaults(page), [], `${look.name}, ${language}: ${path}`)
        await shows(t, () => sideways(page), 0,
          `${look.name}, ${language}: ${path} does not scroll sideways`)
      }
    }
    t.strictSame(complaints, [], `${look.name}: the console is silent`)
    await page.context().close()
  }
})
