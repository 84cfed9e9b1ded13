/**
 * What the editor answers while one types: the rule in words with links to its fields, the week it
 * covers, and warnings that never block.
 */
import type { VNode } from 'preact'
import type { RuleReply } from '../src/api/schema.ts'
import { Strip } from './controls.ts'
import { capital, phoneName, weekdayName, zoneName } from './format.ts'
import { html } from './html.ts'
import { everyDay, toBlocks, weekStretches } from './hours-form.ts'
import { defaultWaitSeconds, wholeNumber } from './rule-form.ts'
import type { RuleForm } from './rule-form.ts'
import { ruleSentence } from './sentence.ts'
import type { Spoken } from './sentence.ts'
import { me, numbers, overview, zone } from './state.ts'
import { known, t } from './text.ts'

/** The form as the sentence needs it, names looked up. */
export function spokenForm(form: RuleForm): Spoken {
  const next = overview.value?.rules.find((rule) => rule.id === form.nextRuleId)
  return {
    blocks: toBlocks(form.hours), mode: form.mode,
    waitSeconds: wholeNumber(form.waitSeconds, 5, 120) ?? defaultWaitSeconds,
    phones: form.targets.map((target) => {
      const phone = numbers.value?.find((each) => each.id === target.targetId)
      return {
        name: phone === undefined ? t('common.dash') : phoneName(phone),
        ringSeconds: wholeNumber(target.ringSeconds, 5, 60) ?? null,
      }
    }),
    next: form.action === 'rule'
      ? { action: 'rule', name: next?.name ?? '', ignoreSchedule: form.ignoreSchedule }
      : { action: form.action },
    ringSeconds: me.value?.ringSeconds ?? 25,
  }
}

/** Which part of the form a place of the sentence leads to. */
const parts: Readonly<Record<string, string>> = {
  when: 'part-hours', mode: 'part-mode', targets: 'part-targets', wait: 'part-wait', next: 'part-next',
}

function goTo(part: string): void {
  const found = document.getElementById(part) ?? document.getElementById('part-mode')
  const field = found?.querySelector<HTMLElement>('input:not([disabled]), select, button:not([disabled])')
  found?.scrollIntoView({ block: 'center' })
  ;(field ?? found)?.focus({ preventScroll: true })
}

/** A span and not a button: its words must wrap with the sentence. */
function Word(props: { readonly text: string; readonly part: string }): VNode {
  const go = (): void => goTo(props.part)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || (event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    go()
  }
  return html`<span role="button" tabIndex=${0} class="word" onClick=${go} onKeyDown=${onKeyDown}>${
    props.text}</span>`
}

/** «Правило словами»: every underlined word leads to its field. */
export function RuleWords(props: { readonly form: RuleForm; readonly plain?: boolean }): VNode {
  const sentence = ruleSentence(spokenForm(props.form))
  return html`<section class="card words">${props.plain !== true
    && html`<h2 class="caption">${t('editor.words')}</h2>`}
    <p class="sentence">${sentence.map((piece, at) => piece.place === undefined ? piece.text
      : html`<${Word} key=${at} text=${piece.text}
        part=${parts[piece.place] ?? ''} />`)}</p></section>`
}

const axisHours = [0, 6, 12, 18, 24]

/** «Когда сработает»: the week of the form; a picture of settings, not of who wins. */
export function WeekPreview(props: { readonly form: RuleForm }): VNode {
  const week = weekStretches(props.form.hours)
  const x = (minute: number): number => 36 + minute / 1440 * 264
  return html`<section class="card week"><div class="part-head"><h2
    class="caption">${t('editor.preview')}</h2>
    <span class="caption">${zoneName(zone.value)}</span></div>
    <svg viewBox="0 0 306 164" role="img" aria-label=${t('editor.preview')}>
      ${axisHours.map((hour) => html`<text key=${hour} class="axis" x=${x(hour * 60)} y="10"
        text-anchor=${hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle'}>${String(hour).padStart(2, '0')}</text>`)}
      ${everyDay.map((weekday, row) => html`<g key=${weekday}>
        <text class="week-day" x="0" y=${30 + row * 20}>${capital(weekdayName(weekday, 'weekdayShort'))}</text>
        <rect class="week-track" x=${x(0)} y=${19 + row * 20} width="264" height="14" rx="4" />
        ${(week[row] ?? []).map((stretch) => html`<rect key=${stretch.from} class="bar waits"
          y=${19 + row * 20}
          x=${x(stretch.from)} width=${Math.max(2, x(stretch.to) - x(stretch.from))} height="14"
          rx="4" />`)}
        </g>`)}</svg></section>`
}

interface Warned {
  readonly title: string
  readonly text: string
  readonly fix?: { readonly label: string; readonly patch: Partial<RuleForm> }
}

function ringsFor(form: RuleForm): number {
  const spoken = spokenForm(form)
  return form.mode === 'parallel' ? spoken.waitSeconds
    : spoken.phones.reduce((sum, phone) => sum + (phone.ringSeconds ?? spoken.ringSeconds), 0)
}

/** What the form itself shows to be surprising. Order on the page is the order of this list. */
export function formWarnings(form: RuleForm): Warned[] {
  const found: Warned[] = []
  const account = me.value
  const mail = account?.voicemailAfterSeconds ?? 0
  if (account?.voicemail === true && mail < ringsFor(form) && form.targets.length > 0) {
    found.push({
      title: t('warn.mailEarly', { mail }), text: t('warn.mailEarlyText', { n: ringsFor(form) - mail }),
      ...(form.mode === 'parallel' && mail >= 5
        ? { fix: { label: t('warn.mailEarlyFix', { mail }), patch: { waitSeconds: String(mail) } } } : {}),
    })
  }
  if (form.action === 'voicemail' && account?.voicemail === false) {
    found.push({ title: t('warn.mailOff'), text: t('warn.mailOffText') })
  }
  const addresses = form.targets.map((target) =>
    numbers.value?.find((each) => each.id === target.targetId)?.address ?? target.targetId)
  if (new Set(addresses).size < addresses.length) {
    found.push({ title: t('warn.sameNumber'), text: t('warn.sameNumberText') })
  }
  const next = overview.value?.rules.find((rule) => rule.id === form.nextRuleId)
  if (form.action === 'rule' && next !== undefined && !next.enabled) {
    found.push({ title: t('warn.nextOff', { name: next.name }), text: t('warn.nextOffText') })
  }
  return found
}

/** Codes the form itself tells, with a fix: not repeated from the server's list. */
const ownCodes = new Set(['voicemailTooEarly', 'voicemailOff', 'repeatedNumber', 'nextDisabled', 'cycle'])

/** Warnings of the form, and of the stored rule what only the server can know. */
export function EditorWarnings(props: {
  readonly form: RuleForm; readonly rule: RuleReply | undefined; readonly set: (patch: Partial<RuleForm>) => void
}): VNode {
  const stored = (props.rule?.warnings ?? []).flatMap((warning) => {
    const key = `warning.${warning.code}`
    return ownCodes.has(warning.code) || !known(key) ? [] : [capital(t(key, warning.details))]
  })
  return html`<div class="strips">${formWarnings(props.form).map((each) => html`<${Strip}
    key=${each.title}
    kind="warn" title=${each.title} text=${each.text} action=${each.fix !== undefined
      && html`<button type="button" class="link"
        onClick=${() => props.set(each.fix?.patch ?? {})}>${
        each.fix.label}</button>`} />`)}
    ${stored.map((text) => html`<${Strip} key=${text} kind="warn" text=${text} />`)}</div>`
}
