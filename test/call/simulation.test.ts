/**
 * A thousand calls and more in virtual time: random rules with cycles, random phones, random
 * callers. Whatever happens, the call ends in bounded time and leaves nothing behind.
 */
import t from 'tap'
import type { CallCommand } from '../../src/call/events.ts'
import type { NoAnswer, Rule } from '../../src/call/rule.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { block, incoming, personalNumber, rule, subscriber, wall } from './fixtures.ts'
import type { Outcome, PhoneHabit, Story } from './simulation.ts'
import { play } from './simulation.ts'

const seeds = Number(process.env.SEEDS ?? 4000)
const numbers = [1, 2, 3, 4, 5, 6, 7].map((last) => `+7916000000${last}`)

/** mulberry32: small, even, the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Random = () => number

function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)]
  if (chosen === undefined) throw new Error('nothing to pick from')
  return chosen
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

function randomRule(random: Random, id: string, ids: readonly string[]): Rule {
  const chance = random()
  const noAnswer: NoAnswer = chance < 0.15
    ? { action: 'hangUp' }
    : chance < 0.3
      ? { action: 'voicemail' }
      : { action: 'rule', ruleId: pick(random, [...ids, ...ids, 'gone']),
        ignoreSchedule: random() < 0.5 }
  const targets = Array.from({ length: 1 + below(random, 5) }, () =>
    random() < 0.03 ? personalNumber : pick(random, numbers))
  const made = rule(id, targets, {
    enabled: random() < 0.9,
    priority: below(random, 3),
    mode: pick(random, ['parallel', 'serial']),
    waitSeconds: 5 + below(random, 116),
    blocks: random() < 0.5 ? [] : [block(pick(random,
      ['пн–пт 09:00–18:00', 'сб–вс', '22:00–06:00']))],
    noAnswer,
  })
  const ringSeconds = random() < 0.5 ? undefined : 5 + below(random, 56)
  return { ...made, targets: made.targets.map((target) => ({ ...target, ringSeconds })) }
}

function randomSubscriber(random: Random): Subscriber {
  const ids = ['A', 'B', 'C', 'D', 'E'].slice(0, below(random, 6))
  const rules = ids.map((id) => randomRule(random, id, ids))
    .toSorted((a, b) => b.priority - a.priority)
  const target = { id: 'd', address: pick(random, numbers), description: '' }
  return subscriber(rules, {
    defaultTarget: random() < 0.6 ? target : undefined,
    status: random() < 0.97 ? 'active' : 'suspended',
    balanceKopecks: random() < 0.97 ? 100 : 0,
    settings: {
      voicemail: random() < 0.5,
      voicemailAfterSeconds: pick(random, [0, 1, 25, 60, 120]),
      cycleLimitSeconds: pick(random, [10, 30, 60, 300]),
      ringSeconds: 5 + below(random, 56),
      busyMattersMore: random() < 0.5,
      declineIsRefusal: random() < 0.5,
    },
  })
}

/** Busy at once, silent, slow, quick; a sleepy one answers exactly when its time is over. */
function randomPhone(random: Random): PhoneHabit {
  const ringMs = below(random, 3000)
  switch (below(random, 9)) {
    case 0: return { fail: { afterMs: below(random, 3),
      status: pick(random, [486, 404, 503, 603]) } }
    case 1: return {}
    case 2: return { ringMs }
    case 3: return { ringMs, fail: { afterMs: ringMs + below(random, 20_000),
      status: pick(random, [486, 480, 408, 603, 302]) } }
    case 4: return { answerMs: below(random, 2), hangUpMs: below(random, 60_000), crosses: true }
    case 5: return { ringMs, earlyMediaMs: ringMs + 5, answerMs: 5000 * below(random, 25),
      hangUpMs: 60_000, crosses: random() < 0.5 }
    case 6: return { earlyMediaMs: 40, fail: { afterMs: 4000, status: 480 } }
    case 7: return { ringMs, answerMs: ringMs + below(random, 90_000),
      hangUpMs: below(random, 100_000) }
    default: return { ringMs: 1, fail: { afterMs: 2, status: 486 } }
  }
}

function randomStory(random: Random): Story {
  const phones = new Map<string, PhoneHabit>()
  const story: Story = {
    incoming: incoming({ hasOffer: random() < 0.95 }),
    subscriber: randomSubscriber(random),
    wallMs: wall('2025-11-17 00:00') + below(random, 7 * 1440) * 60_000,
    phone: (address, nth) => {
      const key = `${address}/${nth % 3}`
      const habit = phones.get(key) ?? randomPhone(random)
      phones.set(key, habit)
      return habit
    },
    callerLost: random() < 0.1,
    connectMs: pick(random, [0, 1, 30, 30, 30, 60_000]),
    callerHangsUpAfterMs: below(random, 100_000),
    staleTimers: random() < 0.2,
  }
  return {
    ...story,
    ...(random() < 0.4 ? { cancelAtMs: pick(random, [0, 1, 5, 50, 500, 5000, 25_000, 60_000]) }
      : {}),
    ...(random() < 0.05 ? { shutdownAtMs: below(random, 90_000) } : {}),
    ...(random() < 0.4 ? { voicemailTakesMs: pick(random, [0, 20, 30_000]) } : {}),
  }
}

const answeredBy = (name: CallCommand['do'], outcome: Outcome) =>
  outcome.log.find(({ command }) => command.do === name)

/** What must hold for every call, beyond what the simulation checks at each step. */
function faultsOf(outcome: Outcome, story: Story): string[] {
  const faults = [...outcome.faults]
  const decided = answeredBy('answerCaller', outcome) ?? answeredBy('takeVoicemail', outcome) ??
    answeredBy('closeRecord', outcome)
  if (decided === undefined || decided.at > 180_000) faults.push('nobody decided within 180 s')
  const transitions = outcome.record.trace
    .filter((step) => step.step === 'ruleTaken' && step.via !== 'schedule').length
  if (transitions > 10) faults.push(`${transitions} transitions`)
  const started = new Map<string, number>()
  for (const step of outcome.record.trace) {
    if (step.step !== 'ruleTaken') continue
    const before = started.get(step.ruleId)
    if (before !== undefined && step.atMs - before < 2000) {
      faults.push(`rule ${step.ruleId} again after ${step.atMs - before} ms`)
    }
    started.set(step.ruleId, step.atMs)
  }
  if (outcome.record.legs.some((leg) => leg.address === personalNumber)) faults.push('rang itself')
  const earlyMedia = outcome.log.filter(({ command }) => command.do === 'passEarlyMedia').length
  if (earlyMedia > 0 && !story.incoming.hasOffer) faults.push('early media without an offer')
  const elsewhere = outcome.log.some(({ command }) => command.do === 'dropLeg' && command.elsewhere)
  if (elsewhere && answeredBy('answerCaller',
    outcome) === undefined) faults.push('elsewhere: nobody')
  const { answeredAt, outcome: result } = outcome.record
  if (result === 'answered' && answeredAt === undefined) faults.push('answered without a time')
  return faults
}

t.test(`${seeds} seeds`, async (t) => {
  const ends = new Map<string, number>()
  for (let seed = 1; seed <= seeds; seed += 1) {
    const story = randomStory(randomFrom(seed))
    const outcome = play(story)
    const faults = faultsOf(outcome, story)
    if (faults.length > 0) t.fail(`seed ${seed}`,
      { faults, lines: outcome.lines, trace: outcome.record.trace })
    const end = `${outcome.record.outcome} ${outcome.record.status}`
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  // The stories are worth something only if every kind of end comes up.
  for (const end of [
    'answered 200', 'missed 480', 'missed 486', 'abandoned 487', 'voicemail 200', 'refused 480',
    'interrupted 503', 'interrupted 500',
  ]) t.ok((ends.get(end) ?? 0) > 0, `${end}: ${ends.get(end) ?? 0}`)
})
