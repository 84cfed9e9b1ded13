/**
 * Reads iCalendar files in a thread of their own, one at a time, with limits of time and memory.
 */
import { Worker } from 'node:worker_threads'
import { ApiError } from './errors.ts'
import type { IcsDays } from './ics.ts'

const longestMs = 3000
/** Until the thread is there and has loaded the library; a busy machine takes its time for it. */
const longestStartMs = 20_000
const limits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 }

let busy = false

/**
 * Whole days of a file from the year of `today` on; undefined when it cannot be read, or not in
 * time. Throws ApiError 503 busy while another one is read.
 */
export async function readDaysApart(text: string, today: string): Promise<IcsDays | undefined> {
  if (busy) throw new ApiError(503, 'busy', { retryAfterSeconds: 2 })
  busy = true
  const worker = new Worker(new URL('ics-worker.ts', import.meta.url), {
    workerData: { text, today }, resourceLimits: limits,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<IcsDays | undefined>((done) => {
      timer = setTimeout(() => done(undefined), longestStartMs)
      worker.on('message', (said: IcsDays | 'reads' | undefined) => {
        if (said !== 'reads') return done(said)
        clearTimeout(timer)
        timer = setTimeout(() => done(undefined), longestMs)
      })
      // Out of memory, or a fault of the library.
      worker.once('error', () => done(undefined))
      worker.once('exit', () => done(undefined))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
    busy = false
  }
}
