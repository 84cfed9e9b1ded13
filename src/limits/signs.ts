/**
 * Signs of fraud in calls that are over: a day with many times the usual calls, talks abroad by
 * night, phones that answer like machines, a caller who goes through number after number. Facts in,
 * troubles out; what is looked at when, and what becomes of it, is the store's business.
 */
import { isAbroad } from './destination.ts'
import type { Destination } from './destination.ts'
import type { FraudSign } from './fraud-sign.ts'

/** An answered leg of a call that is over. */
export interface EndedTalk {
  readonly subscriberId: string
  readonly address: string
  readonly destination: Destination
  /** From its dialling to the answer. */
  readonly answerMs: number
  readonly talkMs: number
  /** Local minute of the day at which it began, in the subscriber's zone. */
  readonly localMinute: number
}

/** A call that is over, answered or not. */
export interface EndedCall {
  /** '' = withheld. */
  readonly caller: string
  readonly dialled: string
}

/** From midnight to six. */
const nightEndsMinute = 360
/** Nobody takes a telephone out of his pocket so fast. */
const machineAnswerMs = 2000
const leastMachineAnswers = 5
/** Fewer calls a day than this are no pumping, however few there were before. */
const leastVelocityCalls = 20
const velocityFactor = 5
/** A caller who knows so many of our subscribers within some minutes dials through a list. */
const leastNumbers = 8

/** Talks abroad that began by night, by subscriber and country: rare enough to be looked at. */
export function nightAbroad(talks: readonly EndedTalk[]): FraudSign[] {
  const groups = grouped(talks.filter(({ localMinute, destination }) =>
    localMinute < nightEndsMinute && isAbroad(destination)),
  ({ subscriberId, destination }) => `${subscriberId}:${destination.country}`)
  return groups.map((group) => {
    const { subscriberId, destination: { country }, address } = group[0]
    return {
      fault: 'nightAbroad', subscriberId, key: country,
      facts: { calls: group.length, country, address },
    }
  })
}

/** Phones that answer within two seconds and talk to the second equally long. */
export function machineAnswers(talks: readonly EndedTalk[]): FraudSign[] {
  const quick = talks.filter(({ answerMs }) => answerMs < machineAnswerMs)
  const groups = grouped(quick, ({ subscriberId, address, talkMs }) =>
    `${subscriberId} ${address} ${Math.round(talkMs / 1000)}`)
  return groups.filter(({ length }) => length >= leastMachineAnswers).map((group) => {
    const { subscriberId, address, talkMs } = group[0]
    return {
      fault: 'machineAnswers', subscriberId, key: address,
      facts: { calls: group.length, seconds: Math.round(talkMs / 1000), address },
    }
  })
}

/** Callers who went through many personal numbers. */
export function manyNumbers(calls: readonly EndedCall[]): FraudSign[] {
  const numbers = new Map<string, Set<string>>()
  for (const { caller, dialled } of calls) {
    if (caller === '') continue
    const known = numbers.get(caller)
    if (known === undefined) numbers.set(caller, new Set([dialled]))
    else known.add(dialled)
  }
  return [...numbers].filter(([, dialled]) => dialled.size >= leastNumbers)
    .map(([caller, dialled]) => ({
      fault: 'manyNumbers', subscriberId: undefined, key: caller,
      facts: { caller, numbers: dialled.size },
    }))
}

/**
 * Whether today's forwarded calls are many times those of an ordinary day. `before`: calls of each
 * of the 14 days before, those without any as 0, so that a quiet number is measured as one.
 */
export function velocity(
  subscriberId: string, today: number, before: readonly number[],
): FraudSign | undefined {
  const median = medianOf(before)
  // A number without any past has nothing to be compared with but the least.
  if (today < leastVelocityCalls || today <= median * velocityFactor) return undefined
  return { fault: 'velocity', subscriberId, key: '', facts: { calls: today, median } }
}

/** The middle of the sorted values, of two middles their mean; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const above = sorted[Math.floor(sorted.length / 2)] ?? 0
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0
  return (above + below) / 2
}

type Group<T> = [T, ...T[]]

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Group<T>[] {
  const groups = new Map<string, Group<T>>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}
