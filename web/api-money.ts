/**
 * Requests of payments and of «Детализация», which the first page does not need. Knows paths and
 * shapes; keeps no state.
 */
import type {
  ChargesReply, PaymentReply, PaymentStarted, PaymentSystemsReply,
} from '../src/api/schema-money.ts'
import { query, send } from './api.ts'

export type PaymentSystemId = PaymentReply['system']
export type EntryKind = ChargesReply['byKind'][number]['kind']

/** Conditions of «Детализация» as the server takes them; empty ones are left out. */
interface ChargesAsk {
  /** 'YYYY-MM'; left out = the present one. */
  readonly month?: string
  readonly kind?: string
  /** The number of the oldest line one has. */
  readonly before?: string
  /** The newest first unless told otherwise. */
  readonly order?: 'asc' | 'desc'
  readonly limit?: number
}

export const moneyApi = {
  systems: () => send('GET', '/payments/systems') as Promise<PaymentSystemsReply>,
  beginPayment: (body: {
    readonly system: PaymentSystemId; readonly kopecks: number; readonly key: string
  }) => send('POST', '/payments', body) as Promise<PaymentStarted>,
  payment: (order: number) => send('GET', `/payments/${order}`) as Promise<PaymentReply>,
  charges: (ask: ChargesAsk) =>
    send('GET', `/charges${query({ order: 'desc', ...ask })}`) as Promise<ChargesReply>,
}
