/**
 * Requests about subscribers: their list, one card and what is changed on it.
 */
import type {
  DeskStatus, DeskSubscriberCard, DeskSubscribersReply, DeskViewReply,
} from '../../src/api/schema-desk.ts'
import type { DeskCorrection, DeskTariffsReply } from '../../src/api/schema-desk-trade.ts'
import { query, send } from '../api.ts'

function act(id: string, what: string, body: unknown = {}): Promise<DeskSubscriberCard> {
  return send('POST', `/desk/subscribers/${id}/${what}`, body) as Promise<DeskSubscriberCard>
}

export interface CardChange {
  readonly version: number
  readonly name?: string
  readonly zone?: string
  readonly maxCalls?: number
}

export const peopleApi = {
  list: (filter: Readonly<Record<string, string | undefined>>) =>
    send('GET', `/desk/subscribers${query(filter)}`) as Promise<DeskSubscribersReply>,
  card: (id: string) => send('GET', `/desk/subscribers/${id}`) as Promise<DeskSubscriberCard>,
  change: (id: string, body: CardChange) =>
    send('PUT', `/desk/subscribers/${id}`, body) as Promise<DeskSubscriberCard>,
  status: (id: string, body: {
    readonly was: DeskStatus; readonly status: DeskStatus; readonly reason: string
  }) => act(id, 'status', body),
  tariff: (id: string, tariffId: string, since: number | null) =>
    act(id, 'tariff', { tariffId, since }),
  addNumber: (id: string, address: string) => act(id, 'numbers', { address }),
  dropNumber: (id: string, address: string) =>
    send('DELETE', `/desk/subscribers/${id}/numbers/${encodeURIComponent(address)}`) as
      Promise<DeskSubscriberCard>,
  note: (id: string, key: string, text: string) => act(id, 'notes', { key, text }),
  email: (id: string, email: string) =>
    send('POST', `/desk/subscribers/${id}/email`, { email }),
  passwordLink: (id: string) => send('POST', `/desk/subscribers/${id}/password-link`),
  correct: (id: string, body: {
    readonly key: string; readonly kopecks: number; readonly reason: string
  }) => send('POST', `/desk/subscribers/${id}/corrections`, body) as Promise<DeskCorrection>,
  view: (id: string) => send('POST', `/desk/subscribers/${id}/view`) as Promise<DeskViewReply>,
  tariffs: () => send('GET', '/desk/tariffs') as Promise<DeskTariffsReply>,
}
