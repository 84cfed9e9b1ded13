/**
 * What an event socket is told while applications run, and in which order, as the transcripts 06,
 * 08, 09, 18, 20, 23 and 24 show it, in virtual time.
 */
import t from 'tap'
import { ms, press, testEventRows } from '../support/event-rows.ts'
import type { EventRow } from '../support/event-rows.ts'

const collect = (words: string): [string, string] => ['play_and_get_digits', words]

const rows: EventRow[] = [
  {
    name: '06 one file',
    async run(world, a) {
      world.execute(a, 'playback', 'message.wav')
      await world.runBesideDisk(ms(3000))
    },
    events: [
      'A execute playback message.wav',
      'A start message.wav',
      'A stop message.wav, done',
      'A complete playback: FILE PLAYED',
    ],
    variables: { playback_ms: '1543', playback_seconds: '1', playback_last_offset_pos: '12345' },
  },
  {
    name: '06 a list',
    run(world, a) {
      a.channel.setVariable('playback_delimiter', '!')
      world.execute(a, 'playback', 'tone_stream://%(200,100,440)!silence_stream://150')
      world.run(ms(800))
    },
    events: [
      'A execute playback tone_stream://%(200,100,440)!silence_stream://150',
      'A start %(200,100,440)',
      'A stop %(200,100,440), done',
      'A start 150',
      'A stop 150, done',
      'A complete playback: FILE PLAYED',
    ],
    variables: { playback_ms: '150', playback_last_offset_pos: '3600' },
  },
  {
    name: '06 seek and time limit; 24 which stays until it is unset',
    async run(world, a) {
      a.channel.setVariable('playback_timeout_sec', '2')
      world.execute(a, 'playback', 'long.wav@@8000')
      await world.runBesideDisk(ms(4000))
      world.execute(a, 'playback', 'long.wav')
      await world.runBesideDisk(ms(4000))
    },
    events: [
      'A execute playback long.wav@@8000',
      'A start long.wav',
      'A stop long.wav, done',
      'A complete playback: PLAYBACK ERROR',
      'A execute playback long.wav',
      'A start long.wav',
      'A stop long.wav, done',
      'A complete playback: PLAYBACK ERROR',
    ],
    variables: { playback_ms: '2048', playback_last_offset_pos: '16000' },
  },
  {
    name: '06, 20 what is not there',
    run(world, a) {
      world.execute(a, 'playback', 'no-such-file.wav')
      world.execute(a, 'playback', 'zz.zzz')
    },
    events: [
      'A execute playback no-such-file.wav',
      'A complete playback: FILE NOT FOUND',
      'A execute playback zz.zzz',
      'A complete playback: FILE NOT FOUND',
    ],
  },
  {
    name: '06 a missing element',
    run(world, a) {
      a.channel.setVariable('playback_delimiter', '!')
      world.execute(a, 'playback', 'silence_stream://100!no-such-file.wav!silence_stream://100')
      world.run(ms(800))
    },
    events: [
      'A execute playback silence_stream://100!no-such-file.wav!silence_stream://100',
      'A start 100',
      'A stop 100, done',
      'A start 100',
      'A stop 100, done',
      'A complete playback: FILE PLAYED',
    ],
  },
  {
    name: '06 uuid_break',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://10000')
      world.run(ms(380))
      a.channel.execution.breakInnermost()
    },
    events: [
      'A execute playback silence_stream://10000',
      'A start 10000',
      'A stop 10000, break',
      'A complete playback: FILE PLAYED',
    ],
    variables: { playback_ms: '2048', playback_last_offset_pos: '3200' },
  },
  {
    name: '06 two plays at once',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://300')
      world.execute(a, 'playback', 'silence_stream://200')
      world.run(ms(600))
    },
    events: [
      'A execute playback silence_stream://300',
      'A start 300',
      'A execute playback silence_stream://200',
      'A start 200',
      'A stop 200, done',
      'A complete playback: FILE PLAYED',
      'A stop 300, done',
      'A complete playback: FILE PLAYED',
    ],
  },
  {
    name: '06 two plays, uuid_break all',
    run(world, a) {
      world.execute(a, 'playback', 'silence_stream://5000')
      world.execute(a, 'playback', 'silence_stream://4000')
      a.channel.execution.stopAll('break')
    },
    events: [
      'A execute playback silence_stream://5000',
      'A start 5000',
      'A execute playback silence_stream://4000',
      'A start 4000',
      'A stop 4000, break',
      'A complete playback: FILE PLAYED',
      'A stop 5000, break',
      'A complete playback: FILE PLAYED',
    ],
  },
  {
    name: '08 digits end the prompt, the terminator the digits',
    run(world, a) {
      world.execute(
        a,
        ...collect('1 8 1 3000 # silence_stream://3000 silence_stream://250 digits \\d+ 8000'),
      )
      for (const digit of '42#') {
        world.run(ms(360))
        press(a, digit)
      }
      world.run(1)
    },
    events: [
      'A execute play_and_get_digits 1 8 1 3000 # silence_stream://3000 silence_stream://',
      'A start 3000',
      'A digit 4',
      'A stop 3000, break',
      'A digit 2',
      'A digit #',
      'A complete play_and_get_digits: _none_',
    ],
    variables: {
      digits: '42',
      digits_invalid: undefined,
      read_terminator_used: '#',
      playback_ms: '2048',
    },
  },
  {
    name: '08 no match, then one',
    run(world, a) {
      world.execute(
        a,
        ...collect('1 1 2 1500 # silence_stream://200 silence_stream://100 digits [1-3] 8000'),
      )
      world.run(ms(500))
      press(a, '9')
      world.run(ms(800))
      press(a, '2')
      world.run(1)
    },
    events: [
      'A execute play_and_get_digits 1 1 2 1500 # silence_stream://200 silence_stream://1',
      'A start 200',
      'A stop 200, done',
      'A digit 9',
      'A start 100',
      'A stop 100, done',
      'A start 200',
      'A stop 200, done',
      'A digit 2',
      'A complete play_and_get_digits: _none_',
    ],
    variables: { digits: '2', digits_invalid: '9' },
  },
  {
    name: '08 only the terminator',
    run(world, a) {
      world.execute(
        a,
        ...collect('1 4 1 1500 # silence_stream://200 silence_stream://250 digits \\d+ 8000'),
      )
      world.run(ms(400))
      press(a, '#')
      world.run(ms(320))
    },
    events: [
      'A execute play_and_get_digits 1 4 1 1500 # silence_stream://200 silence_stream://2',
      'A start 200',
      'A stop 200, done',
      'A digit #',
      'A start 250',
      'A stop 250, done',
      'A complete play_and_get_digits: _none_',
    ],
    variables: { digits: undefined, read_terminator_used: '#' },
  },
  {
    name: '23 fewer digits than the least',
    run(world, a) {
      world.execute(
        a,
        ...collect('3 4 1 1500 # silence_stream://100 silence_stream://250 digits \\d+ 500'),
      )
      world.run(ms(300))
      press(a, '8')
      world.run(ms(800))
    },
    events: [
      'A execute play_and_get_digits 3 4 1 1500 # silence_stream://100 silence_stream://2',
      'A start 100',
      'A stop 100, done',
      'A digit 8',
      'A start 250',
      'A stop 250, done',
      'A complete play_and_get_digits: _none_',
    ],
    variables: { digits: '8', digits_invalid: undefined },
  },
  {
    name: '23 two tries without input, their wait raised to a second',
    run(world, a) {
      world.execute(
        a,
        ...collect('1 2 2 600 # silence_stream://100 silence_stream://250 digits \\d+ 8000'),
      )
      world.run(ms(2680))
      t.equal(
        a.channel.execution.isIdle,
        false,
        'two prompts, two waits of a second, one and a half answers',
      )
      world.run(ms(100))
    },
    events: [
      'A execute play_and_get_digits 1 2 2 600 # silence_stream://100 silence_stream://25',
      'A start 100',
      'A stop 100, done',
      'A start 250',
      'A stop 250, done',
      'A start 100',
      'A stop 100, done',
      'A start 250',
      'A stop 250, done',
      'A complete play_and_get_digits: _none_',
    ],
    variables: { digits: undefined },
  },
  {
    name: '09 a record, another digit, and the one that ends it',
    run(world, a) {
      a.channel.setVariable('playback_terminators', '#')
      world.execute(a, 'record', 'a.wav 10')
      world.run(ms(980))
      press(a, '5')
      world.run(ms(40))
      press(a, '#')
      world.run(1)
    },
    events: ['A execute record a.wav 10', 'A digit 5', 'A digit #', 'A complete record: _none_'],
    variables: {
      record_ms: '1040',
      record_seconds: '1',
      record_samples: '8320',
      playback_terminator_used: '#',
    },
  },
  {
    name: '09 a limit of two seconds',
    run(world, a) {
      world.execute(a, 'record', 'b.wav 2')
      world.run(ms(2000))
    },
    events: ['A execute record b.wav 2', 'A complete record: _none_'],
    variables: { record_ms: '2000', record_file_size: '32044', silence_hits_exhausted: 'false' },
  },
  {
    name: '09 two seconds of silence',
    run(world, a) {
      world.execute(a, 'record', 'c.wav 20 200 2')
      world.run(ms(1000))
      a.channel.isMutedHeard = true
      world.run(ms(2000))
    },
    events: ['A execute record c.wav 20 200 2', 'A complete record: _none_'],
    variables: { record_seconds: '3', silence_hits_exhausted: 'true' },
  },
  {
    name: '18 a terminator ends a play, another digit does not',
    run(world, a) {
      a.channel.setVariable('playback_terminators', '#')
      world.execute(a, 'playback', 'silence_stream://5000')
      press(a, '4')
      world.run(5)
      press(a, '#')
      world.run(1)
    },
    events: [
      'A execute playback silence_stream://5000',
      'A start 5000',
      'A digit 4',
      'A digit #',
      'A stop 5000, break',
      'A complete playback: FILE PLAYED',
    ],
    variables: { playback_terminator_used: '#' },
  },
  {
    name: '18 a set within a record',
    run(world, a) {
      world.execute(a, 'record', 'g.wav 20')
      world.execute(a, 'set', 'in=between')
      world.run(ms(380))
      a.channel.execution.breakInnermost()
    },
    events: [
      'A execute record g.wav 20',
      'A execute set in=between',
      'A complete set: _none_',
      'A complete record: _none_',
    ],
    variables: { record_ms: '420', in: 'between' },
  },
]

testEventRows(rows)
