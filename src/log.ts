/**
 * Structured log lines (pino). One root logger per process, children carry what they are about
 * (`part`, `callId`). Telephone numbers are masked by the caller with `maskNumber`.
 */
import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** A root logger writing JSON lines to stderr. `level`: debug, info, warn, error, silent. */
export function createLog(level: string, part: string): Log {
  return pino({ level, base: { part } }, pino.destination({ dest: 2, sync: false }))
}

/** '+79161234567' → '+7916•••4567': enough to recognise one's own number, too little to call it. */
export function maskNumber(number: string): string {
  if (number.length < 8) return '•'.repeat(number.length)
  return `${number.slice(0, -7)}•••${number.slice(-4)}`
}
