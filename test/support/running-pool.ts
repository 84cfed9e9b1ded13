/**
 * The application's media pool over real sockets: SIP server, any number of embedded media servers
 * and whatever else pretends to be one.
 */
import { pino } from 'pino'
import type { Test } from 'tap'
import { MrfPool } from '../../src/app/media/pool.ts'
import type { MediaPoolOptions } from '../../src/app/media/pool.ts'
import type { Endpoint, MediaShare } from '../../src/app/media-port.ts'
import { systemClock } from '../../src/clock.ts'
import type { Clock } from '../../src/clock.ts'
import { RtpPeer } from './rtp-peer.ts'
import { mediaSecret } from './running-media.ts'
import { runSipd } from './running-sipd.ts'

export interface TestPool {
  readonly pool: MrfPool
  /** Warnings and above, as 'message {fields}'. */
  readonly warnings: string[]
  stopSip(): Promise<void>
}

/** Starts a pool on these event sockets; it may still be connecting. */
export async function runPool(
  t: Test, ports: readonly number[],
  over: Partial<MediaPoolOptions> & { clock?: Clock; secret?: string } = {},
): Promise<TestPool> {
  const { clock = systemClock, secret = mediaSecret, ...options } = over
  const sipd = await runSipd(t)
  const warnings: string[] = []
  const log = pino({ level: 'warn', timestamp: false }, {
    write(line: string) { warnings.push(line.trim()) },
  })
  const pool = new MrfPool({
    servers: ports.map((port) => ({ host: '127.0.0.1', port, secret })),
    control: { host: '127.0.0.1', port: sipd.sipd.controlPort, secret: 'cymru' }, ...options,
  }, clock, log)
  pool.start()
  t.teardown(() => pool.close())
  return { pool, warnings, stopSip: () => sipd.sipd.stop() }
}

/** A phone and the endpoint that answers it. */
export async function callEndpoint(
  t: Test, share: MediaShare, formats = '0 101',
): Promise<{ peer: RtpPeer; endpoint: Endpoint; port: number }> {
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  const endpoint = await share.answer(peer.sdp(formats))
  return { peer, endpoint, port: rtpPort(endpoint.sdp) }
}

/** Port of the audio in a description. */
export function rtpPort(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1])
}

/** The system's clock, so many times faster: for limits of seconds. */
export function fastClock(factor: number): Clock {
  return {
    nowMs: () => systemClock.nowMs() * factor,
    wallMs: systemClock.wallMs,
    wakeAt(at, run) {
      const left = (at - systemClock.nowMs() * factor) / factor
      return systemClock.wakeAt(systemClock.nowMs() + left, run)
    },
  }
}
