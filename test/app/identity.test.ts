/** What a leg tells about the call, by trunk policy: a row per policy and caller. */
import t from 'tap'
import { legHeaders, legUri } from '../../src/app/identity.ts'
import type { LegPolicy } from '../../src/app/identity.ts'
import { readInvite } from '../../src/app/inbound.ts'
import type { Invitation } from '../../src/app/inbound.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { invite, trunk } from '../support/call-fixtures.ts'

const target = '+79160000001'
const plain: LegPolicy = { contentType: 'application/sdp' }

function invitation(headers: Record<string, string> = {}): Invitation {
  const reading = readInvite(invite(headers), trunk())
  if (!reading.ok) throw new Error(reading.why)
  return reading.invitation
}

t.test('Request-URI', async (t) => {
  const rows: [Partial<Trunk> | undefined, string, string][] = [
    [{}, target, 'sip:+79160000001@192.0.2.1:5060'],
    [{ numberFormat: 'e164', port: 5080 }, target, 'sip:79160000001@192.0.2.1:5080'],
    [{ numberFormat: 'national', transport: 'tcp' }, target, 'sip:89160000001@192.0.2.1:5060;transport=tcp'],
    [{ numberFormat: 'national' }, '+4930123456', 'sip:8104930123456@192.0.2.1:5060'],
    [{ host: '2001:db8::1' }, target, 'sip:+79160000001@[2001:db8::1]:5060'],
    [undefined, 'sip:anna@10.0.0.7:5060', 'sip:anna@10.0.0.7:5060'],
  ]
  for (const [over, address, uri] of rows) t.equal(legUri(address, over && trunk(over)), uri)
})

const ours = '<sip:+74996740782@192.0.2.1>;reason=unconditional;counter=1;privacy=off;screen=yes'
const rows: { name: string; trunk: Partial<Trunk> | undefined; headers?: Record<string, string>; policy?: Partial<LegPolicy>; has: Record<string, string | undefined> }[] = [
  {
    name: 'caller, nothing asserted', trunk: {},
    has: { From: '"Анна" <sip:+79161234567@localhost>', 'Max-Forwards': '69', 'P-Asserted-Identity': undefined, Privacy: undefined, Diversion: undefined, 'History-Info': undefined },
  },
  {
    name: 'caller asserted, national', trunk: { assertIdentity: true, numberFormat: 'national' },
    has: { From: '"Анна" <sip:89161234567@localhost>', 'P-Asserted-Identity': '<sip:89161234567@localhost>' },
  },
  {
    name: 'personal number', trunk: { assertIdentity: true, identity: 'personal' },
    has: { From: '<sip:+74996740782@localhost>', 'P-Asserted-Identity': '<sip:+74996740782@localhost>', Privacy: undefined },
  },
  {
    name: 'withheld caller', trunk: { assertIdentity: true }, headers: { privacy: 'id' },
    has: { From: '"Anonymous" <sip:anonymous@anonymous.invalid>', 'P-Asserted-Identity': undefined, Privacy: 'id' },
  },
  {
    name: 'withheld caller behind the personal number', trunk: { assertIdentity: true, identity: 'personal' }, headers: { privacy: 'id' },
    has: { From: '<sip:+74996740782@localhost>', 'P-Asserted-Identity': '<sip:+74996740782@localhost>', Privacy: undefined },
  },
  {
    name: 'no usable caller', trunk: { assertIdentity: true }, headers: { from: '<sip:@h>;tag=1' },
    has: { From: '"Anonymous" <sip:anonymous@anonymous.invalid>', 'P-Asserted-Identity': undefined },
  },
  {
    name: 'Diversion, ours on top of the older', trunk: { diversion: 'diversion' }, headers: { diversion: '<sip:+79990000000@h>;reason=user-busy;counter=1' },
    has: { Diversion: '<sip:+74996740782@192.0.2.1>;reason=unconditional;counter=1;privacy=off;screen=yes, <sip:+79990000000@h>;reason=user-busy;counter=1' },
  },
  {
    name: 'History-Info, first entry', trunk: { diversion: 'historyInfo' },
    has: { 'History-Info': '<sip:+74996740782@192.0.2.1>;index=1, <sip:+79160000001@192.0.2.1;cause=302>;index=1.1;mp=1' },
  },
  {
    name: 'History-Info, continued', trunk: { diversion: 'historyInfo' }, headers: { 'history-info': '<sip:+79990000000@h>;index=1, <sip:+74996740782@h;cause=486>;index=1.2;mp=1' },
    has: { 'History-Info': '<sip:+79990000000@h>;index=1, <sip:+74996740782@h;cause=486>;index=1.2;mp=1, <sip:+79160000001@192.0.2.1;cause=302>;index=1.2.1;mp=1.2' },
  },
  {
    name: 'History-Info with a bad index is begun anew', trunk: { diversion: 'historyInfo' }, headers: { 'history-info': '<sip:+79990000000@h>;index=x' },
    has: { 'History-Info': '<sip:+74996740782@192.0.2.1>;index=1, <sip:+79160000001@192.0.2.1;cause=302>;index=1.1;mp=1' },
  },
  {
    name: 'History-Info came, Diversion is wanted: who diverted and why, newest first (RFC 7544)', trunk: { diversion: 'diversion' },
    headers: { 'history-info': '<sip:+79990000001@a>;index=1, <sip:+79990000002@b;cause=486>;index=1.1;mp=1, <sip:+74996740782@h;cause=408>;index=1.1.1;mp=1.1' },
    has: { Diversion: `${ours}, <sip:+79990000002@b>;reason=no-answer;counter=1;privacy=off, <sip:+79990000001@a>;reason=user-busy;counter=1;privacy=off` },
  },
  {
    name: '… a retarget without cause is routing and no diversion; "mp" names who diverted', trunk: { diversion: 'diversion' },
    headers: { 'history-info': '<sip:+79990000001@a>;index=1, <sip:+79990000001@gw>;index=1.1;rc=1, <sip:+74996740782@h;cause=302>;index=1.2;mp=1' },
    has: { Diversion: `${ours}, <sip:+79990000001@a>;reason=unconditional;counter=1;privacy=off` },
  },
  {
    name: '… who wished to stay private does', trunk: { diversion: 'diversion' },
    headers: { 'history-info': '<sip:+79990000001@a?Privacy=history>;index=1, <sip:+74996740782@h;cause=480?Reason=SIP%3Bcause%3D480>;index=1.1;mp=1' },
    has: { Diversion: `${ours}, <sip:+79990000001@a>;reason=deflection;counter=1;privacy=full` },
  },
  {
    name: '… a cause that is none, and users that cannot be written, are left out', trunk: { diversion: 'diversion' },
    headers: { 'history-info': '<sip:a%22b@a>;index=1, <sip:+79990000001@b;cause=486>;index=1.1;mp=1, <sip:+79990000002@b;cause=200>;index=1.1.1;mp=1.1, <sip:+74996740782@h;cause=x>;index=1.1.1.1' },
    has: { Diversion: ours },
  },
  {
    name: 'both came: each goes where it is wanted, nothing twice', trunk: { diversion: 'diversion' },
    headers: { diversion: '<sip:+79990000009@x>;reason=away', 'history-info': '<sip:+79990000001@a>;index=1, <sip:+74996740782@h;cause=302>;index=1.1;mp=1' },
    has: { Diversion: `${ours}, <sip:+79990000009@x>;reason=away` },
  },
  {
    name: 'Diversion came, History-Info is wanted: oldest first, each cause with whom it led to', trunk: { diversion: 'historyInfo' },
    headers: { diversion: '<sip:+79990000002@b>;reason=no-answer, <sip:+79990000001@a>;reason=user-busy;privacy=full' },
    has: { 'History-Info': '<sip:+79990000001@a?Privacy=history>;index=1, <sip:+79990000002@b;cause=486>;index=1.1;mp=1, ' +
      '<sip:+74996740782@192.0.2.1;cause=408>;index=1.1.1;mp=1.1, <sip:+79160000001@192.0.2.1;cause=302>;index=1.1.1.1;mp=1.1.1' },
  },
  {
    name: '… a reason without a cause of its own is 404; garbage is left out', trunk: { diversion: 'historyInfo' },
    headers: { diversion: '<<>, "x" <mailto:a@b>, <sip:+79990000001@a>;reason="time-of-day"' },
    has: { 'History-Info': '<sip:+79990000001@a>;index=1, <sip:+74996740782@192.0.2.1;cause=404>;index=1.1;mp=1, <sip:+79160000001@192.0.2.1;cause=302>;index=1.1.1;mp=1.1' },
  },
  {
    name: 'the number wants to see the personal number, whatever the trunk has', trunk: { assertIdentity: true }, policy: { callerId: 'personal' },
    has: { From: '<sip:+74996740782@localhost>', 'P-Asserted-Identity': '<sip:+74996740782@localhost>', Privacy: undefined },
  },
  {
    name: '… a withheld caller stays unknown to it and to the other network', trunk: { assertIdentity: true }, headers: { privacy: 'id' }, policy: { callerId: 'personal' },
    has: { From: '<sip:+74996740782@localhost>', 'P-Asserted-Identity': '<sip:+74996740782@localhost>', Privacy: undefined },
  },
  {
    name: 'the number wants to see the caller where the trunk has the personal number', trunk: { assertIdentity: true, identity: 'personal', numberFormat: 'e164' }, policy: { callerId: 'caller' },
    has: { From: '"Анна" <sip:79161234567@localhost>', 'P-Asserted-Identity': '<sip:79161234567@localhost>', Privacy: undefined },
  },
  {
    name: '… a withheld caller is not shown by that (RFC 3323, RFC 3325 §9.1)', trunk: { assertIdentity: true, identity: 'personal' }, headers: { privacy: 'id' }, policy: { callerId: 'caller' },
    has: { From: '"Anonymous" <sip:anonymous@anonymous.invalid>', 'P-Asserted-Identity': undefined, Privacy: 'id' },
  },
  { name: 'a SIP URI that wants to see the personal number', trunk: undefined, policy: { callerId: 'personal' }, has: { From: '<sip:+74996740782@localhost>' } },
  { name: 'no body, no type', trunk: {}, policy: { contentType: '' }, has: { 'Content-Type': undefined } },
  { name: 'SIP URI target: the caller, nothing else', trunk: undefined, has: { From: '"Анна" <sip:+79161234567@localhost>', Diversion: undefined } },
]
for (const row of rows) {
  t.test(row.name, async (t) => {
    const headers = legHeaders(invitation(row.headers), target, row.trunk && trunk(row.trunk), { ...plain, ...row.policy })
    for (const [name, value] of Object.entries(row.has)) t.equal(headers[name], value, name)
    for (const [name, value] of Object.entries(headers)) t.notMatch(value, /[\r\n\0]/, name)
  })
}

t.test('five diversions at most, in either form and converted', async (t) => {
  const many = Array.from({ length: 9 }, (_, i) => `<sip:+7999000000${i}@h>`).join(', ')
  t.equal(legHeaders(invitation({ diversion: many }), target, trunk({ diversion: 'diversion' }), plain)['Diversion']?.split(', ').length, 5)
  const converted = legHeaders(invitation({ diversion: many }), target, trunk({ diversion: 'historyInfo' }), plain)['History-Info']
  t.equal(converted?.split(', ').length, 6, 'four of them, our number, the target')
  const long = Array.from({ length: 9 }, (_, i) => `<sip:+7999000000${i}@h;cause=302>;index=${'1.'.repeat(i)}1`).join(', ')
  t.equal(legHeaders(invitation({ 'history-info': long }), target, trunk({ diversion: 'diversion' }), plain)['Diversion']?.split(', ').length, 5)
})

t.test('a call of the service itself was forwarded by nobody', async (t) => {
  const own = { ...invitation(), own: true }
  for (const diversion of ['diversion', 'historyInfo'] as const) {
    const headers = legHeaders(own, target, trunk({ diversion }), { ...plain, callerId: 'personal' })
    t.equal(headers['Diversion'] ?? headers['History-Info'], undefined, diversion)
    t.equal(headers['From'], '<sip:+74996740782@localhost>')
  }
})
