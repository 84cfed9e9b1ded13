/** The manual, §9 «Настройки»: its three tabs. */
import t from 'tap'
import { openManual } from '../support/manual-reader.ts'
import { shows } from '../support/shows.ts'

t.test('9. Настройки', async (t) => {
  const reader = await openManual(t, '09-settings')
  const { page, world } = reader
  const subscriber = () => world.database.kysely.selectFrom('subscribers').selectAll().where('id', '=', world.subscriberId).executeTakeFirstOrThrow()

  reader.reads('Перейдите по ссылке «Настройки» на панели меню слева')
  await page.getByRole('link', { name: 'Настройки' }).click()
  const tabs = page.getByRole('navigation', { name: 'Настройки' })
  await tabs.waitFor()
  await shows(t, () => tabs.getByRole('link').allTextContents(),
    ['Пользователь', 'Уведомления', 'Звонки'])

  reader.reads('На вкладке «Пользователь» Вы можете отредактировать личную информацию')
  await reader.writes('Имя', 'Михаил Петрович Миронов')
  await page.getByLabel('Имя', { exact: true }).press('Enter')
  await reader.isTold('Имя — Михаил Петрович Миронов')

  reader.reads('сменить пароль')
  await reader.presses('Сменить пароль')
  const dialog = page.getByRole('dialog', { name: 'Новый пароль' })
  await dialog.getByLabel('Нынешний пароль').fill(world.login)
  await dialog.getByLabel('Новый пароль').fill('четыре разных слова')
  await reader.picture('password')
  await reader.presses('Сменить пароль', dialog)
  await reader.isTold('Пароль изменён, остальные сеансы завершены')

  reader.reads('а также указать номер по умолчанию … если все правила неактивны; на текущий момент времени не установлено ни единого правила')
  await page.getByLabel('Куда звонить, если ничего не действует').selectOption({ label: 'Домашний, +7 499 311-20-75' })
  await reader.isTold('Номер по умолчанию — Домашний')
  await reader.picture('user')
  await reader.presses('Общее состояние')
  for (const rule of Object.values(world.rules)) {
    await page.evaluate(async (id) => fetch(`/api/rules/${id}/enabled`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"enabled":false}',
    }), rule)
  }
  await page.getByRole('heading', { level: 1, name: 'Сейчас звонит номер по умолчанию: Домашний' })
    .or(page.getByRole('heading', { level: 1, name: /Домашний/ })).first().waitFor()
  await reader.picture('default-number')

  reader.reads('На вкладке «Уведомления» выберите список интересующей Вас информации и способы получения уведомлений (E-mail или SMS)')
  await page.getByRole('link', { name: 'Настройки' }).click()
  await tabs.getByRole('link', { name: 'Уведомления' }).click()
  await page.getByRole('checkbox', { name: 'Пропущенный звонок, СМС' }).check()
  await reader.isTold('Пропущенный звонок: СМС включено')
  await page.getByRole('checkbox', { name: 'Итоги недели, E-mail' }).check()
  await reader.isTold('Итоги недели: E-mail включено')
  await reader.picture('notifications')

  reader.reads('На вкладке «Звонки» настройте работу голосовой почты … поставьте галочку «Включена». Установите тайм-аут включения')
  await tabs.getByRole('link', { name: 'Звонки' }).click()
  await page.getByRole('switch', { name: 'Голосовая почта' }).click()
  await reader.isTold('Включено: Голосовая почта')
  await reader.writes('Тайм-аут включения', '60')
  await page.getByLabel('Тайм-аут включения').press('Enter')
  await reader.isTold('Тайм-аут включения — 60 секунд')

  reader.reads('и записи разговоров')
  await page.getByRole('switch', { name: 'Записывать разговоры' }).click()
  await reader.isTold('Включено: Записывать разговоры')

  reader.reads('В разделе «Обработка правил» выставите максимальное время выполнения зацикленного правила')
  await page.getByRole('heading', { name: 'Обработка правил' }).waitFor()
  await reader.writes('Наибольшее время зацикленного правила', '45')
  await page.getByLabel('Наибольшее время зацикленного правила').press('Enter')
  await reader.isTold('Наибольшее время зацикленного правила — 45 секунд')
  await reader.picture('calls')
  t.match(await subscriber(), {
    name: 'Михаил Петрович Миронов', voicemail: 1, voicemail_after_seconds: 60, record_calls: 1, cycle_limit_seconds: 45,
  })
  t.strictSame(reader.complaints, [])
})
