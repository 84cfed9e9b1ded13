/**
 * Recording a greeting by telephone: the subscriber's phone was rung from the panel; he speaks
 * after the tone, hears what he said and keeps it or tries again.
 */
import { join } from 'node:path'
import type { Endpoint } from '../media-port.ts'
import type { MediaLibrary } from '../ports.ts'
import { beep } from './prompts.ts'
import type { Language, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'

export interface GreetingPorts {
  readonly library: MediaLibrary
  readonly prompts: Prompts
  /** As media servers see it. */
  readonly recordingsFolder: string
}

export interface GreetingWishes {
  readonly subscriberId: string
  readonly greetingId: string
  /** Relative to the recordings folder. */
  readonly file: string
  readonly language: Language
}

const maxSeconds = 60
const silenceSeconds = 5
const leastMs = 1000
/** Somebody who is not satisfied after so many has another problem. */
const takes = 5
const menuWaitMs = 6000

/** True when a greeting was kept. Always settles, unless the library's promise does not. */
export async function recordGreeting(
  endpoint: Endpoint, wishes: GreetingWishes, ports: GreetingPorts, signal?: AbortSignal,
): Promise<boolean> {
  const { language, subscriberId, greetingId, file } = wishes
  const { prompts, library, recordingsFolder } = ports
  const talk = new Talk(endpoint, signal)
  const path = join(recordingsFolder, file)
  for (let take = 0; take < takes && !talk.isOver; take++) {
    await talk.say([...prompts.say(language, 'greeting-ask'), beep])
    const { durationMs } = await talk.record(path, { maxSeconds, silenceSeconds, endKey: '#' })
    if (durationMs < leastMs) {
      await talk.say(prompts.say(language, 'greeting-short'))
      continue
    }
    await talk.say([...prompts.say(language, 'greeting-check'), path])
    const key = await talk.choose({
      files: prompts.say(language, 'greeting-menu'), keys: '12', tries: 2, waitMs: menuWaitMs,
    })
    if (key === '1') {
      await library.keepGreeting(subscriberId, greetingId, file, durationMs)
      await talk.say(prompts.say(language, 'greeting-kept'))
      talk.end()
      return true
    }
    if (key === undefined) break
  }
  await talk.say(prompts.say(language, 'greeting-lost'))
  talk.end()
  return false
}
