/**
 * The dialogues of one call as they are really spoken: in the subscriber's language, with his
 * greeting, his music and his limits. Puts `media/` together for the runner.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { IncomingCall } from '../call/events.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { defaultMedia } from '../call/subscriber.ts'
import { callIdentifier } from './call-identifier.ts'
import type { Dialogues, DialoguesFor } from './dialogues.ts'
import { announce, playConsent, playRingback, say, tell } from './media/announcements.ts'
import { askToConfirm } from './media/ask-to-confirm.ts'
import { openMailbox } from './media/open-mailbox.ts'
import type { Prompts } from './media/prompts.ts'
import { takeMessage } from './media/take-message.ts'
import type { MediaLibrary } from './ports.ts'

export interface SpokenDialoguesPorts {
  readonly prompts: Prompts
  /** Absent: there is no voicemail, which callers are told. */
  readonly library: MediaLibrary | undefined
  readonly clock: Clock
  readonly log: Log
  /** As media servers see it. */
  readonly recordingsFolder: string
}

/** Dialogues for each call. */
export function spokenDialogues(ports: SpokenDialoguesPorts): DialoguesFor {
  return (incoming, subscriber) => dialoguesOf(ports, incoming, subscriber)
}

function dialoguesOf(
  ports: SpokenDialoguesPorts, incoming: IncomingCall, subscriber: Subscriber,
): Dialogues {
  const { prompts, library, clock, recordingsFolder } = ports
  const media = subscriber.media ?? defaultMedia
  const { language, musicFile } = media
  const { caller } = incoming
  const call = {
    subscriberId: subscriber.id, callId: incoming.id, caller: caller.number,
    callerName: caller.name, anonymous: caller.anonymous, dialled: incoming.dialled,
  }
  return {
    ringback(endpoint, kind, signal) {
      const own = kind === 'music' && musicFile !== undefined
        ? [`${recordingsFolder}/${musicFile}`] : []
      return playRingback(endpoint, [...own, prompts.music], clock, signal)
    },
    announce: (endpoint, prompt, signal) => announce(endpoint, prompts, language, prompt, signal),
    consent: (one, other, signal) => playConsent([one, other], prompts, language, signal),
    confirm: (endpoint, seconds, signal) =>
      askToConfirm(endpoint, prompts, language, caller, seconds, clock, signal),
    tell: (endpoint, what, signal) => tell(endpoint, prompts, language, what, signal),
    async message(endpoint, greetingFile, signal) {
      if (library === undefined) {
        await say(endpoint, prompts.say(language, 'message-impossible'), signal)
        return { kept: false }
      }
      const newId = (): string => callIdentifier(clock.wallMs())
      return takeMessage(endpoint, {
        call, language, greetingFile, maxSeconds: media.messageSeconds,
        silenceSeconds: media.silenceSeconds,
      }, { ...ports, library, newId }, signal)
    },
    async mailbox(endpoint, signal) {
      if (library === undefined) {
        return say(endpoint, prompts.say(language, 'mailbox-trouble'), signal)
      }
      await openMailbox(endpoint, {
        subscriberId: subscriber.id, language, zone: subscriber.zone, address: caller.number,
      }, { ...ports, library }, signal)
    },
  }
}
