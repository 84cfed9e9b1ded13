/**
 * Cases about recording and announcements: each party in its own channel without a hole, whatever
 * network and far ends do meanwhile; consent; what a caller hears who is not answered
 * (issue 3 §3.2, §3.3).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadRecording } from '../../src/store/recordings.ts'
import type { PanelRecording } from '../../src/store/recordings.ts'
import { alignAside } from '../support/align-aside.ts'
import type { CallCase, Played, Scene } from '../support/call-case.ts'
import { inspectTone, sampleRate, samplesOf } from '../support/heard-sound.ts'
import type { Line, Talk } from '../support/line.ts'
import { measured } from '../support/measured.ts'
import { linkArrivals } from '../support/rtp-link.ts'
import type { RtpPeer } from '../support/rtp-peer.ts'
import { toneShare, ulawOctets } from '../support/rtp-peer.ts'
import { must, promptFile, seenAt } from './voices.ts'

const callerTone = 500
const phoneTone = 1100
/** A hole: more than a frame without sound. */
const longestHoleMs = 20

/** The recording of a call once it is whole; rejects after 30 s. */
export async function recordingOf(scene: Scene, callId: string): Promise<PanelRecording> {
  let found: PanelRecording | undefined
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    found = await loadRecording(scene.db, scene.subscriberId, callId)
    if (found?.state === 'ready' && found.peaks[0].length > 0) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`the recording is ${found?.state ?? 'not there'}`)
}

/** Left and right of a recording. */
export function channelsOf(scene: Scene, { file }: PanelRecording): Int16Array[] {
  return samplesOf(readFileSync(join(scene.recordings, file)))
}

/** Those who speak in a case, the two of its last playing at the end. */
type Speakers = RtpPeer[]

interface Limits {
  /** Least part of a channel's energy that is of its own tone. */
  readonly share: number
  /** The tones last at least so long, milliseconds. */
  readonly lengthMs: number
}

/** One tone in each channel, and no hole in either. */
async function holdsBothTones(
  { scene, records }: Played, speakers: Speakers, limits: Limits,
): Promise<void> {
  // A speaker who stalled himself, because this process did, has left a hole that is his.
  const ownMs = Math.max(0, ...speakers.slice(-2).map(({ lateMs }) => lateMs))
  const holeMs = longestHoleMs + (ownMs > longestHoleMs ? ownMs : 0)
  const channels = channelsOf(scene, await recordingOf(scene, records[0]?.id ?? ''))
  must(channels.length === 2, `${channels.length} channels`)
  for (const [i, [own, foreign]] of [[callerTone, phoneTone], [phoneTone, callerTone]].entries()) {
    const { share, longestGapMs, gapEndMs, lengthMs, startMs } = inspectTone(channels[i]!, own!)
    const what = `channel ${i}: ${Math.round(lengthMs)} ms of tone, ${share.toFixed(2)} of it right, longest hole ${longestGapMs} ms before ${gapEndMs} ms, begins at ${startMs} ms, its speaker was up to ${Math.round(ownMs)} ms late`
    measured(share > limits.share && lengthMs > limits.lengthMs, what)
    measured(longestGapMs <= holeMs, what)
    const tone = channels[i]!.subarray(startMs * sampleRate / 1000)
    must(toneShare(tone, foreign!) < 0.05, `${what}; the other side is heard in it`)
  }
}

/** What the record says the recording lasted is what the conversation did. */
async function lastsAsTheCall({ scene, records }: Played): Promise<void> {
  const [record] = records
  const { durationMs } = await recordingOf(scene, record?.id ?? '')
  const talked = (record?.endedAt ?? NaN) - (record?.answeredAt ?? NaN)
  measured(Math.abs(durationMs - talked) < 300, `${durationMs} ms of a conversation of ${talked} ms`)
}

function says(frequency: number, speakers: Speakers = []): Talk {
  return async ({ voice, port }) => {
    speakers.push(voice)
    voice.talk(port, frequency)
  }
}

/** 20 ms of a tone that goes on from packet to packet, as PCMU. */
function toneFrame(frequency: number, index: number): Uint8Array {
  return ulawOctets(Array.from({ length: 160 }, (_, i) =>
    Math.round(8000 * Math.sin(2 * Math.PI * frequency * (index * 160 + i) / sampleRate))))
}

/**
 * Speaks over a bad network: a tenth lost, up to 60 ms late and so out of order, another source twice,
 * a sequence that wraps. From the instant `moved` answers true it speaks from the other port.
 */
function speaksRoughly(
  frequency: number, seed: number, seconds: number, moved: (line: Line) => boolean, speakers: Speakers,
): Talk {
  return async (line) => {
    speakers.push(line.voice)
    const arrivals = linkArrivals({
      packets: seconds * 50, firstSequence: 65_500, newSourceEvery: 190,
      payload: (index) => toneFrame(frequency, index),
    }, { seed, loss: 0.1, jitterMs: 60 })
    const began = performance.now()
    let from: RtpPeer = line.voice
    for (const [index, { atMs, bytes }] of arrivals.entries()) {
      const waitMs = began + atMs - performance.now()
      if (waitMs > 2) await line.pause(waitMs)
      line.voice.lateMs = Math.max(line.voice.lateMs, performance.now() - began - atMs)
      if (from === line.voice && index % 10 === 0 && moved(line)) from = line.other
      from.raw(line.port, Buffer.from(bytes))
    }
  }
}

/** The answer to the re-INVITE with this number is here. */
function agreed(cseq: number): (line: Line) => boolean {
  return ({ messages }) => messages().some(({ direction, text }) =>
    direction === 'received' && text.startsWith('SIP/2.0 200') && new RegExp(`^CSeq: ${cseq} INVITE`, 'm').test(text))
}

const recorded = { settings: { recordCalls: true }, media: { recordConsent: false } } satisfies Partial<CallCase>
const answered = {
  outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'], trace: ['recording:true'],
} as const

const announcement = (): CallCase => {
  let heard: Int16Array = new Int16Array()
  return {
    name: 'announcement: nobody answers, the caller hears so without being answered',
    phones: [{ scenario: 'uas-ring-until-missed' }],
    callers: [{
      scenario: 'uac-announcement-expect-480',
      talk: async ({ voice, port, seen }) => {
        voice.talk(port, 0)
        await seen(/^SIP\/2\.0 480/)
        heard = voice.heard()
      },
    }],
    records: [{ outcome: 'missed', status: 480, endedBy: 'service', legs: ['noAnswer'] }],
    check: async ({ callers }) => {
      must(Number.isNaN(seenAt(callers[0]?.messages, 'SIP/2.0 200')), 'he was answered')
      const { correlation } = await alignAside(samplesOf(promptFile('unavailable'))[0]!, heard)
      measured(correlation > 0.9, `what he heard correlates ${correlation.toFixed(3)} with the announcement`)
    },
  }
}

const plain = (): CallCase => {
  const speakers: Speakers = []
  return {
    ...recorded,
    name: 'recording: two tones, one in each channel, without a hole',
    phones: [{ scenario: 'uas-answer-with-rtp', pauseMs: 300, talk: says(phoneTone, speakers) }],
    callers: [{
      scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 4000, talk: says(callerTone, speakers),
    }],
    records: [answered],
    check: async (played) => {
      await holdsBothTones(played, speakers, { share: 0.9, lengthMs: 3500 })
      await lastsAsTheCall(played)
    },
  }
}

const rough = (): CallCase => {
  const speakers: Speakers = []
  return {
    ...recorded,
    name: 'recording: hold, port change, 10 % loss, 60 ms jitter, other sources, sequence wrap, on both sides',
    phones: [{
      scenario: 'uas-answer-hold-and-move', pauseMs: 300,
      talk: speaksRoughly(phoneTone, 11, 11, agreed(2), speakers),
    }],
    callers: [{
      scenario: 'uac-hold-and-move-expect-answer', pauseMs: 2500,
      talk: speaksRoughly(callerTone, 12, 9, agreed(4), speakers),
    }],
    records: [answered],
    check: async (played) => {
      await holdsBothTones(played, speakers, { share: 0.6, lengthMs: 7500 })
      await lastsAsTheCall(played)
    },
  }
}

export const recordingCases: readonly CallCase[] = [
  plain(),
  rough(),
  {
    ...recorded,
    name: 'recording: the announcement is part of it',
    phones: [{ scenario: 'uas-answer-with-rtp', pauseMs: 300, talk: says(0) }],
    callers: [{ scenario: 'uac-call-with-rtp-expect-answer', pauseMs: 2500, talk: says(0) }],
    media: { recordConsent: true },
    records: [answered],
    check: async ({ scene, records }) => {
      const wanted = samplesOf(promptFile('consent'))[0]!
      const channels = channelsOf(scene, await recordingOf(scene, records[0]?.id ?? ''))
      // What the caller is told stands where the other side does: he hears both.
      const { correlation } = await alignAside(wanted, channels[1]!)
      measured(correlation > 0.9, `the right channel correlates ${correlation.toFixed(3)} with the announcement`)
    },
  },
  {
    name: 'recording: a rule that says no wins over the subscriber who says yes: direct, nothing is recorded',
    settings: { recordCalls: true }, rules: [{ record: false }],
    phones: [{ scenario: 'uas-ring-answer' }], callers: [{ scenario: 'uac-call-expect-answer' }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }],
    check: async ({ scene, records }) => {
      const found = await loadRecording(scene.db, scene.subscriberId, records[0]?.id ?? '')
      must(found === undefined, `there is a recording, ${found?.state}`)
    },
  },
  announcement(),
]
