/**
 * «Журнал»: one row per call, newest first, live calls on top, pages of fifty. Filters and the open
 * row are in the address, so that a view can be sent to somebody; an open call that this page of
 * the list does not hold stands above it.
 */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { callsApi } from './api-calls.ts'
import { problemText } from './api.ts'
import type { Call } from './api.ts'
import { CallDays } from './call-rows.ts'
import { CallsExport } from './calls-export.ts'
import { CallsTools } from './calls-tools.ts'
import { Button, Empty, Skeleton, Strip } from './controls.ts'
import { phone } from './device.ts'
import { formatPhone } from './format.ts'
import { html } from './html.ts'
import { callsAsk, isFiltered, journalHref, readJournalQuery } from './journal-query.ts'
import type { JournalQuery } from './journal-query.ts'
import { navigate, place } from './router.ts'
import { callsChanged, maySave, me, noteFault, zone } from './state.ts'
import { t } from './text.ts'
import { showToast } from './toast.ts'
import './text-calls-ru.ts'

interface Page {
  readonly calls: readonly Call[]
  readonly more: boolean
}

type Values = Parameters<typeof journalHref>[0]

/** Puts filters into the address; empty values leave it. */
function setQuery(values: Values): void {
  const query = readJournalQuery(place.value.query)
  const open = place.value.query.get('open') ?? ''
  navigate(journalHref({ ...query, open, ...values }), true)
}

/** Filters change: from the newest call on, nothing open. */
function setFilter(values: Partial<JournalQuery>): void {
  setQuery({ before: '', beforeId: '', open: '', ...values })
}

function TestCall(): VNode {
  const [busy, setBusy] = useState(false)
  const call = async (): Promise<void> => {
    setBusy(true)
    try {
      await callsApi.testCall()
      showToast({ text: t('calls.called') })
    } catch (fault) {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    }
    setBusy(false)
  }
  return html`<${Button} icon="call" disabled=${!maySave.value}
    busy=${busy ? t('calls.callingMe') : undefined} onClick=${() => void call()}>${
    t('calls.callMe')}<//>`
}

function Nothing(props: { readonly query: JournalQuery }): VNode {
  return isFiltered(props.query) || props.query.before !== ''
    ? html`<${Empty} title=${t('calls.nothing')} text=${t('calls.nothingText')}
      action=${html`<${Button} onClick=${() => navigate('/calls', true)}>${t('calls.reset')}
        <//>`} />`
    : html`<${Empty} title=${t('calls.empty')} action=${html`<${TestCall} />`}
      text=${t('calls.emptyText', { number: formatPhone(me.value?.number ?? '') })} />`
}

function Pages(props: { readonly page: Page; readonly query: JournalQuery }): VNode {
  const last = props.page.calls.at(-1)
  const older = (): void => {
    if (last !== undefined) {
      setQuery({ before: String(last.startedAt), beforeId: last.id, open: '' })
    }
    scrollTo(0, 0)
  }
  return html`<div class="pages">${props.query.before !== '' && html`<${Button} onClick=${() =>
    setFilter({})}>${t('calls.newest')}<//>`}
    ${props.page.more && html`<${Button} onClick=${older}>${t('calls.older')}<//>`}</div>`
}

/** The call the address wants open, when the page of the list does not hold it. */
function useChosen(open: string, page: Page | undefined): Call | undefined {
  const [chosen, setChosen] = useState<Call | undefined>(undefined)
  const missing = open !== '' && page !== undefined && page.calls.every((call) => call.id !== open)
  const version = callsChanged.value
  useEffect(() => {
    if (!missing) return
    callsApi.call(open).then(setChosen, (fault: unknown) => {
      noteFault(fault)
      showToast({ text: problemText(fault), bad: true })
    })
  }, [missing, open, version])
  return missing && chosen?.id === open ? chosen : undefined
}

interface Loaded {
  readonly page: Page | undefined
  readonly fault: string | undefined
  readonly reload: () => void
}

function useCalls(): Loaded {
  const page = useSignal<Page | undefined>(undefined)
  const fault = useSignal<string | undefined>(undefined)
  // Only what is asked of the server: opening a row changes the address, too, but loads nothing.
  const wanted = useComputed(() =>
    JSON.stringify(callsAsk(readJournalQuery(place.value.query), zone.value)))
  const attempt = useSignal(0)
  useSignalEffect(() => {
    const ask = JSON.parse(wanted.value) as ReturnType<typeof callsAsk>
    let current = true
    void callsChanged.value
    void attempt.value
    callsApi.calls(ask).then((reply) => {
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
  return { page: page.value, fault: fault.value, reload: () => { attempt.value += 1 } }
}

/** The page. */
export function Calls(): VNode {
  const { page, fault, reload } = useCalls()
  const [searching, setSearching] = useState(false)
  const query = readJournalQuery(place.value.query)
  const open = place.value.query.get('open') ?? ''
  const chosen = useChosen(open, page)
  const shown = page === undefined ? [] : page.calls
  document.title = `${t('calls.title')} · ${t('app.name')}`
  return html`<div class="page calls"><div class="page-head"><h1>${t('calls.title')}</h1>
      ${phone.value ? html`<${Button} kind="quiet" icon="search" label=${t('calls.searchOpen')}
        onClick=${() => setSearching(!searching)} />`
        : html`<${CallsExport} query=${query} />`}</div>
    <${CallsTools} query=${query} onChange=${setFilter} searching=${searching} />
    ${fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: fault })} action=${html`<${Button} small=${true}
      onClick=${reload}>${t('common.retry')}<//>`} />`}
    ${page === undefined ? fault === undefined && html`<${Skeleton} rows=${6} />`
      : shown.length === 0 && chosen === undefined ? html`<${Nothing} query=${query} />`
        : html`<${CallDays} calls=${shown} chosen=${chosen} open=${open}
          onOpen=${(id: string) => setQuery({ open: id })} />`}
    ${page !== undefined && html`<${Pages} page=${page} query=${query} />`}</div>`
}
