/**
 * Notices by the operator's Telegram bot (Bot API, sendMessage), as plain text without markup. The
 * token stands in the address of every request, so no fault's text is handed on without a look.
 */
import { faultText, mayHaveArrived } from './channel.ts'
import type { Channel, House, Sent } from './channel.ts'
import { wordsOf } from './words.ts'

export interface TelegramOptions {
  readonly house: House
  readonly token: string
  /** Default https://api.telegram.org */
  readonly apiUrl?: string
}

/** Longer than fetch tries to connect: who cannot be reached at all is told from who is slow. */
const timeoutMs = 15_000
/** The bot may send some 30 messages a second. */
const width = 4

interface Reply {
  readonly ok?: boolean
  readonly description?: string
  readonly result?: { readonly message_id?: number }
  readonly parameters?: { readonly retry_after?: number }
}

/** Sends to the chat of each letter's reader, who has to have begun it. */
export function createTelegramChannel(options: TelegramOptions): Channel {
  const { house, token, apiUrl = 'https://api.telegram.org' } = options
  const withoutToken = (text: string) => text.replaceAll(token, '…')
  return {
    name: 'telegram',
    width,
    async send(letter, signal) {
      const { short, url } = wordsOf(letter.notice, { ...house, ...letter.reader })
      try {
        const response = await fetch(`${apiUrl}/bot${token}/sendMessage`, {
          method: 'POST',
          redirect: 'error',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({
            chat_id: letter.address,
            text: `${short}\n${url}`,
            link_preview_options: { is_disabled: true },
          }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        })
        const reply = await response.json().catch(() => ({})) as Reply
        return judge(response.status, reply)
      } catch (fault) {
        const why = withoutToken(faultText(fault))
        return { result: mayHaveArrived(fault) ? 'later' : 'down', why }
      }
    },
    async stop() {},
  }
}

function judge(status: number, reply: Reply): Sent {
  if (reply.ok === true)
    return { result: 'sent', externalId: String(reply.result?.message_id ?? '') }
  const why = `HTTP ${status}: ${reply.description ?? ''}`
  const wait = reply.parameters?.retry_after
  if (status === 429)
    return { result: 'later', why, ...(wait === undefined ? {} : { afterMs: wait * 1000 }) }
  // No such bot: ours to mend. No such chat, or the reader has blocked the bot: his.
  if (status === 401 || status === 404) return { result: 'down', why }
  if (status === 400 || status === 403) return { result: 'never', why }
  return { result: 'later', why }
}
