/**
 * What a page shows, said once it shows it: asked again until the answer is the wanted one, for an
 * answer of the server and its drawing come when they come. Fails with what was there last.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'

const patienceMs = 30_000
const pauseMs = 20

/** The first answer that `fits`; the last one when none does in time. */
async function answer<T>(ask: () => Promise<T>, fits: (seen: T) => boolean): Promise<T> {
  for (const end = performance.now() + patienceMs; ;) {
    const late = performance.now() > end
    try {
      const seen = await ask()
      if (fits(seen) || late) return seen
    } catch (fault) {
      // An element may be drawn anew, or the page be left, just while it is asked.
      if (late) throw fault
    }
    await new Promise((done) => { setTimeout(done, pauseMs) })
  }
}

/** Waits until `ask` answers `wanted`: `await shows(t, () => rows.count(), 3, 'a row each')`. */
export async function shows<T>(
  t: Test, ask: () => Promise<T>, wanted: NoInfer<T>, name = 'the page shows it',
): Promise<void> {
  t.strictSame(await answer(ask, (seen) => isDeepStrictEqual(seen, wanted)), wanted, name)
}

/** Waits until what `ask` answers has `wanted` in it, or matches it. */
export async function tells(
  t: Test, ask: () => Promise<string | null | undefined>, wanted: string | RegExp,
  name = 'the page tells it',
): Promise<void> {
  const fits = (seen: string): boolean =>
    typeof wanted === 'string' ? seen.includes(wanted) : wanted.test(seen)
  t.match(await answer(async () => await ask() ?? '', fits), wanted, name)
}
