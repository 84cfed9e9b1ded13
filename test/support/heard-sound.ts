/**
 * Judges sound: samples of a WAV file, where in what was heard a known sound begins and how like it
 * is, in which stretches a tone is missing. Samples are 16-bit at 8000 Hz throughout.
 */
import { decodeWav } from '../../src/rtp/wav-samples.ts'
import { readWavHeader } from '../../src/rtp/wav.ts'
import { toneShare } from './rtp-peer.ts'

export const sampleRate = 8000

/** Samples of each channel of a WAV file (16-bit, A-law or µ-law). */
export function samplesOf(file: Uint8Array): Int16Array[] {
  const info = readWavHeader(file, file.length)
  const count = info.channels
  const size = info.frameOctets / count
  const one = { ...info, channels: 1, frameOctets: size }
  return Array.from({ length: count }, (_, channel) => {
    const bytes = new Uint8Array(info.frames * size)
    for (let frame = 0; frame < info.frames; frame++) {
      const at = info.dataOffset + frame * info.frameOctets + channel * size
      bytes.set(file.subarray(at, at + size), frame * size)
    }
    const samples = new Int16Array(info.frames)
    decodeWav(one, bytes, samples, bytes.length)
    return samples
  })
}

/** The octets between header and end of a WAV file, as they go over the wire. */
export function octetsOf(file: Uint8Array): Uint8Array {
  const { dataOffset, frameOctets, frames } = readWavHeader(file, file.length)
  return file.subarray(dataOffset, dataOffset + frames * frameOctets)
}

export interface Alignment {
  /** `heard[at]` is the first sample of `spoken`. */
  readonly at: number
  /** Normalised correlation, at most 1, of the pieces where they are. */
  readonly correlation: number
  /** How far the last piece is from where the first one puts it, samples. */
  readonly drift: number
}

/** The place is found by the part of a second that is most like itself there. */
const anchorSamples = sampleRate
/** Each so many samples are enough to find it. */
const coarse = 8
/** Sound is compared in pieces of 200 ms. */
const pieceSamples = sampleRate / 5
/** A piece may be off from its neighbour by a few frames that a jitter buffer added or left out. */
const slackSamples = sampleRate * 0.06

/**
 * Where `heard` is most like `spoken`, and how like it is there. Played over a network that is not
 * quite steady, speech is stretched by a frame here and cut there, which no ear minds: so each piece
 * may be moved a little against its neighbour, beginning at the part that is surest.
 */
export function align(spoken: Int16Array, heard: Int16Array): Alignment {
  const anchor = anchorOf(spoken, heard)
  const count = Math.ceil(spoken.length / pieceSamples)
  const first = Math.floor(anchor.from / pieceSamples)
  const shifts = Array.from<number>({ length: count }).fill(anchor.shift)
  const settle = (piece: number, neighbour: number): void => {
    shifts[piece] = shiftOf(spoken, heard, piece * pieceSamples, shifts[neighbour] ?? anchor.shift)
  }
  for (let piece = first; piece < count; piece++) settle(piece, Math.max(first, piece - 1))
  for (let piece = first - 1; piece >= 0; piece--) settle(piece, piece + 1)
  let product = 0
  let one = 0
  let other = 0
  for (const [piece, shift] of shifts.entries()) {
    const from = piece * pieceSamples
    const said = spoken.subarray(from, from + pieceSamples)
    const there = heard.subarray(Math.max(0, shift + from), Math.max(0, shift + from + said.length))
    product += productAt(said, there, 0, 1)
    one += energyOf(said)
    other += energyOf(there)
  }
  const correlation = one === 0 || other === 0 ? 0 : product / Math.sqrt(one * other)
  return { at: shifts[0]!, correlation, drift: shifts.at(-1)! - shifts[0]! }
}

/** The part of `spoken` that is found most surely, and by how much it is shifted in `heard`. */
function anchorOf(spoken: Int16Array, heard: Int16Array): { from: number; shift: number } {
  let best = { from: 0, shift: 0, likeness: -Infinity }
  const length = Math.min(anchorSamples, spoken.length)
  for (let from = 0; from + length <= spoken.length; from += anchorSamples * 1.5) {
    const part = spoken.subarray(from, from + length)
    const place = placeOf(part, heard, 0, heard.length - length, coarse)
    const there = heard.subarray(place, place + length)
    const energy = Math.sqrt(energyOf(part) * energyOf(there))
    const likeness = energy === 0 ? 0 : productAt(part, there, 0, 1) / energy
    if (likeness > best.likeness) best = { from, shift: place - from, likeness }
  }
  return best
}

/** The shift of one piece, near that of its neighbour; a silent piece has its neighbour's. */
function shiftOf(spoken: Int16Array, heard: Int16Array, from: number, near: number): number {
  const piece = spoken.subarray(from, from + pieceSamples)
  if (energyOf(piece) <= piece.length * silentEnergy) return near
  return placeOf(piece, heard, near + from - slackSamples, near + from + slackSamples, 1) - from
}

/** Energy of a sample that is no speech. */
const silentEnergy = 100 * 100

/** Where, from `from` to `to`, `heard` is most like `spoken`. */
function placeOf(
  spoken: Int16Array, heard: Int16Array, from: number, to: number, step: number,
): number {
  const first = Math.max(0, from)
  let place = first
  let best = -Infinity
  let energy = energyOf(heard.subarray(first, first + spoken.length))
  for (let at = first; at <= to; at++) {
    const likeness = energy <= 0 ? 0 : productAt(spoken, heard, at, step) / Math.sqrt(energy)
    if (likeness > best) {
      best = likeness
      place = at
    }
    energy += (heard[at + spoken.length] ?? 0) ** 2 - (heard[at] ?? 0) ** 2
  }
  return place
}

function energyOf(samples: Int16Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!
  return sum
}

function productAt(spoken: Int16Array, heard: Int16Array, at: number, step: number): number {
  let sum = 0
  const end = Math.min(spoken.length, heard.length - at)
  for (let i = 0; i < end; i += step) sum += spoken[i]! * heard[at + i]!
  return sum
}

/** Samples that are looked at together: 5 ms. */
const stretchSamples = 40
/** A stretch with less than this part of the usual level holds no tone. */
const silentShare = 0.1

export interface ToneReport {
  /** Part of the energy that is of the tone, from where it begins to where it ends. */
  readonly share: number
  /** Longest stretch in between without it, milliseconds. */
  readonly longestGapMs: number
  /** Where that stretch ends. */
  readonly gapEndMs: number
  /** From where it begins to where it ends, milliseconds. */
  readonly lengthMs: number
  readonly startMs: number
}

/** What a channel that should hold one steady tone, after some silence, really holds. */
export function inspectTone(samples: Int16Array, frequency: number): ToneReport {
  const levels: number[] = []
  for (let at = 0; at + stretchSamples <= samples.length; at += stretchSamples) {
    levels.push(levelOf(samples.subarray(at, at + stretchSamples)))
  }
  const usual = levels.toSorted((a, b) => b - a)[Math.floor(levels.length / 4)] ?? 0
  const isThere = levels.map((level) => usual > 0 && level > usual * silentShare)
  const first = isThere.indexOf(true)
  const last = isThere.lastIndexOf(true)
  if (first < 0) return { share: 0, longestGapMs: Infinity, gapEndMs: 0, lengthMs: 0, startMs: 0 }
  let longest = 0
  let gapEnd = 0
  for (let i = first, gap = 0; i <= last; i++) {
    gap = isThere[i] === true ? 0 : gap + 1
    if (gap <= longest) continue
    longest = gap
    gapEnd = i + 1
  }
  const part = samples.subarray(first * stretchSamples, (last + 1) * stretchSamples)
  const ms = stretchSamples / sampleRate * 1000
  return {
    share: toneShare(part, frequency), longestGapMs: longest * ms,
    gapEndMs: gapEnd * ms, lengthMs: (last - first + 1) * ms, startMs: first * ms,
  }
}

/** Root of the mean square. */
function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length)
}
