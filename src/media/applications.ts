/**
 * The applications a channel can run, by the names that `sendmsg` uses. Each is started with its
 * argument and either has its response at once or runs on tick by tick.
 */
import type { Octets } from '../esl/frame.ts'
import type { Channel } from './channel.ts'
import { Collector, parseCollectArgument } from './collector.ts'
import { startConference } from './conference-member.ts'
import type { Running, Tick } from './execution.ts'
import { hangupCause } from './hangup-cause.ts'
import { startPlayback } from './playback.ts'
import { startRecord } from './recorder.ts'
import { startSay } from './say.ts'

/** The response of an application that has nothing to say. */
export const noResponse = '_none_'

type Start = (channel: Channel, argument: Octets) => string | Running

const applications: Readonly<Record<string, Start>> = {
  playback: startPlayback,
  play_and_get_digits(channel, argument) {
    const options = parseCollectArgument(argument)
    return options === undefined ? '-ERR wrong argument' : new Collector(channel, options)
  },
  record: startRecord,
  record_session(channel, argument) {
    const [file = '', limit = '0'] = argument.split(' ')
    channel.recordings.start(file, Number(limit) || 0)
    return noResponse
  },
  stop_record_session(channel, argument) {
    channel.recordings.stop(argument)
    return noResponse
  },
  set: setVariable,
  export: setVariable,
  unset(channel, argument) {
    channel.unsetVariable(argument)
    return noResponse
  },
  multiset(channel, argument) {
    const isDelimited = argument.startsWith('^^')
    const delimiter = isDelimited ? argument.charAt(2) : ' '
    for (const pair of (isDelimited ? argument.slice(3) : argument).split(delimiter)) {
      setVariable(channel, pair)
    }
    return noResponse
  },
  set_mute(channel, argument) {
    const [direction = '', value = ''] = argument.split(' ')
    const isOn = value === 'true' || Number(value) > 0
    if (direction === 'read' || direction === 'both') channel.isMutedHeard = isOn
    if (direction === 'write' || direction === 'both') channel.isMutedSaid = isOn
    return noResponse
  },
  send_dtmf(channel, argument) {
    sendDigits(channel, argument)
    return noResponse
  },
  start_dtmf(channel) {
    channel.session.detectDigits(true)
    return noResponse
  },
  stop_dtmf(channel) {
    channel.session.detectDigits(false)
    return noResponse
  },
  start_dtmf_generate(channel) {
    channel.session.playDigits(true)
    return noResponse
  },
  stop_dtmf_generate(channel) {
    channel.session.playDigits(false)
    return noResponse
  },
  tone_detect(channel, argument) {
    return channel.watches.start(argument) ? noResponse : '-ERR wrong argument'
  },
  stop_tone_detect(channel, argument) {
    channel.watches.stop(argument)
    return noResponse
  },
  sleep: (_channel, argument) => new Sleep(Number(argument) || 0),
  park: () => new Sleep(Infinity),
  echo: () => new Echo(),
  answer: () => noResponse,
  hangup(channel, argument) {
    channel.beginHangup(hangupCause(argument))
    return noResponse
  },
  conference: startConference,
  say: startSay,
  // Without an engine there is nothing to speak; the field says so by silence as well.
  speak: () => noResponse,
}

/** Starts an application; an unknown one is a response and leaves the call as it is. */
export function startApplication(
  channel: Channel,
  name: string,
  argument: Octets,
): string | Running {
  const start = Object.hasOwn(applications, name) ? applications[name] : undefined
  return start === undefined ? '-ERR unknown application' : start(channel, argument)
}

/**
 * `KEYS[@MS]`, each key for the same time; `w` and `W` as pauses are not supported. Returns the ms
 * of a key, 0 when nothing was sent.
 */
export function sendDigits(channel: Channel, argument: Octets): number {
  const [keys = '', ms] = argument.split('@')
  const wanted = Number(ms ?? usualDigitMs)
  const durationMs = wanted >= 40 && wanted <= 8000 ? wanted : usualDigitMs
  let hasSent = false
  for (const key of keys.slice(0, maxDigits)) {
    hasSent = channel.session.sendDigit(key, durationMs) || hasSent
  }
  return hasSent ? durationMs : 0
}

/** What media servers in the field send when nothing is said: 2000 ticks. */
const usualDigitMs = 250
const maxDigits = 64

function setVariable(channel: Channel, argument: Octets): string {
  const equals = argument.indexOf('=')
  const name = (equals < 0 ? argument : argument.slice(0, equals)).trim()
  const value = equals < 0 ? '' : argument.slice(equals + 1).trim()
  if (!/^[\w.:-]{1,128}$/.test(name)) return '-ERR wrong name'
  if (value === '') channel.unsetVariable(name)
  else channel.setVariable(name, value)
  return noResponse
}

/** Does nothing for some time; a bridged party is heard. */
class Sleep implements Running {
  readonly isSpeaking = false
  readonly #ms: number
  #endMs = -1

  constructor(ms: number) {
    this.#ms = ms
  }

  tick(tick: Tick): string | undefined {
    if (this.#endMs < 0) this.#endMs = tick.nowMs + this.#ms
    return tick.nowMs >= this.#endMs ? noResponse : undefined
  }

  digit(): boolean {
    return false
  }

  stop(): string {
    return noResponse
  }
}

/** Says what it hears. */
class Echo implements Running {
  readonly isSpeaking = true

  tick(tick: Tick): undefined {
    tick.said.set(tick.heard)
    return undefined
  }

  digit(): boolean {
    return false
  }

  stop(): string {
    return noResponse
  }
}
