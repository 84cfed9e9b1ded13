/** The home page, its timeline, «сейчас всё на …» and the frame in Chromium over the real server. */
import type { Page } from 'playwright-core'
import t from 'tap'
import { decideCallCommand } from '../../src/store/call-commands.ts'
import { addRule } from '../../src/store/rules.ts'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, sideways, startBrowser,
} from '../support/panel-browser.ts'
import { panelWorld, pictureCalls, pictureMs } from '../support/panel-server.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

const boxOf = (page: Page, selector: string): ReturnType<typeof placeOf> =>
  placeOf(page.locator(selector).first())

/** Drags the mouse from a place by pixels. */
async function drag(page: Page, from: { x: number; y: number }, dx: number, dy = 0): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + dx / 2, from.y + dy / 2, { steps: 4 })
  await page.mouse.move(from.x + dx, from.y + dy, { steps: 4 })
  await page.mouse.up()
}

t.test('«сейчас всё на …»: one tap, undo, an end of its own', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  const row = page.getByRole('group', { name: 'Сейчас всё на' })
  await row.getByRole('button', { name: 'Офис' }).click()
  await toast(page, /Все звонки идут на Офис до 15:3\d/)
  await page.getByRole('heading', { level: 1, name: /Сейчас всё идёт на Офис — до 15:3\d/ }).waitFor()
  await page.getByText(/Правила ждут: в 15:3\d снова начнёт действовать расписание, первым — «Планёрка»/).waitFor()
  await shows(t, () => row.getByRole('button', { name: 'Офис' }).getAttribute('aria-pressed'),
    'true')
  await tells(t, () => page.title(), 'Сейчас всё идёт на Офис')
  await page.locator('.cell.acts title').getByText('Всё на Офис').waitFor({ state: 'attached' })
  t.strictSame(await axeFaults(page), [])

  await row.getByLabel('На какое время').selectOption('day')
  await page.getByRole('heading', { level: 1, name: 'Сейчас всё идёт на Офис — до 24:00' }).waitFor()
  await row.getByLabel('На какое время').selectOption('at')
  await page.getByRole('dialog', { name: 'До какого времени' }).getByRole('textbox').fill('18')
  await page.getByRole('button', { name: 'Выбрать' }).click()
  await page.getByRole('heading', { level: 1, name: 'Сейчас всё идёт на Офис — до 18:00' }).waitFor()
  // The heading may come before the message: «Отменить» must be that of this change.
  await toast(page, 'Все звонки идут на Офис до 18:00')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await page.getByRole('heading', { level: 1, name: 'Сейчас всё идёт на Офис — до 24:00' }).waitFor()

  await row.getByRole('button', { name: 'Не беспокоить' }).click()
  await page.getByRole('heading', { level: 1, name: 'Не беспокоить: звонки отклоняются до 24:00' }).waitFor()
  await row.getByRole('button', { name: 'Вернуть расписание' }).click()
  await toast(page, 'Расписание снова действует')
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонят Мобильный и Офис' }).waitFor()
  await shows(t, () => row.getByRole('button', { pressed: true }).count(), 0)

  await row.getByRole('button', { name: 'Другой…' }).click()
  await page.getByRole('dialog', { name: 'На какой номер' }).getByRole('button', { name: /Греческая симка/ }).click()
  await page.getByRole('heading', { level: 1, name: /Сейчас всё идёт на Греческая симка/ }).waitFor()
  t.strictSame(complaints, [])
})

t.test('the plot: drag to other days, back by the target, scale by keys and wheel', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  await page.locator('[data-bar]').first().waitFor()
  await page.getByText('17–19 ноября 2025').waitFor()
  const plot = await boxOf(page, '.timeline')
  const day = (plot.width - 200) / 3
  await drag(page, { x: plot.x + plot.width - 40, y: plot.y + 150 }, -day)
  await page.getByText('18–20 ноября 2025').waitFor()
  await drag(page, { x: plot.x + 240, y: plot.y + 150 }, day * 2)
  await page.getByText('16–18 ноября 2025').waitFor()
  for (let times = 0; times < 3; times += 1) await page.getByRole('button', { name: 'Позже' }).click()
  await page.getByText('25–27 ноября 2025').waitFor()
  await page.getByRole('button', { name: /^‹ 14:3\d/ }).click()
  await page.getByText('17–19 ноября 2025').waitFor()

  await page.locator('[data-bar][tabindex="0"]').focus()
  await page.keyboard.press('Digit4')
  await page.getByText('1–30 ноября 2025').waitFor()
  await shows(t, () => page.getByRole('radio', { name: 'Месяц' }).getAttribute('aria-checked'),
    'true')
  await page.mouse.move(plot.x + 200 + (plot.width - 200) * 0.9, plot.y + 100)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -120)
  await page.keyboard.up('Control')
  await page.getByRole('radio', { name: 'Неделя', checked: true }).waitFor()
  await tells(t, () => page.locator('.period').textContent(), /2[0-9]–\d+ ноября|ноября – /,
    'the end of the month, where the pointer was')
  await page.locator('[data-bar][tabindex="0"]').focus()
  await page.keyboard.press('KeyT')
  await page.getByText('17–23 ноября 2025').waitFor()
  await page.keyboard.press('KeyL')
  await page.getByRole('columnheader', { name: 'Уступает' }).waitFor()
  t.strictSame(complaints, [])
})

t.test('an end of a bar is dragged, or moved by keys, or typed; each can be undone', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  const bar = page.locator('[data-bar][aria-label^="Дома, вт, 18 ноября, 18:00"]')
  const label = (): Promise<string | null> => bar.getAttribute('aria-label')
  await bar.waitFor()
  const place = await placeOf(bar)
  const plot = await boxOf(page, '.timeline')
  const hourPx = (plot.width - 200) / 72
  await drag(page, { x: place.x + place.width - 3, y: place.y + 10 }, -hourPx)
  await toast(page, '«Дома»: теперь с 18:00 до 22:00')
  await page.locator('[data-bar][aria-label^="Дома, вт, 18 ноября, 18:00–22:00"]').waitFor()
  await shows(t, () => page.locator('.popover').count(), 0, 'a drag is no click')
  await page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()
  await page.locator('[data-bar][aria-label^="Дома, вт, 18 ноября, 18:00–23:00"]').waitFor()

  await bar.focus()
  await page.keyboard.press('Control+ArrowRight')
  await toast(page, '«Дома»: теперь с 18:00 до 23:15')
  await page.locator('[data-bar][aria-label^="Дома, вт, 18 ноября, 18:00–23:15"]').waitFor()
  await bar.focus()
  await page.keyboard.press('Enter')
  const popover = page.getByRole('dialog', { name: 'Дома' })
  await popover.getByLabel('До').fill('2130')
  t.strictSame(await axeFaults(page), [])
  await popover.getByRole('button', { name: 'Изменить часы' }).click()
  await toast(page, '«Дома»: теперь с 18:00 до 21:30')
  await tells(t, () => label(), '18:00–21:30')
})

t.test('a name is dragged to another place, or moved by its handle’s arrows', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world)
  await logIn(page, world)
  const names = (): Promise<string[]> => page.locator('.names .name-line').allTextContents()
  await page.locator('.names .name').nth(5).hover()
  const handle = await placeOf(
    page.getByRole('button', { name: 'Переместить: Ночью только близкие' }))
  await drag(page, { x: handle.x + 8, y: handle.y + 10 }, 0, -88)
  await toast(page, 'Правило «Ночью только близкие» перемещено')
  await tells(t, async () => (await names())[3], 'Ночью только близкие')
  await page.getByRole('button', { name: 'Переместить: Ночью только близкие' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.locator('[data-name="4"]').getByText('Ночью только близкие').waitFor()
})

t.test('two fingers change the scale of the plot', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await openPanel(browser, world, phoneScreen)
  await logIn(page, world)
  await page.locator('[data-bar]').first().waitFor()
  const shown = (name: string): Promise<void> => page.getByRole('radio', { name, checked: true }).waitFor()
  await shown('День')
  await page.locator('.timeline').scrollIntoViewIfNeeded()
  const box = await boxOf(page, '.timeline')
  const cdp = await page.context().newCDPSession(page)
  /** Two fingers on a line, so far from its middle, pixels: from one distance to another. */
  const pinch = async (from: number, to: number): Promise<void> => {
    const [x, y] = [box.x + 190, box.y + 90]
    const at = (half: number) => [{ x: x - half, y, id: 0 }, { x: x + half, y, id: 1 }]
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) })
    for (let step = 1; step <= 5; step += 1) {
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(from + (to - from) * step / 5) })
    }
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }
  await pinch(90, 60)
  await shown('3 дня')
  await pinch(60, 90)
  await shown('День')
  await shows(t, () => page.evaluate(() => globalThis.visualViewport?.scale), 1,
    'the page itself stays as it is')
  t.strictSame(complaints, [])
})

t.test('a phone has five places and the sheet «Ещё»; the counts are beside the menu', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world)
  const { page, complaints } = await openPanel(browser, world, phoneScreen)
  await logIn(page, world)
  const bar = page.locator('.phone-bar')
  await bar.getByText('2 пропущенных').waitFor({ state: 'attached' })
  await shows(t, () => bar.locator('> *').count(), 5)
  await bar.getByRole('button', { name: 'Ещё' }).click()
  const sheet = page.getByRole('dialog', { name: 'Ещё' })
  await sheet.getByRole('link', { name: 'Мои номера' }).waitFor()
  for (const name of ['Мои номера', 'Кто зазвонит, если…', 'Статистика', 'Настройки', 'Ваш профиль', 'Поддержка']) {
    await shows(t, () => sheet.getByRole('link', { name }).count(), 1, name)
  }
  t.strictSame(await axeFaults(page), [])
  await sheet.getByRole('radio', { name: 'Тёмная' }).click()
  await shows(t, () => page.evaluate(() => document.documentElement.dataset['theme']), 'dark')
  const grip = await boxOf(page, '.sheet-grip')
  await drag(page, { x: grip.x + 10, y: grip.y + 2 }, 0, 160)
  await sheet.waitFor({ state: 'detached' })
  await bar.getByRole('link', { name: /Журнал/ }).click()
  await page.locator('.call-row').first().waitFor()
  await shows(t, () => bar.locator('.badge').count(), 0,
    'who has looked at the journal has seen them')
  t.strictSame(complaints, [])
})

t.test('a live call: to voicemail, pause of its recording, too late; each told in words', async (t) => {
  const world = await panelWorld(t, { subscriber: { settings: { voicemail: true, voicemailAfterSeconds: 20 } } as never })
  const calls = await pictureCalls(world, { live: true })
  const call = calls.at(-1)
  if (call === undefined) throw new Error('nobody calls')
  const db = world.database.kysely
  /** The call's process decides the newest order. */
  const decide = async (state: 'done' | 'tooLate') => {
    const open = () => db.selectFrom('call_commands').select('id').where('state', '=', 'open').executeTakeFirst()
    let command = await open()
    for (; command === undefined; command = await open()) await new Promise((done) => { setTimeout(done, 30) })
    await decideCallCommand(db, command.id, { state })
  }
  const { page, complaints } = await openPanel(browser, world)
  await logIn(page, world)
  const card = page.getByRole('region', { name: 'Звонки сейчас' })
  await card.getByRole('button', { name: 'На почту' }).click()
  await card.getByRole('button', { name: 'Отправляем' }).waitFor()
  await shows(t, () => card.getByRole('button', { name: 'Отправляем' }).isDisabled(), true,
    'busy until it is decided')
  await decide('tooLate')
  await toast(page, 'Поздно: на звонок уже ответили или он закончился')
  await card.getByRole('button', { name: 'На почту' }).click()
  await decide('done')
  await toast(page, 'Звонок отправлен на почту')

  const recording = { step: 'recording', atMs: 10, running: true } as const
  const talking = { ...call, answeredAt: call.startedAt + 5000, answeredLegId: call.legs[0]?.id, trace: [recording] }
  world.journal.update(talking)
  await card.getByText('Запись идёт').waitFor()
  await card.getByRole('button', { name: 'Пауза записи' }).click()
  await decide('done')
  await toast(page, 'Запись на паузе: сейчас в ней тишина')
  world.journal.update({ ...talking, trace: [recording, { step: 'ordered', atMs: 20, order: 'pauseRecording', by: 'subscriber' }] })
  await card.getByText('Запись на паузе').waitFor()
  await shows(t, () => card.getByRole('button', { name: 'Продолжить запись' }).count(), 1)
  t.strictSame(await axeFaults(page), [])
  t.strictSame(complaints, [])
})

t.test('the home page is free of accessibility faults in both languages and themes', async (t) => {
  const world = await panelWorld(t)
  await pictureCalls(world, { live: true })
  for (const language of ['ru', 'en']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      // Each width in each theme, each language in each theme; not all twelve together.
      const narrow = { ...phoneScreen, viewport: { width: 360, height: 740 } }
      const middle = { viewport: { width: 800, height: 900 } }
      for (const screen of (language === 'ru') === (colorScheme === 'light') ? [narrow] : [{}, middle]) {
        const { page, complaints } = await openPanel(browser, world, { ...screen, colorScheme })
        await logIn(page, world)
        await page.evaluate((wanted) => localStorage.setItem('language', wanted), language)
        await page.reload()
        await page.locator('[data-bar]').first().waitFor()
        const name = `${language} ${colorScheme} ${page.viewportSize()?.width}`
        t.strictSame(await axeFaults(page), [], name)
        await shows(t, () => sideways(page), 0, `${name}: nothing scrolls sideways`)
        t.strictSame(complaints, [], name)
        await page.context().close()
      }
    }
  }
})

t.test('a hundred rules over a month scroll smoothly, and are found by name', async (t) => {
  const world = await panelWorld(t)
  const phone = world.phones['Мобильный'] ?? ''
  for (let n = 0; n < 44; n += 1) {
    await addRule(world.database.kysely, world.subscriberId, {
      name: `Правило ${n}`, enabled: n % 5 !== 0, priority: 0, mode: 'parallel', waitSeconds: 30,
      blocks: [{ weekdays: [], dates: [], hours: [{ from: n * 20, to: n * 20 + 240 }] }],
      targets: [{ targetId: phone, ringSeconds: undefined }], noAnswer: { action: 'hangUp' },
    }, pictureMs)
  }
  // The store takes fifty rules; the other fifty are added to what the server says.
  const { page } = await openPanel(browser, world)
  await page.route('**/api/overview*', async (route) => {
    const response = await route.fetch()
    const body = await response.json() as { rules: { id: string; name: string }[]; bars: { ruleId: string }[] }
    const twin = (id: string): string => `f${id.slice(1)}`
    await route.fulfill({
      response, json: {
        ...body,
        rules: [...body.rules, ...body.rules.map((rule) => ({ ...rule, id: twin(rule.id), name: `${rule.name} два` }))],
        bars: [...body.bars, ...body.bars.map((bar) => ({ ...bar, ruleId: twin(bar.ruleId) }))],
      },
    })
  })
  await logIn(page, world)
  await page.getByRole('radio', { name: 'Месяц' }).click()
  await page.locator('.strips-of').nth(20).waitFor()
  const drawn = await page.locator('.names .name').count()
  t.ok(drawn < 60, `${drawn} of 100 rows are drawn`)
  const cdp = await page.context().newCDPSession(page)
  // Its processor time: that by the clock has in it whatever else runs on the machine.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  /** Milliseconds the page's own thread worked so far: script, style and layout; painting is elsewhere. */
  const worked = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration']
      .reduce((sum, name) => sum + (metrics.find((one) => one.name === name)?.value ?? 0) * 1000, 0)
  }
  const before = await worked()
  const frames = await page.evaluate(async () => {
    const box = document.querySelector('.timeline')
    if (box === null) throw new Error('no timeline')
    const measure = (move: (share: number) => void): Promise<number[]> => new Promise((done) => {
      const times: number[] = []
      let last = performance.now()
      const begin = last
      const tick = (now: number): void => {
        times.push(now - last)
        last = now
        move(Math.min(1, (now - begin) / 2000))
        if (now - begin < 2000) requestAnimationFrame(tick)
        else done(times)
      }
      requestAnimationFrame(tick)
    })
    const left = box.scrollLeft
    return {
      down: await measure((share) => { box.scrollTop = share * (box.scrollHeight - box.clientHeight) }),
      across: await measure((share) => { box.scrollLeft = left + Math.sin(share * 6.28) * 60 }),
    }
  })
  const perFrame = (await worked() - before) / (frames.down.length + frames.across.length)
  t.comment(`the page works ${perFrame.toFixed(1)} ms a frame`)
  t.ok(perFrame < 1000 / 60, 'less than 60 frames a second leave, whatever the machine paints with')
  for (const [name, times] of Object.entries(frames)) {
    const sorted = times.slice(2).sort((a, b) => a - b)
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0
    const worst = sorted.at(-1) ?? 0
    t.comment(`scrolling ${name}: ${sorted.length} frames in 2 s, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`)
    t.ok(middle < 500, `${name}: no crawling, even on a busy machine without a graphics card`)
  }
  await tells(t, () => page.locator('.names .name-line').last().textContent(), /^100/,
    'the last row is there')
  await page.getByRole('searchbox', { name: 'Название правила' }).fill('планёрка')
  await page.locator('.names .name').nth(2).waitFor({ state: 'detached' })
  await shows(t, () => page.locator('.names .name-line').allTextContents(),
    ['1Планёрка', '51Планёрка два'])
})
