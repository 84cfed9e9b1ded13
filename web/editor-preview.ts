/**
 * What the server answers while one types: the week in which the rule acts and what of it others
 * take, and warnings that never block. Without an answer the week shows the settings alone and
 * says so.
 */
import type { VNode } from 'preact'
import type { PreviewReply, Shadow } from '../src/api/schema-rules.ts'
import { Button, Strip } from './controls.ts'
import { goToPart } from './editor-words.ts'
import { capital, formatDate, spokenTime, timeOf, weekdayName, zoneName } from './format.ts'
import { html } from './html.ts'
import { everyDay, weekStretches } from './hours-form.ts'
import type { RuleForm } from './rule-form.ts'
import type { Preview } from './rule-preview.ts'
import { me, online, overview, zone } from './state.ts'
import { t } from './text.ts'
import { warningWords } from './warning-words.ts'
import { localTime, weekdayOf } from './zone.ts'

const axisHours = [0, 6, 12, 18, 24]
/** Left edge, width and row height of the picture's plot, in its own units. */
const left = 36
const width = 264
const rowHeight = 20

interface Stretch {
  /** Shares of the day, 0–1. */
  readonly from: number
  readonly to: number
  readonly lost: boolean
}

function cut(
  stretch: { readonly from: number; readonly to: number },
  day: { readonly from: number; readonly to: number }, lost: boolean,
): Stretch[] {
  const from = Math.max(stretch.from, day.from)
  const to = Math.min(stretch.to, day.to)
  const length = day.to - day.from
  return from >= to ? [] : [{ from: (from - day.from) / length, to: (to - day.from) / length, lost }]
}

/** The bars of an answer by weekday, Monday first; lost stretches lie on top of the bars. */
export function previewWeek(reply: PreviewReply): readonly (readonly Stretch[])[] {
  const week: Stretch[][] = everyDay.map(() => [])
  for (const day of reply.days) {
    const row = week[weekdayOf(day.date) - 1]
    for (const bar of reply.bars) {
      row?.push(...cut(bar, day, false), ...bar.lost.flatMap((lost) => cut(lost, day, true)))
    }
  }
  return week
}

function settingsWeek(form: RuleForm): readonly (readonly Stretch[])[] {
  return weekStretches(form.hours).map((row) =>
    row.map(({ from, to }) => ({ from: from / 1440, to: to / 1440, lost: false })))
}

function Row(props: { readonly weekday: number; readonly row: readonly Stretch[] }): VNode {
  const y = 19 + (props.weekday - 1) * rowHeight
  return html`<g><text class="week-day" x="0" y=${y + 11}>${
    capital(weekdayName(props.weekday, 'weekdayShort'))}</text>
    <rect class="week-track" x=${left} y=${y} width=${width} height="14" rx="4" />
    ${props.row.map((stretch) => html`<rect key=${`${stretch.from}${stretch.lost}`} y=${y}
      class=${stretch.lost ? 'week-lost' : 'bar waits'} x=${left + stretch.from * width}
      width=${Math.max(2, (stretch.to - stretch.from) * width)} height="14" rx="4" />`)}</g>`
}

function dayAndHours(shadow: Shadow): { day: string; from: string; to: string } {
  const from = localTime(shadow.from, zone.value)
  const to = localTime(shadow.to, zone.value)
  return {
    day: formatDate(from.date, 'weekday'), from: spokenTime(from.minute),
    to: spokenTime(to.minute === 0 ? 1440 : to.minute),
  }
}

/** What the picture says, in words: for everybody, and instead of it for a screen reader. */
function weekWords(preview: Preview, form: RuleForm): string[] {
  const { reply } = preview
  if (preview.failed) return [t(online.value ? 'preview.failed' : 'preview.offline')]
  if (reply === undefined) return []
  if (!form.enabled) return [t('preview.off')]
  const words = reply.shadowedBy.slice(0, 2).map((shadow) =>
    t('preview.yields', { name: shadow.name, ...dayAndHours(shadow) }))
  for (const shadow of reply.shadows.slice(0, 2)) {
    words.push(t('preview.takes', { name: shadow.name, ...dayAndHours(shadow) }))
  }
  if (reply.bars.some((bar) => bar.conditional === true)) words.push(t('preview.conditional'))
  const { next } = reply
  if (next === null) words.push(t('preview.notSoon'))
  else if (next.from > reply.now) {
    words.push(t('preview.next', {
      day: formatDate(localTime(next.from, zone.value).date, 'weekday'),
      time: timeOf(next.from, zone.value),
    }))
  }
  return words
}

/** «Когда сработает»: the week from today on; hatched is what higher rules take. */
export function WeekPreview(props: { readonly form: RuleForm; readonly preview: Preview }): VNode {
  const { form, preview } = props
  const week = preview.reply === undefined || preview.failed ? settingsWeek(form)
    : previewWeek(preview.reply)
  const words = weekWords(preview, form)
  return html`<section class="card week"><div class="part-head"><h2
    class="caption">${t('editor.preview')}</h2>
    <span class="caption">${zoneName(zone.value)}</span></div>
    <svg viewBox="0 0 306 164" role="img" aria-label=${[t('editor.preview'), ...words].join('. ')}
      class=${preview.reply === undefined || preview.fresh || preview.failed ? '' : 'stale'}>
      <defs><pattern id="week-hatch" width="6" height="6" patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"><rect class="lost" width="6" height="6" />
        <rect class="tile-lost" width="1.6" height="6" /></pattern></defs>
      ${axisHours.map((hour) => html`<text key=${hour} class="axis" y="10"
        x=${left + hour / 24 * width}
        text-anchor=${hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle'}>${
          String(hour).padStart(2, '0')}</text>`)}
      ${everyDay.map((weekday) => html`<${Row} key=${weekday} weekday=${weekday}
        row=${week[weekday - 1] ?? []} />`)}</svg>
    ${words.map((text) => html`<p key=${text} class="week-words">${text}</p>`)}</section>`
}

interface Fix {
  readonly label: string
  /** Changes the form, or leads to a part of it or to a page. */
  readonly patch?: Partial<RuleForm>
  readonly part?: string
  readonly href?: string
}

type Details = Readonly<Record<string, string | number>>

/** The step to the next rule takes no notice of its hours: that of the branch the warning names. */
function inAnyTime(form: RuleForm, link: string | number | undefined): Partial<RuleForm> {
  return link === 'busy' || link === 'unreachable'
    ? { [link]: { ...form[link], ignoreSchedule: true } } : { ignoreSchedule: true }
}

/** What would make a warning go away, where one step does. */
export function fixOf(
  code: string, details: Details, form: RuleForm,
): Fix | undefined {
  if (code === 'voicemailTooEarly' && form.mode === 'parallel') {
    const mail = me.value?.voicemailAfterSeconds ?? 0
    return mail >= 5
      ? { label: t('warn.waitFix', { n: mail }), patch: { waitSeconds: String(mail) } }
      : { label: t('warn.settings'), href: '/settings/calls' }
  }
  if (code === 'voicemailTooEarly' || code === 'voicemailOff') {
    return { label: t('warn.settings'), href: '/settings/calls' }
  }
  if (code === 'nextDisabled' || code === 'nextOutsideSchedule') {
    const id = String(details['nextRuleId'] ?? '')
    return code === 'nextDisabled' ? { label: t('warning.open'), href: `/rules/${id}` }
      : { label: t('warn.ignoreSchedule'), patch: inAnyTime(form, details['link']) }
  }
  if (code === 'unverifiedNumber') return { label: t('warn.toNumbers'), href: '/numbers' }
  if (code === 'listEmpty' || code === 'listMissing') {
    return { label: t('callers.toLists'), href: '/callers' }
  }
  if (code === 'shadowed') {
    return { label: t('warn.priority'), part: 'part-wait' }
  }
  return undefined
}

function FixLink(props: {
  readonly fix: Fix; readonly set: (patch: Partial<RuleForm>) => void
}): VNode {
  const { label, patch, part, href } = props.fix
  if (href !== undefined) return html`<a class="link" href=${href}>${label}</a>`
  return html`<button type="button" class="link" onClick=${() => {
    if (patch !== undefined) props.set(patch)
    else if (part !== undefined) goToPart(part)
  }}>${label}</button>`
}

interface WarningsProps {
  readonly form: RuleForm
  readonly set: (patch: Partial<RuleForm>) => void
  readonly preview: Preview
  readonly advanced: boolean
}

interface Warned {
  readonly key: string
  readonly text: string
  readonly fix?: Fix | undefined
}

/**
 * A form without a number is told so when it is saved, not while it is being filled in; what is lost
 * in part is told below the week, with its hours.
 */
const toldElsewhere: ReadonlySet<string> = new Set(['noTargets', 'shadowedPartly'])

/** The warnings of an answer in words; those without words are left out. */
function warned(props: WarningsProps): Warned[] {
  const { reply } = props.preview
  if (reply === undefined) return []
  const own = reply.rule.warnings.flatMap((warning): Warned[] => {
    const { code, details } = warning
    const text = warningWords(warning)
    if (text === undefined || toldElsewhere.has(code)) return []
    const fix = fixOf(code, details, props.form)
    return [{
      key: `${code}${details['byRuleId'] ?? ''}`, text: capital(text),
      fix: fix?.part === 'part-wait' && !props.advanced ? undefined : fix,
    }]
  })
  return [...own, ...reply.elsewhere.flatMap((warning): Warned[] => {
    const { ruleId, code } = warning
    const name = overview.value?.rules.find((rule) => rule.id === ruleId)?.name
    const text = warningWords(warning)
    if (text === undefined || name === undefined) return []
    return [{ key: `${ruleId}${code}`, text: t('warning.named', { name, text }) }]
  })]
}

const shownWarnings = 4

/** The warnings, live; spoken politely when they change. */
export function EditorWarnings(props: WarningsProps): VNode {
  const all = warned(props)
  return html`<div class="strips" aria-live="polite">${all.slice(0, shownWarnings).map((each) =>
    html`<${Strip} key=${each.key} kind="warn" text=${each.text} action=${each.fix !== undefined
      && html`<${FixLink} fix=${each.fix} set=${props.set} />`} />`)}
    ${all.length > shownWarnings
      && html`<p class="soft">${t('common.more', { n: all.length - shownWarnings })}</p>`}
    ${props.preview.refused !== undefined
      && html`<${Strip} kind="warn" text=${props.preview.refused} />`}
    ${props.preview.failed && online.value && html`<${Strip} kind="plain"
      text=${t('preview.failed')} action=${html`<${Button} small=${true}
      onClick=${props.preview.again}>${t('common.retry')}<//>`} />`}</div>`
}
