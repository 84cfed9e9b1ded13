/**
 * The walls of the house: who may import whom, what pure folders may not call, how long files and
 * functions may grow. Each rule names its reason; a breach names the file and the line.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')
const pure = ['sip', 'drachtio', 'call', 'rtp', 'sdp', 'esl', 'money', 'people', 'limits']
/** Folder → folders of src it may import from, besides itself. */
const mayImport: Record<string, readonly string[]> = {
  sip: [],
  drachtio: ['sip'],
  call: [],
  money: [],
  limits: [],
  people: [],
  pay: ['money', 'store'],
  net: ['sip'],
  sipd: ['sip', 'drachtio', 'net'],
  rtp: [],
  sdp: [],
  esl: [],
  media: ['sip', 'sdp', 'rtp', 'esl', 'net'],
  app: ['call', 'limits'],
  store: ['call', 'money', 'limits', 'people', 'app/ports.ts', 'app/limits-port.ts', 'pay/order.ts'],
  archive: ['rtp', 'call', 'store'],
  api: ['call', 'money', 'limits', 'people', 'pay', 'store', 'archive'],
  notify: ['call', 'store', 'api/context.ts'],
  launcher: [],
}
/** Files directly in src/ which impure folders may import. */
const commonGround = ['clock.ts', 'log.ts', 'config.ts']
const npmAllowed: Record<string, readonly string[]> = {
  app: ['drachtio-srf', 'drachtio-fsmrf'],
  store: ['kysely', 'kysely/migration', 'mysql2', 'mysql2/promise', 'mitt', 'libphonenumber-js/max'],
  api: [
    'hono', 'hono/body-limit', 'hono/cookie', 'hono/route', 'hono/streaming', '@hono/node-server',
    'valibot', '@valibot/to-json-schema', 'esbuild', 'mitt', 'ical.js', 'write-excel-file/node', 'pdfkit', 'qrcode', 'htm/mini',
  ],
  pay: ['hono', 'hono/body-limit', '@hono/node-server'],
  notify: ['nodemailer', 'smpp', 'smtp-server'],
  web: ['preact', 'preact/hooks', 'htm', 'htm/preact', '@preact/signals', 'mitt'],
  src: ['pino'],
}
/** Files of the server whose types the panel may use. */
const schemas = ['schema', 'schema-media', 'schema-money', 'schema-rules', 'schema-insight', 'schema-talk', 'schema-live', 'schema-people', 'schema-limits', 'schema-desk', 'schema-desk-trade']
  .map((name) => `src/api/${name}.ts`)
const maxFileLines = 400
const maxFunctionLines = 60

interface Source { readonly path: string; readonly text: string; readonly lines: readonly string[]; readonly folder: string }

function sources(top: string): Source[] {
  return readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(top, name)
      const text = readFileSync(join(root, path), 'utf8')
      const parts = path.split('/')
      return { path, text, lines: text.split('\n'), folder: top === 'src' && parts.length > 2 ? parts[1]! : top }
    })
}

function imports(source: Source): { from: string; typeOnly: boolean; line: number }[] {
  const found: { from: string; typeOnly: boolean; line: number }[] = []
  const pattern = /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm
  for (const match of source.text.matchAll(pattern)) {
    const from = match[2] ?? match[3] ?? match[4] ?? ''
    found.push({ from, typeOnly: match[1] !== undefined, line: source.text.slice(0, match.index).split('\n').length })
  }
  return found
}

const inSrc = sources('src')
const inWeb = sources('web')

t.test('imports go only where style and tree allow', async (t) => {
  for (const source of inSrc) {
    if (source.folder === 'src' && source.path !== 'src/main.ts') continue
    if (source.path === 'src/main.ts') continue
    const breaches: string[] = []
    const allowed = mayImport[source.folder]
    if (!allowed) breaches.push(`folder ${source.folder} is not in the plan of the house`)
    for (const one of imports(source)) {
      const verdict = judgeImport(source, one.from, allowed ?? [])
      if (verdict) breaches.push(`${source.path}:${one.line} ${verdict}`)
    }
    t.strictSame(breaches, [], source.path)
  }
})

function judgeImport(source: Source, from: string, allowed: readonly string[]): string | undefined {
  if (from.startsWith('.')) {
    const target = relative(join(root, 'src'), join(root, source.path, '..', from))
    if (!target.endsWith('.ts')) return `imports ${from}: imports end in .ts`
    const folder = target.split('/')[0]!
    if (folder === source.folder || allowed.includes(folder) || allowed.includes(target)) return undefined
    if (commonGround.includes(target) && !pure.includes(source.folder)) return undefined
    return `imports ${target}: ${source.folder} may import ${[source.folder, ...allowed].join(', ')}`
  }
  if (pure.includes(source.folder)) return `imports ${from}: a pure folder imports only the project's pure code`
  if (from.startsWith('node:')) return undefined
  if ((npmAllowed[source.folder] ?? []).includes(from)) return undefined
  return `imports ${from}: not among the packages of ${source.folder}`
}

t.test('web imports its packages and types of the API schema only', async (t) => {
  for (const source of inWeb) {
    const breaches = imports(source)
      .filter(({ from, typeOnly }) => {
        if (!from.startsWith('.')) return !npmAllowed.web!.includes(from)
        const target = relative(root, join(root, source.path, '..', from))
        return !(target.startsWith('web/') || (schemas.includes(target) && typeOnly))
      })
      .map(({ from, line }) => `${source.path}:${line} imports ${from}`)
    t.strictSame(breaches, [], source.path)
  }
})

t.test('pure folders know no socket, clock, chance or process', async (t) => {
  const forbidden = /\b(Date\.now|performance\.|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|process\.|Buffer\.|console\.|crypto\.|fetch\()|new Date\(\)/
  for (const source of inSrc.filter((one) => pure.includes(one.folder))) {
    const breaches = codeLines(source)
      .filter(({ code }) => forbidden.test(code))
      .map(({ line, code }) => `${source.path}:${line} ${code.trim()}`)
    t.strictSame(breaches, [], source.path)
  }
})

t.test('only config.ts reads the environment, only store writes SQL', async (t) => {
  for (const source of inSrc) {
    const breaches: string[] = []
    for (const { line, code } of codeLines(source)) {
      // Handing the whole environment on to a child is not reading a setting.
      const read = code.replace('...process.env,', '')
      if (/process\.env|\benv\b.*from 'node:process'/.test(read) && source.path !== 'src/main.ts') {
        breaches.push(`${source.path}:${line} reads the environment`)
      }
      if (/\b(SELECT .* FROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b/.test(code) && source.folder !== 'store') {
        breaches.push(`${source.path}:${line} writes SQL`)
      }
    }
    t.strictSame(breaches, [], source.path)
  }
})

t.test(`files stay under ${maxFileLines} lines, functions under ${maxFunctionLines}`, async (t) => {
  for (const source of [...inSrc, ...inWeb]) {
    t.ok(source.lines.length <= maxFileLines + 1, `${source.path} has ${source.lines.length - 1} lines`)
    for (const long of longFunctions(source)) t.fail(`${source.path}:${long}`)
  }
})

t.test('every file opens with what it is for', async (t) => {
  for (const source of [...inSrc, ...inWeb]) t.match(source.text, /^(#![^\n]*\n)?\/\*\*\n \* \S/, source.path)
})

t.test('types are not switched off, nothing is left undone', async (t) => {
  const marks = /@ts-ignore|@ts-expect-error|\b(TODO|FIXME|XXX|HACK)\b/
  const off = /:\s*any\b(?!['\w ])|\bas any\b|<any>/
  for (const source of [...inSrc, ...inWeb]) {
    const breaches = [
      ...source.lines.flatMap((text, index) => (marks.test(text) ? [`${source.path}:${index + 1} ${text.trim()}`] : [])),
      ...codeLines(source).flatMap(({ line, code }) => (off.test(code) ? [`${source.path}:${line} ${code.trim()}`] : [])),
    ]
    t.strictSame(breaches, [], source.path)
  }
})

t.test('no barrels: a file exports what it defines', async (t) => {
  for (const source of [...inSrc, ...inWeb]) {
    t.notMatch(source.text, /^export \* from/m, source.path)
    t.notMatch(source.text, /^export default/m, source.path)
  }
})

/** Lines with comments cut away, good enough for searching calls. */
function codeLines(source: Source): { line: number; code: string }[] {
  let inComment = false
  return source.lines.map((text, index) => {
    let code = text
    if (inComment) {
      const end = code.indexOf('*/')
      if (end < 0) return { line: index + 1, code: '' }
      code = code.slice(end + 2)
      inComment = false
    }
    const open = code.indexOf('/*')
    if (open >= 0) {
      if (!code.includes('*/', open)) inComment = true
      code = code.slice(0, open)
    }
    const slashes = code.search(/(^|\s)\/\//)
    return { line: index + 1, code: slashes >= 0 ? code.slice(0, slashes) : code }
  })
}

/** Functions and methods by their indentation: from the line that opens a body to the line that closes it. */
function longFunctions(source: Source): string[] {
  const found: string[] = []
  const opening = /^(\s*)(?:export\s+)?(?:(?:async\s+)?function\b|(?:private\s+|static\s+|override\s+|async\s+|get\s+|set\s+)*[\w#]+\s*\(.*\)\s*(?::[^={]+)?\{$|(?:const|let)\s+\w+\s*=\s*(?:async\s*)?\(?.*=>\s*\{$)/
  source.lines.forEach((text, index) => {
    const match = opening.exec(text)
    if (!match || /^\s*(if|for|while|switch|catch|else|return|describe|test)\b/.test(text)) return
    const indent = match[1]!
    for (let end = index + 1; end < source.lines.length; end++) {
      const line = source.lines[end]!
      if (line.startsWith(`${indent}}`)) {
        const length = end - index + 1
        if (length > maxFunctionLines) found.push(`${index + 1} a function of ${length} lines: ${text.trim().slice(0, 60)}`)
        return
      }
    }
  })
  return found
}
