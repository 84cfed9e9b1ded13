/**
 * One engine (issue «panel» §4.2): for random sets of rules, zones and callers, at the instants
 * that hurt (clocks that are changed, midnights, the turn of the year, edges of windows) the
 * timeline, the plan, the call that is really started and the simulator name the same rule.
 */
import t from 'tap'
import type { Caller } from '../../src/call/events.ts'
import { startCall } from '../../src/call/machine.ts'
import type { Plan } from '../../src/call/plan.ts'
import { judgeRules, planCall, ruleVerdict } from '../../src/call/plan.ts'
import { simulateCall } from '../../src/call/simulate.ts'
import type { PhoneDoes } from '../../src/call/simulate.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { drawTimeline } from '../../src/call/timeline.ts'
import { localTimeAt } from '../../src/call/zone.ts'
import { incoming, personalNumber } from './fixtures.ts'
import {
  anchor, callers, dayMs, dice, instants, ofTrace, ordinary, randomSubscriber, secondNumber, zones,
} from './random-rules.ts'
import type { Dice } from './random-rules.ts'

const seed = 20_251_117
const sets = 2000
const does: readonly PhoneDoes[] = ['silent', 'busy', 'declines', 'unreachable', 'answers']

/** What was decided, in one word for all four of them: `rule r1`, `refused null`. */
function decided(kind: Plan['kind'], ruleId: string | null): string {
  return `${kind} ${ruleId}`
}

function ofPlan(plan: Plan): string {
  return decided(plan.kind, 'rule' in plan ? plan.rule?.id ?? null : null)
}

function ofLane(owner: Subscriber, at: number, from: number, to: number): string {
  const lane = drawTimeline(owner, from, to).result.find((one) => at >= one.from && at < one.to)
  return lane === undefined ? 'no lane' : decided(lane.kind, lane.ruleId)
}

interface Case {
  readonly owner: Subscriber
  readonly at: number
  readonly dice: Dice
}

/** Timeline and plan, for the ordinary caller; he himself is planned alike where he can be. */
function drawnDiffers({ owner, at, dice }: Case): string[] {
  const faults: string[] = []
  const plan = ofPlan(planCall(owner, at))
  const from = at - dice.below(30) * 3_600_000
  const lane = ofLane(owner, at, from, at + 1 + dice.below(30) * 3_600_000)
  if (lane !== plan) faults.push(`lane «${lane}», plan «${plan}»`)
  if (owner.rules.some((one) => one.callers?.unknown === true)) return faults
  const real = ofPlan(planCall(owner, at, incoming({ caller: ordinary })))
  if (real !== plan) faults.push(`ordinary caller «${real}», plan «${plan}»`)
  return faults
}

/** Plan, judgement of each rule, the call that starts and the simulated one. */
function playedDiffers({ owner, at, dice }: Case, caller: Caller, dialled: string): string[] {
  const faults: string[] = []
  const call = incoming({ caller, dialled })
  const plan = planCall(owner, at, call)
  const named = ofTrace(plan.trace)
  const started = startCall(call, owner, 1000, at, { mediaAvailable: true })
  if (ofTrace(started.call.trace) !== named) faults.push(`call ${ofTrace(started.call.trace)}`)
  const phones = Object.fromEntries(owner.rules.flatMap((one) => one.targets)
    .map((target) => [target.address, { does: dice.one(does) }]))
  const story = simulateCall(owner, { atMs: at, caller, dialled, phones,
    mediaAvailable: dice.chance(0.8) })
  if (ofTrace(story.trace) !== named) faults.push(`story ${ofTrace(story.trace)}`)
  if (decided(story.decision.kind, story.decision.ruleId) !== ofPlan(plan)) {
    faults.push(`decision ${JSON.stringify(story.decision)}`)
  }
  const winner = story.verdicts.filter((one) => one.verdict.verdict === 'acts')
  const first = owner.rules.toSorted((a, b) => b.priority - a.priority || a.position - b.position)
    .find((one) => ruleVerdict(one, owner, at, call).verdict === 'acts')
  if (winner.length > 1 || winner[0]?.ruleId !== first?.id) faults.push('verdicts')
  if (named !== null && named !== winner[0]?.ruleId) faults.push(`named ${named}`)
  const leg = story.legs[0]
  if (plan.kind === 'rule' && leg !== undefined && leg.startMs === 0 &&
    story.trace.filter((step) => step.step === 'ruleTaken').length === 1 &&
    leg.ruleId !== plan.rule.id) faults.push(`leg of ${leg.ruleId}`)
  if (story.cut) faults.push('the story has no end')
  return faults.map((fault) => `plan «${ofPlan(plan)}»: ${fault}`)
}

t.test('timeline, plan, call and simulator name the same rule', async (t) => {
  const thrown = dice(seed)
  const faults: string[] = []
  const kinds = new Map<string, number>()
  let cases = 0
  for (let set = 0; set < sets; set += 1) {
    const zone = thrown.one(zones)
    const at = anchor(thrown, zone)
    const owner = randomSubscriber(thrown, zone, localTimeAt(zone, at).day, at)
    for (const instant of instants(thrown, at)) {
      cases += 1
      const one = { owner, at: instant, dice: thrown }
      const caller = thrown.one(callers)
      const dialled = thrown.chance(0.7) ? personalNumber : secondNumber
      const { kind } = planCall(owner, instant, incoming({ caller, dialled }))
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      for (const fault of [...drawnDiffers(one), ...playedDiffers(one, caller, dialled)]) {
        faults.push(`set ${set}, ${zone}, ${new Date(instant).toISOString()}: ${fault}`)
      }
    }
  }
  t.strictSame(faults.slice(0, 10), [], `${faults.length} of ${cases} cases (seed ${seed})`)
  t.ok(cases >= 3000, `${cases} cases`)
  for (const kind of ['rule', 'default', 'override', 'voicemail', 'nowhere', 'refused']) {
    t.ok((kinds.get(kind) ?? 0) > 50, `${kind}: ${kinds.get(kind)} times`)
  }
})

t.test('a week of every zone, hour by hour: the lane is the plan, the judgement is the trace',
  async (t) => {
    const thrown = dice(seed + 1)
    let wrong = 0
    for (const zone of zones) {
      const start = anchor(thrown, zone) - 3 * dayMs
      const end = start + 7 * dayMs
      const owner = randomSubscriber(thrown, zone, localTimeAt(zone, start).day + 3, start)
      const { result, bars } = drawTimeline(owner, start, end)
      if (!result.every((one, i) => one.from === (result[i - 1]?.to ?? start))) wrong += 1
      if (result.at(-1)?.to !== end) wrong += 1
      for (let at = start; at < end; at += 1_800_000) {
        const lane = result.find((one) => at >= one.from && at < one.to)
        const plan = planCall(owner, at)
        if (lane === undefined || decided(lane.kind, lane.ruleId) !== ofPlan(plan)) wrong += 1
        for (const { ruleId, verdict } of judgeRules(owner, at)) {
          const drawn = bars.some((bar) => bar.ruleId === ruleId && at >= bar.from && at < bar.to)
          const inTime = !['weekday', 'date', 'hours', 'dayKind'].includes(verdict.verdict)
          if (verdict.verdict !== 'disabled' && drawn !== inTime) wrong += 1
        }
      }
    }
    t.equal(wrong, 0)
  })
