/**
 * Live calls as the panel and the desk reach them, in virtual time: commands of the board and their
 * verdicts, ladders of what went to and fro, and what happens when the database does not answer.
 */
import t from 'tap'
import { answers, busy, call, clean, phoneA, phoneB, rings, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import { quiet, rule, subscriber } from '../support/call-fixtures.ts'
import { LiveCalls } from '../../src/app/live-commands.ts'
import { message } from '../support/fake-sip-server.ts'
import { LadderRecorder } from '../../src/app/ladder-recorder.ts'
import type { OpenCommand } from '../../src/app/live-port.ts'
import type { SipServer } from '../../src/app/sip-port.ts'
import { SteppingClock } from '../support/stepping-clock.ts'
import { NotingBoard, ladderLine } from '../support/noting-board.ts'

const media = { ...defaultMedia, confirmMobiles: false, recordConsent: false }
const mailbox = subscriber([rule([phoneA, phoneB])], {
  settings: { ...subscriber([]).settings, voicemail: true }, media,
})
const recordedOne = subscriber([rule([phoneA])], {
  settings: { ...subscriber([]).settings, recordCalls: true }, media,
})

function liveWorld(
  who = mailbox, phones: Parameters<typeof world>[1] = { [phoneA]: rings, [phoneB]: rings },
  more: Parameters<typeof world>[2] = {},
): World & { readonly board: NotingBoard } {
  const board = new NotingBoard()
  return { ...world(who, phones, { media: true, ...more, board }), board }
}

function idOf(w: World): string {
  const id = w.journal.opened[0]?.id
  if (id === undefined) throw new Error('no call was opened')
  return id
}

let commands = 0

function order(w: World & { board: NotingBoard }, kind: OpenCommand['kind'], callId = idOf(w)) {
  w.board.commands.push({ id: `c${++commands}`, callId, kind, by: 'subscriber', isStale: false })
}

t.test('to voicemail: within a second of the order, while two phones ring', async (t) => {
  const w = liveWorld()
  const caller = call(w)
  await w.clock.run(3000)
  order(w, 'toVoicemail')
  await w.clock.run(1000)
  t.equal(caller.final, 200, 'voicemail has answered')
  t.same(w.board.verdicts.map(({ verdict }) => verdict), [{ state: 'done' }])
  t.same(w.server.invites.map((invite) => invite.final), [487, 487], 'both phones were taken back')
  caller.hangUp()
  await w.clock.run(60_000)
  const record = w.journal.closed[0]
  t.match(record?.trace.filter((step) => step.step === 'ordered' || step.step === 'voicemail'),
    [{ step: 'ordered', order: 'toVoicemail', by: 'subscriber' }, { step: 'voicemail', why: 'ordered', taken: true }])
  t.same(record?.legs.map((leg) => leg.outcome), ['toVoicemail', 'toVoicemail'])
  clean(t, w)
})

t.test('the verdict is what the machine says, once', async (t) => {
  const rows = [
    { name: 'answered before', phones: { [phoneA]: answers }, atMs: 3000, kind: 'toVoicemail', verdict: { state: 'tooLate' } },
    { name: 'not recorded', phones: { [phoneA]: answers }, atMs: 3000, kind: 'pauseRecording', verdict: { state: 'failed', why: 'notRecorded' } },
    { name: 'ended by the desk', phones: { [phoneA]: answers }, atMs: 3000, kind: 'end', verdict: { state: 'done' } },
    { name: 'ended while it rings', phones: { [phoneA]: rings }, atMs: 3000, kind: 'end', verdict: { state: 'done' } },
  ] as const
  for (const row of rows) {
    const w = liveWorld(subscriber([rule([phoneA])], { settings: mailbox.settings, media }), row.phones)
    const caller = call(w)
    await w.clock.run(row.atMs)
    order(w, row.kind)
    await w.clock.run(1000)
    t.same(w.board.verdicts.map(({ verdict }) => verdict), [row.verdict], row.name)
    caller.hangUp()
    await w.clock.run(120_000)
    clean(t, w)
  }
})

t.test('ended by the desk: BYE to both, with a cause that says nothing', async (t) => {
  const w = liveWorld(mailbox, { [phoneA]: answers, [phoneB]: rings })
  call(w)
  await w.clock.run(5000)
  order(w, 'end')
  await w.clock.run(1000)
  const byes = w.server.sent.filter(({ what }) => what.startsWith('BYE'))
  t.same(byes.map(({ what }) => what).sort(), ['BYE in-call-1', 'BYE out-1'])
  for (const { headers } of byes) t.equal(headers['Reason'], 'Q.850;cause=31;text="Normal, unspecified"')
  await w.clock.run(60_000)
  t.match(w.journal.closed[0], { outcome: 'answered', endedBy: 'service', reason: 'ordered' })
  clean(t, w)
})

t.test('the recording falls silent and goes on at the media server', async (t) => {
  const w = liveWorld(recordedOne, { [phoneA]: answers })
  const caller = call(w)
  await w.clock.run(5000)
  const file = [...w.media.live.flatMap((endpoint) => [...endpoint.recording])][0] ?? ''
  t.match(file, /\.wav$/, 'it is recorded')
  order(w, 'pauseRecording')
  await w.clock.run(1000)
  order(w, 'resumeRecording')
  await w.clock.run(1000)
  const did = w.media.live.flatMap((endpoint) => endpoint.did).filter((what) => /mask/.test(what))
  t.same(did, [`mask ${file}`, `unmask ${file}`])
  t.same(w.board.verdicts.map(({ verdict }) => verdict.state), ['done', 'done'])
  caller.hangUp()
  await w.clock.run(60_000)
  t.same(w.journal.closed[0]?.trace.flatMap((step) => step.step === 'ordered' ? [step.order] : []),
    ['pauseRecording', 'resumeRecording'])
  clean(t, w)
})

t.test('an order meets the end of its call, the database is away, another process has the call', async (t) => {
  const w = liveWorld(mailbox, { [phoneA]: { ...answers, hangsUpAfter: 2000 }, [phoneB]: rings })
  call(w)
  await w.clock.run(2000)
  order(w, 'toVoicemail', 'of-another-process')
  w.board.commands.push({ id: 'old', callId: 'nobody', kind: 'end', by: 'manager', isStale: true })
  w.board.isDown = true
  await w.clock.run(600)
  w.board.isDown = false
  const looks = w.board.looks
  await w.clock.run(1000)
  t.equal(w.board.looks, looks, 'a database that is away is not asked twice a second')
  await w.clock.run(10_000)
  t.same(w.board.verdicts, [], 'no call lives here any more: nobody looks')
  t.equal(w.board.commands.length, 2)
  clean(t, w)

  const next = liveWorld()
  const caller = call(next)
  await next.clock.run(1000)
  next.board.commands.push({ id: 'old', callId: 'nobody', kind: 'end', by: 'manager', isStale: true })
  order(next, 'toVoicemail', 'of-another-process')
  next.board.cannotDecide = true
  order(next, 'toVoicemail')
  await next.clock.run(2000)
  next.board.cannotDecide = false
  await next.clock.run(2000)
  t.same(next.board.verdicts.map(({ verdict }) => verdict), [
    { state: 'failed', why: 'noReply' }, { state: 'done' },
  ], 'stale ones are given up, a verdict that could not be stored is stored later, once')
  caller.hangUp()
  await next.clock.run(60_000)
  clean(t, next)
})

t.test('the ladder of a call to two phones', async (t) => {
  const w = liveWorld(mailbox, { [phoneA]: busy, [phoneB]: answers })
  const caller = call(w)
  await w.clock.run(2000)
  w.board.watched.add(idOf(w))
  await w.clock.run(3000)
  t.equal(w.board.published.length, 1, 'published once: nothing has changed since')
  caller.hangUp()
  await w.clock.run(60_000)
  const ladder = w.board.kept.get(idOf(w))
  t.same(ladder?.entries.map(ladderLine), [
    '0 caller < INVITE', '2 1 > INVITE', '2 2 > INVITE', '8 1 < 486 INVITE', '23 2 < 180 INVITE',
    '23 caller > 180 INVITE', '1003 2 < 200 INVITE', '1003 2 > ACK', '1003 caller > 200 INVITE',
    '1007 caller < ACK', '5000 caller < BYE', '5000 caller > 200 BYE', '5000 2 > BYE',
    '5002 2 < 200 BYE',
  ])
  t.equal((ladder?.startedAt ?? NaN) + 2, w.journal.closed[0]?.startedAt, 'its times count from the INVITE')
  t.match(ladder?.entries[1], { exact: false, hasSdp: true, line: /^INVITE sip:\+79160000001@192\.0\.2\.1/ })
  clean(t, w)
})

t.test('which ladders are kept', async (t) => {
  const rows = [
    { ladders: 'all', phone: answers, watched: false, kept: 1 },
    { ladders: 'failed', phone: answers, watched: false, kept: 0 },
    { ladders: 'failed', phone: answers, watched: true, kept: 1 },
    { ladders: 'failed', phone: busy, watched: false, kept: 1 },
    { ladders: 'off', phone: busy, watched: true, kept: 0 },
  ] as const
  for (const { ladders, phone, watched, kept } of rows) {
    const w = liveWorld(subscriber([rule([phoneA])], { media }), { [phoneA]: phone }, { ladders })
    const caller = call(w)
    await w.clock.run(2)
    if (watched) w.board.watched.add(idOf(w))
    await w.clock.run(2000)
    caller.hangUp()
    await w.clock.run(60_000)
    t.equal(w.board.kept.size, kept, `${ladders}, ${phone === busy ? 'failed' : 'answered'}${watched ? ', read' : ''}`)
    clean(t, w)
  }
  const w = liveWorld(undefined, {})
  const caller = call(w, { to: '<sip:+74990000000@203.0.113.1>' })
  caller.cancel()
  await w.clock.run(60_000)
  t.same(w.board.kept.get(idOf(w))?.entries.map(ladderLine).slice(0, 2), ['0 caller < INVITE', '1 caller < CANCEL'])
})

t.test('under load few ladders are kept: ten of answered calls a second, fifty of others', async (t) => {
  const board = new NotingBoard()
  const clock = new SteppingClock()
  const live = new LiveCalls({ board, clock, log: quiet }, 'all')
  const end = (count: number, isAnswered: boolean, isRead = false) => {
    for (let i = 0; i < count; i++) {
      const ladder = live.recorder()
      if (ladder === undefined) return t.fail('no recorder')
      if (isAnswered) answer(ladder)
      live.keep(`call ${++ladders}`, ladder, isRead)
    }
    return board.kept.size
  }
  let ladders = 0
  t.equal(end(30, true), 10)
  t.equal(end(80, false), 60, 'failed calls have room of their own')
  t.equal(end(1, true, true), 61, 'one that somebody has read is kept in any case')
  await clock.run(1000)
  t.equal(end(30, true), 71)
})

/** The caller of this ladder is answered. */
function answer(ladder: LadderRecorder): void {
  ladder.transaction('caller', {
    request: { ...message({}), method: 'INVITE', uri: '', sourceAddress: '', dialogId: '' },
    respond() {}, onCancel() {},
  }).respond({ status: 200 })
}

t.test('bounds: 200 messages, 64 kB; what is left out is counted', async (t) => {
  const clock = new SteppingClock()
  const ladder = new LadderRecorder(clock)
  const info = (text: string) => ({
    ...message({}), method: 'INFO', uri: '', sourceAddress: '', dialogId: 'd',
    wire: { text, protocol: 'udp', remote: '192.0.2.1:5060', local: '' },
  })
  for (let i = 0; i < 70; i++) ladder.received('caller', info(`INFO sip:a SIP/2.0\r\n\r\n${'x'.repeat(1000)}`))
  for (let i = 0; i < 180; i++) ladder.received('1', info('INFO sip:b SIP/2.0\r\n\r\n'))
  const { entries, leftOut } = ladder.read()
  t.equal(entries.length, 200)
  t.same(leftOut, { messages: 50, texts: 6 + 125 }, 'six long ones, and all short ones but five')
  t.equal(entries[69]?.text, '')
  t.equal(entries[69]?.line, 'INFO sip:a SIP/2.0', 'the first line stays')
  t.ok(JSON.stringify(entries).length < 120_000)
})

t.test('a request that is sent again with credentials, and its CANCEL, as the server tells them', async (t) => {
  const clock = new SteppingClock()
  const ladder = new LadderRecorder(clock)
  const wire = (text: string) => ({
    ...message({}), wire: { text, protocol: 'udp', remote: '192.0.2.9:5060', local: '' },
  })
  const server: SipServer = {
    listen: () => () => {},
    send: (request, events) => {
      events.sent?.(wire('INVITE sip:x SIP/2.0\r\n\r\n'), 'INVITE')
      events.challenged?.({ ...wire('SIP/2.0 407 Proxy Authentication Required\r\n\r\n'), status: 407, reason: '', dialogId: '' })
      events.sent?.(wire('INVITE sip:x SIP/2.0\r\nProxy-Authorization: Digest response="1"\r\n\r\n'), 'INVITE')
      return { cancel: () => events.sent?.(wire('CANCEL sip:x SIP/2.0\r\n\r\n'), 'CANCEL') }
    },
  }
  const sent = ladder.server('1', server).send(
    { method: 'INVITE', uri: 'sip:x', headers: {}, body: '' },
    { progress() {}, answered() {}, failed() {} })
  sent.cancel({})
  sent.cancel({})
  const { entries } = ladder.read()
  t.same(entries.map(ladderLine), ['0 1 > INVITE', '0 1 < 407 INVITE', '0 1 > INVITE', '0 1 > CANCEL'])
  t.ok(entries.every(({ exact }) => exact))
  t.match(entries[2]?.text, /Proxy-Authorization: \(cut\)/)
  t.equal(entries[3]?.wire.remote, '192.0.2.9:5060')
})
