/**
 * The rule editor's form: what the fields hold, how a stored rule becomes fields and fields become
 * a request. Pure and without words: what is wrong is told by `rule-faults.ts`. Texts of number
 * and time fields are kept as typed until saved.
 */
import type { RuleReply, RuleRequest } from '../src/api/schema.ts'
import { anyTime, everyDay, fieldsOf, parseTime, toBlocks, typedTime } from './hours-form.ts'
import type { HoursForm } from './hours-form.ts'

export interface FormTarget {
  readonly targetId: string
  /** As typed; '' is the subscriber's setting. */
  readonly ringSeconds: string
  /** As typed; '' is at once. */
  readonly delaySeconds: string
  /** «Нажать 1» in this rule; null is as the number has it. */
  readonly confirm: boolean | null
  readonly callerId: 'caller' | 'personal' | null
}

export type ActionName = 'hangUp' | 'voicemail' | 'rule'
/** Where a call goes on. The rule is kept while another action is chosen: nothing is lost. */
export interface NextForm {
  readonly action: ActionName
  readonly nextRuleId: string
  readonly ignoreSchedule: boolean
}
/** A separate action for busy or unreachable phones; '' is none: as if nobody answered. */
export interface BranchForm {
  readonly action: ActionName | ''
  readonly nextRuleId: string
  readonly ignoreSchedule: boolean
}

export interface CallersForm {
  /** Everybody, only those below, or everybody but them. */
  readonly who: 'all' | 'only' | 'except'
  readonly lists: readonly string[]
  /** One a line or with commas, as typed. */
  readonly masks: string
  readonly anonymous: boolean
  readonly unknown: boolean
}

export interface RuleForm extends NextForm {
  readonly name: string
  readonly enabled: boolean
  readonly priority: string
  readonly mode: 'parallel' | 'serial'
  readonly waitSeconds: string
  readonly targets: readonly FormTarget[]
  readonly hours: HoursForm
  readonly reaction: 'ring' | 'voicemail' | 'refuse'
  readonly callers: CallersForm
  /** Personal numbers; none is all. */
  readonly dialled: readonly string[]
  readonly busy: BranchForm
  readonly unreachable: BranchForm
  readonly decline: 'here' | 'everywhere'
  /** null is as the settings say. */
  readonly record: boolean | null
  /** '' is the usual greeting. */
  readonly greetingId: string
}

export const defaultWaitSeconds = 30
export const maxTargets = 5
const noBranch: BranchForm = { action: '', nextRuleId: '', ignoreSchedule: false }
const allCallers: CallersForm = {
  who: 'all', lists: [], masks: '', anonymous: false, unknown: false,
}

/** A number just chosen: rings at once, as long as usual. */
export function newTarget(targetId: string): FormTarget {
  return { targetId, ringSeconds: '', delaySeconds: '', confirm: null, callerId: null }
}

/** An empty form: always, at once, 30 seconds, then hang up. `targetIds` are chosen already. */
export function newRule(targetIds: readonly string[] = []): RuleForm {
  return {
    name: '', enabled: true, priority: '0', mode: 'parallel',
    waitSeconds: String(defaultWaitSeconds), targets: targetIds.map(newTarget),
    hours: fieldsOf([]), action: 'hangUp', nextRuleId: '', ignoreSchedule: false,
    reaction: 'ring', callers: allCallers, dialled: [], busy: noBranch, unreachable: noBranch,
    decline: 'here', record: null, greetingId: '',
  }
}

/**
 * A new rule as an address asks for it: `caller` (for that caller only), `days` and `from`, `to`
 * (weekdays 1–7 with commas, times as typed), `name`. Nonsense is left out.
 */
export function startingForm(query: URLSearchParams, targetIds: readonly string[]): RuleForm {
  const form = newRule(targetIds)
  const caller = query.get('caller') ?? ''
  const days = (query.get('days') ?? '').split(',').map(Number)
    .filter((day) => everyDay.includes(day))
  const from = parseTime(query.get('from') ?? '')
  const to = parseTime(query.get('to') ?? '')
  const ranges = from === undefined || to === undefined ? anyTime.ranges
    : [{ from: typedTime(from), to: typedTime(to) }]
  const weekdays = days.length === 0 ? everyDay : [...new Set(days)].sort()
  const same = { ...anyTime, ranges, weekdays }
  return {
    ...form, name: (query.get('name') ?? '').slice(0, 64), hours: { ...form.hours, same },
    callers: caller === '' ? form.callers : {
      ...form.callers, who: 'only', anonymous: caller === 'anonymous',
      masks: caller === 'anonymous' ? '' : caller.slice(0, 128),
    },
  }
}

function typed(value: number | null): string {
  return value === null ? '' : String(value)
}

function branchOf(next: RuleReply['busy']): BranchForm {
  return next === null ? noBranch : nextOf(next)
}

function nextOf(next: RuleReply['noAnswer']): NextForm {
  return {
    action: next.action, nextRuleId: next.action === 'rule' ? next.ruleId : '',
    ignoreSchedule: next.action === 'rule' && next.ignoreSchedule,
  }
}

function callersOf(callers: RuleReply['callers']): CallersForm {
  return callers === null ? allCallers : {
    who: callers.except ? 'except' : 'only', lists: callers.lists,
    masks: callers.masks.join(', '), anonymous: callers.anonymous, unknown: callers.unknown,
  }
}

/** The fields of a stored rule. */
export function formOf(rule: RuleReply): RuleForm {
  return {
    name: rule.name, enabled: rule.enabled, priority: String(rule.priority), mode: rule.mode,
    waitSeconds: String(rule.waitSeconds),
    targets: rule.targets.map(({ targetId, ringSeconds, delaySeconds, confirm, callerId }) => ({
      targetId, ringSeconds: typed(ringSeconds), delaySeconds: typed(delaySeconds),
      confirm, callerId,
    })),
    hours: fieldsOf(rule.blocks as RuleRequest['blocks']),
    ...nextOf(rule.noAnswer),
    reaction: rule.reaction, callers: callersOf(rule.callers), dialled: rule.dialled,
    busy: branchOf(rule.busy), unreachable: branchOf(rule.unreachable), decline: rule.decline,
    record: rule.record, greetingId: rule.greetingId ?? '',
  }
}

/** A whole number within bounds, or undefined. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

/** The masks of a text: one a line, or with commas and semicolons. */
export function masksOf(text: string): string[] {
  return text.split(/[\n,;]/).map((each) => each.trim()).filter((each) => each !== '')
}

type NextRequest = RuleRequest['noAnswer']

function nextRequest(next: NextForm): NextRequest {
  return next.action === 'rule'
    ? { action: 'rule', ruleId: next.nextRuleId, ignoreSchedule: next.ignoreSchedule }
    : { action: next.action }
}

/** A branch without a rule chosen yet is none. */
function branchRequest(branch: BranchForm): NextRequest | null {
  const { action } = branch
  if (action === '' || (action === 'rule' && branch.nextRuleId === '')) return null
  return nextRequest({ ...branch, action })
}

function callersRequest(callers: CallersForm): NonNullable<RuleRequest['callers']> | null {
  const { who, lists, anonymous, unknown } = callers
  const masks = masksOf(callers.masks)
  if (who === 'all') return null
  return { lists: [...lists], masks, anonymous, unknown, except: who === 'except' }
}

function targetRequest(target: FormTarget, mode: RuleForm['mode']): RuleRequest['targets'][number] {
  const { targetId, ringSeconds, delaySeconds, confirm, callerId } = target
  return {
    targetId, ringSeconds: wholeNumber(ringSeconds, 5, 60) ?? null, confirm, callerId,
    delaySeconds: mode === 'serial' ? null : wholeNumber(delaySeconds, 1, 119) ?? null,
  }
}

/** The request of a form without faults; numbers that cannot be read fall back to the defaults. */
export function requestOf(form: RuleForm, version?: number): RuleRequest {
  return {
    ...(version === undefined ? {} : { version }),
    name: form.name.trim(), enabled: form.enabled,
    priority: wholeNumber(form.priority, 0, 100) ?? 0,
    blocks: toBlocks(form.hours), mode: form.mode,
    waitSeconds: wholeNumber(form.waitSeconds, 5, 120) ?? defaultWaitSeconds,
    targets: form.targets.map((target) => targetRequest(target, form.mode)),
    noAnswer: nextRequest(form), reaction: form.reaction,
    callers: callersRequest(form.callers), dialled: [...form.dialled],
    busy: branchRequest(form.busy), unreachable: branchRequest(form.unreachable),
    decline: form.decline, record: form.record,
    greetingId: form.greetingId === '' ? null : form.greetingId,
  }
}

/** The request that would store a rule again as it is: for undo. */
export function requestOfReply(rule: RuleReply): RuleRequest {
  return requestOf(formOf(rule))
}

/** How many of the conditions under «Ещё условия» a rule has. */
export function extraConditions(form: RuleForm): number {
  const kinds = form.hours.kind === 'periods' ? [] : form.hours.same.dayKinds
  return [
    form.callers.who !== 'all', form.dialled.length > 0, kinds.length > 0,
    form.reaction !== 'ring', form.busy.action !== '', form.unreachable.action !== '',
    form.decline !== 'here', form.record !== null, form.greetingId !== '',
  ].filter(Boolean).length
}

/** Whether a rule holds something the five questions of the quick mode do not show. */
export function needsAdvanced(form: RuleForm): boolean {
  return form.hours.kind !== 'same' || form.hours.same.ranges.length > 1
    || wholeNumber(form.priority, 0, 100) !== 0
    || form.waitSeconds !== String(defaultWaitSeconds)
    || form.ignoreSchedule || extraConditions(form) > 0
    || form.targets.some((target) => target.ringSeconds !== '' || target.delaySeconds !== ''
      || target.confirm !== null || target.callerId !== null)
}

/** A list with one element moved by `step` places; the same list when it would leave it. */
export function moved<T>(items: readonly T[], at: number, step: number): readonly T[] {
  const to = at + step
  const item = items[at]
  if (item === undefined || to < 0 || to >= items.length) return items
  const rest = items.filter((_, index) => index !== at)
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}
