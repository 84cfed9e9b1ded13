/** Digits in INFO bodies, as telephones write them. */
import fc from 'fast-check'
import t from 'tap'
import { formatDtmfRelay, parseInfoDigit } from '../../src/rtp/info-digit.ts'

const relay = 'application/dtmf-relay'
const cases = [
  { name: 'usual', type: relay, body: 'Signal=5\r\nDuration=160\r\n', digit: '5', ticks: 1280 },
  { name: 'LF and spaces', type: relay, body: 'Signal= 5\nDuration= 250\n', digit: '5', ticks: 2000 },
  { name: 'names in capitals, other order', type: relay, body: 'DURATION=100\r\nSIGNAL=*', digit: '*', ticks: 800 },
  { name: 'hash', type: relay, body: 'Signal=#\r\n', digit: '#', ticks: 1280 },
  { name: 'code of the star', type: relay, body: 'Signal=10\r\nDuration=100', digit: '*', ticks: 800 },
  { name: 'small letter', type: relay, body: 'Signal=d\r\nDuration=100', digit: 'D', ticks: 800 },
  { name: 'type in capitals with a parameter', type: 'Application/DTMF-Relay; charset=utf-8', body: 'Signal=1', digit: '1', ticks: 1280 },
  { name: 'plain', type: 'application/dtmf', body: '7', digit: '7', ticks: 1280 },
  { name: 'plain with line end', type: 'application/dtmf', body: '11\r\n', digit: '#', ticks: 1280 },
  { name: 'duration nonsense', type: relay, body: 'Signal=1\r\nDuration=soon', digit: '1', ticks: 1280 },
  { name: 'duration negative', type: relay, body: 'Signal=1\r\nDuration=-5', digit: '1', ticks: 1280 },
  { name: 'duration of a day', type: relay, body: 'Signal=1\r\nDuration=86400000', digit: '1', ticks: 64_000 },
]
for (const { name, type, body, digit, ticks } of cases) {
  t.test(name, (t) => {
    t.strictSame(parseInfoDigit(type, body), { digit, durationTicks: ticks, source: 'info' })
    t.end()
  })
}

const none = [
  { name: 'another type', type: 'application/sdp', body: 'Signal=5' },
  { name: 'no signal', type: relay, body: 'Duration=160' },
  { name: 'flash', type: relay, body: 'Signal=16' },
  { name: 'hook flash', type: relay, body: 'Signal=hf' },
  { name: 'several', type: relay, body: 'Signal=123' },
  { name: 'empty', type: 'application/dtmf', body: '' },
  { name: 'a novel', type: 'application/dtmf', body: `5${' '.repeat(300)}` },
]
for (const { name, type, body } of none) {
  t.test(`${name}: no digit`, (t) => {
    t.equal(parseInfoDigit(type, body), undefined)
    t.end()
  })
}

t.test('what is written reads back', (t) => {
  for (const digit of '0123456789*#ABCD') {
    t.match(parseInfoDigit(relay, formatDtmfRelay(digit, 120)), { digit, durationTicks: 960 })
  }
  t.end()
})

t.test('nothing throws', (t) => {
  fc.assert(fc.property(fc.constantFrom(relay, 'application/dtmf', ''), fc.string(), (type, body) => {
    const read = parseInfoDigit(type, body)
    return read === undefined || '0123456789*#ABCD'.includes(read.digit)
  }), { seed: 1, numRuns: 1000 })
  t.end()
})
