/**
 * Load for the media server: legs that were called by SIP, are commanded over their event sockets
 * and speak and hear RTP, without the client library, so that the cost of the far ends stays
 * small. The server is a process of its own (media-child.ts).
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SipPeer } from '../support/sip-peer.ts'
import type { PeerDialog } from '../support/sip-peer.ts'
import { encodeUlaw } from '../../src/rtp/g711.ts'
import type { MediaReport } from './media-child.ts'

const frameMs = 20
/** A period of 16 frames: the tone goes on without a break. */
const toneFrames = 16

/** One leg: its dialog, its event socket, its RTP. */
export interface Leg {
  readonly uuid: string
  /** Queues an application. */
  execute(application: string, argument: string): void
  /** A command of `api`, its answer not looked at. */
  api(command: string): void
  readonly received: () => number
  /** Milliseconds by which each received frame came later than the most punctual one. */
  readonly lateness: () => Float64Array
  hangUp(): void
}

export class MediaLoad {
  readonly folder: string
  readonly legs: Leg[] = []
  readonly #child: ChildProcess
  readonly #sip: SipPeer
  readonly #listener: Server
  readonly #arriving = new Map<string, (socket: Socket, uuid: string) => void>()
  readonly #senders = new Map<Leg, () => void>()
  readonly #sockets = new Map<Leg, UdpSocket>()
  #timer: NodeJS.Timeout | undefined
  #calls = 0

  private constructor(child: ChildProcess, sip: SipPeer, listener: Server, folder: string) {
    this.#child = child
    this.#sip = sip
    this.#listener = listener
    this.folder = folder
    // Nobody waits for the answers to BYE.
    sip.react = ({ headers }) => headers.get('cseq')?.endsWith('BYE') === true
    listener.on('connection', (socket) => this.#connected(socket))
  }

  /** Starts a server and nothing else. `flags` are for its Node. */
  static async start(flags: readonly string[] = []): Promise<MediaLoad> {
    const folder = mkdtempSync(join(tmpdir(), 'media-load-'))
    const child = fork(join(import.meta.dirname, 'media-child.ts'), [folder, folder], {
      execArgv: ['--expose-gc', ...flags],
    })
    const [{ sipPort }] = await once(child, 'message') as [{ sipPort: number }]
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    return new MediaLoad(child, await SipPeer.open(sipPort), listener, folder)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Calls the server; the leg speaks from now on, all legs in one rhythm. */
  async call(): Promise<Leg> {
    const rtp = createSocket({ type: 'udp4', recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 })
    await new Promise<void>((resolve) => rtp.bind(0, '127.0.0.1', resolve))
    const { port } = this.#listener.address() as AddressInfo
    const callId = `load-${this.#calls++}`
    const connected = new Promise<[Socket, string]>((resolve) => {
      this.#arriving.set(callId, (socket, uuid) => resolve([socket, uuid]))
    })
    const invite = this.#sip.invite('media', {
      callId, body: sdp(rtp.address().port),
      extra: ['User-Agent: drachtio-fsmrf:load', `X-esl-outbound: 127.0.0.1:${port}`],
    })
    // The machine may be busy with other things than us.
    const answer = await this.#sip.expect(200, 20_000)
    const dialog = this.#sip.ack(invite, answer)
    const [socket, uuid] = await connected
    const leg = this.#leg(rtp, dialog, socket, uuid)
    this.legs.push(leg)
    this.#senders.set(leg, speaker(rtp, Number(/m=audio (\d+)/.exec(answer.body)?.[1])))
    this.#sockets.set(leg, rtp)
    this.#timer ??= every20ms(() => { for (const send of this.#senders.values()) send() })
    return leg
  }

  /** Hangs up one leg and forgets it. */
  drop(leg: Leg): void {
    leg.hangUp()
    this.#senders.delete(leg)
    this.#sockets.get(leg)?.close()
    this.#sockets.delete(leg)
    this.legs.splice(this.legs.indexOf(leg), 1)
  }

  async report(): Promise<MediaReport> {
    this.#child.send('report')
    const [report] = await once(this.#child, 'message') as [MediaReport]
    return report
  }

  /** The server ends as if by `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  /** Ends all calls and the server. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    for (const leg of this.legs.slice()) this.drop(leg)
    this.#listener.close()
    if (this.#child.connected) {
      this.#child.disconnect()
      await once(this.#child, 'exit')
    }
    this.#sip.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #connected(socket: Socket): void {
    let text = ''
    const read = (data: Buffer): void => {
      text += data.toString('latin1')
      if (!text.includes('\n\n')) return
      socket.off('data', read)
      socket.resume()
      const uuid = /^Unique-ID: (.*)$/m.exec(text)?.[1] ?? ''
      const callId = decodeURIComponent(/^variable_sip_call_id: (.*)$/m.exec(text)?.[1] ?? '')
      this.#arriving.get(callId)?.(socket, uuid)
      this.#arriving.delete(callId)
    }
    socket.on('data', read)
    socket.on('error', () => {})
    socket.write('connect\n\n')
  }

  #leg(rtp: UdpSocket, dialog: PeerDialog, socket: Socket, uuid: string): Leg {
    const transits: number[] = []
    let received = 0
    rtp.on('message', (data) => {
      received++
      if (transits.length < 100_000) {
        transits.push(performance.now() - data.readUInt32BE(4) / 8)
      }
    })
    return {
      uuid,
      execute: (application, argument) => {
        socket.write(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: ${application}\n`
          + `execute-app-arg: ${argument}\n\n`)
      },
      api: (command) => socket.write(`api ${command}\n\n`),
      received: () => received,
      lateness: () => {
        const least = transits.reduce((one, other) => Math.min(one, other), Infinity)
        return Float64Array.from(transits, (transit) => transit - least)
      },
      hangUp: () => this.#sip.request(dialog, 'BYE'),
    }
  }
}

/** Sends the next frame of a tone with each call. */
function speaker(rtp: UdpSocket, port: number): () => void {
  const frames = Array.from({ length: toneFrames }, (_, frame) => {
    const bytes = Buffer.alloc(172)
    const samples = Int16Array.from({ length: 160 }, (_unused, at) =>
      8000 * Math.sin(2 * Math.PI * 500 * (frame * 160 + at) / 8000))
    encodeUlaw(samples, bytes, 12)
    bytes[0] = 0x80
    bytes.writeUInt32BE(port, 8)
    return bytes
  })
  let index = 0
  return () => {
    const bytes = frames[index % toneFrames]!
    bytes.writeUInt16BE(index & 0xffff, 2)
    bytes.writeUInt32BE((index * 160) >>> 0, 4)
    index++
    rtp.send(bytes, port, '127.0.0.1')
  }
}

function every20ms(run: () => void): NodeJS.Timeout {
  let next = performance.now()
  return setInterval(() => {
    for (; next <= performance.now(); next += frameMs) run()
  }, 5)
}

function sdp(port: number): string {
  return `v=0\r\no=load 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n`
    + `m=audio ${port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n`
    + 'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n'
}

/** The value below which `share` of the values are. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** The same of a histogram by whole units: the upper bound of the class. */
export function percentileOfCounts(counts: readonly number[], share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [value, count] of counts.entries()) {
    seen += count
    if (seen >= total * share) return value + 1
  }
  return counts.length
}
