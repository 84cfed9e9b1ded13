/**
 * Prices of a tariff as a table of text (CSV, RFC 4180, or with semicolons or tabs as spreadsheets
 * write it), read and written, and how two sets of prices differ. Columns: prefix, name, price of a
 * minute in roubles, then if wished connection fee in roubles and steps ('60+1', or in two
 * columns). Money is read as decimals, never as floating point.
 */
import type { Rate } from './tariff.ts'

export type SheetFault = 'columns' | 'prefix' | 'repeated' | 'price' | 'step' | 'name' | 'tooMany'

export interface RateSheet {
  readonly rates: readonly Rate[]
  /** Lines that cannot be read, from 1; nothing of them is among the rates. */
  readonly faults: readonly {
    readonly line: number
    readonly text: string
    readonly why: SheetFault
  }[]
}

export interface RateChanges {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly same: number
}

const mostFaults = 100
const maxNameLength = 64
/** An hour: nobody charges by more at a time. */
const maxStep = 3600
const maxKopecks = 1_000_000_00

/** Reads a table; at most `mostRates` rates. A first line whose price is no number is a heading. */
export function readRateSheet(text: string, mostRates: number): RateSheet {
  const rates: Rate[] = []
  const faults: { line: number; text: string; why: SheetFault }[] = []
  const seen = new Set<string>()
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const separator = separatorOf(lines.find((line) => line.trim() !== '') ?? '')
  let isFirst = true
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const cells = cellsOf(line, separator)
    const read = readRate(cells)
    const isHeading = isFirst && read === 'price' && !/\d/.test(cells[2] ?? '')
    isFirst = false
    if (isHeading) continue
    const why = typeof read === 'string' ? read
      : seen.has(read.prefix) ? 'repeated' : rates.length >= mostRates ? 'tooMany' : undefined
    if (why !== undefined) {
      if (faults.length >= mostFaults) continue
      faults.push({ line: index + 1, text: line.slice(0, 200), why })
    } else if (typeof read !== 'string') {
      seen.add(read.prefix)
      rates.push(read)
    }
  }
  return { rates, faults }
}

/** The same table as text, in the order of the prefixes; roubles with a decimal comma. */
export function writeRateSheet(rates: readonly Rate[]): string {
  const lines = rates.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1)).map((rate) => [
    // A formula of a spreadsheet begins with one of these.
    rate.prefix, quoted(/^[=+\-@]/.test(rate.name) ? `'${rate.name}` : rate.name),
    roubles(rate.kopecksPerMinute),
    roubles(rate.connectionKopecks), `${rate.firstStepSeconds}+${rate.nextStepSeconds}`,
  ].join(';'))
  return [heading, ...lines, ''].join('\r\n')
}

const heading = 'Префикс;Направление;Цена минуты, ₽;Соединение, ₽;Шаги, с'

/** How `next` differs from `old`, prefix by prefix. */
export function compareRates(old: readonly Rate[], next: readonly Rate[]): RateChanges {
  const before = new Map(old.map((rate) => [rate.prefix, rate]))
  let [added, changed, same] = [0, 0, 0]
  for (const rate of next) {
    const was = before.get(rate.prefix)
    if (was === undefined) added += 1
    else if (isSame(was, rate)) same += 1
    else changed += 1
  }
  return { added, changed, same, removed: old.length - changed - same }
}

function isSame(a: Rate, b: Rate): boolean {
  return a.name === b.name && a.kopecksPerMinute === b.kopecksPerMinute &&
    a.connectionKopecks === b.connectionKopecks && a.firstStepSeconds === b.firstStepSeconds &&
    a.nextStepSeconds === b.nextStepSeconds
}

function readRate(cells: readonly string[]): Rate | SheetFault {
  if (cells.length < 3) return 'columns'
  const [prefixText = '', name = '', price = '', connection = '', steps = '', next = ''] = cells
  const prefix = prefixText === '*' ? '' : prefixText.replaceAll(/[\s()+-]/g, '')
  const kopecksPerMinute = readKopecks(price)
  // A heading has neither: its price is what tells it.
  if (kopecksPerMinute === undefined) return 'price'
  if (!/^\d{0,15}$/.test(prefix)) return 'prefix'
  if (name === '' || name.length > maxNameLength || /\p{Cc}/u.test(name)) return 'name'
  const connectionKopecks = connection === '' ? 0 : readKopecks(connection)
  if (connectionKopecks === undefined) return 'price'
  const [first, following] = readSteps(steps, next)
  if (first === undefined || following === undefined) return 'step'
  return {
    prefix, name, kopecksPerMinute, connectionKopecks,
    firstStepSeconds: first, nextStepSeconds: following,
  }
}

/** '60+1', '60/1', or '60' and '1'; nothing is by the second. */
function readSteps(steps: string, next: string): readonly [number | undefined, number | undefined] {
  const [first = '', second = ''] = steps.split(/[+/]/)
  const a = first.trim() === '' ? '1' : first.trim()
  const b = second.trim() || next.trim() || (steps.trim() === '' ? '1' : a)
  return [readStep(a), readStep(b)]
}

function readStep(text: string): number | undefined {
  if (!/^\d{1,4}$/.test(text)) return undefined
  const seconds = Number(text)
  return seconds >= 1 && seconds <= maxStep ? seconds : undefined
}

/** '1,9', '1.90', '1 234,50 ₽' → kopecks; undefined for what has fractions of them. */
function readKopecks(text: string): number | undefined {
  const match = /^(\d{1,9})(?:[.,](\d{1,2})0*)?$/.exec(text.replaceAll(/[\s\u00a0₽]/g, ''))
  if (match === null) return undefined
  const kopecks = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return kopecks <= maxKopecks ? kopecks : undefined
}

function roubles(kopecks: number): string {
  return `${Math.floor(kopecks / 100)},${String(kopecks % 100).padStart(2, '0')}`
}

/** A comma may be a decimal one: it separates only where nothing else does. */
function separatorOf(line: string): string {
  return line.includes(';') ? ';' : line.includes('\t') ? '\t' : ','
}

/** RFC 4180 §2: a quoted cell may hold the separator, and a quote twice. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const sign = line[i]!
    if (isQuoted && sign === '"' && line[i + 1] === '"') {
      cell += sign
      i++
    } else if (sign === '"' && (isQuoted || cell.trim() === '')) isQuoted = !isQuoted
    else if (sign === separator && !isQuoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += sign
  }
  return [...cells, cell.trim()]
}

function quoted(text: string): string {
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
