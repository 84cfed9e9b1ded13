/**
 * Structured log lines (pino). One root logger per process, children carry what they are about
 * (`part`, `callId`). Telephone numbers are masked by the caller with `maskNumber`.
 */
import { pino, stdSerializers } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** A root logger writing JSON lines to stderr. `level`: debug, info, warn, error, silent. */
export function createLog(level: string, part: string): Log {
  return pino(
    { level, base: { part }, serializers: { err: errorFacts } },
    pino.destination({ dest: 2, sync: false }),
  )
}

/** A fault as a line has it. The driver hangs the whole statement with its values on its faults. */
export function errorFacts(fault: Error): object {
  const { sql: _, ...facts } = stdSerializers.err(fault) as object as Readonly<Record<string, unknown>>
  return facts
}

/** '+79161234567' → '+7916•••4567': enough to recognise one's own number, too little to call it. */
export function maskNumber(number: string): string {
  if (number.length < 8) return '•'.repeat(number.length)
  return `${number.slice(0, -7)}•••${number.slice(-4)}`
}
