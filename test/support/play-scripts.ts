/**
 * A script per case: runs each as a test whose assertions are the lines that held.
 */
import type { Test } from 'tap'
import { play } from './script-player.ts'
import type { PlayOptions } from './script-player.ts'

export interface ScriptCase {
  /** Number of the original server's transcript that it stands for, and what happens. */
  readonly name: string
  readonly script: string
  readonly options?: PlayOptions
}

export function playAll(t: Test, cases: readonly ScriptCase[]): void {
  for (const { name, script, options } of cases) {
    t.test(name, async (sub) => {
      let lines = 0
      sub.doesNotThrow(() => play(script, { ...options, held: () => { lines++ } }))
      sub.ok(lines > 0, `${lines} lines`)
    })
  }
}
