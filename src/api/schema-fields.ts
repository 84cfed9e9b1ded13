/**
 * Fields that requests of several schemas have in common. Nothing here is a request by itself.
 */
import * as v from 'valibot'

/** An id made by the store: 32 hex digits. */
export const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'badId'))

/** A local calendar date 'YYYY-MM-DD'. */
export const date = v.pipe(v.string(), v.isoDate())

/** Milliseconds since 1970; the year 9999 is the last that dates of four digits have. */
export const instant = whole(0, 253_402_300_799_999)

/** No control characters and nothing that turns the direction of the text after it around. */
export const visible = v.regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u)

/** The same for text of several lines. */
export const visibleLines = v.regex(/^(?:[^\p{Cc}\u202a-\u202e\u2066-\u2069]|[\n\t])*$/u)

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number) {
  return v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
}

/** A number in the query of an address, in digits only. */
export function digits(length: number) {
  return v.pipe(v.string(), v.regex(new RegExp(`^\\d{1,${length}}$`)), v.transform(Number))
}

/** A name of at most `length` characters, not empty. */
export function title(length: number) {
  return v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(length), visible)
}
