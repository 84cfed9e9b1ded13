/**
 * A far end that speaks RTP over the loopback interface: sends a tone, silence or digits in PCMU, keeps
 * what comes. It writes and reads packets with its own few lines, on purpose, so that an error of the
 * product's RTP code cannot hide itself.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'

export interface PeerPacket {
  readonly payloadType: number
  readonly marker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly payload: Buffer
  readonly fromPort: number
  readonly atMs: number
}

export class RtpPeer {
  readonly packets: PeerPacket[] = []
  /** How late this process sent what it should, at most: on a busy machine its own stalls are heard. */
  lateMs = 0
  ssrc: number
  /** What becomes of a datagram before it is sent: kept back by so many ms, or lost by Infinity. */
  delay: () => number = () => 0
  readonly #socket: Socket
  #sequence = 1000
  #timestamp = 160_000
  #phase = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(socket: Socket, ssrc: number) {
    this.#socket = socket
    this.ssrc = ssrc
    socket.on('message', (data, from) => {
      this.packets.push({
        payloadType: (data[1] ?? 0) & 0x7f, marker: ((data[1] ?? 0) & 0x80) !== 0, sequence: data.readUInt16BE(2),
        timestamp: data.readUInt32BE(4), ssrc: data.readUInt32BE(8), payload: data.subarray(12), fromPort: from.port,
        atMs: performance.now(),
      })
    })
  }

  /** `address` 127.0.0.1 or ::1. */
  static async open(ssrc = 0x5151, address = '127.0.0.1'): Promise<RtpPeer> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    return new RtpPeer(socket, ssrc)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** A description of this peer. `formats` in the order of preference. */
  sdp(formats = '0 8 101', direction = 'sendrecv', version = 1): string {
    const { address } = this.#socket.address()
    const connection = `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`
    return `v=0\r\no=peer 1 ${version} ${connection}\r\ns=-\r\nc=${connection}\r\nt=0 0\r\n` +
      `m=audio ${this.port} RTP/AVP ${formats}\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n` +
      (formats.includes('101') ? 'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n' : '') +
      `a=ptime:20\r\na=${direction}\r\n`
  }

  /** Sends a tone of `frequency` Hz (0 = silence) to `port` until told otherwise. */
  talk(port: number, frequency: number, peak = 8000): void {
    this.hush()
    let next = performance.now()
    const step = (): void => {
      this.lateMs = Math.max(this.lateMs, performance.now() - next)
      this.sendFrame(port, frequency, peak)
      next += 20
      this.#timer = setTimeout(step, Math.max(0, next - performance.now()))
    }
    step()
  }

  /** Sends these octets of PCMU as they last, then silence until told otherwise. Resolves then. */
  say(port: number, octets: Uint8Array): Promise<void> {
    this.hush()
    return new Promise((done) => {
      let next = performance.now()
      let at = 0
      const step = (): void => {
        this.lateMs = Math.max(this.lateMs, performance.now() - next)
        if (at < octets.length) {
          this.#sendOctets(port, octets.subarray(at, at + 160))
          at += 160
          if (at >= octets.length) done()
        } else this.sendFrame(port, 0)
        next += 20
        this.#timer = setTimeout(step, Math.max(0, next - performance.now()))
      }
      step()
    })
  }

  #sendOctets(port: number, octets: Uint8Array): void {
    const payload = Buffer.alloc(160, 0xff)
    payload.set(octets)
    this.send(port, 0, payload, false, this.#timestamp)
    this.#timestamp += 160
  }

  /** Stops talking. */
  hush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One packet of 20 ms. */
  sendFrame(port: number, frequency: number, peak = 8000): void {
    const payload = Buffer.alloc(160)
    for (let i = 0; i < 160; i++) {
      payload[i] = ulawOf(frequency === 0 ? 0 : Math.round(peak * Math.sin(this.#phase)))
      this.#phase += 2 * Math.PI * frequency / 8000
    }
    this.send(port, 0, payload, false, this.#timestamp)
    this.#timestamp += 160
  }

  /** A key as telephone-events: 100 ms, three end packets. Resolves when it is let go. */
  async press(port: number, key: string, durationMs = 100): Promise<void> {
    const event = '0123456789*#ABCD'.indexOf(key)
    const start = this.#timestamp
    for (let ticks = 160; ticks <= durationMs * 8; ticks += 160) {
      const isEnd = ticks + 160 > durationMs * 8
      for (let copy = 0; copy < (isEnd ? 3 : 1); copy++) {
        const payload = Buffer.from([event, (isEnd ? 0x80 : 0) | 10, ticks >> 8, ticks & 0xff])
        this.send(port, 101, payload, ticks === 160, start)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    this.#timestamp = start + durationMs * 8 + 160
  }

  send(port: number, payloadType: number, payload: Buffer, marker: boolean, timestamp: number): void {
    const header = Buffer.alloc(12)
    header[0] = 0x80
    header[1] = payloadType | (marker ? 0x80 : 0)
    header.writeUInt16BE(this.#sequence++ & 0xffff, 2)
    header.writeUInt32BE(timestamp >>> 0, 4)
    header.writeUInt32BE(this.ssrc, 8)
    this.raw(port, Buffer.concat([header, payload]))
  }

  raw(port: number, datagram: Buffer): void {
    const ms = this.delay()
    if (ms === 0) this.#socket.send(datagram, port, this.#socket.address().address)
    else if (ms < Infinity) setTimeout(() => this.#sendLate(datagram, port), ms)
  }

  /** Goes on from another source: another SSRC, sequence and timestamp. */
  changeSource(ssrc: number, sequence = 65_500, timestamp = 0xffff_f000): void {
    this.ssrc = ssrc
    this.#sequence = sequence
    this.#timestamp = timestamp
  }

  #sendLate(datagram: Buffer, port: number): void {
    if (!this.#isClosed) this.#socket.send(datagram, port, this.#socket.address().address)
  }

  /** Samples that came in PCMU since packet `from`, each where its timestamp puts it. */
  heard(from = 0): Int16Array {
    const frames = this.packets.slice(from).filter(({ payloadType }) => payloadType === 0)
    const start = frames[0]?.timestamp ?? 0
    const samples = new Int16Array(frames.length === 0 ? 0 : ((frames.at(-1)!.timestamp - start) | 0) + 160)
    for (const { payload, timestamp } of frames) {
      payload.forEach((code, at) => { samples[((timestamp - start) | 0) + at] = linearOf(code) })
    }
    return samples
  }

  /** What the last `packets` packets of sound held. */
  recent(packets = 10): Int16Array {
    const sound = this.packets.filter(({ payloadType }) => payloadType === 0)
    const from = this.packets.indexOf(sound.at(-packets) ?? this.packets[0]!)
    return this.heard(Math.max(0, from))
  }

  close(): void {
    this.hush()
    this.#isClosed = true
    this.#socket.close()
  }
}

/**
 * Part of the energy that is of one frequency, 0–1, taken over windows, 40 ms unless told: a jitter
 * buffer that stretches or cuts breaks the phase and not the tone.
 */
export function toneShare(samples: Int16Array, frequency: number, windowSamples = 320): number {
  let tone = 0
  let all = 0
  for (let start = 0; start + windowSamples <= samples.length; start += windowSamples) {
    let real = 0
    let imaginary = 0
    for (let i = start; i < start + windowSamples; i++) {
      const angle = 2 * Math.PI * frequency * i / 8000
      const sample = samples[i] ?? 0
      real += sample * Math.cos(angle)
      imaginary += sample * Math.sin(angle)
      all += sample * sample
    }
    tone += 2 * (real * real + imaginary * imaginary) / windowSamples
  }
  return all === 0 ? 0 : tone / all
}

/** What lies between the first and the last loud sample. */
export function loudPart(samples: Int16Array, level = 500): Int16Array {
  const isLoud = (sample: number): boolean => Math.abs(sample) > level
  return samples.subarray(Math.max(0, samples.findIndex(isLoud)), samples.findLastIndex(isLoud) + 1)
}

/** Samples as the octets of PCMU. */
export function ulawOctets(samples: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(samples, (sample) => ulawOf(sample))
}

/** ITU-T G.711 µ-law by its formula. */
function ulawOf(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132
  const segment = Math.max(0, Math.floor(Math.log2(magnitude)) - 7)
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff
}

function linearOf(code: number): number {
  const bits = ~code & 0xff
  const segment = (bits >> 4) & 7
  const magnitude = ((((bits & 0x0f) << 3) + 132) << segment) - 132
  return (bits & 0x80) !== 0 ? -magnitude : magnitude
}
