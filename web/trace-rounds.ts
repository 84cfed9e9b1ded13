/**
 * Lines of «почему так» in which a cycle of rules went round: what comes again word for word is
 * told once, with the number of rounds. Pure; knows nothing of rules, only compares texts.
 */
import { t } from './text.ts'
import './text-calls-ru.ts'

/** One line of the explanation. `atMs` is milliseconds after the start of the call. */
export interface WhyLine {
  readonly atMs: number
  readonly text: string
  /** A detail of the line before it: drawn smaller, without its own time. */
  readonly detail: boolean
}

/** A round longer than this is read line by line. */
const mostLines = 40
/** Twice is told in full: a count would not be shorter. */
const leastRounds = 3

/** How often the `size` lines from `at` stand there in turn, the first time included. */
function roundsAt(lines: readonly WhyLine[], at: number, size: number): number {
  let next = at + size
  const repeats = (): boolean => lines[next]?.text === lines[next - size]?.text
  while (next < lines.length && repeats()) next += 1
  return Math.floor((next - at) / size)
}

/** The same lines with repeated rounds replaced by «и так ещё n раз по кругу». */
export function foldRounds(lines: readonly WhyLine[]): WhyLine[] {
  const folded: WhyLine[] = []
  for (let at = 0; at < lines.length;) {
    let size = 1
    while (size <= mostLines && roundsAt(lines, at, size) < leastRounds) size += 1
    const rounds = size > mostLines ? 1 : roundsAt(lines, at, size)
    const shown = rounds === 1 ? 1 : size
    folded.push(...lines.slice(at, at + shown))
    const second = lines[at + size]
    if (rounds > 1 && second !== undefined) {
      folded.push({ atMs: second.atMs, detail: false, text: t('why.rounds', { n: rounds - 1 }) })
    }
    at += shown * rounds
  }
  return folded
}
