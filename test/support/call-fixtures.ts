/** Subscribers, trunks, INVITEs and a journal for tests of the application. */
import { pino } from 'pino'
import type { CallDirectory, CallJournal } from '../../src/app/ports.ts'
import type { SipRequest } from '../../src/app/sip-port.ts'
import type { CallRecord } from '../../src/call/record.ts'
import type { Rule } from '../../src/call/rule.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import type { Log } from '../../src/log.ts'
import { message } from './fake-sip-server.ts'

export const personalNumber = '+74996740782'
export const quiet: Log = pino({ level: 'silent' })

export function trunk(over: Partial<Trunk> = {}): Trunk {
  return {
    id: 'trunk-1', name: 'First', enabled: true, inboundNets: ['192.0.2.0/24'], host: '192.0.2.1',
    port: 5060, transport: 'udp', credentials: undefined, numberFormat: 'e164plus',
    identity: 'caller', assertIdentity: false, diversion: 'none', order: 1, capacity: undefined,
    provisionalSeconds: 5, ...over,
  }
}

export function rule(addresses: readonly string[], over: Partial<Rule> = {}): Rule {
  return {
    id: 'rule-1', name: 'Work', enabled: true, priority: 0, position: 1, blocks: [],
    mode: 'parallel', waitSeconds: 20, noAnswer: { action: 'hangUp' },
    targets: addresses.map((address, i) =>
      ({ id: `t${i}`, address, description: '', ringSeconds: undefined })),
    ...over,
  }
}

export function subscriber(rules: readonly Rule[], over: Partial<Subscriber> = {}): Subscriber {
  return {
    id: 'sub-1', name: 'Test', number: personalNumber, zone: 'Europe/Moscow', status: 'active',
    balanceKopecks: 38_000, maxCalls: 3, defaultTarget: undefined, rules,
    settings: {
      voicemail: false, voicemailAfterSeconds: 25, recordCalls: false, cycleLimitSeconds: 60,
      ringSeconds: 15, busyMattersMore: false, declineIsRefusal: false,
    }, ...over,
  }
}

/** INVITE as trunk 192.0.2.1 sends it; `headers` by lower-case names, '' removes one. */
export function invite(headers: Record<string, string> = {}, over: Partial<SipRequest> = {}): SipRequest {
  const all: Record<string, string> = {
    via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1', 'call-id': 'call-1', cseq: '1 INVITE',
    from: '"Анна" <sip:+79161234567@192.0.2.1>;tag=a1', to: `<sip:${personalNumber}@203.0.113.1>`,
    contact: '<sip:gw@192.0.2.1:5060>', 'max-forwards': '70', 'content-type': 'application/sdp',
    ...headers,
  }
  for (const [name, value] of Object.entries(all)) if (value === '') delete all[name]
  return {
    ...message(all, 'v=0 offer'), method: 'INVITE', uri: `sip:${personalNumber}@203.0.113.1`,
    sourceAddress: '192.0.2.1', dialogId: '', ...over,
  }
}

/** A journal that only notes, and complains about a record opened or closed twice. */
export class NotingJournal implements CallJournal {
  readonly opened: CallRecord[] = []
  readonly closed: CallRecord[] = []
  updates = 0
  /** What `open`, `update` or `close` do besides; may throw. */
  fault: (where: string) => void = () => {}
  /** What `open` waits for. */
  ready: Promise<void> = Promise.resolve()

  async open(record: CallRecord): Promise<void> {
    this.opened.push(record)
    this.fault('open')
    await this.ready
  }

  update(): void {
    this.updates++
    this.fault('update')
  }

  async close(record: CallRecord): Promise<void> {
    this.closed.push(record)
    this.fault('close')
  }
}

export function directory(
  find: (number: string) => Promise<Subscriber | undefined>, trunks: readonly Trunk[],
  personal: readonly string[] = [],
): CallDirectory {
  return {
    trunks: () => trunks, findSubscriber: find, isPersonalNumber: (a) => personal.includes(a),
  }
}
