/**
 * Tones heard and made in the sound of a call, in virtual time: `tone_detect` for the tones of the
 * network and for single frequencies, digits as tones both ways, digits spoken by `say`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { parseToneDetect } from '../../src/media/tone-watch.ts'
import { decodeUlaw } from '../../src/rtp/g711.ts'
import { digitTone, ToneGenerator, tones } from '../../src/rtp/tone.ts'
import type { Tone } from '../../src/rtp/tone.ts'
import { PaperCalls } from '../support/paper-calls.ts'
import type { PaperCall } from '../support/paper-calls.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { toneFile } from '../support/wav-file.ts'

const refused = [
  '', 'busy', 'busy x', 'busy 425,', 'busy 9000', 'busy 425 x', 'busy 425 r 500', 'busy 425 r +-1',
  "k 425 r +0 app '' 0", "k 425 r +0 app '' 1.5", 'k 400,500,600,700,800',
]
for (const argument of refused) {
  t.test(`tone_detect refuses "${argument}"`, async (t) =>
    t.equal(parseToneDetect(argument), undefined),
  )
}

t.test('tone_detect reads its words', async (t) => {
  t.strictSame(parseToneDetect('busy 425'), {
    key: 'busy', frequencies: [425], isOfSaid: false, lastsMs: Infinity, application: '',
    argument: '', hits: 5,
  })
  t.strictSame(parseToneDetect('fax 1100,2100 w +5000 hangup NORMAL_CLEARING 3'), {
    key: 'fax', frequencies: [1100, 2100], isOfSaid: true, lastsMs: 5000, application: 'hangup',
    argument: 'NORMAL_CLEARING', hits: 3,
  })
})

function plays(call: PaperCall, tone: Tone): void {
  const generator = new ToneGenerator(tone)
  call.far.sound = (frame) => generator.generate(frame)
}

/** Events about tones and digits only. */
function heard(world: PaperCalls): string[] {
  return world.events.filter((line) => /^A (tone|digit)/.test(line))
}

interface Row {
  readonly name: string
  readonly argument: string
  readonly tone: Tone
  readonly seconds: number
  readonly events: readonly string[]
}

const beep = (frequency: number): Tone => ({
  steps: [{ frequencies: [frequency], ms: 300 }],
  level: -12,
  loops: 1,
})
const rows: Row[] = [
  { name: 'busy', argument: 'busy 425', tone: tones.busy, seconds: 4, events: ['A tone busy'] },
  {
    name: 'congestion',
    argument: 'congestion 425',
    tone: tones.congestion,
    seconds: 4,
    events: ['A tone congestion'],
  },
  {
    name: 'ringback',
    argument: 'ringback 425',
    tone: tones.ringback,
    seconds: 11,
    events: ['A tone ringback'],
  },
  {
    name: 'dial tone',
    argument: 'dial 425',
    tone: tones.dial,
    seconds: 4,
    events: ['A tone dial'],
  },
  {
    name: 'ringback is not busy',
    argument: 'busy 425',
    tone: tones.ringback,
    seconds: 11,
    events: [],
  },
  {
    name: 'a frequency',
    argument: 'answering-machine 1000',
    tone: beep(1000),
    seconds: 1,
    events: ['A tone answering-machine'],
  },
  {
    name: 'one of several',
    argument: 'fax 1100,2100',
    tone: beep(2100),
    seconds: 1,
    events: ['A tone fax'],
  },
  { name: 'another frequency', argument: 'fax 1100', tone: beep(1000), seconds: 1, events: [] },
  {
    name: 'too short for its hits',
    argument: "fax 1100 r +0 '' '' 40",
    tone: beep(1100),
    seconds: 1,
    events: [],
  },
  { name: 'too late', argument: 'busy 425 r +200', tone: tones.busy, seconds: 4, events: [] },
]

for (const { name, argument, tone, seconds, events } of rows) {
  t.test(`tone_detect: ${name}`, async (t) => {
    const world = new PaperCalls(t.testdir())
    const call = world.call(0)
    world.execute(call, 'tone_detect', argument)
    plays(call, tone)
    world.run(seconds * 50)
    t.strictSame(heard(world), events)
  })
}

t.test(
  'tone_detect: what is sent, an application on it, and no more after stop_tone_detect',
  async (t) => {
    const world = new PaperCalls(t.testdir())
    const call = world.call(0)
    world.execute(call, 'tone_detect', 'own 800 w +0 set found=yes 3')
    world.execute(call, 'playback', 'tone_stream://%(300,0,800)')
    world.run(20)
    t.strictSame(heard(world), ['A tone own'])
    t.equal(call.channel.getVariable('found'), 'yes')
    world.execute(call, 'stop_tone_detect', 'another')
    world.execute(call, 'playback', 'tone_stream://%(300,0,800)')
    world.run(20)
    t.equal(heard(world).length, 2, 'told each time it sounds')
    world.execute(call, 'stop_tone_detect')
    world.execute(call, 'playback', 'tone_stream://%(300,0,800)')
    world.run(20)
    t.equal(heard(world).length, 2)
    for (let index = 0; index < 12; index++) {
      world.execute(call, 'tone_detect', `k${index} ${400 + index}`)
    }
    t.match(world.events.at(-1), '-ERR', 'nobody listens for everything')
  },
)

t.test('digits in the sound: heard after start_dtmf, no more after stop_dtmf', async (t) => {
  const world = new PaperCalls(t.testdir())
  const call = world.call(0)
  const press = (digits: string): void => {
    for (const digit of digits) {
      plays(call, digitTone(digit, 100, 100)!)
      world.run(15)
    }
  }
  press('1')
  t.strictSame(heard(world), [], 'telephone-event was agreed: nobody listens')
  world.execute(call, 'start_dtmf')
  press('159#')
  t.strictSame(heard(world), ['A digit 1', 'A digit 5', 'A digit 9', 'A digit #'])
  world.execute(call, 'stop_dtmf')
  press('7')
  t.equal(heard(world).length, 4)
})

t.test('digits of both kinds at a time make one press each', async (t) => {
  const world = new PaperCalls(t.testdir())
  const call = world.call(0)
  const other = world.call(0)
  world.bridges.join(call.channel, other.channel)
  world.execute(call, 'start_dtmf')
  other.socket.rtp.length = 0
  plays(call, digitTone('5', 100, 100)!)
  world.run(20)
  t.strictSame(heard(world), ['A digit 5'])
  const events = other.socket.rtp.filter(({ bytes }) => (bytes[1]! & 0x7f) === 101)
  t.equal(events.length, 0, 'what the other party hears as sound is not sent to it once more')
})

t.test(
  'digits are sent as tones after start_dtmf_generate, as events after stop_dtmf_generate',
  async (t) => {
    const world = new PaperCalls(t.testdir())
    const call = world.call(0)
    const sent = (): { types: Set<number>; samples: Int16Array } => {
      const types = new Set(call.socket.rtp.map(({ bytes }) => bytes[1]! & 0x7f))
      const samples = new Int16Array(call.socket.rtp.length * 160)
      call.socket.rtp.forEach(({ bytes }, index) =>
        decodeUlaw(bytes.subarray(12), samples.subarray(index * 160)),
      )
      return { types, samples }
    }
    world.execute(call, 'start_dtmf_generate')
    call.socket.rtp.length = 0
    world.execute(call, 'send_dtmf', '8@200')
    world.run(9)
    t.strictSame([...sent().types], [0])
    t.ok(toneShare(sent().samples, 852) > 0.4 && toneShare(sent().samples, 1336) > 0.4)
    world.execute(call, 'stop_dtmf_generate')
    world.run(20)
    call.socket.rtp.length = 0
    world.execute(call, 'send_dtmf', '8@200')
    world.run(9)
    t.ok(sent().types.has(101))
  },
)

t.test(
  'say speaks digits from the files that are there, one after the other without a pause',
  async (t) => {
    const folder = t.testdir()
    for (const [name, frequency] of [
      ['en/digits/1', 500],
      ['digits/2', 700],
      ['ru/n-3', 900],
      ['ru/plus', 1100],
    ] as const) {
      mkdirSync(`${folder}/${name.slice(0, name.lastIndexOf('/'))}`, { recursive: true })
      writeFileSync(`${folder}/${name}.wav`, toneFile({ frequency, samples: 800 }))
    }
    const world = new PaperCalls(folder)
    const call = world.call(0)
    world.execute(call, 'say', 'en NUMBER iterated 1a29')
    world.run(15)
    world.execute(call, 'say', 'ru NUMBER iterated +3')
    world.run(15)
    world.execute(call, 'say', 'de NUMBER iterated 45')
    world.execute(call, 'say', 'nonsense')
    t.strictSame(world.events, [
      'A execute say en NUMBER iterated 1a29',
      'A start 1.wav',
      'A stop 1.wav, done',
      'A start 2.wav',
      'A stop 2.wav, done',
      'A complete say: _none_',
      'A execute say ru NUMBER iterated +3',
      'A start plus.wav',
      'A stop plus.wav, done',
      'A start n-3.wav',
      'A stop n-3.wav, done',
      'A complete say: _none_',
      'A execute say de NUMBER iterated 45',
      'A complete say: _none_',
      'A execute say nonsense',
      'A complete say: _none_',
    ])
    world.execute(call, 'say', 'en NUMBER iterated 111')
    call.channel.execution.breakInnermost()
    t.strictSame(world.events.slice(-2), ['A stop 1.wav, break', 'A complete say: _none_'])
  },
)
