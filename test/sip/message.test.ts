/** Header access, changes, caches and copies of a message, and what a change does to its text. */
import t from 'tap'
import { SipMessage } from '../../src/sip/message.ts'
import { parseMessage } from '../../src/sip/parser.ts'
import { faultOf, sipText } from '../support/sip-text.ts'

const text = sipText(`
INVITE sip:b@h SIP/2.0
Via: SIP/2.0/UDP top;branch=z9hG4bK1
Via: SIP/2.0/UDP below;branch=z9hG4bK2
From: <sip:a@h>;tag=f
To: <sip:b@h>
Call-ID: c
CSeq: 1 INVITE
Route: <sip:r1;lr>, <sip:r2;lr>
Route: <sip:r3;lr>
WWW-Authenticate: Digest realm="a", nonce="b"
x-account: 7
Subject: a, b
Content-Length: 0`)

const message = () => parseMessage(text, 'datagram')

t.test('access', async (t) => {
  const m = message()
  t.equal(m.get('Subject'), 'a, b')
  t.equal(m.get('Contact'), undefined)
  t.equal(m.get('X-Account'), '7', 'names outside the table in any case')
  t.equal(m.has('Route'), true)
  t.equal(m.has('Contact'), false)
  t.strictSame(m.list('Route'), ['<sip:r1;lr>', '<sip:r2;lr>', '<sip:r3;lr>'])
  t.strictSame(m.list('Subject'), ['a, b'], 'a single header is not split')
  t.strictSame(m.list('WWW-Authenticate'), ['Digest realm="a", nonce="b"'], 'nor is a challenge')
  t.strictSame(m.list('Contact'), [])
  t.equal(m.callId, 'c')
})

t.test('set, append, prepend, remove', async (t) => {
  const m = message()
  m.set('Route', '<sip:only;lr>')
  t.strictSame(m.list('Route'), ['<sip:only;lr>'])
  t.equal(m.names.indexOf('Route'), 6, 'in the place of the first')
  m.set('X-ACCOUNT', '8')
  t.equal(m.get('x-account'), '8')
  m.append('Route', '<sip:last;lr>')
  m.prepend('Route', '<sip:first;lr>')
  t.strictSame(m.list('Route'), ['<sip:first;lr>', '<sip:only;lr>', '<sip:last;lr>'])
  m.prepend('Contact', '<sip:x@h>')
  t.equal(m.names[0], 'Contact', 'a new one comes before all others')
  m.remove('Route')
  t.equal(m.has('Route'), false)
  m.remove('Route')
  t.equal(m.names.length, m.values.length)
})

t.test('what was read is forgotten when its header changes', async (t) => {
  const m = message()
  t.equal(m.topVia.host, 'top')
  m.prepend('Via', 'SIP/2.0/TCP new;branch=z9hG4bK0')
  t.equal(m.topVia.host, 'new')
  m.remove('Via')
  t.equal(faultOf(() => m.topVia), '400 Missing Via Header')
  t.equal(m.toTag, '')
  m.set('To', '<sip:b@h>;tag=t')
  t.equal(m.toTag, 't')
  m.set('From', '<sip:z@h>;tag=z')
  t.equal(m.fromTag, 'z')
  m.set('CSeq', '2 BYE')
  t.equal(`${m.cseqNumber} ${m.cseqMethod}`, '2 BYE')
  m.set('CSeq', 'x')
  t.equal(faultOf(() => m.cseqMethod), '400 Bad CSeq')
})

t.test('the received text lasts until the first change', async (t) => {
  const changes: readonly ((m: SipMessage) => void)[] = [
    (m) => { m.method = 'BYE' },
    (m) => { m.uri = 'sip:c@h' },
    (m) => { m.status = 200 },
    (m) => { m.reason = 'OK' },
    (m) => { m.body = 'x' },
    (m) => { m.set('Subject', 'x') },
    (m) => { m.append('Subject', 'x') },
    (m) => { m.prepend('Subject', 'x') },
    (m) => { m.remove('Subject') },
    (m) => { m.replaceTopVia('SIP/2.0/UDP x') }
  ]
  for (const change of changes) {
    const m = message()
    t.equal(m.raw, text)
    change(m)
    t.equal(m.raw, undefined, change.toString())
  }
  const m = message()
  m.remove('Contact')
  t.equal(m.raw, text, 'removing what is not there is no change')
})

t.test('replaceTopVia leaves the lower ones', async (t) => {
  const m = message()
  m.replaceTopVia('SIP/2.0/UDP x')
  t.strictSame(m.list('Via'), ['SIP/2.0/UDP x', 'SIP/2.0/UDP below;branch=z9hG4bK2'])
})

t.test('a line end in a value is our own fault, and never gets in', async (t) => {
  const m = message()
  for (const value of ['a\r\nX-Evil: 1', 'a\n', '\r']) {
    t.throws(() => m.set('Subject', value), /line end/)
    t.throws(() => m.append('Subject', value), /line end/)
    t.throws(() => m.prepend('X-New', value), /line end/)
  }
  t.strictSame(m.list('Subject'), ['a, b'])
  t.equal(m.raw, text)
})

t.test('a copy is independent', async (t) => {
  const m = message()
  const copy = m.clone()
  copy.set('Subject', 'copy')
  copy.remove('Route')
  t.equal(m.get('Subject'), 'a, b')
  t.equal(m.raw, text)
  t.equal(copy.uri, 'sip:b@h')
  t.equal(m.clone().raw, text)
})

t.test('made here', async (t) => {
  const request = SipMessage.request('BYE', 'sip:b@h')
  t.equal(request.isRequest, true)
  t.strictSame(request.names, [])
  const response = SipMessage.response(180, 'Ringing')
  t.equal(response.isRequest, false)
  t.equal(response.status, 180)
  t.equal(faultOf(() => response.callId), '400 Missing Call-ID Header')
  t.equal(faultOf(() => response.from), '400 Missing From Header')
})
