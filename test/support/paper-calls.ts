/**
 * Calls of the media server in virtual time: real channels, descriptions,
 bridges and recordings over
 * sockets on paper,
 with far ends that speak a tone over a seeded bad road (loss, jitter, reordering).
 * Tick by tick, without a network and without waiting.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Ms } from '../../src/clock.ts'
import { BridgeTable } from '../../src/media/bridge.ts'
import { Channel } from '../../src/media/channel.ts'
import { ConferenceTable } from '../../src/media/conference-table.ts'
import { EventHub } from '../../src/media/event-hub.ts'
import { Folders } from '../../src/media/folders.ts'
import { Negotiation } from '../../src/media/negotiation.ts'
import { OpenList } from '../../src/media/recording-file.ts'
import { RtpSession } from '../../src/media/rtp-session.ts'
import type { PacketEvents, PacketSocket } from '../../src/media/rtp-socket.ts'
import { encodeUlaw } from '../../src/rtp/g711.ts'
import { seededRandom } from './seeded-random.ts'
import type { EslEvent } from '../../src/esl/event.ts'
import { VirtualClock } from './virtual-clock.ts'

const tickMs = 20

/** A datagram that was sent, copied. */
export interface Sent {
  readonly bytes: Buffer
  readonly to: string
  readonly atMs: number
}

/** A pair of ports on paper: keeps what is sent, if it is to. */
export class PaperSocket implements PacketSocket {
  readonly address = '192.0.2.1'
  readonly port: number
  readonly rtp: Sent[] = []
  readonly rtcp: Sent[] = []
  nowMs = 0
  mustKeep = true
  sentCount = 0
  events: PacketEvents | undefined

  constructor(port = 20_000) {
    this.port = port
  }

  listen(events: PacketEvents): void {
    this.events = events
  }

  sendRtp(bytes: Uint8Array, octets: number, address: string, port: number): void {
    this.sentCount++
    if (this.mustKeep) this.rtp.push(this.#sent(bytes, octets, address, port))
  }

  sendRtcp(bytes: Uint8Array, octets: number, address: string, port: number): void {
    if (this.mustKeep) this.rtcp.push(this.#sent(bytes, octets, address, port))
  }

  close(): void {}

  #sent(bytes: Uint8Array, octets: number, address: string, port: number): Sent {
    const copy = Buffer.from(bytes.subarray(0, octets))
    return { bytes: copy, to: `${address}:${port}`, atMs: this.nowMs }
  }
}

/** What the road does to packets. */
export interface Road {
  /** 0 … 1. */
  readonly loss: number
  /** Longest run of losses; a longer one no concealment bridges. */
  readonly lossesInARow: number
  /** Each packet is delayed by up to so much, so that packets overtake each other. */
  readonly jitterMs: number
}

export const cleanRoad: Road = { loss: 0, lossesInARow: 0, jitterMs: 0 }

/** Who is at the other end of one call. */
export class FarEnd {
  port: number
  road: Road = cleanRoad
  isSpeaking = true
  /** Fills a frame with something else than the tone. */
  sound: ((frame: Int16Array) => void) | undefined
  /** Packets sent to the media server, lost ones among them. */
  sent = 0
  readonly #socket: PaperSocket
  readonly #frequency: number
  readonly #random: () => number
  readonly #underway: { atMs: Ms; bytes: Uint8Array; port: number }[] = []
  readonly #samples = new Int16Array(160)
  #version = 1
  #ssrc = 0x1000
  #sequence: number
  #timestamp = 0xffff_ff00
  #at = 0
  #lost = 0

  constructor(socket: PaperSocket, frequency: number, seed: number, firstSequence = 1) {
    this.#socket = socket
    this.#frequency = frequency
    this.#random = seededRandom(seed)
    this.#sequence = firstSequence
    this.port = 40_000 + (socket.port % 1000)
  }

  /** A description of this end, each a newer one. */
  sdp(direction = 'sendrecv', formats = '0 101'): string {
    return (
      `v=0\r\no=far 1 ${this.#version++} IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n`
      + `m=audio ${this.port} RTP/AVP ${formats}\r\na=rtpmap:0 PCMU/8000\r\n`
      + `a=rtpmap:101 telephone-event/8000\r\na=${direction}\r\n`
    )
  }

  /** Goes on from another source: another SSRC, sequence and timestamp. */
  changeSource(): void {
    this.#ssrc++
    this.#sequence = Math.floor(this.#random() * 0x10000)
    this.#timestamp = Math.floor(this.#random() * 2 ** 32)
  }

  /** Speaks 20 ms, if it speaks at all, and lets arrive what is due by `untilMs`. */
  run(nowMs: Ms, untilMs: Ms): void {
    if (this.isSpeaking) this.#speak(nowMs)
    this.#underway.sort((one, other) => one.atMs - other.atMs)
    while ((this.#underway[0]?.atMs ?? Infinity) <= untilMs) {
      const { atMs, bytes, port } = this.#underway.shift()!
      this.#socket.nowMs = atMs
      this.#socket.events?.rtp(bytes, '192.0.2.9', port)
    }
  }

  #speak(nowMs: Ms): void {
    for (let index = 0; index < 160; index++) {
      this.#samples[index] = 8000 * Math.sin(2 * Math.PI * this.#frequency * this.#at++ / 8000)
    }
    this.sound?.(this.#samples)
    const bytes = Buffer.alloc(172)
    encodeUlaw(this.#samples, bytes, 12)
    bytes[0] = 0x80
    bytes.writeUInt16BE(this.#sequence, 2)
    bytes.writeUInt32BE(this.#timestamp, 4)
    bytes.writeUInt32BE(this.#ssrc, 8)
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.#timestamp = (this.#timestamp + 160) >>> 0
    this.sent++
    const isLost = this.#random() < this.road.loss && this.#lost < this.road.lossesInARow
    this.#lost = isLost ? this.#lost + 1 : 0
    const atMs = nowMs + 30 + this.#random() * this.road.jitterMs
    if (!isLost) this.#underway.push({ atMs, bytes, port: this.port })
  }
}

/** A call on paper. */
export interface PaperCall {
  readonly channel: Channel
  readonly socket: PaperSocket
  readonly far: FarEnd
  /** A re-INVITE with this description; the status that answers it. */
  modify(sdp: string): number
}

/** How an event is written down; others are left out. */
const lines: Readonly<Record<string, (value: (name: string) => string) => string>> = {
  CHANNEL_EXECUTE: (value) =>
    `execute ${value('Application')} ${value('Application-Data')}`.slice(0, 80).trim(),
  CHANNEL_EXECUTE_COMPLETE: (value) =>
    `complete ${value('Application')}: ${value('Application-Response')}`,
  PLAYBACK_START: (value) => `start ${value('Playback-File-Path').split('/').at(-1)}`,
  PLAYBACK_STOP: (value) =>
    `stop ${value('Playback-File-Path').split('/').at(-1)}, ${value('Playback-Status')}`,
  DTMF: (value) => `digit ${value('DTMF-Digit')}`,
  DETECTED_TONE: (value) => `tone ${value('Detected-Tone')}`,
  CHANNEL_CALLSTATE: (value) =>
    `${value('Original-Channel-Call-State')} to ${value('Channel-Call-State')}`,
  RECORD_START: () => 'record start',
  RECORD_STOP: () => 'record stop',
  MEDIA_BUG_START: () => 'bug start',
  MEDIA_BUG_STOP: () => 'bug stop',
}

/** Some calls and their clock. Recordings go into `folder`. */
export class PaperCalls {
  readonly bridges = new BridgeTable(randomUUID)
  readonly folder: string
  readonly #clock = new VirtualClock()
  readonly #services: ConstructorParameters<typeof Channel>[4]
  readonly #calls: PaperCall[] = []
  /** Causes of the calls that ended, in their order. */
  readonly ended: string[] = []
  /** Everything that event sockets were told, a line each; `A` is the first call. */
  readonly events: string[] = []
  readonly #letters = new Map<string, string>()

  constructor(folder: string, mediaTimeoutMs: Ms = 30_000) {
    this.folder = folder
    const hub = new EventHub(this.#clock, '192.0.2.1')
    hub.add({ looksFurther: true, offer: (event) => this.#tell(event) }, '')
    this.#services = {
      hub,
      folders: new Folders(folder, folder, []),
      openList: new OpenList(folder),
      conferences: new ConferenceTable(randomUUID),
      log: pino({ level: 'silent' }),
      mediaTimeoutMs,
      nowMs: () => this.nowMs,
      wallMs: () => this.#clock.wallMs(),
      newId: randomUUID,
      sayBye: () => {},
      ended: (channel) => {
        this.ended.push(channel.getVariable('hangup_cause') ?? '')
        const at = this.#calls.findIndex((call) => call.channel === channel)
        if (at >= 0) this.#calls.splice(at, 1)
      },
    }
  }

  get nowMs(): Ms {
    return this.#clock.nowMs()
  }

  /** A call whose far end speaks `frequency`. */
  call(frequency: number, seed = 1, firstSequence = 1): PaperCall {
    const number = this.#calls.length + 1
    const socket = new PaperSocket(20_000 + number * 2)
    const far = new FarEnd(socket, frequency, seed, firstSequence)
    const sources = {
      random: seededRandom(seed),
      nowMs: () => socket.nowMs,
      wallMs: () => this.#clock.wallMs(),
    }
    const session = new RtpSession(socket, sources, this.nowMs)
    const negotiation = new Negotiation('192.0.2.1', socket.port, this.#clock.wallMs())
    const channel = new Channel(number, {
      uuid: randomUUID(), profile: 'paper', networkAddress: '192.0.2.9', callerName: 'far',
      callerNumber: 'far',
      destination: 'media', from: 'far@192.0.2.9', createdMs: this.#clock.wallMs(),
    }, session, negotiation, this.#services)
    const modify = (sdp: string): number => {
      const negotiated = negotiation.answer(sdp)
      if (negotiated.type === 'refused') return negotiated.status
      channel.agree(negotiated.agreement)
      return 200
    }
    socket.nowMs = this.nowMs
    modify(far.sdp())
    const call = { channel, socket, far, modify }
    this.#calls.push(call)
    this.#letters.set(channel.uuid, 'ABCDEF'.charAt(this.#letters.size))
    return call
  }

  /** Lets `ticks` of 20 ms pass. */
  run(ticks: number): void {
    for (let tick = 0; tick < ticks; tick++) {
      const before = this.nowMs
      this.#clock.advance(tickMs)
      for (const { far, socket } of this.#calls) {
        far.run(before, this.nowMs)
        socket.nowMs = this.nowMs
      }
      this.bridges.tick()
      for (const { channel } of this.#calls.slice()) channel.listen(this.nowMs)
      for (const { channel } of this.#calls.slice()) channel.speak(this.nowMs, true)
    }
  }

  /** The same for files, which are read ahead in real time: leaves the disk its time. */
  async runBesideDisk(ticks: number): Promise<void> {
    for (let tick = 0; tick < ticks; tick++) {
      this.run(1)
      if (tick % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Runs an application of a call and lets one tick pass, in which it is carried out. */
  execute(call: PaperCall, application: string, argument = ''): void {
    call.channel.execution.submit({
      call: 'execute', application, argument, id: randomUUID(), loops: 1, isLocked: false,
    })
    this.run(1)
  }

  #tell(event: EslEvent): void {
    const value = (name: string): string => {
      const found = event.sections
        .map((section) => section.find(name))
        .find((one) => one !== undefined)
      return String(found ?? '')
    }
    const letter = this.#letters.get(event.channel ?? '') ?? ''
    const write = lines[event.name]
    if (write !== undefined) this.events.push(`${letter} ${write(value)}`.trim())
  }

  path(name: string): string {
    return join(this.folder, name)
  }
}
