/**
 * What the event socket tells about a channel: its states, its caller profile and its variables, in
 * sections that are written anew only when they change. The names are those that applications and
 * the client library look for.
 */
import type { EslEvent, HeaderValue } from '../esl/event.ts'
import { HeaderSection, plainText } from '../esl/event.ts'
import type { EventHub } from './event-hub.ts'

/** How the call is, as `Channel-Call-State` says. */
export type CallState = 'DOWN' | 'RINGING' | 'ACTIVE' | 'HELD' | 'UNHELD' | 'HANGUP'
/** What the channel does, as `Channel-State` says. */
export type ChannelState = 'CS_ROUTING' | 'CS_EXECUTE' | 'CS_EXCHANGE_MEDIA' | 'CS_HANGUP'

const callStateNumbers: Readonly<Record<CallState, number>> = {
  DOWN: 0, RINGING: 2, ACTIVE: 4, HELD: 5, UNHELD: 10, HANGUP: 7,
}
const channelStateNumbers: Readonly<Record<ChannelState, number>> = {
  CS_ROUTING: 2, CS_EXECUTE: 4, CS_EXCHANGE_MEDIA: 6, CS_HANGUP: 10,
}

/** Who called what, from the INVITE. */
export interface CallerProfile {
  readonly uuid: string
  readonly profile: string
  readonly networkAddress: string
  readonly callerName: string
  readonly callerNumber: string
  readonly destination: string
  /** `user@host:port`. */
  readonly from: string
  readonly createdMs: number
}

/** Variables of one channel; a client that sets more is misbehaving. */
const maxVariables = 1000
const maxValueLength = 16 * 1024

export class ChannelHeaders {
  readonly variables = new HeaderSection([], 'variable_')
  #callState: CallState = 'ACTIVE'
  #variableCount = 0
  readonly #hub: EventHub
  readonly #uuid: string
  readonly #state: HeaderSection
  readonly #caller: HeaderSection
  readonly #profileEntries: readonly (readonly [string, string])[]

  constructor(hub: EventHub, profile: CallerProfile) {
    this.#hub = hub
    this.#uuid = profile.uuid
    this.#profileEntries = profileHeaders(profile)
    this.#caller = new HeaderSection(
      this.#profileEntries.map(([name, value]) => [`Caller-${name}`, value]),
    )
    this.#state = new HeaderSection([
      ['Channel-State', 'CS_EXECUTE'],
      ['Channel-Call-State', 'ACTIVE'],
      ['Channel-State-Number', '4'],
      ['Channel-Name', channelName(profile)],
      ['Unique-ID', profile.uuid],
      ['Call-Direction', 'inbound'],
      ['Presence-Call-Direction', 'inbound'],
      ['Channel-HIT-Dialplan', 'true'],
      ['Channel-Call-UUID', profile.uuid],
      ['Answer-State', 'answered'],
    ])
  }

  get callState(): CallState {
    return this.#callState
  }

  setVariable(name: string, value: HeaderValue): void {
    if (this.variables.get(name) === undefined) {
      if (this.#variableCount >= maxVariables) return
      this.#variableCount++
    }
    this.variables.set(
      name,
      typeof value === 'string' && value.length > maxValueLength
        ? value.slice(0, maxValueLength)
        : value,
    )
  }

  unsetVariable(name: string): void {
    if (this.variables.get(name) === undefined) return
    this.#variableCount--
    this.variables.delete(name)
  }

  getVariable(name: string): string | undefined {
    const value = this.variables.get(name)
    return value === undefined || typeof value === 'string' ? value : value.join('|:')
  }

  setCodec(name: string): void {
    for (const direction of ['Read', 'Write']) {
      this.#state.set(`Channel-${direction}-Codec-Name`, name)
      this.#state.set(`Channel-${direction}-Codec-Rate`, '8000')
      this.#state.set(`Channel-${direction}-Codec-Bit-Rate`, '64000')
    }
  }

  setState(state: ChannelState): void {
    this.#state.set('Channel-State', state)
    this.#state.set('Channel-State-Number', String(channelStateNumbers[state]))
  }

  /** The call has ended: what is told from now on says so. */
  setHangup(cause: string, wallMs: number): void {
    this.#state.set('Answer-State', 'hangup')
    this.#state.set('Hangup-Cause', cause)
    this.#caller.set('Caller-Channel-Hangup-Time', String(wallMs * 1000))
  }

  /** The party of a bridge; undefined: alone. */
  setOther(
    other: { readonly uuid: string; readonly type: 'originator' | 'originatee' } | undefined,
  ): void {
    if (other === undefined) {
      for (const name of ['Other-Type', 'Other-Leg-Unique-ID']) this.#state.delete(name)
      return
    }
    this.#state.set('Other-Type', other.type)
    this.#state.set('Other-Leg-Unique-ID', other.uuid)
  }

  /** Fires CHANNEL_CALLSTATE. */
  changeCallState(callState: CallState): void {
    const before = this.#callState
    this.#callState = callState
    this.#state.set('Channel-Call-State', callState)
    this.#send(
      'CHANNEL_CALLSTATE',
      [
        ['Original-Channel-Call-State', before],
        ['Channel-Call-State-Number', String(callStateNumbers[callState])],
      ],
      false,
    )
  }

  /** An event without variables. */
  fireBare(name: string, headers: readonly (readonly [string, HeaderValue])[]): void {
    this.#send(name, headers, false)
  }

  /** An event with all variables of the channel. */
  fire(name: string, headers: readonly (readonly [string, HeaderValue])[]): void {
    this.#send(name, headers, true)
  }

  /** An event CUSTOM of a subclass, with the channel's states but not its variables. */
  fireCustom(subclass: string, headers: readonly (readonly [string, HeaderValue])[]): void {
    this.#hub.send({
      name: 'CUSTOM',
      subclass,
      channel: this.#uuid,
      sections: [
        this.#hub.stamp('CUSTOM'),
        this.#state,
        this.#caller,
        new HeaderSection([['Event-Subclass', subclass], ...headers]),
      ],
    })
  }

  /** The answer to `connect` and to `uuid_dump`: everything, as percent-encoded lines. */
  dump(withReply: boolean): string {
    const sections = [
      this.#hub.stamp('CHANNEL_DATA'),
      new HeaderSection(this.#profileEntries.map(([name, value]) => [`Channel-${name}`, value])),
      this.#state,
      this.#caller,
      this.variables,
    ]
    if (!withReply) return plainText(sections)
    sections.push(
      new HeaderSection([
        ['Content-Type', 'command/reply'],
        ['Reply-Text', '+OK\n'],
        ['Socket-Mode', 'async'],
        ['Control', 'full'],
      ]),
    )
    return plainText(sections)
  }

  #send(
    name: string,
    headers: readonly (readonly [string, HeaderValue])[],
    withVariables: boolean,
  ): void {
    const sections = [this.#hub.stamp(name), this.#state, this.#caller]
    if (withVariables) sections.push(this.variables)
    if (headers.length > 0) sections.push(new HeaderSection(headers))
    const event: EslEvent = { name, channel: this.#uuid, sections }
    this.#hub.send(event)
  }
}

function channelName(profile: CallerProfile): string {
  return `sofia/${profile.profile}/${profile.from}`
}

function profileHeaders(profile: CallerProfile): [string, string][] {
  const micros = String(profile.createdMs * 1000)
  return [
    ['Direction', 'inbound'],
    ['Logical-Direction', 'inbound'],
    ['Dialplan', 'XML'],
    ['Caller-ID-Name', profile.callerName],
    ['Caller-ID-Number', profile.callerNumber],
    ['Network-Addr', profile.networkAddress],
    ['Destination-Number', profile.destination],
    ['Unique-ID', profile.uuid],
    ['Source', 'mod_sofia'],
    ['Context', 'mrf'],
    ['Channel-Name', channelName(profile)],
    ['Profile-Index', '1'],
    ['Profile-Created-Time', micros],
    ['Channel-Created-Time', micros],
    ['Channel-Answered-Time', micros],
    ['Channel-Hangup-Time', '0'],
  ]
}
