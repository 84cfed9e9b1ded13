/** The journal's address, its rows in words, and the period above it. */
import t from 'tap'
import type { CallReply } from '../../src/api/schema.ts'
import { roundsOf } from '../../web/call-details.ts'
import {
  answererName, callBackHref, callerKey, callerName, isMissed, outcomeWord, ruleNames, talkTime,
  whoCalled,
} from '../../web/call-words.ts'
import { callsAsk, isFiltered, journalHref, readJournalQuery } from '../../web/journal-query.ts'
import { periodWords } from '../../web/period-choice.ts'
import { now } from '../../web/state.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'

const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')
const ruleId = 'a'.repeat(32)
const read = (search: string): ReturnType<typeof readJournalQuery> =>
  readJournalQuery(new URLSearchParams(search))

const reply = (patch: Partial<CallReply> = {}): CallReply => ({
  ...callRecord(), recording: 'none', messageId: null, note: '', known: null, blocked: false,
    ...patch,
})

t.test('the address holds the filters; nonsense is as if it were not there', async (t) => {
  const cases = [
    ['', {}], ['outcome=missed&q=Вера', { outcome: 'missed', q: 'Вера' }],
    [`rule=${ruleId}&number=${ruleId}`, { rule: ruleId, number: ruleId }],
    ['rule=none&caller=anonymous', { rule: 'none', caller: 'anonymous' }],
    ['caller=%2B79161234567', { caller: '+79161234567' }],
    ['from=2025-11-17&to=2025-11-18', { from: '2025-11-17', to: '2025-11-18' }],
    ['cell=167&hasRecording=yes&hasNote=yes', { cell: '167', hasRecording: 'yes', hasNote: 'yes' }],
    [`before=1763454000000&beforeId=${ruleId}`, { before: '1763454000000', beforeId: ruleId }],
    ['outcome=lost&rule=1&number=x&cell=168&cell=9&from=2025-02-30&to=now&hasNote=no&before=-1',
      {}],
    [`q=${'x'.repeat(65)}&caller=&hasRecording=maybe`, {}],
  ] as const
  for (const [search, wanted] of cases) {
    const found = Object.fromEntries(Object.entries(read(search)).filter(([, value]) =>
      value !== ''))
    t.strictSame(found, wanted, search)
    t.strictSame(read(journalHref(read(search)).slice('/calls'.length)), read(search),
      'there and back')
  }
  t.equal(journalHref({}), '/calls')
  t.equal(journalHref({ outcome: 'missed', q: '', open: ruleId }),
    `/calls?outcome=missed&open=${ruleId}`)
})

t.test('days become instants of the subscriber’s zone, both ends included', async (t) => {
  const ask = callsAsk(read('from=2025-10-26&to=2025-10-26&outcome=answered'), 'Europe/Berlin')
  t.equal(Number(ask['to']) - Number(ask['from']), 25 * 3_600_000, 'the day the clock goes back')
  t.equal(ask['outcome'], 'answered')
  t.strictSame([callsAsk(read(''), 'UTC')['from'], callsAsk(read(''), 'UTC')['to']], [undefined,
    undefined])
  t.notOk(isFiltered(read('before=1')), 'an older page is no filter')
  t.ok(isFiltered(read('cell=0')))
})

t.test('who called', async (t) => {
  const cases: readonly (readonly [string, Partial<CallReply>, string, string])[] = [
    ['number alone', {}, '+7 903 111-22-33', ''],
    ['the network told a name', { callerName: 'Вера' }, '+7 903 111-22-33', 'Вера'],
    ['it told the number again', { callerName: '+79031112233' }, '+7 903 111-22-33', ''],
    ['in a list', { callerName: 'V', known: { name: 'Вера', lists: ['Клиенты'] } },
      '+7 903 111-22-33', 'Вера, «Клиенты»'],
    ['in lists without a name', { known: { name: '', lists: ['Клиенты', 'Близкие'] } },
      '+7 903 111-22-33', '«Клиенты», «Близкие»'],
    ['withheld', { anonymous: true, caller: '' }, 'скрытый номер', ''],
  ]
  for (const [name, patch, main, second] of cases) {
    const who = whoCalled(reply(patch))
    t.strictSame([plain(who.main), who.second], [main, second], name)
  }
  t.equal(callerName(reply({ callerName: 'V', known: { name: 'Вера', lists: [] } })), 'Вера')
  t.equal(plain(callerName(reply())), '+7 903 111-22-33')
})

t.test('calling back and naming the caller', async (t) => {
  const cases = [
    ['+79031112233', false, 'tel:+79031112233', '+79031112233'],
    ['sip:anna@example.org', false, 'sip:anna@example.org', 'sip:anna@example.org'],
    ['', false, undefined, 'anonymous'], ['+79031112233', true, undefined, 'anonymous'],
    ['javascript:alert(1)', false, undefined, 'javascript:alert(1)'],
  ] as const
  for (const [caller, anonymous, href, key] of cases) {
    t.equal(callBackHref({ caller, anonymous }), href, caller)
    t.equal(callerKey({ caller, anonymous }), key, caller)
  }
})

t.test('how it ended', async (t) => {
  const ended = endedCall(callRecord({ legs: [legRecord()] }))
  const cases: readonly (readonly [string, Partial<CallReply>, string, string, string,
    boolean])[] = [
    ['answered', ended, 'отвечен', 'Мобильный', '1:00', false],
    ['rings', { legs: [legRecord()] }, 'звонит', '—', '—', false],
    ['talks', { answeredAt: now.value - 5000 }, 'разговор', '—', '0:05', false],
    ['missed', { outcome: 'missed' }, 'пропущен', 'никто', '—', true],
    ['given up', { outcome: 'abandoned' }, 'сброшен', 'никто', '—', true],
    ['nothing acted', { outcome: 'refused', reason: 'nothingActs' }, 'пропущен', 'никто', '—',
      true],
    ['blocked', { outcome: 'refused', reason: 'blocked' }, 'не принят', 'никто', '—', false],
    ['voicemail', { ...ended, outcome: 'voicemail', answeredLegId: undefined },
      'голосовая почта', 'голосовая почта', '1:00', false],
    ['own mailbox', { ...ended, outcome: 'mailbox', answeredLegId: undefined },
      'прослушана почта', 'голосовая почта', '1:00', false],
  ]
  for (const [name, patch, word, by, talk, missed] of cases) {
    const call = reply(patch)
    t.strictSame([outcomeWord(call), answererName(call), talkTime(call, now.value), isMissed(call)],
      [word, by, talk, missed], name)
  }
})

t.test('what took the call', async (t) => {
  const taken = (ruleName: string) =>
    ({ step: 'ruleTaken', atMs: 0, ruleId, ruleName, via: 'chain', priority: 0 }) as const
  const cases: readonly (readonly [CallReply['trace'], string])[] = [
    [[], ''], [[taken('А'), taken('Б'), taken('А'), taken('Б')], 'А → Б'],
    [[{ step: 'defaultNumber', atMs: 0, address: '+7' }], 'номер по умолчанию'],
    [[{ step: 'override', atMs: 0, action: 'refuse', untilMs: undefined }], '«Не беспокоить»'],
    [[{ step: 'blocked', atMs: 0, entry: 'anonymous' }], 'список заблокированных'],
    [[{ step: 'mailbox', atMs: 0, taken: true }], 'Ваш звонок на свой номер'],
  ]
  for (const [trace, wanted] of cases) t.equal(ruleNames(reply({ trace })), wanted)
})

t.test('rounds are told where the chart shows each phone once', async (t) => {
  const legs = (count: number) => Array.from({ length: count }, (_, at) =>
    legRecord({ id: String(at), address: `+7903000000${at % 3}` }))
  t.equal(roundsOf({ legs: legs(8) }), 1)
  t.equal(roundsOf({ legs: legs(12) }), 4)
})

t.test('the period in words', async (t) => {
  now.value = Date.parse('2025-11-18T14:32:00+03:00')
  const cases = [
    ['', '', 'за всё время'], ['2025-11-17', '2025-11-18', '17–18 ноября'],
    ['2025-11-18', '2025-11-18', '18 ноября'], ['2025-10-20', '2025-11-18',
      '20 октября – 18 ноября'],
    ['2024-12-30', '2025-01-02', '30 декабря 2024 – 2 января 2025'], ['2025-05-03', '', 'с 3 мая'],
    ['', '2025-05-03', 'по 3 мая'],
  ] as const
  for (const [from, to, wanted] of cases) t.equal(plain(periodWords({ from, to })), wanted)
})
