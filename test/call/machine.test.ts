/**
 * One call in all its ways (product §1.7, §4): who is dialled when, who wins, what the caller is
 * told. Each row plays a story in virtual time and reads the commands as lines.
 */
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { incoming, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import type { PhoneHabit, Story } from './simulation.ts'
import { play } from './simulation.ts'

const A = '+79160000001'
const B = '+79160000002'
const C = '+79160000003'

const silent: PhoneHabit = {}
const rings: PhoneHabit = { ringMs: 100 }
const busy: PhoneHabit = { fail: { afterMs: 50, status: 486 } }
const answers = (answerMs: number): PhoneHabit => ({ ringMs: 100, answerMs, hangUpMs: 60_000 })
const fails = (status: number, afterMs = 50): PhoneHabit => ({ fail: { afterMs, status } })

interface Case {
  readonly name: string
  readonly owner?: Subscriber
  readonly phones?: Readonly<Record<string, PhoneHabit>>
  readonly story?: Partial<Story>
  readonly lines: readonly string[]
  readonly record?: Partial<CallRecord>
}

const both = subscriber([rule('all', [A, B])])
const serial = subscriber([rule('turn', [A, B, C], { mode: 'serial' })])
const one = subscriber([rule('one', [A])])
const home = { id: 'd', address: A, description: 'Мобильный' }
const mailbox = { voicemail: true, voicemailAfterSeconds: 20 }

function playCase(c: Case) {
  return play({
    incoming: incoming(),
    subscriber: c.owner ?? both,
    wallMs: wall('2025-11-17 12:00'),
    phone: (address) => c.phones?.[address] ?? rings,
    ...c.story,
  })
}

function rows(title: string, cases: readonly Case[]): void {
  t.test(title, async (t) => {
    for (const c of cases) {
      const { lines, record, faults } = playCase(c)
      t.strictSame(lines, c.lines, c.name)
      if (c.record !== undefined) t.match(record, c.record, `${c.name}: record`)
      t.strictSame(faults, [], `${c.name}: nothing left behind`)
    }
  })
}

rows('parallel', [
  {
    name: 'the first 200 wins, the other is told (§4.11)',
    phones: { [A]: rings, [B]: answers(3000) },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller',
      '3000 answer with 2',
      '3000 drop 1 elsewhere', '63000 hang up caller'],
    record: { outcome: 'answered', status: 200, endedBy: 'callee', answeredLegId: '2',
      reason: 'Q.850;cause=16' },
  },
  {
    name: 'two answer in the same millisecond: one wins, the late 200 is dropped again',
    phones: { [A]: { answerMs: 10, hangUpMs: 60_000 }, [B]: { answerMs: 10, crosses: true } },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '10 answer with 1',
      '10 drop 2 elsewhere',
      '10 drop 2 elsewhere', '60010 hang up caller'],
    record: { outcome: 'answered', answeredLegId: '1' },
  },
  {
    name: 'nobody answers: «Ожидание» ends it, without «elsewhere»',
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller', '30000 drop 1',
      '30000 drop 2', '30000 refuse 480'],
    record: { outcome: 'missed', status: 480, endedBy: 'service', reason: 'noAnswer' },
  },
  {
    name: 'all busy: at once, not after «Ожидание»',
    phones: { [A]: busy, [B]: fails(486, 80) },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '80 refuse 486'],
    record: { outcome: 'missed', status: 486, reason: 'allBusy' },
  },
  {
    name: 'one declines, the other still rings and answers (603 is this phone’s only)',
    phones: { [A]: fails(603), [B]: answers(5000) },
    story: { callerHangsUpAfterMs: 1000 },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller',
      '5000 answer with 2', '6005 hang up callee'],
    record: { outcome: 'answered', endedBy: 'caller' },
  },
  {
    name: 'a redirection is a failed branch (§4.8)',
    phones: { [A]: fails(302), [B]: fails(503) },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '50 refuse 480'],
    record: { reason: 'allFailed' },
  },
  {
    name: 'the same number twice is dialled once (R-16)',
    owner: subscriber([rule('a', [A, B, A])]),
    phones: { [A]: busy, [B]: busy },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '50 refuse 486'],
  },
  {
    name: 'silent phones: the caller hears no ringing, the wait is bounded',
    phones: { [A]: silent, [B]: silent },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '30000 drop 1', '30000 drop 2',
      '30000 refuse 480'],
  },
])

rows('serial', [
  {
    name: 'one by one in the order of the list, each its time; the third answers',
    owner: serial,
    phones: { [B]: busy, [C]: answers(1000) },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '25000 drop 1', '25000 dial 2 +79160000002',
      '25050 dial 3 +79160000003', '26050 answer with 3', '86050 hang up caller'],
  },
  {
    name: 'a number’s own ring time (R-10)',
    owner: subscriber([{ ...rule('turn', [A, B], { mode: 'serial' }), targets: [
      { id: '1', address: A, description: '', ringSeconds: 5 },
        { id: '2', address: B, description: '', ringSeconds: undefined }] }]),
    lines: ['0 dial 1 +79160000001', '100 ring caller', '5000 drop 1', '5000 dial 2 +79160000002',
      '30000 drop 2', '30000 refuse 480'],
  },
  {
    name: 'a 200 of a number whose time is over is dropped again, the next one rings on',
    owner: serial,
    phones: { [A]: { ringMs: 100, answerMs: 25_010, crosses: true }, [B]: answers(2000) },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '25000 drop 1', '25000 dial 2 +79160000002',
      '25010 drop 1',
      '27000 answer with 2', '87000 hang up caller'],
  },
  {
    name: 'total time before an answer is 180 s',
    owner: subscriber([rule('turn', [A, B, C, '+79160000004'], { mode: 'serial' })],
      { settings: { ringSeconds: 60 } }),
    story: { options: { keepAliveMs: 1_000_000 } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '60000 drop 1', '60000 dial 2 +79160000002',
      '120000 drop 2', '120000 dial 3 +79160000003', '180000 drop 3', '180000 refuse 480'],
  },
])

rows('early media (§4.4) and provisionals', [
  {
    name: 'a single target’s early media is passed',
    owner: one,
    phones: { [A]: { earlyMediaMs: 200, answerMs: 4000, hangUpMs: 1000 } },
    lines: ['0 dial 1 +79160000001', '200 early media of 1', '4000 answer with 1',
      '5000 hang up caller'],
  },
  {
    name: 'ringing first, then early media',
    owner: one,
    phones: { [A]: { ringMs: 100, earlyMediaMs: 200, answerMs: 4000, hangUpMs: 1000 } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '200 early media of 1',
      '4000 answer with 1', '5000 hang up caller'],
  },
  {
    name: 'of several targets never: 183 from both is one 180',
    phones: { [A]: { earlyMediaMs: 200 }, [B]: { earlyMediaMs: 300 } },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '200 ring caller', '30000 drop 1',
      '30000 drop 2', '30000 refuse 480'],
  },
  {
    name: 'several entries of one number are a single target',
    owner: subscriber([rule('a', [A, A])]),
    phones: { [A]: { earlyMediaMs: 200, fail: { afterMs: 300, status: 480 } } },
    lines: ['0 dial 1 +79160000001', '200 early media of 1', '300 refuse 480'],
  },
  {
    name: 'no offer from the caller: no early media',
    owner: one,
    phones: { [A]: { earlyMediaMs: 200, fail: { afterMs: 300, status: 480 } } },
    story: { incoming: incoming({ hasOffer: false }) },
    lines: ['0 dial 1 +79160000001', '200 ring caller', '300 refuse 480'],
  },
  {
    name: 'after the early media of a leg that failed the caller hears ringing again',
    owner: subscriber([rule('a', [A], { noAnswer: { action: 'rule', ruleId: 'b',
      ignoreSchedule: false } }), rule('b', [B, C])]),
    phones: { [A]: { earlyMediaMs: 100, fail: { afterMs: 5000, status: 480 } }, [B]: rings,
      [C]: rings },
    story: { cancelAtMs: 9000 },
    lines: ['0 dial 1 +79160000001', '100 early media of 1', '5000 dial 2 +79160000002',
      '5000 dial 3 +79160000003',
      '5100 ring caller', '9000 drop 2', '9000 drop 3'],
  },
  {
    name: 'a provisional each minute (RFC 3261 §13.3.1.1)',
    owner: subscriber([rule('a', [A, B], { waitSeconds: 120 })]),
    phones: { [A]: rings, [B]: answers(119_000) },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller',
      '60000 ring caller', '119000 answer with 2',
      '119000 drop 1 elsewhere', '179000 hang up caller'],
  },
])

rows('the caller leaves (§4.1)', [
  ...[0, 5, 50, 500].map((cancelAtMs) => ({
    name: `CANCEL after ${cancelAtMs} ms`,
    story: { cancelAtMs },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002',
      ...(cancelAtMs === 500 ? ['100 ring caller'] : []),
      `${cancelAtMs} drop 1`, `${cancelAtMs} drop 2`],
    record: { outcome: 'abandoned', status: 487, endedBy: 'caller',
      answeredAt: undefined } as const,
  })),
  {
    name: 'CANCEL while he is being answered: the winner gets BYE',
    phones: { [A]: { answerMs: 10 }, [B]: rings },
    story: { cancelAtMs: 12, connectMs: 5 },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '10 answer with 1',
      '10 drop 2 elsewhere', '12 hang up callee'],
    record: { outcome: 'abandoned', status: 487, answeredAt: undefined },
  },
  {
    name: 'answering him fails: the winner gets BYE',
    phones: { [A]: { answerMs: 10 }, [B]: rings },
    story: { callerLost: true },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '10 answer with 1',
      '10 drop 2 elsewhere', '15 hang up callee'],
    record: { outcome: 'abandoned' },
  },
  {
    name: 'answering him takes for ever: both are hung up',
    owner: one,
    phones: { [A]: { answerMs: 10 } },
    story: { connectMs: 1_000_000 },
    lines: ['0 dial 1 +79160000001', '10 answer with 1', '40010 hang up callee',
      '40010 hang up caller'],
    record: { outcome: 'interrupted', reason: 'answerTimeout' },
  },
  {
    name: 'the winner hangs up before the caller is connected',
    owner: one,
    phones: { [A]: { answerMs: 10, hangUpMs: 5 } },
    story: { connectMs: 100 },
    lines: ['0 dial 1 +79160000001', '10 answer with 1', '110 hang up caller'],
    record: { outcome: 'answered', endedBy: 'callee' },
  },
])

rows('voicemail (R-11, R-13 … R-15)', [
  {
    name: 'T takes the call whatever the rule does; the media part is missing: 480, recorded',
    owner: subscriber([rule('all', [A, B])], { settings: mailbox }),
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller', '20000 drop 1',
      '20000 drop 2',
      '20000 take voicemail', '20001 refuse 480'],
    record: { outcome: 'missed', status: 480, reason: 'voicemailUnavailable' },
  },
  {
    name: 'taken: the caller leaves his message and hangs up',
    owner: subscriber([rule('all', [A])], { settings: mailbox }),
    story: { voicemailTakesMs: 30 },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '20000 drop 1', '20000 take voicemail'],
    record: { outcome: 'voicemail', status: 200, endedBy: 'caller' },
  },
  {
    name: 'a rule that ends before T has its own action',
    owner: subscriber([rule('all', [A], { waitSeconds: 10 })], { settings: mailbox }),
    lines: ['0 dial 1 +79160000001', '100 ring caller', '10000 drop 1', '10000 refuse 480'],
  },
  {
    name: 'the action «голосовая почта»',
    owner: subscriber([rule('all', [A], { waitSeconds: 10, noAnswer: { action: 'voicemail' } })],
      { settings: mailbox }),
    lines: ['0 dial 1 +79160000001', '100 ring caller', '10000 drop 1', '10000 take voicemail',
      '10001 refuse 480'],
  },
  {
    name: 'the action «голосовая почта» while it is off is a hang-up (R-11)',
    owner: subscriber([rule('all', [A], { waitSeconds: 10, noAnswer: { action: 'voicemail' } })]),
    phones: { [A]: busy },
    lines: ['0 dial 1 +79160000001', '50 refuse 486'],
  },
  {
    name: 'T = 0: at once, nothing is dialled',
    owner: subscriber([rule('all', [A])], { settings: { voicemail: true,
      voicemailAfterSeconds: 0 } }),
    lines: ['0 take voicemail', '1 refuse 480'],
  },
  {
    name: 'no rule, no default number (R-14)',
    owner: subscriber([], { settings: mailbox }),
    lines: ['0 take voicemail', '1 refuse 480'],
  },
  {
    name: 'media takes too long',
    owner: subscriber([], { settings: mailbox }),
    story: { voicemailTakesMs: 60_000 },
    lines: ['0 take voicemail', '10000 refuse 480'],
  },
  {
    name: 'the caller cancels while media is fetched',
    owner: subscriber([], { settings: mailbox }),
    story: { voicemailTakesMs: 500, cancelAtMs: 100 },
    lines: ['0 take voicemail'],
    record: { outcome: 'abandoned', status: 487 },
  },
  {
    name: 'default number first, for one ring time, T applies (R-13, R-15)',
    owner: subscriber([rule('off', [B], { enabled: false })],
      { defaultTarget: home, settings: mailbox }),
    lines: ['0 dial 1 +79160000001', '100 ring caller', '20000 drop 1', '20000 take voicemail',
      '20001 refuse 480'],
  },
  {
    name: 'default number is busy: then voicemail (R-13)',
    owner: subscriber([], { defaultTarget: home, settings: mailbox }),
    phones: { [A]: busy },
    lines: ['0 dial 1 +79160000001', '50 take voicemail', '51 refuse 480'],
  },
  {
    name: 'default number rings out, no voicemail',
    owner: subscriber([], { defaultTarget: home }),
    lines: ['0 dial 1 +79160000001', '100 ring caller', '25000 drop 1', '25000 refuse 480'],
  },
])

rows('refused before anything rings', [
  { name: 'nowhere to go (R-14)', owner: subscriber([]), lines: ['0 refuse 480'],
    record: { outcome: 'missed', reason: 'nothingActs' } },
  { name: 'suspended', owner: subscriber([rule('a')], { status: 'suspended' }),
    lines: ['0 refuse 480'], record: { outcome: 'refused', reason: 'notActive' } },
  { name: 'no money (R-21)', owner: subscriber([rule('a')], { balanceKopecks: 0 }),
    lines: ['0 refuse 480'], record: { outcome: 'refused', reason: 'noMoney' } },
  { name: 'Max-Forwards 0', story: { incoming: incoming({ maxForwards: 0 }) },
    lines: ['0 refuse 483'], record: { reason: 'tooManyHops' } },
  { name: 'our number in Diversion', story: { incoming: incoming({ diverted: [B,
    personalNumber] }) }, lines: ['0 refuse 482'], record: { reason: 'loop' } },
  { name: 'another number in Diversion is fine',
    story: { incoming: incoming({ diverted: [C] }), cancelAtMs: 0 },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '0 drop 1', '0 drop 2'] },
  { name: 'his phone forwards back to us while it rings (§4.10 c)',
    story: { options: { alreadyRinging: true } }, lines: ['0 refuse 486'],
    record: { reason: 'loop', status: 486 } },
  { name: 'more calls than the tariff allows', story: { options: { liveCalls: 3 } },
    lines: ['0 refuse 486'], record: { reason: 'tooManyCalls' } },
  { name: 'a target that is the personal number is not rung',
    owner: subscriber([rule('a', [personalNumber])]), lines: ['0 refuse 480'],
    record: { reason: 'nothingRang' } },
  { name: 'nor another personal number of ours', owner: subscriber([rule('a', [A, B])]),
    phones: { [B]: busy }, story: { options: { personalNumbers: [A] } },
    lines: ['0 dial 1 +79160000002', '50 refuse 486'] },
])

rows('the service ends it', [
  {
    name: 'the longest conversation', owner: one, phones: { [A]: { answerMs: 10 } },
      story: { options: { maxCallSeconds: 3600 } },
    lines: ['0 dial 1 +79160000001', '10 answer with 1', '3600015 hang up callee',
      '3600015 hang up caller'],
    record: { outcome: 'answered', endedBy: 'service', reason: 'maxCall' },
  },
  {
    name: 'shutdown while it rings: 503, the caller’s network may try elsewhere',
      story: { shutdownAtMs: 1000 },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller', '1000 drop 1',
      '1000 drop 2', '1000 refuse 503'],
    record: { outcome: 'interrupted', status: 503, reason: 'shutdown' },
  },
  {
    name: 'shutdown while they talk', owner: one, phones: { [A]: { answerMs: 10 } },
      story: { shutdownAtMs: 1000 },
    lines: ['0 dial 1 +79160000001', '10 answer with 1', '1000 hang up callee',
      '1000 hang up caller'],
    record: { outcome: 'answered', endedBy: 'service', reason: 'shutdown' },
  },
  {
    name: 'shutdown while the caller is being answered', owner: one,
      phones: { [A]: { answerMs: 10 } },
    story: { shutdownAtMs: 20, connectMs: 50 },
    lines: ['0 dial 1 +79160000001', '10 answer with 1', '20 hang up callee', '60 hang up caller'],
    record: { outcome: 'interrupted', reason: 'shutdown' },
  },
  {
    name: 'shutdown during a voicemail', owner: subscriber([], { settings: mailbox }),
    story: { shutdownAtMs: 1000, voicemailTakesMs: 10 },
    lines: ['0 take voicemail', '1000 hang up caller'],
      record: { outcome: 'voicemail', endedBy: 'service' },
  },
])
