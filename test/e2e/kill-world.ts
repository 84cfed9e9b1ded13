/**
 * The running product as a battlefield: `node src/main.ts run` with its launcher, database and
 * payment simulator, a mail server of its own, and the means to kill -9 the application, the
 * database or the mail server. What was killed is started again, by the launcher or here. Beside it
 * stand clients who, like browsers and payment systems, try again until they are answered.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RunNote } from '../../src/launcher/product.ts'
import { readLetter } from '../../src/notify/mime.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { isRunning } from '../../src/store/process-identity.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { freeUdpPort } from '../support/sipp.ts'

const root = resolve(import.meta.dirname, '../..')

/** What is killed. */
export const victims = ['app', 'database', 'mail'] as const
export type Victim = (typeof victims)[number]

export interface CaughtLetter {
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface Battlefield {
  readonly db: Db
  readonly note: RunNote
  /** `host:port` where calls go. */
  readonly sip: string
  /** How often each victim was killed. */
  readonly kills: Readonly<Record<Victim, number>>
  /** kill -9; resolves when the process is gone, not when it is back. */
  kill(victim: Victim): Promise<void>
  /** Resolves when all three serve again. */
  back(): Promise<void>
  /** Every letter the mail server has kept, repetitions too, oldest first. */
  letters(): readonly CaughtLetter[]
  /** What the product has written to its terminal. */
  output(): string
  stop(): Promise<void>
}

/** Starts all of it; rejects with the product's words when it does not come up. */
export async function openBattlefield(): Promise<Battlefield> {
  const folder = mkdtempSync(join(tmpdir(), 'pn-kill-'))
  const mail = join(folder, 'letters')
  mkdirSync(mail)
  const mailPort = await freeTcpPort()
  let mailServer = await startMail(mailPort, mail)
  const product = await startProduct(folder, mailPort)
  const kills = { app: 0, database: 0, mail: 0 }
  const note = JSON.parse(readFileSync(product.file, 'utf8')) as RunNote
  const database = openDatabase({ url: note.databaseUrl, connections: 3 })
  const post = new Post(mail)
  const pidOf = (victim: 'app' | 'database'): number => victim === 'app'
    ? childOf(product.child.pid ?? 0, 'app')
    : Number(readFileSync(join(folder, 'mariadb/mariadbd.pid'), 'utf8'))
  return {
    db: database.kysely, note, sip: `${note.sip.host}:${note.sip.port}`, kills,
    async kill(victim) {
      kills[victim] += 1
      if (victim === 'mail') {
        await end(mailServer, 'SIGKILL')
        return
      }
      const pid = pidOf(victim)
      if (pid === 0 || !isRunning(pid)) throw new Error(`there is no ${victim} to kill`)
      process.kill(pid, 'SIGKILL')
      await until(`the end of ${victim}`, () => !isRunning(pid))
    },
    async back() {
      if (mailServer.exitCode !== null || mailServer.signalCode !== null)
        mailServer = await startMail(mailPort, mail)
      await until('the product', async () => {
        if (!isRunning(pidOf('database')) || !isRunning(pidOf('app'))) return false
        const { status } = await ask(note.panelUrl, { method: 'GET', path: '/api/register' })
        return status === 200
      })
    },
    letters: () => post.letters(),
    output: () => product.output(),
    async stop() {
      await database.close()
      await end(product.child, 'SIGTERM')
      await end(mailServer, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProduct(folder: string, mailPort: number) {
  const child = spawn(process.execPath, ['src/main.ts', 'run'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '', HOME: folder, PN_DATA_DIR: folder, PN_DRAIN_SECONDS: '0',
      PN_PANEL_PORT: String(await freeTcpPort()), PN_CONTROL_PORT: String(await freeTcpPort()),
      PN_SIP_CONTACT: `sip:127.0.0.1:${await freeUdpPort()};transport=udp,tcp`,
      PN_DEMO_TRUNK_PORT: String(await freeUdpPort()),
      PN_PAY_SIMULATOR_PORT: String(await freeTcpPort()),
      PN_SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
      // No media: nobody speaks here.
      PN_MEDIA_SERVERS: '127.0.0.1:9', PN_MEDIA_SECRET: 'none',
      PN_MEDIA_PORT: String(await freeTcpPort()),
      PN_LOG_LEVEL: 'error',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => { output += text })
  const file = join(folder, 'run.json')
  await until('make run', () => existsSync(file) || child.exitCode !== null, 100_000)
  if (!existsSync(file)) throw new Error(output)
  return { child, file, output: () => output }
}

function startMail(port: number, folder: string): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'kill-mail-server.ts')
  const child = spawn(process.execPath, [file, String(port), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((done, fail) => {
    child.stdout?.once('data', () => done(child))
    child.once('exit', (code) => fail(new Error(`the mail server ended with ${code}`)))
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  await gone
}

/**
 * The launcher's child that runs this part, 0 when there is none: also one that does not serve yet,
 * which the note of the running product does not know.
 */
function childOf(launcher: number, part: string): number {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(parent) !== launcher || state === 'Z') continue
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (command.includes(part)) return pid
    } catch {
      // It has just ended.
    }
  }
  return 0
}

/** The folder of the mail server; each file is read once. */
class Post {
  readonly #folder: string
  readonly #known = new Map<string, CaughtLetter>()

  constructor(folder: string) {
    this.#folder = folder
  }

  letters(): readonly CaughtLetter[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.eml')).toSorted()
    return names.map((name) => {
      const there = this.#known.get(name)
      if (there !== undefined) return there
      const octets = readFileSync(join(this.#folder, name))
      const { to, subject, text } = readLetter(octets)
      const messageId = /^Message-ID: <([^@>]*)/im.exec(octets.toString('latin1'))?.[1] ?? ''
      const letter = { messageId, to, subject, text }
      this.#known.set(name, letter)
      return letter
    })
  }
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: object | undefined
  readonly cookie?: string | undefined
  /** Of 127.0.0.0/8: what is counted per address is counted for this one. */
  readonly from?: string | undefined
}

export interface Answer {
  /** 0 = there was no answer, or half of one. */
  readonly status: number
  // oxlint-disable-next-line no-explicit-any -- replies of every shape, looked into by tests only
  readonly body: any
  readonly cookie: string | undefined
}

/** One try. Never rejects. */
export function ask(url: string, asked: Asked): Promise<Answer> {
  const none: Answer = { status: 0, body: {}, cookie: undefined }
  return new Promise((done) => {
    const call = request(`${url}${asked.path}`, {
      method: asked.method, localAddress: asked.from ?? '127.0.0.1', agent: false, timeout: 10_000,
      headers: { 'content-type': 'application/json', cookie: asked.cookie ?? '' },
    }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (piece: string) => { text += piece })
      reply.on('error', () => done(none))
      reply.on('end', () => {
        const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0]
        if (!reply.complete) done(none)
        else done({ status: reply.statusCode ?? 0, body: bodyOf(text), cookie })
      })
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => done(none))
    call.end(asked.body === undefined ? undefined : JSON.stringify(asked.body))
  })
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { text }
  }
}

/** Asks until there is an answer that is not the service's own trouble (5xx). */
export async function askPatiently(url: string, asked: Asked, ms = 60_000): Promise<Answer> {
  for (const end = performance.now() + ms;; await pause(100)) {
    const answer = await ask(url, asked)
    if (answer.status !== 0 && answer.status < 500) return answer
    if (performance.now() > end)
      throw new Error(`${asked.path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}

/** Looks until it holds, also over a database that is away; rejects with the words of `what`. */
export async function until(
  what: string, holds: () => boolean | Promise<boolean>, ms = 60_000, everyMs = 20,
): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await pause(everyMs)) {
    try {
      if (await holds()) return
    } catch {
      // It is away, and comes back.
    }
  }
  throw new Error(`in vain: ${what}`)
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
