/**
 * Which payment systems there are: ours from the settings, or those of the simulator. A system
 * without either is off.
 */
import type { QiwiShop } from './qiwi.ts'
import type { RobokassaHash, RobokassaShop } from './robokassa.ts'
import { readSourceNets } from './source-nets.ts'
import type { SourceNets } from './source-nets.ts'
import type { YookassaShop } from './yookassa.ts'

export interface Shops {
  readonly robokassa: { readonly shop: RobokassaShop; readonly test: boolean } | undefined
  readonly yookassa:
    | { readonly shop: YookassaShop; readonly test: boolean; readonly nets: SourceNets }
    | undefined
  readonly qiwi: QiwiShop | undefined
  /** QIWI takes no payments any more; its tile is then paid by СБП through ЮKassa. */
  readonly qiwiClosed: boolean
}

export interface ShopSettings {
  /** '' = none, as in all of these. */
  readonly robokassaLogin: string
  readonly robokassaPassword1: string
  readonly robokassaPassword2: string
  readonly robokassaTestPassword1: string
  readonly robokassaTestPassword2: string
  readonly robokassaHash: RobokassaHash
  readonly robokassaTest: boolean
  readonly robokassaReceipt: { readonly sno: string; readonly tax: string } | undefined
  readonly yookassaShop: string
  readonly yookassaSecret: string
  /** 0 = no receipt. */
  readonly yookassaVatCode: number
  readonly yookassaTest: boolean
  readonly yookassaNets: SourceNets
  readonly qiwiSite: string
  readonly qiwiSecret: string
  readonly qiwiClosed: boolean
}

/** A simulator and where its notices go. */
export interface SimulatorAt {
  /** http://127.0.0.1:8090 */
  readonly url: string
  readonly secret: string
  /** Where the panel's server listens. */
  readonly noticeUrl: string
}

/** The shops of the settings; those that are not set are the simulator's, if there is one. */
export function shopsFrom(settings: ShopSettings, simulator: SimulatorAt | undefined): Shops {
  const simulated = simulator && simulatorShops(simulator)
  return {
    robokassa: settings.robokassaLogin === '' ? simulated?.robokassa : {
      shop: {
        login: settings.robokassaLogin, hash: settings.robokassaHash,
        passwords: [settings.robokassaPassword1, settings.robokassaPassword2],
        testPasswords: [settings.robokassaTestPassword1, settings.robokassaTestPassword2],
        pageUrl: 'https://auth.robokassa.ru/Merchant/Index.aspx',
        receipt: settings.robokassaReceipt,
      },
      test: settings.robokassaTest,
    },
    yookassa: settings.yookassaShop === '' ? simulated?.yookassa : {
      shop: {
        shopId: settings.yookassaShop, secret: settings.yookassaSecret,
        apiUrl: 'https://api.yookassa.ru/v3',
        vatCode: settings.yookassaVatCode === 0 ? undefined : settings.yookassaVatCode,
      },
      test: settings.yookassaTest,
      nets: settings.yookassaNets,
    },
    qiwi: settings.qiwiSite === '' ? simulated?.qiwi : {
      siteId: settings.qiwiSite, secret: settings.qiwiSecret,
      apiUrl: 'https://api.qiwi.com/partner/bill/v1', test: false,
    },
    qiwiClosed: settings.qiwiClosed,
  }
}

/** The shops of a simulator; it makes the same ones of the same words to check what we sign. */
export function simulatorShops({ url, secret, noticeUrl }: SimulatorAt) {
  // Where its notices go stands in the path, so the simulator need not be told and may be
  // restarted.
  const base = `${url}/to/${Buffer.from(noticeUrl).toString('base64url')}`
  const robokassa: RobokassaShop = {
    login: 'simulator', hash: 'sha256', passwords: [`${secret}-1`, `${secret}-2`],
    testPasswords: [`${secret}-test-1`, `${secret}-test-2`],
    pageUrl: `${base}/robokassa/Merchant/Index.aspx`, receipt: { sno: 'osn', tax: 'none' },
  }
  const yookassa: YookassaShop = {
    shopId: 'simulator', secret: `${secret}-yookassa`, apiUrl: `${base}/yookassa/v3`, vatCode: 1,
  }
  const qiwi: QiwiShop = {
    siteId: 'simulator', secret: `${secret}-qiwi`, apiUrl: `${base}/qiwi/partner/bill/v1`,
    test: true,
  }
  return {
    robokassa: { shop: robokassa, test: true },
    yookassa: { shop: yookassa, test: true, nets: readSourceNets('127.0.0.0/8, ::1') },
    qiwi,
  }
}
