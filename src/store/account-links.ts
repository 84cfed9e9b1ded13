/**
 * Links that are sent by mail: a first password, a forgotten one, a new e-mail address. A link works
 * once; its token is made when the letter is sent and stands nowhere but in the letter, the database
 * knows its SHA-256. An installation that wants the manual's temporary password sends that instead.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import type { LetterReader, LinkPurpose } from './notice.ts'
import { tell } from './outbox.ts'
import { hashPassword } from './password.ts'

const linkMs = 24 * 3_600_000
/** A link is known for so long after its end, to say that it has ended. */
const keptMs = 30 * 86_400_000
/** A try of the mail server each: one letter has as many tokens as it was tried. */
const mostTokens = 20

export interface NewLink {
  readonly accountId: string
  readonly login: string
  readonly purpose: LinkPurpose
  /** Where it goes; for 'email' the address that it confirms. */
  readonly email: string
  readonly reader: LetterReader
  /** Told with a first password. */
  readonly personalNumber?: string
}

/** A link as its page shows it. */
export interface FoundLink {
  readonly id: string
  readonly accountId: string
  readonly purpose: LinkPurpose
  readonly email: string
  readonly expiresAt: number
}

/**
 * Puts a letter with a link into the outbox, in the transaction of what it belongs to. Links of the
 * same kind that were sent before count no more. Answers the link's id.
 */
export async function sendLink(trx: Trx, link: NewLink, wallMs: number): Promise<string> {
  const id = await addLink(trx, link, wallMs)
  const { purpose, login, personalNumber, reader, email: address } = link
  await tell(trx, {
    subscriberId: '',
    key: `link:${id}`,
    notice: {
      kind: 'accountLink', linkId: id, login, purpose,
      ...(personalNumber === undefined ? {} : { personalNumber }),
    },
    to: { channel: 'email', address },
    reader,
  }, wallMs)
  return id
}

/** A link without a letter, for who hands it over himself; its token by `makeSecret`. */
export async function addLink(
  trx: Trx, { accountId, purpose, email }: Pick<NewLink, 'accountId' | 'purpose' | 'email'>,
  wallMs: number,
): Promise<string> {
  const now = Math.floor(wallMs)
  const id = newId(wallMs)
  await overtake(trx, accountId, purpose === 'email' ? ['email'] : passwordPurposes)
  await trx.insertInto('account_links')
    .values({
      id, account_id: accountId, purpose, email, created_at: now, expires_at: now + linkMs,
      used_at: null,
    })
    .execute()
  await purge(trx, now)
  return id
}

/**
 * The secret of a letter that is about to be sent: a token of its link, or a temporary password that
 * the account has from now on. undefined when the link was used, overtaken or has expired.
 */
export async function makeSecret(
  db: Db, linkId: string, wallMs: number,
): Promise<string | undefined> {
  const secret = randomBytes(32).toString('base64url')
  const temporary = makePassword()
  // Outside of the transaction: it takes 25 ms.
  const purpose = await purposeOf(db, linkId)
  const hash = purpose === 'temporary' ? await hashPassword(temporary) : ''
  return inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('account_links').selectAll().where('id', '=', linkId)
      .forUpdate()
      .executeTakeFirst()
    if (!row || row.used_at !== null || Number(row.expires_at) <= wallMs) return undefined
    if (row.purpose === 'temporary') {
      await trx.updateTable('accounts').set({ password_hash: hash, password_temporary: 1 })
        .where('id', '=', row.account_id)
        .execute()
      return temporary
    }
    const made = await trx.selectFrom('account_link_tokens').select('token_hash')
      .where('link_id', '=', linkId)
      .execute()
    if (made.length >= mostTokens) return undefined
    await trx.insertInto('account_link_tokens')
      .values({ token_hash: tokenHash(secret), link_id: linkId })
      .execute()
    return secret
  })
}

/**
 * The link of a token while it counts. Throws StoreError link_used, link_expired (also for a token
 * nobody made).
 */
export async function findLink(
  db: Db, token: string, purposes: readonly LinkPurpose[], wallMs: number,
): Promise<FoundLink> {
  const link = await knownLink(db, tokenHash(token), purposes)
  if (link === undefined) throw new StoreError('link_expired')
  if (link.used) throw new StoreError('link_used')
  if (link.expiresAt <= wallMs) throw new StoreError('link_expired')
  return link
}

/** The link of a token's hash, whether it counts or not; undefined when nobody made it. */
export async function knownLink(
  db: Db, hash: string, purposes: readonly LinkPurpose[],
): Promise<(FoundLink & { readonly used: boolean }) | undefined> {
  const row = await db
    .selectFrom('account_link_tokens as t')
    .innerJoin('account_links as l', 'l.id', 't.link_id')
    .selectAll('l')
    .where('t.token_hash', '=', hash)
    .where('l.purpose', 'in', [...purposes])
    .executeTakeFirst()
  return row && {
    id: row.id,
    accountId: row.account_id,
    purpose: row.purpose as LinkPurpose,
    email: row.email,
    expiresAt: Number(row.expires_at),
    used: row.used_at !== null,
  }
}

/** Uses a link up; of many at once one succeeds. Throws StoreError link_used. */
export async function useLink(trx: Trx, id: string, wallMs: number): Promise<void> {
  const { numUpdatedRows } = await trx.updateTable('account_links')
    .set({ used_at: Math.floor(wallMs) })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new StoreError('link_used')
}

/** The newest link of an account for this purpose that waits to be followed. */
export async function pendingLink(
  db: Db, accountId: string, purpose: LinkPurpose, wallMs: number,
): Promise<FoundLink | undefined> {
  const row = await db.selectFrom('account_links').selectAll()
    .where('account_id', '=', accountId)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', String(wallMs))
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row && {
    id: row.id, accountId, purpose, email: row.email, expiresAt: Number(row.expires_at),
  }
}

const passwordPurposes: readonly LinkPurpose[] = ['first', 'reset', 'temporary']
export const allPurposes: readonly LinkPurpose[] = [...passwordPurposes, 'email']

/** Links of an account that were sent count no more. */
export async function overtake(
  trx: Db, accountId: string, purposes: readonly LinkPurpose[] = passwordPurposes,
): Promise<void> {
  await trx.updateTable('account_links')
    .set((eb) => ({ used_at: eb.ref('created_at') as never }))
    .where('account_id', '=', accountId)
    .where('purpose', 'in', [...purposes])
    .where('used_at', 'is', null)
    .execute()
}

async function purposeOf(db: Db, linkId: string): Promise<string | undefined> {
  const row = await db.selectFrom('account_links').select('purpose').where('id', '=', linkId)
    .executeTakeFirst()
  return row?.purpose
}

async function purge(trx: Trx, now: number): Promise<void> {
  const old = await trx.selectFrom('account_links').select('id')
    .where('expires_at', '<', String(now - keptMs))
    .limit(20)
    .execute()
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await trx.deleteFrom('account_link_tokens').where('link_id', 'in', ids).execute()
  await trx.deleteFrom('account_links').where('id', 'in', ids).execute()
}

/** Sixteen signs that are not mistaken for each other: 79 bits. */
function makePassword(): string {
  const signs = 'abcdefghijkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}

/** What the database knows of a token: its SHA-256, hex. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
