/**
 * The far end of one call in the tests of the stack: writes the requests of a caller and the
 * responses of a callee as text, keeping Call-ID, tags, CSeq and branches right unless told
 * otherwise. It has no behaviour of its own.
 */
import type { Flow } from '../../src/sip/events.ts'
import { field, sdp, sip } from './stack-probe.ts'

export interface RequestParts {
  readonly cseq?: number
  readonly branch?: string
  readonly fromTag?: string
  readonly toTag?: string
  readonly callId?: string
  readonly contact?: string
  /** Further header lines. */
  readonly more?: readonly string[]
  readonly body?: string
  readonly uri?: string
  readonly via?: string
}

export class ScriptedPeer {
  readonly flow: Flow
  readonly callId: string
  readonly tag: string
  /** Our tag, once known. */
  ourTag = ''
  cseq = 0
  lastInvite = ''
  #branches = 0

  constructor(flow: Flow, name = 'alice') {
    this.flow = flow
    this.callId = `call-of-${name}`
    this.tag = `tag-of-${name}`
  }

  /** A request of the caller; CSeq counts up by itself except for ACK and CANCEL. */
  request(method: string, parts: RequestParts = {}): string {
    const { remoteAddress: host, remotePort: port, transport } = this.flow
    const keepsCseq = method === 'ACK' || method === 'CANCEL'
    if (!keepsCseq) this.cseq++
    const branch = parts.branch ?? (method === 'CANCEL' ? this.branch : this.nextBranch())
    const toTag = parts.toTag ?? this.ourTag
    const body = parts.body ?? ''
    return sip(
      `${method} ${parts.uri ?? 'sip:service@192.0.2.1'} SIP/2.0`,
      parts.via ?? `Via: SIP/2.0/${transport.toUpperCase()} ${host}:${port};branch=${branch}`,
      'Max-Forwards: 70',
      `From: <sip:alice@${host}>;tag=${parts.fromTag ?? this.tag}`,
      `To: <sip:service@192.0.2.1>${toTag === '' ? '' : ';tag=' + toTag}`,
      `Call-ID: ${parts.callId ?? this.callId}`,
      `CSeq: ${parts.cseq ?? this.cseq} ${method}`,
      `Contact: ${parts.contact ?? `<sip:alice@${host}:${port}>`}`,
      ...parts.more ?? [],
      ...(body.startsWith('v=0') ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`, '', '',
    ) + body
  }

  invite(parts: RequestParts = {}): string {
    this.lastInvite = this.request('INVITE', { body: sdp, ...parts })
    return this.lastInvite
  }

  /** Branch of the newest request that was not a CANCEL. */
  get branch(): string {
    return `z9hG4bK-${this.tag}-${this.#branches}`
  }

  nextBranch(): string {
    this.#branches++
    return this.branch
  }

  /** Takes our tag out of a response of ours. */
  learn(data: string): this {
    this.ourTag = /;tag=(.*)$/.exec(field(data, 'To'))?.[1] ?? ''
    return this
  }

  /** A response to a request which the stack sent. */
  reply(request: string, status: string, more: readonly string[] = [], tag = this.tag, body = ''): string {
    const to = field(request, 'To')
    return sip(
      `SIP/2.0 ${status}`,
      `Via: ${field(request, 'Via')}`,
      `From: ${field(request, 'From')}`,
      `To: ${to.includes(';tag=') || tag === '' ? to : to + ';tag=' + tag}`,
      `Call-ID: ${field(request, 'Call-ID')}`,
      `CSeq: ${field(request, 'CSeq')}`,
      ...(more.some((line) => line.startsWith('Contact:'))
        ? [] : [`Contact: <sip:bob@${this.flow.remoteAddress}:${this.flow.remotePort}>`]),
      ...more,
      `Content-Length: ${body.length}`, '', '',
    ) + body
  }
}
