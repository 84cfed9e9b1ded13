/**
 * The statement of a month as a page for paper (the browser prints it, or saves it as PDF). Plain
 * HTML without script; every text is escaped.
 */
import type { StoredEntry } from '../store/ledger.ts'
import type { StatementTotals } from '../store/statement.ts'
import { localStamp } from './charge-rows.ts'
import type { Month } from './charge-rows.ts'
import { chargeWords, decimalText } from './charge-words.ts'
import type { ExportLanguage } from './export-words.ts'

export interface Statement {
  readonly lang: ExportLanguage
  readonly month: Month
  readonly entries: readonly StoredEntry[]
  readonly totals: StatementTotals
  /** All entries are there. */
  readonly whole: boolean
  readonly brand: string
  readonly name: string
  readonly number: string
  readonly tariff: string
}

/** The page as text. */
export function statementPage(statement: Statement): string {
  const { lang, month, entries, totals, whole, brand, name, number, tariff } = statement
  const words = chargeWords[lang]
  const money = (kopecks: number) => escape(decimalText(kopecks, lang))
  const title = `${words.title}: ${monthTitle(month.name, words.locale)}`
  const sums = totals.byKind.map(({ kind, count, kopecks }) =>
    `<tr><td>${escape(words.kinds[kind])} (${count})</td>
<td class="sum">${money(kopecks)}</td></tr>`)
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="stylesheet" href="/api/charges/statement.css"></head>
<body><main><header><p>${escape(brand)}</p><h1>${escape(title)}</h1>
<p>${escape(name)}, ${escape(number)}, ${escape(tariff)}</p></header>
<table class="totals"><tbody>
<tr><td>${words.opening}</td><td class="sum">${money(totals.openingKopecks)}</td></tr>
${sums.join('\n')}
<tr><th scope="row">${words.closing}</th><td class="sum">${money(totals.closingKopecks)}</td></tr>
</tbody></table>
${entries.length === 0 ? `<p>${words.nothing}</p>` : table(statement)}
${whole ? '' : `<p>${words.cut}</p>`}</main></body></html>`
}

function table({ lang, month, entries }: Statement): string {
  const words = chargeWords[lang]
  const head = words.columns.map((column) => `<th scope="col">${escape(column)}</th>`).join('')
  const lines = entries.map((entry) => {
    const [date, time] = localStamp(month.zone, entry.atMs)
    const cells = [String(entry.number), date, time, words.kinds[entry.kind], entry.text]
    const sums = [entry.kopecks, entry.balanceKopecks].map((kopecks) =>
      `<td class="sum">${decimalText(kopecks, lang)}</td>`)
    return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}${sums.join('')}</tr>`
  })
  const sum = entries.reduce((total, { kopecks }) => total + kopecks, 0)
  return `<table><thead><tr>${head}</tr></thead><tbody>${lines.join('\n')}</tbody><tfoot><tr>
<th scope="row" colspan="5">${words.total}</th><td class="sum">${decimalText(sum, lang)}</td>
<td></td></tr></tfoot></table>`
}

/** 'ноябрь 2025 г.' of 'YYYY-MM'. */
export function monthTitle(month: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' })
    .format(Date.parse(`${month}-01T00:00:00Z`))
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Its sheet of style. */
export const statementStyle = `:root { font: 14px/1.4 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
table.totals { width: auto; min-width: 20rem }
th, td { border-bottom: 1px solid #999; padding: .25rem .5rem; text-align: left;
  vertical-align: top }
td:nth-child(5) { overflow-wrap: anywhere }
.sum { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
thead { display: table-header-group }
tr { break-inside: avoid }
@page { margin: 15mm }
@media print { main { max-width: none; padding: 0 } :root { font-size: 11px } }
`
