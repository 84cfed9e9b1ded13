/** «Настройки», «Ваш профиль», «Поддержка» and «Вопрос ONLINE» in Chromium over the real server. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { createErrandBoard } from '../../src/store/errands.ts'
import { newId } from '../../src/store/ids.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { silentLog } from '../support/database.ts'
import { wavFile } from '../support/media-files.ts'
import { axeFaults, logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import type { PanelPage } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const prompts = join(import.meta.dirname, '../../prompts')

interface Scene extends PanelPage {
  readonly world: PanelWorld
  readonly folder: string
}

async function scene(t: Test, browser_: Browser, path: string, media = true): Promise<Scene> {
  const folder = t.testdir({})
  const world = await panelWorld(t, { api: { media: { folder, prompts: [prompts], available: () => media } } })
  const opened = await openPanel(browser_, world, {}, path)
  await logIn(opened.page, world)
  return { world, folder, ...opened }
}

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('status').getByText(text).waitFor()
}

const undo = (page: Page): Promise<void> => page.getByRole('status').getByRole('button', { name: 'Отменить' }).click()

async function stored(world: PanelWorld) {
  return world.database.kysely.selectFrom('subscribers').selectAll().where('id', '=', world.subscriberId).executeTakeFirstOrThrow()
}

t.test('every control of «Звонки» saves itself, tells it and can be undone', async (t) => {
  const { page, world, complaints } = await scene(t, browser, '/settings/calls')
  const hears = page.getByRole('complementary', { name: 'Что услышит звонящий' })
  await hears.getByText('Никто не ответил — «Абонент недоступен», звонок завершается.').waitFor()
  await page.getByRole('switch', { name: 'Голосовая почта' }).click()
  await toast(page, 'Включено: Голосовая почта')
  await hears.getByText('Никто не ответил за 25 секунд — приветствие.').waitFor()
  await hears.getByText('Правило «Дома» ждёт 50 с, но почта ответит раньше.').waitFor()
  await page.getByText('Меньше ожидания в правиле «Дома» (50 с): телефоны недозвонят.').waitFor()
  await page.getByRole('button', { name: 'Поставить 50 с' }).click()
  await toast(page, 'Тайм-аут включения — 50 секунд')
  await page.getByText('Меньше ожидания в правиле').waitFor({ state: 'detached' })
  const timeout = page.getByLabel('Тайм-аут включения')
  await shows(t, () => timeout.inputValue(), '50')
  await undo(page)
  await toast(page, 'Отменено')
  await shows(t, () => timeout.inputValue(), '25')
  for (const wrong of ['121', '-1', 'пять', '', '2.5']) {
    await timeout.fill(wrong)
    await timeout.press('Enter')
    await page.getByText('Целое число от 0 до 120.').waitFor()
    await shows(t, () => timeout.getAttribute('aria-invalid'), 'true', wrong)
  }
  t.equal((await stored(world)).voicemail_after_seconds, 25, 'nothing wrong was saved')
  await timeout.fill('0')
  await timeout.press('Enter')
  await hears.getByText('Почта отвечает сразу: приветствие.').waitFor()
  await page.getByLabel('Тишина кончает сообщение').fill('1')
  await page.getByLabel('Тишина кончает сообщение').press('Tab')
  await page.getByText('Целое число от 2 до 30 или 0.').waitFor()

  await page.getByRole('switch', { name: 'Записывать разговоры' }).click()
  await hears.getByText('Ответили — «Разговор записывается».').waitFor()
  await page.getByRole('switch', { name: 'Предупреждать собеседников о записи' }).click()
  await page.getByText('Без предупреждения записывать разговор бывает незаконно.').waitFor()
  await toast(page, 'Выключено: Предупреждать собеседников о записи')
  await page.keyboard.press('Control+z')
  await page.getByText('Без предупреждения').waitFor({ state: 'detached' })
  await page.getByLabel('Хранить записи').selectOption('30')
  await toast(page, 'Хранить записи — 30 дней')
  await page.getByLabel('Наибольшее время зацикленного правила').fill('90')
  await page.getByLabel('Наибольшее время зацикленного правила').press('Enter')
  await toast(page, 'Наибольшее время зацикленного правила — 90 секунд')
  const left = (id: string): Promise<number> =>
    page.locator(id).evaluate((group) => group.getBoundingClientRect().left)
  t.equal(await left('#limits'), await left('#countries'), 'groups stand below each other')
  const row = await stored(world)
  t.match(row, { voicemail: 1, voicemail_after_seconds: 0, record_calls: 1, cycle_limit_seconds: 90 })
  t.match(JSON.parse(row.options ?? '{}'), { retentionDays: 30 })
  t.strictSame(complaints, [])
})

t.test('a change in one window is seen in the other; without media it is said so', async (t) => {
  const { page, world } = await scene(t, browser, '/settings/calls', false)
  await page.getByText('Медиасервер не отвечает.', { exact: true }).waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Записать по телефону' }).isDisabled(),
    true)
  const other = await page.context().newPage()
  await other.goto(`${world.url}/settings/calls`)
  await other.getByRole('switch', { name: 'Отбой — это отказ' }).click()
  await page.getByRole('switch', { name: 'Отбой — это отказ', checked: true }).waitFor()
  await page.context().setOffline(true)
  await page.getByText(/Нет связи. Показано на/).waitFor()
  await shows(t, () => page.getByRole('switch', { name: 'Голосовая почта' }).isDisabled(), true)
  await shows(t, () => page.getByLabel('Тайм-аут включения').isDisabled(), true)
  await page.context().setOffline(false)
  await page.getByText(/Нет связи. Показано на/).waitFor({ state: 'detached' })
})

t.test('a greeting is uploaded, heard, chosen, and deleted after a question', async (t) => {
  const { page, complaints } = await scene(t, browser, '/settings/calls')
  const buffer = wavFile({ seconds: 60, peaks: [9000] })
  const file = { name: 'Для клиентов.wav', mimeType: 'audio/wav', buffer }
  const input = page.getByLabel('Файл приветствия')
  await input.setInputFiles({ ...file, buffer: Buffer.from('это не звук') })
  await page.getByRole('alert').getByText('Это не файл WAV.').waitFor()
  await input.setInputFiles({ ...file, buffer: wavFile({ seconds: 121, peaks: [100] }) })
  await page.getByRole('alert').getByText('Запись длиннее 120 секунд.').waitFor()
  await input.setInputFiles(file)
  await toast(page, 'Приветствие — Для клиентов')
  const own = page.getByRole('radio', { name: 'Для клиентов' })
  await shows(t, () => own.isChecked(), true)
  await page.getByRole('group', { name: 'Приветствие' }).getByRole('button', { name: 'Прослушать: Для клиентов' }).click()
  await page.getByRole('button', { name: 'Остановить: Для клиентов' }).waitFor()
  await page.getByRole('group', { name: 'Приветствие' }).getByRole('button', { name: 'Прослушать: Стандартное' }).click()
  await page.getByRole('button', { name: 'Остановить: Стандартное' }).waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Остановить: Для клиентов' }).count(), 0,
    'one sound at a time')
  await page.getByRole('radio', { name: 'Стандартное' }).click()
  await toast(page, 'Приветствие — Стандартное')
  await undo(page)
  await page.getByRole('radio', { name: 'Для клиентов', checked: true }).waitFor()
  await page.getByRole('button', { name: 'Удалить: Для клиентов' }).click()
  const dialog = page.getByRole('dialog', { name: 'Удалить «Для клиентов»?' })
  await dialog.getByText('Зазвучит стандартная запись.').waitFor()
  await dialog.getByRole('button', { name: 'Удалить' }).click()
  await toast(page, '«Для клиентов» удалено')
  await page.getByRole('radio', { name: 'Стандартное', checked: true }).waitFor()
  await shows(t, () => own.count(), 0)

  await page.getByLabel('Что слышит звонящий').selectOption('music')
  await page.getByText('Музыка не выбрана: пока звучат гудки оператора.').waitFor()
  await page.getByLabel('Файл с музыкой').setInputFiles({ ...file, name: 'Вивальди.wav' })
  await toast(page, 'Музыка — Вивальди')
  await page.getByText('Музыку «Вивальди», пока звонят Ваши телефоны.').waitFor()
  t.strictSame(complaints, [])
})

t.test('a greeting is spoken into a phone: the dialog follows the call', async (t) => {
  const { page, world, folder } = await scene(t, browser, '/settings/calls')
  const clock = { wallMs: world.wallMs, nowMs: () => performance.now(), wakeAt: () => () => {} }
  const owner = 'd'.repeat(32)
  const board = createErrandBoard(world.database.kysely, clock, owner)
  const library = createMediaLibrary({ database: world.database, clock, log: silentLog, spillFolder: join(folder, 'spill'), owner })
  t.teardown(() => library.stop(1000))
  await page.getByRole('button', { name: 'Записать по телефону' }).click()
  const dialog = page.getByRole('dialog', { name: 'Записать по телефону' })
  await dialog.getByRole('radio', { name: /Офис/ }).click()
  t.strictSame(await axeFaults(page), [])
  await dialog.getByRole('button', { name: 'Позвонить' }).click()
  await dialog.getByText('Сейчас позвоним.').waitFor()
  const missed = await board.take()
  t.match(missed, { kind: 'greeting', address: '+74951234567' })
  await dialog.getByText('Звоним. Снимите трубку.').waitFor()
  await board.finish(missed?.id ?? '', 'noAnswer')
  await dialog.getByText('Никто не снял трубку.').waitFor()
  await dialog.getByRole('button', { name: 'Позвонить ещё раз' }).click()
  await dialog.getByText('Сейчас позвоним.').waitFor()
  const errand = await board.take()
  if (errand?.kind !== 'greeting') throw new Error('no errand')
  await library.keepGreeting(world.subscriberId, errand.greetingId, errand.file, 4200)
  await board.finish(errand.id, 'done')
  await toast(page, 'Приветствие — записанное по телефону')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('radio', { name: 'Записано по телефону 18 ноября', checked: true }).waitFor()
})

t.test('password, e-mail and PIN want the password; the other sessions end', async (t) => {
  const { page, world, complaints } = await scene(t, browser, '/settings')
  const second = await openPanel(browser, world)
  await logIn(second.page, world)
  await page.reload()
  await page.getByText('Chrome, Linux').nth(1).waitFor()
  await page.getByRole('button', { name: 'Указать: E-mail' }).click()
  const email = page.getByRole('dialog', { name: 'Адрес для писем' })
  await email.getByLabel('E-mail').fill('миронов')
  await email.getByLabel('Ваш пароль').fill('не тот')
  t.strictSame(await axeFaults(page), [])
  await email.getByLabel('E-mail').fill('mironov@example.ru')
  await email.getByRole('button', { name: 'Сохранить' }).click()
  await email.getByText('Пароль не подошёл.').waitFor()
  await shows(t, () => email.getByLabel('Ваш пароль').getAttribute('aria-invalid'), 'true')
  await email.getByLabel('Ваш пароль').fill(world.login)
  await email.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Письмо со ссылкой отправлено на mironov@example.ru')
  await page.getByText('Ждём подтверждения mironov@example.ru').waitFor()

  await page.getByRole('button', { name: 'Сменить пароль' }).click()
  const password = page.getByRole('dialog', { name: 'Новый пароль' })
  await password.getByLabel('Нынешний пароль').fill(world.login)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Уйти без сохранения?' }).getByRole('button', { name: 'Оставить' }).click()
  await password.getByLabel('Новый пароль').fill('aaaaaaaaaaaa')
  await password.getByRole('button', { name: 'Сменить пароль' }).click()
  await password.getByText('Слишком простой: повторы или знаки подряд.').waitFor()
  await password.getByLabel('Новый пароль').fill('гора река поле')
  await password.getByRole('button', { name: 'Показать пароль' }).nth(1).click()
  await shows(t, () => password.getByLabel('Новый пароль').getAttribute('type'), 'text')
  await password.getByRole('button', { name: 'Сменить пароль' }).click()
  await toast(page, 'Пароль изменён, остальные сеансы завершены')
  await second.page.reload()
  await second.page.getByRole('button', { name: 'Войти' }).waitFor()

  await page.goto(`${world.url}/settings/calls`)
  await page.getByRole('button', { name: 'Задать' }).click()
  const pin = page.getByRole('dialog', { name: 'PIN-код почты' })
  await pin.getByLabel('Новый PIN-код').fill('12a34')
  await shows(t, () => pin.getByLabel('Новый PIN-код').inputValue(), '1234', 'digits only')
  await pin.getByLabel('Ваш пароль').fill('гора река поле')
  await pin.getByRole('button', { name: 'Сохранить' }).click()
  await pin.getByText('Этот PIN-код слишком простой').waitFor()
  await pin.getByLabel('Новый PIN-код').fill('2580')
  await pin.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'PIN-код сохранён')
  await page.getByText('Задан: позвоните на свой номер').waitFor()
  await page.getByRole('button', { name: 'Изменить' }).click()
  await page.getByRole('button', { name: 'Убрать PIN-код' }).click()
  await page.getByLabel('Ваш пароль').fill('гора река поле')
  await page.getByRole('dialog').getByRole('button', { name: 'Убрать PIN-код' }).click()
  await toast(page, 'PIN-код убран')
  t.strictSame(complaints.filter((line) => !line.includes('403')), [])
})

t.test('name, default number, zone, language, sessions, keys', async (t) => {
  const { page, world, complaints } = await scene(t, browser, '/settings')
  const second = await openPanel(browser, world)
  await logIn(second.page, world)
  await page.getByLabel('Имя').fill('<b>Михаил</b> & Ко')
  await page.getByLabel('Имя').press('Enter')
  await page.getByRole('button', { name: '<b>Михаил</b> & Ко' }).waitFor()
  await undo(page)
  await page.getByRole('button', { name: 'Михаил Миронов' }).waitFor()
  await page.getByLabel('Имя').fill('  ')
  await page.getByText('Напишите имя.').waitFor()
  await page.getByLabel('Имя').fill('Михаил Миронов')
  await page.getByLabel('Куда звонить, если ничего не действует').selectOption({ label: 'Офис, +7 495 123-45-67' })
  await toast(page, 'Номер по умолчанию — Офис')
  await page.getByLabel('Часовой пояс').selectOption('Asia/Vladivostok')
  await toast(page, 'Часовой пояс — Владивосток, UTC+10')
  await page.getByText('Сейчас там 21:3').waitFor()
  await undo(page)
  await page.getByText('Сейчас там 14:3').waitFor()

  await page.getByRole('link', { name: 'Общее состояние' }).click()
  await page.getByRole('link', { name: 'Настройки' }).click()
  await page.getByRole('button', { name: /^Завершить: Chrome/ }).click()
  await toast(page, 'Сеанс завершён')
  await shows(t, () => page.getByText('Chrome, Linux').count(), 1)

  await page.getByText('Для разработчиков').click()
  await page.getByLabel('Название').fill('CRM')
  await page.getByLabel('слушать записи и сообщения').check()
  await page.getByRole('button', { name: 'Создать ключ' }).click()
  const made = page.getByRole('dialog', { name: 'Ключ «CRM» создан' })
  const key = await made.locator('code').textContent() ?? ''
  const answer = await fetch(`${world.url}/api/me`, { headers: { authorization: `Bearer ${key}` } })
  t.equal(answer.status, 200, 'the key works')
  t.strictSame(await axeFaults(page), [])
  await made.getByRole('button', { name: 'Готово' }).click()
  await page.getByText('смотреть, слушать записи и сообщения · ещё не применялся').or(page.getByText(/применялся сегодня/)).waitFor()
  await page.getByRole('button', { name: 'Отозвать: CRM' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Отозвать' }).click()
  await toast(page, 'Ключ «CRM» отозван')
  t.equal((await fetch(`${world.url}/api/me`, { headers: { authorization: `Bearer ${key}` } })).status, 401)

  await page.getByRole('radio', { name: 'English' }).click()
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await toast(page, 'Language of the panel — English')
  t.match(JSON.parse((await stored(world)).options ?? '{}'), { language: 'en' })
  t.strictSame(complaints, [])
})

t.test('notices are ticked one by one and kept', async (t) => {
  const { page, world } = await scene(t, browser, '/settings/notifications')
  await page.getByText('Отправка включится, когда оператор подключит почту и СМС.').waitFor()
  const box = page.getByRole('checkbox', { name: 'Пропущенный звонок, СМС' })
  await box.check()
  await toast(page, 'Пропущенный звонок: СМС включено')
  t.match(JSON.parse((await stored(world)).options ?? '{}').notifications, { missedCall: { email: true, sms: true } })
  await undo(page)
  await page.getByRole('checkbox', { name: 'Пропущенный звонок, СМС', checked: false }).waitFor()
  await page.getByText('Приходят на +7 916 204-11-38.').waitFor()
  await page.getByRole('combobox', { name: 'СМС' }).selectOption({ label: 'Греческая симка' })
  await page.getByText('Приходят на +30 694 812 3377.').waitFor()
})

t.test('the profile is read; what may be changed leads to its place', async (t) => {
  const { page } = await scene(t, browser, '/profile')
  await page.locator('.facts').waitFor()
  for (const fact of ['Михаил Миронов', '+7 499 674-07-82', 'Активен', '«Личный»', '380 ₽', 'mironov', 'Москва, UTC+3', 'номеров 6 из 50, правил 6 из 50']) {
    await page.locator('.facts').getByText(fact).first().waitFor() // counts come a moment later
    await shows(t, () => page.locator('.facts').getByText(fact).count(), 1, fact)
  }
  await page.getByRole('link', { name: 'Изменить: Голосовая почта' }).click()
  await page.getByRole('switch', { name: 'Голосовая почта' }).waitFor()
})

t.test('a request to the support with the last call, answered and written on', async (t) => {
  const { page, world, complaints } = await scene(t, browser, '/support')
  const [, , , , , , last] = await pictureCalls(world)
  await page.reload()
  await page.getByRole('button', { name: 'Отправить' }).click()
  await page.getByText('Напишите, о чём речь.').waitFor()
  await page.getByLabel('Тема').fill('Не звонит <i>офис</i>')
  await page.getByLabel('Что случилось').fill('Звонят на мобильный.\nА офис молчит <script>alert(1)</script>')
  await page.getByLabel('Приложить последний звонок: Вера, сегодня, 14:20').check()
  await page.getByText('не услышит запись').waitFor()
  await page.getByLabel('Что случилось').press('Control+Enter')
  await toast(page, 'Обращение отправлено')
  await page.getByRole('button', { name: /Не звонит <i>офис<\/i>.*ждёт ответа/ }).click()
  await page.getByText('А офис молчит <script>alert(1)</script>').waitFor()
  await shows(t, () => page.getByRole('link', { name: 'Приложенный звонок' }).getAttribute('href'),
    `/calls?open=${last?.id}`)
  const { id } = await world.database.kysely.selectFrom('support_requests').select('id').executeTakeFirstOrThrow()
  await world.database.kysely.insertInto('support_messages').values({
    id: newId(Math.floor(world.wallMs())), request_id: id, author: 'support', text: 'Офис не отвечает с утра.',
    written_at: Math.floor(world.wallMs()),
  }).execute()
  await page.getByLabel('Дописать').fill('И ещё вопрос')
  await page.getByRole('button', { name: 'Написать' }).click()
  await page.getByText('И ещё вопрос').waitFor()
  await page.getByText('Офис не отвечает с утра.').waitFor()
  t.strictSame(await axeFaults(page), [])
  t.strictSame(complaints, [])
})

t.test('«Вопрос ONLINE» is the same thread over any page', async (t) => {
  for (const look of [{ name: 'desktop', options: {} }, { name: 'phone', options: phoneScreen }]) {
    const world = await panelWorld(t)
    const { page, complaints } = await openPanel(browser, world, look.options, '/numbers')
    await logIn(page, world)
    if (look.name === 'phone') await page.getByRole('button', { name: 'Ещё' }).click()
    await page.getByRole('button', { name: 'Вопрос ONLINE' }).click()
    const sheet = page.getByRole('dialog', { name: 'Вопрос ONLINE' })
    await sheet.getByLabel('Ваш вопрос').fill('Как не принимать скрытые номера?')
    await sheet.getByRole('button', { name: 'Спросить' }).click()
    await sheet.getByText('Вопрос отправлен.').waitFor()
    await sheet.getByLabel('Ваш вопрос').fill('И ещё один')
    await sheet.getByRole('button', { name: 'Спросить' }).click()
    await sheet.getByText('И ещё один').waitFor()
    t.strictSame(await axeFaults(page), [], look.name)
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.goto(`${world.url}/support`)
    await page.getByRole('button', { name: /Как не принимать скрытые номера/ }).click()
    await shows(t, () => page.locator('.letters .mine').count(), 2,
      `${look.name}: one thread of two messages`)
    t.strictSame(complaints, [], look.name)
    await page.context().close()
  }
})
