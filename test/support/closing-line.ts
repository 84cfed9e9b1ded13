/**
 * Makes a TAP stream readable: one line a test file, the details of what failed, and at the end one
 * plain line, `N passed, N failed, N skipped`, counted by tap itself. A stream without tap's summary
 * (a runner that died) counts as one failure.
 */
import process from 'node:process'
import { createInterface } from 'node:readline'

/** Lines since the last test file ended. */
let details: string[] = []
let summary: string | undefined

for await (const line of createInterface({ input: process.stdin })) {
  const result = /^(not ok|ok) \d+ - (.*)$/.exec(line)
  if (line.startsWith('# { total: ')) summary = line
  if (!result) {
    details.push(line)
    continue
  }
  const failed = result[1] === 'not ok'
  if (failed) for (const detail of details) if (!/^\s*(ok \d|1\.\.|$)/.test(detail)) console.log(detail)
  console.log(`${failed ? 'FAILED' : 'ok    '} ${(result[2] ?? '').replace(/ # time=([\d.]+)ms.*/, (_, ms: string) => `  ${(Number(ms) / 1000).toFixed(1)} s`)}`)
  details = []
}

const figure = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary ?? '')?.[1] ?? 0)
const failed = summary === undefined ? 1 : figure('fail')
if (summary === undefined) for (const line of details) console.log(line)
console.log(`${figure('pass')} passed, ${failed} failed, ${figure('skip') + figure('todo')} skipped`)
if (failed > 0) process.exitCode = 1
