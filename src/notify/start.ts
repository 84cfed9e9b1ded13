/**
 * The notices of this installation, put together from its settings: which channels there are, where
 * mail goes when no server is named, and what the panel may use of it.
 */
import { join } from 'node:path'
import type { CaughtMail } from '../api/context.ts'
import type { Clock, Ms } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Db } from '../store/database.ts'
import type { NoticeChannel } from '../store/notice-choices.ts'
import { makeSecret } from '../store/account-links.ts'
import { noteReceipt } from '../store/outbox-letters.ts'
import { createCaughtMail } from './caught-mail.ts'
import type { Channel } from './channel.ts'
import { startMailSink } from './mail-sink.ts'
import { createMailChannel } from './mail.ts'
import type { MailOptions } from './mail.ts'
import { createNotifier } from './notifier.ts'
import { createHttpSms, createSmsChannel, createSmsFolder } from './sms.ts'
import type { SmsSender } from './sms.ts'
import { createSmppSender } from './smpp.ts'
import { createTelegramChannel } from './telegram.ts'
import { createWebhookChannel } from './webhook.ts'

export interface NoticeOptions {
  readonly config: Config
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** 32 hex digits that name this process (`CallStore.owner`). */
  readonly owner: string
  readonly brand: string
  /** The sound of a voicemail message, for the letter. */
  readonly soundOf: NonNullable<MailOptions['soundOf']>
}

export interface Notices {
  /** Channels over which this installation sends. */
  readonly delivers: Partial<Readonly<Record<NoticeChannel, boolean>>>
  /** The local mailbox, where there is one. */
  readonly mailbox: CaughtMail | undefined
  /** Sends one SMS now, past the outbox: somebody waits for its code. Rejects when it fails. */
  readonly sendSms: ((to: string, text: string) => Promise<void>) | undefined
  /** Begins to send. `panelUrl`: where links lead unless PN_PUBLIC_URL says otherwise. */
  begin(panelUrl: string): void
  /** Ends within about `timeoutMs`; what is not sent stays in the outbox. */
  stop(timeoutMs: Ms): Promise<void>
}

/** Ready, but sending nothing before `begin`. */
export async function startNotices(options: NoticeOptions): Promise<Notices> {
  const { config, db, clock, log, owner, brand, soundOf } = options
  const house = { brand, publicUrl: config.publicUrl }
  const folders = { mail: join(config.dataDir, 'mailbox'), sms: join(config.dataDir, 'outbox') }
  const caught = hasMailbox(config)
  const sink = caught && config.smtpUrl === ''
    ? await startMailSink({ folder: folders.mail, clock, log }) : undefined
  const smtpUrl = config.smtpUrl || sink?.url
  const sms = smsSender(options, folders.sms)
  const channels: Channel[] = [
    ...(smtpUrl === undefined ? []
      : [createMailChannel({
        url: smtpUrl, from: config.mailFrom, house, soundOf,
        secretOf: (linkId) => makeSecret(db, linkId, clock.wallMs()),
      })]),
    ...(config.smsDriver === 'folder' && !caught ? [] : [createSmsChannel(sms, house)]),
    createWebhookChannel({ clock, house }),
    ...(config.telegramToken === '' ? []
      : [createTelegramChannel({
        token: config.telegramToken, apiUrl: config.telegramApi, house,
      })]),
  ]
  const { verifyNumbers } = config
  const delivers = Object.fromEntries(channels.map(({ name }) => [name, true]))
  const notifier = createNotifier({ db, clock, log, owner, channels, verifyNumbers })
  return {
    delivers,
    mailbox: caught ? createCaughtMail(folders) : undefined,
    sendSms: delivers['sms'] !== true ? undefined : async (to, text) => {
      const sent = await sms.send(to, text, AbortSignal.timeout(20_000))
      if (sent.result !== 'sent') throw new Error(`the SMS was not sent: ${sent.why}`)
    },
    begin(panelUrl) {
      if (house.publicUrl === '') house.publicUrl = panelUrl
      notifier.begin()
    },
    async stop(timeoutMs) {
      await notifier.stop(timeoutMs)
      await sms.stop()
      await sink?.stop()
    },
  }
}

/** Mail is caught on a machine that is being tried out, never behind a proxy for others. */
export function hasMailbox(config: Config): boolean {
  return config.mailbox && config.demo && !config.behindProxy
}

function smsSender({ config, db, clock, log }: NoticeOptions, folder: string): SmsSender {
  const { smsDriver, smsUrl: url, smsBody: body, smsToken: token, smsFrom: from } = config
  switch (smsDriver) {
    case 'folder': return createSmsFolder(folder, clock)
    case 'http': return createHttpSms({ url, body, token, from })
    case 'smpp': return createSmppSender({
      url, from, clock, log,
      onReceipt: (id, receipt) => {
        noteReceipt(db, id, receipt, Math.floor(clock.wallMs())).catch((fault: unknown) =>
          log.warn({ err: fault }, 'a delivery receipt cannot be noted'))
      },
    })
  }
}
