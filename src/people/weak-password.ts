/**
 * Why a password would be guessed soon (NIST SP 800-63B §5.1.1.2): it is common, is made of the
 * login, or repeats itself. Its length is the caller's to check. Pure.
 */
import { commonPasswords } from './common-passwords.ts'

export type Weakness = 'common' | 'login' | 'simple'

/** Fewer different signs than this are a pattern, not a password. */
const leastSigns = 5
/** A shorter login stands in many honest words. */
const shortestLogin = 4
/** What people put around a common word when a form asks for more. */
const trimming = /^[\d\s!-/:-@[-`{-~]+|[\d\s!-/:-@[-`{-~]+$/g
const rows = ['0123456789'.repeat(13), 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm',
  'абвгдеёжзийклмнопрстуфхцчшщъыьэюя', 'йцукенгшщзхъфывапролджэячсмитьбю']

/** A telephone number or a date: a guesser has few of them to try. */
const figuresOnly = /^[\d+().\s-]{1,19}$/

/** The first weakness found; undefined = none. `login`: whose password it would be. */
export function weaknessOf(password: string, login: string): Weakness | undefined {
  const text = password.normalize('NFC').toLowerCase()
  if (new Set(text).size < leastSigns || isRun(text) || figuresOnly.test(text)) return 'simple'
  const name = login.toLowerCase().split('@')[0]!
  if (text === login.toLowerCase() || (name.length >= shortestLogin && text.includes(name)))
    return 'login'
  const unit = unitOf(text)
  const bare = text.replaceAll(trimming, '')
  return [text, unit, bare, unitOf(bare)].some((one) => commonPasswords.has(one))
    ? 'common' : undefined
}

/** The part that a text repeats to its end; the text itself when it does not. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    if (text.length % length === 0 && text === text.slice(0, length).repeat(text.length / length))
      return text.slice(0, length)
  }
  return text
}

/** Signs as they follow each other in an alphabet or on the keyboard, either way. */
function isRun(text: string): boolean {
  const back = [...text].toReversed().join('')
  return rows.some((row) => row.includes(text) || row.includes(back))
}
