/** The rule editor's form: stored rule → fields → request, times as typed, faults, merging. */
import fc from 'fast-check'
import t from 'tap'
import type { RuleReply, ScheduleBlockRequest } from '../../src/api/schema.ts'
import {
  anyTime, fieldsOf, everyDay, parseTime, stepTime, switchKind, toBlocks, typedTime, weekStretches,
} from '../../web/hours-form.ts'
import { faultsOf, hoursFault } from '../../web/rule-faults.ts'
import {
  extraConditions, formOf, masksOf, moved, needsAdvanced, newRule, newTarget, requestOf, requestOfReply, startingForm, wholeNumber,
} from '../../web/rule-form.ts'
import type { RuleForm } from '../../web/rule-form.ts'
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
    { ...anyTime, weekdays: [1], dates: [{ from: '2025-01-01', to: '' }] }, { ...anyTime, weekdays: [2] },
  ] }, 'days')
  t.strictSame(kept.days, form.days, 'what days cannot show leaves them alone')
  t.equal(switchKind(kept, 'periods').periods.length, 2)
})

t.test('faults of hours, in words', async (t) => {
  const period = anyTime
  const form = fieldsOf([])
  const cases = [
    ['none', period, undefined], ['no day', { ...period, weekdays: [] }, /день недели/],
    ['bad time', { ...period, ranges: [{ from: '9', to: '25' }] }, /9:00/], ['no range', { ...period, ranges: [] }, /9:00/],
    ['empty dates', { ...period, dates: [{ from: '', to: '' }] }, /хотя бы одну дату/],
    ['dates in reverse', { ...period, dates: [{ from: '2025-02-02', to: '2025-02-01' }] }, /первая не позже/],
    ['open end', { ...period, dates: [{ from: '2025-02-02', to: '' }] }, undefined],
  ] as const
  for (const [name, same, wanted] of cases) {
    const fault = hoursFault({ ...form, same })
    if (wanted === undefined) t.equal(fault, undefined, name)
    else t.match(fault, wanted, name)
  }
  t.match(hoursFault({ ...form, kind: 'days', days: everyDay.map(() => null) }), /день недели/, 'a week without any day')
})

t.test('the week preview cuts windows at midnight', async (t) => {
  const week = weekStretches(fieldsOf([block([5], [[1320, 360]]), block([7], [[1320, 420]])]))
  t.strictSame(week[4], [{ from: 1320, to: 1440 }])
  t.strictSame(week[5], [{ from: 0, to: 360 }], 'Friday night reaches into Saturday')
  t.strictSame(week[0], [{ from: 0, to: 420 }], 'Sunday night reaches into Monday')
  t.strictSame(weekStretches(fieldsOf([]))[2], [{ from: 0, to: 1440 }], 'always')
})

const ids = { mobile: 'b'.repeat(32), next: 'c'.repeat(32), family: 'd'.repeat(32), greeting: 'e'.repeat(32) }

const stored: RuleReply = {
  id: 'a'.repeat(32), version: 3, name: 'Дома', enabled: true, priority: 5, position: 1, blocks: [block([1, 2], [[540, 1080]])], mode: 'serial',
  waitSeconds: 40, targets: [{
    targetId: ids.mobile, address: '+79160000000', description: 'Мобильный', ringSeconds: 15, delaySeconds: null, confirm: true, callerId: 'personal',
  }],
  noAnswer: { action: 'rule', ruleId: ids.next, ruleName: 'Секретарь', ignoreSchedule: true },
  reaction: 'ring', dialled: ['+74996740782'], decline: 'everywhere', record: false, greetingId: ids.greeting,
  callers: { lists: [ids.family], listNames: ['Семья'], masks: ['+7495*', '+79161112233'], anonymous: true, unknown: false, except: false },
  busy: { action: 'voicemail' }, unreachable: { action: 'rule', ruleId: ids.next, ruleName: 'Секретарь', ignoreSchedule: false },
  warnings: [], verdict: { verdict: 'acts' },
}

t.test('a stored rule goes through the form unchanged', async (t) => {
  t.strictSame(requestOfReply(stored), {
    name: 'Дома', enabled: true, priority: 5, blocks: stored.blocks, mode: 'serial', waitSeconds: 40,
    targets: [{ targetId: ids.mobile, ringSeconds: 15, delaySeconds: null, confirm: true, callerId: 'personal' }],
    noAnswer: { action: 'rule', ruleId: ids.next, ignoreSchedule: true },
    reaction: 'ring', dialled: ['+74996740782'], decline: 'everywhere', record: false, greetingId: ids.greeting,
    callers: { lists: [ids.family], masks: ['+7495*', '+79161112233'], anonymous: true, unknown: false, except: false },
    busy: { action: 'voicemail' }, unreachable: { action: 'rule', ruleId: ids.next, ignoreSchedule: false },
  })
  t.equal(requestOf(formOf(stored), 3).version, 3)
  const form = { ...formOf(stored), action: 'hangUp' as const }
  t.strictSame(requestOf(form).noAnswer, { action: 'hangUp' })
  t.equal(form.nextRuleId, ids.next, 'the other choice is kept')
})

t.test('what is not asked for is sent as nothing', async (t) => {
  const plain = requestOf({ ...newRule(), name: 'А' })
  t.match(plain, { reaction: 'ring', callers: null, dialled: [], busy: null, unreachable: null, decline: 'here', record: null, greetingId: null })
  const form = formOf(stored)
  t.equal(requestOf({ ...form, callers: { ...form.callers, who: 'all' } }).callers, null, 'the lists stay in the form only')
  t.equal(requestOf({ ...form, callers: { ...form.callers, who: 'except' } }).callers?.except, true)
  t.equal(requestOf({ ...form, busy: { action: 'rule', nextRuleId: '', ignoreSchedule: false } }).busy, null, 'no rule was chosen yet')
  const delayed = { ...form, targets: [{ ...newTarget('x'), delaySeconds: '5' }] }
  t.equal(requestOf({ ...delayed, mode: 'parallel' }).targets[0]?.delaySeconds, 5)
  t.equal(requestOf(delayed).targets[0]?.delaySeconds, null, 'in turn there is no delay')
})

t.test('kinds of day are part of every block, and of periods one by one', async (t) => {
  const holidays: Block = { ...block([], [[540, 1080]]), dayKinds: ['holiday'] }
  t.strictSame(toBlocks(fieldsOf([holidays])), [holidays])
  t.equal(fieldsOf([holidays]).kind, 'same')
  const days = switchKind(fieldsOf([holidays]), 'days')
  t.strictSame(toBlocks({ ...days, days: days.days.map((each, at) => at === 0 ? null : each) }),
    [{ ...block([2, 3, 4, 5, 6, 7], [[540, 1080]]), dayKinds: ['holiday'] }], 'hours by day keep them')
  t.equal(fieldsOf([holidays, block([1])]).kind, 'periods', 'different kinds need periods')
  t.strictSame(toBlocks(fieldsOf([{ ...block([]), dayKinds: ['working', 'short'] }])), [{ ...block([]), dayKinds: ['working', 'short'] }], 'a kind alone is a limit')
})

t.test('masks are typed one a line or with commas', async (t) => {
  t.strictSame(masksOf(' +7 916 000-00-00,\n8 495*;\n\n'), ['+7 916 000-00-00', '8 495*'])
  t.strictSame(masksOf(''), [])
})

t.test('faults of the form', async (t) => {
  t.strictSame(Object.keys(faultsOf(newRule())).sort(), ['name', 'targets'])
  const good: RuleForm = { ...newRule(['x']), name: 'А' }
  t.strictSame(faultsOf(good), {})
  const only = { ...good.callers, who: 'only' as const }
  const cases: readonly (readonly [string, Partial<RuleForm>, string])[] = [
    ['long name', { name: 'я'.repeat(65) }, 'name'], ['short wait', { waitSeconds: '4' }, 'wait'], ['priority', { priority: '101' }, 'priority'],
    ['no rule chosen', { action: 'rule' }, 'rule'], ['no rule for busy', { busy: { action: 'rule', nextRuleId: '', ignoreSchedule: false } }, 'busy'],
    ['nobody is meant', { callers: only }, 'callers'], ['delay', { targets: [{ ...newTarget('x'), delaySeconds: '120' }] }, 'delay:0'],
    ['ring time', { mode: 'serial', targets: [{ ...newTarget('x'), ringSeconds: '61' }] }, 'ring:0'],
  ]
  for (const [name, patch, field] of cases) t.strictSame(Object.keys(faultsOf({ ...good, ...patch })), [field], name)
  const fine: readonly (readonly [string, Partial<RuleForm>])[] = [
    ['in turn nobody asks for the wait', { waitSeconds: '4', mode: 'serial' }], ['a list', { callers: { ...only, lists: ['x'] } }],
    ['hidden numbers', { callers: { ...only, anonymous: true } }], ['a mask', { callers: { ...only, masks: '+7495*' } }],
    ['nobody rings', { reaction: 'refuse', targets: [], waitSeconds: '', action: 'rule' }],
    ['a delay counts only at once', { mode: 'serial', targets: [{ ...newTarget('x'), delaySeconds: '500' }] }],
  ]
  for (const [name, patch] of fine) t.strictSame(faultsOf({ ...good, ...patch }), {}, name)
  t.equal(wholeNumber('7.5', 0, 10), undefined)
  t.equal(wholeNumber('007', 0, 10), 7)
})

t.test('an address begins a new rule: for a caller, for hours', async (t) => {
  const at = (query: string): RuleForm => startingForm(new URLSearchParams(query), [])
  t.strictSame(requestOf(at('caller=%2B79161112233')).callers,
    { lists: [], masks: ['+79161112233'], anonymous: false, unknown: false, except: false })
  t.equal(requestOf(at('caller=anonymous')).callers?.anonymous, true)
  t.strictSame(requestOf(at('days=6,7&from=9:00&to=1800&name=%D0%94')).blocks, [block([6, 7], [[540, 1080]])])
  t.strictSame(requestOf(at('days=8,x&from=9')).blocks, [], 'nonsense is left out')
  t.strictSame(startingForm(new URLSearchParams(), ['x']).targets, [newTarget('x')])
})

t.test('a rule opens advanced only when the quick mode cannot show it', async (t) => {
  const quick = newRule()
  t.notOk(needsAdvanced(quick))
  t.ok(needsAdvanced({ ...quick, priority: '1' }))
  t.ok(needsAdvanced({ ...quick, waitSeconds: '25' }))
  t.ok(needsAdvanced({ ...quick, targets: [{ ...newTarget('x'), ringSeconds: '20' }] }))
  t.ok(needsAdvanced({ ...quick, targets: [{ ...newTarget('x'), confirm: false }] }))
  t.ok(needsAdvanced({ ...quick, reaction: 'voicemail' }))
  t.ok(needsAdvanced({ ...quick, hours: { ...quick.hours, same: { ...quick.hours.same, dayKinds: ['holiday'] } } }))
  t.equal(extraConditions(formOf(stored)), 7, 'callers, dialled, busy, unreachable, decline, recording, greeting')
  t.ok(needsAdvanced({ ...quick, hours: fieldsOf([block([1], [[0, 60]]), block([2], [[60, 90]])]) }))
  t.notOk(needsAdvanced({ ...quick, hours: fieldsOf([block([1, 2], [[540, 600]])]) }))
})

t.test('numbers move within their list and never out of it', async (t) => {
  t.strictSame(moved(['a', 'b', 'c'], 2, -1), ['a', 'c', 'b'])
  t.strictSame(moved(['a', 'b', 'c'], 0, -1), ['a', 'b', 'c'])
  t.strictSame(moved(['a', 'b', 'c'], 2, 1), ['a', 'b', 'c'])
})

t.test('merging asks only about fields that differ', async (t) => {
  const theirs = formOf(stored)
  const mine: RuleForm = { ...theirs, name: 'Дома вечером', waitSeconds: '50', record: null, callers: { ...theirs.callers, who: 'except' } }
  t.strictSame(differing(mine, theirs).map((field) => field.key), ['editor.mergeName', 'editor.wait', 'editor.callers', 'editor.record'])
  t.strictSame(differing({ ...theirs, callers: { ...theirs.callers, who: 'all', masks: '' } }, { ...theirs, callers: { ...theirs.callers, who: 'all' } }), [],
    'what is not stored does not differ')
  t.strictSame(differing(formOf(stored), formOf(stored)), [])
})
