/**
 * Stream connections that are open, and whom they lead to: a client that registered or subscribed
 * over TCP, TLS or WebSocket is reached again over the same connection
 * (drachtio-control-protocol §15.4, in the spirit of RFC 5626).
 */
import type { Flow, Ms, Octets } from './events.ts'

interface Connection {
  readonly flow: Flow
  /** `user@host` of the Contacts bound to it. */
  readonly bindings: Set<Octets>
}

interface Binding {
  readonly connection: number
  readonly untilMs: Ms
}

/** Bindings of one connection; a phone has one or two, a misbehaving peer may want thousands. */
const maxBindingsPerConnection = 64

export class Connections {
  readonly #open = new Map<number, Connection>()
  readonly #bindings = new Map<Octets, Binding>()

  get size(): number {
    return this.#open.size
  }

  get bindings(): number {
    return this.#bindings.size
  }

  /** A message came over `flow`. */
  seen(flow: Flow): void {
    if (flow.connection === 0 || this.#open.has(flow.connection)) return
    this.#open.set(flow.connection, { flow, bindings: new Set() })
  }

  isOpen(connection: number): boolean {
    return this.#open.has(connection)
  }

  closed(connection: number): void {
    for (const contact of this.#open.get(connection)?.bindings ?? []) {
      this.#bindings.delete(contact)
    }
    this.#open.delete(connection)
  }

  /** Binds `user@host` to a connection for a time; a time of 0 unbinds it. */
  bind(contact: Octets, connection: number, untilMs: Ms, nowMs: Ms): void {
    const before = this.#bindings.get(contact)
    if (before !== undefined) this.#open.get(before.connection)?.bindings.delete(contact)
    this.#bindings.delete(contact)
    const open = this.#open.get(connection)
    if (open === undefined || untilMs <= nowMs) return
    if (open.bindings.size >= maxBindingsPerConnection) return
    open.bindings.add(contact)
    this.#bindings.set(contact, { connection, untilMs })
  }

  /** The flow on which `user@host` can be reached, if it is bound to a connection. */
  flowTo(contact: Octets, nowMs: Ms): Flow | undefined {
    const binding = this.#bindings.get(contact)
    if (binding === undefined) return undefined
    if (binding.untilMs > nowMs) return this.#open.get(binding.connection)?.flow
    this.bind(contact, binding.connection, 0, nowMs)
    return undefined
  }
}
