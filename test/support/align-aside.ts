/**
 * The comparison of sounds on a thread of its own: it takes a tenth of a second, in which nobody who
 * speaks in this process may be held up. The same file is what the thread runs.
 */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { align } from './heard-sound.ts'
import type { Alignment } from './heard-sound.ts'

interface Sounds { readonly spoken: Int16Array; readonly heard: Int16Array }

/** As `align`. */
export function alignAside(spoken: Int16Array, heard: Int16Array): Promise<Alignment> {
  const sounds: Sounds = { spoken, heard }
  return new Promise((done, fail) => {
    const worker = new Worker(import.meta.filename, { workerData: sounds })
    worker.once('message', done)
    worker.once('error', fail)
  })
}

if (!isMainThread) {
  const { spoken, heard } = workerData as Sounds
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(align(spoken, heard))
}
