/**
 * What a manager should look at before confirming a request: whether the applicant is known already
 * by telephone or e-mail, has invited himself, or sends requests in rows. Hints, not refusals.
 */
import type { Db } from './database.ts'

export interface RequestCheck {
  readonly code: 'samePhone' | 'sameEmail' | 'phoneInUse' | 'manyFromAddress' | 'ownReferral'
    | 'unknownReferral' | 'foreignPhone'
  readonly subscriberId: string | null
  readonly requestNumber: number | null
  readonly requestId: string | null
  readonly n: number
}

export interface CheckedRequest {
  readonly id: string
  readonly phone: string
  readonly email: string
  readonly address: string
  readonly referral_code: string
}

const dayMs = 86_400_000
/** A family behind one address sends two. */
const manyInDay = 3
const shown = 3

/** All hints for a request, those that name somebody first. */
export async function checksOf(
  db: Db, request: CheckedRequest, wallMs: number,
): Promise<readonly RequestCheck[]> {
  return [
    ...await sameRequests(db, request, 'phone'),
    ...await sameRequests(db, request, 'email'),
    ...await subscribersOf(db, request),
    ...await referralChecks(db, request),
    ...await manyFromAddress(db, request, wallMs),
    ...(request.phone.startsWith('+7') ? [] : [check('foreignPhone')]),
  ]
}

async function sameRequests(
  db: Db, { id, phone, email }: CheckedRequest, column: 'phone' | 'email',
): Promise<readonly RequestCheck[]> {
  const rows = await db.selectFrom('registrations').select(['id', 'number', 'subscriber_id'])
    .where(column, '=', column === 'phone' ? phone : email)
    .where('id', '<>', id)
    .orderBy('id', 'desc')
    .limit(shown)
    .execute()
  return rows.map((row) => check(column === 'phone' ? 'samePhone' : 'sameEmail', {
    requestId: row.id, requestNumber: Number(row.number), subscriberId: row.subscriber_id,
  }))
}

async function subscribersOf(
  db: Db, { phone, email }: CheckedRequest,
): Promise<readonly RequestCheck[]> {
  const accounts = await db.selectFrom('accounts').select('subscriber_id')
    .where('email', '=', email.toLowerCase())
    .where('subscriber_id', '<>', '')
    .limit(shown)
    .execute()
  const phones = await db.selectFrom('numbers as n')
    .innerJoin('subscribers as s', 's.id', 'n.subscriber_id')
    .select('n.subscriber_id')
    .distinct()
    .where('n.address', '=', phone)
    .where('s.status', '<>', 'closed')
    .limit(shown)
    .execute()
  return [
    ...accounts.map((row) => check('sameEmail', { subscriberId: row.subscriber_id })),
    ...phones.map((row) => check('phoneInUse', { subscriberId: row.subscriber_id })),
  ]
}

async function referralChecks(
  db: Db, { phone, email, referral_code: code }: CheckedRequest,
): Promise<readonly RequestCheck[]> {
  if (code === '') return []
  const inviter = await db.selectFrom('referral_codes').select('subscriber_id')
    .where('code', '=', code)
    .executeTakeFirst()
  if (!inviter) return [check('unknownReferral')]
  const { subscriber_id: id } = inviter
  const own = await db.selectFrom('numbers').select('id')
    .where('subscriber_id', '=', id).where('address', '=', phone)
    .executeTakeFirst()
    ?? await db.selectFrom('accounts').select('id')
      .where('subscriber_id', '=', id).where('email', '=', email.toLowerCase())
      .executeTakeFirst()
    ?? await db.selectFrom('registrations').select('id')
      .where('subscriber_id', '=', id).where('phone', '=', phone)
      .executeTakeFirst()
  return own ? [check('ownReferral', { subscriberId: id })] : []
}

async function manyFromAddress(
  db: Db, { address }: CheckedRequest, wallMs: number,
): Promise<readonly RequestCheck[]> {
  if (address === '') return []
  const { count } = await db.selectFrom('registrations')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('address', '=', address)
    .where('created_at', '>', String(wallMs - dayMs))
    .executeTakeFirstOrThrow()
  return Number(count) < manyInDay ? [] : [check('manyFromAddress', { n: Number(count) })]
}

function check(code: RequestCheck['code'], more: Partial<RequestCheck> = {}): RequestCheck {
  return { code, subscriberId: null, requestNumber: null, requestId: null, n: 0, ...more }
}
