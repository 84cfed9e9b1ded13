/**
 * People's pages: registration with its draft and its request's own page, forgotten and new
 * passwords, the second step of logging in, the e-mail address, countries and limits, what a manager
 * may do who looks at somebody's panel, and that no typed word is lost by leaving.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { hashPassword } from '../../src/store/password.ts'
import { axeFaults, logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld } from '../support/panel-server.ts'
import type { PanelWorld } from '../support/panel-server.ts'
import { codeBefore, codeNow, hireManager, newestToken } from '../support/people.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const goodPassword = 'синий чайник у окна'

async function toast(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('.toast-place').getByText(text).waitFor()
}

/** The page asks the server again when it is looked at. */
function lookAgain(page: Page): Promise<boolean> {
  return page.evaluate(() => dispatchEvent(new Event('focus')))
}

async function fillForm(page: Page): Promise<void> {
  await page.getByLabel('Имя').fill('Анна')
  await page.getByLabel('Фамилия').fill('Ковалёва')
  await page.getByLabel('Номер телефона').fill('8 925 418-66')
  await page.getByLabel('E-mail').fill('anna@example.ru')
}

t.test('a request for a number: told what is missing, kept on a reload, followed to its end', async (t) => {
  const world = await panelWorld(t, { empty: true })
  const manager = await hireManager(world)
  const { page, complaints } = await openPanel(browser, world, {}, '/register?from=k7-2x')
  await page.getByText('Вы пришли по приглашению: код k7-2x.').waitFor()
  await page.getByRole('button', { name: 'Отправить заявку' }).click()
  await page.getByText('Напишите номер: менеджер позвонит на него.').waitFor()
  await shows(t, () => page.locator('[aria-invalid]').count(), 5, 'each field is told')
  await shows(t, () => page.getByLabel('Имя').evaluate((field) => field === document.activeElement),
    true, 'one types at once')
  t.strictSame(await axeFaults(page), [])
  await fillForm(page)
  await page.getByRole('button', { name: 'всё равно' }).click()
  await page.goto(`${world.url}/register`)
  await shows(t, () => page.getByLabel('Фамилия').inputValue(), 'Ковалёва',
    'a reload loses nothing')
  await shows(t, () => page.getByText('код k7-2x').isVisible(), true, 'nor the invitation')
  await page.getByLabel(/^Согласен/).check()
  await page.getByRole('button', { name: 'Отправить заявку' }).click()
  await page.getByText('Не хватает цифр. Пример: +7 916 000-00-00.').waitFor()
  await page.getByLabel('Номер телефона').fill('8 925 418-66-02')
  await page.getByRole('button', { name: 'Отправить заявку' }).dblclick()
  await page.getByRole('heading', { name: 'Заявка № 1' }).waitFor()
  const { requests } = await manager.ask('GET', '/desk/requests')
  t.match(requests, [{ name: 'Анна Ковалёва', phone: '+79254186602' }])
  t.equal(requests.length, 1, 'two clicks are one request')
  t.strictSame(await axeFaults(page), [])
  const request = await manager.ask('POST', `/desk/requests/${requests[0].id}/claim`)
  t.equal(request.referralCode, 'k7-2x')
  const missed = await manager.ask('POST', `/desk/requests/${request.id}/missed`, { version: request.version })
  await lookAgain(page)
  await page.getByText('Менеджер занимается Вашей заявкой.').waitFor()
  await page.getByText('Менеджер звонил и не застал Вас.').waitFor()
  await manager.ask('POST', `/desk/requests/${request.id}/reject`, { version: missed.version, reason: 'Номер уже есть.' })
  await lookAgain(page)
  await page.getByText('Отклонена: Номер уже есть.').waitFor()
  await page.getByRole('link', { name: 'Новая заявка' }).click()
  await shows(t, () => page.getByLabel('Имя').inputValue(), '',
    'the draft is forgotten with the request')
  t.strictSame(complaints, [])
  await page.goto(`${world.url}/register/${'x'.repeat(43)}`)
  await page.getByText('Такой заявки нет.').waitFor()
})

t.test('a forgotten password: one answer for all, a link that works once, then one is in', async (t) => {
  const world = await panelWorld(t, { empty: true })
  await world.database.kysely.updateTable('accounts').set({ email: 'm@example.ru' }).execute()
  const { page } = await openPanel(browser, world, phoneScreen)
  const askFor = async (login: string): Promise<void> => {
    await page.goto(`${world.url}/`)
    await page.getByRole('link', { name: 'Не помню пароль' }).click()
    await page.getByLabel('Логин или e-mail').fill(login)
    await page.getByRole('button', { name: 'Прислать ссылку' }).click()
    await page.getByText('Если такой логин или адрес есть, письмо уже в пути.').waitFor()
  }
  await askFor('nobody')
  t.strictSame(await axeFaults(page), [])
  await askFor(world.login)
  let token = ''
  // The letter is written after the answer.
  while (token === '') token = await newestToken(world).catch(() => '')
  await page.goto(`${world.url}/password/${token}`)
  await page.getByText('Ваш логин — mironov.').waitFor()
  const field = page.getByLabel('Новый пароль', { exact: true })
  const save = page.getByRole('button', { name: 'Сохранить и войти' })
  await field.fill('короткий')
  await page.getByText('Ещё 4 знака.').waitFor()
  await shows(t, () => save.isDisabled(), true)
  await field.fill('mironov mironov')
  await save.click()
  await page.getByText('В пароле есть логин. Придумайте другой.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await field.fill(goodPassword)
  await save.click()
  await page.locator('.frame').waitFor()
  t.equal(new URL(page.url()).pathname, '/')
  await page.goto(`${world.url}/password/${token}`)
  await page.getByRole('heading', { name: 'Ссылкой уже воспользовались' }).waitFor()
  await page.goto(`${world.url}/password/${'x'.repeat(43)}`)
  await page.getByRole('button', { name: 'Прислать новую' }).click()
  await page.getByText('Новая ссылка отправлена на тот же адрес.').waitFor()
})

t.test('a temporary password is changed before anything else', async (t) => {
  const world = await panelWorld(t, { empty: true })
  await world.database.kysely.updateTable('accounts')
    .set({ password_hash: await hashPassword('Tmp-4921-xk'), password_temporary: 1 }).execute()
  const { page } = await openPanel(browser, world, {}, '/numbers')
  await page.getByLabel('Логин').fill(world.login)
  await page.getByLabel('Пароль', { exact: true }).fill('Tmp-4921-xk')
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.getByRole('heading', { name: 'Смените временный пароль' }).waitFor()
  await page.reload()
  await page.getByLabel('Пароль из письма').fill('Tmp-4921-xk')
  await page.getByLabel('Новый пароль', { exact: true }).fill(goodPassword)
  await page.getByRole('button', { name: 'Сохранить и продолжить' }).click()
  await page.locator('.frame').waitFor()
  await page.getByRole('heading', { name: 'Куда Вам дозваниваться?' }).waitFor()
})

/** Switches the second step on; resolves to its secret and the recovery codes. */
async function switchOn(t: Test, page: Page, world: PanelWorld): Promise<{ secret: string; codes: readonly string[] }> {
  await page.getByRole('button', { name: 'Включить: Второй шаг при входе' }).click()
  const dialog = page.getByRole('dialog', { name: 'Второй шаг при входе' })
  await dialog.getByLabel('Ваш пароль').fill(world.login)
  await dialog.getByRole('button', { name: 'Дальше' }).click()
  const secret = await dialog.locator('.key-text').innerText()
  t.ok(await dialog.getByRole('img').evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth > 0)),
    'the picture is one')
  await dialog.getByLabel('Код').fill('000 000')
  await dialog.getByRole('button', { name: 'Включить' }).click()
  await dialog.getByText('Код не подошёл.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await dialog.getByLabel('Код').fill(await codeBefore(world, secret))
  await dialog.getByRole('button', { name: 'Включить' }).click()
  const list = page.getByRole('dialog', { name: 'Сохраните коды восстановления' })
  await list.locator('li').first().waitFor()
  await list.locator('li').nth(9).waitFor()
  const codes = await list.locator('li').allInnerTexts()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Уйти без сохранения?' }).getByRole('button', { name: 'Оставить' }).click()
  await list.getByRole('button', { name: 'Коды сохранены' }).click()
  return { secret, codes }
}

async function openCountry(t: Test, page: Page, code: string): Promise<void> {
  await page.getByRole('link', { name: 'Звонки', exact: true }).click()
  await page.getByRole('button', { name: 'Открыть страну' }).click()
  const dialog = page.getByRole('dialog', { name: 'Открыть страну' })
  await dialog.getByLabel('Страна').fill('герм')
  t.strictSame(await axeFaults(page), [])
  await dialog.getByRole('button', { name: 'Германия' }).click()
  const asked = page.getByRole('dialog', { name: 'Нужен код' })
  await asked.getByLabel('Код').fill(code)
  await asked.getByRole('button', { name: 'Продолжить' }).click()
  await toast(page, 'Страна открыта: Германия')
  await page.getByRole('button', { name: 'Закрыть: Германия' }).click()
  await toast(page, 'Страна закрыта: Германия')
}

t.test('the second step and countries: on by a code, asked at the log-in and for sensitive changes, off again', async (t) => {
  const world = await panelWorld(t)
  const { page, complaints } = await openPanel(browser, world, {}, '/settings/calls')
  await logIn(page, world)
  await page.getByText('Расход на звонки за день').waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Открыть страну' }).isDisabled(), true,
    'no countries without it')
  await page.getByRole('link', { name: 'Включить' }).click()
  const { secret, codes } = await switchOn(t, page, world)
  t.equal(codes.length, 10)
  await page.getByText('Осталось 10 кодов.').waitFor()
  await page.getByRole('button', { name: 'Михаил Миронов' }).click()
  await page.getByRole('button', { name: 'Выйти' }).click()
  await page.getByLabel('Логин').fill(world.login)
  await page.getByLabel('Пароль', { exact: true }).fill(world.login)
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.getByRole('heading', { name: 'Код для входа' }).waitFor()
  t.strictSame(await axeFaults(page), [])
  await page.getByLabel('Код', { exact: true }).fill(codes[0] ?? '')
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.locator('.frame').waitFor()
  await page.getByText('Осталось 9 кодов.').waitFor()
  await world.database.kysely.updateTable('sessions').set({ fresh_until: 0 }).execute()
  await openCountry(t, page, codeNow(world, secret))
  await page.getByRole('link', { name: 'Пользователь' }).click()
  await world.database.kysely.updateTable('sessions').set({ fresh_until: 0 }).execute()
  await page.getByRole('button', { name: 'Сменить пароль' }).click()
  const dialog = page.getByRole('dialog', { name: 'Новый пароль' })
  await dialog.getByLabel('Нынешний пароль').fill(world.login)
  await dialog.getByLabel('Новый пароль').fill(goodPassword)
  await dialog.getByRole('button', { name: 'Сменить пароль' }).click()
  const asked = page.getByRole('dialog', { name: 'Нужен код' })
  await asked.getByLabel('Код').fill('000000')
  await asked.getByRole('button', { name: 'Продолжить' }).click()
  await asked.getByText('Код не подошёл.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await asked.getByLabel('Код').fill(codeNow(world, secret, 1))
  await asked.getByRole('button', { name: 'Продолжить' }).click()
  await toast(page, 'Пароль изменён, остальные сеансы завершены')
  await page.getByRole('button', { name: 'Выключить: Второй шаг при входе' }).click()
  const off = page.getByRole('dialog', { name: 'Второй шаг при входе' })
  await off.getByLabel('Ваш пароль').fill(goodPassword)
  await off.getByLabel('Код').fill(codes[1] ?? '')
  await off.getByRole('button', { name: 'Выключить' }).click()
  await toast(page, 'Второй шаг при входе выключен')
  await page.getByRole('button', { name: 'Включить: Второй шаг при входе' }).waitFor()
  t.strictSame(complaints.filter((each) => !each.includes('403')), [])
})

t.test('another e-mail address: asked for, waited for, confirmed by its link', async (t) => {
  const world = await panelWorld(t, { empty: true })
  const { page } = await openPanel(browser, world, {}, '/settings')
  await logIn(page, world)
  const change = async (email: string): Promise<void> => {
    await page.getByRole('button', { name: /: E-mail$/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Адрес для писем' })
    await dialog.getByLabel('E-mail').fill(email)
    await dialog.getByLabel('Ваш пароль').fill(world.login)
    await dialog.getByRole('button', { name: 'Сохранить' }).click()
    await toast(page, `Письмо со ссылкой отправлено на ${email}`)
  }
  await change('first@example.ru')
  await page.getByText('Ждём подтверждения first@example.ru').waitFor()
  t.strictSame(await axeFaults(page), [])
  await page.getByRole('button', { name: 'Не менять' }).click()
  await toast(page, 'Адрес остался прежним')
  await change('second@example.ru')
  const token = await newestToken(world)
  const { page: mail } = await openPanel(browser, world, {}, `/email/${token}`)
  await mail.getByRole('button', { name: 'Подтвердить' }).click()
  await mail.getByText('Теперь письма приходят на second@example.ru.').waitFor()
  t.strictSame(await axeFaults(mail), [])
  await page.getByText('second@example.ru', { exact: true }).waitFor()
})

t.test('every page tells of an account that is not served, and of money that ends', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world, {}, '/callers')
  await logIn(page, world)
  await page.locator('.callers').waitFor()
  await shows(t, () => page.locator('.account-strips .strip').count(), 0,
    'nothing while all is well')
  const rows = [
    ['На счёте осталось 99,99 ₽.', { balance_kopecks: 99_99 }],
    ['Звонки не переадресуются: на счёте 0 ₽.', { balance_kopecks: 0 }],
    ['не оплачен месяц, 150 ₽.', { balance_kopecks: 120_00, fee_due_kopecks: 150_00 }],
    ['Номер приостановлен: звонки не переадресуются.', { status: 'suspended' }],
    ['Номер заморожен: звонки не переадресуются.', { status: 'frozen' }],
  ] as const
  for (const [words, change] of rows) {
    await world.database.kysely.updateTable('subscribers').set(change).execute()
    await page.reload()
    await page.getByText(words).waitFor()
    await shows(t, () => page.locator('.account-strips .strip').count(), 1, words)
  }
  t.strictSame(await axeFaults(page), [])
})

t.test('a manager looks at a panel: told so, nothing can be saved, back to the desk', async (t) => {
  const world = await panelWorld(t)
  await hireManager(world)
  const { page } = await openPanel(browser, world)
  await page.evaluate(async (id) => {
    const post = (path: string, body: unknown) => fetch(path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    })
    await post('/api/login', { login: 'olga', password: 'olga' })
    await post(`/api/desk/subscribers/${id}/view`, {})
  }, world.subscriberId)
  await page.goto(`${world.url}/numbers`)
  await page.getByText('Вы смотрите как абонент Михаил Миронов.').waitFor()
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  const dialog = page.getByRole('dialog', { name: 'Новый номер' })
  await dialog.getByText('Вы смотрите, а не пользуетесь: сохранять нельзя.').waitFor()
  await shows(t, () => dialog.getByRole('button', { name: 'Добавить номер' }).isDisabled(), true)
  await page.keyboard.press('Escape')
  t.strictSame(await axeFaults(page), [])
  const ended = page.waitForRequest((one) => one.url().endsWith('/api/desk/view') && one.method() === 'DELETE')
  await page.getByRole('button', { name: 'Закончить' }).click()
  await ended
})

t.test('no typed word is lost by leaving: links, back, dialogs; the account’s language on a new device', async (t) => {
  const world = await panelWorld(t)
  const { page } = await openPanel(browser, world, {}, '/callers')
  await logIn(page, world)
  const question = page.getByRole('dialog', { name: 'Уйти без сохранения?' })
  await page.getByLabel('Имя').first().fill('Вера')
  await page.getByRole('link', { name: 'Журнал', exact: true }).click()
  await question.getByText('Введённое здесь не сохранено и пропадёт.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await question.getByRole('button', { name: 'Оставить' }).click()
  await shows(t, () => page.getByLabel('Имя').first().inputValue(), 'Вера')
  await page.getByRole('link', { name: 'Мои номера' }).click()
  await question.getByRole('button', { name: 'Уйти' }).click()
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  const dialog = page.getByRole('dialog', { name: 'Новый номер' })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Добавить номер' }).click()
  await dialog.getByLabel('Описание').fill('Дача соседа')
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: 'Оставить' }).click()
  await shows(t, () => dialog.getByLabel('Описание').inputValue(), 'Дача соседа')
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: 'Уйти' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Переадресации' }).click()
  await page.getByRole('link', { name: 'Дома', exact: true }).click()
  await page.getByLabel('Название правила').fill('Дома и в саду')
  await page.goBack()
  await question.getByText('Изменения правила «Дома и в саду» пропадут.').waitFor()
  await question.getByRole('button', { name: 'Оставить' }).click()
  t.match(page.url(), /\/rules\//)
  await world.database.kysely.updateTable('subscribers').set({ options: JSON.stringify({ language: 'en' }) }).execute()
  const other = await openPanel(browser, world)
  await logIn(other.page, world)
  await other.page.getByRole('link', { name: 'My numbers' }).waitFor()
})
