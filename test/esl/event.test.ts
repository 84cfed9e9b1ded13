import t from 'tap'
import { eventHeader, HeaderSection, jsonMessage, plainMessage, plainText } from '../../src/esl/event.ts'
import { FrameReader, replyLimits } from '../../src/esl/frame.ts'
import { percentDecode, percentEncode } from '../../src/esl/percent.ts'

const encodings = [
  { text: 'plain-text_1.~', coded: 'plain-text_1.~' },
  { text: 'RTP/AVP 0', coded: 'RTP/AVP%200' },
  { text: 'drachtio-fsmrf:1', coded: 'drachtio-fsmrf%3A1' },
  { text: '100%', coded: '100%25' },
  { text: '+OK\n', coded: '%2BOK%0A' },
  { text: 'a\r\nb', coded: 'a%0D%0Ab' },
  { text: '"x" <sip:a@b;c=d>|', coded: '%22x%22%20%3Csip%3Aa%40b%3Bc%3Dd%3E%7C' },
  { text: "Mon, 23 Nov (it's) *!", coded: "Mon,%2023%20Nov%20(it's)%20*!" },
  { text: '\xd0\x9f', coded: '%D0%9F' },
]

for (const { text, coded } of encodings) {
  t.test(`percent-encodes ${JSON.stringify(text)}`, async (t) => {
    t.equal(percentEncode(text), coded)
    t.equal(percentDecode(coded), text)
    t.doesNotThrow(() => decodeURIComponent(coded), 'what the client library does to it')
  })
}

t.test('every octet survives encoding, and no % goes out bare', async (t) => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet))
  t.equal(percentDecode(percentEncode(all)), all)
  t.match(percentEncode(all), /^([^%]|%[0-9A-F]{2})*$/)
  t.equal(percentEncode('\u0416'), '%3F', 'what is no octet cannot break the wire')
  t.equal(percentDecode('%zz%4'), '%zz%4', 'a malformed escape stays')
})

function channelEvent(body?: string) {
  const variables = new HeaderSection([['playback_ms', '20'], ['DP_MATCH', ['a:1', 'b']]], 'variable_')
  const event = { name: 'PLAYBACK_STOP', channel: 'u1', sections: [new HeaderSection([['Event-Name', 'PLAYBACK_STOP'], ['Unique-ID', 'u1']]), variables] }
  return body === undefined ? event : { ...event, body }
}

t.test('an event as JSON', async (t) => {
  const text = jsonMessage(channelEvent('+OK\n'))
  const [head = '', json = ''] = text.split('\n\n')
  t.equal(head, `Content-Length: ${json.length}\nContent-Type: text/event-json`, 'the length comes first')
  t.strictSame(JSON.parse(json), {
    'Event-Name': 'PLAYBACK_STOP', 'Unique-ID': 'u1', variable_playback_ms: '20', variable_DP_MATCH: ['a:1', 'b'],
    'Content-Length': '4', _body: '+OK\n',
  })
})

t.test('an event as lines', async (t) => {
  const reader = new FrameReader(replyLimits)
  reader.push(plainMessage(channelEvent('253\n')))
  const frame = reader.next()
  t.strictSame(frame?.lines.slice(1), ['Content-Type: text/event-plain'])
  const inner = new FrameReader(replyLimits)
  inner.push(frame?.body ?? '')
  t.strictSame(inner.next(), {
    lines: ['Event-Name: PLAYBACK_STOP', 'Unique-ID: u1', 'variable_playback_ms: 20', 'variable_DP_MATCH: ARRAY%3A%3Aa%3A1%7C%3Ab', 'Content-Length: 4'],
    body: '253\n',
  })
  t.equal(plainText([new HeaderSection([['a', 'b c']])]), 'a: b%20c\n\n')
})

t.test('a section is written anew when it changes', async (t) => {
  const section = new HeaderSection([['a', '1']], 'variable_')
  t.equal(section.json(), '"variable_a":"1"')
  section.set('b', '2')
  t.equal(section.json(), '"variable_a":"1","variable_b":"2"')
  t.equal(section.plain(), 'variable_a: 1\nvariable_b: 2\n')
  section.delete('a')
  section.delete('never there')
  t.equal(section.json(), '"variable_b":"2"')
  t.equal(section.plain(), 'variable_b: 2\n')
})

t.test('headers are found by their name on the wire', async (t) => {
  const event = channelEvent()
  t.equal(eventHeader(event, 'Unique-ID'), 'u1')
  t.equal(eventHeader(event, 'variable_playback_ms'), '20')
  t.equal(eventHeader(event, 'playback_ms'), undefined)
  t.equal(eventHeader(event, 'variable_DP_MATCH'), 'a:1|:b')
  t.equal(event.sections[1]?.get('playback_ms'), '20')
})
