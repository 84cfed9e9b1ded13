/**
 * `make load`: SIPp calls at a chosen rate, phones answer, and what it cost is printed: calls,
 * failures, INVITE→180 and INVITE→200, CPU per call by process, memory.
 *
 *   node test/bench/load.ts RATE=100 SECONDS=10 TARGETS=1
 *   node test/bench/load.ts RATE=100 CHARGED=1
 *   node test/bench/load.ts RATE=2 SIP=127.0.0.1:5060 NUMBERS=numbers.csv ANSWERING=501
 *
 * CHARGED=1: the phone is a telephone number behind the trunk, and each call is charged by a tariff.
 * Without SIP= it starts a product of its own (private MariaDB with durable settings, SIP server,
 * application) and stops it again. With SIP= it calls the numbers listed in NUMBERS (lines
 * `number;caller`) on a running one and plays the phones behind its trunk at port TRUNK: those
 * whose number ends with ANSWERING answer, all others ring until they are cancelled. PRESS=1: they
 * press 1, too, as numbers must that are asked for it (by default the mobile ones).
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { inTransaction, openDatabase } from '../../src/store/database.ts'
import { setLimit } from '../../src/store/limits-change.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { addRule } from '../../src/store/rules.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { giveTariff } from '../support/flat-tariff.ts'
import { loopbackTrunk, startProduct } from '../support/product.ts'
import { startSipp } from '../support/sipp.ts'
import type { SippRun } from '../support/sipp.ts'
import { costOf } from './process-cost.ts'
import type { ProcessCost } from './process-cost.ts'

export interface LoadOptions {
  /** Calls per second. */
  readonly rate: number
  readonly seconds: number
  /** Seconds of calls before those that are measured. */
  readonly warm: number
  /** Targets of each rule: one phone answers, the others ring and are cancelled. */
  readonly targets: number
  /** Phones ring so long, milliseconds. */
  readonly ringMs: number
  readonly talkMs: number
  /** A running product, `host:port`; undefined = one of our own. */
  readonly sip: string | undefined
  readonly numbersFile: string | undefined
  readonly trunkPort: number
  /** Last three digits of the phones that answer behind a running product's trunk. */
  readonly answering: string
  /** They press 1. */
  readonly presses: boolean
  readonly pids: Readonly<Record<string, number>>
  /** Calls cost money. */
  readonly charged: boolean
}

export interface LoadResult {
  readonly calls: number
  readonly failed: number
  readonly retransmissions: number
  readonly ringing: Percentiles
  readonly answer: Percentiles
  /** CPU milliseconds per call by process. */
  readonly cpuMs: Readonly<Record<string, number>>
  readonly pssMb: Readonly<Record<string, number>>
}

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What is called and whose processes are measured. */
interface Target {
  readonly sip: string
  /** Lines `number;caller`. */
  readonly lines: readonly string[]
  readonly pids: Readonly<Record<string, number>>
  readonly stop: () => Promise<void>
}

const usage = `usage: load.ts [RATE=50] [SECONDS=10] [WARM=10] [TARGETS=1 | CHARGED=1] [RING=40] [TALK=500]
       [SIP=host:port NUMBERS=file [TRUNK=5070] [ANSWERING=501] [PRESS=1] [PIDS=name:pid,…]]`

/** Reads `NAME=value` words; throws with the usage when one is wrong. */
export function readLoadOptions(words: readonly string[]): LoadOptions {
  const values = new Map<string, string>()
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, at)
    if (at < 1 || !optionNames.has(name)) throw new Error(`${word}: not understood\n${usage}`)
    values.set(name, word.slice(at + 1))
  }
  const count = (name: string, fallback: number, max: number): number => {
    const text = values.get(name) ?? String(fallback)
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1 || value > max) {
      throw new Error(`${name}=${text}: 1 to ${max}\n${usage}`)
    }
    return value
  }
  const sip = values.get('SIP')
  if (sip !== undefined && !values.has('NUMBERS')) throw new Error(`SIP= needs NUMBERS=\n${usage}`)
  return {
    rate: count('RATE', 50, 20_000), seconds: count('SECONDS', 10, 86_400),
    warm: count('WARM', 10, 600), targets: count('TARGETS', 1, 5),
    ringMs: count('RING', 40, 60_000), talkMs: count('TALK', 500, 3_600_000),
    sip, numbersFile: values.get('NUMBERS'), trunkPort: count('TRUNK', 5070, 65_535),
    charged: values.get('CHARGED') === '1',
    answering: values.get('ANSWERING') ?? '501', presses: values.get('PRESS') === '1',
    pids: Object.fromEntries((values.get('PIDS') ?? '').split(',').filter(Boolean)
      .map((pair) => [pair.split(':')[0] ?? '', Number(pair.split(':')[1])])),
  }
}

const optionNames = new Set([
  'RATE', 'SECONDS', 'WARM', 'TARGETS', 'RING', 'TALK', 'SIP', 'NUMBERS', 'TRUNK', 'ANSWERING',
  'PIDS', 'PRESS', 'CHARGED',
])

/** Calls per second while a product of our own gets warm. */
const warmRate = 300

/** Runs the load and measures it. */
export async function runLoad(
  options: LoadOptions, say: (line: string) => void,
): Promise<LoadResult> {
  const phones = await startPhones(options)
  try {
    const target = options.sip === undefined
      ? await startOwnProduct(options, phones)
      : runningProduct(options, options.sip)
    try {
      say('warming up')
      // The first thousands of calls run before the JIT has compiled everything, at several times
      // the cost; a running product is spared a rate that nobody asked for.
      const rate = options.sip === undefined ? warmRate : options.rate
      await callAtRate(options, target, rate, options.warm)
      say(`${options.rate} calls/s for ${options.seconds} s`)
      return await callAtRate(options, target, options.rate, options.seconds)
    } finally {
      await target.stop()
    }
  } finally {
    for (const phone of phones) await phone.stop()
  }
}

async function startPhones(options: LoadOptions): Promise<SippRun[]> {
  const common = {
    calls: 0, trace: false, timeoutSeconds: options.seconds + 600, more: ['-buff_size', '2097152'],
  }
  if (options.sip !== undefined) {
    return [await startSipp({
      ...common, scenario: 'uas-demo-phones', pauseMs: options.ringMs, port: options.trunkPort,
      keys: { answering: options.answering, presses: options.presses ? 'yes' : 'no' },
    })]
  }
  const answering = { ...common, scenario: 'uas-ring-answer', pauseMs: options.ringMs }
  const ringing = { ...common, scenario: 'uas-ring-until-answered-elsewhere' }
  return Promise.all(Array.from({ length: options.targets },
    (_, i) => startSipp(i === 0 ? answering : ringing)))
}

/** Subscribers of the private product: enough to differ in rows, few enough to seed quickly. */
const subscribers = 50

async function startOwnProduct(options: LoadOptions, phones: readonly SippRun[]): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'pn-load-'))
  const log = pino({ level: 'silent' })
  const server = await startPrivateDatabase({ dir: folder, log })
  const database = openDatabase({ url: server.url, connections: 2 })
  const stopDatabase = async (): Promise<void> => {
    await database.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await migrate(database.kysely, { folder: join(import.meta.dirname, '../../sql'), log })
    const lines = await seedSubscribers(database.kysely, phones, options.charged)
    const product = await startProduct({
      database: { url: server.url, kysely: database.kysely }, trunks: [loopbackTrunk(options.charged ? phones[0]!.port : 9)],
      env: { PN_MAX_CPS: '100000', PN_MAX_LIVE_CALLS: '100000' },
    })
    return {
      sip: product.sip, lines, pids: { ...product.pids, database: server.pid },
      stop: async () => {
        await product.stop()
        await stopDatabase()
      },
    }
  } catch (error) {
    await stopDatabase()
    throw error
  }
}

async function seedSubscribers(
  db: ReturnType<typeof openDatabase>['kysely'], phones: readonly SippRun[], charged: boolean,
): Promise<string[]> {
  const lines: string[] = []
  const now = Date.now()
  // Every caller of a load is one of those that the limit is against.
  await inTransaction(db, (trx) => setLimit(trx, {
    subscriberId: undefined, name: 'callerCallsPerHour', value: 0, reason: 'load', by: { actor: 'system' },
  }, now))
  for (let i = 0; i < subscribers; i++) {
    const number = `+7495900${String(i).padStart(4, '0')}`
    const id = await createSubscriber(db, {
      name: `load ${i}`, number, login: number, passwordHash: '', balanceKopecks: 1_000_000,
      maxCalls: 100_000,
    }, now)
    if (charged) await giveTariff(db, id)
    const targets = []
    for (const [j, phone] of phones.entries()) {
      const address = charged ? '+79160000001' : `sip:phone${j}@127.0.0.1:${phone.port}`
      const targetId = await addNumber(db, id, { address, description: '' }, now)
      targets.push({ targetId, ringSeconds: undefined })
    }
    await addRule(db, id, {
      name: 'all', enabled: true, priority: 0, blocks: [], mode: 'parallel', waitSeconds: 30,
      targets, noAnswer: { action: 'hangUp' },
    }, now)
    // One caller rings a number once at a time, so each number has many callers.
    for (let j = 0; j < 100; j++) {
      lines.push(`${number};+7916${String(i * 100 + j).padStart(7, '0')}`)
    }
  }
  return lines.toSorted((a, b) => a.slice(-2).localeCompare(b.slice(-2)))
}

function runningProduct(options: LoadOptions, sip: string): Target {
  const lines = readFileSync(options.numbersFile ?? '', 'utf8').split('\n')
    .map((line) => line.trim()).filter((line) => line.includes(';'))
  return { sip, lines, pids: options.pids, stop: () => Promise.resolve() }
}

async function callAtRate(
  options: LoadOptions, target: Target, rate: number, seconds: number,
): Promise<LoadResult> {
  const calls = rate * seconds
  const before = costs(target.pids)
  const limit = Math.ceil(rate * (options.talkMs / 1000 + 5))
  const folder = mkdtempSync(join(tmpdir(), 'pn-load-'))
  const numbers = join(folder, 'numbers.csv')
  writeFileSync(numbers, `SEQUENTIAL\n${target.lines.join('\n')}\n`)
  const caller = await startSipp({
    scenario: 'uac-load-expect-answer', remote: target.sip, rate, calls, pauseMs: options.talkMs,
    trace: false, timeoutSeconds: seconds + 60,
    more: [
      '-inf', numbers, '-l', String(limit), '-trace_rtt', '-rtt_freq', '1', '-trace_stat',
      '-stf', join(folder, 'stat.csv'), '-fd', '1', '-recv_timeout', '10000',
      '-buff_size', '2097152',
    ],
  })
  try {
    await caller.done
    const after = costs(target.pids)
    const rtt = readdirSync(caller.folder).find((name) => name.endsWith('_rtt.csv'))
    const times = parseResponseTimes(rtt ? readFileSync(join(caller.folder, rtt), 'utf8') : '')
    const stat = parseStatistics(readFileSync(join(folder, 'stat.csv'), 'utf8'))
    const names = Object.keys(after)
    return {
      calls: stat.get('TotalCallCreated') ?? 0,
      failed: stat.get('FailedCall(C)') ?? calls,
      retransmissions: stat.get('Retransmissions(C)') ?? 0,
      ringing: percentiles(times.get('ringing') ?? []),
      answer: percentiles(times.get('answer') ?? []),
      cpuMs: Object.fromEntries(names.map((name) =>
        [name, ((after[name]?.cpuMs ?? NaN) - (before[name]?.cpuMs ?? NaN)) / calls])),
      pssMb: Object.fromEntries(names.map((name) => [name, after[name]?.pssMb ?? NaN])),
    }
  } finally {
    await caller.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function costs(pids: Readonly<Record<string, number>>): Record<string, ProcessCost | undefined> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, costOf(pid)]))
}

/** SIPp's `-trace_rtt` file: lines `time;milliseconds;name`. */
export function parseResponseTimes(csv: string): Map<string, number[]> {
  const times = new Map<string, number[]>()
  for (const line of csv.split('\n')) {
    const [, ms, name] = line.split(';')
    if (ms === undefined || name === undefined || !/^[\d.]+$/.test(ms)) continue
    const list = times.get(name.trim()) ?? []
    list.push(Number(ms))
    times.set(name.trim(), list)
  }
  return times
}

/** SIPp's statistics file: the last line, by the names in the first. */
export function parseStatistics(csv: string): Map<string, number> {
  const lines = csv.trim().split('\n')
  const names = lines[0]?.split(';') ?? []
  const values = lines.length > 1 ? lines.at(-1)?.split(';') ?? [] : []
  return new Map(names.flatMap((name, i) => {
    const value = Number(values[i])
    return values[i] === undefined || Number.isNaN(value) ? [] : [[name, value] as const]
  }))
}

/** Nearest-rank percentiles; NaN of nothing. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** The lines that `make load` prints. */
export function describeLoad(options: LoadOptions, result: LoadResult): string {
  const { calls, failed, retransmissions } = result
  return [
    `calls            ${calls}  failed ${failed}  retransmissions ${retransmissions}`,
    `INVITE to 180    ${times(result.ringing)}`,
    `INVITE to 200    ${times(result.answer)}  (phones answer after ${options.ringMs} ms)`,
    `CPU ms per call  ${each(result.cpuMs, 3)}`,
    `memory PSS MB    ${each(result.pssMb, 1)}`,
  ].join('\n')
}

function times(of: Percentiles): string {
  return `p50 ${ms(of.p50)}  p95 ${ms(of.p95)}  p99 ${ms(of.p99)}`
}

/** Figures by process, and their sum. */
function each(by: Readonly<Record<string, number>>, digits: number): string {
  const parts = Object.entries(by).map(([name, value]) => `${name} ${value.toFixed(digits)}`)
  const sum = Object.values(by).reduce((a, b) => a + b, 0)
  return [...parts, `all ${sum.toFixed(digits)}`].join('  ')
}

function ms(value: number): string {
  return Number.isNaN(value) ? '–' : `${Math.round(value)} ms`
}

/** Words of the command line win over the environment, where `make load RATE=50` puts them. */
async function main(words: readonly string[]): Promise<void> {
  const environment = [...optionNames].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [`${name}=${value}`]
  })
  const options = readLoadOptions([...environment, ...words])
  const result = await runLoad(options, (line) => console.log(line))
  console.log(describeLoad(options, result))
  if (result.failed > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  })
}
