/**
 * The local mailbox (development): mail and SMS that were caught instead of sent, as plain pages
 * without a script. It is there for whoever sits at this machine, without a log-in, because a new
 * subscriber finds the link to his first password here; so it answers on loopback names only.
 */
import { Hono } from 'hono'
import type { ApiContext, ApiDeps, ApiEnv, CaughtHead, CaughtLetter } from './context.ts'
import { ApiError } from './errors.ts'
import { clientAddress } from './guards.ts'

/** GET /mailbox, /mailbox/:name, /mailbox/:name/:part, /mailbox.css. */
export function mailboxRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const mailbox = () => {
    if (deps.mailbox === undefined || deps.behindProxy) throw new ApiError(404, 'not_found')
    return deps.mailbox
  }
  const letterOf = async (c: ApiContext) => {
    const letter = await mailbox().read(c.req.param('name') ?? '')
    if (letter === undefined) throw new ApiError(404, 'not_found')
    return letter
  }
  return new Hono<ApiEnv>()
    .use(async (c, next) => {
      if (!isHere(deps, c)) throw new ApiError(404, 'not_found')
      c.header('Cache-Control', 'no-store')
      await next()
    })
    .get('/', async (c) => c.html(listPage(await mailbox().list())))
    .get('/:name', async (c) => c.html(letterPage(await letterOf(c), new URL(c.req.url).origin)))
    .get('/:name/:part', async (c) => {
      const part = (await letterOf(c)).attachments[Number(c.req.param('part'))]
      if (part === undefined) throw new ApiError(404, 'not_found')
      const isSound = part.type === 'audio/wav'
      const name = encodeURIComponent(part.name)
      // Nothing that came by mail is shown by the browser as a page of ours.
      return c.body(part.content, 200, {
        'Content-Type': isSound ? 'audio/wav' : 'application/octet-stream',
        'Content-Disposition': `${isSound ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
      })
    })
}

/** GET /mailbox.css */
export function mailboxStyle(c: ApiContext): Response {
  return c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' })
}

/** A page elsewhere whose name was made to resolve to this machine has another Host. */
function isHere(deps: ApiDeps, c: ApiContext): boolean {
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '')
  const from = clientAddress(deps, c)
  const isLocal = from === '' || from === '::1' || /^(?:::ffff:)?127\./.test(from)
  return isLocal && (host === 'localhost' || host === '[::1]' || /^127\.[\d.]+$/.test(host))
}

function listPage(heads: readonly CaughtHead[]): string {
  const rows = heads.map(({ name, at, channel, to, subject }) =>
    `<tr><td>${time(at)}</td><td>${channel === 'sms' ? 'SMS' : 'E-mail'}</td><td>${escape(to)}</td>
<td><a href="/mailbox/${encodeURIComponent(name)}">${escape(subject) || '—'}</a></td></tr>`)
  return page('Почта этой машины', `<p>Сюда попадают письма и SMS, пока настоящая отправка не
подключена. Наружу ничего не уходит.</p>${rows.length === 0 ? '<p>Писем пока нет.</p>' : `<table>
<thead><tr><th>Время (UTC)</th><th>Канал</th><th>Кому</th><th>Тема</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`}`)
}

function letterPage(letter: CaughtLetter, origin: string): string {
  const { name, at, from, to, subject, text, attachments } = letter
  const parts = attachments.map((part, index) => {
    const url = `/mailbox/${encodeURIComponent(name)}/${index}`
    const player = part.type === 'audio/wav'
      ? `<audio controls preload="none" src="${url}"></audio>` : ''
    return `<li><a href="${url}" download>${escape(part.name)}</a>
${escape(part.type)}, ${part.content.length} B ${player}</li>`
  })
  return page(subject, `<p><a href="/mailbox">Все письма</a></p><dl>
<dt>Время</dt><dd>${time(at)} UTC</dd>${from === '' ? '' : `<dt>От</dt><dd>${escape(from)}</dd>`}
<dt>Кому</dt><dd>${escape(to)}</dd></dl><pre>${linked(text, origin)}</pre>${
  parts.length === 0 ? '' : `<h2>Вложения</h2><ul>${parts.join('')}</ul>`}`)
}

/** Addresses of this panel can be followed, no others. */
function linked(text: string, origin: string): string {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((piece) => {
    const isOurs = URL.canParse(piece) && new URL(piece).origin === origin
    return isOurs ? `<a href="${escape(piece)}">${escape(piece)}</a>` : escape(piece)
  }).join('')
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><link rel="stylesheet" href="/mailbox.css"></head>
<body><main><h1>${escape(title)}</h1>${body}</main></body></html>`
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .5rem; border-bottom: 1px solid; overflow-wrap: anywhere }
dt { font-weight: 600 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid }
audio { display: block; max-width: 100% }
`
