/**
 * Where messages go: `resolver.ts`, `listen-points.ts`, `ip-address.ts`, `connections.ts`,
 * `registration.ts`.
 */
import t from 'tap'
import { Connections } from '../../src/sip/connections.ts'
import {
  addressBytes, bracketHost, commonOctets, isInNetwork, isIpAddress, isLoopback, isPrivate,
} from '../../src/sip/ip-address.ts'
import { ListenPoints } from '../../src/sip/listen-points.ts'
import { nextHop } from '../../src/sip/resolver.ts'
import { placedCall } from '../support/established-call.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { bob, connection, field, ours, sdp, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }

t.test('IP addresses', (t) => {
  t.same(addressBytes('192.0.2.1'), [192, 0, 2, 1])
  t.same(addressBytes('::1'), [...Array(15).fill(0), 1])
  t.same(addressBytes('2001:db8::a:b').slice(0, 4), [0x20, 0x01, 0x0d, 0xb8])
  t.same(addressBytes('::ffff:192.0.2.1').slice(10), [255, 255, 192, 0, 2, 1])
  t.same(addressBytes('1:2:3:4:5:6:7:8').slice(-2), [0, 8])
  for (const text of ['example.net', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '', '::1::2', '1:2', 'g::1', '12345::', '1.2.3.4x']) {
    t.equal(isIpAddress(text), false, text)
  }
  t.equal(isInNetwork(addressBytes('10.1.2.3'), '10.0.0.0/8'), true)
  t.equal(isInNetwork(addressBytes('11.1.2.3'), '10.0.0.0/8'), false)
  t.equal(isInNetwork(addressBytes('10.0.0.130'), '10.0.0.128/25'), true)
  t.equal(isInNetwork(addressBytes('10.0.0.127'), '10.0.0.128/25'), false)
  t.equal(isInNetwork(addressBytes('10.0.0.1'), '10.0.0.1'), true)
  t.equal(isInNetwork(addressBytes('1.2.3.4'), '0.0.0.0/0'), true)
  t.equal(isInNetwork(addressBytes('2001:db8::1'), '2001:db8::/32'), true)
  t.equal(isInNetwork(addressBytes('10.0.0.1'), '2001:db8::/32'), false)
  t.equal(isInNetwork(addressBytes('10.0.0.1'), '10.0.0.0/99'), false)
  t.equal(commonOctets(addressBytes('10.0.1.1'), addressBytes('10.0.2.1')), 2)
  t.equal(isLoopback(addressBytes('127.9.9.9')), true)
  t.equal(isLoopback(addressBytes('::1')), true)
  t.equal(isLoopback(addressBytes('::2')), false)
  t.same(['10.0.0.1', '172.16.0.1', '172.32.0.1', '192.168.1.1', '8.8.8.8', '::1']
    .map((address) => isPrivate(addressBytes(address))), [true, true, false, true, false, false])
  t.equal(bracketHost('::1'), '[::1]')
  t.equal(bracketHost('1.2.3.4'), '1.2.3.4')
  t.end()
})

t.test('the listening point for a destination', (t) => {
  const points = new ListenPoints([
    { transport: 'tcp', address: '10.0.0.5', port: 5060 },
    { transport: 'udp', address: '127.0.0.1', port: 5060 },
    { transport: 'udp', address: '10.0.0.5', port: 5060, localNets: ['10.0.0.0/8'] },
    { transport: 'udp', address: '198.51.100.5', port: 5060, externalAddress: '203.0.113.5' },
    { transport: 'udp', address: '2001:db8::5', port: 5060, dnsNames: ['sip.example.com'] },
  ])
  const chosen = (transport: 'udp' | 'tcp' | 'tls' | undefined, to: string): string | undefined =>
    points.choose(transport, to)?.address
  t.equal(chosen(undefined, '10.9.9.9'), '10.0.0.5', 'its network')
  t.equal(points.choose(undefined, '10.9.9.9')?.transport, 'udp', 'UDP where nothing is said')
  t.equal(chosen('tcp', '8.8.8.8'), '10.0.0.5', 'the only one with TCP')
  t.equal(chosen('udp', '198.51.7.7'), '198.51.100.5', 'longest common octets')
  t.equal(chosen('udp', '8.8.8.8'), '198.51.100.5', 'one with an external address')
  t.equal(chosen('udp', '127.0.0.9'), '127.0.0.1')
  t.equal(chosen('udp', '2001:db8::9'), '2001:db8::5')
  t.equal(chosen('tcp', '2001:db8::9'), undefined)
  t.equal(chosen('tls', '8.8.8.8'), undefined)
  t.equal(points.isOwn('203.0.113.5', 5060), true)
  t.equal(points.isOwn('SIP.example.com', 5060), true)
  t.equal(points.isOwn('10.0.0.5', 5070), false)
  t.equal(points.choose('udp', '8.8.8.8')?.contact, '<sip:203.0.113.5:5060>')
  t.equal(points.choose('tcp', '8.8.8.8')?.contact, '<sip:10.0.0.5:5060;transport=tcp>')
  t.equal(points.choose('udp', '2001:db8::9')?.viaPrefix, 'SIP/2.0/UDP [2001:db8::5];rport;branch=')
  t.end()
})

t.test('the next hop in a URI', (t) => {
  for (const [uri, wanted] of [
    ['sip:a@h', { host: 'h', port: undefined, transport: undefined }],
    ['sip:h:5070;transport=TCP', { host: 'h', port: 5070, transport: 'tcp' }],
    ['sips:h', { host: 'h', port: undefined, transport: 'tls' }],
    ['sip:h;maddr=192.0.2.9', { host: '192.0.2.9', port: undefined, transport: undefined }],
    ['sip:[2001:db8::1]:5080', { host: '2001:db8::1', port: 5080, transport: undefined }],
    ['sip:h;transport=pigeon', 'noTransport'], ['tel:+1', undefined], ['nonsense', undefined],
  ] as const) t.same(nextHop(uri), wanted, uri)
  t.end()
})

t.test('external address in Via, Contact and From', (t) => {
  const probe = new StackProbe({
    listenPoints: [{ transport: 'udp', address: ours, port: 5080, externalAddress: '203.0.113.5' }],
  })
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', 'contact: <sip:x@localhost>')
  const { data, flow } = probe.one('send')
  t.match(field(data, 'Via'), 'UDP 203.0.113.5:5080;rport')
  t.match(field(data, 'From'), '<sip:203.0.113.5:5080>')
  t.equal(field(data, 'Contact'), '<sip:x@203.0.113.5:5080>')
  t.match(flow, { localAddress: ours, localPort: 5080 })
  t.end()
})

t.test('names are resolved, the addresses tried in turn, the user sees one answer', (t) => {
  const probe = new StackProbe()
  probe.request(undefined, 'INVITE sip:bob@example.net SIP/2.0', '', sdp)
  const { query, host, port, transport } = probe.one('resolve')
  t.same([host, port, transport], ['example.net', undefined, undefined])
  t.same(probe.outputs(), [], 'not accepted before it is known where to')
  probe.input({ type: 'resolved', now: probe.nowMs, query, addresses: [
    { transport: 'tls', address: '192.0.2.30', port: 5061 },
    { transport: 'udp', address: '192.0.2.31', port: 5070 },
    { transport: 'tcp', address: '192.0.2.32', port: 5060 },
  ] })
  const first = probe.one('send')
  t.match(first.flow, { remoteAddress: '192.0.2.31', remotePort: 5070 }, 'we have no TLS')
  const { transaction, dialog } = probe.one('accepted')
  probe.input({ type: 'sendFailed', now: probe.nowMs, transaction: first.transaction, cause: 'EHOSTUNREACH' })
  const second = probe.one('send')
  t.match(second.flow, { transport: 'tcp', remoteAddress: '192.0.2.32' })
  t.equal(second.transaction, transaction)
  t.not(field(second.data, 'Via'), field(first.data, 'Via'))
  for (const name of ['Call-ID', 'From', 'CSeq']) t.equal(field(second.data, name), field(first.data, name))
  t.same(probe.outputs(), [])
  probe.input({ type: 'sendFailed', now: probe.nowMs, transaction, cause: 'ECONNREFUSED' })
  t.match(probe.one('response'), { transaction, dialog, message: { status: 503 }, flow: undefined })
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a name that does not exist, or is never resolved: accepted, then 503', (t) => {
  for (const silent of [false, true]) {
    const probe = new StackProbe()
    probe.request(undefined, 'INVITE sip:bob@nowhere.example SIP/2.0', '', sdp)
    const { query } = probe.one('resolve')
    if (silent) probe.wait(32_000)
    else probe.input({ type: 'resolved', now: probe.nowMs, query, addresses: [] })
    t.same(probe.outputs().map(({ type }) => type), ['accepted', 'response'])
    probe.input({ type: 'resolved', now: probe.nowMs, query, addresses: [] })
    t.match(probe.stack.counts, empty)
  }
  t.end()
})

t.test('a Contact with a name: requests inside the dialog wait for its address', (t) => {
  const { probe, dialog } = placedCall({
    contact: '<sip:bob@pbx.example.net>', options: { natDetection: false },
  })
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  const { query, host } = probe.one('resolve')
  t.equal(host, 'pbx.example.net')
  probe.input({ type: 'resolved', now: probe.nowMs, query, addresses: [
    { transport: 'udp', address: '192.0.2.99', port: 5060 }] })
  t.equal(probe.take('send').at(-1)?.flow.remoteAddress, '192.0.2.99')
  t.end()
})

t.test('the owner goes while a name is resolved: nothing is sent', (t) => {
  const probe = new StackProbe()
  probe.request(undefined, 'INVITE sip:bob@example.net SIP/2.0')
  const { query } = probe.one('resolve')
  probe.command({ type: 'release', owner: 1 })
  probe.input({ type: 'resolved', now: probe.nowMs, query, addresses: [
    { transport: 'udp', address: '192.0.2.31', port: 5060 }] })
  t.same(probe.outputs(), [])
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('who registers over TCP is reached over that connection (control protocol §15.4)', (t) => {
  const probe = new StackProbe()
  const flow = connection('192.0.2.2', 4)
  const phone = new ScriptedPeer(flow)
  const register = (contact: string, expires: string): void => {
    probe.receive(phone.request('REGISTER', { toTag: '', contact, more: [`Expires: ${expires}`] }), flow)
    probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK', `Expires: ${expires}`).outputs()
  }
  const reached = (): number => {
    probe.request(undefined, 'OPTIONS sip:ann@10.0.0.7 SIP/2.0')
    return probe.take('send').at(-1)?.flow.connection ?? -1
  }
  register('<sip:ann@10.0.0.7;transport=tcp>', '60')
  t.equal(reached(), 4)
  probe.wait(60_000)
  t.equal(reached(), 0, 'expired')
  register('<sip:ann@10.0.0.7>', '60')
  t.equal(reached(), 4)
  register('<sip:ann@10.0.0.7>', '0')
  t.equal(reached(), 0, 'unbound')
  register('<sip:ann@10.0.0.7>', '60')
  probe.input({ type: 'flowClosed', now: probe.nowMs, connection: 4 })
  t.equal(reached(), 0, 'the connection is gone')
  t.match(probe.stack.counts, { bindings: 0, connections: 0 })
  t.end()
})

t.test('bindings of one connection are bounded, a contact has one', (t) => {
  const connections = new Connections()
  connections.seen(connection('192.0.2.2', 1))
  connections.seen(connection('192.0.2.3', 2))
  for (let n = 0; n < 200; n++) connections.bind(`u${n}@h`, 1, 1000, 0)
  t.equal(connections.bindings, 64)
  connections.bind('u1@h', 2, 1000, 0)
  t.equal(connections.flowTo('u1@h', 10)?.connection, 2)
  connections.closed(1)
  t.equal(connections.bindings, 1)
  connections.bind('x@h', 99, 1000, 0)
  t.equal(connections.flowTo('x@h', 10), undefined, 'a connection nobody has seen')
  t.end()
})

t.test('REGISTER with a Contact that cannot be read, or * without Expires 0: 400', (t) => {
  const probe = new StackProbe()
  const phone = new ScriptedPeer(bob)
  for (const contact of ['<<>>', '*']) {
    probe.receive(phone.request('REGISTER', { contact }), bob)
    t.match(probe.sent(), [/^400 .*REGISTER/], contact)
    t.same(probe.outputs(), [])
  }
  probe.receive(phone.request('REGISTER', { contact: '*', more: ['Expires: 0'] }), bob)
  t.equal(probe.take('request').length, 1)
  t.end()
})
