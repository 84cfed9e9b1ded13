/**
 * The day of the question as a slider over the lane «Итог»: drag or click sets the time, arrow keys
 * move it by five minutes, with Shift by an hour.
 */
import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { SimulateReply } from '../src/api/schema-rules.ts'
import { clockTime, phoneName } from './format.ts'
import { html } from './html.ts'
import { numbers, me } from './state.ts'
import { t } from './text.ts'
import { fit } from './timeline-layout.ts'
import { useWidth } from './width.ts'
import './text-simulator-ru.ts'

type Day = SimulateReply['day']
type Stretch = Day['result'][number]

const axisHours: Readonly<Record<'wide' | 'narrow', readonly number[]>> = {
  wide: [0, 3, 6, 9, 12, 15, 18, 21, 24], narrow: [0, 6, 12, 18, 24],
}

function stretchName(stretch: Stretch, reply: SimulateReply): string {
  if (stretch.ruleId !== null) return reply.rules[stretch.ruleId]?.name ?? ''
  const nameOf = (id: string | null | undefined): string => {
    const found = numbers.value?.find((each) => each.id === id)
    return found === undefined ? '' : phoneName(found)
  }
  switch (stretch.kind) {
    case 'default': return t('timeline.default', { name: nameOf(me.value?.defaultTargetId) })
    case 'override': return t('timeline.override', { name: nameOf(stretch.targetId) })
    case 'voicemail': return t('timeline.mail')
    case 'refused': return t('timeline.quiet')
    case 'rule': case 'nowhere': return t('timeline.nowhere')
  }
}

/** The bar. `minute` is the time of the question, `nowMinute` today's time or undefined. */
export function Scrub(props: {
  readonly reply: SimulateReply; readonly minute: number; readonly atMs: number
  readonly nowMs: number; readonly onChange: (minute: number) => void
}): VNode {
  const { reply, minute, onChange } = props
  const { ref, width } = useWidth()
  const held = useRef(false)
  const { day } = reply
  const length = day.to - day.from
  const x = (ms: number): number => (ms - day.from) / length * width
  const set = (event: PointerEvent): void => {
    const box = ref.current?.getBoundingClientRect()
    if (box === undefined || box.width === 0) return
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    onChange(Math.min(1435, Math.round(part * length / 60_000 / 5) * 5))
  }
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1
      : event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -1 : 0
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? 1435
      : step === 0 ? undefined : Math.min(1439, Math.max(0, minute + step * (event.shiftKey ? 60 : 5)))
    if (next === undefined) return
    event.preventDefault()
    onChange(next)
  }
  const here = day.result.find((each) => each.from <= props.atMs && props.atMs < each.to)
  const mark = Math.min(width - 22, Math.max(22, x(props.atMs)))
  return html`<div class="scrub" ref=${ref} role="slider" tabIndex=${0} aria-label=${t('sim.scrub')}
    aria-valuemin="0" aria-valuemax="1439" aria-valuenow=${minute}
    aria-valuetext=${t('sim.scrubText',
      { time: clockTime(minute), what: here === undefined ? '' : stretchName(here, reply) })}
    onKeyDown=${key}
    onPointerDown=${(event: PointerEvent) => {
      if (event.button !== 0) return
      held.current = true
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      set(event)
    }}
    onPointerMove=${(event: PointerEvent) => { if (held.current) set(event) }}
    onPointerUp=${() => { held.current = false }} onPointerCancel=${() => { held.current = false }}>
    ${width > 0 && html`<svg width=${width} height="76" aria-hidden="true">
      <defs><pattern id="tile-scrub" width="7" height="7" patternUnits="userSpaceOnUse"
        patternTransform="rotate(-45)"><rect class="tile-nowhere" width="1.6" height="7" /></pattern></defs>
      ${axisHours[width > 520 ? 'wide' : 'narrow'].map((hour) => {
        const at = hour / 24 * width
        const near = Math.abs(at - mark) < 44
        return !near && html`<text key=${hour} class="axis" x=${at} y="12"
          text-anchor=${hour === 0 ? 'start' : hour === 24 ? 'end' : 'middle'}>${
          clockTime(hour * 60)}</text>`
      })}
      ${day.result.map((each) => {
        const left = x(Math.max(each.from, day.from)) + 0.5
        const wide = Math.max(2, x(Math.min(each.to, day.to)) - left - 1)
        const name = fit(stretchName(each, reply), wide - 10)
        const look = each === here ? 'here' : each.kind === 'nowhere' ? 'nowhere'
          : each.kind === 'voicemail' ? 'mail' : 'waits'
        return html`<g key=${each.from} class=${`scrub-part ${look}`}>
          <rect class="scrub-fill" x=${left} y="22" width=${wide} height="34" rx="6" />
          ${each.kind === 'nowhere' && each !== here && html`<rect x=${left} y="22" width=${wide}
            height="34" rx="6" fill="url(#tile-scrub)" />`}
          <text x=${left + wide / 2} y="43.5" text-anchor="middle">${name}</text></g>`
      })}
      ${props.nowMs >= day.from && props.nowMs < day.to && html`<line class="clock-line"
        x1=${x(props.nowMs)} x2=${x(props.nowMs)} y1="18" y2="60" />`}
      <g class="scrub-mark"><line x1=${x(props.atMs)} x2=${x(props.atMs)} y1="18" y2="62" />
        <rect x=${mark - 22} y="0" width="44" height="19" rx="9.5" />
        <text x=${mark} y="13.5" text-anchor="middle">${clockTime(minute)}</text>
        <circle cx=${Math.min(width - 8, Math.max(8, x(props.atMs)))} cy="63" r="7" /></g></svg>`}</div>`
}
