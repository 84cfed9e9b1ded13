/**
 * What is said to people, as lists of sound files: fixed sentences, telephone numbers, counts and
 * times of day, in Russian and English. Words follow each other as the languages want it, numerals
 * agree with their nouns. Where the files are is the shelf's business; the texts are in
 * prompts/texts.json.
 */
import type { LocalTime } from '../../call/zone.ts'
import type { Address } from '../../call/subscriber.ts'

export type Language = 'ru' | 'en'

/** Sentences and words that have a file in each language. */
export type PromptId =
  | 'greeting' | 'message-kept' | 'message-impossible'
  | 'consent' | 'unavailable' | 'refused' | 'hidden-refused'
  | 'calling-you' | 'hidden-number' | 'internet-phone' | 'press-1' | 'press-2-3'
  | 'taken' | 'caller-gone'
  | 'mailbox-pin' | 'mailbox-pin-again' | 'mailbox-pin-wrong' | 'mailbox-locked'
  | 'mailbox-closed' | 'mailbox-trouble' | 'mailbox-menu' | 'deleted' | 'goodbye'
  | 'you-have' | 'new-message' | 'new-messages-few' | 'new-messages-many'
  | 'no-new-messages' | 'no-messages' | 'no-more-messages'
  | 'message-from' | 'message-hidden' | 'message-internet'
  | 'today-at' | 'yesterday-at' | 'earlier-at'
  | 'hour' | 'hours-few' | 'hours-many' | 'minute' | 'minutes-few' | 'minutes-many'
  | 'greeting-ask' | 'greeting-check' | 'greeting-menu' | 'greeting-kept' | 'greeting-short'
  | 'greeting-lost'
  | 'code-intro' | 'code-again' | 'test-call' | 'plus'
  | 'n-1-feminine' | 'n-1-neuter' | 'n-2-feminine'
  | `n-${number}`

/** Path, as the media servers see it, of a file named like 'ru/greeting.wav'. */
export type PromptShelf = (file: string) => string

/** The tone after which a message begins. */
export const beep = 'tone_stream://%(400,0,1000)'
/** A pause in a sentence. */
const breath = 'silence_stream://100'

type Gender = 'masculine' | 'feminine' | 'neuter'

export class Prompts {
  readonly #shelf: PromptShelf

  constructor(shelf: PromptShelf) {
    this.#shelf = shelf
  }

  /** The operator's ringback. */
  get music(): string {
    return this.#shelf('music.wav')
  }

  say(language: Language, ...ids: readonly PromptId[]): string[] {
    return ids.map((id) => this.#shelf(`${language}/${id}.wav`))
  }

  /** Who calls: his number digit by digit, or why it cannot be said. */
  caller(language: Language, number: Address, anonymous: boolean): string[] {
    if (anonymous || number === '') return this.say(language, 'hidden-number')
    if (!isTelephone(number)) return this.say(language, 'internet-phone')
    return this.#number(language, number)
  }

  /** From whom a message is. */
  sender(language: Language, number: Address, anonymous: boolean): string[] {
    if (anonymous || number === '') return this.say(language, 'message-hidden')
    if (!isTelephone(number)) return this.say(language, 'message-internet')
    return [...this.say(language, 'message-from'), ...this.#number(language, number)]
  }

  /** Each digit for itself, with a breath after each: a code. Other characters are left out. */
  digits(language: Language, text: string): string[] {
    return [...text].filter(isDigit).flatMap((digit) => [...this.#digit(language, digit), breath])
  }

  /** «У вас два новых сообщения.» More than a hundred are called a hundred. */
  newMessages(language: Language, count: number): string[] {
    if (count <= 0) return this.say(language, 'no-new-messages')
    const shown = Math.min(count, 100)
    const noun = nounFor(language, shown, 'new-message', 'new-messages-few', 'new-messages-many')
    return this.say(language, 'you-have', ...cardinal(shown, 'neuter'), noun)
  }

  /** «Сегодня, в четырнадцать часов пять минут», as the wall clock showed it; `now` likewise. */
  moment(language: Language, at: LocalTime, now: LocalTime): string[] {
    const ago = now.day - at.day
    const day = ago <= 0 ? 'today-at' : ago === 1 ? 'yesterday-at' : 'earlier-at'
    const hour = Math.floor(at.minute / 60)
    const minute = at.minute % 60
    const hours = nounFor(language, hour, 'hour', 'hours-few', 'hours-many')
    const minutes = nounFor(language, minute, 'minute', 'minutes-few', 'minutes-many')
    return this.say(language, day, ...cardinal(hour, 'masculine'), hours,
      ...cardinal(minute, 'feminine'), minutes)
  }

  /** 7 916 123 45 67 as it is said; foreign numbers by threes, after a plus. */
  #number(language: Language, number: Address): string[] {
    const digits = [...number].filter(isDigit)
    const isHome = number.startsWith('+7') && digits.length === 11
    const groups = isHome ? [1, 3, 3, 2, 2] : [3, 3, 3, 3, 3, 3]
    const files = number.startsWith('+') && !isHome ? this.say(language, 'plus') : []
    let at = 0
    for (const length of groups) {
      const group = digits.slice(at, at + length)
      if (group.length === 0) break
      if (at > 0) files.push(breath)
      for (const digit of group) files.push(...this.#digit(language, digit))
      at += length
    }
    return files
  }

  #digit(language: Language, digit: string): string[] {
    return this.say(language, `n-${Number(digit)}`)
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9'
}

/** A number that can be said: digits, perhaps with a plus; a SIP URI cannot. */
function isTelephone(address: Address): boolean {
  const digits = address.startsWith('+') ? address.slice(1) : address
  return digits !== '' && [...digits].every(isDigit)
}

/** Words of a number from 0 to 100. */
function cardinal(count: number, gender: Gender): PromptId[] {
  if (count <= 20 || count % 10 === 0) return [unit(count, gender)]
  return [`n-${count - count % 10}`, unit(count % 10, gender)]
}

function unit(count: number, gender: Gender): PromptId {
  if (count === 1 && gender !== 'masculine') return `n-1-${gender}`
  return count === 2 && gender === 'feminine' ? 'n-2-feminine' : `n-${count}`
}

/** The form of a noun after a count: 1, 2–4, the rest in Russian; 1 and the rest in English. */
function nounFor(
  language: Language, count: number, one: PromptId, few: PromptId, many: PromptId,
): PromptId {
  if (language === 'en') return count === 1 ? one : many
  const tens = count % 100
  if (tens >= 11 && tens <= 14) return many
  const last = count % 10
  return last === 1 ? one : last >= 2 && last <= 4 ? few : many
}
