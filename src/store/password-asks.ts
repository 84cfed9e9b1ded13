/**
 * What people who have forgotten their password asked for: written down before they are answered,
 * looked up afterwards. So the answer takes as long for everybody, and who was answered gets his
 * letter, whatever dies in between. What a link is and who gets one is new-password.ts.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { startChore } from './chore.ts'
import type { Chore } from './chore.ts'
import { tokenHash } from './account-links.ts'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { newId } from './ids.ts'
import { askForPassword, renewPasswordLink } from './new-password.ts'

/** By the name of an account or its e-mail address, or by a link that has expired. */
export type PasswordAsk = { readonly named: string } | { readonly token: string }

/** Whoever wrote it down looks it up at once; after so long he has died. */
const leftMs = 10_000
const everyMs = 10_000
const batch = 100

/** Writes it down; answers its id. */
export async function notePasswordAsk(db: Db, ask: PasswordAsk, wallMs: number): Promise<string> {
  const id = newId(wallMs)
  const named = 'named' in ask ? ask.named : ''
  const hash = 'token' in ask ? tokenHash(ask.token) : null
  await db.insertInto('password_asks')
    .values({ id, named, token_hash: hash, asked_at: Math.floor(wallMs) })
    .execute()
  return id
}

/** Sends what was asked for, once; nothing happens when that was done before. */
export async function answerPasswordAsk(db: Db, id: string, wallMs: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const ask = await trx.selectFrom('password_asks').selectAll().where('id', '=', id).forUpdate()
      .executeTakeFirst()
    if (!ask) return
    if (ask.token_hash === null) await askForPassword(trx, ask.named, wallMs)
    else await renewPasswordLink(trx, ask.token_hash, wallMs)
    await trx.deleteFrom('password_asks').where('id', '=', id).execute()
  })
}

/** Looks again and again for what a process left that died; one process of all at a time. */
export function startPasswordAsks(given: {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}): Chore {
  const { db } = given
  return startChore({
    ...given, name: 'passwordAsks', everyMs,
    async work(wallMs) {
      const left = await db.selectFrom('password_asks').select('id')
        .where('asked_at', '<', String(wallMs - leftMs)).limit(batch).execute()
      for (const { id } of left) await answerPasswordAsk(db, id, wallMs)
    },
  })
}
