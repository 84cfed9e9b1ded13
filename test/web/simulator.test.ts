/** «Кто зазвонит, если…»: the question in the address, the request, the answer in words. */
import fc from 'fast-check'
import t from 'tap'
import type { SimulateReply } from '../../src/api/schema-rules.ts'
import { habits, questionAddress, readQuestion, requestOf } from '../../web/simulator-question.ts'
import type { Habit, Question } from '../../web/simulator-question.ts'
import {
  heardWords, leftOutWords, storySentence, verdictWords, whenWords,
} from '../../web/simulator-words.ts'
import { legRecord } from '../support/call-records.ts'
import { at, moscow, ruleReply } from '../support/panel-replies.ts'

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ')
const read = (query: string): Question => readQuestion(new URLSearchParams(query), at(14.5), moscow, '+79161234567')

t.test('an address is a question; what it leaves out is now', async (t) => {
  t.match(read(''), { date: '2025-11-18', minute: 870, hidden: false, mode: 'silent', dialled: '' })
  t.equal(plain(read('').caller), '+7 916 123-45-67', 'written for people')
  t.match(read('date=2025-12-31&time=23:55&caller=hidden&phones=busy'), { date: '2025-12-31', minute: 1435, hidden: true, caller: '', mode: 'busy' })
  t.match(read('date=2025-13-45&time=99:99&phones=nonsense'), { date: '2025-11-18', minute: 870, mode: 'silent' }, 'nonsense is now')
  t.match(read('phones=each&p.%2B7=answers:7&p.%2B8=busy&p.%2B9=flies&p.%2B6=silent:9999'),
    { mode: 'each', phones: { '+7': { does: 'answers', afterSeconds: 7 }, '+8': { does: 'busy' }, '+6': { does: 'silent' } } })
  t.equal(read('phones=each&p.%2B9=flies').phones['+9'], undefined)
})

t.test('a question comes back from its address', async () => {
  const habit: fc.Arbitrary<Habit> = fc.record({ does: fc.constantFrom(...habits), afterSeconds: fc.integer({ min: 0, max: 300 }) })
  const question = fc.record({
    date: fc.constantFrom('2025-11-18', '2026-02-28'), minute: fc.integer({ min: 0, max: 1439 }), hidden: fc.boolean(),
    caller: fc.constantFrom('+79161234567', '+306948123377'), mode: fc.constantFrom('silent', 'busy', 'unreachable', 'each', 'answers:+74951234567') as fc.Arbitrary<Question['mode']>,
    phones: fc.dictionary(fc.constantFrom('+79162041138', '+74951234567'), habit, { maxKeys: 2 }), dialled: fc.constantFrom('', '+74996740782'),
  })
  fc.assert(fc.property(question, (asked) => {
    const address = questionAddress(asked)
    const again = read(address.slice(address.indexOf('?') + 1))
    return again.date === asked.date && again.minute === asked.minute && again.hidden === asked.hidden && again.mode === asked.mode
      && again.dialled === asked.dialled && (asked.hidden || again.caller.replaceAll(/\D/g, '') === asked.caller.slice(1))
      && JSON.stringify(asked.mode === 'each' ? asked.phones : {}) === JSON.stringify(again.phones)
  }))
})

t.test('the request: all phones alike, one that answers, each on its own', async (t) => {
  const request = (query: string): ReturnType<typeof requestOf> => requestOf(read(`date=2025-11-18&time=15:20&${query}`), ['+1', '+2'], moscow)
  t.equal(request('').at, Date.parse('2025-11-18T15:20:00+03:00'))
  t.strictSame(request('').phones, {})
  t.strictSame(request('phones=busy').phones, { '+1': { does: 'busy' }, '+2': { does: 'busy' } })
  t.strictSame(request('phones=answers:%2B2').phones, { '+2': { does: 'answers' } })
  t.strictSame(request('phones=each&p.%2B1=declines:3').phones, { '+1': { does: 'declines', afterSeconds: 3 } })
  t.equal(request('caller=hidden').caller, '')
  t.notOk('dialled' in request(''))
})

type Story = SimulateReply['story']
function reply(story: Partial<Story>): SimulateReply {
  return {
    now: at(14.5), at: at(15), caller: '+79161234567', dialled: '+74996740782', known: null,
    rules: { plan: { name: 'Планёрка', place: 1 }, work: { name: 'В рабочее время', place: 2 } },
    phones: { '+1': 'Анна', '+2': 'Мобильный', '+3': 'Офис', '+4': '' }, day: { from: at(0), to: at(24), result: [] },
    story: {
      atMs: at(15), decision: { kind: 'rule', why: null, ruleId: 'plan', targetId: null, address: null }, verdicts: [], legs: [], hears: [],
      outcome: 'missed', status: 480, reason: '', answeredLegId: null, endMs: 45_000, trace: [], cut: false, ...story,
    },
  }
}
const leg = (id: string, address: string, startMs: number, answerMs?: number): Story['legs'][number] =>
  legRecord({ id, address, startMs, ringMs: startMs, answerMs, endMs: 45_000, outcome: answerMs === undefined ? 'noAnswer' : 'answered' })
const decision = (patch: Partial<Story['decision']>): Story['decision'] => ({ kind: 'rule', why: null, ruleId: null, targetId: null, address: null, ...patch })

t.test('the answer is a sentence', async (t) => {
  const mail = [{ what: 'ringback' as const, fromMs: 0, toMs: 45_000 }, { what: 'voicemail' as const, fromMs: 45_000, toMs: 60_000 }]
  const cases: readonly (readonly [string, Partial<Story>, string])[] = [
    ['one after the other, then voicemail', { legs: [leg('a', '+1', 0), leg('b', '+2', 20_000)], hears: mail }, 'Зазвонит Анна. Через 20 секунд — Мобильный, через 45 секунд — голосовая почта.'],
    ['two at once, nobody answers', { legs: [leg('a', '+2', 0), leg('b', '+3', 0)] }, 'Зазвонят Мобильный и Офис. Через 45 секунд — звонок завершится.'],
    ['one answers', { legs: [leg('a', '+2', 0), leg('b', '+3', 0, 5000)], answeredLegId: 'b' }, 'Зазвонят Мобильный и Офис. Через 5 секунд — ответит Офис.'],
    ['a circle is not told to the end', { legs: [0, 1, 2, 3, 4, 5].map((n) => leg(String(n), n % 2 === 0 ? '+1' : '+2', n * 10_000)), endMs: 60_000 },
      'Зазвонит Анна. Через 10 секунд — Мобильный, через 20 секунд — Анна, через 30 секунд — Мобильный, ещё 2 раза, через 60 секунд — звонок завершится.'],
    ['no description', { legs: [leg('a', '+4', 0)] }, 'Зазвонит +4. Через 45 секунд — звонок завершится.'],
    ['nowhere', { decision: decision({ kind: 'nowhere' }) }, 'Звонок никуда не направится.'],
    ['voicemail at once', { decision: decision({ kind: 'voicemail', why: 'override' }), hears: mail }, 'Сразу ответит голосовая почта.'],
    ['a rule says voicemail', { decision: decision({ kind: 'voicemail', why: 'rule', ruleId: 'work' }) }, 'Сразу ответит голосовая почта: так велит правило «В рабочее время».'],
    ['blocked', { decision: decision({ kind: 'refused', why: 'blocked' }) }, 'Звонок не пройдёт: этот номер в списке заблокированных.'],
    ['do not disturb', { decision: decision({ kind: 'refused', why: 'doNotDisturb' }) }, 'Звонок не пройдёт: включено «Не беспокоить».'],
    ['a rule refuses', { decision: decision({ kind: 'refused', why: 'ruleRefuses', ruleId: 'work' }) }, 'Звонок отклонит правило «В рабочее время».'],
    ['for a reason without words', { decision: decision({ kind: 'refused', why: 'unheardOf' }) }, 'Звонок не пройдёт.'],
    ['the own mailbox', { decision: decision({ kind: 'mailbox' }) }, 'Откроется Ваш голосовой ящик: Вы услышите сообщения.'],
    ['a rule without a phone that can ring', {}, 'Ни один телефон не зазвонит.'],
  ]
  for (const [name, story, wanted] of cases) t.equal(plain(storySentence(reply(story))), wanted, name)
  t.equal(heardWords(reply({ hears: [...mail, { what: 'refusal', fromMs: 60_000, toMs: 60_000, status: 480 }] })),
    'Звонящий слышит: гудки 45 с, приветствие почты, конец звонка (код 480).')
  t.equal(heardWords(reply({ hears: [{ what: 'silence', fromMs: 0, toMs: 10 }] })), '')
  t.strictSame(leftOutWords(reply({ trace: [{ step: 'note', atMs: 0, code: 'noRate', detail: '+2' },
    { step: 'note', atMs: 0, code: 'unheardOf', detail: '+2' }, { step: 'callerGone', atMs: 1 } as never] })),
    ['Мобильный: в Вашем тарифе нет цены для этого номера, ему не звоним.'])
  t.equal(whenWords('2025-11-18', 920), 'Вторник, 18 ноября, 15:20')
})

t.test('why each rule was taken or not, with numbers', async (t) => {
  const rule = ruleReply('plan', 'Планёрка', { priority: 10, blocks: [{ weekdays: [2], dates: [], hours: [{ from: 900, to: 990 }] }] })
  const words = (verdict: Story['verdicts'][number]['verdict'], story: Partial<Story> = {}): string => {
    const found = verdictWords({ ruleId: 'plan', ruleName: 'Планёрка', verdict }, rule, reply(story), { rules: [rule] } as unknown as Parameters<typeof verdictWords>[3])
    return `${found.tag}: ${plain(found.reason)}`
  }
  const outranked = { verdict: 'outranked', byRuleId: 'w', byRuleName: 'Важное', byPriority: 20, priority: 10 } as const
  const other = { ruleId: 'work', ruleName: 'В рабочее время', verdict: outranked }
  t.equal(words({ verdict: 'acts' }), 'сработает: Время подходит: вт 15:00–16:30.')
  t.equal(words({ verdict: 'acts' }, { verdicts: [other] }), 'сработает: Время подходит: вт 15:00–16:30. Приоритет 10 — самый высокий из подошедших.')
  t.equal(words({ verdict: 'acts' }, { decision: decision({ kind: 'override' }) }), 'ждёт: Время подходит (вт 15:00–16:30), но до правил дело не дошло.')
  t.equal(words(outranked), 'уступит: Время подходит (вт 15:00–16:30), но приоритет 10 меньше, чем 20 у «Важное».')
  t.equal(words({ ...outranked, byPriority: 10 }), 'уступит: Время подходит (вт 15:00–16:30), но «Важное» выше в списке.')
  t.equal(words({ verdict: 'hours', minute: 872 }), 'не подходит: Действует вт 15:00–16:30, а звонок в 14:32.')
  t.equal(words({ verdict: 'weekday', weekday: 3 }), 'не подходит: Действует вт 15:00–16:30, а это среда.')
  t.equal(words({ verdict: 'date', date: '2025-11-18' }), 'не подходит: Действует вт 15:00–16:30, а это 18 ноября.')
  t.equal(words({ verdict: 'dayKind', date: '2026-01-01', kind: 'holiday' }), 'не подходит: Не для таких дней: 1 января — праздник.')
  t.equal(words({ verdict: 'caller', number: '' }), 'не подходит: Не для этого звонящего: скрытый номер.')
  t.equal(words({ verdict: 'dialled', number: '+74996740782' }), 'не подходит: Не для этого номера: +7 499 674-07-82.')
  t.equal(words({ verdict: 'disabled' }), 'выключено: Вы выключили это правило.')
})
