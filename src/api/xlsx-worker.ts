/**
 * A thread that writes one XLSX file: a long journal takes seconds, and calls must not wait for it.
 * Gets rows in portions, then 'end'; answers the file. Started and ended by xlsx-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import writeExcelFile from 'write-excel-file/node'
import type { Sheet } from './xlsx-thread.ts'

const { name, head, widths } = workerData as Sheet
type Cell = { readonly type: typeof String, readonly value: string }
  | { readonly type: typeof Number, readonly value: number }
const body: Cell[][] = []

parentPort?.on('message', (rows: readonly (readonly (string | number)[])[] | 'end') => {
  if (rows === 'end') return void finish()
  // Text cells are text: XLSX keeps the kind of a cell apart from its content.
  for (const row of rows) body.push(row.map((value) => typeof value === 'number'
    ? { type: Number, value } : { type: String, value }))
})

async function finish(): Promise<void> {
  const first = head.map((value) => ({ value, fontWeight: 'bold' as const }))
  const file = await writeExcelFile([first, ...body], {
    sheet: name, columns: widths.map((width) => ({ width })), stickyRowsCount: 1,
  }).toBuffer()
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(new Uint8Array(file))
}
