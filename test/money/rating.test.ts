/**
 * Rating: every prefix, step and boundary. The oracle is written the slow way: second by second.
 */
import fc from 'fast-check'
import t from 'tap'
import { chargeFor, steppedSeconds } from '../../src/money/rating.ts'
import { isIncluded, isValidAt, rateFor, tariffFaults } from '../../src/money/tariff.ts'
import type { Rate, Tariff } from '../../src/money/tariff.ts'

const moscow: Rate = {
  prefix: '7495', name: 'Москва', kopecksPerMinute: 90, connectionKopecks: 0,
  firstStepSeconds: 60, nextStepSeconds: 1,
}
const mobile: Rate = { ...moscow, prefix: '79', name: 'Мобильные', kopecksPerMinute: 180 }
const tariff: Tariff = {
  id: 't1', name: 'Основной', monthlyKopecks: 19_900, includedSeconds: 600,
  includedPrefixes: ['7495'], freeAnswerSeconds: 3, rates: [mobile, moscow],
  validFromMs: 1000, validToMs: 2000,
}

t.test('the longest prefix decides', async (t) => {
  const rows: [string, string | undefined][] = [
    ['+74951234567', '7495'], ['+79161234567', '79'], ['+78121234567', undefined],
    ['+7495', '7495'], ['+749', undefined], ['sip:anna@10.0.0.7', undefined], ['', undefined],
  ]
  for (const [address, prefix] of rows) {
    t.equal(rateFor(tariff, address)?.prefix, prefix, address || 'no address')
  }
  const everything = { ...tariff, rates: [...tariff.rates, { ...moscow, prefix: '' }] }
  t.equal(rateFor(everything, '+78121234567')?.prefix, '', 'the empty prefix takes the rest')
  t.equal(rateFor(everything, '+79161234567')?.prefix, '79', 'and only the rest')
  t.ok(isIncluded(tariff, moscow))
  t.notOk(isIncluded(tariff, mobile))
})

t.test('the longest prefix, against all prefixes tried one by one', async () => {
  const digits = fc.stringMatching(/^[0-9]{0,6}$/)
  fc.assert(fc.property(fc.uniqueArray(digits, { maxLength: 12 }), digits, (prefixes, rest) => {
    const rates = prefixes.map((prefix) => ({ ...moscow, prefix }))
    const found = rateFor({ ...tariff, rates }, `+${rest}`)
    const fitting = prefixes.filter((prefix) => rest.startsWith(prefix))
    const longest = fitting.toSorted((a, b) => b.length - a.length)[0]
    return found?.prefix === longest
  }), { numRuns: 2000 })
})

t.test('steps: a started one is whole', async (t) => {
  const perSecond = { ...moscow, firstStepSeconds: 1, nextStepSeconds: 1 }
  const minutes = { ...moscow, firstStepSeconds: 60, nextStepSeconds: 60 }
  const rows: [string, Rate, number, number][] = [
    ['60+1, nothing', moscow, 0, 0], ['60+1, 1 ms', moscow, 1, 60],
    ['60+1, a minute', moscow, 60_000, 60], ['60+1, a minute and 1 ms', moscow, 60_001, 61],
    ['60+1, 61 s', moscow, 61_000, 61], ['1+1, 1 ms', perSecond, 1, 1],
    ['1+1, 1 s', perSecond, 1000, 1], ['1+1, 1001 ms', perSecond, 1001, 2],
    ['60+60, 60 s', minutes, 60_000, 60], ['60+60, 60.001 s', minutes, 60_001, 120],
    ['60+60, two minutes', minutes, 120_000, 120],
  ]
  for (const [name, rate, talkMs, seconds] of rows) {
    t.equal(steppedSeconds(rate, talkMs), seconds, name)
  }
})

t.test('charges', async (t) => {
  const fee = { ...mobile, connectionKopecks: 50 }
  const rows: [string, Rate, number, number, number, number][] = [
    ['free answer seconds', mobile, 3000, 3, 0, 0],
    ['just beyond them the whole step', mobile, 3001, 3, 0, 180],
    ['a second costs three kopecks', mobile, 61_000, 0, 0, 183],
    ['1.5 kopecks a second round up once', moscow, 61_000, 0, 0, 92],
    ['the fee comes once', fee, 120_000, 0, 0, 410],
    ['included seconds cost nothing, nor the fee', fee, 60_000, 0, 60, 0],
    ['what is beyond them is paid, with the fee', fee, 61_000, 0, 60, 53],
  ]
  for (const [name, rate, talkMs, free, left, kopecks] of rows) {
    t.equal(chargeFor(rate, talkMs, free, left).kopecks, kopecks, name)
  }
})

t.test('charges against an oracle that counts second by second', async () => {
  const rate = fc.record({
    kopecksPerMinute: fc.integer({ min: 0, max: 5000 }),
    connectionKopecks: fc.integer({ min: 0, max: 500 }),
    firstStepSeconds: fc.integer({ min: 1, max: 120 }),
    nextStepSeconds: fc.integer({ min: 1, max: 120 }),
  }).map((some): Rate => ({ ...moscow, ...some }))
  fc.assert(fc.property(
    rate, fc.integer({ min: 0, max: 900_000 }), fc.integer({ min: 0, max: 10 }),
    fc.integer({ min: 0, max: 700 }),
    (one, talkMs, free, left) => {
      const charge = chargeFor(one, talkMs, free, left)
      const slow = oracle(one, talkMs, free, left)
      return charge.kopecks === slow.kopecks && charge.chargedSeconds === slow.seconds &&
        charge.includedSeconds === Math.min(left, slow.seconds)
    }), { numRuns: 3000 })
})

t.test('each boundary to the millisecond: free seconds, each step, included seconds', async (t) => {
  const grains = [[1, 1], [60, 1], [60, 60], [30, 6], [1, 60], [7, 13]] as const
  let checked = 0
  for (const [firstStepSeconds, nextStepSeconds] of grains) {
    for (const [kopecksPerMinute, connectionKopecks] of [[0, 0], [1, 0], [90, 50], [6000, 1]] as const) {
      const rate = { ...moscow, firstStepSeconds, nextStepSeconds, kopecksPerMinute, connectionKopecks }
      const ends = [0, 1, 2, 3].map((steps) => firstStepSeconds + steps * nextStepSeconds)
      for (const free of [0, 3, firstStepSeconds, firstStepSeconds + 1]) {
        for (const end of [0, free, ...ends]) {
          for (const talkMs of [end * 1000 - 1, end * 1000, end * 1000 + 1].filter((ms) => ms >= 0)) {
            for (const left of [-1, 0, firstStepSeconds - 1, firstStepSeconds, end, end + 1, 1_000_000]) {
              const { kopecks, chargedSeconds, includedSeconds } = chargeFor(rate, talkMs, free, left)
              const slow = oracle(rate, talkMs, free, Math.max(0, left))
              const included = Math.min(Math.max(0, left), slow.seconds)
              checked += 1
              if (kopecks === slow.kopecks && chargedSeconds === slow.seconds && includedSeconds === included) continue
              t.fail(`${JSON.stringify({ rate, talkMs, free, left })}: ${kopecks}, not ${slow.kopecks}`)
            }
          }
        }
      }
    }
  }
  t.ok(checked > 10_000, `${checked} boundaries`)
})

t.test('a longer call never costs less', async () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 600_000 }), (a, b) =>
      chargeFor(mobile, a, 3, 100).kopecks <= chargeFor(mobile, a + b, 3, 100).kopecks))
})

t.test('validity is half-open', async (t) => {
  t.same([999, 1000, 1999, 2000].map((at) => isValidAt(tariff, at)), [false, true, true, false])
  const open = { ...tariff, validFromMs: undefined, validToMs: undefined }
  t.ok(isValidAt(open, 0))
})

t.test('a tariff that cannot be charged by is told field by field', async (t) => {
  t.same(tariffFaults(tariff), [])
  const faults = tariffFaults({
    ...tariff, monthlyKopecks: 0.5, includedPrefixes: ['44'], validToMs: 1000,
    rates: [moscow, moscow, { ...mobile, prefix: '+7', firstStepSeconds: 0 }],
  })
  t.same(faults.map(({ field }) => field), [
    'monthlyKopecks', 'rates.1.prefix', 'rates.2.prefix', 'rates.2.firstStepSeconds',
    'includedPrefixes', 'validToMs',
  ])
})

function oracle(
  rate: Rate, talkMs: number, free: number, left: number,
): { seconds: number; kopecks: number } {
  if (talkMs <= free * 1000) return { seconds: 0, kopecks: 0 }
  let seconds = rate.firstStepSeconds
  while (seconds * 1000 < talkMs) seconds += rate.nextStepSeconds
  const paid = Math.max(0, seconds - left)
  let kopecks = 0
  let sixtieths = 0
  for (let second = 0; second < paid; second += 1) {
    sixtieths += rate.kopecksPerMinute
    kopecks = Math.ceil(sixtieths / 60)
  }
  return { seconds, kopecks: paid === 0 ? 0 : kopecks + rate.connectionKopecks }
}
