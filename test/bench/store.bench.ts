/**
 * What a call costs in the store: node test/bench/store.bench.ts. Finding the subscriber (20 rules) through
 * the prepared statement and through Kysely, and journaling calls (open, update, close) in groups.
 * Prints CPU microseconds of this process and of the database per operation.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { addRule } from '../../src/store/rules.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { createSubscriber, loadSubscriber } from '../../src/store/subscribers.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'

const log = pino({ level: 'silent' })
const dir = mkdtempSync(join(tmpdir(), 'pn-bench-'))
const server = await startPrivateDatabase({ dir, log })
const database = openDatabase({ url: server.url })
const db = database.kysely
await migrate(db, { folder: new URL('../../sql', import.meta.url).pathname, log })
const id = await createSubscriber(
  db,
  { name: 'Анна', number: '+74990000001', login: 'anna', passwordHash: 'x' },
  Date.now(),
)
const targets: { targetId: string; ringSeconds: undefined }[] = []
for (let i = 0; i < 5; i++) {
  targets.push({
    targetId: await addNumber(
      db,
      id,
      { address: `+7916000000${i}`, description: 'Мобильный' },
      Date.now(),
    ),
    ringSeconds: undefined,
  })
}
for (let i = 0; i < 20; i++) {
  await addRule(
    db,
    id,
    {
      name: `Правило ${i}`,
      enabled: true,
      priority: 0,
      mode: 'parallel',
      waitSeconds: 30,
      targets: targets.slice(0, 1 + (i % 5)),
      blocks: [{ weekdays: [1, 2, 3, 4, 5], dates: [], hours: [{ from: 540, to: 1080 }] }],
      noAnswer: { action: 'hangUp' },
    },
    Date.now(),
  )
}
const store = await createCallStore({
  database,
  clock: systemClock,
  log,
  spillFolder: join(dir, 'spill'),
})

/** User and system time of the database, microseconds (ticks of 10 ms). */
function serverCpuUs(): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

async function measure(
  name: string,
  count: number,
  inFlight: number,
  run: () => Promise<unknown>,
): Promise<void> {
  await Promise.all(Array.from({ length: count / 20 }, run))
  const [cpu, serverUs, began] = [process.cpuUsage(), serverCpuUs(), performance.now()]
  const waits: number[] = []
  let left = count
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) {
        const at = performance.now()
        await run()
        waits.push(performance.now() - at)
      }
    }),
  )
  const used = process.cpuUsage(cpu)
  waits.sort((a, b) => a - b)
  const perSecond = Math.round((count / (performance.now() - began)) * 1000)
  const us = (total: number) => String(Math.round(total / count)).padStart(5)
  console.log(
    `${name.padEnd(44)} x${String(inFlight).padEnd(3)} node ${us(used.user + used.system)} us  db ${us(serverCpuUs() - serverUs)} us` +
      `  p50 ${waits[count >> 1]!.toFixed(2)} ms  p99 ${waits[Math.floor(count * 0.99)]!.toFixed(2)} ms  ${perSecond}/s`,
  )
}

const journalCall = async () => {
  const live = callRecord({
    subscriberId: id,
    legs: [legRecord(), legRecord({ id: '2' })],
    trace: [{ step: 'note', atMs: 0, code: 'x', detail: '' }],
  })
  await store.open(live)
  store.update(live)
  await store.close(endedCall(live))
}
const journalMissed = async () => {
  const live = callRecord({ subscriberId: id, legs: [legRecord(), legRecord({ id: '2' })] })
  await store.open(live)
  store.update(live)
  await store.close(endedCall(live, { outcome: 'missed', answeredAt: undefined, status: 480 }))
}
for (const inFlight of [1, 10]) {
  await measure('find subscriber, prepared', 5000, inFlight, () =>
    store.findSubscriber('+74990000001'),
  )
  await measure('find subscriber, Kysely', 2000, inFlight, () => loadSubscriber(db, id))
}
for (const inFlight of [10, 100, 500]) {
  const calls = inFlight * 40
  await measure('journal a call: open, update, close', calls, inFlight, journalCall)
}
// He wants to be told now: the same with an event of the outbox in the same transaction.
for (const inFlight of [100, 500]) {
  await measure('journal a missed call, nobody to tell', inFlight * 40, inFlight, journalMissed)
}
await changeSettings(db, id, undefined, { options: { email: 'anna@example.com' } })
await store.findSubscriber('+74990000001')
for (const inFlight of [100, 500]) {
  await measure('journal a missed call with its notice', inFlight * 40, inFlight, journalMissed)
}
await store.stop()
await database.close()
await server.stop()
rmSync(dir, { recursive: true })
