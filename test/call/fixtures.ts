/**
 * Subscribers, rules and calls for the tests of `call`, said as briefly as a person would.
 */
import type { IncomingCall } from '../../src/call/events.ts'
import type { DateRange, Hours, NoAnswer, Rule, ScheduleBlock,
  Weekday } from '../../src/call/rule.ts'
import type { CallSettings, Subscriber } from '../../src/call/subscriber.ts'
import { defaultMedia } from '../../src/call/subscriber.ts'

export const personalNumber = '+74996740782'
export const callerNumber = '+79161112233'

export const settings: CallSettings = {
  voicemail: false,
  voicemailAfterSeconds: 25,
  recordCalls: false,
  cycleLimitSeconds: 60,
  ringSeconds: 25,
  busyMattersMore: false,
  declineIsRefusal: false,
}

/** An enabled parallel rule «id» without limits that rings `numbers` for 30 s and hangs up. */
export function rule(id: string, numbers: readonly string[] = ['+79160000001'],
  rest: Partial<Rule> = {}): Rule {
  return {
    id,
    name: id,
    enabled: true,
    priority: 0,
    position: 1,
    blocks: [],
    mode: 'parallel',
    waitSeconds: 30,
    targets: numbers.map((address, index) => ({
      id: `${id}${index + 1}`, address, description: '', ringSeconds: undefined,
    })),
    noAnswer: { action: 'hangUp' },
    ...rest,
  }
}

/** Rules get their place in the list from their place in the array. */
export function subscriber(
  rules: readonly Rule[],
  rest: Partial<Omit<Subscriber, 'settings'>> & { settings?: Partial<CallSettings> } = {},
): Subscriber {
  return {
    id: 's1',
    name: 'Михаил Миронов',
    number: personalNumber,
    zone: 'Europe/Moscow',
    status: 'active',
    balanceKopecks: 38_000,
    maxCalls: 3,
    defaultTarget: undefined,
    // Round figures for the stories: a question takes ten seconds.
    media: { ...defaultMedia, confirmSeconds: 10 },
    ...rest,
    rules: rules.map((one, index) => ({ ...one, position: index + 1 })),
    settings: { ...settings, ...rest.settings },
  }
}

export function incoming(rest: Partial<IncomingCall> = {}): IncomingCall {
  return {
    id: '0190a0b0c0d0e0f00102030405060708',
    sipCallId: 'a84b4c76e66710@pc33',
    caller: { number: callerNumber, name: 'Анна', anonymous: false },
    dialled: personalNumber,
    trunkId: 't1',
    maxForwards: 70,
    diverted: [],
    hasOffer: true,
    ...rest,
  }
}

export function next(ruleId: string, ignoreSchedule = false): NoAnswer {
  return { action: 'rule', ruleId, ignoreSchedule }
}

const dayNames = ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс']

/**
 * A block as people say it: weekdays 'пн–пт' or 'пт', dates '2025-11-12…2025-11-23' (either end may
 * be missing), hours '22:00–06:00', in any order and number.
 */
export function block(text: string): ScheduleBlock {
  const weekdays: Weekday[] = []
  const dates: DateRange[] = []
  const hours: Hours[] = []
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (word.includes('…')) {
      const [from, to] = word.split('…')
      dates.push({ from: from || undefined, to: to || undefined })
    } else if (word.includes(':')) {
      const [from, to] = word.split('–')
      hours.push({ from: minuteOf(from), to: minuteOf(to) })
    } else {
      const [from, to = from] = word.split('–')
      const last = dayNames.indexOf(to ?? '')
      for (let day = dayNames.indexOf(from ?? ''); day <= last; day += 1) {
        weekdays.push((day + 1) as Weekday)
      }
    }
  }
  return { weekdays, dates, hours }
}

function minuteOf(text = ''): number {
  const [hour, minute] = text.split(':')
  return Number(hour) * 60 + Number(minute)
}

/** The first instant at which the wall in `zone` shows 'YYYY-MM-DD HH:MM'. */
export function wall(text: string, zone = 'Europe/Moscow'): number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone, dateStyle: 'short', timeStyle: 'short',
  })
  const guess = Date.parse(`${text.replace(' ', 'T')}:00Z`)
  for (let at = guess - 15 * 3_600_000; at <= guess + 15 * 3_600_000; at += 1_800_000) {
    if (format.format(at) === text) return at
  }
  // Not on the half hour, or skipped: look again minute by minute.
  for (let at = guess - 15 * 3_600_000; at <= guess + 15 * 3_600_000; at += 60_000) {
    if (format.format(at) === text) return at
  }
  throw new Error(`no ${text} in ${zone}`)
}
