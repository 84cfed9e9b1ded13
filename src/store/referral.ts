/**
 * The referral programme: who has which code, who invited whom, and the bonus that an invitee's
 * first payment of a certain size brings to the inviter. The bonus is entered in the transaction of
 * the payment's own entry, once for ever; a payment that is given back within thirty days takes it
 * with it. Terms stand in the inviter's tariff.
 *
 * Accounts are locked from the invitee to the inviter. An inviter was there before his invitee, so
 * these chains never close and cannot wait for each other.
 */
import { randomInt } from 'node:crypto'
import type { Kopecks } from '../money/tariff.ts'
import { raiseAlarm } from './alarms.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { append, lockBalance } from './ledger.ts'
import { readOptions } from './options.ts'
import { tariffIdAt } from './tariffs.ts'

export interface Invitee {
  /** What stood in the link he came by. */
  readonly code: string
  readonly subscriberId: string
  /** Of his registration, E.164. */
  readonly phone: string
  readonly email: string
}

/** 'unknownCode' and 'alreadyLinked' changed nothing; 'refused' is kept for managers, with why. */
export type LinkOutcome = 'linked' | 'refused' | 'unknownCode' | 'alreadyLinked'

type RefusedWhy = 'sameAccount' | 'samePhone' | 'sameNumber' | 'sameEmail'

export interface ReferralTerms {
  /** 0 = the tariff has no programme. */
  readonly bonusKopecks: Kopecks
  readonly minPaymentKopecks: Kopecks
}

export interface InviteeRow {
  /** As he registered. */
  readonly name: string
  readonly joinedAt: number
  readonly state: 'joined' | 'paid' | 'takenBack'
  readonly bonusKopecks: Kopecks
}

/** Without letters and digits that look or sound alike. */
const alphabet = 'abcdefghkmnpqrstuvwxyz23456789'
/** 30⁸ codes: nobody finds one by trying. */
const codeLength = 8
const dayMs = 86_400_000
/** So long the bonus may be taken back. */
const takeBackMs = 30 * dayMs
const shownInvitees = 200

/** The code of a subscriber, made on first need. Throws StoreError not_found. */
export async function referralCode(db: Db, subscriberId: string, wallMs: number): Promise<string> {
  const there = await knownCode(db, subscriberId)
  if (there !== undefined) return there
  return inTransaction(db, async (trx) => {
    await lockBalance(trx, subscriberId)
    const made = await knownCode(trx, subscriberId)
    if (made !== undefined) return made
    for (;;) {
      const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)])
        .join('')
      try {
        await trx
          .insertInto('referral_codes')
          .values({ subscriber_id: subscriberId, code, created_at: Math.floor(wallMs) })
          .execute()
        return code
      } catch (fault) {
        if (!isDuplicate(fault)) throw fault
      }
    }
  })
}

/**
 * Notes who invited a new subscriber, in the transaction that makes him. Who shares a telephone or
 * an e-mail address with the inviter has invited himself: that is kept, and brings nothing.
 */
export async function linkInvitee(
  trx: Trx, invitee: Invitee, wallMs: number,
): Promise<LinkOutcome> {
  const { subscriberId } = invitee
  const found = await trx
    .selectFrom('referral_codes')
    .select('subscriber_id')
    .where('code', '=', invitee.code.trim().toLowerCase())
    .executeTakeFirst()
  if (!found) return 'unknownCode'
  const there = await trx
    .selectFrom('referral_links')
    .select('state')
    .where('invitee_id', '=', subscriberId)
    .executeTakeFirst()
  if (there) return 'alreadyLinked'
  const reason = await sameHuman(trx, found.subscriber_id, invitee)
  await trx
    .insertInto('referral_links')
    .values({
      invitee_id: subscriberId, inviter_id: found.subscriber_id,
      state: reason === undefined ? 'joined' : 'refused', reason: reason ?? '',
      joined_at: Math.floor(wallMs), order_number: null, bonus_kopecks: 0,
      min_payment_kopecks: 0, paid_at: null, taken_back_at: null,
    })
    .execute()
  return reason === undefined ? 'linked' : 'refused'
}

/**
 * A payment of `kopecks` was entered for a subscriber, whose account is locked: his inviter gets
 * the bonus when it is the first of at least the size that the terms name.
 */
export async function rewardInviter(
  trx: Trx,
  payment: {
    readonly subscriberId: string; readonly orderNumber: number; readonly kopecks: Kopecks
  },
  wallMs: number,
): Promise<void> {
  const { subscriberId: inviteeId, orderNumber, kopecks } = payment
  const link = await trx
    .selectFrom('referral_links as l')
    .innerJoin('subscribers as s', 's.id', 'l.inviter_id')
    .select(['l.inviter_id', 's.status'])
    .where('l.invitee_id', '=', inviteeId)
    .where('l.state', '=', 'joined')
    .forUpdate()
    .executeTakeFirst()
  if (!link || link.status === 'closed') return
  const terms = await termsOf(trx, link.inviter_id, wallMs)
  if (terms.bonusKopecks <= 0 || kopecks < terms.minPaymentKopecks) return
  await append(trx, link.inviter_id, {
    key: `referral:${inviteeId}`, kind: 'bonus', kopecks: terms.bonusKopecks, atMs: wallMs,
    text: 'Бонус за приглашённого абонента',
  })
  await trx
    .updateTable('referral_links')
    .set({
      state: 'paid', bonus_kopecks: terms.bonusKopecks,
      min_payment_kopecks: terms.minPaymentKopecks, order_number: orderNumber,
      paid_at: Math.floor(wallMs),
    })
    .where('invitee_id', '=', inviteeId)
    .execute()
}

/**
 * Money of a payment has gone back to the payer, whose account is locked. When less is left of the
 * payment than the bonus asked for, and the refund was asked within thirty days, the bonus goes
 * too: as far as the inviter still has it, so that nobody falls below zero by another's deed. A
 * rest raises an alarm.
 */
export async function takeBackReward(
  trx: Trx,
  refund: { readonly orderNumber: number; readonly askedAt: number },
  wallMs: number,
): Promise<void> {
  const link = await trx
    .selectFrom('referral_links')
    .selectAll()
    .where('order_number', '=', String(refund.orderNumber))
    .where('state', '=', 'paid')
    .forUpdate()
    .executeTakeFirst()
  if (!link || refund.askedAt >= Number(link.paid_at) + takeBackMs) return
  const { inviter_id: inviterId, invitee_id: inviteeId } = link
  if (await leftOf(trx, refund.orderNumber) >= Math.max(1, Number(link.min_payment_kopecks))) return
  const bonus = Number(link.bonus_kopecks)
  const taken = Math.min(bonus, Math.max(0, await lockBalance(trx, inviterId)))
  if (taken > 0) {
    await append(trx, inviterId, {
      key: `referral-back:${inviteeId}`, kind: 'correction', kopecks: -taken, atMs: wallMs,
      text: 'Бонус возвращён: платёж приглашённого отменён',
    })
  }
  if (taken < bonus) {
    await raiseAlarm(trx, {
      key: `referral-back:${inviteeId}`, kind: 'payment', subscriberId: inviterId,
      details: { why: 'bonusSpent', order: refund.orderNumber, missingKopecks: bonus - taken },
    }, wallMs)
  }
  await trx
    .updateTable('referral_links')
    .set({ state: 'takenBack', taken_back_at: Math.floor(wallMs) })
    .where('invitee_id', '=', inviteeId)
    .execute()
}

/** Whom a subscriber has invited, newest first; those whose invitation counts. */
export async function listInvitees(db: Db, subscriberId: string): Promise<readonly InviteeRow[]> {
  const rows = await db
    .selectFrom('referral_links as l')
    .innerJoin('subscribers as s', 's.id', 'l.invitee_id')
    .select(['s.name', 'l.joined_at', 'l.state', 'l.bonus_kopecks'])
    .where('l.inviter_id', '=', subscriberId)
    .where('l.state', '<>', 'refused')
    .orderBy('l.joined_at', 'desc')
    .orderBy('l.invitee_id', 'desc')
    .limit(shownInvitees)
    .execute()
  return rows.map((row) => ({
    name: row.name, joinedAt: Number(row.joined_at), state: row.state as InviteeRow['state'],
    bonusKopecks: Number(row.bonus_kopecks),
  }))
}

/** What all invitees have brought and was not taken back. */
export async function referralTotal(db: Db, subscriberId: string): Promise<Kopecks> {
  const row = await db
    .selectFrom('referral_links')
    .select((eb) => eb.fn.sum<string | null>('bonus_kopecks').as('sum'))
    .where('inviter_id', '=', subscriberId)
    .where('state', '=', 'paid')
    .executeTakeFirstOrThrow()
  return Number(row.sum ?? 0)
}

/** What a subscriber's tariff promises for an invitee; without a tariff nothing. */
export async function termsOf(
  db: Db, subscriberId: string, wallMs: number,
): Promise<ReferralTerms> {
  const tariffId = await tariffIdAt(db, subscriberId, wallMs)
  return tariffId === undefined ? { bonusKopecks: 0, minPaymentKopecks: 0 }
    : referralTerms(db, tariffId)
}

/** The terms of a tariff. Throws StoreError not_found. */
export async function referralTerms(db: Db, tariffId: string): Promise<ReferralTerms> {
  const row = await db
    .selectFrom('tariffs')
    .select(['referral_bonus_kopecks', 'referral_min_payment_kopecks'])
    .where('id', '=', tariffId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return {
    bonusKopecks: Number(row.referral_bonus_kopecks),
    minPaymentKopecks: Number(row.referral_min_payment_kopecks),
  }
}

/**
 * Writes the terms of a tariff: they hold for payments to come. Throws StoreError bad_tariff,
 * not_found.
 */
export async function setReferralTerms(
  trx: Trx, tariffId: string, terms: ReferralTerms,
): Promise<void> {
  for (const field of ['bonusKopecks', 'minPaymentKopecks'] as const) {
    if (Number.isSafeInteger(terms[field]) && terms[field] >= 0) continue
    throw new StoreError('bad_tariff', { why: 'must be a whole number, 0 or more' }, field)
  }
  await referralTerms(trx, tariffId)
  await trx
    .updateTable('tariffs')
    .set({
      referral_bonus_kopecks: terms.bonusKopecks,
      referral_min_payment_kopecks: terms.minPaymentKopecks,
    })
    .where('id', '=', tariffId)
    .execute()
}

/** The code of a subscriber; undefined when he has none yet. */
export async function knownCode(db: Db, subscriberId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('referral_codes')
    .select('code')
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  return row?.code
}

/** Why the invitee is the inviter himself; undefined when nothing says so. */
async function sameHuman(
  trx: Trx, inviterId: string, invitee: Invitee,
): Promise<RefusedWhy | undefined> {
  if (inviterId === invitee.subscriberId) return 'sameAccount'
  const email = invitee.email.trim().toLowerCase()
  const inviter = await trx
    .selectFrom('subscribers')
    .select('options')
    .where('id', '=', inviterId)
    .executeTakeFirstOrThrow()
  const inviterEmail = readOptions(inviter.options).email.trim().toLowerCase()
  if (email !== '' && inviterEmail === email) return 'sameEmail'
  const accounts = await trx
    .selectFrom('accounts')
    .select(['login', 'email'])
    .where('subscriber_id', '=', inviterId)
    .execute()
  if (email !== '' && accounts.some((one) =>
    one.login.toLowerCase() === email || one.email.toLowerCase() === email)) return 'sameEmail'
  const phone = invitee.phone
  if (phone === '') return undefined
  const registered = await trx
    .selectFrom('registrations')
    .select('phone')
    .where('subscriber_id', '=', inviterId)
    .where('phone', '=', phone)
    .executeTakeFirst()
  if (registered) return 'samePhone'
  const own = await trx
    .selectFrom('numbers')
    .select('address')
    .where('subscriber_id', '=', inviterId)
    .where('address', '=', phone)
    .executeTakeFirst()
  const personal = await trx
    .selectFrom('personal_numbers')
    .select('address')
    .where('subscriber_id', '=', inviterId)
    .where('address', '=', phone)
    .executeTakeFirst()
  return own || personal ? 'sameNumber' : undefined
}

/** What is left of a payment after all refunds that are done. */
async function leftOf(trx: Trx, orderNumber: number): Promise<Kopecks> {
  const order = await trx
    .selectFrom('payment_orders')
    .select('kopecks')
    .where('number', '=', String(orderNumber))
    .executeTakeFirstOrThrow()
  const done = await trx
    .selectFrom('payment_refunds')
    .select((eb) => eb.fn.sum<string | null>('kopecks').as('sum'))
    .where('order_number', '=', String(orderNumber))
    .where('state', '=', 'done')
    .executeTakeFirstOrThrow()
  return Number(order.kopecks) - Number(done.sum ?? 0)
}
