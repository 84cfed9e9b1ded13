/**
 * What processes cost, read from Linux' /proc: CPU time with their ended children, and memory as
 * proportional set size (shared pages counted once over all who share them).
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessCost {
  /** User and system time since the start of the process, milliseconds. */
  readonly cpuMs: number
  readonly pssMb: number
}

let ticksPerSecond: number | undefined

/** Undefined when there is no such process (any more). */
export function costOf(pid: number): ProcessCost | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const memory = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return { cpuMs: cpuMsOf(stat, ticks()), pssMb: pssMbOf(memory) }
  } catch {
    return undefined
  }
}

/** Reads `/proc/PID/stat` (proc(5)): utime, stime and those of waited-for children. */
export function cpuMsOf(stat: string, ticks: number): number {
  // The second field is the program's name and may hold anything, so count from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const sum = [11, 12, 13, 14].reduce((total, i) => total + Number(fields[i]), 0)
  return (sum * 1000) / ticks
}

/** Reads `/proc/PID/smaps_rollup`. */
export function pssMbOf(rollup: string): number {
  const line = rollup.split('\n').find((one) => one.startsWith('Pss:'))
  return Number(line?.replace(/\D/g, '') ?? NaN) / 1024
}

function ticks(): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return ticksPerSecond
}
