/**
 * What a piece of work costs in CPU time: unlike the time of the clock it does not grow when other
 * processes want the same CPU.
 */
import process from 'node:process'

/** Milliseconds of CPU that `work` takes in this thread. */
export function cpuMsOf(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

/** Milliseconds of CPU that all threads of this process take until `work` is done. */
export async function processCpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
