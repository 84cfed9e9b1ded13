/**
 * «Вопрос ONLINE» of a visitor, the support with a file, the referral programme, the statement as
 * PDF: in Chromium over the real server; the answers come from a manager through the desk's API.
 */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { addManager } from '../../src/store/accounts.ts'
import { inTransaction } from '../../src/store/database.ts'
import { hashPassword } from '../../src/store/password.ts'
import { linkInvitee, referralCode } from '../../src/store/referral.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { demoTariff } from '../../src/store/demo-tariff.ts'
import { axeFaults, logIn, openPanel, phoneScreen, startBrowser } from '../support/panel-browser.ts'
import { panelWorld, pictureCalls, pictureMs } from '../support/panel-server.ts'
import { readPdf } from '../support/pdf-text.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)
const attachments = t.testdir({})
const world = await panelWorld(t, { api: { attachments } })
const calls = await pictureCalls(world)
const db = world.database.kysely
const pictures = process.env['PN_PICTURES']

/** A manager's requests, as the desk's pages make them. */
async function manager() {
  await addManager(db, { login: 'olga', name: 'Ольга', email: 'olga@example.com',
    passwordHash: await hashPassword('a desk of oak') }, world.wallMs())
  const ask = async (method: string, path: string, body?: unknown, cookie = '') =>
    fetch(`${world.url}/api${path}`, {
      method, headers: { 'content-type': 'application/json', cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const reply = await ask('POST', '/login', { login: 'olga', password: 'a desk of oak' })
  const cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? ''
  return {
    open: async () => (await (await ask('GET', '/desk/support?tab=all', undefined, cookie)).json()) as
      { threads: readonly { id: string; asker: { name: string }; last: string; live: boolean }[] },
    answer: (id: string, text: string) =>
      ask('POST', `/desk/support/${id}/messages`, { text }, cookie),
  }
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/${name}.png` })
}

let olga: Awaited<ReturnType<typeof manager>>

t.test('a visitor asks, is answered at once, and finds it again', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, '/ask')
  await page.getByText('Оставьте e-mail, и ответ придёт письмом.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await picture(page, 'ask-form')
  await page.getByRole('button', { name: 'Спросить' }).click()
  await page.getByText('Напишите, как к Вам обращаться.').waitFor()
  olga = await manager()
  await page.reload()
  await page.getByText('Сейчас мы на месте').waitFor()
  await page.getByLabel('Как к Вам обращаться').fill('Вера')
  await page.getByLabel('E-mail для ответа').fill('vera@example.com')
  await page.getByLabel('Ваш вопрос').fill('Можно ли перенести свой номер?')
  await page.getByRole('button', { name: 'Спросить' }).click()
  await page.getByText('придёт на vera@example.com').waitFor()
  const [thread] = (await olga.open()).threads
  t.match(thread, { asker: { name: 'Вера' }, last: 'Можно ли перенести свой номер?' })
  await olga.answer(thread!.id, 'Да, с любого оператора.')
  await page.getByText('Да, с любого оператора.').waitFor()
  await picture(page, 'ask-answer')
  t.strictSame(await axeFaults(page), [])
  await page.reload()
  await page.getByText('Да, с любого оператора.').waitFor()
  await page.getByLabel('Дописать').fill('Спасибо!')
  await page.getByRole('button', { name: 'Спросить' }).click()
  await page.getByText('Спасибо!').waitFor()
  t.strictSame(complaints, [])
  await page.context().close()
  const phone = await openPanel(browser, world, { ...phoneScreen, colorScheme: 'dark' }, '/ask')
  await phone.page.getByLabel('Ваш вопрос').waitFor()
  t.strictSame(await axeFaults(phone.page), [])
  await shows(t, () => phone.page.evaluate(() => document.documentElement.scrollWidth), 390)
  await picture(phone.page, 'ask-phone')
  await phone.page.context().close()
})

t.test('a request with a call and a file; the answer comes by itself', async (t) => {
  const { page, complaints } = await openPanel(browser, world, {}, `/calls?open=${calls.at(-1)!.id}`)
  await logIn(page, world)
  await page.getByRole('link', { name: 'Спросить поддержку' }).click()
  await page.getByLabel(/^Приложить звонок/).waitFor()
  await shows(t, () => page.getByLabel(/^Приложить звонок/).isChecked(), true,
    'the call of the journal’s row')
  await page.getByLabel('Тема').fill('Плохо слышно')
  await page.getByLabel('Что случилось').fill('Запись приложена.')
  await page.getByLabel('Приложить файлы').setInputFiles([
    { name: 'архив.zip', mimeType: 'application/zip', buffer: Buffer.from([0x50, 0x4b, 3, 4]) }])
  await page.getByText('Такой файл приложить нельзя.').waitFor()
  await page.getByLabel('Приложить файлы').setInputFiles([
    { name: 'заметка.txt', mimeType: 'text/plain', buffer: Buffer.from('В 14:20\n') },
    { name: 'вторая.txt', mimeType: 'text/plain', buffer: Buffer.from('лишняя') }])
  await page.getByText('вторая.txt').waitFor()
  await page.getByRole('button', { name: 'Убрать файл вторая.txt' }).click()
  await picture(page, 'support-form')
  t.strictSame(await axeFaults(page), [])
  await page.getByRole('button', { name: 'Отправить' }).click()
  await page.getByRole('button', { name: /Плохо слышно/ }).click()
  await page.getByRole('link', { name: 'Приложенный звонок' }).waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: 'заметка.txt' }).click()])
  t.equal(await readFile(await download.path(), 'utf8'), 'В 14:20\n')
  t.equal(download.suggestedFilename(), 'заметка.txt')

  const { threads } = await olga.open()
  await olga.answer(threads.find((one) => one.last === 'Запись приложена.')!.id, 'Разобрались.')
  await page.getByText('Разобрались.').waitFor()
  await page.locator('.threads').getByText('отвечено').waitFor()
  await picture(page, 'support-thread')
  t.strictSame(await axeFaults(page), [])
  t.strictSame(complaints.filter((text) => !text.includes('415')), [])
  await page.context().close()
})

t.test('the referral programme and the statement as PDF', async (t) => {
  await assignTariff(db, world.subscriberId, await addTariff(db, demoTariff, pictureMs), pictureMs)
  const { page, complaints } = await openPanel(browser, world, {}, '/referral')
  await logIn(page, world)
  await page.getByText('пополнит счёт на 100 ₽ или больше').waitFor()
  const code = await referralCode(db, world.subscriberId, pictureMs)
  await shows(t, () => page.getByLabel('Ваша ссылка').inputValue(),
    `${world.url}/register?from=${code}`)
  await page.getByText('Пока никого').waitFor()
  const id = await createSubscriber(db, { name: 'Ирина Козлова', number: '+74990000009',
    login: 'irina', passwordHash: '' }, pictureMs)
  await inTransaction(db, (trx) => linkInvitee(trx,
    { code, subscriberId: id, phone: '+79990000009', email: '' }, pictureMs))
  await page.reload()
  await page.getByRole('cell', { name: 'Ирина К.' }).waitFor()
  await page.getByText('ещё не пополнил счёт').waitFor()
  await picture(page, 'referral')
  t.strictSame(await axeFaults(page), [])
  await page.setViewportSize({ width: 360, height: 740 })
  await shows(t, () => page.evaluate(() => document.documentElement.scrollWidth <= 360), true)
  await picture(page, 'referral-phone')
  t.strictSame(await axeFaults(page), [])
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${world.url}/charges`)
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: /PDF/ }).click()])
  t.equal(download.suggestedFilename(), 'charges-2025-11.pdf')
  const text = readPdf(await readFile(await download.path()))[0]!.join('|')
  t.match(text, /Михаил Миронов/)
  t.match(text, /стр\. 1 из 1/)
  t.strictSame(complaints, [])
})
