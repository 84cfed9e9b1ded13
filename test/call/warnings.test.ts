/**
 * What is wrong with a set of rules: a row per warning, and a healthy set that has none.
 */
import t from 'tap'
import type { Calendar } from '../../src/call/calendar.ts'
import type { CallerCondition } from '../../src/call/caller-list.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { ruleWarnings } from '../../src/call/warnings.ts'
import { block, next, personalNumber, rule, subscriber, wall } from './fixtures.ts'

const now = wall('2025-11-17 12:00')
const home = { id: 'd', address: '+79169999999', description: '' }

function codes(owner: Subscriber): string[] {
  return ruleWarnings(owner, now).map(({ ruleId, code }) => `${ruleId ?? '*'} ${code}`)
}

function covered(rules: Parameters<typeof subscriber>[0],
  rest: Parameters<typeof subscriber>[1] = {}): Subscriber {
  return subscriber(rules, { defaultTarget: home, ...rest })
}

const office = rule('office', undefined, { blocks: [block('пн–пт 09:00–18:00')] })
const voicemail = { voicemail: true, voicemailAfterSeconds: 60 }

const family: CallerCondition = {
  lists: ['family'], masks: [], anonymous: false, unknown: false, except: false,
}
const callerLists = [{ id: 'family', name: 'Семья', entries: ['+7916*'] }]
const calendar: Calendar = { days: { '2026-06-12': 'holiday' } }

const rows: readonly (readonly [name: string, owner: Subscriber, expected: readonly string[]])[] = [
  ['a healthy set', covered([office], { settings: voicemail }), []],
  ['always a rule: no default number is needed', subscriber([rule('always')]), []],
  ['suspended', covered([office], { status: 'suspended', balanceKopecks: 0 }), ['* notActive']],
  ['no money', covered([office], { balanceKopecks: 0 }), ['* noMoney']],
  ['no rules', covered([]), ['* noRules']],
  ['no rules, no default number (R-14)', subscriber([]), ['* noRules', '* nowhere']],
  ['all disabled', covered([rule('a', undefined, { enabled: false })]), ['* allDisabled']],
  ['calls go nowhere at times (R-14)', subscriber([office]), ['* nowhere']],
  ['only voicemail at times', subscriber([office], { settings: voicemail }), ['* defaultMissing']],
  ['dates are past', covered([rule('a', undefined, { blocks: [block('…2025-11-16')] })]),
    ['a expired']],
  ['last night’s window still lasts', covered([
    rule('a', undefined, { blocks: [block('2025-11-16…2025-11-16 22:00–13:00')] })]), []],
  ['no such weekday in the dates', covered([
    rule('a', undefined, { blocks: [block('2025-11-18…2025-11-20 сб')] })]), ['a neverActs']],
  ['dates far ahead are fine', covered([
    rule('a', undefined, { blocks: [block('2027-07-01…2027-07-31 сб')] })]), []],
  ['one block lives, one is past', covered([
    rule('a', undefined, { blocks: [block('…2025-01-01'), block('сб')] })]), []],
  ['shadowed', covered([rule('all'), office]), ['office shadowed']],
  ['shadowed partly', covered([rule('a', undefined, { blocks: [block('10:00–11:00')] }), office]),
    ['office shadowedPartly']],
  ['a disabled rule shadows nobody', covered([rule('all', undefined, { enabled: false }), office]),
    []],
  ['next rule is gone (R-22)', covered([rule('a', undefined, { noAnswer: next('x') })]),
    ['a nextMissing']],
  ['next rule is disabled (R-7)', covered([
    rule('a', undefined, { noAnswer: next('b') }), rule('b', undefined, { enabled: false })]),
      ['a nextDisabled']],
  ['next rule is never in time (R-7)', covered([
    { ...office, noAnswer: next('b') }, rule('b', undefined, { blocks: [block('сб')] })]),
      ['office nextOutsideSchedule']],
  ['next rule is not always in time', covered([
    { ...office, noAnswer: next('b') }, rule('b', undefined, { blocks: [block('17:00–20:00')] })]),
  ['office nextSometimesOutside', 'b shadowedPartly']],
  ['schedule ignored by the link', covered([
    { ...office, noAnswer: next('b', true) },
      rule('b', undefined, { blocks: [block('…2025-01-01')] })]), []],
  ['a circle with a disabled rule is none', covered([
    rule('a', undefined, { noAnswer: next('b') }),
    rule('b', undefined, { enabled: false, noAnswer: next('a') })]), ['a nextDisabled']],
  ['a chain that ends outside its hours is no circle', covered([
    rule('a', undefined, { blocks: [block('сб')], noAnswer: next('b') }),
    rule('b', undefined, { noAnswer: next('c') }),
    rule('c', undefined, { blocks: [block('…2025-01-01')], noAnswer: { action: 'hangUp' } })]),
  ['b shadowedPartly', 'b nextOutsideSchedule', 'c expired']],
  ['handed over at the very end of the hours', covered([
    { ...office, noAnswer: next('b') },
    rule('b', undefined, { blocks: [block('09:00–18:01')] })]), ['b shadowedPartly']],
  ['a circle of two', covered([
    rule('a', undefined, { noAnswer: next('b') }), rule('b', undefined, { noAnswer: next('a') })]),
  ['a cycle', 'b shadowed', 'b cycle']],
  ['a chain without a phone', covered([
    rule('a', [], { noAnswer: next('b') }), rule('b', [], { blocks: [block('09:00–18:00')] })]),
  ['a noTargets', 'a nextSometimesOutside', 'a chainNeverRings', 'b noTargets', 'b shadowed']],
  ['a circle that rings only itself', covered([
    rule('a', [personalNumber], { noAnswer: next('b') }),
    rule('b', [personalNumber], { noAnswer: next('a') })]),
  ['a ownNumber', 'a cycle', 'a chainNeverRings',
    'b ownNumber', 'b shadowed', 'b cycle', 'b chainNeverRings']],
  ['a chain that rings at its third rule', covered([
    rule('a', [], { noAnswer: next('b') }), rule('b', [], { noAnswer: next('c') }), rule('c')]),
  ['a noTargets', 'b noTargets', 'b shadowed', 'c shadowed']],
  ['a chain whose only phone is off duty', covered([
    { ...office, targets: [], noAnswer: next('b') },
    rule('b', [], { noAnswer: next('c', true) }),
    rule('c', undefined, { enabled: false })]),
  ['office noTargets', 'office chainNeverRings', 'b noTargets', 'b shadowedPartly', 'b nextDisabled']],
  ['a chain by its other branch', covered([
    rule('a', [], { noAnswer: { action: 'hangUp' }, busy: next('b', true) }), rule('b')]),
  ['a noTargets', 'b shadowed']],
  ['voicemail chosen but off (R-11)', covered([{ ...office, noAnswer: { action: 'voicemail' } }]),
    ['office voicemailOff']],
  ['voicemail before «Ожидание» ends (R-11)',
    covered([office], { settings: { voicemail: true, voicemailAfterSeconds: 20 } }),
    ['office voicemailTooEarly']],
  ['voicemail together with the end of «Ожидание»', covered([office],
    { settings: { voicemail: true, voicemailAfterSeconds: 30 } }), []],
  ['serial rings longer than a call may', covered([
    rule('a', ['+79160000001', '+79160000002', '+79160000003', '+79160000004'],
      { mode: 'serial', blocks: [block('сб')] })], { settings: { ringSeconds: 60 } }),
        ['a longerThanCall']],
  ['the same number twice (R-16)', covered([
    rule('a', ['+79160000001', '+79160000001'], { mode: 'serial', blocks: [block('сб')] })]),
      ['a repeatedNumber']],
  ['numbers that are not rung, each once', covered([rule('a', [], { blocks: [block('сб')],
    targets: ['+78091234567', '+306912345678', '+78091234567', '+79160000001'].map((address, i) => ({
      id: String(i), address, description: '', ringSeconds: undefined,
      ...(address.startsWith('+780') ? { barred: 'class' as const } : {}),
      ...(address.startsWith('+30') ? { barred: 'country' as const } : {}),
    })) })]), ['a repeatedNumber', 'a barredClass', 'a barredCountry']],
  ['a rule for some callers under one for all', covered([rule('all'),
    rule('family', undefined, { callers: family })], { callerLists }), ['family callersShadowed']],
  ['under one for all at times', covered([office,
    rule('family', undefined, { callers: family })], { callerLists }), ['family shadowedPartly']],
  ['above one for all', covered([rule('family', undefined, { callers: family }), rule('all')],
    { callerLists }), []],
  ['everybody but some covers nobody wholly', covered([
    rule('but', undefined, { callers: { ...family, except: true } }), rule('all')],
    { callerLists }), []],
  ['a rule for nobody', covered([rule('a', undefined, { callers: { ...family, lists: [] } })]),
    ['a noCallers']],
  ['a list that is gone, and an empty one', covered([
    rule('a', undefined, { callers: { ...family, lists: ['gone', 'empty'] } })],
    { callerLists: [...callerLists, { id: 'empty', name: '', entries: [] }] }),
    ['a listMissing', 'a listEmpty']],
  ['everybody is blocked', covered([office], { callerLists: [
    { id: 'blocked', name: '', entries: ['+7495*', '*', '+7*'] }, { ...callerLists[0], entries:
      ['*'], id: 'x', name: '' }] }), ['* blockedTooWide', '* blockedTooWide']],
  ['an override hides no gap', subscriber([office], { override: { action: 'refuse',
    untilMs: undefined } }), ['* nowhere']],
  ['everything to a voicemail that is off', covered([office], { override: { action: 'voicemail',
    untilMs: undefined } }), ['* voicemailOff']],
  ['a rule that sends to a voicemail that is off', covered([
    rule('a', [], { reaction: 'voicemail' })]), ['a voicemailOff']],
  ['a rule that refuses needs no phones and no time', covered([
    rule('a', [], { reaction: 'refuse', waitSeconds: 120, noAnswer: next('x') })],
    { settings: voicemail }), []],
  ['voicemail when busy, but off', covered([{ ...office, busy: { action: 'voicemail' } }]),
    ['office voicemailOff']],
  ['a key takes longer than the wait', covered([{ ...office, waitSeconds: 5 }]),
    ['office confirmTooLong']],
  ['no key is asked for', covered([{ ...office, waitSeconds: 5,
    targets: [{ id: '1', address: '+79160000001', description: '', ringSeconds: undefined,
      confirm: false }] }]), []],
  ['a telephone at home is not asked', covered([
    rule('a', ['+74951234567'], { waitSeconds: 5, blocks: [block('сб')] })]), []],
  ['a number that is dialled too late', covered([{ ...office, targets: [
    { id: '1', address: '+79160000001', description: '', ringSeconds: undefined },
    { id: '2', address: '+79160000002', description: '', ringSeconds: undefined,
      delaySeconds: 30 }] }]), ['office delayTooLong']],
  ['one by one, nothing is late', covered([{ ...office, mode: 'serial', targets: [
    { id: '2', address: '+79160000002', description: '', ringSeconds: undefined,
      delaySeconds: 30 }] }]), []],
  ['when busy, to a rule that is gone', covered([{ ...office, busy: next('x') }]),
    ['office nextMissing']],
  ['when none is reached, to a rule out of its hours', covered([
    { ...office, unreachable: next('b') }, rule('b', undefined, { blocks: [block('сб')] })]),
  ['office nextOutsideSchedule']],
  ['to a rule for some callers only', covered([{ ...office, noAnswer: next('b') },
    rule('b', undefined, { callers: family })], { callerLists }),
  ['office nextForOthers', 'b shadowedPartly']],
  ['from a rule for the same callers', covered([
    rule('a', undefined, { callers: family, blocks: [block('сб')], noAnswer: next('b', true) }),
    rule('b', undefined, { callers: family, blocks: [block('вс')] })], { callerLists }), []],
  ['a circle through a busy line', covered([
    rule('a', undefined, { busy: next('b') }), rule('b', undefined, { noAnswer: next('a') })]),
  ['a cycle', 'b shadowed', 'b cycle']],
  ['a link to itself', covered([rule('a', undefined, { noAnswer: next('a') })]), ['a cycle']],
  ['only on holidays, and one comes', covered([rule('a', undefined, { blocks: [
    { ...block(''), dayKinds: ['holiday'] }] })], { calendar }), []],
  ['only on holidays, and there are none', covered([rule('a', undefined, { blocks: [
    { ...block(''), dayKinds: ['holiday'] }] })]), ['a neverActs']],
  ['it rings itself', covered([rule('a', [personalNumber])]), ['a ownNumber']],
  ['no numbers', covered([rule('a', [])]), ['a noTargets']],
]

for (const [name, owner, expected] of rows) {
  t.test(name, async (t) => t.strictSame(codes(owner), expected))
}

t.test('details name the branch, the list, the number', async (t) => {
  const owner = covered([
    rule('a', undefined, { callers: { ...family, lists: ['gone'] }, busy: next('x'),
      targets: [{ id: '1', address: '+79160000001', description: '', ringSeconds: undefined,
        delaySeconds: 40 }] }),
  ])
  const details = (code: string) => ruleWarnings(owner, now).find((one) => one.code === code)
    ?.details
  t.strictSame(details('listMissing'), { listId: 'gone' })
  t.strictSame(details('nextMissing'), { nextRuleId: 'x', link: 'busy' })
  t.strictSame(details('delayTooLong'),
    { address: '+79160000001', delaySeconds: 40, waitSeconds: 30 })
  const blocked = covered([], { callerLists: [{ id: 'blocked', name: '', entries: ['*'] }] })
  t.strictSame(ruleWarnings(blocked, now).at(-1),
    { ruleId: undefined, code: 'blockedTooWide', details: { entry: '*' } })
})

t.test('details are facts with numbers', async (t) => {
  const owner = subscriber([
    { ...office, noAnswer: next('b') },
    rule('b', undefined, { noAnswer: next('office'), waitSeconds: 40 }),
  ], { settings: { voicemail: true, voicemailAfterSeconds: 20 } })
  const found = ruleWarnings(owner, now)
  const details = (id: string, code: string) =>
    found.find((one) => one.ruleId === id && one.code === code)?.details
  t.strictSame(details('b', 'voicemailTooEarly'), { voicemailAfterSeconds: 20, ruleSeconds: 40 })
  t.strictSame(details('office', 'cycle'), { rules: 'office → b → office', limitSeconds: 60 })
  t.match(details('b', 'shadowedPartly'), { byRuleId: 'office', byRuleName: 'office',
    minutes: (6 + 4 * 9) * 60, fromMs: now, toMs: wall('2025-11-17 18:00'), stretches: 5 })
  const gap = ruleWarnings(subscriber([office]), now)[0]?.details
  t.strictSame(gap, { fromMs: wall('2025-11-17 18:00'), toMs: wall('2025-11-18 09:00'),
    stretches: 5 })
})
