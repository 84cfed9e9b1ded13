/**
 * Words of «Детализация» in files and on paper, which are read without the panel.
 */
import type { EntryKind } from '../money/ledger.ts'
import type { ExportLanguage } from './export-words.ts'

interface Words {
  readonly sheet: string
  readonly columns: readonly string[]
  readonly kinds: Readonly<Record<EntryKind, string>>
  readonly title: string
  readonly opening: string
  readonly closing: string
  readonly total: string
  readonly nothing: string
  readonly cut: string
  readonly locale: string
}

export const chargeWords: Readonly<Record<ExportLanguage, Words>> = {
  ru: {
    sheet: 'Детализация',
    columns: ['№', 'Дата', 'Время', 'Операция', 'За что', 'Сумма, ₽', 'Баланс после, ₽'],
    kinds: {
      payment: 'пополнение', refund: 'возврат', call: 'звонок', monthlyFee: 'абонентская плата',
      correction: 'корректировка', bonus: 'бонус',
    },
    title: 'Детализация счёта',
    opening: 'Баланс на начало',
    closing: 'Баланс на конец',
    total: 'Итого',
    nothing: 'За этот месяц операций нет.',
    cut: 'Показаны первые строки; все они есть в файле CSV.',
    locale: 'ru-RU',
  },
  en: {
    sheet: 'Statement',
    columns: ['No.', 'Date', 'Time', 'Operation', 'What for', 'Amount, RUB', 'Balance after, RUB'],
    kinds: {
      payment: 'payment', refund: 'refund', call: 'call', monthlyFee: 'monthly fee',
      correction: 'correction', bonus: 'bonus',
    },
    title: 'Account statement',
    opening: 'Opening balance',
    closing: 'Closing balance',
    total: 'Total',
    nothing: 'Nothing happened in this month.',
    cut: 'These are the first lines; the CSV file has all of them.',
    locale: 'en-GB',
  },
}

/** -183 → '-1,83' or '-1.83'; no grouping, so that spreadsheets read it as a number. */
export function decimalText(kopecks: number, lang: ExportLanguage): string {
  const amount = Math.abs(kopecks)
  const fraction = String(amount % 100).padStart(2, '0')
  const point = lang === 'ru' ? ',' : '.'
  return `${kopecks < 0 ? '-' : ''}${Math.floor(amount / 100)}${point}${fraction}`
}
