/**
 * The calls of the media server: admits an INVITE (a port, a description, a channel), dials the
 * application that is to command it, drives all channels tick by tick and forgets those that have
 * ended. SIP messages are sip-door.ts; what one call does is channel.ts.
 */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { secureRandom } from '../net/chance.ts'
import type { SipMessage } from '../sip/message.ts'
import { BridgeTable } from './bridge.ts'
import { Channel } from './channel.ts'
import type { ChannelConnection, ChannelServices } from './channel.ts'
import { callVariables, localVariables } from './channel-variables.ts'
import { dial } from './dial.ts'
import { firstAudio, Negotiation } from './negotiation.ts'
import type { MediaOptions } from './options.ts'
import { PortPool } from './port-pool.ts'
import { RtpSession } from './rtp-session.ts'
import { RtpSocket } from './rtp-socket.ts'
import { SipDoor } from './sip-door.ts'
import type { Arrival } from './sip-door.ts'

const applicationAgent = /^drachtio-fsmrf:(.+)$/
const busyHeaders = [['Retry-After', '2']] as const

/** What the calls need of the server around them. */
export interface CallsServices extends Omit<ChannelServices, 'sayBye' | 'ended'> {
  readonly log: Log
  isAllowed(address: string): boolean
  /** The call's application has answered: its event socket. */
  connected(socket: Socket, channel: Channel): ChannelConnection
}

export class Calls {
  readonly door: SipDoor
  readonly bridges = new BridgeTable(randomUUID)
  /** Most calls at a time since the start, and all of them. */
  peak = 0
  sinceStart = 0
  readonly #options: MediaOptions
  readonly #services: CallsServices
  readonly #channelServices: ChannelServices
  readonly #channels = new Map<number, Channel>()
  readonly #byUuid = new Map<string, Channel>()
  /** Applications' listeners by channel, until they are dialled. */
  readonly #outbound = new Map<Channel, string>()
  readonly #ports: PortPool
  /** Calls that are being given their ports: they count, or a burst would pass the limit. */
  #opening = 0
  #isStopping = false
  #arrivals: number[] = []

  constructor(options: MediaOptions, services: CallsServices) {
    this.#options = options
    this.#services = services
    this.#ports = new PortPool(options.rtpPortMin, options.rtpPortMax, options.portRestMs)
    this.door = new SipDoor({
      nowMs: systemClock.nowMs,
      isAllowed: services.isAllowed,
      channelOf: (owner) => this.#channels.get(owner),
      arrived: (arrival) => this.#receive(arrival),
      acknowledged: (channel) => void this.#dialApplication(channel),
    })
    this.#channelServices = {
      ...services,
      sayBye: (channel, cause) => this.door.sayBye(channel.owner, cause),
      ended: (channel) => this.#ended(channel),
    }
  }

  get size(): number {
    return this.#channels.size
  }

  find(uuid: string): Channel | undefined {
    return this.#byUuid.get(uuid)
  }

  /** Calls that began within the last second. */
  lastSecond(nowMs: number): number {
    this.#arrivals = this.#arrivals.filter((at) => nowMs - at < 1000)
    return this.#arrivals.length
  }

  /** Runs 20 ms of every call: all of them listen, then all of them speak. */
  tick(nowMs: number, mustSend: boolean): void {
    this.bridges.tick()
    for (const channel of this.#channels.values()) {
      try {
        channel.listen(nowMs)
      } catch (error) {
        this.#failed(channel, error)
      }
    }
    for (const channel of this.#channels.values()) {
      try {
        channel.speak(nowMs, mustSend)
      } catch (error) {
        this.#failed(channel, error)
      }
    }
  }

  /** Takes no more calls and ends those that are there. */
  stop(): void {
    this.#isStopping = true
    for (const channel of [...this.#channels.values()]) channel.hangUp('NORMAL_TEMPORARY_FAILURE')
  }

  /** A fault of ours in one call must not stop the others. */
  #failed(channel: Channel, error: unknown): void {
    this.#services.log.error({ err: error, uuid: channel.uuid }, 'fault in a call')
    channel.hangUp('NORMAL_TEMPORARY_FAILURE')
  }

  #receive(arrival: Arrival): void {
    this.#arrived(arrival).catch((error: unknown) => {
      this.#services.log.error({ err: error }, 'fault in a new call')
      this.door.refuse(arrival, 500, 'NORMAL_TEMPORARY_FAILURE')
    })
  }

  async #arrived(arrival: Arrival): Promise<void> {
    const { message } = arrival.request
    const outbound = message.get('X-esl-outbound') ?? ''
    if (!applicationAgent.test(message.get('User-Agent') ?? '') || outbound === '') {
      return this.door.refuse(arrival, 404, 'NO_ROUTE_DESTINATION')
    }
    const isFull = this.#channels.size + this.#opening >= this.#options.maxSessions
    const socket = this.#isStopping || isFull ? undefined : await this.#openSocket(message.body)
    if (socket === undefined) {
      return this.door.refuse(arrival, 503, 'NORMAL_CIRCUIT_CONGESTION', busyHeaders)
    }
    const wallMs = systemClock.wallMs()
    const negotiation = new Negotiation(this.#advertised(socket.address), socket.port, wallMs)
    const negotiated = message.body === '' ? undefined : negotiation.answer(message.body)
    if (negotiated?.type === 'refused') {
      this.#release(socket.port)
      socket.close()
      return this.door.refuse(arrival, negotiated.status, 'INCOMPATIBLE_DESTINATION')
    }
    const { nowMs } = systemClock
    const sources = { random: secureRandom, nowMs, wallMs: systemClock.wallMs }
    const session = new RtpSession(socket, sources, nowMs())
    const sdp = negotiated?.sdp ?? negotiation.offer()
    const channel = this.#create(arrival, session, negotiation, outbound, wallMs)
    if (negotiated !== undefined) channel.agree(negotiated.agreement)
    else channel.setVariables(localVariables(negotiation, session))
    if (!this.door.accept(arrival, channel.owner, sdp)) {
      return channel.end('ORIGINATOR_CANCEL', 'farHangup')
    }
    // A leg that waits for its answer is told to the application when the answer has come.
    if (negotiated !== undefined) void this.#dialApplication(channel)
  }

  /** A pair of ports on our address of the family that the offer names, if we have one. */
  async #openSocket(offer: string): Promise<RtpSocket | undefined> {
    const { rtpAddress, rtpAddressOther } = this.#options
    const wanted = firstAudio(offer)?.address ?? rtpAddress
    const isOther = wanted.includes(':') !== rtpAddress.includes(':')
    const address = isOther ? (rtpAddressOther ?? rtpAddress) : rtpAddress
    this.#opening++
    try {
      return await RtpSocket.open(this.#ports, address, systemClock.nowMs())
    } finally {
      this.#opening--
    }
  }

  /** What descriptions call an address of ours. */
  #advertised(address: string): string {
    const { externalAddress } = this.#options
    const isSameFamily = externalAddress?.includes(':') === address.includes(':')
    return externalAddress !== undefined && isSameFamily ? externalAddress : address
  }

  #create(
    arrival: Arrival,
    session: RtpSession,
    negotiation: Negotiation,
    outbound: string,
    wallMs: number,
  ): Channel {
    const { message, flow } = arrival.request
    const owner = ++this.sinceStart
    const address = { ip: flow.remoteAddress, port: flow.remotePort }
    const profile = {
      ...partiesOf(message),
      uuid: randomUUID(),
      profile: this.#options.profiles[0] ?? 'media',
      networkAddress: address.ip,
      from: `nobody@${address.ip}:${address.port}`,
      createdMs: wallMs,
    }
    const channel = new Channel(owner, profile, session, negotiation, this.#channelServices)
    const { uuid, profile: name } = profile
    channel.setVariables(callVariables(uuid, owner, message, name, address, outbound))
    this.#channels.set(owner, channel)
    this.#byUuid.set(uuid, channel)
    this.#outbound.set(channel, outbound)
    this.peak = Math.max(this.peak, this.#channels.size)
    this.#arrivals.push(systemClock.nowMs())
    return channel
  }

  /** Opens the call's event socket to the application; a call that nobody commands is ended. */
  async #dialApplication(channel: Channel): Promise<void> {
    const outbound = this.#outbound.get(channel)
    if (outbound === undefined || channel.isEnded) return
    this.#outbound.delete(channel)
    const socket = await dial(outbound, this.#services.isAllowed)
    if (socket === undefined) {
      this.#services.log.warn({ uuid: channel.uuid, outbound }, 'application does not listen')
      return channel.hangUp('NORMAL_CLEARING')
    }
    if (channel.isEnded) {
      socket.destroy()
      return
    }
    channel.connection = this.#services.connected(socket, channel)
  }

  #ended(channel: Channel): void {
    this.#channels.delete(channel.owner)
    this.#byUuid.delete(channel.uuid)
    this.#outbound.delete(channel)
    this.door.forget(channel.owner)
    this.#release(channel.session.port)
  }

  #release(port: number): void {
    this.#ports.giveBack(port, systemClock.nowMs())
  }
}

/** Who calls whom, by the INVITE. */
function partiesOf(message: SipMessage): {
  callerName: string
  callerNumber: string
  destination: string
} {
  const { uri, displayName } = message.from
  const at = message.uri.indexOf('@')
  const destination = at < 0 ? '' : message.uri.slice(message.uri.indexOf(':') + 1, at)
  return { callerName: displayName || 'unknown', callerNumber: uri, destination }
}
