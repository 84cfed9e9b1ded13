/**
 * The watch over calls that are over: each minute one process looks, under a lease, at what has
 * ended lately for the signs of src/limits/signs.ts, and at the money of the day, which freezes an
 * account that has used it up. What it finds are alarms of kind 'fraud', one for each trouble and
 * day, with the facts that api/schema-limits.ts names.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { LegRecord } from '../call/record.ts'
import { localTimeAt } from '../call/zone.ts'
import type { FraudSign } from '../limits/fraud-sign.ts'
import { machineAnswers, manyNumbers, nightAbroad, velocity } from '../limits/signs.ts'
import type { EndedCall, EndedTalk } from '../limits/signs.ts'
import { spendAlarm } from '../limits/spend.ts'
import type { Log } from '../log.ts'
import { inTransaction, runIn } from './database.ts'
import type { Db } from './database.ts'
import { newId } from './ids.ts'
import { holdLease } from './leases.ts'
import { raiseOnce } from './alarms.ts'
import { watchDayMoney } from './limits-day.ts'
import { fraudAlarm } from './limits-shared.ts'
import { spendToday } from './limits-spend.ts'
import { destinationOf } from './number-class.ts'

const everyMs: Ms = 60_000
const leaseMs = 60_000
/** Calls that are looked at together: five of a kind within a quarter of an hour are many. */
const windowMs = 15 * 60_000
const dayMs = 86_400_000
/** Of the newest; more than these in a quarter of an hour are seen by the next looks. */
const mostCalls = 20_000
/** Of calls, or of subscribers: what is looked at without letting others have their turn. */
const portion = 500
const daysBefore = 14
/** The reasons that call/charging.ts and call/refusal.ts give. */
const outOfMoney: readonly string[] = ['noMoney', 'dayLimit']
/** A subscriber's days are counted once an hour. */
const countAgainMs = 3_600_000

export interface LimitsWatchOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}

export interface LimitsWatch {
  /** Looks now; answers how many alarms are new. 0 also when another process looks. */
  look(): Promise<number>
  /** Ends after what is under way. */
  stop(): Promise<void>
}

interface Ended extends EndedCall {
  readonly subscriberId: string
  readonly zone: string
  /** It was cut or not let in for want of money. */
  readonly outOfMoney: boolean
  readonly talk: EndedTalk | undefined
}

/** Starts looking each minute. */
export function startLimitsWatch({ db, clock, log }: LimitsWatchOptions): LimitsWatch {
  const owner = newId(clock.wallMs())
  const counted = new Map<string, number>()
  let stopped = false
  let under: Promise<number> = Promise.resolve(0)
  let cancel: Cancel = () => {}
  const look = (): Promise<number> => {
    under = under.then(() => stopped ? 0 : lookOnce(db, owner, counted, clock.wallMs()))
      .catch((fault: unknown) => {
        log.warn({ err: fault }, 'the look for signs of fraud could not be taken')
        return 0
      })
    return under
  }
  const later = () => {
    cancel = clock.wakeAt(clock.nowMs() + everyMs, () => {
      void look().then(() => { if (!stopped) later() })
    })
  }
  later()
  return {
    look,
    async stop() {
      stopped = true
      cancel()
      await under
    },
  }
}

async function lookOnce(
  db: Db, owner: string, counted: Map<string, number>, atMs: number,
): Promise<number> {
  const lease = await holdLease(db, 'limitsWatch', owner, leaseMs)
  if (!lease) return 0
  try {
    const wallMs = Math.floor(atMs)
    const calls = await endedLately(db, wallMs)
    const talks = calls.flatMap(({ talk }) => talk === undefined ? [] : [talk])
    const active = [...new Set(talks.map(({ subscriberId }) => subscriberId))]
    const signs: FraudSign[] = [
      ...nightAbroad(talks), ...machineAnswers(talks), ...manyNumbers(calls),
      ...await velocities(db, active, counted, wallMs),
    ]
    let fresh = 0
    for (const sign of signs) if (await raiseOnce(db, fraudAlarm(sign, wallMs), wallMs)) fresh += 1
    const short = new Set(calls.flatMap((one) => one.outOfMoney ? [one.subscriberId] : []))
    for (const id of new Set([...await bigSpenders(db, calls, wallMs), ...short]))
      fresh += await watchDayMoney(db, id, wallMs, short.has(id))
    return fresh
  } finally {
    await lease.release()
  }
}

/** By the index of ended calls, which is the journal's own. */
async function endedLately(db: Db, wallMs: number): Promise<Ended[]> {
  const rows = await db
    .selectFrom('calls as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriber_id')
    .select([
      'c.subscriber_id', 'c.caller', 'c.dialled', 'c.started_at', 'c.answered_at', 'c.ended_at',
      'c.answered_leg_id', 'c.reason', 'c.legs', 's.zone',
    ])
    .where('c.ended_at', '>', String(wallMs - windowMs))
    .orderBy('c.ended_at', 'desc')
    .limit(mostCalls)
    .execute()
  const ended: Ended[] = []
  for (const row of rows) {
    // Thousands of rows at once would keep everything else of this process waiting.
    if (ended.length % portion === portion - 1) await breathe()
    ended.push({
      subscriberId: row.subscriber_id ?? '', zone: row.zone, caller: row.caller,
      dialled: row.dialled, outOfMoney: outOfMoney.includes(row.reason), talk: await talkOf(row),
    })
  }
  return ended
}

/** Who has talked lately and spent so much today that there is an alarm for it. */
async function bigSpenders(db: Db, calls: readonly Ended[], wallMs: number): Promise<string[]> {
  const zones = new Map<string, string>()
  for (const { subscriberId, zone, talk } of calls) if (talk) zones.set(subscriberId, zone)
  const talkers = Array.from(zones, ([id, zone]) => ({ id, zone }))
  const found: string[] = []
  for (let at = 0; at < talkers.length; at += portion) {
    const sums = await inTransaction(db, (trx) =>
      spendToday(runIn(trx), talkers.slice(at, at + portion), wallMs))
    for (const [id, { capKopecks, spentKopecks }] of sums) {
      if (spendAlarm(capKopecks, spentKopecks) !== undefined) found.push(id)
    }
  }
  return found
}

async function talkOf(row: {
  readonly subscriber_id: string | null
  readonly started_at: string
  readonly answered_at: string | null
  readonly ended_at: string | null
  readonly answered_leg_id: string | null
  readonly legs: string
  readonly zone: string
}): Promise<EndedTalk | undefined> {
  if (row.answered_at === null || row.answered_leg_id === null) return undefined
  const leg = (JSON.parse(row.legs) as readonly LegRecord[])
    .find(({ id }) => id === row.answered_leg_id)
  if (leg === undefined) return undefined
  const { address, startMs, answerMs = startMs } = leg
  const answeredAt = Number(row.answered_at)
  return {
    subscriberId: row.subscriber_id ?? '', address, destination: await destinationOf(address),
    answerMs: answerMs - startMs, talkMs: Number(row.ended_at) - answeredAt,
    localMinute: localTimeAt(row.zone, answeredAt).minute,
  }
}

async function velocities(
  db: Db, subscriberIds: readonly string[], counted: Map<string, number>, wallMs: number,
): Promise<readonly FraudSign[]> {
  const signs: FraudSign[] = []
  for (const id of subscriberIds) {
    if (wallMs - (counted.get(id) ?? -Infinity) < countAgainMs) continue
    counted.delete(id)
    counted.set(id, wallMs)
    if (counted.size > mostCalls) counted.delete(counted.keys().next().value!)
    const [today = 0, ...before] = await answeredByDay(db, id, wallMs)
    const sign = velocity(id, today, before)
    if (sign !== undefined) signs.push(sign)
  }
  return signs
}

/** Answered calls of the last 24 hours, of the 24 before, and so on. */
async function answeredByDay(db: Db, subscriberId: string, wallMs: number): Promise<number[]> {
  const rows = await db
    .selectFrom('calls')
    .select([
      sql<string>`FLOOR((${wallMs} - started_at) / ${dayMs})`.as('day'),
      (eb) => eb.fn.countAll<string>().as('calls'),
    ])
    .where('subscriber_id', '=', subscriberId)
    .where('started_at', '>', String(wallMs - (daysBefore + 1) * dayMs))
    .where('started_at', '<=', String(wallMs))
    .where('answered_leg_id', 'is not', null)
    .groupBy('day')
    .execute()
  const counts = Array<number>(daysBefore + 1).fill(0)
  for (const { day, calls } of rows) counts[Number(day)] = Number(calls)
  return counts
}
