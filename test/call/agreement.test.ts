/**
 * One engine (issue «panel» §4.2): for random sets of rules, zones and callers, at the instants
 * that hurt (clocks that are changed, midnights, the turn of the year, edges of windows) the
 * timeline, the plan, the call that is really started and the simulator name the same rule.
 */
import t from 'tap'
import type { DayKind } from '../../src/call/calendar.ts'
import type { CallerCondition } from '../../src/call/caller-list.ts'
import type { Caller } from '../../src/call/events.ts'
import { startCall } from '../../src/call/machine.ts'
import type { Plan } from '../../src/call/plan.ts'
import { judgeRules, planCall, ruleVerdict } from '../../src/call/plan.ts'
import type { TraceStep } from '../../src/call/record.ts'
import type { Hours, NoAnswer, Rule, ScheduleBlock, Weekday } from '../../src/call/rule.ts'
import { simulateCall } from '../../src/call/simulate.ts'
import type { PhoneDoes } from '../../src/call/simulate.ts'
import type { Override, Subscriber } from '../../src/call/subscriber.ts'
import { drawTimeline } from '../../src/call/timeline.ts'
import { dateOfDay, localTimeAt, startOfDay, zoneSegments } from '../../src/call/zone.ts'
import { incoming, personalNumber, rule, subscriber } from './fixtures.ts'

const seed = 20_251_117
const sets = 2000
const instantsOfSet = 6
const dayMs = 86_400_000
const secondNumber = '+78121234567'

const zones = ['Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'America/Santiago',
  'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Auckland', 'Atlantic/Azores']

const callers: readonly Caller[] = [
  '+74951112233', '+79161112233', '84951112233', '900', 'anna', '',
].map((number) => ({ number, name: '', anonymous: number === '' }))

/** In no list, meets no mask, to be seen: the one the timeline thinks of. */
const ordinary: Caller = { number: '+33612345678', name: '', anonymous: false }

const does: readonly PhoneDoes[] = ['silent', 'busy', 'declines', 'unreachable', 'answers']

/** Mulberry32: the same numbers on every machine. */
function dice(start: number) {
  let state = start
  const next = (): number => {
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(next() * count)
  const chance = (part: number): boolean => next() < part
  const one = <T>(of: readonly T[]): T => {
    const chosen = of[below(of.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }
  const some = <T>(of: readonly T[]): T[] => of.filter(() => chance(0.4))
  return { below, chance, one, some }
}
type Dice = ReturnType<typeof dice>

const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]
const dayKinds: readonly DayKind[] = ['working', 'short', 'dayOff', 'holiday']
const minutes = [0, 1, 30, 60, 90, 119, 120, 150, 180, 360, 540, 720, 1080, 1320, 1439, 1440]

function randomHours(dice: Dice): Hours {
  return { from: Math.min(1439, dice.one(minutes)), to: dice.one(minutes) }
}

function randomBlock(dice: Dice, day: number): ScheduleBlock {
  const from = dateOfDay(day + dice.below(5) - 3)
  const to = dateOfDay(day + dice.below(5))
  return {
    weekdays: dice.chance(0.4) ? dice.some(weekdays) : [],
    dates: dice.chance(0.3) ? [{
      from: dice.chance(0.8) ? from : undefined, to: dice.chance(0.8) ? to : undefined,
    }] : [],
    hours: dice.chance(0.7)
      ? Array.from({ length: 1 + dice.below(2) }, () => randomHours(dice)) : [],
    ...dice.chance(0.3) ? { dayKinds: dice.some(dayKinds) } : {},
  }
}

function randomCondition(dice: Dice, unknown: boolean): CallerCondition {
  return {
    lists: dice.some(['friends', 'blocked', 'gone']), masks: dice.some(['+7495*', '900', 'anna']),
    anonymous: dice.chance(0.3), unknown: unknown && dice.chance(0.3), except: dice.chance(0.4),
  }
}

function randomNoAnswer(dice: Dice): NoAnswer {
  if (dice.chance(0.4)) return { action: 'hangUp' }
  if (dice.chance(0.3)) return { action: 'voicemail' }
  return { action: 'rule', ruleId: `r${dice.below(6)}`, ignoreSchedule: dice.chance(0.5) }
}

function randomRule(dice: Dice, id: string, day: number, unknown: boolean): Rule {
  const numbers = ['+74950000001', '+74950000002', '+79160000003', personalNumber]
  return rule(id, dice.some(numbers), {
    enabled: dice.chance(0.85),
    priority: dice.below(4),
    blocks: Array.from({ length: dice.below(3) }, () => randomBlock(dice, day)),
    mode: dice.chance(0.5) ? 'parallel' : 'serial',
    waitSeconds: 5 + dice.below(30),
    noAnswer: randomNoAnswer(dice),
    ...dice.chance(0.35) ? { callers: randomCondition(dice, unknown) } : {},
    ...dice.chance(0.2) ? { dialled: dice.some([personalNumber, secondNumber]) } : {},
    ...dice.chance(0.25) ? { reaction: dice.one(['ring', 'voicemail', 'refuse']) } : {},
  })
}

/** A subscriber whose rules have something to say about the days around `day`. */
function randomSubscriber(dice: Dice, zone: string, day: number, around: number): Subscriber {
  const unknown = dice.chance(0.5)
  const rules = Array.from({ length: dice.below(7) }, (_, i) =>
    randomRule(dice, `r${i}`, day, unknown))
  const days: Record<string, DayKind> = {}
  for (let i = -3; i < 4; i += 1) {
    if (dice.chance(0.3)) days[dateOfDay(day + i)] = dice.one(dayKinds)
  }
  return subscriber(rules, {
    zone, calendar: { days },
    ...dice.chance(0.5) ? { defaultTarget: { id: 'd', address: '+74950000009', description: '' } }
      : {},
    ...dice.chance(0.3) ? { override: randomOverride(dice, around) } : {},
    callerLists: [{ id: 'friends', name: '', entries: dice.some(['+7916*', 'anonymous', 'anna']) },
      { id: 'blocked', name: '', entries: dice.chance(0.3) ? ['900', '+7495*'] : [] }],
    settings: { voicemail: dice.chance(0.5), voicemailAfterSeconds: dice.below(40) },
  })
}

function randomOverride(dice: Dice, around: number): Override {
  const untilMs = dice.chance(0.7) ? around + dice.below(3) * 3_600_000 : undefined
  const since = dice.chance(0.5) ? { sinceMs: around - dice.below(3) * 3_600_000 } : {}
  const target = { id: 'o', address: '+74950000008', description: '' }
  const action = dice.one(['ring', 'voicemail', 'refuse'] as const)
  return action === 'ring' ? { ...since, untilMs, action, target } : { ...since, untilMs, action }
}

/** An instant that hurts: a changed clock, a midnight, the turn of a year; or any at all. */
function anchor(dice: Dice, zone: string): number {
  const year = 2024 + dice.below(4)
  const start = Date.UTC(year, 0, 1)
  const changes = zoneSegments(zone, start, Date.UTC(year + 1, 0, 1)).slice(1)
  if (changes.length > 0 && dice.chance(0.5)) return dice.one(changes).from
  const { day } = localTimeAt(zone, start + dice.below(365) * dayMs)
  const newYear = localTimeAt(zone, start + dayMs).day - 1
  return dice.chance(0.3) ? startOfDay(zone, newYear) : startOfDay(zone, day)
}

/** Around the anchor, with the very edge and its neighbours among them. */
function instants(dice: Dice, at: number): number[] {
  const near = [at, at - 1, at + 1, at - 60_000]
  return Array.from({ length: instantsOfSet }, () => dice.chance(0.3)
    ? dice.one(near)
    : at + (dice.below(40 * 60) - 20 * 60) * 60_000 + dice.one([0, 0, 1, -1, 30_000]))
}

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

/** The rule a trace names as the first that was taken. */
function ofTrace(trace: readonly TraceStep[]): string | null {
  const taken = trace.find((step) => step.step === 'ruleTaken' && step.via === 'schedule')
  return taken?.step === 'ruleTaken' ? taken.ruleId : null
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
