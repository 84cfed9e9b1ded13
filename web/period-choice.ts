/**
 * The choice of a period: a chip that says which days are shown and opens a box with usual periods
 * and two dates. Shared by journal and statistics.
 */
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Field } from './controls.ts'
import { Popover } from './dialog.ts'
import { dateSpan, formatDate } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { today } from './state.ts'
import { t } from './text.ts'
import { addDays } from './zone.ts'
import './text-calls-ru.ts'

/** Local dates, both ends included; '' is open. */
export interface Period {
  readonly from: string
  readonly to: string
}

function shortSpan(from: string, to: string): string {
  const year = today.value.slice(0, 4)
  const text = dateSpan(from, to)
  // The year only if it is not this one.
  return from.startsWith(year) && to.startsWith(year)
    ? text.replace(new RegExp(`,?\\s${year}(?=\\s|$)`, 'g'), '') : text
}

/** A period in words: «17–18 ноября», «с 3 мая», «за всё время». */
export function periodWords({ from, to }: Period): string {
  if (from === '' && to === '') return t('calls.anyTime')
  if (to === '') return t('when.since', { from: formatDate(from, 'day') })
  if (from === '') return t('when.until', { to: formatDate(to, 'day') })
  return shortSpan(from, to)
}

function usual(): readonly (readonly [string, Period])[] {
  const day = today.value
  const yesterday = addDays(day, -1)
  const last = (n: number): readonly [string, Period] =>
    [t('calls.lastDays', { n }), { from: addDays(day, 1 - n), to: day }]
  return [
    [t('calls.todayOnly'), { from: day, to: day }],
    [t('calls.yesterdayOnly'), { from: yesterday, to: yesterday }],
    last(7), last(30),
  ]
}

interface PeriodProps {
  readonly period: Period
  readonly onChange: (period: Period) => void
  /** «За всё время» may be chosen. */
  readonly open?: boolean
}

function Box(props: PeriodProps & { readonly onDone: (period: Period) => void }): VNode {
  const { period, onChange, onDone } = props
  const choices = [...usual(), ...(props.open === true
    ? [[t('calls.anyTime'), { from: '', to: '' }] as const] : [])]
  const set = (part: Partial<Period>): void => {
    const next = { ...period, ...part }
    // Of two dates in the wrong order the one just chosen counts.
    if (next.from !== '' && next.to !== '' && next.from > next.to) {
      onChange(part.from === undefined ? { from: next.to, to: next.to }
        : { from: next.from, to: next.from })
    } else onChange(next)
  }
  return html`<div class="period-box"><div
    class="chips">${choices.map(([name, each]) => html`<button
      type="button" key=${name} class="chip"
      aria-pressed=${String(each.from === period.from && each.to === period.to)}
      onClick=${() => onDone(each)}>${name}</button>`)}</div>
    <div class="period-dates"><${Field} label=${t('calls.periodFrom')} type="date"
      value=${period.from} onInput=${(from: string) => set({ from })} />
      <${Field} label=${t('calls.periodTo')} type="date" value=${period.to}
        onInput=${(to: string) => set({ to })} /></div></div>`
}

/** The chip with its box. */
export function PeriodChoice(props: PeriodProps): VNode {
  const anchor = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  const done = (period: Period): void => {
    props.onChange(period)
    close()
  }
  return html`<span><button ref=${anchor} type="button" class="chip period-chip"
    aria-haspopup="dialog" aria-expanded=${String(open)}
    aria-label=${`${t('calls.period')}: ${periodWords(props.period)}`}
    onClick=${() => setOpen(!open)}>${periodWords(props.period)}<${Icon} name="down" size=${14} />
      </button>
    ${open && anchor.current !== null && html`<${Popover} anchor=${anchor.current}
      label=${t('calls.period')} onClose=${close}><${Box} ...${props} onDone=${done} /><//>`}
        </span>`
}
