/** Sound files of any shape for tests of the archive, and what belongs beside them in the store. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NewMessage } from '../../src/app/ports.ts'
import { formatWavHeader } from '../../src/rtp/wav.ts'
import { encodeWav } from '../../src/rtp/wav-samples.ts'
import type { RecordedEncoding } from '../../src/rtp/wav-samples.ts'
import type { Db } from '../../src/store/database.ts'
import { newId } from '../../src/store/ids.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import type { NewSubscriber } from '../../src/store/subscribers.ts'

/** 2026-11-23 12:00:00 UTC, a Monday. */
export const noon = Date.UTC(2026, 10, 23, 12)

export interface Sound {
  readonly seconds: number
  /** Peak of the tone in each channel, 0–32767. */
  readonly peaks: readonly number[]
  /** Hz; default 8000. */
  readonly rate?: number
  readonly encoding?: RecordedEncoding
  /** The header says so many seconds; default the truth. */
  readonly claims?: number
}

/** A file with a tone of 400 Hz in each channel. */
export function wavFile(sound: Sound): Buffer {
  const { seconds, peaks, rate = 8000, encoding = 'pcm16', claims = seconds } = sound
  const format = { encoding, channels: peaks.length, sampleRate: rate }
  const frames = Math.round(seconds * rate)
  const samples = new Int16Array(frames * peaks.length)
  for (let frame = 0; frame < frames; frame++) {
    const wave = Math.sin(2 * Math.PI * 400 * frame / rate)
    for (const [channel, peak] of peaks.entries())
      samples[frame * peaks.length + channel] = Math.round(peak * wave)
  }
  const size = encoding === 'pcm16' ? 2 : 1
  const data = new Uint8Array(samples.length * size)
  encodeWav(encoding, samples, samples.length, data)
  const header = formatWavHeader(format, Math.round(claims * rate) * size * peaks.length)
  return Buffer.concat([header, data])
}

/** Puts a file into a folder. */
export function putWav(folder: string, file: string, sound: Sound): string {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, wavFile(sound))
  return path
}

let made = 0

/** A subscriber without the cost of a password; answers his id. */
export function someSubscriber(db: Db, more: Partial<NewSubscriber> = {}): Promise<string> {
  const n = ++made
  const number = `+7495${String(n).padStart(7, '0')}`
  return createSubscriber(db, {
    name: `Абонент ${n}`, number, login: `login${n}`, passwordHash: '', ...more,
  }, noon)
}

/** A message as a call brings it. */
export function newMessage(subscriberId: string, more: Partial<NewMessage> = {}): NewMessage {
  const startedAt = more.startedAt ?? noon
  const id = newId(startedAt)
  return {
    id, subscriberId, callId: newId(startedAt), caller: '+79161234567', callerName: 'Анна',
    anonymous: false, dialled: '+74996740782', file: `messages/${id}.wav`, startedAt, ...more,
  }
}

/** A recording as a call begins it. */
export function newRecording(subscriberId: string, startedAt = noon) {
  const id = newId(startedAt)
  return { id, callId: id, subscriberId, file: `calls/${id}.wav`, startedAt }
}
