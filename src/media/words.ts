/**
 * The words of an application's or a command's argument. A word with blanks stands between single
 * quotes, as the event sockets in the field take it.
 */
import type { Octets } from '../esl/frame.ts'

/** 'a 'b c' d' → a, b c, d. A quote that is not closed goes to the end. */
export function splitWords(argument: Octets): string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  for (const character of argument) {
    if (character === "'" && (isQuoted || word === '')) isQuoted = !isQuoted
    else if (!isQuoted && isBlank(character)) {
      if (word !== '') words.push(word)
      word = ''
    } else word += character
  }
  if (word !== '') words.push(word)
  return words
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}
