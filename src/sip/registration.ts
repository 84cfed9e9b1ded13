/**
 * Remembers over which connection a client registered or subscribed, so that requests to its
 * Contact take that connection (drachtio-control-protocol §15.4). Not a registrar: that is the
 * user's, and over UDP nothing is kept.
 */
import { parseContacts } from './address.ts'
import type { NameAddr } from './address.ts'
import type { Core } from './core.ts'
import type { Flow } from './events.ts'
import type { SipMessage } from './message.ts'
import { readUri } from './resolver.ts'

/** Without Expires anywhere: RFC 3261 §10.2.1.1 leaves it to the registrar; an hour is usual. */
const defaultExpiresSeconds = 3600

/** Called with each request answered by a 2xx of the user. */
export function rememberBindings(
  core: Core, request: SipMessage, reply: SipMessage, flow: Flow,
): void {
  const { method } = request
  if (flow.connection === 0 || (method !== 'REGISTER' && method !== 'SUBSCRIBE')) return
  const granted = seconds(reply.get('Expires')) ?? seconds(request.get('Expires'))
  for (const contact of contactsOf(request)) {
    const uri = readUri(contact.uri)
    if (uri?.user === undefined) continue
    const key = uri.user + '@' + uri.host.toLowerCase()
    const lasts = seconds(contact.params.get('expires')) ?? granted ?? defaultExpiresSeconds
    core.connections.bind(key, flow.connection, core.nowMs + lasts * 1000, core.nowMs)
  }
}

function contactsOf(request: SipMessage): readonly NameAddr[] {
  try {
    const contacts = parseContacts(request.list('Contact'))
    return contacts === '*' ? [] : contacts
  } catch {
    // The user accepted it all the same; there is just nothing to remember.
    return []
  }
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text ?? '')
  return text === undefined || text === '' || !(value >= 0) ? undefined : value
}
