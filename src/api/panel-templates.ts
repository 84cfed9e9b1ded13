/**
 * Turns the panel's templates into calls when it is bundled: html`<b id=${x}>on</b>` becomes
 * html("b",{"id":(x)},"on"), where `html` is Preact's `h`. That is shorter, and no browser has to
 * read templates while a page waits. htm itself reads them here, with marks in the places of the
 * values; what is found here is only where templates and their values begin and end. A template
 * holds no backslash, a value no regular expression with a brace or a quote: the bundle would not
 * compile.
 */
import htm from 'htm/mini'

/** Code made of a stretch of source, and where the source goes on behind it. */
interface Made {
  readonly code: string
  readonly end: number
}

interface Element {
  readonly tag: unknown
  readonly props: Readonly<Record<string, unknown>> | null
  readonly children: readonly unknown[]
}

const read = htm.bind((tag, props, ...children): Element => ({ tag, props, children }))

const opening = 'html`'

/** A source with all its templates as calls. */
export function compileTemplates(source: string): string {
  let code = ''
  let at = 0
  for (let start = source.indexOf(opening); start >= 0; start = source.indexOf(opening, at)) {
    const template = readTemplate(source, start + opening.length)
    code += source.slice(at, start) + template.code
    at = template.end
  }
  return code + source.slice(at)
}

/** A template whose first sign is at `start`. */
function readTemplate(source: string, start: number): Made {
  const texts: string[] = []
  const values: string[] = []
  const end = eachText(source, start, (text, value) => {
    if (text.includes('\\')) throw new Error(`A template with a backslash: ${text}`)
    texts.push(text)
    if (value !== undefined) values.push(value)
  })
  const places = values.map((_, index) => markOf(index))
  const tree = read(Object.assign(texts, { raw: texts }), ...places)
  const code = Array.isArray(tree)
    ? `[${tree.map((root) => writePart(root, values)).join()}]` : writePart(tree, values)
  return { code, end }
}

/** Walks over the texts of a template, each with the code of the value behind it, to its end. */
function eachText(
  source: string, start: number, visit: (text: string, value: string | undefined) => void,
): number {
  const stop = /\\[^]|`|\$\{/g
  let from = stop.lastIndex = start
  for (let match = stop.exec(source); match !== null; match = stop.exec(source)) {
    if (match[0].startsWith('\\')) continue
    const text = source.slice(from, match.index)
    if (match[0] === '`') {
      visit(text, undefined)
      return stop.lastIndex
    }
    const value = readValue(source, stop.lastIndex)
    visit(text, value.code)
    from = stop.lastIndex = value.end
  }
  throw new Error(`A template without an end: ${source.slice(start, start + 60)}`)
}

/** The code of a value up to its closing brace; templates in it become calls, too. */
function readValue(source: string, start: number): Made {
  const stop = /'(?:[^'\\\n]|\\.)*'|\/\*[^]*?\*\/|\/\/.*|html`|`|[{}]/g
  let from = stop.lastIndex = start
  let code = ''
  let depth = 0
  for (let match = stop.exec(source); match !== null; match = stop.exec(source)) {
    if (match[0] === '{') depth += 1
    if (match[0] === '}' && (depth -= 1) < 0) {
      return { code: code + source.slice(from, match.index), end: stop.lastIndex }
    }
    if (match[0] !== opening && match[0] !== '`') continue
    const inner = match[0] === opening
      ? readTemplate(source, stop.lastIndex) : readPlain(source, stop.lastIndex)
    code += source.slice(from, match.index) + inner.code
    from = stop.lastIndex = inner.end
  }
  throw new Error(`A value without an end: ${source.slice(start, start + 60)}`)
}

/** A template that is text and stays one. */
function readPlain(source: string, start: number): Made {
  let code = ''
  const end = eachText(source, start, (text, value) => {
    code += value === undefined ? text : `${text}\${${value}}`
  })
  return { code: `\`${code}\``, end }
}

/** Stands before and behind the number of a value in htm's tree; no source has it. */
const sign = '\uE000'
const marks = /\uE000(\d+)\uE000/g
const spread = '...'

/** In the place of a value: htm adds it to a text, or spreads it over the props. */
function markOf(index: number): object {
  const mark: object = Object.create({ toString: () => `${sign}${index}${sign}` })
  return Object.assign(mark, { [`${spread}${index}`]: true })
}

/** The code of a part of htm's tree: an element, or what `writeText` writes. */
function writePart(part: unknown, values: readonly string[]): string {
  if (!isElement(part)) return writeText(part, values)
  const props = part.props === null ? 'null' : writeProps(part.props, values)
  const children = part.children.map((child) => writePart(child, values))
  return `html(${[writeText(part.tag, values), props, ...children].join()})`
}

function isElement(part: unknown): part is Element {
  return typeof part === 'object' && part !== null && 'children' in part
}

/** A text, a value, or both mixed; `true` is what an attribute without a value has. */
function writeText(part: unknown, values: readonly string[]): string {
  if (part === true) return 'true'
  const text = String(part)
  const value = (index: string): string => values[Number(index)] ?? ''
  if (/^\uE000\d+\uE000$/.test(text)) return `(${value(text.slice(1, -1))})`
  if (!text.includes(sign)) return JSON.stringify(text)
  return `\`${text.replaceAll(marks, (_, index: string) => `\${${value(index)}}`)}\``
}

function writeProps(props: Readonly<Record<string, unknown>>, values: readonly string[]): string {
  const written = Object.entries(props).map(([name, value]) => name.startsWith(spread)
    ? `...(${values[Number(name.slice(spread.length))]})`
    : `${JSON.stringify(name)}:${writeText(value, values)}`)
  return `{${written.join()}}`
}
