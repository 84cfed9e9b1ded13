/** A tariff that lets any number be called, so cheaply that no test notices. */
import type { Db } from '../../src/store/database.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'

/** Gives a subscriber one, since ever: also for a product whose wall clock is set back. */
export async function giveTariff(db: Db, subscriberId: string, kopecksPerMinute = 1): Promise<void> {
  const rate = {
    prefix: '', name: 'Все номера', kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1,
    nextStepSeconds: 1,
  }
  const tariff = {
    name: 'Проверка', monthlyKopecks: 0, includedSeconds: 0, includedPrefixes: [],
    freeAnswerSeconds: 0, rates: [rate], validFromMs: undefined, validToMs: undefined,
  }
  await assignTariff(db, subscriberId, await addTariff(db, tariff, Date.now()), 0)
}
