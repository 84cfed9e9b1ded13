/**
 * Lists of telephone numbers as people write them, with ranges: '+74996740000-+74996740999, 8 499
 * 123-45-67'. Pure; what is a telephone number at all is judged by length.
 */

export interface NumberRange {
  /** Digits of E.164 without plus; both ends belong to it and have the same length. */
  readonly first: bigint
  readonly last: bigint
}

export type RangeFault = 'notANumber' | 'backwards' | 'tooMany' | 'lengthsDiffer'

export interface ReadRanges {
  readonly ranges: readonly NumberRange[]
  readonly faults: readonly { readonly text: string; readonly why: RangeFault }[]
}

const longestShown = 60
/** Two numbers as people write them have less. */
const longestItem = 100

/**
 * Reads a list: one number or range per line, or separated by commas or semicolons. `most`: numbers
 * in all; what goes beyond is 'tooMany'.
 */
export function readRanges(text: string, most: number): ReadRanges {
  const ranges: NumberRange[] = []
  const faults: { text: string; why: RangeFault }[] = []
  let left = BigInt(most)
  for (const part of text.split(/[\n\r,;]+/)) {
    const item = part.trim()
    if (item === '') continue
    const range = item.length > longestItem ? 'notANumber' : readRange(item)
    if (typeof range === 'string') {
      faults.push({ text: item.slice(0, longestShown), why: range })
      continue
    }
    const size = range.last - range.first + 1n
    if (size > left) faults.push({ text: item.slice(0, longestShown), why: 'tooMany' })
    else {
      left -= size
      ranges.push(range)
    }
  }
  return { ranges, faults }
}

/** The numbers of ranges as E.164 with plus, each once, in order of appearance. */
export function numbersOf(ranges: readonly NumberRange[]): readonly string[] {
  const found = new Set<string>()
  for (const { first, last } of ranges)
    for (let at = first; at <= last; at++) found.add(`+${at}`)
  return [...found]
}

/** A hyphen inside of a number is followed by few digits, one between numbers by a whole number. */
function readRange(item: string): NumberRange | RangeFault {
  const whole = readDigits(item)
  if (whole !== undefined && !item.slice(1).includes('+')) return { first: whole, last: whole }
  const middle = /\s*(?:[-–—]|\.\.+)\s*(?=\+|\d{7,15}$)/.exec(item)
  if (middle === null) return 'notANumber'
  const first = readDigits(item.slice(0, middle.index))
  const last = readDigits(item.slice(middle.index + middle[0].length))
  if (first === undefined || last === undefined) return 'notANumber'
  if (String(first).length !== String(last).length) return 'lengthsDiffer'
  return first > last ? 'backwards' : { first, last }
}

/** Digits of E.164; a Russian national number with 8 is one with +7. */
function readDigits(text: string): bigint | undefined {
  if (!/^\+?[\d\s().-]*\d$/.test(text)) return undefined
  const digits = text.replaceAll(/\D/g, '')
  if (digits.length < 7 || digits.length > 15 || digits.startsWith('0')) return undefined
  const isNational = digits.length === 11 && digits.startsWith('8') && !text.startsWith('+')
  return BigInt(isNational ? `7${digits.slice(1)}` : digits)
}
