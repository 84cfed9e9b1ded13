/**
 * From where events start to who wants them. Knows the connections and stamps what every event of
 * this server has: its name, the server's, the time, a rising number. An event of a channel goes to
 * that channel's own connection and to those that look further; with hundreds of calls nobody asks
 * hundreds of connections about each event.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../clock.ts'
import type { EslEvent, HeaderValue } from '../esl/event.ts'
import { HeaderSection } from '../esl/event.ts'

/** A connection, seen from the hub. */
export interface EventTarget {
  /** Whether it wants events of other channels than its own. */
  readonly looksFurther: boolean
  offer(event: EslEvent): void
}

export class EventHub {
  /** Names this run of the server, in every event. */
  readonly coreId = randomUUID()
  readonly hostName = hostname()
  readonly #clock: Clock
  readonly #address: string
  readonly #everywhere = new Set<EventTarget>()
  readonly #ofChannel = new Map<string, EventTarget>()
  #sequence = 0

  /** `address` is told as the server's own. */
  constructor(clock: Clock, address: string) {
    this.#clock = clock
    this.#address = address
  }

  get address(): string {
    return this.#address
  }

  /** `channel` '' for a connection that is nobody's own. */
  add(target: EventTarget, channel: string): void {
    if (channel === '') this.#everywhere.add(target)
    else this.#ofChannel.set(channel, target)
  }

  remove(target: EventTarget, channel: string): void {
    this.#everywhere.delete(target)
    if (channel !== '' && this.#ofChannel.get(channel) === target) this.#ofChannel.delete(channel)
  }

  /** A channel's connection wants more than its channel's events, or no longer does. */
  look(target: EventTarget, looksFurther: boolean): void {
    if (looksFurther) this.#everywhere.add(target)
    else this.#everywhere.delete(target)
  }

  /** The headers that every event begins with. */
  stamp(name: string): HeaderSection {
    const wall = new Date(this.#clock.wallMs())
    const local = wall.toISOString()
    return new HeaderSection([
      ['Event-Name', name],
      ['Core-UUID', this.coreId],
      ['FreeSWITCH-Hostname', this.hostName],
      ['FreeSWITCH-Switchname', this.hostName],
      ['FreeSWITCH-IPv4', this.#address.includes(':') ? '' : this.#address],
      ['FreeSWITCH-IPv6', this.#address.includes(':') ? this.#address : '::1'],
      ['Event-Date-Local', `${local.slice(0, 10)} ${local.slice(11, 19)}`],
      ['Event-Date-GMT', wall.toUTCString()],
      ['Event-Date-Timestamp', String(wall.getTime() * 1000)],
      ['Event-Sequence', String(++this.#sequence)],
    ])
  }

  /** An event that is no channel's. */
  emit(name: string, headers: readonly (readonly [string, HeaderValue])[], body?: string): void {
    const event: EslEvent = { name, sections: [this.stamp(name), new HeaderSection(headers)] }
    this.send(body === undefined ? event : { ...event, body })
  }

  send(event: EslEvent): void {
    const own = event.channel === undefined ? undefined : this.#ofChannel.get(event.channel)
    own?.offer(event)
    for (const target of this.#everywhere) {
      if (target !== own && target.looksFurther) target.offer(event)
    }
  }
}
