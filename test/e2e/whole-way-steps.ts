/**
 * What each of the people does on the whole way, in the words that are on his screen: the inviter,
 * the stranger who becomes a subscriber, and the manager between them.
 */
import type { Access, Person } from './whole-way-world.ts'

export const password = 'синий чайник у окна'
/** The tariff that the manager makes: mobiles are charged by ten seconds, with a connection fee. */
export const tariffName = 'Поминутный'
export const prices = '7;Россия;1,00;0;60;60\n79;Россия, мобильные;1,90;0,35;10;10'

/** Waits until the panel shows this sum at the left: '499,33 ₽'. */
export async function seesBalance({ page }: Person, sum: string): Promise<void> {
  await page.locator('.menu-head').getByText(new RegExp(`^${sum} · `.replaceAll(' ', '\\s'))).waitFor()
}

/** The demo subscriber's own link to give away, from its page, which stays open. */
export async function readInvitation(inviter: Person, access: Access): Promise<string> {
  await inviter.logsIn(access)
  await inviter.sees('Пока никого')
  const link = await inviter.page.getByLabel('Ваша ссылка').inputValue()
  await inviter.picture('invitation')
  return new URL(link).pathname + new URL(link).search
}

/** The form of registration; leaves the page of the request. */
export async function register(stranger: Person, email: string): Promise<void> {
  const { page } = stranger
  await stranger.sees(/^Вы пришли по приглашению: код /)
  await stranger.writes('Имя', 'Анна')
  await stranger.writes('Фамилия', 'Ковалёва')
  await stranger.writes('Номер телефона', '8 (925) 418-66-02')
  await stranger.writes('E-mail', email)
  await page.getByRole('button', { name: '+7 499' }).click()
  await page.getByLabel(/^Согласен/).check()
  await stranger.picture('form')
  await stranger.presses('Отправить заявку')
  await page.getByRole('heading', { name: /^Заявка № / }).waitFor()
  await stranger.sees(/^Принята /)
  await stranger.picture('request')
}

/** The desk's form of a tariff, with prices from a file. */
export async function makeTariff(manager: Person): Promise<void> {
  const { page } = manager
  await manager.presses('Тарифы', page.getByRole('navigation', { name: 'Меню' }))
  await manager.presses('Новый тариф')
  await manager.writes('Название', tariffName)
  await manager.writes('Плата в месяц', '150')
  await manager.presses('CSV')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Или вставьте текст').fill(prices)
  await manager.presses('Сравнить', dialog)
  await manager.sees(/^Новых: 2, /, dialog)
  await manager.presses('Взять эти цены', dialog)
  await manager.presses('Сохранить')
  await manager.sees(`Тариф «${tariffName}» сохранён`)
  await manager.picture('tariff')
}

/**
 * Works the queue: opens the request, which takes it and keeps a number, chooses another one, and
 * confirms it; answers the number, E.164.
 */
export async function confirm(manager: Person, login: string): Promise<string> {
  const { page } = manager
  await manager.presses(/^Заявки/, page.getByRole('navigation', { name: 'Меню' }))
  await page.getByRole('link', { name: /Анна Ковалёва/ }).click()
  const request = page.getByRole('region', { name: 'Анна Ковалёва' })
  await manager.sees(/^приглашение, код /, request)
  await manager.sees('Зарезервирован за заявкой', request)
  const [number = ''] = await request.getByLabel('Выдать номер').selectOption({ index: 1 })
  const tariffs = request.getByLabel('Тариф')
  const chosen = await tariffs.locator('option', { hasText: tariffName }).getAttribute('value')
  await tariffs.selectOption(chosen)
  await manager.writes('Логин', login, request)
  await manager.picture('queue')
  await manager.presses('Подтвердить', request)
  await manager.sees('Анна Ковалёва: заявка подтверждена, письмо отправлено')
  await manager.picture('confirmed')
  return number
}

/** From the letter to the first page of the panel, and once more by login and password. */
export async function firstLogin(stranger: Person, email: string, login: string): Promise<string> {
  const { page } = stranger
  const letter = await stranger.reads(email, /доступ|логин|подключ|готов|пароль/i)
  await stranger.picture('letter')
  await page.getByRole('link', { name: /\/password\// }).click()
  await stranger.sees(`Ваш логин — ${login}.`)
  await stranger.writes('Новый пароль', password)
  await stranger.picture('password')
  await stranger.presses('Сохранить и войти')
  await seesBalance(stranger, '0 ₽')
  await stranger.presses('Анна Ковалёва')
  await stranger.presses('Выйти')
  await stranger.logsIn({ login, password })
  await seesBalance(stranger, '0 ₽')
  await stranger.sees(/не оплачен месяц, 150\s₽/)
  await stranger.picture('first-login')
  return letter
}

export interface Payment {
  /** As its tile names it. */
  readonly system: string
  readonly roubles: number
  /** Whose page opens. */
  readonly bank: string
  /** What is told before about the balance. */
  readonly becomes?: RegExp
  /** What is at the left afterwards. */
  readonly balance: string
}

/** Sum, «Далее», system, «Оплатить!», the system's page, and the balance at the left by itself. */
export async function pay(subscriber: Person, payment: Payment): Promise<void> {
  const { page } = subscriber
  const { system, roubles, bank, becomes, balance } = payment
  await subscriber.presses('Пополнить баланс', page.getByRole('navigation', { name: 'Меню' }))
  await page.locator('.sum-tile').getByText(`${roubles} ₽`, { exact: true }).click()
  if (becomes !== undefined) await subscriber.sees(becomes)
  await subscriber.picture('sum')
  await subscriber.presses('Далее')
  const tile = page.locator('.pay-tile', { hasText: system })
  await tile.click()
  if (system === 'QIWI') await subscriber.sees(/вместо него СБП/, tile)
  await subscriber.picture(`paying-${bank}`)
  await subscriber.presses('Оплатить!')
  await page.getByRole('heading', { name: `${bank}: имитация` }).waitFor()
  await subscriber.presses('Оплатить')
  await page.getByRole('heading', { name: `Зачислено ${roubles} ₽` }).waitFor()
  await seesBalance(subscriber, balance)
  await subscriber.picture('paid')
}

/** Adds a telephone and proves it by the code of an SMS. */
export async function addProvedNumber(subscriber: Person, address: string): Promise<void> {
  const { page } = subscriber
  await subscriber.goes('/numbers')
  await subscriber.presses('Добавить номер')
  const dialog = page.getByRole('dialog')
  await subscriber.writes('Номер телефона', address, dialog)
  await subscriber.writes('Описание', 'Мобильный', dialog)
  await subscriber.presses('Добавить номер', dialog)
  await subscriber.sees('Номер «Мобильный» добавлен')
  const proof = page.locator('tbody tr', { hasText: 'Мобильный' }).locator('xpath=following-sibling::tr[1]')
  await proof.getByRole('button', { name: 'Прислать СМС' }).click()
  await subscriber.sees(/^СМС ушла на /)
  await subscriber.picture('number')
  const sms = await subscriber.reads(address, /код подтверждения/)
  await subscriber.goes('/numbers')
  await page.getByLabel('Введите код из СМС').fill(/код подтверждения (\d{4})/.exec(sms)?.[1] ?? '')
  await subscriber.presses('Подтвердить')
  await subscriber.sees('Номер «Мобильный» подтверждён')
  await subscriber.picture('proved')
}

/** A rule that always rings the mobile. */
export async function makeRule(subscriber: Person): Promise<void> {
  const { page } = subscriber
  await subscriber.goes('/')
  await subscriber.presses('Добавить правило')
  await subscriber.writes('Название правила', 'Всегда')
  const choice = page.getByLabel('Какой номер добавить')
  await choice.waitFor()
  const mobile = await choice.locator('option', { hasText: 'Мобильный' }).getAttribute('value')
  await choice.selectOption(mobile)
  await subscriber.picture('rule')
  await subscriber.presses('Сохранить')
  await subscriber.sees('Правило «Всегда» сохранено')
}
