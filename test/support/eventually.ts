/**
 * Waiting for the other end of a real socket: polls until something is true, and fails with what
 * was seen rather than hanging. For sockets only; everything else runs in virtual time. The bound is
 * for what never comes: on a machine with no time to spare an answer may take seconds.
 */

/** Resolves once `holds` is true; rejects after `boundMs` with what `describe` says then. */
export async function eventually(holds: () => boolean, describe: () => unknown = () => '', boundMs = 20_000): Promise<void> {
  const end = performance.now() + boundMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`did not come true in ${boundMs} ms: ${String(holds)} ${JSON.stringify(describe())}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
