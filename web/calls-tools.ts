/**
 * What stands above the journal: search, period, outcomes, the box of further filters, and the
 * filters that are set as chips to be taken away. All of it lives in the address.
 */
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { CallsExport } from './calls-export.ts'
import { Segmented, Select } from './controls.ts'
import { phone } from './device.ts'
import { Popover } from './dialog.ts'
import { capital, clockTime, formatPhone, phoneName, weekdayName } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import type { JournalQuery, OutcomeFilter } from './journal-query.ts'
import { PeriodChoice } from './period-choice.ts'
import type { Period } from './period-choice.ts'
import { SearchField } from './search-field.ts'
import { numbers, overview } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'
import './text-calls-ru.ts'

export interface ToolsProps {
  readonly query: JournalQuery
  /** Changes filters; the list begins with the newest call again. */
  readonly onChange: (values: Partial<JournalQuery>) => void
}

const usual: readonly (readonly [OutcomeFilter, Key])[] = [
  ['', 'calls.all'], ['answered', 'calls.answered'], ['missed', 'calls.missed'],
  ['voicemail', 'calls.voicemail'],
]
const others: readonly (readonly [OutcomeFilter, Key])[] = [
  ['abandoned', 'calls.abandoned'], ['refused', 'calls.refused'], ['live', 'calls.live'],
]
/** A pause in typing after which the search goes out, milliseconds. */
const typingMs = 250

function Search(props: ToolsProps): VNode {
  const { query, onChange } = props
  const [text, setText] = useState(query.q)
  useEffect(() => {
    if (text === query.q) return undefined
    const timer = setTimeout(() => onChange({ q: text.slice(0, 64) }), typingMs)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => setText(query.q), [query.q])
  return html`<${SearchField} label=${t('calls.search')} value=${text} onInput=${setText} />`
}

function FilterBox(props: ToolsProps): VNode {
  const { query, onChange } = props
  const rules = overview.value?.rules ?? []
  const phones = numbers.value ?? []
  return html`<div class="filter-box">
    <${Select} label=${t('calls.rule')} value=${query.rule}
      onChange=${(rule: string) => onChange({ rule })}
      options=${[{ value: '', text: t('calls.anyRule') },
        { value: 'none', text: t('calls.ruleNone') },
        ...rules.map((each) => ({ value: each.id, text: each.name }))]} />
    <${Select} label=${t('calls.rang')} value=${query.number}
      onChange=${(number: string) => onChange({ number })}
      options=${[{ value: '', text: t('calls.anyNumber') },
        ...phones.map((each) => ({ value: each.id, text: phoneName(each) }))]} />
    <${Select} label=${t('calls.recording')} value=${query.hasRecording}
      onChange=${(hasRecording: JournalQuery['hasRecording']) => onChange({ hasRecording })}
      options=${[{ value: '', text: t('calls.anyRecording') },
        { value: 'yes', text: t('calls.withRecording') },
        { value: 'no', text: t('calls.withoutRecording') }]} />
    <${Select} label=${t('calls.outcome')} value=${query.outcome}
      onChange=${(outcome: OutcomeFilter) => onChange({ outcome })}
      options=${[...usual, ...others].map(([value, key]) => ({ value, text: t(key) }))} />
    <label class="check"><input type="checkbox" checked=${query.hasNote === 'yes'}
      onChange=${() => onChange({ hasNote: query.hasNote === 'yes' ? '' : 'yes' })} />${
      t('calls.withNote')}</label>
    ${phone.value && html`<${CallsExport} query=${query} />`}</div>`
}

function Filters(props: ToolsProps): VNode {
  const anchor = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  return html`<span class="filters"><button ref=${anchor} type="button" class="chip filter-chip"
    aria-haspopup="dialog" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}><${Icon}
    name="sliders" size=${15} />${t('calls.filters')}</button>
    ${open && anchor.current !== null && html`<${Popover} anchor=${anchor.current}
      label=${t('calls.filters')} onClose=${() => setOpen(false)}><${FilterBox} ...${props} /><//>`}
        </span>`
}

/** An hour of the week in words: «вт 11:00–12:00». */
export function cellWords(cell: number): string {
  const hour = cell % 24
  return t('calls.chipCell', {
    day: weekdayName(Math.floor(cell / 24) + 1, 'weekdayShort'), from: clockTime(hour * 60),
    to: clockTime(hour * 60 + 60),
  })
}

interface Chip {
  readonly name: string
  readonly without: Partial<JournalQuery>
}

/** The filters that have no control of their own in sight. */
function chipsOf(query: JournalQuery): Chip[] {
  const chips: Chip[] = []
  const add = (name: string, without: Partial<JournalQuery>): void => {
    chips.push({ name, without })
  }
  if (query.rule !== '') {
    const rule = overview.value?.rules.find((each) => each.id === query.rule)
    add(query.rule === 'none' ? t('calls.ruleNone')
      : t('calls.chipRule', { name: rule?.name ?? t('calls.gone') }), { rule: '' })
  }
  if (query.number !== '') {
    const found = numbers.value?.find((each) => each.id === query.number)
    add(t('calls.chipNumber', { name: found === undefined ? t('calls.gone') : phoneName(found) }),
      { number: '' })
  }
  if (query.caller !== '') {
    add(formatPhone(query.caller === 'anonymous' ? '' : query.caller), { caller: '' })
  }
  if (query.cell !== '') add(cellWords(Number(query.cell)), { cell: '' })
  if (query.hasRecording !== '') {
    add(t(query.hasRecording === 'yes' ? 'calls.chipRecording' : 'calls.chipNoRecording'),
      { hasRecording: '' })
  }
  if (query.hasNote !== '') add(t('calls.chipNote'), { hasNote: '' })
  return chips
}

function Chips(props: ToolsProps): VNode | null {
  const chips = chipsOf(props.query)
  if (chips.length === 0) return null
  return html`<div class="chips set-filters">${chips.map(({ name, without }) => html`<button
    type="button" key=${name} class="chip" aria-label=${t('calls.drop', { name })}
    onClick=${() => props.onChange(without)}>${capital(name)}<${Icon} name="close" size=${13} />
      </button>`)}</div>`
}

/** The row of tools; `searching`: on a phone the field is shown only then. */
export function CallsTools(props: ToolsProps & { readonly searching: boolean }): VNode {
  const { query, onChange } = props
  const extra = others.filter(([value]) => value === query.outcome)
  const searchable = !phone.value || props.searching || query.q !== ''
  return html`<div><div class="calls-tools">${searchable && html`<${Search} ...${props} />`}
    <${Segmented} label=${t('calls.filter')} value=${query.outcome}
      options=${[...usual, ...extra].map(([value, key]) => ({ value, text: t(key) }))}
      onChange=${(outcome: OutcomeFilter) => onChange({ outcome })} />
    <${PeriodChoice} open=${true} period=${{ from: query.from, to: query.to }}
      onChange=${(period: Period) => onChange(period)} />
    <${Filters} ...${props} /></div><${Chips} ...${props} /></div>`
}
