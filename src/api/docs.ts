/**
 * The API's description for programs (OpenAPI) and as a page for people who write them. The page is
 * plain HTML made at the first request; it runs no script.
 */
import { Hono } from 'hono'
import type { ApiEnv } from './context.ts'
import { describeApi } from './openapi.ts'
import { routeTable } from './route-table.ts'
import type { RouteEntry } from './route-entry.ts'

/** GET /api/openapi.json, /api/docs, /api/docs.css: open to anybody, they tell no secrets. */
export function docsRoutes(): Hono<ApiEnv> {
  let description: string | undefined
  let page: string | undefined
  return new Hono<ApiEnv>()
    .get('/openapi.json', (c) => {
      description ??= JSON.stringify(describeApi())
      return c.body(description, 200, { 'Content-Type': 'application/json' })
    })
    .get('/docs', (c) => c.html((page ??= docsPage())))
    .get('/docs.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
}

interface Operation {
  readonly description: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { schema: unknown } } }
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

function docsPage(): string {
  const { paths } = describeApi() as {
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  const groups = [...new Set(routeTable.map((route) => route.group))]
  const sections = groups.map((group) => {
    const routes = routeTable.filter((route) => route.group === group).map((route) => {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
      return routeText(route, path, paths[path]?.[route.method.toLowerCase()])
    })
    return `<section><h2>${escape(group)}</h2>${routes.join('')}</section>`
  })
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Персональный номер: API</title><link rel="stylesheet" href="/api/docs.css"></head>
<body><main><h1>API «Персональный номер»</h1>
<p>Программа передаёт ключ из «Настроек» в заголовке <code>Authorization: Bearer pnk_…</code>.
Запросы и ответы — JSON, моменты — миллисекунды с 1970 года (UTC), деньги — целые копейки. Отказ
приходит как <code>application/problem+json</code> (RFC 9457) с постоянным <code>code</code> и, если
дело в поле, <code>field</code>. Описание для программ:
<a href="/api/openapi.json">openapi.json</a>.</p>${sections.join('')}</main></body></html>`
}

function routeText(route: RouteEntry, path: string, operation: Operation | undefined): string {
  const query = (operation?.parameters ?? []).filter((one) => one.in === 'query')
  const body = operation?.requestBody?.content['application/json'].schema
  const status = String(route.status ?? 200)
  return `<details><summary><b>${route.method}</b> <code>${escape(path)}</code>
${escape(route.summary)}</summary><p>${escape(operation?.description ?? '')}
Ответ ${status}: <code>${escape(route.reply)}</code>.</p>${
  query.length === 0 ? '' : `<p>Параметры: ${
    query.map(({ name }) => `<code>${escape(name)}</code>`).join(', ')}.</p>`}${
  body === undefined ? '' : `<pre tabindex="0">${escape(JSON.stringify(body, null, 2))}</pre>`
}</details>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2rem }
details { border-bottom: 1px solid; padding: .5rem 0 }
summary { cursor: pointer; min-height: 24px; overflow-wrap: anywhere }
summary b { display: inline-block; min-width: 4rem }
pre { overflow: auto; max-height: 24rem; padding: .75rem; border: 1px solid; font-size: .8125rem }
`
