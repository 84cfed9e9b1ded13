/**
 * What must be true when the dust of the kill drill has settled: nothing that was promised is lost,
 * nothing that was done once is there twice, and every account adds up. Each check answers its
 * faults in words.
 */
import { createHash } from 'node:crypto'
import { chargeFor } from '../../src/money/rating.ts'
import type { Rate } from '../../src/money/tariff.ts'
import type { Db } from '../../src/store/database.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { checkPassword } from '../../src/store/password.ts'
import type { CaughtLetter } from './kill-world.ts'
import type { Promised } from './kill-people.ts'

/** What the checks are about, besides what people were promised. */
export interface Remains {
  readonly db: Db
  readonly promised: Promised
  /** Every letter that the mail server has kept. */
  readonly letters: readonly CaughtLetter[]
  /** Letters that may be there twice: those under way when something was killed. */
  readonly mostRepeated: number
  /** Who invites all newcomers, and who gets the calls. */
  readonly inviterId: string
  readonly talkerId: string
  readonly rate: Rate
  /** Call-IDs of callers who heard 200 OK. */
  readonly answered: readonly string[]
  /** Accounts whose fee is due, and whether they have the money. */
  readonly fees: ReadonlyMap<string, boolean>
  readonly feeKopecks: number
}

/** All faults; none is right. */
export async function faultsOf(of: Remains): Promise<string[]> {
  const checks = [people, payments, fees, calls, talk, letters, accounts]
  const faults = [...of.promised.faults]
  for (const check of checks) {
    for (const fault of await check(of)) faults.push(`${check.name}: ${fault}`)
  }
  return faults
}

/** One request per form, one subscriber and one number per request, the newest password counts. */
async function people({ db, promised }: Remains): Promise<string[]> {
  const faults: string[] = []
  const rows = await db.selectFrom('registrations as r')
    .leftJoin('number_pool as n', (join) => join
      .onRef('n.subscriber_id', '=', 'r.subscriber_id').on('n.state', '=', 'assigned'))
    .leftJoin('accounts as a', (join) => join
      .onRef('a.subscriber_id', '=', 'r.subscriber_id').on('r.state', '=', 'confirmed'))
    .select(['r.number', 'r.email', 'r.state', 'r.subscriber_id', 'n.address', 'a.id as account'])
    .where('r.email', 'like', '%@kill.example').execute()
  faults.push(...twice('request', rows.map(({ email }) => email)))
  for (const [number, email] of promised.requests)
    if (!rows.some((row) => Number(row.number) === number && row.email === email))
      faults.push(`request ${number} of ${email} is lost`)
  const confirmed = rows.filter(({ state }) => state === 'confirmed')
  for (const row of confirmed) {
    if (row.address === null) faults.push(`${row.email} has no number of the pool`)
    if (row.account === null) faults.push(`${row.email} has no account`)
  }
  for (const [number, email] of promised.confirmed)
    if (!confirmed.some((row) => row.address === number && row.email === email))
      faults.push(`${number} of ${email} is not assigned to him`)
  const made = await db.selectFrom('accounts').select(['login', 'email', 'password_hash'])
    .where('email', 'like', '%@kill.example').execute()
  faults.push(...twice('account', made.map(({ email }) => email)))
  for (const [login, password] of promised.passwords) {
    const hash = made.find((one) => one.login === login)?.password_hash ?? ''
    if (!await checkPassword(password, hash)) faults.push(`the password of ${login} is another`)
  }
  return faults
}

/** Each payment is entered once, with its fee and its bonus, and told once. */
async function payments({ db, promised, inviterId }: Remains): Promise<string[]> {
  const faults: string[] = []
  const orders = await db.selectFrom('payment_orders').selectAll().execute()
  const entries = await db.selectFrom('ledger').selectAll()
    .where('kind', 'in', ['payment', 'bonus']).execute()
  for (const [order, kopecks] of promised.payments) {
    const row = orders.find(({ number }) => Number(number) === order)
    if (row?.state !== 'paid') faults.push(`order ${order} is ${row?.state ?? 'lost'}`)
    const sum = entries
      .filter((one) => Number(one.order_number) === order && one.kind === 'payment')
      .reduce((total, one) => total + Number(one.kopecks), 0)
    if (sum !== kopecks) faults.push(`order ${order} brought ${sum} kopecks`)
  }
  faults.push(...twice('order', orders.map((one) => `${one.subscriber_id} ${one.form_key}`)))
  const told = await db.selectFrom('outbox').select('notice_key').where('kind', '=', 'payment')
    .where('channel', '=', '').execute()
  const paid = orders.filter(({ state }) => state === 'paid')
  if (told.length !== paid.length) faults.push(`${paid.length} paid, ${told.length} told`)
  const invited = await db.selectFrom('referral_links').selectAll()
    .where('inviter_id', '=', inviterId).execute()
  for (const { invitee_id: id, state } of invited) {
    const hasPaid = paid.some(({ subscriber_id: payer }) => payer === id)
    const bonuses = entries.filter((one) => one.entry_key === `referral:${id}`)
    if (bonuses.length !== (hasPaid ? 1 : 0) || (state === 'paid') !== hasPaid)
      faults.push(`${bonuses.length} bonuses for ${id}, who is ${state}`)
  }
  if (invited.length !== promised.confirmed.size)
    faults.push(`${invited.length} invitees of ${promised.confirmed.size}`)
  return faults
}

/** Whose money covers it has paid once, nobody else has. */
async function fees({ db, fees: due, feeKopecks }: Remains): Promise<string[]> {
  const faults: string[] = []
  const months = await db.selectFrom('monthly_fees').selectAll().execute()
  const entries = await db.selectFrom('ledger').selectAll().where('kind', '=', 'monthlyFee')
    .execute()
  for (const [id, hasMoney] of due) {
    const paid = entries.filter((one) => one.subscriber_id === id)
      .map((one) => -Number(one.kopecks))
    const state = months.filter((one) => one.subscriber_id === id).map((one) => one.state).join()
    const right = hasMoney ? `${feeKopecks} paid` : ' waiting'
    if (`${paid.join('+')} ${state}` !== right) faults.push(`${id}: ${paid.join('+')} ${state}`)
  }
  for (const { subscriber_id: id, month, state } of months) {
    const count = entries.filter((one) => one.entry_key === `fee:${id}:${month}`).length
    if (count !== (state === 'paid' ? 1 : 0))
      faults.push(`${id} ${month} ${state}: ${count} entries`)
  }
  return faults
}

/** Each call that was answered is there, closed, and charged once for what it lasted. */
async function calls({ db, talkerId, rate, answered }: Remains): Promise<string[]> {
  const faults: string[] = []
  const rows = await db.selectFrom('calls').selectAll().where('subscriber_id', '=', talkerId)
    .execute()
  const entries = await db.selectFrom('ledger').selectAll().where('subscriber_id', '=', talkerId)
    .where('kind', '=', 'call').execute()
  const known = new Set(rows.map((row) => row.sip_call_id))
  for (const id of answered) if (!known.has(id)) faults.push(`call ${id} is lost`)
  faults.push(...twice('call', rows.map((row) => row.sip_call_id)))
  for (const row of rows) {
    if (row.ended_at === null) {
      faults.push(`${row.id} is open`)
      continue
    }
    const lasted = row.answered_at === null ? undefined
      : Number(row.ended_at) - Number(row.answered_at)
    const due = lasted === undefined ? 0 : chargeFor(rate, lasted, 0, 0).kopecks
    const charged = entries.filter((one) => one.call_id === row.id)
      .map((one) => -Number(one.kopecks))
    if (charged.join('+') !== (due === 0 ? '' : String(due)))
      faults.push(`${row.id} (${row.outcome}, ${lasted} ms): ${charged.join('+')}, not ${due}`)
  }
  const reserved = await db.selectFrom('live_charges').select('call_id').execute()
  if (reserved.length > 0) faults.push(`${reserved.length} reservations are left`)
  return faults
}

/** Every word to and from the support is there once, every answer is told once. */
async function talk({ db, promised }: Remains): Promise<string[]> {
  const faults: string[] = []
  const rows = await db.selectFrom('support_messages').select('text').execute()
  const texts = rows.map((row) => row.text)
  faults.push(...twice('message', texts))
  for (const text of promised.words) if (!texts.includes(text)) faults.push(`${text} is lost`)
  const told = await db.selectFrom('outbox').select('payload').where('kind', '=', 'supportAnswer')
    .where('channel', '=', '').execute()
  const answers = told.map(({ payload }) => JSON.parse(payload).text as string)
  faults.push(...twice('told answer', answers))
  for (const text of promised.answers.values())
    if (!answers.includes(text)) faults.push(`${text} is told to nobody`)
  return faults
}

/** Everything told is routed, every letter has left, and few of them twice. */
async function letters({ db, letters: caught, mostRepeated }: Remains): Promise<string[]> {
  const faults: string[] = []
  const rows = await db.selectFrom('outbox')
    .select(['notice_key', 'channel', 'state', 'last_error']).execute()
  const ids = new Set(caught.map(({ messageId }) => messageId))
  const ours = new Set<string>()
  for (const { notice_key: key, channel, state, last_error: why } of rows) {
    if (channel === '' && state !== 'routed') faults.push(`${key} is ${state}`)
    if (channel !== 'email') continue
    const id = createHash('sha256').update(key).digest('hex').slice(0, 32)
    ours.add(id)
    // A link that a newer one has overtaken is not sent any more.
    const isVain = state === 'dead' && why.includes('link counts no more')
    if (state !== 'sent' && !isVain) faults.push(`${key} is ${state}: ${why}`)
    if (state === 'sent' && !ids.has(id)) faults.push(`${key} never arrived`)
  }
  for (const { messageId, to } of caught)
    if (!ours.has(messageId)) faults.push(`nobody wrote ${messageId} to ${to}`)
  const repeated = caught.length - ids.size
  if (repeated > mostRepeated) faults.push(`${repeated} of ${caught.length} came twice`)
  return faults
}

/** Entries add up, without gaps; the copy is what they say. */
async function accounts({ db }: Remains): Promise<string[]> {
  const faults: string[] = []
  const { alarms } = await checkLedgers(db, Date.now())
  for (const { key, details } of alarms) faults.push(`${key} ${JSON.stringify(details)}`)
  const raised = await db.selectFrom('alarms').select(['alarm_key', 'details'])
    .where('kind', 'in', ['ledger', 'payment']).execute()
  for (const one of raised) faults.push(`${one.alarm_key} ${one.details}`)
  const rows = await db.selectFrom('ledger').selectAll().orderBy('subscriber_id').orderBy('number')
    .execute()
  const sums = new Map<string, { sum: number; number: number }>()
  for (const row of rows) {
    const last = sums.get(row.subscriber_id) ?? { sum: 0, number: 0 }
    const next = { sum: last.sum + Number(row.kopecks), number: last.number + 1 }
    if (Number(row.number) !== next.number || Number(row.balance_kopecks) !== next.sum)
      faults.push(`${row.subscriber_id} entry ${row.number}: ${row.balance_kopecks}`)
    sums.set(row.subscriber_id, next)
  }
  const copies = await db.selectFrom('subscribers').select(['id', 'balance_kopecks']).execute()
  for (const { id, balance_kopecks: copy } of copies)
    if (Number(copy) !== (sums.get(id)?.sum ?? 0)) faults.push(`${id}: the copy says ${copy}`)
  return faults
}

function twice(what: string, names: readonly string[]): string[] {
  const seen = new Set<string>()
  const faults: string[] = []
  for (const name of names) {
    if (seen.has(name)) faults.push(`${what} ${name} is there twice`)
    seen.add(name)
  }
  return faults
}
