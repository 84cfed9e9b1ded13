/**
 * Which application gets a request that belongs to nobody yet (control protocol §13): per verb,
 * round robin over the connections that asked for it. Selection by tag belongs here too, when HTTP
 * routing (§14) comes.
 */
import type { Client } from './client.ts'
import type { Octets } from '../sip/events.ts'

interface Ring {
  readonly clients: Client[]
  next: number
}

export class Router {
  readonly #rings = new Map<Octets, Ring>()

  /** Adds a client to the ring of a verb; idempotent. False if the client has too many routes. */
  add(client: Client, verb: Octets): boolean {
    if (client.routes.has(verb)) return true
    if (!client.addRoute(verb)) return false
    const ring = this.#rings.get(verb)
    if (ring === undefined) this.#rings.set(verb, { clients: [client], next: 0 })
    else ring.clients.push(client)
    return true
  }

  /** Takes a client out of the ring of a verb; the others keep their turn. */
  remove(client: Client, verb: Octets): void {
    if (!client.routes.delete(verb)) return
    const ring = this.#rings.get(verb)
    if (ring === undefined) return
    const index = ring.clients.indexOf(client)
    if (index < 0) return
    ring.clients.splice(index, 1)
    if (index < ring.next) ring.next--
    if (ring.clients.length === 0) this.#rings.delete(verb)
  }

  /** Takes a client out of every ring: its connection is gone. */
  removeAll(client: Client): void {
    for (const verb of client.routes) this.remove(client, verb)
  }

  /** The client whose turn it is, or undefined when nobody wants this verb. */
  pick(verb: Octets): Client | undefined {
    const ring = this.#rings.get(verb)
    if (ring === undefined) return undefined
    if (ring.next >= ring.clients.length) ring.next = 0
    return ring.clients[ring.next++]
  }

  /** Whether anybody wants this verb; takes nobody's turn. */
  wants(verb: Octets): boolean {
    return this.#rings.has(verb)
  }
}
