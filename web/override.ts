/**
 * «Сейчас всё на …»: chips that send all calls to one number, to voicemail or nowhere, for a chosen
 * time, at one tap with undo; «Вернуть расписание» ends it. It ends by itself, too: the server
 * compares the time, this page only tells it.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { NumberReply } from '../src/api/schema.ts'
import type { OverrideReply, OverrideRequest } from '../src/api/schema-rules.ts'
import { untilWords } from './answer.ts'
import { send } from './api.ts'
import { change } from './changes.ts'
import { Button, Select } from './controls.ts'
import { phone as isPhone } from './device.ts'
import { phoneName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { later } from './later.ts'
import type { OtherProps, UntilProps } from './override-dialogs.ts'
import { me, now, numbers, overview, zone } from './state.ts'
import { t } from './text.ts'
import { addDays, localTime, startOfDay } from './zone.ts'
import './text-home-ru.ts'

type Length = 'half' | 'hour' | 'day' | 'ever'
type Where = Pick<OverrideReply, 'action' | 'targetId'>

const UntilDialog = later<UntilProps>(async () => (await import('./override-dialogs.ts')).UntilDialog)
const OtherDialog = later<OtherProps>(async () => (await import('./override-dialogs.ts')).OtherDialog)

/** More numbers than this stand behind «Другой…». */
const mostChips = 4

/** The numbers most used by rules, the default number among equals first. */
export function chipNumbers(
  all: readonly NumberReply[], chosen: string | null,
): readonly NumberReply[] {
  const use = (each: NumberReply): number => each.usedBy.length * 2 + Number(each.isDefault)
  const best = [...all].sort((a, b) => use(b) - use(a)).slice(0, mostChips)
  const active = all.find((each) => each.id === chosen)
  return active === undefined || best.includes(active) ? best : [...best.slice(0, mostChips - 1), active]
}

/** When a length of time ends, milliseconds since 1970; null = when it is taken back. */
export function lengthEnd(length: Length, nowMs: number, zone_: string): number | null {
  switch (length) {
    case 'half': return nowMs + 1_800_000
    case 'hour': return nowMs + 3_600_000
    case 'day': return startOfDay(addDays(localTime(nowMs, zone_).date, 1), zone_)
    case 'ever': return null
  }
}

function requestOf(where: Where, untilMs: number | null): OverrideRequest {
  return where.action === 'ring' ? { action: 'ring', targetId: where.targetId ?? '', untilMs }
    : { action: where.action, untilMs }
}

function doneWords(where: Where, untilMs: number | null): string {
  const name = numberName(where.targetId)
  const until = untilMs === null ? '' : untilWords(untilMs, now.value, zone.value)
  const ends = untilMs !== null
  switch (where.action) {
    case 'ring': return t(ends ? 'override.ringUntil' : 'override.ring', { name, until })
    case 'voicemail': return t(ends ? 'override.mailUntil' : 'override.mailDone', { until })
    case 'refuse': return t(ends ? 'override.quietUntil' : 'override.quietDone', { until })
  }
}

function numberName(id: string | null): string {
  const found = numbers.value?.find((each) => each.id === id)
  return found === undefined ? '' : phoneName(found)
}

function store(before: OverrideReply | null): Promise<unknown> {
  return before === null ? send('DELETE', '/override')
    : send('PUT', '/override', requestOf(before, before.untilMs))
}

function begin(where: Where, untilMs: number | null): void {
  const before = overview.value?.override ?? null
  void change(() => send('PUT', '/override', requestOf(where, untilMs)),
    { text: doneWords(where, untilMs), undo: () => store(before) })
}

function end(): void {
  const before = overview.value?.override ?? null
  void change(() => store(null), { text: t('override.returned'), undo: () => store(before) })
}

function Chip(props: {
  readonly text: string; readonly active: boolean; readonly onClick: () => void
}): VNode {
  return html`<button type="button" class=${props.active ? 'chip active' : 'chip'}
    aria-pressed=${String(props.active)} onClick=${props.onClick}>${props.active
      && html`<${Icon} name="check" size=${15} />`}<span>${props.text}</span></button>`
}

const lengths: readonly Length[] = ['half', 'hour', 'day', 'ever']

/** The row of chips. Nothing without a number: there would be nowhere to send calls to. */
export function Override(): VNode | null {
  const [length, setLength] = useState<Length>('hour')
  const [picked, setPicked] = useState<number>() // a time of day; it comes before `length`
  const [asked, setAsked] = useState<'until' | 'other' | undefined>(undefined)
  const all = numbers.value ?? []
  const active = overview.value?.override ?? null
  if (all.length === 0) return null
  const chips = chipNumbers(all, active?.targetId ?? null)
  const choose = (where: Where): void => {
    const same = active?.action === where.action && active.targetId === where.targetId
    // A second tap on the active chip takes it back.
    if (same) end()
    else if (active !== null) begin(where, active.untilMs)
    else if (picked !== undefined && picked > now.value) begin(where, picked)
    else begin(where, lengthEnd(length, now.value, zone.value))
  }
  const setEnd = (value: string): void => {
    if (value === 'at') return setAsked('until')
    const chosen = lengths.find((each) => each === value)
    if (chosen === undefined) return
    setLength(chosen)
    setPicked(undefined)
    if (active !== null) begin(active, lengthEnd(chosen, now.value, zone.value))
  }
  const endMs = active === null ? picked ?? null : active.untilMs
  const shown = endMs !== null ? 'picked' : active === null ? length : 'ever'
  const isSpan = shown === 'half' || shown === 'hour'
  const options = [...(endMs === null ? [] : [{
    value: 'picked', text: t('override.until', { until: untilWords(endMs, now.value, zone.value) }),
  }]),
    ...lengths.map((each) => ({ value: each, text: t(`override.length.${each}`) })),
    { value: 'at', text: t('override.at') }]
  return html`<div class="override" role="group" aria-label=${t('override.label')}>
    <span class="override-label">${t(isPhone.value ? 'override.short' : 'override.label')}</span>
    ${chips.map((each) => html`<${Chip} key=${each.id} text=${phoneName(each)}
      active=${active?.targetId === each.id}
      onClick=${() => choose({ action: 'ring', targetId: each.id })} />`)}
    ${all.length > chips.length && html`<button type="button" class="chip" aria-haspopup="dialog"
      onClick=${() => setAsked('other')}>${t('override.other')}</button>`}
    ${(me.value?.voicemail === true || active?.action === 'voicemail') && html`<${Chip}
      text=${t('override.mail')} active=${active?.action === 'voicemail'}
      onClick=${() => choose({ action: 'voicemail', targetId: null })} />`}
    <${Chip} text=${t('override.quiet')} active=${active?.action === 'refuse'}
      onClick=${() => choose({ action: 'refuse', targetId: null })} />
    <span class="override-for"><span aria-hidden="true">${isSpan && t('override.for')}</span>
      <${Select} hidden=${true} label=${t('override.forLabel')} value=${shown} options=${options}
        onChange=${setEnd} /></span>
    ${active !== null && html`<${Button} icon="undo" onClick=${end}>${t('override.back')}<//>`}
    ${asked === 'until' && html`<${UntilDialog} onClose=${() => setAsked(undefined)}
      onDone=${(untilMs: number) => {
        setAsked(undefined)
        setPicked(untilMs)
        if (active !== null) begin(active, untilMs)
      }} />`}
    ${asked === 'other' && html`<${OtherDialog} all=${all.filter((each) => !chips.includes(each))}
      onClose=${() => setAsked(undefined)} onDone=${(id: string) => {
        setAsked(undefined)
        choose({ action: 'ring', targetId: id })
      }} />`}</div>`
}
