/**
 * A tariff as its form holds it: texts as typed, and what they come to. Pure.
 */
import type { DeskRate, DeskTariffReply } from '../../src/api/schema-desk-trade.ts'
import type { TariffDraft } from './api-trade.ts'
import { readRoubles, roublesText } from './roubles.ts'

export interface RateText {
  /** Stays while the row is edited. */
  readonly at: number
  readonly prefix: string
  readonly name: string
  readonly price: string
  readonly connection: string
  readonly first: string
  readonly next: string
}

export interface TariffText {
  readonly name: string
  readonly monthly: string
  readonly includedMinutes: string
  readonly includedPrefixes: string
  readonly freeAnswer: string
  readonly bonus: string
  readonly bonusFrom: string
  readonly rates: readonly RateText[]
}

/** Which field of the form cannot be read. */
export type TariffField = keyof Omit<TariffText, 'rates'> | 'rates'

export interface RateFault {
  readonly at: number; readonly why: 'prefix' | 'repeated' | 'name' | 'price' | 'step' }

let made = 0

/** A rate as texts. */
export function rateText(rate: DeskRate): RateText {
  return {
    at: made += 1, prefix: rate.prefix, name: rate.name, price: roublesText(rate.kopecksPerMinute),
    connection: roublesText(rate.connectionKopecks), first: String(rate.firstStepSeconds),
    next: String(rate.nextStepSeconds),
  }
}

/** An empty row: by the minute, as most tariffs have it. */
export function newRate(): RateText {
  return { at: made += 1, prefix: '', name: '', price: '', connection: '0', first: '60',
    next: '60' }
}

/** The form of a stored tariff; undefined = a new one. */
export function tariffText(tariff: DeskTariffReply | undefined): TariffText {
  if (tariff === undefined) {
    return {
      name: '', monthly: '0', includedMinutes: '0', includedPrefixes: '', freeAnswer: '0',
      bonus: '100', bonusFrom: '100',
      rates: [{ ...newRate(), prefix: '7', name: '' }],
    }
  }
  return {
    name: tariff.name, monthly: roublesText(tariff.monthlyKopecks),
    includedMinutes: String(Math.round(tariff.includedSeconds / 60)),
    includedPrefixes: tariff.includedPrefixes.join(', '),
    freeAnswer: String(tariff.freeAnswerSeconds), bonus: roublesText(tariff.referralBonusKopecks),
    bonusFrom: roublesText(tariff.referralMinPaymentKopecks), rates: tariff.rates.map(rateText),
  }
}

function whole(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,8}$/.test(text.trim())) return undefined
  const value = Number(text)
  return value < least || value > most ? undefined : value
}

function readRate(text: RateText): DeskRate | RateFault['why'] {
  const prefix = text.prefix.replaceAll(/[\s+()-]/g, '')
  const kopecksPerMinute = readRoubles(text.price)
  const connectionKopecks = readRoubles(text.connection)
  const firstStepSeconds = whole(text.first, 1, 3600)
  const nextStepSeconds = whole(text.next, 1, 3600)
  if (!/^\d{0,15}$/.test(prefix)) return 'prefix'
  if (text.name.trim() === '') return 'name'
  if (kopecksPerMinute === undefined || connectionKopecks === undefined) return 'price'
  if (firstStepSeconds === undefined || nextStepSeconds === undefined) return 'step'
  return {
    prefix, name: text.name.trim(), kopecksPerMinute, connectionKopecks, firstStepSeconds,
    nextStepSeconds,
  }
}

/** The rates of the form, or the rows that cannot be read. */
export function readRates(texts: readonly RateText[]): {
  readonly rates: readonly DeskRate[]; readonly faults: readonly RateFault[]
} {
  const rates: DeskRate[] = []
  const faults: RateFault[] = []
  const seen = new Set<string>()
  for (const text of texts) {
    const read = readRate(text)
    if (typeof read === 'string') faults.push({ at: text.at, why: read })
    else if (seen.has(read.prefix)) faults.push({ at: text.at, why: 'repeated' })
    else {
      seen.add(read.prefix)
      rates.push(read)
    }
  }
  return { rates, faults }
}

/** What the form comes to, without key and dates; or the fields that cannot be read. */
export function readTariff(text: TariffText): {
  readonly draft: Omit<TariffDraft, 'key' | 'replaces' | 'validFrom' | 'validTo'> | undefined
  readonly fields: readonly TariffField[]
  readonly faults: readonly RateFault[]
} {
  const { rates, faults } = readRates(text.rates)
  const prefixes = text.includedPrefixes.split(/[\s,;]+/).map((one) => one.replace(/^\+/, ''))
    .filter((one) => one !== '')
  const read = {
    monthly: readRoubles(text.monthly), bonus: readRoubles(text.bonus),
    bonusFrom: readRoubles(text.bonusFrom), freeAnswer: whole(text.freeAnswer, 0, 60),
    includedMinutes: whole(text.includedMinutes, 0, 100_000),
  }
  const fields: TariffField[] = (Object.keys(read) as (keyof typeof read)[])
    .filter((name) => read[name] === undefined)
  if (text.name.trim() === '') fields.push('name')
  if (prefixes.some((prefix) => !/^\d{1,15}$/.test(prefix))) fields.push('includedPrefixes')
  if (text.rates.length === 0) fields.push('rates')
  if (fields.length > 0 || faults.length > 0) return { draft: undefined, fields, faults }
  return {
    fields, faults,
    draft: {
      name: text.name.trim(), monthlyKopecks: read.monthly ?? 0,
      includedSeconds: (read.includedMinutes ?? 0) * 60, includedPrefixes: prefixes,
      freeAnswerSeconds: read.freeAnswer ?? 0, referralBonusKopecks: read.bonus ?? 0,
      referralMinPaymentKopecks: read.bonusFrom ?? 0, rates,
    },
  }
}

/** Whether prices differ: then it is a new version, not a change. */
export function pricesDiffer(one: TariffText, other: TariffText): boolean {
  const bare = (text: TariffText): string => JSON.stringify([text.monthly, text.includedMinutes,
    text.includedPrefixes, text.freeAnswer, text.rates.map((rate) => ({ ...rate, at: 0 }))])
  return bare(one) !== bare(other)
}
