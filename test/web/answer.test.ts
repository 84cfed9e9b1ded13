/** The answer of the home page: where calls go now, what comes next, what is wrong. */
import t from 'tap'
import type { Me, OverviewReply, RuleReply } from '../../src/api/schema.ts'
import { answerSentence, gapSentence, nextSentence, warnings } from '../../web/answer.ts'
import { at, moscow as zone, numberReply, ruleReply as rule, target } from '../support/panel-replies.ts'

const now = at(14.5)

const me: Me = {
  role: 'subscriber',
  name: 'Михаил Миронов', login: 'mironov', number: '+74996740782', zone, status: 'active', tariff: 'Личный', balanceKopecks: -12_00,
  voicemail: false, voicemailAfterSeconds: 25, cycleLimitSeconds: 60, ringSeconds: 25, defaultTargetId: null,
  brand: { name: 'OneTel', copyright: '', products: [] },
}
const numbers = [numberReply('m', 'Мобильный'), numberReply('o', 'Офис')]
const phones = (...names: string[]): RuleReply['targets'] => names.map((name) => target(name, 'm'))

type Stretch = OverviewReply['result'][number]
const stretch = (from: number, to: number, ruleId: string | null, kind: Stretch['kind'] = ruleId === null ? 'nowhere' : 'rule'): Stretch =>
  ({ from: at(from), to: at(to), kind, ruleId })

function overview(patch: Partial<OverviewReply>): OverviewReply {
  return {
    now, zone, acts: { kind: 'rule', ruleId: 'work' }, override: null, rules: [rule('work', 'Работа'), rule('home', 'Дома')], live: [], days: [], bars: [],
    window: { from: at(-24), to: at(192) }, result: [stretch(-24, 192, 'work')], ...patch,
  }
}

const forced = (untilMs: number | null): NonNullable<OverviewReply['override']> =>
  ({ action: 'ring', targetId: 'o', address: '+7', description: 'Офис', untilMs })

t.test('the sentence for every way a call can go', async (t) => {
  const cases: readonly (readonly [string, Partial<OverviewReply>, string])[] = [
    ['one phone', {}, 'Сейчас звонит Мобильный'],
    ['at once', { rules: [rule('work', 'Работа', { targets: phones('Мобильный', 'Офис') })] }, 'Сейчас звонят Мобильный и Офис'],
    ['in turn', { rules: [rule('work', 'Работа', { mode: 'serial', targets: phones('А', 'Б') })] }, 'Сейчас по очереди звонят А и Б'],
    ['default', { acts: { kind: 'default', targetId: 'm' } }, 'Звонки идут на номер по умолчанию — Мобильный'],
    ['voicemail', { acts: { kind: 'voicemail', why: 'nothingActs', ruleId: null } }, 'Звонки принимает голосовая почта'],
    ['nowhere', { acts: { kind: 'nowhere' } }, 'Звонки никуда не направляются'],
    ['no money', { acts: { kind: 'refused', why: 'noMoney', ruleId: null } }, 'Звонки не переадресуются: на счёте −12\u00a0₽'],
    ['suspended', { acts: { kind: 'refused', why: 'notActive', ruleId: null } }, 'Звонки не переадресуются: номер не активен'],
    ['a rule refuses', { acts: { kind: 'refused', why: 'ruleRefuses', ruleId: 'work' } }, 'Звонки отклоняются'],
    ['all to one number', { acts: { kind: 'override', targetId: 'o' }, override: forced(at(18)) }, 'Сейчас всё идёт на Офис — до 18:00'],
    ['until it is taken back', { acts: { kind: 'override', targetId: 'o' }, override: forced(null) }, 'Сейчас всё идёт на Офис'],
    ['all to voicemail', { acts: { kind: 'voicemail', why: 'override', ruleId: null }, override: { ...forced(at(33)), action: 'voicemail' } },
      'Сейчас всё принимает голосовая почта — до завтра 9:00'],
    ['do not disturb', { acts: { kind: 'refused', why: 'doNotDisturb', ruleId: null }, override: { ...forced(at(24)), action: 'refuse' } },
      'Не беспокоить: звонки отклоняются до 24:00'],
  ]
  for (const [name, patch, wanted] of cases) t.equal(answerSentence(overview(patch), me, numbers), wanted, name)
})

t.test('what changes it next', async (t) => {
  const cases: readonly (readonly [string, Partial<OverviewReply>, string])[] = [
    ['nothing within a day', {}, 'Действует правило «Работа».'],
    ['one change', { result: [stretch(9, 18, 'work'), stretch(18, 90, 'home')] }, 'Действует правило «Работа». В 18:00 его сменит «Дома».'],
    ['a return to the same is no news', { result: [stretch(9, 15, 'work'), stretch(15, 16, 'home'), stretch(16, 18, 'work'), stretch(18, 90, null)] },
      'Действует правило «Работа». В 15:00 его сменит «Дома», в 18:00 — перерыв без правил.'],
    ['tomorrow', { result: [stretch(9, 33, 'work'), stretch(33, 90, null, 'default')] }, 'Действует правило «Работа». Завтра в 9:00 его сменит номер по умолчанию.'],
    ['nothing now', { acts: { kind: 'nowhere' }, result: [stretch(9, 18, null), stretch(18, 90, 'home')] }, 'Сейчас не действует ни одно правило. В 18:00 начнёт действовать «Дома».'],
    ['the schedule comes back', { acts: { kind: 'override', targetId: 'o' }, override: forced(at(18)), result: [{ ...stretch(14, 18, null), kind: 'override', byOverride: true }, stretch(18, 90, 'home')] },
      'Правила ждут: в 18:00 снова начнёт действовать расписание, первым — «Дома».'],
    ['when told', { acts: { kind: 'override', targetId: 'o' }, override: forced(null) }, 'Правила ждут, пока Вы не вернёте расписание.'],
    ['all off', { acts: { kind: 'nowhere' }, rules: [rule('work', 'Работа', { enabled: false })] }, 'Все правила выключены.'],
    ['none', { acts: { kind: 'nowhere' }, rules: [] }, 'Правил пока нет.'],
  ]
  for (const [name, patch, wanted] of cases) t.equal(nextSentence(overview(patch), now), wanted, name)
  t.equal(nextSentence(overview({ result: [stretch(9, 18, 'work'), stretch(18, 90, 'home')] }), now, true), '«Работа», в 18:00 — «Дома»', 'short, for a phone')
})

/** A week from Tuesday noon in which the given days have a gap from 7:00 to 9:00. */
function week(days: readonly number[]): Stretch[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].flatMap((day) => days.includes(day)
    ? [stretch(day * 24 - 15, day * 24 + 7, 'work'), stretch(day * 24 + 7, day * 24 + 9, null)] : [stretch(day * 24 - 15, day * 24 + 9, 'work')])
}

t.test('gaps are told in one sentence', async (t) => {
  const cases: readonly (readonly [string, Stretch[], string | undefined])[] = [
    ['none', [stretch(-24, 192, 'work')], undefined],
    ['weekdays', week([1, 2, 3, 6, 7]), 'По будням с 7:00 до 9:00 звонки никуда не направляются.'],
    ['every day', week([1, 2, 3, 4, 5, 6, 7]), 'Каждый день с 7:00 до 9:00 звонки никуда не направляются.'],
    ['weekend', week([4, 5]), 'По выходным с 7:00 до 9:00 звонки никуда не направляются.'],
    ['once', week([2]), 'Чт, 20 ноября с 7:00 до 9:00 звонки никуда не направляются.'],
    ['two days', week([1, 3]), 'В ближайшие 7 дней звонки 2 раза никуда не направляются.'],
    ['past gaps do not count', [stretch(1, 3, null), stretch(3, 192, 'work')], undefined],
  ]
  for (const [name, result, wanted] of cases) t.equal(gapSentence(overview({ result }), now), wanted, name)
  t.equal(gapSentence(overview({ acts: { kind: 'nowhere' }, result: [stretch(-24, 192, null)] }), now), 'Звонки никуда не направляются.')
  t.equal(gapSentence(overview({ acts: { kind: 'nowhere' }, result: [stretch(14, 18, null), stretch(18, 192, 'home')] }), now),
    'Сейчас, до 18:00, звонки никуда не направляются.')
})

t.test('warnings: the worst first, only what matters here', async (t) => {
  const warned = rule('home', 'Дома', { warnings: [
    { code: 'shadowed', details: { byRuleName: 'Работа' } }, { code: 'shadowedPartly', details: { byRuleName: 'Работа' } }, { code: 'unheardOf', details: {} },
  ] })
  const off = rule('off', 'Отпуск', { enabled: false, warnings: [{ code: 'voicemailOff', details: {} }] })
  const all = warnings(overview({ acts: { kind: 'refused', why: 'noMoney', ruleId: null }, rules: [warned, off], result: week([2]) }), me, now)
  t.strictSame(all.map((each) => [each.kind, each.fix]), [['bad', 'topUp'], ['bad', 'defaultNumber'], ['warn', 'rule']])
  t.equal(all[2]?.title, 'Правило «Дома»: в ближайшую неделю не сработает, его время занимает «Работа».')
  t.equal(all[2]?.ruleId, 'home')
})
