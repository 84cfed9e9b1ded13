/** Dialogs made by SUBSCRIBE and REFER, both ways (RFC 6665), and their end. */
import t from 'tap'
import { answeredCall } from '../support/established-call.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { alice, bob, field, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }

t.test('subscriptions', (t) => {
  t.test('as notifier: 202 makes the dialog, the last NOTIFY ends it', (t) => {
    const probe = new StackProbe()
    const far = new ScriptedPeer(alice)
    probe.receive(far.request('SUBSCRIBE', { more: ['Event: presence', 'Expires: 60'] }))
    const { transaction } = probe.one('request')
    probe.command({ type: 'claim', transaction, owner: 1 })
    probe.respond(transaction, 'SIP/2.0 202 Accepted', 'Expires: 60')
    const { dialog, data } = probe.one('accepted')
    t.equal(dialog, 'call-of-alice;from-tag=tag-of-alice')
    t.equal(field(data, 'Contact'), '<sip:192.0.2.1:5060>')
    far.learn(data)
    probe.outputs()
    for (const state of ['active;expires=60', 'terminated']) {
      probe.request(dialog, 'NOTIFY sip:placeholder SIP/2.0', 'Event: presence', `Subscription-State: ${state}`)
      const notify = probe.one('send').data
      probe.receive(far.reply(notify, '200 OK'))
      t.equal(probe.take('response').length, 1)
    }
    t.equal(probe.stack.counts.dialogs, 0)
    probe.wait(100_000)
    t.match(probe.stack.counts, empty)
    t.end()
  })
  t.test('nobody ends it: it is forgotten 32 s after it expired', (t) => {
    const probe = new StackProbe()
    probe.receive(new ScriptedPeer(alice).request('SUBSCRIBE', { more: ['Expires: 60'] }))
    probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK').outputs()
    probe.wait(91_000)
    t.equal(probe.stack.counts.dialogs, 1)
    probe.wait(2000)
    t.match(probe.stack.counts, empty)
    t.end()
  })
  for (const order of ['2xx first', 'NOTIFY first']) {
    t.test(`as subscriber: ${order}`, (t) => {
      const probe = new StackProbe()
      const far = new ScriptedPeer(bob, 'bob')
      probe.request(undefined, 'SUBSCRIBE sip:bob@192.0.2.3 SIP/2.0', 'Event: presence', 'Expires: 60')
      const { data } = probe.one('send')
      probe.outputs()
      const toTag = /;tag=(.*)$/.exec(field(data, 'From'))?.[1] ?? ''
      const notify = (state: string): string => far.request('NOTIFY', {
        callId: field(data, 'Call-ID'), toTag, more: ['Event: presence', `Subscription-State: ${state}`],
      })
      const dialog = `${field(data, 'Call-ID')};from-tag=${toTag}`
      if (order === '2xx first') probe.receive(far.reply(data, '200 OK', ['Expires: 60']), bob)
      probe.receive(notify('active'), bob)
      if (order === 'NOTIFY first') probe.receive(far.reply(data, '200 OK', ['Expires: 60']), bob)
      const { transaction } = probe.one('request')
      t.equal(probe.one('response').dialog, dialog)
      probe.respond(transaction, 'SIP/2.0 200 OK')
      probe.receive(notify('terminated;reason=timeout'), bob)
      const last = probe.one('request')
      t.equal(last.dialog, dialog)
      t.equal(last.owner, 1)
      probe.respond(last.transaction, 'SIP/2.0 200 OK')
      t.equal(probe.stack.counts.dialogs, 0)
      probe.wait(100_000)
      t.match(probe.stack.counts, empty)
      t.end()
    })
  }
  t.test('one inside a call ends without the call', (t) => {
    const { probe, far, dialog } = answeredCall()
    probe.request(dialog, 'REFER sip:placeholder SIP/2.0', 'Refer-To: <sip:carol@192.0.2.4>')
    probe.receive(far.reply(probe.one('send').data, '202 Accepted')).outputs()
    probe.receive(far.request('NOTIFY', { more: ['Event: refer', 'Subscription-State: terminated'] }))
    probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK')
    t.equal(probe.stack.counts.dialogs, 1)
    probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
    t.equal(probe.sent().at(-1), 'BYE')
    t.end()
  })
  t.end()
})
