/**
 * «Настройки» over HTTP: any subset at a time, for each control of the page saves itself. What
 * needs proof that it is the subscriber who sits there asks for the password.
 */
import { Hono } from 'hono'
import { isZone } from '../call/zone.ts'
import { changePassword } from '../store/account-notices.ts'
import { chooseAudio } from '../store/audio-files.ts'
import { StoreError } from '../store/errors.ts'
import { setPin } from '../store/mailbox-pin.ts'
import { hashPassword } from '../store/password.ts'
import { channelsOf, noticeKinds } from '../store/notice-choices.ts'
import { sendTrial, smsAddressOf } from '../store/notice-trial.ts'
import { changeSettings, loadSettings } from '../store/settings.ts'
import type { SubscriberOptions } from '../store/options.ts'
import type { SettingsChange } from '../store/settings.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { provePassword, requireFresh } from './fresh.ts'
import { originOf } from './guards.ts'
import { refuseWeak } from './password-links.ts'
import {
  chosenAudioRequest, passwordRequest, pinRequest, settingsRequest, trialRequest,
} from './schema-media.ts'
import type { SettingsReply, TrialReply } from './schema-media.ts'

type Request = import('valibot').InferOutput<typeof settingsRequest>

/** /api/settings: read, change, password, PIN, chosen greeting and music. */
export function mySettingsRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await settingsReply(deps, c)))
    .put('/', async (c) => {
      await change(deps, c, await readBody(c, settingsRequest))
      return c.json(await settingsReply(deps, c))
    })
    .put('/password', async (c) => {
      const { old, new: fresh } = await readBody(c, passwordRequest)
      const { login } = c.get('session')
      await provePassword(deps, c, old, 'old')
      await requireFresh(deps, c)
      if (fresh === old)
        throw new ApiError(422, 'weak_password', { field: 'new', details: { why: 'same' } })
      refuseWeak(fresh, login, 'new')
      await changePassword(db, c.get('session'), await hashPassword(fresh), originOf(deps, c))
      return c.json({})
    })
    .put('/pin', async (c) => {
      const { pin, password } = await readBody(c, pinRequest)
      await provePassword(deps, c, password, 'password')
      if (pin !== null && isWeakPin(pin)) throw new ApiError(422, 'weak_pin', { field: 'pin' })
      const hash = pin === null ? null : await hashPassword(pin)
      await setPin(db, c.get('session').subscriberId, hash)
      return c.json(await settingsReply(deps, c))
    })
    .put('/audio', async (c) => {
      const chosen = await readBody(c, chosenAudioRequest)
      await chooseAudio(db, c.get('session').subscriberId, chosen)
      return c.json(await settingsReply(deps, c))
    })
    .post('/notifications/test', async (c) => {
      const { channel } = await readBody(c, trialRequest)
      if (deps.delivers?.[channel] !== true)
        throw new ApiError(422, 'channel_off', { field: 'channel' })
      const { verifyNumbers = false } = deps
      const address = await sendTrial(db, c.get('session').subscriberId, channel,
        { wallMs: nowMs(deps), verifyNumbers })
      return c.json({ channel, address } satisfies TrialReply, 202)
    })
}

async function settingsReply(deps: ApiDeps, c: ApiContext): Promise<SettingsReply> {
  const stored = await loadSettings(deps.database.kysely, c.get('session').subscriberId)
  const { name, zone, options, greetingId, musicId, pin, version, calls, lowBalanceKopecks } = stored
  const { subscriberId, viewedBy } = c.get('session')
  const { verifyNumbers = false, delivers = {} } = deps
  const smsAddress = await smsAddressOf(deps.database.kysely, subscriberId, verifyNumbers)
  return {
    version,
    profile: { name, zone, email: options.email, language: options.language },
    calls: { ...calls, ...options.media, retentionDays: options.retentionDays },
    notifications: Object.fromEntries(
      noticeKinds.map((kind) => [kind, channelsOf(options, kind)]),
    ) as SettingsReply['notifications'],
    delivers: { email: false, sms: false, webhook: false, telegram: false, ...delivers },
    delivery: {
      ...options.delivery, smsAddress, lowBalanceKopecks,
      // A manager who looks needs no secret of his.
      ...(viewedBy === undefined ? {} : { webhookSecret: '' }),
    },
    pin,
    audio: { greetingId, musicId },
    media: deps.media?.available() ?? false,
  }
}

async function change(deps: ApiDeps, c: ApiContext, request: Request): Promise<void> {
  const db = deps.database.kysely
  const { subscriberId } = c.get('session')
  const { zone } = request.profile ?? {}
  if (zone !== undefined && !isZone(zone))
    throw new ApiError(422, 'bad_zone', { field: 'profile.zone' })
  if (leadsElsewhere(request, (await loadSettings(db, subscriberId)).options)) {
    await provePassword(deps, c, request.password ?? '', 'password')
    await requireFresh(deps, c)
  }
  try {
    const by = originOf(deps, c)
    await changeSettings(db, subscriberId, request.version, changeOf(request), by)
  } catch (fault) {
    if (!(fault instanceof StoreError) || fault.code !== 'settings_changed') throw fault
    throw new ApiError(409, 'settings_changed', { settings: await settingsReply(deps, c) })
  }
}

/** A stolen session must not be able to have the notices sent to somebody else. */
function leadsElsewhere(
  { delivery = {} }: Request,
  { delivery: { webhookUrl, telegramChat } }: SubscriberOptions,
): boolean {
  return (delivery.webhookUrl ?? webhookUrl) !== webhookUrl
    || (delivery.telegramChat ?? telegramChat) !== telegramChat
}

/** Where each choice is kept. */
function changeOf({ profile = {}, calls = {}, notifications, delivery }: Request): SettingsChange {
  const {
    language, recordConsent, recordPolicy, ringback, confirmMobiles, confirmSeconds,
    messageSeconds, silenceSeconds, retentionDays, ...columns
  } = calls
  const { name, zone, language: panelLanguage } = profile
  const { lowBalanceKopecks, ...ways } = delivery ?? {}
  return {
    ...given({ name, zone, lowBalanceKopecks }),
    calls: given(columns),
    media: given({
      language, recordConsent, recordPolicy, ringback, confirmMobiles, confirmSeconds,
      messageSeconds, silenceSeconds,
    }),
    options: {
      ...given({ language: panelLanguage, retentionDays }),
      ...(notifications === undefined ? {} : { notifications: givenOfEach(notifications) }),
      ...(delivery === undefined ? {} : { delivery: given(ways) }),
    },
  }
}

type Chosen = NonNullable<NonNullable<SettingsChange['options']>['notifications']>

function givenOfEach(kinds: NonNullable<Request['notifications']>): Chosen {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, channels = {}]) => [kind, given(channels)]))
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}

/** One digit throughout, or digits in a row: what everybody tries first. */
function isWeakPin(pin: string): boolean {
  return new Set(pin).size === 1 || '01234567890'.includes(pin) || '09876543210'.includes(pin)
}
