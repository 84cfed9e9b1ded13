/** SMPP against a centre of our own on a socket: submit, receipts, loss and return, refusals. */
import type { AddressInfo } from 'node:net'
import smpp from 'smpp'
import type { Pdu, Session } from 'smpp'
import t from 'tap'
import type { Test } from 'tap'
import { createSmppSender } from '../../src/notify/smpp.ts'
import { eventually } from '../support/eventually.ts'
import { silentLog } from '../support/database.ts'
import { endless, passingClock } from '../support/notices.ts'

interface Centre {
  readonly url: string
  readonly sessions: Set<Session>
  readonly submitted: Pdu[]
  binds: number
  enquired: number
  answersEnquiries: boolean
  /** Status of the next binds and submits; 'silent' = no answer. */
  bindStatus: number
  submitStatus: number | 'silent'
}

async function centre(t: Test): Promise<Centre> {
  const sessions = new Set<Session>()
  const submitted: Pdu[] = []
  const server = smpp.createServer({}, (session) => {
    let isBound = false
    sessions.add(session)
    session.on('error', () => {})
    session.on('close', () => sessions.delete(session))
    session.on('bind_transceiver', (pdu) => {
      here.binds++
      const wrong = pdu.system_id !== 'me' || pdu.password !== 'pw'
      isBound = !wrong && here.bindStatus === 0
      session.send(pdu.response({ command_status: wrong ? 0x0d : here.bindStatus, system_id: 'centre' }))
    })
    session.on('enquire_link', (pdu) => {
      here.enquired++
      if (here.answersEnquiries) session.send(pdu.response())
    })
    session.on('unbind', (pdu) => session.send(pdu.response()))
    session.on('submit_sm', (pdu) => {
      // SMPP 3.4 §2.2: ESME_RINVBNDSTS
      if (!isBound) return session.send(pdu.response({ command_status: 0x04 }))
      submitted.push(pdu)
      if (here.submitStatus === 'silent') return
      session.send(pdu.response({ command_status: here.submitStatus, message_id: `id-${submitted.length}` }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const here: Centre = {
    url: `smpp://me:pw@127.0.0.1:${port}`, sessions, submitted, binds: 0, enquired: 0, answersEnquiries: true,
    bindStatus: 0, submitStatus: 0,
  }
  return here
}

async function linked(t: Test, more: { url?: string; from?: string } = {}) {
  const there = await centre(t)
  const clock = passingClock()
  const receipts: [string, boolean, string][] = []
  const sender = createSmppSender({
    url: there.url, from: 'OneTel', clock, log: silentLog,
    onReceipt: (id, { delivered, why }) => { receipts.push([id, delivered, why]) }, ...more,
  })
  t.teardown(() => sender.stop())
  return { there, clock, sender, receipts, send: (text: string) => sender.send('+79161234501', text, endless) }
}

function octetsOf(value: Pdu['short_message']): string {
  if (value === undefined || typeof value === 'string' || Buffer.isBuffer(value)) return String(value ?? '')
  return String(value.message ?? '')
}

t.test('what is submitted', async (t) => {
  const { there, send } = await linked(t)
  t.strictSame(await send('Звонок'), { result: 'sent', externalId: 'id-1' })
  t.match(there.submitted[0], {
    destination_addr: '79161234501', source_addr: 'OneTel', source_addr_ton: 5, dest_addr_ton: 1, data_coding: 8, registered_delivery: 1,
  })
  t.equal(octetsOf(there.submitted[0]!.short_message), 'Звонок')
  await send('Missed call')
  t.match(there.submitted[1], { data_coding: 0 })
  t.equal(octetsOf(there.submitted[1]!.short_message), 'Missed call')
  const long = 'Очень длинное сообщение. '.repeat(8)
  await send(long)
  t.equal(octetsOf(there.submitted[2]!.short_message), '')
  t.equal(octetsOf(there.submitted[2]!.message_payload), long)
  t.equal(there.binds, 1, 'one session')
})

t.test('letters that come while the session is being bound wait for it', async (t) => {
  const { there, send } = await linked(t)
  t.match(await Promise.all(['a', 'b', 'c'].map(send)), [{ result: 'sent' }, { result: 'sent' }, { result: 'sent' }])
  t.equal(there.submitted.length, 3)
  t.equal(there.binds, 1)
})

t.test('a sender that is a number', async (t) => {
  const { there, send } = await linked(t, { from: '+74996740782' })
  await send('x')
  t.match(there.submitted[0], { source_addr: '74996740782', source_addr_ton: 1, source_addr_npi: 1 })
})

const submits: [status: number, result: string][] = [
  [0x00, 'sent'], [0x0b, 'never'], [0x58, 'later'], [0x14, 'later'], [0x08, 'down'], [0x0a, 'down'], [0x45, 'later'],
]
t.test('what the centre says of a message', async (t) => {
  const { there, send } = await linked(t)
  for (const [status, result] of submits) {
    there.submitStatus = status
    t.match(await send('x'), { result }, `0x${status.toString(16)}`)
  }
})

t.test('receipts by parameters and by text', async (t) => {
  const { there, send, receipts } = await linked(t)
  await send('x')
  const [session] = there.sessions
  const answered: Pdu[] = []
  const deliver = (fields: Record<string, unknown>) => session!.deliver_sm({ esm_class: 4, ...fields }, (pdu) => answered.push(pdu))
  const text = (id: string, stat: string) => `id:${id} sub:001 dlvrd:001 submit date:2611231200 done date:2611231201 stat:${stat} err:000 text:x`
  deliver({ receipted_message_id: 'id-1', message_state: 2, short_message: '' })
  deliver({ short_message: text('id-2', 'DELIVRD') })
  deliver({ short_message: text('id-3', 'EXPIRED') })
  deliver({ receipted_message_id: 'id-4', message_state: 5, short_message: '' })
  deliver({ receipted_message_id: 'id-5', message_state: 1, short_message: '' })
  deliver({ short_message: text('id-6', 'ACCEPTD') })
  deliver({ short_message: 'Спасибо' })
  await eventually(() => answered.length === 7)
  t.strictSame(receipts, [
    ['id-1', true, ''], ['id-2', true, ''], ['id-3', false, 'not delivered: EXPIRED'], ['id-4', false, 'not delivered: UNDELIV'],
  ])
})

t.test('the connection is lost: the message comes back, the next one binds anew', async (t) => {
  const { there, send } = await linked(t)
  await send('one')
  there.submitStatus = 'silent'
  const second = send('two')
  await eventually(() => there.submitted.length === 2)
  for (const session of there.sessions) session.destroy()
  t.match(await second, { result: 'later' })
  there.submitStatus = 0
  t.match(await send('two'), { result: 'sent' })
  t.equal(there.binds, 2)
})

t.test('a centre that refuses us is asked again with growing pauses', async (t) => {
  const { there, clock, send } = await linked(t)
  there.bindStatus = 0x0d
  t.match(await send('x'), { result: 'down', why: /13/ })
  t.match(await send('x'), { result: 'down', why: /does not answer/ }, 'not at once')
  t.equal(there.binds, 1)
  clock.pass(1000)
  await send('x')
  t.equal(there.binds, 2)
  clock.pass(1000)
  await send('x')
  t.equal(there.binds, 2, 'the pause has doubled')
  there.bindStatus = 0
  clock.pass(2000)
  t.match(await send('x'), { result: 'sent' })
})

t.test('a wrong password, and nobody there', async (t) => {
  const { there } = await linked(t)
  const wrong = createSmppSender({
    url: there.url.replace('pw@', 'no@'), from: 'x', clock: passingClock(), log: silentLog, onReceipt: () => {},
  })
  const refused = await wrong.send('+79161234501', 'x', endless)
  t.match(refused, { result: 'down', why: /bind refused/ })
  const away = createSmppSender({
    url: 'smpp://me:pw@127.0.0.1:1', from: 'x', clock: passingClock(), log: silentLog, onReceipt: () => {},
  })
  t.match(await away.send('+79161234501', 'x', endless), { result: 'down' })
  await wrong.stop()
  await away.stop()
})

t.test('a connection that looks alive is asked, and dropped when nobody answers', async (t) => {
  const { there, sender } = await linked(t)
  const wakes: { at: number; run: () => void }[] = []
  const clock = { ...passingClock(), wakeAt: (at: number, run: () => void) => {
    wakes.push({ at, run })
    return () => {}
  } }
  const watched = createSmppSender({ url: there.url, from: 'x', clock, log: silentLog, onReceipt: () => {} })
  t.match(await watched.send('+79161234501', 'x', endless), { result: 'sent' })
  const laterThan = (ms: number) => wakes.filter(({ at }) => at - clock.nowMs() > ms)
  const watch = laterThan(25_000).at(-1)!
  watch.run()
  await eventually(() => there.enquired === 1 && laterThan(25_000).length > 1)
  there.answersEnquiries = false
  laterThan(25_000).at(-1)!.run()
  await eventually(() => there.enquired === 2)
  const bound = there.binds
  wakes.at(-1)!.run() // no answer in time
  await new Promise((done) => setImmediate(done))
  t.match(await watched.send('+79161234501', 'x', endless), { result: 'sent' })
  t.equal(there.binds, bound + 1, 'bound anew')
  await watched.stop()
  t.match(await watched.send('+79161234501', 'x', endless), { result: 'down', why: 'stopped' })
  await sender.stop()
})
