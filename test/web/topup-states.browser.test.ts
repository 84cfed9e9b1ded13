/**
 * The states of «Пополнение баланса» in Chromium: a late, refusing or silent bank, odd sums, systems
 * that are off, small screens.
 */
import t from 'tap'
import {
  axeFaults, logIn, openPanel, phoneScreen, placeOf, startBrowser,
} from '../support/panel-browser.ts'
import { payingWorld, pictureCharges } from '../support/panel-payments.ts'
import { atBank, bankPays, left, next, pay, payingScene } from '../support/paying-page.ts'
import { shows } from '../support/shows.ts'

const browser = await startBrowser(t)

t.test('the bank is late, refuses, or says nothing', async (t) => {
  const { page, world, complaints } = await payingScene(t, browser, '/balance?sum=200')
  await page.locator('.pay-tile', { hasText: 'VISA' }).click()
  await pay(page)
  await page.getByText('Как придёт уведомление').click()
  await page.getByLabel('Через сколько миллисекунд').fill('600000')
  await bankPays(page)
  const waiting = page.getByRole('heading', { name: /Ждём ответа банка: 200\s₽/ })
  await waiting.waitFor()
  await page.getByText('Платить второй раз не нужно. Страницу можно закрыть.').waitFor()
  t.strictSame(await axeFaults(page), [])
  await left(page, '380 ₽')
  world.hurry()
  await page.getByRole('heading', { name: /Зачислено 200/ }).waitFor()
  await left(page, '580 ₽')

  await page.goto(`${world.url}/balance?sum=150`)
  await pay(page)
  await page.getByRole('button', { name: 'Отказаться' }).click()
  await page.getByRole('heading', { name: 'Платёж не прошёл' }).waitFor()
  await page.getByText(/Сумма 150\s₽ осталась выбранной/).waitFor()
  t.strictSame(await axeFaults(page), [])
  await page.getByRole('link', { name: 'Попробовать ещё раз' }).click()
  await page.locator('.topup-sum').getByText('150 ₽').waitFor()

  await page.locator('.pay-tile', { hasText: 'ROBOKASSA' }).click()
  await pay(page)
  await page.getByRole('button', { name: 'Отказаться' }).click()
  await page.getByRole('heading', { name: /Ждём ответа банка: 150\s₽/ }).waitFor()
  await page.getByRole('link', { name: 'Вернуться к оплате' }).click()
  await bankPays(page)
  await left(page, '730 ₽')
  await page.goto(`${world.url}/balance?order=4711`)
  await page.getByText('Такого платежа у Вас нет').waitFor()
  t.strictSame(complaints.filter((text) => !text.includes('404')), [])
})

t.test('another sum: as typed, within its limits, by keyboard alone', async (t) => {
  const { page } = await payingScene(t, browser)
  const other = page.getByLabel('Другая сумма')
  await page.getByText('500 ₽', { exact: true }).click()
  await other.press('ArrowRight')
  for (const [text, fault] of [
    ['сто', 'Напишите сумму цифрами. Пример: 350 или 99,50.'], ['9,99', /Наименьшая сумма — 10\s₽\.$/],
    ['15001', /Наибольшая сумма — 15\s000\s₽/],
  ] as const) {
    await other.fill(text)
    await other.press('Enter')
    await page.getByText(fault).waitFor()
    await shows(t, () => other.getAttribute('aria-invalid'), 'true', text)
    await shows(t, () => other.evaluate((field) => field === document.activeElement), true,
      'the focus is where the fault is')
  }
  await shows(t, () => page.getByRole('radio', { checked: true }).count(), 0,
    'no tile is chosen while a sum is typed')
  await other.fill('1 234,5')
  await page.getByText(/станет 1\s614,50\s₽/).waitFor()
  t.strictSame(await axeFaults(page), [])
  await page.keyboard.press('Enter')
  await page.locator('.topup-sum').getByText(/1\s234,50\s₽/).waitFor()
  const radio = page.getByRole('radio', { checked: true })
  await shows(t, () => radio.evaluate((field) => field === document.activeElement), true,
    'the focus goes on to the second step')
  await page.keyboard.press('ArrowDown')
  await shows(t, () => radio.inputValue(), 'qiwi')
  await page.goBack()
  await shows(t, () => other.inputValue(), '1 234,5', 'what was typed is kept')
  await page.getByText('800 ₽', { exact: true }).click()
  await shows(t, () => other.inputValue(), '')
  await next(page)
  await page.keyboard.press('Enter')
  await atBank(page)
})

t.test('what is switched off says why; a system that fails is told at once', async (t) => {
  const { page, world, complaints } = await payingScene(t, browser, '/balance?sum=500')
  const { shops } = world
  await pay(page)
  await atBank(page)
  world.shops = { ...shops, robokassa: undefined, yookassa: undefined }
  await page.goto(`${world.url}/balance?sum=500`)
  await page.getByText('Оплата через сайт пока не подключена.').waitFor()
  await page.goto(`${world.url}/balance`)
  await page.getByText('Как внести деньги, подскажет поддержка.').waitFor()
  t.strictSame(await axeFaults(page), [])
  world.shops = { ...shops, robokassa: undefined }
  await page.goto(`${world.url}/balance?sum=500`)
  const off = page.locator('.pay-tile', { hasText: 'ROBOKASSA' })
  await off.getByText('Оператор пока не подключил').waitFor()
  await shows(t, () => off.getByRole('radio').isDisabled(), true)
  world.shops = { ...shops, yookassa: undefined }
  await page.reload()
  await page.locator('.pay-tile', { hasText: 'QIWI' }).getByText('QIWI закрыт и платежей не принимает').waitFor()
  t.strictSame(await axeFaults(page), [])

  world.shops = shops
  world.instead = () => Promise.reject(new Error('no answer'))
  await page.reload()
  await page.locator('.pay-tile', { hasText: 'VISA' }).click()
  await pay(page)
  await page.getByRole('alert').getByText('Платёжная система не отвечает. Деньги не списаны.').waitFor()
  world.instead = undefined
  await pay(page)
  await atBank(page)
  await page.goBack()
  await page.getByRole('button', { name: 'Оплатить!' }).waitFor()
  await page.context().setOffline(true)
  await page.getByText('Нет связи: оплатить пока нельзя.').waitFor()
  await shows(t, () => page.getByRole('button', { name: 'Оплатить!' }).isDisabled(), true)
  await page.context().setOffline(false)
  t.strictSame(complaints.filter((text) => !/503|ERR_INTERNET|ERR_NETWORK/.test(text)), [])
})

t.test('on a phone: «Ещё», «Пополнить», a bar under the thumb', async (t) => {
  const world = await payingWorld(t)
  const { page, complaints } = await openPanel(browser, world, phoneScreen)
  await logIn(page, world)
  await page.getByRole('button', { name: 'Ещё' }).click()
  const sheet = page.getByRole('dialog', { name: 'Ещё' })
  t.strictSame(await axeFaults(page), [])
  await sheet.getByRole('link', { name: 'Пополнить' }).click()
  await sheet.waitFor({ state: 'detached' })
  const button = await placeOf(page.getByRole('button', { name: 'Далее' }))
  t.ok(button.y + button.height > 780 && button.width > 340,
    'the button is at the lower edge, whole width')
  await next(page)
  await page.getByRole('link', { name: 'Назад', exact: true }).first().click()
  await page.getByText('300 ₽', { exact: true }).click()
  await next(page)
  await pay(page)
  await bankPays(page)
  await page.getByText(/Сейчас на счёте 680\s₽/).waitFor()
  await page.getByRole('link', { name: 'Детализация' }).click()
  await page.locator('.charge-rows').getByText('+300,00').waitFor()
  t.strictSame(complaints, [])
})

t.test('every state fits every width, in both languages and themes, without a fault for axe', async (t) => {
  const world = await payingWorld(t, { subscriber: { balanceKopecks: 0 } })
  await pictureCharges(world)
  for (const [width, scheme, language] of [[360, 'dark', 'en'], [390, 'light', 'ru'], [720, 'light', 'en'], [900, 'dark', 'ru']] as const) {
    const { page } = await openPanel(browser, world, {
      ...(width < 600 ? phoneScreen : {}), viewport: { width, height: 844 }, colorScheme: scheme,
    })
    await page.evaluate((word) => localStorage.setItem('language', word), language)
    await page.reload()
    await page.getByLabel(language === 'en' ? 'Login' : 'Логин').fill(world.login)
    await page.getByLabel(language === 'en' ? 'Password' : 'Пароль', { exact: true }).fill(world.login)
    await page.keyboard.press('Enter')
    await page.locator('.frame').waitFor()
    for (const [path, ready] of [['/balance', '.sum-tiles'], ['/balance?sum=999.99', '.pay-tiles']] as const) {
      await page.goto(world.url + path)
      await page.locator(ready).waitFor()
      if (path === '/balance') await page.locator('.topup-becomes .small').getByText('5').waitFor()
      t.strictSame(await axeFaults(page), [], `${width} ${path}`)
      await shows(t, () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        0, `${width} ${path} does not scroll sideways`)
    }
    await page.context().close()
  }
})
