/**
 * The media server as a process of its own for the benchmarks: starts on free ports, tells its
 * parent where, and answers each message with what it has cost so far. Arguments: folder for
 * recordings, folder of sounds.
 */
import process from 'node:process'
import { pino } from 'pino'
import { defaultMediaOptions } from '../../src/media/options.ts'
import { startMedia } from '../../src/media/server.ts'

/** What the process says of itself. */
export interface MediaReport {
  readonly cpuMs: number
  readonly rssMb: number
  /** After a collection of garbage. */
  readonly heapMb: number
  /** Buffers outside the heap. */
  readonly buffersMb: number
  readonly channels: number
  /** Ticks by how many whole milliseconds they came late, since the last report. */
  readonly late: readonly number[]
  readonly skippedTicks: number
}

const [recordingsFolder = 'recordings', soundsFolder = 'sounds'] = process.argv.slice(2)
const media = await startMedia({
  ...defaultMediaOptions, sipPort: 0, eslPort: 0, secret: 'bench', recordingsFolder, soundsFolder,
  maxSessions: 5000,
}, pino({ level: 'warn' }))

let before = new Uint32Array(media.lateness().counts)
process.on('message', () => {
  const { counts, skippedTicks } = media.lateness()
  const late = Array.from(counts, (count, ms) => count - (before[ms] ?? 0))
  before = new Uint32Array(counts)
  const { user, system } = process.cpuUsage()
  const { rss } = process.memoryUsage()
  globalThis.gc?.()
  process.send?.({
    cpuMs: (user + system) / 1000, rssMb: rss / 2 ** 20,
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    buffersMb: process.memoryUsage().arrayBuffers / 2 ** 20,
    channels: media.counts().channels, late, skippedTicks,
  } satisfies MediaReport)
})
process.on('disconnect', () => void media.stop().then(() => process.exit()))
process.send?.({ sipPort: media.sipPort })
