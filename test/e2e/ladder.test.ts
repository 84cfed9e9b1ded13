/**
 * The ladder that `make call` prints, and the reader of SIPp's message log it is made from.
 */
import t from 'tap'
import { drawLadder, headerOf, ladderOfCall } from '../support/ladder.ts'
import { parseMessageLog } from '../support/sipp.ts'

const log = `----------------------------------------------- 2026-11-23 10:00:00.000000
UDP message sent (95 bytes):

INVITE sip:+74996740782@127.0.0.1:5060 SIP/2.0
Call-ID: a
CSeq: 1 INVITE
Content-Type: application/sdp

v=0
----------------------------------------------- 2026-11-23 10:00:00.012500
UDP message received [50] bytes :

SIP/2.0 180 Ringing
Call-ID: a
CSeq: 1 INVITE

----------------------------------------------- 2026-11-23 10:00:01.000000
UDP message received [50] bytes :

SIP/2.0 200 OK
call-id: a
CSeq: 2 BYE

`

t.test('SIPp message log', (t) => {
  const messages = parseMessageLog(log, 5061)
  t.equal(messages.length, 3)
  t.same(messages.map((m) => m.direction), ['sent', 'received', 'received'])
  t.same(messages.map((m) => m.atMs - (messages[0]?.atMs ?? 0)), [0, 12.5, 1000])
  t.equal(messages[0]?.text.endsWith('v=0'), true, 'the body is kept')
  t.same(parseMessageLog('', 1), [], 'an empty log')
  t.same(parseMessageLog('---- half a li', 1), [], 'a log cut short')
  t.end()
})

const headers = [
  { name: 'Call-ID', value: 'a', about: 'written as asked' },
  { name: 'call-id', value: 'a', about: 'case does not matter' },
  { name: 'Via', value: '', about: 'absent' },
]
for (const c of headers) {
  t.equal(headerOf('SIP/2.0 200 OK\nCall-ID: a\n\nVia: in the body', c.name), c.value, c.about)
}

t.test('ladder of a call that two phones ring', (t) => {
  const caller = parseMessageLog(log, 5061)
  const at = caller[0]?.atMs ?? 0
  const phone = (ms: number, direction: 'sent' | 'received', text: string) =>
    ({ atMs: at + ms, direction, port: 5070, text })
  const phones = [
    phone(2, 'received', 'INVITE sip:+79160000001@127.0.0.1:5070 SIP/2.0\nCall-ID: b1'),
    phone(3, 'received', 'INVITE sip:+79160000002@127.0.0.1:5070 SIP/2.0\nCall-ID: b2'),
    phone(500, 'received', 'CANCEL sip:+79160000002@127.0.0.1:5070 SIP/2.0\nCall-ID: b2'),
    phone(501, 'sent', 'SIP/2.0 487 Request Terminated\nCall-ID: b2\nCSeq: 1 INVITE'),
    phone(502, 'received', 'OPTIONS sip:x SIP/2.0\nCall-ID: somebody-else'),
  ]
  const { columns, rows } = ladderOfCall(caller, phones)
  t.same(columns, ['caller', 'personal number', '+79160000001', '+79160000002'])
  t.same(rows.map((r) => [r.atMs - at, r.from, r.to, r.label]), [
    [0, 0, 1, 'INVITE +SDP'],
    [2, 1, 2, 'INVITE'],
    [3, 1, 3, 'INVITE'],
    [12.5, 1, 0, '180 Ringing'],
    [500, 1, 3, 'CANCEL'],
    [501, 3, 1, '487 Request Terminated'],
    [1000, 1, 0, '200 OK (BYE)'],
  ])
  const lines = drawLadder(columns, rows).split('\n')
  t.equal(lines.length, 8, 'a heading and a line a message')
  t.match(lines[1], /^ {4}0\.0 .*│── INVITE \+SDP ─+▶│/)
  t.match(lines[4], /^ {3}12\.5 .*│◀─ 180 Ringing ─+│/)
  t.match(lines[5], /│── CANCEL ─+▶│$/, 'the arrow passes over the phone between')
  t.end()
})
