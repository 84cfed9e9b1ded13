/** From an INVITE to an invitation: who calls whom, and everything that is refused on the way. */
import fc from 'fast-check'
import t from 'tap'
import { isMerged, readInvite, readSequence } from '../../src/app/inbound.ts'
import type { Invitation } from '../../src/app/inbound.ts'
import type { SipRequest } from '../../src/app/sip-port.ts'
import { invite, personalNumber, trunk } from '../support/call-fixtures.ts'
import { message, request } from '../support/fake-sip-server.ts'

function read(headers: Record<string, string>, over: Partial<SipRequest> = {}, format: 'e164plus' | 'e164' | 'national' = 'e164plus'): Invitation {
  const reading = readInvite(invite(headers, over), trunk({ numberFormat: format }))
  if (!reading.ok) throw new Error(`refused: ${reading.why}`)
  return reading.invitation
}

t.test('callers', async (t) => {
  const rows: { name: string; headers: Record<string, string>; number: string; display: string; anonymous?: boolean }[] = [
    { name: 'From', headers: {}, number: '+79161234567', display: 'Анна' },
    { name: 'national form', headers: { from: '<sip:89161234567@h>;tag=1' }, number: '+79161234567', display: '' },
    { name: 'P-Asserted-Identity goes first', headers: { 'p-asserted-identity': '<sip:+74951112233@h>' }, number: '+74951112233', display: 'Анна' },
    { name: 'of two asserted ones, the number', headers: { 'p-asserted-identity': '"Boss" <sip:boss@h>, <tel:+74951112233>' }, number: '+74951112233', display: 'Анна' },
    { name: 'asserted name', headers: { 'p-asserted-identity': '"Office" <sip:+74951112233@h>' }, number: '+74951112233', display: 'Office' },
    { name: 'no number', headers: { from: '"Bob" <sip:bob@h>;tag=1' }, number: 'bob', display: 'Bob' },
    { name: 'short internal number', headers: { from: '<sip:101@h>;tag=1' }, number: '101', display: '' },
    { name: 'Privacy: id', headers: { privacy: 'id', 'p-asserted-identity': '<sip:+74951112233@h>' }, number: '', display: '', anonymous: true },
    { name: 'Privacy: header;critical', headers: { privacy: 'header;critical' }, number: '', display: '', anonymous: true },
    { name: 'Privacy: none', headers: { privacy: 'none' }, number: '+79161234567', display: 'Анна' },
    { name: 'anonymous.invalid', headers: { from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }, number: '', display: '', anonymous: true },
    { name: 'From that is no URI', headers: { from: '<garbage>;tag=1' }, number: '', display: '', anonymous: true },
    { name: 'injection in the user part', headers: { from: '<sip:a%0d%0ab"<>@h>;tag=1' }, number: '', display: '', anonymous: true },
  ]
  for (const row of rows) {
    const { caller } = read(row.headers)
    t.same(caller, { number: row.number, name: row.display, anonymous: row.anonymous ?? false }, row.name)
  }
})

t.test('the dialled number as each trunk writes it', async (t) => {
  for (const [uri, format] of [
    ['sip:+74996740782@h', 'e164plus'], ['sip:84996740782@h', 'national'], ['sip:74996740782@h', 'e164'],
    ['tel:+7-499-674-07-82', 'e164plus'], ['SIP:%2B74996740782@h;user=phone', 'e164plus'],
    ['sip:+74996740782;npdi=yes@h:5060', 'e164'], ['sip:4996740782@h', 'national'],
  ] as const) t.equal(read({}, { uri }, format).dialled, personalNumber, uri)
})

t.test('diversions, newest first', async (t) => {
  t.same(read({ diversion: '<sip:+79160000001@h>;reason=no-answer;counter=1, "x,y" <sip:+79160000002@h>' }).diverted, ['+79160000001', '+79160000002'])
  t.same(read({
    'history-info': '<sip:+79160000003@h>;index=1, <sip:+79160000004@h;cause=302>;index=1.1;mp=1, <sip:+74996740782@h;cause=302>;index=1.1.1',
  }).diverted, ['+79160000004', '+79160000003'], 'the last entry is our own number')
  t.same(read({ diversion: '<<>>;"" , ;;;,<sip:x@y>' }).diverted, [])
})

t.test('hops, sessions, content', async (t) => {
  t.equal(read({ 'max-forwards': '' }).maxForwards, 70)
  t.equal(read({ 'max-forwards': '300' }).maxForwards, 70)
  t.equal(read({ 'max-forwards': '1' }).maxForwards, 1)
  t.same(read({ 'session-expires': '1800;refresher=UAC', supported: 'timer' }).session, { seconds: 1800, refresher: 'uac' })
  t.equal(read({ supported: '100rel, timer' }).supportsTimer, true)
  t.equal(read({ require: 'timer' }).supportsTimer, false)
  t.equal(read({ 'content-type': 'multipart/mixed;boundary=x' }).contentType, 'multipart/mixed;boundary=x')
})

t.test('refused', async (t) => {
  const rows: [name: string, headers: Record<string, string>, over: Partial<SipRequest>, status: number][] = [
    ['no Call-ID', { 'call-id': '' }, {}, 400],
    ['endless Call-ID', { 'call-id': 'x'.repeat(600) }, {}, 400],
    ['no From', { from: '' }, {}, 400],
    ['From without tag', { from: '<sip:a@h>' }, {}, 400],
    ['From with empty tag', { from: '<sip:a@h>;tag=' }, {}, 400],
    ['no To', { to: '' }, {}, 400],
    ['CSeq: x', { cseq: 'x' }, {}, 400],
    ['CSeq too large', { cseq: '99999999999 INVITE' }, {}, 400],
    ['CSeq 2^31', { cseq: '2147483648 INVITE' }, {}, 400],
    ['no Contact', { contact: '' }, {}, 400],
    ['Contact: garbage', { contact: '"' }, {}, 400],
    ['Max-Forwards: -1', { 'max-forwards': '-1' }, {}, 400],
    ['Max-Forwards twice', { 'max-forwards': '70,70' }, {}, 400],
    ['Require: 100rel', { require: 'timer, 100rel' }, {}, 420],
    ['Session-Expires: 20', { 'session-expires': '20' }, {}, 422],
    ['text body', { 'content-type': 'text/plain' }, {}, 415],
    ['unknown scheme', {}, { uri: 'http://h' }, 416],
    ['not a number', {}, { uri: 'sip:anna@h' }, 404],
    ['no user', {}, { uri: 'sip:h' }, 404],
    ['emergency', {}, { uri: 'sip:112@h' }, 404],
  ]
  for (const [name, headers, over, status] of rows) {
    const reading = readInvite(invite(headers, over), trunk())
    t.equal(reading.ok ? 200 : reading.answer.status, status, name)
  }
  const reading = readInvite(invite({ require: '100rel, x\r\nY: z, "q"' }), trunk())
  t.same(reading.ok ? {} : reading.answer.headers, { Unsupported: '100rel' }, 'only tokens are echoed')
})

t.test('garbage in any header costs an answer, never a throw', async (t) => {
  const names = ['via', 'from', 'to', 'cseq', 'contact', 'max-forwards', 'require', 'supported', 'diversion',
    'history-info', 'p-asserted-identity', 'privacy', 'session-expires', 'content-type', 'authorization']
  fc.assert(fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 }), (name, text, uri) => {
    const reading = readInvite(invite({ [name]: text || ' ' }), trunk())
    if (!reading.ok) t.ok([400, 404, 415, 416, 420, 422].includes(reading.answer.status))
    // eslint-disable-next-line no-control-regex
    else t.notMatch([reading.invitation.caller.name, reading.invitation.caller.number, ...reading.invitation.diversions].join(''), /[\r\n\0]/)
    readInvite(invite({}, { uri }), trunk())
  }), { numRuns: 600 })
})

t.test('sequence numbers and merged requests', async (t) => {
  t.equal(readSequence(message({ cseq: '314159 INVITE' })), 314159)
  for (const cseq of ['', 'INVITE', '1', '-1 INVITE', '1.5 INVITE']) t.equal(readSequence(message({ cseq })), undefined)
  const first = request('INVITE', { from: '<sip:a@h>;tag=1', cseq: '1 INVITE' })
  t.equal(isMerged(first, first), true)
  t.equal(isMerged(first, request('INVITE', { from: '<sip:a@h>;tag=2', cseq: '1 INVITE' })), false)
  t.equal(isMerged(first, request('INVITE', { from: '<sip:a@h>;tag=1', cseq: '2 INVITE' })), false)
  t.equal(isMerged(first, request('INVITE', {})), false)
})
