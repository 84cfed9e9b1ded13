/**
 * Serves the panel's files from memory. Paths without a file are the panel's own routes, or below
 * /desk those of the manager's desk, and get its page; nothing here touches the disk, so no path can lead out of a folder.
 */
import type { ApiContext } from './context.ts'
import { ApiError } from './errors.ts'
import type { PanelFile, PanelFiles } from './panel-bundle.ts'

/**
 * Answers a GET or HEAD outside of /api. Throws ApiError 404 for a missing file, 405 for other
 * methods.
 */
export function servePanel(panel: PanelFiles, c: ApiContext): Response {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new ApiError(405, 'not_found')
  const isPage = !/\.[a-z0-9]+$/i.test(c.req.path)
  const file = panel.files.get(isPage ? pageOf(c.req.path) : c.req.path)
  if (!file) throw new ApiError(404, 'not_found')
  c.header('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  c.header('ETag', file.etag)
  c.header('Vary', 'Accept-Encoding')
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304)
  c.header('Content-Type', file.type)
  return c.body(encoded(file, c))
}

/** The page whose own routes a path is among: the manager's desk, or the panel. */
function pageOf(path: string): string {
  return path === '/desk' || path.startsWith('/desk/') ? '/desk/index.html' : '/index.html'
}

function encoded(file: PanelFile, c: ApiContext): Uint8Array<ArrayBuffer> {
  const accepted = (c.req.header('accept-encoding') ?? '').toLowerCase()
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) {
    c.header('Content-Encoding', 'br')
    return file.brotli
  }
  if (/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) {
    c.header('Content-Encoding', 'gzip')
    return file.gzip
  }
  return file.body
}
