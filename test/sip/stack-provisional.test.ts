/** Reliable provisional responses, both ways (RFC 3262): `reliable-provisional.ts`. */
import t from 'tap'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { alice, bob, field, sdp, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }
const cseqOf = (data: string): number => Number(field(data, 'CSeq').split(' ')[0])

t.test('reliable provisional responses as UAS (RFC 3262)', (t) => {
  const start = (): { probe: StackProbe; far: ScriptedPeer; transaction: string; data: string } => {
    const probe = new StackProbe()
    const far = new ScriptedPeer(alice)
    probe.receive(far.invite({ more: ['Supported: 100rel, timer'] }))
    const { transaction } = probe.one('request')
    probe.outputs()
    probe.respond(transaction, 'SIP/2.0 183 Session Progress', 'require: 100rel', '', sdp)
    const { data } = probe.one('accepted')
    far.learn(data)
    probe.outputs()
    return { probe, far, transaction, data }
  }
  t.test('RSeq, Contact, repeated from 0.5 s doubling until PRACK', (t) => {
    const { probe, far, transaction, data } = start()
    const rseq = field(data, 'RSeq')
    t.ok(Number(rseq) > 0)
    t.equal(field(data, 'Contact'), '<sip:192.0.2.1:5060>')
    probe.wait(3500)
    t.equal(probe.sent().length, 3)
    const dialog = 'call-of-alice;from-tag=tag-of-alice'
    probe.receive(far.request('PRACK', { more: [`RAck: ${rseq} 1 INVITE`] }))
    const prack = probe.one('request')
    t.equal(prack.dialog, dialog)
    probe.respond(prack.transaction, 'SIP/2.0 200 OK')
    t.same(probe.sent(), ['200 OK (PRACK)'])
    probe.wait(20_000)
    t.same(probe.sent(), [])
    probe.respond(transaction, 'SIP/2.0 200 OK', '', sdp)
    t.same(probe.sent(), ['200 OK (INVITE)'])
    t.end()
  })
  t.test('a PRACK that names another response: 481', (t) => {
    const { probe, far } = start()
    probe.receive(far.request('PRACK', { more: ['RAck: 1 1 INVITE'] }))
    t.same(probe.sent(), ['481 Call/Transaction Does Not Exist (PRACK)'])
    t.same(probe.outputs(), [])
    t.end()
  })
  t.test('the next reliable one and the 200 wait for the PRACK', (t) => {
    const { probe, far, transaction, data } = start()
    probe.respond(transaction, 'SIP/2.0 180 Ringing', 'require: 100rel')
    const second = probe.one('accepted')
    t.equal(Number(field(second.data, 'RSeq')), Number(field(data, 'RSeq')) + 1)
    probe.respond(transaction, 'SIP/2.0 200 OK')
    t.same(probe.sent(), [], 'both are accepted and wait')
    probe.receive(far.request('PRACK', { more: [`RAck: ${field(data, 'RSeq')} 1 INVITE`] }))
    t.same(probe.sent(), ['180 Ringing (INVITE)'])
    probe.receive(far.request('PRACK', { more: [`RAck: ${field(second.data, 'RSeq')} 1 INVITE`] }))
    t.same(probe.sent(), ['200 OK (INVITE)'])
    t.end()
  })
  t.test('never acknowledged: 504 after 32 s', (t) => {
    const { probe } = start()
    probe.wait(32_000)
    t.equal(probe.sent().at(-1), '504 Server Time-out (INVITE)')
    probe.wait(100_000)
    t.match(probe.stack.counts, empty)
    t.end()
  })
  t.end()
})

t.test('reliable provisional responses as UAC: PRACK in the early dialog, repetitions swallowed', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(bob, 'bob')
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', 'Require: 100rel', '', sdp)
  const { data, dialog } = probe.one('accepted')
  probe.outputs()
  const reliable = (rseq: number): string => far.reply(data, '183 Session Progress',
    ['Require: 100rel', `RSeq: ${rseq}`, 'Contact: <sip:bob@192.0.2.3:5088>'])
  probe.receive(reliable(7001), bob)
  t.equal(probe.take('response').length, 1)
  probe.receive(reliable(7001), bob)
  probe.receive(reliable(7003), bob)
  t.same(probe.outputs(), [], 'repeated, and out of order')
  probe.request(dialog, 'PRACK sip:placeholder SIP/2.0', `rack: 7001 ${cseqOf(data)} INVITE`)
  const prack = probe.one('send').data
  t.match(prack, /^PRACK sip:bob@192.0.2.3:5088 /)
  t.equal(cseqOf(prack), cseqOf(data) + 1)
  t.match(field(prack, 'To'), 'tag=tag-of-bob')
  probe.outputs()
  probe.receive(far.reply(prack, '200 OK'), bob)
  t.match(probe.one('response'), { dialog, message: { status: 200 } })
  t.end()
})
