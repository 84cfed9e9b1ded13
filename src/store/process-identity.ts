/**
 * Tells whether a process that once wrote its name somewhere still lives. A bare pid is not enough,
 * as pids are given out again: the start time from /proc and the boot make it one of a kind.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

export interface ProcessIdentity {
  /** Machine, boot and pid namespace; pids of different places cannot be compared. */
  readonly place: string
  readonly pid: number
  /** Start time in clock ticks since boot, '' where there is no /proc. */
  readonly startTicks: string
}

/** Who this process is. */
export function thisProcess(): ProcessIdentity {
  return { place: thisPlace(), pid: process.pid, startTicks: startTicks(process.pid) ?? '' }
}

/** 'elsewhere' when it belongs to another machine or container and cannot be seen from here. */
export function fateOf(identity: ProcessIdentity): 'alive' | 'dead' | 'elsewhere' {
  if (identity.place !== thisPlace()) return 'elsewhere'
  if (!isRunning(identity.pid)) return 'dead'
  const ticks = startTicks(identity.pid)
  return ticks === undefined || ticks === identity.startTicks ? 'alive' : 'dead'
}

/** Reads what `JSON.stringify(thisProcess())` wrote; undefined when it is something else. */
export function readIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { place, pid, startTicks: ticks } = value as Record<string, unknown>
    if (typeof place !== 'string' || typeof pid !== 'number' || typeof ticks !== 'string')
      return undefined
    return { place, pid, startTicks: ticks }
  } catch {
    return undefined
  }
}

/** Whether a process with this pid exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === 'EPERM'
  }
  return statFields(pid)?.[0] !== 'Z'
}

function startTicks(pid: number): string | undefined {
  return statFields(pid)?.[19] // field 22 of proc(5), counted from the state
}

/**
 * Fields of /proc/PID/stat from the state on; the command before it may hold blanks and brackets.
 */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

let place: string | undefined
function thisPlace(): string {
  place ??= [
    hostname(),
    read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    read(() => readlinkSync('/proc/self/ns/pid')),
  ].join(' ')
  return place
}

function read(from: () => string): string {
  try {
    return from()
  } catch {
    return ''
  }
}
