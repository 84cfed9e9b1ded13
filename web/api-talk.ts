/**
 * Requests of the support, of «Вопрос ONLINE» without a log-in and of the referral programme, which
 * the first page does not need. Knows paths and shapes; keeps no state.
 */
import type {
  AskReply, ReferralReply, SupportFile, SupportReply, SupportThread,
} from '../src/api/schema-talk.ts'
import { ApiProblem, query, send } from './api.ts'
import { sendOnce } from './send-once.ts'

/** An upload of 5 MB over a slow line takes minutes, not the seconds of other requests. */
const uploadTimeoutMs = 300_000

/** Sends a file as octets: what it is the server finds out. Throws ApiProblem. */
async function upload(file: File): Promise<SupportFile> {
  let response: Response
  try {
    response = await fetch(`/api/support/files${query({ name: file.name.slice(-120) })}`, {
      method: 'POST', credentials: 'same-origin',
      headers: { 'content-type': 'application/octet-stream' },
      body: file, signal: AbortSignal.timeout(uploadTimeoutMs),
    })
  } catch (fault) {
    throw new ApiProblem(0, { code: 'network', message: String(fault) })
  }
  const reply: unknown = await response.json().catch(() => undefined)
  if (response.ok) return reply as SupportFile
  const problem = reply as ConstructorParameters<typeof ApiProblem>[1] | undefined
  throw new ApiProblem(response.status, problem ?? { code: 'unknown', message: '' })
}

export const talkApi = {
  support: () => send('GET', '/support') as Promise<SupportReply>,
  begin: (draft: {
    readonly kind: SupportThread['kind']; readonly subject: string; readonly text: string
    readonly callId: string | null; readonly files: readonly string[]
  }) => sendOnce('/support', draft) as Promise<SupportThread>,
  write: (id: string, text: string, files: readonly string[]) =>
    sendOnce(`/support/${id}/messages`, { text, files }) as Promise<SupportThread>,
  seen: (id: string) => send('POST', `/support/${id}/seen`) as Promise<SupportThread>,
  upload,
  question: () => send('GET', '/ask') as Promise<AskReply>,
  ask: (asker: { readonly name: string; readonly email: string; readonly text: string }) =>
    sendOnce('/ask', asker) as Promise<AskReply>,
  askMore: (text: string) => sendOnce('/ask/messages', { text }) as Promise<AskReply>,
  questionSeen: () => send('POST', '/ask/seen') as Promise<AskReply>,
  referral: () => send('GET', '/referral') as Promise<ReferralReply>,
}

/** Where a file of a thread is fetched. */
export function fileHref(id: string): string {
  return `/api/support/files/${id}`
}
