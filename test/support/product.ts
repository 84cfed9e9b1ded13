/**
 * The product as its operator runs it, for end-to-end tests: `node src/main.ts sipd`, `app` and on
 * demand `media` as child processes on free loopback ports over a database of their own, filled
 * through the store. Afterwards it tells whether anything is left: calls, dialogs, endpoints.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CallRecord } from '../../src/call/record.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import type { Db } from '../../src/store/database.ts'
import { hashPassword } from '../../src/store/password.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { addTrunk } from '../../src/store/trunks.ts'
import { freeTcpPort } from './baresip.ts'
import { freeUdpPort } from './sipp.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * The engine forgets a finished INVITE after 64·T1, shortened here so that tests can wait for it.
 * Not more: an INVITE to which the application says nothing at all for 2·64·T1 is answered 480 by
 * the engine, and the longest silent case (a cycle of busy phones) takes ten seconds.
 */
const timers = { t1: 100, t2: 800, t4: 1000, t1x64: 5500 }

/** How long a process may take to start, to answer or to end, also where three others want the CPU. */
const patienceMs = 60_000

export type PartName = 'sipd' | 'media' | 'app'

export interface ProductOptions {
  /** Where the children find the database, and the same one opened here. */
  readonly database: { readonly url: string; readonly kysely: Db }
  readonly trunks: readonly Omit<Trunk, 'id'>[]
  /** `PN_WALL_CLOCK`: the instant at which the application starts. */
  readonly wallClock?: string
  /** 64·T1 of the SIP server, milliseconds: how long it answers what is sent again. */
  readonly t1x64?: number
  /** Further settings of the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** With the embedded media server; `start` has waited until the application works with it. */
  readonly media?: boolean
}

export interface Product {
  /** Where calls go: `127.0.0.1:PORT`. */
  readonly sip: string
  readonly sipPort: number
  readonly panelUrl: string
  /** Folder of recordings and messages. */
  readonly recordings: string
  readonly database: Db
  /** Process ids by part, for CPU and memory. */
  readonly pids: Readonly<Record<string, number>>
  /** Lines of the parts' logs that tell of an error, and whatever they wrote that is no log line. */
  errors(): string[]
  /** What lives in the SIP server, in the application and, without an end, in the journal. */
  alive(): Promise<Alive>
  /** Waits until nothing is alive; answers what still is when `ms` have passed. */
  quiet(ms: number): Promise<Alive>
  /** Ends a part with this signal and waits until the process is gone. */
  end(part: PartName, signal: NodeJS.Signals): Promise<void>
  /** Starts a part again and waits until it serves. */
  start(part: PartName): Promise<void>
  /** Waits until the SIP server has an application. */
  connected(): Promise<void>
  /** Waits until the application has its media server, or has lost it. */
  mediaIs(available: boolean): Promise<void>
  /** Records of the calls to this personal number, oldest first. */
  records(dialled: string): Promise<StoredCall[]>
  stop(): Promise<void>
}

export interface Alive {
  /** Dialogs and transactions of the SIP server. */
  readonly dialogs: number
  readonly transactions: number
  /** Legs, timers and media endpoints of the application. */
  readonly legs: number
  readonly timers: number
  readonly endpoints: number
  /** Channels of the media server; 0 when none runs. */
  readonly channels: number
  /** Records that are not closed. */
  readonly calls: number
}

/** Nothing is left. */
export const nothing: Alive = {
  dialogs: 0, transactions: 0, legs: 0, timers: 0, endpoints: 0, channels: 0, calls: 0,
}

export type StoredCall = Pick<
  CallRecord,
  'id' | 'outcome' | 'status' | 'endedBy' | 'reason' | 'legs' | 'trace' | 'caller' | 'anonymous'
> & { readonly answeredAt: number | undefined; readonly endedAt: number | undefined }

/** A trunk on loopback that sends us calls; tests override what matters to them. */
export function loopbackTrunk(port: number, more: Partial<Trunk> = {}): Omit<Trunk, 'id'> {
  return {
    name: 'loopback', enabled: true, inboundNets: ['127.0.0.1/32'], host: '127.0.0.1', port,
    transport: 'udp', credentials: undefined, numberFormat: 'e164plus', identity: 'caller',
    assertIdentity: false, diversion: 'diversion', order: 1, capacity: undefined,
    provisionalSeconds: 5, ...more,
  }
}

/** Starts SIP server and application; rejects with their output when one does not come up. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'pn-e2e-'))
  const db = options.database.kysely
  for (const trunk of options.trunks) await addTrunk(db, trunk, Date.now())
  const [sipPort, controlPort, metricsPort, panelPort, mediaPort] = [
    await freeUdpPort(), await freeTcpPort(), await freeTcpPort(), await freeTcpPort(),
    await freeTcpPort(),
  ]
  const recordings = join(folder, 'recordings')
  const conf = join(folder, 'drachtio.conf.xml')
  writeFileSync(conf, configuration(controlPort, options.t1x64 ?? timers.t1x64))
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DATABASE_URL: options.database.url,
    PN_DATA_DIR: folder,
    PN_DEMO: 'no',
    PN_DRACHTIO_CONF: conf,
    PN_SIP_CONTACT: `sip:127.0.0.1:${sipPort};transport=udp,tcp`,
    PN_CONTROL_PORT: String(controlPort),
    PN_METRICS_PORT: String(metricsPort),
    PN_PANEL_PORT: String(panelPort),
    PN_LOG_LEVEL: 'warn',
    PN_RECORDINGS: recordings,
    PN_RTP_PORTS: '0',
    PN_MEDIA_PORT: String(mediaPort),
    ...(options.media === true
      ? { PN_MEDIA_SERVERS: `127.0.0.1:${mediaPort}`, PN_MEDIA_SECRET: 'secret of the test' } : {}),
    ...(options.wallClock === undefined ? {} : { PN_WALL_CLOCK: options.wallClock }),
    ...options.env,
  }
  const parts = new Parts(env)
  const stop = async (): Promise<void> => {
    await parts.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const panelUrl = `http://127.0.0.1:${panelPort}`
  try {
    await parts.start('sipd')
    if (options.media === true) await parts.start('media')
    await parts.start('app')
    if (options.media === true) await untilMediaIs(true, db, panelUrl)
  } catch (error) {
    await stop()
    throw error
  }
  const alive = async (): Promise<Alive> => {
    const { dialogs, transactions } = await readGauges(metricsPort)
    const [app, media] = [await parts.counts('app'), await parts.counts('media')]
    const { legs = NaN, timers = NaN, endpoints = NaN } = app
    const { channels = 0 } = media
    return { dialogs, transactions, legs, timers, endpoints, channels, calls: await openCalls(db) }
  }
  return {
    sip: `127.0.0.1:${sipPort}`,
    sipPort,
    panelUrl,
    recordings,
    database: db,
    pids: parts.pids,
    errors: () => errorLines(parts.output),
    alive,
    quiet: async (ms) => {
      const until = performance.now() + ms
      for (;;) {
        const now = await alive()
        const rest = Object.values(now).reduce((sum: number, count: number) => sum + count, 0)
        if (rest === 0 || performance.now() > until) return now
        await pause(100)
      }
    },
    end: (part, signal) => parts.end(part, signal),
    start: (part) => parts.start(part),
    connected: async () => {
      while ((await readGauges(metricsPort)).applications < 1) await pause(50)
    },
    mediaIs: (available) => untilMediaIs(available, db, panelUrl),
    records: (dialled) => readRecords(db, dialled),
    stop,
  }
}

/** Lines of pino's level error and above (50, 60), and lines that are not JSON, such as a crash. */
function errorLines(output: string): string[] {
  return output.split('\n').filter((line) =>
    line !== '' && (!line.startsWith('{') || /"level":[56]0/.test(line)))
}

function configuration(controlPort: number, t1x64: number): string {
  const { t1, t2, t4 } = timers
  return `<drachtio>
  <admin port="${controlPort}" secret="cymru">127.0.0.1</admin>
  <sip>
    <contacts><contact>sip:127.0.0.1:5060</contact></contacts>
    <timers><t1>${t1}</t1><t2>${t2}</t2><t4>${t4}</t4><t1x64>${t1x64}</t1x64></timers>
  </sip>
</drachtio>
`
}

/** Child processes `node src/main.ts NAME`, told apart by name. */
class Parts {
  readonly pids: Record<string, number> = {}
  output = ''
  readonly #env: Readonly<Record<string, string>>
  /** In the order of their start. */
  readonly #children = new Map<PartName, ChildProcess>()

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env
  }

  /** Resolves when the part says over IPC that it serves. */
  start(name: PartName): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'src/main.ts'), name], {
      cwd: root, env: this.#env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#children.set(name, child)
    this.pids[name] = child.pid ?? 0
    const keep = (text: string): void => { this.output += text }
    child.stdout?.setEncoding('utf8').on('data', keep)
    child.stderr?.setEncoding('utf8').on('data', keep)
    return new Promise((done, fail) => {
      const limit = setTimeout(() => fail(new Error(`${name} not ready\n${this.output}`)), patienceMs)
      child.once('close', (code) => {
        clearTimeout(limit)
        fail(new Error(`${name} ended with ${code}\n${this.output}`))
      })
      child.on('message', (message) => {
        if (typeof message !== 'object' || message === null || !('ready' in message)) return
        clearTimeout(limit)
        done()
      })
    })
  }

  /** Asks a part over IPC (`{ ask: 'counts' }`) what it holds; {} when it does not run. */
  counts(name: PartName): Promise<Readonly<Record<string, number>>> {
    const child = this.#children.get(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve({})
    return new Promise((done, fail) => {
      const limit = setTimeout(() => fail(new Error(`no counts\n${this.output}`)), patienceMs)
      const hear = (message: unknown): void => {
        if (typeof message !== 'object' || message === null || !('counts' in message)) return
        clearTimeout(limit)
        child.off('message', hear)
        done(message.counts as Readonly<Record<string, number>>)
      }
      child.on('message', hear)
      child.send({ ask: 'counts' })
    })
  }

  /** The application first, so that it can take leave of its calls. */
  async stop(): Promise<void> {
    for (const name of [...this.#children.keys()].toReversed()) await this.end(name, 'SIGTERM')
  }

  /** Ends one; kills it when it does not end by itself. */
  async end(name: PartName, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children.get(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise<void>((done) => child.once('close', () => done()))
    child.kill(signal)
    const kill = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await closed
    clearTimeout(kill)
  }
}

type Gauges = Record<'dialogs' | 'transactions' | 'applications', number>

async function readGauges(port: number): Promise<Gauges> {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return {
    dialogs: gauge(page, 'drachtio_stable_dialogs'),
    transactions: gauge(page, 'drachtio_transactions'),
    applications: gauge(page, 'drachtio_app_connections'),
  }
}

/** Sum over the labels of one figure; NaN when it is missing, which no test takes for quiet. */
export function gauge(page: string, name: string): number {
  let sum = NaN
  for (const line of page.split('\n')) {
    if (!line.startsWith(name)) continue
    const next = line[name.length]
    if (next !== ' ' && next !== '{') continue
    sum = (Number.isNaN(sum) ? 0 : sum) + Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}

let observers = 0

/** What the panel tells a subscriber about media servers; asked by one who calls nobody. */
async function untilMediaIs(available: boolean, db: Db, panelUrl: string): Promise<void> {
  const login = `observer${++observers}`
  const passwordHash = await hashPassword(login)
  const number = `+7499${String(1_000_000 + observers)}`
  await createSubscriber(db, { name: login, number, login, passwordHash }, Date.now())
  const entered = await fetch(`${panelUrl}/api/login`, {
    method: 'POST', body: JSON.stringify({ login, password: login }),
    headers: { 'content-type': 'application/json', origin: panelUrl },
  })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  for (const until = performance.now() + patienceMs; performance.now() < until; await pause(50)) {
    const { media } = await (await fetch(`${panelUrl}/api/settings`, { headers: { cookie } })).json() as
      { media?: boolean }
    if (media === available) return
  }
  throw new Error(`the media server did not become ${available ? 'available' : 'unavailable'}`)
}

async function openCalls(db: Db): Promise<number> {
  const rows = await db.selectFrom('calls').select('id').where('ended_at', 'is', null).execute()
  return rows.length
}

async function readRecords(db: Db, dialled: string): Promise<StoredCall[]> {
  const rows = await db.selectFrom('calls').selectAll()
    .where('dialled', '=', dialled).orderBy('started_at').orderBy('id').execute()
  return rows.map((row) => ({
    id: row.id,
    outcome: (row.outcome ?? undefined) as CallRecord['outcome'],
    status: row.status,
    endedBy: (row.ended_by ?? undefined) as CallRecord['endedBy'],
    reason: row.reason,
    caller: row.caller,
    anonymous: row.anonymous === 1,
    answeredAt: row.answered_at === null ? undefined : Number(row.answered_at),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
    legs: JSON.parse(row.legs) as CallRecord['legs'],
    trace: JSON.parse(row.trace) as CallRecord['trace'],
  }))
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
