/**
 * The application's reception over a fake SIP server in virtual time, and the check that a call has
 * left nothing behind.
 */
import type { Test } from 'tap'
import { LiveCalls } from '../../src/app/live-commands.ts'
import type { LadderPolicy } from '../../src/app/live-commands.ts'
import type { LiveBoard } from '../../src/app/live-port.ts'
import { Prompts } from '../../src/app/media/prompts.ts'
import { Meter } from '../../src/app/meter.ts'
import type { ChargeBook } from '../../src/app/ports.ts'
import { Reception } from '../../src/app/reception.ts'
import type { Velocity } from '../../src/app/velocity.ts'
import { spokenDialogues } from '../../src/app/spoken-dialogues.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { directory, invite, NotingJournal, quiet, trunk } from './call-fixtures.ts'
import { FakeCaller, FakeSipServer } from './fake-sip-server.ts'
import type { Phone } from './fake-sip-server.ts'
import { FakeMedia } from './fake-media.ts'
import { NotingLibrary, scriptedDialogues } from './scripted-dialogues.ts'
import { SteppingClock } from './stepping-clock.ts'

export const phoneA = '+79160000001'
export const phoneB = '+79160000002'
export const phoneC = '+79160000003'

export interface World {
  readonly clock: SteppingClock
  readonly server: FakeSipServer
  readonly journal: NotingJournal
  readonly reception: Reception
  readonly media: FakeMedia
  readonly library: NotingLibrary
}

export function world(
  who: Subscriber | undefined, phones: Record<string, Phone>,
  over: { trunks?: readonly Trunk[]; databaseMs?: number; databaseDown?: boolean; personal?: string[]; media?: boolean; spoken?: boolean; withoutLibrary?: boolean; board?: LiveBoard; ladders?: LadderPolicy; velocity?: (clock: SteppingClock) => Velocity; charges?: ChargeBook; clock?: SteppingClock } = {},
): World {
  const clock = over.clock ?? new SteppingClock()
  const server = new FakeSipServer(clock)
  server.phone = (uri) => phones[uri.slice(4, uri.indexOf('@'))] ?? phones[uri]
  const journal = new NotingJournal()
  const find = (number: string): Promise<Subscriber | undefined> => new Promise((resolve, reject) => {
    clock.wakeAt(clock.nowMs() + (over.databaseMs ?? 2), () => {
      if (over.databaseDown) reject(new Error('database does not answer'))
      else resolve(number === who?.number ? who : undefined)
    })
  })
  const media = new FakeMedia(clock)
  const library = new NotingLibrary()
  const reception = new Reception(
    { maxCps: 10, maxLiveCalls: 5, maxCallSeconds: 3600, sessionSeconds: 0, recordingsFolder: '/rec' },
    {
      directory: directory(find, over.trunks ?? [trunk()], over.personal), journal, clock, log: quiet,
      media: over.media === true ? media : undefined,
      library: over.withoutLibrary === true ? undefined : library,
      dialogues: over.spoken === true
        ? spokenDialogues({ prompts: new Prompts((file) => file), library, clock, log: quiet, recordingsFolder: '/rec' })
        : (incoming) => scriptedDialogues(incoming.id, library),
      velocity: over.velocity?.(clock),
      meter: over.charges && new Meter(over.charges, clock, quiet),
      live: over.board && new LiveCalls({ board: over.board, clock, log: quiet }, over.ladders ?? 'all'),
    }, server)
  return { clock, server, journal, reception, media, library }
}

export function call(w: World, headers: Record<string, string> = {}): FakeCaller {
  const caller = new FakeCaller(w.server, invite(headers))
  w.reception.invite(caller, undefined)
  return caller
}

/** Nothing is left of any call. */
export function clean(t: Test, w: World, records = 1): void {
  t.same(w.reception.counts(),
    { calls: 0, legs: 0, timers: 0, trunkLegs: 0, ending: 0, endpoints: 0 }, 'no call, leg, timer or endpoint')
  t.same(w.media.live.map((one) => one.did), [], 'no endpoint at the media server')
  t.same(w.library.open, [], 'no recording left open')
  t.equal(w.clock.pending, 0, 'no wake-up')
  t.equal(w.server.open, 0, 'no open INVITE')
  t.same([...w.server.dialogs], [], 'no dialog')
  t.equal(w.server.listening, 0, 'nobody listens')
  t.same(w.server.breaches, [])
  t.same(w.journal.closed.length, records, 'closed records')
  t.same(w.journal.closed.filter((r) => r.endedAt === undefined || r.outcome === undefined), [])
}

export const answers: Phone = { ringsAfter: 20, finalAfter: 1000, sdp: 'v=0 answer' }
export const rings: Phone = { ringsAfter: 20 }
export const busy: Phone = { finalAfter: 5, status: 486 }
