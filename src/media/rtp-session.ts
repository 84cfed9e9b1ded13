/**
 * The media of one call: one pair of ports, one stream each way, digits beside the sound. Takes
 * packets only from where the SDP says (or what is learnt once, `rtp/address-latch.ts`), sends
 * nothing before it knows where, and lets no packet end a call. Knows nothing of SIP and of what is
 * played.
 */
import type { Ms } from '../clock.ts'
import { isRtcp, RtpPacket, rtpHeaderOctets } from '../rtp/packet.ts'
import { AddressLatch } from '../rtp/address-latch.ts'
import { createCodec, frameSamples } from '../rtp/codec.ts'
import type { Codec } from '../rtp/codec.ts'
import type { Digit } from '../rtp/digit.ts'
import { Playout } from '../rtp/playout.ts'
import { ntpOfUnixMs, parseRtcp, rtcpIntervalMs, writeRtcp } from '../rtp/rtcp.ts'
import { ReceiveStream, SendStream } from '../rtp/stream.ts'
import { EventReceiver, EventSender } from '../rtp/telephone-event.ts'
import { digitTone, ToneGenerator } from '../rtp/tone.ts'
import { DigitDetector } from '../rtp/tone-detector.ts'
import { recordingJitter, telephoneJitter } from '../rtp/wait.ts'
import type { Agreement } from '../sdp/offer-answer.ts'
import type { PacketSocket } from './rtp-socket.ts'

/** Chance and time come from outside. */
export interface SessionSources {
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number
  /** Milliseconds since 1970, for RTCP. */
  readonly wallMs: () => number
  readonly nowMs: () => Ms
}

/**
 * More datagrams than this between two ticks are dropped unread: 1 is usual, 10 a burst after a
 * stall.
 */
const maxPacketsPerTick = 50
/** Keys that wait to be played as tones, and the pause after each. */
const maxWaitingTones = 64
const tonePauseMs = 60
/** Buffers in turn: a packet may still be with the system when the next one is written. */
const sendBuffers = 4

/** Counters that `uuid_set_media_stats` tells. */
export interface MediaCounts {
  readonly received: number
  readonly receivedOctets: number
  readonly lost: number
  readonly late: number
  readonly jitterMs: number
  readonly refused: number
  readonly bad: number
  readonly sent: number
  readonly sentOctets: number
  readonly digits: number
  readonly noise: number
  readonly largestHeld: number
}

export class RtpSession {
  /** Packets that were no RTP. */
  bad = 0
  /** Digits of all kinds that came. */
  digits = 0
  /** Something has been received since the start. */
  hasHeard = false
  /** When the last usable packet came; set anew when sending is agreed upon. */
  lastHeardMs: Ms
  readonly #socket: PacketSocket
  readonly #sources: SessionSources
  readonly #latch = new AddressLatch()
  readonly #packet = new RtpPacket()
  readonly #send: SendStream
  readonly #eventReceiver = new EventReceiver()
  readonly #eventSender = new EventSender()
  readonly #buffers = Array.from(
    { length: sendBuffers },
    () => new Uint8Array(rtpHeaderOctets + 960),
  )
  readonly #control = new Uint8Array(256)
  readonly #tones: ToneGenerator[] = []
  #detector: DigitDetector | undefined
  #mustPlayDigits = false
  #buffer = 0
  #agreed: Agreement | undefined
  readonly #receive = new ReceiveStream(8000)
  #playout: Playout | undefined
  #encoder: Codec | undefined
  #jitter = telephoneJitter
  #packetsThisTick = 0
  #mustMark = true
  #nextReportMs: Ms
  #noisePackets = 0

  constructor(socket: PacketSocket, sources: SessionSources, nowMs: Ms) {
    this.#socket = socket
    this.#sources = sources
    this.lastHeardMs = nowMs
    this.#nextReportMs = nowMs + rtcpIntervalMs(sources.random())
    this.#send = new SendStream(
      Math.floor(sources.random() * 2 ** 32),
      Math.floor(sources.random() * 2 ** 16),
      Math.floor(sources.random() * 2 ** 32),
    )
    socket.listen({
      rtp: (bytes, address, port) => this.#onRtp(bytes, address, port),
      rtcp: (bytes, address) => this.#onRtcp(bytes, address),
    })
  }

  get address(): string {
    return this.#socket.address
  }

  get port(): number {
    return this.#socket.port
  }

  get ssrc(): number {
    return this.#send.ssrc
  }

  get agreed(): Agreement | undefined {
    return this.#agreed
  }

  /** Where packets are sent now; '' and 0: nowhere. */
  get remote(): { address: string; port: number } {
    return { address: this.#latch.address, port: this.#latch.port }
  }

  /** The far end ought to be sending; who put us on hold need not. */
  get mustHear(): boolean {
    return this.#agreed?.remote !== undefined && !this.#agreed.isHeld && mayReceive(this.#agreed)
  }

  get counts(): MediaCounts {
    const playout = this.#playout
    return {
      received: this.#receive.packets,
      receivedOctets: this.#receive.octets,
      lost: Math.max(0, this.#receive.lost),
      late: playout?.buffer.late ?? 0,
      jitterMs: this.#receive.jitterTicks / 8,
      refused: this.#latch.refused,
      bad: this.bad,
      sent: this.#send.packets,
      sentOctets: this.#send.octets,
      digits: this.digits,
      noise: this.#noisePackets,
      largestHeld: playout?.buffer.largest ?? 0,
    }
  }

  /** What was agreed takes effect at once. */
  agree(agreed: Agreement, nowMs: Ms): void {
    const before = this.#agreed
    this.#agreed = agreed
    const { remote } = agreed
    this.#latch.expect(remote?.address ?? '', remote?.port ?? 0, nowMs)
    if (
      before?.codec !== agreed.codec
      || before.receivePayloadType !== agreed.receivePayloadType
      || before.noiseType !== agreed.noiseType
    ) {
      const codec = createCodec(agreed.codec)
      if (codec === undefined) throw new Error(`no codec ${agreed.codec}`)
      this.#encoder = createCodec(agreed.codec)
      this.#playout = new Playout({
        codec,
        payloadType: agreed.receivePayloadType,
        noisePayloadType: agreed.noiseType,
        bounds: this.#jitter,
      })
    }
    this.lastHeardMs = nowMs
    this.#mustMark = true
    if (agreed.receiveEventType === undefined) this.#detector ??= new DigitDetector()
    else this.#detector = undefined
  }

  /** Listens for digits in the sound as well, or no longer. */
  detectDigits(isOn: boolean): void {
    this.#detector = isOn ? new DigitDetector() : undefined
  }

  /** Sends digits as tones even where telephone-event was agreed, or no longer. */
  playDigits(isOn: boolean): void {
    this.#mustPlayDigits = isOn
  }

  /** Fills 160 samples with what the far end said in the 20 ms from `nowMs`. */
  pull(into: Int16Array, nowMs: Ms): void {
    this.#packetsThisTick = 0
    if (this.#playout === undefined || !this.hasHeard) into.fill(0)
    else this.#playout.pull(into, nowMs)
    this.#detector?.process(into)
  }

  /** Nothing is heard yet because what came waits for its time, or because nothing comes. */
  get isWaiting(): boolean {
    return this.#playout?.buffer.isWaiting ?? true
  }

  /** What the far end says is only recorded, so that it may wait longer; or no longer. */
  listenPatiently(isPatient: boolean): void {
    this.#jitter = isPatient ? recordingJitter : telephoneJitter
    this.#playout?.buffer.settle(this.#jitter)
  }

  /** As `pull`, of what has come and still waits; false when nothing does. */
  drain(into: Int16Array): boolean {
    return this.#playout?.drain(into) ?? false
  }

  /** The next digit that was pressed and let go; to be asked each 20 ms until there is none. */
  takeDigit(nowMs: Ms): Digit | undefined {
    const digit = this.#eventReceiver.take(nowMs) ?? this.#detector?.take()
    if (digit !== undefined) this.digits++
    return digit
  }

  /**
   * Queues a key to be sent: as an event if that was agreed, else as a tone; false when it is none.
   */
  sendDigit(digit: string, durationMs: number): boolean {
    // Volume 13 is what media servers in the field write.
    if (this.#agreed?.sendEventType !== undefined && !this.#mustPlayDigits) {
      return this.#eventSender.send(digit, durationMs, 13)
    }
    const tone = digitTone(digit, durationMs, tonePauseMs)
    if (tone === undefined || this.#tones.length >= maxWaitingTones) return false
    this.#tones.push(new ToneGenerator(tone))
    return true
  }

  /**
   * Sends 20 ms of sound or of a digit, if there is a far end that wants it. `mustSend` false: time
   * passes all the same.
   */
  send(frame: Int16Array, nowMs: Ms, mustSend: boolean): void {
    const agreed = this.#agreed
    const encoder = this.#encoder
    if (agreed === undefined || encoder === undefined) return
    const { address, port } = this.#latch
    if (this.#tones.length > 0) this.#playTone(frame)
    if (mustSend && port !== 0 && maySend(agreed)) {
      this.#sendFrame(agreed, encoder, frame, address, port)
      if (nowMs >= this.#nextReportMs) this.#report(address, port, nowMs)
    } else this.#mustMark = true
    this.#send.advance(encoder.frameTicks)
  }

  close(nowMs: Ms): void {
    const { address, port } = this.#latch
    if (port !== 0 && this.#send.packets > 0) this.#report(address, port, nowMs, 'hangup')
    this.#socket.close()
  }

  #playTone(frame: Int16Array): void {
    this.#tones[0]?.generate(frame)
    if (this.#tones[0]?.isDone === true) this.#tones.shift()
  }

  #sendFrame(
    agreed: Agreement,
    encoder: Codec,
    frame: Int16Array,
    address: string,
    port: number,
  ): void {
    this.#buffer = (this.#buffer + 1) % sendBuffers
    const bytes = this.#buffers[this.#buffer]
    if (bytes === undefined) return
    if (agreed.sendEventType !== undefined) {
      const octets = this.#eventSender.next(bytes, rtpHeaderOctets, this.#send.clock)
      if (octets > 0) {
        const { marker, timestamp } = this.#eventSender
        this.#send.stamp(bytes, agreed.sendEventType, octets, marker, timestamp)
        this.#socket.sendRtp(bytes, rtpHeaderOctets + octets, address, port)
        this.#mustMark = true
        return
      }
    }
    const octets = encoder.encode(frame, bytes, rtpHeaderOctets)
    // RFC 3551 §4.1: the first packet after a silence is marked.
    this.#send.stamp(bytes, agreed.sendPayloadType, octets, this.#mustMark)
    this.#mustMark = false
    this.#socket.sendRtp(bytes, rtpHeaderOctets + octets, address, port)
  }

  #onRtp(bytes: Uint8Array, address: string, port: number): void {
    const agreed = this.#agreed
    if (agreed === undefined || this.#playout === undefined) return
    if (++this.#packetsThisTick > maxPacketsPerTick) return
    // RTCP on the same port (RFC 5761) says nothing here that is needed.
    if (isRtcp(bytes)) return
    const packet = this.#packet
    if (packet.read(bytes) !== undefined) {
      this.bad++
      return
    }
    const nowMs = this.#sources.nowMs()
    if (!this.#latch.accept(address, port, packet, nowMs)) return
    if (!mayReceive(agreed)) return
    const arrival = this.#receive.receive(packet, nowMs)
    // The playout hears of digits as well: one may be the first packet of a new source.
    const isSound = this.#playout.push(packet, arrival, nowMs)
    if (arrival === 'suspect') return
    this.lastHeardMs = nowMs
    if (isSound) {
      this.hasHeard = true
      if (packet.payloadType === agreed.noiseType) this.#noisePackets++
    } else if (packet.payloadType === agreed.receiveEventType) {
      this.#eventReceiver.receive(
        packet.bytes,
        packet.payloadOffset,
        packet.payloadOctets,
        packet.timestamp,
        packet.marker,
        nowMs,
      )
    } else this.bad++
  }

  #onRtcp(bytes: Uint8Array, address: string): void {
    if (!this.#latch.acceptControl(address)) return
    const packets = parseRtcp(bytes)
    if (typeof packets === 'string') {
      this.bad++
      return
    }
    for (const packet of packets) {
      if (packet.kind === 'sr' && packet.ssrc === this.#receive.ssrc) {
        this.#receive.noteSenderReport(packet.sender, this.#sources.nowMs())
      }
    }
  }

  #report(address: string, port: number, nowMs: Ms, bye?: string): void {
    this.#nextReportMs = nowMs + rtcpIntervalMs(this.#sources.random())
    const block = this.#receive.report(nowMs)
    const octets = writeRtcp(this.#control, {
      ssrc: this.#send.ssrc,
      cname: 'media',
      sender: this.#send.senderInfo(ntpOfUnixMs(this.#sources.wallMs())),
      reports: block === undefined ? [] : [block],
      ...(bye === undefined ? {} : { bye }),
    })
    const remote = this.#agreed?.remote
    // Behind NAT the port of RTCP is not known; next to a learnt one is the best guess.
    const controlPort =
      remote?.port === port && remote.address === address ? remote.controlPort : port + 1
    if (controlPort <= 65_535) this.#socket.sendRtcp(this.#control, octets, address, controlPort)
  }
}

function maySend({ direction, remote }: Agreement): boolean {
  return remote !== undefined && (direction === 'sendrecv' || direction === 'sendonly')
}

function mayReceive({ direction }: Agreement): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

/** One frame of samples, silence. */
export function silentFrame(): Int16Array {
  return new Int16Array(frameSamples)
}
