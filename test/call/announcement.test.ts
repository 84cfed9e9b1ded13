/**
 * Turning callers away: which plan gives which status and outcome, what the caller hears before,
 * and what happens while he hears it. Each row plays a story in virtual time.
 */
import t from 'tap'
import { startCall, step } from '../../src/call/machine.ts'
import { refuseCall } from '../../src/call/refusal.ts'
import { incoming, next, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import type { Case } from './stories.ts'
import {
  answers, busy, desk, heard, mailbox, office, rows, withMedia,
} from './stories.ts'

const ring = subscriber([rule('one', [office], { waitSeconds: 10 })])
const dial = `0 dial 1 ${office}`
const hidden = incoming({ caller: { number: '', name: '', anonymous: true } })
const spoken = { ...heard, announceMs: 4000 }
const anybody = { lists: [], masks: [], anonymous: false, unknown: false, except: true }
const noon = wall('2025-11-17 12:00')

/** A call that is refused at once: what he hears, the status, what the journal says. */
function refused(
  name: string, owner: Case['owner'], status: number, prompt: string,
  record: Case['record'], story: Case['story'] = {},
): Case {
  return {
    name, story: { ...spoken, ...story }, lines: [`0 announce ${prompt}`, `4000 refuse ${status}`],
    ...(owner === undefined ? {} : { owner }), ...(record === undefined ? {} : { record }),
  }
}

const blocked = { callerLists: [{ id: 'blocked', name: '', entries: ['+7916*', 'anonymous'] }] }
const untilMs = undefined

rows('what a caller hears before he is refused', [
  refused('nowhere to go', subscriber([]), 480, 'unavailable',
    { outcome: 'missed', reason: 'nothingActs' }),
  refused('never about money (R-21)', subscriber([rule('a')], { balanceKopecks: 0 }), 480,
    'unavailable', { outcome: 'refused', reason: 'noMoney' }),
  refused('a suspended subscriber', subscriber([rule('a')], { status: 'suspended' }), 480,
    'unavailable', { outcome: 'refused', reason: 'notActive' }),
  refused('a blocked caller', subscriber([rule('a')], blocked), 603, 'refused',
    { outcome: 'refused', reason: 'blocked',
      trace: [{ step: 'blocked', entry: '+7916*' }, { step: 'refused', status: 603 }] as never }),
  refused('a blocked caller who hides his number', subscriber([rule('a')], blocked), 603,
    'hiddenNumberRefused', { outcome: 'refused' }, { incoming: hidden }),
  refused('«не беспокоить»: he would like to know who called',
    subscriber([rule('a')], { override: { action: 'refuse', untilMs } }), 486, 'unavailable',
    { outcome: 'missed', reason: 'doNotDisturb' }),
  refused('a rule that refuses', subscriber([rule('a', [], { reaction: 'refuse' })]), 603,
    'refused', { outcome: 'refused', reason: 'ruleRefuses' }),
  refused('a rule that refuses everybody, and he hides his number',
    subscriber([rule('a', [], { reaction: 'refuse', callers: anybody })]), 603,
    'refused', { outcome: 'refused' }, { incoming: hidden }),
  refused('a rule that refuses hidden numbers',
    subscriber([rule('a', [], { reaction: 'refuse',
      callers: { ...anybody, anonymous: true, except: false } })]), 603,
    'hiddenNumberRefused', { outcome: 'refused' }, { incoming: hidden }),
  {
    name: 'nobody answered', owner: ring, story: spoken,
    lines: [dial, '100 ring caller', '10000 drop 1', '10000 announce unavailable',
      '14000 refuse 480'],
    record: { outcome: 'missed', status: 480, endedBy: 'service', reason: 'noAnswer',
      endedAt: noon + 14_000, trace: [{}, { step: 'refused', atMs: 10_000, status: 480 }] as never },
  },
  {
    name: 'all busy', owner: ring, story: spoken, phones: { [office]: busy },
    lines: [dial, '50 announce unavailable', '4050 refuse 486'],
    record: { outcome: 'missed', reason: 'allBusy' },
  },
  {
    name: 'the end of it is never told: 30 s', owner: ring, story: heard,
    phones: { [office]: busy }, lines: [dial, '50 announce unavailable', '30050 refuse 486'],
  },
])

rows('who hears nothing', [
  ...([
    ['his network lets nothing through', withMedia],
    ['he made no offer', { ...heard, incoming: incoming({ hasOffer: false }) }],
    ['no media server', { options: { callerHearsEarlyMedia: true } }],
  ] as const).map(([name, story]) => ({
    name, owner: subscriber([]), story, lines: ['0 refuse 480'],
  })),
  { name: 'a loop: nobody would be there to listen', owner: ring,
    story: { ...spoken, incoming: incoming({ diverted: [personalNumber] }) },
    lines: ['0 refuse 482'] },
  { name: 'a phone of his that forwards back to us', owner: ring,
    story: { options: { ...heard.options, alreadyRinging: true } }, lines: ['0 refuse 486'] },
  { name: 'more calls than the tariff allows', owner: ring,
    story: { options: { ...heard.options, liveCalls: 3 } }, lines: ['0 refuse 486'] },
  { name: 'a service that goes down', owner: ring, story: { ...spoken, shutdownAtMs: 500 },
    lines: [dial, '100 ring caller', '500 drop 1', '500 refuse 503'] },
  { name: 'voicemail that media could not take',
    owner: subscriber([], { settings: mailbox }), story: spoken,
    lines: ['0 take voicemail', '1 refuse 480'] },
])

rows('while he hears it', [
  {
    name: 'he leaves: what the call is stays', owner: ring,
    story: { ...spoken, cancelAtMs: 11_000 },
    lines: [dial, '100 ring caller', '10000 drop 1', '10000 announce unavailable'],
    record: { outcome: 'missed', status: 487, endedBy: 'caller', reason: 'noAnswer' },
  },
  {
    name: 'a blocked caller leaves', owner: subscriber([], blocked),
    story: { ...spoken, cancelAtMs: 1000 }, lines: ['0 announce refused'],
    record: { outcome: 'refused', status: 487, endedBy: 'caller', reason: 'blocked' },
  },
  {
    name: 'media dies: refused there and then', owner: ring,
    story: { ...spoken, mediaLostAtMs: 11_000 },
    lines: [dial, '100 ring caller', '10000 drop 1', '10000 announce unavailable',
      '11000 refuse 480'],
  },
  {
    name: 'the service goes down: refused as it was decided', owner: ring,
    story: { ...spoken, shutdownAtMs: 11_000 },
    lines: [dial, '100 ring caller', '10000 drop 1', '10000 announce unavailable',
      '11000 refuse 480'],
    record: { outcome: 'missed', status: 480 },
  },
  {
    name: 'a 200 that crossed our CANCEL is dropped again', owner: ring, story: spoken,
    phones: { [office]: { answerMs: 10_500, crosses: true } },
    lines: [dial, '10000 drop 1', '10000 announce unavailable', '10500 drop 1',
      '14000 refuse 480'],
  },
])

t.test('events at a caller who hears an announcement', async (t) => {
  const { call, commands } = startCall(incoming(), subscriber([]), 0, noon, heard.options)
  t.match(commands.map(({ do: name }) => name), ['openRecord', 'announce', 'setTimer'])
  t.match(commands[0], { record: { outcome: undefined, trace: [{ why: 'nothingActs' }] } })
  for (const event of [
    { type: 'start' }, { type: 'callerConnected' }, { type: 'voicemailTaken', taken: true },
    { type: 'legAnswered', leg: '1' }, { type: 'legConfirmed', leg: '1', choice: 'accept' },
    { type: 'recordingRuns', running: true }, { type: 'timer', timer: 'maxCall' },
    { type: 'hungUp', by: 'callee', reason: '' },
  ] as const) t.strictSame(step(call, event, 10, noon).commands, [], event.type)
  const bye = step(call, { type: 'hungUp', by: 'caller', reason: '' }, 20, noon + 20).commands
  t.match(bye, [{ do: 'refuseCaller', status: 487 }, { do: 'stopTimer' },
    { do: 'closeRecord', record: { outcome: 'missed', status: 487, endedBy: 'caller' } }])
})

t.test('the new reasons and what answers them', async (t) => {
  for (const [why, status, q850] of [
    ['blocked', 603, 21], ['doNotDisturb', 486, 17], ['ruleRefuses', 603, 21],
    ['recordingUnavailable', 480, 41],
  ] as const) {
    const refusal = refuseCall(incoming(), 's1', why, noon)[1]
    t.match(refusal, { do: 'refuseCaller', status, q850 }, why)
    t.ok(refusal?.do === 'refuseCaller' && refusal.phrase.length > 0)
  }
})

rows('the override', [
  {
    name: '«сейчас всё на …»: one number, one ring time, then voicemail or nothing',
    owner: subscriber([rule('one', [office])], {
      override: { action: 'ring', untilMs, target: { id: 'o', address: desk, description: '' } } }),
    lines: [`0 dial 1 ${desk}`, '100 ring caller', '25000 drop 1', '25000 refuse 480'],
    record: { trace: [{ step: 'override', action: 'ring' }, { why: 'noAnswer' }] as never },
  },
  {
    name: 'it answers',
    owner: subscriber([rule('one', [office], { noAnswer: next('one') })], {
      override: { action: 'ring', untilMs, target: { id: 'o', address: desk, description: '' } } }),
    phones: { [desk]: answers(500) },
    lines: [`0 dial 1 ${desk}`, '100 ring caller', '500 answer with 1', '60500 hang up caller'],
  },
  {
    name: 'all to voicemail', story: { ...withMedia, voicemailTakesMs: 9 },
    owner: subscriber([rule('one', [office])],
      { settings: mailbox, override: { action: 'voicemail', untilMs } }),
    lines: ['0 take voicemail'],
    record: { outcome: 'voicemail', anchored: true },
  },
])
