/**
 * The rule editor's form: what the fields hold, how a stored rule becomes fields and fields become a
 * request, and what is wrong with them. Pure. Texts of time fields are kept as typed until saved.
 */
import type { RuleReply, RuleRequest } from '../src/api/schema.ts'
import { fieldsOf, hoursErrors, toBlocks } from './hours-form.ts'
import type { HoursForm } from './hours-form.ts'
import { t } from './text.ts'

export interface FormTarget {
  readonly targetId: string
  /** As typed; '' is the subscriber's setting. */
  readonly ringSeconds: string
}

export interface RuleForm {
  readonly name: string
  readonly enabled: boolean
  readonly priority: string
  readonly mode: 'parallel' | 'serial'
  readonly waitSeconds: string
  readonly targets: readonly FormTarget[]
  readonly hours: HoursForm
  readonly action: 'hangUp' | 'voicemail' | 'rule'
  /** The chained rule; kept while another action is chosen, so that switching loses nothing. */
  readonly nextRuleId: string
  readonly ignoreSchedule: boolean
}

/** Faults by field: name, targets, hours, wait, priority, rule, `ring:N` for the Nth number. */
export type Faults = Readonly<Record<string, string>>

export const defaultWaitSeconds = 30
export const maxTargets = 5

/** An empty form: always, at once, 30 seconds, then hang up. */
export function newRule(): RuleForm {
  return {
    name: '', enabled: true, priority: '0', mode: 'parallel',
    waitSeconds: String(defaultWaitSeconds), targets: [], hours: fieldsOf([]),
    action: 'hangUp', nextRuleId: '', ignoreSchedule: false,
  }
}

/** The fields of a stored rule. */
export function formOf(rule: RuleReply): RuleForm {
  const next = rule.noAnswer
  return {
    name: rule.name, enabled: rule.enabled, priority: String(rule.priority), mode: rule.mode,
    waitSeconds: String(rule.waitSeconds),
    targets: rule.targets.map(({ targetId, ringSeconds }) =>
      ({ targetId, ringSeconds: ringSeconds === null ? '' : String(ringSeconds) })),
    hours: fieldsOf(rule.blocks as RuleRequest['blocks']),
    action: next.action,
    nextRuleId: next.action === 'rule' ? next.ruleId : '',
    ignoreSchedule: next.action === 'rule' && next.ignoreSchedule,
  }
}

/** A whole number within bounds, or undefined. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

/** What must be corrected before saving; empty when nothing. */
export function faultsOf(form: RuleForm): Faults {
  const faults: Record<string, string> = {}
  if (form.name.trim() === '') faults['name'] = t('editor.errName')
  else if ([...form.name.trim()].length > 64) faults['name'] = t('editor.errLong')
  if (form.targets.length === 0) faults['targets'] = t('editor.errTargets')
  const hours = hoursErrors(form.hours)
  if (hours !== undefined) faults['hours'] = hours
  if (form.mode === 'parallel' && wholeNumber(form.waitSeconds, 5, 120) === undefined) {
    faults['wait'] = t('editor.errWait')
  }
  if (wholeNumber(form.priority, 0, 100) === undefined) faults['priority'] = t('editor.errPriority')
  if (form.action === 'rule' && form.nextRuleId === '') faults['rule'] = t('editor.errRule')
  form.targets.forEach((target, at) => {
    if (target.ringSeconds !== '' && wholeNumber(target.ringSeconds, 5, 60) === undefined) {
      faults[`ring:${at}`] = t('editor.errRing')
    }
  })
  return faults
}

/** The request of a form without faults; numbers that cannot be read fall back to the defaults. */
export function requestOf(form: RuleForm, version?: number): RuleRequest {
  return {
    ...(version === undefined ? {} : { version }),
    name: form.name.trim(), enabled: form.enabled,
    priority: wholeNumber(form.priority, 0, 100) ?? 0,
    blocks: toBlocks(form.hours), mode: form.mode,
    waitSeconds: wholeNumber(form.waitSeconds, 5, 120) ?? defaultWaitSeconds,
    targets: form.targets.map(({ targetId, ringSeconds }) =>
      ({ targetId, ringSeconds: wholeNumber(ringSeconds, 5, 60) ?? null })),
    noAnswer: form.action === 'rule'
      ? { action: 'rule', ruleId: form.nextRuleId, ignoreSchedule: form.ignoreSchedule }
      : { action: form.action },
  }
}

/** The request that would store a rule again as it is: for undo. */
export function requestOfReply(rule: RuleReply): RuleRequest {
  return requestOf(formOf(rule))
}

/** Whether a rule holds something the five questions of the quick mode do not show. */
export function needsAdvanced(form: RuleForm): boolean {
  return form.hours.kind !== 'same' || form.hours.same.ranges.length > 1
    || wholeNumber(form.priority, 0, 100) !== 0
    || form.waitSeconds !== String(defaultWaitSeconds)
    || form.ignoreSchedule || form.targets.some((target) => target.ringSeconds !== '')
}

/** A list with one element moved by `step` places; the same list when it would leave it. */
export function moved<T>(items: readonly T[], at: number, step: number): readonly T[] {
  const to = at + step
  const item = items[at]
  if (item === undefined || to < 0 || to >= items.length) return items
  const rest = items.filter((_, index) => index !== at)
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}
