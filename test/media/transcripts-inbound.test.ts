/**
 * The inbound event socket and the SIP edge as the transcripts 01, 02 and 22 show them, spoken to over
 * bare sockets.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import { FrameReader, replyLimits } from '../../src/esl/frame.ts'
import type { Frame } from '../../src/esl/frame.ts'
import { eventually } from '../support/eventually.ts'
import { mediaSecret, pause, runMedia, startTestMedia } from '../support/running-media.ts'
import { SipPeer } from '../support/sip-peer.ts'

/** A client of the event socket that shows every message. */
class EslClient {
  readonly socket: Socket
  readonly frames: Frame[] = []
  isClosed = false
  readonly #reader = new FrameReader(replyLimits)

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port })
    this.socket.on('data', (data) => {
      this.#reader.push(data.toString('latin1'))
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.frames.push(frame)
    })
    this.socket.on('close', () => { this.isClosed = true })
  }

  /** Sends and returns the one answer. */
  async ask(text: string): Promise<Frame> {
    const before = this.frames.length
    this.socket.write(`${text}\n\n`)
    await eventually(() => this.frames.length > before, () => text)
    return this.frames[before]!
  }

  async next(index: number): Promise<Frame> {
    await eventually(() => this.frames.length > index)
    return this.frames[index]!
  }
}

async function authenticated(port: number): Promise<EslClient> {
  const client = new EslClient(port)
  await client.next(0)
  await client.ask(`auth ${mediaSecret}`)
  return client
}

t.test('01 drachtio-fsmrf connects, learns the SIP address, and hears a heartbeat', async (t) => {
  const { media, server } = await runMedia(t, { heartbeatMs: 100, maxSessions: 77 })
  t.equal(server.sip.ipv4.udp.address, `127.0.0.1:${media.sipPort}`)
  t.match(await server.api('status'), /^UP 0 years.*\nFreeSWITCH \(Version .*\) is ready\n/)
  await eventually(() => server.maxSessions === 77)
  t.equal(server.currentSessions, 0)
  t.equal(server.cps, 100)
  t.type(server.hostname, 'string')
  t.equal(server.v4address, '127.0.0.1')
  t.match(server.fsVersion, /\d/)
})

t.test('01 rows of sofia status: every profile, and TLS where there is a terminator', async (t) => {
  const { media } = await startTestMedia(t, { profiles: ['drachtio_mrf', 'other'], tlsAddress: '127.0.0.1:5061' })
  const client = await authenticated(media.eslPort)
  const { body } = await client.ask('api sofia status')
  const rows = body.split('\n').filter((line) => line.includes('mod_sofia'))
  t.equal(rows.length, 4)
  t.match(rows[0], new RegExp(`^ {13}drachtio_mrf\tprofile\t {10,}sip:mod_sofia@127\\.0\\.0\\.1:${media.sipPort}\tRUNNING \\(0\\)$`))
  t.match(rows[1], /^\s*drachtio_mrf\s.*\s*sip:mod_sofia@127\.0\.0\.1:5061.*\(TLS\)/)
  t.match(body, /2 profiles 0 aliases\n$/)
  client.socket.destroy()
})

t.test('02 a wrong password is answered, then the connection is closed', async (t) => {
  const { media } = await startTestMedia(t)
  const client = new EslClient(media.eslPort)
  t.strictSame((await client.next(0)).lines, ['Content-Type: auth/request'])
  t.strictSame((await client.ask('auth wrong')).lines, ['Content-Type: command/reply', 'Reply-Text: -ERR invalid'])
  t.match((await client.next(2)).lines[0], 'Content-Type: text/disconnect-notice')
  t.equal((await client.next(2)).body.length, 67)
  await eventually(() => client.isClosed && media.counts().connections === 0)
})

t.test('02 before authentication nothing works, and the connection stays', async (t) => {
  const { media } = await startTestMedia(t)
  const client = new EslClient(media.eslPort)
  await client.next(0)
  for (const command of ['api status', 'event json ALL', 'sendmsg 1']) {
    t.strictSame((await client.ask(command)).lines[1], 'Reply-Text: -ERR command not found')
  }
  t.match((await client.ask(`auth ${mediaSecret}`)).lines[1], '+OK accepted')
  t.match((await client.ask('exit')).lines[1], '+OK bye')
  await eventually(() => client.isClosed)
})

const noChannel = '-ERR No such channel!\n'
const session: { command: string; reply?: string | RegExp; body?: string | RegExp }[] = [
  { command: 'nonsense', reply: '-ERR command not found' },
  { command: 'api nonsense', body: '-ERR nonsense Command not found!\n' },
  { command: 'api', reply: '-ERR command not found' },
  { command: 'api constructor', body: '-ERR constructor Command not found!\n' },
  { command: 'event', reply: '-ERR no keywords supplied' },
  { command: 'event json NOSUCH', reply: '-ERR no keywords supplied' },
  { command: 'event json HEARTBEAT SWITCH_EVENT_PLAYBACK_START CUSTOM conference::maintenance BACKGROUND_JOB', reply: '+OK event listener enabled json' },
  { command: 'filter Unique-ID abc', reply: '+OK filter added. [Unique-ID]=[abc]' },
  { command: 'filter Unique-ID def', reply: '+OK filter added. [Unique-ID]=[def]' },
  { command: 'filter delete Unique-ID abc', reply: '+OK filter deleted. [Unique-ID][abc]' },
  { command: 'filter delete all', reply: '+OK filter deleted. [all][]' },
  { command: 'nixevent HEARTBEAT', reply: '+OK events nixed' },
  { command: 'noevents', reply: '+OK no longer listening for events' },
  { command: 'noevents', reply: '-ERR not listening for events' },
  { command: 'event plain BACKGROUND_JOB', reply: '+OK event listener enabled plain' },
  { command: 'noevents', reply: '+OK no longer listening for events' },
  { command: 'api global_getvar no_such', body: '-ERR no reply\n' },
  { command: 'api echo', body: '-ERR no reply\n' },
  { command: 'api echo a b', body: 'a b' },
  { command: 'sendmsg deadbeef\ncall-command: execute\nexecute-app-name: hangup', reply: '-ERR invalid session id [deadbeef]' },
  { command: 'linger', reply: '-ERR not controlling a session' },
  { command: 'nolinger', reply: '-ERR not controlling a session' },
  { command: 'myevents', reply: '-ERR command not found' },
  { command: 'myevents deadbeef json', reply: '-ERR invalid uuid' },
  { command: 'divert_events on', reply: '-ERR not controlling a session.' },
  { command: 'connect', reply: '-ERR command not found' },
  { command: 'getvar x', reply: '-ERR command not found' },
  { command: 'api uuid_exists deadbeef', body: 'false' },
  { command: 'api uuid_bridge a b', body: '-ERR Invalid uuid\n' },
  { command: 'api uuid_transfer deadbeef park inline', body: noChannel },
  { command: 'api uuid_kill deadbeef', body: noChannel },
  { command: 'api uuid_record deadbeef start x.wav', body: '-ERR Cannot locate session!\n' },
  { command: 'api uuid_break deadbeef', body: noChannel },
  { command: 'api uuid_send_dtmf deadbeef 1', body: '-ERR Cannot locate session!\n' },
  { command: 'api uuid_set_media_stats deadbeef', body: '-ERR No such channel deadbeef!\n' },
  { command: 'api uuid_dump deadbeef', body: noChannel },
  { command: 'api uuid_getvar deadbeef x', body: noChannel },
  { command: 'api uuid_setvar deadbeef x y', body: noChannel },
  { command: 'api conference nosuch list count', body: '-ERR Conference nosuch not found\n' },
  { command: 'api show channels as json', body: '-ERR SQL disabled, no data available!\n' },
  { command: 'api hostname', body: /^[^\n]+$/ },
  { command: 'api create_uuid', body: /^[0-9a-f-]{36}$/ },
  { command: 'event xml ALL', reply: '-ERR xml is not supported' },
]

t.test('02 a session: each command has one answer, in order', async (t) => {
  const { media } = await startTestMedia(t)
  const client = await authenticated(media.eslPort)
  for (const { command, reply, body } of session) {
    const frame = await client.ask(command)
    if (reply !== undefined) t.strictSame(frame.lines, ['Content-Type: command/reply', `Reply-Text: ${String(reply)}`], command)
    else {
      t.equal(frame.lines[0], 'Content-Type: api/response', command)
      if (typeof body === 'string') t.equal(frame.body, body, command)
      else t.match(frame.body, body ?? /./, command)
    }
  }
  const before = client.frames.length
  client.socket.write(session.map(({ command }) => `${command}\n\n`).join(''))
  await eventually(() => client.frames.length >= before + session.length)
  await pause(50)
  t.equal(client.frames.length, before + session.length, 'glued together they have as many answers')
  client.socket.destroy()
})

t.test('02 bgapi: the reply names the job, the event brings its result, plain and as JSON', async (t) => {
  const { media } = await startTestMedia(t)
  const client = await authenticated(media.eslPort)
  await client.ask('event plain BACKGROUND_JOB')
  const reply = await client.ask('bgapi uptime\nJob-UUID: 11111111-2222')
  t.strictSame(reply.lines, ['Content-Type: command/reply', 'Reply-Text: +OK Job-UUID: 11111111-2222', 'Job-UUID: 11111111-2222'])
  const plain = await client.next(client.frames.indexOf(reply) + 1)
  t.match(plain.body, /Job-UUID: 11111111-2222\nJob-Command: uptime\nContent-Length: 2\n\n\d\n$/)
  await client.ask('event json BACKGROUND_JOB')
  const second = await client.ask('bgapi echo hello')
  const job = /Job-UUID: (\S+)$/.exec(second.lines[1] ?? '')?.[1]
  const event = JSON.parse((await client.next(client.frames.indexOf(second) + 1)).body) as Record<string, string>
  t.match(event, { 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': job, 'Job-Command': 'echo', 'Job-Command-Arg': 'hello', _body: 'hello', 'Content-Length': '5' })
  t.ok(event['Core-UUID'], 'every event has an id by which the client names it')
  client.socket.destroy()
})

t.test('02 a negative Content-Length closes the connection, and only that one', async (t) => {
  const { media } = await startTestMedia(t)
  const bad = await authenticated(media.eslPort)
  const good = await authenticated(media.eslPort)
  bad.socket.write('sendmsg 1\nContent-Length: -1\n\n')
  await eventually(() => bad.isClosed)
  t.equal((await good.ask('api echo here')).body, 'here')
  good.socket.destroy()
})

t.test('an address outside the list is refused with what drachtio-fsmrf calls acl-error', async (t) => {
  const { media } = await startTestMedia(t, { allowed: ['10.0.0.0/8'] })
  const client = new EslClient(media.eslPort)
  t.match((await client.next(0)).lines[0], 'Content-Type: text/rude-rejection')
  await eventually(() => client.isClosed && media.counts().connections === 0)
})

t.test('22 the SIP edge: OPTIONS, a stranger, other methods', async (t) => {
  const { media } = await startTestMedia(t)
  const peer = await SipPeer.open(media.sipPort)
  t.teardown(() => peer.close())
  const ask = async (method: string, extra = '', body = ''): Promise<number | string> => {
    const call = `${method}-${peer.port}`
    const lines = [
      `${method} sip:drachtio@127.0.0.1:${media.sipPort} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bK${call}`,
      'Max-Forwards: 70', `From: <sip:c@127.0.0.1:${peer.port}>;tag=1`, 'To: <sip:drachtio@127.0.0.1>', `Call-ID: ${call}`,
      `CSeq: 1 ${method}`, `Contact: <sip:c@127.0.0.1:${peer.port}>`, ...(extra === '' ? [] : [extra]),
      ...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`, '', body,
    ]
    peer.send(lines.join('\r\n'))
    const answers: Record<string, number> = { OPTIONS: 200, INVITE: 404, MESSAGE: 405, REGISTER: 405, BYE: 481 }
    return (await peer.expect(answers[method] ?? 0)).what
  }
  t.equal(await ask('OPTIONS'), 200)
  t.equal(await ask('INVITE', 'User-Agent: friendly-scanner', peer.sdp()), 404)
  t.equal(await ask('MESSAGE'), 405, 'a message runs no commands (CVE-2026-116779)')
  t.equal(await ask('REGISTER'), 405)
  t.equal(await ask('BYE'), 481)
  t.equal(media.counts().channels, 0)
})
