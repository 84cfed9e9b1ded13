/**
 * Letters about accounts as the outbox has them, and the secrets their sender would put in: tests of
 * registration and passwords read them instead of a mailbox.
 */
import { createHmac } from 'node:crypto'
import { decodeBase32 } from '../../src/people/base32.ts'
import { codeOf, stepAt } from '../../src/people/totp.ts'
import { makeSecret } from '../../src/store/account-links.ts'
import type { TestApi } from './panel-api.ts'

export interface WrittenLetter {
  readonly kind: string
  readonly address: string
  /** Facts of the notice. */
  // oxlint-disable-next-line no-explicit-any -- notices of every kind, looked into by tests only
  readonly notice: any
}

/** Letters to one address, oldest first; '' = notices by the subscriber's choices. */
export async function lettersTo({ database }: TestApi, address: string): Promise<WrittenLetter[]> {
  const rows = await database.kysely.selectFrom('outbox').selectAll()
    .where('address', '=', address).orderBy('created_at').orderBy('id').execute()
  return rows.map(({ kind, payload }) => ({ kind, address, notice: JSON.parse(payload) }))
}

/** The secret of the last letter with a link to this address, as its sender makes it. */
export async function secretFor(api: TestApi, address: string): Promise<string> {
  const letters = (await lettersTo(api, address)).filter(({ kind }) => kind === 'accountLink')
  const linkId = letters.at(-1)?.notice.linkId
  if (linkId === undefined) throw new Error(`no link was sent to ${address}`)
  const secret = await makeSecret(api.database.kysely, linkId, api.clock.wallMs())
  if (secret === undefined) throw new Error('the link counts no more')
  return secret
}

/** What an authenticator shows for a secret, `ahead` steps of 30 seconds from now. */
export function codeFor({ clock }: TestApi, secret: string, ahead = 0): string {
  const octets = decodeBase32(secret.replaceAll(' ', ''))!
  return codeOf(octets, stepAt(clock.wallMs()) + ahead,
    (key, message) => createHmac('sha1', key).update(message).digest())
}

/** Waits for a letter to `address` that is written after the answer. */
export async function untilLetters(api: TestApi, address: string, count: number): Promise<void> {
  const end = performance.now() + 60_000
  while ((await lettersTo(api, address)).length < count) {
    if (performance.now() > end) throw new Error(`no ${count} letters to ${address}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
