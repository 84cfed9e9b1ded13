/**
 * «Мои номера» over HTTP: addresses are taken as people write them and kept as E.164.
 */
import { Hono } from 'hono'
import { checkTarget, readNumber } from '../call/number.ts'
import { addNumber, deleteNumber, listNumbers, loadNumber, updateNumber } from '../store/numbers.ts'
import type { NumberDraft } from '../store/numbers.ts'
import { loadSubscriber, setDefaultNumber } from '../store/subscribers.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { defaultNumberRequest, numberRequest } from './schema.ts'
import type { NumberReply, NumberRequest } from './schema.ts'

/** /api/numbers: list, add, change, delete. */
export function numberRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) =>
      c.json(
        (await listNumbers(db, c.get('session').subscriberId)) satisfies readonly NumberReply[],
      ),
    )
    .post('/', async (c) => {
      const { subscriberId } = c.get('session')
      const draft = await readDraft(deps, subscriberId, await readBody(c, numberRequest))
      const id = await addNumber(db, subscriberId, draft, nowMs(deps))
      return c.json((await loadNumber(db, subscriberId, id)) satisfies NumberReply, 201)
    })
    .put('/:id', async (c) => {
      const { subscriberId } = c.get('session')
      const id = readId(c)
      const draft = await readDraft(deps, subscriberId, await readBody(c, numberRequest))
      await updateNumber(db, subscriberId, id, draft)
      return c.json((await loadNumber(db, subscriberId, id)) satisfies NumberReply)
    })
    .delete('/:id', async (c) => {
      await deleteNumber(db, c.get('session').subscriberId, readId(c))
      return c.json({})
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

/**
 * Throws ApiError 422 bad_number, refused_number, with the reason's code in `details.why`.
 */
async function readDraft(
  deps: ApiDeps,
  subscriberId: string,
  request: NumberRequest,
): Promise<NumberDraft> {
  const reading = readNumber(request.address)
  if (!reading.ok) {
    // Short and emergency codes are no E.164 numbers, yet deserve their own reason.
    const short = checkTarget(request.address.replaceAll(/[\s()-]/g, ''))
    const why = !short.ok && short.why !== 'notANumber' ? short.why : reading.why
    throw new ApiError(422, why === reading.why ? 'bad_number' : 'refused_number', {
      field: 'address',
      details: { why },
    })
  }
  const { number } = await loadSubscriber(deps.database.kysely, subscriberId)
  const verdict = checkTarget(reading.address, [number])
  if (!verdict.ok)
    throw new ApiError(422, 'refused_number', { field: 'address', details: { why: verdict.why } })
  return { address: reading.address, description: request.description }
}
