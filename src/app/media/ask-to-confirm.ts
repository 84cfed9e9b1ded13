/**
 * "Press 1 to accept": the called person hears who calls and takes the call, declines it or sends
 * it to voicemail. An answering machine presses nothing.
 */
import type { Clock } from '../../clock.ts'
import type { Caller } from '../../call/events.ts'
import type { ConfirmChoice } from '../../call/record.ts'
import type { Endpoint } from '../media-port.ts'
import type { Language, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'

const choices: Readonly<Record<string, ConfirmChoice>> = {
  1: 'accept', 2: 'decline', 3: 'voicemail',
}
/** The call waits two seconds longer than a question may take: it is to hear of its end from us. */
const lateMs = 1000

/**
 * Asks, and asks again without saying who calls; after each question a part of `seconds` is left
 * for a key, which may be pressed while the question is still heard, too. All of it takes no longer
 * than a second more than `seconds`. Always settles; 'failed' when the endpoint went or the signal
 * was aborted.
 */
export async function askToConfirm(
  endpoint: Endpoint, prompts: Prompts, language: Language, caller: Caller, seconds: number,
  clock: Clock, signal?: AbortSignal,
): Promise<ConfirmChoice> {
  const limit = new AbortController()
  const stopLimit = clock.wakeAt(
    clock.nowMs() + seconds * 1000 + lateMs, () => limit.abort())
  const signals = signal === undefined ? [limit.signal] : [signal, limit.signal]
  const talk = new Talk(endpoint, AbortSignal.any(signals))
  const keysOnly = prompts.say(language, 'press-1', 'press-2-3')
  const who = [
    ...prompts.say(language, 'calling-you'),
    ...prompts.caller(language, caller.number, caller.anonymous),
  ]
  const menu = { keys: '123', tries: 1, waitMs: seconds * 500 }
  const key = await talk.choose({ ...menu, files: [...who, ...keysOnly] }) ??
    await talk.choose({ ...menu, files: keysOnly })
  talk.end()
  stopLimit()
  if (key !== undefined) return choices[key] ?? 'nobody'
  return limit.signal.aborted || !talk.isOver ? 'nobody' : 'failed'
}
