/**
 * Tariffs kept in memory: a call asks for its price on its way to the first ring. A tariff is
 * written once and not edited, so what is here stays right. It decides nothing.
 */
import type { Rate, Tariff } from '../money/tariff.ts'
import type { Db } from './database.ts'
import { loadTariff } from './tariffs.ts'

/** Far more than an operator has; some 5 kB each. */
const mostKept = 2000

export class TariffShelf {
  readonly #db: Db
  readonly #kept = new Map<string, Tariff>()

  constructor(db: Db) {
    this.#db = db
  }

  /** The tariff if it was read before. */
  peek(id: string): Tariff | undefined {
    return this.#kept.get(id)
  }

  /** Throws StoreError not_found. */
  async get(id: string): Promise<Tariff> {
    const known = this.#kept.get(id)
    if (known !== undefined) return known
    const tariff = await loadTariff(this.#db, id)
    if (this.#kept.size >= mostKept) this.#kept.clear()
    this.#kept.set(id, tariff)
    return tariff
  }

  /** A rate as it was taken once; undefined when there is no such tariff or rate. */
  async rate(
    id: string, prefix: string,
  ): Promise<{ readonly tariff: Tariff; readonly rate: Rate } | undefined> {
    const tariff = await this.get(id).catch((fault: unknown) => {
      if ((fault as { code?: unknown }).code === 'not_found') return undefined
      throw fault
    })
    const rate = tariff?.rates.find((one) => one.prefix === prefix)
    return tariff && rate && { tariff, rate }
  }
}
