/**
 * Host name → addresses for the SIP engine (RFC 3263 §4.2): SRV records when no port is given, then
 * A and AAAA, in bounded time and with a small cache. NAPTR is left out: hardly a trunk has one,
 * and the transports tried below are all that one could name here.
 */
import { Resolver, lookup } from 'node:dns/promises'
import type { SrvRecord } from 'node:dns'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { ResolvedAddress, Transport } from '../sip/events.ts'

/** What the resolver asks; `node:dns` in the server, a table in tests. */
export interface DnsSource {
  /** SRV records of a name, [] if there are none. Rejects when the question was not settled. */
  srv(name: string): Promise<readonly SrvRecord[]>
  /** Addresses of a name with their time to live. Rejects as `srv` does. */
  addresses(
    name: string,
  ): Promise<readonly { readonly address: string; readonly ttlSeconds: number }[]>
}

export interface DnsQuery {
  readonly host: string
  readonly port: number | undefined
  readonly transport: Transport | undefined
}

const defaultPort = 5060
/** A whole look-up, all its questions together. A caller gives up on silence not much later. */
const boundMs = 4000
/** Longest time an answer is kept, whatever its record says: trunks move. */
const maxTtlMs = 300_000
/** SRV time to live is not told by Node; and a name that does not exist may soon. */
const srvTtlMs = 60_000
const negativeTtlMs = 5000
const maxCached = 10_000
/** Addresses tried for one request at most: each costs the caller a time-out. */
const maxAddresses = 8

interface CacheEntry {
  readonly until: Ms
  readonly addresses: readonly ResolvedAddress[]
}

export class DnsResolver {
  readonly #source: DnsSource
  readonly #clock: Clock
  readonly #random: () => number
  readonly #cache = new Map<string, CacheEntry>()
  readonly #running = new Map<string, Promise<readonly ResolvedAddress[]>>()

  /** `random` (0 ≤ x < 1) spreads load by SRV weight. */
  constructor(source: DnsSource, clock: Clock, random: () => number) {
    this.#source = source
    this.#clock = clock
    this.#random = random
  }

  /** Addresses to try, best first; [] if there are none or nobody knows. Never rejects. */
  async resolve(query: DnsQuery): Promise<readonly ResolvedAddress[]> {
    const key = `${query.host.toLowerCase()}|${query.port ?? ''}|${query.transport ?? ''}`
    const cached = this.#cache.get(key)
    if (cached !== undefined && cached.until > this.#clock.nowMs()) return cached.addresses
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const started = this.#ask(key, query)
    this.#running.set(key, started)
    try {
      return await started
    } finally {
      this.#running.delete(key)
    }
  }

  async #ask(key: string, query: DnsQuery): Promise<readonly ResolvedAddress[]> {
    const bounded = this.#withBound(this.#lookUp(query))
    const found = await bounded.catch(() => undefined)
    if (found === undefined) return []
    const ttlMs = found.addresses.length === 0 ? negativeTtlMs : Math.min(found.ttlMs, maxTtlMs)
    if (this.#cache.size >= maxCached) this.#cache.clear()
    this.#cache.set(key, { until: this.#clock.nowMs() + ttlMs, addresses: found.addresses })
    return found.addresses
  }

  async #lookUp({
    host,
    port,
    transport,
  }: DnsQuery): Promise<{ addresses: ResolvedAddress[]; ttlMs: Ms }> {
    if (port === undefined) {
      const bySrv = await this.#bySrv(host, transport === undefined ? ['udp', 'tcp'] : [transport])
      if (bySrv.length > 0) return { addresses: bySrv, ttlMs: srvTtlMs }
    }
    const answers = await this.#source.addresses(host)
    const ttlMs = answers.reduce((least, a) => Math.min(least, a.ttlSeconds * 1000), maxTtlMs)
    const addresses = answers
      .slice(0, maxAddresses)
      .map(({ address }) => ({ transport: transport ?? 'udp', address, port: port ?? defaultPort }))
    return { addresses, ttlMs: Math.max(1000, ttlMs) }
  }

  async #bySrv(host: string, transports: readonly Transport[]): Promise<ResolvedAddress[]> {
    const lists = await Promise.all(
      transports.map(async (transport) => {
        const records = await this.#source.srv(`_sip._${transport}.${host}`).catch(() => [])
        return orderSrv(records, this.#random).map((record) => ({ transport, record }))
      }),
    )
    const found: ResolvedAddress[] = []
    for (const { transport, record } of lists.flat()) {
      if (found.length >= maxAddresses) break
      // RFC 2782: a target of "." says that the service is decidedly not available.
      if (record.name === '' || record.name === '.') continue
      const answers = await this.#source.addresses(record.name).catch(() => [])
      for (const { address } of answers) found.push({ transport, address, port: record.port })
    }
    return found.slice(0, maxAddresses)
  }

  async #withBound<T>(work: Promise<T>): Promise<T> {
    let cancel: Cancel | undefined
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.wakeAt(this.#clock.nowMs() + boundMs, () => {
        reject(new Error('name look-up took too long'))
      })
    })
    try {
      return await Promise.race([work, late])
    } finally {
      cancel?.()
    }
  }
}

/** RFC 2782: lowest priority first; among equals a weighted draw. */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = []
  const priorities = [...new Set(records.map((r) => r.priority))].sort((a, b) => a - b)
  for (const priority of priorities) {
    const pool = records.filter((r) => r.priority === priority)
    while (pool.length > 0) {
      const total = pool.reduce((sum, r) => sum + r.weight, 0)
      let mark = random() * total
      let pick = pool.findIndex((r) => (mark -= r.weight) < 0)
      if (pick < 0) pick = 0
      ordered.push(...pool.splice(pick, 1))
    }
  }
  return ordered
}

/** The machine's name servers; a name they do not know is sought in the hosts file. */
export function systemDns(): DnsSource {
  const resolver = new Resolver({ timeout: 1500, tries: 2 })
  return {
    async srv(name) {
      return await resolver.resolveSrv(name).catch(noneIfMissing)
    },
    async addresses(name) {
      const [four, six] = await Promise.all([
        resolver.resolve4(name, { ttl: true }).catch(() => []),
        resolver.resolve6(name, { ttl: true }).catch(() => []),
      ])
      const answers = [...four, ...six].map(({ address, ttl }) => ({ address, ttlSeconds: ttl }))
      if (answers.length > 0) return answers
      const local = await lookup(name, { all: true }).catch(noneIfMissing)
      return local.map(({ address }) => ({ address, ttlSeconds: 60 }))
    },
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
  throw error
}
