/**
 * Draws statements as PDF in a thread of their own, one at a time, with limits of time and memory:
 * calls of the same process go on meanwhile.
 */
import { Worker } from 'node:worker_threads'
import { ApiError } from './errors.ts'
import type { Statement } from './statement-page.ts'

const longestMs = 60_000
const limits = { maxOldGenerationSizeMb: 512 }

let busy = false

/**
 * The file, made at `madeAt` (milliseconds since 1970). Throws ApiError 503 busy while another one
 * is drawn, or when it takes too long.
 */
export async function writeStatementPdf(
  statement: Statement, madeAt: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (busy) throw new ApiError(503, 'busy', { retryAfterSeconds: 2 })
  busy = true
  const worker = new Worker(new URL('statement-pdf-worker.ts', import.meta.url), {
    workerData: { statement, madeAt }, resourceLimits: limits,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Uint8Array<ArrayBuffer>>((done, failed) => {
      const fail = () => failed(new ApiError(503, 'busy', { retryAfterSeconds: 2 }))
      timer = setTimeout(fail, longestMs)
      worker.once('message', done)
      worker.once('error', failed)
      worker.once('exit', fail)
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
    busy = false
  }
}
