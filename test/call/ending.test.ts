/**
 * The other ends of a call: voicemail, refusals before anything rings, and what the service itself
 * ends. Each row plays a story in virtual time.
 */
import { incoming, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import { A, B, C, busy, home, mailbox, one, rows } from './stories.ts'

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
    name: 'a message of a minute, longer than media took to be fetched',
    owner: subscriber([], { settings: mailbox }),
    story: { voicemailTakesMs: 30, voicemailLastsMs: 60_000 },
    lines: ['0 take voicemail'],
    record: { outcome: 'voicemail', endedBy: 'caller', endedAt: wall('2025-11-17 12:01') + 30 },
  },
  {
    name: 'a message without end',
    owner: subscriber([], { settings: mailbox }),
    story: { voicemailTakesMs: 0, voicemailLastsMs: 1e9, options: { maxCallSeconds: 600 } },
    lines: ['0 take voicemail', '600000 hang up caller'],
    record: { outcome: 'voicemail', endedBy: 'service', reason: 'maxCall' },
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
    record: { outcome: 'voicemail', endedBy: 'service', reason: 'shutdown' },
  },
])
