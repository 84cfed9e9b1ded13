/**
 * A media server on free loopback ports with a SIP server before it and drachtio-fsmrf, as it comes
 * from npm, connected to both: what a test needs to have calls with media. Ends with the test.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Mrf from 'drachtio-fsmrf'
import type Srf from 'drachtio-srf'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { MediaOptions } from '../../src/media/options.ts'
import { defaultMediaOptions } from '../../src/media/options.ts'
import type { RunningMedia } from '../../src/media/server.ts'
import { startMedia } from '../../src/media/server.ts'
import { RtpPeer } from './rtp-peer.ts'
import { runSipd } from './running-sipd.ts'

export const mediaSecret = 'media secret'

/** One call: the application's endpoint and the far end. */
export interface TestCall {
  readonly endpoint: Mrf.Endpoint
  readonly peer: RtpPeer
  /** The media server's RTP port of this call. */
  readonly port: number
}

export interface TestMedia {
  readonly media: RunningMedia
  readonly server: Mrf.MediaServer
  readonly srf: Srf
  readonly mrf: Mrf
  /** UDP port of the SIP server. */
  readonly sipPort: number
  /** Recordings are here. */
  readonly folder: string
  call(options?: { formats?: string; direction?: string }): Promise<TestCall>
}

/** Options for a server of a test: everything in the test's own folder. */
export function mediaOptions(t: Test, options: Partial<MediaOptions> = {}): MediaOptions {
  const folder = t.testdir({ recordings: {}, sounds: {} })
  return {
    ...defaultMediaOptions, sipPort: 0, eslPort: 0, secret: mediaSecret, recordingsFolder: join(folder, 'recordings'),
    soundsFolder: join(folder, 'sounds'), ...options,
  }
}

/** Starts the server alone. */
export async function startTestMedia(t: Test, options: Partial<MediaOptions> = {}): Promise<{ media: RunningMedia; options: MediaOptions }> {
  const all = mediaOptions(t, options)
  const media = await startMedia(all, pino({ level: 'silent' }))
  t.teardown(() => media.stop())
  return { media, options: all }
}

/** Starts both servers and connects an application. */
export async function runMedia(t: Test, options: Partial<MediaOptions> = {}): Promise<TestMedia> {
  const sipd = await runSipd(t)
  const { media, options: all } = await startTestMedia(t, options)
  const srf = await sipd.application()
  const mrf = new Mrf(srf)
  const server = await mrf.connect({ address: '127.0.0.1', port: media.eslPort, secret: mediaSecret, listenAddress: '127.0.0.1' })
  t.teardown(() => server.disconnect())
  return {
    media, server, srf, mrf, folder: all.recordingsFolder, sipPort: sipd.udpPort,
    async call({ formats = '0 8 101', direction = 'sendrecv' } = {}) {
      const peer = await RtpPeer.open()
      t.teardown(() => peer.close())
      const endpoint = await server.createEndpoint({ remoteSdp: peer.sdp(formats, direction) })
      return { endpoint, peer, port: Number(endpoint.local.mediaPort) }
    },
  }
}

/** Channels of a 16-bit file, and what its header says. */
export function readRecording(path: string): { channels: Int16Array[]; header: Buffer } {
  const file = readFileSync(path)
  const count = file.readUInt16LE(22)
  const frames = Math.floor((file.length - 44) / 2 / count)
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: frames }, (_unused, frame) => file.readInt16LE(44 + (frame * count + channel) * 2)))
  return { channels, header: file.subarray(0, 44) }
}

/** Part of a pause, and how late it may end on a machine that has time. */
const stepMs = 20
const lateMs = 5

/**
 * Waits in real time: sound takes as long as it lasts. Time in which this process was kept waiting
 * does not count, and after it the sockets are read before the pause is over: media server and far
 * ends are of this process, what the test has asked for has been done by then.
 */
export async function pause(ms: number): Promise<void> {
  for (let [left, wasLate] = [ms, false]; left > 0 || wasLate;) {
    const step = left > 0 ? Math.min(left, stepMs) : stepMs
    const began = performance.now()
    await new Promise((resolve) => setTimeout(resolve, step))
    const passed = performance.now() - began
    wasLate = passed > step + lateMs
    left -= Math.min(passed, step + lateMs)
  }
}
