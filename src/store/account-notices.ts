/**
 * Notices about the account itself: a changed password or e-mail address, a log-in from where there
 * was none before. What warns of a thief goes also where he cannot have changed it.
 */
import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { findPerson } from './accounts.ts'
import type { Person } from './accounts.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { newId } from './ids.ts'
import type { Notice, Origin } from './notice.ts'
import { tell } from './outbox.ts'
import { setPassword } from './sessions.ts'
import type { Session } from './sessions.ts'

/** A place not seen for so long is new again. */
const rememberedMs = 180 * 86_400_000

/** Gives an account a new password, ends its other sessions and tells its owner. */
export async function changePassword(
  db: Db,
  { id, tokenHash }: Session,
  passwordHash: string,
  by: Origin,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await setPassword(trx, id, passwordHash, tokenHash)
    const person = await findPerson(trx, id)
    const notice = { kind: 'accountChange', what: 'password', ...by } as const
    if (person) await tellAccount(trx, person, notice, by.atMs)
  })
}

/** Tells the owner of an account: a subscriber by his choices, a manager by e-mail. */
export async function tellAccount(
  trx: Trx, person: Person, notice: Notice, wallMs: number,
): Promise<void> {
  const key = `account:${newId(wallMs)}`
  const { subscriberId, email, name } = person
  if (subscriberId !== '') return tell(trx, { subscriberId, key, notice }, wallMs)
  if (email === '') return
  await tell(trx, {
    subscriberId, key, notice, to: { channel: 'email', address: email },
    reader: { name, language: 'ru', zone: 'Europe/Moscow' },
  }, wallMs)
}

/** The e-mail address was changed: the old one is told in any case, the new one by his choices. */
export async function tellEmailChange(
  trx: Trx,
  subscriberId: string,
  { old, fresh }: { readonly old: string; readonly fresh: string },
  by: Origin,
): Promise<void> {
  const notice = { kind: 'accountChange', what: 'email', email: fresh, ...by } as const
  const key = `account:${newId(by.atMs)}`
  const to = { channel: 'email', address: old } as const
  await tell(trx, { subscriberId, key: `${key}:old`, notice, to }, by.atMs)
  await tell(trx, { subscriberId, key, notice }, by.atMs)
}

/**
 * Notes where a log-in came from, and tells its owner when the network or the program is a new one
 * for this account. The first log-in of all is nothing to compare with.
 */
export async function noteLogin(
  db: Db,
  { id: accountId }: { readonly id: string },
  by: Origin,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const known = await trx
      .selectFrom('login_places')
      .select(['place', 'seen_at'])
      .where('account_id', '=', accountId)
      .execute()
    const fresh = new Set(known.filter(({ seen_at: at }) => Number(at) > by.atMs - rememberedMs)
      .map(({ place }) => place))
    const places = [
      digest(`${accountId} network ${networkOf(by.from)}`),
      digest(`${accountId} program ${programOf(by.agent)}`),
    ]
    for (const place of places) {
      await trx
        .insertInto('login_places')
        .values({ account_id: accountId, place, seen_at: by.atMs })
        .onDuplicateKeyUpdate({ seen_at: by.atMs })
        .execute()
    }
    if (known.length === 0 || places.every((place) => fresh.has(place))) return
    const notice = { kind: 'newLogin', ...by, agent: by.agent.slice(0, 255) } as const
    const person = await findPerson(trx, accountId)
    if (person) await tellAccount(trx, person, notice, by.atMs)
  })
}

/**
 * About a provider's region: a telephone on the move changes its address all day, and a notice that
 * comes daily is read by nobody.
 */
function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  if (isIPv4(plain)) return plain.split('.').slice(0, 2).join('.')
  return plain.toLowerCase().split(':').slice(0, 2).join(':')
}

/** Without version numbers: those change by themselves. */
function programOf(agent: string): string {
  return agent.replaceAll(/[\d._]+/g, '')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
