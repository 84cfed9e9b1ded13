/**
 * The desk's pure parts: money as typed, a tariff's form, the ladder's layout, alarms in words, and
 * that every word exists in both languages and none takes the place of the panel's.
 */
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { LadderLane, LadderMessage } from '../../src/api/schema-live.ts'
import { alarmText } from '../../web/desk/alarm-list.ts'
import { arrowLabel, isNoise, layoutLadder, lookOf } from '../../web/desk/ladder-layout.ts'
import { readRoubles, roublesText } from '../../web/desk/roubles.ts'
import { newRate, pricesDiffer, readRates, readTariff, tariffText } from '../../web/desk/tariff-draft.ts'
import type { RateText } from '../../web/desk/tariff-draft.ts'
import { enDesk } from '../../web/desk/text-en.ts'
import { ruPeople } from '../../web/desk/text-people-ru.ts'
import { ruDesk } from '../../web/desk/text-ru.ts'
import { ruTrade } from '../../web/desk/text-trade-ru.ts'
import { ruWatch } from '../../web/desk/text-watch-ru.ts'
import { speak } from '../../web/text.ts'
import type { Phrase } from '../../web/text.ts'
import { webFolder } from '../support/panel-server.ts'

const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

t.test('sums as managers type them', async (t) => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['150', 150_00], ['2,50', 2_50], ['2.5', 2_50], ['1 000', 1000_00], ['1\u00a0000,01', 1000_01], ['0', 0],
    ['', undefined], ['-5', undefined], ['1,234', undefined], ['1e3', undefined], ['12345678901', undefined],
  ]
  for (const [typed, kopecks] of cases) t.equal(readRoubles(typed), kopecks, `«${typed}»`)
  for (const [kopecks, text] of [[0, '0'], [250, '2,50'], [15_000, '150'], [5, '0,05']] as const) {
    t.equal(roublesText(kopecks), text)
    t.equal(readRoubles(text), kopecks, 'read back it is the same')
  }
})

const rate = (patch: Partial<RateText> = {}): RateText =>
  ({ ...newRate(), prefix: '7', name: 'Россия', price: '1,50', ...patch })

t.test('prices of a tariff as they are typed', async (t) => {
  t.match(readRates([rate({ prefix: '+7 (495)' })]), {
    faults: [], rates: [{ prefix: '7495', name: 'Россия', kopecksPerMinute: 150, connectionKopecks: 0, firstStepSeconds: 60, nextStepSeconds: 60 }],
  })
  const cases = [
    ['letters in the beginning', [rate({ prefix: '7a' })], 'prefix'], ['no name', [rate({ name: ' ' })], 'name'],
    ['no price', [rate({ price: '' })], 'price'], ['a step of nothing', [rate({ first: '0' })], 'step'],
    ['a step of two hours', [rate({ next: '7200' })], 'step'], ['twice the same', [rate(), rate({ prefix: '+7' })], 'repeated'],
  ] as const
  for (const [name, texts, why] of cases) t.equal(readRates(texts).faults[0]?.why, why, name)
})

t.test('a tariff’s form: what cannot be read is named, a change of prices is a new version', async (t) => {
  const empty = tariffText(undefined)
  t.same(readTariff(empty).fields, ['name'], 'a new one wants a name')
  t.equal(readTariff(empty).faults.length, 1, 'and its first price')
  const filled = { ...empty, name: 'Личный', monthly: '150', includedMinutes: '100', includedPrefixes: '+7, 77', rates: [rate()] }
  t.match(readTariff(filled).draft, {
    name: 'Личный', monthlyKopecks: 150_00, includedSeconds: 6000, includedPrefixes: ['7', '77'],
    referralBonusKopecks: 100_00, rates: [{ prefix: '7' }],
  })
  for (const [field, value] of [['monthly', 'x'], ['freeAnswer', '61'], ['includedMinutes', '-1'], ['includedPrefixes', '7x'], ['bonus', '']] as const) {
    t.same(readTariff({ ...filled, [field]: value }).fields, [field], `${field}: «${value}»`)
  }
  t.same(readTariff({ ...filled, rates: [] }).fields, ['rates'])
  t.notOk(pricesDiffer(filled, { ...filled, name: 'Другой', bonus: '5', rates: filled.rates.map((one) => ({ ...one, at: 99 })) }))
  t.ok(pricesDiffer(filled, { ...filled, monthly: '200' }))
  t.ok(pricesDiffer(filled, { ...filled, rates: [rate({ price: '2' })] }))
})

const lanes: readonly LadderLane[] = [
  { id: 'leg1', name: 'Офис', address: '' }, { id: 'caller', name: 'Оператор', address: '' }, { id: 'server', name: '', address: '' },
]
const message = (n: number, patch: Partial<LadderMessage>): LadderMessage => ({
  n, atMs: n, lane: 'caller', direction: 'in', method: 'INVITE', status: null, line: 'INVITE sip:x SIP/2.0',
  hasSdp: false, text: '', exact: true, ...patch,
})

t.test('a ladder: the server stands second, arrows go the way the messages went', async (t) => {
  const messages = [
    message(0, {}), message(1, { direction: 'out', status: 100, line: 'SIP/2.0 100 Trying' }),
    message(2, { lane: 'leg1', direction: 'out', hasSdp: true }), message(3, { lane: 'gone' }),
    message(4, { lane: 'leg1', status: 486, line: 'SIP/2.0 486 Busy Here' }),
    message(5, { lane: 'leg1', direction: 'out', method: 'ACK' }),
  ]
  const { columns, arrows, width, timeX } = layoutLadder(lanes, messages, 700)
  t.same(columns.map((column) => column.id), ['caller', 'server', 'leg1'])
  t.ok(columns.every((column, at) => at === 0 || column.x - (columns[at - 1]?.x ?? 0) >= 104), 'columns can be read')
  t.equal(arrows.length, 5, 'a message of a column that is not there is left out')
  const [caller = 0, server = 0, leg = 0] = columns.map((column) => column.x)
  t.same(arrows.map(({ from, to }) => [from, to]), [[caller, server], [server, caller], [server, leg], [leg, server], [server, leg]])
  t.ok(arrows.every((arrow, at) => at === 0 || arrow.y > (arrows[at - 1]?.y ?? 0)), 'in the order of time')
  t.equal(width, 700)
  t.ok(timeX < width)
  t.ok(layoutLadder(lanes, messages, 200).width > 200, 'where there is no room it is wider, and scrolls')
  t.same(messages.map(isNoise), [false, true, false, false, false, true], '100 and ACK')
  t.same([null, 100, 183, 200, 302, 404, 603].map(lookOf),
    ['request', 'provisional', 'provisional', 'success', 'redirect', 'failure', 'failure'])
  t.equal(arrowLabel(messages[4] ?? message(0, {})), '486 Busy Here')
  t.equal(arrowLabel(message(0, { status: 200, line: 'SIP/2.0 200 OK', hasSdp: true })), '200 OK (SDP)')
})

t.test('alarms in words, with their numbers', async (t) => {
  const cases = [
    ['fraud', { fault: 'spend', percent: 80, spentKopecks: 2400_00, capKopecks: 3000_00 }, 'За день потрачено 80 % лимита: 2 400 ₽ из 3 000 ₽.'],
    ['fraud', { fault: 'spend', percent: 100, spentKopecks: 3000_00, capKopecks: 3000_00 }, 'Дневной лимит 3 000 ₽ исчерпан, номер заморожен.'],
    ['fraud', { fault: 'manyNumbers', caller: '+79161234567', numbers: 12 }, '+7 916 123-45-67 обзванивает персональные номера: уже 12.'],
    ['payment', { why: 'amountDiffers', order: 1017, paidKopecks: 5000 }, 'За заказ № 1017 пришла не та сумма: 50 ₽.'],
    ['ledger', { fault: 'gap', number: 4 }, 'Записи счёта идут не подряд: после неё не хватает записи № 4.'],
    ['weather', { fault: 'rain', drops: 3 }, 'fault: rain, drops: 3'],
  ] as const
  for (const [kind, details, wanted] of cases) t.equal(plain(alarmText({ kind, details })), wanted)
  await speak('en')
  t.equal(plain(alarmText({ kind: 'fraud', details: { fault: 'velocity', calls: 90, median: 11 } })), '90 calls in a day, usually 11.')
  await speak('ru')
})

const russian: Readonly<Record<string, Phrase>> = { ...ruDesk, ...ruPeople, ...ruTrade, ...ruWatch }

function places(phrase: Phrase | undefined): string {
  const text = phrase === undefined || typeof phrase === 'string' ? phrase ?? '' : phrase.other
  return [...new Set([...text.matchAll(/\{\w+\}/g)].map(String))].sort().join()
}

t.test('words: in both languages, with the same places, none of the panel’s', async (t) => {
  const keys = Object.keys(russian)
  t.ok(keys.length > 500)
  const english: Readonly<Record<string, Phrase>> = enDesk
  t.same(keys.filter((key) => places(russian[key]) !== places(english[key])), [])
  t.same(Object.keys(english).filter((key) => russian[key] === undefined), [])
  const panel = readdirSync(webFolder).filter((name) => /^text.*-ru\.ts$/.test(name))
    .flatMap((name) => [...readFileSync(`${webFolder}/${name}`, 'utf8').matchAll(/'([A-Za-z]\w*(?:\.\w+)+)':/g)].map((match) => match[1] ?? ''))
  // A failure may be told by the desk in words of its own.
  t.same(keys.filter((key) => !key.startsWith('error.') && panel.includes(key)), [], 'no key means two things')
})

t.test('every word is said somewhere', async (t) => {
  const folder = `${webFolder}/desk`
  const code = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.startsWith('text-'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n')
  const named = new Set([...code.matchAll(/'([A-Za-z]\w*(?:\.\w+)+)'/g)].map((match) => match[1] ?? ''))
  const made = [...code.matchAll(/`([a-zA-Z]\w*(?:\.(?:\w+|\$\{[^`}]*\}))+)`/g)]
    .map((match) => new RegExp(`^${(match[1] ?? '').replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '[\\w.]+')}$`))
  const groups = [...code.matchAll(/word(?:Of)?\('([\w.]+)'/g)].map((match) => `${match[1]}.`)
  t.same(Object.keys(russian).filter((key) => !named.has(key) && !key.startsWith('error.')
    && !made.some((pattern) => pattern.test(key)) && !groups.some((group) => key.startsWith(group))), [])
})
