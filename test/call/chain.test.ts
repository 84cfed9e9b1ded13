/**
 * From rule to rule (R-7 … R-9): chains, circles and what bounds them.
 */
import t from 'tap'
import type { TraceStep } from '../../src/call/record.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { block, incoming, next, rule, subscriber, wall } from './fixtures.ts'
import { play } from './simulation.ts'
import type { PhoneHabit, Story } from './story.ts'

const A = '+79160000001'
const B = '+79160000002'
const rings: PhoneHabit = { ringMs: 100 }
const busy: PhoneHabit = { fail: { afterMs: 10, status: 486 } }

function told(step: TraceStep): string {
  switch (step.step) {
    case 'ruleTaken': return `${step.atMs} ${step.ruleName} ${step.via}`
    case 'chainEnded': return `${step.atMs} ended ${step.why}`
    case 'paused': return `${step.atMs} paused ${step.ms}`
    case 'voicemail': return `${step.atMs} voicemail ${step.why}`
    case 'refused': return `${step.atMs} refused ${step.status}`
    case 'note': return `${step.atMs} ${step.code} ${step.detail}`
    case 'reaction': return `${step.atMs} reaction ${step.action}`
    case 'confirm': return `${step.atMs} ${step.legId} ${step.choice}`
    case 'ordered': return `${step.atMs} ordered ${step.order}`
    case 'ruleSkipped':
    case 'override':
    case 'blocked':
    case 'mailbox':
    case 'recording':
    case 'defaultNumber': return `${step.atMs} ${step.step}`
  }
}

function chain(owner: Subscriber, phone: (address: string, nth: number) => PhoneHabit,
  story: Partial<Story> = {}) {
  const { lines, record, faults } = play({
    incoming: incoming(), subscriber: owner, wallMs: wall('2025-11-17 12:00'), phone, ...story,
  })
  const trace = record.trace.filter((step) => step.step !== 'ruleSkipped').map(told)
  return { lines, record, trace, faults }
}

function circle(rest: Parameters<typeof subscriber>[1] = {}): Subscriber {
  return subscriber([
    rule('a', [A], { waitSeconds: 25, noAnswer: next('b') }),
    rule('b', [B], { waitSeconds: 25, noAnswer: next('a') }),
  ], rest)
}

t.test('no answer at the first rule, answer at the second', async (t) => {
  const owner = subscriber([rule('a', [A], { noAnswer: next('b') }), rule('b', [B])])
  const { lines, trace, faults } = chain(owner,
    (address) => address === B ? { answerMs: 1000, hangUpMs: 1 } : rings)
  t.strictSame(lines, ['0 dial 1 +79160000001', '100 ring caller', '30000 drop 1',
    '30000 dial 2 +79160000002',
    '31000 answer with 2', '31005 hang up caller'])
  t.strictSame(trace, ['0 a schedule', '30000 b chain', '31000 2 cannotAsk'])
  t.strictSame(faults, [])
})

t.test('a serial rule after a parallel one that failed early keeps its own times', async (t) => {
  const owner = subscriber([rule('a', [A], { noAnswer: next('b'), waitSeconds: 10 }),
    rule('b', [B], { mode: 'serial' })])
  const { lines } = chain(owner, (address) => address === A ? busy : rings)
  t.strictSame(lines, ['0 dial 1 +79160000001', '10 dial 2 +79160000002', '110 ring caller',
    '25010 drop 2', '25010 refuse 480'])
})

t.test('where the chain ends (R-7, R-8)', async (t) => {
  const evening = block('18:00–23:00')
  const rows = [
    ['next rule is gone', next('x'), rule('b', [B]), ['10 ended nextMissing', '10 refused 486']],
    ['next rule is disabled', next('b'), rule('b', [B], { enabled: false }),
      ['10 ended nextDisabled', '10 refused 486']],
    ['disabled stays disabled, schedule ignored or not', next('b', true),
      rule('b', [B], { enabled: false }), ['10 ended nextDisabled', '10 refused 486']],
    ['next rule is outside its hours', next('b'), rule('b', [B], { blocks: [evening] }),
      ['10 ended nextOutsideSchedule', '10 refused 486']],
    ['… and the link says not to care', next('b', true), rule('b', [B], { blocks: [evening] }),
      ['10 b chainIgnoringSchedule', '20 refused 486']],
    ['the link does not care but need not', next('b', true), rule('b', [B]),
      ['10 b chain', '20 refused 486']],
  ] as const
  for (const [name, noAnswer, second, expected] of rows) {
    const owner = subscriber([rule('a', [A], { noAnswer }), second])
    t.strictSame(chain(owner, () => busy).trace.slice(1), expected, name)
  }
  const owner = subscriber([rule('a', [A], { noAnswer: next('x') })],
    { settings: { voicemail: true } })
  t.strictSame(chain(owner, () => busy).trace.slice(1),
    ['10 ended nextMissing', '11 voicemail noAnswerAction'], 'voicemail if enabled')
})

t.test('the next rule’s hours are asked when the call gets there', async (t) => {
  const owner = subscriber([
    rule('a', [A], { noAnswer: next('b') }), rule('b', [B], { blocks: [block('18:00–23:00')] }),
  ])
  const late = chain(owner, () => rings, { wallMs: wall('2025-11-17 17:59') + 40_000 })
  t.strictSame(late.trace, ['0 a schedule', '30000 b chain', '60000 refused 480'])
  const early = chain(owner, () => rings, { wallMs: wall('2025-11-17 17:59') })
  t.strictSame(early.trace, ['0 a schedule', '30000 ended nextOutsideSchedule',
    '30000 refused 480'])
})

t.test('a circle rings on until its time cuts it, hard (R-9)', async (t) => {
  const { lines, trace, faults } = chain(circle(), () => rings)
  t.strictSame(lines, ['0 dial 1 +79160000001', '100 ring caller', '25000 drop 1',
    '25000 dial 2 +79160000002', '50000 ring caller',
    '50000 drop 2', '50000 dial 3 +79160000001', '60000 drop 3',
      '60000 refuse 480'])
  t.strictSame(trace, ['0 a schedule', '25000 b chain', '50000 a chain', '60000 ended cycleTime',
    '60000 refused 480'])
  t.strictSame(faults, [])
})

t.test('a circle is cut in its first pass, too, if its time is that short (R-9)', async (t) => {
  const short = { settings: { cycleLimitSeconds: 10 } }
  t.strictSame(chain(circle(short), () => rings).trace,
    ['0 a schedule', '10000 ended cycleTime', '10000 refused 480'])
  // No circle: the link back is broken, by a disabled rule, by hours, or by a hang-up.
  const evening = { blocks: [block('18:00–23:00')] }
  for (const [name, second] of [
    ['disabled', rule('b', [B], { enabled: false, noAnswer: next('a') })],
    ['outside its hours', rule('b', [B], { ...evening, noAnswer: next('a') })],
    ['hangs up', rule('b', [B], { waitSeconds: 5 })],
  ] as const) {
    const owner = subscriber([rule('a', [A], { waitSeconds: 25, noAnswer: next('b') }), second],
      short)
    const { trace } = chain(owner, () => rings)
    t.notOk(trace.some((line) => line.includes('cycleTime')), name)
    t.ok(trace[1]?.startsWith('25000 '), `${name}: rings its whole time`)
  }
})

t.test('after the cut comes voicemail if it is on (R-8)', async (t) => {
  const { trace } = chain(circle({ settings: { voicemail: true, voicemailAfterSeconds: 120 } }),
    () => rings)
  t.strictSame(trace.slice(-2), ['60000 ended cycleTime', '60001 voicemail noAnswerAction'])
})

t.test('voicemail’s T pre-empts a circle (R-11)', async (t) => {
  const { trace } = chain(circle({ settings: { voicemail: true, voicemailAfterSeconds: 40 } }),
    () => rings)
  t.strictSame(trace, ['0 a schedule', '25000 b chain', '40001 voicemail timeout'])
})

t.test('the cycle time does not cut a chain that is no circle', async (t) => {
  const owner = subscriber([rule('a', [A], { waitSeconds: 90, noAnswer: next('b') }),
    rule('b', [B])],
    { settings: { cycleLimitSeconds: 10 } })
  t.strictSame(chain(owner, () => rings).trace,
    ['0 a schedule', '90000 b chain', '120000 refused 480'])
})

t.test('a circle of instant 486 pauses after each pass and is counted (R-9)', async (t) => {
  const { lines, trace, record, faults } = chain(circle(), () => busy)
  t.strictSame(lines.map((line) => line.split(' ').slice(0, 2).join(' ')), [
    '0 dial', '10 dial', '2020 dial', '2030 dial', '4040 dial', '4050 dial', '6060 dial',
      '6070 dial',
    '8080 dial', '8090 dial', '10100 dial', '10110 refuse'])
  t.equal(trace.filter((line) => line.includes('paused 2000')).length, 5)
  t.strictSame(trace.slice(-2), ['10110 ended transitions', '10110 refused 486'])
  t.equal(record.legs.length, 11, 'ten transitions')
  t.strictSame(faults, [])
})

t.test('no pass that a limit would cut within a second is begun', async (t) => {
  const mailbox = (seconds: number) => ({ voicemail: true, voicemailAfterSeconds: seconds })
  const rows: readonly {
    name: string
    settings?: Partial<Subscriber['settings']>
    options?: Story['options']
    /** The rules of the circle ring so long, in seconds. */
    ring: number
    trace: readonly string[]
  }[] = [
    { name: 'cycle time and ring time end together', settings: { cycleLimitSeconds: 50 }, ring: 25,
      trace: ['25000 b chain', '50000 ended cycleTime', '50000 refused 480'] },
    { name: 'exactly a second is left', settings: { cycleLimitSeconds: 51 }, ring: 25,
      trace: ['25000 b chain', '50000 a chain', '51000 ended cycleTime', '51000 refused 480'] },
    { name: 'the total time ends with the ring time', settings: { cycleLimitSeconds: 300 },
      options: { totalSeconds: 50 }, ring: 25,
      trace: ['25000 b chain', '50000 ended totalTime', '50000 refused 480'] },
    { name: 'on the first visit, too', settings: { cycleLimitSeconds: 25 }, ring: 25,
      trace: ['25000 ended cycleTime', '25000 refused 480'] },
    { name: 'of two limits the earlier one counts', settings: { cycleLimitSeconds: 25 },
      options: { totalSeconds: 25.5 }, ring: 25,
      trace: ['25000 ended cycleTime', '25000 refused 480'] },
    { name: 'voicemail takes it there and then', settings: mailbox(50), ring: 25,
      trace: ['25000 b chain', '50001 voicemail timeout'] },
  ]
  for (const { name, settings = {}, options = {}, ring, trace } of rows) {
    const owner = subscriber([
      rule('a', [A], { waitSeconds: ring, noAnswer: next('b') }),
      rule('b', [B], { waitSeconds: ring, noAnswer: next('a') }),
    ], { settings })
    const played = chain(owner, () => rings, { options })
    t.strictSame(played.trace.slice(1), trace, name)
    t.strictSame(played.faults, [], name)
  }
})

t.test('nor the next number of a serial rule; the limit then ends the rule', async (t) => {
  const owner = (settings: Partial<Subscriber['settings']>) =>
    subscriber([rule('turn', [A, B], { mode: 'serial', noAnswer: next('x') })],
      { settings: { ringSeconds: 25, ...settings } })
  for (const [name, settings, options, trace] of [
    ['total time', {}, { totalSeconds: 25.9 }, ['25900 ended totalTime', '25900 refused 480']],
    ['voicemail', { voicemail: true, voicemailAfterSeconds: 25 }, {}, ['25001 voicemail timeout']],
    ['… which comes a little later', { voicemail: true, voicemailAfterSeconds: 26 }, {},
      ['26001 voicemail timeout']],
  ] as const) {
    const played = chain(owner(settings), () => rings, { options })
    t.strictSame(played.trace.slice(1), trace, name)
    t.strictSame(played.faults, [], name)
  }
  const busyFirst = chain(owner({ voicemail: true, voicemailAfterSeconds: 10 }),
    (address) => address === A ? { ringMs: 10, fail: { afterMs: 9500, status: 486 } } : rings)
  t.strictSame(busyFirst.lines,
    ['0 dial 1 +79160000001', '10 ring caller', '10000 take voicemail', '10001 refuse 480'])
})

t.test('a pause that would reach into the last second is not made', async (t) => {
  const { trace } = chain(circle({ settings: { cycleLimitSeconds: 10 } }), () => busy)
  t.strictSame(trace.slice(-2), ['8100 ended cycleTime', '8100 refused 486'])
  t.equal(trace.filter((line) => line.includes('paused')).length, 4)
})

t.test('the pause ends with the cycle time, the caller’s cancel and the total time', async (t) => {
  const owner = circle({ settings: { cycleLimitSeconds: 10 } })
  t.strictSame(chain(owner, () => busy).trace.slice(-2),
    ['8100 ended cycleTime', '8100 refused 486'])
  const cancelled = chain(circle(), () => busy, { cancelAtMs: 1000 })
  t.match(cancelled.record, { outcome: 'abandoned', status: 487 })
  t.strictSame(cancelled.faults, [])
  const total = chain(circle(), () => busy, { options: { totalSeconds: 1 } })
  t.strictSame(total.trace.slice(-2), ['10 ended totalTime', '10 refused 486'])
})

t.test('phones that ring for a blink are not dialled faster either', async (t) => {
  const blink: PhoneHabit = { ringMs: 1, fail: { afterMs: 2, status: 486 } }
  const { trace } = chain(subscriber([rule('self', [A], { noAnswer: next('self') })]), () => blink)
  t.strictSame(trace.slice(0, 4), ['0 self schedule', '2 paused 1998', '2000 self chain',
    '2002 paused 1998'])
})

t.test('a rule may follow itself', async (t) => {
  const owner = subscriber([rule('self', [A], { waitSeconds: 20, noAnswer: next('self') })])
  t.strictSame(chain(owner, () => rings).trace,
    ['0 self schedule', '20000 self chain', '40000 self chain', '60000 ended cycleTime',
      '60000 refused 480'])
})

t.test('a circle that closes only later has the same clock', async (t) => {
  // At 17:59 the link b → a leads nowhere yet; at 18:00 it does.
  const owner = subscriber([
    rule('start', [A], { waitSeconds: 50, noAnswer: next('b') }),
    rule('b', [B], { waitSeconds: 20, noAnswer: next('start2') }),
    rule('start2', [A], { waitSeconds: 20, blocks: [block('18:00–23:00')], noAnswer: next('b') }),
  ], { settings: { cycleLimitSeconds: 100 } })
  t.strictSame(chain(owner, () => rings, { wallMs: wall('2025-11-17 17:59') + 10_000 }).trace, [
    '0 start schedule', '50000 b chain', '70000 start2 chain', '90000 b chain',
      '100000 ended cycleTime', '100000 refused 480'])
})

t.test('a circle of rules that can dial nothing still ends', async (t) => {
  const owner = subscriber([rule('a', [], { noAnswer: next('b') }),
    rule('b', [], { noAnswer: next('a') })])
  const { record, lines, faults } = chain(owner, () => rings)
  t.match(record, { outcome: 'missed', status: 480, legs: [] })
  t.strictSame(lines, ['10000 refuse 480'])
  t.strictSame(faults, [])
})

t.test('a number that does not exist is noted once (§4.5)', async (t) => {
  const owner = circle({ settings: { cycleLimitSeconds: 10 } })
  const { trace } = chain(owner, () => ({ fail: { afterMs: 10, status: 404 } }))
  t.strictSame(trace.filter((line) => line.includes('deadNumber')),
    [`10 deadNumber ${A}`, `20 deadNumber ${B}`])
})
