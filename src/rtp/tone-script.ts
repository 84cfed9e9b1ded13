/**
 * Reads tones written as text, the part of the teletone script language that `tone_stream://` names
 * carry: `%(on,off,f1[,f2…])` steps in milliseconds and Hz, `v=dB`, `loops=N` or `l=N` (-1 = for
 * ever), and keys, which stand for their DTMF. Playing them is tone.ts.
 */
import { frequenciesOfDigit } from './tone.ts'
import type { Tone, ToneStep } from './tone.ts'

/** Longer scripts are a mistake. */
const maxLength = 1024
/** A step of a day is as good as for ever. */
const maxStepMs = 86_400_000
/** What the language assumes. */
const usualLevel = -7
const keyMs = 250
const keyPauseMs = 50

/**
 * The tone that `text` describes, undefined when it is not understood or makes no sound and no
 * time.
 */
export function parseToneScript(text: string): Tone | undefined {
  if (text.length > maxLength) return undefined
  const steps: ToneStep[] = []
  let level = usualLevel
  let loops = 1
  for (const part of text.split(';')) {
    const word = part.trim()
    const equals = word.indexOf('=')
    if (equals < 0) {
      if (!appendSteps(steps, word)) return undefined
      continue
    }
    const value = Number(word.slice(equals + 1))
    if (!Number.isFinite(value)) return undefined
    const name = word.slice(0, equals)
    if (name === 'v') level = Math.max(-63, Math.min(0, value))
    else if (name === 'l' || name === 'loops') loops = value < 0 ? Infinity : Math.floor(value)
  }
  const isAudible = loops > 0 && steps.some(({ ms }) => ms > 0)
  return isAudible ? { steps, level, loops } : undefined
}

/** `%(100,50,425)` and keys, one after the other. */
function appendSteps(steps: ToneStep[], word: string): boolean {
  let at = 0
  while (at < word.length) {
    if (word.startsWith('%(', at)) {
      const close = word.indexOf(')', at)
      if (close < 0 || !appendStep(steps, word.slice(at + 2, close))) return false
      at = close + 1
      continue
    }
    const frequencies = frequenciesOfDigit(word.charAt(at))
    if (frequencies === undefined) return false
    steps.push({ frequencies, ms: keyMs }, { frequencies: [], ms: keyPauseMs })
    at++
  }
  return true
}

function appendStep(steps: ToneStep[], text: string): boolean {
  const numbers = text.split(',').map((one) => (one.trim() === '' ? NaN : Number(one)))
  const [onMs = NaN, offMs = NaN, ...frequencies] = numbers
  if (!(Math.abs(onMs) <= maxStepMs) || !(Math.abs(offMs) <= maxStepMs)) return false
  if (frequencies.length === 0 || frequencies.length > 4) return false
  if (!frequencies.every((frequency) => frequency >= 0 && frequency < 4000)) return false
  // A negative time is for ever; a frequency of 0 is silence.
  const sounding = frequencies.filter((frequency) => frequency > 0)
  steps.push({ frequencies: sounding, ms: onMs < 0 ? Infinity : onMs })
  if (offMs !== 0) steps.push({ frequencies: [], ms: offMs < 0 ? Infinity : offMs })
  return true
}
