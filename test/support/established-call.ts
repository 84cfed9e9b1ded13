/** A call that is up, from either side, for tests of what happens inside it. */
import type { StackOptions } from '../../src/sip/core.ts'
import type { Flow } from '../../src/sip/events.ts'
import { ScriptedPeer } from './scripted-peer.ts'
import { alice, bob, field, sdp, StackProbe } from './stack-probe.ts'

export interface Established {
  readonly probe: StackProbe
  /** The far end. As callee it has its own CSeq and tag; `ourTag` is known. */
  readonly far: ScriptedPeer
  readonly dialog: string
  /** The INVITE that made the call and the 2xx to it, as they were on the wire. */
  readonly invite: string
  readonly answer: string
}

export interface CallParts {
  readonly options?: Partial<StackOptions>
  readonly flow?: Flow
  /** Further headers of the far end's INVITE or 200, and its Contact. */
  readonly more?: readonly string[]
  readonly contact?: string
  /** Further headers of our INVITE or 200. */
  readonly ours?: readonly string[]
}

/** The far end called; it has sent its ACK. */
export function answeredCall(parts: CallParts = {}): Established {
  const { options = {}, flow = alice, more = [], ours = [] } = parts
  const probe = new StackProbe(options)
  const far = new ScriptedPeer(flow)
  const invite = far.invite({ more, ...(parts.contact === undefined ? {} : { contact: parts.contact }) })
  probe.receive(invite, flow)
  const { transaction } = probe.one('request')
  probe.command({ type: 'claim', transaction, owner: 1 })
  probe.respond(transaction, 'SIP/2.0 200 OK', ...ours, '', sdp)
  const { data, dialog } = probe.one('accepted')
  far.learn(data)
  probe.receive(far.request('ACK'), flow).outputs()
  return { probe, far, dialog, invite, answer: data }
}

/** We called; the user has sent its ACK. */
export function placedCall(parts: CallParts = {}): Established {
  const { options = {}, flow = bob, more = [], ours = [] } = parts
  const probe = new StackProbe(options)
  const far = new ScriptedPeer(flow, 'bob')
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', ...ours, '', sdp)
  const { data, dialog } = probe.one('accepted')
  const contact = parts.contact === undefined ? [] : [`Contact: ${parts.contact}`]
  const answer = far.reply(data, '200 OK', [...contact, ...more], undefined, sdp)
  probe.receive(answer, flow)
  probe.ack(dialog).outputs()
  far.ourTag = /;tag=(.*)$/.exec(field(data, 'From'))?.[1] ?? ''
  return { probe, far, dialog, invite: data, answer }
}

/** A request of the far end inside a call that we placed. */
export function fromCallee(call: Established, method: string, more: readonly string[] = [], body = ''): string {
  return call.far.request(method, {
    callId: field(call.invite, 'Call-ID'), fromTag: call.far.tag, toTag: call.far.ourTag, more, body,
  })
}
