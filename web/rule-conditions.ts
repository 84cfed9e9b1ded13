/**
 * What a rule asks beyond the manual, in words: for whom it is, what happens when phones are busy
 * or out of reach, what a declining phone means. Each is a sentence of its own behind the main one
 * of `sentence.ts`. Pure: names of lists and rules come with the values.
 */
import type { RuleReply } from '../src/api/schema.ts'
import { either, formatPhone, list } from './format.ts'
import { nextWords, spokenNext } from './sentence.ts'
import type { Next } from './sentence.ts'
import { pieces, t } from './text.ts'
import type { Piece } from './text.ts'
import './text-rules-ru.ts'

export interface Conditions {
  /** undefined: for all callers. */
  readonly callers: {
    readonly except: boolean
    readonly listNames: readonly string[]
    readonly masks: readonly string[]
    readonly anonymous: boolean
    readonly unknown: boolean
  } | undefined
  readonly dialled: readonly string[]
  readonly busy: Next | undefined
  readonly unreachable: Next | undefined
  readonly decline: 'here' | 'everywhere'
  readonly record: boolean | null
}

/** The conditions of a stored rule. */
export function conditionsOf(rule: RuleReply): Conditions {
  const { callers, busy, unreachable } = rule
  return {
    callers: callers ?? undefined, dialled: rule.dialled,
    busy: busy === null ? undefined : spokenNext(busy),
    unreachable: unreachable === null ? undefined : spokenNext(unreachable),
    decline: rule.decline, record: rule.record,
  }
}

/** A mask for people: '+74951234567' → '+7 495 123-45-67', '+7495*' → «номер на +7495». */
export function maskWords(mask: string): string {
  if (mask === 'anonymous') return t('caller.hidden')
  return mask.endsWith('*') ? t('callers.begins', { start: mask.slice(0, -1) }) : formatPhone(mask)
}

/** Who is meant, each in a few words. */
export function callerNames(callers: NonNullable<Conditions['callers']>): string[] {
  return [
    ...callers.listNames.map((name) => t('callers.fromList', { name })),
    ...callers.masks.map(maskWords),
    ...(callers.anonymous ? [t('caller.hidden')] : []),
    ...(callers.unknown ? [t('callers.unknown')] : []),
  ]
}

/** The sentences in pieces; places are callers, dialled, busy, unreachable, decline and record. */
export function conditionSentences(rule: Conditions, rings: boolean): Piece[][] {
  const found: Piece[][] = []
  const { callers, dialled, busy, unreachable, decline, record } = rule
  if (callers !== undefined) {
    found.push(pieces(callers.except ? 'conditions.except' : 'conditions.only',
      { callers: either(callerNames(callers)) }))
  }
  if (dialled.length > 0) {
    found.push(pieces('conditions.dialled', { dialled: list(dialled.map(formatPhone)) }))
  }
  if (rings && busy !== undefined) found.push(pieces('conditions.busy', { busy: nextWords(busy) }))
  if (rings && unreachable !== undefined) {
    found.push(pieces('conditions.unreachable', { unreachable: nextWords(unreachable) }))
  }
  if (rings && decline === 'everywhere') {
    found.push(pieces('conditions.decline', { decline: t('conditions.declineWord') }))
  }
  if (rings && record !== null) {
    found.push(pieces('conditions.record',
      { record: t(record ? 'conditions.recorded' : 'conditions.notRecorded') }))
  }
  return found
}

/** All of them as text, '' when there are none. */
export function conditionText(rule: Conditions, rings: boolean): string {
  return conditionSentences(rule, rings)
    .map((sentence) => sentence.map((piece) => piece.text).join('')).join(' ')
}
