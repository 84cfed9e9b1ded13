/**
 * The application `playback`: a player with terminators and a time limit.
 */
import type { Octets } from '../esl/frame.ts'
import type { Running, StopReason, Tick } from './execution.ts'
import { Player } from './player.ts'
import type { PlayerChannel } from './player.ts'

export interface PlaybackChannel extends PlayerChannel {
  unsetVariable(name: string): void
}

/** Starts playing `argument`; the response at once when there is nothing to play. */
export function startPlayback(channel: PlaybackChannel, argument: Octets): Running | string {
  const delimiter = channel.getVariable('playback_delimiter') ?? ''
  const names = delimiter.length === 1 ? argument.split(delimiter) : [argument]
  const limit = Number(channel.getVariable('playback_timeout_sec') ?? '0')
  channel.unsetVariable('playback_terminator_used')
  const player = new Player(channel, names, limit > 0 ? limit : 0)
  if (player.isMissing) return 'FILE NOT FOUND'
  return player.isDone ? 'FILE PLAYED' : new Playback(channel, player)
}

/** Whether a digit ends what runs on a channel: `none`, `any`, or a set of digits. */
export function isTerminator(digit: string, terminators: string | undefined): boolean {
  if (terminators === undefined || terminators === 'none') return false
  return terminators === 'any' || terminators.includes(digit)
}

class Playback implements Running {
  readonly isSpeaking = true
  readonly #channel: PlaybackChannel
  readonly #player: Player
  #isTerminated = false

  constructor(channel: PlaybackChannel, player: Player) {
    this.#channel = channel
    this.#player = player
  }

  tick(tick: Tick): string | undefined {
    if (this.#isTerminated) return 'FILE PLAYED'
    if (this.#player.isOverLimit) {
      this.#player.stop('done')
      return 'PLAYBACK ERROR'
    }
    this.#player.tick(tick.said)
    if (!this.#player.isDone) return undefined
    return this.#player.isMissing ? 'FILE NOT FOUND' : 'FILE PLAYED'
  }

  digit(digit: string): boolean {
    if (!isTerminator(digit, this.#channel.getVariable('playback_terminators'))) return false
    this.#channel.setVariable('playback_terminator_used', digit)
    this.#player.stop('break')
    this.#isTerminated = true
    return true
  }

  stop(why: StopReason): string {
    this.#player.stop(why === 'break' ? 'break' : 'done')
    return why === 'farHangup' || why === 'transfer' ? 'PLAYBACK ERROR' : 'FILE PLAYED'
  }
}
