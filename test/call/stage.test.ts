/**
 * What a stage does beyond ringing all its numbers for one wait: numbers that join later, ring times
 * of their own, one phone that declines for all, actions for busy and unreachable phones.
 */
import type { Rule, RuleTarget } from '../../src/call/rule.ts'
import { next, rule, subscriber } from './fixtures.ts'
import type { Case } from './stories.ts'
import {
  answers, busy, desk, fails, mailbox, office, one as oneMobile, rows, silent, withMedia, A,
} from './stories.ts'

const third = '+74951230003'
const dial = (leg: number, address: string) => `dial ${leg} ${address}`

function target(address: string, rest: Partial<RuleTarget> = {}): RuleTarget {
  return { id: address, address, description: '', ringSeconds: undefined, ...rest }
}

/** Parallel, 30 s, these targets. */
function ringing(targets: readonly RuleTarget[], rest: Partial<Rule> = {}) {
  return subscriber([rule('all', [], { targets, ...rest }), rule('b', [third])])
}

const late = ringing([target(office), target(desk, { delaySeconds: 10 })])

rows('a number that joins later', [
  {
    name: 'after its delay, to the end of the wait',
    owner: late,
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `10000 ${dial(2, desk)}`, '30000 drop 1',
      '30000 drop 2', '30000 refuse 480'],
  },
  {
    name: 'it answers',
    owner: late, phones: { [desk]: answers(5000) },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `10000 ${dial(2, desk)}`,
      '15000 answer with 2', '15000 drop 1 elsewhere', '75000 hang up caller'],
  },
  {
    name: 'the first answers before: it is never dialled',
    owner: late, phones: { [office]: answers(5000) },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '5000 answer with 1',
      '65000 hang up caller'],
  },
  {
    name: 'the caller leaves before: it is never dialled',
    owner: late, story: { cancelAtMs: 5000 },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '5000 drop 1'],
  },
  {
    name: 'nothing rings any more: at once, for the rest of the wait',
    owner: late, phones: { [office]: fails(486, 3000) },
    lines: [`0 ${dial(1, office)}`, `3000 ${dial(2, desk)}`, '3100 ring caller', '30000 drop 2',
      '30000 refuse 480'],
  },
  {
    name: 'several with the same delay together, in the order of the delays, not of the list',
    owner: ringing([target(third, { delaySeconds: 20 }), target(desk, { delaySeconds: 5 }),
      target(office), target(A, { delaySeconds: 5 })]),
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `5000 ${dial(2, desk)}`,
      `5000 ${dial(3, A)}`, `20000 ${dial(4, third)}`, '30000 drop 1', '30000 drop 2',
      '30000 drop 3', '30000 drop 4', '30000 refuse 480'],
  },
  {
    name: 'all of them busy one after the other: no silence between, the last keeps its time',
    owner: ringing([target(office), target(desk, { delaySeconds: 5 }),
      target(third, { delaySeconds: 20 })]),
    phones: { [office]: fails(486, 1000), [desk]: fails(486, 30) },
    lines: [`0 ${dial(1, office)}`, `1000 ${dial(2, desk)}`, `1030 ${dial(3, third)}`,
      '1130 ring caller', '30000 drop 3', '30000 refuse 480'],
  },
  {
    name: 'a delay that all have is none',
    owner: ringing([target(office, { delaySeconds: 5 }), target(desk, { delaySeconds: 9 })]),
    story: { cancelAtMs: 10_000 },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `9000 ${dial(2, desk)}`, '10000 drop 1',
      '10000 drop 2'],
  },
  {
    name: 'a delay that ends with the wait or after it never rings, and is noted',
    owner: ringing([target(office), target(desk, { delaySeconds: 30 }),
      target(third, { delaySeconds: 29 })]),
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `29000 ${dial(2, third)}`, '30000 drop 1',
      '30000 drop 2', '30000 refuse 480'],
    record: { trace: [{}, {}, { code: 'delayBeyondWait', detail: desk }] as never },
  },
  {
    name: 'voicemail’s T within a second of the delay: not for a blink',
    owner: { ...late, settings: { ...late.settings, voicemail: true,
      voicemailAfterSeconds: 10.5 } },
    story: { voicemailTakesMs: 5 },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '10500 drop 1', '10500 take voicemail'],
  },
  {
    name: 'one by one a delay means nothing',
    owner: ringing([target(office, { ringSeconds: 5 }), target(desk, { delaySeconds: 9 })],
      { mode: 'serial' }),
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '5000 drop 1', `5000 ${dial(2, desk)}`,
      '30000 drop 2', '30000 refuse 480'],
  },
  {
    name: 'of one that never rings and one that does, the one passes its early media',
    owner: ringing([target(office), target(desk, { delaySeconds: 60 })]),
    phones: { [office]: { earlyMediaMs: 50, fail: { afterMs: 90, status: 486 } } },
    lines: [`0 ${dial(1, office)}`, '50 early media of 1', '90 refuse 486'],
  },
])

rows('a ring time of its own, all at once', [
  {
    name: 'cuts that phone alone',
    owner: ringing([target(office, { ringSeconds: 10 }), target(desk)]),
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '100 ring caller', '10000 drop 1',
      '30000 drop 2', '30000 refuse 480'],
  },
  {
    name: 'of all phones: the rule is over with the last of them',
    owner: ringing([target(office, { ringSeconds: 10 }), target(desk, { ringSeconds: 20 })],
      { noAnswer: next('b') }),
    story: { cancelAtMs: 25_000 },
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '100 ring caller', '10000 drop 1',
      '20000 drop 2', `20000 ${dial(3, third)}`, '25000 drop 3'],
  },
  {
    name: 'longer than the wait: the wait counts',
    owner: ringing([target(office, { ringSeconds: 60 })]),
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '30000 drop 1', '30000 refuse 480'],
  },
  {
    name: 'from the dial of a late number on; then the next is due at once',
    owner: ringing([target(office, { ringSeconds: 8 }),
      target(desk, { delaySeconds: 5, ringSeconds: 5 }), target(third, { delaySeconds: 20 })]),
    story: { cancelAtMs: 15_000 },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', `5000 ${dial(2, desk)}`, '8000 drop 1',
      '10000 drop 2', `10000 ${dial(3, third)}`, '15000 drop 3'],
  },
])

rows('one phone declines', [
  {
    name: '«здесь»: the others ring on',
    owner: ringing([target(office), target(desk)]), phones: { [office]: fails(603) },
    story: { cancelAtMs: 2000 },
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '100 ring caller', '2000 drop 2'],
  },
  {
    name: '«везде»: nobody rings on, not even those that come later',
    owner: ringing([target(office), target(desk), target(third, { delaySeconds: 9 })],
      { decline: 'everywhere' }),
    phones: { [office]: fails(603, 2000) },
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '100 ring caller', '2000 drop 2',
      '2000 refuse 480'],
    record: { outcome: 'missed', reason: 'allDeclined' },
  },
  {
    name: '«везде» one by one: the rest of the list is left out, the action follows',
    owner: ringing([target(office), target(desk)],
      { decline: 'everywhere', mode: 'serial', noAnswer: next('b') }),
    phones: { [office]: fails(603, 2000) }, story: { cancelAtMs: 3000 },
    lines: [`0 ${dial(1, office)}`, `2000 ${dial(2, third)}`, '2100 ring caller', '3000 drop 2'],
  },
  {
    name: '«везде» means a refusal, not a busy phone',
    owner: ringing([target(office), target(desk)], { decline: 'everywhere' }),
    phones: { [office]: busy }, story: { cancelAtMs: 3000 },
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '100 ring caller', '3000 drop 2'],
  },
])

const acting = ringing([target(office), target(desk)],
  { busy: next('b'), unreachable: { action: 'voicemail' } })
const withVoicemail = { ...acting, settings: { ...acting.settings, ...mailbox } }

function ends(name: string, phones: Case['phones'], tail: readonly string[]): Case {
  const lines = [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, ...tail]
  return { name, owner: withVoicemail, ...(phones === undefined ? {} : { phones }), lines,
    story: { cancelAtMs: 10_000 } }
}

rows('actions for busy and for unreachable phones', [
  ends('all busy', { [office]: busy, [desk]: fails(600) },
    [`50 ${dial(3, third)}`, '150 ring caller', '10000 drop 3']),
  ends('none reached: wrong number, network, switched off (480 without ringing)',
    { [office]: fails(404), [desk]: fails(480) }, ['50 take voicemail', '51 refuse 480']),
  ends('none reached: a redirection and no answer at all',
    { [office]: fails(302), [desk]: fails(0) }, ['50 take voicemail', '51 refuse 480']),
  ends('one busy, one unreachable: neither', { [office]: busy, [desk]: fails(404) },
    ['50 refuse 480']),
  ends('a 480 of a phone that rang is no answer',
    { [office]: { ringMs: 10, fail: { afterMs: 50, status: 480 } }, [desk]: fails(404) },
    ['10 ring caller', '50 refuse 480']),
  ends('declined', { [office]: fails(603), [desk]: fails(603) }, ['50 refuse 480']),
  {
    name: 'silent phones may have rung: no answer',
    owner: acting, phones: { [office]: silent, [desk]: silent },
    lines: [`0 ${dial(1, office)}`, `0 ${dial(2, desk)}`, '30000 drop 1', '30000 drop 2',
      '30000 refuse 480'],
  },
  {
    name: 'only the legs of this stage count',
    owner: subscriber([rule('a', [office], { noAnswer: next('c'), waitSeconds: 10 }),
      rule('b', [third]), rule('c', [desk], { busy: next('b') })]),
    phones: { [desk]: busy }, story: { cancelAtMs: 12_000 },
    lines: [`0 ${dial(1, office)}`, '100 ring caller', '10000 drop 1', `10000 ${dial(2, desk)}`,
      `10050 ${dial(3, third)}`, '12000 drop 3'],
  },
  {
    name: 'busy leads round in a circle: bounded like every circle',
    owner: subscriber([rule('a', [office], { busy: next('a') })],
      { settings: { cycleLimitSeconds: 10 } }),
    phones: { [office]: busy },
    lines: ['0', '2050', '4100', '6150', '8200'].map((at, leg) => `${at} ${dial(leg + 1, office)}`)
      .concat('8250 refuse 486'),
    record: { trace: [{}, {}, {}, {}, {}, {}, {}, {}, {}, { why: 'cycleTime' }, {}] as never },
  },
  {
    name: 'a leg that we took back for want of media says nothing of its phone',
    owner: subscriber([rule('a', [office], { busy: next('b') }), rule('b', [third])],
      { settings: { recordCalls: true } }),
    story: { ...withMedia, cancelAtMs: 2000 },
    phones: { [office]: { ...fails(486, 900), mediaFails: { afterMs: 500, dialled: true } } },
    lines: [`0 ${dial(1, office)} anchored`, '500 drop 1', `500 ${dial(2, office)}`,
      `1400 ${dial(3, third)}`, '1500 ring caller', '2000 drop 3'],
  },
])

rows('rules that ring nobody, reached by a chain', [
  {
    name: 'to voicemail, with its own greeting',
    owner: subscriber([rule('a', [office], { noAnswer: next('v') }),
      rule('v', [], { reaction: 'voicemail', greetingFile: 'greetings/v.wav' })],
      { settings: { voicemail: true, voicemailAfterSeconds: 60 } }),
    phones: { [office]: busy }, story: { voicemailTakesMs: 20 },
    lines: [`0 ${dial(1, office)}`, '50 take voicemail greetings/v.wav'],
    record: { outcome: 'voicemail',
      trace: [{}, {}, { ruleId: 'v', via: 'chain' }, { step: 'reaction', action: 'voicemail' },
        { step: 'voicemail', why: 'noAnswerAction' }] as never },
  },
  {
    name: 'to voicemail that is switched off (R-11): a hang-up',
    owner: subscriber([rule('a', [office], { noAnswer: next('v') }),
      rule('v', [], { reaction: 'voicemail' })]),
    phones: { [office]: busy }, lines: [`0 ${dial(1, office)}`, '50 refuse 486'],
  },
  {
    name: 'to a refusal: whom phones rang for, he has missed him',
    owner: subscriber([rule('a', [office], { noAnswer: next('r') }),
      rule('r', [], { reaction: 'refuse' })]),
    phones: { [office]: busy }, lines: [`0 ${dial(1, office)}`, '50 refuse 603'],
    record: { outcome: 'missed', reason: 'ruleRefuses',
      trace: [{}, {}, {}, { step: 'reaction', action: 'refuse' }, { why: 'ruleRefuses' }] as never },
  },
  {
    name: 'to a rule for other callers: the chain ends as if it were not there',
    owner: subscriber([rule('a', [office], { noAnswer: next('vip', true) }),
      rule('vip', [desk], { callers: { lists: [], masks: ['+7499*'], anonymous: false,
        unknown: false, except: false } })]),
    phones: { [office]: busy }, lines: [`0 ${dial(1, office)}`, '50 refuse 486'],
    record: { trace: [{}, {}, { step: 'ruleSkipped', why: { verdict: 'caller' } }, {}] as never },
  },
  {
    name: 'a stage of one mobile stays what it was',
    owner: oneMobile, phones: { [A]: busy }, lines: [`0 ${dial(1, A)}`, '50 refuse 486'],
  },
])
