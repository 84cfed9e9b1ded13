/**
 * "Press 1 to accept" (R-12, §4.6): who is asked, what each key means for the call, and what the
 * limits do meanwhile. Each row plays a story in virtual time; the question takes 10 s at most.
 */
import t from 'tap'
import type { CallEvent } from '../../src/call/events.ts'
import { startCall, step } from '../../src/call/machine.ts'
import { needsConfirm } from '../../src/call/media-path.ts'
import { incoming, next, rule, subscriber, wall } from './fixtures.ts'
import {
  A, B, answers, both, desk, fails, heard, mailbox, mediaSettings, office, one, presses,
  rows, serial, withMedia,
} from './stories.ts'

const [dialA, dialB] = [`0 dial 1 ${A} anchored`, `0 dial 2 ${B} anchored`]
const noon = wall('2025-11-17 12:00')

t.test('who is asked', async (t) => {
  const off = subscriber([], { media: mediaSettings({ confirmMobiles: false }) })
  const on = subscriber([])
  for (const [name, target, owner, asked] of [
    ['a mobile, nothing said', { address: A }, on, true],
    ['a Greek mobile', { address: '+306912345678' }, on, true],
    ['a mobile of Kazakhstan', { address: '+77011234567' }, on, true],
    ['a telephone in Almaty', { address: '+77272123456' }, on, false],
    ['a number in an office', { address: office }, on, false],
    ['a SIP phone', { address: 'sip:anna@10.0.0.7' }, on, false],
    ['a mobile that says no', { address: A, confirm: false }, on, false],
    ['an office with an answering machine', { address: office, confirm: true }, on, true],
    ['mobiles switched off in the settings', { address: A }, off, false],
    ['… but this one says yes', { address: A, confirm: true }, off, true],
  ] as const) t.equal(needsConfirm(target, owner), asked, name)
})

rows('what a key means', [
  {
    name: '1: he gets the call; until then the caller hears ringing',
    owner: one, story: withMedia, phones: { [A]: presses(5000, 'accept') },
    lines: [dialA, '100 ring caller', '5000 ask 1', '8000 answer with 1 anchored',
      '65000 hang up caller'],
    record: { outcome: 'answered', answeredLegId: '1', anchored: true,
      legs: [{ answerMs: 5000, outcome: 'answered' }] as never },
  },
  {
    name: 'a phone that never rang: the caller hears ringing while it is asked',
    owner: one, story: withMedia,
    phones: { [A]: { answerMs: 10, presses: { afterMs: 2000, choice: 'accept' } } },
    lines: [dialA, '10 ask 1', '10 ring caller', '2010 answer with 1 anchored',
      '14402015 hang up callee', '14402015 hang up caller'],
  },
  {
    name: '2: this phone only, the other rings on and answers',
    owner: subscriber([rule('all', [A, office])]), story: withMedia,
    phones: { [A]: presses(2000, 'decline'), [office]: answers(9000) },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '5000 drop 1',
      '9000 answer with 2', '69000 hang up caller'],
    record: { outcome: 'answered', legs: [{ outcome: 'declined' }, {}] as never },
  },
  {
    name: '2 with «отбой — везде»: the stage ends, its action follows',
    owner: subscriber([rule('all', [A, office], { decline: 'everywhere', noAnswer: next('b') }),
      rule('b', [desk])]),
    story: withMedia, phones: { [A]: presses(2000, 'decline'), [desk]: answers(1000) },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '5000 drop 1',
      '5000 drop 2', `5000 dial 3 ${desk}`, '6000 answer with 3', '66000 hang up caller'],
    record: { legs: [{ outcome: 'declined' }, { outcome: 'cancelled' }, {}] as never },
  },
  {
    name: '3: voicemail takes the call, everything else is dropped',
    owner: subscriber([rule('all', [A, office])], { settings: { ...mailbox } }),
    story: { ...withMedia, voicemailTakesMs: 20 }, phones: { [A]: presses(2000, 'voicemail') },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '5000 drop 1',
      '5000 drop 2', '5000 take voicemail'],
    record: { outcome: 'voicemail', legs: [{ outcome: 'toVoicemail' }, {}] as never },
  },
  {
    name: '3 while voicemail is off: he declines for all of them',
    owner: subscriber([rule('all', [A, office], { noAnswer: next('b') }), rule('b', [desk])],
      { settings: { declineIsRefusal: true } }),
    story: withMedia, phones: { [A]: presses(2000, 'voicemail') },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '5000 drop 1',
      '5000 drop 2', '5000 refuse 603'],
    record: { outcome: 'missed', reason: 'allDeclined',
      legs: [{ outcome: 'declined' }, { outcome: 'cancelled' }] as never },
  },
  {
    name: 'nobody presses: no answer (a mailbox, a pocket)',
    owner: one, story: withMedia, phones: { [A]: presses(5000, 'nobody', 10_000) },
    lines: [dialA, '100 ring caller', '5000 ask 1', '15000 drop 1', '15000 refuse 480'],
    record: { outcome: 'missed', reason: 'noAnswer',
      legs: [{ outcome: 'notConfirmed', answerMs: 5000, status: 200 }] as never },
  },
  {
    name: 'he cannot be asked to the end: the leg has failed',
    owner: subscriber([rule('all', [A, office])]), story: withMedia,
    phones: { [A]: presses(2000, 'failed', 50), [office]: fails(486, 4000) },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '2050 drop 1',
      '4000 refuse 480'],
    record: { reason: 'mixed' },
  },
  {
    name: 'he hangs up instead',
    owner: one, story: withMedia,
    phones: { [A]: { ringMs: 100, answerMs: 5000, leavesQuestionMs: 1500 } },
    lines: [dialA, '100 ring caller', '5000 ask 1', '6500 refuse 480'],
    record: { legs: [{ outcome: 'notConfirmed' }] as never },
  },
  {
    name: 'the runner says nothing: two seconds of grace',
    owner: one, story: withMedia, phones: { [A]: answers(5000) },
    lines: [dialA, '100 ring caller', '5000 ask 1', '17000 drop 1', '17000 refuse 480'],
    record: { legs: [{ outcome: 'notConfirmed' }] as never },
  },
  {
    name: 'a media server is missing: he is connected without being asked',
    owner: one, phones: { [A]: answers(5000) },
    lines: [`0 dial 1 ${A}`, '100 ring caller', '5000 answer with 1', '65000 hang up caller'],
    record: { trace: [{}, { step: 'confirm', choice: 'cannotAsk', legId: '1' }] as never },
  },
  {
    name: 'one by one: who presses nothing, the next rings',
    owner: serial, story: withMedia,
    phones: { [A]: presses(24_000, 'nobody', 10_000), [B]: presses(1000, 'accept', 500) },
    lines: [dialA, '100 ring caller', '24000 ask 1', '34000 drop 1',
      `34000 dial 2 ${B} anchored`, '35000 ask 2', '35500 answer with 2 anchored',
      '95000 hang up caller'],
  },
])

rows('several at once', [
  {
    name: 'two are asked, the first 1 wins, the other hears that it is taken',
    story: withMedia, phones: { [A]: presses(2000, 'accept', 4000), [B]: presses(3000, 'accept') },
    lines: [dialA, dialB, '100 ring caller', '2000 ask 1', '3000 ask 2',
      '6000 answer with 1 anchored', '6000 drop 2 elsewhere tell taken', '62000 hang up caller'],
    record: { answeredLegId: '1',
      legs: [{ outcome: 'answered' }, { outcome: 'answeredElsewhere' }] as never },
  },
  {
    name: 'two press in the same millisecond, the late 1 is on its way already',
    story: { ...withMedia, staleTimers: true },
    phones: { [A]: presses(2000, 'accept'), [B]: presses(2000, 'accept') },
    lines: [dialA, dialB, '100 ring caller', '2000 ask 1', '2000 ask 2',
      '5000 answer with 1 anchored', '5000 drop 2 elsewhere tell taken', '62000 hang up caller'],
    record: { answeredLegId: '1' },
  },
  {
    name: 'an office that is not asked wins over a mobile that is',
    owner: subscriber([rule('all', [A, office])]), story: withMedia,
    phones: { [A]: presses(2000, 'accept', 9000), [office]: answers(4000) },
    lines: [dialA, `0 dial 2 ${office}`, '100 ring caller', '2000 ask 1', '4000 answer with 2',
      '4000 drop 1 elsewhere tell taken', '64000 hang up caller'],
  },
  {
    name: 'the caller leaves while one is asked and one rings',
    story: { ...withMedia, cancelAtMs: 4000 }, phones: { [A]: presses(2000, 'accept', 9000) },
    lines: [dialA, dialB, '100 ring caller', '2000 ask 1', '4000 drop 1 tell callerGone',
      '4000 drop 2'],
    record: { outcome: 'abandoned', legs: [{ outcome: 'cancelled' }, {}] as never },
  },
  {
    name: 'the service stops meanwhile: nothing is told',
    story: { ...withMedia, shutdownAtMs: 4000 }, phones: { [A]: presses(2000, 'accept', 9000) },
    lines: [dialA, dialB, '100 ring caller', '2000 ask 1', '4000 drop 1', '4000 drop 2',
      '4000 refuse 503'],
  },
])

const waits25 = subscriber([rule('all', [A, B], { waitSeconds: 25 })])
const voicemailAt = (seconds: number, waitSeconds = 25) =>
  subscriber([rule('all', [A, B], { waitSeconds, noAnswer: next('b') }), rule('b', [desk])],
    { settings: { voicemail: true, voicemailAfterSeconds: seconds } })
const taken = { ...withMedia, voicemailTakesMs: 20 }

rows('a question that is open when a limit ends', [
  {
    name: 'the wait: phones that ring are dropped, the one being asked may still accept',
    owner: waits25, story: withMedia, phones: { [A]: presses(20_000, 'accept', 9000) },
    lines: [dialA, dialB, '100 ring caller', '20000 ask 1', '25000 drop 2',
      '29000 answer with 1 anchored', '80000 hang up caller'],
  },
  {
    name: 'the wait: nobody presses',
    owner: waits25, story: withMedia, phones: { [A]: presses(20_000, 'nobody', 10_000) },
    lines: [dialA, dialB, '100 ring caller', '20000 ask 1', '25000 drop 2', '30000 drop 1',
      '30000 refuse 480'],
  },
  {
    name: 'the wait is extended once, by the time of a question',
    owner: waits25, story: withMedia, phones: { [A]: answers(24_999) },
    lines: [dialA, dialB, '100 ring caller', '24999 ask 1', '25000 drop 2', '35000 drop 1',
      '35000 refuse 480'],
    record: { legs: [{ outcome: 'notConfirmed' }, { outcome: 'noAnswer' }] as never },
  },
  {
    name: 'voicemail’s T before the wait ends: he accepts in the time that is added',
    owner: voicemailAt(20), story: taken, phones: { [A]: presses(15_000, 'accept', 9000) },
    lines: [dialA, dialB, '100 ring caller', '15000 ask 1', '20000 drop 2',
      '24000 answer with 1 anchored', '75000 hang up caller'],
  },
  {
    name: '… or declines: voicemail takes the call there and then, not the next rule',
    owner: voicemailAt(20), story: taken, phones: { [A]: presses(15_000, 'decline', 9000) },
    lines: [dialA, dialB, '100 ring caller', '15000 ask 1', '20000 drop 2', '24000 drop 1',
      '24000 take voicemail'],
    record: { trace: [{}, {}, {}, {}, { step: 'voicemail', why: 'timeout' }] as never },
  },
  {
    name: '… or does nothing: voicemail after T and the time of a question',
    owner: voicemailAt(20), story: taken, phones: { [A]: answers(19_000) },
    lines: [dialA, dialB, '100 ring caller', '19000 ask 1', '20000 drop 2', '30000 drop 1',
      '30000 take voicemail'],
  },
  {
    name: 'T at the end of the wait: voicemail, not the next rule',
    owner: voicemailAt(25), story: taken, phones: { [A]: presses(20_000, 'nobody', 10_000) },
    lines: [dialA, dialB, '100 ring caller', '20000 ask 1', '25000 drop 2', '30000 drop 1',
      '30000 take voicemail'],
  },
  {
    name: 'T after the wait: nobody presses, the next rule rings until T',
    owner: voicemailAt(40), story: taken, phones: { [A]: presses(20_000, 'nobody', 10_000) },
    lines: [dialA, dialB, '100 ring caller', '20000 ask 1', '25000 drop 2', '30000 drop 1',
      `30000 dial 3 ${desk}`, '40000 drop 3', '40000 take voicemail'],
  },
  {
    name: 'T while the wait is extended already',
    owner: voicemailAt(30), story: taken, phones: { [A]: answers(24_500) },
    lines: [dialA, dialB, '100 ring caller', '24500 ask 1', '25000 drop 2', '35000 drop 1',
      '35000 take voicemail'],
  },
  {
    name: 'one by one: T comes while the first is asked, the second is not rung any more',
    owner: subscriber([rule('turn', [A, B], { mode: 'serial' })],
      { settings: { voicemail: true, voicemailAfterSeconds: 20 } }),
    story: taken, phones: { [A]: presses(15_000, 'decline', 9000) },
    lines: [dialA, '100 ring caller', '15000 ask 1', '24000 drop 1', '24000 take voicemail'],
  },
  {
    name: 'the time of a circle, too',
    owner: subscriber([rule('self', [A, B], { waitSeconds: 50, noAnswer: next('self') })],
      { settings: { cycleLimitSeconds: 20 } }),
    story: withMedia, phones: { [A]: presses(15_000, 'decline', 9000) },
    lines: [dialA, dialB, '100 ring caller', '15000 ask 1', '20000 drop 2', '24000 drop 1',
      '24000 refuse 480'],
    record: { trace: [{}, {}, {}, { step: 'chainEnded', why: 'cycleTime' }, {}] as never },
  },
  {
    name: 'the total time is hard',
    owner: waits25, story: { options: { ...withMedia.options, totalSeconds: 10 } },
    phones: { [A]: answers(5000) },
    lines: [dialA, dialB, '100 ring caller', '5000 ask 1', '10000 drop 1', '10000 drop 2',
      '10000 refuse 480'],
  },
])

rows('with our own ringback', [
  {
    name: 'a question, then the answer',
    owner: subscriber([rule('one', [A])], { media: mediaSettings({ ringback: 'operator' }) }),
    story: heard, phones: { [A]: presses(5000, 'accept') },
    lines: [dialA, '100 ring caller operator', '5000 ask 1', '8000 answer with 1 anchored',
      '65000 hang up caller'],
  },
])

t.test('the trace tells of the question', async (t) => {
  const { call } = startCall(incoming(), one, 0, noon, withMedia.options)
  const tell = (event: CallEvent, atMs: number) => step(call, event, atMs, noon + atMs).commands
  const asked = tell({ type: 'legAnswered', leg: '1',
    attempts: [{ trunk: 't1', status: 503 }] }, 4000)
  t.match(asked, [
    { do: 'confirmLeg', leg: '1', seconds: 10 },
    { do: 'setTimer', timer: 'confirm', leg: '1', at: 16_000 },
    { do: 'ringCaller' },
    { do: 'updateRecord', record: { legs: [{ outcome: 'ringing', answerMs: 4000,
      attempts: [{ trunk: 't1' }] }] } },
  ])
  t.strictSame(tell({ type: 'legAnswered', leg: '1' }, 4001), [], 'answered again')
  t.strictSame(tell({ type: 'hungUp', by: 'callee', reason: '' }, 4002), [], 'no call yet')
  t.strictSame(tell({ type: 'legConfirmed', leg: '9', choice: 'accept' }, 4003), [], 'stranger')
  t.match(tell({ type: 'legConfirmed', leg: '1', choice: 'accept' }, 6000)[0],
    { do: 'answerCaller', leg: '1', media: 'anchored' })
  t.strictSame(tell({ type: 'legConfirmed', leg: '1', choice: 'decline' }, 6001), [], 'too late')
  t.strictSame(call.trace.slice(1), [
    { step: 'confirm', atMs: 4000, legId: '1', choice: 'asked' },
    { step: 'confirm', atMs: 6000, legId: '1', choice: 'accept' },
  ])
})

t.test('1 without a question counts for nothing', async (t) => {
  const { call } = startCall(incoming(), both, 0, noon, withMedia.options)
  t.strictSame(step(call, { type: 'legConfirmed', leg: '1', choice: 'accept' }, 100, noon).commands,
    [])
})

t.test('its media dies while it is asked', async (t) => {
  const { call } = startCall(incoming(), one, 0, noon, withMedia.options)
  step(call, { type: 'legAnswered', leg: '1' }, 4000, noon)
  const { commands } = step(call, { type: 'legMediaFailed', leg: '1' }, 5000, noon)
  t.match(commands.filter(({ do: name }) => name !== 'stopTimer'), [
    { do: 'dropLeg', leg: '1', elsewhere: false }, { do: 'refuseCaller', status: 480 },
    { do: 'closeRecord', record: { legs: [{ outcome: 'failed' }] } },
  ])
})
