/**
 * Which calls a query of the journal or of its export asks for.
 */
import type * as v from 'valibot'
import { zoneSegments } from '../call/zone.ts'
import type { CallFilter } from '../store/call-filter.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiDeps } from './context.ts'
import type { exportQuery } from './schema-insight.ts'

/** Farther back nobody looks for an hour of the week. */
const cellWindowMs = 400 * 86_400_000

/** The filter of a query, an hour of the week read in the subscriber's zone. */
export async function filterOf(
  deps: ApiDeps,
  subscriberId: string,
  asked: Omit<v.InferOutput<typeof exportQuery>, 'lang'>,
): Promise<CallFilter> {
  const { q, cell, hasRecording, hasNote, from, to, ...rest } = asked
  const filter = {
    ...rest,
    text: q,
    hasRecording: hasRecording === undefined ? undefined : hasRecording === 'yes',
    hasNote: hasNote === 'yes' ? true : undefined,
  }
  if (cell === undefined) return { ...filter, from, to }
  const { zone } = await loadSubscriber(deps.database.kysely, subscriberId)
  const until = Math.min(to ?? Infinity, nowMs(deps) + 86_400_000)
  const since = Math.max(from ?? 0, until - cellWindowMs)
  const segments = since < until ? zoneSegments(zone, since, until) : []
  return { ...filter, from: since, to: until, cell: { hour: cell, segments } }
}
