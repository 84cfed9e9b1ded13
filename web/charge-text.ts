/**
 * What a line of «Детализация» is about, in the panel's language. The ledger is written in Russian;
 * its own phrases are known here by their form, anything else (a manager's reason, a telephone
 * number) is shown as it stands. Pure.
 */
import type { ChargeLine } from '../src/api/schema-money.ts'
import { duration, formatPhone } from './format.ts'
import type { Key } from './text.ts'
import { t } from './text.ts'
import './text-money-ru.ts'

/** The phrases of the ledger; what the group catches fills the place {what}. */
const phrases: readonly (readonly [form: RegExp, key: Key])[] = [
  [/^Бонус за приглашённого абонента$/, 'charges.bonus'],
  [/^Бонус возвращён: платёж приглашённого отменён$/, 'charges.bonusBack'],
  [/^Абонентская плата, (\d\d\.\d\d\.\d{4}–\d\d\.\d\d\.\d{4})$/, 'charges.fee'],
  [/^Возврат платежа № (\d+)$/, 'charges.refund'],
  [/^Возврат платежа № (\d+) не прошёл$/, 'charges.refundFailed'],
  [/^Начальный остаток$/, 'charges.begun'],
]

const talk = /^Звонок на (\S+), (.+), (?:(\d+) мин )?(\d+) с(?: \(включённых (\d+) с\))?$/

/** A talk: whom it went to, by which price, how long; and how much of it the tariff includes. */
function talkText([, to = '', rate = '', minutes = '0', seconds = '0', free]: string[]): string {
  const time = duration(Number(minutes) * 60 + Number(seconds))
  const words = t('charges.callTo', { to: formatPhone(to), rate, time })
  return free === undefined ? words
    : t('charges.callFree', { talk: words, time: duration(Number(free)) })
}

/** The words; '' where the kind alone says all. */
export function chargeText({ text }: Pick<ChargeLine, 'text'>): string {
  const said = talk.exec(text)
  if (said !== null) return talkText([...said])
  for (const [form, key] of phrases) {
    const match = form.exec(text)
    if (match !== null) return t(key, { what: match[1] ?? '' })
  }
  return text
}
