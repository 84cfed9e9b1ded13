/**
 * Runs Debian's baresip as a phone nobody here wrote: own configuration in a temp folder, loopback
 * UDP, answers by itself, a sine tone instead of a microphone, registers nowhere. Commands go in
 * and events come out through its `ctrl_tcp` module (netstrings of JSON).
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drawPort, freeUdpPort, isPortBound } from './sipp.ts'

export interface BaresipEvent {
  /** `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED` … */
  readonly type: string
  readonly param: string
  readonly peeruri: string
}

export interface Baresip {
  /** Where it is called: `sip:anna@127.0.0.1:PORT`. */
  readonly uri: string
  readonly port: number
  /** Resolves with the first event of this type, also one that has passed; rejects after `ms`. */
  waitFor(type: string, ms: number): Promise<BaresipEvent>
  hangUp(): void
  /** Presses a key as its user would. */
  press(key: string): void
  stop(): Promise<void>
}

/** The line of `baresip -v`-like output, or undefined when baresip is not installed. */
export function isBaresipInstalled(): boolean {
  return spawnSync('baresip', ['-h'], { stdio: 'ignore' }).error === undefined
}

/** Starts baresip and waits until its SIP port is open. Throws with its output when it is not. */
export async function startBaresip(user: string): Promise<Baresip> {
  const folder = mkdtempSync(join(tmpdir(), 'pn-baresip-'))
  const port = await freeUdpPort()
  const controlPort = await freeTcpPort()
  writeConfiguration(folder, user, port, controlPort)
  const child = spawn('baresip', ['-4', '-f', folder, '-p', folder], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output += text })
  let ended = false
  const exit = new Promise<void>((done) => {
    child.once('error', () => { ended = true; done() })
    child.once('close', () => { ended = true; done() })
  })
  // A test that ends by a fault must not leave a phone behind that answers for ever.
  const kill = (): void => { child.kill('SIGKILL') }
  process.once('exit', kill)
  const end = async (): Promise<void> => {
    process.off('exit', kill)
    if (!ended) kill()
    await exit
    rmSync(folder, { recursive: true, force: true })
  }
  const control = await waitUntilOpen(() => ended, port, controlPort, () => output)
    .catch(async (fault: unknown) => {
      await end()
      throw fault
    })
  const events = new EventLog(control)
  const stop = async (): Promise<void> => {
    control.destroy()
    await end()
  }
  return {
    uri: `sip:${user}@127.0.0.1:${port}`,
    port,
    waitFor: (type, ms) => events.waitFor(type, ms, () => output),
    hangUp: () => { control.write(netstring(JSON.stringify({ command: 'hangup' }))) },
    press: (key) => {
      control.write(netstring(JSON.stringify({ command: 'sndcode', params: key })))
    },
    stop,
  }
}

function writeConfiguration(folder: string, user: string, port: number, controlPort: number): void {
  mkdirSync(folder, { recursive: true })
  const account = `<sip:${user}@127.0.0.1>;regint=0;answermode=auto;audio_codecs=PCMA;mediaenc=`
  writeFileSync(join(folder, 'accounts'), `${account}\n`)
  writeFileSync(join(folder, 'contacts'), '')
  writeFileSync(join(folder, 'config'), [
    `sip_listen 127.0.0.1:${port}`,
    'sip_trans_def udp',
    'net_interface 127.0.0.1',
    'audio_source ausine,440',
    'ausrc_srate 48000',
    'ausrc_channels 2',
    'rtp_stats no',
    'call_local_timeout 60',
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module ausine.so',
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    '',
  ].join('\n'))
}

/** Events of baresip in the order they came, and who waits for one. */
class EventLog {
  readonly #events: BaresipEvent[] = []
  readonly #waiters = new Set<() => void>()
  #rest = ''

  constructor(control: Socket) {
    control.setEncoding('latin1')
    control.on('data', (text: string) => this.#read(text))
    control.on('error', () => { /* baresip is gone; the waiters' time limit tells */ })
  }

  waitFor(type: string, ms: number, output: () => string): Promise<BaresipEvent> {
    return new Promise((done, fail) => {
      const look = (): void => {
        const found = this.#events.find((event) => event.type === type)
        if (!found) return
        this.#waiters.delete(look)
        clearTimeout(limit)
        done(found)
      }
      const limit = setTimeout(() => {
        this.#waiters.delete(look)
        const seen = this.#events.map((event) => event.type).join(' ')
        fail(new Error(`baresip: no ${type} within ${ms} ms (saw: ${seen})\n${output()}`))
      }, ms)
      this.#waiters.add(look)
      look()
    })
  }

  /** Netstrings: `LENGTH:TEXT,`. */
  #read(text: string): void {
    this.#rest += text
    for (;;) {
      const colon = this.#rest.indexOf(':')
      if (colon < 0) return
      const end = colon + 1 + Number(this.#rest.slice(0, colon))
      if (this.#rest.length <= end) return
      const event = JSON.parse(this.#rest.slice(colon + 1, end)) as Partial<BaresipEvent>
      this.#rest = this.#rest.slice(end + 1)
      if (event.type === undefined) continue
      this.#events.push({
        type: event.type, param: event.param ?? '', peeruri: event.peeruri ?? '',
      })
      for (const look of this.#waiters) look()
    }
  }
}

function netstring(text: string): string {
  return `${text.length}:${text},`
}

async function waitUntilOpen(
  ended: () => boolean, port: number, controlPort: number, output: () => string,
): Promise<Socket> {
  for (let tries = 0; tries < 500 && !ended(); tries++) {
    if (isPortBound(port)) {
      const socket = await tryConnect(controlPort)
      if (socket) return socket
    }
    await new Promise((done) => setTimeout(done, 20))
  }
  throw new Error(`baresip did not start:\n${output()}`)
}

function tryConnect(port: number): Promise<Socket | undefined> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(socket))
    socket.once('error', () => done(undefined))
  })
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freeTcpPort(): Promise<number> {
  return drawPort(20_000, 12_000)
}
