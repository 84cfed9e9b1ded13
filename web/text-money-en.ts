/**
 * English words of «Пополнение баланса» and «Детализация»: the keys of `text-money-ru.ts`.
 */
import type { ruMoney } from './text-money-ru.ts'
import type { Phrase } from './text.ts'

export const enMoney: Readonly<Record<keyof typeof ruMoney, Phrase>> = {
  'topup.title': 'Top up', 'topup.back': 'Back',
  'topup.step1': '1. Amount', 'topup.step2': '2. Way to pay',
  'topup.chooseSum': 'Choose an amount', 'topup.other': 'Other amount',
  'topup.isNow': 'Balance now {now},', 'topup.becomes': 'will be {then}',
  'topup.lasts': {
    one: 'Lasts about {n} day at {spend} a day.', other: 'Lasts about {n} days at {spend} a day.',
  },
  'topup.notEnough':
    'For calls to be forwarded again the balance must be above zero: {more} short.',
  'topup.notEnoughFee':
    'For calls to be forwarded the monthly fee of {fee} is needed: {more} short.',
  'topup.lessFee': '{fee} go to the monthly fee',
  'topup.next': 'Next',
  'topup.least':
    'The least amount is {least}. The money arrives as soon as the payment system answers.',
  'topup.wrong.empty': 'Choose an amount or enter your own.',
  'topup.wrong.odd': 'Enter the amount in digits. Example: 350 or 99.50.',
  'topup.wrong.small': 'The least amount is {least}.',
  'topup.wrong.great': 'The greatest amount is {most}. More can be paid in parts.',
  'topup.none': 'Paying on the site is not available yet.',
  'topup.noneText': 'Support will tell you how to pay.',
  'topup.sum': 'Amount', 'topup.chooseSystem': 'Choose a payment system',
  'topup.system.robokassa': 'ROBOKASSA', 'topup.system.qiwi': 'QIWI',
  'topup.system.card': 'VISA / MasterCard',
  'topup.logo.robokassa': 'ROBO', 'topup.logo.qiwi': 'QIWI', 'topup.logo.card': 'VISA',
  'topup.about.robokassa': 'cards, wallets, terminals', 'topup.about.qiwi': 'QIWI wallet',
  'topup.about.card': 'cards of Russian banks, MIR as well',
  'topup.sbp': 'SBP', 'topup.viaSbp': 'QIWI is closed: SBP instead, in the app of your bank',
  'topup.why.closed': 'QIWI is closed and takes no payments',
  'topup.why.notConfigured': 'Not connected by the operator yet',
  'topup.test': 'test', 'topup.pay': 'Pay!', 'topup.opening': 'Opening the page',
  'topup.where': 'The page of {name} will open. It brings you back here.',
  'topup.whereTest': 'A test page of {name} will open: no money is taken. It brings you back here.',
  'topup.offline': 'Offline: you cannot pay now.',
  'topup.waiting': 'Waiting for the bank: {sum}', 'topup.waitingText': 'Mostly within a minute.',
  'topup.waitingLate':
    'No answer yet. If the money was taken, it will arrive by itself. If you did not pay,'
      + ' go back to the payment.',
  'topup.waitingNote': 'There is no need to pay again. You may close the page.',
  'topup.toPage': 'Back to the payment', 'topup.otherWay': 'Pay another way',
  'topup.paid': '{sum} credited', 'topup.paidText': 'The balance is now {balance}.',
  'topup.when': '{date}, {time}', 'topup.paidAt': 'Payment no. {order}, {when}',
  'topup.paidTest': 'Test payment no. {order}, {when}: no money was taken.',
  'topup.failed': 'The payment failed',
  'topup.failedText': 'Nothing was credited or taken. The amount of {sum} is still chosen.',
  'topup.expiredText':
    'The time to pay is over, nothing was credited. The amount of {sum} is still chosen.',
  'topup.again': 'Try again', 'topup.unknown': 'You have no such payment',
  'topup.unknownText': 'All payments stand in “Charges”.',
  'charges.now': 'Balance', 'charges.opening': 'At the beginning', 'charges.closing': 'At the end',
  'charges.income': 'Received in {month}', 'charges.outgo': 'Charged in {month}',
  'charges.lasts': 'Lasts about', 'charges.days': { one: '{n} day', other: '{n} days' },
  'charges.month': 'Month', 'charges.kinds': 'What to show', 'charges.all': 'All',
  'charges.kindSum': '{kind}: {sum}',
  'charges.kinds.payment': 'Payments', 'charges.kinds.refund': 'Refunds',
  'charges.kinds.call': 'Talks', 'charges.kinds.monthlyFee': 'Monthly fee',
  'charges.kinds.correction': 'Corrections', 'charges.kinds.bonus': 'Bonuses',
  'charges.kind.payment': 'Payment', 'charges.kind.refund': 'Refund', 'charges.kind.call': 'Talk',
  'charges.kind.monthlyFee': 'Monthly fee', 'charges.kind.correction': 'Correction',
  'charges.kind.bonus': 'Bonus',
  'charges.when': 'When', 'charges.what': 'What for', 'charges.details': 'Details',
  'charges.sum': 'Amount, ₽', 'charges.balance': 'Balance, ₽',
  'charges.bonus': 'for someone you invited', 'charges.fee': '{what}',
  'charges.bonusBack': 'the payment of the invited one was returned',
  'charges.refund': 'payment no. {what}',
  'charges.refundFailed': 'refund of payment no. {what} failed',
  'charges.begun': 'opening balance',
  'charges.callTo': '{to}, {rate}, {time}', 'charges.callFree': '{talk}, {time} of it included',
  'charges.call': 'Call in the journal', 'charges.order': 'payment no. {n}',
  'charges.none': 'No lines', 'charges.noneMonth': 'No money came or went in this month.',
  'charges.noneKind': 'There was none of this in this month.',
  'charges.older': 'Show earlier', 'charges.newest': 'To the newest',
  'charges.download': 'Download {format}', 'charges.print': 'For print',
  'charges.foot': 'A forwarded talk is charged as an outgoing call to your phone.',
  'error.form_reused': 'This payment has ended. Press again to begin a new one.',
  'error.payments_off': 'This way does not work now. Choose another.',
  'error.payments_unavailable':
    'The payment system does not answer. No money was taken. Try again in a minute or choose'
      + ' another.',
  'error.too_many_payments': 'Too many payments were begun. Please wait a little.',
}
