/**
 * The API described in OpenAPI 3.1, made of the table of routes and of the very schemas that check
 * requests. Replies are named, not described in full: their types are TypeScript.
 */
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { routeTable } from './route-table.ts'
import type { RouteEntry } from './route-entry.ts'

type Json = Readonly<Record<string, unknown>>

const accessWords: Readonly<Record<RouteEntry['access'], string>> = {
  open: 'Без входа.',
  login: 'Только после входа, не ключом.',
  account: 'Только после входа, не ключом; и для менеджеров.',
  manager: 'Только для менеджеров.',
  read: 'Ключ: read.',
  write: 'Ключ: write.',
  media: 'Ключ: media.',
}

/** The description, as an object to be sent as JSON. */
export function describeApi(): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routeTable) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Персональный номер',
      version: '1',
      description: 'Все моменты — миллисекунды с 1970 года (UTC), деньги — целые копейки.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routeTable.map((route) => route.group))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'pn_session' },
        key: { type: 'http', scheme: 'bearer', description: 'Ключ из «Настроек», pnk_…' },
      },
      schemas: { Problem: problem },
    },
  }
}

/** RFC 9457, with members of our own. */
const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'message'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Не меняется от версии к версии.' },
    message: { type: 'string' },
    field: { type: 'string', description: 'Поле запроса, которое не подошло.' },
    details: { type: 'object' },
    requestId: { type: 'string' },
  },
}

function operation(route: RouteEntry): Json {
  const { method, path, access, body, query, reply, status = 200 } = route
  const security = access === 'open' ? []
    : access === 'login' || access === 'account' || access === 'manager'
      ? [{ session: [] }] : [{ session: [] }, { key: [] }]
  return {
    operationId: operationId(method, path),
    tags: [route.group],
    summary: route.summary,
    description: accessWords[access],
    security,
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body === undefined ? {} : {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [status]: {
        description: reply,
        content: reply.includes('/')
          ? { [reply]: {} }
          : { 'application/json': { schema: { title: reply } } },
      },
      default: {
        description: 'Problem',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function operationId(method: string, path: string): string {
  const words = path.split(/[/:.-]+/).filter((word) => word !== '' && word !== 'api')
  return [method.toLowerCase(), ...words].join('_')
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) =>
    ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(query: v.GenericSchema | undefined): Json[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) =>
    ({ name, in: 'query', required: required.includes(name), schema }))
}

/** A request before it is read; checks that JSON Schema cannot say are left out. */
function schemaOf(schema: v.GenericSchema): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' })
  return rest
}
