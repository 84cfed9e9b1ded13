/**
 * The two dialogs of a talking call: every request by row, and the disorder of RFC 3261 §14: glare,
 * a second re-INVITE, CANCEL of one, hang-up in the middle, a side that has vanished.
 */
import t from 'tap'
import { Bridge } from '../../src/app/bridge.ts'
import { SipDialog } from '../../src/app/sip-dialog.ts'
import type { Answer, ServerTransaction, SipMessage } from '../../src/app/sip-port.ts'
import { FakeSipServer, request, response } from '../support/fake-sip-server.ts'
import { SteppingClock } from '../support/stepping-clock.ts'

interface World {
  readonly server: FakeSipServer
  readonly clock: SteppingClock
  readonly caller: SipDialog
  readonly callee: SipDialog
  readonly bridge: Bridge
  readonly events: string[]
}

function world(confirmed = true): World {
  const clock = new SteppingClock()
  const server = new FakeSipServer(clock)
  const events: string[] = []
  for (const id of ['a', 'b']) server.dialogs.add(id)
  const caller = new SipDialog(server, 'a', (reason) => events.push(`caller hung up ${reason}`))
  const callee = new SipDialog(server, 'b', (reason) => events.push(`callee hung up ${reason}`))
  caller.received = callee.sent = 'A1'
  callee.received = caller.sent = 'B1'
  const bridge = new Bridge(caller, callee, {
    acknowledged: (sdp) => events.push(`acknowledged ${sdp}`),
    vanished: (side) => events.push(`${side} vanished`),
  })
  if (confirmed) void server.receive('a', 'ACK')
  return { clock, server, caller, callee, bridge, events }
}

/** An INVITE whose answers can be watched and which can be cancelled. */
function reinvite(body: string): ServerTransaction & { answers: Answer[]; cancel: () => void; gone: boolean } {
  let listener: ((cancel: SipMessage) => void) | undefined
  const made = {
    request: request('INVITE', { 'content-type': 'application/sdp' }, body),
    answers: [] as Answer[],
    gone: false,
    respond(answer: Answer, done?: (error: string | undefined, dialogId: string) => void) {
      if (!made.gone) made.answers.push(answer)
      done?.(made.gone ? 'unknown transaction' : undefined, '')
    },
    onCancel(run: (cancel: SipMessage) => void) { listener = run },
    cancel() { made.gone = true; listener?.(request('CANCEL')) },
  }
  return made
}

const forwarded: [method: string, body: string, headers: Record<string, string>, answer: { status: number; headers?: Record<string, string>; body?: string }, seen: number][] = [
  ['INFO', 'Signal=1', { 'content-type': 'application/dtmf-relay' }, { status: 200 }, 200],
  ['INFO', '', { 'info-package': 'foo' }, { status: 469 }, 469],
  ['INFO', 'x', {}, { status: 407 }, 403],
  ['UPDATE', 'A2', { 'content-type': 'application/sdp' }, { status: 200, body: 'B2' }, 200],
  ['UPDATE', 'A2', {}, { status: 491 }, 491],
  ['INVITE', 'A2', {}, { status: 488 }, 488],
  ['INVITE', 'A2', {}, { status: 302 }, 488],
  ['INVITE', 'A2', {}, { status: 401 }, 403],
]
for (const [method, body, headers, answer, seen] of forwarded) {
  t.test(`${method} is relayed, ${answer.status} comes back as ${seen}`, async (t) => {
    const w = world()
    w.server.inDialog = () => answer
    const got = w.server.receive('a', method, headers, body)
    await w.clock.run(10)
    const result = await got
    t.equal(result.status, seen)
    t.equal(result.body ?? '', answer.body ?? '')
    const sent = w.server.sent[0]
    t.equal(sent?.what, `${method} b`)
    t.equal(sent?.body, body)
    if (headers['content-type']) t.equal(sent?.headers['Content-Type'], headers['content-type'])
    if (headers['info-package']) t.equal(sent?.headers['Info-Package'], 'foo')
  })
}

const local: [method: string, body: string, status: number][] = [
  ['OPTIONS', '', 200], ['REFER', '', 603], ['SUBSCRIBE', '', 489], ['MESSAGE', 'hi', 405],
  ['NOTIFY', '', 405], ['PUBLISH', '', 405], ['PRACK', '', 405], ['FOO', '', 405],
  ['UPDATE', '', 200], ['UPDATE', 'A1', 200], ['INVITE', 'A1', 200],
]
for (const [method, body, status] of local) {
  t.test(`${method} ${body} is answered here: ${status}`, async (t) => {
    const w = world()
    const answer = await w.server.receive('a', method, {}, body)
    t.equal(answer.status, status)
    if (status === 405) t.match(answer.headers?.['Allow'], /INVITE/)
    if (body === 'A1') t.equal(answer.body, 'B1', 'a refresh gets what it had')
    t.same(w.server.sent, [])
  })
}

t.test('a side that no longer knows its dialog: 500 here, and the call is told', async (t) => {
  for (const status of [408, 481]) {
    const w = world()
    w.server.inDialog = () => ({ status })
    const got = w.server.receive('b', 'INVITE', {}, 'B2')
    await w.clock.run(10)
    t.equal((await got).status, 500)
    t.same(w.events, ['acknowledged ', 'caller vanished'])
  }
})

t.test('second re-INVITE while the first is pending: 500 with Retry-After', async (t) => {
  const w = world()
  w.server.inDialog = () => undefined
  void w.server.receive('a', 'INVITE', {}, 'A2')
  const second = await w.server.receive('a', 'INVITE', {}, 'A3')
  t.same([second.status, second.headers?.['Retry-After']], [500, '3'])
  t.equal((await w.server.receive('a', 'UPDATE', {}, 'A3')).status, 500)
})

t.test('glare: 491 for the later one, from either side', async (t) => {
  for (const [first, second] of [['a', 'b'], ['b', 'a']] as const) {
    const w = world()
    w.server.inDialog = () => undefined
    void w.server.receive(first, 'INVITE', {}, 'X2')
    t.equal((await w.server.receive(second, 'INVITE', {}, 'Y2')).status, 491)
    t.equal((await w.server.receive(second, 'UPDATE', {}, 'Y2')).status, 491)
  }
})

t.test('the relayed INVITE cannot be sent: 491, the other side has one under way', async (t) => {
  const w = world()
  w.server.inDialog = () => undefined
  const got = w.server.receive('a', 'INVITE', {}, 'A2')
  w.server.sent[0]?.events.failed(0, undefined)
  t.equal((await got).status, 491)
})

t.test('re-INVITE of the phone before the caller has acknowledged waits for the ACK', async (t) => {
  const w = world(false)
  const got = w.server.receive('b', 'INVITE', {}, 'B2')
  await w.clock.run(100)
  t.same(w.server.sent, [])
  void w.server.receive('a', 'ACK')
  t.equal(w.server.sent[0]?.what, 'INVITE a')
  await w.clock.run(10)
  t.equal((await got).status, 200)
})

t.test('late offer: the ACK with the answer goes on to the other side', async (t) => {
  const w = world()
  w.server.inDialog = () => undefined
  const acks: (string | undefined)[] = []
  const got = w.server.receive('a', 'INVITE')
  w.server.sent[0]?.events.answered(response(200, {}, 'B2 offer'), (body) => acks.push(body))
  t.equal((await got).body, 'B2 offer')
  t.same(acks, [], 'not before he has answered')
  t.equal((await w.server.receive('b', 'INVITE', {}, 'B3')).status, 491, 'and nobody else meanwhile')
  void w.server.receive('a', 'ACK', {}, 'A2 answer')
  t.same(acks, ['A2 answer'])
})

t.test('CANCEL of a relayed re-INVITE goes on', async (t) => {
  const w = world()
  w.server.inDialog = () => undefined
  const invite = reinvite('A2')
  w.caller.attach(() => {})
  const bridge = new Bridge(w.caller, w.callee, { acknowledged() {}, vanished() {} })
  void w.server.receive('a', 'ACK')
  w.server.deliver('a', invite)
  invite.cancel()
  t.ok(w.server.sent.some((s) => s.what === 'CANCEL b'))
  w.server.sent[0]?.events.failed(487, response(487))
  t.same(invite.answers, [])
  bridge.close()
})

t.test('CANCEL that crosses the 200: the other side is taken back to what it had', async (t) => {
  const w = world()
  w.server.inDialog = () => undefined
  const invite = reinvite('A2')
  w.server.deliver('a', invite)
  invite.gone = true
  let acked = false
  w.server.sent[0]?.events.answered(response(200, {}, 'B2'), () => { acked = true })
  t.equal(acked, true)
  t.same([w.server.sent[1]?.what, w.server.sent[1]?.body], ['INVITE b', 'A1'])
})

t.test('the call ends while a re-INVITE is pending: 487 to it, ACK to its late 200', async (t) => {
  for (const body of ['A2', '']) {
    const w = world()
    w.server.inDialog = () => undefined
    const got = w.server.receive('a', 'INVITE', {}, body)
    w.bridge.close()
    t.equal((await got).status, 487)
    const acks: (string | undefined)[] = []
    w.server.sent[0]?.events.answered(response(200, {}, 'v=0\r\nm=audio 4 RTP/AVP 0\r\n'), (b) => acks.push(b))
    t.same(acks, [body === '' ? 'v=0\r\nm=audio 0 RTP/AVP 0\r\n' : undefined])
    t.equal((await w.server.receive('a', 'INFO')).status, 481)
  }
})

t.test('BYE is answered and told with its Reason; crossing BYEs end once', async (t) => {
  const w = world()
  t.equal((await w.server.receive('a', 'BYE', { reason: 'Q.850;cause=16\r\n x' })).status, 200)
  t.same(w.events, ['acknowledged ', 'caller hung up Q.850;cause=16   x'])
  t.equal((await w.server.receive('a', 'BYE')).status, 481, 'nobody listens any more')
  let closed = 0
  w.callee.bye('', () => closed++)
  const crossing = w.server.receive('b', 'BYE')
  t.equal((await crossing).status, 200)
  await w.clock.run(10)
  t.equal(closed, 1)
  t.equal(w.callee.closed, true)
  t.equal(w.events.length, 2, 'a BYE behind ours is no second hang-up')
})

t.test('requests before anybody judges them wait, but not without end', async (t) => {
  const clock = new SteppingClock()
  const server = new FakeSipServer(clock)
  const dialog = new SipDialog(server, 'x', () => {})
  const answers = Array.from({ length: 10 }, () => server.receive('x', 'INFO'))
  t.equal((await answers[8]!).status, 500)
  const seen: string[] = []
  dialog.attach((transaction) => {
    seen.push(transaction.request.method)
    transaction.respond({ status: 200 })
  })
  t.equal(seen.length, 8)
  dialog.bye('')
  t.equal((await server.receive('x', 'INFO')).status, 481)
})
