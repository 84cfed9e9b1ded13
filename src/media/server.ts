/**
 * The embedded media server as a whole: SIP door, event socket, calls and the pacer that drives
 * them; starts and stops them together. One process serves many calls; recordings that an earlier
 * one left unfinished are put right before it starts.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import process from 'node:process'
import { systemClock } from '../clock.ts'
import type { Cancel } from '../clock.ts'
import { disconnectNotice, rudeRejection } from '../esl/message.ts'
import type { Log } from '../log.ts'
import { secureRandom } from '../net/chance.ts'
import { DnsResolver, systemDns } from '../net/dns.ts'
import { SipHost } from '../net/sip-host.ts'
import { Stack } from '../sip/stack.ts'
import { Calls } from './calls.ts'
import type { Channel } from './channel.ts'
import { ConferenceTable } from './conference-table.ts'
import { Connection } from './connection.ts'
import type { ConnectionServices } from './connection.ts'
import { EventHub } from './event-hub.ts'
import { Folders } from './folders.ts'
import type { MediaOptions } from './options.ts'
import { networkCheck } from './options.ts'
import { Pacer } from './pacer.ts'
import type { Lateness } from './pacer.ts'
import { OpenList, repairRecordings } from './recording-file.ts'
import type { RepairedRecording } from './recording-file.ts'
import { heartbeatHeaders } from './status.ts'
import type { ServerStatus } from './status.ts'

/** What this server calls itself where clients look for a version. */
const version = '1.11.3-personal-number'
const maxInboundConnections = 100
/** Clients have so long to read the last words when the server stops. */
const goodbyeMs = 500

/** Figures for metrics, tests and the launcher. */
export interface MediaCounts {
  readonly channels: number
  readonly connections: number
  readonly sessionsSinceStart: number
  readonly transactions: number
  readonly dialogs: number
}

export interface RunningMedia {
  readonly sipAddress: string
  readonly sipPort: number
  readonly eslPort: number
  /** What an earlier run had left unfinished. */
  readonly repaired: readonly RepairedRecording[]
  counts(): MediaCounts
  lateness(): Lateness
  /** Ends all calls with BYE and closes every socket. */
  stop(): Promise<void>
}

/**
 * Starts the server; resolves when it listens. Rejects with an error that says what cannot be had.
 */
export async function startMedia(options: MediaOptions, log: Log): Promise<RunningMedia> {
  const repaired = repairRecordings(options.recordingsFolder)
  if (repaired.length > 0) log.warn({ repaired }, 'recordings of an earlier run were completed')
  const server = new MediaServer(options, log, repaired)
  try {
    return await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
}

class MediaServer {
  readonly #options: MediaOptions
  readonly #log: Log
  readonly #repaired: readonly RepairedRecording[]
  readonly #connections = new Set<Connection>()
  readonly #pacer: Pacer
  readonly #calls: Calls
  readonly #isAllowed: (address: string) => boolean
  readonly #hub: EventHub
  readonly #connectionServices: ConnectionServices
  readonly #startMs = systemClock.nowMs()
  #host: SipHost | undefined
  #stack: Stack | undefined
  #listener: Server | undefined
  #heartbeat: Cancel | undefined
  #cpu = process.cpuUsage()
  #cpuMs = systemClock.nowMs()

  constructor(options: MediaOptions, log: Log, repaired: readonly RepairedRecording[]) {
    this.#options = options
    this.#log = log
    this.#repaired = repaired
    this.#pacer = new Pacer(systemClock, (nowMs, mustSend) => this.#calls.tick(nowMs, mustSend))
    this.#isAllowed = networkCheck(options.allowed)
    this.#hub = new EventHub(systemClock, options.externalAddress ?? options.sipAddress)
    const shared = {
      hub: this.#hub,
      folders: new Folders(options.recordingsFolder, options.soundsFolder, options.folders),
      conferences: new ConferenceTable(randomUUID),
      log,
      newId: randomUUID,
    }
    this.#calls = new Calls(options, {
      ...shared,
      openList: new OpenList(options.recordingsFolder),
      mediaTimeoutMs: options.mediaTimeoutSeconds * 1000,
      nowMs: systemClock.nowMs,
      wallMs: systemClock.wallMs,
      isAllowed: this.#isAllowed,
      connected: (socket, channel) => this.#connect(socket, channel),
    })
    this.#connectionServices = {
      ...shared,
      clock: systemClock,
      bridges: this.#calls.bridges,
      channel: (uuid) => this.#calls.find(uuid),
      status: () => this.#status(),
      secretMatches: secretComparer(options.secret),
      closed: (connection) => this.#connections.delete(connection),
    }
  }

  async start(): Promise<RunningMedia> {
    const { sipAddress, sipPort, externalAddress, eslAddress, eslPort } = this.#options
    const external = externalAddress === undefined ? {} : { externalAddress }
    const { door } = this.#calls
    const host = await SipHost.open(
      [{ address: sipAddress, port: sipPort, transports: ['udp', 'tcp'], ...external }],
      {
        clock: systemClock,
        log: this.#log,
        dns: new DnsResolver(systemDns(), systemClock, secureRandom),
        createEngine: (listenPoints) =>
          (this.#stack = new Stack({ listenPoints, random: secureRandom, newId: randomUUID })),
        onOutput: (output) => door.output(output),
      },
    )
    this.#host = host
    door.open(host)
    this.#listener = await this.#listen(eslAddress, eslPort)
    const bound = this.#listener.address() as AddressInfo
    this.#pacer.start()
    this.#beat()
    const port = host.listenPoints[0]?.port ?? 0
    const addresses = { sip: `${sipAddress}:${port}`, esl: `${eslAddress}:${bound.port}` }
    this.#log.info(addresses, 'media server listening')
    return {
      sipAddress,
      sipPort: port,
      eslPort: bound.port,
      repaired: this.#repaired,
      counts: () => this.#counts(),
      lateness: () => this.#pacer.lateness,
      stop: () => this.stop(),
    }
  }

  async stop(): Promise<void> {
    this.#calls.stop()
    this.#heartbeat?.()
    this.#pacer.stop()
    for (const connection of [...this.#connections]) connection.leave()
    await new Promise<void>((resolve) => {
      const cancel = systemClock.wakeAt(systemClock.nowMs() + goodbyeMs, () => {
        for (const connection of this.#connections) connection.destroy()
      })
      const closed = (): void => {
        cancel()
        resolve()
      }
      if (this.#listener === undefined) closed()
      else this.#listener.close(closed)
    })
    await this.#host?.close()
  }

  #listen(address: string, port: number): Promise<Server> {
    const server = createServer((socket) => this.#connected(socket))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port }, () => {
        server.removeListener('error', reject)
        server.on('error', (error) =>
          this.#log.error({ err: error }, 'event socket listener failed'),
        )
        resolve(server)
      })
    })
  }

  #connected(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    if (
      !this.#isAllowed(address)
      || this.#connections.size >= maxInboundConnections + this.#options.maxSessions
    ) {
      this.#log.warn({ address }, 'event socket refused')
      socket.on('error', () => {})
      socket.end(rudeRejection + disconnectNotice(), 'latin1')
      return
    }
    this.#connect(socket)
  }

  /** An event socket: a client's, or that of a call. */
  #connect(socket: Socket, channel?: Channel): Connection {
    const connection = new Connection(socket, this.#connectionServices, channel)
    this.#connections.add(connection)
    return connection
  }

  #beat(): void {
    this.#heartbeat = systemClock.wakeAt(systemClock.nowMs() + this.#options.heartbeatMs, () => {
      this.#hub.emit('HEARTBEAT', heartbeatHeaders(this.#status()))
      this.#beat()
    })
  }

  #status(): ServerStatus {
    const nowMs = systemClock.nowMs()
    const calls = this.#calls
    const { sipAddress, externalAddress, tlsAddress, profiles, maxSessions } = this.#options
    return {
      version,
      hostName: this.#hub.hostName,
      sipAddress: hostPort(externalAddress ?? sipAddress, this.#host?.listenPoints[0]?.port ?? 0),
      tlsAddress,
      profiles,
      uptimeMs: nowMs - this.#startMs,
      sessions: calls.size,
      peakSessions: calls.peak,
      maxSessions,
      sessionsSinceStart: calls.sinceStart,
      sessionsLastSecond: calls.lastSecond(nowMs),
      idlePercent: this.#idlePercent(nowMs),
    }
  }

  /** Of one processor: the server has one thread. */
  #idlePercent(nowMs: number): number {
    const spent = process.cpuUsage(this.#cpu)
    const busy = (spent.user + spent.system) / 1000 / Math.max(1, nowMs - this.#cpuMs)
    this.#cpu = process.cpuUsage()
    this.#cpuMs = nowMs
    return Math.max(0, Math.min(100, 100 * (1 - busy)))
  }

  #counts(): MediaCounts {
    const { transactions = 0, dialogs = 0 } = this.#stack?.counts ?? {}
    return {
      channels: this.#calls.size,
      connections: this.#connections.size,
      sessionsSinceStart: this.#calls.sinceStart,
      transactions,
      dialogs,
    }
  }
}

/** Both sides are hashed first, so that neither length nor content shows in the time it takes. */
function secretComparer(secret: string): (offered: string) => boolean {
  const digest = createHash('sha256').update(secret, 'utf8').digest()
  return (offered) =>
    timingSafeEqual(digest, createHash('sha256').update(offered, 'latin1').digest())
}

function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
