/** What notices say: every kind in both languages, numbers and times as the panel writes them. */
import t from 'tap'
import { formatFor } from '../../src/notify/format.ts'
import { russian } from '../../src/notify/text-ru.ts'
import { wordsOf } from '../../src/notify/words.ts'
import type { Notice } from '../../src/store/notice.ts'
import { house, noticeMs, notices } from '../support/notices.ts'

const reader = { ...house, name: 'Михаил', zone: 'Europe/Moscow' }
const spaced = (text: string) => text.replaceAll(/[\u00a0\u2009]/g, ' ')
const ru = (notice: Notice, more = {}) => wordsOf(notice, { ...reader, language: 'ru', ...more })
const en = (notice: Notice, more = {}) => wordsOf(notice, { ...reader, language: 'en', ...more })

t.test('a missed call, word for word', async (t) => {
  t.equal(spaced(ru(notices.missedCall).text), `Здравствуйте, Михаил.

Вам звонили: +7 903 111-22-33, пн, 23 ноября, 15:00, на номер +7 499 674-07-82.

Никто не ответил. Звонок длился 25 секунд.

Подробности в журнале:

https://panel.example/calls?open=cccccccccccccccccccccccccccccccc

OneTel. Какие уведомления приходят и куда, Вы выбираете в настройках: https://panel.example/settings/notifications
`)
  t.equal(spaced(en(notices.missedCall).text), `Hello Михаил,

You were called: +7 903 111-22-33, Mon 23 November, 15:00, on +7 499 674-07-82.

Nobody answered. The call lasted 25 seconds.

More in the journal:

https://panel.example/calls?open=cccccccccccccccccccccccccccccccc

OneTel. You choose which notices come, and where, in the settings: https://panel.example/settings/notifications
`)
})

const subjects: [notice: Notice, ru: string, en: string][] = [
  [notices.missedCall, 'Пропущенный звонок: +7 903 111-22-33', 'Missed call: +7 903 111-22-33'],
  [notices.refused, 'Звонок не принят: +7 903 111-22-33', 'Call not taken: +7 903 111-22-33'],
  [notices.voicemail, 'Голосовое сообщение: +7 903 111-22-33', 'Voicemail: +7 903 111-22-33'],
  [notices.recording, 'Запись разговора: +7 903 111-22-33', 'Call recording: +7 903 111-22-33'],
  [notices.lowBalance, 'Заканчиваются деньги: на счёте 49,50 ₽', 'Low balance: 49.50 ₽ left'],
  [notices.payment, 'Платёж получен: 500 ₽', 'Payment received: 500 ₽'],
  [notices.silentTarget, 'Номер давно не отвечает: +7 496 123-45-04', 'Number does not answer: +7 496 123-45-04'],
  [notices.deadTarget, 'Номер не обслуживается: +30 691 234 5678', 'Number not in service: +30 691 234 5678'],
  [notices.newLogin, 'Вход с нового места', 'Log-in from a new place'],
  [notices.passwordChange, 'Пароль изменён', 'Password changed'],
  [notices.emailChange, 'Адрес почты изменён', 'E-mail address changed'],
  [notices.emailAsked, 'Запрошена смена адреса почты', 'Another e-mail address was asked for'],
  [notices.secondFactorOn, 'Вход с кодом включён', 'Log-in with a code is on'],
  [notices.secondFactorOff, 'Вход с кодом выключен', 'Log-in with a code is off'],
  [notices.recoveryCodes, 'Новые коды восстановления', 'New recovery codes'],
  [notices.requestTaken, 'Заявка № 17 принята', 'Request no. 17 was received'],
  [notices.requestRejected, 'Заявка № 17 отклонена', 'Request no. 17 was declined'],
  [notices.firstLink, 'Ваш персональный номер подключён', 'Your personal number is ready'],
  [notices.temporaryPassword, 'Ваш персональный номер подключён', 'Your personal number is ready'],
  [notices.resetLink, 'Новый пароль', 'A new password'],
  [notices.emailLink, 'Подтвердите адрес почты', 'Confirm your e-mail address'],
  [notices.supportAnswer, 'Ответ поддержки: Запись', 'Answer of the support: Запись'],
  [notices.askAnswer, 'Ответ на Ваш вопрос', 'An answer to your question'],
  [notices.dailyDigest, 'Звонки за 22 ноября: 21', 'Calls of 22 November: 21'],
  [notices.weeklyDigest, 'Звонки за неделю, 16–22 ноября: 1', 'Calls of the week, 16 – 22 November: 1'],
  [notices.test, 'OneTel: пробное уведомление', 'OneTel: trial notice'],
]
for (const [notice, inRussian, inEnglish] of subjects) {
  t.test(`${notice.kind}: ${inEnglish}`, async (t) => {
    t.equal(spaced(ru(notice).subject), inRussian)
    t.equal(spaced(en(notice).subject), inEnglish)
    for (const words of [ru(notice), en(notice)]) {
      t.match(words.url, /^https:\/\/panel\.example\//)
      t.notMatch(words.text, /undefined|\[object|NaN|\{\w+\}/)
      t.notMatch(words.short, /\u00a0|\n/, 'an SMS has plain spaces and one line')
      t.ok(words.short.length <= 140, words.short)
    }
  })
}

t.test('every kind has been looked at', async (t) => {
  t.strictSame([...new Set(subjects.map(([notice]) => notice.kind))].sort(), Object.keys(russian.say).sort())
})

t.test('what is said inside', async (t) => {
  const hidden = { ...notices.missedCall, call: { ...notices.missedCall.call, caller: '', callerName: 'Анна' } }
  t.match(spaced(ru(hidden).text), 'Вам звонили: скрытый номер,')
  const named = { ...notices.missedCall, call: { ...notices.missedCall.call, callerName: ' Анна ' } }
  t.match(spaced(ru(named).subject), '+7 903 111-22-33 (Анна)')
  t.match(ru(notices.refused).text, 'на счёте нет денег')
  t.match(ru({ ...notices.refused, why: 'voicemailUnavailable' }).text, 'голосовая почта не приняла звонок')
  t.match(spaced(ru(notices.dailyDigest).text),
    /21 звонок: отвечено 15, пропущено 4, 2 сообщения в голосовой почте\. Разговоры: 1:12:30\.\n\nНе дозвонились:\n {2}\+7 903 111-22-33, 2 раза/)
  t.match(ru(notices.silentTarget).text, 'не отвечали 21 день')
  t.match(ru({ ...notices.silentTarget, days: 33 }).text, '33 дня')
  t.match(ru({ ...notices.silentTarget, days: 45 }).text, '45 дней')
  t.match(en({ ...notices.silentTarget, days: 1 }).text, '1 day,')
  t.match(ru(notices.emailChange).text, 'теперь приходят на new@example.com')
  t.match(ru({ ...notices.emailChange, email: '' }).text, 'убран из профиля')
})

t.test('letters to people: where their links lead, what only they have', async (t) => {
  const secret = 'SECRET-TOKEN'
  t.match(spaced(ru(notices.firstLink, { secret }).text), /\+7 499 674-00-01\n\nВаш логин: elena\n.*\nhttps:\/\/panel\.example\/password\/SECRET-TOKEN\n/s)
  t.match(ru(notices.resetLink, { secret }).text, '\nhttps://panel.example/password/SECRET-TOKEN\n')
  t.match(en(notices.emailLink, { secret }).text, '\nhttps://panel.example/email/SECRET-TOKEN\n')
  t.match(ru(notices.temporaryPassword, { secret }).text, 'Временный пароль: SECRET-TOKEN\n')
  t.notMatch(ru(notices.temporaryPassword, { secret }).text, '/password/')
  t.match(ru(notices.requestTaken).text, 'https://panel.example/register/REQUEST-TOKEN\n')
  t.match(ru(notices.requestRejected).text, 'Телефон не отвечает.')
  for (const notice of [notices.firstLink, notices.requestTaken])
    t.notMatch(ru(notice).text, '/settings/notifications', 'they have nothing to choose')
  t.notMatch(ru(notices.firstLink, { secret }).short, secret, 'no secret outside of the letter')
})

t.test('the letter says what goes with it and what becomes of the message', async (t) => {
  t.notMatch(ru(notices.voicemail).text, 'приложена')
  t.match(ru(notices.voicemail, { attached: true }).text, 'Запись приложена к письму.\n')
  t.match(ru(notices.voicemail, { attached: true, afterMail: 'heard' }).text, 'отмечено как прослушанное')
  t.match(ru(notices.voicemail, { attached: true, afterMail: 'delete' }).text, 'в течение 30 дней его можно вернуть')
  t.notMatch(ru(notices.voicemail, { afterMail: 'delete' }).text, 'удалено')
})

t.test('an hour is the reader’s', async (t) => {
  t.match(ru(notices.missedCall, { zone: 'Asia/Vladivostok' }).text, '22:00')
  t.match(ru(notices.missedCall, { zone: 'America/New_York' }).text, '07:00')
})

t.test('telephone numbers', async (t) => {
  const { phone } = formatFor('ru', 'UTC')
  const cases: [string, string][] = [
    ['+74996740782', '+7 499 674-07-82'], ['+12025550123', '+1 202 555-0123'],
    ['+306948123377', '+30 694 812 3377'], ['+375291234567', '+375 291 234 567'],
    ['sip:anna@10.0.0.7', 'anna@10.0.0.7'], ['', 'скрытый номер'], ['112', '112'],
  ]
  for (const [address, shown] of cases) t.equal(spaced(phone(address)), shown)
})

t.test('lengths and money', async (t) => {
  const f = formatFor('ru', 'UTC')
  t.strictSame([0, 7, 67, 3600, 36_061].map(f.length), ['0:00', '0:07', '1:07', '1:00:00', '10:01:01'])
  t.strictSame([0, 38_000, 1250, -2340, 123_456_700].map((one) => spaced(f.money(one))),
    ['0 ₽', '380 ₽', '12,50 ₽', '−23,40 ₽', '1 234 567 ₽'])
  t.equal(spaced(f.at(noticeMs)), 'пн, 23 ноября, 12:00')
})
