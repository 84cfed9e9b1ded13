/**
 * Voicemail: greeting, tone, message. A message is a row before its first sample is written, so
 * that a crash loses nothing; what is shorter than a second, and what a caller who hangs up before
 * the tone leaves behind, is no message.
 */
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Endpoint } from '../media-port.ts'
import type { MediaLibrary, NewMessage } from '../ports.ts'
import { beep } from './prompts.ts'
import type { Language, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'
import { textOf, within } from './within.ts'

export interface MessagePorts {
  readonly library: MediaLibrary
  readonly prompts: Prompts
  readonly clock: Clock
  readonly log: Log
  /** As media servers see it. */
  readonly recordingsFolder: string
  /** A new id, 32 hex digits. */
  readonly newId: () => string
}

export interface MessageWishes {
  readonly call: Pick<
    NewMessage, 'subscriberId' | 'callId' | 'caller' | 'callerName' | 'anonymous' | 'dialled'>
  readonly language: Language
  /** Relative to the recordings folder; undefined = the standard greeting. */
  readonly greetingFile: string | undefined
  /** 3–180. */
  readonly maxSeconds: number
  /** Silence that ends the message; 0 = never. */
  readonly silenceSeconds: number
}

export interface MessageResult {
  readonly kept: boolean
  readonly durationMs: number
}

/** A caller who says nothing for a second had nothing to say. */
const leastMessageMs = 1000
/** A caller is not kept waiting for a database that does not answer. */
const libraryMs = 5000
const nothing: MessageResult = { kept: false, durationMs: 0 }

/**
 * Greets the caller and takes his message. Always settles. When it was kept the library has it
 * before the caller hears so; '#', silence and the limit end it.
 */
export async function takeMessage(
  endpoint: Endpoint, wishes: MessageWishes, ports: MessagePorts, signal?: AbortSignal,
): Promise<MessageResult> {
  const talk = new Talk(endpoint, signal)
  const result = await greet(talk, wishes, ports) ? await take(talk, wishes, ports) : nothing
  talk.end()
  return result
}

/** The subscriber's own greeting, or the standard one when that cannot be had. */
async function greet(talk: Talk, wishes: MessageWishes, ports: MessagePorts): Promise<boolean> {
  const { language, greetingFile } = wishes
  if (greetingFile !== undefined) {
    const result = await talk.play([join(ports.recordingsFolder, greetingFile)])
    if (result !== 'missing') return result === 'heard'
    ports.log.warn({ call: wishes.call.callId }, 'own greeting is missing')
  }
  return talk.say(ports.prompts.say(language, 'greeting'))
}

async function take(
  talk: Talk, wishes: MessageWishes, ports: MessagePorts,
): Promise<MessageResult> {
  const { library, prompts, clock } = ports
  const id = ports.newId()
  const message: NewMessage = {
    ...wishes.call, id, file: `messages/${wishes.call.subscriberId}/${id}.wav`,
    startedAt: clock.wallMs(),
  }
  const begun = inTime(ports, 'begin', library.beginMessage(message))
  const [isBegun] = await Promise.all([begun, talk.say([beep])])
  if (!isBegun) {
    await talk.say(prompts.say(wishes.language, 'message-impossible'))
    return nothing
  }
  const { durationMs } = await talk.record(join(ports.recordingsFolder, message.file), {
    maxSeconds: wishes.maxSeconds, silenceSeconds: wishes.silenceSeconds, endKey: '#',
  })
  if (durationMs < leastMessageMs) {
    await inTime(ports, 'discard', library.discardMessage(id))
    return nothing
  }
  // What the library cannot finish now it mends from the file: the message is not lost.
  await inTime(ports, 'finish', library.finishMessage(id, durationMs))
  await talk.say(prompts.say(wishes.language, 'message-kept'))
  return { kept: true, durationMs }
}

/** False when the library could not, or not in time. */
async function inTime(ports: MessagePorts, what: string, work: Promise<void>): Promise<boolean> {
  try {
    await within(ports.clock, libraryMs, what, work)
    return true
  } catch (error) {
    ports.log.error({ what, error: textOf(error) }, 'voicemail library')
    return false
  }
}
