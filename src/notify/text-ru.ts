/**
 * What notices say in Russian (design §5: calm, short, «Вы» with a capital).
 */
import type { CallFacts, MissedWhy } from '../call/notice.ts'
import type { DigestFacts } from '../store/notice.ts'
import type { Format, Forms } from './format.ts'
import { russianLetters } from './letters-ru.ts'
import type { Saying, Sayings } from './words.ts'

const calls: Forms = { one: 'звонок', few: 'звонка', many: 'звонков', other: 'звонка' }
const times: Forms = { one: 'раз', few: 'раза', many: 'раз', other: 'раза' }
const seconds: Forms = { one: 'секунду', few: 'секунды', many: 'секунд', other: 'секунды' }
const days: Forms = { one: 'день', few: 'дня', many: 'дней', other: 'дня' }
const messages: Forms = {
  one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения',
}

const ourFault = 'Это сбой на нашей стороне, мы его записали.'

/** Why nobody was reached, as a sentence. */
const reasons: Readonly<Record<MissedWhy, string>> = {
  noAnswer: 'Никто не ответил.',
  hungUp: 'Звонивший положил трубку.',
  interrupted: `Связь прервалась до ответа. ${ourFault}`,
  doNotDisturb: 'Включено «Не беспокоить».',
  ruleRefuses: 'Правило отклоняет такие звонки.',
  nothingActs: 'Ни одно правило не действовало, и звонок никуда не был направлен.',
  noMoney: 'Звонки не переадресуются: на счёте нет денег. Пополните баланс.',
  dayLimit: 'Звонки не переадресуются до завтра: исчерпан предел расходов на день.',
  notActive: 'Звонки не переадресуются: услуга приостановлена.',
  callerTooOften: 'Этот номер звонил слишком часто.',
  tooManyCalls: 'Одновременно шло больше звонков, чем разрешает тариф.',
  tooManyHops: 'До нас звонок переадресовали слишком много раз.',
  overload: `Звонок не был принят. ${ourFault}`,
  databaseDown: `Звонок не был принят. ${ourFault}`,
  recordingUnavailable: 'Записать разговор было нельзя, а без записи Вы просили не соединять.',
  voicemailUnavailable: `Никто не ответил, а голосовая почта не приняла звонок. ${ourFault}`,
  blocked: 'Этот номер в списке заблокированных.',
  merged: 'Никто не ответил.',
  loop: 'Никто не ответил.',
  malformed: 'Никто не ответил.',
  unknownNumber: 'Никто не ответил.',
}

const afterwards = {
  keep: '',
  heard: ' В ящике оно отмечено как прослушанное.',
  delete: ' Из ящика оно удалено; в течение 30 дней его можно вернуть.',
} as const

export const russian: Sayings = {
  greeting: (name) => name === '' ? 'Здравствуйте.' : `Здравствуйте, ${name}.`,
  footer: (brand, url) =>
    `${brand}. Какие уведомления приходят и куда, Вы выбираете в настройках: ${url}`,
  plainFooter: (brand) => brand,
  say: {
    ...russianLetters,
    missedCall: ({ call, why }, f) => missed('Пропущенный звонок', call, why, f),
    refused: ({ call, why }, f) => missed('Звонок не принят', call, why, f),
    voicemail: ({ call, durationMs }, f, { attached, afterMail }) => ({
      subject: `Голосовое сообщение: ${f.caller(call)}`,
      lines: [
        `Вам оставили сообщение: ${f.caller(call)}, ${f.at(call.startedAt)}, длина ${
          f.length(durationMs / 1000)}.`,
        ...(attached ? [`Запись приложена к письму.${afterwards[afterMail]}`] : []),
        'Прослушать в панели:',
      ],
      short: `Голосовое сообщение ${f.length(durationMs / 1000)}: ${f.caller(call)}, ${
        f.time(call.startedAt)}`,
    }),
    recording: ({ call, durationMs }, f) => ({
      subject: `Запись разговора: ${f.caller(call)}`,
      lines: [
        `Готова запись разговора с ${f.caller(call)}: ${
          f.length(durationMs / 1000)}, ${f.at(call.startedAt)}.`,
        'Она в журнале:',
      ],
    }),
    lowBalance: ({ balanceKopecks, feeKopecks }, f) => feeKopecks !== undefined ? {
      subject: `Не хватает на абонентскую плату: на счёте ${f.money(balanceKopecks)}`,
      lines: [
        `Начался новый месяц. Абонентская плата ${f.money(feeKopecks)}, на счёте ${
          f.money(balanceKopecks)}.`,
        'Пока она не оплачена, звонки не переадресуются. Пополните баланс:',
      ],
      short: `Абонентская плата ${f.money(feeKopecks)} не оплачена, звонки не переадресуются.`,
    } : ({
      subject: `Заканчиваются деньги: на счёте ${f.money(balanceKopecks)}`,
      lines: [
        `На счёте ${f.money(balanceKopecks)}.`,
        'Когда деньги закончатся, звонки не будут переадресованы. Пополните баланс:',
      ],
      short: `На счёте ${f.money(balanceKopecks)}. Без денег звонки не переадресуются.`,
    }),
    payment: ({ amountKopecks, balanceKopecks }, f) => ({
      subject: `Платёж получен: ${f.money(amountKopecks)}`,
      lines: [
        `Счёт пополнен на ${f.money(amountKopecks)}. Теперь на счёте ${f.money(balanceKopecks)}.`,
      ],
      short: `Платёж ${f.money(amountKopecks)} получен, на счёте ${f.money(balanceKopecks)}`,
    }),
    silentTarget: ({ address, description, days: count }, f) => {
      const phone = description === '' ? f.phone(address) : `«${description}» (${f.phone(address)})`
      return count === 0
        ? {
          subject: `Номер не обслуживается: ${f.phone(address)}`,
          lines: [
            `Сеть отвечает, что номера ${phone} не существует. Звонки на него не приходят.`,
            'Проверьте номер:',
          ],
        }
        : {
          subject: `Номер давно не отвечает: ${f.phone(address)}`,
          lines: [
            `На ${phone} не отвечали ${f.count(count, days)}, хотя звонки на него были.`,
            'Проверьте номер и правила, которые на него звонят:',
          ],
        }
    },
    newLogin: ({ atMs, from, agent }, f) => ({
      subject: 'Вход с нового места',
      lines: [
        `В панель вошли с места, откуда раньше не входили: ${f.at(atMs)}, адрес ${from}.`,
        ...(agent === '' ? [] : [`Программа: ${agent}`]),
        'Если это были не Вы, смените пароль: другие входы при этом завершатся.',
      ],
      short: `Вход в панель с нового места, ${f.at(atMs)}, адрес ${from}. Не Вы? Смените пароль.`,
    }),
    supportAnswer: ({ subject, text }) => ({
      subject: subject === '' ? 'Ответ поддержки' : `Ответ поддержки: ${subject}`,
      lines: [text, 'Ответить можно в панели:'],
    }),
    askAnswer: ({ question, text }) => ({
      subject: 'Ответ на Ваш вопрос',
      lines: [
        `Вы спрашивали: «${question}»`, text,
        'Продолжить разговор можно там, где Вы спросили, в том же браузере:',
      ],
    }),
    dailyDigest: (facts, f) => digest(`Звонки за ${f.date(facts.from)}`, facts, f),
    weeklyDigest: (facts, f) =>
      digest(`Звонки за неделю, ${f.dates(facts.from, facts.to)}`, facts, f),
    test: (_, __, { brand }) => ({
      subject: `${brand}: пробное уведомление`,
      lines: ['Это пробное уведомление. Вы его получили, значит, всё работает.'],
      short: `${brand}: пробное уведомление. Всё работает.`,
    }),
  },
}

function missed(what: string, call: CallFacts, why: MissedWhy, f: Format): Saying {
  const { startedAt, endedAt, dialled } = call
  const waited = Math.round((endedAt - startedAt) / 1000)
  const wait = waited > 0 && (why === 'hungUp' || why === 'noAnswer')
    ? ` Звонок длился ${f.count(waited, seconds)}.` : ''
  return {
    subject: `${what}: ${f.caller(call)}`,
    lines: [
      `Вам звонили: ${f.caller(call)}, ${f.at(startedAt)}, на номер ${f.phone(dialled)}.`,
      `${reasons[why]}${wait}`,
      'Подробности в журнале:',
    ],
    short: `${what}: ${f.caller(call)}, ${f.time(startedAt)}`,
  }
}

function digest(subject: string, facts: DigestFacts, f: Format): Saying {
  const { calls: all, answered, missed: lost, messages: left, talkSeconds, callers } = facts
  return {
    subject: `${subject}: ${all}`,
    lines: [
      `${f.count(all, calls)}: отвечено ${answered}, пропущено ${lost}${
        left === 0 ? '' : `, ${f.count(left, messages)} в голосовой почте`}. Разговоры: ${
        f.length(talkSeconds)}.`,
      ...(callers.length === 0 ? [] : [
        ['Не дозвонились:', ...callers.map(({ caller, name, missed: count }) =>
          `  ${f.caller({ caller, callerName: name })}, ${f.count(count, times)}`)].join('\n'),
      ]),
      'Подробнее в статистике:',
    ],
    short: `${subject}: ${all}, отвечено ${answered}, пропущено ${lost}`,
  }
}
