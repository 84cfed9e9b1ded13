/**
 * The picture of the rules: bars, what they lose, the lane «Итог», the days; and that it says at
 * every minute what the plan says.
 */
import t from 'tap'
import type { CallerCondition } from '../../src/call/caller-list.ts'
import { planCall } from '../../src/call/plan.ts'
import type { Override } from '../../src/call/subscriber.ts'
import { drawTimeline } from '../../src/call/timeline.ts'
import { block, rule, subscriber, wall } from './fixtures.ts'
import { cpuMsOf } from '../support/cpu-time.ts'

const home = { id: 'd', address: '+79169999999', description: 'Мобильный' }
const family: CallerCondition = {
  lists: ['family'], masks: [], anonymous: false, unknown: false, except: false,
}

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
  t.strictSame(drawTimeline(owner, day.to, day.from), { bars: [], result: [], days: [] },
    'an empty window')
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

t.test('a rule for some callers takes nothing and loses only to rules for all', async (t) => {
  const owner = subscriber([
    rule('family', [], { priority: 9, callers: family, blocks: [block('09:00–18:00')] }),
    rule('office', [], { priority: 5, blocks: [block('09:00–12:00')] }),
    rule('but', [], { priority: 4, callers: { ...family, except: true } }),
    rule('kids', [], { priority: 3, callers: family, blocks: [block('10:00–20:00')] }),
    rule('rest', [], { priority: 1 }),
  ])
  const { bars, result } = drawTimeline(owner, day.from, at('18 00:00'))
  t.strictSame(bars.map(({ ruleId, conditional, lost }) => [ruleId, conditional,
    lost.map((one) => `${one.byRuleId} ${(one.to - one.from) / 3_600_000}`)]), [
    ['family', true, []],
    ['office', undefined, []],
    ['but', true, ['office 3']],
    ['kids', true, ['office 2']],
    ['rest', undefined, ['but 9', 'office 3', 'but 12']],
  ])
  t.strictSame(result.map(({ kind, ruleId }) => `${kind} ${ruleId}`),
    ['rule but', 'rule office', 'rule but'])
})

t.test('a rule for another personal number is conditional; for this one it is not', async (t) => {
  const owner = subscriber([rule('other', [], { dialled: ['+78121234567'] }),
    rule('this', [], { dialled: ['+74996740782'] })])
  const { bars, result } = drawTimeline(owner, day.from, day.to)
  t.strictSame(bars.map((bar) => [bar.ruleId, bar.conditional]),
    [['other', true], ['this', undefined]])
  t.strictSame(result.map((stretch) => stretch.ruleId), ['this'])
})

t.test('reactions in the lane', async (t) => {
  const rules = [rule('mail', [], { reaction: 'voicemail', blocks: [block('00:00–06:00')] }),
    rule('no', [], { reaction: 'refuse', blocks: [block('22:00–24:00')] })]
  const lane = (voicemail: boolean) => drawTimeline(subscriber(rules, { settings: { voicemail } }),
    day.from, at('18 00:00')).result.map(({ kind, ruleId }) => `${kind} ${ruleId}`)
  t.strictSame(lane(true), ['voicemail mail', 'voicemail null', 'refused no'])
  t.strictSame(lane(false), ['nowhere mail', 'nowhere null', 'refused no'], 'R-11')
})

t.test('the override lies over the lane and leaves the bars alone', async (t) => {
  const target = { id: 'o', address: '+74951234567', description: 'Офис' }
  const rules = [rule('office', [], { blocks: [block('09:00–18:00')] })]
  const from = at('17 08:00')
  const to = at('17 20:00')
  const rows: readonly (readonly [string, Override, boolean, readonly string[]])[] = [
    ['until noon', { action: 'ring', target, sinceMs: at('17 11:00'), untilMs: at('17 12:00') },
      false, ['1 default', '2 rule office', '1 override Офис', '6 rule office', '2 default']],
    ['since always', { action: 'ring', target, untilMs: at('17 12:00') }, false,
      ['4 override Офис', '6 rule office', '2 default']],
    ['without end', { action: 'refuse', sinceMs: at('17 19:00'), untilMs: undefined }, false,
      ['1 default', '9 rule office', '1 default', '1 refused']],
    ['at the edge of a stretch', { action: 'refuse', sinceMs: at('17 09:00'),
      untilMs: at('17 18:00') }, false, ['1 default', '9 refused', '2 default']],
    ['voicemail', { action: 'voicemail', untilMs: undefined }, true, ['12 voicemail']],
    ['voicemail that is off', { action: 'voicemail', untilMs: undefined }, false, ['12 nowhere']],
    ['expired', { action: 'refuse', untilMs: from }, false,
      ['1 default', '9 rule office', '2 default']],
    ['not yet', { action: 'refuse', sinceMs: to, untilMs: undefined }, false,
      ['1 default', '9 rule office', '2 default']],
  ]
  for (const [name, override, voicemail, expected] of rows) {
    const owner = subscriber(rules, { override, defaultTarget: home, settings: { voicemail } })
    const { bars, result } = drawTimeline(owner, from, to)
    t.strictSame(result.map((one) => [(one.to - one.from) / 3_600_000, one.kind,
      ...one.ruleId === null ? [] : [one.ruleId],
      ...one.target === undefined ? [] : [one.target.description]].join(' ')), expected, name)
    t.ok(result.every((one) => (one.byOverride === true) === !['rule', 'default']
      .includes(one.kind)), `${name}: what the override did is marked`)
    t.strictSame(bars.map((bar) => bar.lost), [[]])
  }
})

t.test('days of the window with their kind', async (t) => {
  const calendar = { days: { '2025-12-31': 'dayOff', '2026-01-01': 'holiday',
    '2026-01-03': 'working' } } as const
  const { days } = drawTimeline(subscriber([], { calendar }), wall('2025-12-30 12:00'),
    wall('2026-01-05 00:00'))
  t.strictSame(days.map(({ date, kind }) => `${date.slice(5)} ${kind}`), ['12-30 working',
    '12-31 dayOff', '01-01 holiday', '01-02 working', '01-03 working', '01-04 dayOff'])
  t.equal(days[0]?.from, wall('2025-12-30 12:00'), 'the first is cut')
  t.equal(days.at(-1)?.to, wall('2026-01-05 00:00'))
})

t.test('a hundred rules over five weeks are drawn at once', async (t) => {
  const shapes = ['пн–пт 09:00–18:00', '22:00–06:00', 'сб–вс 10:00–11:00 12:00–13:00',
    '2025-11-20…2025-12-10 15:00–15:30']
  const owner = subscriber(Array.from({ length: 100 }, (_, i) => rule(`r${i}`, [], {
    priority: i % 7,
    blocks: [block(shapes[i % 4] ?? ''), { ...block('07:05–07:06'), dayKinds: ['dayOff'] }],
    ...i % 5 === 0 ? { callers: family } : {},
  })), { zone: 'Europe/Berlin' })
  drawTimeline(owner, day.from, day.to)
  let bars: readonly unknown[] = []
  const tookMs = cpuMsOf(() => {
    bars = drawTimeline(owner, day.from, day.from + 35 * 86_400_000).bars
  })
  t.ok(bars.length > 2000, `${bars.length} bars`)
  t.ok(tookMs < 50, `${tookMs.toFixed(1)} ms`)
})
