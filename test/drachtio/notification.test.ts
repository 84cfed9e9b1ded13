/** Meta lines sent to applications, compared with the shapes that drachtio-srf reads. */
import t from 'tap'
import {
  formatCdr, formatNewRequest, formatNo, formatNok, formatOk, formatRequestSent, formatResponseSent,
  formatSip, formatWelcome,
} from '../../src/drachtio/notification.ts'

const peer = { transport: 'udp', address: '127.50.0.2', port: 5060 }
const base = { bytes: 443, peer, time: '03:44:30.528197', transaction: 'txn', dialog: '', text: 'SIP' } as const
const inDialog = { ...base, dialog: 'c@h;from-tag=x' }

const cases: { name: string; printed: string; line: string }[] = [
  {
    name: 'a new request names the address it came to',
    printed: formatNewRequest('id', { ...base, source: 'network' }, '127.50.0.1', 5060),
    line: 'id|sip|network|443|udp|127.50.0.2|5060|03:44:30.528197|txn||127.50.0.1|5060|\r\nSIP',
  },
  {
    name: 'a request inside a dialog',
    printed: formatSip('id', { ...inDialog, source: 'network' }),
    line: 'id|sip|network|443|udp|127.50.0.2|5060|03:44:30.528197|txn|c@h;from-tag=x|\r\nSIP',
  },
  {
    name: 'an early CANCEL has an empty dialog field',
    printed: formatSip('id', { ...base, source: 'network' }),
    line: 'id|sip|network|443|udp|127.50.0.2|5060|03:44:30.528197|txn||\r\nSIP',
  },
  {
    name: 'a made-up 408',
    printed: formatSip('id', { ...inDialog, source: 'network', bytes: 0, peer: { transport: 'udp', address: '', port: 0 } }),
    line: 'id|sip|network|0|udp||0|03:44:30.528197|txn|c@h;from-tag=x|\r\nSIP',
  },
  {
    name: 'WebSocket is told as tcp',
    printed: formatSip('id', { ...base, source: 'network', peer: { ...peer, transport: 'wss' } }),
    line: 'id|sip|network|443|tcp|127.50.0.2|5060|03:44:30.528197|txn||\r\nSIP',
  },
  {
    name: 'a request sent',
    printed: formatRequestSent('id', 'm', base),
    line: 'id|response|m|OK|application|443|udp|127.50.0.2|5060|03:44:30.528197|txn|Msg sent:|\r\nSIP',
  },
  {
    name: 'a response sent',
    printed: formatResponseSent('id', 'm', inDialog),
    line: 'id|response|m|OK|application|443|udp|127.50.0.2|5060|03:44:30.528197|txn|c@h;from-tag=x||Msg sent:|\r\nSIP',
  },
  { name: 'OK', printed: formatOk('id', 'm'), line: 'id|response|m|OK' },
  { name: 'OK to ping', printed: formatOk('id', 'm', 'pong'), line: 'id|response|m|OK|pong' },
  { name: 'OK to authenticate', printed: formatWelcome('id', 'm', 'udp/1.2.3.4:5060', 'v0.9.10', 'udp/10.0.0.1:5060'), line: 'id|response|m|OK|udp/1.2.3.4:5060|v0.9.10|udp/10.0.0.1:5060' },
  { name: 'NO', printed: formatNo('id', 'm', 'incorrect secret'), line: 'id|response|m|NO|incorrect secret' },
  { name: 'NOK', printed: formatNok('id', 'm', 'missing content-type'), line: 'id|response|m|NOK|missing content-type' },
  { name: 'NOK stays on its line', printed: formatNok('id', 'm', 'bad\r\nline'), line: 'id|response|m|NOK|bad  line' },
  { name: 'cdr:attempt', printed: formatCdr('id', 'cdr:attempt', 'network', '00:00:00.000000', '', 'INVITE'), line: 'id|cdr:attempt|network|00:00:00.000000\r\nINVITE' },
  { name: 'cdr:stop', printed: formatCdr('id', 'cdr:stop', 'network', '00:00:00.000000', 'normal-release', 'BYE'), line: 'id|cdr:stop|network|00:00:00.000000|normal-release\r\nBYE' },
]

for (const c of cases) t.test(c.name, async (t) => { t.equal(c.printed, c.line) })

t.test('the library finds dialog id and transaction id where it looks for them', async (t) => {
  const tokens = formatResponseSent('id', 'm', inDialog).split('\r\n')[0]?.split('|') ?? []
  t.equal(tokens[3], 'OK')
  t.equal(tokens[10], 'txn')
  t.equal(tokens[11], 'c@h;from-tag=x')
  t.ok(formatSip('id', { ...base, source: 'network' }).split('|').length >= 10, 'ten fields at least')
})
