/**
 * Requests of the support's inbox.
 */
import type { DeskSupportReply, DeskThread, SupportFile } from '../../src/api/schema-talk.ts'
import { ApiProblem, query, send } from '../api.ts'
import { sendOnce } from '../send-once.ts'

function act(id: string, what: string, body: unknown): Promise<DeskThread> {
  return send('POST', `/desk/support/${id}/${what}`, body) as Promise<DeskThread>
}

/** A file of 5 MB over a slow line takes minutes. */
const uploadTimeoutMs = 300_000

async function upload(file: File): Promise<SupportFile> {
  let response: Response
  try {
    response = await fetch(`/api/desk/support/files${query({ name: file.name.slice(0, 120) })}`, {
      method: 'POST', credentials: 'same-origin', body: file,
      headers: { 'content-type': 'application/octet-stream' },
      signal: AbortSignal.timeout(uploadTimeoutMs),
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
  list: (filter: Readonly<Record<string, string | undefined>>) =>
    send('GET', `/desk/support${query(filter)}`) as Promise<DeskSupportReply>,
  thread: (id: string) => send('GET', `/desk/support/${id}`) as Promise<DeskThread>,
  answer: (id: string, text: string, files: readonly string[]) =>
    sendOnce(`/desk/support/${id}/messages`, { text, files }) as Promise<DeskThread>,
  note: (id: string, text: string) =>
    sendOnce(`/desk/support/${id}/notes`, { text }) as Promise<DeskThread>,
  assign: (id: string, to: 'me' | 'nobody') => act(id, 'assign', { to }),
  state: (id: string, state: 'closed' | 'waiting') => act(id, 'state', { state }),
  upload,
}

export function fileHref(id: string): string {
  return `/api/desk/support/files/${id}`
}
