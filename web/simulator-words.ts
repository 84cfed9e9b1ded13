/**
 * The answer of «Кто зазвонит, если…» in words: one sentence, what the caller hears, and why each rule
 * was taken or not, as facts with numbers. Pure.
 */
import type { OverviewReply, RuleReply } from '../src/api/schema.ts'
import type { SimulateReply } from '../src/api/schema-rules.ts'
import { capital, clockTime, formatDate, formatPhone, list, weekdayName } from './format.ts'
import { scheduleShort } from './schedule-words.ts'
import type { Block } from './schedule-words.ts'
import { known, t } from './text.ts'
import { weekdayOf } from './zone.ts'
import './text-simulator-ru.ts'

type Story = SimulateReply['story']
type Judgement = Story['verdicts'][number]
type Leg = Story['legs'][number]

/** More stages than this are told as «и так далее». */
const mostStages = 4

interface Stage { readonly atMs: number; readonly names: string[] }

function nameOf(reply: SimulateReply, address: string): string {
  const name = reply.phones[address]
  return name === undefined || name === '' ? formatPhone(address) : name
}

/** Phones that begin within the same second make one stage. */
function stages(reply: SimulateReply): Stage[] {
  const found: Stage[] = []
  for (const leg of reply.story.legs) {
    const last = found.at(-1)
    if (last !== undefined && leg.startMs - last.atMs < 1000) last.names.push(nameOf(reply, leg.address))
    else found.push({ atMs: leg.startMs, names: [nameOf(reply, leg.address)] })
  }
  return found
}

function after(ms: number, what: string): string {
  return t('sim.after', { n: Math.round(ms / 1000), what })
}

/** How it ends: who answers, voicemail, or the end of the call. */
function ending(reply: SimulateReply): string[] {
  const { story } = reply
  const answered: Leg | undefined = story.legs.find((leg) => leg.id === story.answeredLegId)
  if (answered !== undefined) {
    return [after(answered.answerMs ?? 0, t('sim.answers', { name: nameOf(reply, answered.address) }))]
  }
  const mail = story.hears.find((each) => each.what === 'voicemail')
  if (mail !== undefined) return [after(mail.fromMs, t('leg.mail'))]
  if (story.cut) return []
  // An announcement is part of the end.
  const said = story.hears.find((each) => each.what === 'announcement')
  return [after(said?.fromMs ?? story.endMs, t('sim.ends'))]
}

function decided(reply: SimulateReply): string | undefined {
  const { decision } = reply.story
  const name = decision.ruleId === null ? '' : reply.rules[decision.ruleId]?.name ?? ''
  switch (decision.kind) {
    case 'refused': {
      const key = `sim.refused.${decision.why ?? ''}`
      return known(key) ? t(key, { name }) : t('sim.refused')
    }
    case 'nowhere': return t('sim.nowhere')
    case 'mailbox': return t('sim.mailbox')
    case 'voicemail': return decision.why === 'rule' ? t('sim.mailRule', { name }) : t('sim.mailNow')
    case 'rule': case 'default': case 'override': return undefined
  }
}

/** The sentence: «Зазвонит Анна. Через 20 секунд — Мобильный, через 45 секунд — голосовая почта.» */
export function storySentence(reply: SimulateReply): string {
  const fixed = decided(reply)
  if (fixed !== undefined) return fixed
  const all = stages(reply)
  const [first, ...rest] = all
  if (first === undefined) return t('sim.silent')
  const beginning = t('sim.first', { n: first.names.length, names: list(first.names) })
  const shown = rest.slice(0, mostStages - 1).map((stage) => after(stage.atMs, list(stage.names)))
  const more = rest.length > shown.length ? [t('sim.more', { n: rest.length - shown.length })] : []
  return t('sim.sentence', { beginning, rest: capital([...shown, ...more, ...ending(reply)].join(', ')) })
}

/** What the caller hears, one after the other: «гудки 45 с, приветствие почты». */
export function heardWords(reply: SimulateReply): string {
  const parts = reply.story.hears.flatMap((each) => {
    if (each.what === 'silence') return []
    const n = Math.round((each.toMs - each.fromMs) / 1000)
    if (each.what === 'refusal') return [t('sim.hears.refusal', { status: each.status ?? 0 })]
    return [t(`sim.hears.${each.what}`, { n })]
  })
  return parts.length === 0 ? '' : t('sim.heard', { what: parts.join(', ') })
}

/** Phones that are not rung although a rule names them, and why: no price, not enough money … */
export function leftOutWords(reply: SimulateReply): string[] {
  return reply.story.trace.flatMap((step) => {
    const key = step.step === 'note' ? `note.${step.code}` : ''
    return step.step === 'note' && known(key) ? [t(key, { name: nameOf(reply, step.detail) })] : []
  })
}

/** How a rule stands: its tag, the look of the tag, and the reason. */
export interface VerdictWords {
  readonly look: '' | 'now' | 'off'
  readonly tag: string
  readonly reason: string
}

function whenOf(rule: RuleReply | undefined): string {
  return rule === undefined ? '' : scheduleShort(rule.blocks as readonly Block[])
}

/** Why a rule was taken or not. `rule` is undefined when it was deleted meanwhile. */
export function verdictWords(
  judgement: Judgement, rule: RuleReply | undefined, reply: SimulateReply,
  overview: OverviewReply | undefined,
): VerdictWords {
  const { verdict } = judgement
  const when = whenOf(rule)
  const no = (reason: string): VerdictWords => ({ look: '', tag: t('sim.tag.no'), reason })
  switch (verdict.verdict) {
    case 'acts': return acts(judgement, when, reply, overview)
    case 'outranked': return {
      look: '', tag: t('sim.tag.yields'),
      reason: verdict.byPriority === verdict.priority
        ? t('sim.outrankedOrder', { when, winner: verdict.byRuleName })
        : t('sim.outranked', {
          when, priority: verdict.priority, by: verdict.byPriority, winner: verdict.byRuleName,
        }),
    }
    case 'disabled': return { look: 'off', tag: t('rule.state.off'), reason: t('sim.disabled') }
    case 'weekday': return no(t('sim.weekday', { when, day: weekdayName(verdict.weekday, 'weekdayLong') }))
    case 'date': return no(t('sim.date', { when, date: formatDate(verdict.date, 'day') }))
    case 'hours': return no(t('sim.hours', { when, time: clockTime(verdict.minute) }))
    case 'dayKind': return no(t('sim.dayKind', {
      date: formatDate(verdict.date, 'day'), kind: t(`sim.day.${verdict.kind}`),
    }))
    case 'caller': return no(t('sim.caller', { number: formatPhone(verdict.number) }))
    case 'dialled': return no(t('sim.dialled', { number: formatPhone(verdict.number) }))
  }
}

function acts(
  judgement: Judgement, when: string, reply: SimulateReply, overview: OverviewReply | undefined,
): VerdictWords {
  const { decision } = reply.story
  // Something before all rules decided: this one would have been next.
  if (decision.ruleId !== judgement.ruleId) {
    return { look: '', tag: t('sim.tag.waits'), reason: t('sim.waits', { when }) }
  }
  const priority = overview?.rules.find((rule) => rule.id === judgement.ruleId)?.priority ?? 0
  const others = reply.story.verdicts.some((each) => each.verdict.verdict === 'outranked')
  const reason = !others ? t('sim.actsAlone', { when })
    : priority > 0 ? t('sim.actsPriority', { when, n: priority }) : t('sim.actsOrder', { when })
  return { look: 'now', tag: t('sim.tag.acts'), reason }
}

/** The day and time of the question: «вторник, 18 ноября, 15:20». */
export function whenWords(date: string, minute: number): string {
  return t('sim.when', {
    day: capital(weekdayName(weekdayOf(date), 'weekdayLong')), date: formatDate(date, 'day'),
    time: clockTime(minute),
  })
}
