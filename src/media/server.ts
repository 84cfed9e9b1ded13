/**
 * The embedded media server as a whole: SIP door, event socket, channels and the pacer that drives
 * them; starts and stops them together. One process serves many calls; recordings that an earlier one
 * left unfinished are put right before it starts.
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
import { BridgeTable } from './bridge.ts'
import { Channel } from './channel.ts'
import type { ChannelServices } from './channel.ts'
import { callVariables, localVariables } from './channel-variables.ts'
import { ConferenceTable } from './conference-table.ts'
import { Connection } from './connection.ts'
import type { ConnectionServices } from './connection.ts'
import { dial } from './dial.ts'
import { EventHub } from './event-hub.ts'
import { Folders } from './folders.ts'
import { Negotiation } from './negotiation.ts'
import type { MediaOptions } from './options.ts'
import { networkCheck } from './options.ts'
import { Pacer } from './pacer.ts'
import type { Lateness } from './pacer.ts'
import { PortPool } from './port-pool.ts'
import { OpenList, repairRecordings } from './recording-file.ts'
import type { RepairedRecording } from './recording-file.ts'
import { RtpSession } from './rtp-session.ts'
import { RtpSocket } from './rtp-socket.ts'
import { SipDoor } from './sip-door.ts'
import type { Arrival } from './sip-door.ts'
import { heartbeatHeaders } from './status.ts'
import type { ServerStatus } from './status.ts'

/** What this server calls itself where clients look for a version. */
const version = '1.11.3-personal-number'
const maxInboundConnections = 100
/** Clients have so long to read the last words when the server stops. */
const goodbyeMs = 500
const applicationAgent = /^drachtio-fsmrf:(.+)$/

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

/** Starts the server; resolves when it listens. Rejects with an error that says what cannot be had. */
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
  readonly #channels = new Map<number, Channel>()
  readonly #byUuid = new Map<string, Channel>()
  readonly #connections = new Set<Connection>()
  /** Applications' listeners by channel, until they are dialled. */
  readonly #outbound = new Map<Channel, string>()
  readonly #ports: PortPool
  readonly #pacer: Pacer
  readonly #bridges: BridgeTable
  readonly #door: SipDoor
  readonly #isAllowed: (address: string) => boolean
  readonly #hub: EventHub
  readonly #channelServices: ChannelServices
  readonly #connectionServices: ConnectionServices
  readonly #startMs = systemClock.nowMs()
  #host: SipHost | undefined
  #stack: Stack | undefined
  #listener: Server | undefined
  #heartbeat: Cancel | undefined
  #isStopping = false
  #lastNumber = 0
  #peak = 0
  #arrivals: number[] = []
  #cpu = process.cpuUsage()
  #cpuMs = systemClock.nowMs()

  constructor(options: MediaOptions, log: Log, repaired: readonly RepairedRecording[]) {
    this.#options = options
    this.#log = log
    this.#repaired = repaired
    this.#ports = new PortPool(options.rtpPortMin, options.rtpPortMax, options.portRestMs)
    this.#pacer = new Pacer(systemClock, (nowMs, mustSend) => this.#tick(nowMs, mustSend))
    this.#bridges = new BridgeTable(randomUUID)
    this.#isAllowed = networkCheck(options.allowed)
    this.#hub = new EventHub(systemClock, options.externalAddress ?? options.sipAddress)
    const conferences = new ConferenceTable(randomUUID)
    const folders = new Folders(options.recordingsFolder, options.soundsFolder, options.folders)
    this.#door = new SipDoor({
      nowMs: systemClock.nowMs,
      isAllowed: this.#isAllowed,
      channelOf: (owner) => this.#channels.get(owner),
      arrived: (arrival) => this.#receive(arrival),
      acknowledged: (channel) => void this.#dialApplication(channel),
    })
    this.#channelServices = {
      hub: this.#hub,
      folders,
      openList: new OpenList(options.recordingsFolder),
      conferences,
      log,
      mediaTimeoutMs: options.mediaTimeoutSeconds * 1000,
      nowMs: systemClock.nowMs,
      wallMs: systemClock.wallMs,
      newId: randomUUID,
      sayBye: (channel, cause) => this.#door.sayBye(channel.owner, cause),
      ended: (channel) => this.#ended(channel),
    }
    this.#connectionServices = {
      hub: this.#hub, clock: systemClock, log, bridges: this.#bridges, conferences, folders, newId: randomUUID,
      channel: (uuid) => this.#byUuid.get(uuid),
      status: () => this.#status(),
      secretMatches: secretComparer(options.secret),
      closed: (connection) => this.#connections.delete(connection),
    }
  }

  async start(): Promise<RunningMedia> {
    const { sipAddress, sipPort, externalAddress, eslAddress, eslPort } = this.#options
    const host = await SipHost.open(
      [{ address: sipAddress, port: sipPort, transports: ['udp', 'tcp'], ...(externalAddress === undefined ? {} : { externalAddress }) }],
      {
        clock: systemClock,
        log: this.#log,
        dns: new DnsResolver(systemDns(), systemClock, secureRandom),
        createEngine: (listenPoints) => (this.#stack = new Stack({ listenPoints, random: secureRandom, newId: randomUUID })),
        onOutput: (output) => this.#door.output(output),
      })
    this.#host = host
    this.#door.open(host)
    this.#listener = await this.#listen(eslAddress, eslPort)
    const bound = this.#listener.address() as AddressInfo
    this.#pacer.start()
    this.#beat()
    const port = host.listenPoints[0]?.port ?? 0
    this.#log.info({ sip: `${sipAddress}:${port}`, esl: `${eslAddress}:${bound.port}` }, 'media server listening')
    return {
      sipAddress, sipPort: port, eslPort: bound.port, repaired: this.#repaired,
      counts: () => this.#counts(),
      lateness: () => this.#pacer.lateness,
      stop: () => this.stop(),
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    for (const channel of [...this.#channels.values()]) channel.hangUp('NORMAL_TEMPORARY_FAILURE')
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

  #tick(nowMs: number, mustSend: boolean): void {
    this.#bridges.tick()
    for (const channel of this.#channels.values()) this.#guard(channel, () => channel.listen(nowMs))
    for (const channel of this.#channels.values()) this.#guard(channel, () => channel.speak(nowMs, mustSend))
  }

  /** A fault of ours in one call must not stop the others. */
  #guard(channel: Channel, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#log.error({ err: error, uuid: channel.uuid }, 'fault in a call')
      channel.hangUp('NORMAL_TEMPORARY_FAILURE')
    }
  }

  #receive(arrival: Arrival): void {
    this.#arrived(arrival).catch((error: unknown) => {
      this.#log.error({ err: error }, 'fault in a new call')
      this.#door.refuse(arrival, 500, 'NORMAL_TEMPORARY_FAILURE')
    })
  }

  async #arrived(arrival: Arrival): Promise<void> {
    const { message, flow } = arrival.request
    const outbound = message.get('X-esl-outbound') ?? ''
    if (!applicationAgent.test(message.get('User-Agent') ?? '') || outbound === '') return this.#door.refuse(arrival, 404, 'NO_ROUTE_DESTINATION')
    if (this.#isStopping || this.#channels.size >= this.#options.maxSessions) {
      return this.#door.refuse(arrival, 503, 'NORMAL_CIRCUIT_CONGESTION', [['Retry-After', '2']])
    }
    const nowMs = systemClock.nowMs()
    const socket = await RtpSocket.open(this.#ports, this.#options.rtpAddress, nowMs)
    if (socket === undefined) return this.#door.refuse(arrival, 503, 'NORMAL_CIRCUIT_CONGESTION', [['Retry-After', '2']])
    const wallMs = systemClock.wallMs()
    const negotiation = new Negotiation(this.#options.externalAddress ?? this.#options.rtpAddress, socket.port, wallMs)
    const negotiated = message.body === '' ? undefined : negotiation.answer(message.body)
    if (negotiated?.type === 'refused') {
      this.#release(socket.port)
      socket.close()
      return this.#door.refuse(arrival, negotiated.status, 'INCOMPATIBLE_DESTINATION')
    }
    const session = new RtpSession(socket, { random: secureRandom, nowMs: systemClock.nowMs, wallMs: systemClock.wallMs }, nowMs)
    const sdp = negotiated?.sdp ?? negotiation.offer()
    const channel = this.#create(arrival, session, negotiation, outbound, flow.remoteAddress, wallMs)
    if (negotiated !== undefined) channel.agree(negotiated.agreement)
    else for (const [name, value] of localVariables(negotiation, session)) channel.setVariable(name, value)
    if (!this.#door.accept(arrival, channel.owner, sdp)) return channel.end('ORIGINATOR_CANCEL', 'farHangup')
    // A leg that waits for its answer is told to the application when the answer has come.
    if (negotiated !== undefined) void this.#dialApplication(channel)
  }

  #create(
    arrival: Arrival, session: RtpSession, negotiation: Negotiation, outbound: string, networkAddress: string, wallMs: number,
  ): Channel {
    const { message, flow } = arrival.request
    const number = ++this.#lastNumber
    const { uri, displayName } = message.from
    const from = `nobody@${flow.remoteAddress}:${flow.remotePort}`
    const profile = {
      uuid: randomUUID(), profile: this.#options.profiles[0] ?? 'media', networkAddress, callerName: displayName || 'unknown',
      callerNumber: uri, destination: userOf(message.uri), from, createdMs: wallMs,
    }
    const channel = new Channel(number, profile, session, negotiation, this.#channelServices)
    const address = { ip: flow.remoteAddress, port: flow.remotePort }
    for (const [name, value] of callVariables(profile.uuid, number, message, profile.profile, address, outbound)) channel.setVariable(name, value)
    this.#channels.set(number, channel)
    this.#byUuid.set(channel.uuid, channel)
    this.#outbound.set(channel, outbound)
    this.#peak = Math.max(this.#peak, this.#channels.size)
    this.#arrivals.push(systemClock.nowMs())
    return channel
  }

  /** Opens the call's event socket to the application; a call that nobody commands is ended. */
  async #dialApplication(channel: Channel): Promise<void> {
    const outbound = this.#outbound.get(channel)
    if (outbound === undefined || channel.isEnded) return
    this.#outbound.delete(channel)
    const socket = await dial(outbound, this.#isAllowed)
    if (socket === undefined) {
      this.#log.warn({ uuid: channel.uuid, outbound }, 'application does not listen')
      return channel.hangUp('NORMAL_CLEARING')
    }
    if (channel.isEnded) {
      socket.destroy()
      return
    }
    const connection = new Connection(socket, this.#connectionServices, channel)
    channel.connection = connection
    this.#connections.add(connection)
  }

  #ended(channel: Channel): void {
    this.#channels.delete(channel.owner)
    this.#byUuid.delete(channel.uuid)
    this.#outbound.delete(channel)
    this.#door.forget(channel.owner)
    this.#release(channel.session.port)
  }

  #release(port: number): void {
    this.#ports.giveBack(port, systemClock.nowMs())
  }

  #listen(address: string, port: number): Promise<Server> {
    const server = createServer((socket) => this.#connected(socket))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port }, () => {
        server.removeListener('error', reject)
        server.on('error', (error) => this.#log.error({ err: error }, 'event socket listener failed'))
        resolve(server)
      })
    })
  }

  #connected(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    if (!this.#isAllowed(address) || this.#connections.size >= maxInboundConnections + this.#options.maxSessions) {
      this.#log.warn({ address }, 'event socket refused')
      socket.on('error', () => {})
      socket.end(rudeRejection + disconnectNotice(), 'latin1')
      return
    }
    this.#connections.add(new Connection(socket, this.#connectionServices))
  }

  #beat(): void {
    this.#heartbeat = systemClock.wakeAt(systemClock.nowMs() + this.#options.heartbeatMs, () => {
      this.#hub.emit('HEARTBEAT', heartbeatHeaders(this.#status()))
      this.#beat()
    })
  }

  #status(): ServerStatus {
    const nowMs = systemClock.nowMs()
    this.#arrivals = this.#arrivals.filter((at) => nowMs - at < 1000)
    const { sipAddress, externalAddress, tlsAddress, profiles, maxSessions } = this.#options
    return {
      version, hostName: this.#hub.hostName, sipAddress: hostPort(externalAddress ?? sipAddress, this.#host?.listenPoints[0]?.port ?? 0),
      tlsAddress, profiles, uptimeMs: nowMs - this.#startMs, sessions: this.#channels.size, peakSessions: this.#peak, maxSessions,
      sessionsSinceStart: this.#lastNumber, sessionsLastSecond: this.#arrivals.length, idlePercent: this.#idlePercent(nowMs),
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
      channels: this.#channels.size, connections: this.#connections.size, sessionsSinceStart: this.#lastNumber, transactions, dialogs,
    }
  }
}

/** Both sides are hashed first, so that neither length nor content shows in the time it takes. */
function secretComparer(secret: string): (offered: string) => boolean {
  const digest = createHash('sha256').update(secret, 'utf8').digest()
  return (offered) => timingSafeEqual(digest, createHash('sha256').update(offered, 'latin1').digest())
}

function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** The user part of a SIP URI. */
function userOf(uri: string): string {
  const at = uri.indexOf('@')
  return at < 0 ? '' : uri.slice(uri.indexOf(':') + 1, at)
}
