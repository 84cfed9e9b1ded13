/**
 * «Детализация»: what came and what went in a month, from ledger rows only, the newest first.
 * Month, kind and page are in the address; files and the page for paper keep them. Journal is calls,
 * this is money.
 */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import type { VNode } from 'preact'
import type { ChargesReply } from '../src/api/schema-money.ts'
import { moneyApi } from './api-money.ts'
import { problemText, query as searchOf } from './api.ts'
import { chargesHref, inAndOut, offeredKinds, readChargesQuery } from './charges-query.ts'
import type { ChargesQuery } from './charges-query.ts'
import { ChargeLines } from './charges-table.ts'
import { Button, Empty, LinkButton, Select, Skeleton, Strip } from './controls.ts'
import { money } from './format.ts'
import { html } from './html.ts'
import { Icon } from './icons.ts'
import { columnSum, monthsBetween, monthWords } from './money-words.ts'
import { navigate, place } from './router.ts'
import { daysLeft, perDay, useSpend } from './spend.ts'
import { balanceChanged, me, noteFault, today } from './state.ts'
import { language, t } from './text.ts'
import './text-money-ru.ts'
import './text-talk-ru.ts'

/** Lines of a page. */
const pageLines = 50

function show(query: ChargesQuery): void {
  navigate(chargesHref(query), true)
}

interface Loaded {
  readonly charges: ChargesReply | undefined
  readonly fault: string | undefined
  readonly reload: () => void
}

function useCharges(): Loaded {
  const charges = useSignal<ChargesReply | undefined>(undefined)
  const fault = useSignal<string | undefined>(undefined)
  const wanted = useComputed(() => JSON.stringify(readChargesQuery(place.value.query)))
  const attempt = useSignal(0)
  useSignalEffect(() => {
    const ask = JSON.parse(wanted.value) as ChargesQuery
    let current = true
    void balanceChanged.value
    void attempt.value
    moneyApi.charges({ ...ask, limit: pageLines }).then((reply) => {
      if (!current) return
      charges.value = reply
      fault.value = undefined
    }, (problem: unknown) => {
      if (!current) return
      noteFault(problem)
      fault.value = problemText(problem)
    })
    return () => { current = false }
  })
  return { charges: charges.value, fault: fault.value, reload: () => { attempt.value += 1 } }
}

/** CSV, XLSX, PDF and the page for paper: what is shown is what they bring, without its paging. */
function Files(props: { readonly query: ChargesQuery }): VNode {
  const { month, kind } = props.query
  const search = searchOf({ month, kind, lang: language.value })
  return html`${(['csv', 'xlsx'] as const).map((type) => html`<a key=${type}
      class="button default" href=${`/api/charges/export.${type}${search}`} download
      aria-label=${t('charges.download', { format: type.toUpperCase() })}><${Icon}
      name="download" /><span>${type.toUpperCase()}</span></a>`)}
    <a class="button default" href=${`/api/charges/statement.pdf${search}`} download
      aria-label=${t('charges.download', { format: 'PDF' })}><${Icon} name="download" /><span>${
      t('charges.pdf')}</span></a>
    <a class="button default" href=${`/api/charges/statement${search}`} target="_blank"
      rel="noopener"><${Icon} name="receipt" /><span>${t('charges.print')}</span></a>`
}

/** The sums of the month; of the present one also what there is now and how long it lasts. */
function Sums(props: { readonly charges: ChargesReply }): VNode {
  const { charges } = props
  const { income, outgo } = inAndOut(charges.byKind)
  const month = monthWords(charges.month, 'plain')
  const present = charges.month === today.value.slice(0, 7)
  const balance = me.value?.balanceKopecks ?? 0
  const days = present ? daysLeft(balance, perDay.value) : undefined
  const sums: (readonly [string, string])[] = [
    present ? [t('charges.now'), money(balance)]
      : [t('charges.opening'), money(charges.openingKopecks)],
    [t('charges.income', { month }), money(income)],
    [t('charges.outgo', { month }), money(outgo)],
  ]
  if (!present) sums.push([t('charges.closing'), money(charges.closingKopecks)])
  if (days !== undefined) sums.push([t('charges.lasts'), t('charges.days', { n: days })])
  return html`<dl class="sums">${sums.map(([name, value]) => html`<div key=${name}><dt>${name}</dt>
    <dd class="num">${value}</dd></div>`)}</dl>`
}

/** Month and kind; only kinds that the month has are offered, each with its sum. */
function Filters(props: { readonly charges: ChargesReply; readonly query: ChargesQuery }): VNode {
  const { charges, query } = props
  const last = today.value.slice(0, 7)
  const months = monthsBetween(charges.firstMonth, charges.month > last ? charges.month : last)
  const chip = (kind: ChargesQuery['kind'], text: string): VNode => html`<button type="button"
    class="chip" key=${kind} aria-pressed=${String(query.kind === kind)}
    onClick=${() => show({ month: query.month, kind, before: '' })}>${text}</button>`
  return html`<div class="charges-tools"><${Select} label=${t('charges.month')} hidden=${true}
      value=${charges.month}
      options=${[...new Set([...months, charges.month])].map((month) =>
        ({ value: month, text: monthWords(month, 'full') }))}
      onChange=${(month: string) => show({ month, kind: query.kind, before: '' })} />
    <div class="chips" role="group" aria-label=${t('charges.kinds')}>${chip('', t('charges.all'))}
      ${offeredKinds(charges.byKind, query.kind).map(({ kind, kopecks }) => chip(kind,
        t('charges.kindSum',
          { kind: t(`charges.kinds.${kind}`), sum: columnSum(kopecks, true) })))}</div></div>`
}

function Pages(props: { readonly charges: ChargesReply; readonly query: ChargesQuery }): VNode {
  const { charges, query } = props
  const last = charges.lines.at(-1)
  const older = (): void => {
    show({ ...query, before: String(last?.number ?? '') })
    scrollTo(0, 0)
  }
  return html`<div class="pages">${query.before !== '' && html`<${Button}
    onClick=${() => show({ ...query, before: '' })}>${t('charges.newest')}<//>`}
    ${charges.more && html`<${Button} onClick=${older}>${t('charges.older')}<//>`}</div>`
}

function Month(props: { readonly charges: ChargesReply; readonly query: ChargesQuery }): VNode {
  const { charges, query } = props
  return html`<${Sums} charges=${charges} /><${Filters} charges=${charges} query=${query} />
    ${charges.lines.length === 0 ? html`<${Empty} title=${t('charges.none')}
      text=${t(query.kind === '' ? 'charges.noneMonth' : 'charges.noneKind')} />`
      : html`<${ChargeLines} lines=${charges.lines} zone=${charges.zone} />`}
    <${Pages} charges=${charges} query=${query} />
    <p class="page-foot">${t('charges.foot')}</p>`
}

/** The page. */
export function Charges(): VNode {
  useSpend()
  const { charges, fault, reload } = useCharges()
  const query = readChargesQuery(place.value.query)
  document.title = `${t('nav.charges')} · ${t('app.name')}`
  return html`<div class="page charges"><div class="page-head"><h1>${t('nav.charges')}</h1>
      <div class="page-tools"><${Files} query=${query} /><${LinkButton} kind="primary" icon="plus"
        href="/balance">${t('nav.topUp')}<//></div></div>
    ${fault !== undefined && html`<${Strip} kind="bad" alert=${true}
      text=${t('error.load', { reason: fault })} action=${html`<${Button} small=${true}
      onClick=${reload}>${t('common.retry')}<//>`} />`}
    ${charges === undefined ? fault === undefined && html`<${Skeleton} rows=${6} />`
      : html`<${Month} charges=${charges} query=${query} />`}</div>`
}
