/**
 * The application `say`: speaks the digits of a text one by one, from recorded files. Numbers as
 * words, dates and money need the grammar of a language and are the application's business; what
 * cannot be said is left out, as media servers in the field do without a language pack.
 */
import type { Octets } from '../esl/frame.ts'
import { openSource } from './audio-source.ts'
import type { Running, StopReason, Tick } from './execution.ts'
import type { PlaybackChannel } from './playback.ts'
import { Player } from './player.ts'

/** Characters of one text. */
const maxCharacters = 100
/** What is spoken by its name and not by itself. */
const spoken: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound', '+': 'plus' }

/**
 * `LANGUAGE TYPE METHOD [GENDER] TEXT`. A digit D is looked for as LANGUAGE/digits/D.wav,
 * digits/D.wav and LANGUAGE/n-D.wav under the folder of sounds.
 */
export function startSay(channel: PlaybackChannel, argument: Octets): Running | string {
  const words = argument.split(' ').filter((word) => word !== '')
  const [language = ''] = words
  const text = words.at(-1) ?? ''
  if (words.length < 4 || !/^[a-z]{2}(-[a-z]{2})?$/i.test(language)) return noResponse
  const names: Octets[] = []
  for (const character of text.slice(0, maxCharacters)) {
    const name = fileOf(channel, language, character)
    if (name !== undefined) names.push(name)
  }
  const player = new Player(channel, names, 0, 0)
  return player.isDone ? noResponse : new Say(player)
}

const noResponse = '_none_'

function fileOf(channel: PlaybackChannel, language: string, character: string): Octets | undefined {
  const name = /^\d$/.test(character) ? character : spoken[character]
  if (name === undefined) return undefined
  const places = [
    `${language}/digits/${name}.wav`,
    `digits/${name}.wav`,
    `${language}/${/^\d$/.test(name) ? `n-${name}` : name}.wav`,
  ]
  return places.find((place) => {
    const source = openSource(place, channel.folders)
    source?.close()
    return source !== undefined
  })
}

class Say implements Running {
  readonly isSpeaking = true
  readonly #player: Player

  constructor(player: Player) {
    this.#player = player
  }

  tick(tick: Tick): string | undefined {
    this.#player.tick(tick.said)
    return this.#player.isDone ? noResponse : undefined
  }

  digit(): boolean {
    return false
  }

  stop(why: StopReason): string {
    this.#player.stop(why === 'break' ? 'break' : 'done')
    return noResponse
  }
}
