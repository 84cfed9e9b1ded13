/**
 * The manager's desk over HTTP: subscribers, tariffs, trunks, money, alarms, letters, the log. Who
 * may enter is guards.ts; requests, numbers, limits, support and live calls are served beside it.
 */
import { Hono } from 'hono'
import type { ApiDeps, ApiEnv } from './context.ts'
import { deskAlarmRoutes } from './desk-alarms.ts'
import { deskAuditRoutes } from './desk-audit.ts'
import { deskHomeRoutes } from './desk-home.ts'
import { deskLetterRoutes } from './desk-letters.ts'
import { deskCorrectionRoutes, deskLedgerRoutes, deskPaymentRoutes } from './desk-money.ts'
import { deskSubscriberRoutes } from './desk-subscribers.ts'
import { deskTariffRoutes } from './desk-tariffs.ts'
import { deskTrunkRoutes } from './desk-trunks.ts'
import { deskViewRoutes } from './desk-view.ts'

/** All below /api/desk that is not served elsewhere. */
export function deskRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .route('/home', deskHomeRoutes(deps))
    .route('/subscribers', deskSubscriberRoutes(deps))
    .route('/', deskViewRoutes(deps))
    .route('/tariffs', deskTariffRoutes(deps))
    .route('/trunks', deskTrunkRoutes(deps))
    .route('/payments', deskPaymentRoutes(deps))
    .route('/', deskCorrectionRoutes(deps))
    .route('/ledger-check', deskLedgerRoutes(deps))
    .route('/alarms', deskAlarmRoutes(deps))
    .route('/letters', deskLetterRoutes(deps))
    .route('/audit', deskAuditRoutes(deps))
}
