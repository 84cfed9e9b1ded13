/**
 * A thread that reads one iCalendar file: a large or a malicious one must not keep the process, and
 * with it calls, waiting. Started and ended by ics-thread.ts, which is told when reading begins: the
 * file alone is measured, not the start of a thread.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { readDays } from './ics.ts'

const { text, today } = workerData as { readonly text: string; readonly today: string }
// oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage('reads')
// oxlint-disable-next-line require-post-message-target-origin -- the same
parentPort?.postMessage(readDays(text, today))
