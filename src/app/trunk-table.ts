/**
 * The trunks as the call path needs them: which one an address belongs to, and which ones to try
 * for an outgoing leg with room left. Compiles the networks once per list of trunks the store hands
 * out. Knows no SIP.
 */
import { networkHas, parseIp, parseNetwork } from './cidr.ts'
import type { Network } from './cidr.ts'
import type { Trunk } from '../call/trunk.ts'

interface InboundNet {
  readonly network: Network
  readonly trunk: Trunk
}

const maxRemembered = 4096 // addresses; a scanner with many of them only costs the scan again

export class TrunkTable {
  readonly #current: () => readonly Trunk[]
  readonly #busy = new Map<string, number>()
  #compiled: readonly Trunk[] = []
  #outgoing: readonly Trunk[] = []
  #nets: InboundNet[] = []
  readonly #remembered = new Map<string, Trunk | undefined>()

  /** `current` gives the enabled trunks in outgoing order; a changed list is a new array. */
  constructor(current: () => readonly Trunk[]) {
    this.#current = current
  }

  /** Trunk whose inbound networks hold this address; the narrowest network wins. */
  bySource(address: string): Trunk | undefined {
    this.#refresh()
    const known = this.#remembered.get(address)
    if (known !== undefined || this.#remembered.has(address)) return known
    const ip = parseIp(address)
    let best: InboundNet | undefined
    if (ip !== undefined) {
      for (const net of this.#nets) {
        if (networkHas(net.network, ip) &&
          (best === undefined || net.network.prefix > best.network.prefix)) best = net
      }
    }
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear()
    this.#remembered.set(address, best?.trunk)
    return best?.trunk
  }

  /** Trunks for an outgoing leg, in the order to try them. */
  outgoing(): readonly Trunk[] {
    this.#refresh()
    return this.#outgoing
  }

  /** Takes one of the trunk's simultaneous legs; false when its capacity is used up. */
  take(trunk: Trunk): boolean {
    const busy = this.#busy.get(trunk.id) ?? 0
    if (trunk.capacity !== undefined && busy >= trunk.capacity) return false
    this.#busy.set(trunk.id, busy + 1)
    return true
  }

  release(trunk: Trunk): void {
    const busy = this.#busy.get(trunk.id) ?? 0
    if (busy <= 1) this.#busy.delete(trunk.id)
    else this.#busy.set(trunk.id, busy - 1)
  }

  /** Legs on all trunks; zero when nothing is going on. */
  busyLegs(): number {
    let sum = 0
    for (const busy of this.#busy.values()) sum += busy
    return sum
  }

  #refresh(): void {
    const trunks = this.#current()
    if (trunks === this.#compiled) return
    this.#compiled = trunks
    this.#outgoing = trunks.filter((trunk) => trunk.enabled)
    this.#remembered.clear()
    this.#nets = []
    for (const trunk of trunks) {
      if (!trunk.enabled) continue
      for (const text of trunk.inboundNets) {
        const network = parseNetwork(text)
        if (network !== undefined) this.#nets.push({ network, trunk })
      }
    }
  }
}
