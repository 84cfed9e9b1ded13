/**
 * A rule read back as one sentence, cut into pieces so that the words behind a field can be links to
 * it. Pure: takes the rule's values and the names of phones and rules.
 */
import type { RuleReply, RuleRequest } from '../src/api/schema.ts'
import { list } from './format.ts'
import { scheduleSentence } from './schedule-words.ts'
import { pieces, t } from './text.ts'
import type { Key, Piece } from './text.ts'

/** What the sentence is about: a stored rule or a form, with names already looked up. */
export interface Spoken {
  readonly blocks: RuleRequest['blocks']
  readonly mode: 'parallel' | 'serial'
  readonly waitSeconds: number
  /** Names of the phones in order, with their own ring times (null: the subscriber's setting). */
  readonly phones: readonly { readonly name: string; readonly ringSeconds: number | null }[]
  readonly next: Next
  /** The subscriber's ring time of one number in serial mode, seconds. */
  readonly ringSeconds: number
}

export type Next =
  | { readonly action: 'hangUp' } | { readonly action: 'voicemail' }
  | { readonly action: 'rule'; readonly name: string; readonly ignoreSchedule: boolean }

/** A stored rule as the sentence needs it. */
export function spokenRule(rule: RuleReply, ringSeconds: number): Spoken {
  const next = rule.noAnswer
  return {
    blocks: rule.blocks as RuleRequest['blocks'], mode: rule.mode, waitSeconds: rule.waitSeconds,
    phones: rule.targets.map((phone) =>
      ({ name: phone.description || phone.address, ringSeconds: phone.ringSeconds })),
    next: next.action === 'rule'
      ? { action: 'rule', name: next.ruleName, ignoreSchedule: next.ignoreSchedule }
      : { action: next.action },
    ringSeconds,
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
  if (rule.phones.length === 0) return 'rule.noTargets'
  if (rule.phones.length === 1) return 'rule.single'
  return rule.mode === 'parallel' ? 'rule.parallel' : 'rule.serial'
}

/** The sentence in pieces; places are when, mode, targets, wait and next. */
export function ruleSentence(rule: Spoken): Piece[] {
  return pieces(sentenceKey(rule), {
    when: scheduleSentence(rule.blocks),
    mode: t(rule.mode === 'parallel' ? 'rule.modeParallel' : 'rule.modeSerial'),
    targets: list(rule.phones.map((phone) => phone.name)),
    wait: rule.phones.length === 0 ? '' : waitWords(rule),
    next: nextWords(rule.next),
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
