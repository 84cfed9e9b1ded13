/**
 * Requests of the settings and the profile, which the first page does not need. Knows paths and
 * shapes; keeps no state.
 */
import type { KeyReply, KeyScope, NewKeyReply } from '../src/api/schema-insight.ts'
import type {
  AudioKind, AudioListReply, AudioReply, ErrandReply, LinkReply, SessionsReply, SettingsReply,
  TrialReply,
} from '../src/api/schema-media.ts'
import { ApiProblem, query, send } from './api.ts'

/** Any subset of the settings: what is left out stays. */
export interface SettingsPatch {
  readonly password?: string
  readonly profile?: Partial<SettingsReply['profile']>
  readonly calls?: Partial<SettingsReply['calls']>
  readonly notifications?: Partial<SettingsReply['notifications']>
  readonly delivery?: Partial<SettingsReply['delivery']>
}

export type AudioChoice = Partial<SettingsReply['audio']>

/** An upload of 5 MB over a slow line takes minutes, not the seconds of other requests. */
const uploadTimeoutMs = 300_000

/** Sends a file as it is. Throws ApiProblem. */
async function upload(kind: AudioKind, file: File): Promise<AudioReply> {
  const name = file.name.replace(/\.\w+$/, '').slice(0, 64)
  let response: Response
  try {
    response = await fetch(`/api/audio${query({ kind, name })}`, {
      method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'audio/wav' },
      body: file, signal: AbortSignal.timeout(uploadTimeoutMs),
    })
  } catch (fault) {
    throw new ApiProblem(0, { code: 'network', message: String(fault) })
  }
  const reply: unknown = await response.json().catch(() => undefined)
  if (response.ok) return reply as AudioReply
  const problem = reply as ConstructorParameters<typeof ApiProblem>[1] | undefined
  throw new ApiProblem(response.status, problem ?? { code: 'unknown', message: '' })
}

export const accountApi = {
  settings: () => send('GET', '/settings') as Promise<SettingsReply>,
  saveSettings: (patch: SettingsPatch) => send('PUT', '/settings', patch) as Promise<SettingsReply>,
  trial: (channel: keyof SettingsReply['delivers']) =>
    send('POST', '/settings/notifications/test', { channel }) as Promise<TrialReply>,
  changePassword: (old: string, fresh: string) =>
    send('PUT', '/settings/password', { old, new: fresh }),
  setPin: (pin: string | null, password: string) =>
    send('PUT', '/settings/pin', { pin, password }) as Promise<SettingsReply>,
  chooseAudio: (chosen: AudioChoice) =>
    send('PUT', '/settings/audio', chosen) as Promise<SettingsReply>,
  audio: () => send('GET', '/audio') as Promise<AudioListReply>,
  upload,
  recordByPhone: (numberId: string) =>
    send('POST', '/audio/by-phone', { numberId }) as Promise<ErrandReply>,
  errand: (id: string) => send('GET', `/errands/${id}`) as Promise<ErrandReply>,
  deleteAudio: (id: string) => send('DELETE', `/audio/${id}`),
  audioLink: (id: string) => send('POST', `/audio/${id}/link`, {}) as Promise<LinkReply>,
  sessions: () => send('GET', '/sessions') as Promise<SessionsReply>,
  endSession: (id: string) => send('DELETE', `/sessions/${id}`),
  keys: () => send('GET', '/keys') as Promise<readonly KeyReply[]>,
  addKey: (name: string, scopes: readonly KeyScope[]) =>
    send('POST', '/keys', { name, scopes }) as Promise<NewKeyReply>,
  deleteKey: (id: string) => send('DELETE', `/keys/${id}`),
}

/** The sentence of the operator that callers hear, as a link that does not expire. */
export function promptLink(language: 'ru' | 'en', name: string): () => Promise<LinkReply> {
  return () => Promise.resolve({
    url: `/api/prompts/${language}/${name}`, expiresAt: Number.MAX_SAFE_INTEGER,
  })
}
