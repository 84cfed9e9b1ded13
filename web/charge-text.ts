/**
 * What a line of «Детализация» is about, in the panel's language where the kind of the entry says
 * it. The ledger's own text is Russian; it is shown where only it knows, as for a correction. Pure.
 */
import type { ChargeLine } from '../src/api/schema-money.ts'
import { t } from './text.ts'
import './text-money-ru.ts'

/** The days of a fee, as the ledger writes them: '18.11.2025–17.12.2025'. */
const days = /\d{2}\.\d{2}\.\d{4}–\d{2}\.\d{2}\.\d{4}/

/** The words; '' where the kind alone says all. */
export function chargeText(line: Pick<ChargeLine, 'kind' | 'kopecks' | 'text' | 'order'>): string {
  const { kind, kopecks, text, order } = line
  if (kind === 'bonus') return t(kopecks < 0 ? 'charges.bonusBack' : 'charges.bonus')
  if (kind === 'monthlyFee') {
    const period = days.exec(text)?.[0]
    return period === undefined ? text : t('charges.fee', { period })
  }
  if (kind === 'refund' && order !== null) {
    return t(kopecks < 0 ? 'charges.refund' : 'charges.refundFailed', { n: String(order) })
  }
  return text
}
