/**
 * Money in a call (product §4.15, R-21): what is not dialled for want of it, the reservation
 * between the phone's answer and the caller's, the warning, the cut; and who was first when two
 * things happen in the same millisecond.
 */
import t from 'tap'
import type { LegPrice } from '../../src/call/call-state.ts'
import { simulateCall } from '../../src/call/simulate.ts'
import { incoming, next, rule, subscriber, wall } from './fixtures.ts'
import { play } from './simulation.ts'
import { A, B, answers, both, heard, mailbox, one, rings, rows, withMedia } from './stories.ts'
import type { Story } from './story.ts'

const noon = wall('2025-11-17 12:00')

function prices(of: Readonly<Record<string, LegPrice>>): Pick<Story, 'options'> {
  return { options: { priceOf: (address) => of[address] ?? 'charged' } }
}

const charged = prices({})

rows('before it rings', [
  {
    name: 'a number without a price is left out, the other rings',
    phones: { [A]: rings, [B]: { answerMs: 1000, hangUpMs: 1000 } },
    story: prices({ [A]: 'noRate' }),
    lines: ['0 dial 1 +79160000002', '1000 charge 1', '1002 answer with 1', '2000 hang up caller'],
    record: { outcome: 'answered', metered: true,
      trace: [{}, { step: 'note', code: 'noRate', detail: A }] as never },
  },
  {
    name: 'money for none of them: 480, refused, and no word of money',
    story: prices({ [A]: 'noMoney', [B]: 'noMoney' }),
    lines: ['0 refuse 480'],
    record: { outcome: 'refused', status: 480, endedBy: 'service', reason: 'noMoney' },
  },
  {
    name: 'the same where the caller can be told something: that the person is not available',
    story: { ...heard, announceMs: 100,
      options: { ...heard.options, ...prices({ [A]: 'noMoney', [B]: 'noMoney' }).options } },
    lines: ['0 announce unavailable', '100 refuse 480'],
    record: { outcome: 'refused', reason: 'noMoney' },
  },
  {
    name: 'voicemail costs nothing: it takes the call',
    owner: subscriber([rule('one', [A], { noAnswer: { action: 'voicemail' } })],
      { settings: mailbox }),
    story: { ...withMedia, voicemailTakesMs: 10, voicemailLastsMs: 3000,
      options: { ...withMedia.options, ...prices({ [A]: 'noMoney' }).options } },
    lines: ['0 take voicemail'],
    record: { outcome: 'voicemail' },
  },
  {
    name: 'the next rule has a phone that can be paid',
    owner: subscriber([rule('dear', [A], { noAnswer: next('cheap') }), rule('cheap', [B])]),
    phones: { [B]: { answerMs: 500, hangUpMs: 1000 } },
    story: prices({ [A]: 'noMoney' }),
    lines: ['0 dial 1 +79160000002', '500 charge 1', '502 answer with 1',
      '1500 hang up caller'],
  },
  {
    name: 'a phone on the Internet needs no money',
    owner: subscriber([rule('one', ['sip:anna@10.0.0.7'])]),
    phones: { 'sip:anna@10.0.0.7': { answerMs: 500, hangUpMs: 1000 } },
    story: prices({ 'sip:anna@10.0.0.7': 'free' }),
    lines: ['0 dial 1 sip:anna@10.0.0.7', '500 answer with 1', '1500 hang up caller'],
  },
  {
    name: 'little money: the leg is brought to a media server, to be warned',
    owner: one,
    phones: { [A]: { answerMs: 500, hangUpMs: 90_000, presses: { afterMs: 0, choice: 'accept' } } },
    story: { warnAtMs: 60_000,
      options: { ...withMedia.options, ...prices({ [A]: 'short' }).options } },
    lines: ['0 dial 1 +79160000001 anchored', '500 ask 1', '500 ring caller',
      '500 charge 1', '502 answer with 1 anchored', '60000 warn phone', '90500 hang up caller'],
  },
])

rows('at the answer', [
  {
    name: 'the others stop ringing at once, the caller waits for the money only',
    phones: { [A]: rings, [B]: { answerMs: 3000, hangUpMs: 1000 } },
    story: { ...charged, charge: { afterMs: 20 } },
    lines: ['0 dial 1 +79160000001', '0 dial 2 +79160000002', '100 ring caller', '3000 charge 2',
      '3000 drop 1 elsewhere', '3020 answer with 2', '4000 hang up caller'],
    record: { outcome: 'answered', answeredLegId: '2' },
  },
  {
    name: 'the day has no money left: the same, by its own name',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 5, refused: 'dayLimit' } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1005 drop 1',
      '1005 refuse 480'],
    record: { outcome: 'refused', status: 480, reason: 'dayLimit', answeredLegId: undefined,
      metered: true },
  },
  {
    name: 'it cannot be paid: the phone is hung up, the caller gets 480',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 5, refused: 'noMoney' } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1005 drop 1',
      '1005 refuse 480'],
    record: { outcome: 'refused', status: 480, reason: 'noMoney', answeredLegId: undefined,
      metered: true },
  },
  {
    name: 'nobody can say whether it is paid: 480, lest it be brought back by another way',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 2000, refused: 'databaseDown' } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '3000 drop 1',
      '3000 refuse 480'],
    record: { outcome: 'missed', status: 480, reason: 'databaseDown' },
  },
  {
    name: 'the caller leaves meanwhile: nobody was connected',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 50 }, cancelAtMs: 1020 },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1020 hang up callee'],
    record: { outcome: 'abandoned', status: 487, answeredAt: undefined, metered: true },
  },
  {
    name: 'the phone hangs up meanwhile: the caller has reached nobody',
    owner: one,
    phones: { [A]: { ringMs: 100, answerMs: 1000, hangUpMs: 20 } },
    story: { ...charged, charge: { afterMs: 50 } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1050 refuse 480'],
    record: { outcome: 'missed', status: 480, endedBy: 'callee', answeredAt: undefined },
  },
  {
    name: 'the service stops meanwhile',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 50 }, shutdownAtMs: 1010 },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1010 hang up callee',
      '1010 refuse 503'],
    record: { outcome: 'interrupted', endedBy: 'service' },
  },
  {
    name: 'a manager ends it meanwhile',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, charge: { afterMs: 50 }, orders: [{ atMs: 1010, kind: 'end' }] },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1010 hang up callee',
      '1050 refuse 480'],
    record: { outcome: 'interrupted', endedBy: 'service', reason: 'ordered' },
  },
])

const talks = { owner: one, phones: { [A]: { answerMs: 1000, hangUpMs: 60_000 } } }
const beginning = ['0 dial 1 +79160000001', '1000 charge 1', '1002 answer with 1']

rows('while they talk', [
  {
    name: 'the limit of the day is used up: the same, by its own name',
    ...talks,
    story: { ...charged, cutOff: { atMs: 31_000, paidMs: 31_000, why: 'dayLimit' } },
    lines: [...beginning, '31000 hang up callee', '31000 hang up caller'],
    record: { outcome: 'answered', status: 200, endedBy: 'service', reason: 'dayLimit',
      endedAt: noon + 31_000 },
  },
  {
    name: 'the money is over: both are hung up',
    ...talks,
    story: { ...charged, cutOff: { atMs: 31_000, paidMs: 31_000 } },
    lines: [...beginning, '31000 hang up callee', '31000 hang up caller'],
    record: { outcome: 'answered', status: 200, endedBy: 'service', reason: 'noMoney',
      endedAt: noon + 31_000 },
  },
  {
    name: 'a timer that was late cost him nothing: the call ends where the money did',
    ...talks,
    story: { ...charged, cutOff: { atMs: 31_040, paidMs: 31_000 } },
    lines: [...beginning, '31040 hang up callee', '31040 hang up caller'],
    record: { endedAt: noon + 31_000 },
  },
  {
    name: 'but not before it began, nor after it was cut',
    ...talks,
    story: { ...charged, cutOff: { atMs: 31_000, paidMs: 0 } },
    lines: [...beginning, '31000 hang up callee', '31000 hang up caller'],
    record: { answeredAt: noon + 1007, endedAt: noon + 1007 },
  },
  {
    name: 'while the caller is being connected: the phone at once, he as soon as he can be',
    ...talks,
    story: { ...charged, connectMs: 500, cutOff: { atMs: 1200, paidMs: 1200 } },
    lines: [...beginning, '1200 hang up callee', '1502 hang up caller'],
    record: { outcome: 'interrupted', endedBy: 'service', reason: 'noMoney' },
  },
  {
    name: 'the phone hangs up in the same millisecond, but after it: the cut was first',
    ...talks,
    story: { ...charged, cutOff: { atMs: 61_000, paidMs: 61_000 } },
    lines: [...beginning, '61000 hang up callee', '61000 hang up caller'],
    record: { endedBy: 'service', reason: 'noMoney' },
  },
  {
    name: 'the caller hung up a millisecond before: the cut means nothing any more',
    ...talks,
    story: { ...charged, callerHangsUpAfterMs: 29_992, cutOff: { atMs: 31_000, paidMs: 31_000 } },
    lines: [...beginning, '30999 hang up callee'],
    record: { endedBy: 'caller', reason: '' },
  },
  {
    name: 'without a media server there is no warning',
    ...talks,
    story: { ...charged, warnAtMs: 20_000 },
    lines: [...beginning, '61000 hang up caller'],
  },
  {
    name: 'a cut that comes while it rings is another call’s',
    owner: one,
    phones: { [A]: answers(1000) },
    story: { ...charged, cutOff: { atMs: 500, paidMs: 500 } },
    lines: ['0 dial 1 +79160000001', '100 ring caller', '1000 charge 1', '1002 answer with 1',
      '61000 hang up caller'],
  },
])

t.test('what each side is told of the money', async (t) => {
  const story = { incoming: incoming(), subscriber: one, wallMs: noon, ...charged }
  const phone = () => ({ answerMs: 1000, hangUpMs: 60_000 })
  const cut = play({ ...story, phone, cutOff: { atMs: 5000, paidMs: 5000 } })
  const reasons = cut.log.flatMap(({ command }) =>
    command.do === 'hangUp' ? [`${command.side} ${command.reason}`] : [])
  t.same(reasons, [
    'callee SIP;cause=402;text="Payment required"',
    'caller Q.850;cause=31;text="Normal, unspecified"',
  ])
  const refused = play({ ...story, phone, charge: { afterMs: 5, refused: 'noMoney' } })
  const answer = refused.log.find(({ command }) => command.do === 'refuseCaller')?.command
  t.same(answer, {
    do: 'refuseCaller', status: 480, phrase: 'Temporarily Unavailable', q850: 21,
  }, 'as for a number that is not active')
})

t.test('the simulator of the panel charges nothing', async (t) => {
  const story = simulateCall(both, {
    atMs: noon, caller: { number: '+79161112233', name: '', anonymous: false },
    phones: { [A]: { does: 'answers' } }, mediaAvailable: false,
  } as never)
  t.equal(story.outcome, 'answered')
})
