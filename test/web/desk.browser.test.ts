/**
 * A manager's day at the desk in a real browser: from a request in the queue to a subscriber with
 * money, a look at his panel and what the log says of it all; colleagues and stale forms; a live call;
 * the pool, prices, limits, alarms, letters and talks.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { deskPages, enterDesk } from '../support/desk-pages.ts'
import { openPanel, startBrowser } from '../support/panel-browser.ts'
import { shows, tells } from '../support/shows.ts'

const browser = await startBrowser(t)
const world = await deskPages(t)
const { kysely: db } = world.database

async function as(login: string, path = '/desk'): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPanel(browser, world)
  await enterDesk(opened.page, login)
  if (path !== '/desk') await opened.page.goto(world.url + path)
  await opened.page.locator('.frame.desk').waitFor()
  return opened
}

const toast = (page: Page, text: string): Promise<void> => page.locator('.toast', { hasText: text }).waitFor()

/** Gives the reason that a dialog asks for, and does it. */
async function because(page: Page, reason: string, action: string): Promise<void> {
  const dialog = page.locator('dialog[open]')
  await dialog.getByLabel('Причина').fill(reason)
  await dialog.getByRole('button', { name: action, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function actions(): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_log').select('action').where('actor', '=', 'olga').orderBy('id').execute()
  return rows.map((row) => row.action)
}

t.test('from a request to a subscriber with money, and what the log says of it', async (t) => {
  const { page, complaints } = await as('olga')
  await page.locator('[data-row]').first().waitFor()
  await tells(t, () => page.locator('tbody tr').first().innerText(), /Тестов Тест/,
    'who waits longest stands first')
  await shows(t, () => page.locator('.request').count(), 0, 'nothing is taken into work by itself')
  await page.keyboard.press('j')
  await page.locator('.request').waitFor()
  await tells(t, () => page.locator('.request h2').innerText(), 'Тестов Тест')
  await page.locator('tbody tr', { hasText: 'Ирина Ковалёва' }).click()
  await page.getByText('Зарезервирован за заявкой').waitFor()
  t.match(page.url(), /\/desk\/requests\/[0-9a-f]{32}$/, 'the address can be sent to a colleague')
  await page.locator('tbody tr', { hasText: 'Тестов' }).getByText('новая').waitFor()

  await colleagueReads(t, page.url())

  await page.getByLabel('Заметка', { exact: true }).fill('Позвонила, всё верно')
  await page.getByRole('button', { name: 'Подтвердить' }).click()
  await toast(page, 'Ирина Ковалёва: заявка подтверждена')
  await shows(t, () => page.locator('.desk-notes').getByText('Позвонила, всё верно').count(), 1,
    'the note is kept with it')
  const { id } = await db.selectFrom('subscribers').select('id').where('name', '=', 'Ирина Ковалёва').executeTakeFirstOrThrow()
  const number = await db.selectFrom('personal_numbers').select('address').where('subscriber_id', '=', id).executeTakeFirstOrThrow()
  t.match(number.address, /^\+74996741\d{3}$/, 'with a number of the pool')

  await page.getByRole('link', { name: 'Карточка абонента' }).click()
  await page.getByRole('heading', { name: 'Ирина Ковалёва', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Корректировка' }).click()
  await page.getByLabel('Сумма').fill('150')
  await page.getByText('На счёте станет 150').waitFor()
  await because(page, 'Подарок новому абоненту', 'Записать')
  await page.locator('.figure', { hasText: '150' }).waitFor()
  const entry = await db.selectFrom('ledger').select(['kopecks', 'kind']).where('subscriber_id', '=', id).executeTakeFirstOrThrow()
  t.same([Number(entry.kopecks), entry.kind], [150_00, 'correction'])

  await looksAndComesBack(t, page)
  await page.goto(`${world.url}/desk/audit`)
  await page.locator('tbody tr').first().waitFor()
  const told = await page.locator('tbody').innerText()
  for (const words of ['Заявка подтверждена', 'Корректировка', 'Просмотр кабинета', 'Просмотр карточки']) {
    t.ok(told.includes(words), `the log says «${words}»`)
  }
  t.ok((await actions()).includes('request.confirm'))
  t.strictSame(complaints, [], 'the console is silent')
  await page.context().close()
})

async function colleagueReads(t: Test, url: string): Promise<void> {
  const { page } = await as('ivan')
  await page.goto(url)
  await page.getByText('С заявкой работает Ольга Смирнова').waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Подтвердить' }).count(), 0,
    'a colleague can only read it')
  await page.context().close()
}

async function looksAndComesBack(t: Test, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Посмотреть как абонент' }).click()
  await page.getByText('Вы смотрите как абонент Ирина Ковалёва').waitFor()
  t.equal(new URL(page.url()).pathname, '/')
  await page.goto(`${world.url}/desk`)
  await page.getByRole('heading', { name: 'Вы смотрите как абонент Ирина Ковалёва' }).waitFor()
  await page.getByRole('button', { name: 'Закончить' }).click()
  await page.locator('.frame.desk').waitFor()
}

t.test('a request is not reached, waits for documents, is rejected with a reason', async (t) => {
  const { page } = await as('olga')
  await page.locator('tbody tr', { hasText: 'Анна Ли' }).click()
  await page.getByRole('button', { name: 'Не дозвонились' }).click()
  await page.locator('.request-head', { hasText: 'не дозвонились, 1 раз' }).waitFor()
  await page.getByRole('button', { name: 'Ждём документы' }).click()
  await page.locator('tbody tr', { hasText: 'Анна Ли' }).getByText('ждём документы').waitFor()
  await page.getByRole('button', { name: 'Отклонить' }).click()
  await page.locator('dialog[open]').getByRole('button', { name: 'Отклонить' }).click()
  await page.getByText('Напишите, почему').waitFor()
  await because(page, 'Документы чужие', 'Отклонить')
  await page.getByRole('radio', { name: 'Отклонённые' }).click()
  await page.locator('tbody tr', { hasText: 'Анна Ли' }).waitFor()
  const { reason } = await db.selectFrom('registrations').select('reason')
    .where('name', '=', 'Анна Ли').executeTakeFirstOrThrow()
  t.equal(reason, 'Документы чужие')
  await page.context().close()
})

t.test('a live call: ladder, raw message, why so, its end; the list can be stopped', async (t) => {
  const { page, complaints } = await as('olga', '/desk/live')
  await page.locator('.live-line').first().waitFor()
  await shows(t, () => page.locator('.live-line').count(), 2)
  await page.locator('.live-line', { hasText: '+7 921 555-01-90' }).click()
  await page.locator('.arrow').first().waitFor()
  await shows(t, () => page.locator('.arrow').count(), 14)
  await shows(t, () => page.locator('.arrow.failure').count(), 1, '486 stands on a red band')
  await page.getByRole('switch', { name: 'скрыть 100 и ACK' }).click()
  await shows(t, () => page.locator('.arrow').count(), 9, 'without 100 and ACK')
  await page.locator('.arrow.failure').focus()
  await page.keyboard.press('Enter')
  await tells(t, () => page.locator('dialog .raw').innerText(), /^SIP\/2\.0 486 Busy Here/)
  await page.keyboard.press('Escape')
  const pcap = await page.request.get(`${world.url}/api/desk/calls/${world.ids['call']}/ladder.pcap`)
  t.equal((await pcap.body()).readUInt32LE(0), 0xa1b2c3d4, 'a capture file')
  await page.getByRole('button', { name: 'Почему так' }).click()
  await page.locator('.why li', { hasText: 'В рабочее время' }).first().waitFor()
  await page.getByRole('radio', { name: 'Деньги' }).click()
  await page.locator('.call-body p, .call-body dl').first().waitFor()

  await page.keyboard.press('p')
  await page.getByText('остановлено').waitFor()
  await page.getByRole('button', { name: 'Завершить' }).click()
  await because(page, 'Просит абонент', 'Завершить')
  const { kind, state } = await db.selectFrom('call_commands').select(['kind', 'state']).executeTakeFirstOrThrow()
  t.same([kind, state], ['end', 'open'], 'the process of the call will take it')
  t.strictSame(complaints, [])
  await page.context().close()
})

t.test('numbers: a trial run, then the import; a state set by hand', async (t) => {
  const { page } = await as('olga', '/desk/numbers')
  await page.getByRole('button', { name: 'Добавить номера' }).click()
  const dialog = page.locator('dialog[open]')
  await dialog.getByLabel('Номера', { exact: true }).fill('+74950000010-+74950000019, +74996741000\nкартошка')
  await dialog.getByRole('button', { name: 'Проверить' }).click()
  await dialog.getByText('10 новых номеров').waitFor()
  await tells(t, () => dialog.locator('.bad-lines').innerText(), /картошка\s+это не номер/)
  await dialog.getByRole('button', { name: 'Добавить 10 номеров' }).click()
  await toast(page, 'Добавлено 10 номеров')
  await page.getByRole('searchbox').fill('4950000013')
  await page.locator('tbody tr', { hasText: '000-00-13' }).getByRole('button', { name: 'Изменить' }).click()
  await dialog.getByLabel('Состояние').selectOption('quarantine')
  await dialog.getByLabel('На сколько дней').fill('14')
  await dialog.getByRole('button', { name: 'Сохранить' }).click()
  await page.locator('tbody tr', { hasText: '000-00-13' }).getByText('Карантин').waitFor()
  t.ok((await actions()).includes('number.import'))
  await page.context().close()
})

t.test('a tariff: other prices make a new version; a stale trunk is told and not overwritten', async (t) => {
  const { page } = await as('olga', `/desk/tariffs/${world.ids['tariff']}`)
  await page.getByLabel('₽ в минуту: Греция', { exact: true }).fill('x')
  await page.getByRole('button', { name: 'Сохранить новую версию' }).click()
  await page.getByText('Это не цена.').waitFor()
  await page.getByLabel('₽ в минуту: Греция', { exact: true }).fill('7,25')
  await page.getByRole('button', { name: 'Сохранить новую версию' }).click()
  await toast(page, 'Новая версия')
  t.not(new URL(page.url()).pathname, `/desk/tariffs/${world.ids['tariff']}`)
  const versions = await db.selectFrom('tariffs').select('id').where('name', '=', 'Базовый').execute()
  t.equal(versions.length, 2, 'the old prices stay as they were')

  await page.goto(`${world.url}/desk/trunks/${world.ids['trunk']}`)
  await page.getByLabel('Линий').fill('12')
  await db.updateTable('trunks').set({ version: 7, name: 'Оператор Б' }).where('id', '=', world.ids['trunk'] ?? '').execute()
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await page.getByText('Транк изменили в другом окне.').waitFor()
  await page.getByRole('button', { name: 'Показать новое' }).click()
  await page.getByRole('heading', { name: 'Оператор Б' }).waitFor()
  await page.getByLabel('Линий').fill('12')
  await page.getByRole('button', { name: 'Сохранить' }).click()
  await toast(page, 'Транк «Оператор Б» сохранён')
  const { capacity } = await db.selectFrom('trunks').select('capacity').executeTakeFirstOrThrow()
  t.equal(capacity, 12)
  await page.context().close()
})

t.test('limits, alarms and letters', async (t) => {
  const { page } = await as('olga', '/desk/limits')
  const calls = page.locator('.limit', { hasText: 'Звонков сразу' }).first()
  await calls.getByRole('button', { name: 'Изменить' }).click()
  await page.getByLabel('Значение').fill('0')
  await page.getByText('От 1 до').waitFor()
  await page.getByLabel('Значение').fill('5')
  await because(page, 'Праздники', 'Сохранить')
  await calls.getByText('5 звонков').waitFor()
  await tells(t, () => calls.innerText(), /Праздники — olga/)
  await calls.getByRole('button', { name: 'Убрать' }).click()
  await because(page, 'Праздники кончились', 'Убрать')
  await calls.getByText('3 звонка').first().waitFor()

  await page.getByRole('link', { name: /Тревоги/ }).click()
  await page.getByRole('button', { name: 'Заморозить' }).click()
  await because(page, 'Похоже на взлом', 'Заморозить')
  const { status } = await db.selectFrom('subscribers').select('status').where('id', '=', world.subscriberId).executeTakeFirstOrThrow()
  t.equal(status, 'frozen')
  await page.locator('.alarm').getByRole('button', { name: 'Закрыть' }).click()
  await page.getByLabel('Что выяснилось').fill('Звонил сам')
  await page.locator('dialog[open]').getByRole('button', { name: 'Закрыть' }).click()
  await page.getByText('Тревог нет').waitFor()

  await page.getByRole('link', { name: /Письма/ }).click()
  await page.getByText('550 no such mailbox').waitFor()
  await page.getByRole('button', { name: 'Отправить снова' }).click()
  await page.getByText('Все письма доставлены').waitFor()
  const { state } = await db.selectFrom('outbox').select('state').where('notice_key', '=', 'dead:1').executeTakeFirstOrThrow()
  t.equal(state, 'waiting')
  await page.context().close()
})

t.test('an answer and a note of the support; without a connection nothing is lost', async (t) => {
  const { page } = await as('olga', `/desk/support/${world.ids['thread']}`)
  await page.locator('.message').waitFor()
  await page.locator('textarea').fill('Письмо ушло ещё раз, проверьте')
  await page.context().setOffline(true)
  await page.getByText('Нет связи').first().waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Ответить' }).isDisabled(), true,
    'nothing can be sent')
  await page.getByRole('link', { name: /Транки/ }).click()
  await page.getByText('Уйти без сохранения?').waitFor()
  await page.getByRole('button', { name: 'Оставить' }).click()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Ответить' }).click()
  await page.locator('.message.ours', { hasText: 'проверьте' }).waitFor()
  await page.getByRole('radio', { name: 'Заметка' }).click()
  await page.locator('textarea').fill('Ящик был полон')
  await page.getByRole('button', { name: 'Записать' }).click()
  await page.locator('.note-message', { hasText: 'Ящик был полон' }).waitFor()
  await page.locator('.thread-panel').getByRole('button', { name: 'Закрыть' }).click()
  await page.getByRole('button', { name: 'Открыть снова' }).waitFor()
  const { state } = await db.selectFrom('support_requests').select('state').where('id', '=', world.ids['thread'] ?? '').executeTakeFirstOrThrow()
  t.equal(state, 'closed')
  await page.context().close()
})
