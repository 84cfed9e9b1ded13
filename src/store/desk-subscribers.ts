/**
 * Subscribers as managers find them: by part of a name, login, e-mail address or number, filtered,
 * a page at a time, the newest first; and what a manager may change of one. What stands on the card
 * is desk-card.ts, status and its machine are subscriber-status.ts.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { AccountStatus } from '../limits/status.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { containing, logDeed, madeAt, onceForForm } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { setLimit } from './limits-change.ts'
import { mark } from './marks.ts'
import { assignNumber, retireNumber } from './number-pool.ts'
import { readOptions } from './options.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import { endSessions } from './sessions.ts'
import { setStatus } from './subscriber-status.ts'

export interface DeskFilter {
  readonly q?: string | undefined
  readonly status?: AccountStatus | undefined
  /** Id of the tariff he has now. */
  readonly tariff?: string | undefined
  readonly balance?: 'debt' | undefined
}

export interface FoundSubscriber {
  readonly id: string
  readonly name: string
  readonly numbers: readonly string[]
  readonly login: string
  readonly email: string
  readonly status: AccountStatus
  readonly tariff: { readonly id: string | null; readonly name: string }
  readonly balanceKopecks: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly openAlarms: number
}

export interface FoundPage {
  readonly subscribers: readonly FoundSubscriber[]
  /** Id to go on after; null = the list ends here. */
  readonly next: string | null
  /** What the filter finds in all. */
  readonly total: number
}

/** A page of those whom the filter finds, `after` an id; `limit` at most. */
export async function findSubscribers(
  db: Db,
  filter: DeskFilter,
  page: { readonly after?: string | undefined; readonly limit: number },
  wallMs: number,
): Promise<FoundPage> {
  const where = conditions(filter, wallMs)
  const base = () => {
    let query = db.selectFrom('subscribers as s')
    for (const condition of where) query = query.where(condition)
    return query
  }
  let select = base().select('s.id')
  if (page.after !== undefined) select = select.where('s.id', '<', page.after)
  const rows = await select.orderBy('s.id', 'desc').limit(page.limit + 1).execute()
  const { total } = await base()
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  const ids = rows.slice(0, page.limit).map(({ id }) => id)
  return {
    subscribers: await loadFound(db, ids, wallMs),
    next: rows.length > page.limit ? ids.at(-1) ?? null : null,
    total: Number(total),
  }
}

/** These subscribers, in the order of the ids; unknown ids are left out. */
export async function loadFound(
  db: Db, ids: readonly string[], wallMs: number,
): Promise<readonly FoundSubscriber[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('subscribers')
    .select(['id', 'name', 'status', 'tariff', 'balance_kopecks', 'options'])
    .where('id', 'in', ids)
    .execute()
  const numbers = await db.selectFrom('personal_numbers').selectAll()
    .where('subscriber_id', 'in', ids).orderBy('address').execute()
  const accounts = await db.selectFrom('accounts').select(['subscriber_id', 'login', 'email'])
    .where('subscriber_id', 'in', ids).orderBy('id').execute()
  const alarms = await db.selectFrom('alarms')
    .select(['subscriber_id', (eb) => eb.fn.countAll<string>().as('count')])
    .where('subscriber_id', 'in', ids).where('closed_at', 'is', null)
    .groupBy('subscriber_id').execute()
  const tariffs = await tariffsOf(db, ids, wallMs)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id): FoundSubscriber[] => {
    const row = byId.get(id)
    if (!row) return []
    const account = accounts.find((one) => one.subscriber_id === id)
    return [{
      id,
      name: row.name,
      numbers: numbers.filter((one) => one.subscriber_id === id).map(({ address }) => address),
      login: account?.login ?? '',
      email: account?.email || readOptions(row.options).email,
      status: row.status as AccountStatus,
      tariff: tariffs.get(id) ?? { id: null, name: row.tariff },
      balanceKopecks: Number(row.balance_kopecks),
      createdAt: madeAt(id),
      openAlarms: Number(alarms.find((one) => one.subscriber_id === id)?.count ?? 0),
    }]
  })
}

export interface SubscriberChange {
  readonly name?: string | undefined
  readonly zone?: string | undefined
  readonly maxCalls?: number | undefined
}

/** Reason of a limit that was set on the card, where none is asked for. */
const fromCard = 'Изменено в карточке абонента'

/** Changes what is given. Throws StoreError not_found, subscriber_changed, bad_limit. */
export async function changeSubscriber(
  db: Db, id: string, version: number, change: SubscriberChange, by: Deed,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, id)
    const old = await trx
      .selectFrom('subscribers')
      .select(['name', 'zone', 'max_calls', 'settings_version'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (old.settings_version !== version)
      throw new StoreError('subscriber_changed', { version: old.settings_version })
    const { name = old.name, zone = old.zone, maxCalls = old.max_calls } = change
    await trx
      .updateTable('subscribers')
      .set({ name, zone, settings_version: version + 1 })
      .where('id', '=', id)
      .execute()
    await storeRuleSet(trx, id)
    if (maxCalls !== old.max_calls) {
      await setLimit(trx, {
        subscriberId: id, name: 'concurrentCalls', value: maxCalls, reason: fromCard,
        by: { actor: by.login, from: by.from },
      }, by.atMs)
    }
    await mark(trx, id, 'settings')
    const was = { name: old.name, zone: old.zone, maxCalls: old.max_calls }
    const details = Object.fromEntries(Object.entries({ name, zone, maxCalls })
      .filter(([field, value]) => was[field as keyof typeof was] !== value)
      .map(([field, value]) => [field, { from: was[field as keyof typeof was], to: value }]))
    await logDeed(trx, by, { ...about(id), action: 'subscriber.change', details })
  })
}

/** Writes a note for managers; the same form again writes none. Throws StoreError not_found. */
export async function addNote(
  db: Db, subscriberId: string, note: { readonly key: string; readonly text: string }, by: Deed,
): Promise<void> {
  const { key, text } = note
  await inTransaction(db, async (trx) => {
    await mustBe(trx, subscriberId)
    await onceForForm(trx, by, { key, wish: ['note', subscriberId, text] }, async () => {
      const id = newId(by.atMs)
      await trx
        .insertInto('desk_notes')
        .values({ id, subscriber_id: subscriberId, author: by.login, text, written_at: by.atMs })
        .execute()
      await logDeed(trx, by, { ...about(subscriberId), action: 'subscriber.note' })
      return id
    })
  })
}

/**
 * Gives a free number of the pool to a subscriber. Throws StoreError not_found, number_taken;
 * status_refused when he is closed, whose number nobody could take back.
 */
export async function giveNumber(db: Db, id: string, address: string, by: Deed): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, id)
    const { status } = await trx.selectFrom('subscribers').select('status').where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (status === 'closed') throw new StoreError('status_refused', { status })
    await assignNumber(trx, address, id, by.atMs)
    await storeRuleSet(trx, id)
    await logDeed(trx, by, { ...about(id), action: 'subscriber.number', details: { address } })
  })
}

/**
 * Takes a number from a subscriber, who keeps another one. Throws StoreError not_found, last_number.
 */
export async function takeNumber(db: Db, id: string, address: string, by: Deed): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, id)
    const numbers = await numbersOf(trx, id)
    if (!numbers.includes(address)) throw new StoreError('not_found')
    if (numbers.length === 1) throw new StoreError('last_number')
    await retireNumber(trx, address, id, by.atMs)
    await storeRuleSet(trx, id)
    await logDeed(trx, by, { ...about(id), action: 'subscriber.numberGone', details: { address } })
  })
}

/**
 * Another status of an account that is still in the one the manager saw. Closing sends its numbers
 * to rest and ends its logins for good. Throws StoreError not_found, status_changed,
 * status_refused.
 */
export async function changeStatus(
  db: Db, id: string,
  change: { readonly was: AccountStatus; readonly status: AccountStatus; readonly reason: string },
  by: Deed,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, id)
    const { status } = await trx.selectFrom('subscribers').select('status').where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (status !== change.was) throw new StoreError('status_changed', { status })
    await setStatus(trx, {
      subscriberId: id, to: change.status, reason: change.reason,
      by: { actor: by.login, from: by.from },
    }, by.atMs)
    if (change.status === 'closed') await endService(trx, id, by)
  })
}

async function endService(trx: Trx, id: string, by: Deed): Promise<void> {
  for (const address of await numbersOf(trx, id)) await retireNumber(trx, address, id, by.atMs)
  const accounts = await trx.selectFrom('accounts').select('id').where('subscriber_id', '=', id)
    .execute()
  for (const account of accounts) await endSessions(trx, account.id)
  await trx.updateTable('accounts').set({ status: 'suspended' }).where('subscriber_id', '=', id)
    .execute()
}

async function numbersOf(trx: Trx, id: string): Promise<readonly string[]> {
  const rows = await trx.selectFrom('personal_numbers').select('address')
    .where('subscriber_id', '=', id).orderBy('address').execute()
  return rows.map(({ address }) => address)
}

/** What the log says an entry about a subscriber is about. */
export function about(id: string): { readonly subject: string; readonly subscriberId: string } {
  return { subject: `subscriber:${id}`, subscriberId: id }
}

/** Throws StoreError not_found. */
export async function mustBe(db: Db, id: string): Promise<{ readonly name: string }> {
  const row = await db.selectFrom('subscribers').select('name').where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return row
}

/** Names by id, for lists that tell of subscribers; those who are not there are left out. */
export async function namesOf(
  db: Db, ids: readonly (string | null | undefined)[],
): Promise<(id: string | null | undefined) => { id: string; name: string } | null> {
  const known = [...new Set(ids)].filter((id): id is string => typeof id === 'string' && id !== '')
  const rows = known.length === 0 ? [] : await db.selectFrom('subscribers').select(['id', 'name'])
    .where('id', 'in', known).execute()
  const names = new Map(rows.map((row) => [row.id, row]))
  return (id) => (id && names.get(id)) || null
}

/** The tariffs they have at `wallMs`. */
async function tariffsOf(
  db: Db | Trx, ids: readonly string[], wallMs: number,
): Promise<ReadonlyMap<string, { id: string; name: string }>> {
  const rows = await db
    .selectFrom('subscriber_tariffs as st')
    .innerJoin('tariffs as t', 't.id', 'st.tariff_id')
    .select(['st.subscriber_id', 't.id', 't.name'])
    .where('st.subscriber_id', 'in', ids)
    .where('st.since', '<=', String(wallMs))
    .orderBy('st.since')
    .execute()
  // The last of each stays.
  return new Map(rows.map(({ subscriber_id: of, id, name }) => [of, { id, name }]))
}

function conditions(filter: DeskFilter, wallMs: number): RawBuilder<boolean>[] {
  const { q = '', status, tariff, balance } = filter
  const found: RawBuilder<boolean>[] = []
  if (status !== undefined) found.push(sql`s.status = ${status}`)
  if (balance === 'debt') found.push(sql`s.balance_kopecks < 0`)
  if (tariff !== undefined) found.push(sql`EXISTS (SELECT 1 FROM subscriber_tariffs AS st
    WHERE st.subscriber_id = s.id AND st.tariff_id = ${tariff} AND st.since = (
      SELECT MAX(last.since) FROM subscriber_tariffs AS last
      WHERE last.subscriber_id = s.id AND last.since <= ${wallMs}))`)
  if (q !== '') found.push(matches(q))
  return found
}

function matches(q: string): RawBuilder<boolean> {
  const digits = q.replaceAll(/\D/g, '')
  if (digits.length >= 3 && !/\p{L}|@/u.test(q)) {
    // Numbers are stored as +7…, people search for 8 (916) … or for the end of it.
    const pattern = `%${digits.replace(/^8(?=\d{10}$)/, '7')}%`
    return sql`(
      s.id IN (SELECT subscriber_id FROM personal_numbers WHERE address LIKE ${pattern})
      OR s.id IN (SELECT subscriber_id FROM numbers WHERE address LIKE ${pattern})
      OR s.id IN (SELECT subscriber_id FROM accounts WHERE login LIKE ${pattern}))`
  }
  const pattern = containing(q)
  // Logins and addresses of accounts are kept in lower case and compared as they are.
  const lower = containing(q.toLowerCase())
  return sql`(s.name LIKE ${pattern} OR s.id IN (
    SELECT subscriber_id FROM accounts WHERE login LIKE ${lower} OR email LIKE ${lower}))`
}
