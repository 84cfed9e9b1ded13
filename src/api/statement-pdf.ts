/**
 * The statement of a month drawn as PDF (ISO 32000) on A4: head, balances and sums, the table of
 * entries with the balance after each, page n of m. Drawn in a thread of its own
 * (statement-pdf-thread.ts), since a long month takes seconds. It computes no money: every figure
 * is given.
 */
import PDFDocument from 'pdfkit'
import { fileURLToPath } from 'node:url'
import { localStamp } from './charge-rows.ts'
import { chargeWords, decimalText } from './charge-words.ts'
import { monthTitle } from './statement-page.ts'
import type { Statement } from './statement-page.ts'

/** Points: 1/72 inch. A4 is 595 × 842. */
const margin = 40
const foot = 48
const size = 8
const gap = 4
const rowGap = 5

/** Columns of the table: widths that together fill the line between the margins. */
const widths = [30, 56, 46, 92, 143, 68, 80] as const
const numeric = [5, 6]
const ink = { text: '#1a1a1a', soft: '#5f6368', rule: '#c4c7cc' }

const fonts = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
}

type Pdf = InstanceType<typeof PDFDocument>

/** The file; `madeAt`: milliseconds since 1970, stands in its foot. */
export function drawStatement(
  statement: Statement, madeAt: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { lang, month, brand } = statement
  const words = chargeWords[lang]
  const title = `${words.title}: ${monthTitle(month.name, words.locale)}`
  const pdf = new PDFDocument({
    size: 'A4', bufferPages: true, lang: words.locale, displayTitle: true,
    margins: { top: margin, left: margin, right: margin, bottom: foot },
    info: { Title: title, Author: brand, CreationDate: new Date(madeAt) },
  })
  pdf.registerFont('plain', fonts.plain)
  pdf.registerFont('bold', fonts.bold)
  const parts: Uint8Array[] = []
  pdf.on('data', (part: Uint8Array) => parts.push(part))
  const whole = new Promise<Uint8Array<ArrayBuffer>>((done, failed) => {
    pdf.on('end', () => done(new Uint8Array(Buffer.concat(parts))))
    pdf.on('error', failed)
  })
  drawHead(pdf, statement, title)
  drawSums(pdf, statement)
  if (statement.entries.length === 0) note(pdf, words.nothing)
  else drawTable(pdf, statement)
  if (!statement.whole) note(pdf, words.cut)
  drawFeet(pdf, statement, madeAt)
  pdf.end()
  return whole
}

function drawHead(pdf: Pdf, statement: Statement, title: string): void {
  const { brand, name, number, tariff, month, lang } = statement
  const words = chargeWords[lang]
  const [first] = localStamp(month.zone, month.from)
  const [last] = localStamp(month.zone, month.to - 1)
  pdf.font('plain').fontSize(10).fillColor(ink.soft).text(brand)
  pdf.font('bold').fontSize(16).fillColor(ink.text).text(title)
  pdf.moveDown(0.5).font('plain').fontSize(10)
  for (const [label, value] of [
    [words.subscriber, name], [words.number, number], [words.tariff, tariff],
    [words.period, `${first} – ${last}`],
  ] as const) {
    pdf.fillColor(ink.soft).text(`${label}: `, { continued: true })
      .fillColor(ink.text).text(oneLine(value))
  }
  pdf.moveDown()
}

/** Opening balance, sums by kind, closing balance. */
function drawSums(pdf: Pdf, { lang, totals }: Statement): void {
  const words = chargeWords[lang]
  const line = (label: string, kopecks: number, font: 'plain' | 'bold') => {
    const at = pdf.y
    pdf.font(font).fontSize(10).fillColor(ink.text)
      .text(label, margin, at, { width: 220 })
      .text(`${decimalText(kopecks, lang)} ${words.currency}`, margin + 220, at,
        { width: 110, align: 'right' })
    pdf.y = at + 16
  }
  line(words.opening, totals.openingKopecks, 'plain')
  for (const { kind, count, kopecks } of totals.byKind)
    line(`${words.kinds[kind]} (${count})`, kopecks, 'plain')
  line(words.closing, totals.closingKopecks, 'bold')
  pdf.x = margin
  pdf.y += 10
}

function drawTable(pdf: Pdf, { lang, month, entries }: Statement): void {
  const words = chargeWords[lang]
  const end = pdf.page.height - foot
  drawRow(pdf, words.columns, 'bold')
  for (const entry of entries) {
    const cells = [
      String(entry.number), ...localStamp(month.zone, entry.atMs), words.kinds[entry.kind],
      oneLine(entry.text), decimalText(entry.kopecks, lang),
      decimalText(entry.balanceKopecks, lang),
    ]
    pdf.font('plain').fontSize(size)
    if (pdf.y + heightOf(pdf, cells) > end) {
      pdf.addPage()
      drawRow(pdf, words.columns, 'bold')
    }
    drawRow(pdf, cells, 'plain')
  }
  const sum = entries.reduce((total, { kopecks }) => total + kopecks, 0)
  if (pdf.y + 2 * size > end) pdf.addPage()
  drawRow(pdf, ['', '', '', words.total, '', decimalText(sum, lang), ''], 'bold')
}

function drawRow(pdf: Pdf, cells: readonly string[], font: 'plain' | 'bold'): void {
  pdf.font(font).fontSize(size).fillColor(ink.text)
  const at = pdf.y
  const height = heightOf(pdf, cells)
  let x = margin
  for (const [index, cell] of cells.entries()) {
    const width = widths[index]!
    const align = numeric.includes(index) ? 'right' : 'left'
    if (cell !== '') pdf.text(cell, x, at + rowGap / 2, { width: width - gap, align })
    x += width
  }
  const below = at + height
  pdf.moveTo(margin, below).lineTo(x, below).lineWidth(0.5).strokeColor(ink.rule).stroke()
  pdf.x = margin
  pdf.y = below
}

/** Only what may run over several lines is measured: the rest is short. */
function heightOf(pdf: Pdf, cells: readonly string[]): number {
  const lines = cells.map((cell, index) => cell.length * size * 0.45 < widths[index]! ? 0
    : pdf.heightOfString(cell, { width: widths[index]! - gap }))
  return Math.max(pdf.currentLineHeight(true), ...lines) + rowGap
}

function note(pdf: Pdf, text: string): void {
  pdf.moveDown().font('plain').fontSize(10).fillColor(ink.text).text(text, margin)
}

/** When all pages are there: 'n of m' on each. */
function drawFeet(pdf: Pdf, { lang, month, number }: Statement, madeAt: number): void {
  const words = chargeWords[lang]
  const { start, count } = pdf.bufferedPageRange()
  const [date, time] = localStamp(month.zone, madeAt)
  for (let index = 0; index < count; index++) {
    pdf.switchToPage(start + index)
    // What is written below the margin would begin a page otherwise.
    pdf.page.margins.bottom = 0
    const at = pdf.page.height - foot + 16
    pdf.font('plain').fontSize(size).fillColor(ink.soft)
      .text(`${number} · ${words.made(date, time.slice(0, 5))}`, margin, at, { lineBreak: false })
    pdf.text(words.page(index + 1, count), margin, at, {
      width: pdf.page.width - 2 * margin, align: 'right', lineBreak: false,
    })
  }
}

/** What people typed must not move the lines of others. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
