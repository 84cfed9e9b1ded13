/**
 * Random stories of calls from a seed: rules with circles and delays, wishes for media, phones and
 * callers of every habit, media that dies. Probabilities are such that every kind of end comes up.
 */
import type { LegPrice } from '../../src/call/call-state.ts'
import type { ConfirmChoice } from '../../src/call/record.ts'
import type { NoAnswer, Rule, RuleTarget } from '../../src/call/rule.ts'
import type { MediaSettings, Override, Subscriber } from '../../src/call/subscriber.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'
import {
  block, callerNumber, incoming, personalNumber, rule, subscriber, wall,
} from './fixtures.ts'
import type { PhoneHabit, Story } from './story.ts'

/** Some are mobiles, where people are asked to press a key. */
const numbers = ['+79160000001', '+79160000002', '+79160000003', '+74951230004', '+74951230005',
  '+74951230006', '+74951230007']
const monday = wall('2025-11-17 00:00')

/** mulberry32: small, even, the same everywhere. */
export function randomFrom(seed: number): () => number {
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

function randomAction(random: Random, ids: readonly string[]): NoAnswer {
  const chance = random()
  if (chance < 0.15) return { action: 'hangUp' }
  if (chance < 0.3) return { action: 'voicemail' }
  return { action: 'rule', ruleId: pick(random, [...ids, ...ids, 'gone']),
    ignoreSchedule: random() < 0.5 }
}

function randomTarget(random: Random, address: string, index: number): RuleTarget {
  return {
    id: String(index), address, description: '',
    ringSeconds: random() < 0.5 ? undefined : 5 + below(random, 56),
    ...(random() < 0.3 ? { delaySeconds: below(random, 40) } : {}),
    ...(random() < 0.2 ? { confirm: random() < 0.5 } : {}),
    ...(random() < 0.2 ? { callerId: 'personal' } : {}),
  }
}

function randomRule(random: Random, id: string, ids: readonly string[]): Rule {
  const targets = Array.from({ length: 1 + below(random, 5) }, (_, index) => randomTarget(random,
    random() < 0.03 ? personalNumber : pick(random, numbers), index))
  return rule(id, [], {
    targets,
    enabled: random() < 0.9,
    priority: below(random, 3),
    mode: pick(random, ['parallel', 'serial']),
    waitSeconds: 5 + below(random, 116),
    blocks: random() < 0.5 ? [] : [block(pick(random,
      ['пн–пт 09:00–18:00', 'сб–вс', '22:00–06:00']))],
    noAnswer: randomAction(random, ids),
    ...(random() < 0.2 ? { busy: randomAction(random, ids) } : {}),
    ...(random() < 0.2 ? { unreachable: randomAction(random, ids) } : {}),
    ...(random() < 0.2 ? { decline: 'everywhere' } : {}),
    ...(random() < 0.2 ? { record: random() < 0.5 } : {}),
    ...(random() < 0.1 ? { greetingFile: 'greeting.wav' } : {}),
    ...(random() < 0.07 ? { reaction: pick(random, ['voicemail', 'refuse']) } : {}),
    ...(random() < 0.1 ? { callers: { lists: [], masks: ['+7916*'], anonymous: true,
      unknown: false, except: random() < 0.3 } } : {}),
  })
}

function randomMedia(random: Random): MediaSettings {
  return {
    ...defaultMedia,
    recordConsent: random() < 0.7,
    recordPolicy: pick(random, ['ifPossible', 'ifPossible', 'required']),
    ringback: pick(random, ['network', 'network', 'operator', 'music']),
    confirmMobiles: random() < 0.8,
    confirmSeconds: 5 + below(random, 26),
    mailboxOpen: true,
    ...(random() < 0.5 ? { musicFile: 'music.wav' } : {}),
  }
}

function randomOverride(random: Random): Override {
  const untilMs = random() < 0.5 ? undefined : monday + below(random, 7 * 86_400_000)
  const action = pick(random, ['ring', 'voicemail', 'refuse'] as const)
  const target = { id: 'o', address: pick(random, numbers), description: '' }
  return action === 'ring' ? { action, target, untilMs } : { action, untilMs }
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
      recordCalls: random() < 0.3,
      ringSeconds: 5 + below(random, 56),
      busyMattersMore: random() < 0.5,
      declineIsRefusal: random() < 0.5,
    },
    ...(random() < 0.8 ? { media: randomMedia(random) } : {}),
    ...(random() < 0.05 ? { override: randomOverride(random) } : {}),
    ...(random() < 0.05 ? { ownNumbers: [callerNumber] } : {}),
    ...(random() < 0.1 ? { callerLists: [{ id: 'blocked', name: '',
      entries: pick(random, [['anonymous'], ['+7916*'], ['+7495*']]) }] } : {}),
  })
}

function randomChoice(random: Random): ConfirmChoice {
  return pick(random, ['accept', 'accept', 'accept', 'decline', 'voicemail', 'nobody', 'failed'])
}

/** How a phone is with questions, and media with it. */
function withManners(random: Random, phone: PhoneHabit): PhoneHabit {
  return {
    ...phone,
    ...(random() < 0.7 ? { presses: { afterMs: below(random, 20_000),
      choice: randomChoice(random) } } : {}),
    ...(random() < 0.2 ? { leavesQuestionMs: below(random, 12_000) } : {}),
    ...(random() < 0.15 ? { mediaFails: { afterMs: pick(random, [0, 20, 5000]),
      dialled: random() < 0.5 } } : {}),
  }
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

/** Most numbers cost something, some cannot be paid. */
function randomPrices(random: Random): (address: string) => LegPrice {
  const prices = new Map(numbers.map((number) => [number, pick<LegPrice>(random,
    ['free', 'charged', 'charged', 'short', 'noRate', 'noMoney'])]))
  return (address) => prices.get(address) ?? 'free'
}

function randomCharge(random: Random): NonNullable<Story['charge']> {
  const afterMs = pick(random, [0, 1, 30, 3000])
  const chance = random()
  if (chance < 0.4) return { afterMs }
  return { afterMs, refused: chance < 0.8 ? 'noMoney' : 'databaseDown' }
}

export function randomStory(random: Random): Story {
  const phones = new Map<string, PhoneHabit>()
  const story: Story = {
    incoming: incoming({
      hasOffer: random() < 0.95,
      ...(random() < 0.1 ? { caller: { number: '', name: '', anonymous: true } } : {}),
    }),
    subscriber: randomSubscriber(random),
    options: {
      mediaAvailable: random() < 0.7, callerHearsEarlyMedia: random() < 0.5,
      ...(random() < 0.5 ? { priceOf: randomPrices(random) } : {}),
    },
    wallMs: monday + below(random, 7 * 1440) * 60_000,
    phone: (address, nth) => {
      const key = `${address}/${nth % 3}`
      const habit = phones.get(key) ?? withManners(random, randomPhone(random))
      phones.set(key, habit)
      return habit
    },
    callerLost: random() < 0.1,
    connectMs: pick(random, [0, 1, 30, 30, 30, 60_000]),
    callerHangsUpAfterMs: below(random, 100_000),
    staleTimers: random() < 0.2,
    messageKept: random() < 0.7,
    voicemailEndsItself: random() < 0.5,
    recordingRuns: random() < 0.8,
  }
  return {
    ...story,
    ...(random() < 0.4 ? { cancelAtMs: pick(random, [0, 1, 5, 50, 500, 5000, 25_000, 60_000]) }
      : {}),
    ...(random() < 0.1 ? { mediaLostAtMs: below(random, 90_000) } : {}),
    ...(random() < 0.7 ? { announceMs: below(random, 8000) } : {}),
    ...(random() < 0.05 ? { shutdownAtMs: below(random, 90_000) } : {}),
    ...(random() < 0.4 ? { voicemailTakesMs: pick(random, [0, 20, 30_000]) } : {}),
    ...(random() < 0.3 ? { charge: randomCharge(random) } : {}),
    ...(random() < 0.3 ? { cutOff: { atMs: below(random, 90_000), paidMs: below(random, 90_000) } }
      : {}),
    ...(random() < 0.2 ? { warnAtMs: below(random, 90_000) } : {}),
    ...(random() < 0.3 ? { orders: randomOrders(random), maskFails: random() < 0.2 } : {}),
  }
}

/** At any time, and where sleepy phones answer and limits end. */
function randomOrders(random: Random): NonNullable<Story['orders']> {
  return Array.from({ length: 1 + below(random, 3) }, () => ({
    atMs: random() < 0.5 ? 5000 * below(random, 13) : below(random, 60_000),
    kind: pick(random, ['toVoicemail', 'toVoicemail', 'pauseRecording', 'resumeRecording', 'end']),
  }))
}
