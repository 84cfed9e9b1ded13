/**
 * Writes XLSX files in a thread of their own, one at a time, with limits of time and memory.
 */
import { Worker } from 'node:worker_threads'
import { ApiError } from './errors.ts'

export interface Sheet {
  readonly name: string
  readonly head: readonly string[]
  /** Of the columns, in characters. */
  readonly widths: readonly number[]
}

const longestMs = 60_000
const limits = { maxOldGenerationSizeMb: 512 }

let busy = false

/** The file. Throws ApiError 503 busy while another one is written, or when it takes too long. */
export async function writeXlsx(
  sheet: Sheet,
  rows: AsyncIterable<readonly (readonly (string | number)[])[]>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (busy) throw new ApiError(503, 'busy', { retryAfterSeconds: 5 })
  busy = true
  const worker = new Worker(new URL('xlsx-worker.ts', import.meta.url), {
    workerData: sheet, resourceLimits: limits,
  })
  let timer: NodeJS.Timeout | undefined
  const written = new Promise<Uint8Array<ArrayBuffer>>((done, failed) => {
    const fail = () => failed(new ApiError(503, 'busy', { retryAfterSeconds: 5 }))
    timer = setTimeout(fail, longestMs)
    worker.once('message', done)
    worker.once('error', fail)
    worker.once('exit', fail)
  })
  // Should reading the rows fail first, nobody waits for this any more.
  written.catch(() => {})
  try {
    // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
    for await (const portion of rows) worker.postMessage(portion)
    // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
    worker.postMessage('end')
    return await written
  } finally {
    clearTimeout(timer)
    await worker.terminate()
    busy = false
  }
}
