/**
 * What payment systems told us, word for word, with what we made of it: the proof in a dispute.
 * Rows are appended and never changed.
 */
import type { Db } from './database.ts'
import { newId } from './ids.ts'

export type PaymentSystem = 'robokassa' | 'qiwi' | 'yookassa'

/** A message as it came. */
export interface RawNotice {
  /** IP address of the sender. */
  readonly address: string
  /** What proves it beside the body; '' = nothing does. */
  readonly signature: string
  readonly body: string
}

export interface NoticeVerdict {
  /** 'credited', 'repeated' or why not; at most 24 characters. */
  readonly verdict: string
  readonly orderNumber: number | undefined
  readonly providerId: string | undefined
}

/** Longer ones are cut: the routes take no larger bodies, and TEXT holds 64 KB. */
const longestBody = 16_000

/** Keeps a message; inside of a transaction it is kept with what it did. */
export async function keepNotice(
  db: Db,
  system: PaymentSystem,
  raw: RawNotice,
  { verdict, orderNumber, providerId }: NoticeVerdict,
  wallMs: number,
): Promise<void> {
  await db
    .insertInto('payment_notices')
    .values({
      id: newId(wallMs), payment_system: system, received_at: Math.floor(wallMs),
      address: raw.address.slice(0, 64), verdict: verdict.slice(0, 24),
      order_number: orderNumber ?? null, provider_id: providerId?.slice(0, 64) ?? null,
      signature: raw.signature.slice(0, 255), body: raw.body.slice(0, longestBody),
    })
    .execute()
}
