/**
 * Nothing is sent to browsers that no page needs: every phrase is said somewhere, every class is on
 * some element; and phrases whose key is put together survive the short names of the bundle.
 */
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { buildPanel } from '../../src/api/panel-bundle.ts'
import { webFolder } from '../support/panel-server.ts'

const sources = new Map(readdirSync(webFolder).filter((name) => name.endsWith('.ts'))
  .map((name) => [name, readFileSync(`${webFolder}/${name}`, 'utf8')]))
const isDictionary = (name: string): boolean => /^text-.*(ru|en)\.ts$/.test(name)
const code = [...sources].filter(([name]) => !isDictionary(name)).map(([, source]) => source).join('\n')

/** Keys that stand in the code as a whole; in templates as attributes, too. */
const named = new Set([...code.matchAll(/(['"])([A-Za-z]\w*(?:\.\w+)+)\1/g)].map((match) => match[2] ?? ''))
/** `error.${code}`, `features.${name}Text`, `call.${of}.${value}`: the keys they can make. */
const templates = [...code.matchAll(/`([A-Za-z]\w*\.(?:[\w.]|\$\{[^`}]*\})*\$\{(?:[\w.]|\$\{|[^`}])*\}[\w.]*)`/g)]
  .map((match) => new RegExp(`^${(match[1] ?? '').replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w+')}$`))
/** word('refusal', code): groups of keys that are put together. */
const groups = new Set([...code.matchAll(/\b(?:word|wordsOr)\('([\w.]+)'/g)].map((match) => match[1] ?? ''))

function isAssembled(key: string): boolean {
  return groups.has(key.slice(0, key.lastIndexOf('.'))) || templates.some((made) => made.test(key))
}

const keysOf = (name: string): string[] =>
  [...(sources.get(name) ?? '').matchAll(/'([A-Za-z]\w*(?:\.\w+)+)':/g)].map((match) => match[1] ?? '')
const russian = [...sources.keys()].filter((name) => isDictionary(name) && name.endsWith('-ru.ts'))

t.test('every phrase is said somewhere', async (t) => {
  t.ok(russian.length >= 6)
  for (const name of russian) {
    t.strictSame(keysOf(name).filter((key) => !named.has(key) && !isAssembled(key)), [], name)
  }
})

t.test('every phrase exists in both languages', async (t) => {
  const english = new Set([...sources.keys()]
    .filter((name) => isDictionary(name) && name.endsWith('-en.ts')).flatMap(keysOf))
  t.strictSame(russian.flatMap(keysOf).filter((key) => !english.has(key)), [])
})

t.test('every warning about a rule has words', async (t) => {
  const source = readFileSync(`${webFolder}/../src/call/warning.ts`, 'utf8')
  const codes = [...source.slice(0, source.indexOf('export interface')).matchAll(/\| '(\w+)'/g)]
    .map((match) => match[1] ?? '')
  // Of the account: the home page and the list of callers say them in sentences of their own.
  const account = ['notActive', 'noMoney', 'noRules', 'allDisabled', 'nowhere', 'defaultMissing', 'blockedTooWide']
  const all = new Set(russian.flatMap(keysOf))
  t.ok(codes.length > 20)
  t.strictSame(codes.filter((code) => !account.includes(code) && !all.has(`warning.${code}`)), [])
})

t.test('a key that is put together keeps its name in the bundle', async (t) => {
  const { files } = await buildPanel(webFolder)
  const bundle = [...files].filter(([name]) => name.endsWith('.js'))
    .map(([, file]) => Buffer.from(file.body).toString('utf8')).join('\n')
  t.notOk(bundle.includes('"numbers.count"'), 'others have short ones')
  const lost = russian.flatMap(keysOf).filter((key) => !named.has(key) && !bundle.includes(`"${key}"`))
  t.strictSame(lost, [])
})

t.test('every class of the sheets is on some element', async (t) => {
  const page = code + readFileSync(`${webFolder}/index.html`, 'utf8')
  const words = new Set(page.match(/[A-Za-z][\w-]*/g))
  const assembled = [...page.matchAll(/(?<![\w-])([a-z][\w-]*)\$\{/g)].map((match) => match[1] ?? '')
  for (const name of readdirSync(`${webFolder}/style`)) {
    const sheet = readFileSync(`${webFolder}/style/${name}`, 'utf8').replaceAll(/\/\*[^]*?\*\//g, '')
      .replaceAll(/url\([^)]*\)/g, '')
    const classes = new Set([...sheet.matchAll(/\.([A-Za-z][\w-]*)/g)].map((match) => match[1] ?? ''))
    t.strictSame([...classes].filter((one) => !words.has(one)
      && !assembled.some((prefix) => one.startsWith(prefix))), [], name)
  }
})
