/**
 * How the settings of the shops are read, and what of them makes no sense together. The environment
 * itself is read by config.ts.
 */
import type { RobokassaHash } from './robokassa.ts'
import type { ShopSettings } from './shops.ts'

/** The name of a hash. Throws an Error saying what would be right, as all readers of settings. */
export function readHash(text: string): RobokassaHash {
  const found = (['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const)
    .find((one) => one === text)
  if (found === undefined) throw new Error('must be md5, sha1, sha256, sha384 or sha512')
  return found
}

/** 'usn_income,none'; '' = no receipts. */
export function readReceipt(
  text: string,
): { readonly sno: string; readonly tax: string } | undefined {
  if (text === '') return undefined
  const [, sno, tax] = /^([a-z_]+),([a-z0-9]+)$/.exec(text) ?? []
  if (sno === undefined || tax === undefined) throw new Error('must be like usn_income,none')
  return { sno, tax }
}

/** What is missing for the shops that are named, a line each: an empty secret lets anybody sign. */
export function shopFaults(settings: ShopSettings): string[] {
  const {
    robokassaLogin, robokassaTest, robokassaPassword1, robokassaPassword2, robokassaTestPassword1,
    robokassaTestPassword2,
  } = settings
  const tested = robokassaTest ? robokassaLogin : ''
  const needs: readonly (readonly [shop: string, needed: string, env: string])[] = [
    [robokassaLogin, robokassaPassword1, 'PN_ROBOKASSA_PASSWORD_1'],
    [robokassaLogin, robokassaPassword2, 'PN_ROBOKASSA_PASSWORD_2'],
    [tested, robokassaTestPassword1, 'PN_ROBOKASSA_TEST_PASSWORD_1'],
    [tested, robokassaTestPassword2, 'PN_ROBOKASSA_TEST_PASSWORD_2'],
    [settings.yookassaShop, settings.yookassaSecret, 'PN_YOOKASSA_SECRET'],
    [settings.qiwiSite, settings.qiwiSecret, 'PN_QIWI_SECRET'],
  ]
  return needs.filter(([shop, needed]) => shop !== '' && needed === '')
    .map(([shop, , env]) => `${env}: the shop ${shop} cannot be without`)
}
