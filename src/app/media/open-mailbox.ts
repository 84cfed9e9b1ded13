/**
 * The mailbox by telephone: the subscriber calls his own personal number, gives his PIN and hears
 * his messages. Who calls is never enough (a forwarded call shows anybody's number); the PIN is
 * asked every time, and the library counts wrong ones.
 */
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { localTimeAt } from '../../call/zone.ts'
import type { Address } from '../../call/subscriber.ts'
import { maskNumber } from '../../log.ts'
import type { Log } from '../../log.ts'
import type { Endpoint } from '../media-port.ts'
import type { MediaLibrary, StoredMessage } from '../ports.ts'
import type { Language, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'
import { textOf } from './within.ts'

export interface MailboxPorts {
  readonly library: MediaLibrary
  readonly prompts: Prompts
  readonly clock: Clock
  readonly log: Log
  /** As media servers see it. */
  readonly recordingsFolder: string
}

export interface MailboxWishes {
  readonly subscriberId: string
  readonly language: Language
  readonly zone: string
  /** The phone he calls from. */
  readonly address: Address
}

const pinTries = 3
/** Time to begin and to go on typing. */
const pinWaitMs = 7000
/** After a message, before the menu is said. */
const afterMessageMs = 1000
const menuWaitMs = 5000
const menuTries = 2
/** Keys that end the call. */
const endKeys = '0#'
const menuKeys = `123${endKeys}`

/** Opens the mailbox. Always settles; the caller is to be hung up after that. */
export async function openMailbox(
  endpoint: Endpoint, wishes: MailboxWishes, ports: MailboxPorts, signal?: AbortSignal,
): Promise<void> {
  const talk = new Talk(endpoint, signal)
  try {
    if (await isOwner(talk, wishes, ports)) await readMessages(talk, wishes, ports)
  } catch (error) {
    ports.log.error({ error: textOf(error) }, 'mailbox')
    await talk.say(ports.prompts.say(wishes.language, 'mailbox-trouble'))
  }
  talk.end()
}

async function isOwner(talk: Talk, wishes: MailboxWishes, ports: MailboxPorts): Promise<boolean> {
  const { language, subscriberId } = wishes
  const { prompts, library } = ports
  for (let attempt = 0; attempt < pinTries; attempt++) {
    const question = attempt === 0 ? 'mailbox-pin' as const : 'mailbox-pin-again' as const
    const digits = await talk.ask({
      files: prompts.say(language, question), min: 1, max: 12, tries: 2,
      firstDigitMs: pinWaitMs, nextDigitMs: pinWaitMs / 2, endKey: '#',
    })
    if (digits === undefined) return false
    const verdict = await library.checkPin(subscriberId, digits)
    if (verdict === 'right') return true
    if (verdict !== 'wrong') {
      const why = verdict === 'none' ? 'mailbox-closed' : 'mailbox-locked'
      await talk.say(prompts.say(language, why))
      return false
    }
  }
  await talk.say(prompts.say(language, 'mailbox-pin-wrong'))
  return false
}

async function readMessages(talk: Talk, wishes: MailboxWishes, ports: MailboxPorts): Promise<void> {
  const { language } = wishes
  const { prompts } = ports
  const messages = await ports.library.messages(wishes.subscriberId)
  if (messages.length === 0) {
    await talk.say(prompts.say(language, 'no-messages', 'goodbye'))
    return
  }
  const unheard = messages.filter(({ heardAt }) => heardAt === undefined).length
  await talk.say(prompts.newMessages(language, unheard))
  for (const message of messages) {
    const goesOn = await offerMessage(talk, message, wishes, ports)
    if (!goesOn || talk.isOver) {
      await talk.say(prompts.say(language, 'goodbye'))
      return
    }
  }
  await talk.say(prompts.say(language, 'no-more-messages', 'goodbye'))
}

/** One message, as often as he wants to hear it; false when he wants no further one. */
async function offerMessage(
  talk: Talk, message: StoredMessage, wishes: MailboxWishes, ports: MailboxPorts,
): Promise<boolean> {
  const { subscriberId, language, address } = wishes
  const { prompts, library, log } = ports
  for (;;) {
    const key = await playMessage(talk, message, wishes, ports) ?? await talk.choose({
      files: prompts.say(language, 'mailbox-menu'), keys: menuKeys, tries: menuTries,
      waitMs: menuWaitMs,
    })
    if (key === undefined || endKeys.includes(key)) return false
    if (key === '2') return true
    if (key === '3') {
      await library.removeMessage(subscriberId, message.id)
      log.info({ message: message.id, by: maskNumber(address) }, 'message removed by telephone')
      return talk.say(prompts.say(language, 'deleted'))
    }
  }
}

/** Plays one message; the key pressed meanwhile, if any. It counts as heard when it was. */
async function playMessage(
  talk: Talk, message: StoredMessage, wishes: MailboxWishes, ports: MailboxPorts,
): Promise<string | undefined> {
  const { zone, language, subscriberId, address } = wishes
  const { prompts, clock, library } = ports
  const header = [
    ...prompts.sender(language, message.caller, message.anonymous),
    ...prompts.moment(language, localTimeAt(zone, message.startedAt),
      localTimeAt(zone, clock.wallMs())),
  ]
  const startMs = clock.nowMs()
  const key = await talk.choose({
    files: [...header, join(ports.recordingsFolder, message.file)], keys: menuKeys, tries: 1,
    waitMs: afterMessageMs,
  })
  // Who hangs up at the end of a message has heard it; who does so at its beginning has not.
  if (!talk.isOver || clock.nowMs() - startMs >= message.durationMs) {
    await library.messageHeard(subscriberId, message.id, address)
  }
  return key
}
