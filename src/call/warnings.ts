/**
 * What a subscriber should know about his rules before a caller finds out: rules that never act or
 * are covered by others, chains that cannot go on, circles and their limit, voicemail that comes
 * too early, times in which calls go nowhere. Warnings never forbid anything. This file looks at
 * the account and at schedules; phones and links have files of their own.
 */
import { blockedListId, isTooWide } from './caller-match.ts'
import { inWinningOrder } from './plan.ts'
import type { Rule } from './rule.ts'
import { localMidnight, occurrences } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'
import type { LostStretch, Timeline } from './timeline.ts'
import { drawTimeline } from './timeline.ts'
import type { RuleWarning, Warn } from './warning.ts'
import { warnSilentChain } from './warnings-chain.ts'
import { linksOf, warnLinks } from './warnings-links.ts'
import { warnPhones } from './warnings-phones.ts'
import { dayOfDate, localTimeAt, startOfDay } from './zone.ts'

/** Gaps and shadows are looked for in the next week; dates further off are a later worry. */
const horizonDays = 7
/** Public holidays need a year to come round, and a day or two more. */
const rareDays = 370

/** All warnings as of `nowMs` (milliseconds since 1970), the account's first. */
export function ruleWarnings(subscriber: Subscriber, nowMs: number): RuleWarning[] {
  const until = localMidnight(nowMs, subscriber.zone, horizonDays)
  // An override passes; what it hides comes back.
  const { override: _passing, ...lasting } = subscriber
  const timeline = drawTimeline(lasting, nowMs, until)
  const warnings: RuleWarning[] = []
  const warnAbout = (ruleId: string | undefined): Warn => (code, details = {}) =>
    warnings.push({ ruleId, code, details })
  warnAccount(subscriber, timeline, warnAbout(undefined))
  const runOutOfHours = new Set(subscriber.rules.filter((rule) => rule.enabled).flatMap(linksOf)
    .flatMap(({ to }) => to.ignoreSchedule ? [to.ruleId] : []))
  for (const rule of inWinningOrder(subscriber.rules)) {
    const warn = warnAbout(rule.id)
    warnPhones(subscriber, rule, warn)
    warnCallers(subscriber, rule, warn)
    if (!rule.enabled) continue
    // A rule that others run outside its hours has a use without hours.
    if (!runOutOfHours.has(rule.id)) warnNever(subscriber, rule, nowMs, warn)
    warnShadows(subscriber, rule, timeline, warn)
    const window = { from: nowMs, to: until }
    warnLinks(subscriber, rule, window, warn)
    warnSilentChain(subscriber, rule, window, warn)
  }
  return warnings
}

function warnAccount(subscriber: Subscriber, timeline: Timeline, warn: Warn): void {
  const { override, settings } = subscriber
  if (subscriber.status !== 'active') warn('notActive')
  else if (subscriber.balanceKopecks <= 0 || subscriber.feeDueKopecks !== undefined) {
    warn('noMoney', { balanceKopecks: subscriber.balanceKopecks })
  }
  if (subscriber.rules.length === 0) warn('noRules')
  else if (subscriber.rules.every((rule) => !rule.enabled)) warn('allDisabled')
  if (override?.action === 'voicemail' && !settings.voicemail) warn('voicemailOff')
  for (const list of subscriber.callerLists ?? []) {
    if (list.id !== blockedListId) continue
    for (const entry of list.entries) if (isTooWide(entry)) warn('blockedTooWide', { entry })
  }
  warnGaps(subscriber, timeline, warn)
}

/** without rule and default number a call goes to voicemail, or nowhere. */
function warnGaps(subscriber: Subscriber, timeline: Timeline, warn: Warn): void {
  if (subscriber.defaultTarget !== undefined) return
  const gaps = timeline.result.filter((stretch) => stretch.ruleId === null)
  const first = gaps[0]
  if (first === undefined) return
  warn(first.kind === 'nowhere' ? 'nowhere' : 'defaultMissing', {
    fromMs: first.from, toMs: first.to, stretches: gaps.length,
  })
}

/** A condition that nobody meets, or that asks for a list that is not there. */
function warnCallers(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  const { callers } = rule
  if (callers === undefined) return
  const { lists, masks, anonymous, unknown, except } = callers
  if (lists.length + masks.length === 0 && !anonymous && !unknown && !except) warn('noCallers')
  for (const listId of lists) {
    const list = subscriber.callerLists?.find((one) => one.id === listId)
    if (list === undefined) warn('listMissing', { listId })
    else if (list.entries.length === 0) warn('listEmpty', { listId, listName: list.name })
  }
}

function warnShadows(
  subscriber: Subscriber,
  rule: Rule,
  timeline: Timeline,
  warn: Warn,
): void {
  let total = 0
  let lostMs = 0
  const lost: LostStretch[] = []
  for (const bar of timeline.bars) {
    if (bar.ruleId !== rule.id) continue
    total += bar.to - bar.from
    for (const stretch of bar.lost) {
      // What a rule for some callers takes, the others still bring.
      if (ruleOf(subscriber, stretch.byRuleId)?.callers !== undefined) continue
      lostMs += stretch.to - stretch.from
      lost.push(stretch)
    }
  }
  const first = lost[0]
  if (first === undefined) return
  const whole = rule.callers === undefined ? 'shadowed' : 'callersShadowed'
  warn(lostMs >= total ? whole : 'shadowedPartly', {
    byRuleId: first.byRuleId,
    byRuleName: ruleOf(subscriber, first.byRuleId)?.name ?? '',
    minutes: Math.round(lostMs / 60_000),
    fromMs: first.from, toMs: first.to, stretches: lost.length,
  })
}

/** All its dates are past, or its kinds exclude each other («суббота» in a range without one). */
function warnNever(subscriber: Subscriber, rule: Rule, nowMs: number, warn: Warn): void {
  if (rule.blocks.length === 0) return
  const today = localTimeAt(subscriber.zone, nowMs).day
  let lastDate: string | undefined
  let future = false
  for (const block of rule.blocks) {
    const ranges = block.dates.length === 0 ? [{ from: undefined, to: undefined }] : block.dates
    const rare = block.dayKinds !== undefined && block.dayKinds.length > 0
    for (const range of ranges) {
      const lastDay = range.to === undefined ? Infinity : dayOfDate(range.to)
      if (range.to !== undefined && (lastDate === undefined || range.to > lastDate)) {
        lastDate = range.to
      }
      // Yesterday's window may reach into today.
      if (lastDay < today - 1) continue
      const opens = range.from === undefined ? -Infinity : dayOfDate(range.from)
      const firstDay = Math.max(today - 1, opens)
      future ||= lastDay >= today
      const days = rare ? rareDays : horizonDays + 1
      if (actsWithin(subscriber, rule, firstDay, Math.min(lastDay, firstDay + days), nowMs)) return
    }
  }
  if (!future && lastDate !== undefined) warn('expired', { date: lastDate })
  else warn('neverActs')
}

function actsWithin(
  subscriber: Subscriber,
  rule: Rule,
  firstDay: number,
  lastDay: number,
  nowMs: number,
): boolean {
  const { zone, calendar } = subscriber
  const from = Math.max(nowMs, startOfDay(zone, firstDay))
  // Two days more for the part of a window after midnight.
  const to = startOfDay(zone, lastDay + 2)
  return occurrences(rule, from, to, zone, calendar).length > 0
}

function ruleOf(subscriber: Subscriber, ruleId: string): Rule | undefined {
  return subscriber.rules.find((rule) => rule.id === ruleId)
}
