/**
 * Robokassa as the simulator plays it: checks the signature of the page's address, shows the page,
 * sends ResultURL signed with password 2. It remembers nothing: the form carries what was signed.
 */
import { Hono } from 'hono'
import type { HttpCall } from './http-call.ts'
import { amountText, readAmount } from './order.ts'
import { signRobokassaPage, signRobokassaResult } from './robokassa.ts'
import type { RobokassaShop } from './robokassa.ts'
import { readDeeds } from './simulator-deeds.ts'
import type { Forgery } from './simulator-deeds.ts'
import { messagePage, paymentPage } from './simulator-page.ts'
import type { SimulatorEnv, SimulatorParts } from './simulator.ts'

/** Names of the page's parameters that the form sends back. */
const carried = /^(?:MerchantLogin|OutSum|InvId|Receipt|IsTest|SignatureValue|Description|Shp_\w+)$/

/** …/robokassa: the page and its form. */
export function robokassaSimulator({ courier, finish }: SimulatorParts): Hono<SimulatorEnv> {
  return new Hono<SimulatorEnv>()
    .get('/Merchant/Index.aspx', (c) => {
      const fields = new Map(new URL(c.req.url).searchParams)
      const shop = c.get('shops').robokassa.shop
      if (!isSigned(shop, fields))
        return c.html(messagePage('Robokassa: имитация', 'Подпись не сошлась (ошибка 29).'), 400)
      return c.html(paymentPage({
        system: 'Robokassa', amount: fields.get('OutSum') ?? '',
        description: fields.get('Description') ?? '', action: '../pay',
        fields: [...fields].filter(([name]) => carried.test(name)),
      }))
    })
    .post('/pay', async (c) => {
      const form = new URLSearchParams(await c.req.text())
      const fields = new Map(form)
      const shop = c.get('shops').robokassa.shop
      if (!isSigned(shop, fields))
        return c.html(messagePage('Robokassa: имитация', 'Подпись не сошлась (ошибка 29).'), 400)
      const deeds = readDeeds(form)
      const base = c.get('noticeUrl')
      const replies = deeds.pays
        ? await courier.deliver(resultNotice(shop, base, fields, deeds.forge), deeds) : []
      return finish(c, replies, `${base}/pay/robokassa/return?InvId=${fields.get('InvId') ?? ''}`)
    })
}

function isSigned(shop: RobokassaShop, fields: ReadonlyMap<string, string>): boolean {
  const given = fields.get('SignatureValue')?.toLowerCase()
  return fields.get('MerchantLogin') === shop.login && given === signRobokassaPage(shop, fields)
}

function resultNotice(
  shop: RobokassaShop, base: string, fields: ReadonlyMap<string, string>, forge: Forgery,
): HttpCall {
  const kopecks = readAmount(fields.get('OutSum') ?? '') ?? 0
  // Six decimals, as the real one writes them.
  const sum = (value: number) => `${amountText(value)}0000`
  const outSum = sum(forge === 'signedAmount' ? kopecks - 1 : kopecks)
  const inv = fields.get('InvId') ?? ''
  const isTest = fields.get('IsTest') === '1'
  const shp = new Map([...fields].filter(([name]) => name.startsWith('Shp_')))
  const signing = forge === 'signature'
    ? { ...shop, passwords: ['x', 'x'], testPasswords: ['x', 'x'] } as const : shop
  const signature = signRobokassaResult(signing, outSum, inv, isTest, shp).toUpperCase()
  const sent = new URLSearchParams({
    OutSum: forge === 'amount' ? sum(kopecks * 10) : outSum,
    InvId: forge === 'order' ? String(Number(inv) + 1) : inv,
    Fee: '0.00', EMail: '', PaymentMethod: 'BankCard', IncCurrLabel: 'BankCardPSR',
    SignatureValue: signature,
  })
  for (const [name, value] of shp) sent.set(name, value)
  if (isTest !== (forge === 'test')) sent.set('IsTest', '1')
  return {
    method: 'POST', url: `${base}/pay/robokassa/result`, body: sent.toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  }
}
