/**
 * RFC 4733: what is received becomes one digit for each press whatever the network does to its
 * packets; what is sent looks as the RFC draws it, and a receiver of ours hears it.
 */
import t from 'tap'
import { EventReceiver, EventSender, eventOctets } from '../../src/rtp/telephone-event.ts'
import type { Digit } from '../../src/rtp/digit.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** 'M 1000 5 160' = marker, timestamp, event, duration; 'E' = end bit. One each 20 ms; '-' = nothing came. */
function receive(script: string): { digits: Digit[], receiver: EventReceiver } {
  const receiver = new EventReceiver()
  const digits: Digit[] = []
  let nowMs = 0
  for (const line of [...script.trim().split('\n'), ...Array<string>(7).fill('-')]) {
    const words = line.trim().split(/\s+/)
    const flags = words.filter((word) => /^[ME]$/.test(word))
    const [timestamp, event, duration] = words.filter((word) => /^\d+$/.test(word)).map(Number)
    if (timestamp !== undefined && event !== undefined && duration !== undefined) {
      const payload = Uint8Array.of(0xee, event, (flags.includes('E') ? 0x80 : 0) | 10, duration >> 8, duration & 0xff)
      receiver.receive(payload, 1, 4, timestamp, flags.includes('M'), nowMs)
    }
    for (let digit = receiver.take(nowMs); digit !== undefined; digit = receiver.take(nowMs)) digits.push(digit)
    nowMs += 20
  }
  return { digits, receiver }
}

const cases: { name: string, script: string, heard: string }[] = [
  { name: 'as it should be', heard: '5:480', script: 'M 1000 5 160\n1000 5 320\nE 1000 5 480\nE 1000 5 480\nE 1000 5 480' },
  { name: 'every packet twice', heard: '5:480', script: 'M 1000 5 160\nM 1000 5 160\n1000 5 320\n1000 5 320\nE 1000 5 480\nE 1000 5 480\nE 1000 5 480\nE 1000 5 480' },
  { name: 'only one end packet came', heard: '5:800', script: 'E 1000 5 800' },
  { name: 'start lost', heard: '5:480', script: '1000 5 320\nE 1000 5 480\nE 1000 5 480' },
  { name: 'end lost', heard: '5:320', script: 'M 1000 5 160\n1000 5 320' },
  { name: 'end lost, next digit follows', heard: '5:320 6:480', script: 'M 1000 5 160\n1000 5 320\n-\n-\nM 2600 6 160\nE 2600 6 480' },
  { name: 'end of the first and start of the second lost, same digit', heard: '5:320 5:480', script: 'M 1000 5 160\n1000 5 320\n-\n-\n2600 5 320\nE 2600 5 480' },
  { name: 'the same digit twice', heard: '5:480 5:480', script: 'M 1000 5 160\nE 1000 5 480\nM 2600 5 160\nE 2600 5 480' },
  { name: 'end overtakes the updates', heard: '5:480', script: 'M 1000 5 160\nE 1000 5 480\n1000 5 320\n1000 5 160' },
  { name: 'a repeated end comes after the next digit began', heard: '5:480 6:480', script: 'M 1000 5 160\nE 1000 5 480\nM 2600 6 160\nE 1000 5 480\nE 2600 6 480' },
  { name: 'durations out of order', heard: '5:640', script: 'M 1000 5 160\n1000 5 640\n1000 5 320\nE 1000 5 480' },
  { name: 'the sender moves the timestamp with each update', heard: '5:640', script: 'M 1000 5 160\n1160 5 320\n1320 5 480\nE 1480 5 640' },
  { name: 'a press of more than 8 s in two segments', heard: '5:66335', script: 'M 1000 5 65375\n1000 5 65535\n66535 5 640\nE 66535 5 800' },
  { name: 'timestamps wrap', heard: '1:160 2:160', script: 'ME 0\nE 4294967200 1 160\nE 160 2 160' },
  { name: 'two gaps of three updates each', heard: '7:1600', script: 'M 1000 7 160\n-\n-\n-\n1000 7 800\n-\n-\n-\n1000 7 1440\nE 1000 7 1600' },
  { name: '0 to 9, star, hash, A to D', heard: [...'0123456789*#ABCD'].map((key) => `${key}:160`).join(' '),
    script: Array.from({ length: 16 }, (_, event) => `E ${1000 + event * 1600} ${event} 160`).join('\n') },
]
for (const { name, script, heard } of cases) {
  t.test(name, (t) => {
    const { digits } = receive(script)
    t.equal(digits.map(({ digit, durationTicks }) => `${digit}:${durationTicks}`).join(' '), heard)
    t.ok(digits.every(({ source }) => source === 'rtp'))
    t.end()
  })
}

t.test('flash, modem tones and short payloads are no digits', (t) => {
  const { digits, receiver } = receive('M 1000 16 160\nE 1000 36 480\nE 1000 255 480')
  receiver.receive(new Uint8Array(4), 1, 3, 0, true, 0)
  t.strictSame(digits, [])
  t.equal(receiver.ignored, 4)
  t.end()
})

t.test('a key is known while it is held down', (t) => {
  const receiver = new EventReceiver()
  t.equal(receiver.pressed, '')
  receiver.receive(Uint8Array.of(11, 10, 0, 160), 0, 4, 1, true, 0)
  t.equal(receiver.pressed, '#')
  t.equal(receiver.take(99), undefined)
  t.match(receiver.take(100), { digit: '#', durationTicks: 160 })
  t.equal(receiver.pressed, '')
  t.end()
})

t.test('what waits to be taken is bounded', (t) => {
  const receiver = new EventReceiver()
  for (let press = 0; press < 1000; press++) {
    receiver.receive(Uint8Array.of(1, 0x80, 0, 160), 0, 4, press * 1600, true, press * 20)
  }
  let taken = 0
  while (receiver.take(20_000) !== undefined) taken++
  t.equal(taken, 64)
  t.end()
})

/** Packets of a sender, one line for each 20 ms. */
function sent(sender: EventSender, updates: number, clock = 1000): string[] {
  const into = new Uint8Array(8)
  return Array.from({ length: updates }, (_, update) => {
    const octets = sender.next(into, 2, clock + update * 160)
    if (octets === 0) return '-'
    t.equal(octets, eventOctets)
    const flags = `${sender.marker ? 'M ' : ''}${(into[3]! & 0x80) !== 0 ? 'E ' : ''}`
    return `${flags}${sender.timestamp} ${into[2]} ${(into[4]! << 8) | into[5]!} v${into[3]! & 0x3f}`
  })
}

t.test('a digit of 60 ms as the RFC draws it', (t) => {
  const sender = new EventSender(40)
  t.equal(sender.send('5', 60, 13), true)
  t.equal(sender.isBusy, true)
  t.strictSame(sent(sender, 6), [
    'M 1000 5 160 v13', '1000 5 320 v13', 'E 1000 5 480 v13', 'E 1000 5 480 v13', 'E 1000 5 480 v13', '-',
  ])
  t.equal(sender.isBusy, false)
  t.end()
})

t.test('125 ms are rounded up to seven updates, 160 to 1120', (t) => {
  const sender = new EventSender()
  sender.send('6', 125)
  const lines = sent(sender, 12)
  t.strictSame(lines.filter((line) => line !== '-').map((line) => line.split(' ').at(-2)), ['160', '320', '480', '640', '800', '960', '1120', '1120', '1120'])
  t.end()
})

t.test('digits follow each other after a pause', (t) => {
  const sender = new EventSender(40)
  for (const key of '1#') sender.send(key, 10)
  t.strictSame(sent(sender, 11).map((line) => line.replace(/ v10$/, '')), [
    'M 1000 1 160', 'E 1000 1 320', 'E 1000 1 320', 'E 1000 1 320', '-', '-',
    'M 1960 11 160', 'E 1960 11 320', 'E 1960 11 320', 'E 1960 11 320', '-',
  ])
  t.end()
})

t.test('no key, or too many', (t) => {
  const sender = new EventSender()
  for (const key of ['', 'X', '12', ' ', 'f']) t.equal(sender.send(key), false, `'${key}'`)
  for (const key of 'abcd') t.equal(sender.send(key), true, key)
  for (let count = 4; count < 64; count++) sender.send('1')
  t.equal(sender.send('1'), false)
  sender.clear()
  t.equal(sender.isBusy, false)
  t.end()
})

t.test('ten seconds of one key are sent in segments and heard as one', (t) => {
  const sender = new EventSender()
  const receiver = new EventReceiver()
  const into = new Uint8Array(4)
  sender.send('9', 10_000)
  const heard: Digit[] = []
  for (let update = 0; update < 520; update++) {
    if (sender.next(into, 0, update * 160) > 0) receiver.receive(into, 0, 4, sender.timestamp, sender.marker, update * 20)
    const digit = receiver.take(update * 20)
    if (digit !== undefined) heard.push(digit)
  }
  t.strictSame(heard, [{ digit: '9', durationTicks: 80_000, source: 'rtp' }])
  t.end()
})

for (const seed of [1, 2, 3, 4, 5]) {
  t.test(`a long number over 20 % loss, 10 % duplicates and reordering, seed ${seed}`, (t) => {
    const random = seededRandom(seed)
    const number = Array.from({ length: 60 }, () => '0123456789*#'.charAt(Math.floor(random() * 12))).join('')
    const sender = new EventSender(60)
    for (const key of number) sender.send(key, 100)
    const arrivals: { at: number, bytes: Uint8Array, timestamp: number, marker: boolean }[] = []
    for (let update = 0; update < 60 * 12 && sender.isBusy; update++) {
      const bytes = new Uint8Array(4)
      if (sender.next(bytes, 0, update * 160) === 0) continue
      for (let copy = random() < 0.1 ? 2 : 1; copy > 0; copy--) {
        if (random() < 0.2) continue
        arrivals.push({ at: update * 20 + random() * 30, bytes, timestamp: sender.timestamp, marker: sender.marker })
      }
    }
    arrivals.sort((one, other) => one.at - other.at)
    const receiver = new EventReceiver()
    let heard = ''
    for (const { at, bytes, timestamp, marker } of arrivals) {
      receiver.receive(bytes, 0, 4, timestamp, marker, at)
      heard += receiver.take(at)?.digit ?? ''
    }
    for (let digit = receiver.take(1e6); digit !== undefined; digit = receiver.take(1e6)) heard += digit.digit
    t.equal(heard, number)
    t.end()
  })
}
