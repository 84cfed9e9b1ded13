/**
 * The embedded SIP server as a whole: binds what the options name, joins engine, exchange and
 * control listener, stops them together. RFC 3261 is in `sip`, the control protocol in `exchange`.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import type { Server } from 'node:http'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { systemClock } from '../clock.ts'
import { Exchange } from '../drachtio/exchange.ts'
import { formatTimeOfDay } from '../drachtio/time-of-day.ts'
import type { Log } from '../log.ts'
import { secureRandom } from '../net/chance.ts'
import { DnsResolver, systemDns } from '../net/dns.ts'
import { SipHost } from '../net/sip-host.ts'
import type { SipBind } from '../net/sip-host.ts'
import type { ListenPoint } from '../sip/events.ts'
import { Stack } from '../sip/stack.ts'
import { messageIds } from './message-ids.ts'
import { expandContact, parseContact } from './contact.ts'
import type { Contact, InterfaceAddress } from './contact.ts'
import { ControlListener } from './control.ts'
import { Metrics, serveMetrics } from './metrics.ts'
import type { SipdOptions } from './options.ts'
import { Faults } from './options.ts'

/** The library wants `v` and three numbers, not below v0.8.2 (control protocol §2). */
export const protocolVersion = 'v0.9.10'

export interface RunningSipd {
  readonly listenPoints: readonly ListenPoint[]
  /** Where applications connect. */
  readonly controlPort: number
  /** Where metrics are served; 0 = nowhere. */
  readonly metricsPort: number
  /** What is alive in the engine, for tests and the launcher. */
  readonly counts: () => Stack['counts']
  /**
   * Closes every socket. What no application has answered gets 503, what rings for one is
   * cancelled; calls that are up stay as they are.
   */
  stop(): Promise<void>
}

/** Starts the server; resolves when it listens. Rejects with an error that says what is wrong. */
export async function startSipd(options: SipdOptions, log: Log): Promise<RunningSipd> {
  for (const what of options.ignored) log.warn({ what }, 'setting without effect in this server')
  const binds = await readBinds(options)
  const sipd = new Sipd(options, log)
  try {
    return await sipd.start(binds)
  } catch (error) {
    await sipd.stop()
    throw error
  }
}

class Sipd {
  readonly #options: SipdOptions
  readonly #log: Log
  readonly #metrics = new Metrics(Math.floor(Date.now() / 1000), protocolVersion)
  #host: SipHost | undefined
  #stack: Stack | undefined
  #control: ControlListener | undefined
  #metricsServer: Server | undefined

  constructor(options: SipdOptions, log: Log) {
    this.#options = options
    this.#log = log
  }

  async start(binds: readonly SipBind[]): Promise<RunningSipd> {
    const { adminAddress, adminPort, keepAliveSeconds, prometheus } = this.#options
    const exchange = this.#createExchange()
    const host = await SipHost.open(binds, {
      clock: systemClock,
      log: this.#log,
      dns: new DnsResolver(systemDns(), systemClock, secureRandom),
      createEngine: (points) => (this.#stack = this.#createStack(points)),
      onOutput: (output) => exchange.output(output),
      ...(prometheus === undefined ? {} : { tap: this.#metrics }),
    })
    this.#host = host
    const control = await ControlListener.open(
      {
        address: adminAddress,
        port: adminPort,
        keepAliveSeconds,
        clock: systemClock,
        log: this.#log,
      },
      exchange,
    )
    this.#control = control
    const metricsPort =
      prometheus === undefined ? 0 : await this.#serveMetrics(exchange, prometheus)
    const { external } = hostPorts(host.listenPoints)
    this.#log.info(
      { sip: external, control: `${adminAddress}:${control.port}` },
      'SIP server listening',
    )
    return {
      listenPoints: host.listenPoints,
      controlPort: control.port,
      metricsPort,
      counts: () => this.#running(this.#stack).counts,
      stop: () => this.stop(),
    }
  }

  async stop(): Promise<void> {
    this.#metricsServer?.closeAllConnections()
    this.#metricsServer?.close()
    await this.#control?.close()
    await this.#host?.close()
  }

  #createExchange(): Exchange {
    const { secret } = this.#options
    return new Exchange(
      {
        ...this.#options,
        secretMatches: secretComparer(secret),
        version: protocolVersion,
        hostPorts: () => hostPorts(this.#host?.listenPoints ?? []),
      },
      {
        submit: (input) => this.#running(this.#host).submit(input),
        write: (client, payload) => this.#control?.write(client, payload),
        close: (client, why) => this.#control?.closeClient(client, why),
        nowMs: () => systemClock.nowMs(),
        timeOfDay: () => formatTimeOfDay((performance.timeOrigin + performance.now()) * 1000),
        newId: messageIds(),
      },
    )
  }

  #createStack(listenPoints: readonly ListenPoint[]): Stack {
    const {
      t1Ms,
      t2Ms,
      t4Ms,
      t1x64Ms,
      outboundProxy,
      defaultRefresher,
      aggressiveNat,
      natDetection,
    } = this.#options
    return new Stack({
      listenPoints,
      timers: { t1Ms, t2Ms, t4Ms, t1x64Ms },
      random: secureRandom,
      newId: randomUUID,
      defaultRefresher,
      aggressiveNat,
      natDetection,
      ...(outboundProxy === undefined ? {} : { outboundProxy }),
    })
  }

  async #serveMetrics(
    exchange: Exchange,
    at: { readonly address: string; readonly port: number },
  ): Promise<number> {
    this.#metricsServer = await serveMetrics(at.address, at.port, () => {
      const { dialogs, transactions } = this.#running(this.#stack).counts
      return this.#metrics.text({ dialogs, transactions, applications: exchange.applications })
    })
    const bound = this.#metricsServer.address()
    return bound !== null && typeof bound === 'object' ? bound.port : 0
  }

  #running<T>(part: T | undefined): T {
    if (part === undefined) throw new Error('the SIP server is not running')
    return part
  }
}

/** Both sides are hashed first, so that neither length nor content shows in the time it takes. */
export function secretComparer(secret: string): (offered: string) => boolean {
  const digest = createHash('sha256').update(secret, 'utf8').digest()
  return (offered) =>
    timingSafeEqual(digest, createHash('sha256').update(offered, 'latin1').digest())
}

/** `udp/1.2.3.4:5060,tcp/…` with external and with real addresses (control protocol §2). */
export function hostPorts(points: readonly ListenPoint[]): { external: string; local: string } {
  const list = (address: (point: ListenPoint) => string): string =>
    points.map((point) => `${point.transport}/${bracketed(address(point))}:${point.port}`).join(',')
  return { external: list((p) => p.externalAddress ?? p.address), local: list((p) => p.address) }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

async function readBinds(options: SipdOptions): Promise<SipBind[]> {
  const faults = new Faults()
  const contacts = options.contacts.map((contact) => parseContact(faults, 'contact', contact))
  if (faults.list.length > 0) throw new Error(faults.list.join('\n'))
  const interfaces: InterfaceAddress[] = Object.values(networkInterfaces()).flatMap(
    (list) => list ?? [],
  )
  const binds: SipBind[] = []
  for (const contact of contacts) {
    if (contact === undefined) continue
    for (const bind of expandContact(contact, interfaces, await addressesOf(contact))) {
      const { externalAddress, ...rest } = bind
      binds.push(externalAddress === undefined ? rest : { ...rest, externalAddress })
    }
  }
  return binds
}

async function addressesOf(contact: Contact): Promise<string[]> {
  if (contact.host === '*' || isIP(contact.host) !== 0) return []
  try {
    return (await lookup(contact.host, { all: true })).map(({ address }) => address)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown host'
    throw new Error(`contact ${contact.option.uri}: ${why}`, { cause: error })
  }
}
