/**
 * The settings of a subscriber as the panel edits them: some are columns of `subscribers`, most
 * stand in its `options` document. Any subset may be changed under one version.
 */
import { randomBytes } from 'node:crypto'
import type { CallSettings } from '../call/subscriber.ts'
import { tellEmailChange } from './account-notices.ts'
import { setAccountEmail } from './accounts.ts'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { mark } from './marks.ts'
import type { Origin } from './notice.ts'
import { setRounds } from './notice-rounds.ts'
import { changeOptions, readOptions } from './options.ts'
import type { MediaChoices, OptionsChange, SubscriberOptions } from './options.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import { settingsRow } from './subscribers.ts'

export interface StoredSettings {
  readonly version: number
  readonly name: string
  readonly zone: string
  readonly calls: CallSettings
  readonly options: SubscriberOptions
  /** Below this he is told that little money is left. */
  readonly lowBalanceKopecks: number
  readonly pin: boolean
  readonly greetingId: string | null
  readonly musicId: string | null
}

export interface SettingsChange {
  readonly name?: string | undefined
  readonly zone?: string | undefined
  readonly calls?: Partial<CallSettings>
  readonly media?: Partial<MediaChoices>
  readonly options?: Omit<OptionsChange, 'media'>
  readonly lowBalanceKopecks?: number | undefined
}

/** Throws StoreError not_found. */
export async function loadSettings(db: Db, subscriberId: string): Promise<StoredSettings> {
  const row = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return {
    version: row.settings_version,
    name: row.name,
    zone: row.zone,
    calls: {
      voicemail: row.voicemail === 1,
      voicemailAfterSeconds: row.voicemail_after_seconds,
      recordCalls: row.record_calls === 1,
      cycleLimitSeconds: row.cycle_limit_seconds,
      ringSeconds: row.ring_seconds,
      busyMattersMore: row.busy_matters_more === 1,
      declineIsRefusal: row.decline_is_refusal === 1,
    },
    options: readOptions(row.options),
    lowBalanceKopecks: Number(row.low_balance_kopecks),
    pin: row.mailbox_pin_hash !== null,
    greetingId: row.greeting_id,
    musicId: row.music_id,
  }
}

/**
 * Changes what is given and tells of a new e-mail address. Throws StoreError not_found,
 * settings_changed when `version` is given and is not the present one, unknown_number.
 */
export async function changeSettings(
  db: Db,
  subscriberId: string,
  version: number | undefined,
  change: SettingsChange,
  by: Origin = { atMs: Date.now(), from: '', agent: '' },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const old = await trx
      .selectFrom('subscribers')
      .select(['options', 'settings_version', 'zone'])
      .where('id', '=', subscriberId)
      .executeTakeFirstOrThrow()
    if (version !== undefined && version !== old.settings_version)
      throw new StoreError('settings_changed', { version: old.settings_version })
    const { name, zone, calls = {}, media = {}, options = {}, lowBalanceKopecks } = change
    const before = readOptions(old.options)
    await checkSmsNumber(trx, subscriberId, options.delivery?.smsNumberId)
    const document = changeOptions(old.options, {
      ...options, media, ...signed(options.delivery, before.delivery),
    })
    const after = readOptions(document)
    await trx
      .updateTable('subscribers')
      .set({
        ...settingsRow(calls),
        ...(name === undefined ? {} : { name }),
        ...(zone === undefined ? {} : { zone }),
        ...(lowBalanceKopecks === undefined ? {} : { low_balance_kopecks: lowBalanceKopecks }),
        options: document,
        settings_version: old.settings_version + 1,
      })
      .where('id', '=', subscriberId)
      .execute()
    await storeRuleSet(trx, subscriberId)
    if (after.email !== before.email) await setAccountEmail(trx, subscriberId, after.email)
    await setRounds(trx, subscriberId, zone ?? old.zone, after, by.atMs)
    // Where there was no address nobody is to be warned.
    if (before.email !== '' && after.email !== before.email)
      await tellEmailChange(trx, subscriberId, { old: before.email, fresh: after.email }, by)
    await mark(trx, subscriberId, 'settings')
  })
}

/** Another webhook gets another secret. */
function signed(
  change: OptionsChange['delivery'],
  { webhookUrl }: SubscriberOptions['delivery'],
): Pick<OptionsChange, 'delivery'> {
  const url = change?.webhookUrl
  if (change === undefined) return {}
  if (url === undefined || url === webhookUrl) return { delivery: change }
  const webhookSecret = url === '' ? '' : randomBytes(24).toString('base64url')
  return { delivery: { ...change, webhookSecret } }
}

async function checkSmsNumber(db: Db, subscriberId: string, id: string | null | undefined) {
  if (typeof id !== 'string') return
  const known = await db
    .selectFrom('numbers')
    .select('id')
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!known) throw new StoreError('unknown_number', {}, 'delivery.smsNumberId')
}
