/**
 * «Мои номера» over HTTP: addresses are taken as people write them and kept as E.164; each with how
 * it answered lately and the code that proves it.
 */
import { Hono } from 'hono'
import { checkTarget, readNumber } from '../call/number.ts'
import { isAbroad } from '../limits/destination.ts'
import { destinationOf } from '../store/number-class.ts'
import { codesUnderWay, startCode, tryCode } from '../store/number-codes.ts'
import { unwatched, watchNumbers } from '../store/number-watch.ts'
import { pricesOf } from '../store/number-prices.ts'
import { saveFault } from '../store/number-judge.ts'
import type { Verdict } from '../store/number-judge.ts'
import {
  addNumber, deleteNumber, listNumbers, loadNumber, updateNumber,
} from '../store/numbers.ts'
import type { NumberDraft } from '../store/numbers.ts'
import { loadSubscriber, setDefaultNumber } from '../store/subscribers.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { requireFresh } from './fresh.ts'
import { defaultNumberRequest, numberRequest, numbersQuery } from './schema.ts'
import type { NumberReply, NumberRequest } from './schema.ts'
import type { NumberDestination } from './schema-limits.ts'
import { codeRequest, verifyRequest } from './schema-rules.ts'
import type { Verification } from './schema-rules.ts'

/** /api/numbers: list, add, change, delete, prove. */
export function numberRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', (c) => listPage(deps, c))
    .post('/', async (c) => {
      const { subscriberId } = c.get('session')
      const draft = await readDraft(deps, c, await readBody(c, numberRequest))
      const id = await addNumber(db, subscriberId, draft, nowMs(deps))
      return c.json(await numberReply(deps, subscriberId, id), 201)
    })
    .put('/:id', async (c) => {
      const { subscriberId } = c.get('session')
      const id = readId(c)
      const { address: kept } = await loadNumber(db, subscriberId, id)
      const draft = await readDraft(deps, c, await readBody(c, numberRequest), kept)
      await updateNumber(db, subscriberId, id, draft, nowMs(deps))
      return c.json(await numberReply(deps, subscriberId, id))
    })
    .delete('/:id', async (c) => {
      await deleteNumber(db, c.get('session').subscriberId, readId(c))
      return c.json({})
    })
    .post('/:id/verify', async (c) => {
      const id = readId(c)
      const { by } = await readBody(c, verifyRequest)
      return c.json(await sendCode(deps, c.get('session').subscriberId, id, by), 202)
    })
    .post('/:id/verify/code', async (c) => {
      const { subscriberId } = c.get('session')
      const id = readId(c)
      const { code } = await readBody(c, codeRequest)
      await tryCode(db, subscriberId, id, code, nowMs(deps))
      return c.json(await numberReply(deps, subscriberId, id))
    })
}

/** PUT /api/settings/default-number. */
export function settingsRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().put('/default-number', async (c) => {
    const { targetId } = await readBody(c, defaultNumberRequest)
    await setDefaultNumber(deps.database.kysely, c.get('session').subscriberId, targetId)
    return c.json({ targetId })
  })
}

/** With `page` the header X-Total-Count tells how many there are. */
async function listPage(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { q = '', page, size } = check(numbersQuery, c.req.query())
  const all = await numberReplies(deps, c.get('session').subscriberId)
  const text = q.trim().toLowerCase()
  const digits = text.replaceAll(/\D/g, '').replace(/^8(?=\d{10}$)/, '7')
  const found = text === '' ? all : all.filter(({ address, description }) =>
    description.toLowerCase().includes(text) || address.includes(text) ||
    (digits.length >= 2 && address.includes(digits)))
  c.header('X-Total-Count', String(found.length))
  return c.json(page === undefined ? found : found.slice((page - 1) * size, page * size))
}

async function numberReplies(
  deps: ApiDeps,
  subscriberId: string,
): Promise<readonly NumberReply[]> {
  const db = deps.database.kysely
  const wallMs = nowMs(deps)
  const numbers = await listNumbers(db, subscriberId)
  const watches = await watchNumbers(db, subscriberId, wallMs)
  const codes = await codesUnderWay(db, subscriberId, wallMs)
  const priceOf = await pricesOf(db, subscriberId, wallMs)
  return numbers.map(({ verdict, ...number }) => ({
    ...number,
    destination: destinationReply(verdict, wallMs),
    ...(priceOf === undefined ? {} : { price: priceOf(number.address) }),
    verification: codes.get(number.id) ?? null,
    watch: watches.get(number.id) ?? unwatched,
  }))
}

async function numberReply(deps: ApiDeps, subscriberId: string, id: string): Promise<NumberReply> {
  const found = (await numberReplies(deps, subscriberId)).find((number) => number.id === id)
  if (!found) throw new ApiError(404, 'not_found')
  return found
}

/** Throws ApiError 422 sms_off, 503 media_unavailable. */
async function sendCode(
  deps: ApiDeps,
  subscriberId: string,
  id: string,
  by: 'call' | 'sms',
): Promise<Verification> {
  const { sendSms } = deps
  if (by === 'sms' && sendSms === undefined) throw new ApiError(422, 'sms_off', { field: 'by' })
  const db = deps.database.kysely
  const { code, address, state } = await startCode(db, subscriberId, id, by, nowMs(deps))
  if (by === 'sms') {
    // A SIP address has no SMS; the code is on its way nowhere and expires.
    if (!address.startsWith('+')) throw new ApiError(422, 'sms_off', { field: 'by' })
    await sendSms?.(address, `${deps.brand.name}: код подтверждения ${code}`)
      .catch((fault: unknown) => {
        deps.log.warn({ err: fault }, 'a code cannot be sent')
        throw new ApiError(503, 'sms_failed', { field: 'by' })
      })
  }
  return state
}

/**
 * Throws ApiError 422 bad_number, refused_number, with the reason's code in `details.why`, and
 * 403 second_factor_required for a new one abroad. `kept`: the address it has.
 */
async function readDraft(
  deps: ApiDeps,
  c: ApiContext,
  request: NumberRequest,
  kept?: string,
): Promise<NumberDraft> {
  const reading = readNumber(request.address)
  if (!reading.ok) {
    // Short and emergency codes are no E.164 numbers, yet deserve their own reason.
    const digits = request.address.replaceAll(/[\s()-]/g, '')
    const short = /^\d+$/.test(digits) ? checkTarget(digits) : undefined
    const why = short?.ok === false && short.why !== 'notANumber' ? short.why : reading.why
    throw new ApiError(422, why === reading.why ? 'bad_number' : 'refused_number', {
      field: 'address',
      details: { why },
    })
  }
  const { subscriberId } = c.get('session')
  const { numbers } = await loadSubscriber(deps.database.kysely, subscriberId)
  const verdict = checkTarget(reading.address, numbers)
  if (!verdict.ok)
    throw new ApiError(422, 'refused_number', { field: 'address', details: { why: verdict.why } })
  // Its words may be changed, whatever has become of the number meanwhile.
  if (reading.address !== kept) {
    await refuseBarred(deps, subscriberId, reading.address)
    // A stolen session must not ring where a minute costs most.
    if (isAbroad(await destinationOf(reading.address))) await requireFresh(deps, c)
  }
  return { ...request, address: reading.address }
}

/** Throws ApiError 422 refused_number for what the limits against fraud do not let rules ring. */
async function refuseBarred(deps: ApiDeps, subscriberId: string, address: string): Promise<void> {
  const fault = await saveFault(deps.database.kysely, subscriberId, address, nowMs(deps))
  if (fault !== undefined)
    throw new ApiError(422, 'refused_number', { field: 'address', details: { ...fault } })
}

/** What line it is, as the page shows it. */
function destinationReply(
  { destination, barred, ringsFrom }: Verdict, wallMs: number,
): NumberDestination {
  const waits = ringsFrom !== undefined && wallMs < ringsFrom
  return {
    ...destination, barred: barred ?? (waits ? 'coolOff' : null),
    ringsFrom: waits ? ringsFrom : null,
  }
}
