/**
 * The application `play_and_get_digits`: plays a prompt, collects digits, judges them, tries again.
 * The rules are those of the event sockets in the field: no type-ahead, the first digit ends the
 * prompt and counts, the invalid prompt is played after every failed try.
 */
import type { Octets } from '../esl/frame.ts'
import type { Running, Tick } from './execution.ts'
import type { PlaybackChannel } from './playback.ts'
import { Player } from './player.ts'
import { splitWords } from './words.ts'

export interface CollectOptions {
  readonly min: number
  readonly max: number
  readonly tries: number
  /** For the first digit, from the end of the prompt. */
  readonly timeoutMs: number
  readonly terminators: string
  readonly prompt: Octets
  readonly invalidPrompt: Octets
  readonly variable: string
  readonly pattern: RegExp
  /** Between digits. */
  readonly digitTimeoutMs: number
}

/** A shorter wait for the first digit is raised to this, as in the field. */
const leastTimeoutMs = 1000
/** Nobody types more. */
const maxDigits = 128
/**
 * Regular expressions run on at most `maxDigits` characters of a small alphabet; still, no essays.
 */
const maxPatternLength = 200

/** Reads the ten words of the argument; undefined when they are not what they should be. */
export function parseCollectArgument(argument: Octets): CollectOptions | undefined {
  const [
    min,
    max,
    tries,
    timeout,
    terminators = '',
    prompt = '',
    invalidPrompt = '',
    variable = '',
    pattern = '',
    digitTimeout,
  ] = splitWords(argument)
  const numbers = [min, max, tries, timeout].map(Number)
  if (!numbers.every((value) => Number.isInteger(value) && value >= 0)) return undefined
  const [least = 0, most = 0, rounds = 0, timeoutMs = 0] = numbers
  const compiled = compile(pattern === '' ? '\\d+' : pattern)
  if (most < 1 || most < least || compiled === undefined || !/^[\w.-]{1,100}$/.test(variable)) {
    return undefined
  }
  const between = Number(digitTimeout ?? timeoutMs)
  return {
    min: Math.min(least, maxDigits),
    max: Math.min(most, maxDigits),
    tries: Math.max(1, Math.min(rounds, 100)),
    timeoutMs: Math.max(leastTimeoutMs, timeoutMs),
    terminators: terminators === 'none' ? '' : terminators,
    prompt,
    invalidPrompt,
    variable,
    pattern: compiled,
    digitTimeoutMs: between > 0 ? between : timeoutMs,
  }
}

function compile(pattern: string): RegExp | undefined {
  // Nested quantifiers are how a pattern takes for ever: the digits are few, the steps need not be.
  if (pattern.length > maxPatternLength || /[+*}]\)[+*{]/.test(pattern)) return undefined
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}

type Phase = 'prompt' | 'first' | 'further' | 'invalid'

export class Collector implements Running {
  readonly #channel: PlaybackChannel
  readonly #options: CollectOptions
  #phase: Phase = 'prompt'
  #player: Player | undefined
  #digits = ''
  #terminator = ''
  #isComplete = false
  #waitUntilMs = 0
  #triesLeft: number

  constructor(channel: PlaybackChannel, options: CollectOptions) {
    this.#channel = channel
    this.#options = options
    this.#triesLeft = options.tries
    for (const name of [
      options.variable,
      `${options.variable}_invalid`,
      'read_terminator_used',
      'read_result',
    ]) {
      channel.unsetVariable(name)
    }
    this.#player = new Player(channel, playable(options.prompt))
  }

  /** While it only listens, a bridged party is heard. */
  get isSpeaking(): boolean {
    return this.#player !== undefined
  }

  tick(tick: Tick): string | undefined {
    if (this.#isComplete && this.#phase !== 'invalid') return this.#judge()
    if (this.#player !== undefined) return this.#play(this.#player, tick)
    if (this.#waitUntilMs === Infinity) {
      this.#waitUntilMs = tick.nowMs + this.#options.digitTimeoutMs
    }
    if (tick.nowMs < this.#waitUntilMs) return undefined
    return this.#judge()
  }

  digit(digit: string): boolean {
    if (this.#phase === 'invalid' || this.#isComplete) return true
    this.#player?.stop('break')
    this.#player = undefined
    if (this.#options.terminators.includes(digit)) {
      this.#terminator = digit
      this.#isComplete = true
      return true
    }
    this.#digits += digit
    this.#phase = 'further'
    // The next tick knows the time.
    this.#waitUntilMs = Infinity
    this.#isComplete = this.#digits.length >= this.#options.max
    return true
  }

  /** Ended from outside: the digits so far are the result if they are enough. */
  stop(): string {
    this.#player?.stop('done')
    this.#player = undefined
    return '_none_'
  }

  #play(player: Player, tick: Tick): string | undefined {
    if (!player.isDone) player.tick(tick.said)
    if (!player.isDone) return undefined
    this.#player = undefined
    if (this.#phase === 'invalid') return this.#tryAgain()
    this.#phase = 'first'
    this.#waitUntilMs = tick.nowMs + this.#options.timeoutMs
    return undefined
  }

  /** The try is over: its digits are the result, or it failed. */
  #judge(): string | undefined {
    const { min, pattern, variable, invalidPrompt } = this.#options
    const channel = this.#channel
    if (this.#terminator !== '') channel.setVariable('read_terminator_used', this.#terminator)
    const isLongEnough = this.#digits.length >= min && this.#digits !== ''
    if (isLongEnough && pattern.test(this.#digits)) {
      channel.setVariable(variable, this.#digits)
      channel.setVariable('read_result', 'success')
      return '_none_'
    }
    channel.unsetVariable(variable)
    channel.setVariable('read_result', this.#digits === '' ? 'timeout' : 'failure')
    if (isLongEnough) channel.setVariable(`${variable}_invalid`, this.#digits)
    else if (this.#digits !== '') channel.setVariable(variable, this.#digits)
    this.#triesLeft--
    this.#phase = 'invalid'
    this.#player = new Player(channel, playable(invalidPrompt))
    return this.#player.isDone ? this.#tryAgain() : undefined
  }

  #tryAgain(): string | undefined {
    this.#player = undefined
    if (this.#triesLeft <= 0) return '_none_'
    this.#digits = ''
    this.#terminator = ''
    this.#isComplete = false
    this.#phase = 'prompt'
    this.#channel.unsetVariable(this.#options.variable)
    this.#player = new Player(this.#channel, playable(this.#options.prompt))
    return undefined
  }
}

/** Prompts may be lists, and may be left out. */
function playable(prompt: Octets): Octets[] {
  return prompt === '' || prompt === 'silence' ? [] : prompt.split('!')
}
