import t from 'tap'
import type { EslEvent } from '../../src/esl/event.ts'
import { eventHeader, jsonMessage } from '../../src/esl/event.ts'
import { FrameReader, replyLimits } from '../../src/esl/frame.ts'
import { ChannelHeaders } from '../../src/media/channel-headers.ts'
import type { EventTarget } from '../../src/media/event-hub.ts'
import { EventHub } from '../../src/media/event-hub.ts'
import { hangupCause, reasonHeader } from '../../src/media/hangup-cause.ts'
import { heartbeatHeaders, sofiaStatus, statusText } from '../../src/media/status.ts'
import type { ServerStatus } from '../../src/media/status.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A connection that remembers what it was offered. */
class Ear implements EventTarget {
  looksFurther: boolean
  readonly heard: EslEvent[] = []

  constructor(looksFurther: boolean) {
    this.looksFurther = looksFurther
  }

  offer(event: EslEvent): void {
    this.heard.push(event)
  }

  get names(): string[] {
    return this.heard.map(({ name }) => name)
  }
}

function channel(): { hub: EventHub; headers: ChannelHeaders; own: Ear } {
  const hub = new EventHub(new VirtualClock(), '192.0.2.1')
  const own = new Ear(false)
  hub.add(own, 'u1')
  const headers = new ChannelHeaders(hub, {
    uuid: 'u1', profile: 'drachtio_mrf', networkAddress: '192.0.2.9', callerName: 'unknown', callerNumber: 'sip:x', destination: 'drachtio',
    from: 'nobody@192.0.2.9:5060', createdMs: 1000,
  })
  return { hub, headers, own }
}

t.test('an event of a channel goes to its own connection and to those that look further, once each', async (t) => {
  const { hub, headers, own } = channel()
  const [everywhere, nobody, otherCall] = [new Ear(true), new Ear(false), new Ear(false)]
  hub.add(everywhere, '')
  hub.add(nobody, '')
  hub.add(otherCall, 'u2')
  headers.fire('PLAYBACK_START', [])
  t.strictSame([own, everywhere, nobody, otherCall].map((ear) => ear.heard.length), [1, 1, 0, 0])
  otherCall.looksFurther = true
  hub.look(otherCall, true)
  own.looksFurther = true
  hub.look(own, true)
  headers.fire('PLAYBACK_STOP', [])
  t.strictSame([own, everywhere, nobody, otherCall].map((ear) => ear.heard.length), [2, 2, 0, 1])
  hub.emit('HEARTBEAT', [['Event-Info', 'System Ready']])
  t.ok(everywhere.names.includes('HEARTBEAT'))
  hub.look(otherCall, false)
  hub.remove(own, 'u1')
  hub.remove(everywhere, '')
  headers.fire('DTMF', [])
  t.strictSame([own, everywhere].map((ear) => ear.names.includes('DTMF')), [false, false])
})

t.test('every event names the server, the time and a rising number', async (t) => {
  const { hub, headers, own } = channel()
  headers.fireBare('DTMF', [['DTMF-Digit', '5']])
  headers.fireBare('DTMF', [['DTMF-Digit', '6']])
  const [first, second] = own.heard.map((event) => JSON.parse(jsonMessage(event).split('\n\n')[1] ?? '') as Record<string, string>)
  t.match(first, {
    'Event-Name': 'DTMF', 'Core-UUID': hub.coreId, 'FreeSWITCH-IPv4': '192.0.2.1', 'Event-Date-Timestamp': /^\d+000$/,
    'Unique-ID': 'u1', 'DTMF-Digit': '5', 'Caller-Unique-ID': 'u1',
  })
  t.equal(Number(second?.['Event-Sequence']), Number(first?.['Event-Sequence']) + 1)
  t.notOk(Object.keys(first ?? {}).some((name) => name.startsWith('variable_')), 'no variables in this kind')
})

t.test('variables are told as they are at that moment', async (t) => {
  const { headers, own } = channel()
  headers.setVariable('foo', '1')
  headers.fire('CHANNEL_EXECUTE', [['Application', 'set']])
  headers.setVariable('foo', '2')
  headers.setVariable('Camel_Case', 'kept')
  headers.fire('CHANNEL_EXECUTE_COMPLETE', [['Application', 'set']])
  t.equal(eventHeader(own.heard[1]!, 'variable_foo'), '2')
  t.equal(eventHeader(own.heard[1]!, 'variable_Camel_Case'), 'kept')
  headers.unsetVariable('foo')
  t.equal(headers.getVariable('foo'), undefined)
  for (let i = 0; i < 2000; i++) headers.setVariable(`v${i}`, 'x')
  t.equal(headers.getVariable('v1999'), undefined, 'a client cannot fill the memory with names')
  headers.setVariable('v0', 'y'.repeat(100_000))
  t.equal(headers.getVariable('v0')?.length, 16 * 1024, 'nor with values')
})

t.test('states, hang-up and the other party', async (t) => {
  const { headers, own } = channel()
  headers.changeCallState('HELD')
  t.equal(eventHeader(own.heard[0]!, 'Original-Channel-Call-State'), 'ACTIVE')
  t.equal(eventHeader(own.heard[0]!, 'Channel-Call-State'), 'HELD')
  headers.setOther({ uuid: 'u2', type: 'originatee' })
  headers.setHangup('USER_BUSY', 5000)
  headers.setState('CS_HANGUP')
  headers.changeCallState('HANGUP')
  const last = own.heard.at(-1)!
  t.strictSame(
    ['Channel-State', 'Answer-State', 'Hangup-Cause', 'Other-Leg-Unique-ID', 'Caller-Channel-Hangup-Time'].map((name) => eventHeader(last, name)),
    ['CS_HANGUP', 'hangup', 'USER_BUSY', 'u2', '5000000'])
  headers.setOther(undefined)
  t.equal(eventHeader(last, 'Other-Leg-Unique-ID'), undefined)
})

t.test('the answer to connect is one block of encoded lines, told to be complete at its end', async (t) => {
  const { headers } = channel()
  headers.setVariable('rtp_local_sdp_str', 'v=0\r\no=x 100%\r\n')
  const reader = new FrameReader(replyLimits)
  reader.push(headers.dump(true))
  const frame = reader.next()
  t.equal(frame?.body, '')
  t.equal(frame?.lines[0], 'Event-Name: CHANNEL_DATA')
  t.ok(frame?.lines.includes('Channel-Unique-ID: u1') && frame.lines.includes('Unique-ID: u1'))
  t.ok(frame?.lines.includes('variable_rtp_local_sdp_str: v%3D0%0D%0Ao%3Dx%20100%25%0D%0A'))
  t.strictSame(frame?.lines.slice(-4), ['Content-Type: command/reply', 'Reply-Text: %2BOK%0A', 'Socket-Mode: async', 'Control: full'])
  t.match(headers.dump(false), /\n\n$/)
  t.notMatch(headers.dump(false), 'Content-Type')
})

const status: ServerStatus = {
  version: '1.2.3', hostName: 'media', sipAddress: '192.0.2.1:5080', tlsAddress: undefined, profiles: ['drachtio_mrf'],
  uptimeMs: 90_061_007, sessions: 3, peakSessions: 5, maxSessions: 100, sessionsSinceStart: 42, sessionsLastSecond: 1, idlePercent: 87.5,
}

t.test('what the server tells of itself is what clients parse', async (t) => {
  t.match(sofiaStatus(status), /^\s*drachtio_mrf\s.*sip:mod_sofia@((?:[0-9]{1,3}\.){3}[0-9]{1,3}:\d+)/m)
  t.match(sofiaStatus(status), '1 profile 0 aliases')
  t.notMatch(sofiaStatus(status), 'TLS')
  t.match(statusText(status), 'UP 0 years, 1 day, 1 hour, 1 minute, 1 second, 7 milliseconds')
  t.match(statusText(status), '3 session(s) - peak 5')
  const headers = Object.fromEntries(heartbeatHeaders(status))
  t.match(headers, { 'Session-Count': '3', 'Max-Sessions': '100', 'Idle-CPU': '87.500000', 'FreeSWITCH-Version': '1.2.3', 'Uptime-msec': '90061007' })
})

t.test('hang-up causes', async (t) => {
  t.equal(hangupCause('user_busy'), 'USER_BUSY')
  t.equal(hangupCause(''), 'NORMAL_CLEARING')
  t.equal(hangupCause('constructor'), 'NORMAL_CLEARING')
  t.equal(reasonHeader('NO_ANSWER'), 'Q.850;cause=19;text="NO_ANSWER"')
  t.equal(reasonHeader('ORIGINATOR_CANCEL'), 'SIP;cause=487;text="ORIGINATOR_CANCEL"')
  t.equal(reasonHeader('MEDIA_TIMEOUT'), 'Mediaserver;cause=604;text="MEDIA_TIMEOUT"')
  t.equal(reasonHeader(hangupCause('a"\r\nX: y')), 'Q.850;cause=16;text="NORMAL_CLEARING"', 'nothing of a client gets into a header')
})
