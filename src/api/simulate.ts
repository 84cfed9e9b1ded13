/**
 * «Кто зазвонит, если …» and «позвонить мне сейчас»: the first plays a call through the engine, the
 * second asks the call application for a real one.
 */
import { Hono } from 'hono'
import { callerNumber } from '../call/caller-match.ts'
import { readNumber } from '../call/number.ts'
import { inWinningOrder } from '../call/plan.ts'
import { localMidnight } from '../call/schedule.ts'
import { simulateCall } from '../call/simulate.ts'
import type { PhoneHabit } from '../call/simulate.ts'
import { drawTimeline } from '../call/timeline.ts'
import { addErrand } from '../store/errands.ts'
import { legPricesOf } from '../store/number-prices.ts'
import { listNumbers } from '../store/numbers.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { openCallerBook } from './caller-book.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { errandReply } from './errands.ts'
import { ApiError } from './errors.ts'
import { resultOf } from './picture.ts'
import { asRouted } from './routed.ts'
import { simulateRequest, testCallRequest } from './schema-rules.ts'
import type { ErrandStarted, SimulateReply, SimulateRequest } from './schema-rules.ts'

/** POST /api/simulate. */
export function simulateRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().post('/', async (c) =>
    c.json(await simulate(deps, c.get('session').subscriberId, await readBody(c, simulateRequest))))
}

/** POST /api/test-call: from his personal number, or from one of «Мои номера». */
export function testCallRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>().post('/', async (c) => {
    const { subscriberId } = c.get('session')
    const { caller = '' } = await readBody(c, testCallRequest)
    const account = asRouted(deps, await loadSubscriber(db, subscriberId))
    const reading = caller === '' ? { ok: true, address: account.number } as const
      : readNumber(caller)
    // Nobody's number may be shown but his own.
    const own = [...account.numbers, ...account.ownNumbers]
    if (!reading.ok || !own.includes(reading.address))
      throw new ApiError(422, 'not_test_number', { field: 'caller' })
    const draft = { kind: 'test', caller: reading.address } as const
    const errandId = await addErrand(db, subscriberId, draft, nowMs(deps))
    const started = { ...(await errandReply(deps, subscriberId, errandId)), errandId }
    return c.json(started satisfies ErrandStarted, 202)
  })
}

async function simulate(
  deps: ApiDeps,
  subscriberId: string,
  request: SimulateRequest,
): Promise<SimulateReply> {
  const db = deps.database.kysely
  const account = asRouted(deps, await loadSubscriber(db, subscriberId))
  const dialled = readDialled(request.dialled, account.numbers)
  const subscriber = { ...account, number: dialled }
  const anonymous = request.caller === '' || request.caller === 'anonymous'
  const number = anonymous ? '' : callerNumber({ number: request.caller, name: '', anonymous })
  const book = await openCallerBook(db, subscriberId)
  const { known } = book({ number, name: '', anonymous })
  const caller = { number, name: known?.name ?? '', anonymous }
  const phones = await listNumbers(db, subscriberId)
  const from = localMidnight(request.at, subscriber.zone)
  const to = localMidnight(request.at, subscriber.zone, 1)
  const rules = inWinningOrder(subscriber.rules)
  const priceOf = await legPricesOf(db, account, nowMs(deps))
  return {
    now: nowMs(deps),
    at: request.at,
    caller: number,
    dialled,
    known,
    story: simulateCall(subscriber, {
      atMs: request.at,
      caller,
      dialled,
      phones: habitsOf(request),
      // Nobody asks when the media server is restarted; the picture is of the rules.
      mediaAvailable: true,
      ...(priceOf === undefined ? {} : { priceOf }),
    }),
    rules: Object.fromEntries(rules.map(({ id, name }, index) => [id, { name, place: index + 1 }])),
    phones: Object.fromEntries(phones.map((phone) => [phone.address, phone.description])),
    day: { from, to, result: resultOf(drawTimeline(subscriber, from, to)) },
  }
}

function habitsOf({ phones = {} }: SimulateRequest): Record<string, PhoneHabit> {
  return Object.fromEntries(Object.entries(phones).map(([address, { does, afterSeconds }]) =>
    [address, afterSeconds === undefined ? { does } : { does, afterSeconds }]))
}

function readDialled(text: string | undefined, own: readonly string[]): string {
  const [first = ''] = own
  if (text === undefined || text === '') return first
  const reading = readNumber(text)
  if (!reading.ok || !own.includes(reading.address))
    throw new ApiError(422, 'unknown_dialled', { field: 'dialled' })
  return reading.address
}
