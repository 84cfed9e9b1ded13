/** The manual, §1 «Регистрация»: from the site to the first log-in. */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { panelWorld } from '../support/panel-server.ts'
import { confirmOldest, hireManager, mailFolders, startPost } from '../support/people.ts'

t.test('1. Регистрация', async (t) => {
  const { folders, mailbox } = mailFolders(t)
  const world = await panelWorld(t, { empty: true, api: { mailbox } })
  const manager = await hireManager(world)
  await startPost(t, world, folders.mail)
  const reader = await openManual(t, '01-registration', { world, outside: true })
  const { page } = reader
  const letter = async (subject: RegExp): Promise<string> => {
    await page.goto(`${world.url}/mailbox`)
    const link = page.getByRole('link', { name: subject })
    while (await link.count() === 0) {
      await new Promise((done) => { setTimeout(done, 100) })
      await page.reload()
    }
    await reader.picture('mailbox')
    await link.first().click()
    return await page.locator('body').innerText()
  }

  reader.reads('Пройдите процедуру регистрации на сайте, указав свои личные данные и номер телефона')
  await reader.presses('Стать абонентом')
  await reader.writes('Имя', 'Анна')
  await reader.writes('Фамилия', 'Ковалёва')
  await reader.writes('Номер телефона', '8 (925) 418-66-02')
  await reader.writes('E-mail', 'anna@example.ru')
  await page.getByRole('button', { name: '+7 499' }).click()
  await page.getByLabel(/^Согласен/).check()
  await reader.picture('form')
  await reader.presses('Отправить заявку')

  reader.reads('С вами свяжется менеджер и подтвердит Вашу заявку')
  await page.getByRole('heading', { name: /^Заявка № / }).waitFor()
  await reader.sees(/^Принята /)
  await reader.picture('request')
  const address = page.url()
  await manager.ask('GET', '/desk/requests')
  await confirmOldest(manager, 'anna')
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await reader.sees('Подтверждена. Письмо с логином и ссылкой отправлено на anna@example.ru.')
  await reader.picture('confirmed')

  reader.reads('На указанный e-mail придёт письмо с логином и паролем для входа в личный кабинет')
  t.match(await letter(/принята/i), address, 'the letter of the request leads to its page')
  const text = await letter(/подключ|логин|номер готов|доступ|парол/i)
  t.match(text, 'anna')
  t.notMatch(text, /[Пп]ароль:/, 'no password travels by mail')
  await page.getByRole('link', { name: /\/password\// }).click()
  await page.getByText('Ваш логин — anna.').waitFor()
  await page.getByLabel('Новый пароль', { exact: true }).fill('синий чайник у окна')
  await page.getByText('Длины хватает').or(page.getByText('Длинный, такой подобрать трудно.')).waitFor()
  await reader.picture('password')
  await reader.presses('Сохранить и войти')

  reader.reads('Авторизуйтесь в личном кабинете, используя Ваши логин и пароль')
  await page.locator('.menu-number').getByText('+7 499 674-07-90').waitFor()
  await reader.picture('first-login')
  await reader.presses('Анна Ковалёва')
  await reader.presses('Выйти')
  await reader.writes('Логин', 'anna')
  await reader.writes('Пароль', 'синий чайник у окна')
  await reader.presses('Войти')
  await page.locator('.menu-number').getByText('+7 499 674-07-90').waitFor()
  t.match(await page.evaluate(async () => (await fetch('/api/numbers')).json()), [{ address: '+79254186602' }],
    'the telephone of the request is among «Мои номера»')
  t.strictSame(reader.complaints, [])
})
