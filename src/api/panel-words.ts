/**
 * Short names for the panel's words. In the source a phrase has a key that a person can read
 * ('numbers.count'); there are some fifteen hundred, each at least twice in the bundle. When the
 * panel is built, every key that stands in the source as a whole gets a name of two or three
 * letters. Keys that are put together while the panel runs (`error.${code}`) stay as they are: those
 * that begin as such a template does, and whole groups (`refusal.…`) of which one is named nowhere.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const definition = /'([A-Za-z][\w]*(?:\.\w+)+)':/g
const assembled = /`([A-Za-z][\w.]*\.)\$\{/g
const literal = /'([A-Za-z][\w]*(?:\.\w+)+)'/g

/** The plugin for a build of `folder`, whose files are `names`. */
export function shortKeys(folder: string, names: readonly string[]): Plugin {
  const sources = new Map(names.filter((name) => name.endsWith('.ts'))
    .map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]))
  const short = nameKeys(sources)
  return {
    name: 'short keys',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
        const source = sources.get(path)
        if (source === undefined) return undefined
        const contents = source.replaceAll(literal, (whole, key: string) => {
          const name = short.get(key)
          return name === undefined ? whole : `'${name}'`
        })
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** 'refusal.' of 'refusal.loop'. */
function groupOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.') + 1)
}

const dictionary = /text[\w-]*-(?:ru|en)\.ts$/
const russian = /text[\w-]*-ru\.ts$/

function keysOf(source: string): string[] {
  return [...source.matchAll(definition)].map((match) => match[1] ?? '')
}

/** Groups with a key that no code names as a whole: their keys must be put together somewhere. */
function assembledGroups(sources: ReadonlyMap<string, string>): Set<string> {
  const named = new Set([...sources].filter(([path]) => !dictionary.test(path))
    .flatMap(([, source]) => [...source.matchAll(literal)].map((match) => match[1] ?? '')))
  return new Set([...sources].filter(([path]) => russian.test(path))
    .flatMap(([, source]) => keysOf(source).filter((key) => !named.has(key)).map(groupOf)))
}

function nameKeys(sources: ReadonlyMap<string, string>): Map<string, string> {
  const groups = assembledGroups(sources)
  const prefixes = [...sources.values()]
    .flatMap((source) => [...source.matchAll(assembled)].map((match) => match[1] ?? ''))
  const short = new Map<string, string>()
  for (const [path, source] of sources) {
    if (!russian.test(path)) continue
    for (const key of keysOf(source)) {
      if (short.has(key) || groups.has(groupOf(key))) continue
      if (prefixes.some((prefix) => key.startsWith(prefix))) continue
      short.set(key, `~${short.size.toString(36)}`)
    }
  }
  return short
}
