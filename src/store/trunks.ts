/**
 * Trunks and their order. Calls read them from the copy in `directory-copy.ts`; every change
 * here is announced to the processes that hold one.
 */
import type { Trunk } from '../call/trunk.ts'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { newId } from './ids.ts'
import type { TrunksTable } from './tables.ts'
import { announce } from './topics.ts'

/** All trunks, disabled ones included, in outgoing order. */
export async function listTrunks(db: Db): Promise<readonly Trunk[]> {
  const rows = await db
    .selectFrom('trunks')
    .selectAll()
    .orderBy('sort_order')
    .orderBy('id')
    .execute()
  return rows.map(trunkFrom)
}

/** Adds a trunk and answers its id. */
export async function addTrunk(db: Db, trunk: Omit<Trunk, 'id'>, wallMs: number): Promise<string> {
  const id = newId(wallMs)
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('trunks')
      .values({ id, ...trunkColumns(trunk) })
      .execute()
    await announce(trx, 'trunks')
  })
  return id
}

/** Replaces a trunk. */
export async function updateTrunk(db: Db, trunk: Trunk): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx.updateTable('trunks').set(trunkColumns(trunk)).where('id', '=', trunk.id).execute()
    await announce(trx, 'trunks')
  })
}

function trunkFrom(row: Omit<TrunksTable, 'version'>): Trunk {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled === 1,
    inboundNets: JSON.parse(row.inbound_nets) as string[],
    host: row.host,
    port: row.port,
    transport: row.transport as Trunk['transport'],
    credentials:
      row.digest_user === null
        ? undefined
        : { user: row.digest_user, password: row.digest_password ?? '' },
    numberFormat: row.number_format as Trunk['numberFormat'],
    identity: row.identity as Trunk['identity'],
    assertIdentity: row.assert_identity === 1,
    diversion: row.diversion as Trunk['diversion'],
    order: row.sort_order,
    capacity: row.capacity ?? undefined,
    provisionalSeconds: row.provisional_seconds,
    ...(row.early_media === 1 ? { earlyMedia: true } : {}),
  }
}

function trunkColumns(trunk: Omit<Trunk, 'id'>): Omit<TrunksTable, 'id' | 'version'> {
  return {
    name: trunk.name,
    enabled: Number(trunk.enabled),
    inbound_nets: JSON.stringify(trunk.inboundNets),
    host: trunk.host,
    port: trunk.port,
    transport: trunk.transport,
    digest_user: trunk.credentials?.user ?? null,
    digest_password: trunk.credentials?.password ?? null,
    number_format: trunk.numberFormat,
    identity: trunk.identity,
    assert_identity: Number(trunk.assertIdentity),
    diversion: trunk.diversion,
    sort_order: trunk.order,
    capacity: trunk.capacity ?? null,
    provisional_seconds: trunk.provisionalSeconds,
    early_media: Number(trunk.earlyMedia ?? false),
  }
}
