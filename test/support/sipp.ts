/**
 * Runs SIPp as caller or phone for tests and tools: one process per role, with own ports and an own
 * temp folder, its message log read back as data. Knows nothing of the product.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const scenarioFolder = resolve(import.meta.dirname, '../../sipp-scenarios')

/** Seconds after which a SIPp that has not finished is a failure; the longest case takes some 20. */
const defaultTimeoutSeconds = 90

export interface SippOptions {
  /** File name in `sipp-scenarios` without `.xml`. */
  readonly scenario: string
  /** `host:port` to call; absent for a phone, which waits for calls. */
  readonly remote?: string
  /** Local address, loopback unless told. */
  readonly address?: string
  /** Local port; a free one unless told. */
  readonly port?: number
  /** `-s`: the number a caller calls. */
  readonly number?: string
  /** `-d`: what a `<pause/>` lasts. */
  readonly pauseMs?: number
  /** `-m`: calls after which SIPp ends; 1 unless told, 0 = it runs until it is stopped. */
  readonly calls?: number
  /** Calls per second of a caller. */
  readonly rate?: number
  /** Keywords of the scenario (`-key name value`). */
  readonly keys?: Readonly<Record<string, string>>
  /** Files beside it, by name: what `rtp_stream` sends (octets of the payload, no header). */
  readonly files?: Readonly<Record<string, Uint8Array>>
  readonly timeoutSeconds?: number
  /** Further arguments as SIPp knows them. */
  readonly more?: readonly string[]
  /** Keep the message log (default); off for load. */
  readonly trace?: boolean
}

export interface SippMessage {
  /** Wall clock of this machine in milliseconds, with microseconds as fraction. */
  readonly atMs: number
  readonly direction: 'sent' | 'received'
  /** Local port of the SIPp that saw it. */
  readonly port: number
  readonly text: string
}

export interface SippReport {
  readonly scenario: string
  /** 0: every call went as the scenario says. */
  readonly code: number
  readonly errors: string
  readonly messages: readonly SippMessage[]
}

export interface SippRun {
  readonly scenario: string
  readonly port: number
  readonly pid: number
  readonly folder: string
  /** Resolves when SIPp has ended; never rejects. */
  readonly done: Promise<SippReport>
  /** Messages until now (SIPp writes them as they pass). */
  messages(): SippMessage[]
  /** Takes no more calls, lets the living ones end, and reports: for `calls: 0`. */
  finish(): Promise<SippReport>
  /** Ends SIPp, also in the middle of a call, and removes its folder. */
  stop(): Promise<SippReport>
}

const drawnPorts: number[] = []

/**
 * A port that nobody had a moment ago, out of `count` from `first` on, `step` apart, each free with
 * the `step - 1` after it. Drawn by lot below the range from which the kernel gives ports to others
 * (32768 up): between the look and the binding neither a connection of somebody else takes it, nor a
 * test file at our side that counts upwards as well.
 */
export function drawPort(first: number, count: number, step = 1): number {
  for (;;) {
    const port = first + step * Math.floor(Math.random() * (count / step))
    const isTaken = (at: number): boolean => isPortBound(port + at)
    if (drawnPorts.includes(port) || Array.from({ length: step }, (_, at) => at).some(isTaken)) continue
    drawnPorts.push(port)
    if (drawnPorts.length > 500) drawnPorts.shift()
    return port
  }
}

/** A UDP port of this address that was free a moment ago. */
export async function freeUdpPort(address = '127.0.0.1'): Promise<number> {
  if (!address.includes(':')) return drawPort(20_000, 12_000)
  return new Promise((done, fail) => {
    const socket = createSocket('udp6')
    socket.once('error', fail)
    socket.bind(0, address, () => {
      const { port } = socket.address()
      socket.close(() => done(port))
    })
  })
}

/** Whether some process has bound this port (Linux: `/proc/net/udp`, `/proc/net/tcp`). */
export function isPortBound(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `
  for (const transport of ['udp', 'tcp']) {
    for (const line of readFileSync(`/proc/net/${transport}`, 'latin1').split('\n')) {
      const at = line.indexOf(wanted)
      // The local address is the first of the two; the remote one may carry the same port.
      if (at >= 0 && at < 20) return true
    }
  }
  return false
}

/** Starts SIPp; a phone is waited for until its port is open (or it has ended already). */
export async function startSipp(options: SippOptions): Promise<SippRun> {
  const address = options.address ?? '127.0.0.1'
  const port = options.port ?? (await freeUdpPort(address))
  const folder = mkdtempSync(join(tmpdir(), 'pn-sipp-'))
  for (const [name, octets] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), octets)
  const child = spawn('sipp', sippArguments(options, address, port, folder), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    // SIPp draws a screen and gives up when the terminal's name is unknown.
    env: { ...process.env, TERM: 'xterm' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  let ended = false
  const exit = new Promise<number>((done) => {
    child.once('error', (error) => { stderr += String(error); done(127) })
    child.once('close', (code) => done(code ?? 255))
  })
  const messages = (): SippMessage[] => readMessages(join(folder, 'messages.log'), port)
  const done = exit.then((code): SippReport => {
    ended = true
    const errors = readText(join(folder, 'errors.log'))
    return { scenario: options.scenario, code, errors: errors || stderr, messages: messages() }
  })
  if (options.remote === undefined) await untilBound(port, () => ended)
  const stop = async (): Promise<SippReport> => {
    if (!ended) child.kill('SIGKILL')
    const report = await done
    rmSync(folder, { recursive: true, force: true })
    return report
  }
  const finish = (): Promise<SippReport> => {
    if (!ended) child.kill('SIGUSR1')
    return done
  }
  return {
    scenario: options.scenario, port, pid: child.pid ?? 0, folder, done, messages, finish, stop,
  }
}

async function untilBound(port: number, isOver: () => boolean): Promise<void> {
  while (!isOver() && !isPortBound(port)) await pause(10)
}

function sippArguments(o: SippOptions, address: string, port: number, folder: string): string[] {
  const seconds = o.timeoutSeconds ?? defaultTimeoutSeconds
  const list = [
    ...(o.remote === undefined ? [] : [o.remote]),
    '-sf', join(scenarioFolder, `${o.scenario}.xml`),
    // Its media ports are bound even when no media flows.
    '-i', address, '-bind_local', '-p', port, '-mp', drawPort(10_000, 10_000, 4), '-nostdin', '-timer_resol', 1,
    ...(o.calls === 0 ? [] : ['-m', o.calls ?? 1]), '-d', o.pauseMs ?? 0,
    '-timeout', `${seconds}s`, '-timeout_error',
    '-trace_err', '-error_file', join(folder, 'errors.log'),
    ...(o.trace === false ? [] : ['-trace_msg', '-message_file', join(folder, 'messages.log')]),
    ...(o.number === undefined ? [] : ['-s', o.number]),
    ...(o.rate === undefined ? [] : ['-r', o.rate]),
    ...Object.entries(o.keys ?? {}).flatMap(([name, value]) => ['-key', name, value]),
    ...(o.more ?? []),
  ]
  return list.map(String)
}

const blockHead =
  /^(\d{4}-\d\d-\d\d)[\sT]+(\d\d:\d\d:\d\d)\.(\d+)\n\S+ message (sent|received)[^\n]*\n\n/

/**
 * Reads SIPp's message log: blocks that begin with a line of dashes and a time, e.g.
 * `---- 2026-11-23 10:00:00.123456` / `UDP message sent (512 bytes):` / empty line / the message.
 */
export function parseMessageLog(log: string, port: number): SippMessage[] {
  const messages: SippMessage[] = []
  for (const block of log.split(/^-{20,} /m)) {
    const head = blockHead.exec(block)
    if (!head) continue
    const [whole, day, time, fraction, direction] = head
    messages.push({
      atMs: new Date(`${day}T${time}`).getTime() + Number(`0.${fraction}`) * 1000,
      direction: direction === 'sent' ? 'sent' : 'received',
      port,
      text: block.slice(whole.length).trimEnd(),
    })
  }
  return messages
}

function readMessages(file: string, port: number): SippMessage[] {
  return parseMessageLog(readText(file), port)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
