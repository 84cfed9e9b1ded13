/**
 * Cases about voicemail: who hangs up when, how long messages are, what ends them, and when it takes
 * the call (issue 3 §3.3; product.md ).
 */
import { recordingJitter } from '../../src/rtp/wait.ts'
import { alignAside } from '../support/align-aside.ts'
import type { CallCase, CallerPlan, PhonePlan, Played } from '../support/call-case.ts'
import { sampleRate } from '../support/heard-sound.ts'
import type { Line, Talk } from '../support/line.ts'
import { measured } from '../support/measured.ts'
import {
  afterBeep, beepMs, greetingMs, keyTone, messagesOf, must, seenAt, sentence, sentenceSamples, silence,
  soundOf,
} from './voices.ts'

/** A caller gets to voicemail at once, and silence does not end his message. */
const atOnce = {
  phones: [], rules: [], settings: { voicemail: true, voicemailAfterSeconds: 0 },
  media: { silenceSeconds: 0 },
} satisfies Partial<CallCase>
const hangsUp: Pick<CallerPlan, 'scenario'> = { scenario: 'uac-call-with-rtp-expect-answer' }
const isHungUp: Pick<CallerPlan, 'scenario'> = { scenario: 'uac-call-with-rtp-expect-callee-hangs-up' }
const quiet: Talk = async ({ voice, port }) => { voice.talk(port, 0) }
const kept = { outcome: 'voicemail', status: 200, trace: ['voicemail:nothingActs:true'] } as const
const missed: PhonePlan = { scenario: 'uas-ring-until-missed' }

/** The caller leaves so long after his ACK. */
const leaves = (when: string, pauseMs: number): CallCase => ({
  ...atOnce,
  name: `voicemail: the caller hangs up ${when}: no message, a missed call in the journal`,
  callers: [{ ...hangsUp, pauseMs: Math.round(pauseMs), talk: quiet }],
  records: [{ outcome: 'missed', status: 200, endedBy: 'caller' }],
  check: async ({ scene }) => must((await messagesOf(scene, 0)).length === 0, 'there is a message'),
})

/** Nobody speaks in the very instant in which the tone ends. */
const breathMs = 300

interface Heard {
  /** When the tone was over, milliseconds since 1970. */
  beepMs: number
  voice?: Line['voice']
}

/** How much later than it was the caller may have known of something, when this process stalled. */
function stallMs({ voice }: Heard): number {
  return voice !== undefined && voice.lateMs > 20 ? voice.lateMs : 0
}

function speaksAfterBeep(heard: Heard, then: Talk): Talk {
  return async (line) => {
    heard.voice = line.voice
    line.voice.talk(line.port, 0)
    heard.beepMs = await afterBeep(line)
    await then(line)
  }
}

/** The message lasts from the end of the tone to the instant the call was ended, ±100 ms. */
async function lasts({ scene, callers }: Played, heard: Heard): Promise<void> {
  const [message] = await messagesOf(scene)
  const ended = seenAt(callers[0]?.messages, 'BYE ')
  const wanted = ended - heard.beepMs
  must(message?.state === 'ready', `its state is ${message?.state}`)
  const seen = message?.durationMs ?? NaN
  measured(Math.abs(seen - wanted) <= 100 + stallMs(heard), `it lasts ${seen} ms instead of ${Math.round(wanted)}`)
}

/** The sentence is in the message, whole; answers where it begins, milliseconds. */
async function holdsSentence(played: Played, heard?: Heard): Promise<number> {
  // Who is held up for longer than a recording waits has said something else.
  const least = heard !== undefined && stallMs(heard) > recordingJitter.minMs / 2 ? 0.5 : 0.95
  const [message] = await messagesOf(played.scene)
  const sound = await soundOf(played.scene, message?.id ?? '')
  const { at, correlation } = await alignAside(sentenceSamples, sound)
  measured(correlation > least, `the message correlates ${correlation.toFixed(3)} with the sentence`)
  return at / sampleRate * 1000
}

const shortMessage = (): CallCase => {
  const heard: Heard = { beepMs: NaN }
  return {
    ...atOnce,
    name: 'voicemail: a message of a second and a bit',
    callers: [{
      ...hangsUp, pauseMs: Math.round(greetingMs + beepMs + 1400),
      talk: speaksAfterBeep(heard, async ({ voice, port }) => { voice.talk(port, 700) }),
    }],
    records: [{ ...kept, endedBy: 'caller' }],
    check: (played) => lasts(played, heard),
  }
}

/** A message that the caller ends by a key, not by hanging up. */
const endedByKey = (how: string, press: Talk): CallCase => {
  const heard: Heard = { beepMs: NaN }
  let pressedMs = NaN
  return {
    ...atOnce,
    name: `voicemail: # ${how} ends the message, it says so and hangs up`,
    callers: [{
      ...isHungUp,
      talk: speaksAfterBeep(heard, async (line) => {
        await line.pause(breathMs)
        await line.voice.say(line.port, sentence)
        line.voice.hush()
        pressedMs = performance.timeOrigin + performance.now()
        await press(line)
        line.voice.talk(line.port, 0)
      }),
    }],
    records: [{ ...kept, endedBy: 'service' }],
    check: async (played) => {
      const [message] = await messagesOf(played.scene)
      const wanted = pressedMs - heard.beepMs
      const seen = message?.durationMs ?? NaN
      // The key may have begun to sound before it was known.
      measured(Math.abs(seen - wanted) <= 250 + stallMs(heard), `it lasts ${seen} ms instead of ${Math.round(wanted)}`)
      await holdsSentence(played, heard)
    },
  }
}

const silenceEnds = (): CallCase => {
  const heard: Heard = { beepMs: NaN }
  let silentMs = NaN
  return {
    ...atOnce,
    name: 'voicemail: two seconds of silence end the message',
    media: { silenceSeconds: 2 },
    callers: [{
      ...isHungUp,
      talk: speaksAfterBeep(heard, async ({ voice, port, pause }) => {
        await pause(breathMs)
        await voice.say(port, sentence)
        silentMs = performance.timeOrigin + performance.now()
      }),
    }],
    records: [{ ...kept, endedBy: 'service' }],
    check: async (played) => {
      const [message] = await messagesOf(played.scene)
      // Before it is known to be silence it has waited with the rest of what is recorded.
      const wanted = silentMs - heard.beepMs + 2000 + recordingJitter.minMs
      const seen = message?.durationMs ?? NaN
      measured(Math.abs(seen - wanted) <= 400 + stallMs(heard), `it lasts ${seen} ms instead of ${Math.round(wanted)}`)
      await holdsSentence(played, heard)
    },
  }
}

/** Speech of SIPp itself: silence for the greeting, then the sentence over and over. */
function longSpeech(seconds: number): Uint8Array {
  const lead = silence(Math.round((greetingMs + beepMs + 500) / 20) * 20)
  const times = Math.ceil(seconds * sampleRate / sentence.length)
  return Buffer.concat([lead, ...Array.from({ length: times }, () => sentence)])
}

/** The sentence is there again and again, at the same distance, from the beginning to the end. */
async function isWhole(
  { scene }: Played, durationMs: number, toleranceMs: number, judge: typeof must,
): Promise<void> {
  const [message] = await messagesOf(scene)
  const seen = message?.durationMs ?? NaN
  judge(Math.abs(seen - durationMs) <= toleranceMs, `it lasts ${seen} ms instead of ${durationMs}`)
  const sound = await soundOf(scene, message?.id ?? '')
  const first = await alignAside(sentenceSamples, sound.subarray(0, sentence.length * 2))
  const times = Math.floor((sound.length - first.at) / sentence.length)
  const likeness: number[] = []
  for (const nth of [0, Math.floor(times / 2), times - 1]) {
    const around = Math.max(0, first.at + nth * sentence.length - 800)
    const there = await alignAside(sentenceSamples, sound.subarray(around, around + sentence.length + 1600))
    likeness.push(there.correlation)
  }
  const [least = 0, middle = 0] = likeness.toSorted((a, b) => a - b)
  // One of them may have met a moment in which the machine was too busy for the media server.
  judge(least > 0.5 && middle > 0.95, `of ${times} sentences the first, middle and last correlate ${
    likeness.map((one) => one.toFixed(3)).join(', ')}`)
}

const minute = (): CallCase => ({
  ...atOnce,
  name: 'voicemail: a message of 60 s, spoken by SIPp',
  callers: [{
    scenario: 'uac-speak-expect-answer', files: { 'speech.ul': longSpeech(64) },
    pauseMs: Math.round(greetingMs + beepMs + 60_000), timeoutSeconds: 90,
  }],
  records: [{ ...kept, endedBy: 'caller' }],
  check: (played) => isWhole(played, 60_000, 250, measured),
})

const threeMinutes = (): CallCase => ({
  ...atOnce,
  name: 'voicemail: the limit of 180 s ends the message, it says so and hangs up',
  callers: [{
    scenario: 'uac-speak-expect-callee-hangs-up', files: { 'speech.ul': longSpeech(190) },
    timeoutSeconds: 215,
  }],
  records: [{ ...kept, endedBy: 'service' }],
  // Too long to be played twice.
  check: (played) => isWhole(played, 180_000, 100, must),
})

const tones = (): CallCase => ({
  ...atOnce,
  name: 'voicemail: # as tones of a telephone that knows no other digits',
  callers: [{
    scenario: 'uac-speak-expect-callee-hangs-up',
    files: { 'speech.ul': Buffer.concat([longSpeech(sentence.length / sampleRate), silence(100), keyTone('#'), silence(500)]) },
  }],
  records: [{ ...kept, endedBy: 'service' }],
  check: async (played) => { await holdsSentence(played) },
})

/** T_voicemail against the wait of the rule. */
const taken = (about: string, afterSeconds: number, waitSeconds: number, wanted: string): CallCase => ({
  name: `voicemail ${about} the wait: the phone rings until then, the caller is greeted`,
  phones: [missed], rules: [{ waitSeconds, noAnswer: 'voicemail' }],
  settings: { voicemail: true, voicemailAfterSeconds: afterSeconds }, media: { silenceSeconds: 0 },
  callers: [{ ...hangsUp, pauseMs: 1000, talk: quiet }],
  records: [{ outcome: 'missed', status: 200, endedBy: 'caller', legs: ['noAnswer'], trace: [`voicemail:${wanted}:true`] }],
  check: ({ callers }) => {
    const rang = seenAt(callers[0]?.messages, 'SIP/2.0 200') - seenAt(callers[0]?.messages, 'INVITE ')
    const due = Math.min(afterSeconds, waitSeconds) * 1000
    measured(rang > due - 50 && rang < due + 900, `taken after ${Math.round(rang)} ms instead of ${due}`)
  },
})

/** Those that last minutes, to be begun first. */
export const longCases: readonly CallCase[] = [threeMinutes(), minute()]

export const voicemailCases: readonly CallCase[] = [
  {
    ...atOnce,
    name: 'voicemail: the caller gives up as it is about to answer: one record, no message',
    callers: [{ scenario: 'uac-cancel-at-once-expect-487', more: ['-default_behaviors', 'all,-abortunexp'] }],
    records: [{ outcome: 'abandoned', status: 487, endedBy: 'caller' }],
  },
  leaves('when the greeting begins', 100),
  leaves('in the middle of the greeting', greetingMs / 2),
  leaves('during the tone', greetingMs + beepMs / 2),
  leaves('half a second after the tone', greetingMs + beepMs + 500),
  shortMessage(),
  endedByKey('by telephone-event', async ({ voice, port }) => { await voice.press(port, '#') }),
  tones(),
  silenceEnds(),
  taken('before', 2, 5, 'timeout'),
  taken('at', 5, 5, 'timeout'),
  taken('after', 8, 5, 'noAnswerAction'),
]
