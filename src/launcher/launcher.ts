/**
 * Starts the parts of the product one after the other, keeps them running, and stops them together
 * in reverse order. Knows nothing about what the parts do.
 */
import type { Clock } from '../clock.ts'
import { Part } from './part.ts'
import type { PartPlan } from './part.ts'

/** A part did not come up; the message is a sentence for the operator. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}

export interface Launcher {
  /** What each part reported when it was ready, by name. */
  readonly ready: ReadonlyMap<string, unknown>
  /** Process ids of the parts that run now, by name. */
  pids(): Record<string, number>
  /** Runs `run` whenever a part that had died serves again. */
  whenBack(run: () => void): void
  /** Stops all parts, the last started first. Safe to call twice. */
  stop(): Promise<void>
  /** Settles when a part cannot be kept running; the reason is a sentence for the operator. */
  readonly failed: Promise<string>
}

const never = new Promise<never>(() => {})

/** A part whose plan needs what the parts before it reported. */
export type LatePlan = (ready: ReadonlyMap<string, unknown>) => PartPlan

/**
 * Starts `plans` in order, each when the one before is ready; an optional part is not waited for.
 * Rejects, with everything stopped again, when one does not come up or `stopAsked` settles before
 * all of them are.
 */
export async function launch(
  plans: readonly (PartPlan | LatePlan)[], clock: Clock, say: (line: string) => void,
  stopAsked: Promise<unknown> = never,
): Promise<Launcher> {
  const parts: Part[] = []
  const ready = new Map<string, unknown>()
  const failed = Promise.withResolvers<string>()
  const backs: (() => void)[] = []
  const back = () => backs.forEach((run) => run())
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= stopInReverse(parts))
  const stopped = stopAsked.then(() => {
    throw new LaunchError('stopped before everything was up')
  })
  stopped.catch(() => {}) // asked later, it is the caller's business
  try {
    for (const given of plans) {
      const plan = typeof given === 'function' ? given(ready) : given
      const part = new Part(plan, clock, { say, back, giveUp: failed.resolve })
      parts.push(part)
      if (plan.optional === true) {
        part.start().then((details) => ready.set(plan.name, details), () => {})
        continue
      }
      ready.set(plan.name, await Promise.race([part.start(), stopped]))
    }
  } catch (fault) {
    await stop()
    throw new LaunchError((fault as Error).message)
  }
  const pids = () =>
    Object.fromEntries(parts.flatMap(({ pid, plan }) => (pid ? [[plan.name, pid]] : [])))
  return { ready, pids, whenBack: (run) => backs.push(run), stop, failed: failed.promise }
}

async function stopInReverse(parts: readonly Part[]): Promise<void> {
  for (const part of parts.toReversed()) await part.stop()
}
