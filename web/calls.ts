/**
 * «Журнал»: one row per call, newest first, live calls on top, pages of fifty. Filters and the open
 * row are in the address, so that a view can be sent to somebody.
 */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { api, problemText } from './api.ts'
import type { Call, CallsQuery } from './api.ts'
import { CallDays } from './call-rows.ts'
import { Button, Empty, Segmented, Skeleton, Strip } from './controls.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { navigate, place } from './router.ts'
import { SearchField } from './search-field.ts'
import { callsChanged, me, noteFault } from './state.ts'
import { t } from './text.ts'
import type { Key } from './text.ts'

type Outcome = CallsQuery['outcome']

const outcomes: readonly (readonly [Outcome, Key])[] = [
  ['', 'calls.all'], ['answered', 'calls.answered'], ['missed', 'calls.missed'], ['voicemail', 'calls.voicemail'],
]
/** A pause in typing after which the search goes out, milliseconds. */
const typingMs = 250

interface Page {
  readonly calls: readonly Call[]
  readonly more: boolean
}

/** Puts filters into the address; empty values leave it. */
function setQuery(values: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(place.value.query)
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  navigate(text === '' ? '/calls' : `/calls?${text}`, true)
}

function readQuery(): CallsQuery {
  const query = place.value.query
  const outcome = outcomes.find(([value]) => value === query.get('outcome'))?.[0] ?? ''
  const before = Number(query.get('before') ?? Number.NaN)
  return {
    outcome, q: query.get('q') ?? '', before: Number.isFinite(before) ? before : undefined,
    beforeId: query.get('beforeId') ?? undefined,
  }
}

function Tools(props: { readonly ask: CallsQuery }): VNode {
  const [text, setText] = useState(props.ask.q)
  useEffect(() => {
    if (text === props.ask.q) return undefined
    const timer = setTimeout(() => setQuery({ q: text, before: undefined, beforeId: undefined }), typingMs)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => setText(props.ask.q), [props.ask.q])
  return html`<div class="calls-tools"><${SearchField} label=${t('calls.search')} value=${text}
    onInput=${setText} />
    <${Segmented} label=${t('calls.filter')} value=${props.ask.outcome}
      options=${outcomes.map(([value, key]) => ({ value, text: t(key) }))}
      onChange=${(outcome: Outcome) => setQuery({ outcome, before: undefined, beforeId: undefined })} /></div>`
}

function Nothing(props: { readonly ask: CallsQuery }): VNode {
  const filtered = props.ask.q !== '' || props.ask.outcome !== '' || props.ask.before !== undefined
  return filtered ? html`<${Empty} title=${t('calls.nothing')} text=${t('calls.nothingText')}
      action=${html`<${Button} onClick=${() => navigate('/calls', true)}>${t('calls.reset')}<//>`} />`
    : html`<${Empty} title=${t('calls.empty')}
      text=${t('calls.emptyText', { number: formatPhone(me.value?.number ?? '') })} />`
}

function Pages(props: { readonly page: Page; readonly ask: CallsQuery }): VNode {
  const last = props.page.calls.at(-1)
  const older = (): void => {
    if (last !== undefined) setQuery({ before: String(last.startedAt), beforeId: last.id, open: undefined })
    scrollTo(0, 0)
  }
  return html`<div class="pages">${props.ask.before !== undefined && html`<${Button} onClick=${() =>
    setQuery({ before: undefined, beforeId: undefined })}>${t('calls.newest')}<//>`}
    ${props.page.more && html`<${Button} onClick=${older}>${t('calls.older')}<//>`}</div>`
}

/** The page. */
export function Calls(): VNode {
  const page = useSignal<Page | undefined>(undefined)
  const fault = useSignal<string | undefined>(undefined)
  // Only what is asked of the server: opening a row changes the address, too, but loads nothing.
  const wanted = useComputed(() => JSON.stringify(readQuery()))
  const attempt = useSignal(0)
  useSignalEffect(() => {
    const ask = JSON.parse(wanted.value) as CallsQuery
    let current = true
    void callsChanged.value
    void attempt.value
    api.calls(ask).then((reply) => {
      if (!current) return
      page.value = reply
      fault.value = undefined
    }, (problem: unknown) => {
      if (!current) return
      noteFault(problem)
      fault.value = problemText(problem)
    })
    return () => { current = false }
  })
  document.title = `${t('calls.title')} · ${t('app.name')}`
  const ask = readQuery()
  const open = place.value.query.get('open')
  const shown = page.value
  return html`<div class="page calls"><div class="page-head"><h1>${t('calls.title')}</h1></div>
    <${Tools} ask=${ask} />
    ${fault.value !== undefined && html`<${Strip} kind="bad"
      text=${t('error.load', { reason: fault.value })}
      alert=${true} action=${html`<${Button} small=${true}
      onClick=${() => { attempt.value += 1 }}>${
        t('common.retry')}<//>`} />`}
    ${shown === undefined ? fault.value === undefined && html`<${Skeleton} rows=${6} />`
      : shown.calls.length === 0 ? html`<${Nothing} ask=${ask} />`
        : html`<${CallDays} calls=${shown.calls} open=${open}
          onOpen=${(id: string | undefined) => setQuery({ open: id })} />`}
    ${shown !== undefined && html`<${Pages} page=${shown} ask=${ask} />`}</div>`
}
