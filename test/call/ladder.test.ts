/**
 * What may stand in a SIP ladder: everything but credentials, keys of media and pressed keys.
 */
import t from 'tap'
import {
  carriesSdp, cleanMessage, firstLine, orderedRequest, orderedResponse,
} from '../../src/call/ladder.ts'

const lines = (...all: string[]) => all.join('\r\n')

const rows: readonly (readonly [name: string, text: string, clean: string])[] = [
  ['nothing secret: not a letter is changed',
    lines('BYE sip:a@h SIP/2.0', 'Allow: BYE', 'P-Asserted-Identity: <sip:+7@h>', '', ''),
    lines('BYE sip:a@h SIP/2.0', 'Allow: BYE', 'P-Asserted-Identity: <sip:+7@h>', '', '')],
  ['credentials of a challenge',
    lines('INVITE sip:a@h SIP/2.0', 'Authorization: Digest username="u", response="ab"',
      'CSeq: 2 INVITE', '', 'v=0'),
    lines('INVITE sip:a@h SIP/2.0', 'Authorization: (cut)', 'CSeq: 2 INVITE', '', 'v=0')],
  ['in any writing, also over several lines',
    lines('INVITE sip:a@h SIP/2.0', 'PROXY-authorization : Digest a="b",', ' response="cd"',
      '\t, more="e"', 'To: <sip:a@h>', '', ''),
    lines('INVITE sip:a@h SIP/2.0', 'PROXY-authorization : (cut)', 'To: <sip:a@h>', '', '')],
  ['as the last header, without a body',
    lines('REGISTER sip:h SIP/2.0', 'Authorization: Basic abc'),
    lines('REGISTER sip:h SIP/2.0', 'Authorization: (cut)')],
  ['what proves the server', lines('SIP/2.0 200 OK', 'Authentication-Info: rspauth="ab"', '', ''),
    lines('SIP/2.0 200 OK', 'Authentication-Info: (cut)', '', '')],
  ['a challenge is no secret',
    lines('SIP/2.0 401 Unauthorized', 'WWW-Authenticate: Digest nonce="n"', '', ''),
    lines('SIP/2.0 401 Unauthorized', 'WWW-Authenticate: Digest nonce="n"', '', '')],
  ['a subject that speaks of it', lines('INVITE sip:a@h SIP/2.0', 'Subject: Authorization: x', '', ''),
    lines('INVITE sip:a@h SIP/2.0', 'Subject: Authorization: x', '', '')],
  ['keys of SRTP, of the same length',
    lines('INVITE sip:a@h SIP/2.0', 'Content-Type: application/sdp', '', 'v=0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19|2^20', 'k=clear:abc', 'a=ice-pwd:secret',
      'a=sendrecv'),
    lines('INVITE sip:a@h SIP/2.0', 'Content-Type: application/sdp', '', 'v=0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxxxxxxxxxx', 'k=xxxxxxxxx', 'a=ice-pwd:xxxxxx',
      'a=sendrecv')],
  ['a pressed key, relayed',
    lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/dtmf-relay', '', 'Signal=5',
      'Duration=160', ''),
    lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/dtmf-relay', '', 'Signal=x',
      'Duration=160', '')],
  ['a pressed key alone', lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/dtmf', '', '#'),
    lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/dtmf', '', 'x')],
  ['an INFO of something else',
    lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/media_control+xml', '', '<a>5</a>'),
    lines('INFO sip:a@h SIP/2.0', 'Content-Type: application/media_control+xml', '', '<a>5</a>')],
  ['no message at all', 'Authorization', 'Authorization'],
  ['nothing', '', ''],
]

t.test('secrets are cut out, the rest stays', async (t) => {
  for (const [name, text, clean] of rows) {
    t.equal(cleanMessage(text), clean, name)
    t.equal(cleanMessage(clean), clean, `${name}: cleaning twice is cleaning once`)
  }
})

t.test('texts of what was ordered', async (t) => {
  t.equal(orderedRequest('CANCEL', 'sip:a@h', { Reason: 'SIP;cause=200' }, ''),
    'CANCEL sip:a@h SIP/2.0\r\nReason: SIP;cause=200\r\n\r\n')
  const request = lines('INVITE sip:a@h SIP/2.0', 'Via: SIP/2.0/UDP 1.2.3.4', 'Max-Forwards: 70',
    'f: <sip:b@h>;tag=1', 'To: <sip:a@h>', 'Call-ID: c', ' folded', 'CSeq: 1 INVITE', '', 'v=0')
  t.equal(orderedResponse(486, 'Busy Here', { Reason: 'Q.850;cause=17' }, '', request),
    lines('SIP/2.0 486 Busy Here', 'Via: SIP/2.0/UDP 1.2.3.4', 'f: <sip:b@h>;tag=1',
      'To: <sip:a@h>', 'Call-ID: c', ' folded', 'CSeq: 1 INVITE', 'Reason: Q.850;cause=17', '', ''))
  t.equal(orderedResponse(480, '', {}, '', ''), 'SIP/2.0 480 \r\n\r\n', 'the request is not known')
  t.equal(firstLine(request), 'INVITE sip:a@h SIP/2.0')
  t.equal(firstLine('ACK'), 'ACK')
  t.equal(carriesSdp(lines('INVITE', 'Content-Type: application/sdp', '', 'v=0')), true)
  t.equal(carriesSdp(lines('INVITE', 'Accept: application/sdp', '', '')), false)
})
