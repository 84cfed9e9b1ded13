/**
 * Passes the output of `tap` through and closes it with one plain line,
 * `N passed, N failed, N skipped`, taken from tap's own last summary. An output without a summary
 * (a runner that died) counts as one failure.
 */
import process from 'node:process'

let tail = ''
process.stdin.setEncoding('utf8')
for await (const chunk of process.stdin) {
  process.stdout.write(chunk as string)
  tail = (tail + (chunk as string)).slice(-20_000)
}
const summary = [...tail.matchAll(/# \{ total: \d+[^}]*\}/g)].at(-1)?.[0]
const figure = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(summary ?? '')?.[1] ?? 0)
const failed = summary ? figure('fail') : 1
console.log(`${figure('pass')} passed, ${failed} failed, ${figure('skip') + figure('todo')} skipped`)
if (failed > 0) process.exitCode = 1
