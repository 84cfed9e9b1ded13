/** The rule editor's form: stored rule → fields → request, times as typed, faults, merging. */
import fc from 'fast-check'
import t from 'tap'
import type { RuleReply, ScheduleBlockRequest } from '../../src/api/schema.ts'
import {
  everyDay, fieldsOf, hoursErrors, parseTime, stepTime, switchKind, toBlocks, typedTime, weekStretches, wholeDay,
} from '../../web/hours-form.ts'
import { faultsOf, formOf, moved, needsAdvanced, newRule, requestOf, requestOfReply, wholeNumber } from '../../web/rule-form.ts'
import { differing } from '../../web/rule-merge.ts'

type Block = ScheduleBlockRequest

const block = (weekdays: Block['weekdays'], hours: [number, number][] = [], dates: [string | null, string | null][] = []): Block => ({
  weekdays, dates: dates.map(([from, to]) => ({ from, to })), hours: hours.map(([from, to]) => ({ from, to })),
})

t.test('a time is taken as people type it', async (t) => {
  const cases = [
    ['9', 540], ['09', 540], ['930', 570], ['9:30', 570], ['9.30', 570], ['0930', 570], ['24:00', 1440], ['0', 0], [' 18:00 ', 1080],
    ['24:01', undefined], ['9:60', undefined], ['25', undefined], ['', undefined], ['утро', undefined], ['9:3', undefined],
  ] as const
  for (const [text, wanted] of cases) t.equal(parseTime(text), wanted, JSON.stringify(text))
  t.equal(stepTime('09:00', 5), '09:05')
  t.equal(stepTime('00:00', -60), '23:00', 'round the clock')
  t.equal(stepTime('что', 5), 'что', 'what is no time stays')
})

t.test('typed times are read back, whatever the minute', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1440 }), (minute) => parseTime(typedTime(minute)) === minute))
})

t.test('the view of stored hours is the simplest that shows them whole', async (t) => {
  const cases: readonly (readonly [string, Block[], string])[] = [
    ['no limits', [], 'same'], ['one block', [block([1, 2], [[540, 1080]])], 'same'],
    ['days differ', [block([1], [[540, 1080]]), block([2], [[600, 700]])], 'days'],
    ['dates differ', [block([1], [], [['2025-01-01', null]]), block([2], [], [['2025-02-01', null]])], 'periods'],
  ]
  for (const [name, blocks, kind] of cases) {
    t.equal(fieldsOf(blocks).kind, kind, name)
    t.strictSame(toBlocks(fieldsOf(blocks)), blocks, `${name}: stored again as it was`)
  }
})

const minutes = fc.integer({ min: 0, max: 1439 })
const hours = fc.array(fc.tuple(minutes, minutes).filter(([from, to]) => from !== to), { maxLength: 3 })
const weekdays = fc.subarray([1, 2, 3, 4, 5, 6, 7] as Block['weekdays'], { minLength: 1, maxLength: 6 })
const anyBlock = fc.tuple(weekdays, hours).map(([days, ranges]) => block(days, ranges))

t.test('blocks survive the fields; as periods always, whatever they are', async () => {
  fc.assert(fc.property(fc.array(anyBlock, { minLength: 1, maxLength: 4 }), (blocks) => {
    const form = { ...fieldsOf(blocks), kind: 'periods' as const }
    return JSON.stringify(toBlocks(form)) === JSON.stringify(blocks)
  }))
  fc.assert(fc.property(anyBlock, (only) => {
    const shown = switchKind(switchKind(fieldsOf([only]), 'days'), 'periods')
    return JSON.stringify(toBlocks(shown)) === JSON.stringify([only])
  }))
})

t.test('switching the view carries over what it can show and keeps the rest', async (t) => {
  const form = fieldsOf([block([1], [[540, 1080]]), block([2], [[600, 700]])])
  const same = switchKind(form, 'same')
  t.equal(same.kind, 'same')
  t.strictSame(toBlocks(switchKind(same, 'days')).length, 1, 'the days follow what was last shown')
  const kept = switchKind({ ...form, kind: 'periods', periods: [
    { weekdays: [1], ranges: [wholeDay], dates: [{ from: '2025-01-01', to: '' }] }, { weekdays: [2], ranges: [wholeDay], dates: [] },
  ] }, 'days')
  t.strictSame(kept.days, form.days, 'what days cannot show leaves them alone')
  t.equal(switchKind(kept, 'periods').periods.length, 2)
})

t.test('faults of hours, in words', async (t) => {
  const period = { weekdays: everyDay, ranges: [wholeDay], dates: [] }
  const form = fieldsOf([])
  const cases = [
    ['none', period, undefined], ['no day', { ...period, weekdays: [] }, /день недели/],
    ['bad time', { ...period, ranges: [{ from: '9', to: '25' }] }, /9:00/], ['no range', { ...period, ranges: [] }, /9:00/],
    ['empty dates', { ...period, dates: [{ from: '', to: '' }] }, /хотя бы одну дату/],
    ['dates in reverse', { ...period, dates: [{ from: '2025-02-02', to: '2025-02-01' }] }, /первая не позже/],
    ['open end', { ...period, dates: [{ from: '2025-02-02', to: '' }] }, undefined],
  ] as const
  for (const [name, same, wanted] of cases) {
    const fault = hoursErrors({ ...form, same })
    if (wanted === undefined) t.equal(fault, undefined, name)
    else t.match(fault, wanted, name)
  }
  t.match(hoursErrors({ ...form, kind: 'days', days: everyDay.map(() => null) }), /день недели/, 'a week without any day')
})

t.test('the week preview cuts windows at midnight', async (t) => {
  const week = weekStretches(fieldsOf([block([5], [[1320, 360]]), block([7], [[1320, 420]])]))
  t.strictSame(week[4], [{ from: 1320, to: 1440 }])
  t.strictSame(week[5], [{ from: 0, to: 360 }], 'Friday night reaches into Saturday')
  t.strictSame(week[0], [{ from: 0, to: 420 }], 'Sunday night reaches into Monday')
  t.strictSame(weekStretches(fieldsOf([]))[2], [{ from: 0, to: 1440 }], 'always')
})

const stored: RuleReply = {
  id: 'a'.repeat(32), version: 3, name: 'Дома', enabled: true, priority: 5, position: 1, blocks: [block([1, 2], [[540, 1080]])], mode: 'serial',
  waitSeconds: 40, targets: [{ targetId: 'b'.repeat(32), address: '+79160000000', description: 'Мобильный', ringSeconds: 15 }],
  noAnswer: { action: 'rule', ruleId: 'c'.repeat(32), ruleName: 'Секретарь', ignoreSchedule: true }, warnings: [], verdict: { verdict: 'acts' },
}

t.test('a stored rule goes through the form unchanged', async (t) => {
  t.strictSame(requestOfReply(stored), {
    name: 'Дома', enabled: true, priority: 5, blocks: stored.blocks, mode: 'serial', waitSeconds: 40,
    targets: [{ targetId: 'b'.repeat(32), ringSeconds: 15 }], noAnswer: { action: 'rule', ruleId: 'c'.repeat(32), ignoreSchedule: true },
  })
  t.equal(requestOf(formOf(stored), 3).version, 3)
  const form = { ...formOf(stored), action: 'hangUp' as const }
  t.strictSame(requestOf(form).noAnswer, { action: 'hangUp' })
  t.equal(form.nextRuleId, 'c'.repeat(32), 'the other choice is kept')
})

t.test('faults of the form', async (t) => {
  t.strictSame(Object.keys(faultsOf(newRule())).sort(), ['name', 'targets'])
  const good = { ...newRule(), name: 'А', targets: [{ targetId: 'x', ringSeconds: '' }] }
  t.strictSame(faultsOf(good), {})
  t.ok(faultsOf({ ...good, name: 'я'.repeat(65) })['name'])
  t.ok(faultsOf({ ...good, waitSeconds: '4' })['wait'])
  t.notOk(faultsOf({ ...good, waitSeconds: '4', mode: 'serial' })['wait'], 'in turn nobody asks for it')
  t.ok(faultsOf({ ...good, priority: '101' })['priority'])
  t.ok(faultsOf({ ...good, action: 'rule' })['rule'])
  t.ok(faultsOf({ ...good, targets: [{ targetId: 'x', ringSeconds: '61' }] })['ring:0'])
  t.equal(wholeNumber('7.5', 0, 10), undefined)
  t.equal(wholeNumber('007', 0, 10), 7)
})

t.test('a rule opens advanced only when the quick mode cannot show it', async (t) => {
  const quick = newRule()
  t.notOk(needsAdvanced(quick))
  t.ok(needsAdvanced({ ...quick, priority: '1' }))
  t.ok(needsAdvanced({ ...quick, waitSeconds: '25' }))
  t.ok(needsAdvanced({ ...quick, targets: [{ targetId: 'x', ringSeconds: '20' }] }))
  t.ok(needsAdvanced({ ...quick, hours: fieldsOf([block([1], [[0, 60]]), block([2], [[60, 90]])]) }))
  t.notOk(needsAdvanced({ ...quick, hours: fieldsOf([block([1, 2], [[540, 600]])]) }))
})

t.test('numbers move within their list and never out of it', async (t) => {
  t.strictSame(moved(['a', 'b', 'c'], 2, -1), ['a', 'c', 'b'])
  t.strictSame(moved(['a', 'b', 'c'], 0, -1), ['a', 'b', 'c'])
  t.strictSame(moved(['a', 'b', 'c'], 2, 1), ['a', 'b', 'c'])
})

t.test('merging asks only about fields that differ', async (t) => {
  const mine = { ...formOf(stored), name: 'Дома вечером', waitSeconds: '50' }
  t.strictSame(differing(mine, formOf(stored)).map((field) => field.key), ['editor.mergeName', 'editor.wait'])
  t.strictSame(differing(formOf(stored), formOf(stored)), [])
})
