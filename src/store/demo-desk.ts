/**
 * What the desk of a fresh installation shows: a manager, some numbers of the pool in every state,
 * and a few requests that wait. Their letters are not sent: these people do not exist.
 */
import { randomBytes } from 'node:crypto'
import { numbersOf, readRanges } from '../people/number-ranges.ts'
import { addManager, findPersonByLogin } from './accounts.ts'
import { nextNumber } from './counters.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { newId } from './ids.ts'
import { changePoolNumber, importNumbers } from './number-pool.ts'
import { hashPassword } from './password.ts'
import { registrationRow } from './registrations.ts'
import { setPassword } from './sessions.ts'

const login = 'manager'
const pool = '+74996740700-+74996740799, +78123090000-+78123090049'
const hourMs = 3_600_000

/** Who waits, since how many hours; addresses are of a domain that nobody has (RFC 2606). */
const people = [
  {
    hours: 29, name: 'Елена Сорокина', phone: '+79031234511', wish: '+7499',
    comment: 'Нужен номер для салона, перезвоните после обеда.',
  },
  { hours: 7, name: 'Павел Громов', phone: '+79161234501', wish: '', comment: '' },
  {
    hours: 3, name: 'Ирина Ким', phone: '+79261234513', wish: '+7812',
    comment: 'Живу на два города.',
  },
  { hours: 1, name: 'Артём Белов', phone: '+77011234514', wish: '+7499', comment: '' },
] as const

/**
 * Makes the manager and fills the desk; what is there already stays. Answers how to get in: a
 * password that is lost is replaced.
 */
export async function seedDesk(
  db: Db, { number }: { readonly number: string }, wallMs: number,
): Promise<{ readonly login: string; readonly password: string }> {
  const password = randomBytes(9).toString('base64url')
  const passwordHash = await hashPassword(password)
  await inTransaction(db, async (trx) => {
    const there = await findPersonByLogin(trx, login)
    if (there !== undefined) return setPassword(trx, there.id, passwordHash)
    const manager = { login, name: 'Ольга Менеджер', email: 'manager@demo.example', passwordHash }
    await addManager(trx, manager, wallMs)
    await fillPool(trx, number, wallMs)
    for (const person of people) await addRequest(trx, person, wallMs)
  })
  return { login, password }
}

async function fillPool(trx: Trx, taken: string, wallMs: number): Promise<void> {
  const numbers = numbersOf(readRanges(pool, 1000).ranges)
  await importNumbers(trx, numbers, '', false, wallMs)
  const [resting, gone, kept] = numbers.filter((address) => address !== taken)
  const change = (address: string | undefined, state: 'quarantine' | 'ported' | 'reserved',
    days: number | null, note: string) => address === undefined ? undefined
    : changePoolNumber(trx, address, { state, days, note }, wallMs)
  await change(resting, 'quarantine', 60, 'Абонент ушёл')
  await change(gone, 'ported', null, 'Перенесён к другому оператору')
  await change(kept, 'reserved', null, 'Для офиса')
}

async function addRequest(
  trx: Trx, { hours, name, phone, wish, comment }: (typeof people)[number], wallMs: number,
): Promise<void> {
  const at = wallMs - hours * hourMs
  const number = await nextNumber(trx, 'registration', 1)
  const token = randomBytes(32).toString('base64url')
  await trx.insertInto('registrations')
    .values(registrationRow(newId(at), number, token, {
      name, phone, wish, comment, email: `request${number}@demo.example`, referralCode: '',
      language: 'ru', address: `192.0.2.${number}`,
    }, at))
    .execute()
}
