/**
 * `make bench`: runs every micro-benchmark of this folder (`*.bench.ts`) in a process of its own,
 * one after the other, so that one's garbage is not another's pause.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.ts')).toSorted()
for (const file of files) {
  console.log(`\n== ${file.replace('.bench.ts', '')}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
