/**
 * The queue of requests as managers see it: lists, counts, and one request with all that is to be
 * known before deciding. Reads only.
 */
import type { Selectable } from 'kysely'
import { loginFor } from '../people/login-name.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { reservedFor } from './number-pool.ts'
import type { RegistrationsTable } from './people-tables.ts'
import { checksOf } from './registration-checks.ts'
import type { RequestCheck } from './registration-checks.ts'
import type { RegistrationState } from './registrations.ts'

const pageSize = 50
/** Of one request, the newest. */
const shownNotes = 200

export type RequestsView = 'open' | 'mine' | 'confirmed' | 'rejected'

export interface RequestRow {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly phone: string
  readonly email: string
  readonly wish: string
  readonly state: RegistrationState
  readonly waitsDocuments: boolean
  readonly missedCalls: number
  readonly claim: {
    readonly login: string
    readonly name: string
    readonly since: number
    readonly until: number
    readonly mine: boolean
  } | null
  readonly createdAt: number
  readonly changedAt: number
}

export interface WholeRequest extends RequestRow {
  readonly version: number
  readonly comment: string
  readonly referralCode: string
  readonly address: string
  readonly checks: readonly RequestCheck[]
  readonly reserved: { readonly number: string; readonly until: number } | null
  readonly proposedLogin: string
  readonly tariffs: readonly {
    readonly id: string; readonly name: string; readonly monthlyKopecks: number
  }[]
  readonly notes: readonly {
    readonly id: string; readonly author: string; readonly text: string; readonly at: number
  }[]
  readonly decided: {
    readonly by: string; readonly at: number; readonly reason: string
    readonly subscriberId: string | null
  } | null
}

/**
 * A page of requests: open ones by how long they wait, decided ones newest first. `cursor`: of the
 * page before. `managerId`: whose own they may be.
 */
export async function listRequests(
  db: Db,
  { view, q = '', cursor }: {
    readonly view: RequestsView; readonly q?: string | undefined
    readonly cursor?: string | undefined
  },
  managerId: string,
  wallMs: number,
): Promise<{ readonly requests: readonly RequestRow[]; readonly cursor: string | null }> {
  const isDecided = view === 'confirmed' || view === 'rejected'
  const after = isDecided ? 'r.decided_at' : 'r.created_at'
  const [at = '', id = ''] = /^(\d{1,16}):([0-9a-f]{32})$/.exec(cursor ?? '')?.slice(1) ?? []
  const sign = isDecided ? '<' : '>'
  const rows = await requests(db)
    .where('r.state', 'in', isDecided ? [view] : ['new', 'inWork'])
    .$if(view === 'mine', (qb) => qb
      .where('r.claimed_by', '=', managerId)
      .where('r.claim_until', '>', String(wallMs)))
    .$if(q.trim() !== '', (qb) => qb.where((eb) => {
      const text = `%${q.trim().replaceAll(/[\\%_]/g, '\\$&')}%`
      const figures = q.replaceAll(/\D/g, '')
      return eb.or([
        eb('r.name', 'like', text), eb('r.email', 'like', text),
        ...(figures === '' ? [] : [
          eb('r.phone', 'like', `%${figures}%`),
          ...(figures.length < 10 ? [eb('r.number', '=', figures)] : []),
        ]),
      ])
    }))
    .$if(id !== '', (qb) => qb.where((eb) => eb.or([
      eb(after, sign, at), eb.and([eb(after, '=', at), eb('r.id', sign, id)]),
    ])))
    .orderBy(after, isDecided ? 'desc' : 'asc')
    .orderBy('r.id', isDecided ? 'desc' : 'asc')
    .limit(pageSize + 1)
    .execute()
  const last = rows.length > pageSize ? rows[pageSize - 1] : undefined
  return {
    requests: rows.slice(0, pageSize).map((row) => rowOf(row, managerId, wallMs)),
    cursor: last === undefined ? null
      : `${isDecided ? last.decided_at : last.created_at}:${last.id}`,
  }
}

/** How many requests wait, and on how many this manager works. */
export async function countRequests(
  db: Db, managerId: string, wallMs: number,
): Promise<{ readonly open: number; readonly mine: number }> {
  const { open, mine } = await db.selectFrom('registrations')
    .select((eb) => [
      eb.fn.countAll<string>().as('open'),
      eb.fn.sum<string | null>(eb.case()
        .when(eb.and([eb('claimed_by', '=', managerId), eb('claim_until', '>', String(wallMs))]))
        .then(1).else(0).end()).as('mine'),
    ])
    .where('state', 'in', ['new', 'inWork'])
    .executeTakeFirstOrThrow()
  return { open: Number(open), mine: Number(mine ?? 0) }
}

/** One request with what a manager needs to decide. Throws StoreError not_found. */
export async function loadRequest(
  db: Db, id: string, managerId: string, wallMs: number,
): Promise<WholeRequest> {
  const row = await requests(db).where('r.id', '=', id).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const isOpen = row.decided_at === null
  return {
    ...rowOf(row, managerId, wallMs),
    version: row.version,
    comment: row.comment,
    referralCode: row.referral_code,
    address: row.address,
    checks: isOpen ? await checksOf(db, row, wallMs) : [],
    reserved: await reservedFor(db, id, wallMs) ?? null,
    proposedLogin: isOpen ? await freeLogin(db, row.email, Number(row.number)) : '',
    tariffs: isOpen ? await tariffsNow(db, wallMs) : [],
    notes: await notesOf(db, id),
    decided: row.decided_at === null ? null : {
      by: row.decided_by ?? '', at: Number(row.decided_at), reason: row.reason,
      subscriberId: row.subscriber_id,
    },
  }
}

/** The first login made of an e-mail address that nobody has. */
export async function freeLogin(db: Db, email: string, number: number): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const login = loginFor(email, number, attempt)
    const taken = await db.selectFrom('accounts').select('id').where('login', '=', login)
      .executeTakeFirst()
    if (!taken) return login
  }
}

/** Tariffs a subscriber may be given today, newest first. */
async function tariffsNow(db: Db, wallMs: number): Promise<WholeRequest['tariffs']> {
  const rows = await db.selectFrom('tariffs').select(['id', 'name', 'monthly_kopecks'])
    .where((eb) => eb.or([eb('valid_from', 'is', null), eb('valid_from', '<=', String(wallMs))]))
    .where((eb) => eb.or([eb('valid_to', 'is', null), eb('valid_to', '>', String(wallMs))]))
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    id: row.id, name: row.name, monthlyKopecks: Number(row.monthly_kopecks),
  }))
}

async function notesOf(db: Db, id: string): Promise<WholeRequest['notes']> {
  const rows = await db.selectFrom('registration_notes').selectAll()
    .where('registration_id', '=', id)
    .orderBy('id', 'desc')
    .limit(shownNotes)
    .execute()
  return rows.toReversed().map((row) => ({
    id: row.id, author: row.author, text: row.text, at: Number(row.written_at),
  }))
}

function requests(db: Db) {
  return db.selectFrom('registrations as r')
    .leftJoin('accounts as a', 'a.id', 'r.claimed_by')
    .selectAll('r')
    .select(['a.login as claim_login', 'a.name as claim_name'])
}

type Row = Selectable<RegistrationsTable>
  & { readonly claim_login: string | null; readonly claim_name: string | null }

function rowOf(row: Row, managerId: string, wallMs: number): RequestRow {
  const until = Number(row.claim_until ?? 0)
  return {
    id: row.id,
    number: Number(row.number),
    name: row.name,
    phone: row.phone,
    email: row.email,
    wish: row.wish,
    state: row.state as RegistrationState,
    waitsDocuments: row.waits_documents === 1,
    missedCalls: row.missed_calls,
    claim: row.claimed_by === null || until <= wallMs ? null : {
      login: row.claim_login ?? '', name: row.claim_name ?? '',
      since: Number(row.claimed_at ?? 0), until, mine: row.claimed_by === managerId,
    },
    createdAt: Number(row.created_at),
    changedAt: Number(row.changed_at),
  }
}
