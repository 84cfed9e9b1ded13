/**
 * Whether a caller is one of those a rule or a list is for: masks, lists, withheld and unknown
 * numbers, and the turned-around condition. Also reads masks as people type them. Numbers are
 * compared as E.164 (`readNumber`); a caller whom the network names otherwise ('900', 'anna') is
 * compared letter by letter. It knows no rules and no schedules.
 */
import type { CallerCondition, CallerList, CallerMask } from './caller-list.ts'
import type { Caller } from './events.ts'
import type { NumberFault } from './number.ts'
import { readNumber } from './number.ts'
import type { Address } from './subscriber.ts'

/** What a mask may be wrong in: a number's faults, or it would match nearly everybody. */
export type MaskFault = NumberFault | 'starInside' | 'tooWide'

export type MaskReading =
  | { readonly ok: true; readonly mask: CallerMask }
  | { readonly ok: false; readonly why: MaskFault }

/** The entry of a list that means callers who withhold their number. */
export const anonymousEntry = 'anonymous'

/** The id of the list that is refused before every rule. */
export const blockedListId = 'blocked'

/** A mask of fewer digits would take in whole countries. */
const leastPrefixDigits = 2
const maxPrefixDigits = 14
const maxNameLength = 64

/**
 * Reads what a person types into a list of callers: a number in any of the ways `readNumber` takes,
 * the beginning of numbers ended by a star, a short number as the network shows it ('900'), a name
 * of a SIP caller ('anna'), or 'anonymous'.
 *
 *     parseMask('8 495 *')          → { ok: true, mask: '+7495*' }
 *     parseMask('8 (916) 123-45-67') → { ok: true, mask: '+79161234567' }
 *     parseMask('*')                → { ok: false, why: 'tooWide' }
 */
export function parseMask(text: string, country = 'RU'): MaskReading {
  const trimmed = text.trim()
  const star = trimmed.indexOf('*')
  if (star >= 0) {
    if (star < trimmed.length - 1) return { ok: false, why: 'starInside' }
    return readPrefix(trimmed.slice(0, -1), country)
  }
  if (trimmed === anonymousEntry || isName(trimmed)) return { ok: true, mask: trimmed }
  const short = digitsOf(trimmed)
  if (short !== undefined && isShortNumber(short)) return { ok: true, mask: short }
  const reading = readNumber(trimmed, country)
  return reading.ok ? { ok: true, mask: reading.address } : reading
}

/** A mask that takes in nearly every number: nothing, a star, a star behind one digit. */
export function isTooWide(mask: CallerMask): boolean {
  if (mask === '') return true
  if (mask.charCodeAt(mask.length - 1) !== starCode) return false
  const digits = mask.length - (mask.charCodeAt(0) === plusCode ? 2 : 1)
  return digits < leastPrefixDigits
}

/** Whether `number`, as `callerNumber` returns it, is meant by `mask`. */
export function matchesMask(mask: CallerMask, number: Address): boolean {
  const last = mask.length - 1
  if (mask.charCodeAt(last) !== starCode) return mask === number
  if (number.length < last) return false
  for (let i = 0; i < last; i += 1) if (mask.charCodeAt(i) !== number.charCodeAt(i)) return false
  return true
}

/** The first entry of `list` that means this caller, or undefined. */
export function matchingEntry(list: CallerList, caller: Caller): CallerMask | undefined {
  return isHidden(caller)
    ? list.entries.find((entry) => entry === anonymousEntry)
    : entryFor(list, callerNumber(caller))
}

/**
 * Whether `caller` is one of those `condition` is for. A withheld number is in no list but through
 * its entry 'anonymous', and never 'unknown': that word is for numbers that can be seen. A
 * condition that asks for nothing is met by nobody, turned around by everybody.
 */
export function meetsCondition(
  condition: CallerCondition,
  caller: Caller,
  lists: readonly CallerList[],
): boolean {
  return isMeant(condition, caller, lists) !== condition.except
}

/**
 * The same for the ordinary caller whom overview and timeline think of: his number can be seen, and
 * no list or mask has it. He is not called unknown, or every picture would show only the rule for
 * strangers; so a rule is for him when it is for everybody except some who are named.
 */
export function meetsOrdinary(condition: CallerCondition): boolean {
  return condition.except && !condition.unknown
}

/** Whether the caller withholds his number. */
export function isHidden(caller: Caller): boolean {
  return caller.anonymous || caller.number === ''
}

/** His number as lists have it: E.164 where it can be read, as the network has it otherwise. */
export function callerNumber(caller: Caller): Address {
  const { number } = caller
  if (number.charCodeAt(0) === plusCode || isShortNumber(number)) return number
  const reading = readNumber(number)
  return reading.ok ? reading.address : number
}

const starCode = 42
const plusCode = 43

function isMeant(
  condition: CallerCondition,
  caller: Caller,
  lists: readonly CallerList[],
): boolean {
  if (isHidden(caller)) {
    return condition.anonymous || condition.lists.some((id) =>
      listOf(lists, id)?.entries.includes(anonymousEntry) === true)
  }
  const number = callerNumber(caller)
  for (const mask of condition.masks) if (matchesMask(mask, number)) return true
  for (const id of condition.lists) {
    const list = listOf(lists, id)
    if (list !== undefined && entryFor(list, number) !== undefined) return true
  }
  return condition.unknown && !lists.some((list) => entryFor(list, number) !== undefined)
}

function listOf(lists: readonly CallerList[], id: string): CallerList | undefined {
  return lists.find((list) => list.id === id)
}

function entryFor(list: CallerList, number: Address): CallerMask | undefined {
  for (const entry of list.entries) if (matchesMask(entry, number)) return entry
  return undefined
}

/** '8495' → '+7495*', '+7495' → '+7495*', '495' → '+7495*' in Russia. */
function readPrefix(text: string, country: string): MaskReading {
  const dialled = digitsOf(text)
  if (dialled === undefined) return { ok: false, why: 'letters' }
  const prefix = internationalPrefix(dialled, country)
  const digits = prefix.length - 1
  if (digits < leastPrefixDigits) return { ok: false, why: 'tooWide' }
  if (digits > maxPrefixDigits) return { ok: false, why: 'tooLong' }
  if (prefix.charAt(1) === '0') return { ok: false, why: 'unassigned' }
  return { ok: true, mask: `${prefix}*` }
}

function internationalPrefix(dialled: string, country: string): string {
  if (dialled.startsWith('+')) return dialled
  if (country !== 'RU') return `+${dialled.startsWith('00') ? dialled.slice(2) : dialled}`
  if (dialled.startsWith('810')) return `+${dialled.slice(3)}`
  if (dialled.startsWith('00')) return `+${dialled.slice(2)}`
  if (dialled.startsWith('8')) return `+7${dialled.slice(1)}`
  // Russian codes begin with 3, 4 and 9; what begins otherwise is a country's own.
  return '349'.includes(dialled.charAt(0)) ? `+7${dialled}` : `+${dialled}`
}

/** The digits of `text` with its leading plus; undefined when there is more than separators. */
function digitsOf(text: string): string | undefined {
  let digits = ''
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (isDigit(code)) digits += text.charAt(i)
    else if (code === plusCode && digits === '') digits = '+'
    else if (!isGap(code)) return undefined
  }
  return digits
}

/** Banks, networks and services call from these; they are no E.164 and never will be. */
function isShortNumber(text: string): boolean {
  if (text.length < 2 || text.length > 6) return false
  for (let i = 0; i < text.length; i += 1) if (!isDigit(text.charCodeAt(i))) return false
  return true
}

/** The user part of a SIP caller: begins with a letter, RFC 3261 unreserved marks inside. */
function isName(text: string): boolean {
  if (text.length === 0 || text.length > maxNameLength) return false
  if (!isLetter(text.charCodeAt(0))) return false
  for (let i = 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (!isLetter(code) && !isDigit(code) && !'-_.'.includes(text.charAt(i))) return false
  }
  return true
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** What people put between digits: blanks, brackets, dashes, dots. */
function isGap(code: number): boolean {
  return code === 32 || code === 0xa0 || code === 0x202f || code === 40 || code === 41 ||
    code === 45 || code === 46 || (code >= 0x2010 && code <= 0x2015)
}
