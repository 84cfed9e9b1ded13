/**
 * «Статистика»: four figures, where calls are lost and what mends it, then days, hours of the week,
 * numbers, rules and callers. Everything opens the journal with the calls it counts; the time shown
 * is in the address.
 */
import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Finding, StatisticsReply } from '../src/api/schema-insight.ts'
import { callsApi } from './api-calls.ts'
import { problemText, query } from './api.ts'
import { Button, Empty, LinkButton, Segmented, Skeleton, Strip } from './controls.ts'
import { formatPhone, phoneName, spokenTime } from './format.ts'
import { html } from './html.ts'
import { journalHref } from './journal-query.ts'
import { PeriodChoice } from './period-choice.ts'
import type { Period } from './period-choice.ts'
import { navigate, place } from './router.ts'
import { scheduleWords } from './schedule-words.ts'
import { StatDays } from './stat-days.ts'
import { growth, share } from './stat-figures.ts'
import { StatHeat } from './stat-heat.ts'
import { percent, StatCallers, StatNumbers, StatRules } from './stat-tables.ts'
import { me, noteFault, today, zone } from './state.ts'
import { number, t } from './text.ts'
import { addDays, daysBetween, startOfDay } from './zone.ts'
import './text-insight-ru.ts'

const presets = ['7', '30', '365']
const usualDays = 30
/** The server counts so many days at most. */
const mostDays = 400

function lastDays(n: number): Period {
  return { from: addDays(today.value, 1 - n), to: today.value }
}

/** The period of the address; nonsense and what is too long is the last 30 days. */
export function readPeriod(search: URLSearchParams): Period {
  const [from, to] = [search.get('from') ?? '', search.get('to') ?? '']
  const valid = [from, to].every((date) => /^\d{4}-\d{2}-\d{2}$/.test(date)
    && !Number.isNaN(Date.parse(`${date}T00:00:00Z`)))
  if (!valid || from > to || daysBetween(from, to) >= mostDays) return lastDays(usualDays)
  return { from, to }
}

function showPeriod({ from, to }: Period): void {
  const usual = lastDays(usualDays)
  const end = to === '' ? today.value : to
  const tooLong = from === '' || daysBetween(from, end) >= mostDays
  const start = tooLong ? addDays(end, 1 - mostDays) : from
  const same = start === usual.from && end === usual.to
  navigate(same ? '/statistics' : `/statistics${query({ from: start, to: end })}`, true)
}

interface FigureProps {
  readonly value: string
  readonly unit: string
  readonly note: string
  readonly href?: string | undefined
  readonly children?: ComponentChildren
}

function Figure(props: FigureProps): VNode {
  const words = html`<span class="figure">${props.value}</span> <span class="soft">${props.unit}
    </span>`
  return html`<li><p>${props.href === undefined ? words
    : html`<a class="figure-link" href=${props.href}>${words}</a>`}</p>
    <p class="small soft">${props.note}</p></li>`
}

/** When, as a rule says it: «по будням с 7:00 до 9:00». */
function findingWhen(finding: Finding): string {
  return scheduleWords([{ weekdays: [...finding.weekdays], dates: [], hours: [finding.hours] }])
}

/** More than threefold is told by the count itself. */
const mostGrowth = 2

function callsNote({ totals, previous }: StatisticsReply): string {
  const grown = growth(totals, previous)
  if (grown === undefined || previous === null) return t('stat.noBefore')
  // Of a few calls before, a percentage says nothing.
  if (grown > mostGrowth) return t('stat.before', { n: previous.calls })
  if (Math.abs(grown) < 0.005) return t('stat.same')
  return t(grown > 0 ? 'stat.more' : 'stat.less', { p: percent(Math.abs(grown)) })
}

function answeredNote({ totals, previous }: StatisticsReply): string {
  const count = t('stat.answeredText', { n: totals.answered })
  const before = previous === null ? undefined : share(previous.answered, previous.calls)
  return before === undefined ? count : t('stat.answeredBefore', { count, p: percent(before) })
}

function missedNote({ totals, finding }: StatisticsReply): string {
  if (finding !== null) {
    return t('stat.missedSome', { n: finding.missed, when: findingWhen(finding) })
  }
  if (totals.abandoned > 0) return t('stat.abandoned', { n: totals.abandoned })
  return totals.refused > 0 ? t('stat.refused', { n: totals.refused }) : ''
}

function waitNote({ byNumber }: StatisticsReply): string {
  const fastest = byNumber.filter((each) => each.answerSeconds !== null)
    .sort((a, b) => (a.answerSeconds ?? 0) - (b.answerSeconds ?? 0))[0]
  return fastest === undefined ? t('stat.noAnswer')
    : t('stat.fastest', { name: phoneName(fastest), n: Math.round(fastest.answerSeconds ?? 0) })
}

function Figures(props: { readonly figures: StatisticsReply; readonly period: Period }): VNode {
  const { figures, period } = props
  const { totals } = figures
  const answered = share(totals.answered, totals.calls) ?? 0
  const seconds = totals.answerSeconds
  return html`<ul class="figures">
    <${Figure} value=${number(totals.calls)} unit=${t('stat.calls', { n: totals.calls })}
      note=${callsNote(figures)} href=${journalHref({ ...period })} />
    <${Figure} value=${percent(answered)} unit=${t('stat.answered')} note=${answeredNote(figures)}
      href=${journalHref({ ...period, outcome: 'answered' })} />
    <${Figure} value=${number(totals.missed)} unit=${t('stat.missed')} note=${missedNote(figures)}
      href=${journalHref({ ...period, outcome: 'missed' })} />
    <${Figure} value=${seconds === null ? t('common.dash')
      : t('stat.seconds', { n: Math.round(seconds) })} unit=${t('stat.wait')}
      note=${waitNote(figures)} /></ul>`
}

function FindingStrip(props: { readonly finding: Finding }): VNode {
  const { finding } = props
  const { hours, weekdays, missed, missedInAll } = finding
  const make = `/rules/new${query({
    days: weekdays.length === 7 ? '' : weekdays.join(','), from: spokenTime(hours.from),
    to: spokenTime(hours.to), target: finding.targetId ?? '',
  })}`
  const isRule = finding.kind === 'rule' && finding.ruleId !== null
  return html`<${Strip} kind="warn"
    title=${t('stat.findNone', { p: percent(missed / missedInAll), when: findingWhen(finding) })}
    text=${isRule ? t('stat.findRuleText', { name: finding.ruleName ?? '' })
      : t('stat.findNoneText')}
    action=${isRule ? html`<${LinkButton} small=${true}
      href=${`/rules/${finding.ruleId}`}>${t('stat.editRule')}<//>`
      : html`<${LinkButton} small=${true} href=${make}>${t('stat.makeRule')}<//>`} />`
}

/** Charts of fewer days say little. */
const leastDays = 7

function Charts(props: { readonly figures: StatisticsReply; readonly period: Period }): VNode {
  const { figures, period } = props
  const table = { figures, ...period }
  return html`<div class="stat-parts"><${StatDays} days=${figures.byDay} />
    <div class="stat-pair"><${StatHeat} hours=${figures.byHour} ...${period} />
      <${StatNumbers} ...${table} /></div>
    <div class="stat-pair even"><${StatRules} ...${table} /><${StatCallers} ...${table} /></div>
      </div>`
}

function Body(props: { readonly figures: StatisticsReply; readonly period: Period }): VNode {
  const { figures } = props
  if (figures.totals.calls === 0) {
    return html`<${Empty} title=${t('stat.empty')}
      text=${t('stat.emptyText', { number: formatPhone(me.value?.number ?? '') })} />`
  }
  return html`<div class="stat-body"><${Figures} ...${props} />
    ${figures.finding !== null && html`<${FindingStrip} finding=${figures.finding} />`}
    ${figures.days < leastDays ? html`<p class="soft">${t('stat.early')}</p>`
      : html`<${Charts} ...${props} />`}</div>`
}

interface Loaded {
  readonly figures: StatisticsReply | undefined
  readonly fault: string | undefined
  readonly load: () => void
}

function useFigures(period: Period): Loaded {
  const [figures, setFigures] = useState<StatisticsReply | undefined>(undefined)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const [attempt, setAttempt] = useState(0)
  const from = startOfDay(period.from, zone.value)
  const to = startOfDay(addDays(period.to, 1), zone.value)
  useEffect(() => {
    let current = true
    callsApi.statistics(from, to).then((reply) => {
      if (!current) return
      setFigures(reply)
      setFault(undefined)
    }, (problem: unknown) => {
      noteFault(problem)
      if (current) setFault(problemText(problem))
    })
    return () => { current = false }
  }, [from, to, attempt])
  return { figures, fault, load: () => setAttempt(attempt + 1) }
}

/** The page. */
export function Statistics(): VNode {
  const period = readPeriod(place.value.query)
  const { figures, fault, load } = useFigures(period)
  const days = period.to === today.value ? String(daysBetween(period.from, period.to) + 1) : ''
  document.title = `${t('stat.title')} · ${t('app.name')}`
  return html`<div class="page statistics"><div class="page-head"><h1>${t('stat.title')}</h1>
    <div class="page-tools"><${Segmented} label=${t('stat.window')} value=${
      presets.includes(days) ? days : ''} options=${presets.map((each) => ({
      value: each, text: each === '365' ? t('stat.year') : t('stat.days', { n: Number(each) }),
    }))} onChange=${(value: string) => showPeriod(lastDays(Number(value)))} />
      <${PeriodChoice} period=${period} onChange=${showPeriod} /></div></div>
    ${fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: fault })} action=${html`<${Button} small=${true}
      onClick=${load}>${t('common.retry')}<//>`} />`}
    ${figures === undefined ? fault === undefined && html`<${Skeleton} rows=${6} />`
      : html`<${Body} figures=${figures} period=${period} />`}</div>`
}
