/**
 * The panel's HTTP application: guards, routes, one place where faults become replies. No policy
 * and no SQL; it never talks to the call application, they meet in the database.
 */
import { Hono } from 'hono'
import { askRoutes } from './ask.ts'
import { audioRoutes } from './audio.ts'
import { callCommandRoutes } from './call-commands.ts'
import { callMediaRoutes } from './call-media.ts'
import { calendarRoutes } from './calendar.ts'
import { callerListRoutes } from './caller-lists.ts'
import { callRoutes } from './calls.ts'
import { chargeRoutes } from './charges.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deskLimitRoutes, deskSubscriberLimitRoutes } from './desk-limits.ts'
import { deskSupportRoutes } from './desk-support.ts'
import { deskNumberRoutes } from './desk-numbers.ts'
import { deskRequestRoutes } from './desk-requests.ts'
import { deskLiveRoutes } from './desk-live.ts'
import { deskRoutes } from './desk.ts'
import { docsRoutes } from './docs.ts'
import { ApiError, apiErrorFrom } from './errors.ts'
import { errandRoutes } from './errands.ts'
import { eventRoutes } from './events.ts'
import {
  asManager, asSubscriber, loggedIn, routeOf, sameOrigin, smallBodies, strictHeaders,
} from './guards.ts'
import { keyRoutes } from './keys.ts'
import { limitRoutes } from './limits.ts'
import { loginRoutes } from './login.ts'
import { mailboxRoutes, mailboxStyle } from './mailbox.ts'
import { mediaRoutes } from './media.ts'
import { messageRoutes } from './messages.ts'
import { numberRoutes, settingsRoutes } from './numbers.ts'
import { overrideRoutes } from './override.ts'
import { overviewRoutes } from './overview.ts'
import { withBrand } from './panel-brand.ts'
import { payNoticeRoutes } from './pay-notices.ts'
import { passwordLinkRoutes } from './password-links.ts'
import { paymentRoutes } from './payments.ts'
import { promptRoutes } from './prompts.ts'
import { referralRoutes } from './referral.ts'
import { registerRoutes } from './register.ts'
import { ruleRoutes } from './rules.ts'
import { emailRoutes, secondFactorRoutes } from './second-factor.ts'
import { sessionRoutes } from './sessions.ts'
import { mySettingsRoutes } from './settings.ts'
import { simulateRoutes, testCallRoutes } from './simulate.ts'
import { servePanel } from './static.ts'
import { statisticsRoutes } from './statistics.ts'
import { createSupportHub } from './support-hub.ts'
import { supportRoutes } from './support.ts'

/** The whole application, ready for startPanelServer or for `request` in a test. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()
  const panel = deps.panel && withBrand(deps.panel, deps.brand)
  app.onError((fault, c) => answerFault(deps, c, fault))
  app.notFound((c) => {
    if (panel && !isApi(c.req.path)) return servePanel(panel, c)
    throw new ApiError(404, 'not_found')
  })
  app.use(strictHeaders(deps))
  app.use('/api/*', smallBodies(), sameOrigin())
  app.get('/api/health', async (c) => {
    await deps.database.execute('SELECT 1', [], 2000)
    return c.json({ ok: true })
  })
  app.route('/api', docsRoutes())
  app.route('/api', loginRoutes(deps))
  app.route('/api/register', registerRoutes(deps))
  app.route('/api', passwordLinkRoutes(deps))
  const threads = createSupportHub(deps.database.kysely, deps.clock, deps.log)
  app.route('/api/ask', askRoutes(deps, threads))
  app.use('/api/*', loggedIn(deps), asSubscriber(deps), tellOthers(deps))
  app.use('/api/desk/*', asManager())
  serveDesk(app, deps, threads)
  app.route('/api/second-factor', secondFactorRoutes(deps))
  app.route('/api/settings', emailRoutes(deps))
  app.route('/api/numbers', numberRoutes(deps))
  app.route('/api/settings', settingsRoutes(deps))
  app.route('/api/limits', limitRoutes(deps))
  app.route('/api/rules', ruleRoutes(deps))
  app.route('/api/overview', overviewRoutes(deps))
  app.route('/api/override', overrideRoutes(deps))
  app.route('/api/simulate', simulateRoutes(deps))
  app.route('/api/test-call', testCallRoutes(deps))
  app.route('/api/caller-lists', callerListRoutes(deps))
  app.route('/api/calendar', calendarRoutes(deps))
  app.route('/api/statistics', statisticsRoutes(deps))
  app.route('/api/keys', keyRoutes(deps))
  app.route('/api/support', supportRoutes(deps))
  app.route('/api/referral', referralRoutes(deps))
  app.route('/api/calls', callRoutes(deps))
  app.route('/api/calls', callMediaRoutes(deps))
  app.route('/api/calls', callCommandRoutes(deps))
  app.route('/api/messages', messageRoutes(deps))
  app.route('/api/settings', mySettingsRoutes(deps))
  app.route('/api/sessions', sessionRoutes(deps))
  app.route('/api/audio', audioRoutes(deps))
  app.route('/api/prompts', promptRoutes(deps))
  app.route('/api/errands', errandRoutes(deps))
  app.route('/api/events', eventRoutes(deps))
  app.route('/api/payments', paymentRoutes(deps))
  app.route('/api/charges', chargeRoutes(deps))
  app.route('/pay', payNoticeRoutes(deps))
  app.get('/mailbox.css', mailboxStyle)
  app.route('/mailbox', mailboxRoutes(deps))
  app.use('/media/*', loggedIn(deps), asSubscriber(deps))
  app.route('/media', mediaRoutes(deps))
  return app
}

/** What managers alone reach. */
function serveDesk(
  app: Hono<ApiEnv>, deps: ApiDeps, threads: ReturnType<typeof createSupportHub>,
): void {
  app.route('/api/desk', deskRoutes(deps))
  app.route('/api/desk/requests', deskRequestRoutes(deps))
  app.route('/api/desk/numbers', deskNumberRoutes(deps))
  app.route('/api/desk', deskLiveRoutes(deps))
  app.route('/api/desk/limits', deskLimitRoutes(deps))
  app.route('/api/desk/subscribers', deskSubscriberLimitRoutes(deps))
  app.route('/api/desk/support', deskSupportRoutes(deps, threads))
}

function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

/** After a change the other windows of the same subscriber need not wait for the next look. */
function tellOthers(deps: ApiDeps) {
  return async (c: ApiContext, next: () => Promise<void>) => {
    await next()
    if (c.req.method !== 'GET') deps.hub.look()
  }
}

function answerFault(deps: ApiDeps, c: ApiContext, fault: unknown): Response {
  const error = apiErrorFrom(fault)
  const requestId = c.get('requestId')
  // Not the path itself: some have tokens in them.
  const path = routeOf(c)?.path ?? ''
  if (error.status >= 500)
    deps.log.error({ err: fault, requestId, method: c.req.method, path }, 'request failed')
  else if (error.status === 403 || error.status === 429)
    deps.log.warn({ code: error.code, requestId, path }, 'request refused')
  if (error.facts.retryAfterSeconds !== undefined)
    c.header('Retry-After', String(error.facts.retryAfterSeconds))
  return c.body(JSON.stringify(error.problem(requestId)), error.status, {
    'Content-Type': 'application/problem+json',
  })
}
