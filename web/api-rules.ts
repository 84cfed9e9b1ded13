/**
 * Requests of the pages about rules, callers, days and numbers that the first page does not need:
 * preview, lists of callers, calendar, proof of a number. Knows paths and shapes; keeps no state.
 */
import type { NumberReply } from '../src/api/schema.ts'
import type { AudioListReply, ErrandReply } from '../src/api/schema-media.ts'
import type {
  CalendarImportReply, CalendarReply, CallerListReply, DayReply, PreviewReply, PreviewRequest,
  Verification,
} from '../src/api/schema-rules.ts'
import { send } from './api.ts'

/** A list of callers as it is sent: `entries` replace the old ones. */
export interface CallerListDraft {
  readonly name: string
  readonly entries: readonly { readonly mask: string; readonly name: string }[]
}

export const rulesApi = {
  preview: (body: PreviewRequest, signal: AbortSignal) =>
    send('POST', '/rules/preview', body, signal) as Promise<PreviewReply>,
  callerLists: () => send('GET', '/caller-lists') as Promise<readonly CallerListReply[]>,
  addCallerList: (body: CallerListDraft) =>
    send('POST', '/caller-lists', body) as Promise<CallerListReply>,
  /** Its entries stay, those added elsewhere meanwhile, too. */
  renameCallerList: (id: string, name: string) =>
    send('PUT', `/caller-lists/${id}`, { name }) as Promise<CallerListReply>,
  deleteCallerList: (id: string) => send('DELETE', `/caller-lists/${id}`),
  addCaller: (listId: string, mask: string, name: string) =>
    send('POST', `/caller-lists/${listId}/entries`, { mask, name }),
  removeCaller: (listId: string, mask: string) =>
    send('DELETE', `/caller-lists/${listId}/entries/${encodeURIComponent(mask)}`),
  calendar: (year: number) => send('GET', `/calendar?year=${year}`) as Promise<CalendarReply>,
  setDay: (date: string, kind: DayReply['kind'], name: string) =>
    send('PUT', `/calendar/${date}`, { kind, name }),
  resetDay: (date: string) => send('DELETE', `/calendar/${date}`),
  importDays: (text: string, kind: DayReply['kind'], confirm: boolean) =>
    send('POST', '/calendar/import', { text, kind, confirm }) as Promise<CalendarImportReply>,
  sendCode: (id: string, by: Verification['by']) =>
    send('POST', `/numbers/${id}/verify`, { by }) as Promise<Verification>,
  checkCode: (id: string, code: string) =>
    send('POST', `/numbers/${id}/verify/code`, { code }) as Promise<NumberReply>,
  testCall: () => send('POST', '/test-call', {}) as Promise<{ readonly errandId: string }>,
  errand: (id: string) => send('GET', `/errands/${id}`) as Promise<ErrandReply>,
  greetings: () => send('GET', '/audio?kind=greeting') as Promise<AudioListReply>,
}
