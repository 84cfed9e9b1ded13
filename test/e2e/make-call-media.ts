/**
 * `make call VOICEMAIL=1`: nobody answers, a SIPp caller speaks a known sentence into voicemail, and
 * Chromium plays it from the panel. `make call RECORD=1`: two parties send different tones, and the
 * recording is looked at. Both print what was measured and where to look, and fail when it is wrong.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LinkReply, MessagesReply, RecordingReply } from '../../src/api/schema-media.ts'
import { align, inspectTone, sampleRate, samplesOf } from '../support/heard-sound.ts'
import { hearInChromium } from '../support/panel-listener.ts'
import { ulawOctets } from '../support/rtp-peer.ts'
import type { placeCall, PlacedCall } from './make-call.ts'
import { patienceMs, within, withSettings } from './running-product.ts'
import type { Panel, RunFile } from './running-product.ts'
import { beepMs, greetingMs, seenAt, sentence, sentenceSamples, silence } from './voices.ts'

type Place = (plan: PlacedCall) => ReturnType<typeof placeCall>

/** Seconds that phones ring in vain before voicemail takes the call. */
const ringSeconds = 3
/** The caller draws breath after the tone, and does not hang up in the middle of a word. */
const breathMs = 600
const tailMs = 400
const lengthToleranceMs = 100
const leastCorrelation = 0.95
const longestHoleMs = 20

const callerTone = 440
const phoneTone = 1000
const talkMs = 5000

/** A line of the figures; one that is not as it should be makes the whole call a failure. */
function figure(what: string, value: string, isRight = true): void {
  console.log(`  ${what.padEnd(26)} ${value}${isRight ? '' : '   ← WRONG'}`)
  if (!isRight) process.exitCode = 1
}

function fail(what: string): void {
  console.log(`\n${what}`)
  process.exitCode = 1
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** See above. */
export async function callVoicemail(run: RunFile, panel: Panel, place: Place): Promise<void> {
  const leadMs = Math.ceil((greetingMs + beepMs + breathMs) / 20) * 20
  const speech = Buffer.concat([silence(leadMs), sentence, silence(tailMs)])
  const wishes = { voicemail: true, voicemailAfterSeconds: ringSeconds, silenceSeconds: 0, language: 'ru' } as const
  console.log(`Nobody answers, voicemail takes the call after ${ringSeconds} s; he speaks for ${
    inSeconds(sentence.length * 1000 / sampleRate)} after the tone.\n`)
  const { row, caller } = await withSettings(panel, wishes, () => place({
    phones: { scenario: 'uas-demo-phones', keys: { answering: 'none', presses: 'no' } },
    caller: {
      scenario: 'uac-speak-expect-answer', files: { 'speech.ul': speech },
      pauseMs: Math.round(speech.length * 1000 / sampleRate),
    },
  }))
  if (!row) return
  const message = await within(patienceMs, async () => {
    const { messages } = await panel.get<MessagesReply>('/api/messages?limit=5')
    return messages.find(({ callId, peaks }) => callId === row.id && peaks.length > 0)
  })
  if (!message) return fail('There is no message of this call.')
  console.log('\nMessage')
  // A message begins with its tone; his clock and the product's are the same here.
  const spokenMs = seenAt(caller.messages, 'BYE ') - message.startedAt - beepMs
  figure('from the tone to the end', inSeconds(spokenMs))
  figure('length in the panel', inSeconds(message.durationMs),
    Math.abs(message.durationMs - spokenMs) <= lengthToleranceMs)
  const link = (download: boolean) =>
    panel.send<LinkReply>('POST', `/api/messages/${message.id}/link`, { download })
  const heard = await hearInChromium(run.panelUrl, run.demo, `/voicemail?open=${message.id}`)
  if (heard === undefined) {
    console.log('  There is no Chromium here (Debian: chromium), so the downloaded file is looked at.')
    compare(samplesOf(await panel.octets((await link(true)).url))[0]!, 'as downloaded')
  } else {
    figure('played by Chromium', inSeconds(heard.playedMs),
      Math.abs(heard.playedMs - message.durationMs) <= lengthToleranceMs)
    compare(heard.samples, 'as Chromium got it')
  }
  console.log(`\nThe message in the panel: ${run.panelUrl}/voicemail?open=${message.id}`
    + `\nIts file is under ${join(run.recordings, 'messages')}`)
}

function compare(heard: Int16Array, how: string): void {
  const { at, correlation, drift } = align(sentenceSamples, heard)
  figure(`the sentence ${how}`, `begins at ${inSeconds(at * 1000 / sampleRate)}, correlation ${
    correlation.toFixed(3)}`, correlation > leastCorrelation)
  const lengthMs = (sentence.length + drift) * 1000 / sampleRate
  figure('its length', `${inSeconds(lengthMs)}, spoken ${inSeconds(sentence.length * 1000 / sampleRate)}`,
    Math.abs(drift * 1000 / sampleRate) <= lengthToleranceMs)
}

/** A tone for longer than the call lasts, PCMU. */
function tone(frequency: number): Uint8Array {
  return ulawOctets(Array.from({ length: (talkMs + 3000) * sampleRate / 1000 }, (_, i) =>
    Math.round(8000 * Math.sin(2 * Math.PI * frequency * i / sampleRate))))
}

/** See above. */
export async function callAndRecord(
  run: RunFile, panel: Panel, place: Place, keys: { readonly answering: string; readonly presses: string },
): Promise<void> {
  console.log(`The caller sends a tone of ${callerTone} Hz, the phone one of ${phoneTone} Hz; the call is recorded.\n`)
  // The announcement would be heard in both channels; make it an ordinary setting of the panel again.
  const { row } = await withSettings(panel, { recordCalls: true, recordConsent: false }, () => place({
    phones: { scenario: 'uas-demo-phones-speak', keys, files: { 'speech.ul': tone(phoneTone) } },
    caller: { scenario: 'uac-speak-expect-answer', files: { 'speech.ul': tone(callerTone) }, pauseMs: talkMs },
  }))
  if (!row) return
  const path = `/api/calls/${row.id}/recording`
  const recording = await within(patienceMs, async () => {
    const found = await panel.get<RecordingReply>(path)
    return found.state === 'ready' && found.peaks[0].length > 0 ? found : undefined
  })
  if (!recording) return fail('There is no recording of this call.')
  const { url } = await panel.send<LinkReply>('POST', `${path}/link`, { download: true })
  const channels = samplesOf(await panel.octets(url))
  console.log('\nRecording')
  const talkedMs = (row.endedAt ?? NaN) - (row.answeredAt ?? NaN)
  figure('length', `${inSeconds(recording.durationMs)} of a conversation of ${inSeconds(talkedMs)}`)
  figure('channels', String(channels.length), channels.length === 2)
  const parties = [['left, the caller', callerTone], ['right, the phone', phoneTone]] as const
  for (const [i, [name, frequency]] of parties.entries()) {
    const { share, lengthMs, longestGapMs } = inspectTone(channels[i] ?? new Int16Array(), frequency)
    figure(name, `${frequency} Hz, ${(share * 100).toFixed(1)} % of it, ${inSeconds(lengthMs)}, longest hole ${
      longestGapMs} ms`, share > 0.9 && longestGapMs <= longestHoleMs && lengthMs > talkMs * 0.8)
  }
  const file = join(run.recordings, 'calls')
  console.log(`\nThe same call in the panel: ${run.panelUrl}/calls?open=${row.id}`
    + `\nIts file is under ${existsSync(file) ? file : run.recordings}`)
}
