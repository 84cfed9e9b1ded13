/**
 * Which rule acts, and what is said about the others (R-1, R-13 … ); the timeline shows
 * the same.
 */
import t from 'tap'
import { planCall } from '../../src/call/plan.ts'
import { drawTimeline } from '../../src/call/timeline.ts'
import { block, rule, subscriber, wall } from './fixtures.ts'

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

const day = { from: wall('2025-11-17 00:00'), to: wall('2025-11-19 00:00') }
const at = (text: string) => wall(`2025-11-${text}`)

t.test('the timeline: bars, what they lose, and the result', async (t) => {
  const owner = subscriber([
    rule('office', [], { priority: 5, blocks: [block('09:00–18:00')] }),
    rule('dacha', [], { priority: 3, blocks: [block('12:00–20:00')] }),
    rule('off', [], { enabled: false, blocks: [block('10:00–11:00')] }),
  ])
  const { bars, result } = drawTimeline(owner, day.from, at('18 00:00'))
  t.strictSame(bars, [
    { ruleId: 'office', from: at('17 09:00'), to: at('17 18:00'), lost: [] },
    {
      ruleId: 'dacha', from: at('17 12:00'), to: at('17 20:00'),
      lost: [{ from: at('17 12:00'), to: at('17 18:00'), byRuleId: 'office' }],
    },
    { ruleId: 'off', from: at('17 10:00'), to: at('17 11:00'), lost: [] },
  ])
  t.strictSame(result, [
    { from: at('17 00:00'), to: at('17 09:00'), kind: 'nowhere', ruleId: null },
    { from: at('17 09:00'), to: at('17 18:00'), kind: 'rule', ruleId: 'office' },
    { from: at('17 18:00'), to: at('17 20:00'), kind: 'rule', ruleId: 'dacha' },
    { from: at('17 20:00'), to: at('18 00:00'), kind: 'nowhere', ruleId: null },
  ])
})

t.test('a bar over midnight is one bar; a lane of one rule is one stretch', async (t) => {
  const owner = subscriber([rule('night', [], { blocks: [block('22:00–06:00')] }), rule('always')],
    { defaultTarget: home })
  const { bars, result } = drawTimeline(owner, day.from, day.to)
  t.strictSame(bars.filter((bar) => bar.ruleId === 'night').map(({ from, to }) =>
    (to - from) / 3_600_000), [6, 8, 2])
  t.equal(bars.at(-1)?.lost.length, 3)
  t.strictSame(result.map((stretch) => stretch.ruleId),
    ['night', 'always', 'night', 'always', 'night'])
  t.strictSame(drawTimeline(owner, day.to, day.from), { bars: [], result: [] }, 'an empty window')
})

t.test('the lane «Итог» agrees with the plan at every minute', async (t) => {
  for (const [zone, from] of [['Europe/Berlin', '2025-10-25 00:00'],
    ['Europe/Moscow', '2025-11-17 00:00']] as const) {
    const owner = subscriber([
      rule('a', [], { priority: 2, blocks: [block('пн–пт 09:00–18:00'), block('вс 02:00–02:30')] }),
      rule('b', [], { priority: 1, blocks: [block('22:00–06:00 12:00–13:00')] }),
      rule('c', [], { enabled: false }),
      rule('d', [], { blocks: [block('сб–вс 01:15–17:45')] }),
      rule('e', [], { blocks: [block('2025-11-18…2025-11-18 09:00–09:00')] }),
    ], { zone })
    const start = wall(from, zone)
    const end = start + 3 * 86_400_000
    const { bars, result } = drawTimeline(owner, start, end)
    t.ok(result.every((one, i) => one.from === (result[i - 1]?.to ?? start)), 'gapless')
    t.equal(result.at(-1)?.to, end)
    let disagreements = 0
    for (let now = start; now < end; now += 60_000) {
      const plan = planCall(owner, now)
      const winner = plan.kind === 'rule' ? plan.rule.id : null
      const lane = result.find((one) => now >= one.from && now < one.to)
      if (lane?.ruleId !== winner || lane?.kind !== plan.kind) disagreements += 1
      for (const bar of bars) {
        if (now < bar.from || now >= bar.to || bar.ruleId === 'c') continue
        const lost = bar.lost.find((one) => now >= one.from && now < one.to)
        if ((lost?.byRuleId ?? bar.ruleId) !== winner) disagreements += 1
      }
    }
    t.equal(disagreements, 0, zone)
  }
})
