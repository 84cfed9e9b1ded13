/**
 * Requests of the journal, of voicemail and of statistics, which the first page does not need.
 * Knows paths and shapes; keeps no state.
 */
import type { CallReply, CallsReply } from '../src/api/schema.ts'
import type { StatisticsReply } from '../src/api/schema-insight.ts'
import type {
  LinkReply, ListeningsReply, MessageReply, MessagesReply, RecordingReply, SettingsReply,
} from '../src/api/schema-media.ts'
import { query, send } from './api.ts'

/** Conditions of the journal as the server takes them; empty ones are left out. */
export type CallsAsk = Readonly<Record<string, string | number | undefined>>

/** The box holds no more: one question brings all of it. */
const wholeBox = 100

export const callsApi = {
  calls: (ask: CallsAsk) =>
    send('GET', `/calls${query({ limit: 50, ...ask })}`) as Promise<CallsReply>,
  call: (id: string) => send('GET', `/calls/${id}`) as Promise<CallReply>,
  note: (id: string, text: string) => send('POST', `/calls/${id}/note`, { text }),
  block: (id: string) => send('POST', `/calls/${id}/block`),
  allow: (id: string) => send('POST', `/calls/${id}/allow`),
  recording: (id: string) => send('GET', `/calls/${id}/recording`) as Promise<RecordingReply>,
  recordingLink: (id: string, download: boolean) =>
    send('POST', `/calls/${id}/recording/link`, { download }) as Promise<LinkReply>,
  listenings: (id: string) => send('GET', `/calls/${id}/listenings`) as Promise<ListeningsReply>,
  messages: () => send('GET', `/messages${query({ limit: wholeBox })}`) as Promise<MessagesReply>,
  /** The few newest messages that began before an instant, milliseconds since 1970. */
  messagesBefore: (before: number) =>
    send('GET', `/messages${query({ before, limit: 10 })}`) as Promise<MessagesReply>,
  messageLink: (id: string, download: boolean) =>
    send('POST', `/messages/${id}/link`, { download }) as Promise<LinkReply>,
  markHeard: (id: string, heard: boolean) =>
    send('POST', `/messages/${id}/heard`, { heard }) as Promise<MessageReply>,
  deleteMessage: (id: string) => send('DELETE', `/messages/${id}`),
  restoreMessage: (id: string) => send('POST', `/messages/${id}/restore`),
  statistics: (from: number, to: number) =>
    send('GET', `/statistics${query({ from, to })}`) as Promise<StatisticsReply>,
  settings: () => send('GET', '/settings') as Promise<SettingsReply>,
  setVoicemail: (voicemail: boolean) =>
    send('PUT', '/settings', { calls: { voicemail } }) as Promise<SettingsReply>,
  testCall: () => send('POST', '/test-call', {}),
}
