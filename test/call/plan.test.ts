/**
 * Which rule acts, and what is said about the others (R-1, R-13 … ); what comes before
 * the rules: mailbox, blocked callers, override; rules for some callers or one of the numbers.
 */
import t from 'tap'
import type { CallerCondition } from '../../src/call/caller-list.ts'
import type { Arrival, Plan } from '../../src/call/plan.ts'
import { judgeRules, planCall, ruleVerdict } from '../../src/call/plan.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { Override, Subscriber } from '../../src/call/subscriber.ts'
import {
  block, callerNumber, incoming, personalNumber, rule, subscriber, wall,
} from './fixtures.ts'

const noon = wall('2025-11-17 12:00')
const home = { id: 'd', address: '+79169999999', description: 'Мобильный' }

t.test('the larger priority wins, then the higher place (R-1)', async (t) => {
  const rules = [rule('low'), rule('high', [], { priority: 5 }),
    rule('second', [], { priority: 5 })]
  const plan = planCall(subscriber(rules), noon)
  t.equal(plan.kind === 'rule' && plan.rule.id, 'high')
  t.strictSame(plan.trace.map((step) => 'ruleId' in step ? `${step.step} ${step.ruleId}`
    : step.step),
    ['ruleTaken high', 'ruleSkipped second', 'ruleSkipped low'])
  t.match(plan.trace[2], {
    why: { verdict: 'outranked', byRuleId: 'high', byRuleName: 'high', byPriority: 5, priority: 0 },
  })
})

t.test('every rule is named with its reason', async (t) => {
  const plan = planCall(subscriber([
    rule('off', [], { enabled: false }),
    rule('weekend', [], { blocks: [block('сб–вс')] }),
    rule('night', [], { blocks: [block('22:00–06:00')] }),
    rule('office', [], { blocks: [block('пн–пт 09:00–18:00')] }),
    rule('always'),
  ]), noon)
  t.strictSame(plan.trace.map((step) => step.step === 'ruleSkipped' ? step.why.verdict : step.step),
    ['disabled', 'weekday', 'hours', 'ruleTaken', 'outranked'])
})

t.test('when no rule acts', async (t) => {
  const night = rule('night', [], { blocks: [block('22:00–06:00')] })
  const off = rule('off', [], { enabled: false })
  const rows = [
    ['no rule covers the instant: default number', [night], home, true, 'default'],
    ['all rules disabled: default number first, voicemail or not (R-15)', [off], home, true,
      'default'],
    ['no rule at all: default number', [], home, false, 'default'],
    ['no default number: voicemail (R-14)', [night], undefined, true, 'voicemail'],
    ['nothing at all (R-14)', [night], undefined, false, 'nowhere'],
  ] as const
  for (const [name, rules, defaultTarget, voicemail, kind] of rows) {
    t.equal(planCall(subscriber(rules, { defaultTarget, settings: { voicemail } }), noon).kind,
      kind, name)
  }
})

t.test('status and balance are asked first (R-21)', async (t) => {
  const rows = [
    [{ status: 'suspended' }, 'notActive'], [{ status: 'closed', balanceKopecks: 0 }, 'notActive'],
    [{ balanceKopecks: 0 }, 'noMoney'], [{ balanceKopecks: -1200 }, 'noMoney'],
  ] as const
  for (const [rest, why] of rows) t.match(planCall(subscriber([rule('a')], rest), noon),
    { kind: 'refused', why })
  t.equal(planCall(subscriber([rule('a')], { balanceKopecks: 1 }), noon).kind, 'rule')
})

t.test('rules in any order are planned in winning order', async (t) => {
  const mixed = subscriber([rule('first')])
  const plan = planCall({ ...mixed, rules: [rule('z', [], { position: 2 }),
    rule('a', [], { position: 1 })] }, noon)
  t.equal(plan.kind === 'rule' && plan.rule.id, 'a')
})

/** What a plan comes to, in a word: `rule a`, `override +7…`, `refused blocked`. */
function said(plan: Plan): string {
  switch (plan.kind) {
    case 'rule': return `rule ${plan.rule.id}`
    case 'default':
    case 'override': return `${plan.kind} ${plan.target.address}`
    case 'mailbox': return 'mailbox'
    default: {
      const why = 'why' in plan ? [plan.why] : []
      return [plan.kind, ...why, ...plan.rule === undefined ? [] : [plan.rule.id]].join(' ')
    }
  }
}

function from(number: string, rest: Partial<Arrival> = {}): Arrival {
  return { ...incoming({ caller: { number, name: '', anonymous: number === '' } }), ...rest }
}

function only(rest: Partial<CallerCondition>): CallerCondition {
  return { lists: [], masks: [], anonymous: false, unknown: false, except: false, ...rest }
}

const mobile = '+79031234567'
const office = { id: 'o', address: '+74951234567', description: 'Офис' }
const open = { ...defaultMedia, mailboxOpen: true }

t.test('before the rules: mailbox, blocked callers, override', async (t) => {
  const voicemail = { voicemail: true }
  const blocked = { id: 'blocked', name: 'Чёрный список', entries: ['+7495*', '900', mobile] }
  const hidden = { ...blocked, entries: ['anonymous'] }
  const ring: Override = { action: 'ring', target: office, untilMs: noon + 1 }
  const own = { media: open, ownNumbers: [mobile] }
  type Rest = Parameters<typeof subscriber>[1]
  const rows: readonly (readonly [string, Rest, Arrival | undefined, string])[] = [
    ['own phone, PIN set', own, from(mobile), 'mailbox'],
    ['own phone, no PIN', { ownNumbers: [mobile] }, from(mobile), 'rule always'],
    ['own phone, said in the national way', own, from('89031234567'), 'mailbox'],
    ['a stranger', own, from(callerNumber), 'rule always'],
    ['own phone, but its number withheld', own,
      from(mobile, { caller: { number: mobile, name: '', anonymous: true } }), 'rule always'],
    ['own phone forwards somebody', own, from(mobile, { diverted: ['+79260000000'] }),
      'rule always'],
    ['own phone calls another number of his', own, from(mobile, { dialled: '+74990000000' }),
      'rule always'],
    ['the mailbox opens although his own phone is blocked', { ...own, callerLists: [blocked] },
      from(mobile), 'mailbox'],
    ['no money: not even the mailbox (R-21)', { ...own, balanceKopecks: 0 }, from(mobile),
      'refused noMoney'],
    ['blocked by number', { callerLists: [blocked] }, from(mobile), 'refused blocked'],
    ['blocked by mask', { callerLists: [blocked] }, from('84951112233'), 'refused blocked'],
    ['blocked short number', { callerLists: [blocked] }, from('900'), 'refused blocked'],
    ['not blocked', { callerLists: [blocked] }, from(callerNumber), 'rule always'],
    ['hidden number, not blocked', { callerLists: [blocked] }, from(''), 'rule always'],
    ['hidden numbers blocked', { callerLists: [hidden] }, from(''), 'refused blocked'],
    ['hidden numbers blocked, this one is not', { callerLists: [hidden] }, from(mobile),
      'rule always'],
    ['on another list', { callerLists: [{ ...blocked, id: 'x' }] }, from(mobile), 'rule always'],
    ['nobody in particular is never blocked', { callerLists: [blocked] }, undefined,
      'rule always'],
    ['blocked in spite of the override', { callerLists: [blocked], override: ring }, from(mobile),
      'refused blocked'],
    ['override', { override: ring }, from(callerNumber), `override ${office.address}`],
    ['override, seen in the overview', { override: ring }, undefined, `override ${office.address}`],
    ['override expired this instant', { override: { ...ring, untilMs: noon } }, undefined,
      'rule always'],
    ['override without end', { override: { ...ring, untilMs: undefined } }, undefined,
      `override ${office.address}`],
    ['override begins this instant', { override: { ...ring, sinceMs: noon } }, undefined,
      `override ${office.address}`],
    ['override begins later', { override: { ...ring, sinceMs: noon + 1 } }, undefined,
      'rule always'],
    ['do not disturb', { override: { action: 'refuse', untilMs: undefined } }, undefined,
      'refused doNotDisturb'],
    ['everything to voicemail', { settings: voicemail,
      override: { action: 'voicemail', untilMs: undefined } }, undefined, 'voicemail override'],
    ['to a voicemail that is off (R-11)', { override: { action: 'voicemail', untilMs: undefined } },
      undefined, 'nowhere'],
    ['suspended before everything', { status: 'suspended', override: ring }, undefined,
      'refused notActive'],
  ]
  for (const [name, rest, arrival, expected] of rows) {
    t.equal(said(planCall(subscriber([rule('always')], rest), noon, arrival)), expected, name)
  }
})

t.test('what decided before the rules is the whole trace', async (t) => {
  const blocked = { id: 'blocked', name: '', entries: ['+7916*'] }
  const owner = subscriber([rule('always')], { callerLists: [blocked] })
  t.strictSame(planCall(owner, noon, incoming()).trace,
    [{ step: 'blocked', atMs: 0, entry: '+7916*' }])
  const override: Override = { action: 'refuse', untilMs: noon + 5 }
  t.strictSame(planCall({ ...owner, override }, noon).trace,
    [{ step: 'override', atMs: 0, action: 'refuse', untilMs: noon + 5 }])
})

t.test('rules that ring nobody', async (t) => {
  const night = rule('night', [], { reaction: 'voicemail' })
  const never = rule('never', [], { reaction: 'refuse' })
  const withMail = { settings: { voicemail: true } }
  t.equal(said(planCall(subscriber([night], withMail), noon)), 'voicemail rule night')
  t.equal(said(planCall(subscriber([night]), noon)), 'nowhere night', 'voicemail is off (R-11)')
  const plan = planCall(subscriber([never, night], { ...withMail, defaultTarget: home }), noon)
  t.equal(said(plan), 'refused ruleRefuses never')
  t.strictSame(plan.trace.map((step) => step.step), ['ruleTaken', 'ruleSkipped', 'reaction'])
  t.match(plan.trace[2], { ruleId: 'never', action: 'refuse' })
})

t.test('rules for some callers', async (t) => {
  const family = { id: 'family', name: 'Семья', entries: [mobile, '+7926*'] }
  const foes = { id: 'blocked', name: '', entries: ['+7495*'] }
  const rows: readonly (readonly [string, Partial<CallerCondition>, yes: readonly string[],
    no: readonly string[]])[] = [
    ['a list', { lists: ['family'] }, [mobile, '89261234567'], [callerNumber, '', '900']],
    ['a mask', { masks: ['+7916*'] }, [callerNumber, '79161112233'], [mobile, '', '916']],
    ['withheld', { anonymous: true }, [''], [mobile, callerNumber]],
    ['in no list', { unknown: true }, [callerNumber, '900', 'anna'], [mobile, '']],
    ['list or mask', { lists: ['family'], masks: ['+7916*'] }, [mobile, callerNumber], ['']],
    ['all but a list', { lists: ['family'], except: true }, [callerNumber, '', '900'], [mobile]],
    ['all but the withheld', { anonymous: true, except: true }, [mobile, callerNumber], ['']],
    ['all but strangers', { unknown: true, except: true }, [mobile, ''], [callerNumber]],
    ['nobody', {}, [], [mobile, callerNumber, '']],
    ['everybody', { except: true }, [mobile, callerNumber, ''], []],
    ['a list that is gone', { lists: ['x'] }, [], [mobile, callerNumber, '']],
  ]
  for (const [name, condition, yes, no] of rows) {
    const owner = subscriber([rule('some', [], { callers: only(condition) }), rule('all')],
      { callerLists: [family, { ...foes, entries: [] }] })
    for (const number of yes) {
      t.equal(said(planCall(owner, noon, from(number))), 'rule some', `${name}: «${number}»`)
    }
    for (const number of no) {
      t.equal(said(planCall(owner, noon, from(number))), 'rule all', `${name}: not «${number}»`)
    }
  }
})

t.test('the ordinary caller of overview and timeline', async (t) => {
  const rows = [
    ['a list', only({ lists: ['f'] }), false], ['a mask', only({ masks: ['+7*'] }), false],
    ['the withheld', only({ anonymous: true }), false],
    ['strangers', only({ unknown: true }), false],
    ['everybody but a list', only({ lists: ['f'], except: true }), true],
    ['everybody but strangers', only({ unknown: true, except: true }), false],
  ] as const
  for (const [name, callers, acts] of rows) {
    const plan = planCall(subscriber([rule('some', [], { callers })]), noon)
    t.equal(said(plan), acts ? 'rule some' : 'nowhere', name)
    if (!acts) {
      t.match(plan.trace[0], { why: { verdict: 'caller', number: '', anybody: true } })
    }
  }
})

t.test('the caller is named where he is the reason, and only there', async (t) => {
  const owner = subscriber([rule('a', [], { callers: only({ anonymous: true }),
    blocks: [block('пн')] })])
  const why = (at: number, number: string) => ruleVerdict(owner.rules[0] ?? rule(''), owner, at,
    from(number))
  t.strictSame(why(noon, '8 916 111-22-33'), { verdict: 'caller', number: callerNumber })
  t.strictSame(why(noon, ''), { verdict: 'acts' })
  t.strictSame(why(noon + 86_400_000, ''), { verdict: 'weekday', weekday: 2 })
  const except = { ...rule('b'), callers: only({ anonymous: true, except: true }) }
  t.strictSame(ruleVerdict(except, owner, noon, from('')), { verdict: 'caller', number: '' })
})

t.test('several personal numbers', async (t) => {
  const second = '+78121234567'
  const owner = subscriber([rule('first', [], { dialled: [personalNumber] }),
    rule('second', [], { dialled: [second] }), rule('both', [], { dialled: [] })])
  t.equal(said(planCall(owner, noon, from(mobile))), 'rule first')
  t.equal(said(planCall(owner, noon, from(mobile, { dialled: second }))), 'rule second')
  t.equal(said(planCall(owner, noon, from(mobile, { dialled: '+78120000000' }))), 'rule both')
  t.equal(said(planCall(owner, noon)), 'rule first', 'the one the page shows')
  t.match(planCall(owner, noon).trace[1], { why: { verdict: 'dialled', number: personalNumber } })
})

t.test('all rules are judged whatever is decided before them', async (t) => {
  const owner: Subscriber = subscriber([rule('a'), rule('b'), rule('c', [], { enabled: false })], {
    status: 'closed', balanceKopecks: -1, override: { action: 'refuse', untilMs: undefined },
    callerLists: [{ id: 'blocked', name: '', entries: ['+7916*'] }],
  })
  t.strictSame(judgeRules(owner, noon, incoming()).map(({ ruleId, ruleName, verdict }) =>
    [ruleId, ruleName, verdict.verdict]),
    [['a', 'a', 'acts'], ['b', 'b', 'outranked'], ['c', 'c', 'disabled']])
})
