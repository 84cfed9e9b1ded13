/**
 * Legs of calls as rows: they are stored as one JSON document per call, and SQL looks into it by
 * place. JSON_TABLE would be shorter, but TiDB has none.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

/** Legs beyond these are those of a circle: the same phones again. */
const placesSeen = 20

/** A table `place(n)` to be joined: `n < JSON_LENGTH(c.legs)` makes a row of each leg. */
export const places: RawBuilder<{ n: number }> = sql.raw(
  `(SELECT 0 AS n${Array.from({ length: placesSeen - 1 }, (_, i) => ` UNION ALL SELECT ${i + 1}`)
    .join('')})`,
)

/** A member of the leg at this place, as text; 'null' and NULL where it has none. */
export function ofLeg(name: 'targetId' | 'address' | 'outcome'): RawBuilder<string | null> {
  return sql<string | null>`JSON_UNQUOTE(JSON_EXTRACT(c.legs, CONCAT('$[', place.n, '].',
    ${sql.lit(name)})))`
}

/** Milliseconds until the leg at this place answered; NULL when it did not. */
export const answerMsOfLeg: RawBuilder<number | null> = sql<number | null>`
  IF(JSON_TYPE(JSON_EXTRACT(c.legs, CONCAT('$[', place.n, '].answerMs'))) IN ('INTEGER', 'DOUBLE'),
    JSON_EXTRACT(c.legs, CONCAT('$[', place.n, '].answerMs')) -
    JSON_EXTRACT(c.legs, CONCAT('$[', place.n, '].startMs')), NULL)`
