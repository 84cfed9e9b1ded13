/**
 * Tariffs at the desk over HTTP: lists, new ones, versions, prices as a file, what a call costs.
 */
import { Hono } from 'hono'
import { readNumber } from '../call/number.ts'
import { compareRates, readRateSheet, writeRateSheet } from '../money/rate-sheet.ts'
import { chargeFor } from '../money/rating.ts'
import { isIncluded, rateFor } from '../money/tariff.ts'
import { changeTariff, listTariffLines, loadKeptTariff, makeTariff } from '../store/desk-tariffs.ts'
import type { KeptTariff, TariffLine } from '../store/desk-tariffs.ts'
import { loadTariff } from '../store/tariffs.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { ApiError } from './errors.ts'
import {
  deskPriceQuery, deskRatesRequest, deskTariffChange, deskTariffRequest, mostRates,
} from './schema-desk-trade.ts'
import type {
  DeskPriceReply, DeskRatesReply, DeskTariffLine, DeskTariffReply, DeskTariffsReply,
} from './schema-desk-trade.ts'

/** /api/desk/tariffs */
export function deskTariffRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (id: string) => tariffReply(await loadKeptTariff(db, id, nowMs(deps)))
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const tariffs = (await listTariffLines(db, nowMs(deps))).map(tariffLine)
      return c.json({ tariffs } satisfies DeskTariffsReply)
    })
    .post('/', async (c) => {
      const { validFrom, validTo, ...draft } = await readBody(c, deskTariffRequest)
      const id = await makeTariff(db, {
        ...draft, validFromMs: validFrom ?? undefined, validToMs: validTo ?? undefined,
      }, deedOf(deps, c))
      return c.json(await reply(id), 201)
    })
    .post('/rates', async (c) => c.json(await readRates(deps, c)))
    .get('/:id', async (c) => c.json(await reply(readId(c))))
    .put('/:id', async (c) => {
      const id = readId(c)
      const { validTo, ...change } = await readBody(c, deskTariffChange)
      await changeTariff(db, id, { ...change, validToMs: validTo ?? undefined }, deedOf(deps, c))
      return c.json(await reply(id))
    })
    .get('/:id/price', async (c) => c.json(await price(deps, c)))
    .get('/:id/rates.csv', async (c) => {
      const { rates } = await loadTariff(db, readId(c))
      return c.body(`\ufeff${writeRateSheet(rates)}`, 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="rates.csv"',
      })
    })
}

async function readRates(deps: ApiDeps, c: ApiContext): Promise<DeskRatesReply> {
  const { csv, tariffId } = await readBody(c, deskRatesRequest)
  const old = tariffId === null ? [] : (await loadTariff(deps.database.kysely, tariffId)).rates
  const { rates, faults } = readRateSheet(csv, mostRates)
  return { rates, faults, ...compareRates(old, rates) }
}

async function price(deps: ApiDeps, c: ApiContext): Promise<DeskPriceReply> {
  const { number: text, seconds } = check(deskPriceQuery, c.req.query())
  const tariff = await loadTariff(deps.database.kysely, readId(c))
  const read = readNumber(text)
  if (!read.ok) throw new ApiError(400, 'bad_number', {
    field: 'number', details: { why: read.why },
  })
  const rate = rateFor(tariff, read.address)
  if (!rate) {
    return { number: read.address, rate: null, included: false, chargedSeconds: 0, kopecks: 0 }
  }
  const { chargedSeconds, kopecks } =
    chargeFor(rate, seconds * 1000, tariff.freeAnswerSeconds, 0)
  return {
    number: read.address, rate, included: isIncluded(tariff, rate), chargedSeconds, kopecks,
  }
}

function tariffLine({ validFromMs, validToMs, ...tariff }: TariffLine): DeskTariffLine {
  return { ...tariff, validFrom: validFromMs ?? null, validTo: validToMs ?? null }
}

function tariffReply({ validFromMs, validToMs, ...tariff }: KeptTariff): DeskTariffReply {
  return { ...tariff, validFrom: validFromMs ?? null, validTo: validToMs ?? null }
}
