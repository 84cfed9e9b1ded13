/**
 * The panel's files, made at the start from web/ by esbuild (milliseconds) and kept in memory,
 * compressed once. Names carry a hash of their content, so browsers may keep them for ever; the
 * page itself is asked for anew each time. Nothing built is written to the disk.
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, stop } from 'esbuild'
import type { Metafile, Plugin } from 'esbuild'
import { compileTemplates } from './panel-templates.ts'
import { numberWords } from './panel-words.ts'
import type { Rewrite } from './panel-words.ts'

export interface PanelFile {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly brotli: Uint8Array<ArrayBuffer>
  /** Strong validator, quotes included. */
  readonly etag: string
  /** The name changes with the content. */
  readonly immutable: boolean
}

export interface PanelFiles {
  /** By path: '/index.html', '/main-ABC123.js' … */
  readonly files: ReadonlyMap<string, PanelFile>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
}

type Parts = Readonly<Record<string, readonly string[]>>

/**
 * Which modules that are imported on demand come in one file. Small files cost requests and
 * compress badly, so what a subscriber opens later is two files, fetched in idle time; a part's
 * words stand together, where they compress best. Visitors' pages are apart: no subscriber fetches
 * them.
 */
const panelParts: Parts = {
  rules: [
    'text-rules-ru.ts', 'rule-popover.ts', 'keys-dialog.ts', 'timeline-table.ts',
    'timeline-hours.ts', 'override-dialogs.ts', 'rules.ts', 'rule-editor.ts', 'numbers.ts',
    'numbers-empty.ts', 'page-callers.ts', 'page-calendar.ts',
  ],
  pages: [
    'text-calls-ru.ts', 'text-insight-ru.ts', 'text-simulator-ru.ts', 'text-money-ru.ts',
    'text-talk-ru.ts', 'text-account-ru.ts', 'text-people-ru.ts', 'calls.ts', 'page-voicemail.ts',
    'page-statistics.ts', 'page-simulator.ts', 'page-topup.ts', 'page-charges.ts',
    'page-referral.ts', 'page-settings.ts', 'page-profile.ts', 'page-support.ts',
    'page-features.ts', 'code-dialog.ts', 'frame-strips.ts',
  ],
  public: [
    'text-public-ru.ts', 'page-register.ts', 'page-request.ts', 'page-forgot.ts',
    'page-password.ts', 'page-email.ts', 'login-second.ts', 'ask.ts',
  ],
}

/** The same of the manager's desk. */
const deskParts: Parts = {
  people: [
    'page-live.ts', 'page-support.ts', 'page-subscribers.ts', 'page-subscriber.ts',
    'page-numbers.ts', 'page-alarms.ts',
  ],
  trade: ['page-payments.ts', 'page-tariffs.ts', 'page-tariff.ts', 'page-trunks.ts'],
  watch: ['page-limits.ts', 'page-letters.ts', 'page-audit.ts'],
}

/**
 * Joins the modules of a part: an import of one brings all. Each part begins with the first page's own
 * module, which is there already; so all that the first page needs stays together in one file.
 */
function joinParts(folder: string, names: readonly string[], parts: Parts): Plugin {
  const partOf = (name: string): string =>
    Object.keys(parts).find((one) => parts[one]?.includes(name) === true) ?? name
  return {
    name: 'parts',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\/[\w-]+\.ts$/ }, ({ kind, path, resolveDir }) =>
        kind === 'dynamic-import' && resolve(resolveDir) === resolve(folder)
          ? { path: partOf(basename(path)), namespace: 'part', pluginData: resolveDir }
          : undefined,
      )
      bundle.onLoad({ filter: /.*/, namespace: 'part' }, ({ path, pluginData }) => ({
        contents: [
          `import './main.ts'`,
          ...(parts[path] ?? [path])
            .filter((name) => names.includes(name))
            .map((name) => `export * from './${name}'`),
        ].join('\n'),
        resolveDir: String(pluginData),
      }))
    },
  }
}

/** Puts a style behind the first sheet before its name is made of its content. */
function withOwnStyle(sheet: string, ownStyle: string): Plugin {
  const namespace = 'own-style'
  return {
    name: namespace,
    setup(bundle) {
      if (ownStyle === '') return
      bundle.onResolve({ filter: /^own-style:/ }, ({ path }) => ({ path, namespace }))
      bundle.onLoad({ filter: /:sheet$/, namespace }, async () => ({
        contents: await readFile(sheet, 'utf8'), loader: 'css', resolveDir: dirname(sheet),
      }))
      bundle.onLoad({ filter: /:colours$/, namespace }, () => ({ contents: ownStyle, loader: 'css' }))
      bundle.onLoad({ filter: /style\.css$/, namespace: 'file' }, ({ path }) => path === sheet
        ? { contents: `@import 'own-style:sheet'; @import 'own-style:colours';`, loader: 'css' }
        : undefined)
    },
  }
}

/** Templates become calls of Preact's `h`, which `html` then is; `words` gives keys their numbers. */
function rewriteSources(words: Rewrite = (_, source) => source): Plugin {
  return {
    name: 'rewritten sources',
    setup(bundle) {
      bundle.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => ({
        contents: basename(path) === 'html.ts' ? `export { h as html } from 'preact'`
          : words(path, compileTemplates(await readFile(path, 'utf8'))),
        loader: 'ts',
      }))
    },
  }
}

/**
 * Bundles web/main.ts, web/style.css and web/later.css; in index.html they become the hashed names.
 * Other files of web/ with a type above are served as they are. `ownStyle` goes behind the first
 * style sheet: the operator's colours. `effort` of Brotli, 0–11: the best takes a second.
 */
export async function buildPanel(
  webFolder: string, ownStyle = '', effort = constants.BROTLI_MAX_QUALITY,
): Promise<PanelFiles> {
  const names = await readdir(webFolder)
  const words = await numberWords(webFolder, names)
  const plugins = [joinParts(webFolder, names, panelParts), rewriteSources(words)]
  return bundlePages({ folder: webFolder, base: '/', names, plugins, ownStyle, effort })
}

/**
 * Bundles the manager's desk, web/desk/, as a whole of its own: its files lie below /desk/ and are
 * no burden to subscribers. Parameters as above.
 */
export async function buildDesk(
  webFolder: string, ownStyle = '', effort = constants.BROTLI_MAX_QUALITY,
): Promise<PanelFiles> {
  const folder = join(webFolder, 'desk')
  const names = await readdir(folder)
  const plugins = [joinParts(folder, names, deskParts), rewriteSources()]
  return bundlePages({ folder, base: '/desk/', names, plugins, ownStyle, effort })
}

interface Pages {
  readonly folder: string
  /** What the paths of the files begin with. */
  readonly base: string
  readonly names: readonly string[]
  readonly plugins: Plugin[]
  readonly ownStyle: string
  readonly effort: number
}

async function bundlePages(
  { folder, base, names, plugins, ownStyle, effort }: Pages,
): Promise<PanelFiles> {
  const entryPoints = ['main.ts', 'style.css', 'later.css']
    .filter((name) => names.includes(name))
    .map((name) => join(folder, name))
  const result = await build({
    entryPoints,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: ['es2022'],
    write: false,
    outdir: '/panel',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    metafile: true,
    logLevel: 'silent',
    charset: 'utf8',
    legalComments: 'none',
    plugins: [...plugins, withOwnStyle(join(folder, 'style.css'), ownStyle)],
  })
  await stop() // its service would stay as a process of 30 MB, to no use
  const files = new Map<string, PanelFile>()
  for (const file of result.outputFiles) {
    const path = base + basename(file.path)
    files.set(path, await packFile(path, Buffer.from(file.contents), true, effort))
  }
  const hashed = new Map(
    Object.entries(result.metafile.outputs).flatMap(([path, { entryPoint }]) =>
      entryPoint ? [[basename(entryPoint), base + basename(path)] as const] : [],
    ),
  )
  for (const name of names.filter((one) => types[extname(one)] !== undefined && !hashed.has(one))) {
    const content = await readFile(join(folder, name))
    const linked = (): string => linkEntries(content.toString('utf8'), hashed)
    const body = name === 'index.html'
      ? Buffer.from(withPreload(linked(), result.metafile, base)) : content
    files.set(base + name, await packFile(name, body, false, effort))
  }
  return { files }
}

function linkEntries(html: string, hashed: ReadonlyMap<string, string>): string {
  return html.replaceAll(
    /(src|href|content)="(?:\.?\/)?(main\.(?:ts|js)|style\.css|later\.css)"/g,
    (_, attribute: string, name: string) =>
      `${attribute}="${hashed.get(name.replace(/\.js$/, '.ts')) ?? `/${name}`}"`,
  )
}

/** Names the files that the entry imports, so that all are asked for at once. */
function withPreload(html: string, metafile: Metafile, base: string): string {
  const entry = Object.values(metafile.outputs).find(
    ({ entryPoint }) => entryPoint !== undefined && basename(entryPoint) === 'main.ts',
  )
  const links = (entry?.imports ?? [])
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="${base}${basename(path)}">\n`)
  return html.replace('</head>', `${links.join('')}</head>`)
}

async function packFile(
  name: string, content: Buffer, immutable: boolean, effort: number,
): Promise<PanelFile> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: effort }
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    immutable,
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    body: new Uint8Array(content),
    gzip: new Uint8Array(await promisify(gzip)(content, { level: 9 })),
    brotli: new Uint8Array(await promisify(brotliCompress)(content, { params })),
  }
}
