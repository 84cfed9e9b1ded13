/**
 * Tariffs as managers keep them: new ones, new versions of one, who has them, and who gets which
 * from when on. A price that was in force is never changed: another price is another tariff that
 * takes the place of the first from an instant on.
 */
import { sql } from 'kysely'
import type { Tariff } from '../money/tariff.ts'
import { isValidAt } from '../money/tariff.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { logDeed, onceForForm } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { about } from './desk-subscribers.ts'
import { StoreError } from './errors.ts'
import { lockBalance } from './ledger.ts'
import { addTariff, assignTariff, loadTariff } from './tariffs.ts'

/** What a tariff has besides its prices. */
export interface TariffTerms {
  readonly version: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly replaces: string | null
  /** How many have it now. */
  readonly subscribers: number
  readonly referralBonusKopecks: number
  readonly referralMinPaymentKopecks: number
}

export interface TariffLine extends TariffTerms, Omit<Tariff, 'rates' | 'includedPrefixes'> {
  /** How many prices. */
  readonly rates: number
}

export type KeptTariff = Tariff & TariffTerms

export interface ReferralChange {
  readonly referralBonusKopecks?: number | undefined
  readonly referralMinPaymentKopecks?: number | undefined
}

export interface TariffDraft extends Omit<Tariff, 'id'>, ReferralChange {
  /** Of the form. */
  readonly key: string
  readonly replaces?: {
    readonly id: string
    readonly version: number
    /** Those who have the old one get the new one when it begins. */
    readonly moveSubscribers: boolean
  } | undefined
}

/** All tariffs: those that are in force or will be first, then by name. */
export async function listTariffLines(db: Db, wallMs: number): Promise<readonly TariffLine[]> {
  const rows = await terms(db, wallMs)
    .select((eb) => eb.selectFrom('tariff_rates as r').select((e) => e.fn.countAll().as('n'))
      .whereRef('r.tariff_id', '=', 't.id').as('rates'))
    .orderBy(sql`t.valid_to IS NOT NULL AND t.valid_to <= ${wallMs}`)
    .orderBy('t.name')
    .orderBy('t.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    monthlyKopecks: Number(row.monthly_kopecks),
    includedSeconds: row.included_seconds,
    freeAnswerSeconds: row.free_answer_seconds,
    validFromMs: row.valid_from === null ? undefined : Number(row.valid_from),
    validToMs: row.valid_to === null ? undefined : Number(row.valid_to),
    rates: Number(row.rates),
    ...termsFrom(row),
  }))
}

/** One tariff with its prices. Throws StoreError not_found. */
export async function loadKeptTariff(db: Db, id: string, wallMs: number): Promise<KeptTariff> {
  const row = await terms(db, wallMs).where('t.id', '=', id).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return { ...await loadTariff(db, id), ...termsFrom(row) }
}

/**
 * Makes a tariff and answers its id; the same form again answers the one that is there. Throws
 * StoreError bad_tariff, form_reused; not_found and tariff_changed of the one it replaces.
 */
export async function makeTariff(db: Db, draft: TariffDraft, by: Deed): Promise<string> {
  const { key, replaces, referralBonusKopecks, referralMinPaymentKopecks, ...tariff } = draft
  return inTransaction(db, async (trx) => {
    const { id } = await onceForForm(trx, by, { key, wish: draft }, async () => {
      const begins = Math.max(draft.validFromMs ?? by.atMs, by.atMs)
      const old = replaces && await lockTariff(trx, replaces)
      const made = await addTariff(
        trx, replaces ? { ...tariff, validFromMs: begins } : tariff, by.atMs)
      await trx
        .updateTable('tariffs')
        .set({
          replaces: replaces?.id ?? null,
          ...referralColumns({
            referralBonusKopecks: referralBonusKopecks ?? old?.referralBonusKopecks,
            referralMinPaymentKopecks: referralMinPaymentKopecks ?? old?.referralMinPaymentKopecks,
          }),
        })
        .where('id', '=', made)
        .execute()
      const moved = replaces ? await takePlace(trx, replaces, made, begins, by.atMs) : 0
      await logDeed(trx, by, {
        action: replaces ? 'tariff.version' : 'tariff.add', subject: `tariff:${made}`,
        details: {
          name: draft.name, rates: draft.rates.length, begins,
          ...(replaces ? { replaces: replaces.id, moved } : {}),
        },
      })
      return made
    })
    return id
  })
}

/**
 * Changes what is no price: the name, the end, the terms of the referral programme. Throws
 * StoreError not_found, tariff_changed, bad_tariff.
 */
export async function changeTariff(
  db: Db,
  id: string,
  change: ReferralChange & {
    readonly version: number
    readonly name: string
    readonly validToMs: number | undefined
  },
  by: Deed,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { version, name, validToMs } = change
    const old = await lockTariff(trx, { id, version })
    const { validFromMs } = old
    if (validToMs !== undefined && validFromMs !== undefined && validToMs <= validFromMs)
      throw new StoreError('bad_tariff', { why: 'must be after the beginning' }, 'validTo')
    await trx
      .updateTable('tariffs')
      .set({ name, valid_to: validToMs ?? null, version: version + 1, ...referralColumns(change) })
      .where('id', '=', id)
      .execute()
    if (name !== old.name) await nameSubscribers(trx, id, name, by.atMs)
    await logDeed(trx, by, {
      action: 'tariff.change', subject: `tariff:${id}`,
      details: { name, was: old.name, validTo: validToMs ?? null, ...referralColumns(change) },
    })
  })
}

/**
 * Gives a subscriber a tariff from `sinceMs` on; undefined = now. What was planned for later is
 * dropped. Throws StoreError not_found, tariff_not_valid.
 */
export async function planTariff(
  db: Db, subscriberId: string, tariffId: string, sinceMs: number | undefined, by: Deed,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockBalance(trx, subscriberId)
    const tariff = await loadTariff(trx, tariffId)
    const isNow = sinceMs === undefined || sinceMs <= by.atMs
    const since = isNow ? by.atMs : sinceMs
    if (!isValidAt(tariff, since)) throw new StoreError('tariff_not_valid', {}, 'tariffId')
    const { numDeletedRows } = await trx
      .deleteFrom('subscriber_tariffs')
      .where('subscriber_id', '=', subscriberId)
      .where('since', '>', String(by.atMs))
      .executeTakeFirst()
    if (isNow) await assignTariff(trx, subscriberId, tariffId, since)
    else {
      await trx
        .insertInto('subscriber_tariffs')
        .values({ subscriber_id: subscriberId, since, tariff_id: tariffId })
        .execute()
    }
    await logDeed(trx, by, {
      ...about(subscriberId), action: 'subscriber.tariff',
      details: { tariff: tariffId, name: tariff.name, since, dropped: Number(numDeletedRows) },
    })
  })
}

/**
 * Tariffs that were planned and have begun within two days give their subscribers their name.
 * Answers how many it was. For a job that looks every few minutes.
 */
export async function followPlannedTariffs(db: Db, wallMs: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE subscribers AS s
    JOIN subscriber_tariffs AS st ON st.subscriber_id = s.id
    JOIN tariffs AS t ON t.id = st.tariff_id
    SET s.tariff = t.name
    WHERE st.since > ${wallMs - 2 * 86_400_000} AND st.since <= ${wallMs} AND s.tariff <> t.name
      AND st.since = (SELECT MAX(last.since) FROM subscriber_tariffs AS last
        WHERE last.subscriber_id = s.id AND last.since <= ${wallMs})`.execute(db)
  return Number(numAffectedRows)
}

/** Ends the old tariff where the new one begins; answers how many subscribers go over. */
async function takePlace(
  trx: Trx,
  replaces: NonNullable<TariffDraft['replaces']>,
  made: string,
  begins: number,
  wallMs: number,
): Promise<number> {
  const { id, version, moveSubscribers } = replaces
  await trx
    .updateTable('tariffs')
    .set({
      version: version + 1,
      valid_to: sql<number>`LEAST(COALESCE(valid_to, ${begins}), ${begins})`,
    })
    .where('id', '=', id)
    .execute()
  if (!moveSubscribers) return 0
  const { numAffectedRows = 0n } = await sql`
    INSERT IGNORE INTO subscriber_tariffs (subscriber_id, since, tariff_id)
    SELECT st.subscriber_id, ${begins}, ${made} FROM subscriber_tariffs AS st
    WHERE st.tariff_id = ${id} AND st.since = (
      SELECT MAX(last.since) FROM subscriber_tariffs AS last
      WHERE last.subscriber_id = st.subscriber_id AND last.since <= ${begins})`.execute(trx)
  if (begins <= wallMs) await followPlannedTariffs(trx, wallMs)
  return Number(numAffectedRows)
}

async function nameSubscribers(
  trx: Trx, id: string, name: string, wallMs: number,
): Promise<void> {
  await sql`UPDATE subscribers AS s
    JOIN subscriber_tariffs AS st ON st.subscriber_id = s.id
    SET s.tariff = ${name}
    WHERE st.tariff_id = ${id} AND st.since = (
      SELECT MAX(last.since) FROM subscriber_tariffs AS last
      WHERE last.subscriber_id = s.id AND last.since <= ${wallMs})`.execute(trx)
}

async function lockTariff(
  trx: Trx, { id, version }: { readonly id: string; readonly version: number },
): Promise<{
  readonly name: string
  readonly validFromMs: number | undefined
  readonly referralBonusKopecks: number
  readonly referralMinPaymentKopecks: number
}> {
  const row = await trx.selectFrom('tariffs').selectAll().where('id', '=', id).forUpdate()
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  if (row.version !== version) throw new StoreError('tariff_changed', { version: row.version })
  return {
    name: row.name,
    validFromMs: row.valid_from === null ? undefined : Number(row.valid_from),
    referralBonusKopecks: Number(row.referral_bonus_kopecks),
    referralMinPaymentKopecks: Number(row.referral_min_payment_kopecks),
  }
}

function referralColumns({ referralBonusKopecks, referralMinPaymentKopecks }: ReferralChange) {
  return {
    ...(referralBonusKopecks === undefined
      ? {} : { referral_bonus_kopecks: referralBonusKopecks }),
    ...(referralMinPaymentKopecks === undefined
      ? {} : { referral_min_payment_kopecks: referralMinPaymentKopecks }),
  }
}

function terms(db: Db, wallMs: number) {
  return db.selectFrom('tariffs as t').selectAll('t').select(sql<string>`(
    SELECT COUNT(*) FROM subscriber_tariffs AS st WHERE st.tariff_id = t.id AND st.since = (
      SELECT MAX(last.since) FROM subscriber_tariffs AS last
      WHERE last.subscriber_id = st.subscriber_id AND last.since <= ${wallMs}))`.as('subscribers'))
}

function termsFrom(row: {
  readonly version: number; readonly created_at: string; readonly replaces: string | null
  readonly subscribers: string; readonly referral_bonus_kopecks: string
  readonly referral_min_payment_kopecks: string
}): TariffTerms {
  return {
    version: row.version,
    createdAt: Number(row.created_at),
    replaces: row.replaces,
    subscribers: Number(row.subscribers),
    referralBonusKopecks: Number(row.referral_bonus_kopecks),
    referralMinPaymentKopecks: Number(row.referral_min_payment_kopecks),
  }
}
