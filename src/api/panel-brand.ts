/**
 * Writes the operator's name, links and help line into the panel's page, for those who have not
 * logged in yet: the log-in and the registration show them without a request of their own.
 */
import { createHash } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { PanelFiles } from './panel-bundle.ts'
import type { Brand } from './schema.ts'

const page = '/index.html'
const place = '<meta name="brand" content="">'

/** The same files with the brand in the page; a page without the place for it stays as it is. */
export function withBrand(panel: PanelFiles, brand: Brand): PanelFiles {
  const file = panel.files.get(page)
  if (file === undefined) return panel
  const content = JSON.stringify(brand).replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
  const html = Buffer.from(Buffer.from(file.body).toString('utf8')
    .replace(place, () => `<meta name="brand" content="${content}">`))
  const branded = {
    ...file, body: new Uint8Array(html), gzip: new Uint8Array(gzipSync(html)),
    brotli: new Uint8Array(brotliCompressSync(html)),
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`,
  }
  return { ...panel, files: new Map([...panel.files, [page, branded]]) }
}
