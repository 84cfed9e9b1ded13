/**
 * A rule read back as one sentence, cut into pieces so that the words behind a field can be links
 * to it. Pure: takes the rule's values and the names of phones and rules.
 */
import type { RuleReply, RuleRequest } from '../src/api/schema.ts'
import { formatPhone, list } from './format.ts'
import { scheduleSentence } from './schedule-words.ts'
import { pieces, t } from './text.ts'
import type { Key, Piece } from './text.ts'

/** What the sentence is about: a stored rule or a form, with names already looked up. */
export interface Spoken {
  readonly blocks: RuleRequest['blocks']
  readonly mode: 'parallel' | 'serial'
  readonly waitSeconds: number
  /**
   * Names of the phones in order, with their own ring times (null: the subscriber's setting) and
   * how long after the first they begin.
   */
  readonly phones: readonly {
    readonly name: string; readonly ringSeconds: number | null; readonly delaySeconds?: number | null
  }[]
  readonly next: Next
  /** The subscriber's ring time of one number in serial mode, seconds. */
  readonly ringSeconds: number
  /** 'voicemail' and 'refuse' ring nobody; absent is 'ring'. */
  readonly reaction?: 'ring' | 'voicemail' | 'refuse'
}

export type Next =
  | { readonly action: 'hangUp' } | { readonly action: 'voicemail' }
  | { readonly action: 'rule'; readonly name: string; readonly ignoreSchedule: boolean }

/** A stored next step as the sentence needs it. */
export function spokenNext(next: RuleReply['noAnswer']): Next {
  return next.action === 'rule'
    ? { action: 'rule', name: next.ruleName, ignoreSchedule: next.ignoreSchedule }
    : { action: next.action }
}

/** A stored rule as the sentence needs it. */
export function spokenRule(rule: RuleReply, ringSeconds: number): Spoken {
  return {
    blocks: rule.blocks as RuleRequest['blocks'], mode: rule.mode, waitSeconds: rule.waitSeconds,
    phones: rule.targets.map(({ description, address, ringSeconds: own, delaySeconds }) =>
      ({ name: description || formatPhone(address), ringSeconds: own, delaySeconds })),
    next: spokenNext(rule.noAnswer), ringSeconds, reaction: rule.reaction,
  }
}

/** Where the call goes when nobody answers: «„Секретарь“», «голосовая почта» … */
export function nextWords(next: Next): string {
  if (next.action === 'hangUp') return t('rule.hangUp')
  if (next.action === 'voicemail') return t('rule.voicemail')
  if (next.name === '') return t('rule.nextNone')
  return t(next.ignoreSchedule ? 'rule.nextAlways' : 'rule.next', { name: next.name })
}

/** How long the phones ring: «30 секунд», in turn «по 25 секунд», or a span when they differ. */
export function waitWords(rule: Spoken): string {
  if (rule.mode === 'parallel') return t('rule.wait', { n: rule.waitSeconds })
  const times = rule.phones.map((phone) => phone.ringSeconds ?? rule.ringSeconds)
  const least = Math.min(...times)
  const most = Math.max(...times)
  if (times.length === 1) return t('rule.wait', { n: least })
  return least === most ? t('rule.waitEach', { n: least })
    : t('rule.waitVaried', { from: least, to: most })
}

function sentenceKey(rule: Spoken): Key {
  if (rule.reaction === 'voicemail') return 'rule.toMail'
  if (rule.reaction === 'refuse') return 'rule.refuses'
  if (rule.phones.length === 0) return 'rule.noTargets'
  if (rule.phones.length === 1) return 'rule.single'
  return rule.mode === 'parallel' ? 'rule.parallel' : 'rule.serial'
}

/** «Мобильный и через 5 с Офис». */
function phoneNames(rule: Spoken): string {
  return list(rule.phones.map(({ name, delaySeconds }) =>
    rule.mode === 'serial' || (delaySeconds ?? 0) === 0 ? name
      : t('rule.delayed', { n: delaySeconds ?? 0, name })))
}

/** The sentence in pieces; places are when, mode, targets, wait, next and reaction. */
export function ruleSentence(rule: Spoken): Piece[] {
  return pieces(sentenceKey(rule), {
    when: scheduleSentence(rule.blocks),
    mode: t(rule.mode === 'parallel' ? 'rule.modeParallel' : 'rule.modeSerial'),
    targets: phoneNames(rule),
    wait: rule.phones.length === 0 ? '' : waitWords(rule),
    next: nextWords(rule.next),
    reaction: t(rule.reaction === 'refuse' ? 'rule.refused' : 'rule.voicemail'),
  })
}

/** The sentence as plain text. */
export function ruleText(rule: Spoken): string {
  return ruleSentence(rule).map((piece) => piece.text).join('')
}

/** Mode and wait for a popover: «звонят одновременно, 25 секунд». */
export function modeWords(rule: Spoken): string {
  const key = rule.phones.length < 2 ? 'rule.popoverSingle'
    : rule.mode === 'parallel' ? 'rule.popoverParallel' : 'rule.popoverSerial'
  return t(key, { wait: rule.phones.length === 0 ? '' : waitWords(rule) })
}
