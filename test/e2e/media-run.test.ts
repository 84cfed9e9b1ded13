/**
 * Voicemail in the product as its operator runs it: `node src/main.ts run` with the embedded media
 * server. A caller speaks over real RTP, the panel's API has the message with its waveform, and
 * kill -9 of the application or of the media server costs at most a second of speech.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import type { MessageReply, MessagesReply, SettingsReply } from '../../src/api/schema-media.ts'
import type { RunNote } from '../../src/launcher/product.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { wavFile } from '../support/media-files.ts'
import { RtpPeer } from '../support/rtp-peer.ts'
import { SipPeer } from '../support/sip-peer.ts'
import { freeUdpPort } from '../support/sipp.ts'

t.setTimeout(290_000)

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'pn-media-run-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  PN_DATA_DIR: folder,
  PN_PANEL_PORT: String(await freeTcpPort()),
  PN_CONTROL_PORT: String(await freeTcpPort()),
  PN_SIP_CONTACT: `sip:127.0.0.1:${await freeUdpPort()};transport=udp,tcp`,
  PN_DEMO_TRUNK_PORT: String(await freeUdpPort()),
  PN_DRAIN_SECONDS: '0',
  PN_MEDIA_PORT: String(await freeTcpPort()),
  PN_PAY_SIMULATOR_PORT: String(await freeTcpPort()),
  PN_RTP_PORTS: '0',
}
const pause = (ms: number) => new Promise<void>((done) => { setTimeout(done, ms) })

const child = spawn(process.execPath, ['src/main.ts', 'run'], {
  cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'],
})
let output = ''
child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text })
child.stderr.setEncoding('utf8').on('data', (text: string) => { output += text })
const ended = new Promise<void>((done) => child.once('close', () => done()))
t.teardown(async () => {
  child.kill('SIGTERM')
  await ended
})

async function until<T>(look: () => Promise<T | undefined>, ms: number): Promise<T | undefined> {
  const end = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found !== undefined || performance.now() > end) return found
    await pause(50)
  }
}

const notePath = join(folder, 'run.json')
const readNote = () => JSON.parse(readFileSync(notePath, 'utf8')) as RunNote
await until(async () => existsSync(notePath) || child.exitCode !== null || undefined, 100_000)
const note = readNote()
let cookie = ''

async function ask(method: string, path: string, body?: object | Buffer, headers: Record<string, string> = {}) {
  const isFile = Buffer.isBuffer(body)
  const reply = await fetch(`${note.panelUrl}${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': isFile ? 'audio/wav' : 'application/json' } : {}),
      cookie, origin: note.panelUrl, ...headers,
    },
    ...(body ? { body: isFile ? new Uint8Array(body) : JSON.stringify(body) } : {}),
  })
  cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
  return reply
}
const get = async <T>(path: string) => await (await ask('GET', path)).json() as T

/** Calls the demo number and speaks a tone into its voicemail for `ms`. */
async function speak(ms: number) {
  const { port } = readNote().sip
  const caller = await SipPeer.open(port)
  const voice = await RtpPeer.open()
  const invite = caller.invite(note.demo!.number, { body: voice.sdp() })
  const ok = await caller.expect(200)
  const answered = performance.now()
  const dialog = caller.ack(invite, ok)
  const mediaPort = Number(/m=audio (\d+)/.exec(ok.body)?.[1])
  voice.talk(mediaPort, 0)
  await pause(2500) // greeting of 0.6 s and the beep
  voice.talk(mediaPort, 700)
  await pause(ms)
  const lastedMs = performance.now() - answered
  const end = () => {
    voice.hush()
    voice.close()
    caller.close()
  }
  const hangUp = async () => {
    caller.request(dialog, 'BYE')
    await caller.expect(200)
    end()
  }
  return { hangUp, end, lastedMs }
}

const messages = () => get<MessagesReply>('/api/messages')
/** For what never comes. */
const patienceMs = 60_000
/** Messages that were left so far. */
let left = 0
/** The newest message once it has its waveform. */
const whole = (count: number, ms: number) => until<MessageReply>(async () => {
  const page = await messages().catch(() => undefined)
  const [first] = page?.messages ?? []
  return page?.total === count && first && first.peaks.length > 0 ? first : undefined
}, ms)

t.test('the product with its media server', async (t) => {
  t.match(output, `media        127.0.0.1:${env.PN_MEDIA_PORT}  (embedded)`)
  t.strictSame(note.media, [`127.0.0.1:${env.PN_MEDIA_PORT}`])
  t.equal(note.recordings, join(folder, 'recordings'))
  t.ok(note.pids['media'])
  const { login, password } = note.demo!
  t.equal((await ask('POST', '/api/login', { login, password })).status, 200)
  t.ok(await until(async () => (await get<SettingsReply>('/api/settings')).media || undefined, patienceMs),
    'the application has found it')
  const made = await ask('POST', '/api/audio?kind=greeting&name=kurz', wavFile({ seconds: 0.6, peaks: [6000] }))
  const { id } = await made.json() as { id: string }
  await ask('PUT', '/api/settings/audio', { greetingId: id })
  await ask('PUT', '/api/settings', { calls: { voicemailAfterSeconds: 0, silenceSeconds: 0 } })
})

t.test('a message is in the panel soon after the caller hung up, and can be heard', async (t) => {
  let tookMs = Infinity
  let lastedMs = NaN
  let message: MessageReply | undefined
  // A machine that is busy elsewhere may take longer; it is not so three times running.
  while (tookMs >= 1500 && left < 3) {
    const call = await speak(3000)
    await call.hangUp()
    const began = performance.now()
    message = await whole(++left, patienceMs)
    tookMs = performance.now() - began
    lastedMs = call.lastedMs
  }
  t.ok(tookMs < 1500, `${Math.round(tookMs)} ms`)
  t.match(message, { caller: '+79161234567', state: 'ready', heardAt: null })
  t.ok(message!.durationMs > 2800 && message!.durationMs < lastedMs, `${message!.durationMs} ms of ${lastedMs}`)
  const loud = message!.peaks.filter((peak) => peak > 40).length / message!.peaks.length
  t.ok(loud > 0.5, `the tone is ${Math.round(loud * 100)} % of it`)
  const link = await (await ask('POST', `/api/messages/${message!.id}/link`, {})).json() as { url: string }
  const part = await ask('GET', link.url, undefined, { range: 'bytes=0-43' })
  t.equal(part.status, 206)
  t.match(Buffer.from(await part.arrayBuffer()).toString('latin1'), /^RIFF.{4}WAVE/s)
  const { calls } = await get<{ calls: { outcome: string; messageId: string }[] }>('/api/calls?limit=1')
  t.match(calls, [{ outcome: 'voicemail', messageId: message!.id }])
})

t.test('kill -9 of the application in a message: what was said is there after its restart', async (t) => {
  const call = await speak(3000)
  process.kill(readNote().pids['app']!, 'SIGKILL')
  await pause(300)
  call.end()
  const message = await whole(++left, patienceMs)
  t.ok(message, 'it is listed')
  t.ok(message!.durationMs > 1900, `${message!.durationMs} ms of about 3000`)
})

t.test('kill -9 of the media server: started again, found again, the next message is taken', async (t) => {
  await until(async () => (await get<SettingsReply>('/api/settings').catch(() => undefined))?.media || undefined, patienceMs)
  process.kill(readNote().pids['media']!, 'SIGKILL')
  t.ok(await until(async () => !(await get<SettingsReply>('/api/settings')).media || undefined, patienceMs), 'it is missed')
  t.equal((await ask('GET', '/api/me')).status, 200, 'the panel lives')
  t.ok(await until(async () => (await get<SettingsReply>('/api/settings')).media || undefined, patienceMs), 'and is back')
  const call = await speak(1500)
  await call.hangUp()
  t.ok(await whole(++left, patienceMs))
})
