/**
 * Tariffs kept in memory: a call asks for its price on its way to the first ring. Prices are written
 * once and not edited, so what is here stays right. It decides nothing.
 */
import { rateOf } from '../money/tariff.ts'
import type { Rate, Tariff } from '../money/tariff.ts'
import type { Run } from './database.ts'
import { tariffFrom } from './tariffs.ts'
import type { RateRow, TariffRow } from './tariffs.ts'

/** Far more than an operator has; some 5 kB each. */
const mostKept = 2000

export class TariffShelf {
  readonly #kept = new Map<string, Tariff>()

  /** The tariff if it was read before. */
  peek(id: string): Tariff | undefined {
    return this.#kept.get(id)
  }

  /**
   * The tariff, read by `run` when it is not here yet: within a transaction by its own connection,
   * for the others may all be waiting for what it has locked. undefined: there is none.
   */
  async get(id: string, run: Run): Promise<Tariff | undefined> {
    const known = this.#kept.get(id)
    if (known !== undefined) return known
    const [row] = await run<TariffRow>('SELECT * FROM tariffs WHERE id = ?', [id])
    if (row === undefined) return undefined
    const rates = await run<RateRow>(
      'SELECT * FROM tariff_rates WHERE tariff_id = ? ORDER BY prefix', [id])
    if (this.#kept.size >= mostKept) this.#kept.clear()
    const tariff = tariffFrom(row, rates)
    this.#kept.set(id, tariff)
    return tariff
  }

  /** A rate as it was taken once; undefined when there is no such tariff or rate. */
  async rate(
    id: string, prefix: string, run: Run,
  ): Promise<{ readonly tariff: Tariff; readonly rate: Rate } | undefined> {
    const tariff = await this.get(id, run)
    const rate = tariff && rateOf(tariff.rates, prefix)
    return tariff && rate && { tariff, rate }
  }
}
