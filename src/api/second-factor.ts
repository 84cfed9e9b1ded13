/**
 * The second factor and the e-mail address of one's own account over HTTP: what needs the password
 * again. For subscribers and managers alike.
 */
import { Hono } from 'hono'
import { create as createQr } from 'qrcode'
import { otpauthUri } from '../people/totp.ts'
import { findPerson } from '../store/accounts.ts'
import { tellAccount } from '../store/account-notices.ts'
import { inTransaction } from '../store/database.ts'
import type { Trx } from '../store/database.ts'
import { askForEmail, dropEmailChange, emailState } from '../store/email-change.ts'
import {
  beginSecondFactor, confirmSecondFactor, dropSecondFactor, isSecondFactorOn, loadSecondFactor,
  markFresh, renewRecoveryCodes,
} from '../store/second-factor.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { codeTries, limited, proveCode, provePassword, requireFresh } from './fresh.ts'
import { originOf } from './guards.ts'
import {
  codeOnlyRequest, emailRequest, passwordAndCodeRequest, secondFactorRequest,
} from './schema-people.ts'
import type {
  EmailReply, RecoveryCodesReply, SecondFactorBegun, SecondFactorReply,
} from './schema-people.ts'
import { shownAccount } from './shown-account.ts'

const dayMs = 86_400_000
const emailsPerDay = 10

/** /api/second-factor. */
export function secondFactorRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await factorReply(deps, c, c.get('session').freshUntil)))
    .post('/', async (c) => {
      const { password } = await readBody(c, secondFactorRequest)
      await provePassword(deps, c, password, 'password')
      const { id, login } = c.get('session')
      const secret = await beginSecondFactor(db, id, nowMs(deps))
      const uri = otpauthUri(secret, deps.brand.name, login)
      return c.json({
        secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '), uri, qr: qrSvg(uri),
      } satisfies SecondFactorBegun)
    })
    .post('/confirm', async (c) => {
      const { code } = await readBody(c, codeOnlyRequest)
      const { id, tokenHash } = c.get('session')
      await limited(deps, [{ key: `code:${id}`, ...codeTries }])
      const recoveryCodes = await inTransaction(db, async (trx) => {
        const codes = await confirmSecondFactor(trx, id, code, nowMs(deps))
        await tellFactor(trx, deps, c, 'secondFactorOn')
        return codes
      })
      await markFresh(db, tokenHash, nowMs(deps))
      return c.json({ recoveryCodes } satisfies RecoveryCodesReply)
    })
    .post('/fresh', async (c) => {
      const { code } = await readBody(c, codeOnlyRequest)
      return c.json(await factorReply(deps, c, await proveCode(deps, c, code)))
    })
    .post('/recovery', async (c) => {
      const { code } = await proveBoth(deps, c)
      await proveCode(deps, c, code)
      const recoveryCodes = await inTransaction(db, async (trx) => {
        const codes = await renewRecoveryCodes(trx, c.get('session').id)
        await tellFactor(trx, deps, c, 'recoveryCodes')
        return codes
      })
      return c.json({ recoveryCodes } satisfies RecoveryCodesReply)
    })
    .delete('/', async (c) => {
      const { code } = await proveBoth(deps, c)
      await proveCode(deps, c, code)
      await inTransaction(db, async (trx) => {
        await dropSecondFactor(trx, c.get('session').id)
        await tellFactor(trx, deps, c, 'secondFactorOff')
      })
      return c.json({})
    })
}

/** /api/settings/email. */
export function emailRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (c: ApiContext): Promise<EmailReply> =>
    emailState(db, await shownAccount(deps, c), nowMs(deps))
  return new Hono<ApiEnv>()
    .get('/email', async (c) => c.json(await reply(c)))
    .put('/email', async (c) => {
      const { email, password } = await readBody(c, emailRequest)
      const { id } = c.get('session')
      await provePassword(deps, c, password, 'password')
      await requireFresh(deps, c)
      await limited(deps, [{ key: `email:${id}`, tries: emailsPerDay, windowMs: dayMs }])
      await askForEmail(db, id, email, originOf(deps, c))
      return c.json(await reply(c), 202)
    })
    .delete('/email', async (c) => {
      await dropEmailChange(db, c.get('session').id)
      return c.json(await reply(c))
    })
}

async function factorReply(
  deps: ApiDeps, c: ApiContext, freshUntil: number,
): Promise<SecondFactorReply> {
  const factor = await loadSecondFactor(deps.database.kysely, await shownAccount(deps, c))
  const counts = factor.on && freshUntil > nowMs(deps)
  return { ...factor, freshUntil: counts ? freshUntil : 0 }
}

/** Throws ApiError 403 second_factor_off, wrong_password. */
async function proveBoth(deps: ApiDeps, c: ApiContext): Promise<{ readonly code: string }> {
  const { password, code } = await readBody(c, passwordAndCodeRequest)
  await provePassword(deps, c, password, 'password')
  if (!(await isSecondFactorOn(deps.database.kysely, c.get('session').id)))
    throw new ApiError(403, 'second_factor_off')
  return { code }
}

async function tellFactor(
  trx: Trx, deps: ApiDeps, c: ApiContext,
  what: 'secondFactorOn' | 'secondFactorOff' | 'recoveryCodes',
): Promise<void> {
  const by = originOf(deps, c)
  const person = await findPerson(trx, c.get('session').id)
  if (person) await tellAccount(trx, person, { kind: 'accountChange', what, ...by }, by.atMs)
}

/** A QR code (ISO/IEC 18004) as one path; four modules of quiet zone on each side. */
function qrSvg(text: string): string {
  const { modules } = createQr(text, { errorCorrectionLevel: 'M' })
  const quiet = 4
  let path = ''
  for (let y = 0; y < modules.size; y++) {
    for (let x = 0; x < modules.size; x++)
      if (modules.get(y, x) !== 0) path += `M${x + quiet} ${y + quiet}h1v1h-1z`
  }
  const side = modules.size + 2 * quiet
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/>` +
    `<path fill="#000" d="${path}"/></svg>`
}
