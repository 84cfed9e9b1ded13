/**
 * One connected application (control protocol §2): whether it has shown the secret, which tags it
 * carries, which verbs it wants. Holds no socket and decides nothing about other applications.
 */
import type { Octets } from '../sip/events.ts'
import { FrameError, FrameReader } from './frame.ts'

/**
 * An application that authenticates with this tag is told of a 100 to its INVITEs, which the server
 * else keeps to itself (§19.12): it wants to know whether the next hop is there at all. The
 * original only stores tags, so an application may name it anywhere.
 */
const tryingTag = 'trying'

/** What we hold of a frame of somebody who has not shown the secret; a secret needs far less. */
const maxStrangerOctets = 64 * 1024

/** A verb is a SIP method or a `cdr:` event; an application that names more than this is broken. */
export const maxRoutesPerClient = 200

export class Client {
  /** Number of the connection; also the owner of its transactions and dialogs. Never 0. */
  readonly id: number
  readonly #frames = new FrameReader()
  authenticated = false
  tags: readonly Octets[] = []
  /** Tags are few, messages many: looked up once. */
  tellsTrying = false
  readonly routes = new Set<Octets>()

  constructor(id: number) {
    this.id = id
  }

  /** Takes what was read and returns the payloads that became complete. Throws FrameError. */
  take(chunk: Octets): Octets[] {
    const payloads = this.#frames.push(chunk)
    const isStranger = !this.authenticated && payloads.length === 0
    if (isStranger && this.#frames.heldOctets > maxStrangerOctets) {
      throw new FrameError('too large a frame before the secret')
    }
    return payloads
  }

  /** It has shown the secret. */
  authenticate(tags: readonly Octets[]): void {
    this.authenticated = true
    this.tags = tags
    this.tellsTrying = tags.includes(tryingTag)
  }

  /** True if the verb is now wanted; a repetition changes nothing: the library does it. */
  addRoute(verb: Octets): boolean {
    if (this.routes.has(verb)) return true
    if (this.routes.size >= maxRoutesPerClient) return false
    this.routes.add(verb)
    return true
  }
}
