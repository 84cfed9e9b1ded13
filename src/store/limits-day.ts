/**
 * What becomes of a day's money that runs out: alarms at half, four fifths and all of the cap, and
 * with the last one the account is frozen until a manager has looked. Who thaws it on the same day
 * is not frozen again: the alarm is there.
 */
import { dateOfDay, localTimeAt } from '../call/zone.ts'
import type { FraudFacts } from '../limits/fraud-sign.ts'
import { spendAlarm, spendAlarms, spendLeft } from '../limits/spend.ts'
import type { SpendAlarm } from '../limits/spend.ts'
import { raiseOnce } from './alarms.ts'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { daySpend } from './limits-spend.ts'
import type { DaySpend } from './limits-spend.ts'
import { setStatus } from './subscriber-status.ts'

/**
 * Raises what is due for one subscriber; answers how many alarms are new. `outOfMoney`: a call of
 * his was not let in lately, or was cut, for want of money.
 */
export async function watchDayMoney(
  db: Db, subscriberId: string, wallMs: number, outOfMoney = false,
): Promise<number> {
  const spend = await daySpend(db, subscriberId, wallMs)
  const { capKopecks, spentKopecks } = spend
  const percent = outOfMoney && await isCapTheLess(db, subscriberId, spend)
    ? spendAlarms[0]
    : spendAlarm(capKopecks, spentKopecks)
  return percent === undefined ? 0 : raise(db, subscriberId, percent, spend, wallMs)
}

/**
 * It is not the balance that ended his calls: the next step did not fit into what the day had left,
 * however far from its whole sum that was.
 */
async function isCapTheLess(
  db: Db, subscriberId: string, { capKopecks, spentKopecks }: DaySpend,
): Promise<boolean> {
  const left = spendLeft(capKopecks, spentKopecks)
  if (left === undefined) return false
  const { balance_kopecks: balance } = await db
    .selectFrom('subscribers')
    .select('balance_kopecks')
    .where('id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  return left < Number(balance)
}

async function raise(
  db: Db, subscriberId: string, percent: SpendAlarm, spend: DaySpend, wallMs: number,
): Promise<number> {
  const { spentKopecks, capKopecks, dayStartsAt } = spend
  return inTransaction(db, async (trx) => {
    const { zone } = await trx
      .selectFrom('subscribers')
      .select('zone')
      .where('id', '=', subscriberId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const day = dateOfDay(localTimeAt(zone, dayStartsAt).day)
    const facts: FraudFacts['spend'] = { percent, spentKopecks, capKopecks, day }
    const isNew = await raiseOnce(trx, {
      key: `fraud:spend${percent}:${subscriberId}:${day}`, kind: 'fraud', subscriberId,
      details: { fault: 'spend', ...facts },
    }, wallMs)
    if (isNew && percent === 100) {
      await setStatus(trx, { subscriberId, to: 'frozen', reason: 'spend', by: 'service' }, wallMs)
    }
    return isNew ? 1 : 0
  })
}
