/**
 * What people are told without being asked: announcements before a refusal, ringback, consent to a
 * recording, a word to a phone that was too late, a code. Each settles when it was heard, when the
 * endpoint goes or when its signal is aborted.
 */
import type { Clock } from '../../clock.ts'
import type { Announcement } from '../../call/events.ts'
import type { Endpoint } from '../media-port.ts'
import type { Language, PromptId, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'

const announced: Readonly<Record<Announcement, PromptId>> = {
  unavailable: 'unavailable', refused: 'refused', hiddenNumberRefused: 'hidden-refused',
}
/** Time for the far end to open its ear: the first words of an early medium are often cut off. */
const lead = 'silence_stream://300'
/** The Russian ringing tone (ITU-T E.180): 425 Hz, 1 s on, 4 s off. */
const ringingTone = 'tone_stream://%(1000,4000,425);loops=-1'
/** Sound that ends sooner is no sound: it must not be begun anew at once, for ever. */
const shortestSoundMs = 500
/** One list of a looped sound. */
const repeats = 20

/** Tells a caller who will be refused why. */
export async function announce(
  endpoint: Endpoint, prompts: Prompts, language: Language, prompt: Announcement,
  signal?: AbortSignal,
): Promise<void> {
  await say(endpoint, [lead, ...prompts.say(language, announced[prompt])], signal)
}

/** Tells an answered phone that it is not needed any more. */
export async function tell(
  endpoint: Endpoint, prompts: Prompts, language: Language, what: 'taken' | 'callerGone',
  signal?: AbortSignal,
): Promise<void> {
  const id = what === 'taken' ? 'taken' : 'caller-gone'
  await say(endpoint, prompts.say(language, id), signal)
}

/** "This call is recorded" to both sides at once; settles when both have heard it. */
export async function playConsent(
  endpoints: readonly Endpoint[], prompts: Prompts, language: Language, signal?: AbortSignal,
): Promise<void> {
  const files = prompts.say(language, 'consent')
  await Promise.all(endpoints.map((endpoint) => say(endpoint, files, signal)))
}

/**
 * Ringback until the signal is aborted: the first of `files` that can be heard, over and over, or
 * the network's own tone when none can.
 */
export async function playRingback(
  endpoint: Endpoint, files: readonly string[], clock: Clock, signal: AbortSignal,
): Promise<void> {
  const talk = new Talk(endpoint, signal)
  for (const file of files) {
    let isHeard = true
    while (isHeard) {
      const startMs = clock.nowMs()
      const result = await talk.play(Array<string>(repeats).fill(file))
      if (result === 'over') return talk.end()
      isHeard = result === 'heard' && clock.nowMs() - startMs >= shortestSoundMs
    }
  }
  await talk.say([ringingTone])
  talk.end()
}

/** Says a code three times, digit by digit. True when it was heard at least once. */
export async function speakCode(
  endpoint: Endpoint, prompts: Prompts, language: Language, code: string, signal?: AbortSignal,
): Promise<boolean> {
  const talk = new Talk(endpoint, signal)
  const digits = prompts.digits(language, code)
  const wasHeard = await talk.say([lead, ...prompts.say(language, 'code-intro'), ...digits])
  for (let again = 0; again < 2; again++) {
    await talk.say([lead, ...prompts.say(language, 'code-again'), ...digits])
  }
  await talk.say(prompts.say(language, 'goodbye'))
  talk.end()
  return wasHeard
}

/** Says files that are ready to be said. */
export async function say(
  endpoint: Endpoint, files: readonly string[], signal: AbortSignal | undefined,
): Promise<void> {
  const talk = new Talk(endpoint, signal)
  await talk.say(files)
  talk.end()
}
