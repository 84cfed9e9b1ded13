/**
 * One stream of server-sent events (HTML §9.2): names of what changed, a heartbeat in between, an
 * end when whoever listens may no longer. How many streams are open is counted: per listener and
 * in all.
 */
import { streamSSE } from 'hono/streaming'
import type { Clock } from '../clock.ts'
import type { ApiContext } from './context.ts'
import { ApiError } from './errors.ts'

/** Proxies close what is silent for a minute. */
const heartbeatMs = 15_000

export interface StreamLimits {
  /** Streams of one listener: browsers open six connections to a server. */
  readonly each: number
  readonly inAll: number
}

/** Counts open streams. */
export class StreamCount {
  readonly #limits: StreamLimits
  readonly #open = new Map<string, number>()
  #total = 0

  constructor(limits: StreamLimits) {
    this.#limits = limits
  }

  /** Counts one more and answers how to uncount it. Throws ApiError 429 too_many_streams. */
  take(listener: string): () => void {
    const mine = this.#open.get(listener) ?? 0
    if (mine >= this.#limits.each || this.#total >= this.#limits.inAll)
      throw new ApiError(429, 'too_many_streams', { retryAfterSeconds: 10 })
    this.#open.set(listener, mine + 1)
    this.#total++
    return () => {
      this.#total--
      const left = (this.#open.get(listener) ?? 1) - 1
      if (left > 0) this.#open.set(listener, left)
      else this.#open.delete(listener)
    }
  }
}

/**
 * Streams events until the browser goes or `still` says no, which is asked at each heartbeat.
 * `listen` is given how to tell of a change and answers how to stop listening; `end` is called
 * last.
 */
export function streamChanges(
  c: ApiContext,
  clock: Clock,
  source: {
    readonly listen: (tell: (change: string) => void) => () => void
    readonly still: () => Promise<boolean>
    readonly end: () => void
  },
): Response {
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const waiting = new Set<string>()
    let wake = () => {}
    const silence = source.listen((change) => {
      waiting.add(change)
      wake()
    })
    let gone = false
    stream.onAbort(() => {
      gone = true
      wake()
    })
    try {
      await stream.writeSSE({ event: 'hello', data: '', retry: 3000 })
      while (!gone) {
        const inTime = await new Promise<boolean>((done) => {
          const cancel = clock.wakeAt(clock.nowMs() + heartbeatMs, () => done(false))
          wake = () => {
            cancel()
            done(true)
          }
          if (waiting.size > 0 || gone) wake()
        })
        for (const change of waiting) {
          waiting.delete(change)
          await stream.writeSSE({ event: change, data: '' })
        }
        if (inTime) continue
        if (!(await source.still())) break
        await stream.write(':\n\n')
      }
    } finally {
      silence()
      source.end()
    }
  })
}
