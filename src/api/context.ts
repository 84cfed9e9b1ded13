/**
 * What every route is given: the store, the clock, who is logged in.
 */
import type { Context } from 'hono'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { PaymentDesk } from '../pay/desk.ts'
import type { Database } from '../store/database.ts'
import type { NoticeChannel } from '../store/notice-choices.ts'
import type { Session } from '../store/sessions.ts'
import type { ChangeHub } from './change-hub.ts'
import { ApiError } from './errors.ts'
import type { PanelFiles } from './panel-bundle.ts'
import type { Brand } from './schema.ts'

export interface ApiDeps {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly hub: ChangeHub
  readonly brand: Brand
  /**
   * The panel is reached through a proxy that ends TLS: secure cookies, X-Forwarded-For believed.
   */
  readonly behindProxy: boolean
  /** Where recordings lie and whether a media server works; undefined = there are none. */
  readonly media?: ApiMedia | undefined
  /** Rules ring only numbers that a code has proved (PN_VERIFY_NUMBERS); left out = any. */
  readonly verifyNumbers?: boolean
  /** New subscribers get a password by mail that they must change (PN_TEMPORARY_PASSWORD). */
  readonly temporaryPassword?: boolean
  /** Channels over which the operator sends notices; left out = none. */
  readonly delivers?: Partial<Readonly<Record<NoticeChannel, boolean>>>
  /** Mail caught on this machine, for a page of its own; left out = there is no such page. */
  readonly mailbox?: CaughtMail | undefined
  /** Sends `text` to a telephone number; left out = there is no SMS. */
  readonly sendSms?: ((to: string, text: string) => Promise<void>) | undefined
  /** Takes payments; left out = there are none. */
  readonly payments?: PaymentDesk | undefined
  /** Folder of the support's attachments; left out = none are taken. */
  readonly attachments?: string
  /** Whether the application is connected with the SIP server; left out = not known here. */
  readonly sipConnected?: (() => boolean) | undefined
  /** Managers who look at a subscriber's panel may hear his recordings; left out = no. */
  readonly managersListen?: boolean
  /** Corrections beyond ± this need a second manager; left out = 5,000 ₽. */
  readonly fourEyesKopecks?: number
  /** Of which calls SIP messages are kept (PN_LADDERS); left out = of all. */
  readonly ladders?: 'all' | 'failed' | 'off'
  /** Files of the panel; undefined for an API alone. */
  readonly panel?: PanelFiles | undefined
}

export interface ApiMedia {
  /** The recordings folder as this process sees it. */
  readonly folder: string
  /** Folders of the operator's prompts, the first that has a file counts. */
  readonly prompts?: readonly string[]
  /** A media server takes calls at this moment. */
  available(): boolean
}

/** What the local mailbox holds (src/notify/caught-mail.ts). */
export interface CaughtMail {
  /** Newest first, at most 200. */
  list(): Promise<readonly CaughtHead[]>
  /** undefined when there is none of that name. */
  read(name: string): Promise<CaughtLetter | undefined>
}

export interface CaughtHead {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly channel: 'email' | 'sms'
  readonly from: string
  readonly to: string
  readonly subject: string
}

export interface CaughtLetter extends CaughtHead {
  readonly text: string
  readonly attachments: readonly {
    readonly name: string
    readonly type: string
    readonly content: Uint8Array<ArrayBuffer>
  }[]
}

export interface ApiEnv {
  Variables: {
    requestId: string
    session: Session
  }
}

export type ApiContext = Context<ApiEnv>

/** The body of a request, checked. Throws ApiError 400 bad_json, invalid (naming the field). */
export async function readBody<S extends v.GenericSchema>(
  c: ApiContext,
  schema: S,
): Promise<v.InferOutput<S>> {
  let body: unknown
  try {
    body = await c.req.json()
  } catch (fault) {
    if (fault instanceof ApiError) throw fault
    throw new ApiError(400, 'bad_json')
  }
  return check(schema, body)
}

/** A value checked against a schema. Throws ApiError 400 invalid, naming the field. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  throw new ApiError(400, 'invalid', {
    field: v.getDotPath(issue) ?? '',
    details: { expected: issue.expected ?? issue.message },
  })
}

/** A path parameter that must be one of our ids; anything else cannot exist. */
export function readId(c: ApiContext): string {
  const id = c.req.param('id') ?? ''
  if (!/^[0-9a-f]{32}$/.test(id)) throw new ApiError(404, 'not_found')
  return id
}

/** Milliseconds since 1970, whole. */
export function nowMs(deps: ApiDeps): number {
  return Math.floor(deps.clock.wallMs())
}
