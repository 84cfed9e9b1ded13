/**
 * What the journal says of a call in few words: who called, which rules rang, who answered, how it
 * ended. Pure but for the clock of calls that live.
 */
import type { CallReply } from '../src/api/schema.ts'
import { duration, formatPhone, phoneName } from './format.ts'
import type { IconName } from './icons.ts'
import { known, t } from './text.ts'
import './text-calls-ru.ts'

type Call = CallReply

type Shown = NonNullable<Call['outcome']> | 'ringing' | 'talking'

/** Look of the tag of an outcome, and its icon. */
export const looks: Readonly<Record<Shown, readonly [string, IconName | undefined]>> = {
  answered: ['ok', 'check'], missed: ['bad', 'close'], abandoned: ['', undefined],
  voicemail: ['mail', 'mail'], refused: ['', 'block'], interrupted: ['warn', 'alert'],
  mailbox: ['mail', 'mail'], ringing: ['now', 'call'], talking: ['ok', 'call'],
}

/** Refusals that the subscriber wished; the others are calls he missed (as the server counts). */
const wished = new Set(['blocked', 'doNotDisturb', 'ruleRefuses'])

/** What a row says about its end; a call that lives rings or talks. */
export function shownOutcome(call: Call): Shown {
  if (call.outcome === 'refused' && !wished.has(call.reason)) return 'missed'
  return call.outcome ?? (call.answeredAt === undefined ? 'ringing' : 'talking')
}

/** Whether «Пропущенные» lists it. */
export function isMissed(call: Call): boolean {
  return ['missed', 'abandoned', 'interrupted'].includes(shownOutcome(call))
}

/** The outcome in a word. */
export function outcomeWord(call: Call): string {
  const key = `outcome.${shownOutcome(call)}`
  return known(key) ? t(key) : shownOutcome(call)
}

/**
 * Who called: the number, and the name the subscriber gave him or the network did, with his lists.
 */
export function whoCalled(call: Call): { readonly main: string; readonly second: string } {
  const main = call.anonymous ? t('caller.hidden') : formatPhone(call.caller)
  const told = call.callerName === call.caller ? '' : call.callerName
  const name = call.known === null || call.known.name === '' ? told : call.known.name
  const lists = (call.known?.lists ?? [])
    .map((each) => t('common.quoted', { name: each })).join(', ')
  const second = name === '' ? lists
    : lists === '' ? name : t('calls.inList', { name, lists })
  return { main, second }
}

/** The shortest name of the caller. */
export function callerName(call: Call): string {
  const { main } = whoCalled(call)
  if (call.known !== null && call.known.name !== '') return call.known.name
  return call.callerName === '' || call.callerName === call.caller ? main : call.callerName
}

/** The caller as the address of a new rule or a filter names him. */
export function callerKey(call: Pick<Call, 'anonymous' | 'caller'>): string {
  return call.anonymous || call.caller === '' ? 'anonymous' : call.caller
}

/** Where a call back goes: 'tel:' or the SIP address; undefined where there is none. */
export function callBackHref(call: Pick<Call, 'anonymous' | 'caller'>): string | undefined {
  const { caller } = call
  if (call.anonymous || caller === '') return undefined
  if (caller.startsWith('sip:') || caller.startsWith('sips:')) return caller
  return /^\+?\d+$/.test(caller) ? `tel:${caller}` : undefined
}

/** Names of what took the call, in order and each once: «В рабочее время → Секретарь». */
export function ruleNames(call: Call): string {
  const names: string[] = []
  const add = (name: string): void => { if (!names.includes(name)) names.push(name) }
  for (const step of call.trace) {
    if (step.step === 'ruleTaken') add(step.ruleName)
    if (step.step === 'defaultNumber') add(t('calls.byDefault'))
    if (step.step === 'override') add(t(`calls.byOverride.${step.action}`))
    if (step.step === 'blocked') add(t('calls.byBlocked'))
    if (step.step === 'mailbox') add(t('calls.ownCall'))
  }
  return names.join(' → ')
}

/** Who answered: a phone, voicemail, nobody, or not known yet. */
export function answererName(call: Call): string {
  if (call.outcome === 'voicemail' || call.outcome === 'mailbox') return t('leg.mail')
  const leg = call.legs.find((each) => each.id === call.answeredLegId)
  if (leg === undefined) return t(call.outcome === undefined ? 'common.dash' : 'common.nobody')
  return phoneName(leg)
}

/** How long was talked; `nowMs` for a call that lives. */
export function talkTime(call: Call, nowMs: number): string {
  if (call.answeredAt === undefined) return t('common.dash')
  return duration(((call.endedAt ?? nowMs) - call.answeredAt) / 1000)
}
