/**
 * Where the media server may read and write. Applications name files; a name that leads outside the
 * configured folders is treated as a file that is not there, so that whoever gets hold of an event
 * socket does not get hold of the machine's files.
 */
import { Buffer } from 'node:buffer'
import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, resolve, sep } from 'node:path'
import type { Octets } from '../esl/frame.ts'

/** File names of the wire are UTF-8 octets. */
const maxNameOctets = 1024

export class Folders {
  readonly recordings: string
  readonly sounds: string
  /** Folders by the names that applications use in `$${…}`. */
  readonly names: Readonly<Record<string, string>>
  readonly #allowed: readonly string[]

  constructor(recordings: string, sounds: string, further: readonly string[]) {
    this.recordings = resolve(recordings)
    this.sounds = resolve(sounds)
    this.names = {
      base_dir: dirname(this.recordings),
      recordings_dir: this.recordings,
      sounds_dir: this.sounds,
      sound_prefix: this.sounds,
    }
    this.#allowed = [this.recordings, this.sounds, ...further.map((folder) => resolve(folder))].map(
      realPath,
    )
  }

  /** The file to play; undefined when the name leads out of the allowed folders. */
  soundPath(name: Octets): string | undefined {
    return this.#within(name, this.sounds)
  }

  /** The file to record into; undefined when the name leads out of the allowed folders. */
  recordingPath(name: Octets): string | undefined {
    return this.#within(name, this.recordings)
  }

  #within(name: Octets, base: string): string | undefined {
    if (name === '' || name.length > maxNameOctets || name.includes('\0')) return undefined
    const text = Buffer.from(name, 'latin1').toString('utf8')
    const path = isAbsolute(text) ? resolve(text) : resolve(base, text)
    const real = realPath(path)
    return this.#allowed.some((folder) =>
      real.startsWith(folder.endsWith(sep) ? folder : folder + sep),
    )
      ? path
      : undefined
  }
}

/** The path with links resolved as far as it exists: a link must not lead out either. */
function realPath(path: string): string {
  let missing = ''
  for (let part = path; ; part = dirname(part)) {
    try {
      return realpathSync(part) + missing
    } catch {
      if (dirname(part) === part) return path
      missing = path.slice(part === sep ? 0 : dirname(part) === sep ? 0 : dirname(part).length)
    }
  }
}
