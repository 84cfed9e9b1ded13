/**
 * A thread that draws one statement as PDF. Gets it with its start, answers the file. Started and
 * ended by statement-pdf-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { drawStatement } from './statement-pdf.ts'
import type { Statement } from './statement-page.ts'

const { statement, madeAt } = workerData as { statement: Statement; madeAt: number }
const file = await drawStatement(statement, madeAt)
// oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(file, [file.buffer])
