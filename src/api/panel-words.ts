/**
 * Short names for the panel's words. In the source a phrase has a key that a person can read
 * ('numbers.count'); there are some fifteen hundred, each at least twice in the bundle. When the
 * panel is built, every key that stands in the source as a whole gets a name of two or three
 * letters. Keys that are put together while the panel runs (`error.${code}`) stay as they are.
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

function nameKeys(sources: ReadonlyMap<string, string>): Map<string, string> {
  const prefixes = [...sources.values()]
    .flatMap((source) => [...source.matchAll(assembled)].map((match) => match[1] ?? ''))
  const short = new Map<string, string>()
  for (const [path, source] of sources) {
    if (!/text[\w-]*-ru\.ts$/.test(path)) continue
    for (const [, key = ''] of source.matchAll(definition)) {
      if (short.has(key) || prefixes.some((prefix) => key.startsWith(prefix))) continue
      short.set(key, `~${short.size.toString(36)}`)
    }
  }
  return short
}
