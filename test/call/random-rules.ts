/**
 * Random subscribers with rules, callers and instants that hurt, for the tests that compare all who
 * say which rule takes a call. The same dice give the same stories on every machine.
 */
import type { DayKind } from '../../src/call/calendar.ts'
import type { CallerCondition } from '../../src/call/caller-list.ts'
import type { Caller } from '../../src/call/events.ts'
import type { TraceStep } from '../../src/call/record.ts'
import type { Hours, NoAnswer, Rule, ScheduleBlock, Weekday } from '../../src/call/rule.ts'
import type { Override, Subscriber } from '../../src/call/subscriber.ts'
import { dateOfDay, localTimeAt, startOfDay, zoneSegments } from '../../src/call/zone.ts'
import { personalNumber, rule, subscriber } from './fixtures.ts'

const instantsOfSet = 6
export const dayMs = 86_400_000
export const secondNumber = '+78121234567'

export const zones = ['Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'America/Santiago',
  'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Auckland', 'Atlantic/Azores']

export const callers: readonly Caller[] = [
  '+74951112233', '+79161112233', '84951112233', '900', 'anna', '',
].map((number) => ({ number, name: '', anonymous: number === '' }))

/** In no list, meets no mask, to be seen: the one the timeline thinks of. */
export const ordinary: Caller = { number: '+33612345678', name: '', anonymous: false }

/** Mulberry32: the same numbers on every machine. */
export function dice(start: number) {
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
export type Dice = ReturnType<typeof dice>

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
export function randomSubscriber(dice: Dice, zone: string, day: number, around: number): Subscriber {
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
export function anchor(dice: Dice, zone: string): number {
  const year = 2024 + dice.below(4)
  const start = Date.UTC(year, 0, 1)
  const changes = zoneSegments(zone, start, Date.UTC(year + 1, 0, 1)).slice(1)
  if (changes.length > 0 && dice.chance(0.5)) return dice.one(changes).from
  const { day } = localTimeAt(zone, start + dice.below(365) * dayMs)
  const newYear = localTimeAt(zone, start + dayMs).day - 1
  return dice.chance(0.3) ? startOfDay(zone, newYear) : startOfDay(zone, day)
}

/** Around the anchor, with the very edge and its neighbours among them. */
export function instants(dice: Dice, at: number): number[] {
  const near = [at, at - 1, at + 1, at - 60_000]
  return Array.from({ length: instantsOfSet }, () => dice.chance(0.3)
    ? dice.one(near)
    : at + (dice.below(40 * 60) - 20 * 60) * 60_000 + dice.one([0, 0, 1, -1, 30_000]))
}

/** The rule a trace names as the first that was taken. */
export function ofTrace(trace: readonly TraceStep[]): string | null {
  const taken = trace.find((step) => step.step === 'ruleTaken' && step.via === 'schedule')
  return taken?.step === 'ruleTaken' ? taken.ruleId : null
}
