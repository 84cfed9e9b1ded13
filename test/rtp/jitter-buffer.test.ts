/**
 * The jitter buffer by itself, as scripts: what is pushed and what each pull gives. The long
 * simulations are in playout.test.ts.
 */
import t from 'tap'
import { JitterBuffer } from '../../src/rtp/jitter-buffer.ts'

/**
 * One word for each 20 ms: frames pushed in it by number ('3', '3,4', '-' = none), pulled 5 ms later.
 * Frame n has sequence n and timestamp 160 · n; 'n@t' has timestamp t frames instead.
 */
function play(script: string, options: { startMs?: number, remapBefore?: number } = {}): { pulled: string, buffer: JitterBuffer } {
  const buffer = new JitterBuffer(8000, { minMs: 20, maxMs: 200, startMs: options.startMs ?? 40 })
  const pulled: string[] = []
  for (const [tick, word] of script.trim().split(/\s+/).entries()) {
    for (const one of word === '-' ? [] : word.split(',')) {
      const [number = 0, at = number] = one.split('@').map(Number)
      if (number === options.remapBefore) buffer.remap()
      buffer.push(number & 0xffff, (at * 160) >>> 0, 8, 160, Uint8Array.of(0xee, number & 0xff), 1, 1, tick * 20)
    }
    const kind = buffer.pull(tick * 20 + 5)
    pulled.push(kind === 'frame' ? String(buffer.bytes[0]) : kind === 'lost' ? '?' : '-')
  }
  return { pulled: pulled.join(' '), buffer }
}

const cases = [
  { name: 'in order, two frames late', script: '0 1 2 3 4 5 6', pulled: '- - 0 1 2 3 4' },
  { name: 'reordered', script: '0 1 - 3,2 - 5,4 6', pulled: '- - 0 1 2 3 4' },
  { name: 'the first overtaken by the second', script: '1 0 2 3 4 5', pulled: '- 0 1 2 3 4' },
  { name: 'lost', script: '0 1 - 3 4 5 6', pulled: '- - 0 1 ? 3 4' },
  { name: 'duplicates', script: '0,0 1 1,2 2,3 4 5', pulled: '- - 0 1 2 3' },
  { name: 'too late', script: '0 1 - 3 4 2 5 6 7', pulled: '- - 0 1 ? 3 4 5 6' },
  { name: 'sequence and timestamp wrap', script: '65534@26843544 65535@26843545 65536@26843546 65537@26843547 65538@26843548', pulled: '- - 254 255 0' },
  { name: 'silence without packets (DTX)', script: '0 1 - - - - 2@6 3@7 4@8 5@9', pulled: '- - 0 1 ? ? - - 2 3' },
  { name: 'ten times nothing, then silence', script: '0 1 - - - - - - - - - - - - -', pulled: '- - 0 1 ? ? ? ? ? ? ? ? ? ? -' },
  { name: 'nothing ever', script: '- - -', pulled: '- - -' },
]
for (const { name, script, pulled } of cases) {
  t.test(name, (t) => {
    t.equal(play(script).pulled, pulled)
    t.end()
  })
}

t.test('a new source continues where the old one ended', (t) => {
  const { pulled, buffer } = play('0 1 2 900@7777 901@7778 902@7779 903@7780', { remapBefore: 900 })
  t.equal(pulled, '- - 0 1 2 132 133', '900 = 132 modulo 256')
  t.equal(buffer.late + buffer.cut + buffer.stretched, 0)
  t.end()
})

t.test('without notice a jump of the timestamp does no harm either', (t) => {
  t.equal(play('0 1 2 3@900000 4@900001 5@900002 6@900003').pulled, '- - 0 1 2 3 4')
  t.equal(play('0@900000 1@900001 2@900002 3@1 4@2 5@3 6@4').pulled, '- - 0 1 2 3 4', 'backwards')
  t.end()
})

t.test('counts', (t) => {
  const { buffer } = play('0,0 1 - 3,3 4 2 5')
  t.match(buffer, { duplicates: 2, late: 1, held: 1 })
  t.ok(buffer.largest >= 2)
  t.end()
})

t.test('a burst beyond what is held drops the oldest', (t) => {
  const buffer = new JitterBuffer(8000)
  for (let number = 0; number < 100; number++) buffer.push(number, number * 160, 8, 160, Uint8Array.of(number), 0, 1, 0)
  t.equal(buffer.held, 64)
  t.equal(buffer.pull(1000), 'frame')
  t.ok(buffer.bytes[0]! >= 36)
  t.end()
})

t.test('the caller’s octets are copied', (t) => {
  const buffer = new JitterBuffer(8000)
  const bytes = Uint8Array.of(1, 2, 3, 4)
  buffer.push(0, 0, 8, 160, bytes, 1, 2, 0)
  bytes.fill(9)
  t.equal(buffer.pull(40), 'frame')
  t.match(buffer, { octets: 2, payloadType: 8, ticks: 160 })
  t.strictSame([...buffer.bytes.subarray(0, 2)], [2, 3])
  t.equal(buffer.push(1, 160, 8, 160, new Uint8Array(2000), 0, 2000, 40), 'late', 'more than is ever sent is not kept')
  t.end()
})

for (const bounds of [{ minMs: 60, maxMs: 100, startMs: 80 }, { minMs: 20, maxMs: 40, startMs: 20 }]) {
  t.test(`the wait stays within ${bounds.minMs} and ${bounds.maxMs} ms`, (t) => {
    const buffer = new JitterBuffer(8000, bounds)
    for (let number = 0; number < 600; number++) {
      const shaky = number > 300 ? (number * 7919) % 180 : 0
      buffer.push(number, number * 160, 8, 160, new Uint8Array(160), 0, 160, number * 20 + shaky)
      buffer.pull(number * 20 + 200)
      t.ok(buffer.targetMs >= bounds.minMs && buffer.targetMs <= bounds.maxMs)
    }
    t.equal(buffer.targetMs, bounds.maxMs)
    t.end()
  })
}
