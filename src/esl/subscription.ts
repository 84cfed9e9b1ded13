/**
 * Which events one connection wants, in which form: the list of names collected by `event`, and the
 * filters. With at least one filter an event passes if some filter's header has its value. Regular
 * expressions and negative filters are not understood: a client's pattern would run on every event.
 */
import type { EslEvent } from './event.ts'
import { eventHeader } from './event.ts'
import type { EventFormat } from './message.ts'

/** Names that can be subscribed to; others are skipped. */
const knownNames = new Set([
  'ALL',
  'CUSTOM',
  'CHANNEL_CREATE',
  'CHANNEL_DESTROY',
  'CHANNEL_STATE',
  'CHANNEL_CALLSTATE',
  'CHANNEL_ANSWER',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_HOLD',
  'CHANNEL_UNHOLD',
  'CHANNEL_BRIDGE',
  'CHANNEL_UNBRIDGE',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_PARK',
  'CHANNEL_UNPARK',
  'CHANNEL_DATA',
  'API',
  'MEDIA_BUG_START',
  'MEDIA_BUG_STOP',
  'DTMF',
  'DETECTED_TONE',
  'DETECTED_SPEECH',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'RECORD_START',
  'RECORD_STOP',
  'TALK',
  'NOTALK',
  'BACKGROUND_JOB',
  'HEARTBEAT',
  'CODEC',
  'MESSAGE',
  'LOG',
  'SESSION_HEARTBEAT',
  'STARTUP',
  'SHUTDOWN',
])
/** Filters and subclasses a connection may have; the client library sets one or two. */
const maxEntries = 256

/** Events of one call that `myevents` asks for. */
export const callEvents: readonly string[] = [
  'CHANNEL_CALLSTATE',
  'CHANNEL_ANSWER',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_BRIDGE',
  'CHANNEL_UNBRIDGE',
  'CHANNEL_PARK',
  'DTMF',
  'DETECTED_TONE',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'RECORD_START',
  'RECORD_STOP',
  'MEDIA_BUG_START',
  'MEDIA_BUG_STOP',
]

interface Filter {
  readonly header: string
  /** Small letters. */
  readonly value: string
}

export class Subscription {
  format: EventFormat = 'plain'
  readonly #names = new Set<string>()
  readonly #subclasses = new Set<string>()
  #filters: Filter[] = []

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  get filters(): readonly Filter[] {
    return this.#filters
  }

  /** Adds to the list. False when none of the names is known: nothing has changed then. */
  add(names: readonly string[], subclasses: readonly string[] = []): boolean {
    const known = names.filter((name) => knownNames.has(name))
    if (known.length === 0) return false
    for (const name of known) this.#names.add(name)
    for (const subclass of subclasses) {
      if (this.#subclasses.size < maxEntries) this.#subclasses.add(subclass)
    }
    return true
  }

  remove(names: readonly string[], subclasses: readonly string[] = []): void {
    for (const name of names) {
      if (name !== 'CUSTOM' || subclasses.length === 0) this.#names.delete(name)
    }
    for (const subclass of subclasses) this.#subclasses.delete(subclass)
  }

  clear(): void {
    this.#names.clear()
    this.#subclasses.clear()
  }

  /** False when there are too many already. */
  addFilter(header: string, value: string): boolean {
    if (this.#filters.length >= maxEntries) return false
    this.#filters.push({ header, value: value.toLowerCase() })
    return true
  }

  /** `value` '' removes all filters of that header, header `all` every filter. */
  deleteFilter(header: string, value: string): void {
    const small = value.toLowerCase()
    this.#filters =
      header === 'all'
        ? []
        : this.#filters.filter(
            (filter) => filter.header !== header || (value !== '' && filter.value !== small),
          )
  }

  wants(event: EslEvent): boolean {
    return this.#isNamed(event) && this.#passes(event)
  }

  #isNamed(event: EslEvent): boolean {
    if (this.#names.has('ALL')) return true
    if (!this.#names.has(event.name)) return false
    return (
      event.subclass === undefined
      || this.#subclasses.size === 0
      || this.#subclasses.has(event.subclass)
    )
  }

  #passes(event: EslEvent): boolean {
    if (this.#filters.length === 0) return true
    return this.#filters.some(
      ({ header, value }) => eventHeader(event, header)?.toLowerCase() === value,
    )
  }
}
