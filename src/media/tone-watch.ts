/**
 * The applications `tone_detect` and `stop_tone_detect`: listens for tones of the network or for
 * single frequencies in what the far end says (or is sent) and tells of each by DETECTED_TONE. How
 * a tone is recognised is `rtp/progress-detector.ts`.
 */
import type { Octets } from '../esl/frame.ts'
import { sampleRate } from '../rtp/codec.ts'
import { ProgressDetector, ToneFilter } from '../rtp/progress-detector.ts'

/** What is asked for: `KEY SPEC [r|w] [+MS] [APPLICATION] [ARGUMENT] [HITS]`. */
interface WatchOptions {
  readonly key: Octets
  readonly frequencies: readonly number[]
  /** Of what is sent to the far end rather than of what it says. */
  readonly isOfSaid: boolean
  /** After so long nobody listens any more; Infinity = for the whole call. */
  readonly lastsMs: number
  /** What is run when the tone is there; '' = nothing. */
  readonly application: string
  readonly argument: Octets
  /** Windows of 20 ms in a row in which the tone must sound. */
  readonly hits: number
}

/** Tones one channel listens for at a time; each costs a filter per sample. */
const maxWatches = 8
const maxFrequencies = 4
/** Names under which the cadence is judged, and not only the frequency. */
const networkTones: readonly string[] = ['dial', 'ringback', 'busy', 'congestion']
/** 100 ms of a frequency: speech does not hold one so long at this purity. */
const usualHits = 5

/** Reads the argument; undefined when it is not understood. */
export function parseToneDetect(argument: Octets): WatchOptions | undefined {
  const words = argument.split(' ').filter((word) => word !== '')
  const [key = '', spec = '', direction = 'r', lasting = '+0', ...more] = words
  const [application = '', what = '', hits = String(usualHits)] = more
  const frequencies = spec.split(',').map(Number)
  const isFitting = frequencies.length <= maxFrequencies
    && frequencies.every((frequency) => frequency >= 50 && frequency < sampleRate / 2)
  const lastsMs = lasting.startsWith('+') ? Number(lasting.slice(1)) : Number.NaN
  const count = Number(hits)
  if (key === '' || !isFitting || !(lastsMs >= 0) || !(direction === 'r' || direction === 'w')) {
    return undefined
  }
  if (!Number.isInteger(count) || count < 1 || count > 500) return undefined
  return {
    key,
    frequencies,
    isOfSaid: direction === 'w',
    lastsMs: lastsMs === 0 ? Infinity : lastsMs,
    application,
    argument: what === "''" ? '' : what,
    hits: count,
  }
}

/** What one channel listens for. */
export class ToneWatches {
  readonly #watches: Watch[] = []

  get isEmpty(): boolean {
    return this.#watches.length === 0
  }

  /** False when it is not understood, or when too much is listened for already. */
  start(argument: Octets): boolean {
    const options = parseToneDetect(argument)
    if (options === undefined || this.#watches.length >= maxWatches) return false
    this.stop(options.key)
    this.#watches.push(new Watch(options))
    return true
  }

  /** `key` '' stops all. */
  stop(key: Octets): void {
    for (let at = this.#watches.length - 1; at >= 0; at--) {
      if (key === '' || this.#watches[at]!.options.key === key) this.#watches.splice(at, 1)
    }
  }

  /** Listens to 20 ms; returns what was recognised just now, undefined = nothing. */
  tick(heard: Int16Array, said: Int16Array, nowMs: number): WatchOptions | undefined {
    let found: WatchOptions | undefined
    for (let at = this.#watches.length - 1; at >= 0; at--) {
      const watch = this.#watches[at]!
      if (watch.isOver(nowMs)) this.#watches.splice(at, 1)
      else if (watch.hears(watch.options.isOfSaid ? said : heard)) found = watch.options
    }
    return found
  }
}

class Watch {
  readonly options: WatchOptions
  readonly #progress: ProgressDetector | undefined
  readonly #filters: readonly ToneFilter[]
  readonly #hits: number[]
  #endMs = -1

  constructor(options: WatchOptions) {
    this.options = options
    const isNetwork = networkTones.includes(options.key) && options.frequencies[0] === 425
    this.#progress = isNetwork ? new ProgressDetector() : undefined
    this.#filters = isNetwork ? [] : options.frequencies.map((one) => new ToneFilter(one))
    this.#hits = this.#filters.map(() => 0)
  }

  isOver(nowMs: number): boolean {
    if (this.#endMs < 0) this.#endMs = nowMs + this.options.lastsMs
    return nowMs >= this.#endMs
  }

  /** Whether the tone has been recognised in these samples; told once for each time it sounds. */
  hears(samples: Int16Array): boolean {
    if (this.#progress !== undefined) return this.#progress.process(samples) === this.options.key
    for (let filter = 0; filter < this.#filters.length; filter++) {
      if (this.#follow(filter, samples)) return true
    }
    return false
  }

  #follow(filter: number, samples: Int16Array): boolean {
    let isFound = false
    for (let index = 0; index < samples.length; index++) {
      const isOn = this.#filters[filter]!.push(samples[index]!)
      if (isOn === undefined) continue
      this.#hits[filter] = isOn ? this.#hits[filter]! + 1 : 0
      if (this.#hits[filter] === this.options.hits) isFound = true
    }
    return isFound
  }
}
