/**
 * Requests of the desk that many pages share; those of one page stand in its own `api-….ts`. Knows
 * paths and shapes; keeps no state.
 */
import type {
  DeskAlarm, DeskAlarmsReply, DeskAuditReply, DeskHomeReply, DeskLettersReply,
} from '../../src/api/schema-desk.ts'
import type { DeskLimitsReply } from '../../src/api/schema-limits.ts'
import type {
  PoolImportReply, PoolNumber, PoolReply, PoolState, RequestReply, RequestsReply,
} from '../../src/api/schema-people.ts'
import type { RequestConfirm } from '../../src/api/schema-people.ts'
import { query, send } from '../api.ts'

type Filter = Readonly<Record<string, string | number | undefined>>

function act(id: string, what: string, body: unknown = {}): Promise<RequestReply> {
  return send('POST', `/desk/requests/${id}/${what}`, body) as Promise<RequestReply>
}

export const deskApi = {
  home: () => send('GET', '/desk/home') as Promise<DeskHomeReply>,
  endView: () => send('DELETE', '/desk/view'),
  requests: (filter: Filter) =>
    send('GET', `/desk/requests${query(filter)}`) as Promise<RequestsReply>,
  request: (id: string) => send('GET', `/desk/requests/${id}`) as Promise<RequestReply>,
  claim: (id: string) => act(id, 'claim'),
  release: (id: string) => act(id, 'release'),
  keepNumber: (id: string, number: string | null) => act(id, 'number', { number }),
  noteRequest: (id: string, text: string) => act(id, 'notes', { text }),
  missed: (id: string, version: number) => act(id, 'missed', { version }),
  documents: (id: string, version: number, waits: boolean) =>
    act(id, 'documents', { version, waits }),
  reject: (id: string, version: number, reason: string) => act(id, 'reject', { version, reason }),
  confirm: (id: string, body: RequestConfirm) => act(id, 'confirm', body),
  pool: (filter: Filter) => send('GET', `/desk/numbers${query(filter)}`) as Promise<PoolReply>,
  importNumbers: (text: string, dryRun: boolean, note: string) =>
    send('POST', '/desk/numbers/import', { text, dryRun, note }) as Promise<PoolImportReply>,
  changeNumber: (address: string, body: {
    readonly state: Exclude<PoolState, 'assigned'>; readonly days: number | null
    readonly note: string
  }) => send('PUT', `/desk/numbers/${encodeURIComponent(address)}`, body) as Promise<PoolNumber>,
  alarms: (filter: Filter) => send('GET', `/desk/alarms${query(filter)}`) as
    Promise<DeskAlarmsReply>,
  closeAlarm: (id: string, note: string) =>
    send('POST', `/desk/alarms/${id}/close`, { note }) as Promise<DeskAlarm>,
  letters: (filter: Filter) => send('GET', `/desk/letters${query(filter)}`) as
    Promise<DeskLettersReply>,
  sendAgain: (id: string) => send('POST', `/desk/letters/${id}/again`),
  dropLetter: (id: string) => send('DELETE', `/desk/letters/${id}`),
  audit: (filter: Filter) => send('GET', `/desk/audit${query(filter)}`) as Promise<DeskAuditReply>,
  /** `of`: a subscriber, or undefined for all. */
  limits: (of?: string) => send('GET', limitsPath(of)) as Promise<DeskLimitsReply>,
  setLimit: (of: string | undefined, body: {
    readonly name: string; readonly value: number | null; readonly reason: string
  }) => send('PUT', limitsPath(of), body) as Promise<DeskLimitsReply>,
}

function limitsPath(of: string | undefined): string {
  return of === undefined ? '/desk/limits' : `/desk/subscribers/${of}/limits`
}
