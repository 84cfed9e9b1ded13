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
  readonly subscriber: string
  readonly number: string
  readonly tariff: string
  readonly period: string
  readonly currency: string
  readonly page: (number: number, of: number) => string
  readonly made: (date: string, time: string) => string
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
    subscriber: 'Абонент',
    number: 'Номер',
    tariff: 'Тариф',
    period: 'Период',
    currency: '₽',
    page: (number, of) => `стр. ${number} из ${of}`,
    made: (date, time) => `составлено ${date} ${time}`,
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
    subscriber: 'Subscriber',
    number: 'Number',
    tariff: 'Tariff',
    period: 'Period',
    currency: 'RUB',
    page: (number, of) => `page ${number} of ${of}`,
    made: (date, time) => `made ${date} ${time}`,
  },
}

/** -183 → '-1,83' or '-1.83'; no grouping, so that spreadsheets read it as a number. */
export function decimalText(kopecks: number, lang: ExportLanguage): string {
  const amount = Math.abs(kopecks)
  const fraction = String(amount % 100).padStart(2, '0')
  const point = lang === 'ru' ? ',' : '.'
  return `${kopecks < 0 ? '-' : ''}${Math.floor(amount / 100)}${point}${fraction}`
}
