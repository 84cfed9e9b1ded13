/**
 * What an application may ask for on the control connection (control protocol §2): parses the
 * payload of a frame into one of the commands. Judges the form of the meta line only: whether the
 * application may ask, and what the SIP text says, is for others.
 */
import type { Octets } from '../sip/events.ts'

/** Tags of `authenticate`: at most so many, so long (control protocol §2). */
export const maxTags = 20
export const maxTagLength = 32

export type Command =
  | {
      readonly verb: 'authenticate'
      readonly id: Octets
      readonly secret: Octets
      readonly tags: readonly Octets[]
    }
  | { readonly verb: 'route'; readonly id: Octets; readonly method: Octets }
  | { readonly verb: 'remove_route'; readonly id: Octets; readonly method: Octets }
  | { readonly verb: 'ping'; readonly id: Octets }
  /**
   * `text` is a SIP message: a response when its start line says so. For a request `transaction`
   * names the INVITE to CANCEL, `dialog` the dialog to send it in, `route` the next hop; '' = none.
   */
  | {
      readonly verb: 'sip'
      readonly id: Octets
      readonly transaction: Octets
      readonly dialog: Octets
      readonly route: Octets
      readonly text: Octets
    }
  /** Forwarding by the server; the fields are kept apart, but nobody reads them yet. */
  | {
      readonly verb: 'proxy'
      readonly id: Octets
      readonly transaction: Octets
      readonly fields: readonly Octets[]
      readonly text: Octets
    }
  /** Not a command; `answer` is what to reply before the connection is closed. */
  | {
      readonly verb: 'bad'
      readonly id: Octets
      readonly answer:
        | 'Invalid message format'
        | 'Unknown message type'
        | 'Invalid tags'
        | 'Invalid proxy request: not enough information provided'
    }

/** Parses one payload. Never throws: what is not a command comes back as `bad`. */
export function parseCommand(payload: Octets): Command {
  const lineEnd = payload.indexOf('\r\n')
  const meta = lineEnd < 0 ? payload : payload.slice(0, lineEnd)
  const text = lineEnd < 0 ? '' : payload.slice(lineEnd + 2)
  const idEnd = meta.indexOf('|')
  if (idEnd < 0) return { verb: 'bad', id: meta, answer: 'Invalid message format' }
  const id = meta.slice(0, idEnd)
  const verbEnd = meta.indexOf('|', idEnd + 1)
  const verb = verbEnd < 0 ? meta.slice(idEnd + 1) : meta.slice(idEnd + 1, verbEnd)
  const rest = verbEnd < 0 ? '' : meta.slice(verbEnd + 1)
  switch (verb) {
    case 'sip':
      return sipCommand(id, rest, text)
    case 'ping':
      return { verb, id }
    case 'route':
      return { verb, id, method: firstField(rest).toLowerCase() }
    case 'remove_route':
      return { verb, id, method: firstField(rest).toLowerCase() }
    case 'authenticate':
      return authenticateCommand(id, rest)
    case 'proxy':
      return proxyCommand(id, rest, text)
    default:
      return { verb: 'bad', id, answer: 'Unknown message type' }
  }
}

function sipCommand(id: Octets, rest: Octets, text: Octets): Command {
  const transactionEnd = rest.indexOf('|')
  if (transactionEnd < 0) return { verb: 'sip', id, transaction: rest, dialog: '', route: '', text }
  const transaction = rest.slice(0, transactionEnd)
  const dialogEnd = rest.indexOf('|', transactionEnd + 1)
  if (dialogEnd < 0) {
    return { verb: 'sip', id, transaction, dialog: rest.slice(transactionEnd + 1), route: '', text }
  }
  const dialog = rest.slice(transactionEnd + 1, dialogEnd)
  return {
    verb: 'sip',
    id,
    transaction,
    dialog,
    route: firstField(rest.slice(dialogEnd + 1)),
    text,
  }
}

function authenticateCommand(id: Octets, rest: Octets): Command {
  const secretEnd = rest.indexOf('|')
  const secret = secretEnd < 0 ? rest : rest.slice(0, secretEnd)
  const list = secretEnd < 0 ? '' : firstField(rest.slice(secretEnd + 1))
  const tags = list === '' ? [] : list.split(',')
  const good = tags.length <= maxTags && tags.every(isTag)
  if (!good) return { verb: 'bad', id, answer: 'Invalid tags' }
  return { verb: 'authenticate', id, secret, tags }
}

function proxyCommand(id: Octets, rest: Octets, text: Octets): Command {
  const fields = rest.split('|')
  const transaction = fields[0] ?? ''
  // Transaction, three flags, order, two timeouts and at least one destination.
  if (fields.length < 8 || transaction === '') {
    return { verb: 'bad', id, answer: 'Invalid proxy request: not enough information provided' }
  }
  return { verb: 'proxy', id, transaction, fields: fields.slice(1), text }
}

function isTag(tag: Octets): boolean {
  return tag !== '' && tag.length <= maxTagLength && !tag.includes(' ')
}

function firstField(rest: Octets): Octets {
  const end = rest.indexOf('|')
  return end < 0 ? rest : rest.slice(0, end)
}
