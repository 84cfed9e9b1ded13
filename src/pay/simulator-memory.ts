/**
 * What the simulator remembers: nothing on disk, and not for ever.
 */

/** Payments and bills kept, of each kind. */
const mostKept = 10_000

/** Keeps an entry; the oldest goes when there are too many. */
export function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value)
  if (map.size > mostKept) map.delete(map.keys().next().value!)
}
