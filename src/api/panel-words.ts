/**
 * Short names for the panel's words. In the source a phrase has a key that a person can read
 * ('numbers.count'); there are some two thousand, each at least twice. When the panel is built,
 * every key that stands in the source as a whole becomes a number, and the dictionaries become
 * lists in which a phrase is found by it. Keys that are put together while the panel runs stay as
 * they are: those that a template can make (`error.${code}`), and whole groups (`refusal.…`) of
 * which one is named nowhere. So groups that are put together hold nothing else where it matters.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'

type Phrases = Readonly<Record<string, unknown>>

/** What a source becomes in the bundle. */
export type Rewrite = (path: string, source: string) => string

/** `error.${code}`, `call.${name}.${value}`. */
const assembled = /`([A-Za-z]\w*\.(?:[\w.]|\$\{[^`}]*\})*)`/g
const literal = /(['"])([A-Za-z]\w*(?:\.\w+)+)\1/g
const dictionary = /text[\w-]*-(?:ru|en)\.ts$/
const russian = /text[\w-]*-ru\.ts$/
/** A dictionary: its name, and its object up to the brace that begins a line. */
const named = /export const (\w+).* = (\{\n[^]*?\n\})/

/** What to do with the sources of `folder`, whose files are `names`. */
export async function numberWords(folder: string, names: readonly string[]): Promise<Rewrite> {
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
  const sources = new Map(await Promise.all(paths.map(async (path) =>
    [path, await readFile(path, 'utf8')] as const)))
  const code = [...sources].filter(([path]) => !dictionary.test(path)).map(([, source]) => source)
  const dictionaries = readDictionaries(sources, join(folder, 'text-en.ts'))
  const keys = [...dictionaries].filter(([path]) => russian.test(path))
    .flatMap(([, phrases]) => Object.keys(phrases))
  const numbers = nameKeys(keys, code)
  return (path, source) => {
    const phrases = dictionaries.get(path)
    if (phrases === undefined) {
      return source.replaceAll(literal, (whole, _, key: string) => String(numbers.get(key) ?? whole))
    }
    return source.replace(named, (_, name: string) =>
      `export const ${name} = ${writeList(phrases, numbers)}`)
  }
}

/** The dictionaries by path: the Russian ones, and `english`, which takes in its parts. */
function readDictionaries(
  sources: ReadonlyMap<string, string>, english: string,
): Map<string, Phrases> {
  const found = new Map<string, Phrases>()
  const context = createContext({})
  const paths = [...sources.keys()].filter((path) => dictionary.test(path) && path !== english)
  for (const path of [...paths, english]) {
    const [, name, object] = named.exec(sources.get(path) ?? '') ?? []
    if (name === undefined) continue
    const phrases = runInContext(`${name} = (${object})`, context) as Phrases
    if (russian.test(path) || path === english) found.set(path, phrases)
  }
  return found
}

/** 'refusal.' of 'refusal.loop'. */
function groupOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.') + 1)
}

function nameKeys(keys: readonly string[], code: readonly string[]): Map<string, number> {
  const twice = keys.toSorted().find((key, at, sorted) => key === sorted[at + 1])
  if (twice !== undefined) throw new Error(`In two dictionaries: ${twice}`)
  const whole = new Set(code.flatMap((source) =>
    [...source.matchAll(literal)].map((match) => match[2])))
  const templates = new Set(code.flatMap((source) =>
    [...source.matchAll(assembled)].map((match) => match[1] ?? '')))
  const patterns = [...templates].map((template) =>
    template.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w*'))
  const pattern = new RegExp(`^(?:${patterns.join('|')})$`)
  const rest = keys.filter((key) => !pattern.test(key))
  // Of these a key is named by no code as a whole: it must be put together somewhere else.
  const groups = new Set(rest.filter((key) => !whole.has(key)).map(groupOf))
  const free = rest.filter((key) => !groups.has(groupOf(key)))
  return new Map(free.map((key, index) => [key, index + 1])) // 0 would count as none
}

/**
 * A dictionary whose numbered phrases are a list, which begins at the number of the first; they are
 * added to those that have kept their keys.
 */
function writeList(phrases: Phrases, numbers: ReadonlyMap<string, number>): string {
  const list = Object.keys(phrases).filter((key) => numbers.has(key))
    .sort((one, other) => (numbers.get(one) ?? 0) - (numbers.get(other) ?? 0))
  const kept = Object.fromEntries(Object.entries(phrases).filter(([key]) => !numbers.has(key)))
  return `${JSON.stringify(list.map((key) => phrases[key]))}.reduce((all, phrase, at) => (all[${
    numbers.get(list[0] ?? '') ?? 0} + at] = phrase, all), ${JSON.stringify(kept)})`
}
