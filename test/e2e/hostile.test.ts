/**
 * The product on a network that means it no good: torture messages, garbage, floods, slow and huge
 * messages, requests for calls that are not theirs, and the same at the control port. After each
 * attack a call is an ordinary call, no part has died or complained of itself, and memory has not
 * grown without bound; in the end nothing of any attack is left alive.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { CompiledQuery } from 'kysely'
import { play, seed } from '../support/call-case.ts'
import type { CallCase } from '../support/call-case.ts'
import { freeTcpPort } from '../support/baresip.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { SipPeer } from '../support/sip-peer.ts'
import type { PeerMessage } from '../support/sip-peer.ts'
import { sipFile, sipFiles } from '../support/sip-text.ts'
import { TcpStranger, UdpStranger, pause, strangeRequest } from '../support/stranger.ts'
import { controlNoise, garbage, injections, strays } from './hostile-cases.ts'

/** Multiplies floods and numbers of connections, for a longer look by hand. */
const scale = Number(process.env['HOSTILE'] ?? 1)
/** Above what it had before the attack; the collector need not have run. */
const memoryGrowthKb = 150_000

t.setTimeout(290_000)
const database = await testDatabase(t)
// What is sent to the trunk's host would be a relayed request: nobody is called there.
const relayed = await UdpStranger.open('127.0.0.1', 9)
const controlPort = await freeTcpPort()
const product = await startProduct({
  database, trunks: [loopbackTrunk(relayed.port)], env: { PN_CONTROL_PORT: String(controlPort) },
})
t.teardown(async () => {
  relayed.close()
  await product.stop()
})
const pids = Object.entries(product.pids)
const { sipPort } = product

const ordinaryCall: CallCase = {
  name: 'an ordinary call',
  phones: [{ scenario: 'uas-ring-answer' }],
  callers: [{ scenario: 'uac-call-expect-answer' }],
  records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }],
}

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** An attack and what must be true after each. */
function attack(name: string, act: (t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const memory = pids.map(([part, pid]) => ({ part, pid, kb: residentKb(pid) }))
    await act(t)
    const { faults } = await play(product, ordinaryCall)
    t.same(faults, [], 'the next call is an ordinary one')
    t.same(product.errors(), [], 'no part complains of itself')
    for (const { part, pid, kb } of memory) {
      const grown = residentKb(pid) - kb
      t.ok(grown < memoryGrowthKb, `${part} has grown by ${grown} kB`)
    }
    t.same(relayed.heard.requests, [], 'nothing was relayed')
  })
}

async function peer(t: Test): Promise<SipPeer> {
  const opened = await SipPeer.open(sipPort)
  t.teardown(() => opened.close())
  return opened
}

/** Records of the calls to this number once all of them are closed. */
async function closed(number: string): ReturnType<typeof product.records> {
  for (const until = performance.now() + 30_000;; await pause(50)) {
    const records = await product.records(number)
    const isOver = records.length > 0 && records.every(({ endedAt }) => endedAt !== undefined)
    if (isOver || performance.now() > until) return records
  }
}

async function stranger(t: Test, address: string): Promise<UdpStranger> {
  const opened = await UdpStranger.open(address, sipPort)
  t.teardown(() => opened.close())
  return opened
}

const torture = ['rfc4475', 'rfc5118'].flatMap((folder) => sipFiles(folder).map((file) =>
  sipFile(`${folder}/${file}`)))

attack('torture messages from a trunk and from a stranger, over UDP and TCP', async (t) => {
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const sender = await stranger(t, address)
    await sender.sendAll(torture)
    t.ok(await sender.answers(400, 1) > 0, 'what is broken is refused where that can be told')
    for (const message of torture) {
      const connection = new TcpStranger(sipPort, address)
      connection.send(message)
      connection.socket.end()
      await connection.closes(50)
      connection.close()
    }
  }
})

attack('thousands of datagrams of garbage', async (t) => {
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const sender = await stranger(t, address)
    await sender.sendAll(garbage(3000 * scale, `${address}:${sender.port}`))
    t.ok(await sender.answers(400, 1) > 0)
  }
})

attack('garbage on TCP', async (t) => {
  const from = '127.0.0.2:5060'
  const connections = [...garbage(200 * scale, from)].map((text) => {
    const connection = new TcpStranger(sipPort)
    connection.send(`${text}\r\n\r\n`)
    connection.socket.end()
    return connection
  })
  const ended = await Promise.all(connections.map((connection) => connection.closes(60_000)))
  t.ok(ended.every(Boolean), 'every connection ends when its peer does')
})

async function questions(): Promise<number> {
  const sql = "SHOW GLOBAL STATUS LIKE 'Questions'"
  const { rows } = await database.kysely.executeQuery<{ Value: string }>(CompiledQuery.raw(sql))
  return Number(rows[0]?.Value)
}

attack('a flood of INVITEs from no trunk: 403, and the database is not asked', async (t) => {
  const scene = await seed(database.kysely, { ...ordinaryCall, phones: [] }, [])
  const sender = await stranger(t, '127.0.0.2')
  const from = `127.0.0.2:${sender.port}`
  const asked = await questions()
  const count = 500 * scale
  const flood = Array.from({ length: count }, (_, i) => strangeRequest({
    method: 'INVITE', uri: `sip:${scene.number}@127.0.0.1`, from,
    callId: `flood${i}`, branch: `f${i}`,
  }))
  await sender.sendAll(flood)
  const refused = await sender.answers(403, count)
  t.ok(refused >= count * 0.9, `${refused} of ${count} were refused`)
  t.ok(await questions() - asked < count / 2, 'but for the routine questions of panel and journal')
  t.same(await product.records(scene.number), [])
  // The refusals are not acknowledged: they are repeated until their transactions give up.
})

attack('one Call-ID for a storm of INVITEs: one call, the others are refused', async (t) => {
  const phone = await peer(t)
  const scene = await seed(database.kysely, ordinaryCall, [`sip:phone@127.0.0.1:${phone.port}`])
  const trunk = await stranger(t, '127.0.0.1')
  const from = `127.0.0.1:${trunk.port}`
  const invite = (i: number) => strangeRequest({
    method: 'INVITE', uri: `sip:${scene.number}@127.0.0.1`, from,
    callId: 'storm', branch: `storm${i}`, fromTag: `t${i % 7}`,
  })
  await trunk.sendAll(Array.from({ length: 200 * scale }, (_, i) => invite(i)))
  const rung = await phone.expect('INVITE')
  phone.reply(rung, 180)
  await pause(300)
  t.notOk(phone.has('INVITE'), 'the phone rings once')
  const { statuses } = trunk.heard
  await eventually(() => (statuses.get(486) ?? 0) + (statuses.get(482) ?? 0) > 100, () => [...statuses])
  phone.reply(rung, 486)
  await phone.expect('ACK')
  const [record, ...more] = await closed(scene.number)
  t.same(more, [])
  t.equal(record?.legs.length, 1)
})

attack('requests that belong to no call are refused and go nowhere', async (t) => {
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const victim = await stranger(t, '127.0.0.3')
    const more = [
      `Route: <sip:127.0.0.1:${sipPort};lr>`, `Route: <sip:127.0.0.3:${victim.port};lr>`,
      'Event: presence',
    ]
    const uris = ['sip:+74950000000@127.0.0.1', `sip:victim@127.0.0.3:${victim.port}`]
    for (const [i, { method, toTag, expect }] of strays.entries()) {
      for (const uri of uris) {
        const sender = await stranger(t, address)
        const from = `${address}:${sender.port}`
        await sender.send(strangeRequest({
          method, uri, from, callId: `stray${i}`, branch: `s${i}-${from}`, more,
          ...(toTag === undefined ? {} : { toTag }),
        }))
        const heard = (): number[] => [...sender.heard.statuses.keys()]
        await eventually(() => heard().length > 0)
        const [status = 0, ...others] = heard()
        t.ok(expect.includes(status), `${method} ${toTag ?? ''} ${uri} from ${address}: ${status}`)
        t.same(others, [])
      }
    }
    await victim.send('\r\n\r\n')
    t.same(victim.heard.requests, [], 'the victim is left in peace')
  }
  const stray = await stranger(t, '127.0.0.2')
  const from = `127.0.0.2:${stray.port}`
  await stray.sendAll(Array.from({ length: 200 }, (_, i) => strangeRequest({
    method: 'ACK', uri: 'sip:x@127.0.0.1', from, callId: `a${i}`, branch: `a${i}`, toTag: 'x',
  })))
  await pause(100)
  t.equal(stray.heard.statuses.size, 0, 'an ACK is never answered')
})

attack('strangers who know the Call-ID cannot end, change or hear a call', async (t) => {
  const phone = await peer(t)
  const caller = await peer(t)
  const scene = await seed(database.kysely, ordinaryCall, [`sip:phone@127.0.0.1:${phone.port}`])
  const invite = caller.invite(scene.number)
  const rung = await phone.expect('INVITE')
  phone.reply(rung, 180)
  const ringing = await caller.expect(180)
  const attackers = [await stranger(t, '127.0.0.2'), await stranger(t, '127.0.0.1')]
  const fromTags = ['wrong', invite.from.split('tag=')[1]!]
  const strike = async (callIds: readonly string[], toTags: readonly string[]): Promise<void> => {
    let number = 0
    for (const attacker of attackers) {
      const from = `${attacker.address}:${attacker.port}`
      for (const method of ['BYE', 'CANCEL', 'INVITE', 'UPDATE', 'INFO', 'REFER', 'PRACK', 'ACK']) {
        for (const callId of callIds) for (const [i, fromTag] of fromTags.entries()) {
          // Without a tag an INVITE would be a call of its own.
          const first = method === 'INVITE' ? 'other' : undefined
          for (const toTag of [first, 'wrong', ...(i === 0 ? toTags : [])]) {
            const branch = `strike${callId}${attacker.address}${toTags.length}${++number}`
            await attacker.send(strangeRequest({
              method, uri: `sip:${scene.number}@127.0.0.1`, from, callId, branch, fromTag,
              ...(toTag === undefined ? {} : { toTag }),
            }))
          }
        }
      }
    }
    await pause(300)
  }
  const tagOf = (message: PeerMessage, header: string): string =>
    message.headers.get(header)!.split('tag=')[1]!
  const callIds = [invite.callId, rung.headers.get('call-id')!]
  await strike(callIds, [tagOf(ringing, 'to')])
  t.notOk(phone.has('CANCEL') || phone.has('BYE'), 'it still rings')
  phone.reply(rung, 200, phone.sdp())
  const answer = await caller.expect(200)
  const dialog = caller.ack(invite, answer)
  await phone.expect('ACK')
  await strike(callIds, [tagOf(answer, 'to'), tagOf(rung, 'from')])
  for (const what of ['BYE', 'INVITE', 'UPDATE', 'INFO', 'REFER']) {
    t.notOk(phone.has(what) || caller.has(what), `no ${what} reaches the parties`)
  }
  for (const { heard } of attackers) t.notOk(heard.statuses.has(200), 'nothing of it is granted')
  caller.request(dialog, 'BYE')
  await caller.expect(200)
  phone.reply(await phone.expect('BYE'), 200)
  const records = await closed(scene.number)
  t.match(records, [{ outcome: 'answered', endedBy: 'caller', status: 200 }])
  t.equal(records.length, 1)
})

attack('nothing a caller writes becomes a header of ours', async (t) => {
  const phone = await peer(t)
  const caller = await peer(t)
  const scene = await seed(database.kysely, ordinaryCall, [`sip:phone@127.0.0.1:${phone.port}`])
  for (const { name, from, more = [] } of injections) {
    const invite = caller.invite(scene.number, {
      ...(from === undefined ? {} : { from }), extra: [...more],
    })
    // What comes is read in its order: an INVITE that is taken was told so before this is answered.
    caller.send(strangeRequest({
      method: 'BYE', uri: 'sip:x@127.0.0.1', from: `127.0.0.1:${caller.port}`, callId: `after${invite.callId}`,
      branch: invite.callId, toTag: 'x',
    }))
    await caller.expect(481)
    const isTaken = caller.has(100)
    if (isTaken) {
      await caller.expect(100)
      await eventually(() => phone.has('INVITE') || caller.has(400))
    }
    if (!phone.has('INVITE')) {
      // A From that cannot be read cannot be put into a 400 either: such a message is dropped.
      const refused = caller.has(400)
      t.pass(`${name}: ${refused ? 'refused' : 'dropped'}`)
      if (refused) caller.ack(invite, await caller.expect(400))
      continue
    }
    const rung = await phone.expect('INVITE')
    const lines = rung.text.slice(0, rung.text.indexOf('\r\n\r\n')).split(/\r\n|[\r\n\u0085\u2028]/)
    const his = /^\s*X-(Injected|Original)|^(Record-)?Route:.*127\.0\.0\.9/i
    t.same(lines.filter((line) => his.test(line)), [], `${name}: no header of his`)
    t.notOk(/[\0\x7f]/.test(rung.text), `${name}: no control characters`)
    phone.reply(rung, 486)
    await phone.expect('ACK')
    caller.ack(invite, await caller.expect(486))
  }
  for (const record of await closed(scene.number)) {
    t.notOk(/\p{Cc}/u.test(record.caller), `journal: ${JSON.stringify(record.caller)}`)
  }
})

attack('messages larger than anybody sends', async (t) => {
  const of = (more: readonly string[], body = ''): string => strangeRequest({
    method: 'INVITE', uri: 'sip:+74950000000@127.0.0.1', from: '127.0.0.1:5060', more, body,
    callId: `big${more.length}`, branch: 'big', transport: 'TCP',
  })
  const ofLength = (length: string): string =>
    of([]).replace('Content-Length: 0', `Content-Length: ${length}`)
  const rows: readonly [string, string][] = [
    ['a header of 70 kB', of([`X-Long: ${'x'.repeat(70_000)}`])],
    ['five thousand headers', of(Array.from({ length: 5000 }, (_, i) => `X-${i}: yyyyyyyy`))],
    ['a body of 2 MB', of([], 'b'.repeat(2_000_000))],
    ['a Content-Length of 4 GB', ofLength('4294967296')],
    ['a Content-Length that wraps', ofLength('18446744073709551617')],
    ['a negative Content-Length', ofLength('-1')],
    ['a start line of 1 MB', `INVITE sip:${'a'.repeat(1_000_000)}@x SIP/2.0\r\n\r\n`],
  ]
  for (const [name, text] of rows) {
    const connection = new TcpStranger(sipPort, '127.0.0.1')
    connection.send(text)
    t.ok(await connection.closes(60_000), `${name}: ${connection.received.slice(0, 40)}`)
    connection.close()
  }
  const trunk = await stranger(t, '127.0.0.1')
  await trunk.send(of([`X-Long: ${'x'.repeat(60_000)}`]).replace('/TCP', '/UDP'))
  const vias = Array.from({ length: 4000 }, (_, i) => `v: SIP/2.0/UDP h${i}`)
  await trunk.send(of(vias).replace('/TCP', '/UDP'))
  await pause(200)
  const statuses = [...trunk.heard.statuses.keys()]
  t.ok(statuses.length > 0, `a datagram of 60 kB is answered: ${statuses.join()}`)
})

attack('hundreds of TCP connections that say little, slowly', async (t) => {
  const half = strangeRequest({
    method: 'INVITE', uri: 'sip:+74950000000@127.0.0.1', from: '127.0.0.2:5060',
    callId: 'slow', branch: 'slow', transport: 'TCP',
  }).slice(0, 150)
  const connections = Array.from({ length: 400 * scale }, () => new TcpStranger(sipPort))
  connections.forEach((connection, i) => connection.send(half.slice(0, i % half.length)))
  const { faults } = await play(product, ordinaryCall)
  t.same(faults, [], 'a call meanwhile is an ordinary one')
  for (const connection of connections) connection.close()
})

attack('the control port: garbage, wrong secrets, half frames, many connections', async (t) => {
  await Promise.all(controlNoise.map(async ([name, octets]) => {
    const connection = new TcpStranger(controlPort, '127.0.0.1')
    connection.send(octets)
    t.ok(await connection.closes(60_000), `${name}: ${connection.received.slice(0, 60)}`)
    t.notOk(connection.received.includes('|OK|'), `${name}: does not get in`)
    connection.close()
  }))
  const many = Array.from({ length: 200 * scale }, () => new TcpStranger(controlPort, '127.0.0.1'))
  many.forEach((connection, i) => connection.send('1000#half'.slice(0, i % 9)))
  const { faults } = await play(product, ordinaryCall)
  t.same(faults, [], 'a call meanwhile is an ordinary one')
  for (const connection of many) connection.close()
})

t.test('afterwards nothing of it is left', async (t) => {
  t.same(await product.quiet(60_000), nothing)
})
