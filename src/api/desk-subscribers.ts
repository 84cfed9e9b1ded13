/**
 * Subscribers at the desk over HTTP: finding them, the card of one, and what a manager may change.
 * Each look at a card is logged, and so is each change, with it.
 */
import { Hono } from 'hono'
import { readNumber } from '../call/number.ts'
import { isZone } from '../call/zone.ts'
import { accountOf } from '../store/accounts.ts'
import type { Person } from '../store/accounts.ts'
import { inTransaction } from '../store/database.ts'
import type { Trx } from '../store/database.ts'
import { loadCard } from '../store/desk-card.ts'
import { logDeed } from '../store/desk-deed.ts'
import {
  about, addNote, changeStatus, changeSubscriber, findSubscribers, giveNumber, takeNumber,
} from '../store/desk-subscribers.ts'
import { planTariff } from '../store/desk-tariffs.ts'
import { askForEmail } from '../store/email-change.ts'
import { StoreError } from '../store/errors.ts'
import { sendPasswordLink } from '../store/new-password.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { ApiError } from './errors.ts'
import {
  deskEmailRequest, deskNoteRequest, deskNumberRequest, deskStatusRequest, deskSubscriberRequest,
  deskSubscribersQuery, deskTariffChangeRequest,
} from './schema-desk.ts'
import type { DeskSubscriberCard, DeskSubscribersReply } from './schema-desk.ts'

/** /api/desk/subscribers */
export function deskSubscriberRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const card = async (c: ApiContext): Promise<DeskSubscriberCard> =>
    loadCard(db, readId(c), nowMs(deps))
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { after, limit, ...filter } = check(deskSubscribersQuery, c.req.query())
      const found = await findSubscribers(db, filter, { after, limit }, nowMs(deps))
      return c.json(found satisfies DeskSubscribersReply)
    })
    .get('/:id', async (c) => {
      const found = await card(c)
      await logDeed(db, deedOf(deps, c), { ...about(found.id), action: 'subscriber.look' })
      return c.json(found)
    })
    .put('/:id', async (c) => {
      const { version, ...change } = await readBody(c, deskSubscriberRequest)
      if (change.zone !== undefined && !isZone(change.zone))
        throw new ApiError(422, 'bad_zone', { field: 'zone' })
      await changeSubscriber(db, readId(c), version, change, deedOf(deps, c))
      return c.json(await card(c))
    })
    .post('/:id/status', async (c) => {
      await changeStatus(db, readId(c), await readBody(c, deskStatusRequest), deedOf(deps, c))
      return c.json(await card(c))
    })
    .post('/:id/tariff', async (c) => {
      const { tariffId, since } = await readBody(c, deskTariffChangeRequest)
      await planTariff(db, readId(c), tariffId, since ?? undefined, deedOf(deps, c))
      return c.json(await card(c))
    })
    .post('/:id/email', async (c) => {
      await beginEmailChange(deps, c)
      return c.json({}, 202)
    })
    .post('/:id/password-link', async (c) => {
      await sendLink(deps, c)
      return c.json({}, 202)
    })
    .post('/:id/numbers', async (c) => {
      const { address } = await readBody(c, deskNumberRequest)
      await giveNumber(db, readId(c), addressOf(address), deedOf(deps, c))
      return c.json(await card(c))
    })
    .delete('/:id/numbers/:address', async (c) => {
      await takeNumber(db, readId(c), addressOf(c.req.param('address')), deedOf(deps, c))
      return c.json(await card(c))
    })
    .post('/:id/notes', async (c) => {
      await addNote(db, readId(c), await readBody(c, deskNoteRequest), deedOf(deps, c))
      return c.json(await card(c))
    })
}

async function beginEmailChange(deps: ApiDeps, c: ApiContext): Promise<void> {
  const { email } = await readBody(c, deskEmailRequest)
  const by = deedOf(deps, c)
  await inTransaction(deps.database.kysely, async (trx) => {
    const { id, subscriberId } = await openAccount(trx, readId(c))
    // Where the manager sits is not the subscriber's business.
    await askForEmail(trx, id, email, { atMs: by.atMs, from: '', agent: '' })
    const details = { email }
    await logDeed(trx, by, { ...about(subscriberId), action: 'subscriber.email', details })
  })
}

async function sendLink(deps: ApiDeps, c: ApiContext): Promise<void> {
  const by = deedOf(deps, c)
  await inTransaction(deps.database.kysely, async (trx) => {
    const person = await openAccount(trx, readId(c))
    await sendPasswordLink(trx, person, by.atMs)
    await logDeed(trx, by, { ...about(person.subscriberId), action: 'subscriber.passwordLink' })
  })
}

/** Links of a closed account would lead nowhere. Throws StoreError not_found, status_refused. */
async function openAccount(trx: Trx, subscriberId: string): Promise<Person> {
  const person = await accountOf(trx, subscriberId)
  if (person.status !== 'active') throw new StoreError('status_refused')
  return person
}

function addressOf(text: string): string {
  const read = readNumber(text)
  if (read.ok) return read.address
  throw new ApiError(400, 'bad_number', { field: 'address', details: { why: read.why } })
}
