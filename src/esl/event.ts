/**
 * Events of the event socket: named sets of headers, written as JSON or as percent-encoded lines.
 *
 * An event of a channel repeats some 140 headers of which two or three are new. So an event is a
 * list of sections, and a section keeps its text until it changes: the channel's variables are
 * written once for all the events between two changes. Who gets an event is `subscription.ts`.
 */
import type { Octets } from './frame.ts'
import { percentEncode } from './percent.ts'

/** A list is written as an array in JSON and as `ARRAY::a|:b` in lines. */
export type HeaderValue = Octets | readonly Octets[]

/** An ordered set of headers that remembers how it is written. */
export class HeaderSection {
  readonly #prefix: string
  readonly #entries = new Map<string, HeaderValue>()
  #json: string | undefined
  #plain: string | undefined

  /** `prefix` goes before every name on the wire: `variable_` for the variables of a channel. */
  constructor(entries: Iterable<readonly [string, HeaderValue]> = [], prefix = '') {
    this.#prefix = prefix
    for (const [name, value] of entries) this.#entries.set(name, value)
  }

  get(name: string): HeaderValue | undefined {
    return this.#entries.get(name)
  }

  /** The value of a header by its name on the wire, prefix included. */
  find(wireName: string): HeaderValue | undefined {
    return wireName.startsWith(this.#prefix)
      ? this.#entries.get(wireName.slice(this.#prefix.length))
      : undefined
  }

  set(name: string, value: HeaderValue): void {
    if (this.#entries.get(name) === value) return
    this.#entries.set(name, value)
    this.#forget()
  }

  delete(name: string): void {
    if (this.#entries.delete(name)) this.#forget()
  }

  /** `"a":"1","b":"2"`, without braces; '' when empty. */
  json(): string {
    if (this.#json === undefined) {
      const parts: string[] = []
      for (const [name, value] of this.#entries) {
        parts.push(`${JSON.stringify(this.#prefix + name)}:${JSON.stringify(value)}`)
      }
      this.#json = parts.join(',')
    }
    return this.#json
  }

  /** `a: 1\nb: 2\n`, values percent-encoded. */
  plain(): string {
    if (this.#plain === undefined) {
      let text = ''
      for (const [name, value] of this.#entries) {
        text += `${this.#prefix}${name}: ${plainValue(value)}\n`
      }
      this.#plain = text
    }
    return this.#plain
  }

  #forget(): void {
    this.#json = undefined
    this.#plain = undefined
  }
}

export interface EslEvent {
  readonly name: string
  /** `Event-Subclass` of a CUSTOM event. */
  readonly subclass?: string
  /** The channel it is about, if it is about one. */
  readonly channel?: string
  readonly sections: readonly HeaderSection[]
  readonly body?: Octets
}

/** The value of a header of an event, a list joined by `|:` as in lines. */
export function eventHeader(event: EslEvent, name: string): Octets | undefined {
  for (const section of event.sections) {
    const value = section.find(name)
    if (value !== undefined) return typeof value === 'string' ? value : value.join('|:')
  }
  return undefined
}

/** The whole message `text/event-json`, ready for the wire. */
export function jsonMessage(event: EslEvent): Octets {
  const parts: string[] = []
  for (const section of event.sections) {
    const text = section.json()
    if (text !== '') parts.push(text)
  }
  if (event.body !== undefined) {
    parts.push(`"Content-Length":"${event.body.length}"`, `"_body":${JSON.stringify(event.body)}`)
  }
  const json = `{${parts.join(',')}}`
  return `Content-Length: ${json.length}\nContent-Type: text/event-json\n\n${json}`
}

/** The whole message `text/event-plain`, ready for the wire. */
export function plainMessage(event: EslEvent): Octets {
  const text = plainText(event.sections, event.body)
  return `Content-Length: ${text.length}\nContent-Type: text/event-plain\n\n${text}`
}

/** Headers as percent-encoded lines with the empty line behind them, then the body. */
export function plainText(sections: readonly HeaderSection[], body?: Octets): Octets {
  let text = ''
  for (const section of sections) text += section.plain()
  if (body === undefined) return `${text}\n`
  return `${text}Content-Length: ${body.length}\n\n${body}`
}

function plainValue(value: HeaderValue): string {
  return percentEncode(typeof value === 'string' ? value : `ARRAY::${value.join('|:')}`)
}
