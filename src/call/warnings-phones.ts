/**
 * Warnings about the phones of one rule: numbers that are missing, repeated or its own, times that
 * do not fit into each other, voicemail that comes too early or is switched off.
 */
import { defaultOptions } from './call-state.ts'
import { mediaOf, needsConfirm } from './media-path.ts'
import type { Rule, RuleTarget } from './rule.ts'
import type { Subscriber } from './subscriber.ts'
import type { Warn } from './warning.ts'

/** Warns about numbers, times and voicemail of `rule`. */
export function warnPhones(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  const { reaction = 'ring' } = rule
  if (reaction === 'ring') {
    warnNumbers(subscriber, rule, warn)
    warnTimes(subscriber, rule, warn)
  }
  if (choosesVoicemail(rule) && !subscriber.settings.voicemail) warn('voicemailOff')
}

/** How long the rule rings when nobody answers and nobody refuses, seconds. */
export function longestSeconds(subscriber: Subscriber, rule: Rule): number {
  const { reaction = 'ring' } = rule
  if (reaction !== 'ring') return 0
  if (rule.mode === 'parallel') return rule.waitSeconds
  let sum = 0
  // A repeated number rings once, with the time of its first place.
  for (const target of distinctTargets(rule)) sum += ringSecondsOf(subscriber, target)
  return sum
}

function choosesVoicemail(rule: Rule): boolean {
  const { reaction = 'ring', noAnswer, busy, unreachable } = rule
  if (reaction !== 'ring') return reaction === 'voicemail'
  return noAnswer.action === 'voicemail' || busy?.action === 'voicemail' ||
    unreachable?.action === 'voicemail'
}

function warnNumbers(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  if (rule.targets.length === 0) warn('noTargets')
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { address } of rule.targets) {
    if (seen.has(address)) repeated.add(address)
    seen.add(address)
  }
  for (const address of repeated) warn('repeatedNumber', { address })
  for (const { address, barred } of distinctTargets(rule)) {
    if (barred !== undefined) warn(barred === 'class' ? 'barredClass' : 'barredCountry', { address })
  }
  if (seen.has(subscriber.number)) warn('ownNumber', { address: subscriber.number })
}

function warnTimes(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  const { voicemail, voicemailAfterSeconds } = subscriber.settings
  const ruleSeconds = longestSeconds(subscriber, rule)
  if (voicemail && voicemailAfterSeconds < ruleSeconds) {
    warn('voicemailTooEarly', { voicemailAfterSeconds, ruleSeconds })
  }
  const { totalSeconds } = defaultOptions
  if (ruleSeconds > totalSeconds) warn('longerThanCall', { ruleSeconds, totalSeconds })
  if (rule.mode === 'parallel') {
    const { waitSeconds } = rule
    for (const { address, delaySeconds = 0 } of distinctTargets(rule)) {
      if (delaySeconds >= waitSeconds) {
        warn('delayTooLong', { address, delaySeconds, waitSeconds })
      }
    }
  }
  warnConfirm(subscriber, rule, warn)
}

/** R-12 extends the wait once; a phone that may ring for less than it is asked is a trap still. */
function warnConfirm(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  const { confirmSeconds } = mediaOf(subscriber)
  for (const target of rule.targets) {
    if (!needsConfirm(target, subscriber)) continue
    const ruleSeconds = rule.mode === 'parallel'
      ? rule.waitSeconds
      : ringSecondsOf(subscriber, target)
    if (confirmSeconds > ruleSeconds) return warn('confirmTooLong', { confirmSeconds, ruleSeconds })
  }
}

function ringSecondsOf(subscriber: Subscriber, target: RuleTarget): number {
  return target.ringSeconds ?? subscriber.settings.ringSeconds
}

function distinctTargets(rule: Rule): readonly RuleTarget[] {
  const distinct = new Map<string, RuleTarget>()
  for (const target of rule.targets) {
    if (!distinct.has(target.address)) distinct.set(target.address, target)
  }
  return [...distinct.values()]
}
