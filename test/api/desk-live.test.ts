/**
 * Live calls over HTTP: commands of subscribers to their own calls, the desk's list, one call with
 * its ladder as columns and as a capture file, its end, and the log of who looked.
 */
import t from 'tap'
import type { Test } from 'tap'
import type { CallLadder, LadderEntry } from '../../src/call/ladder.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { routeTable } from '../../src/api/route-table.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { forgetCallCommands } from '../../src/store/call-commands.ts'
import { createLadderKeeper, forgetLadders, readLadder } from '../../src/store/call-ladders.ts'
import { newId } from '../../src/store/ids.ts'
import { createLiveBoard } from '../../src/store/live-board.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'

type World = TestApi & {
  readonly journal: CallJournal
  readonly board: ReturnType<typeof createLiveBoard>
  /** Stores a live call of now. */
  live(wanted?: Partial<CallRecord>): Promise<CallRecord>
}

async function world(
  t: Test,
  more: { readonly ladders?: 'all' | 'failed' | 'off' } = {},
): Promise<World> {
  const api = await testApi(t, more)
  const { database, clock } = api
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'ab'.repeat(16),
  })
  const board = createLiveBoard({ database, clock, log: silentLog })
  t.teardown(async () => {
    await board.stop()
    await journal.stop(1000)
  })
  const live = async (wanted: Partial<CallRecord> = {}) => {
    const record = callRecord({ startedAt: Math.floor(clock.wallMs()) - 5000, ...wanted })
    await journal.open(record)
    return record
  }
  return { ...api, journal, board, live }
}

function entry(wanted: Partial<LadderEntry> = {}): LadderEntry {
  const text = 'INVITE sip:+74996740782@h SIP/2.0\r\nVia: x\r\n\r\n'
  return {
    atMs: 0, lane: 'caller', direction: 'in', method: 'INVITE', status: null,
    line: 'INVITE sip:+74996740782@h SIP/2.0', hasSdp: false, text, exact: true,
    wire: { protocol: 'udp', remote: '192.0.2.55:5062', local: '203.0.113.1:5060' }, ...wanted,
  }
}

const ladder: CallLadder = {
  startedAt: 1_763_380_000_123, leftOut: { messages: 2, texts: 1 },
  entries: [
    entry(),
    entry({ atMs: 11.5, lane: '1', direction: 'out', wire: { protocol: '', remote: '', local: '' } }),
    entry({ atMs: 700, lane: '1', method: 'INVITE', status: 180, line: 'SIP/2.0 180 Ringing',
      text: 'SIP/2.0 180 Ringing\r\n\r\n', wire: { protocol: 'udp', remote: '[2001:db8::7]:5060', local: '' } }),
    entry({ atMs: 900, lane: '2', text: '', line: 'INVITE sip:x SIP/2.0' }),
  ],
}

t.test('commands of a subscriber, and the end that the desk orders', async (t) => {
  const w = await world(t)
  const anna = await w.subscriber('anna')
  const boris = await w.subscriber('boris')
  const call = await w.live({ subscriberId: anna.id })
  const path = `/api/calls/${call.id}/commands`

  t.equal((await boris.post(path, { kind: 'toVoicemail' })).status, 404, 'somebody else’s call')
  t.equal((await anna.post(path, { kind: 'end' })).status, 400, 'ending is the desk’s')
  t.equal((await anna.post(`/api/calls/${'0'.repeat(32)}/commands`, { kind: 'toVoicemail' })).status, 404)
  const asked = await anna.post(path, { kind: 'toVoicemail' })
  t.same([asked.status, asked.body.state, asked.body.kind, asked.body.why], [202, 'open', 'toVoicemail', null])
  t.same((await anna.post(path, { kind: 'toVoicemail' })).body, asked.body, 'twice is one')
  const pause = await anna.post(path, { kind: 'pauseRecording' })
  t.not(pause.body.id, asked.body.id)
  t.equal((await boris.get(`${path}/${asked.body.id}`)).status, 404)

  const { commands } = await w.board.look()
  t.match(commands, [
    { id: asked.body.id, callId: call.id, kind: 'toVoicemail', by: 'subscriber', isStale: false },
    { id: pause.body.id, kind: 'pauseRecording' },
  ])
  await w.board.decide(asked.body.id, { state: 'done' })
  await w.board.decide(asked.body.id, { state: 'tooLate' })
  await w.board.decide(pause.body.id, { state: 'failed', why: 'notRecorded' })
  t.match((await anna.get(`${path}/${asked.body.id}`)).body, { state: 'done', why: null }, 'decided once')
  t.match((await anna.get(`${path}/${pause.body.id}`)).body, { state: 'failed', why: 'notRecorded' })
  t.same((await w.board.look()).commands, [])
  const marks = await w.database.kysely.selectFrom('marks').select('version')
    .where('subscriber_id', '=', anna.id).where('topic', '=', 'calls').executeTakeFirst()
  t.equal(marks?.version, '2', 'open panels hear of both')

  const unheard = await anna.post(path, { kind: 'resumeRecording' })
  await w.database.kysely.updateTable('call_commands').set({ expires_ms: 1 })
    .where('id', '=', unheard.body.id).execute()
  t.match((await anna.get(`${path}/${unheard.body.id}`)).body, { state: 'failed', why: 'noReply' })
  t.match((await w.board.look()).commands, [{ isStale: true }])
  t.not((await anna.post(path, { kind: 'resumeRecording' })).body.id, unheard.body.id, 'it may be tried again')

  await w.journal.close(endedCall(call))
  const late = await anna.post(path, { kind: 'toVoicemail' })
  t.same([late.status, late.body.code], [409, 'call_over'])

  const olga = await w.manager('olga')
  const other = await w.live({ subscriberId: anna.id })
  const end = `/api/desk/calls/${other.id}/end`
  t.equal((await anna.post(end, { reason: 'Так надо' })).status, 404)
  t.equal((await olga.post(end, { reason: '' })).status, 400)
  const [ended, ...same] = await Promise.all(Array.from({ length: 5 }, () => olga.post(end, { reason: 'Жалоба на спам' })))
  if (!ended) throw new Error('no reply')
  t.same(new Set(same.map(({ body }) => body.id)), new Set([ended.body.id]), 'ordered five times at once it is one order')
  t.match(ended, { status: 202, body: { kind: 'end', state: 'open' } })
  t.match((await w.board.look()).commands.at(-1), { kind: 'end', by: 'manager', callId: other.id })
  await w.board.decide(ended.body.id, { state: 'done' })
  t.match((await olga.get(`/api/desk/calls/${other.id}/commands/${ended.body.id}`)).body, { state: 'done' })
  const log = await w.database.kysely.selectFrom('audit_log').selectAll().where('action', '=', 'call.end').execute()
  t.match(log, [{ actor: 'olga', subject: `call:${other.id}`, subscriber_id: anna.id }])
  t.match(log[0]?.details, /Жалоба на спам/)
  await w.journal.close(endedCall(other))
  t.match(await olga.post(end, { reason: 'Ещё раз' }), { status: 409, body: { code: 'call_over' } })
})

t.test('the desk’s list', async (t) => {
  const w = await world(t)
  const anna = await w.subscriber('anna', { name: 'Анна Каренина' })
  const olga = await w.manager('olga')
  const now = Math.floor(w.clock.wallMs())
  const leg = legRecord()
  const taken = (ruleId: string) => ({
    step: 'ruleTaken', atMs: 0, ruleId, ruleName: `правило ${ruleId}`, via: 'schedule', priority: 0,
  } as const)
  const talks = await w.live({
    subscriberId: anna.id, answeredAt: now - 2000, answeredLegId: '1', startedAt: now - 60_000,
    legs: [{ ...leg, outcome: 'answered', answerMs: 900 }], trace: [taken('a'), { step: 'recording', atMs: 1, running: true }],
  })
  const rings = await w.live({ subscriberId: anna.id, legs: [leg], trace: [taken('a')], startedAt: now - 4000 })
  await w.live({ legs: [leg], trace: [taken('a'), taken('b'), taken('a'), taken('b'), taken('a')], startedAt: now - 50_000 })
  await w.live({ legs: [{ ...leg, answerMs: 5 }], startedAt: now - 49_000 })
  await w.live({ answeredAt: now, trace: [{ step: 'voicemail', atMs: 1, why: 'timeout', taken: true }], startedAt: now - 48_000 })
  await w.live({ answeredAt: now, trace: [{ step: 'mailbox', atMs: 1, taken: true }], startedAt: now - 47_000 })
  await w.live({ startedAt: now - 46_000, anonymous: true, caller: '' })
  await w.journal.close(endedCall(callRecord({ startedAt: now - 9000 }), { endedAt: now - 1000 }))
  await w.journal.close(endedCall(callRecord({ startedAt: now - 9000 }),
    { endedAt: now - 1000, answeredAt: undefined, outcome: 'missed' }))

  t.equal((await anna.get('/api/desk/live')).status, 404, 'subscribers do not learn that there is such a thing')
  t.equal((await w.client().get('/api/desk/live')).status, 401)
  const { body } = await olga.get('/api/desk/live')
  t.same(body.states, { connecting: 1, rings: 1, waits: 1, loops: 1, talks: 1, voicemail: 1, mailbox: 1 })
  t.same([body.total, body.grouped, body.more], [7, false, false])
  // At midnight in Moscow those two may have ended yesterday.
  t.ok(body.today.calls === 2 ? body.today.ratio === 0.5 : body.today.calls < 2)
  t.equal(body.perSecond, 0.3, 'two that are over and one that rings, in ten seconds')
  t.equal(body.calls[0].id, rings.id, 'newest first')
  t.match(body.calls.find((row: { id: string }) => row.id === talks.id), {
    state: 'talks', recorded: true, subscriberName: 'Анна Каренина', ruleName: 'правило a', phones: ['Мобильный'], round: 1,
  })
  t.equal(body.calls.find((row: { state: string }) => row.state === 'loops').round, 3)

  w.clock.wallAheadMs = 0
  const only = async (query: string) => (await olga.get(`/api/desk/live?${query}`)).body
  t.same((await only('state=talks')).calls.map((row: { id: string }) => row.id), [talks.id])
  t.equal((await only('q=%D0%BA%D0%B0%D1%80%D0%B5%D0%BD')).calls.length, 2, 'by name')
  t.equal((await only('q=%2B7+903+111')).calls.length, 6, 'by number; one is withheld')
  const first = await only('limit=3')
  t.equal(first.more, true)
  const last = first.calls.at(-1)
  const rest = await only(`limit=5&before=${last.startedAt}&beforeId=${last.id}`)
  t.same([rest.calls.length, rest.more], [4, false])
  t.equal((await olga.get('/api/desk/live?state=sleeps')).status, 400)
  const looks = await w.database.kysely.selectFrom('audit_log').selectAll().where('action', '=', 'calls.look').execute()
  t.equal(looks.length, 1, 'who watches looks once')

  await w.journal.close(endedCall(talks))
  await until(async () => (await only('')).total === 6)
})

t.test('above 200 calls they are read state by state', async (t) => {
  const w = await world(t)
  const olga = await w.manager('olga')
  await Promise.all(Array.from({ length: 230 }, (_, i) => w.live({ legs: i < 225 ? [legRecord()] : [] })))
  const all = (await olga.get('/api/desk/live')).body
  t.match(all, { total: 230, grouped: true, more: true, states: { rings: 225, connecting: 5 } })
  t.equal(all.calls.length, 50)
  const rings = (await olga.get('/api/desk/live?state=rings')).body
  t.same([rings.calls.length, rings.more], [200, true])
  const last = rings.calls.at(-1)
  t.equal((await olga.get(`/api/desk/live?state=rings&before=${last.startedAt}&beforeId=${last.id}`)).body.calls.length, 25)
})

t.test('one call, its ladder while it lives and after', async (t) => {
  const w = await world(t)
  const anna = await w.subscriber('anna')
  const olga = await w.manager('olga')
  const call = await w.live({ subscriberId: anna.id, legs: [legRecord()], trace: [
    { step: 'recording', atMs: 1, running: true }, { step: 'ordered', atMs: 2, order: 'pauseRecording', by: 'subscriber' },
  ] })
  const path = `/api/desk/calls/${call.id}`
  t.equal((await anna.get(path)).status, 404)
  t.match((await olga.get(path)).body, {
    call: { id: call.id, caller: call.caller }, state: 'rings', subscriber: { id: anna.id, name: 'anna' },
    process: 'abababab', recording: 'none', recordingPaused: true, money: { state: 'none', kopecks: 0, entries: [] },
  })
  t.equal((await olga.get(`/api/desk/calls/${'0'.repeat(32)}`)).status, 404)

  t.match((await olga.get(`${path}/ladder`)).body, { state: 'waiting', why: null, messages: [] })
  t.same((await w.board.look()).watched, [call.id], 'its process is asked to publish it')
  await w.board.publish(call.id, ladder)
  const live = (await olga.get(`${path}/ladder`)).body
  t.equal(live.state, 'live')
  t.same(live.lanes.map(({ id, name }: { id: string; name: string }) => [id, name]),
    [['caller', ''], ['server', ''], ['1', 'Мобильный']])
  t.match(live.messages[2], { n: 2, atMs: 700, lane: '1', direction: 'in', status: 180, exact: true })
  t.same(live.leftOut, { messages: 2, texts: 1 })

  await w.journal.close(endedCall(call))
  const over = ladder.entries.slice(0, 1)
  w.board.keep(call.id, () => ({ ...ladder, entries: over }))
  await until(async () => (await olga.get(`${path}/ladder`)).body.messages.length === 1)
  t.equal((await olga.get(`${path}/ladder`)).body.state, 'kept')
  t.match((await olga.get(path)).body, { state: null, recordingPaused: false })
  const other = await w.live()
  await w.journal.close(endedCall(other))
  t.match((await olga.get(`/api/desk/calls/${other.id}/ladder`)).body, { state: 'none', why: 'missing' })
  const old = callRecord({ startedAt: Math.floor(w.clock.wallMs()) - 15 * 86_400_000 })
  await w.journal.close(endedCall(old))
  t.match((await olga.get(`/api/desk/calls/${old.id}/ladder`)).body, { state: 'none', why: 'expired' })

  const log = await w.database.kysely.selectFrom('audit_log').selectAll()
    .where('subject', '=', `call:${call.id}`).orderBy('id').execute()
  t.same(log.map(({ action, actor, subscriber_id }) => [action, actor, subscriber_id]),
    [['call.look', 'olga', anna.id], ['call.ladder', 'olga', anna.id]])
})

t.test('the capture file', async (t) => {
  const w = await world(t, { ladders: 'off' })
  const olga = await w.manager('olga')
  const call = await w.live()
  const path = `/api/desk/calls/${call.id}/ladder.pcap`
  t.equal((await olga.get(path)).body.code, 'no_ladder')
  t.match((await olga.get(`/api/desk/calls/${call.id}/ladder`)).body, { state: 'none', why: 'off' })
  t.same((await w.board.look()).watched, [], 'nobody is asked for what is not kept')
  await w.board.publish(call.id, ladder)
  const reply = await w.app.request(path, { headers: { host: 'panel.test', cookie: olga.cookie() } })
  t.equal(reply.headers.get('content-type'), 'application/vnd.tcpdump.pcap')
  t.match(reply.headers.get('content-disposition'), /call-[0-9a-f]{32}\.pcap/)
  const octets = new Uint8Array(await reply.arrayBuffer())
  const packets = readPcap(octets)
  t.same(packets.map(({ from, to }) => `${from} ${to}`), [
    '192.0.2.55:5062 203.0.113.1:5060',
    // The leg's address was told by its answer only; ours is not known in its family.
    '2001:db8::1:5060 2001:db8::7:5060',
    '2001:db8::7:5060 2001:db8::1:5060',
  ], 'what has no text is not in it')
  t.same(packets.map(({ at }) => at), [1_763_380_000_123_000, 1_763_380_000_134_500, 1_763_380_000_823_000], 'microseconds')
  t.equal(packets[2]?.text, 'SIP/2.0 180 Ringing\r\n\r\n')
  t.ok(packets.every(({ sumsFit }) => sumsFit), 'checksums of IP and UDP')
})

t.test('ladders are written in groups, left out when too many wait, forgotten after 14 days', async (t) => {
  const { database, clock } = await testApi(t)
  const keeper = createLadderKeeper({ database, clock, log: silentLog })
  const ids = Array.from({ length: 600 }, () => newId(clock.wallMs()))
  for (const id of ids) keeper.keep(id, () => ladder)
  t.equal(keeper.waiting, 512, 'the bound')
  await keeper.stop(5000)
  const { kysely: db } = database
  const count = async () => Number((await db.selectFrom('call_ladders')
    .select(({ fn }) => fn.countAll<string>().as('n')).executeTakeFirstOrThrow()).n)
  t.equal(await count(), 512)
  t.same(await readLadder(db, ids[0] ?? ''), ladder)
  const octets = (await db.selectFrom('call_ladders').select('ladder').executeTakeFirstOrThrow()).ladder.length
  t.ok(octets < JSON.stringify(ladder).length / 2, `${octets} octets compressed`)
  t.equal(await forgetLadders(db, clock.wallMs() + 13 * 86_400_000), 0)
  t.equal(await forgetLadders(db, clock.wallMs() + 15 * 86_400_000), 512)
  t.equal(await count(), 0)
  await db.insertInto('call_commands').values({
    id: newId(1), call_id: newId(1), subscriber_id: null, kind: 'end', by_role: 'manager', account_id: '',
    created_at: 1, expires_ms: 1, state: 'done', why: '',
  }).execute()
  await forgetCallCommands(db, clock.wallMs())
  t.same(await db.selectFrom('call_commands').selectAll().execute(), [])
})

t.test('all of it stands in the table of routes', async (t) => {
  const own = routeTable.filter(({ path }) => /^\/api\/desk\/(live|calls)|commands/.test(path))
  t.equal(own.length, 8)
  for (const { path, access } of own) t.equal(access === 'manager', path.startsWith('/api/desk/'), path)
})

/** Waits for what another connection writes. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 600) throw new Error('it never came')
    await new Promise((done) => { setTimeout(done, 50) })
  }
}

/** Reads a capture of raw IP with UDP in it. */
function readPcap(octets: Uint8Array) {
  const view = new DataView(octets.buffer, octets.byteOffset)
  if (view.getUint32(0, true) !== 0xa1b2c3d4 || view.getUint32(20, true) !== 101) throw new Error('no capture of raw IP')
  const packets = []
  for (let at = 24; at < octets.length;) {
    const length = view.getUint32(at + 8, true)
    const wall = view.getUint32(at, true) * 1_000_000 + view.getUint32(at + 4, true)
    packets.push({ at: wall, ...readPacket(octets.subarray(at + 16, at + 16 + length)) })
    at += 16 + length
  }
  return packets
}

function readPacket(packet: Uint8Array) {
  const isSix = packet[0]! >> 4 === 6
  const head = isSix ? 40 : 20
  const [source, target] = isSix
    ? [packet.subarray(8, 24), packet.subarray(24, 40)] : [packet.subarray(12, 16), packet.subarray(16, 20)]
  const datagram = packet.subarray(head)
  const view = new DataView(datagram.buffer, datagram.byteOffset)
  const pseudo = Uint8Array.of(...source, ...target, 0, 17, datagram.length >> 8, datagram.length & 255, ...datagram)
  const host = (address: Uint8Array) => isSix
    ? [...new Uint16Array(8)].map((_, i) => ((address[i * 2]! << 8) | address[i * 2 + 1]!).toString(16)).join(':').replace(/(:0)+:/, '::')
    : address.join('.')
  return {
    from: `${host(source)}:${view.getUint16(0)}`,
    to: `${host(target)}:${view.getUint16(2)}`,
    text: Buffer.from(datagram.subarray(8)).toString(),
    sumsFit: onesSum(pseudo) === 0xffff && (isSix || onesSum(packet.subarray(0, 20)) === 0xffff),
  }
}

function onesSum(octets: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < octets.length; i += 2) sum += (octets[i]! << 8) | (octets[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}
