/**
 * The brand shown in the panel: name, links and colours are the operator's, in a JSON file
 * (PN_BRAND). What the file leaves out is as in the default one, the products of the manual.
 */
import * as v from 'valibot'
import type { Brand } from './schema.ts'

export const defaultBrand: Brand = {
  name: 'OneTel',
  copyright: '© 2015 Альтегро Групп',
  products: [
    { title: 'A-Fon', url: '#a-fon', current: false },
    { title: 'OneTel', url: '/', current: true },
    { title: 'A-Sim', url: '#a-sim', current: false },
    { title: 'A-Num', url: '#a-num', current: false },
  ],
  orderUrl: '/register',
}

/** Colours by the names of the panel's tokens ('link', 'now', 'ok-fill'), '#RRGGBB' or '#RRGGBBAA'. */
type Colours = Readonly<Record<string, string>>

export interface BrandChoice {
  readonly brand: Brand
  /** Style sheet that goes behind the panel's own; '' = its own colours. */
  readonly style: string
}

/** The brand's file cannot be used; the message names the field and what would be right. */
export class BrandError extends Error {
  override readonly name = 'BrandError'
}

const words = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
/** A page of ours, a place on it, or another site. Never a script. */
const link = v.pipe(v.string(), v.regex(/^(https?:\/\/|\/|#)[^\s"'<>]*$/,
  'must begin with https://, http://, / or #'))
const colours = v.record(
  v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be the name of a colour')),
  v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?$/, 'must be like #F28C28')))

const file = v.strictObject({
  name: v.optional(words),
  copyright: v.optional(words),
  products: v.optional(v.pipe(v.array(
    v.strictObject({ title: words, url: link, current: v.boolean() })), v.maxLength(8))),
  orderUrl: v.optional(link),
  support: v.optional(v.strictObject({
    phone: v.pipe(v.string(), v.maxLength(32)), email: v.pipe(v.string(), v.maxLength(128)),
  })),
  colours: v.optional(v.strictObject({
    light: v.optional(colours, {}), dark: v.optional(colours, {}),
  })),
})

/** Reads the text of a brand file; '' is the default brand. Throws BrandError. */
export function readBrand(text: string): BrandChoice {
  if (text === '') return { brand: defaultBrand, style: '' }
  const { colours: chosen, ...rest } = check(parse(text))
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return {
    brand: { ...defaultBrand, ...own },
    style: chosen === undefined ? '' : styleOf(chosen.light, chosen.dark),
  }
}

function parse(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    throw new BrandError(`it is not JSON: ${(fault as Error).message}`)
  }
  if (Array.isArray(value)) throw new BrandError('the whole: must be an object, is a list')
  return value
}

function check(value: unknown): v.InferOutput<typeof file> {
  const result = v.safeParse(file, value)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new BrandError(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
}

/** The same selectors as the panel's own tokens have. */
function styleOf(light: Colours, dark: Colours): string {
  const list = (some: Colours): string =>
    Object.entries(some).map(([name, value]) => `--${name}:${value};`).join('')
  const night = list(dark)
  return `:root{${list(light)}}:root[data-theme='dark']{${night}}` +
    `@media (prefers-color-scheme:dark){:root[data-theme='system']{${night}}}`
}
