/**
 * The answer to «куда сейчас пойдёт звонок?»: the biggest sentence of the home page, what changes it
 * next, and the warnings above everything else. Pure: reads what the server decided (`acts`, the
 * lane «Итог»), computes no precedence itself.
 */
import type { Me, NumberReply, OverviewReply, RuleReply } from '../src/api/schema.ts'
import { formatDate, list, money, phoneName, spokenTime } from './format.ts'
import { addDays, localTime, weekdayOf } from './zone.ts'
import { known, t } from './text.ts'
import type { Key } from './text.ts'
import './text-home-ru.ts'

type Stretch = OverviewReply['result'][number]

function ruleById(overview: OverviewReply, id: string | null): RuleReply | undefined {
  return overview.rules.find((rule) => rule.id === id)
}

function targetName(numbers: readonly NumberReply[], id: string | null): string {
  const found = numbers.find((phone) => phone.id === id)
  return found === undefined ? t('overview.byDefault') : phoneName(found)
}

/** The sentence of the page and of the window's title. */
export function answerSentence(
  overview: OverviewReply, me: Me, numbers: readonly NumberReply[],
): string {
  const acts = overview.acts
  switch (acts.kind) {
    case 'rule': {
      const rule = ruleById(overview, acts.ruleId)
      if (rule === undefined) return t('overview.rule', { name: '' })
      const names = rule.targets.map(phoneName)
      const key: Key = names.length === 1 ? 'overview.single'
        : rule.mode === 'parallel' ? 'overview.parallel' : 'overview.serial'
      return t(key, { targets: list(names) })
    }
    case 'default': return t('overview.default', { name: targetName(numbers, acts.targetId) })
    case 'override':
      return overrideWords(overview, 'overview.override', 'overview.overrideUntil',
        targetName(numbers, acts.targetId))
    case 'voicemail':
      return acts.why === 'override'
        ? overrideWords(overview, 'overview.overrideMail', 'overview.overrideMailUntil')
        : t('overview.voicemail')
    case 'nowhere': return t('overview.nowhere')
    case 'refused': return refusedWords(overview, me, acts.why)
  }
}

type Refusal = Extract<OverviewReply['acts'], { kind: 'refused' }>['why']

function refusedWords(overview: OverviewReply, me: Me, why: Refusal): string {
  if (why === 'noMoney' && me.feeDueKopecks !== undefined) return t('overview.fee')
  if (why === 'noMoney') return t('overview.noMoney', { balance: money(me.balanceKopecks) })
  if (why === 'doNotDisturb') {
    return overrideWords(overview, 'overview.quiet', 'overview.quietUntil')
  }
  return t(why === 'ruleRefuses' ? 'overview.refuses' : 'overview.notActive')
}

/** «Сейчас всё идёт на Офис — до 18:00»; without an end just the fact. */
function overrideWords(overview: OverviewReply, ever: Key, ends: Key, name = ''): string {
  const until = overview.override?.untilMs ?? null
  return until === null ? t(ever, { name })
    : t(ends, { name, until: untilWords(until, overview.now, overview.zone) })
}

/** An instant to come as people say it: «18:00», «завтра 9:00», «пт 9:00». */
export function untilWords(ms: number, now: number, zone: string): string {
  const at = localTime(ms, zone)
  const today = localTime(now, zone).date
  // The end of today is called by its own name, not by the beginning of tomorrow.
  if (at.minute === 0 && at.date === addDays(today, 1)) return '24:00'
  const time = spokenTime(at.minute)
  if (at.date === today) return time
  if (at.date === addDays(today, 1)) return t('overview.tomorrow', { time })
  return t('overview.day', { day: formatDate(at.date, 'weekdayShort'), time })
}

function stretchName(overview: OverviewReply, stretch: Stretch): string {
  const rule = ruleById(overview, stretch.ruleId)
  if (rule !== undefined) return t('common.quoted', { name: rule.name })
  switch (stretch.kind) {
    case 'default': return t('overview.byDefault')
    case 'voicemail': return t('overview.toMail')
    case 'refused': return t('overview.toQuiet')
    case 'rule': case 'override': case 'nowhere': return t('overview.toNowhere')
  }
}

function whenWords(ms: number, now: number, zone: string): string {
  const at = localTime(ms, zone)
  const today = localTime(now, zone).date
  const time = spokenTime(at.minute)
  if (at.date === today) return t('overview.at', { time })
  if (at.date === addDays(today, 1)) return t('overview.atTomorrow', { time })
  return t('overview.atDay', { day: formatDate(at.date, 'weekdayShort'), time })
}

function byOverride(acts: OverviewReply['acts']): boolean {
  return acts.kind === 'override' || (acts.kind === 'voicemail' && acts.why === 'override')
    || (acts.kind === 'refused' && acts.why === 'doNotDisturb')
}

/** What happens when «сейчас всё на …» ends. */
function afterOverride(overview: OverviewReply, now: number): string {
  const until = overview.override?.untilMs ?? null
  if (until === null) return t('overview.waitForEver')
  const next = overview.result.find((stretch) => stretch.from <= until && stretch.to > until
    && stretch.byOverride !== true)
  const at = whenWords(until, now, overview.zone)
  return next === undefined ? t('overview.waitPlain', { at })
    : t('overview.waitFirst', { at, next: stretchName(overview, next) })
}

/**
 * The line under the answer: which rule acts and what replaces it in the next 24 hours; `short` for
 * a phone.
 */
export function nextSentence(overview: OverviewReply, now: number, short = false): string {
  const acts = overview.acts
  if (byOverride(acts)) return afterOverride(overview, now)
  if (overview.rules.length === 0) return t('overview.noRules')
  if (overview.rules.every((rule) => !rule.enabled)) return t('overview.allOff')
  const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
  const acting = 'ruleId' in acts ? acts.ruleId : null
  const changes = overview.result
    .filter((stretch) => stretch.from > now && stretch.from <= now + 86_400_000
      // A return to the rule that acts now is no news.
      && !(acting !== null && stretch.ruleId === acting))
    .map((stretch) => ({
      at: whenWords(stretch.from, now, overview.zone), name: stretchName(overview, stretch),
    }))
  const [first, second] = changes
  if (acting === null) {
    return first === undefined ? t('overview.noneNow')
      : t('overview.noneThen', { at: upper(first.at), next: first.name })
  }
  const name = ruleById(overview, acting)?.name ?? ''
  if (first === undefined) return t('overview.rule', { name })
  if (short) return t('overview.short', { name, at: first.at, next: first.name })
  if (second === undefined) {
    return t('overview.ruleOne', { name, at: upper(first.at), next: first.name })
  }
  return t('overview.ruleTwo',
    { name, at: upper(first.at), next: first.name, at2: second.at, next2: second.name })
}

interface Gap { readonly date: string; readonly from: number; readonly to: number }

/** The stretches without any destination, cut at local midnights, as local days and minutes. */
export function gaps(overview: OverviewReply, now: number): Gap[] {
  const found: Gap[] = []
  for (const stretch of overview.result) {
    if (stretch.kind !== 'nowhere' || stretch.to <= now || stretch.from > now + 7 * 86_400_000) continue
    const start = localTime(stretch.from, overview.zone)
    const end = localTime(stretch.to, overview.zone)
    for (let date = start.date; date <= end.date; date = addDays(date, 1)) {
      const from = date === start.date ? start.minute : 0
      const to = date === end.date ? end.minute : 1440
      if (to > from) found.push({ date, from, to })
    }
  }
  return found
}

/** Tells the gaps of the next seven days in one sentence; undefined when there are none. */
export function gapSentence(overview: OverviewReply, now: number): string | undefined {
  if (overview.acts.kind === 'nowhere' && overview.result.every((s) => s.kind === 'nowhere')) {
    return t('gap.all')
  }
  const found = gaps(overview, now)
  const first = found[0]
  if (first === undefined) return undefined
  const times = { from: spokenTime(first.from), to: spokenTime(first.to) }
  const alike = found.every((gap) => gap.from === first.from && gap.to === first.to)
  const weekdays = new Set(found.map((gap) => weekdayOf(gap.date)))
  if (alike && weekdays.size === 7) return t('gap.daily', times)
  if (alike && weekdays.size === 5 && !weekdays.has(6) && !weekdays.has(7)) return t('gap.weekdays', times)
  if (alike && weekdays.size === 2 && weekdays.has(6) && weekdays.has(7)) return t('gap.weekend', times)
  if (overview.acts.kind === 'nowhere') return t('gap.now', times)
  if (found.length > 1) return t('gap.several', { n: found.length })
  const today = localTime(now, overview.zone).date
  const day = first.date === today ? t('timeline.todayWord') : formatDate(first.date, 'weekday')
  return t('gap.once', { day: day.slice(0, 1).toUpperCase() + day.slice(1), ...times })
}

/** One strip of the page: red when calls are lost, yellow when something will surprise. */
export interface Warning {
  readonly kind: 'bad' | 'warn'
  readonly title: string
  readonly text: string
  readonly fix: 'defaultNumber' | 'rule' | 'topUp' | 'none'
  readonly ruleId?: string
}

/** Warnings of a rule that matter on the home page; the finer ones are told in the rule's editor. */
export const homeWarnings: ReadonlySet<string> = new Set(['neverActs', 'expired', 'shadowed',
  'nextMissing', 'nextDisabled', 'nextOutsideSchedule', 'voicemailTooEarly', 'voicemailOff',
  'noTargets', 'ownNumber', 'chainNeverRings'])

/** All warnings, the worst first. Codes of rule warnings without words here are left out. */
export function warnings(overview: OverviewReply, me: Me, now: number): Warning[] {
  const found: Warning[] = []
  const refused = overview.acts.kind === 'refused' ? overview.acts.why : undefined
  if (refused === 'noMoney' || refused === 'notActive') {
    const money_ = refused === 'noMoney'
    found.push({
      kind: 'bad', fix: money_ ? 'topUp' : 'none',
      title: !money_ ? t('strip.notActive') : me.feeDueKopecks === undefined
        ? t('strip.money', { balance: money(me.balanceKopecks) })
        : t('strip.fee', { sum: money(me.feeDueKopecks) }),
      text: t(money_ ? 'strip.moneyWhy' : 'strip.notActiveWhy'),
    })
  }
  const gap = gapSentence(overview, now)
  if (gap !== undefined) {
    found.push({ kind: 'bad', fix: 'defaultNumber', title: gap, text: t('gap.why') })
  }
  for (const rule of overview.rules) {
    for (const warning of rule.warnings) {
      const key = `warning.${warning.code}`
      if (!rule.enabled || !homeWarnings.has(warning.code) || !known(key)) continue
      const text = t(key, warning.details)
      found.push({
        kind: 'warn', fix: 'rule', ruleId: rule.id, text: '',
        title: t('warning.named', { name: rule.name, text }),
      })
    }
  }
  return found
}
