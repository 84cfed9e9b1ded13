/**
 * The event socket's commands and replies as values. A command is one line, for some followed by
 * header lines; every command gets exactly one reply, in order. Carrying commands out is the
 * server's; events are `event.ts`.
 */
import type { Frame, Octets } from './frame.ts'
import { headerValue } from './frame.ts'

export type EventFormat = 'plain' | 'json'

export type EslCommand =
  | { readonly type: 'auth'; readonly password: Octets }
  | { readonly type: 'exit' }
  | { readonly type: 'connect' }
  /**
   * `names` in capitals without the prefix SWITCH_EVENT_; everything after CUSTOM is a subclass.
   */
  | {
      readonly type: 'event'
      readonly format: EventFormat | 'xml'
      readonly names: readonly string[]
      readonly subclasses: readonly string[]
    }
  | {
      readonly type: 'nixevent'
      readonly names: readonly string[]
      readonly subclasses: readonly string[]
    }
  | { readonly type: 'noevents' }
  | { readonly type: 'filter'; readonly header: string; readonly value: Octets }
  | { readonly type: 'filterDelete'; readonly header: string; readonly value: Octets }
  | { readonly type: 'myevents'; readonly uuid: string; readonly format: EventFormat }
  | { readonly type: 'divertEvents'; readonly on: boolean }
  /** `seconds` undefined: without end. */
  | { readonly type: 'linger'; readonly seconds: number | undefined }
  | { readonly type: 'nolinger' }
  | { readonly type: 'api'; readonly name: string; readonly argument: Octets }
  | {
      readonly type: 'bgapi'
      readonly name: string
      readonly argument: Octets
      readonly job: string
    }
  | { readonly type: 'getvar'; readonly name: string }
  | { readonly type: 'sendmsg'; readonly uuid: string; readonly message: SendMessage }
  | { readonly type: 'unknown'; readonly line: Octets }

/** What `sendmsg` asks of a channel. */
export type SendMessage =
  | {
      readonly call: 'execute'; readonly application: string; readonly argument: Octets
      /** Event-UUID; '' when the client gave none. */
      readonly id: string
      /** How often; -1 = for ever. */
      readonly loops: number
      /** Nothing may be run inside it. */
      readonly isLocked: boolean
    }
  | { readonly call: 'hangup'; readonly cause: string }
  | { readonly call: 'unknown' }

/** The longest job or event id that is taken over from a client. */
const maxIdLength = 128

/** Reads a command. Never throws: what is not understood is `unknown`. */
export function parseCommand(frame: Frame): EslCommand {
  const line = (frame.lines[0] ?? '').trim()
  const [word, rest] = cut(line)
  switch (word.toLowerCase()) {
    case 'auth':
      return { type: 'auth', password: rest }
    case 'exit':
      return { type: 'exit' }
    case 'connect':
      return { type: 'connect' }
    case 'event':
      return readEvent(words(rest))
    case 'nixevent':
      return { type: 'nixevent', ...readNames(words(rest)) }
    case 'noevents':
      return { type: 'noevents' }
    case 'filter':
      return readFilter(rest)
    case 'myevents':
      return readMyEvents(words(rest))
    case 'divert_events':
      return { type: 'divertEvents', on: rest.toLowerCase() === 'on' }
    case 'linger':
      return { type: 'linger', seconds: /^\d{1,6}$/.test(rest) ? Number(rest) : undefined }
    case 'nolinger':
      return { type: 'nolinger' }
    case 'getvar':
      return rest === '' ? { type: 'unknown', line } : { type: 'getvar', name: rest }
    case 'api':
      return readApi(line, rest)
    case 'bgapi':
      return readBackground(line, rest, frame)
    case 'sendmsg':
      return { type: 'sendmsg', uuid: rest, message: readSendMessage(frame) }
    default:
      return { type: 'unknown', line }
  }
}

function readApi(line: Octets, rest: Octets): EslCommand {
  const [name, argument] = cut(rest)
  return name === '' ? { type: 'unknown', line } : { type: 'api', name, argument }
}

function readBackground(line: Octets, rest: Octets, frame: Frame): EslCommand {
  const [name, argument] = cut(rest)
  if (name === '') return { type: 'unknown', line }
  return { type: 'bgapi', name, argument, job: shortId(header(frame, 'job-uuid')) }
}

function readEvent(list: readonly string[]): EslCommand {
  const first = (list[0] ?? '').toLowerCase()
  const format = first === 'json' || first === 'xml' ? first : 'plain'
  return { type: 'event', format, ...readNames(first === format ? list.slice(1) : list) }
}

function readNames(list: readonly string[]): { names: string[]; subclasses: string[] } {
  const names: string[] = []
  const custom = list.findIndex((word) => eventName(word) === 'CUSTOM')
  for (const word of custom < 0 ? list : list.slice(0, custom + 1)) names.push(eventName(word))
  return { names, subclasses: custom < 0 ? [] : list.slice(custom + 1) }
}

function eventName(word: string): string {
  const name = word.toUpperCase()
  return name.startsWith('SWITCH_EVENT_') ? name.slice('SWITCH_EVENT_'.length) : name
}

function readFilter(rest: Octets): EslCommand {
  const [first, after] = cut(rest)
  if (first.toLowerCase() === 'delete') {
    const [name, value] = cut(after)
    return { type: 'filterDelete', header: name, value }
  }
  return { type: 'filter', header: first, value: after }
}

function readMyEvents(list: readonly string[]): EslCommand {
  const format = list.some((word) => word.toLowerCase() === 'json') ? 'json' : 'plain'
  const uuid = list.find((word) => !['json', 'plain', 'xml'].includes(word.toLowerCase())) ?? ''
  return { type: 'myevents', uuid, format }
}

function readSendMessage(frame: Frame): SendMessage {
  switch (header(frame, 'call-command')?.toLowerCase()) {
    case 'execute': {
      const loops = Number(header(frame, 'loops') ?? '1')
      return {
        call: 'execute',
        application: header(frame, 'execute-app-name') ?? '',
        argument: header(frame, 'execute-app-arg') ?? frame.body,
        id: shortId(header(frame, 'event-uuid')),
        loops: Number.isInteger(loops) && loops !== 0 ? loops : 1,
        isLocked: header(frame, 'event-lock')?.toLowerCase() === 'true',
      }
    }
    case 'hangup':
      return { call: 'hangup', cause: header(frame, 'hangup-cause') ?? '' }
    default:
      return { call: 'unknown' }
  }
}

function header(frame: Frame, name: string): Octets | undefined {
  for (let i = 1; i < frame.lines.length; i++) {
    const value = headerValue(frame.lines[i] ?? '', name)
    if (value !== undefined) return value
  }
  return undefined
}

function shortId(id: string | undefined): string {
  return (id ?? '').slice(0, maxIdLength)
}

/** The first word and what stands behind the blanks after it. */
function cut(text: Octets): [string, Octets] {
  const blank = text.search(/[ \t]/)
  return blank < 0 ? [text, ''] : [text.slice(0, blank), text.slice(blank).trim()]
}

function words(text: Octets): string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '')
}

const goodbye = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n'

/** The first message on a connection that a client opened. */
export const authRequest: Octets = 'Content-Type: auth/request\n\n'
/** Sent instead of `authRequest` to an address that may not connect. */
export const rudeRejection: Octets =
  'Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n'

/**
 * The answer to every command but `api`. `text` begins with `+OK` or `-ERR`, except for `getvar`.
 */
export function commandReply(text: Octets, extra: Octets = ''): Octets {
  const further = extra === '' ? '' : `${extra}\n`
  return `Content-Type: command/reply\nReply-Text: ${oneLine(text)}\n${further}\n`
}

/**
 * The answer to `api`; nothing to say is said as an error, since an empty body confuses the client.
 */
export function apiResponse(body: Octets): Octets {
  const text = body === '' ? '-ERR no reply\n' : body
  return `Content-Type: api/response\nContent-Length: ${text.length}\n\n${text}`
}

/** The last message before a connection is closed; `uuid` on a channel's own connection. */
export function disconnectNotice(uuid = ''): Octets {
  const session =
    uuid === '' ? '' : `Controlled-Session-UUID: ${uuid}\nContent-Disposition: disconnect\n`
  const length = `Content-Length: ${goodbye.length}`
  return `Content-Type: text/disconnect-notice\n${session}${length}\n\n${goodbye}`
}

function oneLine(text: Octets): Octets {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text
}
