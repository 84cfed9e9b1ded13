/**
 * A call until somebody answers or the caller leaves (product §1.7, §4): who is dialled when, who
 * wins, what the caller hears. Each row plays a story in virtual time.
 */
import { incoming, rule, subscriber } from './fixtures.ts'
import { A, B, C, answers, busy, fails, one, rings, rows, serial, silent } from './stories.ts'

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
    name: 'a phone that rings only after the first minute: the caller was told already',
    owner: subscriber([rule('a', [A], { waitSeconds: 120 })]),
    phones: { [A]: { ringMs: 70_000, fail: { afterMs: 80_000, status: 480 } } },
    lines: ['0 dial 1 +79160000001', '50000 ring caller', '80000 refuse 480'],
  },
  {
    name: 'early media is what keeps the caller’s minute, as long as it lasts',
    owner: subscriber([rule('a', [A], { waitSeconds: 100 })]),
    phones: { [A]: { earlyMediaMs: 100 } },
    lines: ['0 dial 1 +79160000001', '100 early media of 1', '50000 early media of 1',
      '100000 drop 1', '100000 refuse 480'],
  },
  {
    name: 'a provisional each minute (RFC 3261 §13.3.1.1)',
    owner: subscriber([rule('a', [A, B], { waitSeconds: 120 })]),
    phones: { [A]: rings, [B]: answers(119_000) },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller',
      '50000 ring caller', '100000 ring caller', '119000 answer with 2',
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
