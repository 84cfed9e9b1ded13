/**
 * What people say and hear in the cases about media: a known sentence, silence, keys as tones, the
 * tone after the greeting, and the messages they leave.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listMessages } from '../../src/store/messages.ts'
import type { PanelMessage } from '../../src/store/messages.ts'
import { loadMessage } from '../../src/store/messages.ts'
import type { Scene } from '../support/call-case.ts'
import { octetsOf, sampleRate, samplesOf } from '../support/heard-sound.ts'
import type { Line } from '../support/line.ts'
import { toneShare, ulawOctets } from '../support/rtp-peer.ts'
import type { SippMessage } from '../support/sipp.ts'

const prompts = join(import.meta.dirname, '../../prompts/ru')

/** A prompt as it is in its file. */
export function promptFile(name: string): Buffer {
  return readFileSync(join(prompts, `${name}.wav`))
}

/** What a caller says: a sentence with pauses, as PCMU octets and as the samples they mean. */
export const sentence = octetsOf(promptFile('test-call'))
export const sentenceSamples = samplesOf(promptFile('test-call'))[0]!

/** PCMU octets of silence. */
export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * sampleRate / 1000).fill(0xff)
}

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477]

/** A key as its two tones (ITU-T Q.23), PCMU octets. */
export function keyTone(key: string, ms = 150): Uint8Array {
  const at = '123456789*0#'.indexOf(key)
  const low = rows[Math.floor(at / 3)] ?? 0
  const high = columns[at % 3] ?? 0
  const wave = (frequency: number, i: number): number => Math.sin(2 * Math.PI * frequency * i / sampleRate)
  const samples = Array.from({ length: ms * sampleRate / 1000 }, (_, i) =>
    Math.round(5000 * (wave(low, i) + wave(high, i))))
  return ulawOctets(samples)
}

/** How long the greeting takes with the tone after it: silence of a caller who only waits for it. */
export const greetingMs = octetsOf(promptFile('greeting')).length * 1000 / sampleRate
export const beepMs = 400

/** Frames of the tone in a row that no speech has. */
const toneFrames = 10

/** Waits for the end of the tone after the greeting; answers its instant, milliseconds since 1970. */
export async function afterBeep(line: Line, limitMs = 30_000): Promise<number> {
  const { voice, pause } = line
  let looked = 0
  let inRow = 0
  let lastMs = 0
  for (const until = performance.now() + limitMs; performance.now() < until; await pause(5)) {
    for (; looked < voice.packets.length; looked++) {
      const packet = voice.packets[looked]!
      const isTone = packet.payloadType === 0 && toneShare(voice.heard(looked).subarray(0, 160), 1000, 160) > 0.9
      if (isTone) {
        inRow++
        lastMs = packet.atMs
      } else if (inRow >= toneFrames) return wall(lastMs)
      else inRow = 0
    }
    if (inRow >= toneFrames && performance.now() - lastMs > 60) return wall(lastMs)
  }
  throw new Error('the tone after the greeting was not heard')
}

function wall(ms: number): number {
  // The last packet of the tone lasts 20 ms more.
  return performance.timeOrigin + ms + 20
}

/** When SIPp saw the first message that begins so, milliseconds since 1970. */
export function seenAt(messages: readonly SippMessage[] | undefined, start: string): number {
  return messages?.find(({ text }) => text.startsWith(start))?.atMs ?? NaN
}

/** Messages of the subscriber, newest first, once `count` of them are whole; else what there is. */
export async function messagesOf(scene: Scene, count = 1): Promise<readonly PanelMessage[]> {
  for (const until = performance.now() + 30_000;;) {
    const { messages } = await listMessages(scene.db, scene.subscriberId, { limit: 10, filter: 'all' })
    const whole = messages.filter(({ peaks }) => peaks.length > 0)
    if (whole.length >= count || performance.now() > until) return messages
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** The samples of a message's file. */
export async function soundOf(scene: Scene, id: string): Promise<Int16Array> {
  const { file } = await loadMessage(scene.db, scene.subscriberId, id)
  return samplesOf(readFileSync(join(scene.recordings, file)))[0]!
}

/** Throws what is wrong. */
export function must(holds: boolean | undefined, what: string): void {
  if (holds !== true) throw new Error(what)
}
