import t from 'tap'
import type { EslCommand } from '../../src/esl/message.ts'
import { apiResponse, authRequest, commandReply, disconnectNotice, parseCommand, rudeRejection } from '../../src/esl/message.ts'
import { FrameReader, replyLimits } from '../../src/esl/frame.ts'

function parse(text: string): EslCommand {
  const reader = new FrameReader()
  reader.push(text.endsWith('\n\n') ? text : `${text}\n\n`)
  const frame = reader.next()
  if (frame === undefined) throw new Error('no message')
  return parseCommand(frame)
}

const fsmrfEvents = 'event json CHANNEL_EXECUTE DTMF SWITCH_EVENT_PLAYBACK_START CUSTOM conference::maintenance BACKGROUND_JOB'

const cases: { text: string; command: EslCommand }[] = [
  { text: 'auth ClueCon', command: { type: 'auth', password: 'ClueCon' } },
  { text: 'AUTH with blanks in it', command: { type: 'auth', password: 'with blanks in it' } },
  { text: 'exit', command: { type: 'exit' } },
  { text: 'connect', command: { type: 'connect' } },
  { text: 'event', command: { type: 'event', format: 'plain', names: [], subclasses: [] } },
  { text: 'event json heartbeat', command: { type: 'event', format: 'json', names: ['HEARTBEAT'], subclasses: [] } },
  { text: 'event plain BACKGROUND_JOB', command: { type: 'event', format: 'plain', names: ['BACKGROUND_JOB'], subclasses: [] } },
  { text: 'event DTMF', command: { type: 'event', format: 'plain', names: ['DTMF'], subclasses: [] } },
  {
    text: fsmrfEvents,
    command: { type: 'event', format: 'json', names: ['CHANNEL_EXECUTE', 'DTMF', 'PLAYBACK_START', 'CUSTOM'], subclasses: ['conference::maintenance', 'BACKGROUND_JOB'] },
  },
  { text: 'event xml ALL', command: { type: 'event', format: 'xml', names: ['ALL'], subclasses: [] } },
  { text: 'nixevent DTMF CUSTOM x::y', command: { type: 'nixevent', names: ['DTMF', 'CUSTOM'], subclasses: ['x::y'] } },
  { text: 'noevents', command: { type: 'noevents' } },
  { text: 'filter Unique-ID abc', command: { type: 'filter', header: 'Unique-ID', value: 'abc' } },
  { text: 'filter delete Unique-ID abc', command: { type: 'filterDelete', header: 'Unique-ID', value: 'abc' } },
  { text: 'filter delete all', command: { type: 'filterDelete', header: 'all', value: '' } },
  { text: 'myevents', command: { type: 'myevents', uuid: '', format: 'plain' } },
  { text: 'myevents 12 json', command: { type: 'myevents', uuid: '12', format: 'json' } },
  { text: 'divert_events on', command: { type: 'divertEvents', on: true } },
  { text: 'divert_events off', command: { type: 'divertEvents', on: false } },
  { text: 'linger', command: { type: 'linger', seconds: undefined } },
  { text: 'linger 5', command: { type: 'linger', seconds: 5 } },
  { text: 'linger -5', command: { type: 'linger', seconds: undefined } },
  { text: 'nolinger', command: { type: 'nolinger' } },
  { text: 'getvar x', command: { type: 'getvar', name: 'x' } },
  { text: 'getvar', command: { type: 'unknown', line: 'getvar' } },
  { text: 'api', command: { type: 'unknown', line: 'api' } },
  { text: 'api status', command: { type: 'api', name: 'status', argument: '' } },
  { text: 'api conference  room1 recording start /a b', command: { type: 'api', name: 'conference', argument: 'room1 recording start /a b' } },
  { text: 'bgapi uptime', command: { type: 'bgapi', name: 'uptime', argument: '', job: '' } },
  { text: 'bgapi echo a b\nJob-UUID: 7', command: { type: 'bgapi', name: 'echo', argument: 'a b', job: '7' } },
  { text: 'sendmsg 1\ncall-command: hangup\nhangup-cause: USER_BUSY', command: { type: 'sendmsg', uuid: '1', message: { call: 'hangup', cause: 'USER_BUSY' } } },
  { text: 'sendmsg 1', command: { type: 'sendmsg', uuid: '1', message: { call: 'unknown' } } },
  {
    text: 'sendmsg 1\nexecute-app-name: playback\nexecute-app-arg: a.wav\ncall-command: execute\nEvent-UUID: e1',
    command: { type: 'sendmsg', uuid: '1', message: { call: 'execute', application: 'playback', argument: 'a.wav', id: 'e1', loops: 1, isLocked: false } },
  },
  {
    text: 'sendmsg\ncall-command: execute\nexecute-app-name: playback\nloops: -1\nevent-lock: true\nContent-Length: 5\n\na.wav',
    command: { type: 'sendmsg', uuid: '', message: { call: 'execute', application: 'playback', argument: 'a.wav', id: '', loops: -1, isLocked: true } },
  },
  {
    text: 'sendmsg 1\ncall-command: execute\nexecute-app-name: hangup\nexecute-app-arg: \nloops: nonsense',
    command: { type: 'sendmsg', uuid: '1', message: { call: 'execute', application: 'hangup', argument: '', id: '', loops: 1, isLocked: false } },
  },
  { text: 'nonsense at all', command: { type: 'unknown', line: 'nonsense at all' } },
]

for (const { text, command } of cases) {
  t.test(`reads ${JSON.stringify(text)}`, async (t) => t.strictSame(parse(text), command))
}

t.test('an id of a client is cut, not kept at any length', async (t) => {
  const command = parse(`bgapi uptime\nJob-UUID: ${'a'.repeat(5000)}`)
  t.equal(command.type === 'bgapi' ? command.job.length : 0, 128)
})

t.test('replies as they go over the wire', async (t) => {
  t.equal(authRequest, 'Content-Type: auth/request\n\n')
  t.equal(commandReply('+OK accepted'), 'Content-Type: command/reply\nReply-Text: +OK accepted\n\n')
  t.equal(commandReply('+OK Job-UUID: 1', 'Job-UUID: 1'), 'Content-Type: command/reply\nReply-Text: +OK Job-UUID: 1\nJob-UUID: 1\n\n')
  t.equal(commandReply('-ERR a\r\nb: c'), 'Content-Type: command/reply\nReply-Text: -ERR a b: c\n\n', 'no header can be smuggled in')
  t.equal(apiResponse('+OK\n'), 'Content-Type: api/response\nContent-Length: 4\n\n+OK\n')
  t.equal(apiResponse(''), 'Content-Type: api/response\nContent-Length: 14\n\n-ERR no reply\n', 'an empty body confuses the client')
  const reader = new FrameReader(replyLimits)
  for (const text of [disconnectNotice(), disconnectNotice('u1'), rudeRejection]) reader.push(text)
  t.strictSame(reader.next()?.body.length, 67)
  t.ok(reader.next()?.lines.includes('Controlled-Session-UUID: u1'))
  t.match(reader.next(), { lines: ['Content-Type: text/rude-rejection', /^Content-Length: /], body: /^Access Denied/ })
})
