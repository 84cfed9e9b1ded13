/**
 * One endpoint at a fake media server in virtual time, a library and prompts with plain names: where
 * a dialogue is tested, and what is left when it is over.
 */
import type { Test } from 'tap'
import { pino } from 'pino'
import type { Log } from '../../src/log.ts'
import { Prompts } from '../../src/app/media/prompts.ts'
import type { FakeEndpoint } from './fake-media.ts'
import { FakeMedia } from './fake-media.ts'
import { MailboxLibrary } from './mailbox-library.ts'
import { SteppingClock } from './stepping-clock.ts'

export interface Scene {
  readonly clock: SteppingClock
  readonly media: FakeMedia
  readonly endpoint: FakeEndpoint
  readonly library: MailboxLibrary
  readonly abort: AbortController
  /** Everything that a dialogue may need, by the names of its ports. */
  readonly ports: {
    readonly library: MailboxLibrary
    readonly prompts: Prompts
    readonly clock: SteppingClock
    readonly log: Log
    readonly recordingsFolder: string
    readonly newId: () => string
  }
}

/** Files are told by bare names: 'greeting', 'n-7'; pauses are as they are. */
export async function scene(): Promise<Scene> {
  const clock = new SteppingClock()
  const media = new FakeMedia(clock)
  const library = new MailboxLibrary(clock)
  const share = media.open()
  const made = share.answer('offer')
  await clock.run(media.latencyMs)
  await made
  let ids = 0
  return {
    clock, media, library, endpoint: media.endpoints[0]!, abort: new AbortController(),
    ports: {
      library, clock, prompts: new Prompts((file) => file.replace(/^(ru|en)\/|\.wav$/g, '')),
      log: pino({ level: 'silent' }), recordingsFolder: '/rec', newId: () => String(++ids),
    },
  }
}

/** What was said, asked and recorded, without pauses; the silences and digits of numbers left out. */
export function heard({ endpoint }: Scene): string[] {
  return endpoint.did.map((line) =>
    line.split(' ').filter((word) => !word.startsWith('silence_stream') && !/^(\w\w\/)?n-\d/.test(word)).join(' '))
}

export interface Watched<T> {
  settled: boolean
  value: T | undefined
}

/** Sees whether a promise has settled. */
export function watch<T>(work: Promise<T>): Watched<T> {
  const watched: Watched<T> = { settled: false, value: undefined }
  void work.then((value) => {
    watched.settled = true
    watched.value = value
  })
  return watched
}

/** How a dialogue may be cut off. */
export const cuts: Record<string, (scene: Scene) => void> = {
  'far end hangs up': ({ endpoint }) => endpoint.drop(),
  'nobody wants it': ({ abort }) => abort.abort(),
  'endpoint destroyed': ({ endpoint }) => endpoint.destroy(),
  'server dies': ({ media }) => media.kill(),
}

/**
 * Cuts a dialogue off at every instant from its begin to beyond its end, in each way: it must be
 * over soon after and leave no wake-up; `check` says what else.
 */
export async function cutEverywhere<T>(
  t: Test, start: (scene: Scene) => Promise<T>, lengthMs: number, stepMs: number,
  check: (t: Test, scene: Scene, value: T, what: string) => void,
): Promise<void> {
  for (const [name, cut] of Object.entries(cuts)) {
    for (let at = 0; at <= lengthMs; at += stepMs) {
      const one = await scene()
      const watched = watch(start(one))
      await one.clock.run(at)
      cut(one)
      // Long chains of promises need some turns, though no time.
      for (let turn = 0; turn < 5; turn++) await one.clock.run(20)
      const what = `${name} after ${at} ms`
      if (!watched.settled) t.fail(`${what}: not over, ${heard(one).join('; ')}`)
      else check(t, one, watched.value as T, what)
      if (one.clock.pending !== 0) t.fail(`${what}: ${one.clock.pending} wake-ups are left`)
    }
  }
  t.pass(`${lengthMs / stepMs} instants, ${Object.keys(cuts).length} ways`)
}
