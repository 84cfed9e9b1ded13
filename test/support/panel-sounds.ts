/**
 * Messages and recordings of the panel's world: sound files with bursts that look and last like
 * speech, and their rows with waveforms, as calls and the archive leave them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { measureFile } from '../../src/archive/measure.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { formatWavHeader } from '../../src/rtp/wav.ts'
import { encodeWav } from '../../src/rtp/wav-samples.ts'
import { newId } from '../../src/store/ids.ts'
import { writeDeed } from '../../src/store/media-deeds.ts'
import { packPeaks } from '../../src/store/waveform.ts'
import type { PanelWorld } from './panel-server.ts'

const rate = 8000

/** A stretch in which somebody speaks: seconds from the start. */
export type Turn = readonly [from: number, to: number]

/** Words of an eighth of a second with breath between them, silence outside the turns. */
function loudness(second: number, turns: readonly Turn[]): number {
  if (!turns.some(([from, to]) => second >= from && second < to)) return 0
  const word = Math.floor(second * 8)
  return word % 5 === 4 ? 0.03 : 0.25 + (word * 37 % 11) / 16
}

/** A WAV file of so many seconds; one list of turns per channel. */
export function speechFile(seconds: number, channels: readonly (readonly Turn[])[]): Buffer {
  const frames = Math.round(seconds * rate)
  const samples = new Int16Array(frames * channels.length)
  for (let frame = 0; frame < frames; frame += 1) {
    for (const [channel, turns] of channels.entries()) {
      const wave = Math.sin(2 * Math.PI * (300 + channel * 200) * frame / rate)
      const level = 22_000 * loudness(frame / rate, turns)
      samples[frame * channels.length + channel] = Math.round(level * wave)
    }
  }
  const data = new Uint8Array(samples.length * 2)
  encodeWav('pcm16', samples, samples.length, data)
  const format = { encoding: 'pcm16', channels: channels.length, sampleRate: rate } as const
  return Buffer.concat([formatWavHeader(format, data.length), data])
}

function put(world: PanelWorld, file: string, body: Buffer): void {
  const path = join(world.sounds, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, body)
}

const owner = 'e'.repeat(32)

interface MessageSketch {
  readonly call: CallRecord
  readonly seconds: number
  readonly heard?: boolean
}

/** The call left a message that speaks all the time; answers the id of the message. */
export async function leaveMessage(world: PanelWorld, sketch: MessageSketch): Promise<string> {
  const { call, seconds } = sketch
  const startedAt = call.answeredAt ?? call.startedAt
  const id = newId(startedAt)
  const file = `messages/${id}.wav`
  const turns: Turn[] = [[0.3, seconds / 2 - 1], [seconds / 2 + 1, seconds - 0.2]]
  put(world, file, speechFile(seconds, [turns]))
  const db = world.database.kysely
  const message = {
    id, subscriberId: world.subscriberId, callId: call.id, caller: call.caller, file, startedAt,
    callerName: call.callerName, anonymous: call.anonymous, dialled: call.dialled,
  }
  await writeDeed(db,
    { kind: 'message', id, owner, message, state: 'ready', durationMs: seconds * 1000 })
  const { peaks } = await measureFile(world.sounds, file)
  await db.updateTable('messages').set({
    peaks: packPeaks(peaks[0] ?? new Uint8Array()),
    heard_at: sketch.heard === true ? startedAt + 60_000 : null,
  }).where('id', '=', id).execute()
  return id
}

/** The call was recorded for as long as it was talked: caller and answerer speak in turn. */
export async function recordCall(
  world: PanelWorld, call: CallRecord, state: 'ready' | 'writing' | 'expired' | 'lost' = 'ready',
): Promise<void> {
  const startedAt = call.answeredAt ?? call.startedAt
  const seconds = ((call.endedAt ?? startedAt) - startedAt) / 1000
  const file = `calls/${call.id}.wav`
  const { subscriberId } = world
  const recording = { id: call.id, callId: call.id, subscriberId, file, startedAt }
  const db = world.database.kysely
  const part = seconds / 8
  const turns = (first: number): Turn[] => [0, 2, 4, 6].map((n): Turn =>
    [(n + first) * part, (n + first + 0.7) * part])
  if (state === 'ready') put(world, file, speechFile(seconds, [turns(0), turns(1)]))
  await writeDeed(db, {
    kind: 'recording', id: call.id, owner, recording,
    state: state === 'writing' ? 'writing' : 'ready',
    durationMs: state === 'writing' ? 0 : seconds * 1000, interrupted: false,
  })
  if (state === 'writing') return
  const peaks = state === 'ready' ? (await measureFile(world.sounds, file)).peaks : []
  const pack = (at: number): string | null => peaks[at] === undefined ? null : packPeaks(peaks[at])
  await db.updateTable('recordings').set({ state, peaks_left: pack(0), peaks_right: pack(1) })
    .where('id', '=', call.id).execute()
}
