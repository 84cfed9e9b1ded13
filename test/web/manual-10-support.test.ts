/** The manual, §10 «Поддержка», and «Вопрос ONLINE» of the top bar. */
import t from 'tap'
import { defaultBrand } from '../../src/api/brand.ts'
import { newId } from '../../src/store/ids.ts'
import { openManual } from '../support/manual-reader.ts'
import { panelWorld, pictureCalls } from '../support/panel-server.ts'

t.test('10. Поддержка', async (t) => {
  const brand = { ...defaultBrand, support: { phone: '+74996740000', email: 'help@onetel.example' } }
  const world = await panelWorld(t, { api: { brand } })
  await pictureCalls(world)
  const reader = await openManual(t, '10-support', { world })
  const { page } = reader

  reader.reads('Если у вас возникнут затруднения в работе с системой, вы всегда можете обратиться в техподдержку, нажав на ссылку «Поддержка» в меню слева')
  await page.getByRole('link', { name: 'Поддержка' }).click()
  await page.getByRole('link', { name: '+7 499 674-00-00' }).waitFor()
  await page.getByRole('link', { name: 'help@onetel.example' }).waitFor()
  await reader.writes('Тема', 'Не дозвонились')
  await reader.writes('Что случилось', 'Мне звонили, но телефон молчал.')
  await page.getByLabel(/^Приложить последний звонок/).check()
  await reader.picture('request')
  await reader.presses('Отправить')
  await reader.isTold('Обращение отправлено')
  await reader.presses(/Не дозвонились/)
  await page.getByRole('link', { name: 'Приложенный звонок' }).waitFor()

  reader.reads('Мы оперативно отвечаем на Ваши вопросы!')
  const { id } = await world.database.kysely.selectFrom('support_requests').select('id').executeTakeFirstOrThrow()
  await world.database.kysely.insertInto('support_messages').values({
    id: newId(Math.floor(world.wallMs())), request_id: id, author: 'support', text: 'Посмотрели: телефон был вне сети.',
    written_at: Math.floor(world.wallMs()),
  }).execute()
  await page.getByLabel('Дописать').fill('Спасибо!')
  await reader.presses('Написать')
  await reader.sees('Посмотрели: телефон был вне сети.')
  await reader.sees('Спасибо!')
  await reader.picture('answer')

  reader.reads('Вопрос ONLINE')
  await reader.presses('Вопрос ONLINE')
  const sheet = page.getByRole('dialog', { name: 'Вопрос ONLINE' })
  await sheet.getByLabel('Ваш вопрос').fill('Сколько номеров можно добавить?')
  await reader.presses('Спросить', sheet)
  await sheet.getByText('Вопрос отправлен.').waitFor()
  await reader.picture('question')
  t.strictSame(reader.complaints, [])
})
