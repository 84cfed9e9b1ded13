/**
 * The prices of a tariff: edited in place, brought in as CSV after a comparison, and asked for one
 * number. Long lists are shown in parts, the search finds the rest.
 */
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DeskPriceReply, DeskRatesReply } from '../../src/api/schema-desk-trade.ts'
import { problemText } from '../api.ts'
import { Button, Field, Strip } from '../controls.ts'
import { Dialog } from '../dialog.ts'
import { money } from '../format.ts'
import { html } from '../html.ts'
import { Icon } from '../icons.ts'
import { unsaved } from '../router.ts'
import { SearchField } from '../search-field.ts'
import { tradeApi } from './api-trade.ts'
import { useDeed } from './loaded.ts'
import { Area, Part } from './parts.ts'
import { newRate, rateText } from './tariff-draft.ts'
import type { RateFault, RateText } from './tariff-draft.ts'
import { t } from './words.ts'

const cells = ['prefix', 'name', 'price', 'connection', 'first', 'next'] as const
/** More rows of six fields than this make typing slow. */
const shownRows = 60

interface RatesProps {
  readonly tariffId: string | undefined
  readonly rates: readonly RateText[]
  readonly faults: readonly RateFault[]
  readonly onRates: (rates: readonly RateText[]) => void
}

function RateRow(props: {
  readonly rate: RateText; readonly fault: RateFault | undefined
  readonly onChange: (rate: RateText) => void; readonly onDrop: () => void
}): VNode {
  const { rate, fault } = props
  const of = (cell: string): string => t('rate.of', { what: t(`rate.${cell}` as 'rate.name'),
    rate: rate.name === '' ? rate.prefix : rate.name })
  return html`<tr class=${fault === undefined ? '' : 'faulty'}>${cells.map((cell) => html`<td
    key=${cell} class=${`rate-${cell}`}><span class="input"><input value=${rate[cell]}
      aria-label=${of(cell)}
      inputMode=${cell === 'name' ? undefined : 'decimal'} maxLength=${64}
      onInput=${(event: InputEvent) => props.onChange({ ...rate,
        [cell]: (event.currentTarget as HTMLInputElement).value })} /></span></td>`)}
    <td><${Button} kind="quiet" small=${true} icon="trash" label=${of('drop')}
      onClick=${props.onDrop} />${fault !== undefined && html`<span class="below bad"><${Icon}
        name="alert" size=${15} />${t(`rate.why.${fault.why}`)}</span>`}</td></tr>`
}

interface ImportProps {
  readonly tariffId: string | undefined; readonly onClose: () => void
  readonly onRates: (rates: readonly RateText[]) => void
}

function Compared(props: { readonly of: DeskRatesReply }): VNode {
  const { added, changed, removed, same, faults } = props.of
  return html`<div class="trial" role="status"><p>${t('rates.compared',
      { added, changed, removed, same })}</p>
    ${faults.length > 0 && html`<div><p
      class="below bad">${t('rates.faults', { n: faults.length })}</p>
      <ul class="bad-lines">${faults.slice(0, 20).map((fault) => html`<li key=${fault.line}><span
        class="mono">${t('rates.line', { n: String(fault.line), text: fault.text })}</span> <span
        class="soft">${t(`rate.why.${fault.why}`)}</span></li>`)}</ul></div>`}</div>`
}

/** A CSV is read and compared; only then it takes the place of the table. */
function ImportRates(props: ImportProps): VNode {
  const [csv, setCsv] = useState('')
  const [read, setRead] = useState<DeskRatesReply | undefined>(undefined)
  const deed = useDeed()
  const change = (text: string): void => {
    setCsv(text)
    setRead(undefined)
  }
  const submit = async (): Promise<void> => {
    if (read === undefined) {
      await deed.run(async () => setRead(await tradeApi.readRates(csv, props.tariffId ?? null)))
      return
    }
    props.onRates(read.rates.map(rateText))
    props.onClose()
  }
  const pick = async (event: Event): Promise<void> => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0]
    if (file !== undefined) change(await file.text())
  }
  return html`<${Dialog} wide=${true} label=${t('rates.import')} onClose=${props.onClose}>
    <div class="reason-form" ...${unsaved(csv !== '')}><h2>${t('rates.import')}</h2>
      <p class="soft">${t('rates.importText')}</p>
      ${deed.fault !== undefined && html`<${Strip} kind="bad" alert=${true}
        text=${problemText(deed.fault)} />`}
      <label class="file-field"><span class="label">${t('rates.file')}</span><input type="file"
        accept=".csv,text/csv,text/plain" onChange=${pick} /></label>
      <${Area} label=${t('rates.csv')} value=${csv} onInput=${change} rows=${8} mono=${true}
        maxLength=${1_000_000} placeholder=${t('rates.example')} />
      ${read !== undefined && html`<${Compared} of=${read} />`}
      <div class="dialog-actions"><${Button} kind="primary" onClick=${() => void submit()}
        disabled=${csv.trim() === '' || (read !== undefined && read.rates.length === 0)}
        busy=${deed.busy ? t('rates.reading') : undefined}>${t(read === undefined ? 'rates.compare'
          : 'rates.take')}<//>
        <${Button} kind="quiet" onClick=${props.onClose}>${t('common.cancel')}<//></div></div><//>`
}

function useRates(props: RatesProps) {
  const [q, setQ] = useState('')
  const needle = q.trim().toLowerCase()
  const digits = needle.replaceAll(/\D/g, '')
  // A row that is being filled in does not leave the table because of the search.
  const found = needle === '' ? props.rates : props.rates.filter((rate) =>
    rate.name.toLowerCase().includes(needle) || (digits !== '' && rate.prefix.startsWith(digits))
      || rate.name === '')
  const faulty = new Set(props.faults.map((fault) => fault.at))
  const first = [...found.filter((rate) => faulty.has(rate.at)),
    ...found.filter((rate) => !faulty.has(rate.at))]
  return { q, setQ, found, shown: faulty.size > 0 ? first : found }
}

/** The table with its tools. */
export function RatesTable(props: RatesProps): VNode {
  const { rates, onRates } = props
  const { q, setQ, found, shown } = useRates(props)
  const [importing, setImporting] = useState(false)
  const [limit, setLimit] = useState(shownRows)
  const tools = html`<div class="part-actions">${rates.length > 12 && html`<${SearchField}
      label=${t('rates.search')} value=${q} onInput=${setQ} />`}
    <${Button} small=${true} icon="upload" onClick=${() => setImporting(true)}>CSV<//>
    ${props.tariffId !== undefined && html`<a class="button default small" download=""
      href=${`/api/desk/tariffs/${props.tariffId}/rates.csv`}><${Icon} name="download"
        size=${16} /><span>CSV</span></a>`}</div>`
  return html`<${Part} title=${t('rates.title', { n: rates.length })} beside=${tools}>
    <div class="rates-box" tabindex="0" role="group"
      aria-label=${t('rates.title', { n: rates.length })}>
      <table class="table rates-table"><thead><tr>${cells.map((cell) => html`<th scope="col"
        key=${cell}>${t(`rate.${cell}`)}</th>`)}<th><span class="visually-hidden">${
          t('desk.actions')}</span></th></tr></thead>
      <tbody>${shown.slice(0, limit).map((rate) => html`<${RateRow} key=${rate.at} rate=${rate}
        fault=${props.faults.find((fault) => fault.at === rate.at)}
        onChange=${(next: RateText) => onRates(rates.map((one) => one.at === rate.at ? next : one))}
        onDrop=${() => onRates(rates.filter((one) => one.at !== rate.at))} />`)}</tbody></table></div>
    <div class="form-actions"><${Button} small=${true} icon="plus"
      onClick=${() => onRates([newRate(), ...rates])}>${t('rates.add')}<//>
      ${found.length > limit && html`<${Button} small=${true}
        onClick=${() => setLimit(limit + 200)}>${t('common.more', { n: found.length - limit })}<//>`}
    </div>
    ${importing && html`<${ImportRates} tariffId=${props.tariffId} onRates=${onRates}
      onClose=${() => setImporting(false)} />`}<//>`
}

/** What a minute to a number costs by the stored prices. */
export function PriceOf(props: { readonly tariffId: string }): VNode {
  const [number, setNumber] = useState('')
  const [reply, setReply] = useState<DeskPriceReply | undefined>(undefined)
  const deed = useDeed()
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault()
    setReply(undefined)
    await deed.run(async () => setReply(await tradeApi.price(props.tariffId, number.trim())))
  }
  return html`<${Part} title=${t('quote.title')}><form class="price-form" onSubmit=${ask}>
    <${Field} label=${t('quote.number')} value=${number} onInput=${setNumber} inputMode="tel"
      placeholder="+7 916 000-00-00"
      fault=${deed.fault === undefined ? undefined : problemText(deed.fault)} />
    <${Button} type="submit" disabled=${number.trim() === ''}
      busy=${deed.busy ? t('quote.busy') : undefined}>${t('quote.ask')}<//></form>
    ${reply !== undefined && html`<p role="status">${reply.rate === null ? t('quote.none')
      : t('quote.is', { name: reply.rate.name, prefix: reply.rate.prefix,
        sum: money(reply.kopecks), n: reply.chargedSeconds })}${reply.included
        && ` ${t('quote.included')}`}</p>`}<//>`
}
