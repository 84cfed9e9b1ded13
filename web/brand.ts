/**
 * The operator's name, links and help line for pages that are shown before anybody has logged in:
 * the server writes them into the page itself, so they cost no request.
 */
import type { Brand } from '../src/api/schema.ts'

function written(): Partial<Brand> {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="brand"]')
  try {
    return JSON.parse(meta?.content ?? '{}') as Partial<Brand>
  } catch {
    return {} // a page of an older server: the panel's own name will do
  }
}

/** What the page tells of the operator; parts may be missing. */
export const brand: Partial<Brand> = written()
