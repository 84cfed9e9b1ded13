/**
 * What an event socket is told when calls are joined, parted, held and ended, and in which order,
 * as the transcripts 07–10, 12, 14 and 21 show it, in virtual time. Where the observed server errs
 * the reference says what to do instead, and that is what stands here: no COMPLETE of the
 * application `socket`, which nobody started; a call that stays when an application is unknown or
 * a file cannot be written.
 */
import { ms, press, testEventRows } from '../support/event-rows.ts'
import type { EventRow } from '../support/event-rows.ts'

const collect = (words: string): [string, string] => ['play_and_get_digits', words]

const rows: EventRow[] = [
  {
    name: '07 destroy while it plays',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://10000')
      world.run(ms(380))
      world.execute(a, 'hangup')
    },
    events: [
      'A execute playback silence_stream://10000',
      'A start 10000',
      'A execute hangup',
      'A complete hangup: _none_',
      'A stop 10000, done',
      'A complete playback: FILE PLAYED',
      'A ACTIVE to HANGUP',
    ],
  },
  {
    name: '07 BYE of the far end while it plays',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://10000')
      a.channel.end('NORMAL_CLEARING', 'farHangup')
    },
    events: [
      'A execute playback silence_stream://10000',
      'A start 10000',
      'A stop 10000, done',
      'A complete playback: PLAYBACK ERROR',
      'A ACTIVE to HANGUP',
    ],
    variables: { hangup_cause: 'NORMAL_CLEARING' },
  },
  {
    name: '07 uuid_kill while it plays',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://10000')
      a.channel.hangUp('USER_BUSY')
    },
    events: [
      'A execute playback silence_stream://10000',
      'A start 10000',
      'A stop 10000, done',
      'A complete playback: FILE PLAYED',
      'A ACTIVE to HANGUP',
    ],
    variables: { hangup_cause: 'USER_BUSY' },
  },
  {
    name: '08 hang-up',
    run(world, a) {
      world.execute(
        a,
        ...collect('1 1 1 5000 # silence_stream://200 silence_stream://250 digits \\d+ 8000'),
      )
      world.run(ms(400))
      a.channel.end('NORMAL_CLEARING', 'farHangup')
    },
    events: [
      'A execute play_and_get_digits 1 1 1 5000 # silence_stream://200 silence_stream://2',
      'A start 200',
      'A stop 200, done',
      'A complete play_and_get_digits: _none_',
      'A ACTIVE to HANGUP',
    ],
    variables: { digits: undefined },
  },
  {
    name: '09 hang-up while it records',
    run(world, a) {
      world.execute(a, 'record', 'e.wav 20')
      world.run(ms(540))
      a.channel.end('NORMAL_CLEARING', 'farHangup')
    },
    events: ['A execute record e.wav 20', 'A complete record: _none_', 'A ACTIVE to HANGUP'],
    variables: { record_ms: '560' },
  },
  {
    name: '09, 13 what cannot be done is told and the call stays',
    run(world, a) {
      world.execute(a, 'record', '/proc/none/x.wav 2')
      world.execute(a, 'record', 'x.zzz 2')
      world.execute(a, 'no_such_application', 'x')
    },
    events: [
      'A execute record /proc/none/x.wav 2',
      'A complete record: -ERR not in a folder for recordings',
      'A execute record x.zzz 2',
      'A complete record: -ERR unknown kind of file',
      'A execute no_such_application x',
      'A complete no_such_application: -ERR unknown application',
    ],
    variables: { record_ms: undefined },
  },
  {
    name: '10 recordings of the session, one stopped, one ended by the hang-up',
    run(world, a) {
      world.execute(a, 'record_session', 's3.wav')
      world.execute(a, 'stop_record_session', 's3.wav')
      world.execute(a, 'record_session', '/proc/none/x.wav')
      world.execute(a, 'record_session', 's4.wav')
      world.execute(a, 'hangup')
    },
    events: [
      'A execute record_session s3.wav',
      'A record start',
      'A bug start',
      'A complete record_session: _none_',
      'A execute stop_record_session s3.wav',
      'A record stop',
      'A bug stop',
      'A complete stop_record_session: _none_',
      'A execute record_session /proc/none/x.wav',
      'A complete record_session: _none_',
      'A execute record_session s4.wav',
      'A record start',
      'A bug start',
      'A complete record_session: _none_',
      'A execute hangup',
      'A complete hangup: _none_',
      'A record stop',
      'A bug stop',
      'A ACTIVE to HANGUP',
    ],
  },
  {
    name: '12 joined, parted, joined, left',
    isPair: true,
    run(world, a, b) {
      world.bridges.join(a.channel, b.channel)
      world.run(1)
      world.bridges.part(a.channel, true)
      world.run(1)
      world.bridges.join(a.channel, b.channel)
      world.run(1)
      a.channel.end('NORMAL_CLEARING', 'farHangup')
      world.execute(b, 'playback', 'silence_stream://20')
    },
    events: [
      'A execute uuid_bridge B',
      'B execute uuid_bridge A',
      'A ACTIVE to RINGING',
      'A RINGING to ACTIVE',
      'A execute park',
      'B ACTIVE to RINGING',
      'B RINGING to ACTIVE',
      'B execute park',
      'A execute uuid_bridge B',
      'B execute uuid_bridge A',
      'A ACTIVE to HANGUP',
      'B execute playback silence_stream://20',
      'B start 20',
      'B stop 20, done',
      'B complete playback: FILE PLAYED',
    ],
  },
  {
    name: '14 hold, inactive, back',
    run(_world, a) {
      for (const direction of ['sendonly', 'inactive', 'sendrecv', 'sendrecv']) {
        a.modify(a.far.sdp(direction))
      }
    },
    events: ['A ACTIVE to HELD', 'A HELD to UNHELD', 'A UNHELD to ACTIVE'],
  },
  {
    name: '21 a play is ended by a bridge; a prompt and digits of one party only',
    isPair: true,
    run(world, a, b) {
      world.execute(a, 'playback', 'silence_stream://5000')
      world.run(ms(280))
      world.bridges.join(a.channel, b.channel)
      world.run(1)
      press(a, '5')
      world.execute(
        a,
        ...collect('1 1 1 2000 # silence_stream://100 silence_stream://250 digits \\d+ 8000'),
      )
      world.run(ms(300))
      press(a, '7')
      world.run(1)
      b.channel.hangUp('NORMAL_CLEARING')
    },
    events: [
      'A execute playback silence_stream://5000',
      'A start 5000',
      'A stop 5000, done',
      'A complete playback: PLAYBACK ERROR',
      'A execute uuid_bridge B',
      'B execute uuid_bridge A',
      'A digit 5',
      'A execute play_and_get_digits 1 1 1 2000 # silence_stream://100 silence_stream://2',
      'A start 100',
      'A stop 100, done',
      'A digit 7',
      'A complete play_and_get_digits: _none_',
      'B ACTIVE to HANGUP',
    ],
    variables: { digits: '7', playback_ms: '100' },
  },
  {
    name: 'no RTP for 30 s ends a call and says so',
    run(world, a) {
      world.run(ms(5000))
      a.far.isSpeaking = false
      world.run(ms(29_900))
      if (a.channel.isEnded) throw new Error('too early')
      world.run(ms(200))
    },
    events: ['A ACTIVE to HANGUP'],
    variables: { hangup_cause: 'MEDIA_TIMEOUT' },
  },
  {
    name: 'on hold a far end may be silent for ever; taken back it has its 30 s again',
    run(world, a) {
      a.modify(a.far.sdp('sendonly'))
      a.far.isSpeaking = false
      world.run(ms(120_000))
      a.modify(a.far.sdp('sendrecv'))
      world.run(ms(29_900))
      a.far.isSpeaking = true
      world.run(ms(1000))
    },
    events: ['A ACTIVE to HELD', 'A HELD to UNHELD', 'A UNHELD to ACTIVE'],
  },
]

testEventRows(rows)
