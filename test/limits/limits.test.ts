/** What the limits against fraud decide, without a database: classes, values, money, signs. */
import t from 'tap'
import {
  correctedDestination, isAbroad, plainDestination, whyBarred,
} from '../../src/limits/destination.ts'
import type { Destination } from '../../src/limits/destination.ts'
import { isLimitName, limitNames, limitTable, limitsInForce } from '../../src/limits/limit-table.ts'
import {
  machineAnswers, manyNumbers, medianOf, nightAbroad, velocity,
} from '../../src/limits/signs.ts'
import type { EndedTalk } from '../../src/limits/signs.ts'
import { spendAlarm, spendLeft } from '../../src/limits/spend.ts'
import { accountStatuses, mayBecome } from '../../src/limits/status.ts'
import { hourOf, lastHour } from '../../src/limits/window.ts'
import { destinationOf, openableCountries } from '../../src/store/number-class.ts'

t.test('what line a number is, and who may ring it', async (t) => {
  const rows: [address: string, kind: string, country: string, closed?: string, opened?: string][] =
    [
      ['+79161234567', 'mobile', 'RU'],
      ['+74996740782', 'fixed', 'RU'],
      ['+78005553535', 'tollFree', 'RU'],
      ['+77011234567', 'mobile', 'KZ'],
      ['+77172123456', 'fixed', 'KZ'],
      ['+76161234567', 'unknown', 'KZ'], // in no plan: the network says
      ['+70001234567', 'unknown', 'RU'],
      ['sip:anna@10.0.0.7', 'sip', ''],
      ['+78091234567', 'premium', 'RU', 'class', 'class'],
      ['+448712345678', 'premium', 'GB', 'class', 'class'],
      ['+447011123456', 'special', 'GB', 'class', 'class'], // personal numbers, dear ones
      ['+881612345678', 'satellite', '', 'class', 'class'],
      ['+870773123456', 'satellite', '', 'class', 'class'],
      ['+882161234567', 'special', '', 'class', 'class'],
      ['+883510012345', 'special', '', 'class', 'class'],
      ['+80012345678', 'special', '', 'class', 'class'], // UIFN
      ['+97912345678', 'premium', '', 'class', 'class'],
      ['+306912345678', 'mobile', 'GR', 'country'],
      ['+4915112345678', 'mobile', 'DE', 'country'],
      ['+12025550123', 'fixedOrMobile', 'US', 'country'],
      ['+18765551234', 'mobile', 'JM', 'country'], // looks American, is dear
      ['+79409999999', 'mobile', 'GE', 'country'], // Abkhazia looks Russian
      ['+78401234567', 'fixed', 'GE', 'country'],
      ['+999123456789', 'unknown', '', 'country', 'country'], // nobody's
    ]
  for (const [address, kind, country, closed, opened] of rows) {
    const found = await destinationOf(address)
    t.strictSame(found, { class: kind, country }, address)
    t.equal(whyBarred(found, []), closed, `${address} as it is`)
    t.equal(whyBarred(found, ['GR', 'DE', 'US', 'JM', 'GE', 'GB']), opened, `${address} opened`)
    t.equal(isAbroad(found), kind !== 'sip' && !['RU', 'KZ'].includes(country), address)
  }
  t.equal(plainDestination('+79161234567'), undefined, 'the plan is to be asked')
  t.strictSame(correctedDestination('+4930123', { class: 'fixed', country: '' }),
    { class: 'fixed', country: '' })
  const openable = await openableCountries()
  t.ok(openable.length > 200 && openable.includes('GR') && openable.includes('GE'))
  t.notOk(openable.includes('RU') || openable.includes('KZ'), 'they are open')
})

t.test('own limits before those of all before the defaults', async (t) => {
  const defaults = limitsInForce({})
  for (const name of limitNames) {
    const { value, least, most, reason } = limitTable[name]
    t.equal(defaults[name], value, name)
    t.ok(value >= least && value <= most, `${name} is within its own bounds`)
    t.match(reason.ru, /[а-я].*\.$/, 'says why')
    t.match(reason.en, /[a-z].*\.$/)
  }
  t.match(limitsInForce({ callMinutes: 10, accountsPerTarget: 0 }, { callMinutes: 90 }),
    { callMinutes: 90, accountsPerTarget: 0, concurrentCalls: 3 })
  t.ok(isLimitName('callMinutes'))
  t.notOk(isLimitName('toString'))
})

t.test('the money of a day', async (t) => {
  for (const [cap, spent, left, alarm] of [
    [0, 5_000_00, undefined, undefined], [100_00, 0, 100_00, undefined],
    [100_00, 49_99, 50_01, undefined], [100_00, 50_00, 50_00, 50], [100_00, 79_99, 20_01, 50],
    [100_00, 80_00, 20_00, 80], [100_00, 97_99, 2_01, 80], [100_00, 98_00, 2_00, 100],
    [100_00, 100_00, 0, 100], [100_00, 250_00, 0, 100],
  ] as const) {
    t.equal(spendLeft(cap, spent), left, `${spent} of ${cap}`)
    t.equal(spendAlarm(cap, spent), alarm, `${spent} of ${cap}`)
  }
})

t.test('who may change a status into what', async (t) => {
  for (const from of accountStatuses) {
    for (const to of accountStatuses) {
      t.equal(mayBecome(from, to, 'service'), from === 'active' && to === 'frozen', `${from} ${to}`)
      t.equal(mayBecome(from, to, 'manager'), from !== 'closed' && from !== to, `${from} ${to}`)
    }
  }
})

t.test('the last sixty minutes from two hours', async (t) => {
  const hour = 3_600_000
  t.equal(hourOf(hour * 7 + 1), 7)
  for (const [now, before, minute, sum] of [
    [0, 60, 0, 60], [0, 60, 30, 30], [10, 60, 45, 25], [10, 0, 59, 10],
  ] as const) t.equal(lastHour(now, before, hour * 7 + minute * 60_000), sum)
})

const greece: Destination = { class: 'mobile', country: 'GR' }
const russia: Destination = { class: 'mobile', country: 'RU' }

function talk(more: Partial<EndedTalk> = {}): EndedTalk {
  return {
    subscriberId: 's1', address: '+79161234567', destination: russia, answerMs: 9000,
    talkMs: 61_000, localMinute: 14 * 60, ...more,
  }
}

function times<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}

t.test('signs of fraud', async (t) => {
  const abroad = { destination: greece, address: '+306912345678' }
  t.strictSame(nightAbroad([talk({ ...abroad, localMinute: 359 }), talk({ localMinute: 3 }),
    talk({ ...abroad, localMinute: 360 }), talk({ ...abroad, localMinute: 1 })]), [{
    fault: 'nightAbroad', subscriberId: 's1', key: 'GR',
    facts: { calls: 2, country: 'GR', address: '+306912345678' },
  }], 'talks abroad before six')

  const quick = { answerMs: 1999, talkMs: 30_200 }
  t.strictSame(machineAnswers(times(4, () => talk(quick))), [], 'four may be chance')
  t.strictSame(machineAnswers([...times(5, () => talk({ ...quick, answerMs: 2000 })),
    ...times(5, (i) => talk({ ...quick, talkMs: 30_000 + i * 1000 }))]), [],
  'slow, or of all lengths')
  t.strictSame(machineAnswers(times(5, () => talk(quick))), [{
    fault: 'machineAnswers', subscriberId: 's1', key: '+79161234567',
    facts: { calls: 5, seconds: 30, address: '+79161234567' },
  }])

  const dialled = (i: number) => `+7499000000${i}`
  t.strictSame(manyNumbers([...times(7, (i) => ({ caller: '+1', dialled: dialled(i) })),
    ...times(9, () => ({ caller: '+2', dialled: dialled(1) })),
    ...times(9, (i) => ({ caller: '', dialled: dialled(i) }))]), [],
  'seven, one often, withheld ones')
  t.match(manyNumbers(times(8, (i) => ({ caller: '+1', dialled: dialled(i) }))),
    [{ fault: 'manyNumbers', subscriberId: undefined, facts: { caller: '+1', numbers: 8 } }])

  const week = [4, 0, 6, 4, 5]
  t.equal(medianOf(week), 4)
  t.equal(medianOf([1, 2, 3, 10]), 2.5)
  t.equal(medianOf([]), 0)
  t.equal(velocity('s1', 20, week), undefined, 'five times is not more than five times')
  t.match(velocity('s1', 21, week), { fault: 'velocity', facts: { calls: 21, median: 4 } })
  t.equal(velocity('s1', 19, []), undefined, 'few calls are few')
  t.match(velocity('s1', 20, []), { facts: { calls: 20, median: 0 } }, 'a number without any past')
})
