/**
 * Where an application process meets the panel and the desk about its live calls: commands,
 * watches and ladders behind the interface of `app/live-port.ts`. Two short queries a look, over
 * tables that are empty as a rule.
 */
import type { CallLadder } from '../call/ladder.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import {
  decideCallCommand, openCommandFrom, openCommandsSql,
} from './call-commands.ts'
import type { CommandWhy, OpenCallCommand, OpenCommandRow } from './call-commands.ts'
import { createLadderKeeper, publishLadder, watchedCallsSql } from './call-ladders.ts'
import type { Database } from './database.ts'

export interface LiveBoard {
  look(): Promise<{
    readonly commands: readonly OpenCallCommand[]
    readonly watched: readonly string[]
  }>
  decide(
    commandId: string,
    verdict: { readonly state: 'done' | 'tooLate' | 'failed'; readonly why?: CommandWhy },
  ): Promise<void>
  publish(callId: string, ladder: CallLadder): Promise<void>
  keep(callId: string, read: () => CallLadder): void
  /** Writes the ladders that wait. */
  stop(): Promise<void>
}

const lookTimeoutMs = 2000

/** The board of one application process. */
export function createLiveBoard(options: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): LiveBoard {
  const { database, clock } = options
  const db = database.kysely
  const keeper = createLadderKeeper(options)
  return {
    async look() {
      const [commands, watched] = await Promise.all([
        database.execute<OpenCommandRow>(openCommandsSql, [], lookTimeoutMs),
        database.execute<{ readonly call_id: string }>(watchedCallsSql, [], lookTimeoutMs),
      ])
      return {
        commands: commands.map(openCommandFrom), watched: watched.map((row) => row.call_id),
      }
    },
    decide: (id, verdict) => decideCallCommand(db, id, verdict),
    publish: (callId, ladder) => publishLadder(db, callId, ladder, clock.wallMs()),
    keep: (callId, read) => keeper.keep(callId, read),
    stop: () => keeper.stop(3000),
  }
}
