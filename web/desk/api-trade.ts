/**
 * Requests about tariffs, trunks, payments and corrections.
 */
import type {
  DeskCorrection, DeskCorrectionsReply, DeskLedgerCheckReply, DeskPaymentReply, DeskPaymentsReply,
  DeskPriceReply, DeskRate, DeskRatesReply, DeskTariffReply, DeskTariffsReply, DeskTestCallReply,
  DeskTrunk, DeskTrunksReply,
} from '../../src/api/schema-desk-trade.ts'
import { query, send } from '../api.ts'

type Filter = Readonly<Record<string, string | number | undefined>>

export interface TariffDraft {
  readonly key: string
  readonly replaces?: {
    readonly id: string; readonly version: number; readonly moveSubscribers: boolean }
  readonly name: string
  readonly monthlyKopecks: number
  readonly includedSeconds: number
  readonly includedPrefixes: readonly string[]
  readonly freeAnswerSeconds: number
  readonly validFrom: number | null
  readonly validTo: number | null
  readonly referralBonusKopecks: number
  readonly referralMinPaymentKopecks: number
  readonly rates: readonly DeskRate[]
}

/** What is no price, and so may be changed of a tariff that is in force. */
export type TariffChange = Pick<TariffDraft, 'name' | 'validTo' | 'referralBonusKopecks'
  | 'referralMinPaymentKopecks'> & { readonly version: number }

export type TrunkFields = Omit<DeskTrunk, 'id' | 'version' | 'hasPassword' | 'state'>
  & { readonly password?: string }

export const tradeApi = {
  tariffs: () => send('GET', '/desk/tariffs') as Promise<DeskTariffsReply>,
  tariff: (id: string) => send('GET', `/desk/tariffs/${id}`) as Promise<DeskTariffReply>,
  addTariff: (draft: TariffDraft) => send('POST', '/desk/tariffs', draft) as
    Promise<DeskTariffReply>,
  changeTariff: (id: string, change: TariffChange) =>
    send('PUT', `/desk/tariffs/${id}`, change) as Promise<DeskTariffReply>,
  readRates: (csv: string, tariffId: string | null) =>
    send('POST', '/desk/tariffs/rates', { csv, tariffId }) as Promise<DeskRatesReply>,
  price: (id: string, number: string) =>
    send('GET', `/desk/tariffs/${id}/price${query({ number })}`) as Promise<DeskPriceReply>,
  trunks: () => send('GET', '/desk/trunks') as Promise<DeskTrunksReply>,
  addTrunk: (key: string, fields: TrunkFields) =>
    send('POST', '/desk/trunks', { key, ...fields }) as Promise<DeskTrunk>,
  changeTrunk: (id: string, version: number, fields: TrunkFields) =>
    send('PUT', `/desk/trunks/${id}`, { version, ...fields }) as Promise<DeskTrunk>,
  enableTrunk: (id: string, version: number, enabled: boolean) =>
    send('POST', `/desk/trunks/${id}/enabled`, { version, enabled }) as Promise<DeskTrunk>,
  testCall: (id: string, number: string) =>
    send('POST', `/desk/trunks/${id}/test-call`, { number }) as Promise<DeskTestCallReply>,
  testState: (id: string) =>
    send('GET', `/desk/trunks/test-calls/${id}`) as Promise<DeskTestCallReply>,
  payments: (filter: Filter) =>
    send('GET', `/desk/payments${query(filter)}`) as Promise<DeskPaymentsReply>,
  payment: (number: string) => send('GET', `/desk/payments/${number}`) as Promise<DeskPaymentReply>,
  refund: (number: number, body: {
    readonly key: string; readonly kopecks: number; readonly reason: string
  }) => send('POST', `/desk/payments/${number}/refund`, body) as Promise<DeskPaymentReply>,
  corrections: (filter: Filter) =>
    send('GET', `/desk/corrections${query(filter)}`) as Promise<DeskCorrectionsReply>,
  decide: (id: string, how: 'confirm' | 'refuse') =>
    send('POST', `/desk/corrections/${id}/${how}`) as Promise<DeskCorrection>,
  ledgerCheck: () => send('GET', '/desk/ledger-check') as Promise<DeskLedgerCheckReply>,
  checkLedger: () => send('POST', '/desk/ledger-check') as Promise<DeskLedgerCheckReply>,
}
