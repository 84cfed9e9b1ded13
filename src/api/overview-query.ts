/**
 * The window that «Общее состояние» asks for; apart from its route because the table of routes
 * names it, too.
 */
import * as v from 'valibot'
import { digits } from './schema-fields.ts'

/** Milliseconds since 1970; left out: three days from yesterday's midnight. */
export const overviewQuery = v.object({
  from: v.optional(digits(14)),
  to: v.optional(digits(14)),
})
