/**
 * Reads a PDF back, as far as ours go: pages in their order, the text that each shows, decoded by
 * the fonts' own ToUnicode tables (ISO 32000 §9.10.3). What a reader could not copy out is not
 * found here either.
 */
import { inflateSync } from 'node:zlib'

/** The text of each page, a piece per text object, in the order drawn. */
export function readPdf(file: Uint8Array): readonly (readonly string[])[] {
  const source = Buffer.from(file).toString('latin1')
  const objects = new Map<string, string>()
  for (const match of source.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(match[1]!, match[2]!)
  const object = (reference: string | undefined): string => objects.get(reference ?? '') ?? ''
  const streamOf = (body: string): string => {
    const begin = body.indexOf('stream\n') + 7
    const raw = Buffer.from(body.slice(begin, body.lastIndexOf('\nendstream')), 'latin1')
    return (body.includes('FlateDecode') ? inflateSync(raw) : raw).toString('latin1')
  }
  const kids = /\/Kids \[([^\]]*)\]/.exec([...objects.values()]
    .find((body) => /\/Type \/Pages\b/.test(body)) ?? '')?.[1] ?? ''
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, page]) => {
    const body = object(page)
    const resources = object(/\/Resources (\d+) 0 R/.exec(body)?.[1]) || body
    const fonts = new Map<string, ReadonlyMap<string, string>>()
    for (const [, name, font] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const table = object(/\/ToUnicode (\d+) 0 R/.exec(object(font))?.[1])
      fonts.set(name!, unicodeOf(streamOf(table)))
    }
    return textsOf(streamOf(object(/\/Contents (\d+) 0 R/.exec(body)?.[1])), fonts)
  })
}

/** Glyph (four hex digits) → text, from bfrange lists. */
function unicodeOf(table: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, first, list] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi)) {
    const glyph = Number.parseInt(first!, 16)
    for (const [index, hex] of (list!.match(/<[0-9a-f ]*>/gi) ?? []).entries()) {
      const units = hex.match(/[0-9a-f]{4}/gi) ?? []
      found.set((glyph + index).toString(16).padStart(4, '0'),
        String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))))
    }
  }
  return found
}

function textsOf(
  content: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly string[] {
  return [...content.matchAll(/BT\n([\s\S]*?)\nET/g)].map(([, text]) => {
    const font = fonts.get(/\/(F\d+) [\d.]+ Tf/.exec(text!)?.[1] ?? '')
    return [...text!.matchAll(/<([0-9a-f]+)>/gi)]
      .flatMap(([, hex]) => hex!.match(/[0-9a-f]{4}/gi) ?? [])
      .map((glyph) => font?.get(glyph.toLowerCase()) ?? '\ufffd').join('')
  })
}
