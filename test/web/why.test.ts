/** «Почему так»: every step of a trace in words, rounds told once, words for every code. */
import t from 'tap'
import type { DayKind } from '../../src/call/calendar.ts'
import type {
  CallOutcome, CallRecord, ConfirmChoice, LegOutcome, RefusalReason, RuleVerdict, TraceStep,
} from '../../src/call/record.ts'
import { known, speak } from '../../web/text.ts'
import { foldRounds } from '../../web/trace-rounds.ts'
import { mailReason, whyLines } from '../../web/trace-words.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import '../../web/text-calls-ru.ts'

/** No-break spaces as spaces a test can show. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

const why = (call: CallRecord, zone = 'Europe/Moscow'): string[] =>
  whyLines(call, [], zone).map((line) =>
    `${Math.round(line.atMs / 1000)}${line.detail ? ' -' : ''} ${plain(line.text)}`)

t.test('parallel, busy, chain, answered', async (t) => {
  const call = endedCall(callRecord({
    trace: [
      { step: 'ruleSkipped', atMs: 0, ruleId: 'a', ruleName: 'Планёрка',
        why: { verdict: 'weekday', weekday: 2 } },
      { step: 'ruleTaken', atMs: 0, ruleId: 'b', ruleName: 'Работа', via: 'schedule', priority: 0 },
      { step: 'ruleSkipped', atMs: 0, ruleId: 'c', ruleName: 'Дома',
        why: { verdict: 'outranked', byRuleId: 'b', byRuleName: 'Работа', byPriority: 10,
          priority: 0 } },
      { step: 'ruleTaken', atMs: 26_000, ruleId: 'd', ruleName: 'Секретарь', via: 'chain',
        priority: 0 },
    ],
    legs: [
      legRecord({ id: '1', ringMs: 1000, endMs: 9000, outcome: 'busy', status: 486 }),
      legRecord({ id: '2', description: 'Офис', ringMs: 1200, endMs: 26_000, outcome: 'noAnswer' }),
      legRecord({ id: '3', description: 'Анна', ringMs: 27_000, answerMs: 35_000, endMs: 63_000,
        outcome: 'answered', startMs: 26_000,
        attempts: [{ trunk: 'А', status: 503 }, { trunk: 'Б', status: 200 }] }),
    ],
  }), { answeredLegId: '3', endedBy: 'callee' })
  t.strictSame(why(call), [
    '0 Звонок на +7 499 674-07-82.', '0 Подошло «Работа», приоритет 0.',
    '0 - «Планёрка»: вторник — не его день.',
    '0 - «Дома» уступило: приоритет 0 у него, 10 у «Работа».', '1 Звонят Мобильный и Офис.',
    '9 Мобильный: занято.', '26 Офис: не ответил.', '26 Следующее правило — «Секретарь».',
    '26 - Анна: линия «А» отказала (код 503), пробуем следующую.',
    '27 Звонит Анна.', '35 Отвечает Анна.', '63 Положил трубку ответивший.',
  ])
})

const base = callRecord({ endedAt: Date.UTC(2026, 10, 23, 12, 0, 30) })

t.test('each way a call ends is told', async (t) => {
  const mail: TraceStep = { step: 'voicemail', atMs: 25_000, why: 'timeout', taken: true }
  const cases: readonly (readonly [string, Partial<CallRecord>, string])[] = [
    ['given up', { outcome: 'abandoned' }, '30 Звонящий не дождался и положил трубку.'],
    ['server restarted', { outcome: 'interrupted' }, '30 Запись прервана: сервер перезапустили.'],
    ['server stopped', { outcome: 'interrupted', reason: 'shutdown' },
      '30 Звонок прерван: сервер останавливали.'],
    ['missed', { outcome: 'missed', status: 480 },
      '30 Никто не ответил: звонящему передан код 480.'],
    ['refused', { outcome: 'refused', trace: [{ step: 'refused', atMs: 0, why: 'noMoney',
      status: 480 }] },
      '0 Звонок не принят: на счёте нет денег.'],
    ['voicemail that failed', { outcome: 'missed', trace: [{ ...mail, taken: false },
      { step: 'refused', atMs: 25_000, why: 'noAnswer', status: 480 }] },
    '25 Никто не ответил: звонящему передан код 480.'],
    ['nothing said after the tone', { outcome: 'missed', status: 200, trace: [mail] },
      '30 Сообщения звонящий не оставил.'],
    ['message left', { outcome: 'voicemail', endedBy: 'caller', trace: [mail] },
      '30 Положил трубку звонящий.'],
    ['mailbox heard', { outcome: 'mailbox', endedBy: 'caller' }, '30 Положил трубку звонящий.'],
    ['too long', { outcome: 'answered', endedBy: 'service', reason: 'maxCall' },
      '30 Звонок завершён сервером: дольше разговор длиться не может.'],
    ['the money is over', { outcome: 'answered', endedBy: 'service', reason: 'noMoney' },
      '30 Звонок завершён: на счёте кончились деньги.'],
    ['what it cost', { outcome: 'answered', endedBy: 'caller', charge: {
      kopecks: 190, rateName: 'Россия, мобильные', seconds: 60, includedSeconds: 0,
    } }, '30 - Стоил 1,90 ₽: Россия, мобильные, 1:00.'],
    ['sound lost', { outcome: 'answered', endedBy: 'service', reason: 'mediaLost' },
      '30 Звонок завершён сервером: пропал звук.'],
    ['a reason without words', { outcome: 'answered', endedBy: 'service', reason: 'SIP;cause=500' },
      '30 Звонок завершён сервером.'],
  ]
  for (const [name, patch, wanted] of cases) t.equal(why({ ...base, ...patch }).at(-1), wanted,
    name)
  t.match(why({ ...base, outcome: 'voicemail', endedBy: 'caller', trace: [mail] }).join('\n'),
    '30 Сообщение оставлено.\n30 Положил трубку звонящий.')
})

t.test('each step of a trace is told', async (t) => {
  const leg = legRecord({ id: 'l', ringMs: undefined })
  const until = Date.UTC(2026, 10, 23, 15, 30)
  const cases: readonly (readonly [TraceStep, readonly string[]])[] = [
    [{ step: 'defaultNumber', atMs: 0, address: '+79161234567' },
      ['Ни одно правило не подошло: номер по умолчанию, +7 916 123-45-67.']],
    [{ step: 'paused', atMs: 4000, ms: 2000 },
      ['Ни один телефон не зазвонил: пауза 2 с перед следующим кругом.']],
    [{ step: 'chainEnded', atMs: 9000, why: 'cycleTime' }, ['Время на круг правил истекло.']],
    [{ step: 'override', atMs: 0, action: 'ring', untilMs: until },
      ['Действовало «Сейчас всё на …»: правила ждали.', '- До 18:30.']],
    [{ step: 'override', atMs: 0, action: 'voicemail', untilMs: until + 86_400_000 },
      ['Действовало «Сейчас всё на почту»: правила ждали.', '- До 18:30, 24 ноября.']],
    [{ step: 'override', atMs: 0, action: 'refuse', untilMs: undefined },
      ['Действовало «Не беспокоить».']],
    [{ step: 'blocked', atMs: 0, entry: '+7903*' }, ['Звонящий в списке заблокированных: +7903*.']],
    [{ step: 'blocked', atMs: 0, entry: '+79031112233' },
      ['Звонящий в списке заблокированных: +7 903 111-22-33.']],
    [{ step: 'blocked', atMs: 0, entry: 'anonymous' },
      ['Скрытые номера в списке заблокированных.']],
    [{ step: 'reaction', atMs: 0, ruleId: 'a', action: 'voicemail' },
      ['Это правило сразу отправляет на голосовую почту.']],
    [{ step: 'reaction', atMs: 0, ruleId: 'a', action: 'refuse' },
      ['Это правило не принимает звонки.']],
    [{ step: 'mailbox', atMs: 0, taken: true },
      ['Вы позвонили на свой номер: открыта Ваша голосовая почта.']],
    [{ step: 'confirm', atMs: 9000, legId: 'l', choice: 'asked' },
      ['Мобильный: трубку сняли, просим нажать 1.']],
    [{ step: 'confirm', atMs: 9000, legId: 'l', choice: 'accept' }, ['Мобильный: нажали 1.']],
    [{ step: 'confirm', atMs: 9000, legId: 'gone', choice: 'nobody' }, ['—: никто не нажал 1.']],
    [{ step: 'recording', atMs: 0, running: true }, ['Разговор записывается.']],
    [{ step: 'recording', atMs: 0, running: false }, ['Записать разговор не удалось.']],
    [{ step: 'ordered', atMs: 0, order: 'toVoicemail', by: 'subscriber' },
      ['Из кабинета: на голосовую почту.']],
    [{ step: 'ordered', atMs: 0, order: 'pauseRecording', by: 'subscriber' },
      ['Запись приостановлена: дальше в ней тишина.']],
    [{ step: 'ordered', atMs: 0, order: 'resumeRecording', by: 'subscriber' },
      ['Запись продолжена.']],
    [{ step: 'ordered', atMs: 0, order: 'end', by: 'manager' }, ['Звонок завершает менеджер.']],
    [{ step: 'voicemail', atMs: 0, why: 'ordered', taken: true },
      ['Звонок отправлен на голосовую почту из кабинета.']],
    [{ step: 'voicemail', atMs: 0, why: 'nothingActs', taken: false },
      ['Ничего не действует: голосовая почта.',
        '- Голосовая почта не смогла принять звонок, он завершён.']],
    [{ step: 'note', atMs: 900, code: 'deadNumber', detail: '+79161234567' },
      ['+7 916 123-45-67: сеть не знает такого номера, проверьте его.']],
    [{ step: 'note', atMs: 0, code: 'loopTarget', detail: '+74996740782' },
      ['+7 499 674-07-82 — персональный номер: ему не звоним, звонок пошёл бы по кругу.']],
    [{ step: 'note', atMs: 0, code: 'delayBeyondWait', detail: '+79161234567' },
      ['+7 916 123-45-67: задержка длиннее ожидания, до него очередь не дошла.']],
    [{ step: 'note', atMs: 0, code: 'noRate', detail: '+4420123' },
      ['+44 20123: в Вашем тарифе нет цены для этого номера, ему не звоним.']],
    [{ step: 'note', atMs: 0, code: 'noMoney', detail: '+79161234567' },
      ['+7 916 123-45-67: на звонок ему не хватает денег.']],
    [{ step: 'note', atMs: 0, code: 'moneyWarning', detail: '' },
      ['Телефону подан сигнал: деньги на счёте кончаются.']],
    [{ step: 'note', atMs: 0, code: 'somethingNew', detail: '' }, ['Заметка: somethingNew.']],
  ]
  for (const [step, wanted] of cases) {
    const call = { ...base, outcome: undefined, legs: [leg], trace: [step] }
    const lines = why(call).slice(1).map((line) => line.replace(/^\d+ /, ''))
    t.strictSame(lines, wanted, `${step.step}: ${wanted[0]}`)
  }
})

t.test('each verdict about a rule is told', async (t) => {
  const cases: readonly (readonly [RuleVerdict, string])[] = [
    [{ verdict: 'disabled' }, '«Дома» выключено.'],
    [{ verdict: 'date', date: '2026-11-23' }, '«Дома»: 23 ноября вне его дат.'],
    [{ verdict: 'hours', minute: 838 }, '«Дома»: 13:58 вне его часов.'],
    [{ verdict: 'dayKind', date: '2026-11-04', kind: 'holiday' },
      '«Дома»: 4 ноября — праздник, не его день.'],
    [{ verdict: 'caller', number: '+79031112233' }, '«Дома» не для звонящего +7 903 111-22-33.'],
    [{ verdict: 'caller', number: '' }, '«Дома» не для скрытых номеров.'],
    [{ verdict: 'caller', number: '', anybody: true }, '«Дома» — только для некоторых звонящих.'],
    [{ verdict: 'dialled', number: '+74996740782' }, '«Дома» не для звонков на +7 499 674-07-82.'],
    [{ verdict: 'outranked', byRuleId: 'b', byRuleName: 'Офис', byPriority: 0, priority: 0 },
      '«Дома» уступило: «Офис» выше в списке.'],
  ]
  for (const [verdict, wanted] of cases) {
    const trace = [{ step: 'ruleSkipped', atMs: 0, ruleId: 'a', ruleName: 'Дома',
      why: verdict }] as const
    t.equal(why({ ...base, outcome: undefined, trace })[1], `0 - ${wanted}`)
  }
})

t.test('phones that were too late share a line', async (t) => {
  const late = { ringMs: 100, endMs: 5000, outcome: 'answeredElsewhere' } as const
  const legs = [legRecord(late), legRecord({ id: '2', description: 'Офис', ...late })]
  t.equal(why({ ...base, outcome: undefined, legs }).at(-1),
    '5 - Мобильный и Офис: ответили раньше, больше не звонят.')
})

t.test('a circle of rules is told once', async (t) => {
  const round = (n: number): { readonly trace: TraceStep[]; readonly legs: CallRecord['legs'] } =>
    ({
    trace: ['Первое', 'Второе'].map((ruleName, at) => ({
      step: 'ruleTaken', atMs: n * 20_000 + at * 10_000, ruleId: ruleName, ruleName,
      via: n + at === 0 ? 'schedule' : 'chain', priority: 0,
    })),
    legs: ['А', 'Б'].map((description, at) => legRecord({
      id: `${n}${at}`, description, ringMs: n * 20_000 + at * 10_000 + 500,
      endMs: n * 20_000 + at * 10_000 + 10_000, outcome: 'noAnswer',
    })),
  })
  const rounds = [0, 1, 2, 3].map(round)
  const call = {
    ...base, outcome: 'abandoned', endedAt: base.startedAt + 80_000,
    trace: rounds.flatMap((each) => each.trace), legs: rounds.flatMap((each) => each.legs),
  } as const
  t.strictSame(why(call), [
    '0 Звонок на +7 499 674-07-82.', '0 Подошло «Первое», приоритет 0.',
    '1 Звонит А.', '10 А: не ответил.', '10 Следующее правило — «Второе».', '11 Звонит Б.',
    '20 Б: не ответил.', '20 Следующее правило — «Первое».',
    '21 И так ещё 2 раза по кругу.',
    '61 Звонит А.', '70 А: не ответил.', '70 Следующее правило — «Второе».', '71 Звонит Б.',
    '80 Б: не ответил.', '80 Звонящий не дождался и положил трубку.',
  ])
})

t.test('rounds: what is repeated thrice, and only that', async (t) => {
  const fold = (letters: string): string => foldRounds([...letters].map((text, atMs) =>
    ({ text, atMs, detail: false }))).map((line) => line.text.replace(/\D+(\d+)\D+/,
      '+$1')).join('')
  const cases = [
    ['', ''], ['abc', 'abc'], ['abab', 'abab'], ['ababab', 'ab+2'], ['xabababy', 'xab+2y'],
    ['aaaa', 'a+3'], ['abcabcabcabcd', 'abc+3d'], ['abcabca', 'abcabca'],
  ] as const
  for (const [given, wanted] of cases) t.equal(fold(given), wanted, given)
  const long = Array.from({ length: 3000 }, (_, at) =>
    ({ text: String(at % 7), atMs: at, detail: false }))
  t.equal(foldRounds(long).length, 8 + 3000 % 7, 'a thousand rounds are a few lines')
})

t.test('why a call is in voicemail', async (t) => {
  const trace: TraceStep[] = [{ step: 'voicemail', atMs: 0, why: 'noAnswerAction', taken: true }]
  t.equal(mailReason({ trace }), 'Никто не ответил: голосовая почта по правилу.')
  t.equal(mailReason({ trace: [] }), '')
})

/** Everything the call's record may say; the types keep these lists complete. */
const refusals: Record<RefusalReason, true> = {
  unknownNumber: true, notActive: true, noMoney: true, dayLimit: true, nothingActs: true, tooManyCalls: true,
  tooManyHops: true, loop: true, merged: true, overload: true, databaseDown: true,
  malformed: true, noAnswer: true, blocked: true, doNotDisturb: true, ruleRefuses: true,
  recordingUnavailable: true, callerTooOften: true,
}
const chainEnds: Record<Extract<TraceStep, { step: 'chainEnded' }>['why'], true> = {
  nextDisabled: true, nextOutsideSchedule: true, nextMissing: true, cycleTime: true,
  transitions: true, totalTime: true,
}
const legOutcomes: Record<LegOutcome, true> = {
  ringing: true, answered: true, busy: true, declined: true, noAnswer: true, unknownNumber: true,
  failed: true, cancelled: true, answeredElsewhere: true, redirected: true, notConfirmed: true,
  toVoicemail: true,
}
const outcomes: Record<CallOutcome, true> = {
  answered: true, missed: true, abandoned: true, voicemail: true, refused: true,
  interrupted: true, mailbox: true,
}
const choices: Record<ConfirmChoice | 'asked' | 'cannotAsk', true> = {
  accept: true, decline: true, voicemail: true, nobody: true, failed: true, asked: true,
  cannotAsk: true,
}
const dayKinds: Record<DayKind, true> = { working: true, dayOff: true, holiday: true, short: true }

t.test('every code of a record has words in both languages', async (t) => {
  const all = [
    ['refusal', refusals], ['why', chainEnds], ['leg', legOutcomes], ['outcome', outcomes],
    ['why.confirm', choices], ['why.kind', dayKinds],
  ] as const
  const { enCalls } = await import('../../web/text-calls-en.ts')
  for (const [prefix, codes] of all) {
    for (const code of Object.keys(codes)) {
      t.ok(known(`${prefix}.${code}`), `${prefix}.${code}`)
      t.ok(Object.hasOwn(enCalls, `${prefix}.${code}`), `${prefix}.${code} in English`)
    }
  }
  await speak('en')
  t.teardown(() => speak('ru'))
  t.equal(why({ ...base, outcome: 'abandoned' }).at(-1), '30 The caller gave up and hung up.')
})
