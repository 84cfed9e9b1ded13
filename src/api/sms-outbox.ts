/**
 * SMS while there is no gateway: each one becomes a file in a folder, for developers and tests. The
 * text stands in the file only, never in the log.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'

/** A sender that writes `<instant>-<number>.txt` into `folder`, which it makes when needed. */
export function createSmsOutbox(
  folder: string,
  clock: Clock,
): (to: string, text: string) => Promise<void> {
  let count = 0
  return async (to, text) => {
    await mkdir(folder, { recursive: true })
    const name = `${Math.floor(clock.wallMs())}-${++count}-${to.replaceAll(/\D/g, '')}.txt`
    await writeFile(join(folder, name), `${to}\n${text}\n`, { mode: 0o600 })
  }
}
