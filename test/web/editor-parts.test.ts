/**
 * What the editor and its neighbours say and draw, without a browser: sentences beyond the manual,
 * the chain, the week of a preview, fixes, the year of days, searching lists and numbers.
 */
import t from 'tap'
import type { Me, NumberReply, OverviewReply, RuleReply } from '../../src/api/schema.ts'
import type { CallerListReply, PreviewReply } from '../../src/api/schema-rules.ts'
import { fixOf, previewWeek } from '../../web/editor-preview.ts'
import { formConditions, spokenForm } from '../../web/editor-words.ts'
import { matching } from '../../web/numbers.ts'
import { matchingEntries } from '../../web/page-callers.ts'
import { chainOf } from '../../web/rule-chain.ts'
import { conditionsOf, conditionText, maskWords } from '../../web/rule-conditions.ts'
import { newRule, newTarget } from '../../web/rule-form.ts'
import type { RuleForm } from '../../web/rule-form.ts'
import { scheduleWords } from '../../web/schedule-words.ts'
import { ruleText, spokenRule } from '../../web/sentence.ts'
import { me, numbers, overview } from '../../web/state.ts'
import { speak } from '../../web/text.ts'
import { warningWords } from '../../web/warning-words.ts'
import { countKinds, stepDay, yearMonths } from '../../web/year-days.ts'

/** No-break spaces as spaces a test can show. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

const rule = (patch: Partial<RuleReply>): RuleReply => ({
  id: 'a'.repeat(32), version: 1, name: 'Правило', enabled: true, priority: 0, position: 1, blocks: [], mode: 'parallel', waitSeconds: 30,
  targets: [
    { targetId: 'm', address: '+79162041138', description: 'Мобильный', ringSeconds: null, delaySeconds: null, confirm: null, callerId: null },
    { targetId: 'o', address: '+74951234567', description: '', ringSeconds: null, delaySeconds: 5, confirm: null, callerId: null },
  ],
  noAnswer: { action: 'hangUp' }, reaction: 'ring', callers: null, dialled: [], busy: null, unreachable: null, decline: 'here', record: null,
  greetingId: null, warnings: [], verdict: { verdict: 'acts' }, ...patch,
})

const phone = (id: string, address: string, description: string, patch: Partial<NumberReply> = {}): NumberReply => ({
  id, address, description, usedBy: [], isDefault: false, repeated: false, confirm: null, callerId: null, verifiedAt: null, verification: null,
  watch: { rang: 0, answered: 0, answerSeconds: null, lastAnswerAt: null, silentDays: null, deadSince: null },
  destination: { class: 'mobile', country: 'RU', barred: null, ringsFrom: null }, ...patch,
})

t.test('the sentence of a rule that does not only ring', async (t) => {
  const text = (patch: Partial<RuleReply>): string => plain(ruleText(spokenRule(rule(patch), 25)))
  t.equal(text({}), 'Всегда звонят одновременно Мобильный и через 5 с +7 495 123-45-67 30 секунд. Не ответят — звонок завершится.')
  t.match(text({ mode: 'serial' }), 'по очереди Мобильный и +7 495', 'in turn nobody is late')
  t.equal(text({ reaction: 'voicemail', targets: [] }), 'Всегда звонки сразу принимает голосовая почта.')
  t.equal(text({ reaction: 'refuse' }), 'Всегда звонки не принимаются.')
})

t.test('kinds of day in words', async (t) => {
  const words = (dayKinds: NonNullable<RuleReply['blocks'][number]['dayKinds']>, weekdays: RuleReply['blocks'][number]['weekdays'] = []): string =>
    scheduleWords([{ weekdays, dates: [], hours: [{ from: 540, to: 1080 }], dayKinds }])
  const cases = [
    [['working', 'short'], 'по рабочим дням с 9:00 до 18:00'], [['holiday', 'dayOff'], 'по выходным и праздникам с 9:00 до 18:00'],
    [['holiday'], 'по праздникам с 9:00 до 18:00'], [['short', 'holiday'], 'по сокращённым дням и по праздникам с 9:00 до 18:00'],
    [['working', 'short', 'dayOff', 'holiday'], 'каждый день с 9:00 до 18:00'], [[], 'каждый день с 9:00 до 18:00'],
  ] as const
  for (const [kinds, wanted] of cases) t.equal(words([...kinds]), wanted)
  t.equal(words(['working', 'short'], [1, 2]), 'пн–вт, по рабочим дням с 9:00 до 18:00')
  t.equal(scheduleWords([{ weekdays: [], dates: [], hours: [], dayKinds: ['holiday'] }]), 'по праздникам')
})

const beyond: Partial<RuleReply> = {
  callers: { lists: ['f'], listNames: ['Семья'], masks: ['+7495*', '+79161112233'], anonymous: true, unknown: false, except: false },
  dialled: ['+74996740782'], busy: { action: 'voicemail' }, unreachable: { action: 'rule', ruleId: 'b', ruleName: 'Секретарь', ignoreSchedule: false },
  decline: 'everywhere', record: false,
}

t.test('conditions beyond the manual, a sentence each', async (t) => {
  const text = (patch: Partial<RuleReply>, rings = true): string => plain(conditionText(conditionsOf(rule(patch)), rings))
  t.equal(text({}), '')
  t.equal(text(beyond), 'Только когда звонит кто-то из списка «Семья», номер на +7495, +7 916 111-22-33 или скрытый номер.'
    + ' Только для звонков на +7 499 674-07-82. Все заняты — голосовая почта. Все недоступны — «Секретарь».'
    + ' Отбой на одном телефоне прекращает звонок на всех. Разговор не записывается.')
  t.equal(text({ callers: { lists: [], listNames: [], masks: [], anonymous: false, unknown: true, except: true } }), 'Кроме звонков, когда звонит номер не из списков.')
  t.equal(text({ ...beyond, callers: null, dialled: [] }, false), '', 'nobody rings: nobody is busy')
  t.equal(maskWords('anonymous'), 'скрытый номер')
  await speak('en')
  t.teardown(() => speak('ru'))
  t.match(text(beyond), 'Only when it is somebody from the list “Семья”, a number beginning with +7495')
})

const account = { voicemail: true, voicemailAfterSeconds: 20, cycleLimitSeconds: 60, ringSeconds: 25, zone: 'Europe/Moscow' } as Me

function know(rules: readonly RuleReply[]): void {
  me.value = account
  numbers.value = [phone('m', '+79162041138', 'Мобильный'), phone('o', '+74951234567', 'Офис')]
  overview.value = { rules } as OverviewReply
}

t.test('the form is told like the rule it becomes', async (t) => {
  know([rule({ id: 'b', name: 'Секретарь' })])
  const form: RuleForm = {
    ...newRule(['m']), targets: [newTarget('m'), { ...newTarget('o'), delaySeconds: '5' }], action: 'rule', nextRuleId: 'b',
    callers: { who: 'only', lists: ['f'], masks: '', anonymous: false, unknown: false },
  }
  t.match(plain(ruleText(spokenForm(form))), 'Мобильный и через 5 с Офис 30 секунд. Не ответят — «Секретарь».')
  const lists: CallerListReply[] = [{ id: 'f', name: 'Семья', entries: [], usedBy: [] }]
  t.equal(conditionText(formConditions(form, lists), true), 'Только когда звонит кто-то из списка «Семья».')
  t.equal(formConditions({ ...form, callers: { ...form.callers, lists: [] } }, lists).callers, undefined, 'nobody chosen yet is no condition')
})

t.test('the chain: ends, loops, rules that are skipped or ring nobody', async (t) => {
  const next = (ruleId: string): RuleReply['noAnswer'] => ({ action: 'rule', ruleId, ruleName: '', ignoreSchedule: false })
  const form: RuleForm = { ...newRule(['m']), name: 'А', action: 'rule', nextRuleId: 'b' }
  const names = (patch: Partial<RuleForm> = {}, own = 'own'): string => {
    const { nodes, loopTo, end } = chainOf({ ...form, ...patch }, own)
    return [...nodes.map((node) => node.skipped ? `(${node.name})` : node.name), loopTo === undefined ? '' : `→${loopTo}`, end].join(' ').replace('  ', ' ')
  }
  know([rule({ id: 'b', name: 'Б', noAnswer: { action: 'voicemail' } })])
  t.equal(names(), 'А Б voicemail')
  t.equal(names({ action: 'hangUp' }), 'А hangUp')
  know([rule({ id: 'b', name: 'Б', noAnswer: next('own') }), rule({ id: 'own', name: 'А' })])
  t.equal(names(), 'А Б →0 voicemail', 'a circle ends in voicemail when that is on')
  know([rule({ id: 'b', name: 'Б', enabled: false })])
  t.equal(names(), 'А (Б) voicemail', 'a rule that is off is skipped and ends the chain')
  know([rule({ id: 'b', name: 'Б', reaction: 'refuse', noAnswer: next('c') }), rule({ id: 'c', name: 'В' })])
  t.equal(names(), 'А Б hangUp', 'a rule that refuses decides itself')
  t.equal(names({ reaction: 'voicemail' }), 'А voicemail')
  me.value = { ...account, voicemail: false }
  t.equal(names({ action: 'voicemail' }), 'А hangUp', 'voicemail that is off is no end')
})

t.test('the week of a preview: bars by weekday, what is lost on top', async (t) => {
  const day = (date: string, from: string, to: string): PreviewReply['days'][number] =>
    ({ date, from: Date.parse(from), to: Date.parse(to), kind: 'working', name: null })
  const at = (text: string): number => Date.parse(`2025-11-${text}:00+03:00`)
  const week = previewWeek({
    days: [day('2025-11-18', '2025-11-18T00:00+03:00', '2025-11-19T00:00+03:00'), day('2025-11-19', '2025-11-19T00:00+03:00', '2025-11-20T00:00+03:00')],
    bars: [{ ruleId: 'r', from: at('18T18:00'), to: at('19T06:00'), lost: [{ from: at('18T21:00'), to: at('19T00:00'), byRuleId: 'x' }] }],
  } as unknown as PreviewReply)
  t.strictSame(week[1], [{ from: 0.75, to: 1, lost: false }, { from: 0.875, to: 1, lost: true }], 'Tuesday')
  t.strictSame(week[2], [{ from: 0, to: 0.25, lost: false }], 'what reaches into Wednesday')
  t.strictSame(week[0], [], 'a day the answer does not have')
})

t.test('one step that makes a warning go away', async (t) => {
  know([])
  const form = newRule(['m'])
  t.strictSame(fixOf('voicemailTooEarly', {}, form)?.patch, { waitSeconds: '20' })
  t.equal(fixOf('voicemailTooEarly', {}, { ...form, mode: 'serial' })?.href, '/settings/calls')
  t.equal(fixOf('nextDisabled', { nextRuleId: 'b' }, form)?.href, '/rules/b')
  t.strictSame(fixOf('nextOutsideSchedule', {}, form)?.patch, { ignoreSchedule: true })
  const busy = { action: 'rule', nextRuleId: 'b', ignoreSchedule: false } as const
  t.strictSame(fixOf('nextOutsideSchedule', { link: 'busy' }, { ...form, busy })?.patch,
    { busy: { ...busy, ignoreSchedule: true } }, 'of the branch it is about')
  t.equal(fixOf('shadowed', {}, form)?.part, 'part-wait')
  t.equal(fixOf('unverifiedNumber', {}, form)?.href, '/numbers')
  t.equal(fixOf('listEmpty', {}, form)?.href, '/callers')
  t.equal(fixOf('expired', {}, form), undefined)
})

t.test('warnings of the whole set have words', async (t) => {
  const codes = [
    'expired', 'neverActs', 'shadowed', 'shadowedPartly', 'callersShadowed', 'noCallers', 'listMissing', 'listEmpty', 'nextMissing', 'nextDisabled',
    'nextOutsideSchedule', 'nextSometimesOutside', 'nextForOthers', 'cycle', 'voicemailTooEarly', 'longerThanCall', 'confirmTooLong', 'delayTooLong', 'voicemailOff',
    'noTargets', 'repeatedNumber', 'ownNumber', 'barredClass',
    'barredCountry', 'unverifiedNumber', 'blockedTooWide',
  ]
  for (const code of codes) t.ok(warningWords({ code, details: {} }), code)
  t.equal(plain(warningWords({ code: 'unverifiedNumber', details: { address: '+79162041138' } }) ?? ''), 'номер +7 916 204-11-38 не подтверждён, звонить он не будет.')
  t.equal(warningWords({ code: 'somethingNew', details: {} }), undefined)
})

t.test('a year of days', async (t) => {
  const months = yearMonths(2025, [
    { date: '2025-11-04', kind: 'holiday', own: false, official: 'holiday', name: 'День народного единства' },
    { date: '2025-11-01', kind: 'working', own: false, official: 'working', name: '' },
  ])
  t.equal(months.length, 12)
  const november = months[10]
  t.equal(november?.id, '2025-11')
  t.strictSame(november?.weeks[0]?.map((day) => day?.date.slice(8) ?? ''), ['', '', '', '', '', '01', '02'], 'the month begins on Saturday')
  t.equal(november?.weeks[0]?.[5]?.kind, 'working', 'a moved working day')
  t.equal(november?.weeks[1]?.[1]?.name, 'День народного единства')
  const count = countKinds(months)
  t.equal(count.working + count.short + count.dayOff + count.holiday, 365)
  t.equal(countKinds(yearMonths(2024, [])).working, 262, 'a leap year')
  t.equal(stepDay('2025-01-01', 'ArrowLeft'), undefined, 'the year ends at its edges')
  t.equal(stepDay('2025-02-28', 'ArrowRight'), '2025-03-01')
  t.equal(stepDay('2025-03-08', 'ArrowUp'), '2025-03-01')
  t.equal(stepDay('2025-03-08', 'Enter'), undefined)
})

t.test('searching lists of callers and numbers by any way of writing', async (t) => {
  const entries: CallerListReply['entries'] = [
    { mask: '+79161112233', name: 'Мама', addedAt: 0 }, { mask: '+7495*', name: '', addedAt: 0 }, { mask: 'anonymous', name: '', addedAt: 0 },
  ]
  const found = (text: string): string => matchingEntries(entries, text).map((each) => each.mask).join(' ')
  t.equal(found('мам'), '+79161112233')
  t.equal(found('8 916 111'), '+79161112233')
  t.equal(found('495'), '+7495*')
  t.equal(found('  '), '+79161112233 +7495* anonymous')
  t.equal(found('никто'), '')
  const all = [phone('m', '+79162041138', 'Мобильный'), phone('o', '+74951234567', 'Офис')]
  t.strictSame(matching(all, '8 495 123').map((each) => each.id), ['o'])
  t.strictSame(matching(all, 'МОБ').map((each) => each.id), ['m'])
})
