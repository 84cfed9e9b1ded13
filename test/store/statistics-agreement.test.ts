/**
 * Statistics and the call engine name the same rule (the fourth of those that `agreement.test.ts`
 * compares): calls with random rules, at instants that hurt, are really played, written through the
 * journal and counted by the database; each is counted at the rule and the local hour of its plan.
 */
import t from 'tap'
import { startCall, step } from '../../src/call/machine.ts'
import { planCall } from '../../src/call/plan.ts'
import type { CallRecord } from '../../src/call/record.ts'
import type { Rule } from '../../src/call/rule.ts'
import { localTimeAt, zoneSegments } from '../../src/call/zone.ts'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { newId } from '../../src/store/ids.ts'
import { countByHour } from '../../src/store/statistics.ts'
import { incoming, personalNumber } from '../call/fixtures.ts'
import {
  anchor, callers, dayMs, dice, instants, ofTrace, randomSubscriber, zones,
} from '../call/random-rules.ts'
import { silentLog, testDatabase } from '../support/database.ts'

const seed = 20_261_123
const subscribersOfZone = 6

t.test('every call is counted at the rule and the hour of its plan', async (t) => {
  const database = await testDatabase(t)
  const journal = new CallJournal({
    database, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const thrown = dice(seed)
  const faults: string[] = []
  let calls = 0
  for (const zone of zones) {
    for (let set = 0; set < subscribersOfZone; set += 1) {
      const at = anchor(thrown, zone)
      const made = randomSubscriber(thrown, zone, localTimeAt(zone, at).day, at)
      const owner = { ...made, id: newId(at), rules: made.rules.map(withId) }
      const wanted = new Map<string, number>()
      const played = instants(thrown, at).map(async (startedAt) => {
        const call = incoming({ id: newId(startedAt), caller: thrown.one(callers),
          dialled: personalNumber })
        const named = ofTrace(planCall(owner, startedAt, call).trace)
        const key = `${localHourOf(zone, startedAt)} ${named}`
        wanted.set(key, (wanted.get(key) ?? 0) + 1)
        calls += 1
        await journal.close(playToTheEnd(owner, call, startedAt))
      })
      await Promise.all(played)
      const window = { from: at - 3 * dayMs, to: at + 3 * dayMs }
      const segments = zoneSegments(zone, window.from, window.to)
      const counted = new Map<string, number>()
      for (const row of await countByHour(database.kysely, owner.id, window, segments)) {
        const key = `${row.hour} ${row.ruleId}`
        counted.set(key, (counted.get(key) ?? 0) + row.calls)
      }
      const difference = [...new Set([...wanted.keys(), ...counted.keys()])]
        .filter((key) => wanted.get(key) !== counted.get(key))
      for (const key of difference) {
        faults.push(`${zone}, ${key}: plan ${wanted.get(key)}, statistics ${counted.get(key)}`)
      }
    }
  }
  t.strictSame(faults.slice(0, 10), [], `${calls} calls (seed ${seed})`)
  t.ok(calls > 300)
})

/** Ids as the database has them; links follow. */
function withId(rule: Rule): Rule {
  const { noAnswer } = rule
  return {
    ...rule, id: longId(rule.id),
    noAnswer: noAnswer.action === 'rule'
      ? { ...noAnswer, ruleId: longId(noAnswer.ruleId) } : noAnswer,
  }
}

function longId(id: string): string {
  return id.replace(/\D/g, '').padStart(32, '0')
}

/** Whole hours since 1970 on the local clock. */
function localHourOf(zone: string, wallMs: number): number {
  const { day, minute } = localTimeAt(zone, wallMs)
  return day * 24 + Math.floor(minute / 60)
}

/** The caller hangs up after a second, if the call is not over by itself. */
function playToTheEnd(
  owner: Parameters<typeof startCall>[1], call: ReturnType<typeof incoming>, wallMs: number,
): CallRecord {
  const started = startCall(call, owner, 1000, wallMs)
  const commands = [...started.commands]
  if (!commands.some((one) => one.do === 'closeRecord')) {
    const event = { type: 'callerCancelled', reason: '' } as const
    commands.push(...step(started.call, event, 2000, wallMs + 1000).commands)
  }
  for (const command of commands) if (command.do === 'closeRecord') return command.record
  throw new Error('the call has no end')
}
