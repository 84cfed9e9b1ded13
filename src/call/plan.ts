/**
 * What happens to a call at an instant: an account that takes no calls, the subscriber who calls
 * his own mailbox, a blocked caller, the override, the first rule that acts in winning order,
 * the default number, voicemail, nothing; and why every rule was taken or not. The
 * call, the overview page and the simulator ask here, so they never disagree. What follows when
 * nobody answers is the machine's business.
 */
import {
  blockedListId, callerNumber, isHidden, matchingEntry, meetsCondition, meetsOrdinary,
} from './caller-match.ts'
import type { IncomingCall } from './events.ts'
import type { TraceStep } from './record.ts'
import type { Rule } from './rule.ts'
import type { Verdict } from './schedule.ts'
import { verdictAt } from './schedule.ts'
import type { Override, Subscriber, Target } from './subscriber.ts'

/** What of an INVITE a plan depends on. */
export type Arrival = Pick<IncomingCall, 'caller' | 'dialled' | 'diverted'>

/**
 * `trace`: what decided, then every rule in winning order with its verdict if rules were asked; all
 * its instants are 0. `rule` of the last three kinds: the one whose reaction it is.
 */
export type Plan = { readonly trace: readonly TraceStep[] } & (
  | { readonly kind: 'rule'; readonly rule: Rule }
  /** Ring this one number: the default one, or the one the override names. */
  | { readonly kind: 'default'; readonly target: Target }
  | { readonly kind: 'override'; readonly target: Target }
  /** The subscriber himself calls to hear his messages. */
  | { readonly kind: 'mailbox' }
  | {
      readonly kind: 'voicemail'
      readonly why: 'nothingActs' | 'override' | 'rule' | 'frozen'
      readonly rule: Rule | undefined
    }
  /** Also where voicemail was to take the call and is switched off. */
  | { readonly kind: 'nowhere'; readonly rule: Rule | undefined }
  | {
      readonly kind: 'refused'
      readonly why: 'notActive' | 'noMoney' | 'blocked' | 'doNotDisturb' | 'ruleRefuses'
      readonly rule: Rule | undefined
    }
)

export type PlanKind = Plan['kind']

/** What became of one rule. */
export interface RuleJudgement {
  readonly ruleId: string
  readonly ruleName: string
  readonly verdict: Verdict
}

/** A condition of a rule that is not met. */
export type ConditionVerdict = Extract<Verdict, { verdict: 'caller' | 'dialled' }>

/**
 * Plans a call that arrives at `wallMs` (milliseconds since 1970). Without `incoming`: a call of an
 * ordinary caller to `subscriber.number`, whose number can be seen and is in no list (see
 * `meetsOrdinary`); this is what overview and timeline show.
 */
export function planCall(subscriber: Subscriber, wallMs: number, incoming?: Arrival): Plan {
  // without money nothing is forwarded; the caller is never told why.
  const { status } = subscriber
  if (status !== 'active' && status !== 'frozen') return refused('notActive', [])
  if (subscriber.balanceKopecks <= 0 || subscriber.feeDueKopecks !== undefined)
    return refused('noMoney', [])
  if (incoming !== undefined) {
    if (opensMailbox(subscriber, incoming)) return { kind: 'mailbox', trace: [] }
    const entry = blockedBy(subscriber, incoming)
    if (entry !== undefined) return refused('blocked', [{ step: 'blocked', atMs: 0, entry }])
  }
  if (status === 'frozen') return frozen(subscriber)
  const { override } = subscriber
  if (override !== undefined && isInForce(override, wallMs)) return overridden(subscriber, override)
  const trace: TraceStep[] = []
  const rule = winnerAt(subscriber, wallMs, incoming, trace)
  if (rule !== undefined) return decidedBy(subscriber, rule, trace)
  const target = subscriber.defaultTarget
  if (target !== undefined) {
    trace.push({ step: 'defaultNumber', atMs: 0, address: target.address })
    return { kind: 'default', target, trace }
  }
  return subscriber.settings.voicemail
    ? { kind: 'voicemail', why: 'nothingActs', rule: undefined, trace }
    : { kind: 'nowhere', rule: undefined, trace }
}

/**
 * Every rule in winning order with what would become of it for this call, whatever the account's
 * state, the override or the list of blocked callers decide before it: 'acts' for the winner alone.
 */
export function judgeRules(
  subscriber: Subscriber,
  wallMs: number,
  incoming?: Arrival,
): RuleJudgement[] {
  const trace: TraceStep[] = []
  winnerAt(subscriber, wallMs, incoming, trace)
  return trace.flatMap((step) => {
    if (step.step !== 'ruleTaken' && step.step !== 'ruleSkipped') return []
    const { ruleId, ruleName } = step
    return [{ ruleId, ruleName, verdict: step.step === 'ruleSkipped' ? step.why : acts }]
  })
}

/** Whether the override decides at `wallMs`: half-open, like every stretch of time here. */
export function isInForce(override: Override, wallMs: number): boolean {
  const { sinceMs = -Infinity, untilMs = Infinity } = override
  return wallMs >= sinceMs && wallMs < untilMs
}

/**
 * Whether `rule` acts for this call, or what keeps it from acting: switched off, its schedule, the
 * personal number that was dialled, the caller, in this order. Knows nothing of other rules.
 */
export function ruleVerdict(
  rule: Rule,
  subscriber: Subscriber,
  wallMs: number,
  incoming?: Arrival,
): Verdict {
  const verdict = verdictAt(rule, wallMs, subscriber.zone, subscriber.calendar)
  if (verdict.verdict !== 'acts') return verdict
  return conditionVerdict(rule, subscriber, incoming) ?? verdict
}

/** Whom the rule's condition keeps out: the number dialled, else the caller; undefined: nobody. */
export function conditionVerdict(
  rule: Rule,
  subscriber: Subscriber,
  incoming: Arrival | undefined,
): ConditionVerdict | undefined {
  const { callers, dialled } = rule
  if (dialled !== undefined && dialled.length > 0) {
    const number = incoming?.dialled ?? subscriber.number
    if (!dialled.includes(number)) return { verdict: 'dialled', number }
  }
  if (callers === undefined) return undefined
  if (incoming === undefined) {
    return meetsOrdinary(callers) ? undefined : { verdict: 'caller', number: '', anybody: true }
  }
  const { caller } = incoming
  if (meetsCondition(callers, caller, subscriber.callerLists ?? [])) return undefined
  return { verdict: 'caller', number: isHidden(caller) ? '' : callerNumber(caller) }
}

/** Rules in winning order: larger priority, then higher place in the list. */
export function winningOrder(a: Rule, b: Rule): number {
  return b.priority - a.priority || a.position - b.position
}

/** The store sends them sorted; a caller that did not gets them sorted here. */
export function inWinningOrder(rules: readonly Rule[]): readonly Rule[] {
  for (let i = 1; i < rules.length; i += 1) {
    const above = rules[i - 1]
    const below = rules[i]
    if (above && below && winningOrder(above, below) > 0) return rules.toSorted(winningOrder)
  }
  return rules
}

const acts: Verdict = { verdict: 'acts' }

/** From one of his own phones to his own number, not forwarded on the way, with a PIN set. */
function opensMailbox(subscriber: Subscriber, incoming: Arrival): boolean {
  const { media, ownNumbers } = subscriber
  return media?.mailboxOpen === true && ownNumbers !== undefined &&
    incoming.diverted.length === 0 && incoming.dialled === subscriber.number &&
    !isHidden(incoming.caller) && ownNumbers.includes(callerNumber(incoming.caller))
}

function blockedBy(subscriber: Subscriber, incoming: Arrival): string | undefined {
  const { callerLists } = subscriber
  if (callerLists === undefined) return undefined
  for (const list of callerLists) {
    if (list.id === blockedListId) return matchingEntry(list, incoming.caller)
  }
  return undefined
}

/** Nothing is forwarded, but who has voicemail keeps it (src/limits/status.ts). */
function frozen({ settings }: Subscriber): Plan {
  const trace: TraceStep[] = [{ step: 'note', atMs: 0, code: 'frozen', detail: '' }]
  return settings.voicemail
    ? { kind: 'voicemail', why: 'frozen', rule: undefined, trace }
    : refused('notActive', trace)
}

function overridden(subscriber: Subscriber, override: Override): Plan {
  const { action, untilMs } = override
  const trace: TraceStep[] = [{ step: 'override', atMs: 0, action, untilMs }]
  if (override.action === 'ring') return { kind: 'override', target: override.target, trace }
  if (override.action === 'refuse') return refused('doNotDisturb', trace)
  return subscriber.settings.voicemail
    ? { kind: 'voicemail', why: 'override', rule: undefined, trace }
    : { kind: 'nowhere', rule: undefined, trace }
}

function decidedBy(subscriber: Subscriber, rule: Rule, trace: TraceStep[]): Plan {
  const { reaction = 'ring', id: ruleId } = rule
  if (reaction === 'ring') return { kind: 'rule', rule, trace }
  trace.push({ step: 'reaction', atMs: 0, ruleId, action: reaction })
  if (reaction === 'refuse') return { kind: 'refused', why: 'ruleRefuses', rule, trace }
  return subscriber.settings.voicemail
    ? { kind: 'voicemail', why: 'rule', rule, trace }
    : { kind: 'nowhere', rule, trace }
}

function refused(
  why: 'notActive' | 'noMoney' | 'blocked' | 'doNotDisturb',
  trace: TraceStep[],
): Plan {
  return { kind: 'refused', why, rule: undefined, trace }
}

function winnerAt(
  subscriber: Subscriber,
  wallMs: number,
  incoming: Arrival | undefined,
  trace: TraceStep[],
): Rule | undefined {
  let winner: Rule | undefined
  for (const rule of inWinningOrder(subscriber.rules)) {
    const { id: ruleId, name: ruleName, priority } = rule
    const verdict = ruleVerdict(rule, subscriber, wallMs, incoming)
    if (verdict.verdict !== 'acts') {
      trace.push({ step: 'ruleSkipped', atMs: 0, ruleId, ruleName, why: verdict })
    } else if (winner === undefined) {
      winner = rule
      trace.push({ step: 'ruleTaken', atMs: 0, ruleId, ruleName, via: 'schedule', priority })
    } else {
      trace.push({
        step: 'ruleSkipped', atMs: 0, ruleId, ruleName,
        why: {
          verdict: 'outranked', byRuleId: winner.id, byRuleName: winner.name,
          byPriority: winner.priority, priority,
        },
      })
    }
  }
  return winner
}
