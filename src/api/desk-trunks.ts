/**
 * Trunks at the desk over HTTP: edits, how each does now, a call to try one. Passwords go in and
 * never come out.
 */
import { Hono } from 'hono'
import type * as v from 'valibot'
import { checkTarget, readNumber } from '../call/number.ts'
import { readSourceNets } from '../pay/source-nets.ts'
import { inTransaction } from '../store/database.ts'
import { logDeed } from '../store/desk-deed.ts'
import {
  changeTrunk, enableTrunk, listKeptTrunks, loadKeptTrunk, makeTrunk,
} from '../store/desk-trunks.ts'
import type { KeptTrunk, TrunkForm } from '../store/desk-trunks.ts'
import { addTrunkTest, loadTrunkTest } from '../store/errands.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { ApiError } from './errors.ts'
import {
  deskTestCallRequest, deskTrunkChange, deskTrunkEnabledRequest, deskTrunkRequest,
} from './schema-desk-trade.ts'
import type { DeskTestCallReply, DeskTrunk, DeskTrunksReply } from './schema-desk-trade.ts'

/** /api/desk/trunks */
export function deskTrunkRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (id: string): Promise<DeskTrunk> =>
    trunkReply(await loadKeptTrunk(db, id, nowMs(deps)))
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const trunks = (await listKeptTrunks(db, nowMs(deps))).map(trunkReply)
      return c.json({ trunks } satisfies DeskTrunksReply)
    })
    .post('/', async (c) => {
      const { key, ...fields } = await readBody(c, deskTrunkRequest)
      const id = await makeTrunk(db, { key, ...formOf(fields) }, deedOf(deps, c))
      return c.json(await reply(id), 201)
    })
    .get('/:id', async (c) => c.json(await reply(readId(c))))
    .put('/:id', async (c) => {
      const { version, ...fields } = await readBody(c, deskTrunkChange)
      await changeTrunk(db, readId(c), version, formOf(fields), deedOf(deps, c))
      return c.json(await reply(readId(c)))
    })
    .post('/:id/enabled', async (c) => {
      const { version, enabled } = await readBody(c, deskTrunkEnabledRequest)
      await enableTrunk(db, readId(c), version, enabled, deedOf(deps, c))
      return c.json(await reply(readId(c)))
    })
    .post('/:id/test-call', async (c) => c.json(await beginTest(deps, c), 202))
    .get('/test-calls/:id', async (c) => c.json(await testReply(deps, readId(c))))
}

async function beginTest(deps: ApiDeps, c: ApiContext): Promise<DeskTestCallReply> {
  if (deps.media?.available() !== true) throw new ApiError(503, 'media_unavailable')
  const trunkId = readId(c)
  const { number } = await readBody(c, deskTestCallRequest)
  const read = readNumber(number)
  if (!read.ok) throw new ApiError(400, 'bad_number', {
    field: 'number', details: { why: read.why },
  })
  const { address } = read
  const target = checkTarget(address)
  // A SIP URI goes by no trunk.
  const why = target.ok ? address.startsWith('sip:') ? 'notANumber' : undefined : target.why
  if (why !== undefined)
    throw new ApiError(422, 'refused_number', { field: 'number', details: { why } })
  const by = deedOf(deps, c)
  const id = await inTransaction(deps.database.kysely, async (trx) => {
    const made = await addTrunkTest(trx, trunkId, address, by.atMs)
    await logDeed(trx, by, {
      action: 'trunk.test', subject: `trunk:${trunkId}`, details: { number: address },
    })
    return made
  })
  return testReply(deps, id)
}

async function testReply(deps: ApiDeps, id: string): Promise<DeskTestCallReply> {
  const { address: number, trunkId, state, status = 0, ringMs, answerMs } =
    await loadTrunkTest(deps.database.kysely, id, nowMs(deps))
  return {
    id, trunkId, number, state, status, ringMs: ringMs ?? null, answerMs: answerMs ?? null,
  }
}

type TrunkFields = Omit<v.InferOutput<typeof deskTrunkRequest>, 'key'>

/** Throws ApiError 422 bad_net for a network that is none. */
function formOf({ capacity, ...fields }: TrunkFields): TrunkForm {
  for (const net of fields.inboundNets) {
    try {
      if (net.includes(',')) throw new Error('one at a time')
      readSourceNets(net)
    } catch {
      throw new ApiError(422, 'bad_net', { field: 'inboundNets', details: { net } })
    }
  }
  return { ...fields, capacity: capacity ?? undefined }
}

function trunkReply({ trunk, version, state }: KeptTrunk): DeskTrunk {
  const { credentials, capacity, earlyMedia = false, ...rest } = trunk
  return {
    ...rest, version, state, earlyMedia, capacity: capacity ?? null,
    user: credentials?.user ?? '', hasPassword: (credentials?.password ?? '') !== '',
  }
}
