/**
 * What is said of one route of the API, and chapters of such entries. The entries themselves stand in
 * route-table.ts and, by subject, in routes-*.ts.
 */
import type * as v from 'valibot'
import type { KeyScope } from './schema-insight.ts'

/**
 * 'login': a subscriber who is logged in, no key; 'account': a manager, too; 'manager': managers
 * only, nobody else learns that there is such a route; 'open': anybody.
 */
export type Access = KeyScope | 'login' | 'account' | 'manager' | 'open'

export interface RouteEntry {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As Hono has it: '/api/rules/:id'. */
  readonly path: string
  readonly access: Access
  /** Of the chapter it stands in. */
  readonly group: string
  readonly summary: string
  readonly body?: v.GenericSchema
  readonly query?: v.GenericSchema
  /** Name of the reply's type in schema*.ts, or its media type. */
  readonly reply: string
  /** Of success; 200 unless said otherwise. */
  readonly status?: 201 | 202
}

type More = Partial<Pick<RouteEntry, 'body' | 'query' | 'status'>>

/** The entries of a chapter. */
export function group(name: string, routes: readonly (readonly [
  method: RouteEntry['method'], path: string, access: Access, reply: string, summary: string,
  more?: More,
])[]): RouteEntry[] {
  return routes.map(([method, path, access, reply, summary, more = {}]) =>
    ({ method, path, access, group: name, summary, reply, ...more }))
}
