/**
 * Replies of the panel's API as plain values for tests of the panel's pure parts: a rule, a number, an
 * overview around Tuesday 18 November 2025 in Moscow.
 */
import type { NumberReply, OverviewReply, RuleReply } from '../../src/api/schema.ts'
import { addDays, startOfDay } from '../../web/zone.ts'

export const moscow = 'Europe/Moscow'
const midnight = startOfDay('2025-11-18', moscow)

/** Hours after the midnight of that Tuesday. */
export const at = (hours: number): number => midnight + hours * 3_600_000

/** A phone of a rule by its description. */
export function target(description: string, targetId = 't'): RuleReply['targets'][number] {
  return {
    targetId, address: '+79162041138', description, ringSeconds: null, delaySeconds: null,
    confirm: null, callerId: null,
  }
}

/** A rule that rings one phone at any time. */
export function ruleReply(id: string, name: string, patch: Partial<RuleReply> = {}): RuleReply {
  return {
    id, version: 1, name, enabled: true, priority: 0, position: 1, blocks: [], mode: 'parallel',
    waitSeconds: 30, targets: [target('Мобильный')], noAnswer: { action: 'hangUp' }, reaction: 'ring',
    callers: null, dialled: [], busy: null, unreachable: null, decline: 'here', record: null,
    greetingId: null, warnings: [], verdict: { verdict: 'acts' }, ...patch,
  }
}

/** One of «Мои номера». */
export function numberReply(id: string, description: string, patch: Partial<NumberReply> = {}): NumberReply {
  return {
    id, address: '+79162041138', description, usedBy: [], isDefault: false, repeated: false,
    confirm: null, callerId: null, verifiedAt: null, verification: null,
    destination: { class: 'mobile', country: 'RU', barred: null, ringsFrom: null },
    watch: { rang: 0, answered: 0, answerSeconds: null, lastAnswerAt: null, silentDays: null, deadSince: null },
    ...patch,
  }
}

/** The days of an overview, counted from that Tuesday. */
export function overviewDays(from: number, to: number): OverviewReply['days'] {
  return Array.from({ length: to - from }, (_, index) => {
    const day = from + index
    const date = addDays('2025-11-18', day)
    const weekend = [6, 0].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
    return { date, from: at(day * 24), to: at(day * 24 + 24), kind: weekend ? 'dayOff' : 'working', name: null }
  })
}
