/**
 * Russian words of «Пополнение баланса» and «Детализация». A file that uses them imports this one.
 * English ones are in `text-money-en.ts`.
 */
import { addWords } from './text.ts'

export const ruMoney = {
  'topup.title': 'Пополнение баланса', 'topup.back': 'Назад',
  'topup.step1': '1. Сумма', 'topup.step2': '2. Способ оплаты',
  'topup.chooseSum': 'Выберите сумму пополнения', 'topup.other': 'Другая сумма',
  'topup.isNow': 'Сейчас на счёте {now},', 'topup.becomes': 'станет {then}',
  'topup.lasts': {
    one: 'Примерно на {n} день при расходе {spend} в день.',
    many: 'Примерно на {n} дней при расходе {spend} в день.',
    other: 'Примерно на {n} дня при расходе {spend} в день.',
  },
  'topup.notEnough':
    'Чтобы звонки снова переадресовывались, счёт должен стать больше нуля: не хватает {more}.',
  'topup.notEnoughFee':
    'Чтобы звонки переадресовывались, нужна абонентская плата {fee}: не хватает {more}.',
  'topup.lessFee': '{fee} уйдут на абонентскую плату',
  'topup.next': 'Далее',
  'topup.least':
    'Наименьшая сумма — {least}. Деньги поступают сразу после ответа платёжной системы.',
  'topup.wrong.empty': 'Выберите сумму или напишите свою.',
  'topup.wrong.odd': 'Напишите сумму цифрами. Пример: 350 или 99,50.',
  'topup.wrong.small': 'Наименьшая сумма — {least}.',
  'topup.wrong.great': 'Наибольшая сумма — {most}. Больше можно внести в несколько платежей.',
  'topup.none': 'Оплата через сайт пока не подключена.',
  'topup.noneText': 'Как внести деньги, подскажет поддержка.',
  'topup.sum': 'Сумма', 'topup.chooseSystem': 'Выберите платёжную систему',
  'topup.system.robokassa': 'ROBOKASSA', 'topup.system.qiwi': 'QIWI',
  'topup.system.card': 'VISA / MasterCard',
  'topup.logo.robokassa': 'ROBO', 'topup.logo.qiwi': 'QIWI', 'topup.logo.card': 'VISA',
  'topup.about.robokassa': 'карты, кошельки, терминалы', 'topup.about.qiwi': 'кошелёк QIWI',
  'topup.about.card': 'карты российских банков, и МИР тоже',
  'topup.sbp': 'СБП', 'topup.viaSbp': 'QIWI закрыт: вместо него СБП, в приложении Вашего банка',
  'topup.why.closed': 'QIWI закрыт и платежей не принимает',
  'topup.why.notConfigured': 'Оператор пока не подключил',
  'topup.test': 'проверка', 'topup.pay': 'Оплатить!', 'topup.opening': 'Открываем страницу',
  'topup.where': 'Откроется страница {name}. Мы вернём Вас сюда.',
  'topup.whereTest':
    'Откроется проверочная страница {name}: деньги не спишутся. Мы вернём Вас сюда.',
  'topup.offline': 'Нет связи: оплатить пока нельзя.',
  'topup.waiting': 'Ждём ответа банка: {sum}', 'topup.waitingText': 'Обычно до минуты.',
  'topup.waitingLate':
    'Ответа пока нет. Если деньги списаны, они придут сами. Если Вы не платили —'
      + ' вернитесь к оплате.',
  'topup.waitingNote': 'Платить второй раз не нужно. Страницу можно закрыть.',
  'topup.toPage': 'Вернуться к оплате', 'topup.otherWay': 'Оплатить иначе',
  'topup.paid': 'Зачислено {sum}', 'topup.paidText': 'Сейчас на счёте {balance}.',
  'topup.when': '{date}, {time}', 'topup.paidAt': 'Платёж № {order}, {when}',
  'topup.paidTest': 'Проверочный платёж № {order}, {when}: деньги не списаны.',
  'topup.failed': 'Платёж не прошёл',
  'topup.failedText': 'Ничего не зачислено и не списано. Сумма {sum} осталась выбранной.',
  'topup.expiredText':
    'Время на оплату вышло, ничего не зачислено. Сумма {sum} осталась выбранной.',
  'topup.again': 'Попробовать ещё раз', 'topup.unknown': 'Такого платежа у Вас нет',
  'topup.unknownText': 'Все пополнения видны в «Детализации».',
  'charges.now': 'На счёте', 'charges.opening': 'Было на начало',
  'charges.closing': 'Стало на конец',
  'charges.income': 'Поступило за {month}', 'charges.outgo': 'Списано за {month}',
  'charges.lasts': 'Хватит примерно',
  'charges.days': { one: 'на {n} день', many: 'на {n} дней', other: 'на {n} дня' },
  'charges.month': 'Месяц', 'charges.kinds': 'Что показать', 'charges.all': 'Всё',
  'charges.kindSum': '{kind}: {sum}',
  'charges.kinds.payment': 'Пополнения', 'charges.kinds.refund': 'Возвраты',
  'charges.kinds.call': 'Разговоры', 'charges.kinds.monthlyFee': 'Абонентская плата',
  'charges.kinds.correction': 'Корректировки', 'charges.kinds.bonus': 'Бонусы',
  'charges.kind.payment': 'Пополнение', 'charges.kind.refund': 'Возврат',
  'charges.kind.call': 'Разговор', 'charges.kind.monthlyFee': 'Абонентская плата',
  'charges.kind.correction': 'Корректировка', 'charges.kind.bonus': 'Бонус',
  'charges.when': 'Когда', 'charges.what': 'За что', 'charges.details': 'Подробности',
  'charges.sum': 'Сумма, ₽', 'charges.balance': 'Остаток, ₽',
  'charges.bonus': 'за приглашённого абонента', 'charges.fee': 'за {what}',
  'charges.bonusBack': 'платёж приглашённого отменён', 'charges.refund': 'платёж № {what}',
  'charges.refundFailed': 'возврат платежа № {what} не прошёл', 'charges.begun': 'начальный остаток',
  'charges.callTo': '{to}, {rate}, {time}', 'charges.callFree': '{talk}, из них в тарифе {time}',
  'charges.call': 'Звонок в журнале', 'charges.order': 'платёж № {n}',
  'charges.none': 'Строк нет',
  'charges.noneMonth': 'За этот месяц денег не приходило и не уходило.',
  'charges.noneKind': 'Такого за этот месяц не было.',
  'charges.older': 'Показать более ранние', 'charges.newest': 'К новым',
  'charges.download': 'Скачать {format}', 'charges.print': 'Для печати',
  'charges.foot': 'Разговор по переадресации оплачивается как исходящий звонок на Ваш телефон.',
  'error.form_reused': 'Этот платёж уже закрыт. Нажмите ещё раз, чтобы начать новый.',
  'error.payments_off': 'Этот способ сейчас не работает. Выберите другой.',
  'error.payments_unavailable':
    'Платёжная система не отвечает. Деньги не списаны. Повторите через минуту или выберите другую.',
  'error.too_many_payments': 'Слишком много начатых платежей. Подождите немного.',
} as const

addWords(ruMoney)
