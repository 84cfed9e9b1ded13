/**
 * A process that charges calls, for tests with several of them: the real call store and the real
 * meter over a database, calls without SIP. It is told by lines of JSON what to do when, and tells
 * by lines what became of it. Run by `node charging-process.ts URL FOLDER`.
 */
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { Meter } from '../../src/app/meter.ts'
import type { ChargeBook } from '../../src/app/ports.ts'
import type { MoneyOver } from '../../src/call/events.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { systemClock } from '../../src/clock.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import type { CallStore } from '../../src/store/call-store.ts'
import { inTransaction, openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { append, lockBalance } from '../../src/store/ledger.ts'
import { spendable } from '../../src/store/live-charges.ts'
import { callRecord, legRecord } from './call-records.ts'

/** What to do with an account at an instant of the wall clock. */
export type Deed = { readonly account: string; readonly atMs: number; readonly key: string } & (
  | { readonly do: 'call'; readonly talkMs: number; readonly address: string }
  | { readonly do: 'pay' | 'refund'; readonly kopecks: number }
)

/** What a process tells. */
export type Told =
  | { readonly told: 'ready' }
  | { readonly told: 'call'; readonly id: string; readonly account: string;
      readonly end: 'hungUp' | 'cut' | MoneyOver | 'databaseDown' }
  /** All deeds are done and stored; `gapMs` is the longest time between two looks at accounts. */
  | { readonly told: 'done'; readonly gapMs: number }

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await serve(process.argv[2] ?? '', process.argv[3] ?? '')
}

async function serve(url: string, spillFolder: string): Promise<void> {
  const log = pino({ level: 'fatal' }, pino.destination(2))
  const database = openDatabase({ url, connections: 6 })
  const store = await createCallStore({ database, clock: systemClock, log, spillFolder })
  const gaps = watchLooks(store.charges)
  const meter = new Meter(gaps.book, systemClock, log)
  tell({ told: 'ready' })
  for await (const line of createInterface({ input: process.stdin })) {
    const deeds = JSON.parse(line) as readonly Deed[]
    gaps.reset()
    await Promise.all(deeds.map(async (deed) => {
      await new Promise((done) => setTimeout(done, Math.max(0, deed.atMs - Date.now())))
      if (deed.do === 'call') await call(store, meter, deed)
      else if (deed.do === 'pay') await pay(database.kysely, deed)
      else await gaps.taking(() => refund(database.kysely, deed))
    }))
    while (store.waiting() > 0) await new Promise((done) => setTimeout(done, 10))
    tell({ told: 'done', gapMs: Math.round(gaps.longest()) })
  }
  await store.stop()
  await database.close()
}

async function call(
  store: CallStore, meter: Meter, deed: Extract<Deed, { do: 'call' }>,
): Promise<void> {
  const leg = legRecord({ address: deed.address })
  const record = callRecord({ subscriberId: deed.account, legs: [leg], startedAt: Date.now() })
  await store.open(record)
  let cut: (atMs: number) => void = () => {}
  const cutAt = new Promise<number>((done) => { cut = done })
  const why = await meter.begin(record.id, deed.account, deed.address, { cutOff: cut, warn() {} })
  const metered: CallRecord = { ...record, metered: true }
  const told = { told: 'call', id: record.id, account: deed.account } as const
  if (why !== undefined) {
    meter.end(record.id)
    await store.close({ ...metered, endedAt: Date.now(), outcome: 'refused', reason: why })
    return tell({ ...told, end: why })
  }
  const answered: CallRecord = { ...metered, answeredAt: Date.now(), answeredLegId: leg.id }
  store.update(answered)
  const hungUp = new Promise<undefined>((done) => setTimeout(() => done(undefined), deed.talkMs))
  const end = await Promise.race([cutAt, hungUp])
  meter.end(record.id)
  const now = Date.now()
  const endedAt = Math.max(answered.answeredAt ?? now, Math.min(end ?? now, now))
  await store.close({
    ...answered, endedAt, outcome: 'answered', endedBy: end === undefined ? 'caller' : 'service',
    reason: end === undefined ? '' : 'noMoney',
  })
  tell({ ...told, end: end === undefined ? 'hungUp' : 'cut' })
}

async function pay(db: Db, deed: Extract<Deed, { do: 'pay' | 'refund' }>): Promise<void> {
  const { key, kopecks, account } = deed
  await append(db, account, { key, kind: 'bonus', kopecks, atMs: Date.now(), text: '' })
}

async function refund(db: Db, deed: Extract<Deed, { do: 'pay' | 'refund' }>): Promise<void> {
  const { key, kopecks, account } = deed
  await inTransaction(db, async (trx) => {
    await lockBalance(trx, account)
    if (kopecks > await spendable(trx, account, Date.now())) return
    await append(trx, account, { key, kind: 'refund', kopecks: -kopecks, atMs: Date.now(), text: '' })
  })
}

/** The longest from the beginning of a look to the end of the next: as old may news be. */
function watchLooks(book: ChargeBook) {
  let longest = 0
  let last = 0
  const watched: ChargeBook = {
    ...book,
    async look(known, wallMs) {
      const began = performance.now()
      const states = await book.look(known, wallMs)
      if (last > 0) longest = Math.max(longest, performance.now() - last)
      last = began
      return states
    },
    async reserve(asked, wallMs) {
      const before = performance.now()
      const state = await book.reserve(asked, wallMs)
      longest = Math.max(longest, performance.now() - before)
      // Nobody looked while nobody talked.
      last = Math.max(last, before)
      return state
    },
  }
  /** Of money that is taken others hear when it is committed. */
  const taking = async (work: () => Promise<void>): Promise<void> => {
    const before = performance.now()
    await work()
    longest = Math.max(longest, performance.now() - before)
  }
  return { book: watched, taking, longest: () => longest, reset: () => { longest = 0; last = 0 } }
}

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`)
}
