/**
 * Reads the XML of a configuration file into a tree: elements, attributes, text, the five named
 * entities, numeric ones, comments, CDATA and processing instructions (XML 1.0 §2–4). No DTD, no
 * namespaces, no entities of the file's own: a configuration file needs none, and what is not
 * understood is refused with its line rather than guessed at.
 */

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All character data directly inside this element, joined and trimmed. */
  readonly text: string
}

interface OpenElement {
  readonly name: string
  readonly attributes: Map<string, string>
  readonly children: XmlElement[]
  text: string
}

/** The text is not well-formed; `line` counts from 1. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
  readonly line: number

  constructor(text: string, offset: number, reason: string) {
    const line = text.slice(0, offset).split('\n').length
    super(`line ${line}: ${reason}`)
    this.line = line
  }
}

/** Nesting no configuration reaches; stops a hostile file from exhausting the memory. */
const maxDepth = 50

/** Parses a document and returns its root element. Throws XmlError. */
export function parseXml(text: string): XmlElement {
  return new XmlReader(text).document()
}

class XmlReader {
  readonly #text: string
  #at = 0
  readonly #open: OpenElement[] = []
  #root: XmlElement | undefined

  constructor(text: string) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  document(): XmlElement {
    while (this.#at < this.#text.length) {
      const tag = this.#text.indexOf('<', this.#at)
      const end = tag < 0 ? this.#text.length : tag
      if (end > this.#at) this.#characters(this.#text.slice(this.#at, end))
      this.#at = end
      if (tag >= 0) this.#markup()
    }
    const unclosed = this.#open.at(-1)
    if (unclosed !== undefined) this.#fail(`<${unclosed.name}> is not closed`)
    if (this.#root === undefined) this.#fail('there is no element')
    return this.#root
  }

  #markup(): void {
    const text = this.#text
    if (text.startsWith('<!--', this.#at)) this.#at = this.#after('-->', 4, 'comment')
    else if (text.startsWith('<?', this.#at))
      this.#at = this.#after('?>', 2, 'processing instruction')
    else if (text.startsWith('<![CDATA[', this.#at)) this.#cdata()
    else if (text.startsWith('<!', this.#at)) this.#fail('a document type is not supported')
    else if (text.startsWith('</', this.#at)) this.#endTag()
    else this.#startTag()
  }

  #cdata(): void {
    const start = this.#at + '<![CDATA['.length
    const next = this.#after(']]>', 9, 'CDATA section')
    const open = this.#open.at(-1)
    if (open === undefined) this.#fail('CDATA outside the root element')
    open.text += this.#text.slice(start, next - 3)
    this.#at = next
  }

  #characters(raw: string): void {
    const open = this.#open.at(-1)
    if (open !== undefined) open.text += this.#decode(raw)
    else if (raw.trim() !== '') this.#fail('text outside the root element')
  }

  #startTag(): void {
    const start = this.#at
    this.#at++
    const name = this.#name()
    if (this.#open.length >= maxDepth) this.#fail('elements are nested too deeply')
    if (this.#open.length === 0 && this.#root !== undefined) this.#fail('a second root element')
    const element: OpenElement = { name, attributes: new Map(), children: [], text: '' }
    for (;;) {
      this.#space()
      const char = this.#text[this.#at]
      if (char === undefined) this.#fail(`<${name}> is not complete`, start)
      if (char === '>' || this.#text.startsWith('/>', this.#at)) break
      this.#attribute(element)
    }
    const empty = this.#text[this.#at] === '/'
    this.#at += empty ? 2 : 1
    if (empty) this.#close(element)
    else this.#open.push(element)
  }

  #attribute(element: OpenElement): void {
    const name = this.#name()
    this.#space()
    if (this.#text[this.#at] !== '=') this.#fail(`attribute ${name} has no value`)
    this.#at++
    this.#space()
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") this.#fail(`the value of ${name} is not quoted`)
    const end = this.#text.indexOf(quote, this.#at + 1)
    if (end < 0) this.#fail(`the value of ${name} is not closed`)
    const raw = this.#text.slice(this.#at + 1, end)
    if (raw.includes('<')) this.#fail(`"<" in the value of ${name}`)
    if (element.attributes.has(name)) this.#fail(`attribute ${name} is repeated`)
    element.attributes.set(name, this.#decode(raw))
    this.#at = end + 1
  }

  #endTag(): void {
    const start = this.#at
    this.#at += 2
    const name = this.#name()
    this.#space()
    if (this.#text[this.#at] !== '>') this.#fail(`</${name} is not complete`)
    this.#at++
    const open = this.#open.pop()
    if (open === undefined) this.#fail(`</${name}> closes nothing`, start)
    if (open.name !== name) this.#fail(`</${name}> where </${open.name}> is due`, start)
    this.#close(open)
  }

  #close(open: OpenElement): void {
    const element: XmlElement = { ...open, text: open.text.trim() }
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = element
    else parent.children.push(element)
  }

  #name(): string {
    const start = this.#at
    while (isNameChar(this.#text.charCodeAt(this.#at))) this.#at++
    if (this.#at === start) this.#fail('a name is missing')
    return this.#text.slice(start, this.#at)
  }

  #space(): void {
    while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) <= 0x20) this.#at++
  }

  #after(mark: string, skip: number, what: string): number {
    const found = this.#text.indexOf(mark, this.#at + skip)
    if (found < 0) this.#fail(`${what} is not closed`)
    return found + mark.length
  }

  #decode(raw: string): string {
    let out = ''
    let from = 0
    for (;;) {
      const mark = raw.indexOf('&', from)
      if (mark < 0) return out + raw.slice(from)
      const end = raw.indexOf(';', mark)
      const char = end < 0 ? undefined : entity(raw.slice(mark + 1, end))
      if (char === undefined) this.#fail('"&" that begins no known entity (write &amp;)')
      out += raw.slice(from, mark) + char
      from = end + 1
    }
  }

  #fail(reason: string, offset = this.#at): never {
    throw new XmlError(this.#text, offset, reason)
  }
}

const namedEntities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#'))
    return Object.hasOwn(namedEntities, name) ? namedEntities[name] : undefined
  const hex = name[1] === 'x'
  const digits = name.slice(hex ? 2 : 1)
  const good = hex ? /^[0-9a-fA-F]{1,6}$/.test(digits) : /^[0-9]{1,7}$/.test(digits)
  const code = good ? Number.parseInt(digits, hex ? 16 : 10) : Number.NaN
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

function isNameChar(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code >= 0x80 ||
    (code >= 0x30 && code <= 0x3a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  )
}
